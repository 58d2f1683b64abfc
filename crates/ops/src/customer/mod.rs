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

use base::CustomerId;
use domain::IncomingIdentifier;
use store::Connection;

use crate::{Actor, App, OpError, Right};

/// The customer of this id; one that was merged leads to the one it is part of.
///
/// # Errors
/// There is none, or the database's.
pub fn current(db: &mut Connection, id: CustomerId) -> Result<CustomerId, OpError> {
    db.current_customer(id)?.ok_or_else(OpError::not_found)
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
    app.store.read(|db| named(db, text))
}

fn named(db: &mut Connection, text: &str) -> Result<CustomerId, OpError> {
    if let Ok(id) = text.parse::<CustomerId>() {
        return current(db, id);
    }
    let value = text.split_once(':').map_or(text, |(scheme, value)| {
        if domain::Scheme::known().any(|known| known.name() == scheme) { value } else { text }
    });
    if value.contains('\0') {
        return Err(OpError::not_found()); // nothing is stored with U+0000
    }
    for form in forms(value) {
        if let Some((_, row)) = db.identities_by_value(&form)?.into_iter().next() {
            return current(db, row.customer);
        }
    }
    Err(OpError::not_found())
}
