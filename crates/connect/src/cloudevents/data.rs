//! The content: who it is about, what belongs to it, and the fields.

use std::borrow::Cow;

use domain::{IncomingAttachment, IncomingIdentifier, IncomingValue, Rejection};

use super::envelope::{set, string, text};
use crate::json::Cursor;
use crate::members::{self, Fields};
use crate::{fault, limits};

/// What `data` holds.
#[derive(Default)]
pub(super) struct Data<'a> {
    pub(super) who: Vec<IncomingIdentifier<'a>>,
    pub(super) fields: Fields<'a>,
    pub(super) attachments: Vec<IncomingAttachment<'a>>,
    has_who: bool,
    has_attachments: bool,
}

/// Reads `data` at the cursor.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>, data: &mut Data<'a>) -> Result<(), Rejection> {
    if !cursor.enter(b'{')? {
        cursor.raw()?;
        return Err(fault::not_object("data"));
    }
    data.fields.reserve(6);
    let mut first = true;
    while let Some(name) = cursor.next_key(&mut first)? {
        match name.as_ref() {
            "who" if std::mem::replace(&mut data.has_who, true) => {
                return Err(fault::repeated("data.who"));
            }
            "who" => each(cursor, "data.who", limits::WHO, &mut data.who, identifier)?,
            "attachments" if std::mem::replace(&mut data.has_attachments, true) => {
                return Err(fault::repeated("data.attachments"));
            }
            "attachments" => each(cursor, "data.attachments", limits::ATTACHMENTS, &mut data.attachments, attachment)?,
            "about" => members::add(&mut data.fields, name, about(cursor)?)?,
            _ => members::add(&mut data.fields, name, cursor.value()?)?,
        }
    }
    Ok(())
}

/// Reads each object of an array.
fn each<'a, T>(
    cursor: &mut Cursor<'a>,
    field: &str,
    limit: usize,
    all: &mut Vec<T>,
    read: fn(&mut Cursor<'a>) -> Result<T, Rejection>,
) -> Result<(), Rejection> {
    if !cursor.enter(b'[')? {
        cursor.raw()?;
        return Err(fault::not_array(field));
    }
    let mut first = true;
    while cursor.next_item(&mut first)? {
        if all.len() >= limit {
            return Err(Rejection::too_large(field, limit));
        }
        if !cursor.enter(b'{')? {
            cursor.raw()?;
            return Err(fault::not_object(field));
        }
        all.push(read(cursor)?);
    }
    Ok(())
}

/// The members of the identifier entered.
fn identifier<'a>(cursor: &mut Cursor<'a>) -> Result<IncomingIdentifier<'a>, Rejection> {
    let (mut scheme, mut value, mut scope, mut first) = (None, None, None, true);
    while let Some(name) = cursor.next_key(&mut first)? {
        match name.as_ref() {
            "scheme" => {
                set(&mut scheme, "data.who.scheme", scheme_name(cursor, "data.who.scheme")?)?;
            }
            "value" => set(&mut value, "data.who.value", handle(cursor, "data.who.value")?)?,
            "scope" => set(&mut scope, "data.who.scope", optional(cursor, "data.who.scope")?)?,
            _ => return Err(surplus("data.who", "scheme, value, scope")),
        }
    }
    Ok(IncomingIdentifier {
        scheme: scheme.ok_or_else(|| Rejection::missing("data.who.scheme"))?,
        value: value.ok_or_else(|| Rejection::missing("data.who.value"))?,
        scope: scope.flatten(),
    })
}

/// The members of the attachment entered.
fn attachment<'a>(cursor: &mut Cursor<'a>) -> Result<IncomingAttachment<'a>, Rejection> {
    let (mut file, mut media_type, mut sha256, mut first) = (None, None, None, true);
    while let Some(name) = cursor.next_key(&mut first)? {
        match name.as_ref() {
            "name" => set(&mut file, NAME, text(cursor, NAME, limits::FILE_NAME_CHARS)?)?,
            "media_type" => {
                set(&mut media_type, TYPE, text(cursor, TYPE, limits::MEDIA_TYPE_CHARS)?)?;
            }
            "sha256" => set(&mut sha256, HASH, hash(cursor)?)?,
            _ => return Err(surplus("data.attachments", "name, media_type, sha256")),
        }
    }
    Ok(IncomingAttachment {
        name: file.ok_or_else(|| Rejection::missing(NAME))?,
        media_type: media_type.ok_or_else(|| Rejection::missing(TYPE))?,
        sha256: sha256.ok_or_else(|| Rejection::missing(HASH))?,
    })
}

const NAME: &str = "data.attachments.name";
const TYPE: &str = "data.attachments.media_type";
const HASH: &str = "data.attachments.sha256";

/// A company, deal, device, store or line, as its JSON.
fn about<'a>(cursor: &mut Cursor<'a>) -> Result<IncomingValue<'a>, Rejection> {
    let mut inside = cursor.clone();
    let raw = cursor.raw()?;
    let (mut scheme, mut value, mut first) = (None, None, true);
    if !inside.enter(b'{')? {
        return Err(fault::not_object("data.about"));
    }
    while let Some(name) = inside.next_key(&mut first)? {
        match name.as_ref() {
            "scheme" => set(&mut scheme, "data.about.scheme", scheme_name(&mut inside, "data.about.scheme")?)?,
            "value" => {
                set(&mut value, "data.about.value", handle(&mut inside, "data.about.value")?)?;
            }
            _ => return Err(surplus("data.about", "scheme, value")),
        }
    }
    scheme.ok_or_else(|| Rejection::missing("data.about.scheme"))?;
    value.ok_or_else(|| Rejection::missing("data.about.value"))?;
    Ok(IncomingValue::Json(Cow::Borrowed(raw)))
}

fn surplus(field: &str, known: &str) -> Rejection {
    Rejection::invalid(field, &format!("只能有 {known}"), &format!("may only have {known}"))
}

fn scheme_name<'a>(cursor: &mut Cursor<'a>, field: &str) -> Result<Cow<'a, str>, Rejection> {
    let scheme = text(cursor, field, limits::SCHEME_CHARS)?;
    if members::is_scheme(&scheme) {
        return Ok(scheme);
    }
    Err(Rejection::invalid(field, "只能含小写字母、数字和下划线", "may only have lower-case letters, digits and _"))
}

/// A value that is a text or a number.
fn handle<'a>(cursor: &mut Cursor<'a>, field: &str) -> Result<Cow<'a, str>, Rejection> {
    match cursor.peek() {
        Some(b'"') => text(cursor, field, limits::IDENTIFIER_CHARS),
        Some(b'-' | b'0'..=b'9') => members::name(field, Cow::Borrowed(cursor.number()?), limits::IDENTIFIER_CHARS),
        _ => {
            cursor.raw()?;
            Err(Rejection::invalid(field, "必须是文本或数字", "must be a string or a number"))
        }
    }
}

fn optional<'a>(cursor: &mut Cursor<'a>, field: &str) -> Result<Option<Cow<'a, str>>, Rejection> {
    if cursor.peek() == Some(b'n') {
        cursor.raw()?;
        return Ok(None);
    }
    text(cursor, field, limits::IDENTIFIER_CHARS).map(Some)
}

fn hash<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Rejection> {
    let is_hex = |letter: u8| matches!(letter, b'0'..=b'9' | b'a'..=b'f');
    match string(cursor)? {
        Some(text) if text.len() == 64 && text.bytes().all(is_hex) => Ok(text),
        _ => Err(Rejection::invalid(HASH, "必须是 64 位小写十六进制", "must be 64 lower-case hexadecimal digits")),
    }
}
