//! What people say about records, who follows them, and their timelines.

use std::sync::Arc;

use base::{CommentId, RecordId};
use ops::account::person::MemberPage;
use ops::record::talk::comment::{self, CommentRequest, CommentView};
use ops::record::talk::follow::{self, Following};
use ops::record::talk::mention;
use ops::record::talk::timeline::{self, RecordTimeline};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Path, Query};
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineParams {
    /// Where the page begins.
    cursor: Option<String>,
    /// The sorts of entries, with commas between them: `changes`, `comments`, `records`, `events`, `decisions`; all where none is named.
    sorts: Option<String>,
}

/// Get a page of a record's timeline, the latest first: its changes, comments, records that lead to it or to its customer, and the customer's events and decisions.
#[utoipa::path(get, operation_id = "get_record_timeline", path = "/v1/objects/{object}/records/{id}/timeline", tag = "records", params(("object" = String, Path), ("id" = String, Path), TimelineParams), responses((status = 200, body = RecordTimeline)))]
async fn timeline(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Query(params): Query<TimelineParams>,
) -> Answer<RecordTimeline> {
    let query = timeline::Query { cursor: params.cursor, sorts: params.sorts };
    caller.run(move |app, actor| timeline::get(app, actor, &object, id::<RecordId>(&record)?, &query)).await
}

/// Write a comment on a record that one sees.
#[utoipa::path(post, operation_id = "add_comment", path = "/v1/objects/{object}/records/{id}/comments", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = CommentRequest, responses((status = 200, body = CommentView)))]
async fn add(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Body(request): Body<CommentRequest>,
) -> Answer<CommentView> {
    caller.run(move |app, actor| comment::add(app, actor, &object, id::<RecordId>(&record)?, &request)).await
}

/// Have one's own comment say something else.
#[utoipa::path(patch, operation_id = "change_comment", path = "/v1/comments/{id}", tag = "records", params(("id" = String, Path)), request_body = CommentRequest, responses((status = 200, body = CommentView)))]
async fn change(
    caller: Caller,
    Path(comment): Path<String>,
    Body(request): Body<CommentRequest>,
) -> Answer<CommentView> {
    caller.run(move |app, actor| comment::update(app, actor, id::<CommentId>(&comment)?, &request)).await
}

/// Remove one's own comment; owners remove any.
#[utoipa::path(delete, operation_id = "remove_comment", path = "/v1/comments/{id}", tag = "records", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn remove(caller: Caller, Path(comment): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| comment::remove(app, actor, id::<CommentId>(&comment)?)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReaderParams {
    /// A part of a name, its pinyin or its initials; everybody where it is left out.
    q: Option<String>,
}

/// List people who may see a record, and so can be mentioned on it; at most twenty.
#[utoipa::path(get, operation_id = "list_readers", path = "/v1/objects/{object}/records/{id}/readers", tag = "records", params(("object" = String, Path), ("id" = String, Path), ReaderParams), responses((status = 200, body = MemberPage)))]
async fn readers(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Query(params): Query<ReaderParams>,
) -> Answer<MemberPage> {
    let part = params.q.unwrap_or_default();
    caller.run(move |app, actor| mention::list(app, actor, &object, id::<RecordId>(&record)?, &part)).await
}

/// Tell whether one follows a record.
#[utoipa::path(get, operation_id = "get_following", path = "/v1/objects/{object}/records/{id}/following", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = Following)))]
async fn following(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<Following> {
    caller.run(move |app, actor| follow::get(app, actor, &object, id::<RecordId>(&record)?)).await
}

/// Follow a record that one sees, or follow it no longer.
#[utoipa::path(put, operation_id = "set_following", path = "/v1/objects/{object}/records/{id}/following", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = Following, responses((status = 200, body = Following)))]
async fn set_following(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Body(request): Body<Following>,
) -> Answer<Following> {
    caller.run(move |app, actor| follow::set(app, actor, &object, id::<RecordId>(&record)?, request)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(timeline))
        .routes(routes!(add))
        .routes(routes!(change, remove))
        .routes(routes!(readers))
        .routes(routes!(following, set_following))
}
