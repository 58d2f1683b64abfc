//! Invitations: a link with which someone makes their own account, with the role that was meant for them.

use base::{DAY_MS, InvitationId, Locale, RoleId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Connection, Invitation};
use utoipa::ToSchema;

use super::{fingerprint, person, role, secret, session, site};
use crate::audit::{Line, audited, name_of};
use crate::mail::{self, LetterView};
use crate::{Actor, App, Fault, OpError, Right};

/// How long an invitation can be taken, in milliseconds.
const VALID_MS: i64 = 7 * DAY_MS;
/// The most invitations that wait.
const LIMIT: usize = 1_000;

/// An invitation that was not taken yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitationView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: InvitationId,
    /// Whose e-mail address.
    pub email: String,
    /// The role they will have.
    #[schema(value_type = String)]
    pub role: RoleId,
    /// What it is called.
    pub role_name: Text,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Until when it can be taken.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// All invitations that were not taken yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitationPage {
    /// The invitations, newest first.
    pub items: Vec<InvitationView>,
    /// Whether an invitation goes by letter: a mail server is set.
    pub letters: bool,
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
pub struct InvitationRequest {
    /// Their e-mail address.
    pub email: String,
    /// The role they will have.
    #[schema(value_type = String)]
    pub role: RoleId,
    /// In which language they are written to, where a mail server is set: `zh` or `en`.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub language: Locale,
}

/// A new invitation, with the secret of its link, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewInvitation {
    /// The invitation.
    pub invitation: InvitationView,
    /// What stands in the link `/join?token=…`.
    pub token: String,
    /// Whether the letter with the link went; none where no mail server is set.
    pub letter: Option<LetterView>,
}

/// A link that someone followed.
#[derive(Deserialize, ToSchema)]
pub struct OfferRequest {
    /// The token from the link.
    pub token: String,
}

/// What a link offers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Invited {
    /// With which address they will sign in.
    pub email: String,
    /// What their role is called.
    pub role_name: Text,
    /// Until when it can be taken.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// Someone who takes an invitation.
#[derive(Deserialize, ToSchema)]
pub struct JoinRequest {
    /// The token from the link.
    pub token: String,
    /// Their name.
    pub name: String,
    /// At least twelve characters.
    pub password: String,
}

fn view(db: &mut Connection, one: Invitation) -> Result<InvitationView, OpError> {
    let role_name = role::name(db, one.role)?;
    let Invitation { id, email, role, created_at, expires_at, .. } = one;
    Ok(InvitationView { id, email, role, role_name, created_at, expires_at })
}

/// All invitations that were not taken yet.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<InvitationPage, OpError> {
    actor.may(Right::ManagePeople)?;
    app.store.read(|db| {
        let items = db.invitations()?.into_iter().map(|one| view(db, one)).collect::<Result<_, OpError>>()?;
        Ok(InvitationPage { items, letters: mail::is_set(db)? })
    })
}

/// Invites someone, by letter where a mail server is set; an earlier invitation of the same address ends. That the letter did not go
/// undoes nothing: the answer says so, and has the link.
///
/// # Errors
/// The right is lacking, the address has an account or is none, there is no such role or one may not give it, or the database's.
pub fn add(app: &App, actor: &Actor, request: &InvitationRequest) -> Result<NewInvitation, OpError> {
    actor.may(Right::ManagePeople)?;
    let email = super::address(&request.email)?;
    let token = secret("jwi_")?;
    let at = app.now();
    let made = audited(app, actor.id(), |db| {
        role::may_give(db, actor, request.role)?;
        if db.person_by_email(&email)?.is_some() {
            return Err(OpError::invalid("email", "该邮箱已注册", "this address has an account"));
        }
        if db.invitations()?.len() >= LIMIT {
            return Err(OpError::invalid("email", "待接受的邀请最多 1000 个", "at most 1,000 invitations may wait"));
        }
        let mut invitation = Invitation {
            id: InvitationId::default(),
            email: email.clone(),
            role: request.role,
            invited_by: actor.id().to_owned(),
            created_at: at,
            expires_at: at.plus_ms(VALID_MS),
        };
        invitation.id = db.add_invitation(&invitation, &fingerprint(&token))?;
        let line = Line::new("invitation.added", &email, json!({"role": request.role}));
        Ok((NewInvitation { invitation: view(db, invitation)?, token, letter: None }, line))
    })?;
    let letter = app.store.read(mail::is_set)?.then(|| match write(app, actor, &made, request.language) {
        Ok(()) => LetterView { taken: true, why: None },
        Err(error) => LetterView { taken: false, why: Some(error.message) },
    });
    Ok(NewInvitation { letter, ..made })
}

