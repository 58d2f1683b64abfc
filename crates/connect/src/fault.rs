//! The sentences for faults that several formats share.

use domain::{Rejection, RejectionCode};

use crate::json::Fault;
use crate::limits;

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Syntax(at) => {
                syntax(&format!("不是有效的 JSON（第 {at} 字节处）"), &format!("not valid JSON, at byte {at}"))
            }
            Fault::Deep => Self::new(
                RejectionCode::TooLarge,
                "event",
                format!("JSON 嵌套超过 {} 层", limits::DEPTH),
                format!("JSON nested deeper than {} levels", limits::DEPTH),
            ),
        }
    }
}

/// The bytes are not what they should be.
pub(crate) fn syntax(zh: &str, en: &str) -> Rejection {
    Rejection::new(RejectionCode::Syntax, "event", zh, en)
}

/// The bytes are not UTF-8.
pub(crate) fn not_utf8() -> Rejection {
    syntax("不是 UTF-8 编码", "not UTF-8")
}

/// A member is not a text.
pub(crate) fn not_text(field: &str) -> Rejection {
    Rejection::invalid(field, "必须是文本", "must be a string")
}

/// A member is not an object.
pub(crate) fn not_object(field: &str) -> Rejection {
    Rejection::invalid(field, "必须是对象", "must be an object")
}

/// A member is not an array.
pub(crate) fn not_array(field: &str) -> Rejection {
    Rejection::invalid(field, "必须是数组", "must be an array")
}

/// A member stands there twice.
pub(crate) fn repeated(field: &str) -> Rejection {
    Rejection::invalid(field, "出现了两次", "appears twice")
}

/// A member is an empty text.
pub(crate) fn empty(field: &str) -> Rejection {
    Rejection::invalid(field, "不能为空", "must not be empty")
}

/// A time is not an instant.
pub(crate) fn not_instant(field: &str) -> Rejection {
    Rejection::invalid(
        field,
        "必须是带时区偏移的时间，如 2026-06-03T10:15:00+08:00",
        "must be a time with an offset, such as 2026-06-03T10:15:00+08:00",
    )
}
