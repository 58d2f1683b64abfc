//! Teams: people who work together. Roles may let them see what their team has, and what the teams below have.

use base::{TeamId, UserId};
use serde::{Deserialize, Serialize};
use store::{Connection, Team};
use utoipa::ToSchema;

use crate::audit::{Line, audited};
use crate::{Actor, App, OpError, Right};

/// The most teams of a workspace.
const LIMIT: usize = 500;
/// How many teams may stand above one another.
const DEPTH: usize = 10;

/// A team.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TeamView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// The team that it is part of.
    #[schema(value_type = Option<String>)]
    pub parent: Option<TeamId>,
    /// The ids of those who are in it, apart from those in its parts.
    #[schema(value_type = Vec<String>)]
    pub members: Vec<UserId>,
}

/// All teams.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TeamPage {
    /// The teams, oldest first.
    pub items: Vec<TeamView>,
}

/// A team as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TeamRequest {
    /// What it is called.
    pub name: String,
    /// The team that it is part of.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub parent: Option<TeamId>,
    /// Who is in it, apart from those in its parts.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub members: Vec<UserId>,
}

fn view(team: Team) -> TeamView {
    let Team { id, name, parent, members } = team;
    TeamView { id, name, parent, members }
}

/// All teams, as everybody in the workspace may know them.
///
/// # Errors
/// The database's.
pub fn list(app: &App) -> Result<TeamPage, OpError> {
    Ok(TeamPage { items: app.store.read(Connection::teams)?.into_iter().map(view).collect() })
}

/// Refuses members who are none, and a place that does not fit.
fn check(db: &mut Connection, team: &Team) -> Result<(), OpError> {
    let people = db.people()?;
    if !team.members.iter().all(|id| people.iter().any(|(person, _)| person.id == *id)) {
        return Err(OpError::invalid("members", "没有这个人员", "there is no such person"));
    }
    let teams = db.teams()?;
    let mut above = team.parent;
    for _ in 1..DEPTH {
        let Some(id) = above else { return Ok(()) };
        let parent = teams.iter().find(|one| one.id == id);
        let parent =
            parent.ok_or_else(|| OpError::invalid("parent", "没有这个上级团队", "there is no such team above"))?;
        if id == team.id {
            return Err(OpError::invalid("parent", "团队不能是自己的下级", "a team is not part of itself"));
        }
        above = parent.parent;
    }
    Err(OpError::invalid("parent", "团队最多十级", "teams go ten deep at most"))
}

fn detail(request: &TeamRequest) -> serde_json::Value {
    serde_json::json!({"name": request.name, "parent": request.parent, "members": request.members})
}

fn taken() -> OpError {
    OpError::invalid("name", "已有同名团队", "there is a team of this name")
}

fn write(db: &mut Connection, id: TeamId, request: &TeamRequest) -> Result<TeamView, OpError> {
    let name = super::name(&request.name)?.to_owned();
    let mut members = request.members.clone();
    members.sort_unstable();
    members.dedup();
    let team = Team { id, name, parent: request.parent, members };
    check(db, &team)?;
    if db.set_team(&team)? { Ok(view(team)) } else { Err(taken()) }
}

/// Makes a team.
///
/// # Errors
/// The right is lacking, a member does not fit, the name is taken, or the database's.
pub fn add(app: &App, actor: &Actor, request: &TeamRequest) -> Result<TeamView, OpError> {
    actor.may(Right::ManagePeople)?;
    let name = super::name(&request.name)?;
    audited(app, actor.id(), |db| {
        if db.teams()?.len() >= LIMIT {
            return Err(OpError::invalid("name", "团队最多 500 个", "a workspace has at most 500 teams"));
        }
        let id = db.add_team(name)?.ok_or_else(taken)?;
        Ok((write(db, id, request)?, Line::new("team.added", &id, detail(request))))
    })
}

/// Changes a team: what its members see follows at once.
///
/// # Errors
/// The right is lacking, there is no such team, a member does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, id: TeamId, request: &TeamRequest) -> Result<TeamView, OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        known(db, id)?;
        Ok((write(db, id, request)?, Line::new("team.changed", &id, detail(request))))
    })
}

/// Removes a team; those that are part of it become part of the one above.
///
/// # Errors
/// The right is lacking, there is no such team, or the database's.
pub fn remove(app: &App, actor: &Actor, id: TeamId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        let team = known(db, id)?;
        db.remove_team(id)?;
        Ok(((), Line::new("team.removed", &id, serde_json::json!({"name": team.name}))))
    })
}

fn known(db: &mut Connection, id: TeamId) -> Result<Team, OpError> {
    db.teams()?.into_iter().find(|team| team.id == id).ok_or_else(OpError::not_found)
}
