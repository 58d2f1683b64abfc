//! Comments on a record: whoever sees it reads and writes them; each is changed by who wrote it, and removed by them or an owner.

use std::collections::BTreeMap;

use base::{CommentId, RecordId, Text, Timestamp, UserId};
use pipeline::comment::CommentWrite;
use pipeline::{Command, Outcome};
use serde::{Deserialize, Serialize};
use store::{CommentRow, Connection};
use utoipa::ToSchema;

use super::super::{Deed, found, object};
use super::mention;
use crate::account::session::as_oneself;
use crate::audit::Names;
use crate::error::without_nul;
use crate::{Actor, App, Fault, OpError};

/// The longest comment, in characters.
pub const CHARS: usize = 5_000;

/// The most comments on a record.
const MOST: u64 = 10_000;

/// A comment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CommentView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CommentId,
    /// Who wrote it: the id of a person or key, or `local`.
    pub author: String,
    /// What they are called.
    pub by: String,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// When its text was changed last.
    #[schema(value_type = Option<String>)]
    pub changed_at: Option<Timestamp>,
    /// What it says, with `@[usr_…]` where it names someone; none once that was erased.
    pub text: Option<String>,
    /// What those are called whom it names, by id.
    pub mentions: BTreeMap<String, String>,
    /// Whether the reader may change it.
    pub writable: bool,
    /// Whether the reader may remove it.
    pub removable: bool,
}

/// What a comment says.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CommentRequest {
    /// The text: at most 5,000 characters; `@[usr_…]` names someone, who must see the record.
    pub text: String,
}

fn checked(request: &CommentRequest) -> Result<String, OpError> {
    let text = request.text.trim();
    without_nul("text", text)?;
    if text.is_empty() {
        return Err(OpError::invalid("text", "请填写评论", "a comment's text is wanted"));
    }
    if text.chars().count() > CHARS {
        return Err(OpError::invalid("text", "评论最多 5,000 个字符", "a comment has at most 5,000 characters"));
    }
    Ok(text.to_owned())
}

/// Comments as the reader sees them.
pub(super) fn views(
    db: &mut Connection,
    actor: &Actor,
    rows: Vec<(CommentId, CommentRow)>,
) -> Result<Vec<CommentView>, OpError> {
    let mut names = Names::default();
    let mut view = |(id, row): (CommentId, CommentRow)| {
        let is_mine = row.author == actor.id() && !actor.is_seen_as();
        let mut mentions = BTreeMap::new();
        for person in row.mentions.iter().map(ToString::to_string).filter(|_| row.text.is_some()) {
            let name = names.of(db, &person)?;
            mentions.insert(person, name);
        }
        Ok(CommentView {
            id,
            by: names.of(db, &row.author)?,
            author: row.author,
            at: row.at,
            changed_at: row.changed_at,
            writable: is_mine && row.text.is_some(),
            text: row.text,
            mentions,
            removable: is_mine || actor.is_owner(),
        })
    };
    rows.into_iter().map(&mut view).collect()
}

fn view(app: &App, actor: &Actor, id: CommentId) -> Result<CommentView, OpError> {
    app.store.read(|db| {
        let row = db.comment(id)?.ok_or_else(OpError::not_found)?;
        views(db, actor, vec![(id, row)])?.pop().ok_or_else(OpError::not_found)
    })
}

fn write(app: &App, write: CommentWrite) -> Result<CommentId, OpError> {
    match app.pipeline.command(Command::WriteComment(write))? {
        Outcome::Commented(id) => Ok(id),
        _ => Err(OpError::not_found()),
    }
}

/// Writes a comment on a record that the reader sees. They follow the record from there on, and so do those whom it names.
///
/// # Errors
/// There is no such record, the reader may not see it, it is in the trash, the text does not fit or names someone who may not see the record, or
/// the database's.
pub fn add(
    app: &App,
    actor: &Actor,
    name: &str,
    record: RecordId,
    request: &CommentRequest,
) -> Result<CommentView, OpError> {
    let object = object(app, actor, name)?;
    let row = app.store.read(|db| found(app, db, actor, &object, Deed::See, record))?;
    as_oneself(actor)?;
    if row.trashed_at.is_some() {
        let (zh, en) = ("记录在回收站中，请先恢复", "the record is in the trash; restore it first");
        return Err(OpError::new(Fault::Conflict, "trashed", zh, en));
    }
    let text = checked(request)?;
    if app.store.read(|db| db.count_comments(record))? >= MOST {
        let (zh, en) = ("一条记录最多 10,000 条评论", "a record has at most 10,000 comments");
        return Err(OpError::new(Fault::Conflict, "too_many", zh, en));
    }
    let mentions = mention::checked(app, name, record, &text, &[])?;
    let actor_id = actor.id().to_owned();
    let id = write(
        app,
        CommentWrite { actor: actor_id, object: object.id, record, comment: None, text: Some(text), mentions },
    )?;
    view(app, actor, id)
}

/// A comment on a record that the reader sees, and what the record's object is called.
fn seen(app: &App, actor: &Actor, id: CommentId) -> Result<(CommentRow, String), OpError> {
    let row = app.store.read(|db| db.comment(id))?.ok_or_else(OpError::not_found)?;
    let objects = app.pipeline.objects();
    let name = objects.by_id(row.object).ok_or_else(OpError::not_found)?.name.clone();
    let object = object(app, actor, &name)?;
    app.store.read(|db| found(app, db, actor, &object, Deed::See, row.record))?;
    as_oneself(actor)?;
    Ok((row, name))
}

fn anothers(zh: &str, en: &str) -> OpError {
    OpError { code: "forbidden", message: Text::new(zh, en), field: None, fault: Fault::Forbidden }
}

/// Has one's own comment say something else.
///
/// # Errors
/// There is no such comment on a record that the reader sees, it is another's, what it said was erased, the text does not fit, or the
/// database's.
pub fn update(app: &App, actor: &Actor, id: CommentId, request: &CommentRequest) -> Result<CommentView, OpError> {
    let (row, name) = seen(app, actor, id)?;
    if row.author != actor.id() {
        return Err(anothers("只有作者能修改评论", "a comment is changed by who wrote it"));
    }
    if row.text.is_none() {
        return Err(OpError::new(Fault::Conflict, "erased", "评论的内容已被抹去", "what the comment said was erased"));
    }
    let text = checked(request)?;
    let mentions = mention::checked(app, &name, row.record, &text, &row.mentions)?;
    let (actor_id, text) = (actor.id().to_owned(), Some(text));
    let change =
        CommentWrite { actor: actor_id, object: row.object, record: row.record, comment: Some(id), text, mentions };
    write(app, change)?;
    view(app, actor, id)
}

/// Removes one's own comment; owners remove any.
///
/// # Errors
/// There is no such comment on a record that the reader sees, it is another's, or the database's.
pub fn remove(app: &App, actor: &Actor, id: CommentId) -> Result<(), OpError> {
    let (row, _) = seen(app, actor, id)?;
    if row.author != actor.id() && !actor.is_owner() {
        return Err(anothers("只有作者和所有者能删除评论", "a comment is removed by who wrote it, or by an owner"));
    }
    let (actor_id, mentions) = (actor.id().to_owned(), Vec::<UserId>::new());
    let object = row.object;
    write(app, CommentWrite { actor: actor_id, object, record: row.record, comment: Some(id), text: None, mentions })?;
    Ok(())
}
