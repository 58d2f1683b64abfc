//! Customers, found by what the database itself keeps for them: names and identifiers are under keys of their own there, are joined and parted with
//! customers and erased with them, and are in no file of the index.

use std::cmp::Reverse;

use ::search::{Kind, Needle, Rank};

use domain::object::CUSTOMER;

use super::{Group, SearchDetail, SearchItem, texts};
use crate::customer::list::{CustomerItem, found};
use crate::{Actor, App, OpError};

/// How many are looked at, to put the best first.
const LOOKED_AT: usize = 20;

/// Customers by name, pinyin, initials, or the beginning of an identifier. Those that the reader may see.
pub(super) fn find(app: &App, actor: &Actor, needle: &Needle, text: &str, limit: usize) -> Result<Group, OpError> {
    let most = u32::try_from(LOOKED_AT.max(limit + 1)).unwrap_or(u32::MAX);
    let all = app.store.read(|db| found(app, db, actor, text.trim(), most))?;
    let mut items: Vec<_> = all.into_iter().map(|one| item(needle, one)).collect();
    items.sort_by_key(|(place, _)| *place);
    let is_more = items.len() > limit;
    items.truncate(limit);
    Ok(Group { name: CUSTOMER.to_owned(), items, is_more })
}

fn item(needle: &Needle, customer: CustomerItem) -> (super::Place, SearchItem) {
    let name = customer.name.unwrap_or_default();
    let found = needle.look(&[(Kind::Title, &name)]);
    let marks = found.as_ref().and_then(|found| found.marks.get(&0)).map(Vec::as_slice).unwrap_or_default();
    // Whoever is found by an identifier has just that one: it comes before those whose name has it somewhere.
    let rank = found.as_ref().map_or(Rank::Start, |found| found.rank);
    let at = customer.last_seen.map_or(0, base::Timestamp::ms);
    let detail = customer
        .identifiers
        .into_iter()
        .next()
        .map(|identifier| SearchDetail { label: identifier.label, text: texts::parts(&identifier.value, &[]) });
    let item = SearchItem {
        object: CUSTOMER.to_owned(),
        id: customer.id.to_string(),
        title: texts::parts(&name, marks),
        detail,
        changed_at: customer.last_seen,
    };
    ((rank, Reverse(at), Reverse(customer.id.number())), item)
}
