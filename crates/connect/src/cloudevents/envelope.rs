//! The envelope: one pass over an event's top-level members.

use std::borrow::Cow;

use base::Timestamp;
use domain::kind::is_kind_name;
use domain::{Incoming, IncomingValue, Rejection};

use super::data::{self, Data};
use crate::json::Cursor;
use crate::{fault, instant, limits, members};

/// What has been seen so far.
#[derive(Default)]
struct Draft<'a> {
    version: Option<()>,
    source: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    time: Option<Option<Timestamp>>,
    media_type: Option<()>,
    has_data: bool,
    data: Data<'a>,
}

/// Reads the event at the cursor.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Incoming<'a>, Rejection> {
    if !cursor.enter(b'{')? {
        cursor.raw()?;
        return Err(fault::not_object("event"));
    }
    let (mut draft, mut first) = (Draft::default(), true);
    while let Some(name) = cursor.next_key(&mut first)? {
        draft.member(&name, cursor)?;
    }
    draft.finish()
}

impl<'a> Draft<'a> {
    fn member(&mut self, name: &str, cursor: &mut Cursor<'a>) -> Result<(), Rejection> {
        match name {
            "specversion" => set(&mut self.version, "specversion", version(cursor)?),
            "id" => set(&mut self.id, "id", text(cursor, "id", limits::NAME_CHARS)?),
            "source" => set(&mut self.source, "source", text(cursor, "source", limits::NAME_CHARS)?),
            "type" => set(&mut self.kind, "type", kind(cursor)?),
            "time" => set(&mut self.time, "time", time(cursor)?),
            "datacontenttype" => set(&mut self.media_type, "datacontenttype", media_type(cursor)?),
            "data" if self.has_data => Err(fault::repeated("data")),
            "data" => {
                self.has_data = true;
                data::read(cursor, &mut self.data)
            }
            "data_base64" => Err(Rejection::invalid(
                "data_base64",
                "不支持二进制数据，请把 JSON 对象放在 data 中",
                "binary data is not taken; put a JSON object in data",
            )),
            _ => self.attribute(name, cursor),
        }
    }

    /// An attribute that the envelope does not need. A null one is an absent one.
    fn attribute(&mut self, name: &str, cursor: &mut Cursor<'a>) -> Result<(), Rejection> {
        match cursor.value()? {
            IncomingValue::Null => Ok(()),
            value => members::add(&mut self.data.fields, Cow::Owned(format!("ce_{name}")), value),
        }
    }

    fn finish(self) -> Result<Incoming<'a>, Rejection> {
        self.version.ok_or_else(|| Rejection::missing("specversion"))?;
        let id = self.id.ok_or_else(|| Rejection::missing("id"))?;
        let source = self.source.ok_or_else(|| Rejection::missing("source"))?;
        let kind = self.kind.ok_or_else(|| Rejection::missing("type"))?;
        if !self.has_data {
            return Err(Rejection::missing("data"));
        }
        let Data { who, fields, attachments, .. } = self.data;
        Ok(Incoming { source, id, kind, time: self.time.flatten(), who, fields, attachments })
    }
}

/// Sets a member that may stand there once.
pub(super) fn set<T>(place: &mut Option<T>, field: &str, value: T) -> Result<(), Rejection> {
    if place.replace(value).is_some() { Err(fault::repeated(field)) } else { Ok(()) }
}

/// A text that is neither empty nor over `limit` characters.
pub(super) fn text<'a>(cursor: &mut Cursor<'a>, field: &str, limit: usize) -> Result<Cow<'a, str>, Rejection> {
    match string(cursor)? {
        Some(text) => members::name(field, text, limit),
        None => Err(fault::not_text(field)),
    }
}

/// A string; none if another value stands here.
pub(super) fn string<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Rejection> {
    if cursor.peek() == Some(b'"') {
        return Ok(Some(cursor.string()?));
    }
    cursor.raw()?;
    Ok(None)
}

fn version(cursor: &mut Cursor<'_>) -> Result<(), Rejection> {
    match string(cursor)?.as_deref() {
        Some("1.0") => Ok(()),
        _ => Err(Rejection::invalid("specversion", "只支持 \"1.0\"", "must be \"1.0\"")),
    }
}

fn kind<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Rejection> {
    let kind = text(cursor, "type", 64)?;
    if is_kind_name(&kind) {
        return Ok(kind);
    }
    Err(Rejection::invalid(
        "type",
        "必须是以点分隔的小写英文单词，如 order.placed",
        "must be lower-case words with dots between them, such as order.placed",
    ))
}

fn time(cursor: &mut Cursor<'_>) -> Result<Option<Timestamp>, Rejection> {
    if cursor.peek() == Some(b'n') {
        cursor.raw()?;
        return Ok(None);
    }
    let instant = string(cursor)?.and_then(|text| instant::rfc3339(&text));
    instant.map(Some).ok_or_else(|| fault::not_instant("time"))
}

fn media_type(cursor: &mut Cursor<'_>) -> Result<(), Rejection> {
    if cursor.peek() == Some(b'n') {
        cursor.raw()?;
        return Ok(());
    }
    let text = string(cursor)?.ok_or_else(|| fault::not_text("datacontenttype"))?;
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    Err(Rejection::invalid("datacontenttype", "只支持 application/json", "only application/json is taken"))
}
