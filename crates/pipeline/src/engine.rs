//! The one writer: takes sealed events and commands, keeps the graph, the states and the rules in memory, and makes a unit of
//! work of each group.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{BigMap, CustomerId, IdentityId, ObjectId, RecordId, RuleId, SourceId, TimeZone, Timestamp};
use domain::object::Objects;
use domain::{Kind, KindId, Kinds, Rejection, RejectionCode};
use foldhash::fast::RandomState;
use foldhash::{HashMap, HashSet};
use identity::{Graph, Known, Node, Standing};
use signals::{Layouts, Program, Rule, Scratch};
use store::log::Entry;
use store::{Connection, Decided, Lookup, RuleRow, Seen, StoreError, Unit};
use thiserror::Error;

use crate::derive::{self, Derivations};
use crate::residents::Residents;

/// The most kinds that a workspace may have of its own.
pub const OWN_KINDS_LIMIT: usize = 1000;
/// The most sources that events may name by themselves.
pub const SOURCES_LIMIT: usize = 1000;

/// The most identities in memory.
const IDENTITIES_LIMIT: usize = 6_000_000;
/// The source of what people do in Jingwei itself. Nobody else may send for it.
pub const OWN_SOURCE: &str = "jingwei";

/// Why the writer stopped.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored rule does not fit the kinds.
    #[error("rule {rule} cannot be computed: {why}")]
    Rule {
        /// Which.
        rule: RuleId,
        /// What is wrong with it.
        why: String,
    },
}

/// How the writer is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The workspace's zone.
    pub zone: TimeZone,
    /// How many bytes customers in memory may take, about.
    pub memory: usize,
}

/// A customer whose record lies behind what is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stale {
    /// Where the unit begins in the log that brought it.
    pub(crate) seq: u64,
    /// Which unit that is, of those since the start.
    pub(crate) unit: u64,
    pub(crate) customer: CustomerId,
}

/// The writer's memory. Everything in it can be rebuilt from the log.
pub struct Engine {
    pub(crate) db: Connection,
    pub(crate) settings: Settings,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) objects: Arc<Objects>,
    /// What follows from what in records.
    pub(crate) derivations: Arc<Derivations>,
    /// Objects of which not all records have what follows, each with the record up to which they do.
    pub(crate) deriving: BTreeMap<ObjectId, RecordId>,
    pub(crate) last_record: u64,
    pub(crate) layouts: Layouts,
    pub(crate) rules: BTreeMap<RuleId, RuleRow>,
    /// What rules say, by the version from which they say so.
    pub(crate) versions: BTreeMap<(RuleId, u32), String>,
    pub(crate) program: Program,
    pub(crate) scratch: Scratch,
    pub(crate) graph: Graph,
    pub(crate) hashes: BigMap<[u8; 16], IdentityId, RandomState>,
    pub(crate) profile_keys: BigMap<IdentityId, Vec<u8>, RandomState>,
    pub(crate) residents: Residents,
    pub(crate) seen: Seen,
    pub(crate) lookup: Lookup,
    pub(crate) decided: Decided,
    pub(crate) sources: HashMap<String, SourceId>,
    pub(crate) next_seq: u64,
    pub(crate) last_identity: u64,
    pub(crate) last_time: Timestamp,
    /// Customers whose record, and name, lie behind what is stored with a unit.
    pub(crate) stale: VecDeque<Stale>,
    /// How many units were handed over, and how many of them are known to be stored.
    pub(crate) units: u64,
    pub(crate) stored: u64,
    /// The records of customers in the unit that is being written.
    pub(crate) under_way: BTreeSet<RecordId>,
    /// Whether that unit makes or changes objects.
    pub(crate) is_building: bool,
    /// Where the unit begins that was handed over last; all before it is stored.
    pub(crate) handed_over: u64,
    /// Customers whose rules must all be looked at again, behind.
    pub(crate) restating: Vec<CustomerId>,
    /// How many of them waited when the present unit began.
    pub(crate) waiting: usize,
    pub(crate) row: Vec<i64>,
    /// In a replay, the merges made so far: what un-merging one closes and revives.
    pub(crate) merged: Option<BTreeMap<base::MergeId, (identity::Link, CustomerId)>>,
    /// Where rules were logged that are being begun, or ended, since the writer opened.
    pub(crate) begun_at: BTreeMap<RuleId, u64>,
}

