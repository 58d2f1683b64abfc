//! How intake is doing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ops::event::{self, EventPage, Summary};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::Query;
use crate::state::Server;

/// Tell rates, latencies, sources, refused events and hubs.
#[utoipa::path(get, operation_id = "get_intake", path = "/v1/events/summary", tag = "events", responses((status = 200, body = Summary), (status = 401, body = ErrorBody)))]
async fn summary(_: Signed, State(server): State<Arc<Server>>) -> Result<Json<Summary>, ApiError> {
    Ok(Json(server.run(|server| event::summary(&server.app)).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecentParams {
    /// How many, at most 200.
    limit: Option<usize>,
}

/// List the latest events.
#[utoipa::path(get, operation_id = "list_events", path = "/v1/events/recent", tag = "events", params(RecentParams), responses((status = 200, body = EventPage), (status = 401, body = ErrorBody)))]
async fn recent(
    _: Signed,
    State(server): State<Arc<Server>>,
    Query(params): Query<RecentParams>,
) -> Result<Json<EventPage>, ApiError> {
    Ok(Json(server.run(move |server| event::recent(&server.app, params.limit.unwrap_or(50))).await?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(summary)).routes(routes!(recent))
}
