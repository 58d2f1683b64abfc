//! Merges and un-merges: histories joined and taken apart, every rule looked at again.

use base::{CustomerId, IdentityId, MergeId, RuleId, Text, Timestamp};
use identity::{Change, Link, NewNode};
use lexicon::Action;
use signals::{Cause, Reason};
use store::log::Entry;
use store::{MergeRow, StoreError, TagRow, Unit};

use crate::apply::own;
use crate::command::Outcome;
use crate::engine::{Committed, Engine, StoredGraph};

/// The longest history that is looked at again at once; a longer one follows behind, its tags marked.
pub const RESTATE_LIMIT: usize = 20_000;

impl Engine {
    #[expect(clippy::too_many_arguments, reason = "one merge with its place")]
    pub(crate) fn merge(
        &mut self,
        merge: MergeId,
        from: CustomerId,
        into: CustomerId,
        link: Link,
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        self.residents.load_all(&[from, into], &mut self.db)?;
        let gone = self.residents.remove(from).unwrap_or_default();
        for (rule, _) in gone.standing_decisions() {
            if let Some(tag) = gone.version_of(rule).and_then(|version| self.tag_of(rule, version)) {
                unit.tags.insert((from, tag, rule), None);
            }
        }
        let link = (link.a, link.b, link.seq);
        unit.merges.insert(merge, MergeRow { gone: from, stays: into, link, at: unit.received_at, undone_at: None });
        unit.customers.insert(from, Some(into));
        unit.states.insert(from, None);
        if self.restating.contains(&from) {
            self.restating.retain(|known| *known != from);
            unit.restating = Some(self.restating.clone());
        }
        unit.segments.retain(|(customer, ..), _| *customer != from);
        self.residents.change(into, seq, |state| state.absorb(from, seq, gone));
        self.restate_or_mark(into, unit, done);
        Ok(())
    }

    pub(crate) fn split(
        &mut self,
        from: CustomerId,
        into: CustomerId,
        identities: &[IdentityId],
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        self.residents.load(from, &mut self.db)?;
        let stood = self.tags_of(from);
        let is_theirs = |identity| identities.contains(&IdentityId::new(identity));
        let theirs = self.residents.change(from, seq, |state| state.take(into, is_theirs));
        self.residents.put_new(into, theirs);
        identities.iter().for_each(|identity| own(unit, *identity, into));
        unit.customers.insert(into, None);
        for customer in [from, into] {
            self.catch_up_rules(customer, unit, done)?;
            self.restate_or_mark(customer, unit, done);
            self.residents.change(customer, seq, |_| ());
        }
        let stands = self.tags_of(from);
        let gone = stood.into_iter().filter(|tag| !stands.contains(tag));
        unit.tags.extend(gone.map(|(tag, rule)| ((from, tag, rule), None)));
        Ok(())
    }

    /// Brings what came back as it once stood over to what its rules say now, or ends it.
    fn catch_up_rules(
        &mut self,
        customer: CustomerId,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        let stood = self.residents.look(customer, |state| state.versions().collect::<Vec<_>>()).unwrap_or_default();
        for (rule, version) in stood {
            let now = self.program.rule(rule).map(|(_, compiled)| compiled.rule.version);
            if now != Some(version) {
                self.begin(rule, customer, unit, done)?;
            }
        }
        Ok(())
    }

    /// The tags that stand for a customer, with their rules.
    fn tags_of(&mut self, customer: CustomerId) -> Vec<(String, RuleId)> {
        let standing = self.residents.look(customer, |state| {
            let all = state.standing_decisions();
            all.filter_map(|(rule, _)| Some((rule, state.version_of(rule)?))).collect::<Vec<_>>()
        });
        let tags = standing.into_iter().flatten();
        tags.filter_map(|(rule, version)| Some((self.tag_of(rule, version)?, rule))).collect()
    }

    /// Each second look has an entry of its own, so that its decisions have numbers of their own.
    fn restate_or_mark(&mut self, customer: CustomerId, unit: &mut Unit, done: &mut Committed) {
        let long =
            self.residents.look(customer, |state| state.history.len()).is_some_and(|events| events > RESTATE_LIMIT);
        if long {
            self.restating.retain(|known| *known != customer);
            self.restating.push(customer);
            unit.restating = Some(self.restating.clone());
        } else {
            let seq = self.append(unit, Entry::Restate { customer });
            self.restate(customer, seq, unit, done);
        }
        self.write_tags(customer, long, unit);
    }

