//! Following a record: being told when others change it or say something about it.

use base::{RecordId, UserId};
use domain::object::{Cell, FieldNumber};
use serde::{Deserialize, Serialize};
use store::{Connection, RecordRow};
use utoipa::ToSchema;

use super::super::{Deed, found, object};
use crate::account::session::oneself;
use crate::{Actor, App, OpError};

/// Whether one follows a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Following {
    /// Whether one does: by one's own choice, or because one owns it, said something about it or was mentioned on it.
    pub following: bool,
}

/// The person who owns a record.
pub(crate) fn owner(row: &RecordRow) -> Option<UserId> {
    match row.cells.get(&FieldNumber::OWNER) {
        Some(Cell::Int(number)) => Some(UserId::new(number.cast_unsigned())),
        _ => None,
    }
}

fn following(db: &mut Connection, me: UserId, record: RecordId, row: &RecordRow) -> Result<Following, OpError> {
    let said = db.follows(record)?.into_iter().find(|(person, _)| *person == me);
    Ok(Following { following: said.map_or(owner(row) == Some(me), |(_, follows)| follows) })
}

/// Whether one follows a record that one sees.
///
/// # Errors
/// It is not a person who asks, there is no such record, they may not see it, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, record: RecordId) -> Result<Following, OpError> {
    let me = oneself(actor)?;
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        let row = found(app, db, actor, &object, Deed::See, record)?;
        following(db, me, record, &row)
    })
}

/// Follows a record that one sees, or follows it no longer, whatever one does from there on.
///
/// # Errors
/// As [`get`].
pub fn set(app: &App, actor: &Actor, name: &str, record: RecordId, request: Following) -> Result<Following, OpError> {
    get(app, actor, name, record)?;
    let me = oneself(actor)?;
    app.store.write(|db| db.set_follow(record, me, request.following))?;
    Ok(request)
}
