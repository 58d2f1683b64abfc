//! What a stretch of words contributes: slots that neighbours fill together, or not at all when they disagree.

use std::sync::Arc;

use base::{Currency, Decimal};

use crate::{Comparator, Function, Length, Unit, Window};

/// Marks that carry no value.
pub(crate) mod flag {
    /// A total over all: 累计, in total.
    pub(crate) const TOTAL: u32 = 1;
    /// None of it: 没有, no.
    pub(crate) const NONE: u32 = 1 << 1;
    /// Buying again.
    pub(crate) const REPEAT: u32 = 1 << 2;
    /// A value stands against the kind or field with no function said.
    pub(crate) const BARE: u32 = 1 << 3;
    /// A verb in the present: each time it happens, or once it has.
    pub(crate) const EVENT: u32 = 1 << 4;
    /// For the first time.
    pub(crate) const FIRST_TIME: u32 = 1 << 5;
    /// The count must carry a word such as 次 or times.
    pub(crate) const TIMES: u32 = 1 << 6;
    /// The window of the clause before.
    pub(crate) const SAME: u32 = 1 << 7;
    /// The window stands behind the clause.
    pub(crate) const TRAILING: u32 = 1 << 8;
    /// The last one lies longer ago than a length.
    pub(crate) const LONG_AGO: u32 = 1 << 9;
    /// The window runs from the first event.
    pub(crate) const SINCE_FIRST: u32 = 1 << 10;
    /// 客单价: a total by the number of orders.
    pub(crate) const PER_ORDER: u32 = 1 << 11;
    /// "spends": a total, as people mean it.
    pub(crate) const SPEND: u32 = 1 << 12;
    /// What follows stays: 一旦, once.
    pub(crate) const ONCE: u32 = 1 << 13;
    /// What follows holds as long: 只要, while.
    pub(crate) const HOLDS: u32 = 1 << 14;
    /// The tag is said to stay: 升级, upgrade.
    pub(crate) const RISES: u32 = 1 << 15;
    /// The words of the paraphrase; nothing about them is a guess.
    pub(crate) const EXPLICIT: u32 = 1 << 16;
    /// A field without its kind: only where its name is telling.
    pub(crate) const KINDLESS: u32 = 1 << 17;
    /// A kind in English, which a bare number can count: 3 orders.
    pub(crate) const LATIN: u32 = 1 << 18;
    /// A number before a noun, which in Chinese needs a measure word.
    pub(crate) const BEFORE_NOUN: u32 = 1 << 19;
    /// Only a comparison: what is compared is that of the clause before.
    pub(crate) const ELLIPSIS: u32 = 1 << 20;
    /// Once more: 再次, again.
    pub(crate) const AGAIN: u32 = 1 << 21;
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Nothing said.
    Plain,
    /// Events: 次, times.
    Times,
    /// Events or different things: 个, 条.
    Some,
    /// Different things: 家, 种.
    Things,
    /// Events or pieces: 件.
    Pieces,
    /// Points of a score: 分.
    Points,
    /// An amount in a currency.
    Money(Currency),
    /// Time, by the seconds in its unit.
    Seconds(u32),
    /// Per cent: nothing that a definition can hold.
    Percent,
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It stood in quotes.
    Quoted,
    /// The workspace knows it.
    Known,
    /// It stood where a text was due.
    Taken,
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A number with what it counts; `other` is what the same words could also mean.
    Amount { number: Decimal, other: Option<Decimal>, unit: Quantity },
    /// A text; `typed` are the words when they differ.
    Text { text: String, typed: String, source: Source },
    /// Yes or no.
    Bool(bool),
}

/// A test on a field; without one, on the field that the value fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) field: Option<u16>,
    pub(crate) op: Option<Comparator>,
    pub(crate) value: Value,
    pub(crate) upper: Option<Value>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Set,
    Clear,
    Task,
}

/// The name of a tag or a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// A part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// Shared by all readings that hold it.
    Clause(Arc<Frame>),
    Group(Vec<Item>),
    Not(Vec<Item>),
    And,
    Or,
    Comma,
}

impl Item {
    /// The kinds of its clauses, in reading order.
    pub(crate) fn kinds(&self) -> Vec<u16> {
        match self {
            Self::Clause(clause) => clause.kind.into_iter().collect(),
            Self::Group(parts) | Self::Not(parts) => parts.iter().flat_map(Self::kinds).collect(),
            Self::And | Self::Or | Self::Comma => Vec::new(),
        }
    }
}

/// The slots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Frame {
    pub(crate) kind: Option<u16>,
    pub(crate) field: Option<u16>,
    pub(crate) function: Option<Function>,
    pub(crate) filter: Vec<Filter>,
    pub(crate) window: Option<Window>,
    pub(crate) length: Option<Length>,
    pub(crate) op: Option<Comparator>,
    pub(crate) value: Option<Value>,
    pub(crate) upper: Option<Value>,
    pub(crate) unit: Option<Quantity>,
    pub(crate) act: Option<Act>,
    pub(crate) name: Option<Name>,
    pub(crate) flags: u32,
    pub(crate) items: Vec<Item>,
}

fn agree<T: PartialEq + Clone>(left: &Option<T>, right: &Option<T>) -> Option<Option<T>> {
    match (left, right) {
        (Some(a), Some(b)) if a != b => None,
        (Some(_), _) => Some(left.clone()),
        _ => Some(right.clone()),
    }
}

fn either<T: Clone>(left: &Option<T>, right: &Option<T>) -> Option<Option<T>> {
    match (left, right) {
        (Some(_), Some(_)) => None,
        (Some(_), None) => Some(left.clone()),
        _ => Some(right.clone()),
    }
}

impl Frame {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is made of whole clauses and nothing else.
    pub(crate) fn is_complete(&self) -> bool {
        !self.items.is_empty() && Self { items: Vec::new(), ..self.clone() }.is_empty()
    }

    pub(crate) fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Both together; none when they disagree.
    pub(crate) fn with(&self, other: &Self) -> Option<Self> {
        Some(Self {
            kind: agree(&self.kind, &other.kind)?,
            field: agree(&self.field, &other.field)?,
            function: agree(&self.function, &other.function)?,
            filter: self.filter.iter().chain(&other.filter).cloned().collect(),
            window: agree(&self.window, &other.window)?,
            length: either(&self.length, &other.length)?,
            op: agree(&self.op, &other.op)?,
            value: either(&self.value, &other.value)?,
            upper: either(&self.upper, &other.upper)?,
            unit: either(&self.unit, &other.unit)?,
            act: either(&self.act, &other.act)?,
            name: either(&self.name, &other.name)?,
            flags: self.flags | other.flags,
            items: self.items.iter().chain(&other.items).cloned().collect(),
        })
    }

    /// A plain number that counts `unit`.
    pub(crate) fn amount(number: Decimal, other: Option<Decimal>, unit: Quantity) -> Self {
        Self { value: Some(Value::Amount { number, other, unit }), ..Self::default() }
    }

    pub(crate) fn length(count: u32, unit: Unit) -> Self {
        Self { length: Some(Length { count, unit }), ..Self::default() }
    }
}
