//! API keys.

use std::sync::Arc;

use base::ApiKeyId;
use ops::account::api_key::{self, ApiKeyPage, ApiKeyRequest, NewApiKey};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path};
use crate::state::Server;

/// List API keys, newest first.
#[utoipa::path(get, operation_id = "list_api_keys", path = "/v1/api-keys", tag = "people", responses((status = 200, body = ApiKeyPage)))]
async fn list(caller: Caller) -> Answer<ApiKeyPage> {
    caller.run(api_key::list).await
}

/// Make an API key with a role; its secret is shown once.
#[utoipa::path(post, operation_id = "add_api_key", path = "/v1/api-keys", tag = "people", request_body = ApiKeyRequest, responses((status = 200, body = NewApiKey)))]
async fn add(caller: Caller, Body(request): Body<ApiKeyRequest>) -> Answer<NewApiKey> {
    caller.run(move |app, actor| api_key::add(app, actor, &request)).await
}

/// Remove an API key; it works no longer.
#[utoipa::path(delete, operation_id = "remove_api_key", path = "/v1/api-keys/{id}", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(key): Path<String>) -> Answer<Done> {
    let server = Arc::clone(&caller.server);
    let removed = caller.does(move |app, actor| api_key::remove(app, actor, id::<ApiKeyId>(&key)?)).await;
    server.signed_out.notify_waiters();
    removed
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove))
}
