//! Customers.

use std::io::Write;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base::{CustomerId, EventId, MergeId, RuleId};
use ops::customer::decision::{DecisionPage, WhyNot};
use ops::customer::identifier::RevealedIdentifiers;
use ops::customer::list::{self, CustomerPage};
use ops::customer::original::{AccessPage, OpenedOriginal};
use ops::customer::profile::CustomerView;
use ops::customer::timeline::{self, TimelinePage};
use ops::{OpError, customer};
use serde::Deserialize;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::{Body, Path, Query};
use crate::state::Server;

/// Reads an id from a path; one that is none names nothing.
pub(super) fn id<T: std::str::FromStr>(text: &str) -> Result<T, OpError> {
    text.parse().map_err(|_| OpError::not_found())
}

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
#[utoipa::path(get, operation_id = "list_customers", path = "/v1/customers", tag = "customers", params(ListParams), responses((status = 200, body = CustomerPage), (status = 401, body = ErrorBody)))]
async fn list(
    _: Signed,
    State(server): State<Arc<Server>>,
    Query(params): Query<ListParams>,
) -> Result<Json<CustomerPage>, ApiError> {
    let query =
        list::Query { text: params.q, tag: params.tag, cursor: params.cursor, limit: params.limit.unwrap_or(50) };
    Ok(Json(server.run(move |server| list::list(&server.app, &query)).await?))
}

/// Get a customer, by id or by any identifier.
#[utoipa::path(get, operation_id = "get_customer", path = "/v1/customers/{id}", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = CustomerView), (status = 404, body = ErrorBody)))]
async fn get(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(name): Path<String>,
) -> Result<Json<CustomerView>, ApiError> {
    let found = server.run(move |server| {
        let id = server.app.store.read(|db| customer::find(db, &name))?;
        customer::profile::get(&server.app, id)
    });
    Ok(Json(found.await?))
}

/// Reveal a customer's identifiers; who did is noted.
#[utoipa::path(post, operation_id = "reveal_identifiers", path = "/v1/customers/{id}/reveal", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = RevealedIdentifiers), (status = 404, body = ErrorBody)))]
async fn reveal(
    signed: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
) -> Result<Json<RevealedIdentifiers>, ApiError> {
    Ok(Json(
        server
            .run(move |server| customer::identifier::reveal(&server.app, &signed.actor, id::<CustomerId>(&customer)?))
            .await?,
    ))
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
#[utoipa::path(get, operation_id = "get_timeline", path = "/v1/customers/{id}/timeline", tag = "customers", params(("id" = String, Path), TimelineParams), responses((status = 200, body = TimelinePage), (status = 404, body = ErrorBody)))]
async fn events(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<TimelinePage>, ApiError> {
    let query = timeline::Query { cursor: params.cursor, limit: params.limit.unwrap_or(50), kind: params.kind };
    Ok(Json(server.run(move |server| timeline::timeline(&server.app, id::<CustomerId>(&customer)?, &query)).await?))
}

/// List a customer's decisions, newest first.
#[utoipa::path(get, operation_id = "list_decisions", path = "/v1/customers/{id}/decisions", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = DecisionPage), (status = 404, body = ErrorBody)))]
async fn decisions(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
) -> Result<Json<DecisionPage>, ApiError> {
    Ok(Json(server.run(move |server| customer::decision::list(&server.app, id::<CustomerId>(&customer)?)).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhyParams {
    /// The rule.
    rule: String,
}

/// Tell whether a rule holds for a customer, and why or why not.
#[utoipa::path(get, operation_id = "why_not", path = "/v1/customers/{id}/why-not", tag = "customers", params(("id" = String, Path), WhyParams), responses((status = 200, body = WhyNot), (status = 404, body = ErrorBody)))]
async fn why_not(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
    Query(params): Query<WhyParams>,
) -> Result<Json<WhyNot>, ApiError> {
    let found = server.run(move |server| {
        customer::decision::why_not(&server.app, id::<CustomerId>(&customer)?, id::<RuleId>(&params.rule)?)
    });
    Ok(Json(found.await?))
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
#[utoipa::path(post, operation_id = "open_original", path = "/v1/customers/{id}/originals", tag = "customers", params(("id" = String, Path)), request_body = OpenRequest, responses((status = 200, body = OpenedOriginal), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn open(
    signed: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
    Body(request): Body<OpenRequest>,
) -> Result<Json<OpenedOriginal>, ApiError> {
    let opened = server.run(move |server| {
        customer::original::open(
            &server.app,
            &signed.actor,
            id::<CustomerId>(&customer)?,
            id::<EventId>(&request.event)?,
            request.index,
        )
    });
    Ok(Json(opened.await?))
}

/// List who opened a customer's originals.
#[utoipa::path(get, operation_id = "list_openings", path = "/v1/customers/{id}/access", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = AccessPage), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn access(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(customer): Path<String>,
) -> Result<Json<AccessPage>, ApiError> {
    Ok(Json(server.run(move |server| customer::original::access(&server.app, id::<CustomerId>(&customer)?)).await?))
}

/// A writer whose bytes go out as they come.
struct Outlet(tokio::sync::mpsc::Sender<Result<Vec<u8>, std::io::Error>>);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.blocking_send(Ok(bytes.to_vec())).map_err(|_| std::io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Export everything about a customer as a signed archive.
#[utoipa::path(get, operation_id = "export_customer", path = "/v1/customers/{id}/export", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 403, description = "another site sent the browser here", body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn export(
    signed: Signed,
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    signed.came_by_itself(&headers)?;
    let customer = Arc::clone(&server)
        .run(move |server| {
            server.app.vault.status()?;
            server.app.store.read(|db| customer::find(db, &name))
        })
        .await?;
    let (send, receive) = tokio::sync::mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        let mut out = std::io::BufWriter::with_capacity(1 << 16, Outlet(send.clone()));
        let done = customer::export::export(&server.app, &signed.actor, customer, &mut out);
        if done.is_err() || out.flush().is_err() {
            send.blocking_send(Err(std::io::Error::other("the export broke off"))).ok();
        }
    });
    let disposition = format!("attachment; filename=\"{customer}.zip\"");
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, axum::body::Body::from_stream(ReceiverStream::new(receive))).into_response())
}

/// Undo a merge: both customers are there again.
#[utoipa::path(post, operation_id = "undo_merge", path = "/v1/merges/{id}/undo", tag = "customers", params(("id" = String, Path)), responses((status = 200, description = "undone"), (status = 404, body = ErrorBody), (status = 422, description = "a later merge rests on it, which the message names", body = ErrorBody)))]
async fn undo_merge(
    _: Signed,
    State(server): State<Arc<Server>>,
    Path(merge): Path<String>,
) -> Result<Json<serde_json::Value>, ApiError> {
    server.run(move |server| customer::merge::undo(&server.app, id::<MergeId>(&merge)?)).await?;
    Ok(Json(serde_json::json!({})))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(reveal))
        .routes(routes!(events))
        .routes(routes!(decisions))
        .routes(routes!(why_not))
        .routes(routes!(open))
        .routes(routes!(access))
        .routes(routes!(export))
        .routes(routes!(undo_merge))
}
