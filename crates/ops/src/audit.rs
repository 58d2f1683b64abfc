//! The audit: who did what. A change to people, roles, keys, sources or rules and its line are written both or neither; where a
//! change goes through the log instead, its line follows it.

use std::collections::{BTreeSet, HashMap};

use base::{AuditId, Text, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;
use store::{AuditFilter, AuditRow, Connection, Store};
use utoipa::ToSchema;

use crate::account::role;
use crate::error::without_nul;
use crate::{Actor, App, OpError, Right};

/// The longest page, in lines.
const PAGE: u32 = 200;

/// A line of the audit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    /// Its id, where the next page may begin.
    #[schema(value_type = String)]
    pub id: AuditId,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who: the id of a person or key, or `local` for the machine's command line.
    pub actor: String,
    /// Their name.
    pub name: String,
    /// What, such as `role.changed`.
    pub action: String,
    /// What it is called.
    pub label: Text,
    /// To what: an id or a name.
    pub subject: String,
    /// What that is called, if it is a person, a key or a role; otherwise the same.
    pub subject_name: Text,
    /// More of it.
    pub detail: Value,
}

/// A page of the audit, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditPage {
    /// The lines.
    pub items: Vec<AuditView>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only what this person or key did.
    pub actor: Option<String>,
    /// Only what was done to this.
    pub subject: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many, at most 200.
    pub limit: u32,
}

/// What is done to what, for the audit.
pub(crate) struct Line {
    action: &'static str,
    subject: String,
    detail: Value,
}

impl Line {
    pub(crate) fn new(action: &'static str, subject: &dyn std::fmt::Display, detail: Value) -> Self {
        Self { action, subject: subject.to_string(), detail }
    }

    fn row(self, at: Timestamp, actor: &str) -> AuditRow {
        let detail = self.detail.to_string();
        AuditRow { at, actor: actor.to_owned(), action: self.action.to_owned(), subject: self.subject, detail }
    }

    /// Writes it by itself: what it tells of is done.
    pub(crate) fn note(self, app: &App, actor: &Actor) -> Result<(), OpError> {
        Ok(app.store.note(|db| db.add_audit(&self.row(app.now(), actor.id())))?)
    }
}

/// Changes what does not go through the log and writes its line, both or neither.
pub(crate) fn audited<T>(
    app: &App,
    actor: &str,
    change: impl FnOnce(&mut Connection) -> Result<(T, Line), OpError>,
) -> Result<T, OpError> {
    audited_at(&app.store, app.now(), actor, change)
}

/// As [`audited`], where no more than the database is open.
pub(crate) fn audited_at<T>(
    store: &Store,
    at: Timestamp,
    actor: &str,
    change: impl FnOnce(&mut Connection) -> Result<(T, Line), OpError>,
) -> Result<T, OpError> {
    store.write(|db| {
        db.begin()?;
        let (answer, line) = change(db)?; // where it fails, the connection is given up, and the transaction with it
        db.add_audit(&line.row(at, actor))?;
        db.batch("COMMIT")?;
        Ok(answer)
    })
}

/// What the audit knows of, and what it is called.
const ACTIONS: [(&str, &str, &str); 50] = [
    ("session.opened", "登录", "signed in"),
    ("session.refused", "登录失败", "was refused at sign-in"),
    ("session.closed", "退出登录", "signed out"),
    ("session.ended", "结束登录会话", "ended a session"),
    ("passkey.added", "添加通行密钥", "added a passkey"),
    ("passkey.removed", "移除通行密钥", "removed a passkey"),
    ("authenticator.added", "启用验证器", "set up an authenticator app"),
    ("authenticator.removed", "关闭验证器", "turned an authenticator app off"),
    ("recovery_codes.renewed", "更换恢复码", "renewed recovery codes"),
    ("second_factor.reset", "重置第二重验证", "reset the second factor of"),
    ("provider.added", "新建身份提供方", "added an identity provider"),
    ("provider.changed", "修改身份提供方", "changed an identity provider"),
    ("provider.removed", "删除身份提供方", "removed an identity provider"),
    ("provider.linked", "首次由身份提供方登录", "was known by an identity provider for the first time"),
    ("mail.changed", "修改发信设置", "changed how letters are sent"),
    ("sign_in.changed", "修改登录方式", "changed how people sign in"),
    ("password.changed", "修改密码", "changed the password"),
    ("person.added", "加入", "joined"),
    ("person.changed", "修改人员", "changed a person"),
    ("person.seen_as", "以其身份查看", "saw the workspace as"),
    ("invitation.added", "邀请", "invited"),
    ("invitation.removed", "撤回邀请", "took an invitation back"),
    ("role.added", "新建角色", "made a role"),
    ("role.changed", "修改角色", "changed a role"),
    ("role.removed", "删除角色", "removed a role"),
    ("team.added", "新建团队", "made a team"),
    ("team.changed", "修改团队", "changed a team"),
    ("team.removed", "删除团队", "removed a team"),
    ("api_key.added", "新建 API 密钥", "made an API key"),
    ("api_key.removed", "删除 API 密钥", "removed an API key"),
    ("source.added", "新建数据源或密钥", "made a source or its key"),
    ("source.key_renewed", "更换接入密钥", "renewed an ingest key"),
    ("kinds.declared", "声明事件类型", "declared kinds of events"),
    ("rule.added", "新建规则", "made a rule"),
    ("rule.changed", "修改规则", "changed a rule"),
    ("rule.removed", "删除规则", "removed a rule"),
    ("merge.undone", "撤销合并", "undid a merge"),
    ("identifiers.revealed", "查看完整标识", "saw identifiers in full"),
    ("customer.exported", "导出客户", "exported a customer"),
    ("customer.erased", "彻底删除客户", "erased a customer"),
    ("object.added", "新建对象", "made an object"),
    ("object.changed", "修改对象", "changed an object"),
    ("field.added", "新建字段", "made a field"),
    ("field.changed", "修改字段", "changed a field"),
    ("record.revealed", "查看完整的值", "saw a value in full"),
    ("record.shared", "共享记录", "shared a record"),
    ("record.unshared", "取消共享", "shared a record no longer"),
    ("attachment.opened", "打开附件", "opened an attachment"),
    ("records.exported", "导出记录列表", "exported a list of records"),
    ("demo.cleared", "清空演示数据", "cleared the demo data"),
];

