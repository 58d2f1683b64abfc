//! Values between JSON and what is stored.

use std::collections::{BTreeMap, BTreeSet};

use base::{CustomerId, Decimal, RecordId, Text, TimeZone, Timestamp, UserId};
use domain::object::{
    ADDRESS_CHARS, ADDRESS_PARTS, Cell, Choice, Field, LONG_TEXT_CHARS, Object, SEVERAL_LIMIT, TAG_CHARS, TEXT_CHARS,
    Type, several,
};
use serde_json::Value;
use store::record::query::Test;
use store::{Connection, RecordRow};

use super::{Deed, find};
use crate::error::{IfFound as _, without_nul};
use crate::{Actor, App, OpError};

fn wrong(field: &Field, zh: &str, en: &str) -> OpError {
    let Text { zh: called, en: named } = &field.label;
    OpError::invalid(&field.name, &format!("{called}：{zh}"), &format!("{named}: {en}"))
}

/// A value of a request; none for `null` and for empty text. What it names must be there, and be something that the reader may see.
pub(super) fn read(app: &App, actor: &Actor, field: &Field, given: &Value) -> Result<Option<Cell>, OpError> {
    let cell = cell(&app.zone, field, given, actor)?;
    let missing = || wrong(field, "没有这条记录，或您无权查看", "there is no such thing, or none that you may see");
    for number in cell.iter().flat_map(|cell| numbers_of(field, cell)) {
        app.store.read(|db| {
            let is_there = match &field.holds {
                Type::User => db.person(UserId::new(number))?.is_some_and(|person| person.ended_at.is_none()),
                Type::Customer => {
                    crate::customer::current(app, db, actor, CustomerId::new(number)).if_found()?.is_some()
                }
                Type::Relation { to } | Type::Relations { to } => {
                    let object = super::object(app, actor, to).map_err(|_| missing())?;
                    let found = super::found(app, db, actor, &object, Deed::See, RecordId::new(number)).if_found()?;
                    found.is_some_and(|row| row.trashed_at.is_none())
                }
                _ => true,
            };
            if is_there { Ok(()) } else { Err(missing()) }
        })?;
    }
    Ok(cell)
}

