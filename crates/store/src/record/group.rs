//! Records in groups: how many are alike in a field, and what others come to, as one statement for either database.

use std::fmt::Write as _;

use base::DAY_MS;
use domain::object::{FieldNumber, Object};

use super::column;
use super::query::{Query, Test, Writing};
use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// At which place a number is cut in two to be added up.
const PART: i64 = 1_000_000_000;
/// How many days are added before a day is counted, so that none is below nothing: both databases cut towards nothing.
const FAR_DAYS: i64 = 5_000_000;

/// How far ahead of UTC a zone's clock is, from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The instant, in milliseconds.
    pub from_ms: i64,
    /// How far, in milliseconds.
    pub ahead_ms: i64,
}

/// In what records of a group are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A field's value.
    Value(FieldNumber),
    /// The day that an instant is in, in days since 1970, by a clock that is ahead so far; the first of them is for all before.
    Day(FieldNumber, Vec<Shift>),
}

impl By {
    /// The field.
    #[must_use]
    pub const fn field(&self) -> FieldNumber {
        match self {
            Self::Value(field) | Self::Day(field, _) => *field,
        }
    }
}

/// The day, in days since 1970, that an instant is in by a clock that is ahead so far.
#[must_use]
pub fn day(shifts: &[Shift], at_ms: i64) -> i64 {
    let place = shifts.partition_point(|shift| shift.from_ms <= at_ms);
    let ahead = shifts.get(place.saturating_sub(1)).map_or(0, |shift| shift.ahead_ms);
    at_ms.saturating_add(ahead).div_euclid(DAY_MS)
}

/// How records are put into groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// In what they are alike; all of them are one group where it is none.
    pub by: Option<By>,
    /// In what else.
    pub split: Option<FieldNumber>,
    /// Which fields are added up.
    pub sums: Vec<FieldNumber>,
    /// Whether the greatest value comes first, rather than the group with the most records. What has no value comes last.
    pub latest: bool,
    /// The most groups.
    pub limit: u32,
}

/// What a field comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many records have a value.
    pub present: u64,
    /// Their sum; none where there are none, and where it is beyond all numbers.
    pub sum: Option<i64>,
}

impl Sum {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let sum = match (self.present, other.present) {
            (0, _) => other.sum,
            (_, 0) => self.sum,
            _ => self.sum.zip(other.sum).and_then(|(one, other)| one.checked_add(other)),
        };
        Self { present: self.present + other.present, sum }
    }
}

/// Records that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their value, or day.
    pub value: Value,
    /// Their value in what else they are alike in.
    pub split: Option<i64>,
    /// How many.
    pub count: u64,
    /// What each field comes to that was to be added up.
    pub sums: Vec<Sum>,
}

impl Group {
    /// Their value, where it is a number.
    #[must_use]
    pub const fn number(&self) -> Option<i64> {
        match &self.value {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// What records are alike in, as SQL says it.
fn key(by: &By) -> String {
    let column = format!("t0.{}", column(by.field()));
    let By::Day(_, shifts) = by else { return column };
    let mut ahead = String::new();
    for pair in shifts.windows(2) {
        if let [shift, next] = pair {
            write!(ahead, "WHEN {column} < {} THEN {} ", next.from_ms, shift.ahead_ms).ok();
        }
    }
    let last = shifts.last().map_or(0, |shift| shift.ahead_ms);
    let ahead = if ahead.is_empty() { last.to_string() } else { format!("CASE {ahead}ELSE {last} END") };
    format!("({column} + {ahead} + {}) / {DAY_MS} - {FAR_DAYS}", FAR_DAYS * DAY_MS)
}

fn write(to: &mut Writing, object: &Object, test: &Test, grouping: &Grouping) {
    let none = || "CAST(NULL AS BIGINT)".to_owned();
    let by = grouping.by.as_ref().map_or_else(none, key);
    let split = grouping.split.map_or_else(none, |field| format!("t0.{}", column(field)));
    to.push(&format!("SELECT {by}, {split}, COUNT(*)"));
    for field in &grouping.sums {
        // In two parts, neither of which can run over; PostgreSQL adds up to a type of its own.
        let field = format!("t0.{}", column(*field));
        to.push(&format!(
            ", COUNT({field}), CAST(SUM({field} / {PART}) AS BIGINT), CAST(SUM({field} % {PART}) AS BIGINT)"
        ));
    }
    Query { test: test.clone(), order: Vec::new(), after: None, limit: 0 }.from(to, object);
    let keys: Vec<&str> =
        [grouping.by.as_ref().map(|_| "1"), grouping.split.map(|_| "2")].into_iter().flatten().collect();
    if !keys.is_empty() {
        let first = if grouping.latest { "1 DESC NULLS LAST" } else { "COUNT(*) DESC" };
        to.push(&format!(" GROUP BY {} ORDER BY {first}, MIN(t0.id) LIMIT {}", keys.join(", "), grouping.limit));
    }
}

fn sum(row: &Row, at: usize) -> Sum {
    let parts = row.int_or_null(at + 1).zip(row.int_or_null(at + 2));
    let whole = |(high, low): (i64, i64)| i64::try_from(i128::from(high) * i128::from(PART) + i128::from(low)).ok();
    Sum { present: row.number(at), sum: parts.and_then(whole) }
}

impl Connection {
    /// The groups of records that pass, the first of them first; of those that are alike in that, the one with the earliest record.
    ///
    /// # Errors
    /// The database's.
    pub fn group_records(
        &mut self,
        object: &Object,
        test: &Test,
        grouping: &Grouping,
    ) -> Result<Vec<Group>, StoreError> {
        let mut to = Writing::new(self);
        write(&mut to, object, test, grouping);
        let group = |row: &Row| Group {
            value: row.value(0),
            split: row.int_or_null(1),
            count: row.number(2),
            sums: (0..grouping.sums.len()).map(|place| sum(row, 3 + 3 * place)).collect(),
        };
        let (sql, values) = to.done();
        Ok(self.query(&sql, &values)?.iter().map(group).collect())
    }
}
