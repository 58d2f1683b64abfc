//! Event kinds: what they are called, which fields they have, and where each field's value may live.

use std::collections::HashMap;

use base::Text;
use serde::{Deserialize, Serialize};

/// The number of a kind in stored events. Standard kinds have fixed numbers, a workspace's own begin at
/// [`KindId::FIRST_OWN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KindId(pub u16);

impl KindId {
    /// Where a workspace's own kinds begin.
    pub const FIRST_OWN: Self = Self(1000);
}

/// The place of a field within its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldId(pub u16);

/// Where a field's value may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The customer's own words: sealed into the raw zone.
    Original,
    /// Profile values: records in the master zone, encrypted in the log.
    Personal,
    /// What analysis needs: in the log.
    Plain,
}

/// The type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Text.
    Text,
    /// An exact decimal.
    Number,
    /// An amount in a currency.
    Money,
    /// Yes or no.
    Bool,
    /// An instant.
    Time,
}

/// A declared member of an event's `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The member's name.
    pub name: String,
    /// What people call it first.
    pub label: Text,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Where its value may live.
    pub class: Class,
    /// What else people call it, in Chinese.
    #[serde(default)]
    pub words_zh: Vec<String>,
    /// What else people call it, in English.
    #[serde(default)]
    pub words_en: Vec<String>,
}

/// A declared kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Its number.
    pub id: KindId,
    /// Its name on the wire.
    pub name: String,
    /// What people call it first.
    pub label: Text,
    /// What else people call it, in Chinese: nouns and verbs.
    #[serde(default)]
    pub words_zh: Vec<String>,
    /// What else people call it, in English: nouns (singular) and verbs (base form).
    #[serde(default)]
    pub words_en: Vec<String>,
    /// Its fields; the order is the order of [`FieldId`] and only grows.
    pub fields: Vec<Field>,
}

impl Kind {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of this name with its place.
    #[must_use]
    pub fn field_id(&self, name: &str) -> Option<(FieldId, &Field)> {
        let (place, field) = self.fields.iter().enumerate().find(|(_, field)| field.name == name)?;
        Some((FieldId(u16::try_from(place).ok()?), field))
    }

    /// The field at this place.
    #[must_use]
    pub fn field_at(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(usize::from(id.0))
    }
}

/// All kinds that a workspace knows.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    all: Vec<Kind>,
    by_name: HashMap<String, usize>,
    by_id: HashMap<KindId, usize>,
}

impl Kinds {
    /// The kinds known from the start.
    #[must_use]
    pub fn standard() -> Self {
        let mut kinds = Self::default();
        crate::standard::kinds().into_iter().for_each(|kind| kinds.add(kind));
        kinds
    }

    /// Adds a kind, or replaces the one of its name.
    pub fn add(&mut self, kind: Kind) {
        if let Some(place) = self.by_name.get(&kind.name).copied() {
            if let Some(known) = self.all.get_mut(place) {
                *known = kind;
            }
            return;
        }
        self.by_name.insert(kind.name.clone(), self.all.len());
        self.by_id.insert(kind.id, self.all.len());
        self.all.push(kind);
    }

    /// The kind of this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Kind> {
        self.by_name.get(name).and_then(|place| self.all.get(*place))
    }

    /// The kind of this number.
    #[must_use]
    pub fn by_id(&self, id: KindId) -> Option<&Kind> {
        self.by_id.get(&id).and_then(|place| self.all.get(*place))
    }

    /// All kinds, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.all.iter()
    }

    /// How many are the workspace's own.
    #[must_use]
    pub fn own(&self) -> usize {
        self.iter().filter(|kind| kind.id >= KindId::FIRST_OWN).count()
    }

    /// The number that the next kind of the workspace's own gets.
    #[must_use]
    pub fn next_own(&self) -> KindId {
        let last = self.all.iter().map(|kind| kind.id).max().unwrap_or(KindId::FIRST_OWN);
        KindId(last.0.saturating_add(1).max(KindId::FIRST_OWN.0))
    }
}

/// Whether a text can be a kind's name: dotted lower-case words, at most 64 characters.
#[must_use]
pub fn is_kind_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    name.len() <= 64 && name.split('.').all(is_word)
}
