//! By what one can sign in, one's second factor, and how people sign in to this workspace.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base::UserId;
use ops::account::own::{self, AccountView, ProofRequest};
use ops::account::second_factor::{
    self, AuthenticatorOffer, CodeRequest, CodeSignInRequest, PasswordOrCode, RecoveryCodes,
};
use ops::account::session::SessionView;
use ops::account::site::{self, SignInChange, SignInSettings};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use super::session::{limited, password_of, signed_in};
use crate::auth::{Answer, Caller, Done, agent};
use crate::error::ApiError;
use crate::input::{Body, Path};
use crate::state::Server;

/// Tell by what one can sign in.
#[utoipa::path(get, operation_id = "get_account", path = "/v1/account", tag = "account", responses((status = 200, body = AccountView)))]
async fn get(caller: Caller) -> Answer<AccountView> {
    caller.run(own::get).await
}

/// Begin to set up an authenticator app: its secret, shown once.
#[utoipa::path(post, operation_id = "begin_authenticator", path = "/v1/account/authenticator/begin", tag = "account", request_body = ProofRequest, responses((status = 200, body = AuthenticatorOffer)))]
async fn begin(caller: Caller, Body(request): Body<ProofRequest>) -> Answer<AuthenticatorOffer> {
    let token = caller.token();
    let Caller { server, actor, .. } = caller;
    let begin = move |server: &Server| {
        limited(server, &password_of(&actor), |server| second_factor::begin(&server.app, &actor, &token, &request))
    };
    Arc::clone(&server).run_within(&server.hashing, begin).await.map(Json)
}

/// Finish setting up an authenticator app with a code of it; the answer has the recovery codes, once. One's other sessions end.
#[utoipa::path(post, operation_id = "confirm_authenticator", path = "/v1/account/authenticator", tag = "account", request_body = CodeRequest, responses((status = 200, body = RecoveryCodes)))]
async fn confirm(caller: Caller, Body(request): Body<CodeRequest>) -> Answer<RecoveryCodes> {
    let (server, token) = (Arc::clone(&caller.server), caller.token());
    let done = caller.run(move |app, actor| second_factor::confirm(app, actor, &token, &request)).await;
    server.signed_out.notify_waiters();
    done
}

/// Turn one's authenticator app off, with the password or a code.
#[utoipa::path(post, operation_id = "remove_authenticator", path = "/v1/account/authenticator/remove", tag = "account", request_body = PasswordOrCode, responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Body(request): Body<PasswordOrCode>) -> Answer<Done> {
    let Caller { server, actor, .. } = caller;
    let remove = move |server: &Server| {
        limited(server, &password_of(&actor), |server| second_factor::remove(&server.app, &actor, &request))
    };
    Arc::clone(&server).run_within(&server.hashing, remove).await.map(|()| Json(Done {}))
}

/// Renew one's recovery codes, with the password or a code; the answer has them, once.
#[utoipa::path(post, operation_id = "renew_recovery_codes", path = "/v1/account/recovery-codes", tag = "account", request_body = PasswordOrCode, responses((status = 200, body = RecoveryCodes)))]
async fn renew_codes(caller: Caller, Body(request): Body<PasswordOrCode>) -> Answer<RecoveryCodes> {
    let Caller { server, actor, .. } = caller;
    let renew = move |server: &Server| {
        limited(server, &password_of(&actor), |server| second_factor::renew_codes(&server.app, &actor, &request))
    };
    Arc::clone(&server).run_within(&server.hashing, renew).await.map(Json)
}

/// Sign in with a code, after the password.
#[utoipa::path(post, operation_id = "sign_in_with_code", path = "/v1/session/code", tag = "session", request_body = CodeSignInRequest, responses((status = 200, body = SessionView)))]
async fn sign_in(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<CodeSignInRequest>,
) -> Result<Response, ApiError> {
    let agent = agent(&headers);
    let sign_in = move |server: &Server| {
        let name = format!("code of {}", second_factor::who(&server.app, &request.token)?);
        limited(server, &name, |server| second_factor::sign_in(&server.app, &request, &agent))
    };
    let token = Arc::clone(&server).run(sign_in).await?;
    signed_in(server, &headers, token).await
}

/// Take authenticator app, recovery codes and passkeys from someone who has lost them; they are signed out everywhere.
#[utoipa::path(delete, operation_id = "reset_second_factor", path = "/v1/people/{id}/second-factor", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn reset(caller: Caller, Path(person): Path<String>) -> Answer<Done> {
    let server = Arc::clone(&caller.server);
    let done = caller.does(move |app, actor| second_factor::reset(app, actor, id::<UserId>(&person)?)).await;
    server.signed_out.notify_waiters();
    done
}

/// Tell how people sign in.
#[utoipa::path(get, operation_id = "get_sign_in_settings", path = "/v1/sign-in-settings", tag = "sign-in", responses((status = 200, body = SignInSettings)))]
async fn settings(caller: Caller) -> Answer<SignInSettings> {
    caller.run(site::get).await
}

/// Change how people sign in: the address that passkeys are made for and links in letters lead to, and whether a password is enough.
#[utoipa::path(patch, operation_id = "change_sign_in_settings", path = "/v1/sign-in-settings", tag = "sign-in", request_body = SignInChange, responses((status = 200, body = SignInSettings)))]
async fn change_settings(caller: Caller, Body(change): Body<SignInChange>) -> Answer<SignInSettings> {
    let server = Arc::clone(&caller.server);
    let changed = caller.run(move |app, actor| site::update(app, actor, &change)).await;
    server.signed_out.notify_waiters();
    changed
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(begin))
        .routes(routes!(confirm))
        .routes(routes!(remove))
        .routes(routes!(renew_codes))
        .routes(routes!(sign_in))
        .routes(routes!(reset))
        .routes(routes!(settings, change_settings))
}