    pub(crate) fn restate(&mut self, customer: CustomerId, seq: u64, unit: &mut Unit, done: &mut Committed) {
        let cause = Cause { seq, reason: Reason::Merge };
        let (program, scratch) = (&self.program, &mut self.scratch);
        let transitions = self.residents.change(customer, seq, |state| {
            state.mark(seq);
            state.restate(program, scratch, cause)
        });
        self.decide(customer, transitions, true, unit, done);
    }

    /// Writes a customer's tags as its standings say.
    pub(crate) fn write_tags(&mut self, customer: CustomerId, recomputing: bool, unit: &mut Unit) {
        let standing = self.residents.look(customer, |state| {
            let all = state.standing_since();
            all.filter_map(|(rule, since, id)| Some((rule, state.version_of(rule)?, since, id))).collect::<Vec<_>>()
        });
        for (rule, version, since, decision) in standing.into_iter().flatten() {
            if let Some(tag) = self.tag_of(rule, version) {
                unit.tags.insert((customer, tag, rule), Some(TagRow { since, decision, recomputing }));
            }
        }
    }

    /// The tag that a rule sets by a version; by what it says now where the version was not kept yet.
    fn tag_of(&self, rule: RuleId, version: u32) -> Option<String> {
        let action = if version == 0 { self.action_of(rule) } else { self.definition_at(rule, version)?.action };
        match action? {
            Action::SetTag { tag } => Some(tag),
            _ => None,
        }
    }

    /// Writes the states of customers that were joined or taken apart with the commit itself: the log alone could not bring
    /// them up to date, since it speaks of identities.
    pub(crate) fn write_joined(&mut self, changes: &[Change], unit: &mut Unit) {
        for change in changes {
            let (Change::Merged { from, into, .. } | Change::Split { from, into, .. }) = change else { continue };
            for customer in
                [*from, *into].into_iter().filter(|customer| self.residents.has(*customer)).collect::<Vec<_>>()
            {
                unit.segments.retain(|(known, ..), _| *known != customer);
                self.residents.write(customer, self.next_seq, true, unit);
            }
        }
    }

    /// Takes a merge back, unless it was taken back before. One on which a later merge rests is not: the parts that would come of
    /// it are not the customers that were.
    pub(crate) fn unmerge(
        &mut self,
        id: MergeId,
        now: Timestamp,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, StoreError> {
        let Some((_, row)) = self.db.merge(id)?.filter(|(_, row)| row.undone_at.is_none()) else {
            return Ok(Outcome::NotFound);
        };
        let (a, b, link_seq) = row.link;
        let link = Link { a, b, seq: link_seq };
        if let Some(later) = self.rests_on(id, &row, link)? {
            return Ok(Outcome::Refused(later));
        }
        self.begin_early(row.stays, unit, done)?;
        let mut stored = StoredGraph { db: &mut self.db, failed: None };
        let changes = self.graph.unmerge(link, row.gone, &mut stored);
        if let Some(error) = stored.failed {
            return Err(error);
        }
        let Some(changes) = changes else { return Ok(Outcome::NotFound) };
        let seq = self.append(unit, Entry::Unmerge { merge: id });
        unit.merges.insert(id, MergeRow { undone_at: Some(now), ..row });
        unit.apart.push((a.min(b), a.max(b)));
        self.change(&changes, seq, unit, done)?;
        self.write_joined(&changes, unit);
        Ok(Outcome::Done)
    }

    /// Why a merge cannot be taken back before a later one: the customer that it made became part of another, or another joined
    /// the side that would leave.
    fn rests_on(&mut self, id: MergeId, row: &MergeRow, link: Link) -> Result<Option<Text>, StoreError> {
        let current = self.db.current_customer(row.stays)?.unwrap_or(row.stays);
        if current != row.stays {
            let zh = format!("这位客户后来并入了 {current}，请先撤销那次合并");
            let en = format!("this customer became part of {current} later; undo that merge first");
            return Ok(Some(Text::new(zh, en)));
        }
        let mut stored = StoredGraph { db: &mut self.db, failed: None };
        let leaving = self.graph.leaving(link, &mut stored);
        if let Some(error) = stored.failed {
            return Err(error);
        }
        let later = self.db.merges_of(row.stays)?.into_iter().find(|(later, row)| {
            let (a, b, _) = row.link;
            *later > id && row.undone_at.is_none() && (leaving.contains(&a) || leaving.contains(&b))
        });
        Ok(later.map(|(later, _)| {
            let zh = format!("之后的合并 {later} 建立在这次合并之上，请先撤销它");
            Text::new(zh, format!("a later merge, {later}, rests on this one; undo it first"))
        }))
    }

    /// An identity as the graph wants to see it for the first time.
    pub(crate) fn new_node(id: IdentityId, scheme: &str, scope: &str) -> NewNode {
        NewNode::new(id.number(), domain::Scheme::named(scheme), scope)
    }
}
