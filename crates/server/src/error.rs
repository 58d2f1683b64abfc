//! Errors as answers: a status, a code, a sentence in both languages.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Text;
use ops::{Fault, OpError};
use serde::Serialize;
use utoipa::ToSchema;

/// An error as an answer.
pub(crate) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// A stable name.
    code: &'static str,
    /// What is wrong and what to do.
    message: Text,
    /// The member at fault.
    field: Option<String>,
}

impl From<OpError> for ApiError {
    fn from(error: OpError) -> Self {
        let OpError { code, message, field, fault } = error;
        Self { status: status(fault), body: ErrorBody { code, message, field } }
    }
}

impl ApiError {
    pub(crate) fn broken() -> Self {
        let message = Text::new("系统内部错误，已记录", "something is broken; it has been noted");
        OpError { code: "internal", message, field: None, fault: Fault::Broken }.into()
    }

    /// Whether the caller may not, rather than that something is away for a while.
    pub(crate) fn is_the_callers(&self) -> bool {
        self.status.is_client_error()
    }

    /// A request that HTTP has a status for, and the use cases never saw.
    pub(crate) const fn unread(status: StatusCode, code: &'static str, message: Text) -> Self {
        Self { status, body: ErrorBody { code, message, field: None } }
    }
}

fn status(fault: Fault) -> StatusCode {
    match fault {
        Fault::Request => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::SignIn => StatusCode::UNAUTHORIZED,
        Fault::Forbidden => StatusCode::FORBIDDEN,
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Conflict => StatusCode::CONFLICT,
        Fault::TooMuch => StatusCode::TOO_MANY_REQUESTS,
        Fault::Later => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Seconds after which a caller may try again.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let may_retry = matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        let mut response = (self.status, Json(self.body)).into_response();
        if may_retry {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
