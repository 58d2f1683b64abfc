//! SQLite's write-ahead log brought into the file beside the writer, so that no commit has to wait for it.
//!
//! A thread of its own copies it. When the log has grown long it then holds the writer up for as long as it takes to copy what
//! came in meanwhile, after which SQLite begins the log anew.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sql::{Connection, StoreError};
use crate::{Location, Store};

/// How long the thread rests between two rounds.
const REST: Duration = Duration::from_millis(200);
/// From how many pages on the log should begin anew.
const LONG: i64 = 16_000;
/// How long a round may wait for readers of the log, while the writer waits too.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread that copies.
pub struct Checkpoints {
    nudge: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread; for PostgreSQL, which sees to this itself, there is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn start(store: &Store) -> Result<Self, StoreError> {
        if let Location::Postgres(_) = store.location() {
            return Ok(Self { nudge: None, thread: None });
        }
        let connection = Connection::open_patient(store.location(), PATIENCE)?;
        let (nudge, nudges) = sync_channel(1);
        let thread = std::thread::Builder::new().name("checkpoint".into());
        let thread = thread.spawn(move || copy(connection, &nudges)).ok();
        Ok(Self { nudge: Some(nudge), thread })
    }

    /// Called after each commit.
    pub fn committed(&self) {
        if let Some(nudge) = &self.nudge {
            nudge.try_send(()).ok(); // full: a round is due anyway
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.nudge = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn copy(mut connection: Connection, nudges: &Receiver<()>) {
    while nudges.recv().is_ok() {
        let round = connection.query_one("PRAGMA wal_checkpoint(PASSIVE)", &[]).and_then(|row| match row {
            Some(row) if row.int(1) > LONG => connection.query_one("PRAGMA wal_checkpoint(RESTART)", &[]),
            other => Ok(other),
        });
        if let Err(error) = round {
            tracing::warn!(%error, "the write-ahead log could not be copied; it will be tried again");
        }
        std::thread::sleep(REST);
    }
}
