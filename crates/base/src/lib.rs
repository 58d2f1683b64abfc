//! The words every other crate speaks: typed ids, instants, decimals, money, text in two languages.
//!
//! Knows nothing else of Jingwei. No I/O; the one wall clock is [`SystemClock`].
//!
//! ```
//! use base::{CustomerId, Decimal, Text};
//! let id: CustomerId = "cus_0000002a".parse().unwrap();
//! assert_eq!(id.number(), 74);
//! let price: Decimal = "512.50".parse().unwrap();
//! assert_eq!(price + "0.5".parse().unwrap(), "513".parse().unwrap());
//! assert_eq!(Text::new("钻石会员", "diamond member").zh, "钻石会员");
//! ```

mod big_map;
mod decimal;
mod id;
mod money;
mod text;
mod time;

pub use big_map::BigMap;
pub use decimal::{Decimal, DecimalError};
pub use id::{
    ApiKeyId, AttachmentId, AuditId, ChangeId, CommentId, CustomerId, DecisionId, EventId, IdError, IdentityId,
    InvitationId, JobId, MergeId, NoticeId, ObjectId, PasskeyId, ProviderId, RecordId, RoleId, RuleId, SessionId,
    SourceId, TaskId, TeamId, UserId, ViewId,
};
pub use money::{Currency, Money, MoneyError};
pub use text::{Locale, Text};
pub use time::{Clock, DAY_MS, HOUR_MS, SystemClock, TestClock, TimeError, TimeZone, Timestamp};
