//! Events in, over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect::segment::Endpoint;
use ops::intake::{Format, Receipt, Terms};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::INFLATED_LIMIT;
use crate::auth::Sender;
use crate::error::{ApiError, ErrorBody, RETRY_AFTER};
use crate::input::{Bytes, Path, Query, stream};
use crate::state::Server;

/// How events are to be taken.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// Whether to take all or none, in one commit.
    #[serde(default)]
    strict: bool,
    /// Whether they are history: tags follow, effects don't.
    #[serde(default)]
    history: bool,
}

/// Why events were not taken: what became of each, or why the body itself could not be read.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes answers that are written apart")]
enum Untaken {
    Events(Receipt),
    Body(ErrorBody),
}

fn header<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn take(
    server: Arc<Server>,
    terms: Terms,
    format: Format,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Receipt, ApiError> {
    let encoding = header(&headers, &header::CONTENT_ENCODING).to_owned();
    let (done, told) = oneshot::channel();
    let submitted = Arc::clone(&server).run_within(&server.reading, move |server| {
        let body = connect::gzip::body(&body, Some(&encoding), INFLATED_LIMIT)?;
        ops::intake::submit(&server.app, &body, format, &terms, |receipt| drop(done.send(receipt)))
    });
    submitted.await?; // no thread waits for the commit
    Ok(told.await.unwrap_or(Err(pipeline::Unavailable.into()))?)
}

/// The status of a receipt: 503 when only the raw zone stood in the way, 422 when nothing was good.
fn answer(receipt: Receipt) -> Response {
    let status = match (receipt.is_unavailable(), receipt.is_refused()) {
        (true, _) => StatusCode::SERVICE_UNAVAILABLE,
        (false, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (false, false) => StatusCode::OK,
    };
    let mut response = (status, Json(receipt)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

/// Send events: CloudEvents 1.0, single, batch, or one a line, at most 100,000; gzip welcome. Acknowledged means on disk.
#[utoipa::path(post, operation_id = "send_events", path = "/v1/events", tag = "events", params(Options),
    request_body(content((Object = "application/cloudevents+json"), (Vec<Object> = "application/cloudevents-batch+json"), (String = "application/x-ndjson"))),
    responses((status = 200, body = Receipt), (status = 422, body = Untaken), (status = 503, description = "the raw zone is down", body = Untaken)))]
async fn events(
    sender: Sender,
    State(server): State<Arc<Server>>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Response, ApiError> {
    let kind = header(&headers, &header::CONTENT_TYPE).to_ascii_lowercase();
    let format = if kind.contains("ndjson") || kind.contains("jsonl") { Format::Ndjson } else { Format::Json };
    let terms = Terms { source: sender.source, history: options.history, strict: options.strict };
    Ok(answer(take(server, terms, format, headers, body).await?))
}

/// Send events in the form of Segment's tracking API: `identify`, `track`, `page`, `screen`, `group`, `alias` or `batch`.
#[utoipa::path(post, operation_id = "send_segment", path = "/v1/{call}", tag = "events", params(("call" = String, Path, description = "identify, track, page, screen, group, alias or batch")),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 200, body = Receipt), (status = 422, body = Untaken), (status = 503, body = Untaken)))]
async fn segment(
    sender: Sender,
    State(server): State<Arc<Server>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Response, ApiError> {
    let endpoint = Endpoint::named(&call).ok_or_else(ops::OpError::not_found)?;
    let terms = Terms { source: sender.source, ..Terms::default() };
    Ok(answer(take(server, terms, Format::Segment(endpoint), headers, body).await?))
}

/// Send the bytes of an attachment, before the event that names it by their SHA-256.
#[utoipa::path(put, operation_id = "put_original", path = "/v1/originals/{sha256}", tag = "events", params(("sha256" = String, Path, description = "64 hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "sealed")))]
async fn original(
    _: Sender,
    State(server): State<Arc<Server>>,
    Path(sha256): Path<String>,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let put = move |server: &Server| ops::intake::put_original(&server.app, &sha256, &mut stream(body));
    Arc::clone(&server).run_within(&server.uploading, put).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(segment)).routes(routes!(original))
}
