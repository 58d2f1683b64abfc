//! What the words of `vocabulary.rs` contribute to a parse, and which of them are said.

use base::Currency;

use crate::frame::{Act, Frame, Item, Quantity};
use crate::vocabulary::{
    ACTIONS, COMPARATORS, COURTESIES, CurrencyWord, FRAMEWORK, FUNCTIONS, PARTICLES, Row, UNITS, WINDOWS,
};
use crate::{Comparator, Function, Unit, Window};

/// What a word contributes besides its class.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    Nothing,
    Op(Comparator),
    Function(Function),
    Flag(u32),
    Calendar(Unit, i32),
    Lifetime,
    Unit(Quantity),
    Count(i64),
    Bool(bool),
    Conn(Conn),
    Act(Act, u32),
    /// A kind of the standard ones, by name.
    Kind(&'static str),
    /// A field of a standard kind.
    Field(&'static str, &'static str),
}

/// A connective.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Conn {
    And,
    Or,
    Comma,
}

/// Every table.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    [COMPARATORS, UNITS, FUNCTIONS, WINDOWS, FRAMEWORK, PARTICLES, COURTESIES, ACTIONS].into_iter().flatten()
}

/// The currency of a row, if its code is one.
pub(crate) fn currency(word: &CurrencyWord) -> Option<Currency> {
    word.code.parse().ok()
}

/// The word that is said for a class and comparator.
pub(crate) fn said_op(op: Comparator) -> &'static str {
    let is_it = |row: &&Row| matches!(row.mark, Mark::Op(found) if found == op);
    COMPARATORS.iter().find(is_it).and_then(|row| row.zh.split(' ').next()).unwrap_or("=")
}

/// The words said for a calendar unit, if it has any.
pub(crate) fn said_calendar(unit: Unit, offset: i32) -> Option<(&'static str, &'static str)> {
    let is_it = |row: &&Row| matches!(row.mark, Mark::Calendar(u, o) if u == unit && o == offset);
    let row = WINDOWS.iter().find(is_it)?;
    Some((row.zh.split(' ').next()?, row.en.split('|').next()?))
}

/// The first words of a class.
pub(crate) fn said(class: &str) -> (&'static str, &'static str) {
    let row = rows().find(|row| row.class == class);
    row.map_or(("", ""), |row| (row.zh.split(' ').next().unwrap_or(""), row.en.split('|').next().unwrap_or("")))
}

impl Mark {
    /// The slots it fills; kinds and fields are looked up by the caller.
    pub(crate) fn frame(self) -> Frame {
        let mut frame = Frame::default();
        match self {
            Self::Nothing | Self::Kind(_) | Self::Field(..) => {}
            Self::Op(op) => frame.op = Some(op),
            Self::Function(function) => frame.function = Some(function),
            Self::Flag(flags) => frame.flags = flags,
            Self::Calendar(unit, offset) => frame.window = Some(Window::Calendar { unit, offset }),
            Self::Lifetime => frame.window = Some(Window::Lifetime),
            Self::Unit(unit) => frame.unit = Some(unit),
            Self::Count(count) => {
                let number = base::Decimal::whole(count).unwrap_or_default();
                return Frame::amount(number, None, Quantity::Times);
            }
            Self::Bool(value) => frame.value = Some(crate::frame::Value::Bool(value)),
            Self::Conn(conn) => frame.items = vec![conn.item()],
            Self::Act(act, flags) => (frame.act, frame.flags) = (Some(act), flags),
        }
        frame
    }
}

impl Conn {
    fn item(self) -> Item {
        match self {
            Self::And => Item::And,
            Self::Or => Item::Or,
            Self::Comma => Item::Comma,
        }
    }
}
