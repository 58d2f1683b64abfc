//! What one is told of.

use std::sync::Arc;

use ops::notice::{self, NoticeChoices, NoticeCount, NoticePage, NoticesRead};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::{Body, Query};
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Where the page begins.
    cursor: Option<String>,
}

/// List what one is told of, the latest first: mentions, comments on and changes of records that one follows, records that became one's own.
#[utoipa::path(get, operation_id = "list_notices", path = "/v1/notices", tag = "account", params(ListParams), responses((status = 200, body = NoticePage)))]
async fn list(caller: Caller, Query(params): Query<ListParams>) -> Answer<NoticePage> {
    caller.run(move |app, actor| notice::list(app, actor, params.cursor.as_deref())).await
}

/// Tell how much one has yet to look at.
#[utoipa::path(get, operation_id = "count_notices", path = "/v1/notices/count", tag = "account", responses((status = 200, body = NoticeCount)))]
async fn count(caller: Caller) -> Answer<NoticeCount> {
    caller.run(notice::count).await
}

/// Note that one has looked at one thing, or at all.
#[utoipa::path(post, operation_id = "read_notices", path = "/v1/notices/read", tag = "account", request_body = NoticesRead, responses((status = 200, body = NoticeCount)))]
async fn read(caller: Caller, Body(request): Body<NoticesRead>) -> Answer<NoticeCount> {
    caller.run(move |app, actor| notice::read(app, actor, &request)).await
}

/// Tell of what one is told.
#[utoipa::path(get, operation_id = "get_notice_choices", path = "/v1/notices/choices", tag = "account", responses((status = 200, body = NoticeChoices)))]
async fn choices(caller: Caller) -> Answer<NoticeChoices> {
    caller.run(notice::choices).await
}

/// Set of what one is told from here on.
#[utoipa::path(put, operation_id = "set_notice_choices", path = "/v1/notices/choices", tag = "account", request_body = NoticeChoices, responses((status = 200, body = NoticeChoices)))]
async fn set_choices(caller: Caller, Body(request): Body<NoticeChoices>) -> Answer<NoticeChoices> {
    caller.run(move |app, actor| notice::set_choices(app, actor, request)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(count))
        .routes(routes!(read))
        .routes(routes!(choices, set_choices))
}
