//! All that happened around a record on one timeline: its changes, comments, records that lead to it or to its customer, and the customer's
//! events and decisions. Each source is read from where the page before left it, and passes the rights that it passes elsewhere.

use std::collections::BTreeMap;

use base::{CommentId, CustomerId, DecisionId, RecordId, Timestamp};
use base64::Engine as _;
use domain::object::{Cell, Object, Type};
use serde::{Deserialize, Serialize};
use store::{Connection, RecordRow};
use utoipa::ToSchema;

use super::super::change::{self, ChangeView};
use super::super::{Deed, field, found, object};
use super::comment::{self, CommentView};
use super::related::{self, RelatedView, Target};
use crate::customer::decision::{self, DecisionView};
use crate::customer::family;
use crate::customer::timeline::{self, TimelineItem};
use crate::error::IfFound as _;
use crate::{Actor, App, OpError, Right};

/// The most entries of a page.
const PAGE: usize = 30;

/// The sorts of entries, each from a source of its own; their places never change.
const SORTS: [&str; 5] = ["changes", "comments", "records", "events", "decisions"];

/// Something that happened around a record: one of the members says what.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The record was changed.
    pub change: Option<ChangeView>,
    /// Someone said something about it.
    pub comment: Option<CommentView>,
    /// A record was made that leads to it, or to its customer.
    pub record: Option<RelatedView>,
    /// Something happened to its customer.
    pub event: Option<TimelineItem>,
    /// Something was decided about its customer.
    pub decision: Option<DecisionView>,
}

/// A page of a record's timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordTimeline {
    /// The entries, the latest first.
    pub items: Vec<TimelineEntry>,
    /// What people, customers and records are called whose ids are among the values of changes.
    pub labels: BTreeMap<String, String>,
    /// The sorts of entries that there may be here for the reader.
    pub sorts: Vec<String>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What is wanted of a timeline.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// The sorts of entries, with commas between them: `changes`, `comments`, `records`, `events`, `decisions`; all where none is named.
    pub sorts: Option<String>,
}

/// How far each source was read: before which entry it goes on. None where it has no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Places([Option<(i64, u64)>; SORTS.len()]);

/// An entry with where its source goes on after it.
type Placed = ((i64, u64), TimelineEntry);

fn bad_cursor() -> OpError {
    OpError::invalid("cursor", "无效的分页游标", "not a cursor of this timeline")
}

impl Places {
    fn read(cursor: Option<&str>) -> Result<Self, OpError> {
        let Some(text) = cursor else { return Ok(Self([Some((i64::MAX, i64::MAX.cast_unsigned())); SORTS.len()])) };
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?;
        let places: Self = serde_json::from_slice(&bytes).map_err(|_| bad_cursor())?;
        let fits = |place: &(i64, u64)| i64::try_from(place.1).is_ok();
        places.0.iter().flatten().all(fits).then_some(places).ok_or_else(bad_cursor)
    }

