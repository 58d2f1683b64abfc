//! What someone may do, decided here, once, for the API, the command line and whatever else comes.
//!
//! Each use case takes an [`Actor`] and begins with the right that it needs. Rights come with a role; who has none of a use case's
//! rights is told so, and nothing is done.
//!
//! ```
//! use ops::{Access, Actor, Right, Rights};
//! let service = Actor::new("usr_00000001", Rights::from_iter([Right::ReadCustomers]), Access::default());
//! assert!(service.may(Right::ReadCustomers).is_ok());
//! assert_eq!(service.may(Right::WriteRules).unwrap_err().code, "forbidden");
//! ```

use base::{Text, UserId};
use domain::object::CUSTOMER;

use crate::{Access, Fault, OpError, Scope};

/// Something that one may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See customers: profile with masked identifiers, tags, timeline, decisions and their reasons.
    ReadCustomers,
    /// See identifiers in full.
    RevealIdentifiers,
    /// Open sealed originals.
    OpenOriginals,
    /// Export a customer.
    ExportCustomers,
    /// Undo merges.
    UndoMerges,
    /// Erase customers for good.
    EraseCustomers,
    /// Mark tasks as done, or as open again.
    WriteTasks,
    /// See rules and what they decided.
    ReadRules,
    /// Make, change and remove rules.
    WriteRules,
    /// See events as they come in, sources and refusals.
    ReadEvents,
    /// Declare kinds of events.
    WriteKinds,
    /// Make sources and their ingest keys.
    WriteSources,
    /// Make and change objects and their fields.
    WriteObjects,
    /// Export lists of records that one may see.
    ExportRecords,
    /// Invite people, give roles, make roles and API keys.
    ManagePeople,
    /// See who did what.
    ReadAudit,
    /// Clear the demo company.
    ClearDemo,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::ReadCustomers,
        Self::RevealIdentifiers,
        Self::OpenOriginals,
        Self::ExportCustomers,
        Self::UndoMerges,
        Self::EraseCustomers,
        Self::WriteTasks,
        Self::ReadRules,
        Self::WriteRules,
        Self::ReadEvents,
        Self::WriteKinds,
        Self::WriteSources,
        Self::WriteObjects,
        Self::ExportRecords,
        Self::ManagePeople,
        Self::ReadAudit,
        Self::ClearDemo,
    ];

    /// Its name in roles and in the API, which never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadCustomers => "customers.read",
            Self::RevealIdentifiers => "customers.reveal",
            Self::OpenOriginals => "customers.originals",
            Self::ExportCustomers => "customers.export",
            Self::UndoMerges => "customers.unmerge",
            Self::EraseCustomers => "customers.erase",
            Self::WriteTasks => "tasks.write",
            Self::ReadRules => "rules.read",
            Self::WriteRules => "rules.write",
            Self::ReadEvents => "events.read",
            Self::WriteKinds => "kinds.write",
            Self::WriteSources => "sources.write",
            Self::WriteObjects => "objects.write",
            Self::ExportRecords => "records.export",
            Self::ManagePeople => "people.manage",
            Self::ReadAudit => "audit.read",
            Self::ClearDemo => "demo.clear",
        }
    }

    /// The right of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }

    /// What it is called.
    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Self::ReadCustomers => ("查看客户", "See customers"),
            Self::RevealIdentifiers => ("查看完整标识", "See identifiers in full"),
            Self::OpenOriginals => ("打开原文", "Open originals"),
            Self::ExportCustomers => ("导出客户", "Export customers"),
            Self::UndoMerges => ("撤销合并", "Undo merges"),
            Self::EraseCustomers => ("彻底删除客户", "Erase customers for good"),
            Self::WriteTasks => ("处理任务", "Work on tasks"),
            Self::ReadRules => ("查看规则", "See rules"),
            Self::WriteRules => ("编写规则", "Write rules"),
            Self::ReadEvents => ("查看事件流", "See events come in"),
            Self::WriteKinds => ("声明事件类型", "Declare kinds of events"),
            Self::WriteSources => ("管理数据源", "Manage sources"),
            Self::WriteObjects => ("搭建对象与字段", "Build objects and fields"),
            Self::ExportRecords => ("导出记录列表", "Export lists of records"),
            Self::ManagePeople => ("管理人员与角色", "Manage people and roles"),
            Self::ReadAudit => ("查看审计", "See the audit"),
            Self::ClearDemo => ("清空演示数据", "Clear the demo"),
        };
        Text::new(zh, en)
    }
}

