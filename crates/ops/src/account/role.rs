//! Roles: what those who have one may do. Six are the program's; a workspace adds its own.

use base::{RoleId, Text};
use domain::object::FieldNumber;
use serde::{Deserialize, Serialize};
use store::Connection;
use utoipa::ToSchema;

use crate::audit::{Line, audited};
use crate::record::filter;
use crate::{Access, Actor, App, Fault, FieldAccess, OpError, Right, Rights, Scope};

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
    /// What may be done with records.
    pub records: Access,
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
    /// What may be done with records.
    #[serde(default)]
    pub records: Access,
}

/// A role as it is known within.
#[derive(Debug, Clone, Default)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: Text,
    /// Its rights.
    pub rights: Rights,
    /// What may be done with records.
    pub access: Access,
}

type Standard = (u64, &'static str, &'static str, &'static [Right], Scope, Scope);

/// The program's own roles, but for the owner, whose rights are all.
const STANDARD: [Standard; 5] = {
    use Right::{
        EraseCustomers, ExportCustomers, ExportRecords, ManagePeople, OpenOriginals, ReadAudit, ReadCustomers,
        ReadEvents, ReadRules, RevealIdentifiers, UndoMerges, WriteKinds, WriteObjects, WriteRules, WriteSources,
        WriteTasks,
    };
    use Scope::{All, None, Own};
    [
        (
            2,
            "管理员",
            "Administrator",
            &[ReadCustomers, ReadRules, ReadEvents, WriteKinds, WriteSources, WriteObjects, ManagePeople, ReadAudit],
            All,
            None,
        ),
        (
            3,
            "业务负责人",
            "Business owner",
            &[
                ReadCustomers,
                RevealIdentifiers,
                UndoMerges,
                WriteTasks,
                ReadRules,
                WriteRules,
                ReadEvents,
                WriteKinds,
                WriteObjects,
                ExportRecords,
            ],
            All,
            All,
        ),
        (
            4,
            "销售与客服",
            "Sales and service",
            &[ReadCustomers, RevealIdentifiers, OpenOriginals, WriteTasks, ReadRules],
            All,
            Own,
        ),
        (
            5,
            "数据保护官",
            "Data protection officer",
            &[
                ReadCustomers,
                RevealIdentifiers,
                OpenOriginals,
                ExportCustomers,
                EraseCustomers,
                ReadRules,
                ReadEvents,
                ReadAudit,
            ],
            All,
            None,
        ),
        (6, "只读", "Reader", &[ReadCustomers, ReadRules], All, None),
    ]
};

fn standard() -> impl Iterator<Item = Role> {
    let access = Access::same(Scope::All, Scope::All);
    let owner = Role { id: OWNER, name: Text::new("所有者", "Owner"), rights: Rights::all(), access };
    let rest = STANDARD.iter().map(|(number, zh, en, rights, read, write)| Role {
        id: RoleId::new(*number),
        name: Text::new(*zh, *en),
        rights: rights.iter().copied().collect(),
        access: Access::same(*read, *write),
    });
    std::iter::once(owner).chain(rest)
}

impl Role {
    /// Someone with this role.
    pub(crate) fn actor(&self, app: &App, id: String) -> Actor {
        let access = self.access.with_rights(self.rights, &app.pipeline.objects());
        let actor = Actor::new(id, self.rights, access);
        if self.id == OWNER { actor.owner() } else { actor }
    }
}

impl From<store::Role> for Role {
    fn from(role: store::Role) -> Self {
        Self {
            id: role.id,
            name: Text::same(role.name),
            rights: role.rights.iter().filter_map(|name| Right::named(name)).collect(),
            access: serde_json::from_str(&role.records).unwrap_or_default(),
        }
    }
}

/// A role.
pub(crate) fn find(db: &mut Connection, id: RoleId) -> Result<Option<Role>, OpError> {
    Ok(match standard().find(|role| role.id == id) {
        Some(role) => Some(role),
        None => db.role(id)?.map(Role::from),
    })
}

/// What a role is called.
pub(crate) fn name(db: &mut Connection, id: RoleId) -> Result<Text, OpError> {
    Ok(find(db, id)?.unwrap_or_default().name)
}

/// A role that someone asks for by id.
fn wanted(db: &mut Connection, id: RoleId) -> Result<Role, OpError> {
    find(db, id)?.ok_or_else(|| OpError::invalid("role", "没有这个角色", "there is no such role"))
}

/// Refuses to give a key a role with rights that its maker lacks: whoever makes a key can use it.
pub(crate) fn may_have(app: &App, db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    within_own(app, actor, &wanted(db, id)?)
}

fn within_own(app: &App, actor: &Actor, role: &Role) -> Result<(), OpError> {
    if actor.rights().has_all(role.rights)
        && actor.access().has_all(&role.access.with_rights(role.rights, &app.pipeline.objects()))
    {
        return Ok(());
    }
    let (zh, en) = ("权限超出您自己的，请找所有者", "these are more rights than you have; ask an owner");
    Err(OpError::new(Fault::Forbidden, "beyond_own", zh, en))
}

/// Refuses to give a role to someone: only an owner makes owners.
pub(crate) fn may_give(db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    wanted(db, id)?;
    if id == OWNER && !actor.is_owner() {
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
    let own = app.store.read(Connection::roles)?.into_iter().map(Role::from);
    let items = standard().chain(own).map(view).collect();
    let rights = Right::ALL.into_iter().map(|right| RightView { name: right.name(), label: right.label() });
    Ok(RolePage { items, rights: rights.collect() })
}

fn view(role: Role) -> RoleView {
    let Role { id, name, rights, access } = role;
    let rights = rights.names().into_iter().map(str::to_owned).collect();
    RoleView { id, name, rights, records: access, standard: is_standard(id) }
}

fn is_standard(id: RoleId) -> bool {
    standard().any(|role| role.id == id)
}

/// Reads the request; a role has only rights that the one who makes it has.
fn read(app: &App, actor: &Actor, request: &RoleRequest) -> Result<Role, OpError> {
    let name = super::name(&request.name)?;
    if standard().any(|role| role.name.zh == name || role.name.en.eq_ignore_ascii_case(name)) {
        return Err(taken());
    }
    let mut rights = Vec::new();
    for name in &request.rights {
        let unknown =
            || OpError::invalid("rights", &format!("没有权限「{name}」"), &format!("there is no right '{name}'"));
        rights.push(Right::named(name).ok_or_else(unknown)?);
    }
    let objects = app.pipeline.objects();
    if let Some(name) = request.records.objects.keys().find(|name| objects.by_name(name).is_none()) {
        return Err(OpError::invalid(
            "records",
            &format!("没有对象「{name}」"),
            &format!("there is no object '{name}'"),
        ));
    }
    conditions(app, actor, &request.records)?;
    fields(app, &request.records)?;
    let (rights, access) = (rights.into_iter().collect(), request.records.clone());
    let role = Role { id: RoleId::default(), name: Text::same(name), rights, access };
    within_own(app, actor, &role)?;
    Ok(role)
}

/// Refuses a condition that does not fit its object, and `some` without one.
fn conditions(app: &App, actor: &Actor, access: &Access) -> Result<(), OpError> {
    let objects = app.pipeline.objects();
    for (name, rights) in &access.objects {
        if let (Some(object), Some(filter)) = (objects.by_name(name), &rights.condition) {
            filter::policy(app, actor, object, filter)?;
        }
    }
    let is_open =
        |rights: &crate::RecordRights| rights.condition.is_none() && [rights.read, rights.write].contains(&Scope::Some);
    let others = is_open(&access.others) || access.others.condition.is_some();
    if others || access.objects.values().any(is_open) {
        return Err(OpError::invalid("records", "请填写条件", "a condition is wanted"));
    }
    Ok(())
}

/// Refuses less than seeing of fields that are not there, or that every record is known by.
fn fields(app: &App, access: &Access) -> Result<(), OpError> {
    let refuse = |zh: &str, en: &str| Err(OpError::invalid("records", zh, en));
    if !access.others.fields.is_empty() {
        return refuse("字段权限按对象设置", "what may be done with fields is said by object");
    }
    let objects = app.pipeline.objects();
    for (name, rights) in &access.objects {
        let object = objects.by_name(name);
        for (name, access) in &rights.fields {
            let Some(field) = object.and_then(|object| object.field(name)) else {
                return refuse(&format!("没有字段「{name}」"), &format!("there is no field '{name}'"));
            };
            if field.number <= FieldNumber::FIRST && *access < FieldAccess::Read {
                let Text { zh, en } = &field.label;
                return refuse(&format!("「{zh}」不能隐藏或遮盖"), &format!("'{en}' cannot be hidden or masked"));
            }
        }
    }
    Ok(())
}

fn taken() -> OpError {
    OpError::invalid("name", "已有同名角色", "there is a role of this name")
}

fn records(role: &Role) -> String {
    serde_json::to_string(&role.access).unwrap_or_default()
}

/// Makes a role.
///
/// # Errors
/// The right is lacking, a member does not fit, the name is taken, or the database's.
pub fn add(app: &App, actor: &Actor, request: &RoleRequest) -> Result<RoleView, OpError> {
    actor.may(Right::ManagePeople)?;
    let mut role = read(app, actor, request)?;
    audited(app, actor.id(), |db| {
        if db.roles()?.len() >= ROLES_LIMIT {
            return Err(OpError::invalid("name", "角色最多 200 个", "a workspace has at most 200 roles"));
        }
        role.id = db.add_role(&role.name.zh, &role.rights.names(), &records(&role))?.ok_or_else(taken)?;
        let line = Line::new("role.added", &role.id, detail(&role));
        Ok((view(role), line))
    })
}

fn detail(role: &Role) -> serde_json::Value {
    serde_json::json!({"name": role.name.zh, "rights": role.rights.names(), "records": records(role)})
}

/// Changes a role, for all who have it, at once.
///
/// # Errors
/// The right is lacking, there is no such role or it is the program's, a member does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, id: RoleId, request: &RoleRequest) -> Result<RoleView, OpError> {
    actor.may(Right::ManagePeople)?;
    let role = Role { id, ..read(app, actor, request)? };
    audited(app, actor.id(), |db| {
        changeable(app, db, actor, id)?;
        if !db.set_role(id, &role.name.zh, &role.rights.names(), &records(&role))? {
            return Err(taken());
        }
        let line = Line::new("role.changed", &id, detail(&role));
        Ok((view(role), line))
    })
}

/// Refuses to change what is the program's, or has more rights than the one who changes it.
fn changeable(app: &App, db: &mut Connection, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    if is_standard(id) {
        let (zh, en) = ("标准角色不能修改，请新建角色", "a standard role cannot be changed; make one of your own");
        return Err(OpError::new(Fault::Forbidden, "standard_role", zh, en));
    }
    within_own(app, actor, &find(db, id)?.ok_or_else(OpError::not_found)?)
}

/// Removes a role that nobody has.
///
/// # Errors
/// The right is lacking, there is no such role or it is the program's, someone has it, or the database's.
pub fn remove(app: &App, actor: &Actor, id: RoleId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        changeable(app, db, actor, id)?;
        if !db.remove_role(id)? {
            let (zh, en) = ("还有人、邀请或密钥在用这个角色", "a person, an invitation or a key still has this role");
            return Err(OpError::new(Fault::Request, "role_in_use", zh, en));
        }
        Ok(((), Line::new("role.removed", &id, serde_json::Value::Null)))
    })
}
