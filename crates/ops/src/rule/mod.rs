//! Rules: read from a sentence, previewed, switched on, watched, changed.

mod edit;
mod version;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::{DAY_MS, RuleId, Text, Timestamp};
use lexicon::{Action, Definition, Trigger};
use pipeline::{Command, NewRule, Outcome};
use serde::{Deserialize, Serialize};
use store::{Connection, RuleRow};
use utoipa::ToSchema;

pub use edit::{Difference, DifferenceRow, EditAnswer, edit, read_edit};
pub use version::VersionView;
pub(crate) use version::Versions;

use crate::audit::Line;
use crate::customer::decision::{self, DecisionView};
use crate::error::without_nul;
use crate::population::{Matches, Population, Vocabulary};
use crate::term::{self, Ground, Tried};
use crate::{Actor, App, OpError, Right};

/// The most customers shown as a sample.
const SAMPLE: usize = 12;

/// A rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// As it was typed.
    pub sentence: String,
    /// What it means.
    pub said: Text,
    /// Whether it is on.
    pub on: bool,
    /// Its version.
    pub version: u32,
    /// What it does.
    #[schema(value_type = Option<Object>)]
    pub action: Option<Action>,
    /// Whether what it does stays.
    #[schema(value_type = String)]
    pub trigger: Trigger,
    /// For how many customers its tag stands.
    pub holding: u64,
    /// How many decisions it made in the last day; 10,001 says that there are more than 10,000.
    pub decided_24h: u64,
    /// When it was made.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Whether it is still being begun for everyone.
    pub beginning: bool,
}

/// A rule with its latest decisions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleDetail {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleView,
    /// Newest first.
    pub decisions: Vec<DecisionView>,
    /// What it said, newest first.
    pub versions: Vec<VersionView>,
}

/// Rules.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RulePage {
    /// Newest first.
    pub items: Vec<RuleView>,
}

/// A sentence to be read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReadRequest {
    /// The sentence.
    pub sentence: String,
    /// Answers to questions and changed assumptions.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
}

/// What a sentence came to, with a preview.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadAnswer {
    /// What it came to.
    #[serde(flatten)]
    pub tried: Tried,
    /// For whom it holds; when understood.
    pub preview: Option<Preview>,
}

/// For whom a sentence holds, now and a month ago.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Preview {
    /// For how many now.
    pub now: u64,
    /// For how many thirty days ago.
    pub month_ago: u64,
    /// How many customers there are.
    pub population: u64,
    /// For how many it is unknown.
    pub unknown: u64,
    /// Some of them.
    pub sample: Vec<SampleRow>,
}

/// A customer in a preview.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SampleRow {
    /// Who.
    #[schema(value_type = String)]
    pub customer: base::CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// Whether it holds now.
    pub now: bool,
    /// Whether it held thirty days ago.
    pub month_ago: bool,
}

/// A rule to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AddRequest {
    /// The sentence.
    pub sentence: String,
    /// Answers to questions and changed assumptions.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// What to call it; the sentence's tag or task if absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it also acts for those for whom it holds already.
    #[serde(default = "yes")]
    pub existing: bool,
}

const fn yes() -> bool {
    true
}

/// What reading learnt of the log's values, kept between readings.
#[derive(Default)]
pub struct Readings(Mutex<Vocabulary>);

fn ground<'g>(app: &'g App, kinds: &'g domain::Kinds) -> Ground<'g> {
    Ground { kinds, zone: &app.zone, currency: app.currency }
}

/// Reads a sentence and, when it is understood, previews it.
///
/// # Errors
/// The right is lacking, the sentence has U+0000, or the database's.
pub fn read(app: &App, actor: &Actor, request: &ReadRequest) -> Result<ReadAnswer, OpError> {
    actor.may(Right::ReadRules)?;
    let (kinds, now) = (app.kinds(), app.now());
    let ground = ground(app, &kinds);
    app.store.read(|db| {
        let trial = trial(db, &ground, &app.readings, request, now)?;
        let preview = previewed(db, actor, &ground, &trial.tried, trial.population, now)?;
        Ok(ReadAnswer { tried: trial.tried, preview })
    })
}

