//! The rows that lead somewhere by a field, found from there.

use hashbrown::HashMap;

/// What stands for no row.
const NONE: u32 = u32::MAX;

/// Of each number that a field holds, the rows that have it, each with the next and the one before.
#[derive(Debug, Default)]
pub(crate) struct Back {
    first: HashMap<u64, u32, foldhash::fast::RandomState>,
    next: Vec<u32>,
    before: Vec<u32>,
}

impl Back {
    /// Moves a row from one number to another.
    pub(crate) fn put(&mut self, row: usize, from: Option<u64>, to: Option<u64>) {
        let Ok(place) = u32::try_from(row) else { return };
        if from == to {
            return;
        }
        if self.next.len() <= row {
            self.next.resize(row + 1, NONE);
            self.before.resize(row + 1, NONE);
        }
        if let Some(from) = from {
            let (next, before) = (link(&self.next, place), link(&self.before, place));
            match (before, next) {
                (NONE, NONE) => drop(self.first.remove(&from)),
                (NONE, next) => drop(self.first.insert(from, next)),
                (before, next) => set(&mut self.next, before, next),
            }
            set(&mut self.before, next, before);
        }
        let next = to.and_then(|to| self.first.insert(to, place)).unwrap_or(NONE);
        set(&mut self.before, next, place);
        set(&mut self.next, place, next);
        set(&mut self.before, place, NONE);
    }

    /// The rows that lead to a number.
    pub(crate) fn rows(&self, number: u64) -> impl Iterator<Item = usize> {
        let first = self.first.get(&number).copied();
        std::iter::successors(first, |row| Some(link(&self.next, *row)).filter(|row| *row != NONE))
            .map(|row| row as usize)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        (self.next.capacity() + self.before.capacity()) * 4 + self.first.allocation_size()
    }
}

fn link(links: &[u32], row: u32) -> u32 {
    links.get(row as usize).copied().unwrap_or(NONE)
}

fn set(links: &mut [u32], row: u32, to: u32) {
    if let Some(slot) = links.get_mut(row as usize) {
        *slot = to;
    }
}
