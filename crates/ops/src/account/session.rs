//! Signing in and out, and what a browser needs to know first.

use base::{DAY_MS, SessionId, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Connection, Person, Session};
use utoipa::ToSchema;

use super::provider::{self, ProviderButton};
use super::role::{self, OWNER, Role};
use super::{SEEN_MS, check, fingerprint, hash, matches, person, second_factor, secret, site};
use crate::audit::{Line, audited};
use crate::error::without_nul;
use crate::{Access, Actor, App, Fault, OpError, Right, Rights};

/// How long a session lives, in milliseconds.
pub const SESSION_MS: i64 = 30 * DAY_MS;
/// How much is kept of what a browser says that it is, in characters.
const AGENT_CHARS: usize = 200;

/// What a browser needs to know first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// Who is signed in.
    pub user: Option<UserView>,
    /// With what a code is given where the password was right and a code is wanted too: nobody is signed in yet.
    pub code_wanted: Option<String>,
    /// The identity providers by which one can sign in.
    pub providers: Vec<ProviderButton>,
    /// Whether the owner's account is still to be made.
    pub setup_needed: bool,
    /// The company.
    pub company: CompanyView,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    /// Their id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// What their role is called.
    pub role: Text,
    /// The names of their rights.
    pub rights: Vec<String>,
    /// What they may do with records.
    pub records: Access,
    /// Whether they have the owner's role.
    pub owner: bool,
    /// Whether the workspace wants a second factor that they have yet to show; until then they can do nothing else.
    pub second_factor_wanted: bool,
    /// The name of who really is signed in, where somebody else sees the workspace as this person does, and can do nothing.
    pub seen_by: Option<String>,
}

/// The company.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompanyView {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// Whether it is the demo company.
    pub demo: bool,
}

/// The owner's account to be made.
#[derive(Deserialize, ToSchema)]
pub struct SetupRequest {
    /// The token from the link printed at the first start.
    pub token: String,
    /// The owner's name.
    pub name: String,
    /// The owner's e-mail address.
    pub email: String,
    /// At least twelve characters.
    pub password: String,
    /// The company's name.
    pub company: String,
}

/// Someone who signs in.
#[derive(Deserialize, ToSchema)]
pub struct SignInRequest {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordRequest {
    /// The one until now.
    pub old: String,
    /// At least twelve characters.
    pub new: String,
}

/// A browser that is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenSession {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// What the browser says that it is.
    pub agent: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String)]
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One's open sessions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenSessions {
    /// The sessions, the latest used first.
    pub items: Vec<OpenSession>,
}

/// By what someone was known when they signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A password, or the link with which an account is made.
    Password,
    /// A password, and a code after it.
    Code,
    /// A passkey: something one has, and a finger, face or PIN.
    Passkey,
    /// An identity provider, which has its own ways to be sure.
    Provider,
}

/// How far one is who has given a password.
pub enum Entry {
    /// Signed in: the session's token.
    Open(String),
    /// A code is wanted too; the token to give it with. Nobody is signed in by that.
    Code(String),
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }

    /// How many factors that is.
    const fn factors(self) -> u64 {
        match self {
            Self::Password => 1,
            Self::Code | Self::Passkey | Self::Provider => 2,
        }
    }
}

/// Someone who is signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Their role.
    pub role: Role,
    /// The name of who really is signed in, and sees the workspace as this person does.
    pub seen_by: Option<String>,
    /// Whether the workspace wants a second factor that they have yet to show; until then they can do nothing else.
    pub is_bare: bool,
    /// When the session ends by itself.
    pub until: Timestamp,
}

impl SignedIn {
    /// They, as one who acts.
    #[must_use]
    pub fn actor(&self, app: &App) -> Actor {
        if self.is_bare {
            return Actor::bare(self.person.id.to_string());
        }
        let actor = self.role.actor(app, self.person.id.to_string());
        if self.seen_by.is_some() { actor.seen_as() } else { actor }
    }
}