fn label(action: &str) -> Text {
    let known = ACTIONS.iter().find(|(name, ..)| *name == action);
    known.map_or_else(|| Text::same(action), |(_, zh, en)| Text::new(*zh, *en))
}

/// Reads a page of the audit.
///
/// # Errors
/// The right is lacking, a cursor that is none, or the database's.
pub fn list(app: &App, actor: &Actor, query: &Query) -> Result<AuditPage, OpError> {
    actor.may(Right::ReadAudit)?;
    without_nul("actor", query.actor.as_deref().unwrap_or_default())?;
    without_nul("subject", query.subject.as_deref().unwrap_or_default())?;
    let bad = |_| OpError::invalid("cursor", "无效的分页游标", "not a cursor");
    let before = query.cursor.as_deref().map(str::parse).transpose().map_err(bad)?;
    let filter = AuditFilter { actor: query.actor.clone(), subject: query.subject.clone(), before };
    let limit = query.limit.clamp(1, PAGE);
    app.store.read(|db| {
        let rows = db.audit(&filter, limit)?;
        let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| is_full).map(|(id, _)| id.to_string());
        let mut names = Names::default();
        let items = rows.into_iter().map(|(id, row)| names.view(db, id, row)).collect::<Result<_, OpError>>()?;
        Ok(AuditPage { items, next })
    })
}

/// Names by id, looked up once a page.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    fn view(&mut self, db: &mut Connection, id: AuditId, row: AuditRow) -> Result<AuditView, OpError> {
        let AuditRow { at, actor, action, subject, detail } = row;
        let name = self.of(db, &actor)?;
        let role = subject.parse().ok().map(|id| role::find(db, id)).transpose()?.flatten();
        let subject_name = role.map_or_else(|| self.of(db, &subject).map(Text::same), |role| Ok(role.name))?;
        let detail = serde_json::from_str(&detail).unwrap_or_default();
        Ok(AuditView { id, at, actor, name, label: label(&action), action, subject, subject_name, detail })
    }

    /// Learns what people are called, all at once.
    pub(crate) fn learn<'a>(
        &mut self,
        app: &App,
        db: &mut Connection,
        actors: impl Iterator<Item = &'a str>,
    ) -> Result<(), OpError> {
        let people: BTreeSet<UserId> = actors.filter_map(|actor| actor.parse().ok()).collect();
        let named = app.known.names(app, db, people)?.into_iter();
        self.0.extend(named.map(|(id, name)| (id.to_string(), name)));
        Ok(())
    }

    pub(crate) fn of(&mut self, db: &mut Connection, actor: &str) -> Result<String, OpError> {
        if let Some(name) = self.0.get(actor) {
            return Ok(name.clone());
        }
        let name = name_of(db, actor)?;
        self.0.insert(actor.to_owned(), name.clone());
        Ok(name)
    }
}

/// The name of one who acts: a person's; otherwise what they are known by.
pub(crate) fn name_of(db: &mut Connection, actor: &str) -> Result<String, OpError> {
    let person = actor.parse::<UserId>().ok().map(|id| db.person(id)).transpose()?.flatten();
    if let Some(person) = person {
        return Ok(person.name);
    }
    let key = actor.parse::<base::ApiKeyId>().ok().map(|id| db.api_key_name(id)).transpose()?.flatten();
    Ok(key.unwrap_or_else(|| actor.to_owned()))
}