fn trial(
    db: &mut Connection,
    ground: &Ground<'_>,
    readings: &Readings,
    request: &ReadRequest,
    now: Timestamp,
) -> Result<term::Trial, OpError> {
    without_nul("sentence", &request.sentence)?;
    let mut vocabulary = readings.0.lock().unwrap_or_else(PoisonError::into_inner);
    term::read(db, ground, &mut vocabulary, &request.sentence, &request.answers, now)
}

fn previewed(
    db: &mut Connection,
    actor: &Actor,
    ground: &Ground<'_>,
    tried: &Tried,
    population: Option<Population>,
    now: Timestamp,
) -> Result<Option<Preview>, OpError> {
    match (&tried.definition, population) {
        (Some(definition), Some(population)) if tried.status == "understood" => {
            preview(db, actor, ground, definition, population, now).map(Some)
        }
        _ => Ok(None),
    }
}

fn preview(
    db: &mut Connection,
    actor: &Actor,
    ground: &Ground<'_>,
    definition: &Definition,
    mut all: Population,
    now: Timestamp,
) -> Result<Preview, OpError> {
    let today = all.matches(definition, ground.kinds, now)?;
    let before = all.matches(definition, ground.kinds, now.plus_ms(-30 * DAY_MS))?;
    let count = |matches: &Matches| u64::try_from(matches.customers.len()).unwrap_or(0);
    let mut shown: Vec<_> = today.customers.iter().chain(&before.customers).copied().take(SAMPLE * 2).collect();
    shown.sort_unstable();
    shown.dedup();
    shown.truncate(if actor.sees_all_customers() { SAMPLE } else { 0 });
    let row = |customer| {
        let name = db.customer(customer)?.and_then(|row| row.name);
        let (now, month_ago) =
            (today.customers.binary_search(&customer).is_ok(), before.customers.binary_search(&customer).is_ok());
        Ok::<_, OpError>(SampleRow { customer, name, now, month_ago })
    };
    let sample = shown.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Preview {
        now: count(&today),
        month_ago: count(&before),
        population: today.population,
        unknown: today.unknown,
        sample,
    })
}

/// Makes a rule of a sentence that is understood, and switches it on.
///
/// # Errors
/// The right is lacking, the sentence is not understood or does nothing, there are too many rules, or the database's.
pub fn add(app: &App, actor: &Actor, request: AddRequest) -> Result<RuleView, OpError> {
    actor.may(Right::WriteRules)?;
    changed(app, actor, "rule.added", Command::AddRule(Box::new(made(app, request)?)))
}

/// What a request says that a rule should be.
fn made(app: &App, request: AddRequest) -> Result<NewRule, OpError> {
    let read = ReadRequest { sentence: request.sentence, answers: request.answers };
    let kinds = app.kinds();
    let tried = app.store.read(|db| trial(db, &ground(app, &kinds), &app.readings, &read, app.now()))?.tried;
    let definition = tried.definition.filter(|_| tried.status == "understood").ok_or_else(|| {
        OpError::invalid(
            "sentence",
            "这句话还没有读懂，或还有问题要回答",
            "the sentence is not understood yet, or a question is open",
        )
    })?;
    let action = definition.action.clone().ok_or_else(|| {
        let en = "say what is to follow, such as: tag them as …";
        OpError::invalid("sentence", "请写明满足条件后做什么，例如「标记为…」", en)
    })?;
    without_nul("name", request.name.as_deref().unwrap_or_default())?;
    let name = request.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| action.name().to_owned());
    Ok(NewRule { name, sentence: read.sentence, definition, existing: request.existing, since: None })
}

/// Switches a rule on or off.
///
/// # Errors
/// The right is lacking, there is no such rule, or the database's.
pub fn set_on(app: &App, actor: &Actor, id: RuleId, on: bool) -> Result<RuleView, OpError> {
    actor.may(Right::WriteRules)?;
    changed(app, actor, "rule.changed", Command::SetRuleActive(id, on))
}

