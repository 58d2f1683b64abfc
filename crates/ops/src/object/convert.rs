//! A field of another type: what would be kept of its values and what lost, and the change itself. The field as it was stays behind, archived,
//! with all its values; the new one stands in its place under the same name.

use std::collections::BTreeSet;

use base::{RecordId, Text, Timestamp};
use domain::object::{CHOICES_LIMIT, Cell, Choice, Field, NewField, Object, Type, several};
use pipeline::record::RecordWrite;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::RecordRow;
use store::log::RecordAct;
use utoipa::ToSchema;

use super::{derived, edit, field};
use crate::audit::Line;
use crate::record::bulk::{Task, Writer};
use crate::record::{Deed, allowed_among, value};
use crate::{Actor, App, OpError, Right};

/// How many records are read at a time.
const PAGE: u32 = 500;
/// How many records are looked at for a preview.
const LOOKED_AT: u64 = 200_000;
/// How many values are shown that would be lost.
const EXAMPLES: usize = 20;

/// What a field is to hold instead.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ConversionRequest {
    /// The type: any that people set but `user`, `customer`, `files` and `relation`; `relation` and `relations` become one another.
    #[serde(rename = "type")]
    pub holds: String,
    /// For choices: the choices; made of the values that there are where they are left out.
    #[serde(default)]
    pub choices: Vec<Text>,
}

/// What a change of type comes to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConversionPreview {
    /// How many records have a value.
    pub values: u64,
    /// How many of them would have one of the new type.
    pub kept: u64,
    /// How many would have none.
    pub lost: u64,
    /// Values that would be lost, of records that the reader sees: at most 20.
    pub examples: Vec<LostValue>,
    /// The choices that there would be.
    pub choices: Vec<Text>,
    /// Whether all records were looked at; of very many only the first 200,000 are.
    pub complete: bool,
}

/// A value that would be lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LostValue {
    /// The record.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// What it is called.
    pub title: Option<String>,
    /// The value in words.
    pub value: String,
}

/// A change of a field's type whose request was read.
pub struct Conversion {
    object: Object,
    old: Field,
    new: NewField,
}

/// Reads a request.
fn read(app: &App, actor: &Actor, name: &str, field: &str, request: &ConversionRequest) -> Result<Conversion, OpError> {
    actor.may(Right::WriteObjects)?;
    let objects = app.pipeline.objects();
    let object = objects.by_name(name).cloned().ok_or_else(OpError::not_found)?;
    let old = object.field(field).filter(|field| !field.archived).cloned().ok_or_else(OpError::not_found)?;
    let wrong = |zh: &str, en: &str| OpError::invalid("type", zh, en);
    if !old.is_given() || old.number <= super::TITLE {
        return Err(wrong("这个字段的类型不能更改", "the type of this field cannot be changed"));
    }
    if let Some(by) = derived::following(&objects, &object, old.number) {
        let Text { zh, en } = &by.label;
        return Err(wrong(
            &format!("字段「{zh}」由它计算得出，请先归档「{zh}」"),
            &format!("'{en}' follows from it; archive '{en}' first"),
        ));
    }
    let leads = |holds: &Type| holds.leads_to().map(str::to_owned);
    let holds = match (&old.holds, request.holds.as_str()) {
        (known, wanted) if known.name() == wanted => return Err(wrong("类型没有变化", "it is of this type already")),
        (known @ Type::Relation { .. }, "relations") => Type::Relations { to: leads(known).unwrap_or_default() },
        (known @ Type::Relations { .. }, "relation") => Type::Relation { to: leads(known).unwrap_or_default() },
        (Type::User | Type::Customer | Type::Relation { .. } | Type::Relations { .. }, _)
        | (_, "user" | "customer" | "relation" | "relations" | "files" | "formula" | "rollup") => {
            return Err(wrong("不能这样更改类型，请新建字段", "a type is not changed so; add a new field"));
        }
        (_, "choice" | "multi_choice") => {
            let choices = if request.choices.is_empty() { found(app, &object, &old)? } else { request.choices.clone() };
            let choices = field::new_choices(&choices)?;
            if request.holds == "choice" { Type::Choice { choices } } else { Type::MultiChoice { choices } }
        }
        (_, wanted) => field::simple(wanted)?,
    };
    let Field { name, label, required, personal, .. } = old.clone();
    let new = NewField { name, label, holds, required, personal, derived: None };
    Ok(Conversion { object, old, new })
}

/// The choices that the values there are would make.
fn found(app: &App, object: &Object, field: &Field) -> Result<Vec<Text>, OpError> {
    if !field.holds.choices().is_empty() {
        return Ok(field.holds.choices().iter().map(|choice| choice.label.clone()).collect());
    }
    let mut texts = BTreeSet::new();
    each(app, object, u64::MAX, |_, row| {
        let cell = row.cells.get(&field.number);
        texts.extend(cell.into_iter().flat_map(|cell| parts(&words(app, field, cell))));
        texts.len() <= CHOICES_LIMIT
    })?;
    if texts.len() > CHOICES_LIMIT {
        let (zh, en) =
            ("不同的值超过 60 个，不能作为选项", "there are more than 60 different values: too many for choices");
        return Err(OpError::invalid("choices", zh, en));
    }
    Ok(texts.into_iter().map(Text::same).collect())
}

