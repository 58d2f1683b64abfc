//! Roles: what those who have one may do. Six are the program's; a workspace adds its own.

use base::{RoleId, Text};
use serde::{Deserialize, Serialize};
use store::Connection;
use utoipa::ToSchema;

use crate::audit::{Line, audited};
use crate::{Actor, App, Fault, OpError, Right, Rights};

/// The role that may do everything; someone always has it.
pub const OWNER: RoleId = RoleId::new(1);
/// The most roles of a workspace's own.
const ROLES_LIMIT: usize = 200;

/// A role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RoleId,
    /// Its name.
    pub name: Text,
    /// The names of its rights.
    pub rights: Vec<String>,
    /// Whether it comes with the program, and cannot be changed.
    pub standard: bool,
}

/// A right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RightView {
    /// Its name in roles.
    pub name: &'static str,
    /// What it is called.
    pub label: Text,
}

/// All roles, and all rights there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RolePage {
    /// The roles.
    pub items: Vec<RoleView>,
    /// The rights.
    pub rights: Vec<RightView>,
}

/// A role to be made or changed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RoleRequest {
    /// Its name.
    pub name: String,
    /// The names of its rights.
    pub rights: Vec<String>,
}

type Standard = (RoleId, &'static str, &'static str, &'static [Right]);

/// The program's own roles, but for the owner, whose rights are all.
const STANDARD: [Standard; 5] = {
    use Right::{
        ExportCustomers, ManagePeople, OpenOriginals, ReadAudit, ReadCustomers, ReadEvents, ReadRules,
        RevealIdentifiers, UndoMerges, WriteKinds, WriteRules, WriteSources, WriteTasks,
    };
    [
        (
            RoleId::new(2),
            "管理员",
            "Administrator",
            &[ReadCustomers, ReadRules, ReadEvents, WriteKinds, WriteSources, ManagePeople, ReadAudit],
        ),
        (
            RoleId::new(3),
            "业务负责人",
            "Business owner",
            &[ReadCustomers, RevealIdentifiers, UndoMerges, WriteTasks, ReadRules, WriteRules, ReadEvents, WriteKinds],
        ),
        (
            RoleId::new(4),
            "销售与客服",
            "Sales and service",
            &[ReadCustomers, RevealIdentifiers, OpenOriginals, WriteTasks, ReadRules],
        ),
        (
            RoleId::new(5),
            "数据保护官",
            "Data protection officer",
            &[ReadCustomers, RevealIdentifiers, OpenOriginals, ExportCustomers, ReadRules, ReadEvents, ReadAudit],
        ),
        (RoleId::new(6), "只读", "Reader", &[ReadCustomers, ReadRules]),
    ]
};

fn standard() -> impl Iterator<Item = (RoleId, Text, Rights)> {
    let owner = (OWNER, Text::new("所有者", "Owner"), Rights::all());
    let rest = STANDARD.iter().map(|(id, zh, en, rights)| (*id, Text::new(*zh, *en), rights.iter().copied().collect()));
    std::iter::once(owner).chain(rest)
}

fn own(role: store::Role) -> (RoleId, Text, Rights) {
    (role.id, Text::same(role.name), role.rights.iter().filter_map(|name| Right::named(name)).collect())
}

/// A role's name and rights.
pub(crate) fn find(db: &mut Connection, id: RoleId) -> Result<Option<(Text, Rights)>, OpError> {
    let found = match standard().find(|(known, ..)| *known == id) {
        Some(role) => Some(role),
        None => db.role(id)?.map(own),
    };
    Ok(found.map(|(_, name, rights)| (name, rights)))
}

/// A role that someone asks for by id.
pub(crate) fn wanted(db: &mut Connection, id: RoleId) -> Result<(Text, Rights), OpError> {
    find(db, id)?.ok_or_else(|| OpError::invalid("role", "没有这个角色", "there is no such role"))
}

/// Refuses to give a key a role with rights that its maker lacks: whoever makes a key can use it.
pub(crate) fn may_have(db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    let (_, rights) = wanted(db, id)?;
    within_own(actor, rights)
}

fn within_own(actor: &Actor, rights: Rights) -> Result<(), OpError> {
    if actor.rights().has_all(rights) {
        return Ok(());
    }
    let (zh, en) = ("权限超出您自己的,请找所有者", "these are more rights than you have; ask an owner");
    Err(OpError::new(Fault::Forbidden, "beyond_own", zh, en))
}

/// Refuses to give a role to someone: only an owner makes owners.
pub(crate) fn may_give(db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    wanted(db, id)?;
    if id == OWNER && actor.rights() != Rights::all() {
        return Err(OpError::new(
            Fault::Forbidden,
            "owners_only",
            "只有所有者能授予所有者角色",
            "only an owner gives the owner's role",
        ));
    }
    Ok(())
}

/// All roles.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<RolePage, OpError> {
    actor.may(Right::ManagePeople)?;
    let own = app.store.read(Connection::roles)?.into_iter().map(own);
    let items = standard().chain(own).map(|(id, name, rights)| view(id, name, rights)).collect();
    let rights = Right::ALL.into_iter().map(|right| RightView { name: right.name(), label: right.label() });
    Ok(RolePage { items, rights: rights.collect() })
}

