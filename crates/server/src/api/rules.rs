//! Rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base::RuleId;
use ops::rule::{self, AddRequest, EditAnswer, ReadAnswer, ReadRequest, RuleDetail, RulePage, RuleView};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::customers::id;
use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::{Body, Path};
use crate::state::Server;

/// List rules, newest first.
#[utoipa::path(get, operation_id = "list_rules", path = "/v1/rules", tag = "rules", responses((status = 200, body = RulePage), (status = 401, body = ErrorBody)))]
async fn list(_: Signed, State(server): State<Arc<Server>>) -> Result<Json<RulePage>, ApiError> {
    Ok(Json(server.run(|server| rule::list(&server.app)).await?))
}

/// Read a sentence: what it means, what has to be asked, for whom it holds.
#[utoipa::path(post, operation_id = "read_sentence", path = "/v1/rules/read", tag = "rules", request_body = ReadRequest, responses((status = 200, body = ReadAnswer), (status = 401, body = ErrorBody)))]
async fn read(
    _: Signed,
    State(server): State<Arc<Server>>,
    Body(request): Body<ReadRequest>,
) -> Result<Json<ReadAnswer>, ApiError> {
    Ok(Json(server.run(move |server| rule::read(&server.app, &server.readings, &request)).await?))
}

/// Make a rule of a sentence and switch it on.
#[utoipa::path(post, operation_id = "add_rule", path = "/v1/rules", tag = "rules", request_body = AddRequest, responses((status = 200, body = RuleView), (status = 422, body = ErrorBody)))]
async fn add(
    _: Signed,
    State(server): State<Arc<Server>>,
    Body(request): Body<AddRequest>,
) -> Result<Json<RuleView>, ApiError> {
    Ok(Json(server.run(move |server| rule::add(&server.app, &server.readings, request)).await?))
}

/// Get a rule with its latest decisions.
#[utoipa::path(get, operation_id = "get_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), responses((status = 200, body = RuleDetail), (status = 404, body = ErrorBody)))]
async fn get(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(rule): Path<String>,
) -> Result<Json<RuleDetail>, ApiError> {
    Ok(Json(server.run(move |server| rule::get(&server.app, id::<RuleId>(&rule)?)).await?))
}

/// Read a sentence that a rule is to say instead: what it means, for whom it holds, and who would gain or lose.
#[utoipa::path(post, operation_id = "read_edit", path = "/v1/rules/{id}/read", tag = "rules", params(("id" = String, Path)), request_body = ReadRequest, responses((status = 200, body = EditAnswer), (status = 404, body = ErrorBody)))]
async fn read_edit(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(rule): Path<String>,
    Body(request): Body<ReadRequest>,
) -> Result<Json<EditAnswer>, ApiError> {
    let read = move |server: &Server| rule::read_edit(&server.app, &server.readings, id::<RuleId>(&rule)?, &request);
    Ok(Json(server.run(read).await?))
}

/// Have a rule say another sentence, as its next version. Earlier decisions keep the version that made them.
#[utoipa::path(put, operation_id = "edit_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), request_body = AddRequest, responses((status = 200, body = RuleView), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn edit(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(rule): Path<String>,
    Body(request): Body<AddRequest>,
) -> Result<Json<RuleView>, ApiError> {
    let edit = move |server: &Server| rule::edit(&server.app, &server.readings, id::<RuleId>(&rule)?, request);
    Ok(Json(server.run(edit).await?))
}

/// A change to a rule.
#[derive(Deserialize, ToSchema)]
struct Change {
    /// Whether it is on.
    on: bool,
}

/// Switch a rule on or off.
#[utoipa::path(patch, operation_id = "change_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), request_body = Change, responses((status = 200, body = RuleView), (status = 404, body = ErrorBody)))]
async fn change(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(rule): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<RuleView>, ApiError> {
    Ok(Json(server.run(move |server| rule::set_on(&server.app, id::<RuleId>(&rule)?, change.on)).await?))
}

/// Remove a rule; its decisions stay.
#[utoipa::path(delete, operation_id = "remove_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), responses((status = 200, description = "removed"), (status = 404, body = ErrorBody)))]
async fn remove(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(rule): Path<String>,
) -> Result<Json<serde_json::Value>, ApiError> {
    server.run(move |server| rule::remove(&server.app, id::<RuleId>(&rule)?)).await?;
    Ok(Json(serde_json::json!({})))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(read))
        .routes(routes!(get, edit, change, remove))
        .routes(routes!(read_edit))
}
