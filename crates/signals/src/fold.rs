//! What the rows of a window come to: one pass that serves every function.

use crate::layout::ABSENT;
use crate::program::Measure;

/// The sum of rows, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fold {
    /// Rows that the filter let through.
    pub(crate) count: i64,
    /// Of those, rows that have the field.
    pub(crate) valued: i64,
    /// Their total, in ten-thousandths.
    pub(crate) sum: i128,
    pub(crate) min: i64,
    pub(crate) max: i64,
    /// Value and place in the log of the first and the last that have it.
    pub(crate) first: (i64, i64),
    pub(crate) last: (i64, i64),
    /// Whether an amount in another currency was among them.
    pub(crate) foreign: bool,
}

impl Fold {
    pub(crate) const EMPTY: Self = Self {
        count: 0,
        valued: 0,
        sum: 0,
        min: i64::MAX,
        max: i64::MIN,
        first: (ABSENT, 0),
        last: (ABSENT, 0),
        foreign: false,
    };

    /// Adds rows that are all later than those before.
    pub(crate) fn add(&mut self, measure: &Measure, rows: &[i64], width: usize) {
        for row in rows.chunks_exact(width) {
            if measure.lets_through(row) {
                self.count += 1;
                self.add_value(measure, row);
            }
        }
    }

    fn add_value(&mut self, measure: &Measure, row: &[i64]) {
        let Some(value) = measure.value(row) else { return };
        self.foreign |= measure.is_foreign(row);
        if self.valued == 0 {
            self.first = (value, row.get(1).copied().unwrap_or(0));
        }
        self.last = (value, row.get(1).copied().unwrap_or(0));
        self.valued += 1;
        self.sum += i128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Adds a sum of rows that are all later.
    pub(crate) fn then(&mut self, later: &Self) {
        if self.valued == 0 {
            self.first = later.first;
        }
        if later.valued > 0 {
            self.last = later.last;
        }
        self.count += later.count;
        self.valued += later.valued;
        self.sum += later.sum;
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
        self.foreign |= later.foreign;
    }
}
