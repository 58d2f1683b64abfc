//! A customer's timeline: every event over all channels, newest first.

use base::{CustomerId, EventId, Text, TimeZone, Timestamp};
use domain::{Class, Kind, KindId, Kinds, Value};
use serde::Serialize;
use store::log::{Entry, Event, Part};
use store::{Connection, StoreError};
use utoipa::ToSchema;

use crate::say;
use crate::{Actor, App, OpError, Right};

/// The most in one page.
pub const PAGE_LIMIT: usize = 200;

/// An event on a timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineItem {
    /// Its id.
    #[schema(value_type = String)]
    pub event: EventId,
    /// When it happened.
    #[schema(value_type = String)]
    pub time: Timestamp,
    /// When it was logged.
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// Its kind.
    pub kind: String,
    /// What people call the kind.
    pub label: Text,
    /// Its source.
    pub source: String,
    /// The gist.
    pub summary: Text,
    /// Plain and personal values.
    pub fields: Vec<FieldView>,
    /// Originals, sealed.
    pub originals: Vec<OriginalView>,
    /// Whose.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// Whether it came as history.
    pub history: bool,
}

/// A value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldView {
    /// The field.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// The value.
    pub value: Text,
}

/// An original in the raw zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OriginalView {
    /// Its place among the event's.
    pub index: u32,
    /// What it is.
    pub field: String,
    /// What people call it.
    pub label: Text,
}

/// A page of a timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelinePage {
    /// The events.
    pub items: Vec<TimelineItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many.
    pub limit: usize,
    /// Only events of this kind.
    pub kind: Option<String>,
}

/// A page of a customer's timeline.
///
/// # Errors
/// The right is lacking, there is no such customer, a cursor that is none, or the database's.
pub fn timeline(app: &App, actor: &Actor, id: CustomerId, query: &Query) -> Result<TimelinePage, OpError> {
    actor.may(Right::ReadCustomers)?;
    let kinds = app.kinds();
    let id = app.store.read(|db| super::current(app, db, actor, id))?;
    let before = query.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or((Timestamp::MAX, u64::MAX));
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    let kind = query.kind.as_deref().map(|name| kinds.by_name(name).map_or(KindId(0), |kind| kind.id));
    let found =
        app.pipeline.look(|engine| engine.look(id, |state, _, _| state.history.newest(before, kind, limit)))??;
    let found = found.unwrap_or_default();
    let next = found.last().filter(|_| found.len() == limit).map(|(time, _, seq)| format!("{}.{seq}", time.ms()));
    let seqs: Vec<u64> = found.iter().map(|(_, _, seq)| *seq).collect();
    let items = app.store.read(|db| items(db, &kinds, &app.zone, id, &seqs))?;
    Ok(TimelinePage { items, next })
}

fn read_cursor(text: &str) -> Result<(Timestamp, u64), OpError> {
    let read = || {
        let (at, seq) = text.split_once('.')?;
        Some((Timestamp::from_ms(at.parse().ok()?), seq.parse().ok()?))
    };
    read().ok_or_else(|| OpError::invalid("cursor", "无效的分页游标", "not a cursor"))
}

/// An event of the log with its block's instant.
pub(crate) fn event(db: &mut Connection, seq: u64) -> Result<Option<(Timestamp, Event)>, StoreError> {
    let Some(block) = db.block_of(seq)? else { return Ok(None) };
    let at = block.received_at;
    let place = usize::try_from(seq - block.seq).unwrap_or(usize::MAX);
    Ok(block.entries.into_iter().nth(place).and_then(|entry| match entry {
        Entry::Event(event) => Some((at, event)),
        _ => None,
    }))
}

/// Events of the log as a customer's timeline shows them, in the order of `seqs`.
pub(crate) fn items(
    db: &mut Connection,
    kinds: &Kinds,
    zone: &TimeZone,
    customer: CustomerId,
    seqs: &[u64],
) -> Result<Vec<TimelineItem>, OpError> {
    let sources: std::collections::HashMap<u64, String> =
        db.sources()?.into_iter().map(|source| (source.id.number(), source.name)).collect();
    let mut items = Vec::with_capacity(seqs.len());
    for seq in seqs {
        let Some((received_at, event)) = event(db, *seq)? else { continue };
        let source = sources.get(&u64::from(event.source)).cloned().unwrap_or_default();
        let personal = personal(db, &event)?;
        items.push(item(kinds, zone, customer, *seq, received_at, &event, &personal, source));
    }
    Ok(items)
}

/// An event's personal values, as far as their key is there.
pub(crate) fn personal(db: &mut Connection, event: &Event) -> Result<Vec<(domain::FieldId, Value)>, StoreError> {
    let Some(identity) = event.who.first().filter(|_| !event.personal.is_empty()) else { return Ok(Vec::new()) };
    let key = db.profile_key(*identity)?;
    Ok(key.and_then(|key| pipeline::profile::decrypt(&key, &event.digest, &event.personal)).unwrap_or_default())
}

#[expect(clippy::too_many_arguments, reason = "an event with all that it is shown with")]
fn item(
    kinds: &Kinds,
    zone: &TimeZone,
    customer: CustomerId,
    seq: u64,
    received_at: Timestamp,
    event: &Event,
    personal: &[(domain::FieldId, Value)],
    source: String,
) -> TimelineItem {
    let kind = kinds.by_id(event.kind);
    let fields: Vec<FieldView> = event
        .plain
        .iter()
        .chain(personal)
        .filter_map(|(id, value)| {
            let kind = kind?;
            let field = kind.field_at(*id).filter(|field| !(field.name == "task" && kind.name.starts_with("task.")))?;
            Some(FieldView { name: field.name.clone(), label: field.label.clone(), value: say::value(value, zone) })
        })
        .collect();
    let label = kind.map_or_else(|| Text::new("未知", "unknown"), |kind| kind.label.clone());
    TimelineItem {
        event: EventId::new(seq),
        time: event.time,
        received_at,
        kind: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
        summary: summary(&label, &fields),
        label,
        source,
        fields,
        originals: originals(kind, event),
        customer,
        history: event.history,
    }
}

fn summary(label: &Text, fields: &[FieldView]) -> Text {
    let gist = |first: &str, of: fn(&FieldView) -> &str| {
        let values = fields.iter().take(4).map(of).filter(|value| !value.is_empty());
        std::iter::once(first).chain(values).collect::<Vec<_>>().join(" · ")
    };
    Text::new(gist(&label.zh, |field| &field.value.zh), gist(&label.en, |field| &field.value.en))
}

fn originals(kind: Option<&Kind>, event: &Event) -> Vec<OriginalView> {
    let view = |(index, original): (u32, &store::log::Original)| {
        let (field, label) = part(kind, original.part);
        OriginalView { index, field, label }
    };
    (0..).zip(&event.originals).map(view).collect()
}

/// What people call a part of an event.
pub(crate) fn part(kind: Option<&Kind>, part: Part) -> (String, Text) {
    match part {
        Part::Field(id) => {
            let field = kind.and_then(|kind| kind.field_at(id)).filter(|field| field.class != Class::Plain);
            field.map_or_else(
                || ("original".to_owned(), Text::new("原文", "original")),
                |field| (field.name.clone(), field.label.clone()),
            )
        }
        Part::Undeclared => ("undeclared".to_owned(), Text::new("其他内容", "other content")),
        Part::Attachment(_) => ("attachment".to_owned(), Text::new("附件", "attachment")),
    }
}
