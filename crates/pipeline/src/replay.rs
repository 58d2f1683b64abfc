//! All of the log back to memory, to check what is stored. One thread reads and unpacks blocks, one derives, one keeps what was
//! derived.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::scope;

use base::{CustomerId, DecisionId, IdentityId, RuleId, TaskId};
use identity::NewNode;
use store::log::{Block, Entry};
use store::{Connection, DecisionRow, Location, Store, StoreError, TagRow, TaskRow, Unit};

use crate::engine::{Committed, Engine, EngineError, Settings};
use crate::trace::Traces;

/// How many blocks, or what follows from them, may wait between two threads.
const AHEAD: usize = 8;

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// Entries of the log.
    pub entries: u64,
    /// Events among them.
    pub events: u64,
    /// Customers at the end.
    pub customers: u64,
    /// Tags that stand.
    pub tags: u64,
    /// Decisions made.
    pub decisions: u64,
    /// Effects: tasks written.
    pub effects: u64,
    /// Records, in the trash or not.
    pub records: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What differs between the log and what is stored; at most a hundred.
    pub differences: Vec<String>,
}

/// Everything that is derived and compared.
#[derive(Default)]
struct Derived {
    tags: BTreeMap<(CustomerId, String, RuleId), TagRow>,
    decisions: BTreeMap<DecisionId, DecisionRow>,
    tasks: BTreeMap<TaskId, TaskRow>,
    done: BTreeMap<TaskId, bool>,
}

impl Derived {
    fn of(units: &Receiver<Unit>) -> Self {
        let mut derived = Self::default();
        units.iter().for_each(|unit| derived.take(unit));
        derived
    }

    fn take(&mut self, unit: Unit) {
        for (key, row) in unit.tags {
            match row {
                Some(row) => self.tags.insert(key, row),
                None => self.tags.remove(&key),
            };
        }
        self.decisions.extend(unit.decisions);
        for id in unit.superseded {
            self.decisions.entry(id).and_modify(|row| row.superseded = true);
        }
        self.tasks.extend(unit.tasks);
        self.done.extend(unit.task_changes.into_iter().map(|(id, (done, _))| (id, done)));
        for id in unit.withdrawn {
            self.tasks.entry(id).and_modify(|row| row.withdrawn = true);
        }
    }
}

/// Scheme and scope of identities in the order in which they appear in the log.
struct Identities<'d> {
    db: &'d mut Connection,
    page: std::collections::VecDeque<(IdentityId, String, String)>,
    last: IdentityId,
}

impl Identities<'_> {
    /// The identities among `who` that appear for the first time.
    fn new_among(&mut self, who: &[IdentityId]) -> Result<Vec<NewNode>, StoreError> {
        let mut new = Vec::new();
        let mut fresh: Vec<IdentityId> = who.iter().copied().filter(|id| *id > self.last).collect();
        fresh.sort_unstable();
        for id in fresh {
            if self.page.is_empty() {
                self.page = self.db.identities_after(self.last, 20_000)?.into();
            }
            while let Some((known, scheme, scope)) = self.page.pop_front() {
                self.last = known;
                if known == id {
                    new.push(Engine::new_node(id, &scheme, &scope));
                    break;
                }
            }
        }
        Ok(new)
    }
}

