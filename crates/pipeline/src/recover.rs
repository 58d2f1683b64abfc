//! From the log back to memory: the tail after a crash.

use base::{CustomerId, IdentityId, Timestamp};
use domain::object::CUSTOMER;
use identity::{Node, Standing};
use store::log::{Block, Entry};
use store::{Identity, StoreError, Unit};

use crate::engine::{Committed, Engine, EngineError, node};

impl Engine {
    /// Brings states up to date with the tail of the log. Graph, decisions and tags are stored with each commit; only states
    /// lie behind.
    pub(crate) fn recover(&mut self) -> Result<(), EngineError> {
        let from = self.db.setting("recover_from")?.and_then(|seq| seq.parse().ok()).unwrap_or(1);
        if from >= self.next_seq {
            return Ok(());
        }
        let (current, end) = (self.rules.clone(), self.next_seq);
        for (rule, body) in self.db.rules_changed_from(from)? {
            self.rules.remove(&rule);
            self.restore_rule(rule, body.as_deref())?;
        }
        let mut next = from;
        while next < end {
            let Some(block) = self.db.block_of(next)? else { break };
            next = block.seq + block.entries.len() as u64;
            self.catch_up(&block, from)?;
        }
        self.next_seq = end;
        self.rules = current;
        if let Some(object) = self.objects.by_name(CUSTOMER) {
            let behind = self.db.known_otherwise(object)?;
            behind.into_iter().for_each(|customer| self.outdate(customer, end - 1));
        }
        self.recompile()
    }

    fn catch_up(&mut self, block: &Block, from: u64) -> Result<(), EngineError> {
        let mut unit = Unit { received_at: block.received_at, seq: block.seq, ..Unit::default() };
        let mut done = Committed::default();
        for (seq, entry) in block.iter().filter(|(seq, _)| *seq >= from) {
            self.next_seq = seq;
            let Some(customer) = self.subject(entry, seq)? else {
                match entry {
                    Entry::Rule { rule, body } => self.restore_rule(*rule, body.as_deref())?,
                    Entry::Erased { identities, .. } => self.portray_all(identities, unit.seq)?,
                    _ => {}
                }
                continue;
            };
            self.residents.load(customer, &mut self.db)?;
            if self.residents.look(customer, |state| state.last_seq()).is_some_and(|last| last >= seq) {
                self.outdate(customer, unit.seq); // its state is written, its record perhaps not
                continue;
            }
            self.redo(customer, entry, seq, &mut unit, &mut done)?;
        }
        Ok(())
    }

    /// Has the records of the customers of these identities brought up to date.
    fn portray_all(&mut self, identities: &[IdentityId], seq: u64) -> Result<(), StoreError> {
        for id in identities {
            if let Some((_, row)) = self.db.identity(*id)? {
                self.outdate(row.customer, seq);
            }
        }
        Ok(())
    }

    /// The customer whose state an entry changed, as the graph stands now. Merges and un-merges wrote their states at once.
    fn subject(&mut self, entry: &Entry, seq: u64) -> Result<Option<CustomerId>, StoreError> {
        let customer = match entry {
            Entry::Event(event) => return Ok(self.through(&event.who, seq)?.map(|(_, row)| row.customer)),
            Entry::Timer { customer, .. } | Entry::Begin { customer, .. } | Entry::Restate { customer } => *customer,
            Entry::Rule { .. }
            | Entry::Unmerge { .. }
            | Entry::Object { .. }
            | Entry::Record(_)
            | Entry::Erased { .. }
            | Entry::Comment(_) => return Ok(None),
        };
        self.db.current_customer(customer)
    }

    /// The identity through which an event came, by what its identities could do when it did.
    fn through(&mut self, who: &[IdentityId], seq: u64) -> Result<Option<Identity>, StoreError> {
        let mut best: Option<(u8, Identity)> = None;
        for id in who {
            let Some((_, row)) = self.db.identity(*id)? else { continue };
            let Node { scheme, standing, .. } = node(&row);
            let rank = if seq <= row.demoted { Standing::of(&scheme) } else { standing }.rank();
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, (*id, row)));
            }
        }
        Ok(best.map(|(_, found)| found))
    }

    /// Does to a state what an entry did.
    fn redo(
        &mut self,
        customer: CustomerId,
        entry: &Entry,
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), EngineError> {
        match entry {
            Entry::Event(event) => {
                let through = self.through(&event.who, seq)?.map_or(IdentityId::new(0), |(id, _)| id);
                self.next_seq = seq + 1;
                let shown = self.lay_out(event, through, seq);
                self.observe(customer, &shown, unit, done)?;
            }
            Entry::Timer { point, .. } => self.redo_timer(customer, *point, unit, done)?,
            Entry::Begin { rule, .. } => {
                if let Some(step) = self.begin_step(*rule, customer, seq, unit.received_at) {
                    self.decide_begun(customer, step, unit, done);
                }
            }
            Entry::Restate { .. } => self.restate_whole(customer, seq, unit, done)?,
            Entry::Rule { .. }
            | Entry::Unmerge { .. }
            | Entry::Object { .. }
            | Entry::Record(_)
            | Entry::Erased { .. }
            | Entry::Comment(_) => {}
        }
        Ok(())
    }

    pub(crate) fn redo_timer(
        &mut self,
        customer: CustomerId,
        point: Timestamp,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        let due = self.residents.look(customer, |state| state.due()).flatten();
        if due.is_some_and(|due| due <= point) {
            self.advance(customer, point, false, unit, done)?;
        }
        Ok(())
    }
}
