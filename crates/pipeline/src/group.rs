//! A group of events and commands becomes one unit of work and one commit.

use base::{CustomerId, SourceId, Timestamp};
use domain::Rejection;
use store::log::Entry;
use store::{RejectionRow, StoreError, Unit};

use crate::engine::{Committed, Engine, EngineError, Taken, sources_full};
use crate::seal::Sealed;

/// The most timers that one commit lets fire.
const TIMERS_LIMIT: usize = 20_000;
/// The most customers for whom one commit begins rules.
const BEGIN_LIMIT: u32 = 500;
/// The most customers that one commit writes back when there is nothing else to do: few enough not to be in the way.
const IDLE_WRITES: usize = 250;
/// The rows by which identities, and decisions, are found that one commit writes, besides twice as many as are new with it.
const FOUND_WRITES: usize = 64;
/// And when the writer is about to stop.
const LAST_WRITES: usize = 5_000;

/// What the writer has to do besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// Events are waiting.
    Busy,
    /// Nothing came for a while.
    Idle,
    /// Nothing will come.
    Ending,
}

/// A line that was refused before it came to the writer.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Its source, as far as known.
    pub source: String,
    /// The line, in a file or body of many.
    pub line: Option<u64>,
    /// Why.
    pub rejection: Rejection,
}

impl Engine {
    /// Starts a unit at the present instant.
    pub(crate) fn unit(&mut self, now: Timestamp) -> Unit {
        let received_at = self.clock(now);
        Unit { received_at, seq: self.next_seq, ..Unit::default() }
    }

    /// Takes events into a unit, in their order.
    pub(crate) fn take_all(
        &mut self,
        events: Vec<Sealed>,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Vec<Taken>, StoreError> {
        let mut taken = Vec::with_capacity(events.len());
        for sealed in events {
            let Some(source) = self.source(&sealed.0.source)? else {
                taken.push(Taken::Rejected(sources_full()));
                continue;
            };
            let outcome = self.take(sealed, source, unit, done)?;
            count(unit, source, &outcome);
            taken.push(outcome);
        }
        Ok(taken)
    }

    /// Lets every window move that is due, and brings records of customers up to date that earlier commits may have changed.
    pub(crate) fn tick(&mut self, unit: &mut Unit, done: &mut Committed) -> Result<(), EngineError> {
        self.portray_some(unit, done)?;
        self.waiting = self.restating.len();
        let at = unit.received_at;
        self.residents.wake(at, TIMERS_LIMIT, &mut self.db)?;
        for _ in 0..TIMERS_LIMIT {
            let Some((_, customer)) = self.residents.first_due(at) else { break };
            self.begin_early(customer, unit, done)?;
            self.advance(customer, at, false, unit, done)?;
        }
        Ok(())
    }

    /// Does some of what is left to do behind.
    pub(crate) fn behind(&mut self, unit: &mut Unit, done: &mut Committed, load: Load) -> Result<(), StoreError> {
        self.begin_some(unit, done)?;
        self.derive_some(unit, done)?;
        if self.waiting > 0 && !self.restating.is_empty() {
            let customer = self.restating.remove(0);
            unit.restating = Some(self.restating.clone());
            self.begin_early(customer, unit, done)?;
            let seq = self.append(unit, Entry::Restate { customer });
            self.restate_whole(customer, seq, unit, done)?;
        }
        unit.decisions.iter().for_each(|(id, row)| self.decided.add(*id, row));
        let early = load != Load::Busy;
        let (limit, found, decided) = match load {
            Load::Ending => (LAST_WRITES, LAST_WRITES, LAST_WRITES),
            Load::Idle => (IDLE_WRITES, IDLE_WRITES, IDLE_WRITES),
            Load::Busy => {
                let is_full = self.residents.bytes() > self.settings.memory;
                let states = self.residents.pace(self.next_seq, unit.entries.len(), is_full);
                (states, FOUND_WRITES + 2 * unit.identities.len(), FOUND_WRITES + 2 * unit.decisions.len())
            }
        };
        unit.found = self.lookup.stretch(found, early);
        unit.decided = self.decided.stretch(decided, early);
        let from = self.residents.write_back(self.next_seq, limit, unit);
        self.note_known(unit, done);
        unit.recover_from = Some(self.stale.front().map_or(from, |one| from.min(one.seq)));
        unit.seen = self.seen.stretch(self.next_seq);
        Ok(())
    }

    /// Looks at all rules of a customer again.
    pub(crate) fn restate_whole(
        &mut self,
        customer: CustomerId,
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        self.residents.load(customer, &mut self.db)?;
        self.restate(customer, seq, unit, done);
        self.write_tags(customer, false, unit);
        Ok(())
    }

    /// Begins or ends changed rules for some more customers.
    fn begin_some(&mut self, unit: &mut Unit, done: &mut Committed) -> Result<(), StoreError> {
        let beginning = self.rules.iter().find_map(|(id, row)| row.beginning.map(|after| (*id, after)));
        let Some((rule, after)) = beginning else { return Ok(()) };
        let customers = self.db.customers_after(after, BEGIN_LIMIT)?;
        self.residents.load_all(&customers, &mut self.db)?;
        for customer in &customers {
            self.begin(rule, *customer, unit, done)?;
        }
        // A customer may be new with a commit that is not stored yet, and is found when it is.
        let is_logged = self.begun_at.get(&rule).is_none_or(|seq| *seq < self.handed_over);
        if customers.is_empty() && !is_logged {
            return Ok(());
        }
        if let Some(row) = self.rules.get_mut(&rule) {
            row.beginning = customers.last().copied();
            unit.rules.insert(rule, row.clone());
        }
        Ok(())
    }

    /// Notes refused lines in the unit.
    pub(crate) fn refuse(&mut self, refused: Vec<Refused>, unit: &mut Unit) -> Result<(), StoreError> {
        for line in refused {
            if let Some(source) = self.source(&line.source)? {
                unit.sources.entry(source).or_default().rejected += 1;
            }
            let rejection = line.rejection;
            unit.rejections.push(RejectionRow {
                at: unit.received_at,
                source: line.source,
                line: line.line,
                field: rejection.field,
                code: serde_json::to_value(rejection.code)
                    .ok()
                    .and_then(|code| code.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                message: serde_json::to_string(&rejection.message).unwrap_or_default(),
            });
        }
        Ok(())
    }
}

fn count(unit: &mut Unit, source: SourceId, outcome: &Taken) {
    let counts = unit.sources.entry(source).or_default();
    match outcome {
        Taken::Accepted(_) => counts.accepted += 1,
        Taken::Duplicate => counts.duplicates += 1,
        Taken::Rejected(_) | Taken::Withheld => {}
    }
}
