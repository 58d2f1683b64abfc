//! The threads around the engine: one seals what has come in, one writes. While a group is being committed the next is being
//! sealed; whatever has come in by then is the next group.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::Clock;
use domain::{Kinds, Rejection};
use store::Store;
use vault::Client;

use crate::command::{Command, Outcome};
use crate::engine::{Committed, Engine, EngineError, OWN_KINDS_LIMIT, Settings, Taken, kinds_full};
use crate::group::Refused;
use crate::meter::Meter;
use crate::recognise::Recognised;
use crate::seal::{Sealed, seal};

/// The most events in a group.
const GROUP_EVENTS: usize = 4_096;
/// How many requests may wait before senders have to.
const QUEUE: usize = 1_024;
/// How long the writer sleeps when nothing comes in: windows move at least this often.
const TICK: Duration = Duration::from_millis(200);

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

type Caller<T> = Box<dyn FnOnce(Result<T, Unavailable>) + Send>;
type Reply = Caller<Outcome>;

enum Job {
    Batch(Batch, Instant),
    Command(Command, Reply),
}

struct SealedBatch {
    events: Vec<Sealed>,
    refused: Vec<Refused>,
    strict: bool,
    done: Caller<Vec<Taken>>,
    since: Instant,
}

enum Step {
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
    engine: Arc<Mutex<Option<Engine>>>,
    kinds: Arc<RwLock<Arc<Kinds>>>,
    meter: Arc<Meter>,
    closed: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipeline {
    /// Opens the engine and starts the threads.
    ///
    /// # Errors
    /// The engine cannot open.
    pub fn start(setup: Setup) -> Result<Self, EngineError> {
        let engine = Engine::open(setup.store.writer()?, setup.settings.clone())?;
        let kinds = Arc::new(RwLock::new(engine.kinds()));
        let engine = Arc::new(Mutex::new(Some(engine)));
        let meter = Arc::new(Meter::default());
        let (jobs, incoming) = sync_channel(QUEUE);
        let (sealed, steps) = sync_channel(1);
        let vault = Arc::clone(&setup.vault);
        let sealer = std::thread::spawn(move || seal_all(&incoming, &sealed, &vault));
        let closed = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            setup,
            engine: Arc::clone(&engine),
            kinds: Arc::clone(&kinds),
            meter: Arc::clone(&meter),
            closed: Arc::clone(&closed),
        };
        let writer = std::thread::spawn(move || writer.run(&steps));
        Ok(Self { jobs: Some(jobs), engine, kinds, meter, closed, threads: vec![sealer, writer] })
    }

