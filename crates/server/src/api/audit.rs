//! The audit.

use std::sync::Arc;

use ops::audit::{self, AuditPage};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::Query;
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditParams {
    /// Only what this person or key did.
    actor: Option<String>,
    /// Only what was done to this.
    subject: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
    /// How many, at most 200.
    limit: Option<u32>,
}

/// List who did what, newest first.
#[utoipa::path(get, operation_id = "list_audit", path = "/v1/audit", tag = "people", params(AuditParams), responses((status = 200, body = AuditPage)))]
async fn list(caller: Caller, Query(params): Query<AuditParams>) -> Answer<AuditPage> {
    let AuditParams { actor, subject, cursor, limit } = params;
    let query = audit::Query { actor, subject, cursor, limit: limit.unwrap_or(50) };
    caller.run(move |app, actor| audit::list(app, actor, &query)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list))
}
