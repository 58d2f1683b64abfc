//! Fields whose values follow from others, or from what events said.

use serde::{Deserialize, Serialize};

use super::FieldNumber;

/// How a field's value follows from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// From what.
    pub from: Source,
    /// Whether not all records have it yet: it is being computed.
    #[serde(default)]
    pub pending: bool,
}

/// From what a field's value follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The record's other fields.
    Formula(Written),
    /// The records of another object that lead here.
    Rollup(Rollup),
    /// What events told of the customer whose record it is.
    Customer(Fact),
}

/// What is known of a customer from its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// What it is called.
    Name,
    /// The phone number that proves most about it.
    Phone,
    /// The e-mail address that proves most about it.
    Email,
    /// The tags that rules set.
    Tags,
    /// When it was first seen.
    FirstSeen,
    /// When it was last seen.
    LastSeen,
    /// How many events it has.
    Events,
}

/// A formula of the definition language, as it writes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The formula.
    pub formula: String,
    /// The fields that it reads.
    pub reads: Vec<FieldNumber>,
}

/// What the records that lead to one come to. Those in the trash do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollup {
    /// The name of their object.
    pub object: String,
    /// Their relation that leads here.
    pub by: FieldNumber,
    /// What is made of them.
    pub how: Gathering,
    /// Of which field of theirs; none where they are counted.
    pub of: Option<FieldNumber>,
    /// What is true of those that count; none for all.
    pub only: Option<Written>,
}

impl Rollup {
    /// The fields of those records that it reads.
    pub fn reads(&self) -> impl Iterator<Item = FieldNumber> + '_ {
        let only = self.only.iter().flat_map(|only| only.reads.iter().copied());
        [self.by].into_iter().chain(self.of).chain(only)
    }
}

/// What is made of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gathering {
    /// How many there are.
    Count,
    /// Their sum; nought where there are none.
    Sum,
    /// The least, or the earliest.
    Min,
    /// The greatest, or the latest.
    Max,
}
