//! What someone has starred, to be at hand: records and views, each as long as it is theirs to see.

use base::{RecordId, ViewId};
use serde::{Deserialize, Serialize};
use store::Starred;
use utoipa::ToSchema;

use crate::account::session::oneself;
use crate::{Actor, App, Fault, OpError, record};

/// The most that someone has starred.
const LIMIT: usize = 50;

/// What is starred: a record or a view of an object.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FavouriteRequest {
    /// The object's name.
    pub object: String,
    /// The record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub record: Option<RecordId>,
    /// Or the view.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub view: Option<ViewId>,
    /// Whether it is starred from now on.
    pub starred: bool,
}

/// Something starred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Favourite {
    /// The object's name.
    pub object: String,
    /// The record, if it is one.
    #[schema(value_type = Option<String>)]
    pub record: Option<RecordId>,
    /// The view, if it is one.
    #[schema(value_type = Option<String>)]
    pub view: Option<ViewId>,
    /// What it is called.
    pub name: Option<String>,
}

/// What one has starred.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Favourites {
    /// The first starred first; what is gone, or not the reader's to see any more, is left out.
    pub items: Vec<Favourite>,
}

/// What one has starred.
///
/// # Errors
/// It is not a person who asks, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<Favourites, OpError> {
    let person = oneself(actor)?;
    let objects = app.pipeline.objects();
    let mut items = Vec::new();
    for (object, starred) in app.store.read(|db| db.favourites(person))? {
        let Some(object) = objects.by_id(object) else { continue };
        match found(app, actor, &object.name, starred) {
            Ok(favourite) => items.push(favourite),
            Err(error) if error.fault == Fault::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Favourites { items })
}

/// Something starred as the reader sees it.
fn found(app: &App, actor: &Actor, object: &str, starred: Starred) -> Result<Favourite, OpError> {
    let of = object.to_owned();
    match starred {
        Starred::Record(id) => {
            let view = record::get(app, actor, object, id)?.record;
            if view.trashed_at.is_some() {
                return Err(OpError::not_found());
            }
            Ok(Favourite { object: of, record: Some(id), view: None, name: view.title })
        }
        Starred::View(id) => {
            let views = record::view::list(app, actor, object)?.items;
            let view = views.into_iter().find(|view| view.id == id).ok_or_else(OpError::not_found)?;
            Ok(Favourite { object: of, record: None, view: Some(id), name: Some(view.name) })
        }
    }
}

/// Stars something, or takes the star away.
///
/// # Errors
/// It is not a person who asks, there is no such thing that they may see, they have starred too much, or the database's.
pub fn set(app: &App, actor: &Actor, request: &FavouriteRequest) -> Result<Favourites, OpError> {
    let person = oneself(actor)?;
    let starred = match (request.record, request.view) {
        (Some(record), None) => Starred::Record(record),
        (None, Some(view)) => Starred::View(view),
        _ => return Err(OpError::invalid("record", "请指定一条记录或一个视图", "name a record or a view")),
    };
    if request.starred {
        found(app, actor, &request.object, starred)?;
        let objects = app.pipeline.objects();
        let object = objects.by_name(&request.object).ok_or_else(OpError::not_found)?.id;
        app.store.write(|db| {
            let known = db.favourites(person)?;
            if known.len() >= LIMIT && !known.contains(&(object, starred)) {
                return Err(OpError::invalid("record", "最多收藏 50 项", "at most 50 are starred"));
            }
            Ok(db.add_favourite(person, object, starred, app.now())?)
        })?;
    } else {
        app.store.write(|db| db.remove_favourite(person, starred))?;
    }
    list(app, actor)
}
