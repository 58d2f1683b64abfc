//! Signing in and out, and the owner's account.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base::{SessionId, UserId};
use ops::account;
use ops::account::session::{
    self, Entry, OpenSessions, PasswordRequest, SESSION_MS, SessionView, SetupRequest, SignInRequest,
};
use ops::{Actor, Fault, OpError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::CLEARED;
use crate::auth::{Answer, COOKIE, Caller, Done, agent, cookie, is_https};
use crate::error::ApiError;
use crate::input::{Body, Path};
use crate::state::Server;

fn with_cookie(asked: &HeaderMap, token: &str, seconds: i64, view: SessionView) -> Response {
    let secure = if is_https(asked) { "; Secure" } else { "" };
    let value = format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}");
    let mut headers = HeaderMap::new();
    headers.extend(value.parse().ok().map(|value| (SET_COOKIE, value)));
    (headers, Json(view)).into_response()
}

/// Answers one who has just signed in: who they are, and the cookie.
pub(super) async fn signed_in(server: Arc<Server>, asked: &HeaderMap, token: String) -> Result<Response, ApiError> {
    let view = Arc::clone(&server).run({
        let token = token.clone();
        move |server| session::view(&server.app, session::signed_in(&server.app, &token)?.as_ref())
    });
    Ok(with_cookie(asked, &token, SESSION_MS / 1000, view.await?))
}

/// Tell who is signed in.
#[utoipa::path(get, operation_id = "get_session", path = "/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn get(State(server): State<Arc<Server>>, parts: Parts) -> Answer<SessionView> {
    let token = cookie(&parts);
    let view = server.run(move |server| {
        let who = token.map(|token| session::signed_in(&server.app, &token)).transpose()?.flatten();
        session::view(&server.app, who.as_ref())
    });
    Ok(Json(view.await?))
}

/// Make the owner's account, once.
#[utoipa::path(post, operation_id = "set_up", path = "/v1/setup", tag = "session", request_body = SetupRequest, responses((status = 200, body = SessionView)))]
async fn set_up(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<SetupRequest>,
) -> Result<Response, ApiError> {
    let agent = agent(&headers);
    let set_up = move |server: &Server| session::set_up(&server.app, &server.settings.setup_token, &request, &agent);
    let token = Arc::clone(&server).run_within(&server.hashing, set_up).await?;
    signed_in(server, &headers, token).await
}

/// Sign in. Where a code is wanted too, the answer says so and nobody is signed in yet.
#[utoipa::path(post, operation_id = "sign_in", path = "/v1/session", tag = "session", request_body = SignInRequest, responses((status = 200, body = SessionView)))]
async fn sign_in(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<SignInRequest>,
) -> Result<Response, ApiError> {
    account::check(&request.email, &request.password)?;
    let agent = agent(&headers);
    let name = request.email.trim().to_lowercase();
    let sign_in = move |server: &Server| session::sign_in(&server.app, &request, &agent);
    let tried = move |server: &Server| limited(server, &name, sign_in);
    match Arc::clone(&server).run_within(&server.hashing, tried).await? {
        Entry::Open(token) => signed_in(server, &headers, token).await,
        Entry::Code(token) => {
            let view = server.run(|server| session::view(&server.app, None)).await?;
            Ok(Json(SessionView { code_wanted: Some(token), ..view }).into_response())
        }
    }
}

/// Tries what someone could guess at, unless the name has to wait.
pub(super) fn limited<T>(
    server: &Server,
    name: &str,
    attempt: impl FnOnce(&Server) -> Result<T, OpError>,
) -> Result<T, OpError> {
    if !server.sign_ins.admits(name, server.app.now()) {
        let message = base::Text::new("尝试次数过多，请一分钟后再试", "too many tries; wait a minute");
        return Err(OpError { code: "too_many_tries", message, field: None, fault: Fault::TooMuch });
    }
    let done = attempt(server)?;
    server.sign_ins.forget(name);
    Ok(done)
}