/// Removes a rule; its decisions stay.
///
/// # Errors
/// The right is lacking, there is no such rule, or the database's.
pub fn remove(app: &App, actor: &Actor, id: RuleId) -> Result<(), OpError> {
    actor.may(Right::WriteRules)?;
    match app.pipeline.command(Command::RemoveRule(id))? {
        Outcome::NotFound => Err(OpError::not_found()),
        _ => Line::new("rule.removed", &id, serde_json::Value::Null).note(app, actor),
    }
}

fn changed(app: &App, actor: &Actor, action: &'static str, command: Command) -> Result<RuleView, OpError> {
    match app.pipeline.command(command)? {
        Outcome::Rule(id) => {
            let rule = app.store.read(|db| found(db, app, id))?;
            let detail = serde_json::json!({"name": rule.name, "sentence": rule.sentence, "version": rule.version, "on": rule.on});
            Line::new(action, &id, detail).note(app, actor)?;
            Ok(rule)
        }
        Outcome::Refused(why) => Err(OpError::invalid("definition", &why.zh, &why.en)),
        _ => Err(OpError::not_found()),
    }
}

/// All rules.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<RulePage, OpError> {
    actor.may(Right::ReadRules)?;
    let kinds = app.kinds();
    app.store.read(|db| {
        let rows: Vec<_> = db.rules()?.into_iter().rev().filter(|(_, row)| !row.removed).collect();
        let counts = Counts::of(db, app, &rows.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        let items = rows.iter().map(|(id, row)| view(&kinds, *id, row, &counts)).collect();
        Ok(RulePage { items })
    })
}

/// A rule with its latest decisions.
///
/// # Errors
/// The right is lacking, there is no such rule, or the database's.
pub fn get(app: &App, actor: &Actor, id: RuleId) -> Result<RuleDetail, OpError> {
    actor.may(Right::ReadRules)?;
    let kinds = app.kinds();
    let sees_customers = actor.sees_all_customers();
    app.store.read(|db| {
        let rule = found(db, app, id)?;
        let rows = if sees_customers { db.decisions_by(id, 50)? } else { Vec::new() };
        let decisions = decision::views(db, &kinds, &app.zone, &rows)?.items;
        let versions = Versions::load(db)?.of(id, &kinds);
        Ok(RuleDetail { rule, decisions, versions })
    })
}

fn found(db: &mut Connection, app: &App, id: RuleId) -> Result<RuleView, OpError> {
    let row = row(db, id)?;
    Ok(view(&app.kinds(), id, &row, &Counts::of(db, app, &[id])?))
}

/// A rule that was not removed.
fn row(db: &mut Connection, id: RuleId) -> Result<RuleRow, OpError> {
    let found = db.rules()?.into_iter().find(|(known, row)| *known == id && !row.removed);
    found.map(|(_, row)| row).ok_or_else(OpError::not_found)
}

/// Of rules: for how many customers their tags stand, and how many decisions they made in the last day.
struct Counts {
    holding: BTreeMap<RuleId, u64>,
    decided: BTreeMap<RuleId, u64>,
}

impl Counts {
    fn of(db: &mut Connection, app: &App, rules: &[RuleId]) -> Result<Self, OpError> {
        let day = signals::first_caused_at(db.seq_at(app.now().plus_ms(-DAY_MS))?);
        Ok(Self { holding: db.holding()?, decided: db.decided(rules, day)? })
    }
}

fn view(kinds: &domain::Kinds, id: RuleId, row: &RuleRow, counts: &Counts) -> RuleView {
    let definition = serde_json::from_str::<Definition>(&row.definition).ok();
    RuleView {
        id,
        name: row.name.clone(),
        sentence: row.sentence.clone(),
        said: definition.as_ref().map(|definition| lexicon::say(definition, kinds)).unwrap_or_default(),
        on: row.active,
        version: row.version,
        trigger: definition.as_ref().map_or(Trigger::While, |definition| definition.trigger),
        action: definition.and_then(|definition| definition.action),
        holding: counts.holding.get(&id).copied().unwrap_or(0),
        decided_24h: counts.decided.get(&id).copied().unwrap_or(0),
        created_at: row.created_at,
        beginning: row.beginning.is_some(),
    }
}
