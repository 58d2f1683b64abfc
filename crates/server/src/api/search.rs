//! One search over everything that one may see.

use std::sync::Arc;

use ops::search::{self, SearchPage};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::Query;
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// Words and parts of words, pinyin in full or as initials, three or more digits of a number; all of them must be there. At most 100 characters and 10 words.
    q: String,
    /// Only in these objects: names with commas between them, `customer` for customers.
    objects: Option<String>,
    /// The most of each object: 5 unless told, at most 50.
    limit: Option<u32>,
}

/// Look for something in everything that one may see: records by their texts, phones and numbers, customers by names and identifiers.
#[utoipa::path(get, operation_id = "search", path = "/v1/search", tag = "records", params(SearchParams), responses((status = 200, body = SearchPage)))]
async fn search(caller: Caller, Query(params): Query<SearchParams>) -> Answer<SearchPage> {
    let names = params.objects.as_deref().unwrap_or_default().split(',').map(str::trim);
    let objects = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let query = search::Query { text: params.q, objects, limit: params.limit.unwrap_or(5) };
    caller.run(move |app, actor| search::find(app, actor, &query)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(search))
}
