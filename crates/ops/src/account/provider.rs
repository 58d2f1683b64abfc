//! Identity providers (OpenID Connect): people sign in where their company knows them.
//!
//! Whom a provider vouches for is known by its subject from the first time on. The first time, an e-mail address that the provider says
//! is theirs finds the person or the invitation. What was begun in one browser can be finished only there, once.

use base::{ProviderId, RoleId, Timestamp, UserId};
use outside::provider::{Arrival, ProviderError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Connection, Provider};
use url::Url;
use utoipa::ToSchema;

use super::role::{self, OWNER};
use super::session::{self, By};
use super::site::{self, Whence};
use super::{fingerprint, person, secret};
use crate::audit::{Line, audited};
use crate::error::without_nul;
use crate::{Actor, App, Fault, OpError};

/// Where providers send people back to, below the workspace's address.
const BACK: &str = "/sign-in/callback";
/// The most providers.
const LIMIT: usize = 20;
/// The longest text of a provider's settings, in bytes.
const BYTES: usize = 2_000;

/// Someone who was sent to a provider.
pub(super) struct Leaving {
    provider: ProviderId,
    browser: Vec<u8>,
    nonce: String,
    verifier: String,
}

/// An identity provider, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProviderId,
    /// What people know it by.
    pub label: String,
    /// Its issuer, such as `https://login.example.com`.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The role of those whom nobody knew; none lets in only those who are known or invited.
    #[schema(value_type = Option<String>)]
    pub role: Option<RoleId>,
    /// The domains of e-mail addresses that may come; none for all.
    pub domains: Vec<String>,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

/// All identity providers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderPage {
    /// The providers, oldest first.
    pub items: Vec<ProviderView>,
    /// Where they send people back to: what is entered at the provider. None until the workspace's address is written down.
    pub redirect: Option<String>,
}

/// An identity provider to be made or changed.
#[derive(Deserialize, ToSchema)]
pub struct ProviderRequest {
    /// What people know it by.
    pub label: String,
    /// Its issuer, such as `https://login.example.com`.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The secret that it gave us; empty leaves the one until now, with the same issuer.
    #[serde(default)]
    pub client_secret: String,
    /// The role of those whom nobody knew; none lets in only those who are known or invited.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub role: Option<RoleId>,
    /// The domains of e-mail addresses that may come; none for all.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// A way in, as everybody sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderButton {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProviderId,
    /// What people know it by.
    pub label: String,
}

/// Who wants to sign in by way of a provider.
#[derive(Deserialize, ToSchema)]
pub struct DepartRequest {
    /// Which.
    #[schema(value_type = String)]
    pub provider: ProviderId,
}

/// Where to go.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DepartView {
    /// The provider's page.
    pub url: String,
}

/// Someone who came back from a provider: what stands in the address.
#[derive(Deserialize, ToSchema)]
pub struct ArriveRequest {
    /// By which they are known again.
    pub state: String,
    /// What the provider gave them.
    #[serde(default)]
    pub code: String,
    /// Which provider says that it gave it, where it says so.
    #[serde(default)]
    pub iss: String,
    /// Why it gave nothing.
    #[serde(default)]
    pub error: String,
}

fn place(id: ProviderId) -> String {
    format!("secret of {id}")
}

fn refused(code: &'static str, zh: &str, en: &str) -> OpError {
    OpError::new(Fault::SignIn, code, zh, en)
}

fn stale() -> OpError {
    refused(
        "provider_stale",
        "登录已超时或不是从这个浏览器开始的，请重试",
        "this took too long, or was not begun in this browser; try again",
    )
}

impl From<ProviderError> for OpError {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "an identity provider vouched for nobody");
        match error {
            ProviderError::Away(_) => Self::new(
                Fault::Later,
                "provider_away",
                "身份提供方没有正常应答，请稍后再试或用其他方式登录",
                "the identity provider does not answer as one; try again later, or sign in another way",
            ),
            ProviderError::Refused(_) => refused(
                "provider_refused",
                "身份提供方拒绝了登录，请重试；如仍不行，请所有者检查客户端编号和密钥",
                "the identity provider refused; try again, and if it goes on, have an owner check client id and secret",
            ),
            ProviderError::Token(_) => refused(
                "provider_token",
                "身份提供方的凭据无效，没有登录",
                "what the identity provider sent is not valid; nobody was signed in",
            ),
        }
    }
}

