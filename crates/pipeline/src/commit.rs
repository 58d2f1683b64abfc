//! The commit under way: one unit is written while the next is being computed. Never more than one, so that what memory
//! knows and the database does not yet is the last unit handed over, and no more.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Checkpoints, Connection, Store, StoreError, Unit};

/// Called when a unit is on disk, with the time of its flush; with nothing when it could not be written.
pub(crate) type After = Box<dyn FnOnce(Option<Duration>) + Send>;

/// The thread that commits.
pub(crate) struct Committer {
    units: Option<SyncSender<(Unit, After)>>,
    results: Receiver<Result<(), StoreError>>,
    under_way: bool,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the thread with the connection that writes.
    pub(crate) fn start(store: &Store) -> Result<Self, StoreError> {
        let (db, checkpoints) = (store.writer()?, Checkpoints::start(store)?);
        let (send, units) = sync_channel(1);
        let (result, results) = sync_channel(1);
        let thread = std::thread::Builder::new().name("commit".into());
        let thread = thread.spawn(move || commit(db, &checkpoints, &units, &result)).ok();
        Ok(Self { units: Some(send), results, under_way: false, thread })
    }

    /// Waits until the unit under way is on disk.
    ///
    /// # Errors
    /// It could not be written: memory is ahead of the database and must be built again from it.
    pub(crate) fn settle(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.under_way) {
            return Ok(());
        }
        self.results.recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Hands a unit over, after the one under way.
    ///
    /// # Errors
    /// As [`Committer::settle`]; then this unit was not handed over, and `after` comes back.
    pub(crate) fn hand_over(&mut self, unit: Unit, after: After) -> Result<(), (StoreError, After)> {
        if let Err(error) = self.settle() {
            return Err((error, after));
        }
        let Some(units) = &self.units else { return Err((ended(), after)) };
        units.send((unit, after)).map_err(|refused| (ended(), refused.0.1))?;
        self.under_way = true;
        Ok(())
    }
}

fn ended() -> StoreError {
    StoreError::Corrupt { what: "the commit", why: "its thread has ended".into() }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.units = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn commit(
    mut db: Connection,
    checkpoints: &Checkpoints,
    units: &Receiver<(Unit, After)>,
    result: &SyncSender<Result<(), StoreError>>,
) {
    for (unit, after) in units {
        let flush = if unit.is_empty() { Ok(Duration::ZERO) } else { unit.commit(&mut db) };
        let (flush, answer) = match flush {
            Ok(flush) => (Some(flush), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let holds = answer.is_ok();
        result.send(answer).ok(); // the next may come while this one's senders are told
        after(flush);
        if !holds {
            return;
        }
        checkpoints.committed();
    }
}
