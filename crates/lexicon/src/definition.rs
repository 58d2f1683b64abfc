//! The tree that every reader of a definition works from: the evaluator, the words, the editor.
//!
//! Three-valued: a comparison with an absent value is *unknown*, `not unknown` is unknown, and a definition
//! holds only when it is *true*.
//!
//! ```
//! use lexicon::{Comparator, Condition, Function, Literal, Measure, Window};
//! let orders = Measure { function: Function::Count, kind: "order.placed".into(), field: None, filter: vec![], window: Window::days(30) };
//! let loyal = Condition::compare(orders, Comparator::Ge, Literal::Number(base::Decimal::whole(2).unwrap()));
//! assert!(loyal.check(&domain::Kinds::standard()).is_ok());
//! ```

use base::{Decimal, Money};
use domain::{Class, Field, FieldType, Kind, Kinds};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Window;

/// The most comparisons and predicates that one definition may hold.
pub const MAX_NODES: usize = 64;
/// The deepest that conditions may nest.
pub const MAX_DEPTH: usize = 8;

/// A condition with what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Definition {
    /// When it holds.
    pub condition: Condition,
    /// Whether what follows stays.
    pub trigger: Trigger,
    /// What follows; `None` for a mere term or segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// Whether what follows from a condition stays when the condition no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The action happens once, when the condition becomes true, and stays.
    Becomes,
    /// The action holds exactly while the condition is true. Only for setting a tag.
    While,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Sets a tag.
    SetTag {
        /// Its name.
        tag: String,
    },
    /// Takes a tag away.
    ClearTag {
        /// Its name.
        tag: String,
    },
    /// Writes a task for whoever looks after the customer.
    AddTask {
        /// What is to be done.
        title: String,
    },
}

/// A statement about one customer at one instant: true, false or unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Condition {
    /// All hold.
    All {
        /// The parts; none is true.
        of: Vec<Condition>,
    },
    /// At least one holds.
    Any {
        /// The parts; none is false.
        of: Vec<Condition>,
    },
    /// The part does not hold.
    Not {
        /// The part.
        of: Box<Condition>,
    },
    /// A measure stands so to a value.
    Compare {
        /// The left side.
        measure: Measure,
        /// How it stands.
        op: Comparator,
        /// The right side.
        value: Literal,
    },
}

/// How two values stand to each other. Order is for numbers and money; equality for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// A value that stands in a definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// A number.
    Number(Decimal),
    /// An amount.
    Money(Money),
    /// A text, compared exactly.
    Text(String),
    /// Yes or no.
    Bool(bool),
}

/// One value per customer and instant, from the events of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Measure {
    /// What is made of the events.
    pub function: Function,
    /// Their kind.
    pub kind: String,
    /// The field it is made of; none for `count` and `exists`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Which of them count: all predicates must be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Predicate>,
    /// When they happened.
    pub window: Window,
}

/// What is made of the events in the window that the filter lets through.
///
/// Events whose field is absent are passed over by all but `count` and `exists`. When amounts in another
/// currency than the compared literal's are among them, the value is unknown: currencies never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// How many.
    Count,
    /// Whether there is any.
    Exists,
    /// The total; of none, nought.
    Sum,
    /// The mean, compared exactly as total against count; of none, unknown.
    Avg,
    /// The least; of none, unknown.
    Min,
    /// The greatest; of none, unknown.
    Max,
    /// The field of the first that has it, by time and then place in the log; of none, unknown.
    First,
    /// The field of the last that has it; of none, unknown.
    Last,
    /// How many different values.
    Distinct,
}

/// A test on one field of an event. On an absent field it is unknown, so the event does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Predicate {
    /// The field.
    pub field: String,
    /// How it stands.
    pub op: Comparator,
    /// To what.
    pub value: Literal,
}

/// Why a definition cannot be computed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DefinitionError {
    /// No such kind.
    #[error("no event kind is called {0}")]
    Kind(String),
    /// No such field, or one whose values are not in the log.
    #[error("{kind} has no plain field {field}")]
    Field {
        /// The kind.
        kind: String,
        /// The field.
        field: String,
    },
    /// A function without the field it needs, or of the wrong type.
    #[error("{function:?} of {kind} does not fit its field")]
    Function {
        /// The function.
        function: Function,
        /// The kind.
        kind: String,
    },
    /// Two sides of different types.
    #[error("the two sides of a comparison have different types")]
    Types,
    /// Too many parts, or too deeply nested.
    #[error("a definition holds at most {MAX_NODES} comparisons, nested at most {MAX_DEPTH} deep")]
    Size,
    /// Only setting a tag can hold while a condition is true; names are not empty.
    #[error("this action does not fit")]
    Action,
    /// A window of no length, or longer than ten years.
    #[error("a window is between one minute and ten years")]
    Window,
}

impl Definition {
    /// A condition with nothing that follows.
    #[must_use]
    pub fn term(condition: Condition) -> Self {
        Self { condition, trigger: Trigger::While, action: None }
    }

