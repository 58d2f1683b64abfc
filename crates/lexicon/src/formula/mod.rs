//! Formulas: what a field of a record comes to from its other fields, as data; read from what people write in Chinese or English,
//! said back with the fields' present labels, and computed.
//!
//! What is not there is unknown: arithmetic and comparisons with it give nothing, and a condition counts only where it is true. Numbers
//! are exact decimals, rounded half away from nought where they are stored; what is out of range, or divided by nought, is nothing.
//!
//! ```
//! use base::ObjectId;
//! use domain::object::{Cell, FieldNumber, Type};
//! use lexicon::formula::Formula;
//! let deal = domain::standard_objects().into_iter().find(|object| object.name == "deal").unwrap().numbered(ObjectId::new(1));
//! let expected = Formula::read("金额 × 赢率", &deal).unwrap();
//! assert_eq!((expected.gives(), expected.say(&deal).en.as_str()), (Type::Money, "amount * probability"));
//!
//! let number = |name: &str| deal.field(name).unwrap().number;
//! let cells = [(number("amount"), Cell::Int(20_000_0000)), (number("probability"), Cell::Int(30_0000))].into();
//! assert_eq!(expected.value(&cells, &base::TimeZone::UTC), Some(Cell::Int(6_000_0000)));
//!
//! let fault = Formula::read("金额 + 阶段", &deal).unwrap_err();
//! assert_eq!((fault.at, fault.why.zh.as_str()), (5, "「阶段」不能这样计算"));
//! ```

mod kinds;
mod read;
mod say;
mod value;

use domain::object::{FieldNumber, Type};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use read::Fault;

/// The longest formula, in characters.
pub const FORMULA_CHARS: usize = 2_000;
/// The most parts of a formula.
pub const FORMULA_PARTS: usize = 200;
/// How deep a formula may go.
pub(crate) const FORMULA_DEPTH: usize = 24;

/// A formula over the fields of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formula {
    gives: Kind,
    of: Part,
}

/// What a part comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A number.
    Number,
    /// An amount.
    Money,
    /// A share: 12.5 % is 0.125 where it is computed with.
    Percent,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// A choice of a field.
    Choice(FieldNumber),
    /// Several choices of a field.
    Set(FieldNumber),
    /// Several texts.
    Tags,
    /// Nothing, whatever is wanted.
    Nothing,
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    /// The value of a field.
    Field(FieldNumber, Kind),
    /// A number; of a percentage the share.
    Number(Decimal),
    /// A percentage, as the share.
    Percent(Decimal),
    /// Text.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// Days since 1970.
    Date(i64),
    /// A choice of a field.
    Choice(FieldNumber, u8),
    /// Nothing.
    Nothing,
    /// Less than nought by as much.
    Minus(Box<Self>),
    /// The contrary.
    Not(Box<Self>),
    /// Two parts with something between.
    Two(Between, Box<Self>, Box<Self>),
    /// A function of parts.
    Call(Function, Vec<Self>),
}

/// What stands between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Between {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    Joined,
    Plus,
    Minus,
    Times,
    By,
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Function {
    If,
    IfEmpty,
    Empty,
    Has,
    Contains,
    Round,
    Floor,
    Ceil,
    Abs,
    Min,
    Max,
    Percent,
    Number,
    Money,
    Text,
    Length,
    Date,
    Day,
    Year,
    Month,
}

/// The functions: their names in English and Chinese, and how many parts they take.
const FUNCTIONS: [(Function, &str, &str, std::ops::RangeInclusive<usize>); 20] = [
    (Function::If, "if", "如果", 3..=3),
    (Function::IfEmpty, "ifempty", "若空", 2..=2),
    (Function::Empty, "empty", "为空", 1..=1),
    (Function::Has, "has", "含选项", 2..=2),
    (Function::Contains, "contains", "包含", 2..=2),
    (Function::Round, "round", "四舍五入", 1..=2),
    (Function::Floor, "floor", "向下取整", 1..=1),
    (Function::Ceil, "ceil", "向上取整", 1..=1),
    (Function::Abs, "abs", "绝对值", 1..=1),
    (Function::Min, "min", "最小", 2..=20),
    (Function::Max, "max", "最大", 2..=20),
    (Function::Percent, "percent", "百分比", 1..=1),
    (Function::Number, "number", "数值", 1..=1),
    (Function::Money, "money", "金额值", 1..=1),
    (Function::Text, "text", "文本", 1..=1),
    (Function::Length, "length", "字数", 1..=1),
    (Function::Date, "date", "日期", 3..=3),
    (Function::Day, "day", "日", 1..=1),
    (Function::Year, "year", "年", 1..=1),
    (Function::Month, "month", "月", 1..=1),
];

impl Kind {
    /// What a field holds, for a formula; none where it is nothing to compute with.
    const fn of(field: &domain::object::Field) -> Option<Self> {
        Some(match field.holds {
            Type::Text | Type::LongText | Type::Phone | Type::Email | Type::Link | Type::Address => Self::Text,
            Type::Tags => Self::Tags,
            Type::Number => Self::Number,
            Type::Money => Self::Money,
            Type::Percent => Self::Percent,
            Type::Date => Self::Date,
            Type::Instant => Self::Instant,
            Type::Bool => Self::Bool,
            Type::Choice { .. } => Self::Choice(field.number),
            Type::MultiChoice { .. } => Self::Set(field.number),
            Type::User | Type::Customer | Type::Relation { .. } | Type::Relations { .. } | Type::Files => {
                return None;
            }
        })
    }

    const fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Money | Self::Percent)
    }

    /// What either of two comes to; none where they do not go together.
    fn either(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, Self::Nothing) | (Self::Nothing, one) => Some(one),
            (one, other) if one == other => Some(one),
            (Self::Money, Self::Number) | (Self::Number, Self::Money) => Some(Self::Money),
            (Self::Percent, Self::Number) | (Self::Number, Self::Percent) => Some(Self::Number),
            _ => None,
        }
    }

    /// The type of a field of such values; none where it cannot be one.
    const fn holds(self) -> Option<Type> {
        Some(match self {
            Self::Number => Type::Number,
            Self::Money => Type::Money,
            Self::Percent => Type::Percent,
            Self::Date => Type::Date,
            Self::Instant => Type::Instant,
            Self::Bool => Type::Bool,
            Self::Text => Type::Text,
            Self::Choice(_) | Self::Set(_) | Self::Tags | Self::Nothing => return None,
        })
    }
}

impl Formula {
    /// What a field with it holds.
    #[must_use]
    pub fn gives(&self) -> Type {
        self.gives.holds().unwrap_or(Type::Text)
    }

    /// The fields that it reads.
    #[must_use]
    pub fn reads(&self) -> Vec<FieldNumber> {
        let mut all = Vec::new();
        self.of.reads(&mut all);
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Part {
    fn reads(&self, all: &mut Vec<FieldNumber>) {
        match self {
            Self::Field(number, _) => all.push(*number),
            Self::Minus(part) | Self::Not(part) => part.reads(all),
            Self::Two(_, one, other) => [one, other].iter().for_each(|part| part.reads(all)),
            Self::Call(_, parts) => parts.iter().for_each(|part| part.reads(all)),
            _ => {}
        }
    }
}
