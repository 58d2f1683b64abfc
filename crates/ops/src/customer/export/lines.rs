//! JSON Lines: one object per line, in UTF-8.

use std::io::Write as _;

use base::{EventId, Text, Timestamp};
use domain::Kind;
use serde::{Serialize, Serializer};

use super::archive::{Archive, interrupted};
use super::manifest::File;
use super::originals::Kept;
use super::story::{Named, Plain, Told};
use crate::OpError;

/// An event with all that is in the log of it.
#[derive(Serialize)]
pub(super) struct Event<'t> {
    event: EventId,
    kind: &'t str,
    label: &'t Text,
    time: Timestamp,
    received_at: Timestamp,
    source: &'t str,
    /// Whether it came as history.
    history: bool,
    identities: &'t [String],
    #[serde(serialize_with = "by_name")]
    fields: &'t [Named],
    originals: Vec<Original<'t>>,
}

#[derive(Serialize)]
struct Original<'t> {
    part: &'t str,
    /// None when it is withheld; the manifest says why.
    path: Option<String>,
}

fn by_name<S: Serializer>(fields: &[Named], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(fields.iter().map(|field| (&field.name, Plain(&field.value))))
}

/// An event's line.
pub(super) fn event<'t>(told: &'t Told, kept: &Kept) -> Event<'t> {
    let original = |reference: &'t super::story::Reference| Original {
        part: &reference.part,
        path: kept.path(told.event, reference.index),
    };
    Event {
        event: told.event,
        kind: &told.kind,
        label: &told.label,
        time: told.time,
        received_at: told.received_at,
        source: &told.source,
        history: told.history,
        identities: &told.identities,
        fields: &told.fields,
        originals: told.originals.iter().map(original).collect(),
    }
}

/// A message with its text.
#[derive(Serialize)]
pub(super) struct Message<'t> {
    event: EventId,
    time: Timestamp,
    /// `in` or `out`.
    direction: &'static str,
    channel: Option<&'t str>,
    source: &'t str,
    text: String,
    original: Option<String>,
}

/// A message's line.
pub(super) fn message<'t>(told: &'t Told, text: &[u8], original: Option<String>) -> Message<'t> {
    let direction = if told.kind == "message.sent" { "out" } else { "in" };
    let text = String::from_utf8_lossy(text).into_owned();
    Message {
        event: told.event,
        time: told.time,
        direction,
        channel: told.text("channel"),
        source: &told.source,
        text,
        original,
    }
}

/// What a kind's fields are, for those who read the events.
#[derive(Serialize)]
pub(super) struct Declared<'k> {
    kind: &'k str,
    label: &'k Text,
    fields: Vec<DeclaredField<'k>>,
}

#[derive(Serialize)]
struct DeclaredField<'k> {
    name: &'k str,
    label: &'k Text,
    #[serde(rename = "type")]
    field_type: domain::FieldType,
    class: domain::Class,
}

/// A kind's declaration.
pub(super) fn declared(kind: &Kind) -> Declared<'_> {
    let fields = kind.fields.iter().map(|field| DeclaredField {
        name: &field.name,
        label: &field.label,
        field_type: field.field_type,
        class: field.class,
    });
    Declared { kind: &kind.name, label: &kind.label, fields: fields.collect() }
}

/// One line into the file begun last.
pub(super) fn line(archive: &mut Archive<'_>, value: &impl Serialize) -> Result<(), OpError> {
    let mut text = serde_json::to_vec(value).map_err(|error| interrupted(error.into()))?;
    text.push(b'\n');
    archive.write_all(&text).map_err(interrupted)
}

/// A whole file of lines.
pub(super) fn file<T: Serialize>(
    archive: &mut Archive<'_>,
    path: &str,
    category: &'static str,
    all: &[T],
) -> Result<(), OpError> {
    archive.begin(path, false)?;
    all.iter().try_for_each(|one| line(archive, one))?;
    archive.end(File::of(category, "application/jsonl"));
    Ok(())
}
