//! Kinds of events.

use std::sync::Arc;

use ops::kind::{self, KindDeclaration, KindPage};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::Body;
use crate::state::Server;

/// List kinds of events: the workspace's own first, then the standard ones.
#[utoipa::path(get, operation_id = "list_kinds", path = "/v1/kinds", tag = "kinds", responses((status = 200, body = KindPage)))]
async fn list(caller: Caller) -> Answer<KindPage> {
    caller.run(|app, _| Ok(kind::list(&app.kinds()))).await
}

/// Declare kinds, or declare them anew: one declaration, or an array of which all are taken or none.
#[utoipa::path(post, operation_id = "declare_kinds", path = "/v1/kinds", tag = "kinds", request_body = Vec<KindDeclaration>, responses((status = 200, body = KindPage)))]
async fn declare(caller: Caller, Body(body): Body<Value>) -> Answer<KindPage> {
    caller.run(move |app, actor| kind::declare(app, actor, &body)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, declare))
}
