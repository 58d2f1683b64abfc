//! Events: as they come in, borrowed from the bytes they came in; and the values of their fields.

use std::borrow::Cow;

use base::{Decimal, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// An event as a source sent it, its JSON or CSV read but nothing yet judged. Borrows from the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming<'a> {
    /// The system and channel it comes from. With `id`, its name for ever.
    pub source: Cow<'a, str>,
    /// The source's own name for it.
    pub id: Cow<'a, str>,
    /// The kind, such as `order.placed`.
    pub kind: Cow<'a, str>,
    /// When it happened; when absent, it happened as it arrived.
    pub time: Option<Timestamp>,
    /// Who it is about.
    pub who: Vec<IncomingIdentifier<'a>>,
    /// The other members of `data`, by name, in their order.
    pub fields: Vec<(Cow<'a, str>, IncomingValue<'a>)>,
    /// Files that belong to it; their bytes went to the vault before.
    pub attachments: Vec<IncomingAttachment<'a>>,
}

/// An identifier before its value is brought to normal form.
#[derive(Clone, PartialEq)]
pub struct IncomingIdentifier<'a> {
    /// The scheme's name.
    pub scheme: Cow<'a, str>,
    /// The value as sent.
    pub value: Cow<'a, str>,
    /// The scope, if the sender names one.
    pub scope: Option<Cow<'a, str>>,
}

impl std::fmt::Debug for IncomingIdentifier<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:…", self.scheme)
    }
}

/// A file that belongs to an event.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingAttachment<'a> {
    /// The name of the file: the customer's own words, so an original.
    pub name: Cow<'a, str>,
    /// Its media type, such as `application/pdf`.
    pub media_type: Cow<'a, str>,
    /// The SHA-256 of its bytes in lower-case hexadecimal.
    pub sha256: Cow<'a, str>,
}

/// A member of `data` before its declared type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum IncomingValue<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its text.
    Number(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// `{"value": …, "currency": …}` and nothing else.
    Money(Cow<'a, str>, Cow<'a, str>),
    /// Any other object or array, as its JSON text.
    Json(Cow<'a, str>),
}

/// The value of a declared field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// An amount in a currency.
    Money(Money),
    /// A text.
    Text(String),
    /// An instant.
    Time(Timestamp),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(out),
            Self::Number(value) => write!(out, "{value}"),
            Self::Money(value) => write!(out, "{value}"),
            Self::Text(_) => out.write_str("…"),
            Self::Time(value) => write!(out, "{value}"),
        }
    }
}