/// Makes the owner's account, once, with the token printed at the first start, and returns the session's token.
///
/// # Errors
/// The token is wrong, an account exists, or a member does not fit.
pub fn set_up(app: &App, token: &str, request: &SetupRequest, agent: &str) -> Result<String, OpError> {
    check(&request.email, &request.password)?;
    without_nul("company", &request.company)?;
    let wrong =
        || OpError::new(Fault::Forbidden, "setup_token", "设置链接无效或已用过", "the link is not valid, or was used");
    if fingerprint(token) != fingerprint(&request.token) || app.store.read(Connection::has_people)? {
        return Err(wrong());
    }
    let company = request.company.trim();
    if company.is_empty() || company.chars().count() > 100 {
        return Err(OpError::invalid("company", "请填写公司名称", "a company's name is wanted"));
    }
    let id = add_owner(app, &request.email, &request.name, &request.password, Some(company))?;
    open(app, id, agent, By::Password)
}

/// Makes an owner's account; with a company's name, only where nobody has an account.
///
/// # Errors
/// A member does not fit, the address is taken, or the database's.
pub fn add_owner(app: &App, email: &str, name: &str, password: &str, company: Option<&str>) -> Result<UserId, OpError> {
    let (email, name, hash) = (super::address(email)?, super::name(name)?, super::new_password(password)?);
    audited(app, Actor::local().id(), |db| {
        if let Some(company) = company {
            if db.has_people()? {
                return Err(OpError::new(Fault::Forbidden, "setup_token", "所有者已存在", "there is an owner"));
            }
            db.set_setting("company", company)?;
        }
        let id = person::add(db, &email, name, &hash, OWNER, app.now())?;
        Ok((id, Line::new("person.added", &id, json!({"role": OWNER}))))
    })
}

/// Signs someone in, or asks for a code if they have an authenticator app.
///
/// # Errors
/// The address or the password is wrong, or the account was ended; which is not told, nor shown by the time it takes.
pub fn sign_in(app: &App, request: &SignInRequest, agent: &str) -> Result<Entry, OpError> {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let person = app.store.read(|db| db.person_by_email(&request.email.trim().to_lowercase()))?;
    // Who has no password takes as long as who is not there.
    let known = person.as_ref().map(|person| person.password_hash.as_str()).filter(|hash| !hash.is_empty());
    let hash = known.unwrap_or(NOBODY);
    let fits = matches(&request.password, hash);
    match person {
        Some(person) if fits && person.ended_at.is_none() => {
            if app.store.read(|db| db.second_factor(person.id))?.is_some() {
                return Ok(Entry::Code(second_factor::ask(app, &person)?));
            }
            Ok(Entry::Open(open(app, person.id, agent, By::Password)?))
        }
        known => {
            let known = known.map(|person| person.id);
            if let Some(id) = known {
                refused(app, id, By::Password)?;
            }
            let (zh, en) = ("邮箱或密码不正确", "the address or the password is wrong");
            Err(OpError::new(Fault::SignIn, "wrong_password", zh, en))
        }
    }
}

/// Notes that someone could not sign in.
pub(crate) fn refused(app: &App, person: UserId, by: By) -> Result<(), OpError> {
    let line = Line::new("session.refused", &person, json!({"by": by.name()}));
    line.note(app, &Actor::new(person.to_string(), Rights::default(), Access::default()))
}

/// Opens a session and returns its token. The person must still be one who may sign in.
pub(crate) fn open(app: &App, person: UserId, agent: &str, by: By) -> Result<String, OpError> {
    let token = secret("jws_")?;
    let now = app.now();
    let session = Session {
        token_hash: fingerprint(&token),
        person,
        created_at: now,
        expires_at: now.plus_ms(SESSION_MS),
        seen_at: now,
        sees_as: None,
        factors: by.factors(),
        agent: agent.chars().filter(|letter| !letter.is_control()).take(AGENT_CHARS).collect(),
    };
    audited(app, &person.to_string(), |db| {
        db.add_session(&session)?;
        Ok(((), Line::new("session.opened", &session_id(&session), json!({"by": by.name()}))))
    })?;
    Ok(token)
}

/// Part of the hash of its token: enough to name it, no help to guess it.
fn session_id(session: &Session) -> SessionId {
    let bytes = session.token_hash.first_chunk::<8>().copied().unwrap_or_default();
    SessionId::new(u64::from_be_bytes(bytes))
}

