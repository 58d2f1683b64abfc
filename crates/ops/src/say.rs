//! Values and reasons as people read them.

use base::{Currency, Decimal, Money, Text, TimeZone, Timestamp};
use domain::Value;
use lexicon::{Comparator, Condition, Literal, Measure};
use signals::Measured;

/// An instant in the workspace's zone, to the minute.
pub(crate) fn instant(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

/// An amount to the cent: `¥1,512.00`, `USD 30.00`.
pub(crate) fn money(money: &Money) -> String {
    let amount = two_places(money.value);
    if money.currency == Currency::CNY { format!("¥{amount}") } else { format!("{} {amount}", money.currency) }
}

fn two_places(value: Decimal) -> String {
    let cents = (value.scaled().unsigned_abs() + 50) / 100;
    let sign = if value.scaled() < 0 && cents > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", thousands(cents / 100), cents % 100)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A field's value.
pub(crate) fn value(value: &Value, zone: &TimeZone) -> Text {
    match value {
        Value::Bool(value) => yes_or_no(*value),
        Value::Number(value) => Text::same(value.to_string()),
        Value::Money(value) => Text::same(money(value)),
        Value::Text(value) => Text::same(value.clone()),
        Value::Time(value) => Text::same(instant(*value, zone)),
    }
}

fn yes_or_no(yes: bool) -> Text {
    if yes { Text::new("是", "yes") } else { Text::new("否", "no") }
}

/// What a measure came to; `field` is the value of the event it points at.
pub(crate) fn measured(measured: &Measured, field: Option<&Value>, zone: &TimeZone) -> Text {
    match measured {
        Measured::Unknown => Text::new("未知", "unknown"),
        Measured::Number(value) => Text::same(value.to_string()),
        Measured::Money(value) => Text::same(money(value)),
        Measured::Bool(value) => yes_or_no(*value),
        Measured::Event(_) => field.map_or_else(|| Text::new("未知", "unknown"), |field| value(field, zone)),
    }
}

/// What a comparison wants.
pub(crate) fn wanted(op: Comparator, literal: &Literal) -> Text {
    let sign = match op {
        Comparator::Eq => "=",
        Comparator::Ne => "≠",
        Comparator::Lt => "<",
        Comparator::Le => "≤",
        Comparator::Gt => ">",
        Comparator::Ge => "≥",
    };
    let right = match literal {
        Literal::Number(value) => Text::same(value.to_string()),
        Literal::Money(value) => Text::same(money(value)),
        Literal::Text(value) => Text::same(value.clone()),
        Literal::Bool(value) => yes_or_no(*value),
    };
    Text::new(format!("{sign} {}", right.zh), format!("{sign} {}", right.en))
}

/// The comparisons of a condition in reading order, as [`Condition::measures`] gives their left sides.
pub(crate) fn comparisons(condition: &Condition) -> Vec<(&Measure, Comparator, &Literal)> {
    match condition {
        Condition::All { of } | Condition::Any { of } => of.iter().flat_map(comparisons).collect(),
        Condition::Not { of } => comparisons(of),
        Condition::Compare { measure, op, value } => vec![(measure, *op, value)],
    }
}

/// Whether a value stands so to a literal; none when unknown.
pub(crate) fn holds(left: &Measured, field: Option<&Value>, op: Comparator, right: &Literal) -> Option<bool> {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Measured::Number(left), Literal::Number(right)) => left.cmp(right),
        (Measured::Money(left), Literal::Money(right)) if left.currency == right.currency => {
            left.value.cmp(&right.value)
        }
        (Measured::Bool(left), Literal::Bool(right)) => left.cmp(right),
        (Measured::Event(_), _) => match (field?, right) {
            (Value::Text(left), Literal::Text(right)) => left.as_str().cmp(right),
            (Value::Number(left), Literal::Number(right)) => left.cmp(right),
            (Value::Money(left), Literal::Money(right)) if left.currency == right.currency => {
                left.value.cmp(&right.value)
            }
            (Value::Bool(left), Literal::Bool(right)) => left.cmp(right),
            _ => return None,
        },
        _ => return None,
    };
    Some(match op {
        Comparator::Eq => order == Ordering::Equal,
        Comparator::Ne => order != Ordering::Equal,
        Comparator::Lt => order == Ordering::Less,
        Comparator::Le => order != Ordering::Greater,
        Comparator::Gt => order == Ordering::Greater,
        Comparator::Ge => order != Ordering::Less,
    })
}