fn view(id: RoleId, name: Text, rights: Rights) -> RoleView {
    let rights = rights.names().into_iter().map(str::to_owned).collect();
    RoleView { id, name, rights, standard: is_standard(id) }
}

fn is_standard(id: RoleId) -> bool {
    standard().any(|(known, ..)| known == id)
}

/// Reads the request; a role has only rights that the one who makes it has.
fn read<'r>(actor: &Actor, request: &'r RoleRequest) -> Result<(&'r str, Rights), OpError> {
    let name = super::name(&request.name)?;
    if standard().any(|(_, known, _)| known.zh == name || known.en.eq_ignore_ascii_case(name)) {
        return Err(taken());
    }
    let mut rights = Vec::new();
    for name in &request.rights {
        let unknown =
            || OpError::invalid("rights", &format!("没有权限「{name}」"), &format!("there is no right '{name}'"));
        rights.push(Right::named(name).ok_or_else(unknown)?);
    }
    let rights: Rights = rights.into_iter().collect();
    within_own(actor, rights)?;
    Ok((name, rights))
}

fn taken() -> OpError {
    OpError::invalid("name", "已有同名角色", "there is a role of this name")
}

/// Makes a role.
///
/// # Errors
/// The right is lacking, a member does not fit, the name is taken, or the database's.
pub fn add(app: &App, actor: &Actor, request: &RoleRequest) -> Result<RoleView, OpError> {
    actor.may(Right::ManagePeople)?;
    let (name, rights) = read(actor, request)?;
    audited(app, actor.id(), |db| {
        if db.roles()?.len() >= ROLES_LIMIT {
            return Err(OpError::invalid("name", "角色最多 200 个", "a workspace has at most 200 roles"));
        }
        let id = db.add_role(name, &rights.names())?.ok_or_else(taken)?;
        Ok((view(id, Text::same(name), rights), Line::new("role.added", &id, detail(name, rights))))
    })
}

fn detail(name: &str, rights: Rights) -> serde_json::Value {
    serde_json::json!({"name": name, "rights": rights.names()})
}

/// Changes a role, for all who have it, at once.
///
/// # Errors
/// The right is lacking, there is no such role or it is the program's, a member does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, id: RoleId, request: &RoleRequest) -> Result<RoleView, OpError> {
    actor.may(Right::ManagePeople)?;
    let (name, rights) = read(actor, request)?;
    audited(app, actor.id(), |db| {
        changeable(db, actor, id)?;
        if !db.set_role(id, name, &rights.names())? {
            return Err(taken());
        }
        Ok((view(id, Text::same(name), rights), Line::new("role.changed", &id, detail(name, rights))))
    })
}

/// Refuses to change what is the program's, or has more rights than the one who changes it.
fn changeable(db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    if is_standard(id) {
        let (zh, en) = ("标准角色不能修改,请新建角色", "a standard role cannot be changed; make one of your own");
        return Err(OpError::new(Fault::Forbidden, "standard_role", zh, en));
    }
    let (_, rights) = find(db, id)?.ok_or_else(OpError::not_found)?;
    within_own(actor, rights)
}

/// Removes a role that nobody has.
///
/// # Errors
/// The right is lacking, there is no such role or it is the program's, someone has it, or the database's.
pub fn remove(app: &App, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        changeable(db, actor, id)?;
        if !db.remove_role(id)? {
            let (zh, en) = ("还有人、邀请或密钥在用这个角色", "a person, an invitation or a key still has this role");
            return Err(OpError::new(Fault::Request, "role_in_use", zh, en));
        }
        Ok(((), Line::new("role.removed", &id, serde_json::Value::Null)))
    })
}
