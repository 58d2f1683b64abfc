//! People of the workspace.

use base::UserId;
use ops::account::person::{self, MemberPage, PersonChange, PersonPage, PersonView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::input::{Body, Path};
use crate::state::Server;

/// List people, oldest first.
#[utoipa::path(get, operation_id = "list_people", path = "/v1/people", tag = "people", responses((status = 200, body = PersonPage)))]
async fn list(caller: Caller) -> Answer<PersonPage> {
    caller.run(person::list).await
}

/// List the names of those who may sign in, to whom something can be given.
#[utoipa::path(get, operation_id = "list_members", path = "/v1/members", tag = "people", responses((status = 200, body = MemberPage)))]
async fn members(caller: Caller) -> Answer<MemberPage> {
    caller.run(|app, _| person::members(app)).await
}

/// Change a person's name or role, or whether they may sign in; who may not is signed out everywhere at once.
#[utoipa::path(patch, operation_id = "change_person", path = "/v1/people/{id}", tag = "people", params(("id" = String, Path)), request_body = PersonChange, responses((status = 200, body = PersonView)))]
async fn change(caller: Caller, Path(person): Path<String>, Body(change): Body<PersonChange>) -> Answer<PersonView> {
    let server = std::sync::Arc::clone(&caller.server);
    let changed = caller.run(move |app, actor| person::update(app, actor, id::<UserId>(&person)?, &change)).await;
    server.signed_out.notify_waiters();
    changed
}

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(change)).routes(routes!(members))
}
