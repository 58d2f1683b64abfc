//! What one has starred.

use std::sync::Arc;

use ops::favourite::{self, FavouriteRequest, Favourites};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::Body;
use crate::state::Server;

/// List the records and views that one has starred.
#[utoipa::path(get, operation_id = "list_favourites", path = "/v1/favourites", tag = "account", responses((status = 200, body = Favourites)))]
async fn list(caller: Caller) -> Answer<Favourites> {
    caller.run(favourite::list).await
}

/// Star a record or a view, or take the star away.
#[utoipa::path(put, operation_id = "set_favourite", path = "/v1/favourites", tag = "account", request_body = FavouriteRequest, responses((status = 200, body = Favourites)))]
async fn set(caller: Caller, Body(request): Body<FavouriteRequest>) -> Answer<Favourites> {
    caller.run(move |app, actor| favourite::set(app, actor, &request)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, set))
}