/// What a group came to, for those who listen.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// The place after the last entry.
    pub next_seq: u64,
    /// When the commit was made.
    pub received_at: Timestamp,
    /// Events taken, with their customers, kinds and times.
    pub events: Vec<(u64, CustomerId, KindId)>,
    /// Decisions made.
    pub decisions: Vec<base::DecisionId>,
    /// Objects of which records were written, and how many.
    pub records: BTreeMap<ObjectId, usize>,
    /// Whether an object was made or changed.
    pub schema: bool,
}

impl Committed {
    /// Whether nothing came of it that anybody could see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.decisions.is_empty() && self.records.is_empty() && !self.schema
    }
}

/// What became of each event of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Logged at this place.
    Accepted(u64),
    /// Seen before.
    Duplicate,
    /// Not taken.
    Rejected(Rejection),
    /// Good, but not taken, since another of its strict batch was refused.
    Withheld,
}

impl Engine {
    /// Opens the writer on a database and brings states up to date with the log.
    ///
    /// # Errors
    /// The database's, or stored rules that this program cannot compute.
    pub fn open(mut db: Connection, settings: Settings) -> Result<Self, EngineError> {
        let kinds = load_kinds(&mut db)?;
        let rules: BTreeMap<RuleId, RuleRow> = db.rules()?.into_iter().collect();
        let versions = db.rule_versions()?.into_iter().map(|(key, row)| (key, row.definition)).collect();
        let (last_identity, last_customer) = db.last_numbers()?;
        let (seen, lookup, decided) = (Seen::load(&mut db)?, Lookup::load(&mut db)?, Decided::load(&mut db)?);
        let next_seq = db.next_seq()?;
        let sources = db.sources()?.into_iter().map(|source| (source.name, source.id)).collect();
        let last_time = db.last_received_at()?;
        let restating = db.setting("restating")?.unwrap_or_default();
        let restating = restating.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        let objects = db.objects()?;
        let mut engine = Self {
            derivations: Arc::new(Derivations::of(&objects)?),
            deriving: derive::pending(&objects),
            program: compile(&rules, &kinds, &settings.zone)?,
            layouts: Layouts::of(&kinds),
            kinds: Arc::new(kinds),
            objects: Arc::new(objects),
            last_record: db.last_record()?,
            graph: Graph::after(last_customer),
            scratch: Scratch::default(),
            hashes: lookup.waiting().collect(),
            lookup,
            decided,
            profile_keys: BigMap::default(),
            residents: Residents::default(),
            stale: VecDeque::new(),
            units: 0,
            stored: 0,
            under_way: BTreeSet::new(),
            is_building: false,
            handed_over: next_seq,
            restating,
            waiting: 0,
            row: Vec::new(),
            merged: None,
            begun_at: BTreeMap::new(),
            db,
            settings,
            rules,
            versions,
            seen,
            sources,
            next_seq,
            last_identity,
            last_time,
        };
        engine.log_rules()?;
        engine.recover()?;
        Ok(engine)
    }

