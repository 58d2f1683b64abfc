//! Records of objects, and their changes.

use std::io::Write;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::Response;

use base::{ChangeId, RecordId, UserId};
use ops::record::board::{self, Board, BoardRequest};
use ops::record::change::{self, ChangePage, UndoRequest};
use ops::record::export::{Export, ExportRequest};
use ops::record::field::{self, RevealRequest, RevealedValue};
use ops::record::group::{self, Groups, GroupsRequest};
use ops::record::list::{self, ListRequest, RecordCount, RecordPage};
use ops::record::similar::{self, Similar, SimilarRequest};
use ops::record::tags::{self, TagPage};
use ops::record::why::{self, WhySeen};
use ops::record::{self, Changed, RecordDetail, RecordRequest};
use ops::{Actor, App, OpError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::error::ApiError;
use crate::input::{Body, Path, Query};
use crate::outlet::stream;
use crate::state::Server;

/// List records that one may see: filtered, ordered, a page at a time.
#[utoipa::path(post, operation_id = "list_records", path = "/v1/objects/{object}/list", tag = "records", params(("object" = String, Path)), request_body = ListRequest, responses((status = 200, body = RecordPage)))]
async fn list(
    caller: Caller,
    Path(object): Path<String>,
    Body(request): Body<ListRequest>,
) -> Result<Response, ApiError> {
    caller.tells(move |app, actor| list::list(app, actor, &object, &request)).await
}

/// Lay records that one may see on a board: a column for each choice, with how many there are, what they come to, and the latest.
#[utoipa::path(post, operation_id = "get_board", path = "/v1/objects/{object}/board", tag = "records", params(("object" = String, Path)), request_body = BoardRequest, responses((status = 200, body = Board)))]
async fn board(
    caller: Caller,
    Path(object): Path<String>,
    Body(request): Body<BoardRequest>,
) -> Result<Response, ApiError> {
    caller.tells(move |app, actor| board::get(app, actor, &object, &request)).await
}

/// Put records that one may see into groups: how many there are of each, and what fields come to.
#[utoipa::path(post, operation_id = "get_groups", path = "/v1/objects/{object}/groups", tag = "records", params(("object" = String, Path)), request_body = GroupsRequest, responses((status = 200, body = Groups)))]
async fn groups(caller: Caller, Path(object): Path<String>, Body(request): Body<GroupsRequest>) -> Answer<Groups> {
    caller.run(move |app, actor| group::get(app, actor, &object, &request)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TagParams {
    /// A part that they have.
    q: Option<String>,
}

/// List the tags that the latest records have in a field, those first that most have: what one chooses from while typing.
#[utoipa::path(get, operation_id = "list_tags", path = "/v1/objects/{object}/fields/{field}/tags", tag = "records", params(("object" = String, Path), ("field" = String, Path), TagParams), responses((status = 200, body = TagPage)))]
async fn tags(
    caller: Caller,
    Path((object, field)): Path<(String, String)>,
    Query(params): Query<TagParams>,
) -> Answer<TagPage> {
    caller.run(move |app, actor| tags::list(app, actor, &object, &field, params.q.as_deref())).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// As JSON: `list`, which records, as a list is asked for; `fields`, their names; `english`.
    request: Option<String>,
}

/// Export records that one may see, as a list shows them, as a table (CSV).
#[utoipa::path(get, operation_id = "export_records", path = "/v1/objects/{object}/export", tag = "records", params(("object" = String, Path), ExportParams), responses((status = 200, body = String, content_type = "text/csv")))]
async fn export(
    caller: Caller,
    headers: HeaderMap,
    Path(object): Path<String>,
    Query(params): Query<ExportParams>,
) -> Result<Response, ApiError> {
    caller.came_by_itself(&headers)?;
    let Caller { server, actor, credential } = caller;
    let (asked, name) = (actor.clone(), object.clone());
    let prepare = move |server: &Server| {
        let request: ExportRequest = match params.request.as_deref().map(serde_json::from_str).transpose() {
            Ok(request) => request.unwrap_or_default(),
            Err(error) => {
                let (zh, en) = (format!("无法读取：{error}"), format!("it cannot be read: {error}"));
                return Err(OpError::invalid("request", &zh, &en));
            }
        };
        Export::prepare(&server.app, &asked, &name, &request)
    };
    let export = Arc::clone(&server).run(prepare).await?;
    let running = Arc::clone(&server);
    let write = move |out: &mut dyn Write| {
        let may_still = || credential.actor(&running.app).is_ok_and(|now| now == actor);
        export.write(&running.app, &actor, &may_still, out).map(drop)
    };
    Ok(stream(&server, &format!("{object}.csv"), "text/csv; charset=utf-8", write).await)
}

/// Count records that one may see; one beyond 10,000 says that there are more.
#[utoipa::path(post, operation_id = "count_records", path = "/v1/objects/{object}/count", tag = "records", params(("object" = String, Path)), request_body = ListRequest, responses((status = 200, body = RecordCount)))]
async fn count(caller: Caller, Path(object): Path<String>, Body(request): Body<ListRequest>) -> Answer<RecordCount> {
    caller.run(move |app, actor| list::count(app, actor, &object, &request)).await
}

/// Find records that one may see and that have the same name, phone or e-mail address as one that is being made.
#[utoipa::path(post, operation_id = "find_similar", path = "/v1/objects/{object}/similar", tag = "records", params(("object" = String, Path)), request_body = SimilarRequest, responses((status = 200, body = Similar)))]
async fn similar(caller: Caller, Path(object): Path<String>, Body(request): Body<SimilarRequest>) -> Answer<Similar> {
    caller.run(move |app, actor| similar::get(app, actor, &object, &request)).await
}

/// Make a record. Its owner is who makes it, unless another is named.
#[utoipa::path(post, operation_id = "add_record", path = "/v1/objects/{object}/records", tag = "records", params(("object" = String, Path)), request_body = RecordRequest, responses((status = 200, body = RecordDetail)))]
async fn add(caller: Caller, Path(object): Path<String>, Body(request): Body<RecordRequest>) -> Answer<RecordDetail> {
    caller.run(move |app, actor| record::add(app, actor, &object, &request)).await
}

/// Get a record.
#[utoipa::path(get, operation_id = "get_record", path = "/v1/objects/{object}/records/{id}", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = RecordDetail)))]
async fn get(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<RecordDetail> {
    caller.run(move |app, actor| record::get(app, actor, &object, id::<RecordId>(&record)?)).await
}

/// Change a record's values. With a version, nothing is changed when the record has another by then.
#[utoipa::path(patch, operation_id = "change_record", path = "/v1/objects/{object}/records/{id}", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = RecordRequest, responses((status = 200, body = Changed)))]
async fn change(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Body(request): Body<RecordRequest>,
) -> Answer<Changed> {
    caller.run(move |app, actor| record::update(app, actor, &object, id::<RecordId>(&record)?, &request)).await
}

/// Put a record into the trash.
#[utoipa::path(delete, operation_id = "trash_record", path = "/v1/objects/{object}/records/{id}", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = Changed)))]
async fn trash(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<Changed> {
    caller.run(move |app, actor| record::set_trashed(app, actor, &object, id::<RecordId>(&record)?, true)).await
}

/// Take a record out of the trash.
#[utoipa::path(post, operation_id = "restore_record", path = "/v1/objects/{object}/records/{id}/restore", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = Changed)))]
async fn restore(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<Changed> {
    caller.run(move |app, actor| record::set_trashed(app, actor, &object, id::<RecordId>(&record)?, false)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// Where the page begins.
    cursor: Option<String>,
}

/// List a record's changes, the latest first.
#[utoipa::path(get, operation_id = "list_changes", path = "/v1/objects/{object}/records/{id}/changes", tag = "records", params(("object" = String, Path), ("id" = String, Path), HistoryParams), responses((status = 200, body = ChangePage)))]
async fn changes(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Query(params): Query<HistoryParams>,
) -> Answer<ChangePage> {
    let cursor = params.cursor;
    caller.run(move |app, actor| change::list(app, actor, &object, id::<RecordId>(&record)?, cursor.as_deref())).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhyParams {
    /// The person.
    person: String,
}

/// Tell why a person can see or change a record, or cannot.
#[utoipa::path(get, operation_id = "why_seen", path = "/v1/objects/{object}/records/{id}/why", tag = "records", params(("object" = String, Path), ("id" = String, Path), WhyParams), responses((status = 200, body = WhySeen)))]
async fn why(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Query(params): Query<WhyParams>,
) -> Answer<WhySeen> {
    let why = move |app: &App, actor: &Actor| {
        why::why(app, actor, &object, id::<RecordId>(&record)?, id::<UserId>(&params.person)?)
    };
    caller.run(why).await
}

/// Take a change back, by a change of its own. What was changed again since is put back only by force.
#[utoipa::path(post, operation_id = "undo_change", path = "/v1/changes/{id}/undo", tag = "records", params(("id" = String, Path)), request_body = UndoRequest, responses((status = 200, body = Changed)))]
async fn undo(caller: Caller, Path(change): Path<String>, Body(request): Body<UndoRequest>) -> Answer<Changed> {
    caller.run(move |app, actor| change::undo(app, actor, id::<ChangeId>(&change)?, &request)).await
}

/// Show one masked value of a record in full. It is noted.
#[utoipa::path(post, operation_id = "reveal_field", path = "/v1/objects/{object}/records/{id}/reveal", tag = "records", params(("object" = String, Path), ("id" = String, Path)), request_body = RevealRequest, responses((status = 200, body = RevealedValue)))]
async fn reveal(
    caller: Caller,
    Path((object, record)): Path<(String, String)>,
    Body(request): Body<RevealRequest>,
) -> Answer<RevealedValue> {
    caller.run(move |app, actor| field::reveal(app, actor, &object, id::<RecordId>(&record)?, &request)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(count))
        .routes(routes!(export))
        .routes(routes!(board))
        .routes(routes!(groups))
        .routes(routes!(similar))
        .routes(routes!(add))
        .routes(routes!(get, change, trash))
        .routes(routes!(restore))
        .routes(routes!(changes))
        .routes(routes!(why))
        .routes(routes!(reveal))
        .routes(routes!(undo))
        .routes(routes!(tags))
}
