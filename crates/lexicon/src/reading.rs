//! What comes of reading a sentence: understood, asked about, or refused; nothing in between.

use base::{Currency, Text};
use serde::Serialize;

use crate::Definition;

/// What a workspace knows that sentences may speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Context {
    /// The tags in use.
    pub tags: Vec<String>,
    /// The currency that a bare number against an amount is taken in.
    pub currency: Currency,
    /// Values that fields are known to have, so that 「母婴品类的订单」 resolves.
    pub values: Vec<FieldValue>,
}

impl Default for Context {
    fn default() -> Self {
        Self { tags: Vec::new(), currency: Currency::CNY, values: Vec::new() }
    }
}

/// A text that a field of a kind is known to hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldValue {
    /// The kind's name on the wire.
    pub kind: String,
    /// The field's name on the wire.
    pub field: String,
    /// The value, exactly as stored.
    pub value: String,
}

/// What a sentence was read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reading", rename_all = "snake_case")]
pub enum Reading {
    /// One meaning; its defaults are visible.
    Understood(Understood),
    /// Meanings that differ; the caller counts whom each would hit.
    Ask(Ask),
    /// Not read, and why.
    Refused(Refused),
}

/// A sentence with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Understood {
    /// The meaning.
    pub definition: Definition,
    /// The meaning, said back.
    pub said: Text,
    /// Defaults that were taken; an answer `{id: choice}` changes one.
    pub assumptions: Vec<Assumption>,
    /// Harmless words that were passed over, as typed.
    pub unused: Vec<String>,
}

/// A sentence that needs an answer first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What it would mean under the default choices.
    pub said: Text,
    /// The same as a tree.
    pub definition: Definition,
    /// What differs; at most three.
    pub questions: Vec<Question>,
    /// Defaults taken besides; they too can be changed by an answer.
    pub assumptions: Vec<Assumption>,
    /// Harmless words that were passed over, as typed.
    pub unused: Vec<String>,
}

/// A question whose answers lead to different definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Stable, such as `first_purchase`.
    pub id: String,
    /// The question.
    pub text: Text,
    /// What can be answered; the first is the default.
    pub choices: Vec<Choice>,
}

/// One answer to a question, or one alternative to a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Stable, such as `yes`.
    pub id: String,
    /// The answer.
    pub text: Text,
    /// The whole definition if this were chosen and the rest left as it is.
    pub definition: Definition,
}

/// A default that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// Stable, such as `stays`.
    pub id: String,
    /// What was assumed.
    pub text: Text,
    /// What it could be instead; a single one says that nothing else is on offer.
    pub choices: Vec<Choice>,
    /// The id of the one taken.
    pub chosen: String,
}

/// A sentence that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Why, and what to do.
    pub reason: Text,
    /// The words that found no place, as typed.
    pub unused: Vec<String>,
    /// Sentences near to it that are understood.
    pub near: Vec<Text>,
}
