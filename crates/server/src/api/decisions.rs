//! Decisions.

use std::sync::Arc;

use base::DecisionId;
use ops::customer::decision::{self, DecisionDetail};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::input::Path;
use crate::state::Server;

/// Get a decision with all that it rests on.
#[utoipa::path(get, operation_id = "get_decision", path = "/v1/decisions/{id}", tag = "decisions", params(("id" = String, Path)), responses((status = 200, body = DecisionDetail)))]
async fn get(caller: Caller, Path(decision): Path<String>) -> Answer<DecisionDetail> {
    caller.run(move |app, actor| decision::get(app, actor, id::<DecisionId>(&decision)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(get))
}
