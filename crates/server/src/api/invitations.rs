//! Invitations, and taking them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base::InvitationId;
use ops::account::invitation::{
    self, InvitationPage, InvitationRequest, Invited, JoinRequest, NewInvitation, OfferRequest,
};
use ops::account::session::SessionView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use super::session::signed_in;
use crate::auth::{Answer, Caller, Done, agent};
use crate::error::ApiError;
use crate::input::{Body, Path};
use crate::state::Server;

/// List invitations that were not taken yet.
#[utoipa::path(get, operation_id = "list_invitations", path = "/v1/invitations", tag = "people", responses((status = 200, body = InvitationPage)))]
async fn list(caller: Caller) -> Answer<InvitationPage> {
    caller.run(invitation::list).await
}

/// Invite someone; the answer has the secret of the link `/join?token=…`, once. An earlier invitation of the address ends.
#[utoipa::path(post, operation_id = "add_invitation", path = "/v1/invitations", tag = "people", request_body = InvitationRequest, responses((status = 200, body = NewInvitation)))]
async fn add(caller: Caller, Body(request): Body<InvitationRequest>) -> Answer<NewInvitation> {
    caller.run(move |app, actor| invitation::add(app, actor, &request)).await
}

/// Take an invitation back; its link works no longer.
#[utoipa::path(delete, operation_id = "remove_invitation", path = "/v1/invitations/{id}", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(invitation): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| invitation::remove(app, actor, id::<InvitationId>(&invitation)?)).await
}

/// Tell what a link offers, to whoever has it.
#[utoipa::path(post, operation_id = "read_invitation", path = "/v1/join/offer", tag = "session", request_body = OfferRequest, responses((status = 200, body = Invited)))]
async fn offer(State(server): State<Arc<Server>>, Body(request): Body<OfferRequest>) -> Answer<Invited> {
    Ok(axum::Json(server.run(move |server| invitation::offer(&server.app, &request)).await?))
}

/// Take an invitation: makes the account and signs in. A link works once.
#[utoipa::path(post, operation_id = "join", path = "/v1/join", tag = "session", request_body = JoinRequest, responses((status = 200, body = SessionView)))]
async fn join(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(request): Body<JoinRequest>,
) -> Result<Response, ApiError> {
    let agent = agent(&headers);
    let accept = move |server: &Server| invitation::accept(&server.app, &request, &agent);
    let token = Arc::clone(&server).run_within(&server.hashing, accept).await?;
    signed_in(server, &headers, token).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove)).routes(routes!(offer)).routes(routes!(join))
}
