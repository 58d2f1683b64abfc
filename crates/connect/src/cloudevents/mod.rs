//! CloudEvents 1.0 as JSON: one event, an array of them, or one a line (NDJSON).
//!
//! After the JSON event format of CloudEvents 1.0.2. Of the envelope, `specversion`, `id`, `source`, `type`
//! and `data` are required and `time` is optional. In `data`, `who` and `attachments` are read, every other
//! member is a field; `about` is checked and stays a field, as JSON. Attributes that the envelope does not
//! need (`subject`, `dataschema`, extensions) become fields with `ce_` before their name.

mod data;
mod envelope;

use domain::{Incoming, Rejection};

use crate::json::Cursor;
use crate::{fault, limits};

/// Reads one event.
///
/// # Errors
/// What is wrong with it, by member; never with its value.
pub fn read_one(body: &[u8]) -> Result<Incoming<'_>, Rejection> {
    let mut cursor = Cursor::new(text_of(body)?);
    if body.len() > limits::EVENT_BYTES {
        return Err(Rejection::too_large("event", limits::EVENT_BYTES));
    }
    let event = envelope::read(&mut cursor)?;
    cursor.end()?;
    Ok(event)
}

/// Reads an array of events; a bad one does not spoil the others. A single event is an array of one.
///
/// # Errors
/// If the body is not an array of JSON at all, or has more than [`limits::BATCH_EVENTS`].
pub fn read_batch(body: &[u8]) -> Result<Vec<Result<Incoming<'_>, Rejection>>, Rejection> {
    let text = text_of(body)?;
    let mut cursor = Cursor::new(text);
    if cursor.peek() == Some(b'{') {
        return Ok(vec![read_one(body)]);
    }
    if !cursor.enter(b'[')? {
        return Err(fault::syntax("必须是事件对象或数组", "must be an event object or an array of them"));
    }
    let (mut events, mut first) = (Vec::new(), true);
    while cursor.next_item(&mut first)? {
        if events.len() >= limits::BATCH_EVENTS {
            return Err(Rejection::too_large("batch", limits::BATCH_EVENTS));
        }
        events.push(element(&mut cursor)?);
    }
    cursor.end()?;
    Ok(events)
}

/// One element, and the cursor after it. The outer error is for the whole array.
fn element<'a>(cursor: &mut Cursor<'a>) -> Result<Result<Incoming<'a>, Rejection>, Rejection> {
    let mut inside = cursor.nested();
    let event = envelope::read(&mut inside);
    match &event {
        Ok(_) => cursor.move_to(&inside),
        Err(reason) if !cursor.pass_broken() => return Err(reason.clone()),
        Err(_) => {}
    }
    Ok(event)
}

/// Reads one event a line; blank lines are passed over. Gives each with its line, counted from 1.
///
/// ```
/// let body = b"{\"specversion\":\"1.0\"}\n\nnot json\n";
/// let lines: Vec<usize> = connect::cloudevents::lines(body).map(|(line, _)| line).collect();
/// assert_eq!(lines, [1, 3]);
/// ```
pub fn lines(body: &[u8]) -> impl Iterator<Item = (usize, Result<Incoming<'_>, Rejection>)> {
    let mut rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let each_line = std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end).filter(|_| !rest.is_empty())?;
        rest = after.get(1..).unwrap_or_default();
        Some(line)
    });
    let numbered = (1..).zip(each_line).filter(|(_, line)| !line.trim_ascii().is_empty());
    numbered.map(|(number, line)| (number, read_one(line)))
}

fn text_of(body: &[u8]) -> Result<&str, Rejection> {
    let text = std::str::from_utf8(body).map_err(|_| fault::not_utf8())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
