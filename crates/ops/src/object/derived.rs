//! Fields whose values follow from others: formulas over a record's own fields, and what the records that lead to it come to.

use std::collections::BTreeMap;

use base::{RecordId, Text};
use domain::object::{
    DERIVED_DEPTH, Derived, Field, FieldNumber, Gathering, NewField, Object, Objects, Rollup, Source, Type, Written,
};
use lexicon::formula::{Fault, Formula};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::record::list::{ListRequest, RecordPage, list};
use crate::record::{RecordView, field, value};
use crate::{Actor, App, OpError, Right};

/// On how many records a formula is tried.
const TRIED: u32 = 5;

/// What is gathered of the records that lead to one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RollupRequest {
    /// The name of their object.
    pub object: String,
    /// The name of their relation that leads here.
    pub by: String,
    /// What is made of them.
    pub how: How,
    /// Of which field of theirs; left out where they are counted.
    #[serde(default)]
    pub of: Option<String>,
    /// What is true of those that count, as a formula over their fields such as `status = "paid"`; all where it is left out.
    #[serde(default)]
    pub only: Option<String>,
}

/// What is made of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// How many there are.
    Count,
    /// Their sum; nought where there are none.
    Sum,
    /// The least, or the earliest.
    Min,
    /// The greatest, or the latest.
    Max,
}

/// What is gathered of the records that lead to one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RollupView {
    /// The name of their object.
    pub object: String,
    /// The name of their relation that leads here.
    pub by: String,
    /// What is made of them.
    pub how: How,
    /// Of which field of theirs.
    pub of: Option<String>,
    /// What is true of those that count, as a formula in both languages.
    pub only: Option<Text>,
}

/// A formula to be tried.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FormulaRequest {
    /// The formula.
    pub formula: String,
}

/// What a formula means, and what it comes to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaView {
    /// What a field with it holds.
    #[serde(rename = "type")]
    pub holds: String,
    /// The formula as the program says it, in both languages.
    pub formula: Text,
    /// What it comes to for the records that were changed last.
    pub samples: Vec<FormulaSample>,
}

/// What a formula comes to for a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaSample {
    /// The record.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// What it is called.
    pub title: Option<String>,
    /// The value; none where something that it needs is not there.
    pub value: Value,
}

impl From<How> for Gathering {
    fn from(how: How) -> Self {
        match how {
            How::Count => Self::Count,
            How::Sum => Self::Sum,
            How::Min => Self::Min,
            How::Max => Self::Max,
        }
    }
}

impl From<Gathering> for How {
    fn from(how: Gathering) -> Self {
        match how {
            Gathering::Count => Self::Count,
            Gathering::Sum => Self::Sum,
            Gathering::Min => Self::Min,
            Gathering::Max => Self::Max,
        }
    }
}

/// Where in a member a formula is wrong, and why.
fn wrong(member: &str, fault: &Fault) -> OpError {
    let (at, Text { zh, en }) = (fault.at + 1, &fault.why);
    OpError::invalid(member, &format!("第 {at} 个字符：{zh}"), &format!("at character {at}: {en}"))
}

fn written(formula: &Formula) -> Written {
    Written { formula: serde_json::to_string(formula).unwrap_or_default(), reads: formula.reads() }
}

fn read_back(written: &Written) -> Option<Formula> {
    serde_json::from_str(&written.formula).ok()
}

/// What a formula is called in both languages, as it reads now.
pub(super) fn said(object: &Object, field: &Field) -> Option<Text> {
    match &field.derived.as_ref()?.from {
        Source::Formula(written) => Some(read_back(written)?.say(object)),
        Source::Rollup(_) | Source::Customer(_) => None,
    }
}

/// What a field gathers, as it is told.
pub(super) fn gathers(objects: &Objects, field: &Field) -> Option<RollupView> {
    let Source::Rollup(rollup) = &field.derived.as_ref()?.from else { return None };
    let from = objects.by_name(&rollup.object)?;
    let named = |number: FieldNumber| from.numbered_field(number).map(|field| field.name.clone());
    let only = rollup.only.as_ref().and_then(read_back).map(|only| only.say(from));
    let of = rollup.of.and_then(named);
    Some(RollupView { object: from.name.clone(), by: named(rollup.by)?, how: rollup.how.into(), of, only })
}

/// A formula as a field's source, and what the field holds.
pub(super) fn formula(object: &Object, text: &str) -> Result<(Type, Source), OpError> {
    let formula = Formula::read(text, object).map_err(|fault| wrong("formula", &fault))?;
    Ok((formula.gives(), Source::Formula(written(&formula))))
}

