//! The threads around the engine: one seals what has come in, one writes. While a group is being committed the next is being
//! sealed; whatever has come in by then is the next group.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::Clock;
use columns::Columns;
use domain::Kinds;
use domain::object::Objects;
use store::Store;
use vault::Client;

use crate::command::{Command, Outcome};
use crate::engine::{Committed, Engine, EngineError, Settings, Taken};
use crate::group::Refused;
use crate::meter::Meter;
use crate::recognise::Recognised;
use crate::seal::{Sealed, seal, sweep};
use crate::writer::{Writer, Writing};

/// The most events in a group, but for what came with the last of them.
pub(crate) const GROUP_EVENTS: usize = 8_192;
/// How many groups may be sealed before they are computed.
const SEALED: usize = 1;
/// Records in memory may take as much as customers do, divided by this.
const COLUMNS_SHARE: usize = 2;
/// How many requests may wait before senders have to.
const QUEUE: usize = 1_024;
/// How long the writer sleeps when nothing comes in: windows move at least this often.
pub(crate) const TICK: Duration = Duration::from_millis(200);

/// Events that came together, and whom to tell.
pub struct Batch {
    /// The events.
    pub events: Vec<Recognised>,
    /// Lines refused before.
    pub refused: Vec<Refused>,
    /// Whether to take all or none.
    pub strict: bool,
    /// Called with what became of each event, in order, once that is on disk.
    pub done: Box<dyn FnOnce(Result<Vec<Taken>, Unavailable>) + Send>,
}

/// The writer cannot store anything at the moment: nothing was taken, try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database does not answer; nothing was taken, try again")]
pub struct Unavailable;

pub(crate) type Caller<T> = Box<dyn FnOnce(Result<T, Unavailable>) + Send>;
type Reply = Caller<Outcome>;

enum Job {
    Batch(Batch, Instant),
    Command(Command, Reply),
}

pub(crate) struct SealedBatch {
    pub(crate) events: Vec<Sealed>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) strict: bool,
    pub(crate) done: Caller<Vec<Taken>>,
    pub(crate) since: Instant,
}

pub(crate) enum Step {
    Batch(SealedBatch),
    Command(Command, Reply),
}

/// Hears of every commit.
pub type Listener = Box<dyn Fn(&Committed) + Send + Sync>;

/// What the writer works with.
pub struct Setup {
    /// The database.
    pub store: Arc<Store>,
    /// The raw zone.
    pub vault: Arc<Client>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The zone and the memory.
    pub settings: Settings,
    /// Hears of every commit.
    pub listener: Listener,
}

/// A running pipeline. Dropping it stops the threads, with all that was acknowledged on disk.
pub struct Pipeline {
    jobs: Option<SyncSender<Job>>,
    writing: Arc<Mutex<Option<Writing>>>,
    kinds: Arc<RwLock<Arc<Kinds>>>,
    objects: Arc<RwLock<Arc<Objects>>>,
    columns: Arc<Columns>,
    meter: Arc<Meter>,
    closed: Arc<AtomicBool>,
    away: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has all records read into memory, behind.
pub(crate) fn load(columns: &Arc<Columns>, store: &Arc<Store>, objects: Arc<Objects>) {
    let load = columns.begin(&objects);
    let (columns, store) = (Arc::clone(columns), Arc::clone(store));
    let read = move || {
        if let Err(error) = columns.load(load, &store, &objects) {
            tracing::warn!(%error, "records are listed from the database until the next start");
        }
    };
    std::thread::Builder::new().name("columns".into()).spawn(read).ok();
}

impl Pipeline {
    /// Opens the engine, deletes what was sealed for commits that never came, and starts the threads.
    ///
    /// # Errors
    /// The engine cannot open.
    pub fn start(setup: Setup) -> Result<Self, EngineError> {
        let mut writing = Writing::open(&setup)?;
        sweep(&mut writing.engine.db, &setup.vault)?;
        let kinds = Arc::new(RwLock::new(writing.engine.kinds()));
        let columns = Arc::new(Columns::new(setup.settings.memory / COLUMNS_SHARE));
        load(&columns, &setup.store, writing.engine.objects());
        let objects = Arc::new(RwLock::new(writing.engine.objects()));
        let writing = Arc::new(Mutex::new(Some(writing)));
        let meter = Arc::new(Meter::default());
        let (jobs, incoming) = sync_channel(QUEUE);
        let (sealed, steps) = sync_channel(SEALED);
        let closed = Arc::new(AtomicBool::new(false));
        let away = Arc::new(AtomicBool::new(false));
        let (vault, unsealed) = (setup.vault.apart(), Arc::clone(&away));
        let sealer = spawn("seal", move || seal_all(&incoming, &sealed, &vault, &unsealed));
        let writer = Writer {
            setup: Arc::new(setup),
            writing: Arc::clone(&writing),
            kinds: Arc::clone(&kinds),
            objects: Arc::clone(&objects),
            columns: Arc::clone(&columns),
            meter: Arc::clone(&meter),
            closed: Arc::clone(&closed),
            away: Arc::clone(&away),
        };
        let writer = spawn("engine", move || writer.run(&steps));
        let threads = [sealer, writer].into_iter().flatten().collect();
        Ok(Self { jobs: Some(jobs), writing, kinds, objects, columns, meter, closed, away, threads })
    }

