//! Tags that records have, to be chosen again while one types.

use std::collections::BTreeMap;

use domain::object::{Cell, FieldNumber, Type, several};
use serde::Serialize;
use store::record::query::{Order, Query, Test};
use utoipa::ToSchema;

use super::find::{self, PATIENCE};
use super::{Deed, allowed, field, filter, object};
use crate::{Actor, App, OpError};

/// Of how many records, the latest changed, tags are taken.
const RECORDS: u32 = 1_000;
/// How many tags are told.
const TOLD: usize = 50;

/// Tags of a field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TagPage {
    /// The tags, those first that most records have.
    pub items: Vec<String>,
}

/// Tells which tags the latest records that the reader sees have in a field, those with a part where one is asked for.
///
/// # Errors
/// There is no such object, or no such field of tags that the reader sees, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, tags: &str, part: Option<&str>) -> Result<TagPage, OpError> {
    let object = object(app, actor, name)?;
    let field = field::fit(actor, &object, tags, "field", |holds| *holds == Type::Tags);
    let field = field.map_err(|_| OpError::not_found())?;
    let part = part.map(str::trim).filter(|part| !part.is_empty()).map(filter::part).transpose()?;
    let mut tests = vec![allowed(app, actor, &object, Deed::See), Test::Present(field.number)];
    tests.extend(part.clone().map(|part| Test::Contains(field.number, part)));
    let order = vec![Order { field: FieldNumber::CHANGED, descending: true }];
    let query = Query { test: Test::All(tests), order, after: None, limit: RECORDS };
    let listed = app.store.read(|db| find::page(app, db, actor, &object, &query, &find::NONE, PATIENCE))?.listed;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &listed {
        if let Some(Cell::Text(text)) = one.row.cells.get(&field.number) {
            several::values(text).for_each(|tag| *counts.entry(tag).or_default() += 1);
        }
    }
    let part = part.unwrap_or_default().to_lowercase();
    let mut found: Vec<(&str, usize)> =
        counts.into_iter().filter(|(tag, _)| tag.to_lowercase().contains(&part)).collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(TagPage { items: found.into_iter().take(TOLD).map(|(tag, _)| tag.to_owned()).collect() })
}
