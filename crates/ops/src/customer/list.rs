//! Customers in a list: the latest, or those found.

use base::{CustomerId, Timestamp};
use serde::Serialize;
use store::{Connection, CustomerRow};
use utoipa::ToSchema;

use crate::customer::forms;
use crate::customer::identifier::IdentifierView;
use crate::error::without_nul;
use crate::{Actor, App, OpError, Right};

/// The most in one page.
pub const PAGE_LIMIT: u32 = 200;

/// A customer in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// Up to three identifiers, masked.
    pub identifiers: Vec<IdentifierView>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was last seen.
    #[schema(value_type = Option<String>)]
    pub last_seen: Option<Timestamp>,
    /// How many events.
    pub events: u64,
}

/// A page of customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerPage {
    /// The customers.
    pub items: Vec<CustomerItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Part of a name, pinyin, initials, or the beginning of an identifier.
    pub text: Option<String>,
    /// A tag they all have.
    pub tag: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many.
    pub limit: u32,
}

/// Lists customers.
///
/// # Errors
/// The right is lacking, a cursor that is none, a text with U+0000, or the database's.
pub fn list(app: &App, actor: &Actor, query: &Query) -> Result<CustomerPage, OpError> {
    actor.may(Right::ReadCustomers)?;
    without_nul("q", query.text.as_deref().unwrap_or_default())?;
    without_nul("tag", query.tag.as_deref().unwrap_or_default())?;
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    app.store.read(|db| {
        let text = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = text {
            let items = found(db, text, limit)?;
            return Ok(CustomerPage { items, next: None });
        }
        let cursor = query.cursor.as_deref().map(read_cursor).transpose()?;
        let rows = db.customers(query.tag.as_deref(), cursor, limit)?;
        let full = rows.len() == usize::try_from(limit).unwrap_or(0);
        let last =
            rows.last().filter(|_| full).and_then(|row| Some(format!("{}.{}", row.seen?.1.ms(), row.id.number())));
        let items = rows.into_iter().map(|row| item(db, row)).collect::<Result<_, OpError>>()?;
        Ok(CustomerPage { items, next: last })
    })
}

/// Customers found by a text.
pub(crate) fn found(db: &mut Connection, text: &str, limit: u32) -> Result<Vec<CustomerItem>, OpError> {
    if let Ok(id) = text.parse::<CustomerId>() {
        let row = db.current_customer(id)?.map(|id| db.customer(id)).transpose()?.flatten();
        return row.into_iter().map(|row| item(db, row)).collect();
    }
    let name = text.to_lowercase();
    let rows = db.find_customers(&forms(text), &[name.clone(), name.replace(' ', "")], limit)?;
    rows.into_iter().map(|row| item(db, row)).collect()
}

fn read_cursor(text: &str) -> Result<(Timestamp, CustomerId), OpError> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_ms(at.parse().ok()?), CustomerId::new(id.parse().ok()?)))
    };
    read().ok_or_else(|| OpError::invalid("cursor", "无效的分页游标", "not a cursor"))
}

fn item(db: &mut Connection, row: CustomerRow) -> Result<CustomerItem, OpError> {
    let mut identities = db.identities_of(row.id)?;
    identities.retain(|(_, identity)| identity.scheme != "name");
    identities.sort_by_key(|(id, identity)| (domain::Scheme::named(&identity.scheme).rank(), *id));
    let mut tags: Vec<String> = db.tags_of(row.id)?.into_iter().map(|(tag, ..)| tag).collect();
    tags.dedup();
    Ok(CustomerItem {
        id: row.id,
        name: row.name,
        identifiers: identities.iter().take(3).map(|(id, identity)| IdentifierView::masked(*id, identity)).collect(),
        tags,
        last_seen: row.seen.map(|(_, last)| last),
        events: row.events,
    })
}
