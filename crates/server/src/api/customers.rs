//! Customers.

use axum::http::HeaderMap;
use axum::response::Response;
use base::{CustomerId, EventId, MergeId, RuleId};
use ops::customer::decision::{DecisionPage, WhyNot};
use ops::customer::erase::{EraseRequest, Erasure};
use ops::customer::identifier::RevealedIdentifiers;
use ops::customer::list::{self, CustomerPage};
use ops::customer::original::{AccessPage, OpenedOriginal};
use ops::customer::profile::CustomerView;
use ops::customer::timeline::{self, TimelinePage};
use ops::{Actor, App, customer};
use serde::Deserialize;
use std::io::Write;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller, Done};
use crate::error::ApiError;
use crate::input::{Body, Path, Query};
use crate::outlet::stream;
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Part of a name, pinyin, initials, or the beginning of an identifier.
    q: Option<String>,
    /// A tag they all have.
    tag: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
    /// How many, at most 200.
    limit: Option<u32>,
}

/// List customers, the latest first, or find them.
#[utoipa::path(get, operation_id = "list_customers", path = "/v1/customers", tag = "customers", params(ListParams), responses((status = 200, body = CustomerPage)))]
async fn list(caller: Caller, Query(params): Query<ListParams>) -> Answer<CustomerPage> {
    let query =
        list::Wanted { text: params.q, tag: params.tag, cursor: params.cursor, limit: params.limit.unwrap_or(50) };
    caller.run(move |app, actor| list::list(app, actor, &query)).await
}

/// Get a customer, by id or by any identifier.
#[utoipa::path(get, operation_id = "get_customer", path = "/v1/customers/{id}", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = CustomerView)))]
async fn get(caller: Caller, Path(name): Path<String>) -> Answer<CustomerView> {
    caller.run(move |app, actor| customer::profile::get(app, actor, customer::find(app, actor, &name)?)).await
}

/// Reveal a customer's identifiers; who did is noted.
#[utoipa::path(post, operation_id = "reveal_identifiers", path = "/v1/customers/{id}/reveal", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = RevealedIdentifiers)))]
async fn reveal(caller: Caller, Path(customer): Path<String>) -> Answer<RevealedIdentifiers> {
    caller.run(move |app, actor| customer::identifier::reveal(app, actor, id::<CustomerId>(&customer)?)).await
}

/// Tell what erasing a customer would take away.
#[utoipa::path(get, operation_id = "preview_erasure", path = "/v1/customers/{id}/erasure", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Erasure)))]
async fn preview_erasure(caller: Caller, Path(customer): Path<String>) -> Answer<Erasure> {
    caller.run(move |app, actor| customer::erase::preview(app, actor, id::<CustomerId>(&customer)?)).await
}

