//! Saved views of lists.

use std::sync::Arc;

use base::ViewId;
use ops::record::view::{self, ViewPage, ViewRequest, ViewView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path};
use crate::state::Server;

/// List the views of an object that one has: one's own, and shared ones.
#[utoipa::path(get, operation_id = "list_views", path = "/v1/objects/{object}/views", tag = "records", params(("object" = String, Path)), responses((status = 200, body = ViewPage)))]
async fn list(caller: Caller, Path(object): Path<String>) -> Answer<ViewPage> {
    caller.run(move |app, actor| view::list(app, actor, &object)).await
}

/// Save a view as one's own, shared or not.
#[utoipa::path(post, operation_id = "add_view", path = "/v1/objects/{object}/views", tag = "records", params(("object" = String, Path)), request_body = ViewRequest, responses((status = 200, body = ViewView)))]
async fn add(caller: Caller, Path(object): Path<String>, Body(request): Body<ViewRequest>) -> Answer<ViewView> {
    caller.run(move |app, actor| view::add(app, actor, &object, &request)).await
}

/// Save a view anew.
#[utoipa::path(put, operation_id = "change_view", path = "/v1/objects/{object}/views/{id}", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = ViewRequest, responses((status = 200, body = ViewView)))]
async fn change(
    caller: Caller,
    Path((object, view)): Path<(String, String)>,
    Body(request): Body<ViewRequest>,
) -> Answer<ViewView> {
    caller.run(move |app, actor| view::update(app, actor, &object, id::<ViewId>(&view)?, &request)).await
}

/// Remove a view.
#[utoipa::path(delete, operation_id = "remove_view", path = "/v1/objects/{object}/views/{id}", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path((object, view)): Path<(String, String)>) -> Answer<Done> {
    caller.does(move |app, actor| view::remove(app, actor, &object, id::<ViewId>(&view)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(change, remove))
}
