//! What definitions mean, the slow and obvious way: a list of events, read again for each question.

use base::{DAY_MS, HOUR_MS, TimeZone, Timestamp};
use domain::Value;
use lexicon::{Comparator, Condition, Function, Length, Literal, Measure, Predicate, Unit, Window};
use signals::Rule;

/// An event as the definitions see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) time: i64,
    pub(crate) seq: u64,
    pub(crate) identity: u64,
    pub(crate) kind: &'static str,
    pub(crate) fields: Vec<(&'static str, Value)>,
}

impl Event {
    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A customer's events and the workspace's zone.
pub(crate) struct Reference {
    events: Vec<Event>,
    zone: TimeZone,
}

impl Reference {
    pub(crate) fn new(events: &[Event], zone: &TimeZone) -> Self {
        let mut events = events.to_vec();
        events.sort_by_key(|event| (event.time, event.seq));
        Self { events, zone: zone.clone() }
    }

    /// True, false or, as `None`, unknown.
    pub(crate) fn truth(&self, condition: &Condition, at: i64) -> Option<bool> {
        let parts = |of: &[Condition]| of.iter().map(|part| self.truth(part, at)).collect::<Vec<_>>();
        match condition {
            Condition::All { of } if parts(of).contains(&Some(false)) => Some(false),
            Condition::All { of } => parts(of).into_iter().all(|part| part == Some(true)).then_some(true),
            Condition::Any { of } if parts(of).contains(&Some(true)) => Some(true),
            Condition::Any { of } => parts(of).into_iter().all(|part| part == Some(false)).then_some(false),
            Condition::Not { of } => self.truth(of, at).map(|truth| !truth),
            Condition::Compare { measure, op, value } => self.compare(measure, *op, value, at),
        }
    }

    fn compare(&self, measure: &Measure, op: Comparator, value: &Literal, at: i64) -> Option<bool> {
        let counted: Vec<&Event> = self.counted(measure, at);
        let values: Vec<&Value> = match &measure.field {
            Some(field) => counted.iter().filter_map(|event| event.field(field)).collect(),
            None => Vec::new(),
        };
        let number = |count: usize| Some(holds(i128::try_from(count).unwrap() * 10_000, op, word(value)));
        match measure.function {
            Function::Count => return number(counted.len()),
            Function::Exists => return Some(holds(i128::from(!counted.is_empty()), op, word(value))),
            Function::Distinct => {
                let mut different: Vec<&Value> = Vec::new();
                for value in values {
                    if !different.contains(&value) {
                        different.push(value);
                    }
                }
                return number(different.len());
            }
            _ => {}
        }
        if values.iter().any(|found| mixes(found, value)) {
            return None;
        }
        let words = values.iter().map(|found| amount(found));
        match measure.function {
            Function::Sum => Some(holds(words.sum(), op, word(value))),
            Function::Avg if values.is_empty() => None,
            Function::Avg => Some(holds(words.sum(), op, word(value) * i128::try_from(values.len()).unwrap())),
            Function::Min => words.min().map(|least| holds(least, op, word(value))),
            Function::Max => words.max().map(|most| holds(most, op, word(value))),
            Function::First => values.first().map(|first| same(first, op, value)),
            Function::Last => values.last().map(|last| same(last, op, value)),
            Function::Count | Function::Exists | Function::Distinct => unreachable!(),
        }
    }

    fn counted(&self, measure: &Measure, at: i64) -> Vec<&Event> {
        let ours = || self.events.iter().filter(|event| event.kind == measure.kind && event.time <= at);
        let first = ours().map(|event| Timestamp::from_ms(event.time)).next();
        let Some((from, to)) = measure.window.bounds(Timestamp::from_ms(at), first, &self.zone) else {
            return Vec::new();
        };
        let inside = ours().filter(|event| from.ms() <= event.time && event.time <= to.ms());
        inside.filter(|event| measure.filter.iter().all(|test| passes(event, test))).collect()
    }