/// Who has a session that is still open, and what they may do.
///
/// # Errors
/// The database's.
pub fn signed_in(app: &App, token: &str) -> Result<Option<SignedIn>, OpError> {
    let (hash, now) = (fingerprint(token), app.now());
    let Some((person, session)) = app.store.read(|db| db.session(&hash, now))? else { return Ok(None) };
    if now.ms() - session.seen_at.ms() > SEEN_MS {
        app.store.note(|db| db.set_session_seen(&hash, now))?;
    }
    app.store.read(|db| {
        let role = role::find(db, person.role)?.unwrap_or_default();
        let is_bare = session.factors < 2 && site::wants_second_factor(db)?;
        let me = SignedIn { person, role, seen_by: None, is_bare, until: session.expires_at };
        match session.sees_as.filter(|_| !is_bare) {
            // When that is no longer allowed they see as themselves, and still do nothing, until they end it.
            Some(other) => {
                let myself = SignedIn { seen_by: Some(me.person.name.clone()), ..me.clone() };
                Ok(Some(seen(app, db, &me, other)?.unwrap_or(myself)))
            }
            None => Ok(Some(me)),
        }
    })
}

/// Who acts in a session.
///
/// # Errors
/// The session is not open, or the database's.
pub fn actor(app: &App, token: &str) -> Result<Actor, OpError> {
    app.known.learn(app, token, || {
        let one = signed_in(app, token)?.ok_or_else(OpError::sign_in)?;
        Ok((one.actor(app), Some(one.until)))
    })
}

/// Another as whom someone may see the workspace: one who may sign in, and who sees nothing that they do not.
fn seen(app: &App, db: &mut Connection, me: &SignedIn, other: UserId) -> Result<Option<SignedIn>, OpError> {
    let Some(person) = db.person(other)?.filter(|person| person.ended_at.is_none()) else { return Ok(None) };
    let role = role::find(db, person.role)?.unwrap_or_default();
    let they = SignedIn { person, role, seen_by: Some(me.person.name.clone()), is_bare: false, until: me.until };
    let (mine, theirs) = (me.actor(app), they.actor(app));
    let may = mine.may(Right::ManagePeople).is_ok()
        && mine.rights().has_all(theirs.rights())
        && mine.access().sees_all_of(theirs.access());
    Ok(may.then_some(they))
}

/// Sees the workspace as another does, until that is ended: what they see, and nothing that does something. It is noted.
///
/// # Errors
/// A key asks, the right is lacking, there is no such person, they see more, or the database's.
pub fn see_as(app: &App, actor: &Actor, token: &str, other: UserId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    let hash = fingerprint(token);
    oneself(actor)?;
    let me = signed_in(app, token)?.ok_or_else(OpError::sign_in)?;
    audited(app, actor.id(), |db| {
        db.person(other)?.ok_or_else(OpError::not_found)?;
        seen(app, db, &me, other)?.ok_or_else(|| {
            let (zh, en) = ("对方能看到的比您多，或已停用", "they see more than you do, or may no longer sign in");
            OpError::new(Fault::Forbidden, "beyond_own", zh, en)
        })?;
        db.set_session_sees_as(&hash, Some(other))?;
        Ok(((), Line::new("person.seen_as", &other, Value::Null)))
    })
}

/// Sees the workspace as oneself again.
///
/// # Errors
/// The database's.
pub fn see_as_oneself(app: &App, token: &str) -> Result<(), OpError> {
    Ok(app.store.write(|db| db.set_session_sees_as(&fingerprint(token), None))?)
}

/// Closes a session.
///
/// # Errors
/// The database's.
pub fn sign_out(app: &App, token: &str) -> Result<(), OpError> {
    let hash = fingerprint(token);
    let Some((person, session)) = app.store.read(|db| db.session(&hash, app.now()))? else { return Ok(()) };
    audited(app, &person.id.to_string(), |db| {
        db.remove_session(&hash)?;
        Ok(((), Line::new("session.closed", &session_id(&session), Value::Null)))
    })
}