fn view(one: Provider) -> ProviderView {
    let Provider { id, label, issuer, client_id, role, domains, created_at, .. } = one;
    let domains = domains.split_whitespace().map(str::to_owned).collect();
    ProviderView { id, label, issuer, client_id, role, domains, created_at }
}

fn back(address: &str) -> String {
    format!("{address}{BACK}")
}

/// All identity providers.
///
/// # Errors
/// Somebody other than an owner asks, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<ProviderPage, OpError> {
    actor.owns()?;
    app.store.read(|db| {
        let items = db.providers()?.into_iter().map(view).collect();
        Ok(ProviderPage { items, redirect: site::address(db)?.map(|address| back(&address)) })
    })
}

/// The ways in by providers, for whoever wants to sign in.
pub(super) fn buttons(db: &mut Connection) -> Result<Vec<ProviderButton>, OpError> {
    let button = |one: Provider| ProviderButton { id: one.id, label: one.label };
    Ok(db.providers()?.into_iter().map(button).collect())
}

/// Reads the request into a provider, but for its secret.
fn read(db: &mut Connection, actor: &Actor, request: &ProviderRequest) -> Result<Provider, OpError> {
    let (issuer, client_id) = (request.issuer.trim(), request.client_id.trim());
    for (field, text) in [("issuer", issuer), ("client_id", client_id), ("client_secret", &request.client_secret)] {
        without_nul(field, text)?;
        if text.len() > BYTES {
            return Err(OpError::invalid(field, "最多 2000 字节", "at most 2,000 bytes"));
        }
    }
    let fits = Url::parse(issuer).is_ok_and(|url| {
        outside::is_private(&url) && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    });
    if !fits {
        let (zh, en) = (
            "颁发者形如 https://login.example.com；只有本机可用 http",
            "an issuer is like https://login.example.com; http is for this machine only",
        );
        return Err(OpError::invalid("issuer", zh, en));
    }
    if client_id.is_empty() {
        return Err(OpError::invalid("client_id", "请填写客户端编号", "a client id is wanted"));
    }
    if request.role == Some(OWNER) {
        let (zh, en) = ("不能让新人自动成为所有者", "nobody becomes an owner by signing in");
        return Err(OpError::invalid("role", zh, en));
    }
    if let Some(role) = request.role {
        role::may_give(db, actor, role)?;
    }
    let domains: Vec<String> = request.domains.iter().map(|domain| domain.trim().to_lowercase()).collect();
    let is_domain =
        |text: &String| text.contains('.') && text.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
    if domains.len() > 50 || !domains.iter().all(is_domain) {
        let (zh, en) = ("域名形如 example.com，最多 50 个", "a domain is like example.com; at most 50");
        return Err(OpError::invalid("domains", zh, en));
    }
    Ok(Provider {
        id: ProviderId::default(),
        label: super::name(&request.label)
            .map_err(|error| OpError { field: Some("label".to_owned()), ..error })?
            .to_owned(),
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        secret: Vec::new(),
        role: request.role,
        domains: domains.join(" "),
        created_at: Timestamp::default(),
    })
}

/// Asks the issuer whether it is a provider, before it is kept.
fn check(issuer: &str) -> Result<(), OpError> {
    let asked = outside::provider::Provider { issuer, client_id: "", client_secret: "", redirect: "" };
    asked.check().map_err(|error| {
        let (zh, en) =
            (format!("这个颁发者没有正常应答：{error}"), format!("this issuer does not answer as one: {error}"));
        OpError::invalid("issuer", &zh, &en)
    })
}

fn no_secret() -> OpError {
    OpError::invalid("client_secret", "请填写客户端密钥", "a client secret is wanted")
}

/// Adds an identity provider, once it answers.
///
/// # Errors
/// Somebody other than an owner asks, a member does not fit, the issuer does not answer, there are too many, or the database's.
pub fn add(app: &App, actor: &Actor, request: &ProviderRequest) -> Result<ProviderView, OpError> {
    actor.owns()?;
    let mut new = app.store.read(|db| read(db, actor, request))?;
    if request.client_secret.is_empty() {
        return Err(no_secret());
    }
    check(&new.issuer)?;
    new.created_at = app.now();
    audited(app, actor.id(), |db| {
        if db.providers()?.len() >= LIMIT {
            return Err(OpError::invalid("label", "身份提供方最多 20 个", "at most 20 identity providers"));
        }
        new.id = db.add_provider(&new)?;
        let sealed = app.secrets.seal(&place(new.id), request.client_secret.as_bytes());
        new.secret = sealed.ok_or_else(OpError::unavailable)?;
        db.set_provider(&new)?;
        let line = Line::new("provider.added", &new.label, detail(&new));
        Ok((view(new), line))
    })
}