/// Goes through the records of an object, as far as `goes_on` says; tells whether it went through all, at most so many.
fn each(
    app: &App,
    object: &Object,
    most: u64,
    mut goes_on: impl FnMut(RecordId, &RecordRow) -> bool,
) -> Result<bool, OpError> {
    let (mut after, mut seen) = (RecordId::new(0), 0);
    loop {
        let page = app.store.read(|db| db.records_after(object, after, PAGE))?;
        let Some((last, _)) = page.last() else { return Ok(true) };
        after = *last;
        for (id, row) in &page {
            seen += 1;
            if seen > most || !goes_on(*id, row) {
                return Ok(false);
            }
        }
    }
}

/// A value in words, as the new type reads it.
fn words(app: &App, field: &Field, cell: &Cell) -> String {
    let choices = || field.holds.choices().iter();
    match (&field.holds, cell) {
        (Type::Choice { .. }, Cell::Int(number)) => {
            choices().find(|choice| i64::from(choice.number) == *number).map_or_else(String::new, called)
        }
        (Type::MultiChoice { .. }, Cell::Int(bits)) => {
            let those = choices().filter(|choice| bits >> choice.number & 1 == 1).map(called);
            those.collect::<Vec<_>>().join(", ")
        }
        (Type::Bool, Cell::Int(is)) => if *is == 0 { "否" } else { "是" }.to_owned(),
        (Type::Instant, Cell::Int(ms)) => {
            Timestamp::from_ms(*ms).to_zoned(&app.zone).strftime("%Y-%m-%dT%H:%M:%S").to_string()
        }
        (Type::Tags, Cell::Text(text)) => several::values(text).collect::<Vec<_>>().join(", "),
        (Type::Address, Cell::Text(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        (_, cell) => match value::write(field, cell) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

fn called(choice: &Choice) -> String {
    choice.label.zh.clone()
}

/// What stands between commas.
fn parts(words: &str) -> Vec<String> {
    let all = words.split([',', '，', '、', ';', '；', '\n']).map(str::trim).filter(|part| !part.is_empty());
    all.map(str::to_owned).collect()
}

impl Conversion {
    /// A value of the new type; none where it would be lost.
    fn converted(&self, app: &App, cell: &Cell) -> Option<Cell> {
        let new = self.new.clone().numbered(self.object.next_field());
        match (&self.old.holds, &new.holds, cell) {
            (Type::Relation { .. }, Type::Relations { .. }, Cell::Int(number)) => {
                several::text([number]).map(Cell::Text)
            }
            (Type::Relations { .. }, Type::Relation { .. }, Cell::Text(text)) => {
                let mut numbers = several::numbers(text);
                numbers.next().filter(|_| numbers.next().is_none()).map(|number| Cell::Int(number.cast_signed()))
            }
            (Type::Number | Type::Money | Type::Percent, Type::Number | Type::Money | Type::Percent, _) => {
                Some(cell.clone())
            }
            _ => {
                let words = words(app, &self.old, cell);
                let given = self.given(&words);
                value::cell(&app.zone, &new, &given, &Actor::local()).ok().flatten()
            }
        }
    }

    /// Words as a value of a request.
    fn given(&self, words: &str) -> Value {
        match &self.new.holds {
            Type::MultiChoice { .. } | Type::Tags => parts(words).into(),
            Type::Bool => match words.trim().to_lowercase().as_str() {
                "是" | "有" | "对" | "真" | "yes" | "y" | "true" | "1" => true.into(),
                "否" | "无" | "错" | "假" | "no" | "n" | "false" | "0" => false.into(),
                _ => Value::Null,
            },
            Type::Number | Type::Money | Type::Percent => {
                let number = words.trim().trim_start_matches(['¥', '￥', '$', '€']).trim_end_matches(['%', '元', '％']);
                number.replace([',', '，'], "").trim().into()
            }
            // Of an instant the day, in the workspace's zone.
            Type::Date => words.trim().split(['T', ' ']).next().unwrap_or_default().replace(['/', '.'], "-").into(),
            Type::Address => serde_json::json!({ "street": words }),
            _ => words.into(),
        }
    }
}

/// Tells what a change of a field's type would come to; nothing changes.
///
/// # Errors
/// The right is lacking, there is no such field, its type cannot be changed so, or the database's.
pub fn preview(
    app: &App,
    actor: &Actor,
    name: &str,
    field: &str,
    request: &ConversionRequest,
) -> Result<ConversionPreview, OpError> {
    let conversion = read(app, actor, name, field, request)?;
    let (object, old) = (&conversion.object, &conversion.old);
    let (mut values, mut kept, mut lost) = (0, 0, Vec::new());
    let complete = each(app, object, LOOKED_AT, |id, row| {
        let Some(cell) = row.cells.get(&old.number) else { return true };
        values += 1;
        if conversion.converted(app, cell).is_some() {
            kept += 1;
        } else if lost.len() < 10 * EXAMPLES {
            let title = match row.cells.get(&super::TITLE) {
                Some(Cell::Text(title)) => Some(title.clone()),
                _ => None,
            };
            lost.push(LostValue { id, title, value: words(app, old, cell) });
        }
        true
    })?;
    let ids: Vec<RecordId> = lost.iter().map(|one| one.id).collect();
    let is_plain = crate::record::field::is_plain(actor, object, old);
    let seen = app.store.read(|db| allowed_among(app, db, actor, object, Deed::See, &ids))?;
    let examples = lost.into_iter().filter(|one| is_plain && seen.contains(&one.id)).take(EXAMPLES).collect();
    let choices = conversion.new.holds.choices().iter().map(|choice| choice.label.clone()).collect();
    Ok(ConversionPreview { values, kept, lost: values - kept, examples, choices, complete })
}

/// Reads a request; [`run`] does it.
///
/// # Errors
/// As [`preview`].
pub fn ready(
    app: &App,
    actor: &Actor,
    name: &str,
    field: &str,
    request: &ConversionRequest,
) -> Result<Conversion, OpError> {
    let conversion = read(app, actor, name, field, request)?;
    field::may_add(&conversion.object, &conversion.new.holds)?;
    Ok(conversion)
}

/// Puts a field of the new type in the place of the one there was, and brings the values over, a step at a time, until nothing is left or
/// the task is stopped.
pub fn run(app: &App, actor: &Actor, conversion: &Conversion, task: &Task) {
    task.run(|| {
        let (old, new) = (&conversion.old, &conversion.new);
        let object = edit(app, actor, &conversion.object.name, |object| {
            field::may_add(object, &new.holds)?;
            let number = object.next_field();
            let place = object.fields.iter().position(|field| field == old).ok_or_else(OpError::not_found)?;
            if let Some(old) = object.fields.get_mut(place) {
                (old.name, old.archived, old.required) = (old.former_name(), true, false);
            }
            object.fields.insert(place, Field { converts: Some(old.number), ..new.clone().numbered(number) });
            Ok(())
        })?;
        let detail = serde_json::json!({"field": old.name, "from": old.holds.name(), "to": new.holds.name()});
        Line::new("field.converted", &object.name, detail).note(app, actor)?;
        bring_over(app, actor, &Conversion { object, old: old.clone(), new: new.clone() }, task)
    });
}

/// Goes on with what the end of the program interrupted.
///
/// # Errors
/// The database's.
pub fn resume(app: &App) -> Result<(), OpError> {
    let objects = app.pipeline.objects();
    for object in objects.iter() {
        for field in &object.fields {
            let Some(old) = field.converts.and_then(|old| object.numbered_field(old)).cloned() else { continue };
            let Field { name, label, holds, required, personal, .. } = field.clone();
            let new = NewField { name, label, holds, required, personal, derived: None };
            let conversion = Conversion { object: object.clone(), old, new };
            bring_over(app, &Actor::local(), &conversion, &Task::new(|_| true))?;
        }
    }
    Ok(())
}

/// Brings the values over. What has a value of the new type by then keeps it; what is in the trash has its value in the field as it was. Tells
/// whether it was stopped.
fn bring_over(app: &App, actor: &Actor, conversion: &Conversion, task: &Task) -> Result<bool, OpError> {
    let Conversion { object, old, new } = conversion;
    let number = object.field(&new.name).map(|field| field.number).ok_or_else(OpError::not_found)?;
    let mut writer = Writer::new(app, actor, task);
    let mut after = RecordId::new(0);
    let stopped = loop {
        if task.is_stopped(app) {
            break true;
        }
        let page = app.store.read(|db| db.records_after(object, after, PAGE))?;
        let Some((last, _)) = page.last() else { break false };
        after = *last;
        let has = |(_, row): &&(RecordId, RecordRow)| row.cells.contains_key(&old.number);
        let write = |(id, row): &(RecordId, RecordRow)| {
            let waits = row.trashed_at.is_none() && !row.cells.contains_key(&number);
            let cell = row.cells.get(&old.number).filter(|_| waits)?;
            let values = vec![(number, Some(conversion.converted(app, cell)?))];
            let (record, version, act) = (Some(*id), Some(row.version), RecordAct::Changed);
            let write = RecordWrite { object: object.id, record, version, act, values, undoes: None };
            Some((crate::record::bulk::bytes(cell), write))
        };
        let writes = page.iter().filter(has).filter_map(write).collect();
        writer.write(page.iter().filter(has).count(), writes)?;
    };
    if !app.is_ending() {
        edit(app, actor, &object.name, |object| {
            object.fields.iter_mut().filter(|field| field.number == number).for_each(|field| field.converts = None);
            Ok(())
        })?;
    }
    Ok(stopped)
}
