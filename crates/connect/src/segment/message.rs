//! One message: what all of them have, and the event as it takes shape.

use std::borrow::Cow;

use base::Timestamp;
use domain::{Incoming, IncomingIdentifier, IncomingValue, Rejection};

use super::bag::Bag;
use super::{Endpoint, Setting, page, people, track};
use crate::members::{self, Fields};
use crate::{fault, instant, limits};

/// Members that serve the sending only.
const ENVELOPE: [&str; 9] = [
    "_metadata",
    "channel",
    "integrations",
    "originalTimestamp",
    "receivedAt",
    "sentAt",
    "type",
    "version",
    "writeKey",
];

/// An event as it takes shape.
pub(super) struct Draft<'a> {
    pub(super) who: Vec<IncomingIdentifier<'a>>,
    pub(super) fields: Fields<'a>,
    pub(super) currency: &'a str,
    pub(super) campaign: Option<Cow<'a, str>>,
}

impl<'a> Draft<'a> {
    /// Adds a field that the kind has.
    pub(super) fn set(&mut self, name: &'static str, value: IncomingValue<'a>) -> Result<(), Rejection> {
        members::add(&mut self.fields, Cow::Borrowed(name), value)
    }

    /// Adds a text that the kind has, if there is one.
    pub(super) fn set_text(&mut self, name: &'static str, text: Option<Cow<'a, str>>) -> Result<(), Rejection> {
        text.map_or(Ok(()), |text| self.set(name, IncomingValue::Text(text)))
    }

    /// Adds an identifier, if there is one.
    pub(super) fn know(&mut self, scheme: &'static str, value: Option<Cow<'a, str>>) -> Result<(), Rejection> {
        members::add_identifier(&mut self.who, scheme, value)
    }

    /// Keeps what nobody took, each under its own name after `prefix`.
    pub(super) fn keep(&mut self, rest: Bag<'a>, prefix: &str) -> Result<(), Rejection> {
        rest.rest().into_iter().try_for_each(|(name, value)| {
            let name = if prefix.is_empty() { name } else { Cow::Owned(format!("{prefix}{name}")) };
            let is_taken = self.fields.iter().any(|(known, _)| *known == name);
            let name = if is_taken { Cow::Owned(format!("segment_{name}")) } else { name };
            members::add(&mut self.fields, name, value)
        })
    }
}

/// Reads a message. `batch_context` is for a message without a context of its own.
pub(super) fn read<'a>(
    mut bag: Bag<'a>,
    endpoint: Endpoint,
    batch_context: Option<&'a str>,
    setting: Setting<'a>,
) -> Result<Incoming<'a>, Rejection> {
    let id = bag.take_text("messageId").ok_or_else(|| Rejection::missing("messageId"))?;
    let id = members::name("messageId", id, limits::NAME_CHARS)?;
    let time = time(bag.take("timestamp"))?;
    let mut draft = Draft { who: Vec::new(), fields: Vec::new(), currency: setting.currency, campaign: None };
    draft.know("user_id", bag.take_text("userId"))?;
    draft.know("anonymous_id", bag.take_text("anonymousId"))?;
    if draft.who.is_empty() {
        return Err(Rejection::missing("userId"));
    }
    let context = bag.take("context").or(batch_context.map(|text| IncomingValue::Json(Cow::Borrowed(text))));
    read_context(context.clone(), &mut draft)?;
    let kind = content(endpoint, &mut bag, &mut draft)?;
    ENVELOPE.iter().for_each(|name| drop(bag.take(name)));
    draft.keep(bag, "segment_")?;
    if let Some(context) = context {
        members::add(&mut draft.fields, Cow::Borrowed("context"), context)?;
    }
    let Draft { who, fields, .. } = draft;
    Ok(Incoming { source: Cow::Borrowed(setting.source), id, kind, time, who, fields, attachments: Vec::new() })
}

/// Reads what the message is about; gives the event's kind.
fn content<'a>(endpoint: Endpoint, bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    match endpoint {
        Endpoint::Identify => people::identify(bag, draft),
        Endpoint::Group => people::group(bag, draft),
        Endpoint::Alias => people::alias(bag, draft),
        Endpoint::Page | Endpoint::Screen => page::view(bag, draft),
        Endpoint::Track => track::event(bag, draft),
        Endpoint::Batch => Err(Rejection::invalid("type", "批次不能嵌套", "a batch cannot hold a batch")),
    }
}

fn read_context<'a>(context: Option<IncomingValue<'a>>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    let mut context = Bag::of(context, "context")?;
    let mut traits = Bag::of(context.take("traits"), "context.traits")?;
    draft.know("email", traits.take_text("email"))?;
    draft.know("phone", traits.take_text("phone"))?;
    draft.campaign = Bag::of(context.take("campaign"), "context.campaign")?.take_text("name");
    Ok(())
}

fn time(value: Option<IncomingValue<'_>>) -> Result<Option<Timestamp>, Rejection> {
    let Some(value) = value else { return Ok(None) };
    let instant = match &value {
        IncomingValue::Text(text) => instant::rfc3339(text),
        _ => None,
    };
    instant.map(Some).ok_or_else(|| fault::not_instant("timestamp"))
}