    /// Checks that it can be computed over these kinds.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self, kinds: &Kinds) -> Result<(), DefinitionError> {
        self.condition.check(kinds)?;
        match (&self.action, self.trigger) {
            (Some(Action::ClearTag { .. } | Action::AddTask { .. }), Trigger::While) => Err(DefinitionError::Action),
            (Some(action), _) if action.name().trim().is_empty() || action.name().chars().count() > 200 => {
                Err(DefinitionError::Action)
            }
            _ => Ok(()),
        }
    }
}

impl Action {
    /// The tag or the task's title.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SetTag { tag } | Self::ClearTag { tag } => tag,
            Self::AddTask { title } => title,
        }
    }
}

impl Condition {
    /// A comparison.
    #[must_use]
    pub fn compare(measure: Measure, op: Comparator, value: Literal) -> Self {
        Self::Compare { measure, op, value }
    }

    /// Every measure in it, in reading order.
    #[must_use]
    pub fn measures(&self) -> Vec<&Measure> {
        match self {
            Self::All { of } | Self::Any { of } => of.iter().flat_map(Self::measures).collect(),
            Self::Not { of } => of.measures(),
            Self::Compare { measure, .. } => vec![measure],
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::All { of } | Self::Any { of } => 1 + of.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not { of } => 1 + of.depth(),
            Self::Compare { .. } => 1,
        }
    }

    fn comparisons(&self) -> Vec<(&Measure, Comparator, &Literal)> {
        match self {
            Self::All { of } | Self::Any { of } => of.iter().flat_map(Self::comparisons).collect(),
            Self::Not { of } => of.comparisons(),
            Self::Compare { measure, op, value } => vec![(measure, *op, value)],
        }
    }

    /// Checks names, types and size.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self, kinds: &Kinds) -> Result<(), DefinitionError> {
        if self.depth() > MAX_DEPTH {
            return Err(DefinitionError::Size);
        }
        let comparisons = self.comparisons();
        let nodes: usize = comparisons.iter().map(|(measure, ..)| 1 + measure.filter.len()).sum();
        if nodes == 0 || nodes > MAX_NODES {
            return Err(DefinitionError::Size);
        }
        comparisons.into_iter().try_for_each(|(measure, op, value)| {
            let found = measure.check(kinds)?;
            if found.compares_with(op, value) { Ok(()) } else { Err(DefinitionError::Types) }
        })
    }
}

/// The type of a measure's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureType {
    /// A plain number.
    Number,
    /// An amount.
    Money,
    /// A text.
    Text,
    /// Yes or no.
    Bool,
}

impl MeasureType {
    fn of(field: &Field) -> Option<Self> {
        match field.field_type {
            FieldType::Number => Some(Self::Number),
            FieldType::Money => Some(Self::Money),
            FieldType::Text => Some(Self::Text),
            FieldType::Bool => Some(Self::Bool),
            FieldType::Time => None,
        }
    }

    fn compares_with(self, op: Comparator, value: &Literal) -> bool {
        let ordered = !matches!(op, Comparator::Eq | Comparator::Ne);
        match (self, value) {
            (Self::Number, Literal::Number(_)) | (Self::Money, Literal::Money(_)) => true,
            (Self::Text, Literal::Text(_)) | (Self::Bool, Literal::Bool(_)) => !ordered,
            _ => false,
        }
    }
}

impl Measure {
    /// Checks names and types, and tells the type of its value.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self, kinds: &Kinds) -> Result<MeasureType, DefinitionError> {
        let kind = kinds.by_name(&self.kind).ok_or_else(|| DefinitionError::Kind(self.kind.clone()))?;
        self.filter.iter().try_for_each(|predicate| predicate.check(kind))?;
        if !self.window.is_sound() {
            return Err(DefinitionError::Window);
        }
        let field = self.field.as_deref().map(|field| plain_field(kind, field)).transpose()?;
        let unfit = DefinitionError::Function { function: self.function, kind: self.kind.clone() };
        let field_type = field.and_then(MeasureType::of);
        match (self.function, field_type) {
            (Function::Count, None) if field.is_none() => Ok(MeasureType::Number),
            (Function::Exists, None) if field.is_none() => Ok(MeasureType::Bool),
            (Function::Distinct, Some(_)) => Ok(MeasureType::Number),
            (Function::First | Function::Last, Some(found)) => Ok(found),
            (
                Function::Sum | Function::Avg | Function::Min | Function::Max,
                Some(found @ (MeasureType::Number | MeasureType::Money)),
            ) => Ok(found),
            _ => Err(unfit),
        }
    }
}

fn plain_field<'k>(kind: &'k Kind, name: &str) -> Result<&'k Field, DefinitionError> {
    let missing = || DefinitionError::Field { kind: kind.name.clone(), field: name.to_owned() };
    kind.field(name).filter(|field| field.class == Class::Plain).ok_or_else(missing)
}

impl Predicate {
    fn check(&self, kind: &Kind) -> Result<(), DefinitionError> {
        let field = plain_field(kind, &self.field)?;
        let found = MeasureType::of(field).ok_or(DefinitionError::Types)?;
        if found.compares_with(self.op, &self.value) { Ok(()) } else { Err(DefinitionError::Types) }
    }
}
