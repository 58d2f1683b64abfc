//! JSON read by pulling, in one pass over borrowed text: the hot path of every format that is JSON.
//!
//! Written by hand rather than over `serde_json` for three things that it would not give without a second
//! pass: numbers and nested values as the text they are, a limit on depth for skipped values too, and
//! faults that say where without saying what. Property tests hold it equal to `serde_json`.

mod scan;

use std::borrow::Cow;

use domain::IncomingValue;

use crate::limits;

/// The members of an object.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, IncomingValue<'a>)>;
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Why a text was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not JSON from this byte on, counted from 1.
    Syntax(usize),
    /// Nested beyond [`limits::DEPTH`].
    Deep,
}

/// A place in a JSON text, and how many levels deep it is.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn fault<T>(&self) -> Result<T, Fault> {
        Err(Fault::Syntax(self.at + 1))
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// A cursor at the same place whose depth counts from here.
    pub(crate) fn nested(&self) -> Self {
        Self { depth: 0, ..self.clone() }
    }

    /// Moves to where another cursor on the same text is.
    pub(crate) fn move_to(&mut self, other: &Self) {
        self.at = other.at;
    }

    /// The first byte of what comes next, after white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(..=b' ') => self.peek_far(),
            next => next,
        }
    }

    #[inline(never)]
    fn peek_far(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    #[inline]
    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Steps into an object (`{`) or an array (`[`); false if there is none here.
    pub(crate) fn enter(&mut self, open: u8) -> Result<bool, Fault> {
        if !self.take(open) {
            return Ok(false);
        }
        self.depth += 1;
        if self.depth > limits::DEPTH { Err(Fault::Deep) } else { Ok(true) }
    }

    /// Moves to the next element of the array entered; false past its end. `first` is true before the first.
    pub(crate) fn next_item(&mut self, first: &mut bool) -> Result<bool, Fault> {
        self.next(b']', first)
    }

    /// Moves to the value of the next member of the object entered; none past its end.
    pub(crate) fn next_key(&mut self, first: &mut bool) -> Result<Option<Cow<'a, str>>, Fault> {
        if !self.next(b'}', first)? {
            return Ok(None);
        }
        let key = self.string()?;
        if self.take(b':') { Ok(Some(key)) } else { self.fault() }
    }

    #[inline]
    fn next(&mut self, close: u8, first: &mut bool) -> Result<bool, Fault> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(b',') if !*first => {
                self.at += 1;
                Ok(true)
            }
            _ if std::mem::take(first) => Ok(true),
            _ => self.fault(),
        }
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { self.fault() }
    }

    /// A string, borrowed unless it has escapes.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        if !self.take(b'"') {
            return self.fault();
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let run = scan::plain_run(rest.as_bytes());
        if let (Some(b'"'), Some(raw)) = (rest.as_bytes().get(run), rest.get(..run)) {
            self.at += run + 1;
            return Ok(Cow::Borrowed(raw));
        }
        let raw = self.until_quote()?;
        scan::unescape(raw).map(Cow::Owned).map_or_else(|| self.fault(), Ok)
    }

    /// What is left of the string entered, escapes unread.
    #[cold]
    fn until_quote(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        loop {
            self.at += scan::plain_run(self.text.as_bytes().get(self.at..).unwrap_or_default());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                _ => return self.fault(),
            }
        }
        let raw = self.text.get(start..self.at);
        self.at += 1;
        raw.map_or_else(|| self.fault(), Ok)
    }

    /// A number, as its text.
    pub(crate) fn number(&mut self) -> Result<&'a str, Fault> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = scan::number_length(rest.as_bytes());
        self.at += length;
        if length == 0 { self.fault() } else { Ok(rest.get(..length).unwrap_or_default()) }
    }

    fn word<T>(&mut self, word: &str, value: T) -> Result<T, Fault> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return self.fault();
        }
        self.at += word.len();
        Ok(value)
    }

    /// Any value, as a field holds it.
    pub(crate) fn value(&mut self) -> Result<IncomingValue<'a>, Fault> {
        match self.peek() {
            Some(b'"') => self.string().map(IncomingValue::Text),
            Some(b'{') => self.object(),
            Some(b'[') => self.raw().map(|raw| IncomingValue::Json(Cow::Borrowed(raw))),
            Some(b't') => self.word("true", IncomingValue::Bool(true)),
            Some(b'f') => self.word("false", IncomingValue::Bool(false)),
            Some(b'n') => self.word("null", IncomingValue::Null),
            _ => self.number().map(|number| IncomingValue::Number(Cow::Borrowed(number))),
        }
    }

    fn object(&mut self) -> Result<IncomingValue<'a>, Fault> {
        let mut ahead = self.clone();
        if let Ok(Some((value, currency))) = ahead.money() {
            *self = ahead;
            return Ok(IncomingValue::Money(value, currency));
        }
        self.raw().map(|raw| IncomingValue::Json(Cow::Borrowed(raw)))
    }

    /// `{"value": …, "currency": …}` in either order, and nothing else.
    fn money(&mut self) -> Result<Option<Pair<'a>>, Fault> {
        let (mut value, mut currency, mut first) = (None, None, true);
        self.enter(b'{')?;
        while let Some(key) = self.next_key(&mut first)? {
            match (key.as_ref(), self.peek()) {
                ("value", Some(b'"')) if value.is_none() => value = Some(self.string()?),
                ("value", _) if value.is_none() => value = Some(Cow::Borrowed(self.number()?)),
                ("currency", Some(b'"')) if currency.is_none() => currency = Some(self.string()?),
                _ => return Ok(None),
            }
        }
        Ok(value.zip(currency))
    }

    /// Any value, checked and passed over; its text.
    pub(crate) fn raw(&mut self) -> Result<&'a str, Fault> {
        self.peek();
        let start = self.at;
        self.pass()?;
        self.text.get(start..self.at).map_or_else(|| self.fault(), Ok)
    }

    /// Recursion is bounded by [`limits::DEPTH`].
    fn pass(&mut self) -> Result<(), Fault> {
        let mut first = true;
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => {
                self.enter(b'{')?;
                while self.next_key(&mut first)?.is_some() {
                    self.pass()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.enter(b'[')?;
                while self.next_item(&mut first)? {
                    self.pass()?;
                }
                Ok(())
            }
            Some(b't') => self.word("true", ()),
            Some(b'f') => self.word("false", ()),
            Some(b'n') => self.word("null", ()),
            _ => self.number().map(drop),
        }
    }

    /// Passes over an element of an array by its brackets alone, whatever is wrong inside; false if it has
    /// no end.
    pub(crate) fn pass_broken(&mut self) -> bool {
        let mut open = 0u32;
        loop {
            match self.peek() {
                None => return false,
                Some(b',' | b']') if open == 0 => return true,
                Some(b'"') => {
                    self.at += 1;
                    if self.until_quote().is_err() {
                        return false;
                    }
                    continue;
                }
                Some(b'{' | b'[') => open = open.saturating_add(1),
                Some(b'}' | b']') => open = open.saturating_sub(1),
                Some(_) => {}
            }
            self.at += 1;
        }
    }
}

/// The members of one object, its nested values as text. The hot path has its own reader.
pub(crate) fn members(text: &str) -> Result<Option<Members<'_>>, Fault> {
    let mut cursor = Cursor::new(text);
    if !cursor.enter(b'{')? {
        return Ok(None);
    }
    let (mut all, mut first) = (Vec::new(), true);
    while let Some(key) = cursor.next_key(&mut first)? {
        all.push((key, cursor.value()?));
    }
    cursor.end().map(|()| Some(all))
}

/// The elements of one array, as text.
pub(crate) fn items(text: &str) -> Result<Option<Vec<&str>>, Fault> {
    let mut cursor = Cursor::new(text);
    if !cursor.enter(b'[')? {
        return Ok(None);
    }
    let (mut all, mut first) = (Vec::new(), true);
    while cursor.next_item(&mut first)? {
        all.push(cursor.raw()?);
    }
    cursor.end().map(|()| Some(all))
}

#[cfg(test)]
mod tests;