/// Writes to someone who is invited. The link leads to the address that an owner wrote down, whatever the request says.
fn write(app: &App, actor: &Actor, made: &NewInvitation, language: Locale) -> Result<(), OpError> {
    let (address, company, who) = app.store.read(|db| {
        let company = db.setting("company")?.unwrap_or_else(|| "Jingwei".to_owned());
        let who = if actor.person().is_some() { name_of(db, actor.id())? } else { company.clone() };
        Ok::<_, OpError>((site::wanted(db)?, company, who))
    })?;
    let link = format!("{address}/join?token={}", made.token);
    let (subject, text) = match language {
        Locale::Zh => (
            format!("{who} 邀请您加入 {company}"),
            format!(
                "{who} 邀请您加入 {company} 的客户管理系统“经纬”。\n\n打开下面的链接，填写姓名和密码即可加入。链接七天内有效，只能用一次：\n\n{link}\n\n如果您不认识对方，请忽略这封邮件。\n"
            ),
        ),
        Locale::En => (
            format!("{who} invites you to {company}"),
            format!(
                "{who} invites you to {company}'s customer system, Jingwei.\n\nOpen this link and choose a name and a password. It works once, within seven days:\n\n{link}\n\nIf you do not know them, leave this letter unanswered.\n"
            ),
        ),
    };
    mail::post(app, &made.invitation.email, &subject, &text)
}

/// Takes an invitation back: its link works no longer.
///
/// # Errors
/// The right is lacking, there is no such invitation, or the database's.
pub fn remove(app: &App, actor: &Actor, id: InvitationId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        let email = db.remove_invitation(id)?.ok_or_else(OpError::not_found)?;
        Ok(((), Line::new("invitation.removed", &email, serde_json::Value::Null)))
    })
}

fn wrong() -> OpError {
    let (zh, en) = ("邀请链接无效、已用过或已过期", "the link is not valid, was used, or is over");
    OpError::new(Fault::Forbidden, "invitation", zh, en)
}

/// What a link offers, to whoever has it.
///
/// # Errors
/// The link is not valid, or the database's.
pub fn offer(app: &App, request: &OfferRequest) -> Result<Invited, OpError> {
    app.store.read(|db| {
        let found = db.invitation(&fingerprint(&request.token), app.now())?.ok_or_else(wrong)?;
        let InvitationView { email, role_name, expires_at, .. } = view(db, found)?;
        Ok(Invited { email, role_name, expires_at })
    })
}

/// Takes an invitation: makes the account, signs in, and returns the session's token. The link works once.
///
/// # Errors
/// The link is not valid, a member does not fit, or the database's.
pub fn accept(app: &App, request: &JoinRequest, agent: &str) -> Result<String, OpError> {
    let token = fingerprint(&request.token);
    app.store.read(|db| db.invitation(&token, app.now()))?.ok_or_else(wrong)?; // before a password is hashed for nothing
    let name = super::name(&request.name)?;
    let hash = super::new_password(&request.password)?;
    let id = audited(app, "invited", |db| {
        let found = db.invitation(&token, app.now())?.ok_or_else(wrong)?;
        // Of two who come at once with one link, one takes it.
        db.remove_invitation(found.id)?.ok_or_else(wrong)?;
        let id = person::add(db, &found.email, name, &hash, found.role, app.now())?;
        Ok((id, Line::new("person.added", &id, json!({"role": found.role, "invited_by": found.invited_by}))))
    })?;
    session::open(app, id, agent, session::By::Password)
}
