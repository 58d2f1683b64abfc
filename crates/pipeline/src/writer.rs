//! The thread that writes: computes a unit of each group and hands it over to be committed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base::Timestamp;
use columns::Columns;
use domain::object::Objects;
use domain::{Kinds, Rejection};
use store::{Connection, StoreError, Unit};

use crate::commit::{After, Committer};
use crate::engine::{Committed, Engine, EngineError, OWN_KINDS_LIMIT, SOURCES_LIMIT, Taken, kinds_full, sources_full};
use crate::group::{Load, Refused};
use crate::meter::Meter;
use crate::seal::Sealed;
use crate::worker::{Caller, GROUP_EVENTS, Setup, Step, TICK, Unavailable, load, lock};

/// The engine, and the thread that writes what it computes.
pub(crate) struct Writing {
    pub(crate) engine: Engine,
    pub(crate) committer: Committer,
}

impl Writing {
    pub(crate) fn open(setup: &Setup) -> Result<Self, EngineError> {
        let committer = Committer::start(&setup.store)?;
        let engine = Engine::open(Connection::open(setup.store.location())?, setup.settings.clone())?;
        Ok(Self { engine, committer })
    }
}

/// The thread's own view of the pipeline.
pub(crate) struct Writer {
    pub(crate) setup: Arc<Setup>,
    pub(crate) writing: Arc<Mutex<Option<Writing>>>,
    pub(crate) kinds: Arc<RwLock<Arc<Kinds>>>,
    pub(crate) objects: Arc<RwLock<Arc<Objects>>>,
    pub(crate) columns: Arc<Columns>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) closed: Arc<AtomicBool>,
    /// Whether the database does not answer, as the sealing thread knows it.
    pub(crate) away: Arc<AtomicBool>,
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
    /// Runs until nothing more can come, then writes what is left behind.
    pub(crate) fn run(&self, steps: &Receiver<Vec<Step>>) {
        loop {
            let (group, load) = match steps.recv_timeout(self.patience()) {
                Ok(group) => (fill(group, steps), Load::Busy),
                Err(RecvTimeoutError::Timeout) => (Vec::new(), Load::Idle),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if group.iter().any(Step::is_flush) {
                self.write_rest();
            }
            self.group(group, load);
        }
        self.write_rest();
        *lock(&self.writing) = None; // waits for the commit under way
    }

    /// With work left behind, a short quiet is enough to do some of it.
    fn patience(&self) -> Duration {
        let busy = lock(&self.writing).as_ref().is_some_and(|writing| writing.engine.has_work());
        if busy { Duration::from_millis(10) } else { TICK }
    }

    /// Writes what is left behind, so that the next start need not read the log.
    fn write_rest(&self) {
        while lock(&self.writing).as_ref().is_some_and(|writing| writing.engine.has_work()) {
            if !self.group(Vec::new(), Load::Ending) {
                break;
            }
        }
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
        let opened = Writing::open(&self.setup).inspect(|writing| {
            load(&self.columns, &self.setup.store, writing.engine.objects()); // nobody knows what became of the last commit
        });
        opened.inspect_err(|error| tracing::warn!(%error, "the engine cannot open yet")).ok()
    }

    /// Hands what was computed over to be committed. Either every answer says what became of its events, or all say that
    /// nothing was taken.
    fn write(&self, writing: &mut Writing, computed: Computed) -> Result<(), (EngineError, Vec<Answer>)> {
        let Writing { engine, committer } = writing;
        let Computed { unit, done, good, bad, waited } = computed;
        // What comes next must not find in the database what this erases.
        let (seq, must_settle) = (unit.seq, unit.seen.is_last() || !unit.erased.is_empty());
        let (kinds, shared) = (engine.kinds(), Arc::clone(&self.kinds));
        let (objects, shared_objects) = (engine.objects(), Arc::clone(&self.objects));
        let (setup, meter, columns) = (Arc::clone(&self.setup), Arc::clone(&self.meter), Arc::clone(&self.columns));
        let made = unit.objects.iter().filter(|row| row.before.is_none()).map(|row| row.object.id);
        let made: Vec<base::ObjectId> = made.collect();
        let joined = unit.customers.clone();
        let rows: Vec<store::RecordRows> = unit.records.values().cloned().collect();
        let after: After = Box::new(move |flush| {
            let Some(flush) = flush else { return bad.into_iter().for_each(|answer| answer()) };
            *shared.write().unwrap_or_else(PoisonError::into_inner) = kinds;
            *shared_objects.write().unwrap_or_else(PoisonError::into_inner) = objects;
            made.into_iter().for_each(|object| columns.add(object));
            rows.iter().for_each(|rows| columns.put(rows));
            columns.join(&joined);
            meter.commit(done.received_at, &waited, flush);
            if !done.is_empty() {
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
    if engine.is_deriving() || engine.awaits_records() || group.iter().any(|step| matches!(step, Step::Command(..))) {
        failed = committer.settle().map_err(EngineError::from).err(); // commands look at what is stored
        engine.settled();
    }
    let unit = engine.unit(now);
    let done = Committed { received_at: unit.received_at, ..Committed::default() };
    let mut made = Computed { unit, done, good: Vec::new(), bad: Vec::new(), waited: Vec::new() };
    if failed.is_none() {
        failed = engine.tick(&mut made.unit, &mut made.done).err();
    }
    if failed.is_none() {
        failed = engine.prefetch(group.iter().flat_map(Step::hashes)).map_err(EngineError::from).err();
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
        let withheld = if strict { self.withhold(&events, !refused.is_empty())? } else { None };
        self.refuse(refused, unit)?;
        match withheld {
            Some(answers) => Ok(answers),
            None => Ok(self.take_all(events, unit, done)?),
        }
    }

    /// What is told of a strict batch in which something is refused; none when all of it can be taken.
    fn withhold(&mut self, events: &[Sealed], refused: bool) -> Result<Option<Vec<Taken>>, StoreError> {
        if events.iter().any(|(event, _)| !self.sources.contains_key(&event.source)) {
            // Some may have been made beside this writer.
            self.sources.extend(self.db.sources()?.into_iter().map(|source| (source.name, source.id)));
        }
        let (mut kinds, mut sources) = (HashSet::new(), HashSet::new());
        let room = |limit: usize, taken: usize| limit.saturating_sub(taken);
        let room = (room(OWN_KINDS_LIMIT, self.kinds.own()), room(SOURCES_LIMIT, self.sources.len()));
        let mut faults: Vec<Option<Rejection>> = Vec::with_capacity(events.len());
        for (event, places) in events {
            let kind = event.new_kind().filter(|name| self.kinds.by_name(name).is_none());
            let no_kind = kind.is_some_and(|name| kinds.insert(name.to_owned()) && kinds.len() > room.0);
            let source = Some(&event.source).filter(|name| !self.sources.contains_key(*name));
            let no_source = source.is_some_and(|name| sources.insert(name) && sources.len() > room.1);
            let full = no_kind.then(kinds_full).or_else(|| no_source.then(sources_full));
            faults.push(places.as_ref().err().cloned().or(full));
        }
        let told = |fault: Option<Rejection>| fault.map_or(Taken::Withheld, Taken::Rejected);
        let refused = refused || faults.iter().any(Option::is_some);
        Ok(refused.then(|| faults.into_iter().map(told).collect()))
    }
}