/// A value as it is written, by what the field holds; what it names need not be there.
pub(crate) fn cell(zone: &TimeZone, field: &Field, given: &Value, actor: &Actor) -> Result<Option<Cell>, OpError> {
    if given.is_null() {
        return Ok(None);
    }
    let text = || {
        let text = given.as_str().ok_or_else(|| wrong(field, "应为文本", "text is wanted"))?;
        without_nul(&field.name, text)?;
        Ok::<_, OpError>(text.trim())
    };
    let limited = |most: usize| {
        let text = text()?;
        if text.chars().count() > most {
            return Err(wrong(field, &format!("最多 {most} 个字符"), &format!("at most {most} characters")));
        }
        Ok((!text.is_empty()).then(|| Cell::Text(text.to_owned())))
    };
    let int = |number: i64| Ok(Some(Cell::Int(number)));
    match &field.holds {
        Type::Text => limited(TEXT_CHARS),
        Type::LongText => limited(LONG_TEXT_CHARS),
        Type::Number | Type::Money | Type::Percent => number(field, given),
        Type::Bool => {
            int(i64::from(given.as_bool().ok_or_else(|| wrong(field, "应为是或否", "true or false is wanted"))?))
        }
        Type::Date if text()?.is_empty() => Ok(None),
        Type::Date => int(days(text()?)
            .ok_or_else(|| wrong(field, "应为日期，如 2026-06-03", "a date such as 2026-06-03 is wanted"))?),
        Type::Instant if text()?.is_empty() => Ok(None),
        Type::Instant => int(instant(zone, text()?).ok_or_else(|| {
            wrong(
                field,
                "应为时间，如 2026-06-03T10:15:00+08:00",
                "an instant such as 2026-06-03T10:15:00+08:00 is wanted",
            )
        })?),
        Type::Choice { choices } => int(i64::from(choice(field, choices, given)?.number)),
        Type::MultiChoice { choices } => {
            let given = given.as_array().ok_or_else(|| wrong(field, "应为选项列表", "a list of choices is wanted"))?;
            let bits = given.iter().map(|given| Ok(1 << choice(field, choices, given)?.number));
            let bits = bits.collect::<Result<Vec<i64>, OpError>>()?.into_iter().fold(0, |all, bit| all | bit);
            Ok((bits != 0).then_some(Cell::Int(bits)))
        }
        Type::User if given.as_str() == Some("me") => Ok(actor.person().map(|me| Cell::Int(me.number().cast_signed()))),
        Type::User => id(field, text()?.parse().map(UserId::number)),
        Type::Customer => id(field, text()?.parse().map(CustomerId::number)),
        Type::Relation { .. } => id(field, text()?.parse().map(RecordId::number)),
        Type::Relations { .. } => {
            several_of(field, given, |one| match id(field, one.trim().parse().map(RecordId::number))? {
                Some(Cell::Int(number)) => Ok(number.cast_unsigned().to_string()),
                _ => Err(wrong(field, "应为编号", "an id is wanted")),
            })
        }
        Type::Tags => several_of(field, given, |one| tag(field, one)),
        Type::Files => Err(wrong(field, "文件不能这样填写", "files are not given as a value")),
        Type::Address => address(field, given),
        Type::Phone => {
            let digits = text()?.chars().filter(char::is_ascii_digit).count();
            if !text()?.is_empty() && !(3..=20).contains(&digits) {
                return Err(wrong(field, "电话号码应有 3 到 20 位数字", "a phone number has 3 to 20 digits"));
            }
            limited(60)
        }
        Type::Email => {
            if !text()?.is_empty()
                && !text()?.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
            {
                return Err(wrong(field, "邮箱地址不正确", "not an e-mail address"));
            }
            limited(254)
        }
        Type::Link => {
            if !text()?.is_empty()
                && !["http://", "https://"].iter().any(|scheme| text().is_ok_and(|text| text.starts_with(scheme)))
            {
                return Err(wrong(
                    field,
                    "链接应以 http:// 或 https:// 开头",
                    "a link begins with http:// or https://",
                ));
            }
            limited(2_000)
        }
    }
}

