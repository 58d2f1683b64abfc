//! A rule that is to say something else: who would gain or lose what it does, and the change itself.

use std::collections::BTreeSet;

use base::{CustomerId, RuleId, Timestamp};
use lexicon::{Action, Definition};
use pipeline::Command;
use serde::Serialize;
use store::Connection;
use utoipa::ToSchema;

use super::{AddRequest, ReadRequest, RuleView, SAMPLE, changed, ground, made, previewed, row, trial};
use crate::population::Population;
use crate::term::{Ground, Tried};
use crate::{Actor, App, OpError, Right};

/// What a sentence came to, with what would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EditAnswer {
    /// What it came to.
    #[serde(flatten)]
    pub tried: Tried,
    /// For whom it holds; when understood.
    pub preview: Option<super::Preview>,
    /// What would change; when understood and the rule is on.
    pub difference: Option<Difference>,
}

/// For whom a rule would do something else than it does.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Difference {
    /// For how many it comes to hold.
    pub gains: u64,
    /// For how many it holds no longer; a tag that it set is taken back.
    pub loses: u64,
    /// For how many nothing changes.
    pub stays: u64,
    /// Some of those who gain or lose.
    pub sample: Vec<DifferenceRow>,
}

/// A customer for whom a rule would do something else.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DifferenceRow {
    /// Who.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// Whether it gains, or else loses.
    pub gains: bool,
}

/// Reads a sentence that a rule is to say instead and, when it is understood, previews it and what would change.
///
/// # Errors
/// The right is lacking, there is no such rule, the sentence has U+0000, or the database's.
pub fn read_edit(app: &App, actor: &Actor, id: RuleId, request: &ReadRequest) -> Result<EditAnswer, OpError> {
    actor.may(Right::ReadRules)?;
    let (kinds, now) = (app.kinds(), app.now());
    let ground = ground(app, &kinds);
    app.store.read(|db| {
        let rule = row(db, id)?;
        let trial = trial(db, &ground, &app.readings, request, now)?;
        let definition = trial.tried.definition.clone().filter(|_| trial.tried.status == "understood");
        let old = serde_json::from_str::<Definition>(&rule.definition).ok().filter(|_| rule.active);
        let difference = match (&definition, old) {
            (Some(new), Some(old)) => Some(difference(db, actor, &ground, id, (&old, new), now)?),
            _ => None,
        };
        let preview = previewed(db, actor, &ground, &trial.tried, trial.population, now)?;
        Ok(EditAnswer { tried: trial.tried, preview, difference })
    })
}

fn difference(
    db: &mut Connection,
    actor: &Actor,
    ground: &Ground<'_>,
    id: RuleId,
    (old, new): (&Definition, &Definition),
    now: Timestamp,
) -> Result<Difference, OpError> {
    let mut all = Population::load(db, ground.kinds, &[old, new], ground.zone)?;
    let after: BTreeSet<CustomerId> = all.matches(new, ground.kinds, now)?.customers.into_iter().collect();
    let before: BTreeSet<CustomerId> = match &old.action {
        Some(Action::SetTag { .. }) => db.tagged_by(id)?.into_iter().collect(),
        _ => all.matches(old, ground.kinds, now)?.customers.into_iter().collect(),
    };
    let same = old.action == new.action;
    let stays = before.intersection(&after).filter(|_| same).copied().collect::<BTreeSet<_>>();
    let side = |of: &BTreeSet<CustomerId>| of.difference(&stays).copied().collect::<Vec<_>>();
    let (gains, loses) = (side(&after), side(&before));
    let shown = if actor.sees_all_customers() { SAMPLE / 2 } else { 0 };
    let half = |of: &[CustomerId], gains: bool| of.iter().take(shown).map(|id| (*id, gains)).collect::<Vec<_>>();
    let sample = half(&gains, true).into_iter().chain(half(&loses, false)).map(|(customer, gains)| {
        let name = db.customer(customer)?.and_then(|row| row.name);
        Ok::<_, OpError>(DifferenceRow { customer, name, gains })
    });
    let sample = sample.collect::<Result<_, _>>()?;
    let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
    Ok(Difference { gains: count(gains.len()), loses: count(loses.len()), stays: count(stays.len()), sample })
}

/// Has a rule say another sentence from now on, as its next version. What it decided before keeps its reasons; a tag that no
/// longer holds is taken back by a decision of its own.
///
/// # Errors
/// The right is lacking, there is no such rule, the sentence is not understood or does nothing, or the database's.
pub fn edit(app: &App, actor: &Actor, id: RuleId, request: AddRequest) -> Result<RuleView, OpError> {
    actor.may(Right::WriteRules)?;
    let old = app.store.read(|db| row(db, id))?;
    let is_named = request.name.as_ref().is_some_and(|name| !name.trim().is_empty());
    let mut rule = made(app, request)?;
    let action = serde_json::from_str::<Definition>(&old.definition).ok().and_then(|definition| definition.action);
    if !is_named && action.is_none_or(|action| action.name() != old.name) {
        rule.name = old.name;
    }
    changed(app, actor, "rule.changed", Command::EditRule(id, Box::new(rule)))
}
