//! Who calls: a signed-in person, the machine's owner on the command line, or a source with its ingest key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::Engine as _;
use ops::{Actor, Fault, OpError, account};

use crate::error::ApiError;
use crate::state::Server;

/// The cookie that holds a session's token.
pub(crate) const COOKIE: &str = "jw_session";
/// The header that a page of ours sends and a form of others cannot.
const OURS: &str = "x-jingwei";

/// Someone who may use the workspace.
pub(crate) struct Signed {
    pub(crate) actor: Actor,
    /// The session's token; none for the machine's owner.
    pub(crate) session: Option<String>,
}

impl Signed {
    /// Refuses a browser that another site sent here: a link of theirs carries the cookie too.
    pub(crate) fn came_by_itself(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if self.session.is_some() && matches!(site, Some(b"cross-site" | b"same-site")) {
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
    let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// Whether the browser came over HTTPS, as it says itself or as the proxy before us says.
pub(crate) fn is_https(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let proto = text("x-forwarded-proto").split(',').next().unwrap_or_default().trim();
    text("origin").starts_with("https:") || proto.eq_ignore_ascii_case("https")
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

impl FromRequestParts<Arc<Server>> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        if bearer(parts).is_some_and(|token| is_local(server, &token)) {
            return Ok(Self { actor: Actor("local".to_owned()), session: None });
        }
        let Some(token) = cookie(parts) else { return Err(OpError::sign_in().into()) };
        if parts.method != Method::GET && !parts.headers.contains_key(OURS) {
            return Err(forged("缺少 X-Jingwei 请求头", "the header X-Jingwei is missing"));
        }
        let person = Arc::clone(server).person(&token).await?.ok_or_else(OpError::sign_in)?;
        Ok(Self { actor: Actor(person.id.to_string()), session: Some(token) })
    }
}

impl FromRequestParts<Arc<Server>> for Sender {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        let (zh, en) = ("需要接入密钥:Authorization: Bearer …", "an ingest key is wanted: Authorization: Bearer …");
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
            let source = account::source_of_key(&server.app, &key)?;
            server.remember_key(&key, &source);
            Ok(source)
        });
        Ok(Self { source: Some(source.await?) })
    }
}
