//! The write-ahead logs of blocks and keys brought into their files beside the writer, so that no seal has to wait for it.
//! When all of a log is in its file, the next commit begins it anew.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::db::Database;
use crate::error::StartError;

/// How long the thread rests between two rounds.
const REST: Duration = Duration::from_secs(1);
/// How often in a round it tries to overtake the writer.
const TRIES: usize = 8;

/// Held by whoever brings a log into its file: SQLite lets one do so at a time, and refuses the other.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turn {
    pub(crate) fn take(&self) -> MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the copying thread works with.
pub(crate) struct Copier {
    files: [Connection; 2],
    turn: Turn,
}

impl Copier {
    pub(crate) fn open(raw_dir: &Path, turn: Turn) -> Result<Self, StartError> {
        Ok(Self { files: [Database::Raw.open(raw_dir)?, Database::Keys.open(raw_dir)?], turn })
    }

    /// Copies every second until the other end of the channel is dropped. What fails comes again; a log that grows long all
    /// the same is copied by the writer itself.
    pub(crate) fn run(&self, stopped: &Receiver<()>) {
        while stopped.recv_timeout(REST) == Err(RecvTimeoutError::Timeout) {
            for file in &self.files {
                let _turn = self.turn.take();
                let _ = copy(file);
            }
        }
    }
}

fn copy(file: &Connection) -> rusqlite::Result<()> {
    for _ in 0..TRIES {
        let frames = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let (all, copied) = file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], frames)?;
        if copied >= all {
            break;
        }
    }
    Ok(())
}
