//! A run of rows, with what measures made of them.

use crate::fold::Fold;
use crate::layout::HEAD;
use crate::program::Measure;

/// The most rows in a segment.
pub const SEGMENT_ROWS: usize = 256;
/// Of how many rows the sum is worth keeping.
const FOLD_ROWS: usize = 32;

/// A run of rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    /// Its name within the stream, for storage.
    pub(crate) number: u32,
    rows: Vec<i64>,
    /// The keys of its first and last row, here so that a search among segments need not look into each.
    first: Key,
    last: Key,
    /// What measures made of its rows, by measure: of all, or of the first so many.
    folds: Vec<(u64, usize, Fold)>,
    /// Whether it changed since it was stored.
    pub(crate) dirty: bool,
}

/// What rows are in order of: time and place in the log.
pub(crate) type Key = (i64, i64);

pub(crate) fn time_of(row: &[i64]) -> i64 {
    row.first().copied().unwrap_or(i64::MIN)
}

fn seq_of(row: &[i64]) -> i64 {
    row.get(1).copied().unwrap_or(0)
}

/// The identity a row came through.
pub(crate) fn identity_of(row: &[i64]) -> i64 {
    row.get(2).copied().unwrap_or(0)
}

pub(crate) fn key(row: &[i64]) -> Key {
    (time_of(row), seq_of(row))
}

impl Segment {
    /// `rows` are in order, and not none.
    pub(crate) fn new(number: u32, rows: Vec<i64>, width: usize, dirty: bool) -> Self {
        let (first, last) = (key(&rows), key(rows.get(rows.len().saturating_sub(width)..).unwrap_or_default()));
        Self { number, rows, first, last, folds: Vec::new(), dirty }
    }

    pub(crate) fn len(&self, width: usize) -> usize {
        self.rows.len() / width.max(HEAD)
    }

    pub(crate) fn rows(&self) -> &[i64] {
        &self.rows
    }

    pub(crate) const fn first(&self) -> Key {
        self.first
    }

    pub(crate) const fn last(&self) -> Key {
        self.last
    }

    /// The first row at which `test` no longer holds; rows are partitioned by it.
    fn partition(&self, width: usize, test: impl Fn(&[i64]) -> bool) -> usize {
        let row = |place: usize| self.rows.get(place * width..(place + 1) * width).unwrap_or_default();
        let (mut low, mut high) = (0, self.len(width));
        while low < high {
            let middle = low.midpoint(high);
            if test(row(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The rows from `from` to `to`, both in.
    pub(crate) fn between(&self, width: usize, from: i64, to: i64) -> &[i64] {
        let low = if self.first.0 >= from { 0 } else { self.partition(width, |row| time_of(row) < from) };
        let high = if self.last.0 <= to { self.len(width) } else { self.partition(width, |row| time_of(row) <= to) };
        self.rows.get(low * width..high * width).unwrap_or_default()
    }

    /// Adds a row; what was made of those before it stays.
    pub(crate) fn insert(&mut self, width: usize, row: &[i64]) {
        let new = key(row);
        if self.last < new {
            self.rows.extend_from_slice(row);
        } else {
            let place = self.partition(width, |known| key(known) < new) * width;
            self.rows.splice(place..place, row.iter().copied());
            self.folds.retain(|(_, done, _)| *done <= place);
        }
        (self.first, self.last) = (self.first.min(new), self.last.max(new));
        self.dirty = true;
    }

    /// Splits off the later half under a name of its own.
    pub(crate) fn split(&mut self, width: usize, number: u32) -> Self {
        let later = self.rows.split_off(self.len(width) / 2 * width);
        *self = Self::new(self.number, std::mem::take(&mut self.rows), width, true);
        Self::new(number, later, width, true)
    }

    /// Makes room for longer rows; `widen` gives the new of the old.
    pub(crate) fn widen(&mut self, widen: impl Fn(&[i64]) -> Vec<i64>) {
        self.rows = widen(&self.rows);
        self.folds.clear();
        self.dirty = true;
    }

    /// About how many bytes of memory it takes, an eighth of its rows for what measures made of them.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.rows.capacity() * 9
    }

    /// Adds what a measure makes of the rows from `from` to `to`, both in.
    pub(crate) fn fold_into(&mut self, whole: &mut Fold, measure: &Measure, width: usize, (from, to): (i64, i64)) {
        let rows = self.between(width, from, to);
        if rows.len() < FOLD_ROWS * width || rows.len() < self.rows.len() {
            whole.add(measure, rows, width);
        } else {
            whole.then(&self.fold(measure, width));
        }
    }

    /// What a measure makes of all rows.
    pub(crate) fn fold(&mut self, measure: &Measure, width: usize) -> Fold {
        let place = self.folds.iter().position(|(stamp, ..)| *stamp == measure.stamp).unwrap_or_else(|| {
            self.folds.push((measure.stamp, 0, Fold::EMPTY));
            self.folds.len() - 1
        });
        let Some((_, done, fold)) = self.folds.get_mut(place) else { return Fold::EMPTY };
        fold.add(measure, self.rows.get(*done..).unwrap_or_default(), width);
        *done = self.rows.len();
        *fold
    }
}