/// Erase a customer, or some of its identities, for good: from profile, records, log and originals.
#[utoipa::path(post, operation_id = "erase_customer", path = "/v1/customers/{id}/erasure", tag = "customers", params(("id" = String, Path)), request_body = EraseRequest, responses((status = 200, body = Erasure)))]
async fn erase(caller: Caller, Path(customer): Path<String>, Body(request): Body<EraseRequest>) -> Answer<Erasure> {
    caller.run(move |app, actor| customer::erase::erase(app, actor, id::<CustomerId>(&customer)?, &request)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineParams {
    /// Where the page begins.
    cursor: Option<String>,
    /// How many, at most 200.
    limit: Option<usize>,
    /// Only events of this kind.
    kind: Option<String>,
}

/// Get a page of a customer's timeline, newest first.
#[utoipa::path(get, operation_id = "get_timeline", path = "/v1/customers/{id}/timeline", tag = "customers", params(("id" = String, Path), TimelineParams), responses((status = 200, body = TimelinePage)))]
async fn events(
    caller: Caller,
    Path(customer): Path<String>,
    Query(params): Query<TimelineParams>,
) -> Answer<TimelinePage> {
    let query = timeline::Query { cursor: params.cursor, limit: params.limit.unwrap_or(50), kind: params.kind };
    caller.run(move |app, actor| timeline::timeline(app, actor, id::<CustomerId>(&customer)?, &query)).await
}

/// List a customer's decisions, newest first.
#[utoipa::path(get, operation_id = "list_decisions", path = "/v1/customers/{id}/decisions", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = DecisionPage)))]
async fn decisions(caller: Caller, Path(customer): Path<String>) -> Answer<DecisionPage> {
    caller.run(move |app, actor| customer::decision::list(app, actor, id::<CustomerId>(&customer)?)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhyParams {
    /// The rule.
    rule: String,
}

/// Tell whether a rule holds for a customer, and why or why not.
#[utoipa::path(get, operation_id = "why_not", path = "/v1/customers/{id}/why-not", tag = "customers", params(("id" = String, Path), WhyParams), responses((status = 200, body = WhyNot)))]
async fn why_not(caller: Caller, Path(customer): Path<String>, Query(params): Query<WhyParams>) -> Answer<WhyNot> {
    let why_not = move |app: &App, actor: &Actor| {
        customer::decision::why_not(app, actor, id::<CustomerId>(&customer)?, id::<RuleId>(&params.rule)?)
    };
    caller.run(why_not).await
}

/// Which original is to be opened.
#[derive(Deserialize, ToSchema)]
struct OpenRequest {
    /// The event.
    event: String,
    /// The place of the original among the event's.
    index: u32,
}

/// Open an original for customer service; a grant and an audit row precede it.
#[utoipa::path(post, operation_id = "open_original", path = "/v1/customers/{id}/originals", tag = "customers", params(("id" = String, Path)), request_body = OpenRequest, responses((status = 200, body = OpenedOriginal)))]
async fn open(
    caller: Caller,
    Path(customer): Path<String>,
    Body(request): Body<OpenRequest>,
) -> Answer<OpenedOriginal> {
    let open = move |app: &App, actor: &Actor| {
        let (customer, event) = (id::<CustomerId>(&customer)?, id::<EventId>(&request.event)?);
        customer::original::open(app, actor, customer, event, request.index)
    };
    caller.run(open).await
}

/// List who opened a customer's originals.
#[utoipa::path(get, operation_id = "list_openings", path = "/v1/customers/{id}/access", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = AccessPage)))]
async fn access(caller: Caller, Path(customer): Path<String>) -> Answer<AccessPage> {
    caller.run(move |app, actor| customer::original::access(app, actor, id::<CustomerId>(&customer)?)).await
}

/// Export everything about a customer as a signed archive.
#[utoipa::path(get, operation_id = "export_customer", path = "/v1/customers/{id}/export", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
async fn export(caller: Caller, headers: HeaderMap, Path(name): Path<String>) -> Result<Response, ApiError> {
    caller.came_by_itself(&headers)?;
    let Caller { server, actor, .. } = caller;
    let asked = actor.clone();
    let whom = move |server: &Server| customer::export::whom(&server.app, &asked, &name);
    let customer = Arc::clone(&server).run(whom).await?;
    let app = Arc::clone(&server);
    let write = move |out: &mut dyn Write| customer::export::export(&app.app, &actor, customer, out).map(drop);
    Ok(stream(&server, &format!("{customer}.zip"), "application/zip", write).await)
}

/// Undo a merge: both customers are there again. While a later one rests on it, it is refused, with the one to undo first.
#[utoipa::path(post, operation_id = "undo_merge", path = "/v1/merges/{id}/undo", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Done)))]
async fn undo_merge(caller: Caller, Path(merge): Path<String>) -> Answer<Done> {
    caller.does(move |app, actor| customer::merge::undo(app, actor, id::<MergeId>(&merge)?)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(reveal))
        .routes(routes!(preview_erasure, erase))
        .routes(routes!(events))
        .routes(routes!(decisions))
        .routes(routes!(why_not))
        .routes(routes!(open))
        .routes(routes!(access))
        .routes(routes!(export))
        .routes(routes!(undo_merge))
}
