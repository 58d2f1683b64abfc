//! What a request brings, read into types. What cannot be read is answered as every other error is.

use std::io::{Error, Read};
use std::time::Duration;

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use base::Text;
use futures_util::StreamExt as _;
use tokio_util::io::{StreamReader, SyncIoBridge};

use crate::BODY_LIMIT;
use crate::error::ApiError;

/// A body of JSON.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub(crate) struct Body<T>(pub(crate) T);

/// The parameters after the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(crate) struct Query<T>(pub(crate) T);

/// The parts of the path that an operation leaves open.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(crate) struct Path<T>(pub(crate) T);

/// A body as it came.
pub(crate) struct Bytes(pub(crate) axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Ok(Self(axum::body::Bytes::from_request(request, state).await?))
    }
}

/// How long an upload may bring nothing before it is given up.
const STALL: Duration = Duration::from_secs(30);

/// A body as it comes in, to be read on a thread of the runtime that may block.
pub(crate) fn stream(body: axum::body::Body) -> impl Read {
    let chunks = tokio_stream::StreamExt::timeout(body.into_data_stream(), STALL);
    let chunks = chunks.map(|chunk| chunk.map_err(Error::other)?.map_err(Error::other));
    SyncIoBridge::new(StreamReader::new(Box::pin(chunks)))
}

/// The answer to what cannot be read; `said` is the reader's own sentence.
fn unreadable(status: StatusCode, said: &str) -> ApiError {
    let mib = BODY_LIMIT >> 20;
    let (code, message) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "too_large",
            Text::new(
                format!("请求体太大；事件每次最多 {mib} MiB，请分批发送"),
                format!("the body is too large; send at most {mib} MiB of events at a time"),
            ),
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "content_type",
            Text::new(
                "请求头须为 Content-Type: application/json",
                "the header Content-Type: application/json is wanted",
            ),
        ),
        _ => {
            let why = said.split_once(": ").map_or(said, |(_, why)| why);
            ("unreadable", Text::new(format!("请求无法读取：{why}"), format!("the request cannot be read: {why}")))
        }
    };
    ApiError::unread(status, code, message)
}

macro_rules! unreadable {
    ($($rejection:ty),*) => {$(
        impl From<$rejection> for ApiError {
            fn from(rejection: $rejection) -> Self {
                unreadable(rejection.status(), &rejection.body_text())
            }
        }
    )*};
}

unreadable!(JsonRejection, BytesRejection, QueryRejection, PathRejection);
