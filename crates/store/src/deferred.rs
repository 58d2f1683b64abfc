//! Rows on their way into two tables that follow another one in sweeps.
//!
//! New rows fall all over an order that is not the one they come in, so writing each with its commit would cost a page for
//! each. The newest wait in memory instead, and come in their order, a stretch with each commit, many to a page. Until then
//! they are found in the table that they come from, among those numbered after the last sweep.

use std::collections::BTreeSet;

/// What waits for the two tables.
pub(crate) struct Deferred<A, B> {
    fresh: Waiting<A, B>,
    /// The sweep under way.
    swept: Waiting<A, B>,
}

/// In the order in which they will be written.
struct Waiting<A, B> {
    first: BTreeSet<A>,
    second: BTreeSet<B>,
    /// The last number.
    upto: u64,
}

/// The next rows for the two tables, and with the last of a sweep the number up to which everything has come in.
pub(crate) type Next<A, B> = (Vec<A>, Vec<B>, Option<u64>);

impl<A, B> Default for Waiting<A, B> {
    fn default() -> Self {
        Self { first: BTreeSet::new(), second: BTreeSet::new(), upto: 0 }
    }
}

impl<A, B> Default for Deferred<A, B> {
    fn default() -> Self {
        Self { fresh: Waiting::default(), swept: Waiting::default() }
    }
}

impl<A: Ord, B: Ord> Deferred<A, B> {
    /// Adds what is new under a number; numbers go up, or stay.
    pub(crate) fn add(&mut self, number: u64, first: A, second: Option<B>) {
        self.fresh.first.insert(first);
        self.fresh.second.extend(second);
        self.fresh.upto = self.fresh.upto.max(number);
    }

    /// Lets only those wait on that pass.
    pub(crate) fn retain(&mut self, first: impl Fn(&A) -> bool, second: impl Fn(&B) -> bool) {
        for waiting in [&mut self.fresh, &mut self.swept] {
            waiting.first.retain(&first);
            waiting.second.retain(&second);
        }
    }

    /// What waits for the first table.
    pub(crate) fn first(&self) -> impl Iterator<Item = &A> {
        self.fresh.first.iter().chain(&self.swept.first)
    }

    /// How many rows wait.
    pub(crate) fn len(&self) -> usize {
        self.fresh.len() + self.swept.len()
    }

    /// The next rows, at most so many for each table; none unless a sweep is under way or `least` are worth one.
    pub(crate) fn next(&mut self, rows: usize, least: usize) -> Next<A, B> {
        if self.swept.len() == 0 {
            if self.fresh.first.len() < least.max(1) {
                return (Vec::new(), Vec::new(), None);
            }
            self.swept = std::mem::take(&mut self.fresh);
        }
        let next = &mut self.swept;
        let first = std::iter::from_fn(|| next.first.pop_first()).take(rows).collect();
        let second = std::iter::from_fn(|| next.second.pop_first()).take(rows).collect();
        (first, second, (next.len() == 0).then_some(next.upto))
    }
}

impl<A, B> Waiting<A, B> {
    fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }
}
