//! Errors that a person sees: a code, a sentence in both languages, and what to do.

use base::Text;
use serde::Serialize;
use thiserror::Error;

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The caller: the request is wrong.
    Request,
    /// The caller: must sign in.
    SignIn,
    /// The caller: may not.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Somebody else was first.
    Conflict,
    /// Too much at once.
    TooMuch,
    /// Nobody: try again later.
    Later,
    /// The operator: something is broken.
    Broken,
}

/// Why a use case did not do what was asked.
#[derive(Debug, Clone, Error, Serialize)]
#[error("{code}: {}", message.en)]
pub struct OpError {
    /// A stable name.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: Text,
    /// The member at fault.
    pub field: Option<String>,
    /// Who has to act.
    #[serde(skip)]
    pub fault: Fault,
}

/// What need not be there.
pub(crate) trait IfFound<T> {
    /// None where it is not; other errors stay errors: nobody knows whether it is there.
    fn if_found(self) -> Result<Option<T>, OpError>;
}

impl<T> IfFound<T> for Result<T, OpError> {
    fn if_found(self) -> Result<Option<T>, OpError> {
        match self {
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            other => other.map(Some),
        }
    }
}

impl OpError {
    pub(crate) fn new(fault: Fault, code: &'static str, zh: &str, en: &str) -> Self {
        Self { code, message: Text::new(zh, en), field: None, fault }
    }

    /// The request is wrong in one member.
    #[must_use]
    pub fn invalid(field: &str, zh: &str, en: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(Fault::Request, "invalid", zh, en) }
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Fault::NotFound, "not_found", "没有找到", "there is no such thing")
    }

    /// The caller must sign in.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(Fault::SignIn, "sign_in", "请先登录", "sign in first")
    }

    /// The raw zone is down.
    #[must_use]
    pub fn vault_unavailable() -> Self {
        let (zh, en) = ("原始数据区暂不可用，请稍后再试", "the raw zone is down; try again later");
        Self::new(Fault::Later, "vault_unavailable", zh, en)
    }

    /// The database is away.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            Fault::Later,
            "unavailable",
            "数据库暂不可用，请稍后再试",
            "the database does not answer; try again later",
        )
    }

    fn broken() -> Self {
        Self::new(Fault::Broken, "internal", "系统内部错误，已记录", "something is broken; it has been noted")
    }
}

/// Refuses a text with U+0000, which PostgreSQL does not store.
///
/// # Errors
/// The text has one.
pub(crate) fn without_nul(field: &str, text: &str) -> Result<(), OpError> {
    if text.contains('\0') {
        return Err(OpError::invalid(field, "含有空字符 U+0000", "it has the character U+0000"));
    }
    Ok(())
}

impl From<store::StoreError> for OpError {
    fn from(error: store::StoreError) -> Self {
        if matches!(error, store::StoreError::TooLong) {
            let (zh, en) = (
                "查询超过两秒，已取消；请缩小筛选范围",
                "this took longer than two seconds and was cut off; narrow the filter",
            );
            return Self::new(Fault::TooMuch, "too_slow", zh, en);
        }
        tracing::error!(%error, "the store failed");
        match error {
            store::StoreError::Postgres(_) => Self::unavailable(),
            _ => Self::broken(),
        }
    }
}

impl From<pipeline::EngineError> for OpError {
    fn from(error: pipeline::EngineError) -> Self {
        match error {
            pipeline::EngineError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "the engine failed");
                Self::broken()
            }
        }
    }
}

impl From<pipeline::Unavailable> for OpError {
    fn from(_: pipeline::Unavailable) -> Self {
        Self::unavailable()
    }
}

impl From<domain::Rejection> for OpError {
    fn from(rejection: domain::Rejection) -> Self {
        let message = rejection.message;
        Self { code: "invalid", message, field: Some(rejection.field), fault: Fault::Request }
    }
}

impl From<vault::VaultError> for OpError {
    fn from(error: vault::VaultError) -> Self {
        use vault::VaultError;
        match error {
            VaultError::Unavailable | VaultError::Limit { what: vault::Limited::Connections, .. } => {
                Self::vault_unavailable()
            }
            VaultError::Denied(_) => {
                Self::new(Fault::Forbidden, "denied", "授权不允许打开", "the grant does not allow this")
            }
            VaultError::Missing { .. } | VaultError::Erased { .. } => Self::not_found(),
            error => {
                tracing::error!(%error, "the raw zone failed");
                Self::broken()
            }
        }
    }
}
