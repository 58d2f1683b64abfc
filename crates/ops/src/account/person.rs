//! People of the workspace.

use base::{RoleId, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Connection, Person};
use utoipa::ToSchema;

use super::role::{self, OWNER};
use super::second_factor;
use crate::audit::{Line, audited};
use crate::{Actor, App, Fault, OpError, Right};

/// A person of the workspace.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonView {
    /// Their id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    #[schema(value_type = String)]
    pub role: RoleId,
    /// What it is called.
    pub role_name: Text,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they have an authenticator app or a passkey.
    pub second_factor: bool,
    /// When they were last there, to the minute.
    #[schema(value_type = Option<String>)]
    pub seen_at: Option<Timestamp>,
}

/// All people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonPage {
    /// The people, oldest first.
    pub items: Vec<PersonView>,
}

/// What is to change about a person; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PersonChange {
    /// Their name.
    pub name: Option<String>,
    /// Their role.
    #[schema(value_type = Option<String>)]
    pub role: Option<RoleId>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

/// A person as everybody in the workspace may know them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberView {
    /// Their id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// Those who may sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberPage {
    /// The people, oldest first.
    pub items: Vec<MemberView>,
}

/// The names of those who may sign in, to whom something can be given.
///
/// # Errors
/// The database's.
pub fn members(app: &App) -> Result<MemberPage, OpError> {
    let people = app.store.read(Connection::people)?.into_iter().map(|(person, _)| person);
    let active = people.filter(|person| person.ended_at.is_none());
    Ok(MemberPage { items: active.map(|person| MemberView { id: person.id, name: person.name }).collect() })
}

/// All people.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<PersonPage, OpError> {
    actor.may(Right::ManagePeople)?;
    app.store.read(|db| {
        let (people, second) = (db.people()?, db.with_second_factor()?);
        let view = |(person, seen): (Person, _)| {
            let has = second.contains(&person.id);
            view(db, person, seen, has)
        };
        let items = people.into_iter().map(view).collect::<Result<_, OpError>>()?;
        Ok(PersonPage { items })
    })
}

fn view(
    db: &mut Connection,
    person: Person,
    seen_at: Option<Timestamp>,
    second_factor: bool,
) -> Result<PersonView, OpError> {
    let role_name = role::name(db, person.role)?;
    let Person { id, name, email, role, ended_at, .. } = person;
    let seen_at = seen_at.filter(|at| at.ms() > 0);
    Ok(PersonView { id, name, email, role, role_name, active: ended_at.is_none(), second_factor, seen_at })
}

/// Changes a person. Who may no longer sign in is signed out everywhere, at once.
///
/// # Errors
/// The right is lacking, there is no such person, it is the one who asks, an owner's by somebody who is none, the last owner's, a
/// member does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, id: UserId, change: &PersonChange) -> Result<PersonView, OpError> {
    actor.may(Right::ManagePeople)?;
    let forbidden = |code, zh, en| OpError::new(Fault::Forbidden, code, zh, en);
    if actor.person().is_none()
        && actor.id() != Actor::local().id()
        && (change.role.is_some() || change.active.is_some())
    {
        let (zh, en) = ("角色和停用只能由登录的人员修改", "roles and access are changed by people, not by keys");
        return Err(forbidden("people_only", zh, en));
    }
    if actor.id() == id.to_string() && (change.role.is_some() || change.active.is_some()) {
        let (zh, en) = ("不能改自己的角色或停用自己", "nobody changes their own role or ends their own access");
        return Err(forbidden("oneself", zh, en));
    }
    audited(app, actor.id(), |db| {
        let mut person = db.person(id)?.ok_or_else(OpError::not_found)?;
        if person.role == OWNER {
            role::may_give(db, actor, OWNER)?;
        }
        if let Some(name) = &change.name {
            person.name = super::name(name)?.to_owned();
        }
        if let Some(role) = change.role {
            role::may_give(db, actor, role)?;
            person.role = role;
        }
        if let Some(active) = change.active {
            person.ended_at = if active { None } else { person.ended_at.or(Some(app.now())) };
        }
        db.set_person(&person)?;
        if !db.people()?.iter().any(|(one, _)| one.role == OWNER && one.ended_at.is_none()) {
            let (zh, en) = ("至少要有一位在用的所有者", "one owner at least must be able to sign in");
            return Err(forbidden("last_owner", zh, en));
        }
        if person.ended_at.is_some() {
            db.remove_sessions_of(id, &[])?;
        }
        let detail = serde_json::json!({"name": change.name, "role": change.role, "active": change.active});
        let second = second_factor::has(db, id)?;
        Ok((view(db, person, None, second)?, Line::new("person.changed", &id, detail)))
    })
}

/// Makes a person's account, as part of a change that writes a line of its own.
///
/// # Errors
/// The address is taken, or the database's.
pub(crate) fn add(
    db: &mut Connection,
    email: &str,
    name: &str,
    password_hash: &str,
    role: RoleId,
    at: Timestamp,
) -> Result<UserId, OpError> {
    let added = db.add_person(email, name, password_hash, role, at)?;
    added.ok_or_else(|| OpError::invalid("email", "该邮箱已注册", "this address has an account"))
}
