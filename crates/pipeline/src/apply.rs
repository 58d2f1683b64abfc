//! Steps 3 to 6 for one event: log, identity, signals, decide.

use std::collections::BTreeSet;

use base::{CustomerId, IdentityId, SourceId, Timestamp};
use domain::{KindId, Rejection, Value};
use identity::{Change, NewNode, Resolution, Standing};
use signals::{Cause, Reason};
use store::log::{Entry, Event, Original};
use store::{Demotion, IdentityRow, StoreError, Unit};
use vault::RawRef;

use crate::engine::{Committed, Engine, OWN_SOURCE, StoredGraph, Taken, standing_code};
use crate::profile;
use crate::recognise::{KindName, Recognised};
use crate::seal::Sealed;

/// What a customer's state is shown of an event, besides the row of its values.
pub(crate) struct Shown {
    kind: KindId,
    time: Timestamp,
    history: bool,
    seq: u64,
}

impl Engine {
    /// Takes one sealed event into the unit.
    pub(crate) fn take(
        &mut self,
        sealed: Sealed,
        source: SourceId,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Taken, StoreError> {
        let (event, places) = sealed;
        if !self.seen.add(&event.digest, &mut self.db)? {
            return Ok(Taken::Duplicate);
        }
        let prepared = places.and_then(|places| Ok((places, self.kind_of(&event, unit)?)));
        let (places, kind) = match prepared {
            Ok(prepared) => prepared,
            Err(rejection) => {
                self.seen.forget(&event.digest);
                return Ok(Taken::Rejected(rejection));
            }
        };
        self.begin_before(&event, unit, done)?;
        let (who, new) = self.identities(&event, unit);
        let source = u32::try_from(source.number()).unwrap_or(0);
        let personal = self.personal(&event, kind, &who, &new, unit)?;
        let logged = Event {
            digest: event.digest,
            source,
            kind,
            time: event.time,
            history: event.history,
            personal,
            originals: originals(&event, &places),
            who,
            plain: event.plain,
        };
        unit.raw_blocks.extend(places.iter().map(|place| place.block));
        unit.digests.push(event.digest);
        let seq = self.next_seq;
        let customer = self.apply(logged, &new, seq, unit, done)?;
        done.events.push((seq, customer, kind));
        Ok(Taken::Accepted(seq))
    }

    fn kind_of(&mut self, event: &Recognised, unit: &mut Unit) -> Result<KindId, Rejection> {
        match &event.kind {
            KindName::Known(id) => Ok(*id),
            KindName::New(name) => self.kind(name, unit),
        }
    }

    /// The numbers of an event's identities, and those that are new.
    fn identities(&mut self, event: &Recognised, unit: &mut Unit) -> (Vec<IdentityId>, Vec<NewNode>) {
        let mut new = Vec::new();
        let mut who = Vec::with_capacity(event.who.len());
        for (identifier, hash) in &event.who {
            if let Some(id) = self.hashes.get(hash) {
                who.push(*id);
                continue;
            }
            self.last_identity += 1;
            let node = NewNode::new(self.last_identity, identifier.scheme.clone(), &identifier.scope);
            unit.identities.insert(
                node.id,
                IdentityRow {
                    key_hash: *hash,
                    scheme: identifier.scheme.name().to_owned(),
                    scope: identifier.scope.clone(),
                    value: Some(identifier.value.clone()),
                    standing: standing_code(Standing::of(&identifier.scheme)),
                    degree: 0,
                    demoted: 0,
                    customer: CustomerId::new(0),
                },
            );
            self.hashes.insert(*hash, node.id);
            self.lookup.add(node.id, *hash, &identifier.value);
            who.push(node.id);
            new.push(node);
        }
        (who, new)
    }

    /// Puts personal values into the profile of the identity through which the event comes, and returns them for the log,
    /// encrypted under the key of the first.
    fn personal(
        &mut self,
        event: &Recognised,
        kind: KindId,
        who: &[IdentityId],
        new: &[NewNode],
        unit: &mut Unit,
    ) -> Result<Vec<u8>, StoreError> {
        let Some(first) = who.first().copied() else { return Ok(Vec::new()) };
        let kinds = self.kinds();
        let identified = kinds.by_id(kind).filter(|kind| kind.name == "customer.identified");
        let named = event.who.iter().find(|(identifier, _)| identifier.scheme == domain::Scheme::NAME);
        if identified.is_some() || named.is_some() {
            let mut stored = StoredGraph { db: &mut self.db, failed: None };
            let through = self.graph.through(who, new, &mut stored).unwrap_or(first);
            stored.failed.map_or(Ok(()), Err)?;
            let fields = event.personal.iter().chain(&event.plain);
            let fields = fields.filter_map(|(field, value)| Some((identified?.field_at(*field)?.name.clone(), value)));
            for (name, value) in fields {
                if let Value::Text(text) = value {
                    self.set_profile(through, name, text, event, unit);
                }
            }
            if let Some((identifier, _)) = named {
                self.set_profile(through, "name".to_owned(), &identifier.value, event, unit);
            }
        }
        if event.personal.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.profile_key(first, unit)?;
        Ok(profile::encrypt(&key, &event.digest, &event.personal))
    }

    fn set_profile(&self, identity: IdentityId, field: String, value: &str, event: &Recognised, unit: &mut Unit) {
        let entry = unit.profile.entry((identity, field)).or_insert_with(|| (String::new(), Timestamp::MIN, 0));
        if (event.time, self.next_seq) >= (entry.1, entry.2) {
            *entry = (value.to_owned(), event.time, self.next_seq);
        }
    }

    fn profile_key(&mut self, identity: IdentityId, unit: &mut Unit) -> Result<Vec<u8>, StoreError> {
        if let Some(key) = self.profile_keys.get(&identity) {
            return Ok(key.clone());
        }
        let key = match self.db.profile_key(identity)? {
            Some(key) => key,
            None => {
                let key = profile::new_key().ok_or_else(|| StoreError::Corrupt {
                    what: "a new key",
                    why: "the machine gives no random bytes".into(),
                })?;
                unit.profile_keys.insert(identity, key.clone());
                key
            }
        };
        self.profile_keys.insert(identity, key.clone());
        Ok(key)
    }

    /// Logs an event at `seq` and derives what follows. Replay does the same from the log.
    pub(crate) fn apply(
        &mut self,
        event: Event,
        new: &[NewNode],
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<CustomerId, StoreError> {
        let resolution = self.resolve(&event.who, new, seq)?;
        let shown = self.lay_out(&event, resolution.through, seq);
        self.note_task(&event, seq, unit);
        self.append(unit, Entry::Event(event));
        self.change(&resolution.changes, seq, unit, done)?;
        let customer = resolution.customer;
        if customer.number() == 0 {
            return Ok(customer);
        }
        self.residents.load(customer, &mut self.db)?;
        self.observe(customer, &shown, unit, done)?;
        self.write_joined(&resolution.changes, unit);
        Ok(customer)
    }

    /// Lays an event that came through an identity out as a row of its kind, for [`Engine::observe`].
    pub(crate) fn lay_out(&mut self, event: &Event, through: IdentityId, seq: u64) -> Shown {
        let word = |number: u64| i64::try_from(number).unwrap_or(0);
        let fields = event.plain.iter().map(|(field, value)| (*field, value));
        if let Some(layout) = self.layouts.get(event.kind) {
            layout.write(&mut self.row, [event.time.ms(), word(seq), word(through.number())], fields);
        }
        Shown { kind: event.kind, time: event.time, history: event.history, seq }
    }

    /// Shows a customer's state the event laid out last, and decides what follows.
    pub(crate) fn observe(
        &mut self,
        customer: CustomerId,
        shown: &Shown,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        let Shown { kind, time, history, seq } = *shown;
        self.advance(customer, time, history, unit, done)?;
        let cause = Cause { seq, reason: Reason::Event };
        let (program, scratch, row) = (&self.program, &mut self.scratch, &self.row);
        let transitions = self.residents.change(customer, seq, |state| state.event(program, scratch, kind, row, cause));
        self.decide(customer, transitions, history, unit, done);
        if history {
            self.advance(customer, unit.received_at, true, unit, done)?;
        }
        Ok(())
    }

    /// Notes what someone said of a task: only the workspace's own source speaks of its tasks.
    fn note_task(&self, event: &Event, seq: u64, unit: &mut Unit) {
        let own = self.sources.get(OWN_SOURCE).is_some_and(|source| source.number() == u64::from(event.source));
        let Some(kind) = self.kinds.by_id(event.kind).filter(|_| own) else { return };
        let done = match kind.name.as_str() {
            "task.done" => true,
            "task.reopened" => false,
            _ => return,
        };
        let field = kind.field_id("task").map(|(id, _)| id);
        let said = event.plain.iter().find(|(id, _)| Some(*id) == field).map(|(_, value)| value);
        if let Some(Value::Text(task)) = said
            && let Ok(task) = task.parse()
        {
            unit.task_changes.insert(task, (done, seq));
        }
    }

    /// Begins changed rules for the customers that an event may touch, before the event has its place in the log: replay does
    /// it in the same order.
    fn begin_before(&mut self, event: &Recognised, unit: &mut Unit, done: &mut Committed) -> Result<(), StoreError> {
        if self.rules.values().all(|row| row.beginning.is_none()) {
            return Ok(());
        }
        let mut customers = BTreeSet::new();
        for id in event.who.iter().filter_map(|(_, hash)| self.hashes.get(hash)) {
            let owner = self.graph.owner(*id);
            customers.extend(match owner {
                Some(owner) => Some(owner),
                None => self.db.identity(*id)?.map(|(_, row)| row.customer),
            });
        }
        for customer in customers {
            self.begin_early(customer, unit, done)?;
        }
        Ok(())
    }

    /// Begins changed rules for a customer whose turn has not come yet, so that whatever comes next meets them begun.
    pub(crate) fn begin_early(
        &mut self,
        customer: CustomerId,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        let waiting = self.rules.iter().filter(|(_, row)| row.beginning.is_some_and(|after| customer > after));
        for rule in waiting.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.begin(rule, customer, unit, done)?;
        }
        Ok(())
    }

    fn resolve(&mut self, who: &[IdentityId], new: &[NewNode], seq: u64) -> Result<Resolution, StoreError> {
        let mut stored = StoredGraph { db: &mut self.db, failed: None };
        let resolution = self.graph.resolve(who, new, seq, &mut stored);
        stored.failed.map_or(Ok(resolution), Err)
    }

    /// Lets a customer's windows move up to an instant.
    pub(crate) fn advance(
        &mut self,
        customer: CustomerId,
        to: Timestamp,
        history: bool,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        while let Some(point) = self.residents.look(customer, |state| state.due()).flatten().filter(|due| *due <= to) {
            let seq = self.append(unit, Entry::Timer { customer, point });
            let (program, scratch) = (&self.program, &mut self.scratch);
            let transitions = self.residents.change(customer, seq, |state| {
                state.mark(seq);
                state.advance(program, scratch, point, seq)
            });
            self.decide(customer, transitions, history, unit, done);
        }
        Ok(())
    }

    /// Brings changes of the graph to the unit and the states.
    pub(crate) fn change(
        &mut self,
        changes: &[Change],
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        for change in changes {
            match change {
                Change::Created(customer) => {
                    unit.customers.insert(*customer, None);
                    self.residents.put_new(*customer, signals::Customer::default());
                }
                Change::Owned(identity, customer) => own(unit, *identity, *customer),
                Change::Linked(link) => {
                    unit.links.insert((link.a, link.b, link.seq), true);
                }
                Change::Unlinked(link) => {
                    unit.links.insert((link.a, link.b, link.seq), false);
                }
                Change::Demoted { identity, standing, degree } => {
                    let degree = u64::try_from(*degree).unwrap_or(u64::MAX);
                    demote(unit, *identity, Demotion { standing: standing_code(*standing), degree, seq });
                }
                Change::Merged { merge, from, into, link } => {
                    if let Some(merged) = &mut self.merged {
                        merged.insert(*merge, (*link, *from));
                    }
                    self.merge(*merge, *from, *into, *link, seq, unit, done)?;
                }
                Change::Split { from, into, identities } => self.split(*from, *into, identities, seq, unit, done)?,
            }
        }
        Ok(())
    }
}

pub(crate) fn own(unit: &mut Unit, identity: IdentityId, customer: CustomerId) {
    match unit.identities.get_mut(&identity) {
        Some(row) => row.customer = customer,
        None => {
            unit.owners.insert(identity, customer);
        }
    }
}

fn demote(unit: &mut Unit, identity: IdentityId, demotion: Demotion) {
    let Demotion { standing, degree, seq } = demotion;
    match unit.identities.get_mut(&identity) {
        Some(row) => (row.standing, row.degree, row.demoted) = (standing, degree, seq),
        None => {
            unit.demotions.insert(identity, demotion);
        }
    }
}

fn originals(event: &Recognised, places: &[RawRef]) -> Vec<Original> {
    let all = event.originals.iter().zip(places);
    all.map(|(original, place)| Original { part: original.part, block: place.block, index: place.index }).collect()
}