    /// The declared kinds.
    #[must_use]
    pub fn kinds(&self) -> Arc<Kinds> {
        Arc::clone(&self.kinds.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the writer is doing.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
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
        let mut slot = lock(&self.engine);
        self.closed.store(true, Ordering::SeqCst);
        *slot = None;
        f()
    }

    /// Looks into the engine, between commits.
    ///
    /// # Errors
    /// The engine is being opened again after the database went away.
    pub fn look<T>(&self, f: impl FnOnce(&mut Engine) -> T) -> Result<T, Unavailable> {
        lock(&self.engine).as_mut().map(f).ok_or(Unavailable)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Seals batches as they come, several at once when several wait.
fn seal_all(incoming: &Receiver<Job>, sealed: &SyncSender<Vec<Step>>, vault: &Client) {
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
        if sealed.send(seal_jobs(jobs, vault)).is_err() {
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

struct Writer {
    setup: Setup,
    engine: Arc<Mutex<Option<Engine>>>,
    kinds: Arc<RwLock<Arc<Kinds>>>,
    meter: Arc<Meter>,
    closed: Arc<AtomicBool>,
}

type Answer = Box<dyn FnOnce() + Send>;

impl Writer {
    fn run(&self, steps: &Receiver<Vec<Step>>) {
        loop {
            let (group, idle) = match steps.recv_timeout(self.patience()) {
                Ok(group) => (group, false),
                Err(RecvTimeoutError::Timeout) => (Vec::new(), true),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.group(group, idle);
        }
        self.finish();
    }

    /// With work left behind, a short quiet is enough to do some of it.
    fn patience(&self) -> Duration {
        let busy = lock(&self.engine).as_ref().is_some_and(Engine::has_work);
        if busy { Duration::from_millis(10) } else { TICK }
    }

    /// Writes what is left behind, so that the next start need not read the log.
    fn finish(&self) {
        while lock(&self.engine).as_ref().is_some_and(Engine::has_work) {
            if !self.group(Vec::new(), true) {
                break;
            }
        }
    }

    fn group(&self, group: Vec<Step>, idle: bool) -> bool {
        let mut slot = lock(&self.engine);
        if slot.is_none() {
            *slot = self.reopen();
        }
        let Some(engine) = slot.as_mut() else {
            drop(slot);
            group.into_iter().for_each(Step::refuse);
            std::thread::sleep(TICK);
            return false;
        };
        match self.write(engine, group, idle) {
            Ok((done, answers)) => {
                let kinds = engine.kinds();
                drop(slot);
                *self.kinds.write().unwrap_or_else(PoisonError::into_inner) = kinds;
                if !done.events.is_empty() || !done.decisions.is_empty() {
                    (self.setup.listener)(&done);
                }
                answers.into_iter().for_each(|answer| answer());
                true
            }
            Err((error, answers)) => {
                tracing::error!(%error, "a commit failed; the engine is opened again");
                *slot = None;
                drop(slot);
                answers.into_iter().for_each(|answer| answer());
                false
            }
        }
    }

    fn reopen(&self) -> Option<Engine> {
        if self.closed.load(Ordering::SeqCst) {
            return None;
        }
        let opened = self
            .setup
            .store
            .writer()
            .map_err(EngineError::from)
            .and_then(|db| Engine::open(db, self.setup.settings.clone()));
        opened.inspect_err(|error| tracing::warn!(%error, "the engine cannot open yet")).ok()
    }

    /// One commit. Either every answer says what became of its events, or all say that nothing was taken.
    fn write(
        &self,
        engine: &mut Engine,
        group: Vec<Step>,
        idle: bool,
    ) -> Result<(Committed, Vec<Answer>), (EngineError, Vec<Answer>)> {
        let mut unit = engine.unit(self.setup.clock.now());
        let mut done = Committed { received_at: unit.received_at, ..Committed::default() };
        let mut good: Vec<Answer> = Vec::new();
        let mut bad: Vec<Answer> = Vec::new();
        let mut waited: Vec<(Instant, usize)> = Vec::new();
        let mut failed = engine.tick(&mut unit, &mut done).map_err(EngineError::from).err();
        for step in group {
            if failed.is_some() {
                bad.push(Box::new(move || step.refuse()));
                continue;
            }
            match step {
                Step::Batch(batch) => {
                    waited.push((batch.since, batch.events.len()));
                    let taken = engine.take_batch(batch.events, batch.refused, batch.strict, &mut unit, &mut done);
                    let (answer, error) = split(taken);
                    failed = error;
                    pair(batch.done, answer, &mut good, &mut bad);
                }
                Step::Command(command, reply) => {
                    let (answer, error) = split(engine.carry_out_command(command, &mut unit, &mut done));
                    failed = error;
                    pair(reply, answer, &mut good, &mut bad);
                }
            }
        }
        if failed.is_none() {
            failed = engine.behind(&mut unit, &mut done, idle).map_err(EngineError::from).err();
        }
        done.next_seq = engine.next_seq();
        let flushed = match failed {
            None => engine.commit(unit).map_err(EngineError::from),
            Some(error) => Err(error),
        };
        match flushed {
            Ok(flush) => {
                self.meter.commit(done.received_at, &waited, flush);
                Ok((done, good))
            }
            Err(error) => Err((error, bad)),
        }
    }
}

fn split<T>(result: Result<T, EngineError>) -> (Option<T>, Option<EngineError>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    }
}

/// Keeps a caller's way back twice: with the answer for a commit that holds, and without for one that fails.
fn pair<T: Send + 'static>(caller: Caller<T>, answer: Option<T>, good: &mut Vec<Answer>, bad: &mut Vec<Answer>) {
    let caller = Arc::new(Mutex::new(Some(caller)));
    let again = Arc::clone(&caller);
    let call = |slot: &Mutex<Option<Caller<T>>>, answer| {
        if let Some(caller) = lock(slot).take() {
            caller(answer);
        }
    };
    good.push(Box::new(move || call(&caller, answer.ok_or(Unavailable))));
    bad.push(Box::new(move || call(&again, Err(Unavailable))));
}

impl Step {
    fn refuse(self) {
        match self {
            Self::Batch(batch) => (batch.done)(Err(Unavailable)),
            Self::Command(_, reply) => reply(Err(Unavailable)),
        }
    }
}

impl Engine {
    /// Takes a batch; a strict one only when nothing in it is refused.
    fn take_batch(
        &mut self,
        events: Vec<Sealed>,
        refused: Vec<Refused>,
        strict: bool,
        unit: &mut store::Unit,
        done: &mut Committed,
    ) -> Result<Vec<Taken>, EngineError> {
        let withheld = if strict { self.withhold(&events, !refused.is_empty()) } else { None };
        self.refuse(refused, unit)?;
        match withheld {
            Some(answers) => Ok(answers),
            None => Ok(self.take_all(events, unit, done)?),
        }
    }

    /// What is told of a strict batch in which something is refused; none when all of it can be taken.
    fn withhold(&self, events: &[Sealed], refused: bool) -> Option<Vec<Taken>> {
        let mut new = HashSet::new();
        let room = OWN_KINDS_LIMIT.saturating_sub(self.kinds.own());
        let fault = |(event, places): &Sealed| {
            let name = event.new_kind().filter(|name| self.kinds.by_name(name).is_none());
            let full = name.is_some_and(|name| new.insert(name.to_owned()) && new.len() > room);
            places.as_ref().err().cloned().or_else(|| full.then(kinds_full))
        };
        let faults: Vec<Option<Rejection>> = events.iter().map(fault).collect();
        let told = |fault: Option<Rejection>| fault.map_or(Taken::Withheld, Taken::Rejected);
        (refused || faults.iter().any(Option::is_some)).then(|| faults.into_iter().map(told).collect())
    }
}