/// Derives everything from the log again, into memory, and compares it with what is stored. Changes nothing.
///
/// # Errors
/// The database's, or a log that cannot be read.
pub fn replay(store: &Store, settings: &Settings) -> Result<ReplayReport, EngineError> {
    let start = std::time::Instant::now();
    let mut empty = Connection::open(&Location::Sqlite(":memory:".into()))?;
    store::migrate(&mut empty)?;
    let mut engine = Engine::open(empty, settings.clone())?;
    let mut log = Connection::open_reader(store.location())?;
    let mut names = Connection::open_reader(store.location())?;
    engine.merged = Some(BTreeMap::new());
    engine.kinds = std::sync::Arc::new(crate::engine::load_kinds(&mut names)?);
    engine.layouts = signals::Layouts::of(&engine.kinds);
    engine.sources = names.sources()?.into_iter().map(|source| (source.name, source.id)).collect();
    let identities = Identities { db: &mut names, page: std::collections::VecDeque::new(), last: IdentityId::new(0) };
    let mut traces = Traces::new(Connection::open_reader(store.location())?);
    let (report, derived) = scope(|threads| {
        let ((read, blocks), (made, units)) = (sync_channel(AHEAD), sync_channel(AHEAD));
        let log = &mut log;
        threads.spawn(move || read_all(log, &read));
        let kept = threads.spawn(move || Derived::of(&units));
        let report = derive(&mut engine, blocks, identities, &mut traces, &made);
        drop(made); // all is kept
        (report, kept.join().unwrap_or_default())
    });
    let mut report = report?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    report.customers = engine.graph.last_customer();
    report.tags = count(derived.tags.len());
    report.decisions = count(derived.decisions.len());
    report.effects = count(derived.tasks.len());
    drop(engine);
    report.records = count(traces.count());
    compare(&mut log, derived, &mut report)?;
    traces.compare(&mut log, &settings.zone, &mut report)?;
    report.differences.truncate(DIFFERENCES_LIMIT);
    report.took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Sends every block of the log, or why it cannot be read, until nobody takes them.
fn read_all(log: &mut Connection, blocks: &SyncSender<Result<Block, StoreError>>) {
    let nobody = || StoreError::Corrupt { what: "the replay", why: "it has ended".into() };
    let read = log.blocks(1, |block| blocks.send(Ok(block)).map_err(|_| nobody()));
    if let Err(error) = read {
        blocks.send(Err(error)).ok();
    }
}

/// Lets the engine derive all that follows from the blocks, and sends it on.
fn derive(
    engine: &mut Engine,
    blocks: Receiver<Result<Block, StoreError>>,
    mut identities: Identities<'_>,
    traces: &mut Traces,
    made: &SyncSender<Unit>,
) -> Result<ReplayReport, EngineError> {
    let mut report = ReplayReport::default();
    for block in blocks {
        let block = block?;
        let mut unit = Unit { received_at: block.received_at, seq: block.seq, ..Unit::default() };
        let mut done = Committed::default();
        for (seq, entry) in (block.seq..).zip(block.entries) {
            report.entries += 1;
            report.events += u64::from(matches!(entry, Entry::Event(_)));
            if seq < engine.next_seq {
                continue; // followed from the entry before, and was made with it
            }
            engine.next_seq = seq;
            engine.replay_entry(entry, seq, (&mut identities, traces), &mut unit, &mut done)?;
        }
        made.send(unit).ok();
    }
    Ok(report)
}

impl Engine {
    fn replay_entry(
        &mut self,
        entry: Entry,
        seq: u64,
        (identities, traces): (&mut Identities<'_>, &mut Traces),
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), EngineError> {
        match entry {
            Entry::Event(event) => {
                let new = identities.new_among(&event.who)?;
                self.last_time = self.last_time.max(unit.received_at);
                self.apply(event, &new, seq, unit, done)?;
            }
            Entry::Timer { customer, point } => self.redo_timer(customer, point, unit, done)?,
            Entry::Rule { rule, body } => self.restore_rule(rule, body.as_deref())?,
            Entry::Object { body, .. } => traces.object(&body)?,
            Entry::Record(change) => traces.record(seq, &change)?,
            Entry::Comment(comment) => traces.comment(seq, unit.received_at, comment)?,
            Entry::Erased { .. } => {} // nothing that is compared was made of names
            Entry::Begin { rule, customer } => self.begin(rule, customer, unit, done)?,
            Entry::Restate { customer } => {
                self.restating.retain(|known| *known != customer);
                self.next_seq = seq + 1;
                self.restate_whole(customer, seq, unit, done)?;
            }
            Entry::Unmerge { merge } => {
                let known = self.merged.as_mut().and_then(|merged| merged.remove(&merge));
                if let Some((link, gone)) = known
                    && let Some(changes) = self.graph.unmerge(link, gone, &mut identity::Nothing)
                {
                    self.next_seq = seq + 1;
                    self.change(&changes, seq, unit, done)?;
                }
            }
        }
        Ok(())
    }
}

/// The most differences that are told.
const DIFFERENCES_LIMIT: usize = 100;

/// Compares what was derived with what is stored, a page at a time.
fn compare(db: &mut Connection, derived: Derived, report: &mut ReplayReport) -> Result<(), StoreError> {
    let Derived { tags, decisions, tasks, done } = derived;
    let mut holding = BTreeMap::new();
    tags.keys().for_each(|(.., rule)| *holding.entry(*rule).or_default() += 1);
    let mut holding = Differ::new("the count of tags of rule", holding, ToString::to_string);
    db.holding()?.into_iter().for_each(|(rule, count)| holding.stored(&rule, &count));
    holding.tell(report);
    let mut tags = Differ::new("tag", tags, |(customer, tag, rule)| format!("{customer} {tag} {rule}"));
    db.all_tags()?.into_iter().for_each(|(customer, tag, rule, row)| tags.stored(&(customer, tag, rule), &row));
    tags.tell(report);
    let mut decisions = Differ::new("decision", decisions, ToString::to_string);
    let mut after = DecisionId::new(0);
    loop {
        let page = db.decisions_after(after, 10_000)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        page.into_iter().for_each(|(id, row)| decisions.stored(&id, &row));
    }
    decisions.tell(report);
    let [all, by_customer, by_rule] = db.decided_counts()?;
    if (by_customer, by_rule) != (all, all) {
        report
            .differences
            .push(format!("of {all} decisions {by_customer} are found by customer and {by_rule} by rule"));
    }
    let with = |(id, row)| (id, (row, done.get(&id) == Some(&true)));
    let mut tasks = Differ::new("effect", tasks.into_iter().map(with).collect(), ToString::to_string);
    db.all_tasks()?.into_iter().for_each(|(id, row, done)| tasks.stored(&id, &(row, done)));
    tasks.tell(report);
    Ok(())
}

/// Holds what is stored against what was derived.
struct Differ<K, V> {
    what: &'static str,
    name: fn(&K) -> String,
    /// What was not found stored so far.
    derived: BTreeMap<K, V>,
    found: Vec<String>,
}

impl<K: Ord, V: PartialEq> Differ<K, V> {
    fn new(what: &'static str, derived: BTreeMap<K, V>, name: fn(&K) -> String) -> Self {
        Self { what, name, derived, found: Vec::new() }
    }

    fn note(&mut self, key: &K, how: &str) {
        if self.found.len() < DIFFERENCES_LIMIT {
            self.found.push(format!("{} {} {how}", self.what, (self.name)(key)));
        }
    }

    fn stored(&mut self, key: &K, row: &V) {
        match self.derived.remove(key) {
            None => self.note(key, "is stored but does not follow from the log"),
            Some(known) if known != *row => self.note(key, "is stored otherwise than it follows"),
            Some(_) => {}
        }
    }

    fn tell(mut self, report: &mut ReplayReport) {
        for key in std::mem::take(&mut self.derived).into_keys().take(DIFFERENCES_LIMIT) {
            self.note(&key, "follows from the log but is not stored");
        }
        let room = DIFFERENCES_LIMIT.saturating_sub(report.differences.len());
        report.differences.extend(self.found.into_iter().take(room));
    }
}
