//! What a formula comes to for a record.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use base::{TimeZone, Timestamp};
use domain::object::{Cell, FieldNumber, TEXT_CHARS, several};
use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Between, Formula, Function, Kind, Part};

const DAY_MS: i64 = base::DAY_MS;
/// The places of a stored number.
const PLACES: u32 = 4;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(Decimal),
    Date(i64),
    /// Milliseconds since 1970.
    Instant(i64),
    Bool(bool),
    Text(String),
    Choice(i64),
}

/// What a part is computed from.
struct Record<'r> {
    cells: &'r BTreeMap<FieldNumber, Cell>,
    zone: &'r TimeZone,
}

impl Formula {
    /// What it comes to for a record with these values; none where something that it needs is not there. Days are those of `zone`.
    #[must_use]
    pub fn value(&self, cells: &BTreeMap<FieldNumber, Cell>, zone: &TimeZone) -> Option<Cell> {
        stored(self.gives, Record { cells, zone }.value(&self.of)?)
    }

    /// Whether it is true of a record.
    #[must_use]
    pub fn holds(&self, cells: &BTreeMap<FieldNumber, Cell>, zone: &TimeZone) -> bool {
        Record { cells, zone }.value(&self.of) == Some(Value::Bool(true))
    }
}

/// In ten-thousandths, as numbers are stored.
fn scaled(number: Decimal) -> Option<i64> {
    let rounded = number.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero);
    rounded.checked_mul(Decimal::from(base::Decimal::SCALE))?.to_i64()
}

fn stored(kind: Kind, value: Value) -> Option<Cell> {
    Some(match value {
        Value::Number(number) if kind == Kind::Percent => Cell::Int(scaled(number.checked_mul(Decimal::ONE_HUNDRED)?)?),
        Value::Number(number) => Cell::Int(scaled(number)?),
        Value::Date(number) | Value::Instant(number) | Value::Choice(number) => Cell::Int(number),
        Value::Bool(is) => Cell::Int(i64::from(is)),
        Value::Text(text) if text.is_empty() => return None,
        Value::Text(text) => Cell::Text(text.chars().take(TEXT_CHARS).collect()),
    })
}

fn date(days: i64) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn days(date: Date) -> Option<i64> {
    let span = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).ok()?;
    Some(i64::from(span.get_days()))
}

/// Days since 1970 of a day such as 2026-06-03.
pub(super) fn days_of(text: &str) -> Option<i64> {
    days(text.parse().ok()?)
}

/// A day such as 2026-06-03, of its days since 1970.
pub(super) fn day(number: i64) -> String {
    date(number).map(|date| date.to_string()).unwrap_or_default()
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) if number.is_integer() => number.to_i64(),
        _ => None,
    }
}

