//! Sources and their ingest keys.

use std::sync::Arc;

use base::SourceId;
use ops::source::{self, NewKey};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::input::{Body, Path};
use crate::state::Server;

/// A source to be added.
#[derive(Deserialize, ToSchema)]
struct AddRequest {
    /// Its name, as in an event's `source`; its key also covers names below it, such as `shop/tmall` for `shop`.
    name: String,
}

/// Add a source, or give a known one a new ingest key, which is shown once.
#[utoipa::path(post, operation_id = "add_source", path = "/v1/sources", tag = "sources", request_body = AddRequest, responses((status = 200, body = NewKey)))]
async fn add(caller: Caller, Body(request): Body<AddRequest>) -> Answer<NewKey> {
    caller.run(move |app, actor| source::add(&app.store, actor, &request.name, app.now())).await
}

/// Give a source a new ingest key; the old one stops working within seconds.
#[utoipa::path(post, operation_id = "renew_key", path = "/v1/sources/{id}/key", tag = "sources", params(("id" = String, Path)), responses((status = 200, body = NewKey)))]
async fn renew(caller: Caller, Path(source): Path<String>) -> Answer<NewKey> {
    caller.run(move |app, actor| source::renew_key(app, actor, id::<SourceId>(&source)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(renew))
}
