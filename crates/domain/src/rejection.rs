//! Why an event was not taken: a code, a field, a sentence in both languages. Never the value itself.

use base::Text;
use serde::Serialize;

/// The kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// The line is not JSON, or not the shape of an event.
    Syntax,
    /// A required member is missing.
    Missing,
    /// A member has a value its type does not allow.
    Invalid,
    /// Something is longer or more than its limit.
    TooLarge,
    /// The event says it happens in the future.
    Future,
    /// The ingest key does not cover the event's source.
    Source,
    /// The event carries originals and the raw zone is down; send it again later.
    VaultUnavailable,
    /// An attachment's bytes were not uploaded before.
    AttachmentMissing,
}

/// An event that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The kind of fault.
    pub code: RejectionCode,
    /// The member at fault, such as `data.amount`; a declared or standard name, never undeclared text.
    pub field: String,
    /// What is wrong and what to do.
    pub message: Text,
}

impl Rejection {
    /// A rejection.
    pub fn new(code: RejectionCode, field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, field: field.into(), message: Text::new(zh, en) }
    }

    /// A required member is missing.
    pub fn missing(field: &str) -> Self {
        Self::new(RejectionCode::Missing, field, format!("缺少 {field}"), format!("{field} is missing"))
    }

    /// A member is longer or more than `limit`.
    pub fn too_large(field: &str, limit: usize) -> Self {
        let zh = format!("{field} 超过上限 {limit}");
        Self::new(RejectionCode::TooLarge, field, zh, format!("{field} is over its limit of {limit}"))
    }

    /// A member has a value its type does not allow.
    pub fn invalid(field: &str, zh: &str, en: &str) -> Self {
        Self::new(RejectionCode::Invalid, field, format!("{field}：{zh}"), format!("{field}: {en}"))
    }
}
