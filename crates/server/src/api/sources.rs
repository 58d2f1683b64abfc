//! Sources and their ingest keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base::SourceId;
use ops::account::{self, NewKey};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::customers::id;
use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::{Body, Path};
use crate::state::Server;

/// A source to be added.
#[derive(Deserialize, ToSchema)]
struct AddRequest {
    /// Its name, as in an event's `source`; its key also covers names below it, such as `shop/tmall` for `shop`.
    name: String,
}

/// Add a source, or give a known one a new ingest key, which is shown once.
#[utoipa::path(post, operation_id = "add_source", path = "/v1/sources", tag = "sources", request_body = AddRequest, responses((status = 200, body = NewKey), (status = 422, body = ErrorBody)))]
async fn add(
    _: Signed,
    State(server): State<Arc<Server>>,
    Body(request): Body<AddRequest>,
) -> Result<Json<NewKey>, ApiError> {
    Ok(Json(server.run(move |server| account::add_source(&server.app.store, &request.name, server.app.now())).await?))
}

/// Give a source a new ingest key; the old one stops working within seconds.
#[utoipa::path(post, operation_id = "renew_key", path = "/v1/sources/{id}/key", tag = "sources", params(("id" = String, Path)), responses((status = 200, body = NewKey), (status = 404, body = ErrorBody)))]
async fn renew(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(source): Path<String>,
) -> Result<Json<NewKey>, ApiError> {
    Ok(Json(server.run(move |server| account::renew_key(&server.app.store, id::<SourceId>(&source)?)).await?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(renew))
}
