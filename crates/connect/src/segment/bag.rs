//! The members of an object, taken out one by one; what nobody took is left to keep.

use std::borrow::Cow;

use domain::{IncomingValue, Rejection};

use crate::json::{self, Members};
use crate::{fault, limits};

/// Members not taken yet, in their order.
#[derive(Debug, Default)]
pub(super) struct Bag<'a>(Members<'a>);

impl<'a> Bag<'a> {
    /// The object that `text` is.
    pub(super) fn read(text: &'a str, field: &str) -> Result<Self, Rejection> {
        let all = json::members(text)?.ok_or_else(|| fault::not_object(field))?;
        // Bounds the search for repeated names; no event holds more fields.
        if all.len() > 2 * limits::FIELDS {
            return Err(Rejection::too_large(field, 2 * limits::FIELDS));
        }
        let mut rest = all.as_slice();
        while let Some(((name, _), after)) = rest.split_first() {
            if after.iter().any(|(other, _)| other == name) {
                return Err(fault::repeated(field));
            }
            rest = after;
        }
        Ok(Self(all))
    }

    /// The object that a member is; an absent or null one is empty.
    pub(super) fn of(value: Option<IncomingValue<'a>>, field: &str) -> Result<Self, Rejection> {
        match value {
            None | Some(IncomingValue::Null) => Ok(Self::default()),
            Some(IncomingValue::Json(Cow::Borrowed(text))) => Self::read(text, field),
            Some(IncomingValue::Money(value, currency)) => Ok(Self(vec![
                (Cow::Borrowed("value"), IncomingValue::Number(value)),
                (Cow::Borrowed("currency"), IncomingValue::Text(currency)),
            ])),
            Some(_) => Err(fault::not_object(field)),
        }
    }

    /// Takes a member out. A null one stays absent.
    pub(super) fn take(&mut self, name: &str) -> Option<IncomingValue<'a>> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(place).1).filter(|value| *value != IncomingValue::Null)
    }

    /// Looks at a member.
    pub(super) fn get(&self, name: &str) -> Option<&IncomingValue<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Takes a text or a number out, as text, unless it is blank. Anything else stays.
    pub(super) fn take_text(&mut self, name: &str) -> Option<Cow<'a, str>> {
        match self.get(name)? {
            IncomingValue::Text(text) | IncomingValue::Number(text) if !text.trim().is_empty() => {
                text_of(self.take(name)?)
            }
            _ => None,
        }
    }

    /// Takes an object or an array out, as its JSON. Anything else stays.
    pub(super) fn take_json(&mut self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            IncomingValue::Json(Cow::Borrowed(text)) => {
                let text = *text;
                self.take(name);
                Some(text)
            }
            _ => None,
        }
    }

    /// What nobody took.
    pub(super) fn rest(self) -> Members<'a> {
        self.0
    }
}

/// A text or a number, as text.
pub(super) fn text_of(value: IncomingValue<'_>) -> Option<Cow<'_, str>> {
    match value {
        IncomingValue::Text(text) | IncomingValue::Number(text) => Some(text),
        _ => None,
    }
}
