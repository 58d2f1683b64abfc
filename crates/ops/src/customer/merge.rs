//! Taking merges back.

use base::MergeId;
use pipeline::{Command, Outcome};
use serde_json::Value;

use crate::audit::Line;
use crate::{Actor, App, OpError, Right};

/// Undoes a merge: both customers are there again.
///
/// # Errors
/// The right is lacking, there is no such merge, it is undone, a later one rests on it, or the database's.
pub fn undo(app: &App, actor: &Actor, id: MergeId) -> Result<(), OpError> {
    actor.may(Right::UndoMerges)?;
    app.store.read(|db| {
        let (_, merge) = db.merge(id)?.ok_or_else(OpError::not_found)?;
        super::current(app, db, actor, merge.stays)
    })?;
    match app.pipeline.command(Command::Unmerge(id))? {
        Outcome::Done => Line::new("merge.undone", &id, Value::Null).note(app, actor),
        Outcome::Refused(why) => Err(OpError::invalid("merge", &why.zh, &why.en)),
        _ => Err(OpError::not_found()),
    }
}