fn number(field: &Field, given: &Value) -> Result<Option<Cell>, OpError> {
    let text = match given {
        Value::String(text) => text.trim().replace(',', ""),
        Value::Number(number) => number.to_string(),
        _ => return Err(wrong(field, "应为数字", "a number is wanted")),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse::<Decimal>();
    let read = read
        .map_err(|_| wrong(field, "应为数字，最多四位小数", "a number with at most four decimal places is wanted"))?;
    Ok(Some(Cell::Int(read.scaled())))
}

/// Several values in one cell, each once.
fn several_of(
    field: &Field,
    given: &Value,
    one: impl Fn(&str) -> Result<String, OpError>,
) -> Result<Option<Cell>, OpError> {
    let list = given.as_array().ok_or_else(|| wrong(field, "应为列表", "a list is wanted"))?;
    if list.len() > SEVERAL_LIMIT {
        return Err(wrong(field, "最多 100 项", "at most 100 of them"));
    }
    let mut all: Vec<String> = Vec::with_capacity(list.len());
    for given in list {
        let text = given.as_str().ok_or_else(|| wrong(field, "列表中应为文本", "a list of texts is wanted"))?;
        let value = one(text)?;
        if !all.iter().any(|known| known.to_lowercase() == value.to_lowercase()) {
            all.push(value);
        }
    }
    Ok(several::text(all).map(Cell::Text))
}

/// A tag, in one line.
pub(super) fn tag(field: &Field, text: &str) -> Result<String, OpError> {
    without_nul(&field.name, text)?;
    let tag = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if tag.is_empty() || tag.chars().count() > TAG_CHARS {
        return Err(wrong(field, "标签为 1 到 50 个字符", "a tag has 1 to 50 characters"));
    }
    Ok(tag)
}

/// An address: its parts in lines, the widest first, so that lists are ordered by where it is.
fn address(field: &Field, given: &Value) -> Result<Option<Cell>, OpError> {
    let parts = given.as_object().ok_or_else(|| {
        wrong(field, "应为地址，如 {\"city\": \"上海\"}", "an address such as {\"city\": \"Shanghai\"} is wanted")
    })?;
    if let Some(name) = parts.keys().find(|name| !ADDRESS_PARTS.contains(&name.as_str())) {
        return Err(wrong(field, &format!("地址没有「{name}」这一项"), &format!("an address has no '{name}'")));
    }
    let mut lines = Vec::with_capacity(ADDRESS_PARTS.len());
    for name in ADDRESS_PARTS {
        let part = match parts.get(name) {
            None | Some(Value::Null) => "",
            Some(part) => {
                part.as_str().ok_or_else(|| wrong(field, "地址的各项应为文本", "the parts of an address are texts"))?
            }
        };
        without_nul(&field.name, part)?;
        let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > ADDRESS_CHARS {
            return Err(wrong(field, "地址的每一项最多 200 个字符", "a part of an address has at most 200 characters"));
        }
        lines.push(line);
    }
    Ok(lines.iter().any(|line| !line.is_empty()).then(|| Cell::Text(lines.join("\n"))))
}

fn id(field: &Field, number: Result<u64, base::IdError>) -> Result<Option<Cell>, OpError> {
    let number = number.map_err(|_| wrong(field, "应为编号", "an id is wanted"))?;
    Ok(Some(Cell::Int(number.cast_signed())))
}

/// A choice by its number or its label.
fn choice<'c>(field: &Field, choices: &'c [Choice], given: &Value) -> Result<&'c Choice, OpError> {
    let fits = |choice: &&Choice| match given {
        Value::Number(number) => number.as_u64() == Some(u64::from(choice.number)),
        Value::String(text) => choice.label.zh == text.trim() || choice.label.en.eq_ignore_ascii_case(text.trim()),
        _ => false,
    };
    choices.iter().find(fits).ok_or_else(|| wrong(field, "没有这个选项", "there is no such choice"))
}

/// Days since 1970 of a date such as 2026-06-03.
fn days(text: &str) -> Option<i64> {
    Some(days_of(text.parse().ok()?))
}

/// Days since 1970 of a day of the calendar.
pub(super) fn days_of(date: jiff::civil::Date) -> i64 {
    let span = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1)));
    span.map_or(0, |span| i64::from(span.get_days()))
}

/// The day of the calendar that is so many days after the first of 1970.
pub(super) fn day(days: i64) -> jiff::civil::Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::Span::new().try_days(days).ok().and_then(|span| epoch.checked_add(span).ok());
    date.unwrap_or(epoch)
}

pub(super) fn date(days: i64) -> String {
    day(days).to_string()
}

