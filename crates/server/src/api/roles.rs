//! Roles.

use std::sync::Arc;

use base::RoleId;
use ops::account::role::{self, RolePage, RoleRequest, RoleView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path};
use crate::state::Server;

/// List roles, those of the program first, and the rights there are.
#[utoipa::path(get, operation_id = "list_roles", path = "/v1/roles", tag = "people", responses((status = 200, body = RolePage)))]
async fn list(caller: Caller) -> Answer<RolePage> {
    caller.run(role::list).await
}

/// Make a role, with no more rights than one has.
#[utoipa::path(post, operation_id = "add_role", path = "/v1/roles", tag = "people", request_body = RoleRequest, responses((status = 200, body = RoleView)))]
async fn add(caller: Caller, Body(request): Body<RoleRequest>) -> Answer<RoleView> {
    caller.run(move |app, actor| role::add(app, actor, &request)).await
}

/// Change a role, for all who have it, at once.
#[utoipa::path(put, operation_id = "change_role", path = "/v1/roles/{id}", tag = "people", params(("id" = String, Path)), request_body = RoleRequest, responses((status = 200, body = RoleView)))]
async fn change(caller: Caller, Path(role): Path<String>, Body(request): Body<RoleRequest>) -> Answer<RoleView> {
    let server = Arc::clone(&caller.server);
    let changed = caller.run(move |app, actor| role::update(app, actor, id::<RoleId>(&role)?, &request)).await;
    server.signed_out.notify_waiters();
    changed
}

/// Remove a role that nobody has.
#[utoipa::path(delete, operation_id = "remove_role", path = "/v1/roles/{id}", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(role): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| role::remove(app, actor, id::<RoleId>(&role)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(change, remove))
}
