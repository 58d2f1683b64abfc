//! A customer's page: who it is, its tags, tasks and merges.

use std::cmp::Reverse;

use base::{CustomerId, DecisionId, MergeId, RecordId, RuleId, TaskId, Text, Timestamp};
use domain::Kinds;
use serde::Serialize;
use store::{Connection, MergeRow};
use utoipa::ToSchema;

use crate::customer::identifier::IdentifierView;
use crate::{Actor, App, OpError, Right};

/// A customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CustomerId,
    /// Its record, with what people set of it.
    #[schema(value_type = String)]
    pub record: RecordId,
    /// Its name.
    pub name: Option<String>,
    /// What is known about it.
    pub profile: Vec<ProfileValue>,
    /// Its identifiers, masked.
    pub identifiers: Vec<IdentifierView>,
    /// Its tags.
    pub tags: Vec<TagView>,
    /// When it was first seen.
    #[schema(value_type = Option<String>)]
    pub first_seen: Option<Timestamp>,
    /// When it was last seen.
    #[schema(value_type = Option<String>)]
    pub last_seen: Option<Timestamp>,
    /// How many events.
    pub events: u64,
    /// The merges that made it.
    pub merges: Vec<MergeView>,
    /// Its tasks.
    pub tasks: Vec<TaskView>,
}

/// One thing known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProfileValue {
    /// The field.
    pub field: String,
    /// What people call it.
    pub label: Text,
    /// The value.
    pub value: String,
    /// Since when.
    #[schema(value_type = String)]
    pub time: Timestamp,
}

/// A tag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TagView {
    /// Its name.
    pub tag: String,
    /// Since when.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// The rule that set it.
    pub rule: RuleName,
    /// The decision that set it.
    #[schema(value_type = String)]
    pub decision: DecisionId,
    /// Whether it is being looked at again.
    pub recomputing: bool,
}

/// A rule by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleName {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RuleId,
    /// What people call it.
    pub name: String,
}

/// Two customers joined.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: MergeId,
    /// When.
    #[schema(value_type = String)]
    pub time: Timestamp,
    /// Why.
    pub reason: Text,
    /// Whether it was taken back.
    pub undone: bool,
}

/// A task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TaskId,
    /// What is to be done.
    pub title: String,
    /// When it was written.
    #[schema(value_type = String)]
    pub time: Timestamp,
    /// Whether it is done.
    pub done: bool,
    /// The decision that wrote it.
    #[schema(value_type = String)]
    pub decision: DecisionId,
}

/// A customer's page.
///
/// # Errors
/// The right is lacking, there is no such customer, or the database's.
pub fn get(app: &App, actor: &Actor, id: CustomerId) -> Result<CustomerView, OpError> {
    actor.may(Right::ReadCustomers)?;
    let kinds = app.kinds();
    let id = app.store.read(|db| super::current(app, db, actor, id))?;
    let span =
        app.pipeline.look(|engine| engine.look(id, |state, _, _| (state.history.span(), state.history.len())))??;
    app.store.read(|db| view(db, &kinds, id, span))
}

type Span = Option<(Option<(Timestamp, Timestamp)>, usize)>;

fn view(db: &mut Connection, kinds: &Kinds, id: CustomerId, span: Span) -> Result<CustomerView, OpError> {
    let row = db.customer(id)?.ok_or_else(OpError::not_found)?;
    let (seen, events) = span.unwrap_or((None, 0));
    let mut identities = db.identities_of(id)?;
    identities.sort_by_key(|(id, identity)| (domain::Scheme::named(&identity.scheme).rank(), *id));
    let profile = db.profile(id)?;
    let rules = db.rules()?;
    let name =
        |rule: RuleId| rules.iter().find(|(id, _)| *id == rule).map(|(_, row)| row.name.clone()).unwrap_or_default();
    let tags = db.tags_of(id)?.into_iter().map(|(tag, rule, row)| TagView {
        tag,
        since: row.since,
        rule: RuleName { id: rule, name: name(rule) },
        decision: row.decision,
        recomputing: row.recomputing,
    });
    let mut tasks = Vec::new();
    for one in super::family::family(db, id)?.0 {
        tasks.extend(db.tasks_of(one)?.into_iter().filter(|(_, task, _)| !task.withdrawn));
    }
    tasks.sort_unstable_by_key(|(id, ..)| Reverse(*id));
    let tasks = tasks.into_iter().map(|(id, task, done)| super::task::view(id, task, done));
    Ok(CustomerView {
        id,
        record: RecordId::of_customer(id),
        name: profile.iter().find(|(field, ..)| field == "name").map(|(_, value, _)| value.clone()).or(row.name),
        identifiers: identities.iter().map(|(id, identity)| IdentifierView::masked(*id, identity)).collect(),
        tags: tags.collect(),
        tasks: tasks.collect(),
        first_seen: seen.map(|(first, _)| first),
        last_seen: seen.map(|(_, last)| last),
        events: u64::try_from(events).unwrap_or(0),
        merges: merges(db, id)?,
        profile: profile.into_iter().map(|(field, value, time)| known(kinds, field, value, time)).collect(),
    })
}

fn known(kinds: &Kinds, field: String, value: String, time: Timestamp) -> ProfileValue {
    let declared = kinds.by_name("customer.identified").and_then(|kind| kind.field(&field));
    let label = declared.map_or_else(|| Text::same(&field), |declared| declared.label.clone());
    ProfileValue { field, label, value, time }
}

fn merges(db: &mut Connection, id: CustomerId) -> Result<Vec<MergeView>, OpError> {
    let found = db.merges_of(id)?;
    found
        .into_iter()
        .map(|(merge, row)| {
            Ok(MergeView { id: merge, time: row.at, reason: reason(db, &row)?, undone: row.undone_at.is_some() })
        })
        .collect()
}

fn reason(db: &mut Connection, row: &MergeRow) -> Result<Text, OpError> {
    let (a, b, _) = row.link;
    let mut said = |id| -> Result<Text, OpError> {
        let Some((id, row)) = db.identity(id)? else { return Ok(Text::new("（已删除）", "(erased)")) };
        let view = IdentifierView::masked(id, &row);
        Ok(Text::new(format!("{} {}", view.label.zh, view.value), format!("{} {}", view.label.en, view.value)))
    };
    let (a, b) = (said(a)?, said(b)?);
    let zh = format!("同一事件同时带有{}和{}，因此并入 {}", a.zh, b.zh, row.gone);
    Ok(Text::new(zh, format!("one event carried both {} and {}, so {} was joined", a.en, b.en, row.gone)))
}
