//! Identity providers: their settings, and signing in by way of one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use base::ProviderId;
use ops::account::provider::{
    self, ArriveRequest, DepartRequest, DepartView, ProviderPage, ProviderRequest, ProviderView,
};
use ops::account::session::SessionView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use super::session::signed_in;
use crate::auth::{Answer, Caller, Done, agent, is_https, named_cookie, whence};
use crate::error::ApiError;
use crate::input::{Body, Path};
use crate::state::Server;

/// The cookie by which a browser is known when it comes back from a provider.
const LEAVING: &str = "jw_leaving";

/// List identity providers, oldest first.
#[utoipa::path(get, operation_id = "list_providers", path = "/v1/providers", tag = "sign-in", responses((status = 200, body = ProviderPage)))]
async fn list(caller: Caller) -> Answer<ProviderPage> {
    caller.run(provider::list).await
}

/// Add an identity provider, once it answers. Its secret is never told again.
#[utoipa::path(post, operation_id = "add_provider", path = "/v1/providers", tag = "sign-in", request_body = ProviderRequest, responses((status = 200, body = ProviderView)))]
async fn add(caller: Caller, Body(request): Body<ProviderRequest>) -> Answer<ProviderView> {
    caller.run(move |app, actor| provider::add(app, actor, &request)).await
}

/// Change an identity provider. With another issuer or client id, who its subjects were is forgotten.
#[utoipa::path(put, operation_id = "change_provider", path = "/v1/providers/{id}", tag = "sign-in", params(("id" = String, Path)), request_body = ProviderRequest, responses((status = 200, body = ProviderView)))]
async fn change(
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<ProviderRequest>,
) -> Answer<ProviderView> {
    caller.run(move |app, actor| provider::update(app, actor, id_of(actor, &name)?, &request)).await
}

/// Remove an identity provider; nobody signs in by it any longer.
#[utoipa::path(delete, operation_id = "remove_provider", path = "/v1/providers/{id}", tag = "sign-in", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(name): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| provider::remove(app, actor, id_of(actor, &name)?)).await
}

/// Reads an id for an owner; for others, what it is makes no difference.
fn id_of(actor: &ops::Actor, name: &str) -> Result<ProviderId, ops::OpError> {
    actor.owns()?;
    id(name)
}

/// Begin to sign in by way of an identity provider: where to go.
#[utoipa::path(post, operation_id = "begin_provider_sign_in", path = "/v1/session/provider/begin", tag = "session", request_body = DepartRequest, responses((status = 200, body = DepartView)))]
async fn depart(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<DepartRequest>,
) -> Result<Response, ApiError> {
    let (from, secure) = (whence(&headers), if is_https(&headers) { "; Secure" } else { "" });
    let depart = move |server: &Server| provider::depart(&server.app, &from, &request);
    let (view, browser) = Arc::clone(&server).run_within(&server.abroad, depart).await?;
    let cookie = format!("{LEAVING}={browser}; HttpOnly; SameSite=Strict; Path=/v1/session; Max-Age=300{secure}");
    let mut set = HeaderMap::new();
    set.extend(cookie.parse().ok().map(|value| (SET_COOKIE, value)));
    Ok((set, Json(view)).into_response())
}

/// Sign in, having come back from an identity provider.
#[utoipa::path(post, operation_id = "sign_in_with_provider", path = "/v1/session/provider", tag = "session", request_body = ArriveRequest, responses((status = 200, body = SessionView)))]
async fn arrive(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<ArriveRequest>,
) -> Result<Response, ApiError> {
    let (agent, browser) = (agent(&headers), named_cookie(&headers, LEAVING).unwrap_or_default());
    let arrive = move |server: &Server| provider::arrive(&server.app, &browser, &request, &agent);
    let token = Arc::clone(&server).run_within(&server.abroad, arrive).await?;
    signed_in(server, &headers, token).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change, remove))
        .routes(routes!(depart))
        .routes(routes!(arrive))
}
