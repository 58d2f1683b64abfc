//! SQLite's write-ahead log brought into the file beside the writer, so that no commit has to wait for it.
//!
//! A thread of its own copies most of it; only when the log has grown long and little is left to copy does the writer do the
//! rest between two commits, after which SQLite begins the log anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sql::{Connection, StoreError};
use crate::{Location, Store};

/// How long the thread rests between two rounds.
const REST: Duration = Duration::from_millis(200);
/// From how many pages on the log should begin anew.
const LONG: i64 = 16_000;
/// How many pages the writer copies itself to that end.
const FEW: i64 = 2_000;
/// From how many pages on the writer copies them all, however many are left: the disk does not keep up.
const TOO_LONG: i64 = 250_000;

/// The thread that copies.
pub struct Checkpoints {
    nudge: Option<SyncSender<()>>,
    seen: Arc<Pages>,
    thread: Option<JoinHandle<()>>,
}

/// Pages in the log, and those among them not yet copied, as of the last round.
#[derive(Default)]
struct Pages {
    all: AtomicI64,
    left: AtomicI64,
}

impl Checkpoints {
    /// Starts the thread; for PostgreSQL, which sees to this itself, there is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn start(store: &Store) -> Result<Self, StoreError> {
        let seen = Arc::new(Pages::default());
        if let Location::Postgres(_) = store.location() {
            return Ok(Self { nudge: None, seen, thread: None });
        }
        let connection = Connection::open(store.location())?;
        let (nudge, nudges) = sync_channel(1);
        let pages = Arc::clone(&seen);
        let thread = std::thread::Builder::new().name("checkpoint".into());
        let thread = thread.spawn(move || copy(connection, &nudges, &pages)).ok();
        Ok(Self { nudge: Some(nudge), seen, thread })
    }

    /// Called by the writer after each commit, with its connection.
    pub fn committed(&self, writer: &mut Connection) {
        let Some(nudge) = &self.nudge else { return };
        let (all, left) = (self.seen.all.load(Ordering::Relaxed), self.seen.left.load(Ordering::Relaxed));
        if all > TOO_LONG || (all > LONG && left < FEW) {
            self.seen.note(writer);
            self.seen.all.store(0, Ordering::Relaxed);
        }
        nudge.try_send(()).ok(); // full: a round is due anyway
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

fn copy(mut connection: Connection, nudges: &Receiver<()>, pages: &Pages) {
    while nudges.recv().is_ok() {
        pages.note(&mut connection);
        std::thread::sleep(REST);
    }
}

impl Pages {
    /// Copies what can be copied without anyone waiting, and notes what is left.
    fn note(&self, connection: &mut Connection) {
        match connection.query_one("PRAGMA wal_checkpoint(PASSIVE)", &[]) {
            Ok(Some(row)) if row.int(0) == 0 => {
                self.all.store(row.int(1), Ordering::Relaxed);
                self.left.store(row.int(1) - row.int(2), Ordering::Relaxed);
            }
            Ok(_) => {} // another round is under way
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be copied; it will be tried again"),
        }
    }
}