/// Under what someone's guesses at their own password are counted.
pub(super) fn password_of(actor: &Actor) -> String {
    format!("password of {}", actor.id())
}

/// Sign out.
#[utoipa::path(delete, operation_id = "sign_out", path = "/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn sign_out(State(server): State<Arc<Server>>, parts: Parts) -> Result<Response, ApiError> {
    let token = cookie(&parts);
    let view = Arc::clone(&server).run(move |server| {
        token.map(|token| session::sign_out(&server.app, &token)).transpose()?;
        session::view(&server.app, None)
    });
    let view = view.await?;
    server.signed_out.notify_waiters();
    Ok(with_cookie(&parts.headers, "", 0, view))
}

/// List one's own open sessions, the latest used first.
#[utoipa::path(get, operation_id = "list_sessions", path = "/v1/sessions", tag = "session", responses((status = 200, body = OpenSessions)))]
async fn list(caller: Caller) -> Answer<OpenSessions> {
    let token = caller.token();
    caller.run(move |app, actor| session::list(app, actor, &token)).await
}

/// End one of one's own sessions.
#[utoipa::path(delete, operation_id = "end_session", path = "/v1/sessions/{id}", tag = "session", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn end(caller: Caller, Path(name): Path<String>) -> Answer<Done> {
    let server = Arc::clone(&caller.server);
    let ended = caller.does(move |app, actor| session::end(app, actor, id::<SessionId>(&name)?)).await;
    server.signed_out.notify_waiters();
    ended
}

/// See the workspace as another does, until that is ended: what they see, and nothing that does something. It is noted.
#[utoipa::path(post, operation_id = "see_as", path = "/v1/people/{id}/see-as", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn see_as(caller: Caller, Path(person): Path<String>) -> Answer<Done> {
    let (server, token) = (Arc::clone(&caller.server), caller.token());
    let done = caller.does(move |app, actor| session::see_as(app, actor, &token, id::<UserId>(&person)?)).await;
    server.signed_out.notify_waiters();
    done
}

/// See the workspace as oneself again.
#[utoipa::path(delete, operation_id = "see_as_oneself", path = "/v1/see-as", tag = "people", responses((status = 200, body = Done)))]
async fn see_as_oneself(caller: Caller) -> Answer<Done> {
    let (server, token) = (Arc::clone(&caller.server), caller.token());
    let done = caller.does(move |app, _| session::see_as_oneself(app, &token)).await;
    server.signed_out.notify_waiters();
    done
}

/// Change one's own password; all other sessions end.
#[utoipa::path(put, operation_id = "change_password", path = "/v1/password", tag = "session", request_body = PasswordRequest, responses((status = 200, body = Done)))]
async fn change_password(caller: Caller, Body(request): Body<PasswordRequest>) -> Answer<Done> {
    let token = caller.token();
    let Caller { server, actor, .. } = caller;
    let change = move |server: &Server| {
        limited(server, &password_of(&actor), |server| session::change_password(&server.app, &actor, &token, &request))
    };
    Arc::clone(&server).run_within(&server.hashing, change).await?;
    server.signed_out.notify_waiters();
    Ok(Json(Done {}))
}

/// Clear the demo company; the server starts anew a moment later.
#[utoipa::path(post, operation_id = "clear_demo", path = "/v1/demo/clear", tag = "session", responses((status = 200, body = Done)))]
async fn clear(caller: Caller) -> Answer<Done> {
    let done = caller.does(ops::demo::clear).await?;
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        std::process::exit(i32::from(CLEARED));
    });
    Ok(done)
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(get, sign_in, sign_out))
        .routes(routes!(set_up))
        .routes(routes!(list))
        .routes(routes!(end))
        .routes(routes!(see_as))
        .routes(routes!(see_as_oneself))
        .routes(routes!(change_password))
        .routes(routes!(clear))
}