    /// Whether a rule holds: its condition is true, and there is a customer, that is, an event.
    pub(crate) fn holds(&self, rule: &Rule, at: i64) -> bool {
        let exists = self.events.iter().any(|event| event.time <= at);
        exists && self.truth(&rule.definition.condition, at) == Some(true)
    }

    /// Each change of whether the rule holds between its beginning and `clock`, as instant and whether it holds from
    /// then on. Without `existing`, what holds just before the beginning is no change.
    pub(crate) fn changes(&self, rule: &Rule, clock: i64) -> Vec<(i64, bool)> {
        let since = rule.since.ms();
        let mut was = !rule.existing && self.holds(rule, since - 1);
        let mut found = Vec::new();
        for at in self.instants(rule, clock) {
            let holds = self.holds(rule, at);
            if holds != was {
                found.push((at, holds));
            }
            was = holds;
        }
        found
    }

    /// Every instant at which the rule may change, and more.
    pub(crate) fn instants(&self, rule: &Rule, clock: i64) -> Vec<i64> {
        let mut found = vec![rule.since.ms(), clock];
        for event in &self.events {
            found.push(event.time);
            for measure in rule.definition.condition.measures() {
                match measure.window {
                    Window::Lifetime | Window::SinceFirst { .. } => {}
                    Window::Sliding { length } => found.extend(self.leaves(event.time, length)),
                    Window::Calendar { unit, offset } => {
                        let start = |offset| unit.start(Timestamp::from_ms(event.time), offset, &self.zone).ms();
                        found.extend((1..=1 - offset).map(start));
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|at| (rule.since.ms()..=clock).contains(at));
        found
    }

    /// When an event may leave a sliding window: of a window of months, some days on either side.
    fn leaves(&self, time: i64, length: Length) -> Vec<i64> {
        if let Some(ms) = length.exact_ms() {
            return vec![time + ms + 1];
        }
        let midnight = |at: i64| Unit::Day.start(Timestamp::from_ms(at), 0, &self.zone).ms();
        let (hour, gone) = (time - midnight(time), length.after(Timestamp::from_ms(time), &self.zone).ms());
        let days = (-2..6).map(|day| midnight(gone + day * DAY_MS));
        // A day may be an hour shorter or longer than the event's.
        days.flat_map(|day| [day, day + hour + 1, day + hour + 1 - HOUR_MS, day + hour + 1 + HOUR_MS]).collect()
    }
}

fn passes(event: &Event, test: &Predicate) -> bool {
    event.field(&test.field).is_some_and(|found| !mixes(found, &test.value) && same(found, test.op, &test.value))
}

fn mixes(found: &Value, value: &Literal) -> bool {
    matches!((found, value), (Value::Money(a), Literal::Money(b)) if a.currency != b.currency)
}

fn same(found: &Value, op: Comparator, value: &Literal) -> bool {
    match (found, value) {
        (Value::Text(found), Literal::Text(value)) => holds(found, op, value),
        _ => holds(amount(found), op, word(value)),
    }
}

fn amount(value: &Value) -> i128 {
    match value {
        Value::Bool(value) => i128::from(*value),
        Value::Number(value) => i128::from(value.scaled()),
        Value::Money(value) => i128::from(value.value.scaled()),
        Value::Text(_) | Value::Time(_) => panic!("no amount"),
    }
}

fn word(value: &Literal) -> i128 {
    match value {
        Literal::Bool(value) => i128::from(*value),
        Literal::Number(value) => i128::from(value.scaled()),
        Literal::Money(value) => i128::from(value.value.scaled()),
        Literal::Text(_) => panic!("no amount"),
    }
}

fn holds<T: Ord + Copy>(left: T, op: Comparator, right: T) -> bool {
    match op {
        Comparator::Eq => left == right,
        Comparator::Ne => left != right,
        Comparator::Lt => left < right,
        Comparator::Le => left <= right,
        Comparator::Gt => left > right,
        Comparator::Ge => left >= right,
    }
}
