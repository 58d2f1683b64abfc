//! Checks that every format makes before a field, a name or an identifier goes into an event.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use domain::{IncomingIdentifier, IncomingValue, Kinds, Rejection};

use crate::{fault, limits};

/// The fields of an event, in their order.
pub(crate) type Fields<'a> = Vec<(Cow<'a, str>, IncomingValue<'a>)>;

/// Adds a field, within the limits and once.
pub(crate) fn add<'a>(fields: &mut Fields<'a>, name: Cow<'a, str>, value: IncomingValue<'a>) -> Result<(), Rejection> {
    if fields.len() >= limits::FIELDS {
        return Err(Rejection::too_large("data", limits::FIELDS));
    }
    if name.is_empty() || !limits::fits(&name, limits::FIELD_NAME_CHARS) {
        return Err(bad_name(fields.len() + 1));
    }
    if bytes(&value) > limits::FIELD_BYTES {
        return Err(Rejection::too_large(&path(&name), limits::FIELD_BYTES));
    }
    if fields.iter().any(|(known, _)| *known == name) {
        return Err(fault::repeated(&path(&name)));
    }
    fields.push((name, value));
    Ok(())
}

fn bad_name(place: usize) -> Rejection {
    let limit = limits::FIELD_NAME_CHARS;
    Rejection::invalid(
        "data",
        &format!("第 {place} 个字段的名称为空或超过 {limit} 个字符"),
        &format!("the name of field {place} is empty or over {limit} characters"),
    )
}

fn bytes(value: &IncomingValue<'_>) -> usize {
    match value {
        IncomingValue::Null | IncomingValue::Bool(_) => 0,
        IncomingValue::Number(text) | IncomingValue::Text(text) | IncomingValue::Json(text) => text.len(),
        IncomingValue::Money(value, currency) => value.len() + currency.len(),
    }
}

/// Where a field stands, for a rejection: only a standard name is said, since another can be personal.
fn path(name: &str) -> String {
    static STANDARD: OnceLock<HashSet<String>> = OnceLock::new();
    let standard = STANDARD.get_or_init(|| {
        Kinds::standard().iter().flat_map(|kind| &kind.fields).map(|field| field.name.clone()).collect()
    });
    if standard.contains(name) { format!("data.{name}") } else { "data".to_owned() }
}

/// A name that is neither empty nor over `limit`, without control characters.
pub(crate) fn name<'a>(field: &str, text: Cow<'a, str>, limit: usize) -> Result<Cow<'a, str>, Rejection> {
    if text.is_empty() {
        return Err(fault::empty(field));
    }
    if !limits::fits(&text, limit) {
        return Err(Rejection::too_large(field, limit));
    }
    // JSON allows control characters only in escapes, and a text with escapes is owned.
    if matches!(&text, Cow::Owned(text) if text.chars().any(char::is_control)) {
        return Err(Rejection::invalid(field, "含有控制字符", "has control characters"));
    }
    Ok(text)
}

/// Whether `name` can be a scheme's: lower-case letters, digits and `_`.
pub(crate) fn is_scheme(name: &str) -> bool {
    let is_fit = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    !name.is_empty() && name.len() <= limits::SCHEME_CHARS && name.bytes().all(is_fit)
}

/// Adds an identifier unless its value is blank or stands there already.
pub(crate) fn add_identifier<'a>(
    who: &mut Vec<IncomingIdentifier<'a>>,
    scheme: &'static str,
    value: Option<Cow<'a, str>>,
) -> Result<(), Rejection> {
    let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return Ok(()) };
    if !limits::fits(&value, limits::IDENTIFIER_CHARS) {
        return Err(Rejection::too_large(scheme, limits::IDENTIFIER_CHARS));
    }
    if !who.iter().any(|known| known.scheme == scheme && known.value == value) {
        who.push(IncomingIdentifier { scheme: Cow::Borrowed(scheme), value, scope: None });
    }
    Ok(())
}