/// Milliseconds of an instant; one without an offset is in the workspace's zone.
fn instant(zone: &TimeZone, text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.ms());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(civil.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// A stored value as JSON.
pub(crate) fn write(field: &Field, cell: &Cell) -> Value {
    let number = match cell {
        Cell::Text(text) => return write_text(field, text),
        Cell::Int(number) => *number,
    };
    match &field.holds {
        Type::Number | Type::Money | Type::Percent => Value::from(Decimal::from_scaled(number).to_string()),
        Type::Date => Value::from(date(number)),
        Type::Instant => Value::from(Timestamp::from_ms(number).to_string()),
        Type::Bool => Value::from(number != 0),
        Type::MultiChoice { .. } => (0..64).filter(|bit| number & (1 << bit) != 0).collect::<Vec<u64>>().into(),
        Type::User => Value::from(UserId::new(number.cast_unsigned()).to_string()),
        Type::Customer => Value::from(CustomerId::new(number.cast_unsigned()).to_string()),
        Type::Relation { .. } => Value::from(RecordId::new(number.cast_unsigned()).to_string()),
        _ => Value::from(number),
    }
}

fn write_text(field: &Field, text: &str) -> Value {
    match field.holds {
        Type::Tags | Type::Files => several::values(text).collect::<Vec<_>>().into(),
        Type::Relations { .. } => {
            several::numbers(text).map(|number| RecordId::new(number).to_string()).collect::<Vec<_>>().into()
        }
        Type::Address => {
            let parts = ADDRESS_PARTS.iter().zip(text.split('\n')).filter(|(_, part)| !part.is_empty());
            Value::Object(parts.map(|(name, part)| ((*name).to_owned(), Value::from(part))).collect())
        }
        _ => Value::from(text),
    }
}

/// What people, customers and records are called that these records lead to; those that the reader may not see are left out.
pub(super) fn labels(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    rows: &[(RecordId, RecordRow)],
) -> Result<BTreeMap<String, String>, OpError> {
    let mut labels = BTreeMap::new();
    let told = |field: &&Field| !field.archived && super::field::is_plain(actor, object, field);
    for field in object.fields.iter().filter(told) {
        let cells = rows.iter().filter_map(|(_, row)| row.cells.get(&field.number));
        let numbers = cells.flat_map(|cell| numbers_of(field, cell)).collect();
        labels.extend(labels_in(app, db, actor, field, numbers)?);
    }
    Ok(labels)
}

/// What people, customers and records are called whose numbers stand in a field that the reader sees.
pub(super) fn labels_in(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    field: &Field,
    numbers: BTreeSet<u64>,
) -> Result<BTreeMap<String, String>, OpError> {
    let mut labels = BTreeMap::new();
    if numbers.is_empty() {
        return Ok(labels);
    }
    match &field.holds {
        Type::User => {
            let people = numbers.into_iter().map(UserId::new).collect();
            let named = app.known.names(app, db, people)?.into_iter();
            labels.extend(named.map(|(id, name)| (id.to_string(), name)));
        }
        Type::Customer if actor.may(crate::Right::ReadCustomers).is_ok() => {
            let seen = seen_customers(app, db, actor, numbers)?;
            let named = db.customer_names(&seen)?.into_iter();
            labels.extend(named.map(|(id, name)| (id.to_string(), name)));
        }
        Type::Relation { to } | Type::Relations { to } => {
            let Ok(target) = super::object(app, actor, to) else { return Ok(labels) };
            let ids: Vec<RecordId> = numbers.into_iter().map(RecordId::new).collect();
            let see = Test::All(vec![Test::Anywhere, super::allowed(app, actor, &target, Deed::See)]);
            for one in find::among(db, &target, &ids, &see, &find::NONE, find::PATIENCE)? {
                if let Some(Cell::Text(title)) = one.row.cells.get(&crate::object::TITLE) {
                    labels.insert(one.id.to_string(), title.clone());
                }
            }
        }
        _ => {}
    }
    Ok(labels)
}

/// Those of these customers that the reader may see, whatever they became part of.
fn seen_customers(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    numbers: BTreeSet<u64>,
) -> Result<BTreeSet<CustomerId>, OpError> {
    let all = numbers.into_iter().map(CustomerId::new);
    if actor.sees_all_customers() {
        return Ok(all.collect());
    }
    let mut currents = Vec::new();
    for id in all {
        currents.push((id, db.current_customer(id)?.unwrap_or(id)));
    }
    let ids: Vec<CustomerId> = currents.iter().map(|(_, current)| *current).collect();
    let seen = crate::customer::seen_among(app, db, actor, &ids)?;
    Ok(currents.into_iter().filter(|(_, current)| seen.contains(current)).map(|(id, _)| id).collect())
}

/// The numbers of people, customers and records that a value names.
fn numbers_of(field: &Field, cell: &Cell) -> Vec<u64> {
    match (&field.holds, cell) {
        (Type::User | Type::Customer | Type::Relation { .. }, Cell::Int(number)) => vec![number.cast_unsigned()],
        (Type::Relations { .. }, Cell::Text(text)) => several::numbers(text).collect(),
        _ => Vec::new(),
    }
}
