//! Files kept with records: in and out as they come.

use std::io::{Read as _, Write};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base::{AttachmentId, RecordId};
use ops::record::Changed;
use ops::record::attachment::{self, AttachmentView, Attachments, FILE_BYTES, Given};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::error::ApiError;
use crate::input::{Path, Query, stream};
use crate::outlet;
use crate::state::Server;

/// The header with a file's name.
const NAME: &str = "x-file-name";
/// What a file may do where a browser shows it: nothing.
const SEALED_OFF: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// What stands in a header's value as it is (RFC 8187).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes bodies that are read and written as they come")]
struct FileBytes(Vec<u8>);

/// The name that a request gives, as UTF-8, percent-encoded or not.
fn name(headers: &HeaderMap) -> String {
    let given = headers.get(NAME).map(HeaderValue::as_bytes).unwrap_or_default();
    percent_decode(given).decode_utf8_lossy().into_owned()
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// List the files of a record: those that are there, and, for who may change it, those that were removed and can be put back.
#[utoipa::path(get, operation_id = "list_attachments", path = "/v1/objects/{object}/records/{id}/attachments", tag = "records", params(("object" = String, Path), ("id" = String, Path)), responses((status = 200, body = Attachments)))]
async fn list(caller: Caller, Path((object, record)): Path<(String, String)>) -> Answer<Attachments> {
    caller.run(move |app, actor| attachment::list(app, actor, &object, id::<RecordId>(&record)?)).await
}

/// Where a file goes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Home {
    /// The name of the record's field for files in which it is to be; left out, it is kept with the record alone.
    field: Option<String>,
}

/// Attach a file to a record, or put one into a field for files, with the same change: its bytes are the body, at most 100 MB. What it is, its first bytes
/// tell.
#[utoipa::path(post, operation_id = "add_attachment", path = "/v1/objects/{object}/records/{id}/attachments", tag = "records",
    params(("object" = String, Path), ("id" = String, Path), ("x-file-name" = String, Header, description = "What the file is called, as UTF-8, percent-encoded; at most 200 characters"), Home),
    request_body(content = FileBytes, content_type = "application/octet-stream"),
    responses((status = 200, body = AttachmentView)))]
async fn add(
    caller: Caller,
    headers: HeaderMap,
    Path((object, record)): Path<(String, String)>,
    Query(home): Query<Home>,
    body: Body,
) -> Answer<AttachmentView> {
    let Caller { server, actor, .. } = caller;
    let add = move |server: &Server| {
        let mut body = stream(body);
        let (name, length) = (name(&headers), length(&headers));
        let given = Given { name: &name, field: home.field.as_deref(), length };
        let done = attachment::add(&server.app, &actor, &object, id::<RecordId>(&record)?, given, &mut body);
        if done.as_ref().is_err_and(|error| error.code == "too_large") {
            // Who is still sending reads the answer only then.
            std::io::copy(&mut body.take(FILE_BYTES), &mut std::io::sink()).ok();
        }
        done
    };
    Arc::clone(&server).run_within(&server.uploading, add).await.map(Json)
}

/// Open a file of a record. A grant and an audit row precede it.
#[utoipa::path(get, operation_id = "open_attachment", path = "/v1/objects/{object}/records/{id}/attachments/{attachment}", tag = "records", params(("object" = String, Path), ("id" = String, Path), ("attachment" = String, Path)), responses((status = 200, body = FileBytes, content_type = "*/*", description = "the bytes, with the media type that they tell of themselves")))]
async fn open(
    caller: Caller,
    headers: HeaderMap,
    Path((object, record, file)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    caller.came_by_itself(&headers)?;
    let Caller { server, actor, .. } = caller;
    let asked = actor.clone();
    let begin = move |server: &Server| {
        let file = (id::<RecordId>(&record)?, id::<AttachmentId>(&file)?);
        attachment::open(&server.app, &asked, &object, file)
    };
    let opening = Arc::clone(&server).run(begin).await?;
    let (file, running) = (opening.file.clone(), Arc::clone(&server));
    let write = move |out: &mut dyn Write| opening.write(&running.app, &actor, out);
    let body = outlet::begun(&server, write).await?;
    let encoded = utf8_percent_encode(&file.name, PLAIN);
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    let response = Response::builder()
        .header(header::CONTENT_TYPE, file.media_type)
        .header(header::CONTENT_LENGTH, file.bytes)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, SEALED_OFF)
        .body(body);
    response.map_err(|_| ApiError::broken())
}

/// Remove a file from a record; for 30 days it can be put back.
#[utoipa::path(delete, operation_id = "remove_attachment", path = "/v1/objects/{object}/records/{id}/attachments/{attachment}", tag = "records", params(("object" = String, Path), ("id" = String, Path), ("attachment" = String, Path)), responses((status = 200, body = Changed)))]
async fn remove(caller: Caller, Path(named): Path<(String, String, String)>) -> Answer<Changed> {
    set_removed(caller, named, true).await
}

/// Put a file back that was removed.
#[utoipa::path(post, operation_id = "restore_attachment", path = "/v1/objects/{object}/records/{id}/attachments/{attachment}/restore", tag = "records", params(("object" = String, Path), ("id" = String, Path), ("attachment" = String, Path)), responses((status = 200, body = Changed)))]
async fn restore(caller: Caller, Path(named): Path<(String, String, String)>) -> Answer<Changed> {
    set_removed(caller, named, false).await
}

async fn set_removed(
    caller: Caller,
    (object, record, file): (String, String, String),
    removed: bool,
) -> Answer<Changed> {
    let set = move |app: &ops::App, actor: &ops::Actor| {
        let file = (id::<RecordId>(&record)?, id::<AttachmentId>(&file)?);
        attachment::set_removed(app, actor, &object, file, removed)
    };
    caller.run(set).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(open, remove)).routes(routes!(restore))
}
