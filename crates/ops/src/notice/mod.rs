//! What one is told of: that a comment names one, that there is one on a record that one follows, that it was changed, that one became its owner.
//!
//! What is kept has ids only. Whether the reader may see the record is asked when they look, and so is what it is called.

mod follow;

use std::collections::BTreeMap;

use base::{CommentId, DAY_MS, NoticeId, ObjectId, RecordId, Timestamp, UserId};
use domain::object::{Cell, FieldNumber};
use serde::{Deserialize, Serialize};
use store::{Connection, NoticeKind, NoticeRow};
use utoipa::ToSchema;

use crate::account::session::oneself;
use crate::audit::Names;
use crate::record::{Deed, allowed_among, field, object};
use crate::{Actor, App, OpError};

pub use follow::Noticing;

/// For how long one is told of something, in milliseconds.
const KEPT_MS: i64 = 90 * DAY_MS;
/// The most that is kept for a person.
const KEPT: u32 = 1_000;
/// The most on a page.
const PAGE: usize = 30;

/// Something one is told of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: NoticeId,
    /// `mention`: a comment names one; `comment`: there is one on a record that one follows; `change`: that was changed; `owner`: a record became one's own.
    pub kind: &'static str,
    /// The object's name.
    pub object: String,
    /// The record; of many that were changed at once, one of them.
    #[schema(value_type = String)]
    pub record: RecordId,
    /// What it is called.
    pub title: Option<String>,
    /// The comment, if it is one.
    #[schema(value_type = Option<String>)]
    pub comment: Option<CommentId>,
    /// Who did it.
    pub by: String,
    /// How often, or of how many records where they were changed at once.
    pub count: u64,
    /// Whether many records were changed at once.
    pub bulk: bool,
    /// When the last of it was.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Whether one has yet to look at it.
    pub unread: bool,
}

/// A page of what one is told of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticePage {
    /// The latest first; what leads to records that one may not see is left out.
    pub items: Vec<NoticeView>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// How much one has yet to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticeCount {
    /// How many.
    pub unread: u64,
}

/// What one has looked at.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct NoticesRead {
    /// Which; all where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<NoticeId>,
}

/// Of what one wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a switch for each kind")]
pub struct NoticeChoices {
    /// That a comment names one.
    pub mention: bool,
    /// That there is a comment on a record that one follows.
    pub comment: bool,
    /// That somebody else changed a record that one follows.
    pub change: bool,
    /// That a record became one's own.
    pub owner: bool,
}

const fn name(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Mention => "mention",
        NoticeKind::Comment => "comment",
        NoticeKind::Change => "change",
        NoticeKind::Owner => "owner",
    }
}

type Noticed = (NoticeId, NoticeRow);

/// What records are called that these lead to, of those that the reader sees.
fn seen(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    rows: &[Noticed],
) -> Result<BTreeMap<RecordId, Option<String>>, OpError> {
    let mut by_object: BTreeMap<ObjectId, Vec<RecordId>> = BTreeMap::new();
    for (_, row) in rows {
        by_object.entry(row.object).or_default().push(row.record);
    }
    let objects = app.pipeline.objects();
    let mut titles = BTreeMap::new();
    for (id, mut records) in by_object {
        let Some(known) = objects.by_id(id) else { continue };
        let Ok(of) = object(app, actor, &known.name) else { continue };
        records.sort_unstable();
        records.dedup();
        let seen = allowed_among(app, db, actor, &of, Deed::See, &records)?;
        let is_told = of.title().is_some_and(|title| field::is_plain(actor, &of, title));
        for (record, row) in db.records_by_id(&of, &records)?.into_iter().filter(|(record, _)| seen.contains(record)) {
            let title = match row.cells.get(&FieldNumber::FIRST) {
                Some(Cell::Text(text)) if is_told => Some(text.clone()),
                _ => None,
            };
            titles.insert(record, title);
        }
    }
    Ok(titles)
}

fn read_cursor(text: &str) -> Result<(Timestamp, NoticeId), OpError> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_ms(at.parse().ok()?), id.parse().ok()?))
    };
    let fits = |(_, id): &(Timestamp, NoticeId)| i64::try_from(id.number()).is_ok();
    read().filter(fits).ok_or_else(|| OpError::invalid("cursor", "无效的分页游标", "not a cursor"))
}