fn detail(one: &Provider) -> Value {
    json!({"issuer": one.issuer, "client_id": one.client_id, "role": one.role, "domains": one.domains})
}

/// Changes an identity provider. With another issuer or client id its subjects are others, and who they were is forgotten.
///
/// # Errors
/// Somebody other than an owner asks, there is no such provider, a member does not fit, the issuer does not answer, or the database's.
pub fn update(app: &App, actor: &Actor, id: ProviderId, request: &ProviderRequest) -> Result<ProviderView, OpError> {
    actor.owns()?;
    let old = app.store.read(|db| db.provider(id))?.ok_or_else(OpError::not_found)?;
    let mut new = app.store.read(|db| read(db, actor, request))?;
    let is_other = old.issuer != new.issuer || old.client_id != new.client_id;
    if is_other && request.client_secret.is_empty() {
        return Err(no_secret());
    }
    check(&new.issuer)?;
    (new.id, new.created_at, new.secret) = (id, old.created_at, old.secret);
    if !request.client_secret.is_empty() {
        let sealed = app.secrets.seal(&place(id), request.client_secret.as_bytes());
        new.secret = sealed.ok_or_else(OpError::unavailable)?;
    }
    audited(app, actor.id(), |db| {
        if is_other {
            db.remove_links_of(id)?;
        }
        db.set_provider(&new)?;
        let line = Line::new("provider.changed", &new.label, detail(&new));
        Ok((view(new), line))
    })
}

/// Removes an identity provider: nobody signs in by it any longer.
///
/// # Errors
/// Somebody other than an owner asks, there is no such provider, or the database's.
pub fn remove(app: &App, actor: &Actor, id: ProviderId) -> Result<(), OpError> {
    actor.owns()?;
    audited(app, actor.id(), |db| {
        let found = db.provider(id)?.ok_or_else(OpError::not_found)?;
        db.remove_provider(id)?;
        Ok(((), Line::new("provider.removed", &found.label, Value::Null)))
    })
}

