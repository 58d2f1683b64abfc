//! The nouns of Jingwei: events and their kinds, identifiers, rejections.
//!
//! Values only. Knows no SQL, no HTTP, no async.
//!
//! ```
//! use domain::kind::{Class, Kinds};
//! let kinds = Kinds::standard();
//! let order = kinds.by_name("order.placed").unwrap();
//! assert_eq!(order.label.zh, "下单");
//! assert_eq!(kinds.by_name("message.received").unwrap().field("text").unwrap().class, Class::Original);
//! ```

pub mod declare;
pub mod event;
pub mod identifier;
pub mod kind;
pub mod object;
pub mod rejection;
mod standard;
mod standard_objects;

pub use declare::Declaration;
pub use event::{Incoming, IncomingAttachment, IncomingIdentifier, IncomingValue, Value};
pub use identifier::{Identifier, Scheme, Strength};
pub use kind::{Class, Field, FieldId, FieldType, Kind, KindId, Kinds};
pub use rejection::{Rejection, RejectionCode};
pub use standard_objects::standard_objects;