impl Record<'_> {
    fn value(&self, part: &Part) -> Option<Value> {
        Some(match part {
            Part::Field(number, kind) => match (self.cells.get(number)?, kind) {
                (Cell::Text(text), _) => Value::Text(text.clone()),
                (Cell::Int(number), Kind::Percent) => Value::Number(Decimal::new(*number, PLACES + 2)),
                (Cell::Int(number), Kind::Number | Kind::Money) => Value::Number(Decimal::new(*number, PLACES)),
                (Cell::Int(number), Kind::Date) => Value::Date(*number),
                (Cell::Int(number), Kind::Instant) => Value::Instant(*number),
                (Cell::Int(number), Kind::Bool) => Value::Bool(*number != 0),
                (Cell::Int(number), _) => Value::Choice(*number),
            },
            Part::Number(number) | Part::Percent(number) => Value::Number(*number),
            Part::Text(text) => Value::Text(text.clone()),
            Part::Bool(is) => Value::Bool(*is),
            Part::Date(days) => Value::Date(*days),
            Part::Choice(_, number) => Value::Choice(i64::from(*number)),
            Part::Nothing => return None,
            Part::Minus(part) => match self.value(part)? {
                Value::Number(number) => Value::Number(-number),
                _ => return None,
            },
            Part::Not(part) => match self.value(part)? {
                Value::Bool(is) => Value::Bool(!is),
                _ => return None,
            },
            Part::Two(Between::And, one, other) => self.both(one, other, false)?,
            Part::Two(Between::Or, one, other) => self.both(one, other, true)?,
            Part::Two(Between::Joined, one, other) => {
                // What is not there joins as nothing; that alone is no text.
                let (one, other) = (self.value(one), self.value(other));
                if one.is_none() && other.is_none() {
                    return None;
                }
                let text = |value: Option<Value>| value.map_or_else(String::new, |value| self.text(value));
                Value::Text(text(one) + &text(other))
            }
            Part::Two(between, one, other) => two(*between, self.value(one)?, self.value(other)?)?,
            Part::Call(function, parts) => self.call(*function, parts)?,
        })
    }

    /// `decides` by itself is enough; the other takes both.
    fn both(&self, one: &Part, other: &Part, decides: bool) -> Option<Value> {
        let (one, other) = (self.value(one), self.value(other));
        if one == Some(Value::Bool(decides)) || other == Some(Value::Bool(decides)) {
            return Some(Value::Bool(decides));
        }
        one.and(other)
    }

    fn text(&self, value: Value) -> String {
        match value {
            Value::Number(number) => number.normalize().to_string(),
            Value::Date(days) => day(days),
            Value::Instant(ms) => {
                let at = Timestamp::from_ms(ms).to_zoned(self.zone);
                at.strftime("%Y-%m-%d %H:%M").to_string()
            }
            Value::Text(text) => text,
            Value::Bool(_) | Value::Choice(_) => String::new(), // no formula joins these
        }
    }

    fn call(&self, function: Function, parts: &[Part]) -> Option<Value> {
        let (first, second) = (parts.first()?, parts.get(1));
        let number = || match self.value(first)? {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let day = || match self.value(first)? {
            Value::Date(days) => date(days),
            Value::Instant(ms) => Some(Timestamp::from_ms(ms).to_zoned(self.zone).date()),
            _ => None,
        };
        Some(match function {
            Function::If if self.value(first) == Some(Value::Bool(true)) => self.value(second?)?,
            Function::If => self.value(parts.get(2)?)?,
            Function::IfEmpty => match self.value(first) {
                Some(value) => value,
                None => self.value(second?)?,
            },
            Function::Empty => Value::Bool(self.value(first).is_none()),
            Function::Has => match (self.value(first)?, self.value(second?)?) {
                (Value::Choice(bits), Value::Choice(number)) => Value::Bool(bits >> number & 1 == 1),
                (Value::Text(tags), Value::Text(tag)) => {
                    Value::Bool(several::values(&tags).any(|known| known.to_lowercase() == tag.trim().to_lowercase()))
                }
                _ => return None,
            },
            Function::Contains => match (self.value(first)?, self.value(second?)?) {
                (Value::Text(text), Value::Text(part)) => {
                    Value::Bool(text.to_lowercase().contains(&part.to_lowercase()))
                }
                _ => return None,
            },
            Function::Round => {
                let places = second.map_or(Some(0), |part| whole(&self.value(part)?))?;
                let places = u32::try_from(places).ok().filter(|places| *places <= PLACES)?;
                Value::Number(number()?.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
            }
            Function::Floor => Value::Number(number()?.floor()),
            Function::Ceil => Value::Number(number()?.ceil()),
            Function::Abs => Value::Number(number()?.abs()),
            Function::Min => self.extreme(parts, Ordering::Less)?,
            Function::Max => self.extreme(parts, Ordering::Greater)?,
            Function::Percent | Function::Number | Function::Money => Value::Number(number()?),
            Function::Text => Value::Text(self.text(self.value(first)?)),
            Function::Length => match self.value(first)? {
                Value::Text(text) => Value::Number(Decimal::from(text.chars().count())),
                _ => return None,
            },
            Function::Date => {
                let mut of = parts.iter().map(|part| whole(&self.value(part)?));
                let (year, month, day) = (of.next()??, of.next()??, of.next()??);
                let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
                Value::Date(days(date.ok()?)?)
            }
            Function::Day => Value::Date(days(day()?)?),
            Function::Year => Value::Number(Decimal::from(day()?.year())),
            Function::Month => Value::Number(Decimal::from(day()?.month())),
        })
    }

    /// The least, or the greatest, of those that are there.
    fn extreme(&self, parts: &[Part], wanted: Ordering) -> Option<Value> {
        let there = parts.iter().filter_map(|part| self.value(part));
        there.reduce(|best, one| if ordered(&one, &best) == Some(wanted) { one } else { best })
    }
}

fn ordered(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) | (Value::Instant(one), Value::Instant(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Choice(one), Value::Choice(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn two(between: Between, one: Value, other: Value) -> Option<Value> {
    let compared = |holds: fn(Ordering) -> bool| ordered(&one, &other).map(|order| Value::Bool(holds(order)));
    match between {
        Between::Equal => compared(Ordering::is_eq),
        Between::NotEqual => compared(Ordering::is_ne),
        Between::Less => compared(Ordering::is_lt),
        Between::AtMost => compared(Ordering::is_le),
        Between::More => compared(Ordering::is_gt),
        Between::AtLeast => compared(Ordering::is_ge),
        Between::Plus | Between::Minus => added(between == Between::Minus, one, other),
        Between::Times | Between::By => {
            let (Value::Number(one), Value::Number(other)) = (one, other) else { return None };
            let made = if between == Between::Times { one.checked_mul(other) } else { one.checked_div(other) };
            made.map(Value::Number)
        }
        Between::Or | Between::And | Between::Joined => None, // these look at what is not there
    }
}

fn added(less: bool, one: Value, other: Value) -> Option<Value> {
    let signed = |number: Decimal| if less { -number } else { number };
    let between = |from: i64, to: i64| from.checked_sub(to).map(Decimal::from);
    Some(match (one, other) {
        (Value::Number(one), Value::Number(other)) => Value::Number(one.checked_add(signed(other))?),
        (Value::Date(one), Value::Date(other)) => Value::Number(between(one, other)?),
        (Value::Instant(one), Value::Instant(other)) => {
            Value::Number(between(one, other)?.checked_div(Decimal::from(DAY_MS))?)
        }
        (Value::Date(day), Value::Number(more)) => {
            let to = day.checked_add(signed(more).to_i64()?)?;
            date(to).map(|_| Value::Date(to))?
        }
        (Value::Instant(ms), Value::Number(more)) => {
            let to = ms.checked_add(signed(more).checked_mul(Decimal::from(DAY_MS))?.to_i64()?)?;
            date(to.div_euclid(DAY_MS)).map(|_| Value::Instant(to))?
        }
        _ => return None,
    })
}
