//! Customers in a list: the latest, or those found.

use std::collections::HashSet;

use base::{CustomerId, RecordId, Timestamp};
use domain::object::{CUSTOMER, Fact};
use serde::Serialize;
use store::record::query::{Order, Query, Test};
use store::{Connection, CustomerRow};
use utoipa::ToSchema;

use crate::customer::forms;
use crate::customer::identifier::IdentifierView;
use crate::error::without_nul;
use crate::record::{PATIENCE, field};
use crate::{Actor, App, FieldAccess, OpError, Right};

/// The most in one page.
pub const PAGE_LIMIT: u32 = 200;
/// Among how many are looked for those that somebody sees who does not see all.
const FOUND_LIMIT: u32 = 1_000;
/// The fewest digits by which a phone number is found anywhere in it.
const PHONE_PART: usize = 4;

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
pub struct Wanted {
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
pub fn list(app: &App, actor: &Actor, query: &Wanted) -> Result<CustomerPage, OpError> {
    actor.may(Right::ReadCustomers)?;
    without_nul("q", query.text.as_deref().unwrap_or_default())?;
    without_nul("tag", query.tag.as_deref().unwrap_or_default())?;
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    app.store.read(|db| {
        let text = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = text {
            let items = found(app, db, actor, text, limit)?;
            return Ok(CustomerPage { items, next: None });
        }
        let cursor = query.cursor.as_deref().map(read_cursor).transpose()?;
        let rows = db.customers(query.tag.as_deref(), cursor, limit)?;
        let full = rows.len() == usize::try_from(limit).unwrap_or(0);
        let last =
            rows.last().filter(|_| full).and_then(|row| Some(format!("{}.{}", row.seen?.1.ms(), row.id.number())));
        let ids: Vec<CustomerId> = rows.iter().map(|row| row.id).collect();
        let seen = super::seen_among(app, db, actor, &ids)?;
        let rows = rows.into_iter().filter(|row| seen.contains(&row.id));
        let items = rows.map(|row| item(db, row)).collect::<Result<_, OpError>>()?;
        Ok(CustomerPage { items, next: last })
    })
}

/// Customers found by a text. Of whom somebody sees only some, those are looked for among many.
pub(crate) fn found(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    text: &str,
    limit: u32,
) -> Result<Vec<CustomerItem>, OpError> {
    let ids = match text.parse::<CustomerId>() {
        Ok(id) => db.current_customer(id)?.into_iter().collect(),
        Err(_) => {
            called(app, db, actor, text, if actor.sees_all_customers() { limit } else { limit.max(FOUND_LIMIT) })?
        }
    };
    let seen = super::seen_among(app, db, actor, &ids)?;
    let seen = ids.into_iter().filter(|id| seen.contains(id)).take(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut items = Vec::new();
    for id in seen {
        if let Some(row) = db.customer(id)? {
            items.push(item(db, row)?);
        }
    }
    Ok(items)
}

/// Customers by name, pinyin, initials, an identifier or its beginning, or any part of a phone number. Whoever may not reveal identifiers finds by
/// whole ones only: a question a digit would tell the number.
fn called(app: &App, db: &mut Connection, actor: &Actor, text: &str, limit: u32) -> Result<Vec<CustomerId>, OpError> {
    let name = text.to_lowercase();
    let (names, forms) = ([name.clone(), name.replace(' ', "")], forms(text));
    let mut ids = Vec::new();
    if actor.may(Right::RevealIdentifiers).is_ok() {
        ids.extend(db.find_customers(&forms, &names, limit)?);
    } else {
        for form in &forms {
            ids.extend(db.identities_by_value(form)?.into_iter().map(|(_, row)| row.customer));
        }
        ids.extend(db.find_customers(&[], &names, limit)?);
        let mut known = HashSet::new();
        ids.retain(|id| known.insert(*id));
    }
    let known: HashSet<CustomerId> = ids.iter().copied().collect();
    ids.extend(phoned(app, db, actor, text, limit)?.into_iter().filter(|id| !known.contains(id)));
    ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(ids)
}

/// Customers with these digits in their phone number, those seen last first; of whom the reader may not reveal them, none: a few questions
/// would tell the number.
fn phoned(app: &App, db: &mut Connection, actor: &Actor, text: &str, limit: u32) -> Result<Vec<CustomerId>, OpError> {
    let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '+');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let objects = app.pipeline.objects();
    let Some(object) = objects.by_name(CUSTOMER).filter(|_| digits.len() >= PHONE_PART && text.chars().all(is_number))
    else {
        return Ok(Vec::new());
    };
    let field = |wanted| object.fields.iter().find(|field| field.fact() == Some(wanted));
    let phone = field(Fact::Phone).filter(|phone| field::access(actor, object, phone) >= FieldAccess::Reveal);
    let Some(phone) = phone.map(|phone| phone.number) else { return Ok(Vec::new()) };
    let test = Test::Contains(phone, digits);
    let order = field(Fact::LastSeen).map(|seen| Order { field: seen.number, descending: true }).into_iter().collect();
    let query = Query { test, order, after: None, limit };
    let found: Vec<RecordId> = match app.pipeline.columns().list(&objects, object.id, &query) {
        Some(found) => found.into_iter().map(|(id, _)| id).collect(),
        None => db.within(PATIENCE, |db| db.list_records(object, &query))?.into_iter().map(|one| one.id).collect(),
    };
    Ok(found.into_iter().filter_map(RecordId::customer).collect())
}

/// The records of customers found by a text, whoever may see them.
pub(crate) fn records_found(app: &App, actor: &Actor, text: &str) -> Result<Vec<RecordId>, OpError> {
    let ids = app.store.read(|db| called(app, db, actor, text, FOUND_LIMIT))?;
    Ok(ids.into_iter().map(RecordId::of_customer).collect())
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
