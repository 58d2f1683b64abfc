//! Rules.

use std::sync::Arc;

use base::RuleId;
use ops::rule::{self, AddRequest, EditAnswer, ReadAnswer, ReadRequest, RuleDetail, RulePage, RuleView};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path};
use crate::state::Server;

/// List rules, newest first.
#[utoipa::path(get, operation_id = "list_rules", path = "/v1/rules", tag = "rules", responses((status = 200, body = RulePage)))]
async fn list(caller: Caller) -> Answer<RulePage> {
    caller.run(rule::list).await
}

/// Read a sentence: what it means, what has to be asked, for whom it holds.
#[utoipa::path(post, operation_id = "read_sentence", path = "/v1/rules/read", tag = "rules", request_body = ReadRequest, responses((status = 200, body = ReadAnswer)))]
async fn read(caller: Caller, Body(request): Body<ReadRequest>) -> Answer<ReadAnswer> {
    caller.run(move |app, actor| rule::read(app, actor, &request)).await
}

/// Make a rule of a sentence and switch it on.
#[utoipa::path(post, operation_id = "add_rule", path = "/v1/rules", tag = "rules", request_body = AddRequest, responses((status = 200, body = RuleView)))]
async fn add(caller: Caller, Body(request): Body<AddRequest>) -> Answer<RuleView> {
    caller.run(move |app, actor| rule::add(app, actor, request)).await
}

/// Get a rule with its latest decisions.
#[utoipa::path(get, operation_id = "get_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), responses((status = 200, body = RuleDetail)))]
async fn get(caller: Caller, Path(rule): Path<String>) -> Answer<RuleDetail> {
    caller.run(move |app, actor| rule::get(app, actor, id::<RuleId>(&rule)?)).await
}

/// Read a sentence that a rule is to say instead: what it means, for whom it holds, and who would gain or lose.
#[utoipa::path(post, operation_id = "read_edit", path = "/v1/rules/{id}/read", tag = "rules", params(("id" = String, Path)), request_body = ReadRequest, responses((status = 200, body = EditAnswer)))]
async fn read_edit(caller: Caller, Path(rule): Path<String>, Body(request): Body<ReadRequest>) -> Answer<EditAnswer> {
    caller.run(move |app, actor| rule::read_edit(app, actor, id::<RuleId>(&rule)?, &request)).await
}

/// Have a rule say another sentence, as its next version. Earlier decisions keep the version that made them.
#[utoipa::path(put, operation_id = "edit_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), request_body = AddRequest, responses((status = 200, body = RuleView)))]
async fn edit(caller: Caller, Path(rule): Path<String>, Body(request): Body<AddRequest>) -> Answer<RuleView> {
    caller.run(move |app, actor| rule::edit(app, actor, id::<RuleId>(&rule)?, request)).await
}

/// A change to a rule.
#[derive(Deserialize, ToSchema)]
struct Change {
    /// Whether it is on.
    on: bool,
}

/// Switch a rule on or off.
#[utoipa::path(patch, operation_id = "change_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), request_body = Change, responses((status = 200, body = RuleView)))]
async fn change(caller: Caller, Path(rule): Path<String>, Body(change): Body<Change>) -> Answer<RuleView> {
    caller.run(move |app, actor| rule::set_on(app, actor, id::<RuleId>(&rule)?, change.on)).await
}

/// Remove a rule; its decisions stay.
#[utoipa::path(delete, operation_id = "remove_rule", path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(rule): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| rule::remove(app, actor, id::<RuleId>(&rule)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(read))
        .routes(routes!(get, edit, change, remove))
        .routes(routes!(read_edit))
}
