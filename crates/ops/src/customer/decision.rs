//! Decisions about a customer, and why; and why a rule did not decide.

use std::cmp::Reverse;

use base::{CustomerId, DecisionId, RuleId, Text, TimeZone, Timestamp};
use domain::{Kinds, Value};
use lexicon::Definition;
use pipeline::Detail;
use serde::Serialize;
use signals::{Measured, Truth};
use store::{Connection, DecisionRow};
use utoipa::ToSchema;

use crate::customer::family;
use crate::customer::timeline::{self, TimelineItem};
use crate::rule::Versions;
use crate::say;
use crate::{Actor, App, OpError, Right};

/// The most decisions shown of a customer.
const DECISIONS: u32 = 200;

/// A decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DecisionId,
    /// About whom.
    pub customer: CustomerName,
    /// By which rule.
    pub rule: RuleRef,
    /// `set_tag`, `clear_tag`, `add_task` or `withdrawn`.
    pub outcome: String,
    /// The tag or the task's title.
    pub name: String,
    /// The instant at which the rule came to hold, or no longer.
    #[schema(value_type = String)]
    pub as_of: Timestamp,
    /// When it was decided.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// `event`, `time`, `late_event`, `merge` or `rule_changed`.
    pub reason: String,
    /// Whether it no longer stands.
    pub superseded: bool,
    /// Whether it was made from history.
    pub history: bool,
    /// Why, in a sentence.
    pub why: Text,
}

/// A customer by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerName {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CustomerId,
    /// Its name.
    pub name: Option<String>,
}

/// A rule at a version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleRef {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// The version.
    pub version: u32,
}

/// A comparison, what it came to and what was wanted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueView {
    /// The comparison in words.
    pub said: Text,
    /// What the measure came to.
    pub value: Text,
    /// What was wanted.
    pub wanted: Text,
    /// `true`, `false` or `unknown`.
    pub truth: &'static str,
}

/// A decision with all that it rests on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionDetail {
    /// The decision.
    #[serde(flatten)]
    pub decision: DecisionView,
    /// The rule as it was typed, in the version that decided.
    pub sentence: String,
    /// The same in the system's words.
    pub said: Text,
    /// Its comparisons.
    pub values: Vec<ValueView>,
    /// The events.
    pub evidence: Vec<TimelineItem>,
    /// The decision that it takes back.
    #[schema(value_type = Option<String>)]
    pub corrects: Option<DecisionId>,
}

/// Whether a rule holds for a customer now, and why or why not.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhyNot {
    /// Whether it holds.
    pub holds: bool,
    /// In a sentence.
    pub why: Text,
    /// Its comparisons.
    pub values: Vec<ValueView>,
}

/// Decisions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionPage {
    /// Newest first.
    pub items: Vec<DecisionView>,
}

/// What explaining needs.
pub(crate) struct Teller<'t> {
    pub(crate) db: &'t mut Connection,
    pub(crate) kinds: &'t Kinds,
    pub(crate) zone: &'t TimeZone,
}

