//! From the log back to memory: the tail after a crash, or all of it to check what is stored.

use std::collections::{BTreeMap, BTreeSet};

use base::{CustomerId, DecisionId, IdentityId, RuleId, TaskId, Timestamp};
use identity::NewNode;
use store::log::{Block, Entry};
use store::{Connection, DecisionRow, Location, Store, StoreError, TagRow, TaskRow, Unit};

use crate::engine::{Committed, Engine, EngineError, Settings};

impl Engine {
    /// Brings states up to date with the tail of the log. Graph, decisions and tags are stored with each commit; only states
    /// lie behind.
    pub(crate) fn recover(&mut self) -> Result<(), EngineError> {
        let from = self.db.setting("recover_from")?.and_then(|seq| seq.parse().ok()).unwrap_or(1);
        if from >= self.next_seq {
            return Ok(());
        }
        let mut blocks = Vec::new();
        self.db.blocks(from, |block| {
            blocks.push(block);
            Ok::<(), StoreError>(())
        })?;
        let current = self.rules.clone();
        let changed: BTreeSet<RuleId> = blocks
            .iter()
            .flat_map(|block| &block.entries)
            .filter_map(|entry| match entry {
                Entry::Rule { rule, .. } => Some(*rule),
                _ => None,
            })
            .collect();
        self.rules.retain(|id, _| !changed.contains(id));
        self.recompile()?;
        let end = self.next_seq;
        for block in &blocks {
            self.catch_up(block, from)?;
        }
        self.next_seq = end;
        self.rules = current;
        self.recompile()
    }

    fn catch_up(&mut self, block: &Block, from: u64) -> Result<(), EngineError> {
        let mut unit = Unit { received_at: block.received_at, seq: block.seq, ..Unit::default() };
        let mut done = Committed::default();
        for (seq, entry) in block.iter().filter(|(seq, _)| *seq >= from) {
            self.next_seq = seq;
            let Some(customer) = self.subject(entry)? else {
                if let Entry::Rule { rule, body } = entry {
                    self.restore_rule(*rule, body.as_deref())?;
                }
                continue;
            };
            self.residents.load(customer, &mut self.db)?;
            if self.residents.look(customer, |state| state.last_seq()).is_some_and(|last| last >= seq) {
                continue;
            }
            self.redo(customer, entry, seq, &mut unit, &mut done)?;
        }
        Ok(())
    }

    /// The customer whose state an entry changed, as the graph stands now. Merges and un-merges wrote their states at once.
    fn subject(&mut self, entry: &Entry) -> Result<Option<CustomerId>, StoreError> {
        let customer = match entry {
            Entry::Event(event) => return self.owner_of(&event.who),
            Entry::Timer { customer, .. } | Entry::Begin { customer, .. } | Entry::Restate { customer } => *customer,
            Entry::Rule { .. } | Entry::Unmerge { .. } => return Ok(None),
        };
        self.db.current_customer(customer)
    }

    fn owner_of(&mut self, who: &[IdentityId]) -> Result<Option<CustomerId>, StoreError> {
        Ok(self.through(who)?.map(|(_, customer)| customer))
    }

    /// The identity that an event came through, as the graph stands now, and its customer.
    fn through(&mut self, who: &[IdentityId]) -> Result<Option<(IdentityId, CustomerId)>, StoreError> {
        let mut best: Option<(u8, IdentityId, CustomerId)> = None;
        for id in who {
            let Some((_, row)) = self.db.identity(*id)? else { continue };
            let rank = match row.standing {
                0 => 0,
                1 => 1,
                3 => 2,
                _ => 3,
            };
            if best.is_none_or(|(known, ..)| rank < known) {
                best = Some((rank, *id, row.customer));
            }
        }
        Ok(best.map(|(_, id, customer)| (id, customer)))
    }

    /// Does to a state what an entry did.
    fn redo(
        &mut self,
        customer: CustomerId,
        entry: &Entry,
        seq: u64,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), EngineError> {
        match entry {
            Entry::Event(event) => {
                let through = self.through(&event.who)?.map_or(IdentityId::new(0), |(id, _)| id);
                self.next_seq = seq + 1;
                self.rename.push_back((unit.seq, customer));
                let shown = self.lay_out(event, through, seq);
                self.observe(customer, &shown, unit, done)?;
            }
            Entry::Timer { point, .. } => self.redo_timer(customer, *point, unit, done)?,
            Entry::Begin { rule, .. } => {
                if let Some(step) = self.begin_step(*rule, customer, seq, unit.received_at) {
                    self.decide_begun(customer, step, unit, done);
                }
            }
            Entry::Restate { .. } => self.restate_whole(customer, seq, unit, done)?,
            Entry::Rule { .. } | Entry::Unmerge { .. } => {}
        }
        Ok(())
    }

