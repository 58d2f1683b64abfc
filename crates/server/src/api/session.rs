//! Signing in and out, and the owner's account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use ops::account::{self, SESSION_MS, SessionView, SetupRequest, SignInRequest};
use ops::{Fault, OpError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::CLEARED;
use crate::auth::{COOKIE, Signed, cookie, is_https};
use crate::error::{ApiError, ErrorBody};
use crate::input::Body;
use crate::state::Server;

/// The largest body, in bytes.
const BODY_LIMIT: usize = 16 << 10;

fn with_cookie(asked: &HeaderMap, token: &str, seconds: i64, view: SessionView) -> Response {
    let secure = if is_https(asked) { "; Secure" } else { "" };
    let value = format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}");
    let mut headers = HeaderMap::new();
    headers.extend(value.parse().ok().map(|value| (SET_COOKIE, value)));
    (headers, Json(view)).into_response()
}

async fn signed_in(server: Arc<Server>, asked: &HeaderMap, token: String) -> Result<Response, ApiError> {
    let view = Arc::clone(&server).run({
        let token = token.clone();
        move |server| account::session(&server.app, account::person(&server.app, &token)?.as_ref())
    });
    Ok(with_cookie(asked, &token, SESSION_MS / 1000, view.await?))
}

/// Tell who is signed in.
#[utoipa::path(get, operation_id = "get_session", path = "/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn get(State(server): State<Arc<Server>>, parts: Parts) -> Result<Json<SessionView>, ApiError> {
    let token = cookie(&parts);
    let view = server.run(move |server| {
        let person = token.map(|token| account::person(&server.app, &token)).transpose()?.flatten();
        account::session(&server.app, person.as_ref())
    });
    Ok(Json(view.await?))
}

/// Make the owner's account, once.
#[utoipa::path(post, operation_id = "set_up", path = "/v1/setup", tag = "session", request_body = SetupRequest, responses((status = 200, body = SessionView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn set_up(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<SetupRequest>,
) -> Result<Response, ApiError> {
    let set_up = move |server: &Server| account::set_up(&server.app, &server.settings.setup_token, &request);
    let token = Arc::clone(&server).run_within(&server.hashing, set_up).await?;
    signed_in(server, &headers, token).await
}

/// Sign in.
#[utoipa::path(post, operation_id = "sign_in", path = "/v1/session", tag = "session", request_body = SignInRequest, responses((status = 200, body = SessionView), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn sign_in(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<SignInRequest>,
) -> Result<Response, ApiError> {
    account::check(&request.email, &request.password)?;
    let token = Arc::clone(&server).run_within(&server.hashing, move |server| try_in(server, &request)).await?;
    signed_in(server, &headers, token).await
}

fn try_in(server: &Server, request: &SignInRequest) -> Result<String, OpError> {
    let name = request.email.trim().to_lowercase();
    if !server.sign_ins.admits(&name, server.app.now()) {
        let message = base::Text::new("尝试次数过多,请一分钟后再试", "too many tries; wait a minute");
        return Err(OpError { code: "too_many_tries", message, field: None, fault: Fault::TooMuch });
    }
    let token = account::sign_in(&server.app, request)?;
    server.sign_ins.forget(&name);
    Ok(token)
}

/// Sign out.
#[utoipa::path(delete, operation_id = "sign_out", path = "/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn sign_out(State(server): State<Arc<Server>>, parts: Parts) -> Result<Response, ApiError> {
    let token = cookie(&parts);
    let view = Arc::clone(&server).run(move |server| {
        token.map(|token| account::sign_out(&server.app, &token)).transpose()?;
        account::session(&server.app, None)
    });
    let view = view.await?;
    server.signed_out.notify_waiters();
    Ok(with_cookie(&parts.headers, "", 0, view))
}

/// Clear the demo company; the server starts anew a moment later.
#[utoipa::path(post, operation_id = "clear_demo", path = "/v1/demo/clear", tag = "session", responses((status = 200, description = "cleared"), (status = 422, body = ErrorBody)))]
async fn clear(_: Signed, State(server): State<Arc<Server>>) -> Result<Json<serde_json::Value>, ApiError> {
    Arc::clone(&server).run(|server| ops::demo::clear(&server.app)).await?;
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        std::process::exit(i32::from(CLEARED));
    });
    Ok(Json(serde_json::json!({})))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(get, sign_in, sign_out))
        .routes(routes!(set_up))
        .routes(routes!(clear))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}