impl Teller<'_> {
    /// What a decision rests on, and whether that is withheld: what was concluded while two customers were one by mistake is
    /// told to neither.
    pub(crate) fn detail(&mut self, row: &DecisionRow) -> Result<(Detail, bool), OpError> {
        let is_withheld = family::rests_on_others(self.db, row)?;
        Ok((if is_withheld { Detail::default() } else { Detail::unpack(&row.detail)? }, is_withheld))
    }

    pub(crate) fn view(
        &mut self,
        id: DecisionId,
        row: &DecisionRow,
        rules: &Versions,
    ) -> Result<DecisionView, OpError> {
        let (detail, is_withheld) = self.detail(row)?;
        let definition = rules.definition(row.rule, row.version);
        let values = match &definition {
            Some(definition) => self.values(definition, &detail.values)?,
            None => Vec::new(),
        };
        let customer =
            CustomerName { id: row.customer, name: self.db.customer(row.customer)?.and_then(|found| found.name) };
        Ok(DecisionView {
            id,
            customer,
            rule: RuleRef { id: row.rule, name: rules.name(row.rule), version: row.version },
            outcome: row.outcome.clone(),
            name: row.name.clone(),
            as_of: row.as_of,
            at: row.at,
            reason: row.reason.clone(),
            superseded: row.superseded,
            history: row.history,
            why: if is_withheld { withheld(why(row, &values)) } else { why(row, &values) },
        })
    }

    pub(crate) fn values(&mut self, definition: &Definition, measured: &[Measured]) -> Result<Vec<ValueView>, OpError> {
        let comparisons = say::comparisons(&definition.condition);
        let mut views = Vec::with_capacity(comparisons.len());
        for ((measure, op, literal), found) in comparisons.into_iter().zip(measured) {
            let field = self.field(measure, found)?;
            let holds = say::holds(found, field.as_ref(), op, literal);
            let leaf = lexicon::Condition::Compare { measure: measure.clone(), op, value: literal.clone() };
            views.push(ValueView {
                said: lexicon::say_condition(&leaf, self.kinds),
                value: say::measured(found, field.as_ref(), self.zone),
                wanted: say::wanted(op, literal),
                truth: holds.map_or("unknown", |holds| if holds { "true" } else { "false" }),
            });
        }
        Ok(views)
    }

    /// The field of the event that a measure points at.
    fn field(&mut self, measure: &lexicon::Measure, found: &Measured) -> Result<Option<Value>, OpError> {
        let (Measured::Event(seq), Some(name)) = (found, &measure.field) else { return Ok(None) };
        let field = self.kinds.by_name(&measure.kind).and_then(|kind| kind.field_id(name)).map(|(id, _)| id);
        let event = timeline::event(self.db, *seq)?;
        Ok(event
            .and_then(|(_, event)| event.plain.into_iter().find(|(id, _)| Some(*id) == field).map(|(_, value)| value)))
    }
}

fn why(row: &DecisionRow, values: &[ValueView]) -> Text {
    let said = |of: fn(&ValueView) -> (&str, &str), open: &str, close: &str, join: &str| {
        let parts = values.iter().map(|view| {
            let (said, value) = of(view);
            format!("{said}{open}{value}{close}")
        });
        parts.collect::<Vec<_>>().join(join)
    };
    let zh = said(|view| (&view.said.zh, &view.value.zh), "（实为 ", "）", "；");
    let en = said(|view| (&view.said.en, &view.value.en), " (found: ", ")", "; ");
    let (done_zh, done_en) = match row.outcome.as_str() {
        "set_tag" => (format!("打上「{}」", row.name), format!("tagged “{}”", row.name)),
        "clear_tag" => (format!("移除「{}」", row.name), format!("removed the tag “{}”", row.name)),
        "add_task" => (format!("写下任务「{}」", row.name), format!("wrote the task “{}”", row.name)),
        _ => (format!("撤回「{}」", row.name), format!("took back “{}”", row.name)),
    };
    let (for_zh, for_en) = match row.reason.as_str() {
        "time" => ("时间推移后", "as time passed"),
        "late_event" => ("迟到的事件到达后", "after a late event"),
        "merge" => ("客户合并或拆分后", "after customers were joined or taken apart"),
        "rule_changed" => ("规则启用或变更后", "when the rule was switched on or changed"),
        _ => ("事件到达后", "after an event"),
    };
    if values.is_empty() {
        return Text::new(format!("{for_zh}，{done_zh}"), format!("{for_en}: {done_en}"));
    }
    Text::new(format!("{for_zh}，{done_zh}，因为{zh}"), format!("{for_en}, {done_en}, because: {en}"))
}

fn withheld(why: Text) -> Text {
    let zh = "。当时与另一位客户合并在一起，合并已撤销，依据不再显示";
    let en = "; it was joined with another customer then, which was undone, so what this rested on is not shown";
    Text::new(why.zh + zh, why.en + en)
}

/// A customer's decisions, newest first, with those of customers merged into it.
///
/// # Errors
/// The right is lacking, there is no such customer, or the database's.
pub fn list(app: &App, actor: &Actor, id: CustomerId) -> Result<DecisionPage, OpError> {
    actor.may(Right::ReadCustomers)?;
    let kinds = app.kinds();
    app.store.read(|db| {
        let id = super::current(app, db, actor, id)?;
        let mut rows = Vec::new();
        for one in family::family(db, id)?.0 {
            rows.extend(db.decisions_of(one, DECISIONS)?);
        }
        rows.sort_unstable_by_key(|(id, _)| Reverse(*id));
        rows.truncate(usize::try_from(DECISIONS).unwrap_or(usize::MAX));
        views(db, &kinds, &app.zone, &rows)
    })
}