    fn redo_timer(
        &mut self,
        customer: CustomerId,
        point: Timestamp,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        let due = self.residents.look(customer, |state| state.due()).flatten();
        if due.is_some_and(|due| due <= point) {
            self.advance(customer, point, false, unit, done)?;
        }
        Ok(())
    }
}

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
    engine.kinds = std::sync::Arc::new(crate::engine::load_kinds(&mut names)?);
    engine.layouts = signals::Layouts::of(&engine.kinds);
    engine.sources = names.sources()?.into_iter().map(|source| (source.name, source.id)).collect();
    let mut identities =
        Identities { db: &mut names, page: std::collections::VecDeque::new(), last: IdentityId::new(0) };
    let (mut report, mut derived) = (ReplayReport::default(), Derived::default());
    log.blocks(1, |block| {
        let mut unit = Unit { received_at: block.received_at, seq: block.seq, ..Unit::default() };
        let mut done = Committed::default();
        for (seq, entry) in (block.seq..).zip(block.entries) {
            report.entries += 1;
            report.events += u64::from(matches!(entry, Entry::Event(_)));
            if seq < engine.next_seq {
                continue; // followed from the entry before, and was made with it
            }
            engine.next_seq = seq;
            engine.replay_entry(entry, seq, &mut identities, &mut unit, &mut done)?;
        }
        derived.take(unit);
        Ok::<(), EngineError>(())
    })?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    report.customers = engine.graph.last_customer();
    report.tags = count(derived.tags.len());
    report.decisions = count(derived.decisions.len());
    report.effects = count(derived.tasks.len());
    compare(&mut log, &derived, &mut report)?;
    report.took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

impl Engine {
    fn replay_entry(
        &mut self,
        entry: Entry,
        seq: u64,
        identities: &mut Identities<'_>,
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
            Entry::Begin { rule, customer } => self.begin(rule, customer, unit, done)?,
            Entry::Restate { customer } => {
                self.restating.retain(|known| *known != customer);
                self.next_seq = seq + 1;
                self.restate_whole(customer, seq, unit, done)?;
            }
            Entry::Unmerge { merge } => {
                let known = self.merged.remove(&merge);
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

fn compare(db: &mut Connection, derived: &Derived, report: &mut ReplayReport) -> Result<(), StoreError> {
    let stored: BTreeMap<_, _> =
        db.all_tags()?.into_iter().map(|(customer, tag, rule, row)| ((customer, tag, rule), row)).collect();
    differ("tag", &stored, &derived.tags, report, |(customer, tag, rule)| format!("{customer} {tag} {rule}"));
    let mut after = DecisionId::new(0);
    let mut stored = BTreeMap::new();
    loop {
        let page = db.decisions_after(after, 10_000)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        stored.extend(page);
    }
    differ("decision", &stored, &derived.decisions, report, ToString::to_string);
    let stored: BTreeMap<_, _> = db.all_tasks()?.into_iter().map(|(id, row, done)| (id, (row, done))).collect();
    let with = |(id, row): (&TaskId, &TaskRow)| (*id, (row.clone(), derived.done.get(id) == Some(&true)));
    let tasks = derived.tasks.iter().map(with).collect();
    differ("effect", &stored, &tasks, report, ToString::to_string);
    Ok(())
}

fn differ<K: Ord, V: PartialEq>(
    what: &str,
    stored: &BTreeMap<K, V>,
    derived: &BTreeMap<K, V>,
    report: &mut ReplayReport,
    name: impl Fn(&K) -> String,
) {
    let missing = stored
        .keys()
        .filter(|key| !derived.contains_key(key))
        .map(|key| format!("{what} {} is stored but does not follow from the log", name(key)));
    let lost = derived
        .keys()
        .filter(|key| !stored.contains_key(key))
        .map(|key| format!("{what} {} follows from the log but is not stored", name(key)));
    let other = derived
        .iter()
        .filter(|(key, row)| stored.get(key).is_some_and(|known| known != *row))
        .map(|(key, _)| format!("{what} {} is stored otherwise than it follows", name(key)));
    let room = DIFFERENCES_LIMIT.saturating_sub(report.differences.len());
    report.differences.extend(missing.chain(lost).chain(other).take(room));
}
