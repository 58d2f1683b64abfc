//! Why someone can see or change a record, or cannot.

use base::{RecordId, Text, UserId};
use domain::object::Object;
use serde::Serialize;
use store::record::query::Test;
use utoipa::ToSchema;

use super::{Deed, allowed_among, filter, found, object};
use crate::account::role;
use crate::{Actor, App, OpError, Right, Scope};

/// Why someone can see or change a record, or cannot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhySeen {
    /// Whose case it is.
    pub name: String,
    /// What their role is called.
    pub role: Text,
    /// Whether they see it.
    pub sees: bool,
    /// Why.
    pub sees_because: Text,
    /// Whether they may change it.
    pub writes: bool,
    /// Why.
    pub writes_because: Text,
}

/// Tells why a person can see or change a record that the reader sees.
///
/// # Errors
/// The right is lacking, there is no such record or person, or the database's.
pub fn why(app: &App, actor: &Actor, name: &str, id: RecordId, person: UserId) -> Result<WhySeen, OpError> {
    actor.may(Right::ManagePeople)?;
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        let row = found(app, db, actor, &object, Deed::See, id)?;
        let person = db.person(person)?.ok_or_else(OpError::not_found)?;
        let role = role::find(db, person.role)?.unwrap_or_default();
        let them = role.actor(app, person.id.to_string());
        let rights = them.access().of(name);
        let is_owner = row.cells.get(&domain::object::FieldNumber::OWNER)
            == Some(&domain::object::Cell::Int(person.id.number().cast_signed()));
        let shared = |deed| Test::Shared(person.id, deed == Deed::Write);
        let mut case = |deed, scope| {
            let may = person.ended_at.is_none() && allowed_among(app, db, &them, &object, deed, &[id])?.contains(&id);
            let why = match (person.ended_at, scope) {
                (Some(_), _) => Text::new("已停用，不能登录", "they may no longer sign in"),
                (None, Scope::None) => of(&object, "没有这项权限", "does not allow it"),
                (None, Scope::All) => of(&object, "允许全部", "allows all of them"),
                (None, _) if is_owner => Text::new("本人是负责人", "they are the owner"),
                (None, _) if may && db.passing(&object, &[id], &shared(deed))?.contains(&id) => {
                    Text::new("已与其或其团队共享", "it is shared with them or a team of theirs")
                }
                (None, Scope::Own) => Text::new(
                    "角色只允许本人负责的，而负责人不是本人",
                    "the role allows only their own, and they are not the owner",
                ),
                (None, Scope::Team | Scope::Subtree) if may => {
                    Text::new("负责人在其团队中", "the owner is in a team of theirs")
                }
                (None, Scope::Team | Scope::Subtree) => Text::new(
                    "角色只允许其团队负责的，而负责人不在其团队中",
                    "the role allows only what their team has, and the owner is not in it",
                ),
                (None, Scope::Some) => condition(&object, rights.condition.as_ref(), may),
            };
            Ok::<_, OpError>((may, why))
        };
        let (sees, sees_because) = case(Deed::See, rights.read)?;
        let (writes, writes_because) = case(Deed::Write, rights.write)?;
        Ok(WhySeen { name: person.name.clone(), role: role.name, sees, sees_because, writes, writes_because })
    })
}

/// What the role says of an object's records.
fn of(object: &Object, zh: &str, en: &str) -> Text {
    let label = &object.label;
    Text::new(format!("角色对「{}」{zh}", label.zh), format!("the role {en}, of '{}'", label.en))
}

fn condition(object: &Object, filter: Option<&filter::Filter>, passes: bool) -> Text {
    let said = filter.map(|filter| filter::say(object, filter)).unwrap_or_default();
    let (zh, en) = if passes { ("符合", "it passes") } else { ("不符合", "it does not pass") };
    Text::new(format!("{zh}角色的条件：{}", said.zh), format!("{en} the role's condition: {}", said.en))
}
