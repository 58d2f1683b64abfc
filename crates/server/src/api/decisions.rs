//! Decisions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base::DecisionId;
use ops::customer::decision::{self, DecisionDetail};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::customers::id;
use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::Path;
use crate::state::Server;

/// Get a decision with all that it rests on.
#[utoipa::path(get, operation_id = "get_decision", path = "/v1/decisions/{id}", tag = "decisions", params(("id" = String, Path)), responses((status = 200, body = DecisionDetail), (status = 404, body = ErrorBody)))]
async fn get(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(decision): Path<String>,
) -> Result<Json<DecisionDetail>, ApiError> {
    Ok(Json(server.run(move |server| decision::get(&server.app, id::<DecisionId>(&decision)?)).await?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(get))
}