    /// The declared kinds.
    #[must_use]
    pub fn kinds(&self) -> Arc<Kinds> {
        Arc::clone(&self.kinds.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The objects.
    #[must_use]
    pub fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.objects.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The records in memory, for lists.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How the writer is doing.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Whether the database takes what comes in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.away.load(Ordering::SeqCst)
    }

    /// Hands events over; waits while too many wait before them.
    pub fn submit(&self, batch: Batch) {
        if let Some(jobs) = &self.jobs
            && let Err(refused) = jobs.send(Job::Batch(batch, Instant::now()))
            && let Job::Batch(batch, _) = refused.0
        {
            (batch.done)(Err(Unavailable));
        }
    }

    /// Hands events over and waits until they are on disk.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn take(
        &self,
        events: Vec<Recognised>,
        refused: Vec<Refused>,
        strict: bool,
    ) -> Result<Vec<Taken>, Unavailable> {
        let (send, receive) = channel();
        let done = Box::new(move |answer| drop(Sender::send(&send, answer)));
        self.submit(Batch { events, refused, strict, done });
        receive.recv().unwrap_or(Err(Unavailable))
    }

    /// Hands a command over and waits until it is carried out and on disk.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn command(&self, command: Command) -> Result<Outcome, Unavailable> {
        let (send, receive) = channel();
        let reply = Box::new(move |answer| drop(Sender::send(&send, answer)));
        if let Some(jobs) = &self.jobs {
            jobs.send(Job::Command(command, reply)).map_err(|_| Unavailable)?;
        }
        receive.recv().unwrap_or(Err(Unavailable))
    }

    /// Ends all writing for good and then does `f`: what comes in from now on is told to try again.
    pub fn close<T>(&self, f: impl FnOnce() -> T) -> T {
        let mut slot = lock(&self.writing);
        self.closed.store(true, Ordering::SeqCst);
        self.away.store(true, Ordering::SeqCst);
        *slot = None;
        f()
    }

    /// Looks into the engine, between commits: all that it knows is on disk.
    ///
    /// # Errors
    /// The engine is being opened again after the database went away.
    pub fn look<T>(&self, f: impl FnOnce(&mut Engine) -> T) -> Result<T, Unavailable> {
        let mut slot = lock(&self.writing);
        let Some(writing) = slot.as_mut() else { return Err(Unavailable) };
        if let Err(error) = writing.committer.settle() {
            *slot = None;
            tracing::error!(%error, "a commit failed; the engine is opened again");
            return Err(Unavailable);
        }
        Ok(f(&mut writing.engine))
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.jobs = None;
        let _ = self.columns.begin(&Objects::default()); // ends a load that is under way
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Seals batches as they come, several at once when several wait. While the database is away nothing is sealed: it would
/// have to be sealed again with the next try.
fn seal_all(incoming: &Receiver<Job>, sealed: &SyncSender<Vec<Step>>, vault: &Client, away: &AtomicBool) {
    while let Ok(first) = incoming.recv() {
        let mut jobs = vec![first];
        let mut events = 0;
        while events < GROUP_EVENTS {
            match incoming.try_recv() {
                Ok(job) => {
                    events += if let Job::Batch(batch, _) = &job { batch.events.len() } else { 0 };
                    jobs.push(job);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        if away.load(Ordering::SeqCst) {
            jobs.into_iter().for_each(Job::refuse);
        } else if sealed.send(seal_jobs(jobs, vault)).is_err() {
            return;
        }
    }
}

fn seal_jobs(jobs: Vec<Job>, vault: &Client) -> Vec<Step> {
    let mut all = Vec::new();
    let mut shells = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Job::Batch(batch, since) => {
                let count = batch.events.len();
                all.extend(batch.events);
                shells.push(Err((count, batch.refused, batch.strict, batch.done, since)));
            }
            Job::Command(command, reply) => shells.push(Ok(Step::Command(command, reply))),
        }
    }
    let mut events = seal(vault, all).into_iter();
    let fill = |shell| match shell {
        Ok(step) => step,
        Err((count, refused, strict, done, since)) => {
            Step::Batch(SealedBatch { events: events.by_ref().take(count).collect(), refused, strict, done, since })
        }
    };
    shells.into_iter().map(fill).collect()
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(f).ok()
}

impl Job {
    fn refuse(self) {
        match self {
            Self::Batch(batch, _) => (batch.done)(Err(Unavailable)),
            Self::Command(_, reply) => reply(Err(Unavailable)),
        }
    }
}

impl Step {
    pub(crate) fn events(&self) -> usize {
        match self {
            Self::Batch(batch) => batch.events.len(),
            Self::Command(..) => 0,
        }
    }

    pub(crate) const fn is_flush(&self) -> bool {
        matches!(self, Self::Command(Command::Flush, _))
    }

    /// By which the identities of its events are found.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = [u8; 16]> {
        let events = if let Self::Batch(batch) = self { batch.events.as_slice() } else { &[] };
        events.iter().flat_map(|(event, _)| event.who.iter().map(|(_, hash)| *hash))
    }

    pub(crate) fn refuse(self) {
        match self {
            Self::Batch(batch) => (batch.done)(Err(Unavailable)),
            Self::Command(_, reply) => reply(Err(Unavailable)),
        }
    }
}
