//! Who calls: a signed-in person, a program with its API key, the machine's owner on the command line, or a source with its ingest key.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use ops::account::site::Whence;
use ops::account::{self, api_key, session};
use ops::{Actor, App, Fault, OpError, source};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::state::Server;

/// The cookie that holds a session's token.
pub(crate) const COOKIE: &str = "jw_session";
/// The header that a page of ours sends and a form of others cannot.
const OURS: &str = "x-jingwei";

/// About how long an answer of many records is, in bytes.
const WRITTEN: usize = 32 << 10;

/// Where operations on one's own account are: all that is open to who has yet to show a second factor.
const OWN: &str = "/v1/account";

/// By what someone is known.
#[derive(Clone)]
pub(crate) enum Credential {
    /// The token of this run, which only the machine's owner can read.
    Local,
    /// A session's token.
    Session(String),
    /// An API key.
    Key(String),
}

/// Someone who may use the workspace, and the workspace.
pub(crate) struct Caller {
    pub(crate) server: Arc<Server>,
    pub(crate) actor: Actor,
    pub(crate) credential: Credential,
}

/// What most operations answer.
pub(crate) type Answer<T> = Result<Json<T>, ApiError>;

/// The answer of an operation that has nothing to tell but that it is done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Done {}

impl Caller {
    /// Runs a use case on a thread where it may block, and answers what it returns.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        case: impl FnOnce(&App, &Actor) -> Result<T, OpError> + Send + 'static,
    ) -> Answer<T> {
        let Self { server, actor, .. } = self;
        server.run(move |server| case(&server.app, &actor)).await.map(Json)
    }

    /// As [`Caller::run`], for answers of many records: they are written on the thread that made them.
    pub(crate) async fn tells<T: Serialize + Send + 'static>(
        self,
        case: impl FnOnce(&App, &Actor) -> Result<T, OpError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let Self { server, actor, .. } = self;
        let written = move |server: &Server| {
            let mut body = Vec::with_capacity(WRITTEN);
            let answer = case(&server.app, &actor)?;
            Ok(serde_json::to_writer(&mut body, &answer).map(|()| body))
        };
        let body = server.run(written).await?.map_err(|_| ApiError::broken())?;
        Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
    }

    /// As [`Caller::run`], for one that only does something.
    pub(crate) async fn does(
        self,
        case: impl FnOnce(&App, &Actor) -> Result<(), OpError> + Send + 'static,
    ) -> Answer<Done> {
        self.run(move |app, actor| case(app, actor).map(|()| Done {})).await
    }

    /// The session's token; empty for one who has none.
    pub(crate) fn token(&self) -> String {
        match &self.credential {
            Credential::Session(token) => token.clone(),
            Credential::Local | Credential::Key(_) => String::new(),
        }
    }

    /// Refuses a browser that another site sent here: a link of theirs carries the cookie too.
    pub(crate) fn came_by_itself(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if matches!(self.credential, Credential::Session(_)) && matches!(site, Some(b"cross-site" | b"same-site")) {
            return Err(forged("请在本系统的页面上操作", "do this on a page of this workspace"));
        }
        Ok(())
    }
}

/// A source, or the machine's owner, who may send for any.
pub(crate) struct Sender {
    pub(crate) source: Option<String>,
}

fn forged(zh: &str, en: &str) -> ApiError {
    OpError { code: "forged", message: base::Text::new(zh, en), field: None, fault: Fault::Forbidden }.into()
}

/// The session's token, if the request has one.
pub(crate) fn cookie(parts: &Parts) -> Option<String> {
    named_cookie(&parts.headers, COOKIE)
}

/// What a cookie of this name says, if the request has one.
pub(crate) fn named_cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// Whether the browser came over HTTPS, as it says itself or as the proxy before us says.
pub(crate) fn is_https(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let proto = text("x-forwarded-proto").split(',').next().unwrap_or_default().trim();
    text("origin").starts_with("https:") || proto.eq_ignore_ascii_case("https")
}

/// Where a request says that it comes from.
pub(crate) fn whence(headers: &HeaderMap) -> Whence {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    Whence { host: text(header::HOST).to_owned(), origin: text(header::ORIGIN).to_owned() }
}

/// What the browser says that it is.
pub(crate) fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    if let Some(token) = value.strip_prefix("Bearer ") {
        return Some(token.trim().to_owned());
    }
    let basic = base64::engine::general_purpose::STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let basic = String::from_utf8(basic).ok()?;
    Some(basic.split_once(':').map_or(basic.clone(), |(name, _)| name.to_owned()))
}

fn is_local(server: &Server, token: &str) -> bool {
    account::fingerprint(token) == account::fingerprint(&server.settings.local_token)
}

/// By what a request says that its sender is known.
fn credential(server: &Server, parts: &Parts) -> Result<Credential, ApiError> {
    match bearer(parts) {
        Some(token) if is_local(server, &token) => return Ok(Credential::Local),
        Some(key) if key.starts_with(api_key::PREFIX) => return Ok(Credential::Key(key)),
        _ => {}
    }
    let token = cookie(parts).ok_or_else(OpError::sign_in)?;
    if parts.method != Method::GET && !parts.headers.contains_key(OURS) {
        return Err(forged("缺少 X-Jingwei 请求头", "the header X-Jingwei is missing"));
    }
    Ok(Credential::Session(token))
}

impl Credential {
    /// Who it is of, as of now.
    pub(crate) fn actor(&self, app: &App) -> Result<Actor, OpError> {
        match self {
            Self::Local => Ok(Actor::local()),
            Self::Key(secret) => api_key::actor(app, secret),
            Self::Session(token) => session::actor(app, token),
        }
    }

    /// Who it is of, where that is known without asking the database.
    fn known(&self, app: &App) -> Option<Actor> {
        match self {
            Self::Local => Some(Actor::local()),
            Self::Key(secret) | Self::Session(secret) => app.known.actor(app, secret),
        }
    }
}

impl FromRequestParts<Arc<Server>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        let (server, credential) = (Arc::clone(server), credential(server, parts)?);
        let actor = match credential.known(&server.app) {
            Some(actor) => actor,
            None => {
                let asked = credential.clone();
                Arc::clone(&server).run(move |server| asked.actor(&server.app)).await?
            }
        };
        if actor.is_bare() && !parts.uri.path().starts_with(OWN) {
            let (zh, en) = ("请先完成第二重验证", "show your second factor first, or set one up");
            let message = base::Text::new(zh, en);
            return Err(OpError { code: "second_factor_wanted", message, field: None, fault: Fault::Forbidden }.into());
        }
        Ok(Self { server, actor, credential })
    }
}

impl FromRequestParts<Arc<Server>> for Sender {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        let (zh, en) = ("需要接入密钥：Authorization: Bearer …", "an ingest key is wanted: Authorization: Bearer …");
        let missing =
            OpError { code: "ingest_key", message: base::Text::new(zh, en), field: None, fault: Fault::SignIn };
        let key = bearer(parts).ok_or(missing)?;
        if is_local(server, &key) {
            return Ok(Self { source: None });
        }
        if let Some(source) = server.known_key(&key) {
            return Ok(Self { source: Some(source) });
        }
        let source = Arc::clone(server).run(move |server| {
            let source = source::of_key(&server.app, &key)?;
            server.remember_key(&key, &source);
            Ok(source)
        });
        Ok(Self { source: Some(source.await?) })
    }
}
