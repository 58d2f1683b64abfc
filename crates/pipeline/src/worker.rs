//! The threads around the engine: one seals what has come in, one writes. While a group is being committed the next is being
//! sealed; whatever has come in by then is the next group.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::{Clock, Timestamp};
use domain::{Kinds, Rejection};
use store::{Connection, Store, Unit};
use vault::Client;

use crate::command::{Command, Outcome};
use crate::commit::{After, Committer};
use crate::engine::{Committed, Engine, EngineError, OWN_KINDS_LIMIT, Settings, Taken, kinds_full};
use crate::group::{Load, Refused};
use crate::meter::Meter;
use crate::recognise::Recognised;
use crate::seal::{Sealed, seal, sweep};

/// The most events in a group, but for what came with the last of them.
const GROUP_EVENTS: usize = 8_192;
/// How many groups may be sealed before they are computed.
const SEALED: usize = 64;
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
    writing: Arc<Mutex<Option<Writing>>>,
    kinds: Arc<RwLock<Arc<Kinds>>>,
    meter: Arc<Meter>,
    closed: Arc<AtomicBool>,
    away: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// The engine, and the thread that writes what it computes.
struct Writing {
    engine: Engine,
    committer: Committer,
}

impl Writing {
    fn open(setup: &Setup) -> Result<Self, EngineError> {
        let committer = Committer::start(&setup.store)?;
        let engine = Engine::open(Connection::open(setup.store.location())?, setup.settings.clone())?;
        Ok(Self { engine, committer })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let writing = Arc::new(Mutex::new(Some(writing)));
        let meter = Arc::new(Meter::default());
        let (jobs, incoming) = sync_channel(QUEUE);
        let (sealed, steps) = sync_channel(SEALED);
        let closed = Arc::new(AtomicBool::new(false));
        let away = Arc::new(AtomicBool::new(false));
        let (vault, unsealed) = (Arc::clone(&setup.vault), Arc::clone(&away));
        let sealer = spawn("seal", move || seal_all(&incoming, &sealed, &vault, &unsealed));
        let writer = Writer {
            setup: Arc::new(setup),
            writing: Arc::clone(&writing),
            kinds: Arc::clone(&kinds),
            meter: Arc::clone(&meter),
            closed: Arc::clone(&closed),
            away: Arc::clone(&away),
        };
        let writer = spawn("engine", move || writer.run(&steps));
        let threads = [sealer, writer].into_iter().flatten().collect();
        Ok(Self { jobs: Some(jobs), writing, kinds, meter, closed, away, threads })
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

struct Writer {
    setup: Arc<Setup>,
    writing: Arc<Mutex<Option<Writing>>>,
    kinds: Arc<RwLock<Arc<Kinds>>>,
    meter: Arc<Meter>,
    closed: Arc<AtomicBool>,
    /// Whether the database does not answer, as the sealing thread knows it.
    away: Arc<AtomicBool>,
}

type Answer = Box<dyn FnOnce() + Send>;

/// What a group came to in memory: a unit to write, and what to tell when that has worked or failed.
struct Computed {
    unit: Unit,
    done: Committed,
    good: Vec<Answer>,
    bad: Vec<Answer>,
    /// When the batches were handed over, and of how many events.
    waited: Vec<(Instant, usize)>,
}

impl Writer {
    fn run(&self, steps: &Receiver<Vec<Step>>) {
        loop {
            let (group, load) = match steps.recv_timeout(self.patience()) {
                Ok(group) => (fill(group, steps), Load::Busy),
                Err(RecvTimeoutError::Timeout) => (Vec::new(), Load::Idle),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.group(group, load);
        }
        self.finish();
    }

    /// With work left behind, a short quiet is enough to do some of it.
    fn patience(&self) -> Duration {
        let busy = lock(&self.writing).as_ref().is_some_and(|writing| writing.engine.has_work());
        if busy { Duration::from_millis(10) } else { TICK }
    }

    /// Writes what is left behind, so that the next start need not read the log.
    fn finish(&self) {
        while lock(&self.writing).as_ref().is_some_and(|writing| writing.engine.has_work()) {
            if !self.group(Vec::new(), Load::Ending) {
                break;
            }
        }
        *lock(&self.writing) = None; // waits for the commit under way
    }

    fn group(&self, group: Vec<Step>, load: Load) -> bool {
        let mut slot = lock(&self.writing);
        if slot.is_none() {
            *slot = self.reopen();
        }
        self.away.store(slot.is_none(), Ordering::SeqCst);
        let Some(writing) = slot.as_mut() else {
            drop(slot);
            group.into_iter().for_each(Step::refuse);
            std::thread::sleep(TICK);
            return false;
        };
        let written = compute(writing, group, load, self.setup.clock.now()).and_then(|made| self.write(writing, made));
        match written {
            Ok(()) => true,
            Err((error, answers)) => {
                tracing::error!(%error, "a commit failed; the engine is opened again");
                *slot = None;
                self.away.store(true, Ordering::SeqCst);
                drop(slot);
                answers.into_iter().for_each(|answer| answer());
                false
            }
        }
    }

    fn reopen(&self) -> Option<Writing> {
        if self.closed.load(Ordering::SeqCst) {
            return None;
        }
        let opened = Writing::open(&self.setup);
        opened.inspect_err(|error| tracing::warn!(%error, "the engine cannot open yet")).ok()
    }

    /// Hands what was computed over to be committed. Either every answer says what became of its events, or all say that
    /// nothing was taken.
    fn write(&self, writing: &mut Writing, computed: Computed) -> Result<(), (EngineError, Vec<Answer>)> {
        let Writing { engine, committer } = writing;
        let Computed { unit, done, good, bad, waited } = computed;
        let (seq, must_settle) = (unit.seq, unit.seen.is_last());
        let (kinds, shared) = (engine.kinds(), Arc::clone(&self.kinds));
        let (setup, meter) = (Arc::clone(&self.setup), Arc::clone(&self.meter));
        let after: After = Box::new(move |flush| {
            let Some(flush) = flush else { return bad.into_iter().for_each(|answer| answer()) };
            *shared.write().unwrap_or_else(PoisonError::into_inner) = kinds;
            meter.commit(done.received_at, &waited, flush);
            if !done.events.is_empty() || !done.decisions.is_empty() {
                (setup.listener)(&done);
            }
            good.into_iter().for_each(|answer| answer());
        });
        committer
            .hand_over(unit, after)
            .map_err(|(error, after)| (error.into(), vec![Box::new(move || after(None)) as Answer]))?;
        engine.handed_over(seq);
        if must_settle || engine.is_full() {
            committer.settle().map_err(|error| (error.into(), Vec::new()))?;
            engine.sweep();
        }
        Ok(())
    }
}

/// Adds to a group whatever else was sealed by now.
fn fill(mut group: Vec<Step>, steps: &Receiver<Vec<Step>>) -> Vec<Step> {
    let mut events: usize = group.iter().map(Step::events).sum();
    while events < GROUP_EVENTS
        && let Ok(more) = steps.try_recv()
    {
        events += more.iter().map(Step::events).sum::<usize>();
        group.extend(more);
    }
    group
}

/// Computes one commit.
fn compute(
    writing: &mut Writing,
    group: Vec<Step>,
    load: Load,
    now: Timestamp,
) -> Result<Computed, (EngineError, Vec<Answer>)> {
    let Writing { engine, committer } = writing;
    let mut failed = None;
    if group.iter().any(|step| matches!(step, Step::Command(..))) {
        failed = committer.settle().map_err(EngineError::from).err(); // commands look at what is stored
    }
    let unit = engine.unit(now);
    let done = Committed { received_at: unit.received_at, ..Committed::default() };
    let mut made = Computed { unit, done, good: Vec::new(), bad: Vec::new(), waited: Vec::new() };
    if failed.is_none() {
        failed = engine.tick(&mut made.unit, &mut made.done).map_err(EngineError::from).err();
    }
    for step in group {
        if failed.is_some() {
            made.bad.push(Box::new(move || step.refuse()));
            continue;
        }
        match step {
            Step::Batch(batch) => {
                made.waited.push((batch.since, batch.events.len()));
                let taken =
                    engine.take_batch(batch.events, batch.refused, batch.strict, &mut made.unit, &mut made.done);
                let (answer, error) = split(taken);
                failed = error;
                pair(batch.done, answer, &mut made.good, &mut made.bad);
            }
            Step::Command(command, reply) => {
                let (answer, error) = split(engine.carry_out_command(command, &mut made.unit, &mut made.done));
                failed = error;
                pair(reply, answer, &mut made.good, &mut made.bad);
            }
        }
    }
    if failed.is_none() {
        failed = engine.behind(&mut made.unit, &mut made.done, load).map_err(EngineError::from).err();
    }
    made.done.next_seq = engine.next_seq();
    failed.map_or(Ok(()), Err).map_err(|error| (error, std::mem::take(&mut made.bad)))?;
    Ok(made)
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

impl Job {
    fn refuse(self) {
        match self {
            Self::Batch(batch, _) => (batch.done)(Err(Unavailable)),
            Self::Command(_, reply) => reply(Err(Unavailable)),
        }
    }
}

impl Step {
    fn events(&self) -> usize {
        match self {
            Self::Batch(batch) => batch.events.len(),
            Self::Command(..) => 0,
        }
    }

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
