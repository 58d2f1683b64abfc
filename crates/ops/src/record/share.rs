//! Sharing a record with people and teams who would not see it otherwise, or not be able to change it.

use base::{RecordId, TeamId, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Connection, Holder, Share};
use utoipa::ToSchema;

use super::{Deed, found, object};
use crate::audit::{Line, Names, audited};
use crate::{Actor, App, Fault, OpError};

/// With how many people and teams a record may be shared.
const LIMIT: usize = 100;

/// A record shared with someone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShareView {
    /// The id of a person or a team.
    pub with: String,
    /// What they are called.
    pub name: String,
    /// Whether they may change it, too.
    pub writes: bool,
    /// Who shared it.
    pub by: String,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// With whom a record is shared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SharePage {
    /// The people and teams, the latest last.
    pub items: Vec<ShareView>,
}

/// With whom a record is to be shared.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShareRequest {
    /// The id of a person, or of a team with all that are part of it.
    pub with: String,
    /// Whether they may change it, too: they can then share it as well.
    #[serde(default)]
    pub writes: bool,
}

fn holder(with: &str) -> Result<Holder, OpError> {
    let person = || with.parse::<UserId>().map(Holder::Person);
    let named = with.parse::<TeamId>().map(Holder::Team).or_else(|_| person());
    named.map_err(|_| OpError::invalid("with", "请选择人员或团队", "choose a person or a team"))
}

fn id_of(with: Holder) -> String {
    match with {
        Holder::Person(id) => id.to_string(),
        Holder::Team(id) => id.to_string(),
    }
}

fn page(db: &mut Connection, id: RecordId) -> Result<SharePage, OpError> {
    let (mut names, teams, shares) = (Names::default(), db.teams()?, db.shares(id)?);
    let view = |share: Share| {
        let with = id_of(share.with);
        let name = match share.with {
            Holder::Team(id) => {
                teams.iter().find(|team| team.id == id).map(|team| team.name.clone()).unwrap_or_default()
            }
            Holder::Person(_) => names.of(db, &with)?,
        };
        Ok(ShareView { with, name, writes: share.writes, by: names.of(db, &share.by)?, at: share.at })
    };
    Ok(SharePage { items: shares.into_iter().map(view).collect::<Result<_, OpError>>()? })
}

/// With whom a record is shared that the reader sees.
///
/// # Errors
/// There is no such record, the reader may not see it, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, id: RecordId) -> Result<SharePage, OpError> {
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        found(app, db, actor, &object, Deed::See, id)?;
        page(db, id)
    })
}

/// Shares a record that the reader may change. A role that allows nothing with the object's records is not widened by it.
///
/// # Errors
/// There is no such record, person or team, the reader may not change the record, it is shared with too many, or the database's.
pub fn set(app: &App, actor: &Actor, name: &str, id: RecordId, request: &ShareRequest) -> Result<SharePage, OpError> {
    let object = object(app, actor, name)?;
    let with = holder(&request.with)?;
    app.store.read(|db| found(app, db, actor, &object, Deed::Write, id))?;
    let share = Share { with, writes: request.writes, by: actor.id().to_owned(), at: app.now() };
    audited(app, actor.id(), |db| {
        let is_there = match with {
            Holder::Person(id) => db.person(id)?.is_some_and(|person| person.ended_at.is_none()),
            Holder::Team(id) => db.teams()?.iter().any(|team| team.id == id),
        };
        if !is_there {
            return Err(OpError::invalid("with", "没有这个人员或团队", "there is no such person or team"));
        }
        let known = db.shares(id)?;
        if known.len() >= LIMIT && known.iter().all(|one| one.with != with) {
            let message =
                Text::new("一条记录最多共享给 100 个人或团队", "a record is shared with at most 100 people and teams");
            return Err(OpError { code: "too_many", message, field: Some("with".to_owned()), fault: Fault::Request });
        }
        db.set_share(id, &share)?;
        let detail = serde_json::json!({"object": name, "with": request.with, "writes": request.writes});
        Ok((page(db, id)?, Line::new("record.shared", &id, detail)))
    })
}

/// Shares a record no longer with someone.
///
/// # Errors
/// There is no such record, it is not shared with them, the reader may not change it, or the database's.
pub fn remove(app: &App, actor: &Actor, name: &str, id: RecordId, with: &str) -> Result<SharePage, OpError> {
    let object = object(app, actor, name)?;
    let held = holder(with)?;
    app.store.read(|db| found(app, db, actor, &object, Deed::Write, id))?;
    audited(app, actor.id(), |db| {
        if !db.remove_share(id, held)? {
            return Err(OpError::not_found());
        }
        let detail = serde_json::json!({"object": name, "with": with});
        Ok((page(db, id)?, Line::new("record.unshared", &id, detail)))
    })
}
