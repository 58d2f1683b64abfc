//! Records of a list as a table that a spreadsheet opens (CSV, RFC 4180): what a list shows its reader, all of it, in the words that it is shown in.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use base::{Locale, RecordId, Timestamp};
use domain::object::{ADDRESS_PARTS, Field, Object, Type};
use serde::Deserialize;
use serde_json::Value;
use store::record::query::Query;

use super::find;
use super::list::{self, ListRequest};
use super::{field, object, value, views};
use crate::audit::Line;
use crate::{Actor, App, OpError, Right, csv};

/// How many records are read at a time.
const PAGE: u32 = 2_000;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many fields may be named.
const FIELDS: usize = 400;

/// What is exported, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// Which records, in which order; its page does not matter. Without an order they come as they were made.
    #[serde(default)]
    pub list: ListRequest,
    /// Which fields, by name, in this order; all that there are for the reader where none are named.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether in English.
    #[serde(default)]
    pub english: bool,
}

/// An export that may begin.
#[derive(Debug)]
pub struct Export {
    object: Object,
    fields: Vec<Field>,
    query: Query,
    locale: Locale,
}

impl Export {
    /// Sees whether a list may be exported.
    ///
    /// # Errors
    /// The right is lacking, there is no such object, a part of the request does not fit, or the database's.
    pub fn prepare(app: &App, actor: &Actor, name: &str, request: &ExportRequest) -> Result<Self, OpError> {
        actor.may(Right::ExportRecords)?;
        let object = object(app, actor, name)?;
        let shown = |name: &String| {
            let known = object.field(name).filter(|field| !field.archived).cloned();
            let missing = (format!("没有字段「{name}」"), format!("there is no field '{name}'"));
            known.ok_or_else(|| OpError::invalid("fields", &missing.0, &missing.1))
        };
        if request.fields.len() > FIELDS {
            return Err(OpError::invalid("fields", "最多 400 个字段", "at most 400 fields"));
        }
        let fields = match request.fields.as_slice() {
            [] => object.fields.iter().filter(|field| !field.archived).cloned().collect(),
            named => named.iter().map(shown).collect::<Result<_, _>>()?,
        };
        let order = match request.list.sort.as_slice() {
            [] => Vec::new(),
            sort => list::order(actor, &object, sort)?,
        };
        let query = Query { test: list::test(app, actor, &object, &request.list)?, order, after: None, limit: PAGE };
        let locale = if request.english { Locale::En } else { Locale::Zh };
        Ok(Self { object, fields, query, locale })
    }

    /// Writes the table from its head to its end, for as long as the reader `may_still` have it; tells how many records are in it. Who asked is
    /// noted first.
    ///
    /// # Errors
    /// The reader may have it no longer, `out` fails, or the database's: what was written is then cut off.
    pub fn write(
        mut self,
        app: &App,
        actor: &Actor,
        may_still: &dyn Fn() -> bool,
        out: &mut dyn Write,
    ) -> Result<u64, OpError> {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        Line::new("records.exported", &self.object.name, serde_json::json!({"fields": names})).note(app, actor)?;
        let head = self.fields.iter().map(|field| field.label.get(self.locale));
        let broken = |_| OpError::unavailable();
        write!(out, "{}{}", csv::MARK, csv::row(head)).map_err(broken)?;
        let mut count = 0;
        loop {
            let (rows, next) = self.page(app, actor)?;
            for row in &rows {
                out.write_all(csv::row(row.iter().map(String::as_str)).as_bytes()).map_err(broken)?;
            }
            count += u64::try_from(rows.len()).unwrap_or(0);
            match next {
                Some(_) if !may_still() => return Err(OpError::sign_in()),
                Some(next) => self.query.after = Some(next),
                None => return Ok(count),
            }
        }
    }

    /// The cells of a page, and where the next begins.
    #[expect(clippy::type_complexity, reason = "a place in a list")]
    fn page(
        &self,
        app: &App,
        actor: &Actor,
    ) -> Result<(Vec<Vec<String>>, Option<(Vec<store::Value>, RecordId)>), OpError> {
        app.store.read(|db| {
            let found = find::page(app, db, actor, &self.object, &self.query, &find::NONE, PATIENCE)?;
            let rows: Vec<_> = found.listed.into_iter().map(|one| (one.id, one.row)).collect();
            let labels = value::labels(app, db, actor, &self.object, &rows)?;
            let shown = views(app, db, actor, &self.object, &rows, &found.passing)?;
            let cell = |values: &serde_json::Map<String, Value>, field: &Field| {
                let value = values.get(&field.name);
                value.map_or_else(String::new, |value| self.cell(app, actor, field, value, &labels))
            };
            let cells = |view: &super::RecordView| self.fields.iter().map(|field| cell(&view.values, field)).collect();
            Ok((shown.iter().map(cells).collect(), found.next))
        })
    }

    /// A value as its reader sees it.
    fn cell(
        &self,
        app: &App,
        actor: &Actor,
        field: &Field,
        value: &Value,
        labels: &BTreeMap<String, String>,
    ) -> String {
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !field::is_plain(actor, &self.object, field) {
            return text(); // as it is masked
        }
        let label = |number: &Value| {
            let number = number.as_u64();
            let choice = field.holds.choices().iter().find(|choice| Some(u64::from(choice.number)) == number);
            choice.map_or_else(String::new, |choice| choice.label.get(self.locale).to_owned())
        };
        let (yes, no, and) = if self.locale == Locale::En { ("yes", "no", ", ") } else { ("是", "否", "、") };
        match (&field.holds, value) {
            (Type::Choice { .. }, _) => label(value),
            (Type::MultiChoice { .. }, Value::Array(all)) => all.iter().map(label).collect::<Vec<_>>().join(and),
            (Type::Bool, _) => if value == &Value::Bool(true) { yes } else { no }.to_owned(),
            (Type::Instant, Value::String(at)) => match at.parse::<Timestamp>() {
                Ok(at) => at.to_zoned(&app.zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
                Err(_) => text(),
            },
            (Type::User | Type::Customer | Type::Relation { .. }, _) => {
                labels.get(&text()).cloned().unwrap_or_default()
            }
            (Type::Relations { .. } | Type::Tags, Value::Array(all)) => {
                let text =
                    |one: &Value| one.as_str().map(|text| labels.get(text).map_or(text, String::as_str).to_owned());
                let is_named =
                    |one: &&Value| field.holds == Type::Tags || one.as_str().is_some_and(|id| labels.contains_key(id));
                all.iter().filter(is_named).filter_map(text).collect::<Vec<_>>().join(and)
            }
            (Type::Files, Value::Array(all)) => {
                let names = all.iter().filter_map(|file| file["name"].as_str());
                names.collect::<Vec<_>>().join(and)
            }
            (Type::Address, Value::Object(parts)) => {
                let parts = ADDRESS_PARTS.iter().filter_map(|name| parts.get(*name)?.as_str());
                parts.collect::<Vec<_>>().join(" ")
            }
            _ => text(),
        }
    }
}
