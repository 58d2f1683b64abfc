//! Saved views of lists: what they show, and how it is laid out; one's own, or shared.

mod body;

use base::{ObjectId, ViewId};
use domain::object::Object;
use serde::{Deserialize, Serialize};
use store::ViewRow;
use utoipa::ToSchema;

pub use self::body::{Calendar, CalendarSpan, Chart, ChartKind, Layout, Measure, ViewBody, ViewColumn};
use super::object;
use crate::audit::Names;
use crate::error::without_nul;
use crate::{Actor, App, Fault, OpError, Right};

/// The most views of an object that someone has.
const LIMIT: usize = 200;
/// The longest name, in characters.
const NAME_CHARS: usize = 60;

/// A saved view.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ViewView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ViewId,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Whether everybody has it who may see records of the object.
    pub shared: bool,
    /// Whether the reader may change it.
    pub writable: bool,
    /// What it shows, but for fields that are gone or that the reader may not see.
    pub body: ViewBody,
    /// Whether something is left out for that.
    pub partial: bool,
}

/// The views that the reader has.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ViewPage {
    /// The views, oldest first.
    pub items: Vec<ViewView>,
}

/// A view to be saved.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ViewRequest {
    /// What it is called.
    pub name: String,
    /// Whether everybody has it who may see records of the object.
    #[serde(default)]
    pub shared: bool,
    /// What it shows.
    pub body: ViewBody,
}

/// Views as the reader sees them.
struct Reader<'r> {
    app: &'r App,
    actor: &'r Actor,
    object: &'r Object,
    names: Names,
}

impl<'r> Reader<'r> {
    fn new(app: &'r App, actor: &'r Actor, object: &'r Object) -> Self {
        Self { app, actor, object, names: Names::default() }
    }

    fn view(&mut self, db: &mut store::Connection, id: ViewId, row: ViewRow) -> Result<ViewView, OpError> {
        let saved: ViewBody = serde_json::from_str(&row.body).unwrap_or_default();
        let body = saved.clone().fitting(self.app, self.actor, self.object);
        Ok(ViewView {
            id,
            owner: self.names.of(db, &row.owner)?,
            writable: is_writable(self.actor, &row),
            name: row.name,
            shared: row.shared,
            partial: body != saved,
            body,
        })
    }
}

/// Its owner changes a view; a shared one also who builds objects.
fn is_writable(actor: &Actor, row: &ViewRow) -> bool {
    !actor.is_seen_as() && (row.owner == actor.id() || (row.shared && actor.may(Right::WriteObjects).is_ok()))
}

/// The views of an object that the reader has: their own, and shared ones.
///
/// # Errors
/// There is no such object, or the reader may see none of its records; or the database's.
pub fn list(app: &App, actor: &Actor, name: &str) -> Result<ViewPage, OpError> {
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        let mut reader = Reader::new(app, actor, &object);
        let rows = db.views(object.id, actor.id())?;
        let items = rows.into_iter().map(|(id, row)| reader.view(db, id, row));
        Ok(ViewPage { items: items.collect::<Result<_, _>>()? })
    })
}

/// A request as it is stored.
fn row(app: &App, actor: &Actor, object: &Object, owner: &str, request: &ViewRequest) -> Result<ViewRow, OpError> {
    if actor.is_seen_as() {
        return Err(OpError::new(
            Fault::Forbidden,
            "seen_as",
            "正在以他人身份查看，不能操作",
            "you see as somebody else, and can do nothing",
        ));
    }
    without_nul("name", &request.name)?;
    let called = request.name.trim();
    if called.is_empty() || called.chars().count() > NAME_CHARS {
        return Err(OpError::invalid(
            "name",
            "请填写名称，最多 60 个字符",
            "a name is wanted, of at most 60 characters",
        ));
    }
    request.body.check(app, actor, object)?;
    let body = serde_json::to_string(&request.body).unwrap_or_default();
    let object: ObjectId = object.id;
    Ok(ViewRow { object, name: called.to_owned(), owner: owner.to_owned(), shared: request.shared, body })
}

/// Saves a view as the reader's own.
///
/// # Errors
/// There is no such object, a part of the request does not fit, there are too many views, or the database's.
pub fn add(app: &App, actor: &Actor, name: &str, request: &ViewRequest) -> Result<ViewView, OpError> {
    let object = object(app, actor, name)?;
    let row = row(app, actor, &object, actor.id(), request)?;
    app.store.write(|db| {
        let mine = db.views(row.object, actor.id())?.into_iter().filter(|(_, known)| known.owner == actor.id());
        if mine.count() >= LIMIT {
            return Err(OpError::invalid("name", "视图最多 200 个", "at most 200 views of an object"));
        }
        let id = db.add_view(&row)?;
        Reader::new(app, actor, &object).view(db, id, row)
    })
}

/// A view of an object that the reader may change.
fn changeable(app: &App, actor: &Actor, name: &str, id: ViewId) -> Result<ViewRow, OpError> {
    let object = object(app, actor, name)?;
    let row = app.store.read(|db| db.view(id))?.filter(|row| row.object == object.id);
    let row = row.filter(|row| row.shared || row.owner == actor.id()).ok_or_else(OpError::not_found)?;
    if is_writable(actor, &row) {
        return Ok(row);
    }
    let (zh, en) = ("只有它的主人能修改这个视图", "only its owner changes this view");
    Err(OpError::new(Fault::Forbidden, "forbidden", zh, en))
}

/// Saves a view anew.
///
/// # Errors
/// There is no such view, the reader may not change it, a part of the request does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, name: &str, id: ViewId, request: &ViewRequest) -> Result<ViewView, OpError> {
    let known = changeable(app, actor, name, id)?;
    let object = object(app, actor, name)?;
    let row = row(app, actor, &object, &known.owner, request)?;
    app.store.write(|db| {
        db.set_view(id, &row)?;
        Reader::new(app, actor, &object).view(db, id, row)
    })
}

/// Removes a view.
///
/// # Errors
/// There is no such view, the reader may not change it, or the database's.
pub fn remove(app: &App, actor: &Actor, name: &str, id: ViewId) -> Result<(), OpError> {
    changeable(app, actor, name, id)?;
    Ok(app.store.write(|db| db.remove_view(id))?)
}
