//! A customer: who it is, what happened, what follows from it and why.

pub mod decision;
pub mod erase;
pub mod export;
pub(crate) mod family;
pub mod identifier;
pub mod list;
pub mod merge;
pub mod original;
pub mod profile;
pub mod task;
pub mod timeline;
pub(crate) mod told;

use std::collections::BTreeSet;

use base::{CustomerId, RecordId};
use domain::IncomingIdentifier;
use domain::object::CUSTOMER;
use store::Connection;

use crate::record::{Deed, allowed_among};
use crate::{Actor, App, OpError, Right, Scope};

/// The customer of this id, if the actor may see it; one that was merged leads to the one it is part of.
pub(crate) fn current(app: &App, db: &mut Connection, actor: &Actor, id: CustomerId) -> Result<CustomerId, OpError> {
    let current = db.current_customer(id)?.ok_or_else(OpError::not_found)?;
    let seen = seen_among(app, db, actor, &[current])?;
    if seen.contains(&current) { Ok(current) } else { Err(OpError::not_found()) }
}

/// Which of these customers the actor may see: those whose records they may.
pub(crate) fn seen_among(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    ids: &[CustomerId],
) -> Result<BTreeSet<CustomerId>, OpError> {
    let objects = app.pipeline.objects();
    let Some(object) = objects.by_name(CUSTOMER) else {
        // A workspace of before they had records, which nobody has served yet.
        let sees_all = actor.access().of(CUSTOMER).read == Scope::All;
        return Ok(ids.iter().copied().filter(|_| sees_all).collect());
    };
    let records: Vec<RecordId> = ids.iter().map(|id| RecordId::of_customer(*id)).collect();
    let seen = allowed_among(app, db, actor, object, Deed::See, &records)?;
    Ok(seen.into_iter().filter_map(RecordId::customer).collect())
}

/// The forms in which a typed text may be stored as an identifier.
pub(crate) fn forms(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut forms = vec![text.to_owned()];
    for scheme in ["phone", "email", "id_card"] {
        let incoming = IncomingIdentifier { scheme: scheme.into(), value: text.into(), scope: None };
        forms.extend(identity::normal::identifier(&incoming, "").map(|found| found.value));
    }
    if text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        forms.push(format!("+86{text}"));
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The customer that an id or identifier names. An identifier that several customers share names the one it proves most about.
///
/// # Errors
/// The right is lacking, there is none, or the database's.
pub fn find(app: &App, actor: &Actor, text: &str) -> Result<CustomerId, OpError> {
    actor.may(Right::ReadCustomers)?;
    app.store.read(|db| named(app, db, actor, text))
}

fn named(app: &App, db: &mut Connection, actor: &Actor, text: &str) -> Result<CustomerId, OpError> {
    if let Ok(id) = text.parse::<CustomerId>() {
        return current(app, db, actor, id);
    }
    let value = text.split_once(':').map_or(text, |(scheme, value)| {
        if domain::Scheme::known().any(|known| known.name() == scheme) { value } else { text }
    });
    if value.contains('\0') {
        return Err(OpError::not_found()); // nothing is stored with U+0000
    }
    for form in forms(value) {
        if let Some((_, row)) = db.identities_by_value(&form)?.into_iter().next() {
            return current(app, db, actor, row.customer);
        }
    }
    Err(OpError::not_found())
}
