//! SQLite's write-ahead log brought into the file beside the writer, so that no commit has to wait for it.
//!
//! A thread of its own copies it and flushes the file. When the log has grown long it does so until little is left, and then
//! holds the writer up for as long as that little takes, after which SQLite begins the log anew.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::Store;
use crate::sql::{Connection, StoreError};

/// How long the thread rests between two rounds.
const REST: Duration = Duration::from_secs(1);
/// From how many pages on the log should begin anew.
const LONG: i64 = 32_000;
/// How few pages may come in during a round for the next to hold the writer up; and how many rounds are tried.
const FEW: i64 = 500;
const ROUNDS: usize = 8;
/// How long a round may wait for readers of the log, while the writer waits too.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread that copies.
pub struct Checkpoints {
    is_due: Arc<AtomicBool>,
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread; for PostgreSQL, which sees to this itself, there is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn start(store: &Store) -> Result<Self, StoreError> {
        let is_due = Arc::new(AtomicBool::new(true));
        let Some(file) = store.file.clone() else {
            return Ok(Self { is_due, alive: None, thread: None });
        };
        let connection = Connection::open_patient(store.location(), PATIENCE)?;
        let (alive, ended) = channel();
        let shared = Arc::clone(&is_due);
        let thread = std::thread::Builder::new().name("checkpoint".into());
        let thread = thread.spawn(move || copy(connection, &file, &shared, &ended)).ok();
        Ok(Self { is_due, alive: Some(alive), thread })
    }

    /// Called after each commit.
    pub fn committed(&self) {
        self.is_due.store(true, Ordering::Relaxed);
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn copy(mut connection: Connection, file: &File, is_due: &AtomicBool, ended: &Receiver<()>) {
    while ended.recv_timeout(REST) == Err(RecvTimeoutError::Timeout) {
        if !is_due.swap(false, Ordering::Relaxed) {
            continue;
        }
        let round = rounds(&mut connection, file);
        if let Err(error) = round {
            tracing::warn!(%error, "the write-ahead log could not be copied; it will be tried again");
        }
    }
}

/// Copies until little is left, and if the log is long lets SQLite begin it anew.
fn rounds(connection: &mut Connection, file: &File) -> Result<(), StoreError> {
    let mut before = 0;
    for _ in 0..ROUNDS {
        let row = connection.query_one("PRAGMA wal_checkpoint(PASSIVE)", &[])?;
        file.sync_data().map_err(|error| StoreError::corrupt("the database file", error))?;
        let all = row.map_or(0, |row| row.int(1));
        if all < LONG {
            return Ok(());
        }
        if all - before < FEW {
            break;
        }
        before = all;
    }
    connection.query_one("PRAGMA wal_checkpoint(RESTART)", &[]).map(drop)
}
