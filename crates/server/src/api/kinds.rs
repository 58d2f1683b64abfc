//! Kinds of events.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ops::kind::{self, KindDeclaration, KindPage};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::Body;
use crate::state::Server;

/// List kinds of events: the workspace's own first, then the standard ones.
#[utoipa::path(get, operation_id = "list_kinds", path = "/v1/kinds", tag = "kinds", responses((status = 200, body = KindPage), (status = 401, body = ErrorBody)))]
async fn list(_: Signed, State(server): State<Arc<Server>>) -> Result<Json<KindPage>, ApiError> {
    Ok(Json(kind::list(&server.app.kinds())))
}

/// Declare kinds, or declare them anew: one declaration, or an array of which all are taken or none.
#[utoipa::path(post, operation_id = "declare_kinds", path = "/v1/kinds", tag = "kinds", request_body = Vec<KindDeclaration>, responses((status = 200, body = KindPage), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn declare(
    _: Signed,
    State(server): State<Arc<Server>>,
    Body(body): Body<Value>,
) -> Result<Json<KindPage>, ApiError> {
    Ok(Json(server.run(move |server| kind::declare(&server.app, &body)).await?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, declare))
}
