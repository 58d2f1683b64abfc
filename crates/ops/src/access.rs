//! What a role allows with records: which of them by object, and what of their fields.

use std::collections::BTreeMap;

use domain::object::{CUSTOMER, DERIVED_DEPTH, FORMER, Field, FieldNumber, Object, Objects, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::filter::Filter;
use crate::{Right, Rights};

/// Which records of an object; those that were shared with someone come on top, but for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// None.
    #[default]
    None,
    /// One's own: those that one is the owner of.
    Own,
    /// One's own, and those of the people in one's teams.
    Team,
    /// Those of the people in one's teams, and in all that are part of them.
    Subtree,
    /// One's own, and those that pass the condition of the role.
    Some,
    /// All.
    All,
}

impl Scope {
    /// Whether it lets through whatever the other does; of a condition nobody can tell what it lets through.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::None) | (Self::All, _) | (Self::Subtree, Self::Team) => true,
            (Self::None, _) => false,
            (_, Self::Own) => true,
            _ => self == other,
        }
    }
}

/// What someone may do with a field, of the records that they see: each allows what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldAccess {
    /// Nothing: for them it is not there.
    Hidden,
    /// See a masked value, such as `138****1234`.
    Masked,
    /// See one value in full when they ask for it, which is noted.
    Reveal,
    /// See it, and find records by it.
    Read,
    /// Change it, where they may change the record.
    #[default]
    Write,
}

/// What may be done with the records of an object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RecordRights {
    /// Which may be seen.
    #[serde(default)]
    pub read: Scope,
    /// Which may be made, changed and put into the trash, of those that may be seen.
    #[serde(default)]
    pub write: Scope,
    /// What those pass that are meant by `some`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Filter>,
    /// Fields with which less is allowed than with the record, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldAccess>,
}

impl RecordRights {
    /// The same for seeing and writing, without a condition.
    #[must_use]
    pub const fn plain(read: Scope, write: Scope) -> Self {
        Self { read, write, condition: None, fields: BTreeMap::new() }
    }

    /// What may be done with a field.
    #[must_use]
    pub fn field(&self, name: &str) -> FieldAccess {
        let name = name.split(FORMER).next().unwrap_or_default(); // as of the field whose place it had
        self.fields.get(name).copied().unwrap_or_default()
    }

    fn kept(&self) -> Self {
        let write = if self.read == Scope::None { Scope::None } else { self.write };
        Self { write, ..self.clone() }
    }

    /// Whether the other allows nothing that this does not. Of two conditions nobody can tell which is wider: they must be one.
    fn has(&self, other: &Self) -> bool {
        let covers = |mine: Scope, theirs: Scope| {
            mine.covers(theirs) && (mine != Scope::Some || theirs != Scope::Some || self.condition == other.condition)
        };
        let fields = self.fields.iter().all(|(name, mine)| other.read == Scope::None || *mine >= other.field(name));
        covers(self.read, other.read) && covers(self.write, other.write) && fields
    }
}

/// What may be done with records, by object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Access {
    /// Where nothing is said of an object itself.
    #[serde(default)]
    pub others: RecordRights,
    /// By the name of an object.
    #[serde(default)]
    pub objects: BTreeMap<String, RecordRights>,
}

impl Access {
    /// The same for all objects.
    #[must_use]
    pub const fn same(read: Scope, write: Scope) -> Self {
        Self { others: RecordRights::plain(read, write), objects: BTreeMap::new() }
    }

    /// What may be done with the records of an object.
    #[must_use]
    pub fn of(&self, object: &str) -> RecordRights {
        self.objects.get(object).unwrap_or(&self.others).kept()
    }

    /// What may be done with a field of an object.
    #[must_use]
    pub fn field(&self, object: &str, name: &str) -> FieldAccess {
        self.objects.get(object).unwrap_or(&self.others).field(name)
    }

    /// What it comes to for someone with these rights: of customers nothing without the right to see them.
    #[must_use]
    pub fn with_rights(&self, rights: Rights, objects: &Objects) -> Self {
        let mut narrowed = self.clone();
        let customers = narrowed.objects.entry(CUSTOMER.to_owned()).or_insert_with(|| self.others.clone());
        if !rights.has(Right::ReadCustomers) {
            customers.read = Scope::None;
        }
        narrowed.without_leaks(objects)
    }

    /// The same, with nothing of fields that follow from what is not seen as it is: they would tell.
    fn without_leaks(&self, objects: &Objects) -> Self {
        let mut narrowed = self.clone();
        for object in objects.iter() {
            let derived = object.fields.iter().filter(|field| field.derived.is_some());
            let leaking: Vec<&Field> = derived.filter(|field| !self.sees_ground(objects, object, field, 0)).collect();
            if !leaking.is_empty() {
                let rights = narrowed.objects.entry(object.name.clone()).or_insert_with(|| self.others.clone());
                rights.fields.extend(leaking.into_iter().map(|field| (field.name.clone(), FieldAccess::Hidden)));
            }
        }
        narrowed
    }

    /// Whether everything that a field follows from is seen as it is. Of records that are gathered, it need not be all of them.
    fn sees_ground(&self, objects: &Objects, object: &Object, field: &Field, depth: usize) -> bool {
        let sees = |object: &Object, number: FieldNumber| {
            let field = object.numbered_field(number);
            field.is_some_and(|field| {
                self.field(&object.name, &field.name) >= FieldAccess::Read
                    && !field.identifies()
                    && self.sees_ground(objects, object, field, depth + 1)
            })
        };
        match field.derived.as_ref().map(|derived| &derived.from) {
            _ if depth > DERIVED_DEPTH => false,
            None => true,
            Some(Source::Customer(_)) => true,
            Some(Source::Formula(written)) => written.reads.iter().all(|read| sees(object, *read)),
            Some(Source::Rollup(rollup)) => objects.by_name(&rollup.object).is_some_and(|from| {
                self.of(&from.name).read != Scope::None && rollup.reads().all(|read| sees(from, read))
            }),
        }
    }

    /// Whether all is seen of whatever the other sees anything of: one's own, a team's, and conditions with oneself in them, are
    /// others for others.
    #[must_use]
    pub fn sees_all_of(&self, other: &Self) -> bool {
        self.covers(other, |mine, theirs| {
            let seen = theirs.fields.keys().chain(mine.fields.keys());
            let plain = |name| mine.field(name).min(FieldAccess::Read) >= theirs.field(name).min(FieldAccess::Read);
            theirs.read == Scope::None || (mine.read == Scope::All && seen.into_iter().all(|name| plain(name)))
        })
    }

    /// Whether the other allows nothing that this does not.
    #[must_use]
    pub fn has_all(&self, other: &Self) -> bool {
        self.covers(other, RecordRights::has)
    }

    fn covers(&self, other: &Self, covers: impl Fn(&RecordRights, &RecordRights) -> bool) -> bool {
        let named = self.objects.keys().chain(other.objects.keys());
        covers(&self.others.kept(), &other.others.kept())
            && named.into_iter().all(|name| covers(&self.of(name), &other.of(name)))
    }
}
