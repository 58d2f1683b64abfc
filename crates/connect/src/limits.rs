//! How much of anything is taken. Lengths of text are in characters, of bodies in bytes.

/// One event as JSON, in bytes.
pub const EVENT_BYTES: usize = 4 << 20;
/// Events in one batch; a longer import goes line by line.
pub const BATCH_EVENTS: usize = 10_000;
/// An event's `id` and `source`.
pub const NAME_CHARS: usize = 256;
/// The name of an identifier's scheme.
pub const SCHEME_CHARS: usize = 64;
/// The value and the scope of an identifier.
pub const IDENTIFIER_CHARS: usize = 256;
/// Identifiers of one event.
pub const WHO: usize = 32;
/// Attachments of one event.
pub const ATTACHMENTS: usize = 32;
/// The name of an attachment.
pub const FILE_NAME_CHARS: usize = 256;
/// The media type of an attachment.
pub const MEDIA_TYPE_CHARS: usize = 128;
/// Fields of one event.
pub const FIELDS: usize = 128;
/// The name of a field.
pub const FIELD_NAME_CHARS: usize = 64;
/// The text or the JSON of one field, in bytes.
pub const FIELD_BYTES: usize = 1 << 20;
/// Objects and arrays within each other.
pub const DEPTH: u32 = 32;
/// Lines of a CSV file that may be passed over before its header.
pub const SKIPPED_LINES: usize = 1_000;
/// One record of a CSV file, in bytes.
pub const RECORD_BYTES: usize = 4 << 20;

/// Whether `text` has at most `limit` characters.
pub(crate) fn fits(text: &str, limit: usize) -> bool {
    text.len() <= limit || text.chars().nth(limit).is_none()
}