    fn write(&self) -> Option<String> {
        let is_over = self.0.iter().all(Option::is_none);
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        (!is_over).then(|| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// A record whose timeline is read.
struct Story<'s> {
    app: &'s App,
    actor: &'s Actor,
    object: &'s Object,
    record: RecordId,
    customer: Option<CustomerId>,
}

/// The customer that a record is of, or leads to by a field whose value the reader sees; none that the reader may not see.
fn customer(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    (id, row): (RecordId, &RecordRow),
) -> Result<Option<CustomerId>, OpError> {
    if let Some(customer) = id.customer() {
        return Ok(Some(customer));
    }
    let shown = object.fields.iter().filter(|one| !one.archived && one.holds == Type::Customer);
    let mut shown = shown.filter(|one| field::is_plain(actor, object, one));
    let number = shown.find_map(|one| match row.cells.get(&one.number) {
        Some(Cell::Int(number)) => Some(number.cast_unsigned()),
        _ => None,
    });
    let current = number.map(|number| crate::customer::current(app, db, actor, CustomerId::new(number)).if_found());
    Ok(current.transpose()?.flatten())
}

impl Story<'_> {
    /// Whether there may be entries of a sort for the reader.
    fn has(&self, sort: usize) -> bool {
        sort < 3 || (self.customer.is_some() && self.actor.may(Right::ReadCustomers).is_ok())
    }

    /// The next entries of a source.
    fn source(&self, db: &mut Connection, sort: usize, before: (i64, u64)) -> Result<Vec<Placed>, OpError> {
        match (sort, self.customer) {
            (0, _) => self.changes(db, before.1),
            (1, _) => self.comments(db, before.1),
            (2, _) => self.related(db, before),
            (3, Some(customer)) => self.events(customer, before),
            (_, Some(customer)) => self.decisions(db, customer, before.1),
            (_, None) => Ok(Vec::new()),
        }
    }

    fn changes(&self, db: &mut Connection, before: u64) -> Result<Vec<Placed>, OpError> {
        let places = db.record_changes(self.record, before, PAGE as u32)?;
        let views = change::views(db, self.actor, self.object, &places)?;
        let entry = |view: ChangeView| {
            let (at, seq) = (view.at, view.id.number());
            ((at.ms(), seq), TimelineEntry { at, change: Some(view), ..TimelineEntry::default() })
        };
        Ok(views.into_iter().map(entry).collect())
    }

    fn comments(&self, db: &mut Connection, before: u64) -> Result<Vec<Placed>, OpError> {
        let rows = db.comments_of(self.record, CommentId::new(before), PAGE as u32)?;
        let entry = |view: CommentView| {
            let (at, id) = (view.at, view.id.number());
            ((at.ms(), id), TimelineEntry { at, comment: Some(view), ..TimelineEntry::default() })
        };
        Ok(comment::views(db, self.actor, rows)?.into_iter().map(entry).collect())
    }

    fn related(&self, db: &mut Connection, before: (i64, u64)) -> Result<Vec<Placed>, OpError> {
        let customers = self.customer.map(|customer| family::family(db, customer)).transpose()?;
        let customers = customers.map(|(all, _)| all).unwrap_or_default();
        let target = Target { object: self.object, record: self.record, customers: &customers };
        let before = (before.0 != i64::MAX).then_some(before);
        let found = related::list(self.app, db, self.actor, &target, before, PAGE)?;
        let entry = |(at, view): (Timestamp, RelatedView)| {
            ((at.ms(), view.id.number()), TimelineEntry { at, record: Some(view), ..TimelineEntry::default() })
        };
        Ok(found.into_iter().map(entry).collect())
    }

    fn events(&self, customer: CustomerId, before: (i64, u64)) -> Result<Vec<Placed>, OpError> {
        let cursor = (before.0 != i64::MAX).then(|| format!("{}.{}", before.0, before.1));
        let query = timeline::Query { cursor, limit: PAGE, kind: None };
        let found = timeline::timeline(self.app, self.actor, customer, &query)?.items;
        let entry = |item: TimelineItem| {
            let place = (item.time.ms(), item.event.number());
            (place, TimelineEntry { at: item.time, event: Some(item), ..TimelineEntry::default() })
        };
        Ok(found.into_iter().map(entry).collect())
    }

    fn decisions(&self, db: &mut Connection, customer: CustomerId, before: u64) -> Result<Vec<Placed>, OpError> {
        let found = decision::before(self.app, db, customer, DecisionId::new(before), PAGE as u32)?.items;
        let entry = |view: DecisionView| {
            let (at, id) = (view.at, view.id.number());
            ((at.ms(), id), TimelineEntry { at, decision: Some(view), ..TimelineEntry::default() })
        };
        Ok(found.into_iter().map(entry).collect())
    }
}

/// The first entries of several sources, each in its own order, the latest first; and how far each was read.
fn merged(mut sources: [Vec<Placed>; SORTS.len()], mut places: Places) -> (Vec<TimelineEntry>, Places) {
    let full = sources.each_ref().map(|source| source.len() >= PAGE);
    sources.iter_mut().for_each(|source| source.reverse());
    let mut items = Vec::new();
    while items.len() < PAGE {
        let heads = sources.iter().enumerate().filter_map(|(sort, source)| Some((source.last()?.1.at, sort)));
        let Some((_, sort)) = heads.max_by_key(|(at, sort)| (*at, std::cmp::Reverse(*sort))) else { break };
        let Some((place, entry)) = sources.get_mut(sort).and_then(Vec::pop) else { break };
        items.extend(places.0.get_mut(sort).map(|slot| {
            *slot = Some(place);
            entry
        }));
    }
    for ((slot, source), full) in places.0.iter_mut().zip(&sources).zip(full) {
        *slot = slot.filter(|_| full || !source.is_empty());
    }
    (items, places)
}

fn wanted(query: &Query) -> Result<[bool; SORTS.len()], OpError> {
    let named = query.sorts.as_deref().unwrap_or_default();
    let names: Vec<&str> = named.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if let Some(name) = names.iter().find(|name| !SORTS.contains(name)) {
        let (zh, en) = (format!("没有「{name}」这一类"), format!("there is no sort of entry '{name}'"));
        return Err(OpError::invalid("sorts", &zh, &en));
    }
    Ok(SORTS.map(|sort| names.is_empty() || names.contains(&sort)))
}

/// A page of a record's timeline, the latest first.
///
/// # Errors
/// There is no such record, the reader may not see it, a cursor or a sort that is none, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, record: RecordId, query: &Query) -> Result<RecordTimeline, OpError> {
    let object = object(app, actor, name)?;
    let row = app.store.read(|db| found(app, db, actor, &object, Deed::See, record))?;
    let wanted = wanted(query)?;
    let places = Places::read(query.cursor.as_deref())?;
    let customer = app.store.read(|db| customer(app, db, actor, &object, (record, &row)))?;
    let story = Story { app, actor, object: &object, record, customer };
    app.store.read(|db| {
        let mut sources: [Vec<Placed>; SORTS.len()] = Default::default();
        for (sort, (source, wanted)) in sources.iter_mut().zip(wanted).enumerate() {
            let place = places.0.get(sort).copied().flatten().filter(|_| wanted && story.has(sort));
            if let Some(before) = place {
                *source = story.source(db, sort, before)?;
            }
        }
        let (items, places) = merged(sources, places);
        let changes: Vec<&ChangeView> = items.iter().filter_map(|entry| entry.change.as_ref()).collect();
        let labels = related::labels(app, db, actor, &object, &changes)?;
        let sorts = SORTS.iter().enumerate().filter(|(sort, _)| story.has(*sort));
        let sorts = sorts.map(|(_, name)| (*name).to_owned()).collect();
        Ok(RecordTimeline { items, labels, sorts, next: places.write() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(sort: usize, times: &[i64]) -> Vec<Placed> {
        let entry = |at: &i64| {
            let at_ms = Timestamp::from_ms(*at);
            let id = (*at).cast_unsigned() * 10 + sort as u64;
            ((*at, id), TimelineEntry { at: at_ms, ..TimelineEntry::default() })
        };
        times.iter().map(entry).collect()
    }

    #[test]
    fn pages_go_over_all_sources_in_one_order_and_leave_nothing_out() {
        let sources = [
            (0..70).rev().map(|n| n * 3).collect::<Vec<i64>>(),
            (0..5).rev().map(|n| n * 40 + 1).collect(),
            vec![],
            (0..50).rev().map(|n| n * 4).collect(),
            vec![207, 1],
        ];
        let mut places = Places::read(None).unwrap();
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let read = |sort: usize| {
                let Some((before, _)) = places.0[sort] else { return Vec::new() };
                let times: Vec<i64> = sources[sort].iter().copied().filter(|at| *at < before).take(PAGE).collect();
                entries(sort, &times)
            };
            let (items, next) = merged([read(0), read(1), read(2), read(3), read(4)], places);
            seen.extend(items.iter().map(|entry| entry.at.ms()));
            pages += 1;
            let Some(cursor) = next.write() else { break };
            places = Places::read(Some(&cursor)).unwrap();
        }
        let mut all = sources.concat();
        all.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!((seen, pages), (all, 5));
        assert!(Places::read(Some("bm90aGluZw")).is_err());
    }
}