/// A customer's decisions before one, newest first, as [`list`] has them.
pub(crate) fn before(
    app: &App,
    db: &mut Connection,
    id: CustomerId,
    before: DecisionId,
    limit: u32,
) -> Result<DecisionPage, OpError> {
    let mut rows = Vec::new();
    for one in family::family(db, id)?.0 {
        rows.extend(db.decisions_before(one, before, limit)?);
    }
    rows.sort_unstable_by_key(|(id, _)| Reverse(*id));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    views(db, &app.kinds(), &app.zone, &rows)
}

/// Decisions with their reasons.
pub(crate) fn views(
    db: &mut Connection,
    kinds: &Kinds,
    zone: &TimeZone,
    rows: &[(DecisionId, DecisionRow)],
) -> Result<DecisionPage, OpError> {
    if rows.is_empty() {
        return Ok(DecisionPage { items: Vec::new() });
    }
    let rules = Versions::load(db)?;
    let mut teller = Teller { db, kinds, zone };
    let items = rows.iter().map(|(id, row)| teller.view(*id, row, &rules));
    Ok(DecisionPage { items: items.collect::<Result<_, _>>()? })
}

/// A decision with all that it rests on.
///
/// # Errors
/// The right is lacking, there is no such decision, or the database's.
pub fn get(app: &App, actor: &Actor, id: DecisionId) -> Result<DecisionDetail, OpError> {
    actor.may(Right::ReadCustomers)?;
    let kinds = app.kinds();
    app.store.read(|db| {
        let (id, row) = db.decision(id)?.ok_or_else(OpError::not_found)?;
        super::current(app, db, actor, row.customer)?;
        let rules = Versions::load(db)?;
        let definition = rules.definition(row.rule, row.version);
        let mut teller = Teller { db, kinds: &kinds, zone: &app.zone };
        let (detail, _) = teller.detail(&row)?;
        let decision = teller.view(id, &row, &rules)?;
        let values = definition.as_ref().map(|definition| teller.values(definition, &detail.values)).transpose()?;
        let evidence = timeline::items(db, &kinds, &app.zone, row.customer, &detail.evidence)?;
        Ok(DecisionDetail {
            decision,
            sentence: rules.at(row.rule, row.version).map(|said| said.sentence.clone()).unwrap_or_default(),
            said: definition.map(|definition| lexicon::say(&definition, &kinds)).unwrap_or_default(),
            values: values.unwrap_or_default(),
            evidence,
            corrects: row.corrects,
        })
    })
}

/// Whether a rule holds for a customer now, and why or why not.
///
/// # Errors
/// The right is lacking, there is no such customer or rule, or the database's.
pub fn why_not(app: &App, actor: &Actor, id: CustomerId, rule: RuleId) -> Result<WhyNot, OpError> {
    actor.may(Right::ReadCustomers)?;
    let (kinds, now) = (app.kinds(), app.now());
    let id = app.store.read(|db| super::current(app, db, actor, id))?;
    let found = app
        .pipeline
        .look(|engine| engine.look(id, |state, program, scratch| state.explain(program, scratch, rule, now)))??;
    let (truth, measured, _) = found.flatten().ok_or_else(OpError::not_found)?;
    app.store.read(|db| {
        let rules = db.rules()?;
        let row = rules.iter().find(|(known, _)| *known == rule).map(|(_, row)| row).ok_or_else(OpError::not_found)?;
        let definition: Definition = serde_json::from_str(&row.definition).map_err(|_| OpError::not_found())?;
        let values = Teller { db, kinds: &kinds, zone: &app.zone }.values(&definition, &measured)?;
        Ok(WhyNot { holds: truth == Truth::True, why: verdict(truth, &values), values })
    })
}

fn verdict(truth: Truth, values: &[ValueView]) -> Text {
    let lacking: Vec<&ValueView> =
        values.iter().filter(|view| (view.truth == "true") == (truth == Truth::True)).collect();
    let zh: Vec<String> = lacking.iter().map(|view| format!("{}（实为 {}）", view.said.zh, view.value.zh)).collect();
    let en: Vec<String> = lacking.iter().map(|view| format!("{} (found: {})", view.said.en, view.value.en)).collect();
    let (head_zh, head_en) = match truth {
        Truth::True => ("成立", "It holds"),
        Truth::False => ("不成立，差在", "It does not hold; wanting"),
        Truth::Unknown => ("无法判断，缺少", "It cannot be judged; unknown"),
    };
    Text::new(format!("{head_zh}：{}", zh.join("；")), format!("{head_en}: {}", en.join("; ")))
}
