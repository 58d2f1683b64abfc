//! The web interface, built into the binary.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// A file of the interface, or its first page for any other path, which the page then reads.
pub(crate) async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("v1/") {
        return (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
            r#"{"code":"not_found","message":{"zh":"没有这个接口","en":"there is no such operation"},"field":null}"#,
        )
            .into_response();
    }
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let kind = file.metadata.mimetype().to_owned();
        return ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept.to_owned())], file.data.into_owned())
            .into_response();
    }
    match Files::get("index.html") {
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            (headers, file.data.into_owned()).into_response()
        }
        None => {
            (StatusCode::NOT_FOUND, "the web interface is not part of this build; build web/ first").into_response()
        }
    }
}
