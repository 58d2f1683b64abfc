//! From the log back to memory: the tail after a crash.

use std::collections::BTreeSet;

use base::{CustomerId, IdentityId, RuleId, Timestamp};
use store::log::{Block, Entry};
use store::{StoreError, Unit};

use crate::engine::{Committed, Engine, EngineError};

impl Engine {
    /// Brings states up to date with the tail of the log. Graph, decisions and tags are stored with each commit; only states
    /// lie behind.
    pub(crate) fn recover(&mut self) -> Result<(), EngineError> {
        let from = self.db.setting("recover_from")?.and_then(|seq| seq.parse().ok()).unwrap_or(1);
        if from >= self.next_seq {
            return Ok(());
        }
        let mut blocks = Vec::new();
        self.db.blocks(from, |block| {
            blocks.push(block);
            Ok::<(), StoreError>(())
        })?;
        let current = self.rules.clone();
        let changed: BTreeSet<RuleId> = blocks
            .iter()
            .flat_map(|block| &block.entries)
            .filter_map(|entry| match entry {
                Entry::Rule { rule, .. } => Some(*rule),
                _ => None,
            })
            .collect();
        self.rules.retain(|id, _| !changed.contains(id));
        self.recompile()?;
        let end = self.next_seq;
        for block in &blocks {
            self.catch_up(block, from)?;
        }
        self.next_seq = end;
        self.rules = current;
        self.recompile()
    }

    fn catch_up(&mut self, block: &Block, from: u64) -> Result<(), EngineError> {
        let mut unit = Unit { received_at: block.received_at, seq: block.seq, ..Unit::default() };
        let mut done = Committed::default();
        for (seq, entry) in block.iter().filter(|(seq, _)| *seq >= from) {
            self.next_seq = seq;
            let Some(customer) = self.subject(entry)? else {
                if let Entry::Rule { rule, body } = entry {
                    self.restore_rule(*rule, body.as_deref())?;
                }
                continue;
            };
            self.residents.load(customer, &mut self.db)?;
            if self.residents.look(customer, |state| state.last_seq()).is_some_and(|last| last >= seq) {
                continue;
            }
            self.redo(customer, entry, seq, &mut unit, &mut done)?;
        }
        Ok(())
    }

    /// The customer whose state an entry changed, as the graph stands now. Merges and un-merges wrote their states at once.
    fn subject(&mut self, entry: &Entry) -> Result<Option<CustomerId>, StoreError> {
        let customer = match entry {
            Entry::Event(event) => return self.owner_of(&event.who),
            Entry::Timer { customer, .. } | Entry::Begin { customer, .. } | Entry::Restate { customer } => *customer,
            Entry::Rule { .. } | Entry::Unmerge { .. } => return Ok(None),
        };
        self.db.current_customer(customer)
    }

    fn owner_of(&mut self, who: &[IdentityId]) -> Result<Option<CustomerId>, StoreError> {
        Ok(self.through(who)?.map(|(_, customer)| customer))
    }

    /// The identity that an event came through, as the graph stands now, and its customer.
    fn through(&mut self, who: &[IdentityId]) -> Result<Option<(IdentityId, CustomerId)>, StoreError> {
        let mut best: Option<(u8, IdentityId, CustomerId)> = None;
        for id in who {
            let Some((_, row)) = self.db.identity(*id)? else { continue };
            let rank = match row.standing {
                0 => 0,
                1 => 1,
                3 => 2,
                _ => 3,
            };
            if best.is_none_or(|(known, ..)| rank < known) {
                best = Some((rank, *id, row.customer));
            }
        }
        Ok(best.map(|(_, id, customer)| (id, customer)))
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
                let through = self.through(&event.who)?.map_or(IdentityId::new(0), |(id, _)| id);
                self.next_seq = seq + 1;
                self.rename.push_back((unit.seq, customer));
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
            Entry::Rule { .. } | Entry::Unmerge { .. } => {}
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