/// What a field gathers as its source, and what the field holds.
pub(super) fn rollup(objects: &Objects, object: &Object, request: &RollupRequest) -> Result<(Type, Source), OpError> {
    let bad = |zh: &str, en: &str| OpError::invalid("rollup", zh, en);
    let from = objects.by_name(&request.object);
    let from = from.ok_or_else(|| bad("请选择要汇总的对象", "choose whose records are gathered"))?;
    let living = |name: &str| from.field(name).filter(|field| !field.archived);
    let leads = |field: &&Field| matches!(&field.holds, Type::Relation { to } if *to == object.name);
    let by = living(&request.by).filter(leads);
    let by = by.ok_or_else(|| bad("请选择通往这里的关联", "choose a relation that leads here"))?;
    let of = match (request.how, request.of.as_deref()) {
        (How::Count, _) => None,
        (how, name) => {
            let is_sum = how == How::Sum;
            let fits = |field: &&Field| match field.holds {
                Type::Number | Type::Money | Type::Percent => true,
                Type::Date | Type::Instant => !is_sum,
                _ => false,
            };
            let field = name.and_then(living).filter(fits);
            Some(field.ok_or_else(|| bad("请选择要汇总的数字或日期字段", "choose a field of numbers, or of dates"))?)
        }
    };
    let only = request.only.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let only = only.map(|text| Formula::condition(text, from).map_err(|fault| wrong("rollup", &fault))).transpose()?;
    let holds = of.map_or(Type::Number, |field| field.holds.clone());
    let rollup = Rollup {
        object: from.name.clone(),
        by: by.number,
        how: request.how.into(),
        of: of.map(|field| field.number),
        only: only.as_ref().map(written),
    };
    Ok((holds, Source::Rollup(rollup)))
}

/// A source that is yet to be computed for the records that there are.
pub(super) const fn pending(from: Source) -> Derived {
    Derived { from, pending: true }
}

/// Refuses a field that would follow from itself, or by way of too many others.
pub(super) fn check(objects: &Objects, object: &Object, field: FieldNumber) -> Result<(), OpError> {
    let mut changed = objects.clone();
    changed.put(object.clone());
    let depth = depth(&changed, object, field, 0);
    if depth <= DERIVED_DEPTH {
        return Ok(());
    }
    let (zh, en) = ("字段之间循环引用，或引用层数过多", "fields follow from themselves, or by way of too many others");
    Err(OpError::invalid("formula", zh, en))
}

/// By way of how many others a field's value follows.
fn depth(objects: &Objects, object: &Object, number: FieldNumber, above: usize) -> usize {
    let derived = object.numbered_field(number).and_then(|field| field.derived.as_ref());
    let deepest = |object: &Object, reads: &mut dyn Iterator<Item = FieldNumber>| {
        reads.map(|read| 1 + depth(objects, object, read, above + 1)).max().unwrap_or(0)
    };
    match derived.map(|derived| &derived.from) {
        None | Some(Source::Customer(_)) => 0,
        Some(_) if above > DERIVED_DEPTH => above,
        Some(Source::Formula(written)) => deepest(object, &mut written.reads.iter().copied()),
        Some(Source::Rollup(rollup)) => {
            objects.by_name(&rollup.object).map_or(0, |from| deepest(from, &mut rollup.reads()))
        }
    }
}

/// Which fields anywhere follow from a field.
pub(super) fn following<'o>(objects: &'o Objects, object: &Object, number: FieldNumber) -> Option<&'o Field> {
    let reads = |on: &Object, field: &Field| match field.derived.as_ref().map(|derived| &derived.from) {
        Some(Source::Formula(written)) => on.id == object.id && written.reads.contains(&number),
        Some(Source::Rollup(rollup)) => rollup.object == object.name && rollup.reads().any(|read| read == number),
        Some(Source::Customer(_)) | None => false,
    };
    objects.iter().find_map(|on| on.fields.iter().find(|field| !field.archived && reads(on, field)))
}

/// Reads a formula, says it back, and tries it on the records that were changed last.
///
/// # Errors
/// The right is lacking, there is no such object, it is no formula, or the database's.
pub fn try_formula(app: &App, actor: &Actor, name: &str, request: &FormulaRequest) -> Result<FormulaView, OpError> {
    actor.may(Right::WriteObjects)?;
    let object = app.pipeline.objects().by_name(name).cloned().ok_or_else(OpError::not_found)?;
    let formula = Formula::read(&request.formula, &object).map_err(|fault| wrong("formula", &fault))?;
    let is_plain = |number: &FieldNumber| {
        object.numbered_field(*number).is_some_and(|known| field::is_plain(actor, &object, known))
    };
    let latest = ListRequest { limit: Some(TRIED), ..ListRequest::default() };
    let samples = match list(app, actor, name, &latest) {
        Ok(page) if formula.reads().iter().all(is_plain) => samples(app, &object, &formula, &page)?,
        _ => Vec::new(),
    };
    Ok(FormulaView { holds: formula.gives().name().to_owned(), formula: formula.say(&object), samples })
}

/// What a formula comes to for the records of a page.
fn samples(app: &App, object: &Object, formula: &Formula, page: &RecordPage) -> Result<Vec<FormulaSample>, OpError> {
    let ids: Vec<RecordId> = page.items.iter().map(|one| one.id).collect();
    let rows: BTreeMap<_, _> = app.store.read(|db| db.records_by_id(object, &ids))?.into_iter().collect();
    let field = NewField::plain("formula", Text::default(), formula.gives()).numbered(FieldNumber::FIRST);
    let sample = |one: &RecordView| {
        let value = rows.get(&one.id).and_then(|row| formula.value(&row.cells, &app.zone));
        let value = value.map_or(Value::Null, |cell| value::write(&field, &cell));
        FormulaSample { id: one.id, title: one.title.clone(), value }
    };
    Ok(page.items.iter().map(sample).collect())
}