/// The person who acts; a key and the machine's owner have no sessions.
pub(crate) fn oneself(actor: &Actor) -> Result<UserId, OpError> {
    as_oneself(actor)?;
    actor
        .id()
        .parse()
        .map_err(|_| OpError::new(Fault::Forbidden, "people_only", "仅限登录的人员", "for people who sign in only"))
}

/// Refuses whoever sees as somebody else: they do nothing.
pub(crate) fn as_oneself(actor: &Actor) -> Result<(), OpError> {
    if actor.is_seen_as() {
        let (zh, en) = ("正在以他人身份查看，请先结束", "you see as somebody else; end that first");
        return Err(OpError::new(Fault::Forbidden, "seen_as", zh, en));
    }
    Ok(())
}

/// One's own open sessions; `token` is the one that asks.
///
/// # Errors
/// A key asks, or the database's.
pub fn list(app: &App, actor: &Actor, token: &str) -> Result<OpenSessions, OpError> {
    let (person, current) = (oneself(actor)?, fingerprint(token));
    let view = |session: Session| OpenSession {
        id: session_id(&session),
        current: session.token_hash == current,
        agent: session.agent,
        created_at: session.created_at,
        seen_at: session.seen_at,
    };
    let items = app.store.read(|db| db.sessions_of(person, app.now()))?.into_iter().map(view).collect();
    Ok(OpenSessions { items })
}

/// Ends one of one's own sessions.
///
/// # Errors
/// A key asks, there is no such session, or the database's.
pub fn end(app: &App, actor: &Actor, id: SessionId) -> Result<(), OpError> {
    let person = oneself(actor)?;
    audited(app, actor.id(), |db| {
        let sessions = db.sessions_of(person, app.now())?;
        let session = sessions.iter().find(|session| session_id(session) == id).ok_or_else(OpError::not_found)?;
        db.remove_session(&session.token_hash)?;
        Ok(((), Line::new("session.ended", &id, Value::Null)))
    })
}

/// Changes one's own password; all other sessions end.
///
/// # Errors
/// A key asks, the old password is wrong, the new one does not fit, or the database's.
pub fn change_password(app: &App, actor: &Actor, token: &str, request: &PasswordRequest) -> Result<(), OpError> {
    let id = oneself(actor)?;
    check("", &request.old)?;
    let person = app.store.read(|db| db.person(id))?.ok_or_else(OpError::not_found)?;
    if !matches(&request.old, &person.password_hash) {
        return Err(OpError::invalid("old", "原密码不正确", "the old password is wrong"));
    }
    super::check("", &request.new)?;
    if request.new.chars().count() < super::PASSWORD_MIN {
        return Err(OpError::invalid("new", "密码至少 12 个字符", "a password has at least 12 characters"));
    }
    let new = hash(&request.new)?;
    audited(app, actor.id(), |db| {
        if !db.set_password(id, &person.password_hash, &new)? {
            return Err(OpError::sign_in());
        }
        db.remove_sessions_of(id, &fingerprint(token))?;
        Ok(((), Line::new("password.changed", &id, Value::Null)))
    })
}

/// What a browser needs to know first.
///
/// # Errors
/// The database's.
pub fn view(app: &App, who: Option<&SignedIn>) -> Result<SessionView, OpError> {
    let user = |one: &SignedIn| {
        let actor = one.actor(app);
        UserView {
            id: one.person.id,
            name: one.person.name.clone(),
            email: one.person.email.clone(),
            role: one.role.name.clone(),
            records: actor.access().clone(),
            owner: actor.is_owner(),
            second_factor_wanted: one.is_bare,
            rights: actor.rights().names().into_iter().map(str::to_owned).collect(),
            seen_by: one.seen_by.clone(),
        }
    };
    app.store.read(|db| {
        Ok(SessionView {
            user: who.map(user),
            code_wanted: None,
            providers: if who.is_some() { Vec::new() } else { provider::buttons(db)? },
            setup_needed: !db.has_people()?,
            company: CompanyView {
                name: db.setting("company")?.unwrap_or_else(|| "Jingwei".to_owned()),
                zone: app.zone.iana_name().unwrap_or("UTC").to_owned(),
                currency: app.currency.code().to_owned(),
                demo: db.setting("demo")?.is_some(),
            },
        })
    })
}
