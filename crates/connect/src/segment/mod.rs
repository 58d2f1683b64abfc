//! Segment's HTTP tracking API, so that SDKs written for it work as they are.
//!
//! After the public "HTTP Tracking API" and "Spec" pages and the bodies that `@segment/analytics-node` 3.1
//! sends to `/v1/batch`. A message's `messageId` is the event's id. Names of Segment's e-commerce and e-mail
//! specs become standard kinds, any other name becomes `track.<name>`; members that no kind declares keep
//! their own names, so what comes after takes them for originals. `context` stays whole, in one field.
//!
//! ```
//! use connect::segment::{Endpoint, read};
//! let body = br#"{"messageId":"m-1","userId":"u-1","event":"Order Completed",
//!                 "properties":{"total":512.5,"products":[{"quantity":2,"category":"toys"}]}}"#;
//! let events = read(body, Endpoint::Track, "shop/web", "CNY").unwrap();
//! let event = events[0].as_ref().unwrap();
//! assert_eq!(event.kind, "order.placed");
//! assert_eq!(event.fields[0].1, domain::IncomingValue::Money("512.5".into(), "CNY".into()));
//! ```

mod bag;
mod message;
mod number;
mod page;
mod people;
mod track;

use domain::{Incoming, Rejection};

use self::bag::Bag;
use crate::{fault, json, limits};

/// Where a body was posted: the last part of `/v1/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Who a user is.
    Identify,
    /// What a user did.
    Track,
    /// A page seen.
    Page,
    /// A screen of an app seen.
    Screen,
    /// Which company a user belongs to.
    Group,
    /// A new id for a user.
    Alias,
    /// Many of these, each with its `type`.
    Batch,
}

impl Endpoint {
    /// The endpoint of this name, as in the path and in a message's `type`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "identify" => Self::Identify,
            "track" => Self::Track,
            "page" => Self::Page,
            "screen" => Self::Screen,
            "group" => Self::Group,
            "alias" => Self::Alias,
            "batch" => Self::Batch,
            _ => return None,
        })
    }
}

/// What the sender's messages do not say themselves.
#[derive(Debug, Clone, Copy)]
struct Setting<'a> {
    source: &'a str,
    currency: &'a str,
}

/// Reads a body. `default_currency` is for amounts that name none.
///
/// # Errors
/// If the body as a whole is not what the endpoint takes; a bad message in a batch is an error of its own.
pub fn read<'a>(
    body: &'a [u8],
    endpoint: Endpoint,
    source: &'a str,
    default_currency: &'a str,
) -> Result<Vec<Result<Incoming<'a>, Rejection>>, Rejection> {
    let text = std::str::from_utf8(body).map_err(|_| fault::not_utf8())?;
    let setting = Setting { source, currency: default_currency };
    if endpoint == Endpoint::Batch {
        return batch(text, setting);
    }
    Ok(vec![message::read(Bag::read(text, "event")?, endpoint, None, setting)])
}

fn batch<'a>(text: &'a str, setting: Setting<'a>) -> Result<Vec<Result<Incoming<'a>, Rejection>>, Rejection> {
    let mut whole = Bag::read(text, "event")?;
    let messages = whole.take_json("batch").ok_or_else(|| Rejection::missing("batch"))?;
    let messages = json::items(messages)?.ok_or_else(|| fault::not_array("batch"))?;
    if messages.len() > limits::BATCH_EVENTS {
        return Err(Rejection::too_large("batch", limits::BATCH_EVENTS));
    }
    let context = whole.take_json("context");
    Ok(messages.into_iter().map(|text| in_batch(text, context, setting)).collect())
}

fn in_batch<'a>(text: &'a str, context: Option<&'a str>, setting: Setting<'a>) -> Result<Incoming<'a>, Rejection> {
    let mut bag = Bag::read(text, "message")?;
    let named = bag.take_text("type").ok_or_else(|| Rejection::missing("type"))?;
    match Endpoint::named(&named) {
        Some(Endpoint::Batch) | None => Err(Rejection::invalid(
            "type",
            "只能是 identify、track、page、screen、group 或 alias",
            "must be identify, track, page, screen, group or alias",
        )),
        Some(endpoint) => message::read(bag, endpoint, context, setting),
    }
}
