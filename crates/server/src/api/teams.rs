//! Teams, and with whom a record is shared.

use std::sync::Arc;

use base::{RecordId, TeamId};
use ops::account::team::{self, TeamPage, TeamRequest, TeamView};
use ops::record::share::{self, SharePage, ShareRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path};
use crate::state::Server;

/// List the teams.
#[utoipa::path(get, operation_id = "list_teams", path = "/v1/teams", tag = "people", responses((status = 200, body = TeamPage)))]
async fn list(caller: Caller) -> Answer<TeamPage> {
    caller.run(|app, _| team::list(app)).await
}

/// Make a team.
#[utoipa::path(post, operation_id = "add_team", path = "/v1/teams", tag = "people", request_body = TeamRequest, responses((status = 200, body = TeamView)))]
async fn add(caller: Caller, Body(request): Body<TeamRequest>) -> Answer<TeamView> {
    caller.run(move |app, actor| team::add(app, actor, &request)).await
}

/// Change a team.
#[utoipa::path(put, operation_id = "change_team", path = "/v1/teams/{id}", tag = "people", params(("id" = String, Path)), request_body = TeamRequest, responses((status = 200, body = TeamView)))]
async fn change(caller: Caller, Path(team): Path<String>, Body(request): Body<TeamRequest>) -> Answer<TeamView> {
    caller.run(move |app, actor| team::update(app, actor, id::<TeamId>(&team)?, &request)).await
}

/// Remove a team; those that are part of it become part of the one above.
#[utoipa::path(delete, operation_id = "remove_team", path = "/v1/teams/{id}", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(team): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| team::remove(app, actor, id::<TeamId>(&team)?)).await
}

/// List with whom a record is shared.
#[utoipa::path(get, operation_id = "list_shares", path = "/v1/objects/{object}/records/{id}/shares", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = SharePage)))]
async fn shares(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<SharePage> {
    caller.run(move |app, actor| share::list(app, actor, &object, id::<RecordId>(&record)?)).await
}

/// Share a record that one may change, with a person, or with a team and all that are part of it.
#[utoipa::path(put, operation_id = "share_record", path = "/v1/objects/{object}/records/{id}/shares", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = ShareRequest, responses((status = 200, body = SharePage)))]
async fn share_record(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Body(request): Body<ShareRequest>,
) -> Answer<SharePage> {
    caller.run(move |app, actor| share::set(app, actor, &object, id::<RecordId>(&record)?, &request)).await
}

/// Share a record no longer with a person or a team.
#[utoipa::path(delete, operation_id = "unshare_record", path = "/v1/objects/{object}/records/{id}/shares/{with}", tag = "records", params(("object" = String, Path), ("id" = String, Path), ("with" = String, Path)), responses((status = 200, body = SharePage)))]
async fn unshare(caller: Caller, Path((object, record, with)): Path<(String, String, String)>) -> Answer<SharePage> {
    caller.run(move |app, actor| share::remove(app, actor, &object, id::<RecordId>(&record)?, &with)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change, remove))
        .routes(routes!(shares, share_record))
        .routes(routes!(unshare))
}
