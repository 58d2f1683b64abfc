//! How intake is doing.

use std::sync::Arc;

use ops::event::{self, EventPage, Summary};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::Query;
use crate::state::Server;

/// Tell rates, latencies, sources, refused events and hubs.
#[utoipa::path(get, operation_id = "get_intake", path = "/v1/events/summary", tag = "events", responses((status = 200, body = Summary)))]
async fn summary(caller: Caller) -> Answer<Summary> {
    caller.run(event::summary).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecentParams {
    /// How many, at most 200.
    limit: Option<usize>,
}

/// List the latest events.
#[utoipa::path(get, operation_id = "list_events", path = "/v1/events/recent", tag = "events", params(RecentParams), responses((status = 200, body = EventPage)))]
async fn recent(caller: Caller, Query(params): Query<RecentParams>) -> Answer<EventPage> {
    caller.run(move |app, actor| event::recent(app, actor, params.limit.unwrap_or(50))).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(summary)).routes(routes!(recent))
}