/// A set of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u32);

impl Rights {
    /// All rights there are.
    #[must_use]
    pub fn all() -> Self {
        Right::ALL.into_iter().collect()
    }

    /// Whether the right is among them.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & (1 << right as u32) != 0
    }

    /// Whether all of these are among them.
    #[must_use]
    pub const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Their names.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Right::ALL.into_iter().filter(|right| self.has(*right)).map(Right::name).collect()
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |all, right| all | 1 << right as u32))
    }
}

/// Who acts, and what they may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    id: String,
    rights: Rights,
    access: Access,
    /// Whether they have the owner's role.
    is_owner: bool,
    /// Whether it is somebody else who sees what they see.
    is_seen_as: bool,
    /// Whether they have yet to show a second factor.
    is_bare: bool,
}

impl Actor {
    /// A person, or a key, by its id.
    #[must_use]
    pub fn new(id: impl Into<String>, rights: Rights, access: Access) -> Self {
        Self { id: id.into(), rights, access, is_owner: false, is_seen_as: false, is_bare: false }
    }

    /// A person who has yet to show a second factor that the workspace wants: they have no rights until then.
    #[must_use]
    pub fn bare(id: impl Into<String>) -> Self {
        Self { is_bare: true, ..Self::new(id, Rights::default(), Access::default()) }
    }

    /// Whether they have yet to show a second factor that the workspace wants.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        self.is_bare
    }

    /// Somebody else who sees what they see: what they may read of others' things, and nothing that does something or is noted.
    #[must_use]
    pub fn seen_as(mut self) -> Self {
        let reads = Rights::from_iter([Right::ReadCustomers, Right::ReadRules, Right::ReadEvents]);
        self.rights = Rights(self.rights.0 & reads.0);
        let all = std::iter::once(&mut self.access.others).chain(self.access.objects.values_mut());
        all.for_each(|rights| rights.write = Scope::None);
        Self { is_owner: false, is_seen_as: true, ..self }
    }

    /// Whether it is somebody else who sees what they see.
    #[must_use]
    pub const fn is_seen_as(&self) -> bool {
        self.is_seen_as
    }

    /// The owner of the machine, on its command line, who can read the files anyway.
    #[must_use]
    pub fn local() -> Self {
        Self::new("local", Rights::all(), Access::same(Scope::All, Scope::All)).owner()
    }

    /// The same with the owner's role.
    #[must_use]
    pub fn owner(self) -> Self {
        Self { is_owner: true, ..self }
    }

    /// Whether they have the owner's role.
    #[must_use]
    pub const fn is_owner(&self) -> bool {
        self.is_owner
    }

    /// Refuses whoever is no owner: what lets others sign in, or carries the letters that do, is an owner's to set.
    ///
    /// # Errors
    /// They do not have the owner's role.
    pub fn owns(&self) -> Result<(), OpError> {
        if self.is_owner {
            return Ok(());
        }
        Err(OpError::new(Fault::Forbidden, "owners_only", "只有所有者能设置", "only an owner sets this"))
    }

    /// The id of a person or a key, or `local`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The person, if it is one.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        self.id.parse().ok()
    }

    /// What they may do.
    #[must_use]
    pub const fn rights(&self) -> Rights {
        self.rights
    }

    /// What they may do with records.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Whether they see all customers: what is told of many at once is theirs only then.
    #[must_use]
    pub fn sees_all_customers(&self) -> bool {
        self.may(Right::ReadCustomers).is_ok() && self.access.of(CUSTOMER).read == Scope::All
    }

    /// Refuses what they may not do.
    ///
    /// # Errors
    /// They lack the right, which the error names.
    pub fn may(&self, right: Right) -> Result<(), OpError> {
        if self.rights.has(right) {
            return Ok(());
        }
        let Text { zh, en } = right.label();
        let zh = format!("没有「{zh}」的权限，请找管理员");
        let en = format!("you lack the right '{en}'; ask who manages people");
        let message = Text::new(zh, en);
        Err(OpError { code: "forbidden", message, field: Some(right.name().to_owned()), fault: Fault::Forbidden })
    }
}
