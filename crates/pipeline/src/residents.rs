//! Customers in memory: loaded when touched, written back behind the log, dropped when memory is short.
//!
//! A state may lie behind the log on disk; the log brings it up to date after a crash. How far behind is bounded: when the
//! oldest unwritten change is [`LAG_LIMIT`] entries back, a sweep begins that writes all that is unwritten while half as many
//! more come in. It goes in the order of customers, so that many fall on one page.

use std::collections::{BTreeSet, VecDeque};

use base::{BigMap, CustomerId, Timestamp};
use foldhash::fast::RandomState;
use signals::Customer;
use store::{Connection, StateRow, StoreError, Unit};

/// How far back in the log the oldest unwritten change may lie before a sweep begins.
pub const LAG_LIMIT: u64 = 500_000;

struct Resident {
    customer: Customer,
    /// The place in the log of the first change not yet written.
    dirty_since: Option<u64>,
    /// Whether it was touched since the last sweep.
    young: bool,
    size: usize,
}

/// Customers being written, last first.
#[derive(Default)]
struct Sweep {
    left: Vec<CustomerId>,
    size: usize,
    /// The place in the log of the first unwritten change among them.
    from: u64,
}

/// The customers in memory.
pub struct Residents {
    all: BigMap<CustomerId, Resident, RandomState>,
    /// Those with unwritten changes, by the first of them, but for those in the sweep.
    dirty: VecDeque<(u64, CustomerId)>,
    sweep: Sweep,
    due: BTreeSet<(Timestamp, CustomerId)>,
    /// Up to here all customers whose stored state was due are in memory.
    woken: (Timestamp, CustomerId),
    bytes: usize,
    /// From how many bytes on the next sweep is worth its while.
    sweep_at: usize,
}

impl Default for Residents {
    fn default() -> Self {
        Self {
            all: BigMap::default(),
            dirty: VecDeque::new(),
            sweep: Sweep::default(),
            due: BTreeSet::new(),
            woken: (Timestamp::MIN, CustomerId::new(0)),
            bytes: 0,
            sweep_at: 0,
        }
    }
}

impl Residents {
    /// Whether they take more than `limit` bytes and a [`Residents::sweep`] may help.
    #[must_use]
    pub fn is_full(&self, limit: usize) -> bool {
        self.bytes > limit.max(self.sweep_at)
    }

    /// Whether a customer is in memory.
    #[must_use]
    pub fn has(&self, id: CustomerId) -> bool {
        self.all.contains_key(&id)
    }

