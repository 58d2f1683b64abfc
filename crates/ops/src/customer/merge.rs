//! Taking merges back.

use base::MergeId;
use pipeline::{Command, Outcome};

use crate::{App, OpError};

/// Undoes a merge: both customers are there again.
///
/// # Errors
/// There is no such merge, it is undone, a later one rests on it, or the database's.
pub fn undo(app: &App, id: MergeId) -> Result<(), OpError> {
    match app.pipeline.command(Command::Unmerge(id))? {
        Outcome::Done => Ok(()),
        Outcome::Refused(why) => Err(OpError::invalid("merge", &why.zh, &why.en)),
        _ => Err(OpError::not_found()),
    }
}
