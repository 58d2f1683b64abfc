//! Passkeys: making and removing one's own, and signing in with one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base::PasskeyId;
use ops::account::own::ProofRequest;
use ops::account::passkey::{self, PasskeyOptions, PasskeyRequest, PasskeySignInRequest, PasskeyView};
use ops::account::session::SessionView;
use ops::account::site::Site;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use super::session::{limited, password_of, signed_in};
use crate::auth::{Answer, Caller, Done, agent, whence};
use crate::error::ApiError;
use crate::input::{Body, Path};
use crate::state::Server;

/// Begin to make a passkey for oneself: what the browser makes it with.
#[utoipa::path(post, operation_id = "begin_passkey", path = "/v1/account/passkeys/begin", tag = "account", request_body = ProofRequest, responses((status = 200, body = PasskeyOptions)))]
async fn begin(caller: Caller, headers: HeaderMap, Body(request): Body<ProofRequest>) -> Answer<PasskeyOptions> {
    let (token, from) = (caller.token(), whence(&headers));
    let Caller { server, actor, .. } = caller;
    let begin = move |server: &Server| {
        let site = passkey::site(&server.app, &actor, &from)?;
        limited(server, &password_of(&actor), |server| passkey::begin(&server.app, &actor, &token, &site, &request))
    };
    Arc::clone(&server).run_within(&server.hashing, begin).await.map(Json)
}

/// Keep a passkey that the browser has made.
#[utoipa::path(post, operation_id = "add_passkey", path = "/v1/account/passkeys", tag = "account", request_body = PasskeyRequest, responses((status = 200, body = PasskeyView)))]
async fn add(caller: Caller, headers: HeaderMap, Body(request): Body<PasskeyRequest>) -> Answer<PasskeyView> {
    let (token, from) = (caller.token(), whence(&headers));
    caller.run(move |app, actor| passkey::add(app, actor, &token, &passkey::site(app, actor, &from)?, &request)).await
}

/// Remove one of one's passkeys.
#[utoipa::path(delete, operation_id = "remove_passkey", path = "/v1/account/passkeys/{id}", tag = "account", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(key): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| passkey::remove(app, actor, id::<PasskeyId>(&key)?)).await
}

/// Begin to sign in with a passkey: what the browser finds one with.
#[utoipa::path(post, operation_id = "begin_passkey_sign_in", path = "/v1/session/passkey/begin", tag = "session", responses((status = 200, body = PasskeyOptions)))]
async fn challenge(State(server): State<Arc<Server>>, headers: HeaderMap) -> Answer<PasskeyOptions> {
    let from = whence(&headers);
    let begin = move |server: &Server| passkey::challenge(&server.app, &Site::of(&server.app, &from)?);
    server.run(begin).await.map(Json)
}

/// Sign in with a passkey.
#[utoipa::path(post, operation_id = "sign_in_with_passkey", path = "/v1/session/passkey", tag = "session", request_body = PasskeySignInRequest, responses((status = 200, body = SessionView)))]
async fn sign_in(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<PasskeySignInRequest>,
) -> Result<Response, ApiError> {
    let (from, agent) = (whence(&headers), agent(&headers));
    let sign_in =
        move |server: &Server| passkey::sign_in(&server.app, &Site::of(&server.app, &from)?, &request, &agent);
    let token = Arc::clone(&server).run(sign_in).await?;
    signed_in(server, &headers, token).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(add))
        .routes(routes!(remove))
        .routes(routes!(challenge))
        .routes(routes!(sign_in))
}