    /// About how many bytes they take.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many have changes that are not written.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.dirty.len() + self.sweep.left.len()
    }

    /// Puts a customer that has no stored state.
    pub fn put_new(&mut self, id: CustomerId, customer: Customer) {
        let size = customer.size();
        self.bytes += size;
        if let Some(due) = customer.due() {
            self.due.insert((due, id));
        }
        if let Some(old) = self.all.insert(id, Resident { customer, dirty_since: None, young: true, size }) {
            self.bytes -= old.size;
        }
    }

    /// Brings a customer into memory.
    ///
    /// # Errors
    /// The database's, or a state that cannot be read.
    pub fn load(&mut self, id: CustomerId, from: &mut Connection) -> Result<(), StoreError> {
        if self.has(id) {
            return Ok(());
        }
        let stored = from.state(id)?;
        let customer = match stored {
            Some(stored) => read(id, &stored.body, from)?,
            None => Customer::default(),
        };
        self.put_new(id, customer);
        Ok(())
    }

    /// Brings several customers into memory in one round.
    ///
    /// # Errors
    /// As [`Residents::load`].
    pub fn load_all(&mut self, ids: &[CustomerId], from: &mut Connection) -> Result<(), StoreError> {
        let missing: Vec<CustomerId> = ids.iter().copied().filter(|id| !self.has(*id)).collect();
        for (id, stored) in from.states(&missing)? {
            let customer = read(id, &stored.body, from)?;
            self.put_new(id, customer);
        }
        Ok(())
    }

    /// Brings customers into memory whose stored state is due by `at`, at most `limit` of them.
    ///
    /// # Errors
    /// As [`Residents::load`].
    pub fn wake(&mut self, at: Timestamp, limit: usize, from: &mut Connection) -> Result<(), StoreError> {
        let due = from.due(self.woken, at, limit)?;
        for (_, customer) in &due {
            self.load(*customer, from)?;
        }
        self.woken = match due.last() {
            Some(last) if due.len() == limit => *last,
            _ => self.woken.max((at, CustomerId::new(0))),
        };
        Ok(())
    }

    /// Changes a customer that is in memory, at a place in the log.
    pub fn change<T>(&mut self, id: CustomerId, seq: u64, f: impl FnOnce(&mut Customer) -> T) -> T {
        let resident = self.all.entry(id).or_insert_with(|| Resident {
            customer: Customer::default(),
            dirty_since: None,
            young: true,
            size: 0,
        });
        let due = resident.customer.due();
        let answer = f(&mut resident.customer);
        self.touched(id, seq, due);
        answer
    }

    /// Notes that a customer was changed at a place in the log; it was due at `due` before.
    pub fn touched(&mut self, id: CustomerId, seq: u64, due: Option<Timestamp>) {
        let Some(resident) = self.all.get_mut(&id) else { return };
        resident.young = true;
        if resident.dirty_since.is_none() {
            resident.dirty_since = Some(seq);
            self.dirty.push_back((seq, id));
        }
        let size = resident.customer.size();
        self.bytes = (self.bytes + size).saturating_sub(resident.size);
        resident.size = size;
        let now = resident.customer.due();
        if now != due {
            due.map(|due| self.due.remove(&(due, id)));
            now.map(|due| self.due.insert((due, id)));
        }
    }

    /// Looks at a customer that is in memory. `f` may fill its caches, nothing else.
    pub fn look<T>(&mut self, id: CustomerId, f: impl FnOnce(&mut Customer) -> T) -> Option<T> {
        let resident = self.all.get_mut(&id)?;
        resident.young = true;
        Some(f(&mut resident.customer))
    }

    /// A customer that is in memory, which may still be dropped for having been touched by nobody.
    #[must_use]
    pub fn peek(&self, id: CustomerId) -> Option<&Customer> {
        self.all.get(&id).map(|resident| &resident.customer)
    }

    /// Takes a customer out for good.
    pub fn remove(&mut self, id: CustomerId) -> Option<Customer> {
        let resident = self.all.remove(&id)?;
        resident.customer.due().map(|due| self.due.remove(&(due, id)));
        self.bytes = self.bytes.saturating_sub(resident.size);
        Some(resident.customer)
    }

    /// The customer in memory that is due first, if by `at`.
    #[must_use]
    pub fn first_due(&self, at: Timestamp) -> Option<(Timestamp, CustomerId)> {
        self.due.first().copied().filter(|(due, _)| *due <= at)
    }

    /// Writes one customer with this unit, all of it where `all`.
    pub fn write(&mut self, id: CustomerId, seq: u64, all: bool, unit: &mut Unit) {
        let Some(resident) = self.all.get_mut(&id) else { return };
        let events = u64::try_from(resident.customer.history.len()).unwrap_or(0);
        let seen = resident.customer.history.span();
        let stored = resident.customer.store(all);
        let row = StateRow { seq, due: stored.due, seen, events, body: stored.state };
        unit.states.insert(id, Some(row));
        let segments = stored.segments.into_iter().map(|((kind, number), body)| ((id, kind, number), body));
        unit.segments.extend(segments);
        resident.dirty_since = None;
    }

    /// How many customers a commit with so many entries should write: none before a sweep is due, then enough to end it while
    /// half of [`LAG_LIMIT`] come in. When memory is full a sweep is due at once.
    pub fn pace(&mut self, next_seq: u64, entries: usize, is_full: bool) -> usize {
        const HALF: usize = LAG_LIMIT as usize / 2;
        self.forget_written();
        let lag = self.dirty.front().map_or(0, |(since, _)| next_seq.saturating_sub(*since));
        if self.sweep.left.is_empty() && lag < LAG_LIMIT && !is_full {
            return 0;
        }
        let size = if self.sweep.left.is_empty() { self.dirty.len() } else { self.sweep.size };
        entries * size / HALF + 1
    }

    /// Writes up to `limit` customers; returns from where the log is needed to bring the others up to date.
    pub fn write_back(&mut self, next_seq: u64, limit: usize, unit: &mut Unit) -> u64 {
        self.forget_written();
        if limit > 0 && self.sweep.left.is_empty() {
            self.sweep.from = self.dirty.front().map_or(next_seq, |(since, _)| *since);
            self.sweep.left = self.dirty.drain(..).map(|(_, id)| id).collect();
            self.sweep.left.sort_unstable_by(|one, other| other.cmp(one));
            self.sweep.left.dedup();
            self.sweep.size = self.sweep.left.len();
        }
        for _ in 0..limit {
            let Some(id) = self.sweep.left.pop() else { break };
            if self.all.get(&id).is_some_and(|resident| resident.dirty_since.is_some()) {
                self.write(id, next_seq, false, unit);
            }
        }
        let dirty = self.dirty.front().map_or(next_seq, |(since, _)| *since);
        if self.sweep.left.is_empty() { dirty } else { dirty.min(self.sweep.from) }
    }

    /// Drops from the front of the queue what was written otherwise.
    fn forget_written(&mut self) {
        let all = &self.all;
        let stale =
            |(since, id): &(u64, CustomerId)| all.get(id).is_none_or(|resident| resident.dirty_since != Some(*since));
        while self.dirty.front().is_some_and(stale) {
            self.dirty.pop_front();
        }
    }

    /// Drops customers that are written and were not touched lately, when together they take more than `limit` bytes.
    pub fn sweep(&mut self, limit: usize) {
        if !self.is_full(limit) {
            return;
        }
        let (due, woken) = (&mut self.due, self.woken.0);
        let mut bytes = self.bytes;
        self.all.retain(|id, resident| {
            let is_awake = resident.customer.due().is_some_and(|at| at <= woken);
            let keep = resident.dirty_since.is_some() || is_awake || std::mem::take(&mut resident.young);
            if !keep {
                bytes = bytes.saturating_sub(resident.size);
                resident.customer.due().map(|at| due.remove(&(at, *id)));
            }
            keep
        });
        self.bytes = bytes;
        self.sweep_at = bytes / 8 * 9;
    }
}

/// Reads a stored customer.
///
/// # Errors
/// The database's, or a state that cannot be read.
pub fn read(id: CustomerId, body: &[u8], from: &mut Connection) -> Result<Customer, StoreError> {
    let mut failed = None;
    let customer = Customer::load(body, |(kind, number)| match from.segment(id, kind, number) {
        Ok(found) => found,
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    customer.map_err(|error| StoreError::Corrupt { what: "the state of a customer", why: error.to_string() })
}
