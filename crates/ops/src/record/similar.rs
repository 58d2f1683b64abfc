//! Records that may be the one that is being made: with the same name, phone or e-mail address.

use std::collections::BTreeSet;

use base::RecordId;
use domain::IncomingIdentifier;
use domain::object::{Cell, Field, FieldNumber, Object, TEXT_CHARS, Type};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::RecordRow;
use store::record::query::{Comparison, Order, Query, Test};
use utoipa::ToSchema;

use super::{Deed, allowed, field, find, object};
use crate::error::without_nul;
use crate::{Actor, App, OpError};

/// The most records that are told.
const TOLD: usize = 5;
/// The most records that are looked at for a value.
const LOOKED_AT: u32 = 200;
/// The shortest phone number that is looked for, in digits, and the shortest name, in characters.
const SHORTEST: (usize, usize) = (7, 2);

/// What was typed so far.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SimilarRequest {
    /// Values by the names of fields, whole or not.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
}

/// A record that may be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SimilarRecord {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// What it is called.
    pub title: Option<String>,
    /// The field in which it is the same.
    pub field: String,
}

/// Records that may be the same.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Similar {
    /// At most five.
    pub items: Vec<SimilarRecord>,
}

/// A value as it is compared, however it is written.
fn normal(field: &Field, text: &str) -> String {
    let scheme = match field.holds {
        Type::Phone => Some("phone"),
        Type::Email => Some("email"),
        _ => None,
    };
    let read = |scheme: &str| {
        let incoming = IncomingIdentifier { scheme: scheme.into(), value: text.into(), scope: None };
        Some(identity::normal::identifier(&incoming, "").ok()?.value)
    };
    let plain = || text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect();
    scheme.and_then(read).unwrap_or_else(plain)
}

/// What records pass that may have the same value; none where too little was typed.
fn candidates(field: &Field, text: &str) -> Option<Test> {
    let contains = |part: &str| Test::Contains(field.number, part.to_owned());
    match field.holds {
        Type::Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            // Between those two numbers are written with a gap.
            let (before, last) = digits.split_at_checked(digits.len().checked_sub(4)?)?;
            let middle = before.get(before.len().checked_sub(3)?..)?;
            (digits.len() >= SHORTEST.0).then(|| Test::All(vec![contains(last), contains(middle)]))
        }
        Type::Email => text.contains('@').then(|| contains(text)),
        _ => (text.chars().count() >= SHORTEST.1).then(|| contains(text)),
    }
}

/// The records that have the same value in a field, the latest changed first.
fn same(
    app: &App,
    actor: &Actor,
    object: &Object,
    field: &Field,
    text: &str,
) -> Result<Vec<(RecordId, RecordRow)>, OpError> {
    let Some(candidates) = candidates(field, text) else { return Ok(Vec::new()) };
    let order = vec![Order { field: FieldNumber::CHANGED, descending: true }];
    let seen = allowed(app, actor, object, Deed::See);
    let whole = Test::Compare(field.number, Comparison::Equal, text.to_owned().into());
    let mut found = Vec::new();
    // Those that are written alike may be lost among many that only begin so.
    for test in [whole, candidates] {
        let test = Test::All(vec![seen.clone(), test]);
        let query = Query { test, order: order.clone(), after: None, limit: LOOKED_AT };
        let page = app.store.read(|db| find::page(app, db, actor, object, &query, &find::NONE, find::PATIENCE))?;
        found.extend(page.listed.into_iter().map(|one| (one.id, one.row)));
    }
    let wanted = normal(field, text);
    found.retain(|(_, row)| match row.cells.get(&field.number) {
        Some(Cell::Text(text)) => normal(field, text) == wanted,
        _ => false,
    });
    Ok(found)
}

/// Records that the reader may see and that have the same name, phone or e-mail address as one that is being made.
///
/// # Errors
/// There is no such object, a value has a NUL in it, it took too long, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, request: &SimilarRequest) -> Result<Similar, OpError> {
    let object = object(app, actor, name)?;
    let title = object.title().filter(|title| field::is_plain(actor, &object, title));
    let is_told = |field: &&Field| {
        !field.archived
            && field::is_plain(actor, &object, field)
            && (matches!(field.holds, Type::Phone | Type::Email) || field.number == FieldNumber::FIRST)
    };
    let (mut items, mut known) = (Vec::new(), BTreeSet::new());
    for field in object.fields.iter().filter(is_told) {
        let Some(text) = request.values.get(&field.name).and_then(Value::as_str).map(str::trim) else { continue };
        without_nul(&field.name, text)?;
        if text.is_empty() || text.chars().count() > TEXT_CHARS {
            continue;
        }
        for (id, row) in same(app, actor, &object, field, text)? {
            if known.insert(id) {
                let called = title.and_then(|title| row.cells.get(&title.number));
                let title = called.and_then(|cell| if let Cell::Text(text) = cell { Some(text.clone()) } else { None });
                items.push(SimilarRecord { id, title, field: field.name.clone() });
            }
        }
    }
    // A number or an address says more than a name.
    let is_name = |one: &SimilarRecord| object.title().is_some_and(|title| title.name == one.field);
    items.sort_by_key(is_name);
    items.truncate(TOLD);
    Ok(Similar { items })
}
