//! What was concluded about a customer and from what: tags, decisions, tasks and merges, one JSON object per line.

use std::collections::HashMap;

use base::{CustomerId, DecisionId, EventId, IdentityId, MergeId, RuleId, TaskId, Text, Timestamp};
use domain::Kinds;
use serde::Serialize;
use store::{Connection, MergeRow};

use super::story::SHARED;
use crate::customer::decision::{DecisionView, Teller, ValueView};
use crate::customer::family::family;
use crate::rule::Versions;
use crate::{App, OpError};

/// The most decisions in one package.
pub(super) const DECISIONS_LIMIT: u32 = 50_000;

/// A decision with what it rests on.
#[derive(Debug, Serialize)]
pub(super) struct Decision {
    #[serde(flatten)]
    view: DecisionView,
    /// The rule in words.
    said: Text,
    values: Vec<ValueView>,
    evidence: Vec<EventId>,
    corrects: Option<DecisionId>,
    /// Whether values and evidence are left out, since they are another's too.
    #[serde(skip)]
    is_withheld: bool,
}

/// A tag with what it rests on.
#[derive(Debug, Serialize)]
pub(super) struct Tag {
    pub(super) tag: String,
    pub(super) since: Timestamp,
    rule: RuleId,
    rule_name: String,
    rule_version: Option<u32>,
    decision: DecisionId,
    /// Why, in a sentence.
    pub(super) why: Option<Text>,
    values: Vec<ValueView>,
    evidence: Vec<EventId>,
}

/// A task.
#[derive(Debug, Serialize)]
pub(super) struct Task {
    id: TaskId,
    title: String,
    time: Timestamp,
    done: bool,
    withdrawn: bool,
    decision: DecisionId,
}

/// Two customers joined, and the identities that joined them.
#[derive(Debug, Serialize)]
pub(super) struct Merge {
    id: MergeId,
    time: Timestamp,
    gone: CustomerId,
    stays: CustomerId,
    identities: [String; 2],
    /// The event that showed both.
    event: EventId,
    undone_at: Option<Timestamp>,
}

/// All that was concluded about a customer.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    pub(super) tags: Vec<Tag>,
    pub(super) decisions: Vec<Decision>,
    pub(super) tasks: Vec<Task>,
    pub(super) merges: Vec<Merge>,
    /// Whether there are more decisions than one package holds.
    pub(super) is_cut: bool,
    /// Whether what some of them rest on is left out.
    pub(super) is_withheld: bool,
}

/// Reads all that was concluded about a customer and those merged into it.
pub(super) fn gather(
    app: &App,
    customer: CustomerId,
    labels: &HashMap<IdentityId, String>,
) -> Result<Lineage, OpError> {
    let kinds = app.kinds();
    app.store.read(|db| {
        let mut lineage = Lineage::default();
        let rules = Versions::load(db)?;
        let (customers, merges) = family(db, customer)?;
        lineage.merges = merges.into_iter().map(|(id, row)| merge(id, &row, labels)).collect();
        for one in &customers {
            let rows = db.decisions_of(*one, DECISIONS_LIMIT)?;
            lineage.is_cut |= u32::try_from(rows.len()).is_ok_and(|len| len >= DECISIONS_LIMIT);
            for (id, row) in rows {
                lineage.decisions.push(decision(db, app, &kinds, id, &row, &rules)?);
            }
            lineage.tasks.extend(db.tasks_of(*one)?.into_iter().map(|(id, row, done)| {
                let decision = DecisionId::new(id.number());
                Task { id, title: row.title, time: row.at, done, withdrawn: row.withdrawn, decision }
            }));
        }
        lineage.is_withheld = lineage.decisions.iter().any(|decision| decision.is_withheld);
        for (tag, rule, row) in db.tags_of(customer)? {
            let found = db.decision(row.decision)?;
            let told = found.map(|(id, row)| decision(db, app, &kinds, id, &row, &rules)).transpose()?;
            let rule_name = rules.name(rule);
            lineage.tags.push(with_reason(
                Tag {
                    tag,
                    since: row.since,
                    rule,
                    rule_name,
                    rule_version: None,
                    decision: row.decision,
                    why: None,
                    values: Vec::new(),
                    evidence: Vec::new(),
                },
                told,
            ));
        }
        Ok(lineage)
    })
}

fn with_reason(tag: Tag, told: Option<Decision>) -> Tag {
    let Some(told) = told else { return tag };
    let rule_version = Some(told.view.rule.version);
    Tag { rule_version, why: Some(told.view.why), values: told.values, evidence: told.evidence, ..tag }
}

fn merge(id: MergeId, row: &MergeRow, labels: &HashMap<IdentityId, String>) -> Merge {
    let (a, b, seq) = row.link;
    let label = |id: IdentityId| labels.get(&id).cloned().unwrap_or_else(|| SHARED.to_owned());
    Merge {
        id,
        time: row.at,
        gone: row.gone,
        stays: row.stays,
        identities: [label(a), label(b)],
        event: EventId::new(seq),
        undone_at: row.undone_at,
    }
}

fn decision(
    db: &mut Connection,
    app: &App,
    kinds: &Kinds,
    id: DecisionId,
    row: &store::DecisionRow,
    rules: &Versions,
) -> Result<Decision, OpError> {
    let definition = rules.definition(row.rule, row.version);
    let mut teller = Teller { db, kinds, zone: &app.zone };
    let (detail, is_withheld) = teller.detail(row)?;
    let view = teller.view(id, row, rules)?;
    let values = definition.as_ref().map(|definition| teller.values(definition, &detail.values)).transpose()?;
    Ok(Decision {
        view,
        said: definition.map(|definition| lexicon::say(&definition, kinds)).unwrap_or_default(),
        values: values.unwrap_or_default(),
        evidence: detail.evidence.into_iter().map(EventId::new).collect(),
        corrects: row.corrects,
        is_withheld,
    })
}