    /// Writes down what rules of a database from before `rule_logged` say.
    fn log_rules(&mut self) -> Result<(), StoreError> {
        let logged = self.db.rules_logged()?;
        for (rule, row) in self.rules.iter().filter(|(rule, _)| !logged.contains(rule)) {
            self.db.log_rule(*rule, &serde_json::to_string(row).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The declared kinds.
    #[must_use]
    pub fn kinds(&self) -> Arc<Kinds> {
        Arc::clone(&self.kinds)
    }

    /// The workspace's zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.settings.zone
    }

    /// The place after the last entry.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// About how many bytes customers in memory take.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.residents.bytes()
    }

    /// Whether something is left to do behind: states to write, records of customers to bring up to date, rules to begin, customers to look at again.
    #[must_use]
    pub fn has_work(&self) -> bool {
        let beginning = self.rules.values().any(|row| row.beginning.is_some());
        let unwritten = self.residents.unwritten() + self.lookup.unwritten() + self.decided.unwritten();
        unwritten > 0 || beginning || self.is_deriving() || !self.restating.is_empty() || !self.stale.is_empty()
    }

    /// The latest instant known: never goes back.
    pub(crate) fn clock(&mut self, now: Timestamp) -> Timestamp {
        self.last_time = self.last_time.max(now);
        self.last_time
    }

    /// Gives an entry its place.
    pub(crate) fn append(&mut self, unit: &mut Unit, entry: Entry) -> u64 {
        let seq = self.next_seq;
        unit.entries.push(entry);
        self.next_seq += 1;
        seq
    }

    /// Compiles the rules anew.
    pub(crate) fn recompile(&mut self) -> Result<(), EngineError> {
        self.program = compile(&self.rules, &self.kinds, &self.settings.zone)?;
        self.scratch = Scratch::default();
        Ok(())
    }

    /// The number of a kind, declared now if it is new.
    pub(crate) fn kind(&mut self, name: &str, unit: &mut Unit) -> Result<KindId, Rejection> {
        if let Some(kind) = self.kinds.by_name(name) {
            return Ok(kind.id);
        }
        if self.kinds.own() >= OWN_KINDS_LIMIT {
            return Err(kinds_full());
        }
        let label = base::Text::same(name);
        let id = self.kinds.next_own();
        let kind =
            Kind { id, name: name.to_owned(), label, words_zh: Vec::new(), words_en: Vec::new(), fields: Vec::new() };
        self.declare(kind, unit);
        Ok(id)
    }

    /// Declares a kind, or declares it anew.
    pub(crate) fn declare(&mut self, kind: Kind, unit: &mut Unit) {
        let body = serde_json::to_string(&kind).unwrap_or_default();
        unit.kinds.retain(|(id, ..)| *id != kind.id);
        unit.kinds.push((kind.id, kind.name.clone(), body));
        let mut kinds = Kinds::clone(&self.kinds);
        kinds.add(kind);
        self.layouts = Layouts::of(&kinds);
        self.kinds = Arc::new(kinds);
    }

    /// The number of a source, made now if it is new; none when there are too many.
    pub(crate) fn source(&mut self, name: &str) -> Result<Option<SourceId>, StoreError> {
        if let Some(id) = self.sources.get(name) {
            return Ok(Some(*id));
        }
        let id = match self.db.source_named(name)? {
            Some(known) => known.id,
            None if self.sources.len() >= SOURCES_LIMIT => return Ok(None),
            None => self.db.add_source(name, self.last_time)?.id,
        };
        self.sources.insert(name.to_owned(), id);
        Ok(Some(id))
    }

    /// Brings the identities of these hashes, and their customers, into memory in as few rounds as the database allows.
    pub(crate) fn prefetch(&mut self, hashes: impl Iterator<Item = [u8; 16]>) -> Result<(), StoreError> {
        let is_stored = |hash: &[u8; 16]| !self.hashes.contains_key(hash) && self.lookup.may_have(hash);
        let missing: HashSet<[u8; 16]> = hashes.filter(is_stored).collect();
        let missing: Vec<[u8; 16]> = missing.into_iter().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let Self { db, hashes, graph, residents, .. } = self;
        db.together(|db| {
            let mut customers = Vec::with_capacity(missing.len());
            for (id, row) in db.identities_by_hash(&missing)? {
                hashes.insert(row.key_hash, id);
                customers.push(graph.put(id, || node(&row)));
            }
            customers.sort_unstable();
            customers.dedup();
            residents.load_all(&customers, db)
        })
    }

    /// Notes that the unit which begins at `seq` is being written, and all before it is stored.
    pub(crate) fn handed_over(&mut self, seq: u64) {
        self.handed_over = seq;
        self.stored = self.units; // whatever came before it
        self.units += 1;
        self.graph.rest_components();
    }

    /// Notes that a customer's record lies behind from the unit on that begins at a place.
    pub(crate) fn outdate(&mut self, customer: CustomerId, seq: u64) {
        self.stale.push_back(Stale { seq, unit: self.units, customer });
    }

    /// Notes that all there is so far is stored.
    pub(crate) fn settled(&mut self) {
        self.stored = self.units;
        self.under_way.clear();
    }

    /// Whether memory is short, so that a [`Engine::sweep`] is due.
    pub(crate) fn is_full(&self) -> bool {
        self.residents.is_full(self.settings.memory) || self.hashes.len() > IDENTITIES_LIMIT
    }

    /// Drops from memory what is not needed soon; only when all of it is stored.
    pub(crate) fn sweep(&mut self) {
        self.residents.sweep(self.settings.memory);
        if self.hashes.len() > IDENTITIES_LIMIT {
            self.hashes = self.lookup.waiting().collect();
            self.graph.forget();
            self.profile_keys = BigMap::default();
        }
    }

    /// The rules in force, as data.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Looks at a customer. None when there is none of this id.
    ///
    /// # Errors
    /// The database's.
    pub fn look<T>(
        &mut self,
        id: CustomerId,
        f: impl FnOnce(&mut signals::Customer, &Program, &mut Scratch) -> T,
    ) -> Result<Option<T>, StoreError> {
        self.residents.load(id, &mut self.db)?;
        let (program, scratch) = (&self.program, &mut self.scratch);
        Ok(self.residents.look(id, |customer| f(customer, program, scratch)))
    }
}

pub(crate) fn sources_full() -> Rejection {
    let zh = format!("数据源已达上限 {SOURCES_LIMIT}，请不要把编号或个人信息写进 source");
    let en = format!(
        "the workspace has {SOURCES_LIMIT} sources, which is the limit; keep numbers and personal values out of source"
    );
    Rejection::new(RejectionCode::TooLarge, "source", &zh, &en)
}

pub(crate) fn kinds_full() -> Rejection {
    let (zh, en) = ("自定义事件类型已达上限 1000", "the workspace has 1000 kinds of its own, which is the limit");
    Rejection::new(RejectionCode::TooLarge, "type", zh, en)
}

/// The standard kinds and the workspace's own.
///
/// # Errors
/// The database's, or a declaration that cannot be read.
pub fn load_kinds(db: &mut Connection) -> Result<Kinds, StoreError> {
    let mut kinds = Kinds::standard();
    for body in db.kinds()? {
        let kind = serde_json::from_str(&body)
            .map_err(|error| StoreError::Corrupt { what: "a kind", why: error.to_string() })?;
        kinds.add(kind);
    }
    Ok(kinds)
}

/// A rule in the form that is computed.
///
/// # Errors
/// A stored definition that cannot be read.
pub fn rule(id: RuleId, row: &RuleRow) -> Result<Rule, EngineError> {
    let definition = serde_json::from_str(&row.definition)
        .map_err(|error| EngineError::Rule { rule: id, why: error.to_string() })?;
    Ok(Rule { id, version: row.version, definition, since: row.since, existing: row.existing })
}

fn compile(rules: &BTreeMap<RuleId, RuleRow>, kinds: &Kinds, zone: &TimeZone) -> Result<Program, EngineError> {
    let active = rules.iter().filter(|(_, row)| row.active && !row.removed);
    let active = active.map(|(id, row)| rule(*id, row)).collect::<Result<Vec<_>, _>>()?;
    Program::compile(&active, kinds, zone.clone())
        .map_err(|error| EngineError::Rule { rule: RuleId::default(), why: error.to_string() })
}

pub(crate) fn node(row: &store::IdentityRow) -> Node {
    let standing = match row.standing {
        0 => Standing::Key,
        1 => Standing::Evidence,
        3 => Standing::Hub,
        _ => Standing::Ambiguous,
    };
    Node { scheme: domain::Scheme::named(&row.scheme), scope: row.scope.clone(), standing, customer: row.customer }
}

pub(crate) const fn standing_code(standing: Standing) -> u8 {
    match standing {
        Standing::Key => 0,
        Standing::Evidence => 1,
        Standing::Ambiguous => 2,
        Standing::Hub => 3,
    }
}

/// The stored part of the graph.
pub(crate) struct StoredGraph<'d> {
    pub(crate) db: &'d mut Connection,
    pub(crate) failed: Option<StoreError>,
}

impl StoredGraph<'_> {
    fn note<T: Default>(&mut self, found: Result<T, StoreError>) -> T {
        found.unwrap_or_else(|error| {
            self.failed = Some(error);
            T::default()
        })
    }
}

impl Known for StoredGraph<'_> {
    fn node(&mut self, id: IdentityId) -> Option<Node> {
        let found = self.db.identity(id);
        self.note(found).map(|(_, row)| node(&row))
    }

    fn component(&mut self, customer: CustomerId) -> identity::Component {
        let identities = self.db.identities_of(customer);
        let identities: Vec<IdentityId> = self.note(identities).into_iter().map(|(id, _)| id).collect();
        let links = self.db.links_of(&identities);
        let links = self.note(links).into_iter().map(|(a, b, seq)| identity::Link { a, b, seq }).collect();
        let apart = self.db.apart(&identities);
        let apart = self.note(apart).into_iter().collect();
        let identities = identities.into_iter().collect();
        identity::Component { identities, links, apart }
    }
}