/// The place before which everything is.
const fn end() -> (Timestamp, NoticeId) {
    (Timestamp::MAX, NoticeId::new(i64::MAX.cast_unsigned()))
}

/// A page of what one is told of, the latest first.
///
/// # Errors
/// It is not a person who asks, a cursor that is none, or the database's.
pub fn list(app: &App, actor: &Actor, cursor: Option<&str>) -> Result<NoticePage, OpError> {
    let me = oneself(actor)?;
    let mut before = cursor.map(read_cursor).transpose()?.unwrap_or_else(end);
    let objects = app.pipeline.objects();
    app.store.read(|db| {
        let (mut items, mut names) = (Vec::new(), Names::default());
        loop {
            let rows = db.notices(me, before, false, PAGE as u32)?;
            let is_last = rows.len() < PAGE;
            let titles = seen(app, db, actor, &rows)?;
            for (id, row) in rows {
                if items.len() >= PAGE {
                    let next = Some(format!("{}.{}", before.0.ms(), before.1));
                    return Ok(NoticePage { items, next });
                }
                before = (row.at, id);
                let (Some(title), Some(of)) = (titles.get(&row.record), objects.by_id(row.object)) else { continue };
                items.push(NoticeView {
                    id,
                    kind: name(row.kind),
                    object: of.name.clone(),
                    record: row.record,
                    title: title.clone(),
                    comment: row.comment,
                    by: names.of(db, &row.actor)?,
                    count: row.count,
                    bulk: row.batch.is_some(),
                    at: row.at,
                    unread: row.unread,
                });
            }
            if is_last {
                return Ok(NoticePage { items, next: None });
            }
        }
    })
}

fn unread(app: &App, actor: &Actor, me: UserId) -> Result<NoticeCount, OpError> {
    app.store.read(|db| {
        let rows = db.notices(me, end(), true, KEPT)?;
        let titles = seen(app, db, actor, &rows)?;
        let count = rows.iter().filter(|(_, row)| titles.contains_key(&row.record)).count();
        Ok(NoticeCount { unread: count as u64 })
    })
}

/// How much one has yet to look at, of what leads to records that one sees.
///
/// # Errors
/// It is not a person who asks, or the database's.
pub fn count(app: &App, actor: &Actor) -> Result<NoticeCount, OpError> {
    unread(app, actor, oneself(actor)?)
}

/// Notes that one has looked at something, or at all of it; tells how much is left.
///
/// # Errors
/// It is not a person who asks, there is no such thing, or the database's.
pub fn read(app: &App, actor: &Actor, request: &NoticesRead) -> Result<NoticeCount, OpError> {
    let me = oneself(actor)?;
    if !app.store.write(|db| db.set_notices_read(me, request.id))? {
        return Err(OpError::not_found());
    }
    unread(app, actor, me)
}

/// Of what one is told.
///
/// # Errors
/// It is not a person who asks, or the database's.
pub fn choices(app: &App, actor: &Actor) -> Result<NoticeChoices, OpError> {
    let me = oneself(actor)?;
    let off = app.store.read(|db| db.notices_off(me))?;
    let is_on = |kind| !off.contains(&kind);
    Ok(NoticeChoices {
        mention: is_on(NoticeKind::Mention),
        comment: is_on(NoticeKind::Comment),
        change: is_on(NoticeKind::Change),
        owner: is_on(NoticeKind::Owner),
    })
}

/// Sets of what one is told from here on.
///
/// # Errors
/// It is not a person who asks, or the database's.
pub fn set_choices(app: &App, actor: &Actor, request: NoticeChoices) -> Result<NoticeChoices, OpError> {
    let me = oneself(actor)?;
    let NoticeChoices { mention, comment, change, owner } = request;
    let is_on = |kind: &NoticeKind| match kind {
        NoticeKind::Mention => mention,
        NoticeKind::Comment => comment,
        NoticeKind::Change => change,
        NoticeKind::Owner => owner,
    };
    let off: Vec<NoticeKind> = NoticeKind::ALL.into_iter().filter(|kind| !is_on(kind)).collect();
    app.store.write(|db| db.set_notices_off(me, &off))?;
    Ok(request)
}