/// Runs something with a provider and its secret.
fn with<T>(
    app: &App,
    one: &Provider,
    address: &str,
    f: impl FnOnce(&outside::provider::Provider<'_>) -> Result<T, ProviderError>,
) -> Result<T, OpError> {
    let secret = app.secrets.unseal(&place(one.id), &one.secret).ok_or_else(OpError::unavailable)?;
    let (client_secret, redirect) = (String::from_utf8_lossy(&secret), back(address));
    let provider = outside::provider::Provider {
        issuer: &one.issuer,
        client_id: &one.client_id,
        client_secret: &client_secret,
        redirect: &redirect,
    };
    Ok(f(&provider)?)
}

/// Sends someone to a provider: where to go, and the secret by which their browser is known when it comes back.
///
/// # Errors
/// There is no such provider, no address is written down, it was not begun there, or the provider does not answer.
pub fn depart(app: &App, from: &Whence, request: &DepartRequest) -> Result<(DepartView, String), OpError> {
    let (one, address) = app.store.read(|db| {
        let one = db.provider(request.provider)?.ok_or_else(OpError::not_found)?;
        Ok::<_, OpError>((one, site::wanted(db)?))
    })?;
    if from.origin != address {
        let (zh, en) = (format!("请从 {address} 打开"), format!("open the workspace at {address}"));
        return Err(OpError::new(Fault::Request, "wrong_address", &zh, &en));
    }
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime, the closure of any")]
    let departure = with(app, &one, &address, |provider| provider.depart())?;
    let browser = secret("jwb_")?;
    let leaving = Leaving {
        provider: one.id,
        browser: fingerprint(&browser),
        nonce: departure.nonce,
        verifier: departure.verifier,
    };
    app.waiting.departures.put(fingerprint(&departure.state), leaving, app.now());
    Ok((DepartView { url: departure.url }, browser))
}

/// Signs in someone who came back from a provider, and returns the session's token.
///
/// # Errors
/// It was not begun in this browser, was finished or took too long; the provider does not answer, refuses, or what it says is not valid;
/// or it vouches for nobody who may sign in.
pub fn arrive(app: &App, browser: &str, request: &ArriveRequest, agent: &str) -> Result<String, OpError> {
    let leaving = app.waiting.departures.take(&fingerprint(&request.state), app.now()).ok_or_else(stale)?;
    if leaving.browser != fingerprint(browser) {
        return Err(stale());
    }
    let (one, address) = app.store.read(|db| {
        let one = db.provider(leaving.provider)?.ok_or_else(stale)?;
        Ok::<_, OpError>((one, site::wanted(db)?))
    })?;
    if !request.iss.is_empty() && request.iss != one.issuer {
        return Err(ProviderError::Token("it comes from another issuer".to_owned()).into());
    }
    if !request.error.is_empty() || request.code.is_empty() {
        return Err(ProviderError::Refused(request.error.chars().take(100).collect()).into());
    }
    let arrival =
        with(app, &one, &address, |provider| provider.arrive(&request.code, &leaving.nonce, &leaving.verifier))?;
    let person = admit(app, &one, &arrival)?;
    session::open(app, person, agent, By::Provider)
}

fn unknown() -> OpError {
    refused("provider_unknown", "您还不是这里的成员，请找管理员邀请", "you are not a member here; ask to be invited")
}

/// Who it is that a provider vouches for.
fn admit(app: &App, one: &Provider, arrival: &Arrival) -> Result<UserId, OpError> {
    let email = arrival.email.as_deref().and_then(|email| super::address(email).ok());
    let domain = email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    if !one.domains.is_empty() && !domain.is_some_and(|domain| one.domains.split_whitespace().any(|one| one == domain))
    {
        let (zh, en) = ("这个邮箱的域名不允许登录", "addresses of this domain may not sign in here");
        return Err(refused("provider_domain", zh, en));
    }
    let ended = |id: UserId| {
        session::refused(app, id, By::Provider)?;
        Err(refused("provider_ended", "账号已停用，请找管理员", "this account has ended; ask who manages people"))
    };
    let known = app.store.read(|db| {
        let linked = db.linked(one.id, &arrival.subject)?;
        Ok::<_, OpError>((linked.map(|id| db.person(id)).transpose()?.flatten(), linked.is_some()))
    })?;
    match known {
        (Some(person), _) if person.ended_at.is_some() => return ended(person.id),
        (Some(person), _) => return Ok(person.id),
        (None, true) => return Err(unknown()),
        (None, false) => {}
    }
    let email = email.ok_or_else(|| {
        let (zh, en) = (
            "身份提供方没有确认您的邮箱，无法登录",
            "the identity provider does not say that your e-mail address is yours",
        );
        refused("provider_email", zh, en)
    })?;
    let found = app.store.read(|db| db.person_by_email(&email))?;
    if let Some(person) = found.filter(|person| person.ended_at.is_some()) {
        return ended(person.id);
    }
    audited(app, "provider", |db| link(app, db, one, arrival, &email))
}

/// Remembers the subject as the person with this address, making their account where they are invited or may come by themselves.
fn link(
    app: &App,
    db: &mut Connection,
    one: &Provider,
    arrival: &Arrival,
    email: &str,
) -> Result<(UserId, Line), OpError> {
    let now = app.now();
    let id = match db.person_by_email(email)? {
        Some(person) => person.id,
        None => {
            let invitation = db.invitation_of(email, now)?;
            let role = invitation.as_ref().map(|one| one.role).or(one.role).ok_or_else(unknown)?;
            if let Some(invitation) = invitation {
                db.remove_invitation(invitation.id)?;
            }
            let name = arrival.name.as_deref().and_then(|name| super::name(name).ok());
            let local = email.split('@').next().unwrap_or(email);
            // No password: an empty hash fits none.
            person::add(db, email, name.unwrap_or(local), "", role, now)?
        }
    };
    if !db.link(one.id, &arrival.subject, id, now)? {
        let (zh, en) = (
            "这个邮箱在身份提供方那里换了人，请找所有者",
            "the provider now gives this address to somebody else; ask an owner",
        );
        return Err(refused("provider_other", zh, en));
    }
    Ok((id, Line::new("provider.linked", &id, json!({"provider": one.label}))))
}
