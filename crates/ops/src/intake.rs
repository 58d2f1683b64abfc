//! Events in: a body read, recognised, sealed, logged and decided; told back line by line.

use base::Text;
use connect::segment::Endpoint;
use domain::{Incoming, Rejection, RejectionCode};
use pipeline::{Batch, Recognised, Recogniser, Refused, Taken};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, Fault, OpError};

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One CloudEvent, or an array of them.
    Json,
    /// One CloudEvent a line.
    Ndjson,
    /// Segment's tracking API.
    Segment(Endpoint),
}

/// How events are to be taken.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The source that the ingest key covers; none for an owner of the machine.
    pub source: Option<String>,
    /// Whether they are history: tags follow, effects don't.
    pub history: bool,
    /// Whether to take all or none.
    pub strict: bool,
}

/// What became of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// Events taken.
    pub accepted: u64,
    /// Events seen before.
    pub duplicates: u64,
    /// Events refused.
    pub rejected: Vec<RejectedLine>,
}

/// An event refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectedLine {
    /// Its line, or its place in an array, from 1.
    pub line: u64,
    /// The member at fault.
    pub field: String,
    /// The kind of fault.
    #[schema(value_type = String)]
    pub code: RejectionCode,
    /// What is wrong and what to do.
    pub message: Text,
}

impl Receipt {
    /// Whether nothing was taken because the raw zone is down.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        let down = |line: &RejectedLine| line.code == RejectionCode::VaultUnavailable;
        self.accepted + self.duplicates == 0 && !self.rejected.is_empty() && self.rejected.iter().any(down)
    }

    /// Whether nothing was taken.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.accepted + self.duplicates == 0 && !self.rejected.is_empty()
    }

    fn refuse(&mut self, line: u64, rejection: Rejection) {
        self.rejected.push(RejectedLine {
            line,
            field: rejection.field,
            code: rejection.code,
            message: rejection.message,
        });
    }
}

/// Takes a body, and waits until what is in it is on disk.
///
/// # Errors
/// The body as a whole is not what it says it is, or the database is away.
pub fn take(app: &App, body: &[u8], format: Format, terms: &Terms) -> Result<Receipt, OpError> {
    let Read { events, refused, told } = read_body(app, body, format, terms)?;
    Ok(told.receipt(app.pipeline.take(events, refused, terms.strict)?))
}

/// Takes a body; `done` hears what became of it once that is on disk. Waits only while too many wait before it.
///
/// # Errors
/// The body as a whole is not what it says it is; then `done` hears nothing.
pub fn submit(
    app: &App,
    body: &[u8],
    format: Format,
    terms: &Terms,
    done: impl FnOnce(Result<Receipt, OpError>) + Send + 'static,
) -> Result<(), OpError> {
    let Read { events, refused, told } = read_body(app, body, format, terms)?;
    let done = Box::new(move |taken: Result<_, _>| done(taken.map(|taken| told.receipt(taken)).map_err(OpError::from)));
    app.pipeline.submit(Batch { events, refused, strict: terms.strict, done });
    Ok(())
}

fn read_body(app: &App, body: &[u8], format: Format, terms: &Terms) -> Result<Read, OpError> {
    let source = terms.source.as_deref().unwrap_or("local");
    match format {
        Format::Ndjson => read(app, connect::cloudevents::lines(body), terms),
        Format::Json => read(app, (1..).zip(connect::cloudevents::read_batch(body)?), terms),
        Format::Segment(endpoint) => {
            let events = connect::segment::read(body, endpoint, source, app.currency.code())?;
            read(app, (1..).zip(events), terms)
        }
    }
}

/// The most events in one body: they are in memory together, and all or none of them go in with one commit.
pub const BODY_EVENTS: usize = 100_000;

fn too_many() -> OpError {
    let zh = format!("一次最多 {BODY_EVENTS} 条事件，未接入任何事件；请分批发送");
    let en = format!("at most {BODY_EVENTS} events are taken at once; nothing was taken. Send less at a time");
    OpError::new(Fault::Request, "too_large", &zh, &en)
}

/// Takes events with their lines, and waits until they are on disk. Of a strict body, the receipt names only the lines at fault.
///
/// # Errors
/// The database is away, or there are more than [`BODY_EVENTS`]; then nothing was taken.
pub fn take_lines<'a>(
    app: &App,
    lines: impl Iterator<Item = (usize, Result<Incoming<'a>, Rejection>)>,
    terms: &Terms,
) -> Result<Receipt, OpError> {
    let Read { events, refused, told } = read(app, lines, terms)?;
    Ok(told.receipt(app.pipeline.take(events, refused, terms.strict)?))
}

/// A body as read.
struct Read {
    events: Vec<Recognised>,
    refused: Vec<Refused>,
    told: Told,
}

/// What can be told of a body before its events are taken.
struct Told {
    refused: Receipt,
    /// The events' lines.
    places: Vec<u64>,
}

impl Told {
    fn receipt(self, taken: Vec<Taken>) -> Receipt {
        let mut receipt = self.refused;
        for (line, outcome) in self.places.into_iter().zip(taken) {
            match outcome {
                Taken::Accepted(_) => receipt.accepted += 1,
                Taken::Duplicate => receipt.duplicates += 1,
                Taken::Rejected(rejection) => receipt.refuse(line, rejection),
                Taken::Withheld => {}
            }
        }
        receipt.rejected.sort_by_key(|line| line.line);
        receipt
    }
}

fn read<'a>(
    app: &App,
    lines: impl Iterator<Item = (usize, Result<Incoming<'a>, Rejection>)>,
    terms: &Terms,
) -> Result<Read, OpError> {
    let kinds = app.kinds();
    let recogniser = Recogniser { kinds: &kinds, secrets: &app.secrets, now: app.now(), history: terms.history };
    let mut receipt = Receipt::default();
    let (mut events, mut places, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (line, read) in lines {
        if events.len() + refused.len() >= BODY_EVENTS {
            return Err(too_many());
        }
        let line = u64::try_from(line).unwrap_or(u64::MAX);
        let source = read.as_ref().map_or_else(|_| String::new(), |incoming| incoming.source.clone().into_owned());
        match read.and_then(|incoming| covered(&incoming, terms)).and_then(|incoming| recogniser.recognise(&incoming)) {
            Ok(event) => {
                events.push(event);
                places.push(line);
            }
            Err(rejection) => {
                let source = terms.source.clone().unwrap_or(source);
                let source = if source.is_empty() { "unknown".to_owned() } else { source };
                refused.push(Refused { source, line: Some(line), rejection: rejection.clone() });
                receipt.refuse(line, rejection);
            }
        }
    }
    if terms.strict && !refused.is_empty() {
        events.clear();
    }
    Ok(Read { events, refused, told: Told { refused: receipt, places } })
}

/// A key covers its source and everything below it.
fn covered<'a>(incoming: &Incoming<'a>, terms: &Terms) -> Result<Incoming<'a>, Rejection> {
    let is_covered = |source: &str| {
        let rest = incoming.source.strip_prefix(source);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if incoming.source == pipeline::OWN_SOURCE {
        return Err(crate::customer::task::reserved());
    }
    if terms.source.as_deref().is_none_or(is_covered) {
        return Ok(incoming.clone());
    }
    let (zh, en) = ("接入密钥不覆盖该数据源", "the ingest key does not cover this source");
    Err(Rejection::new(RejectionCode::Source, "source", zh, en))
}

/// Takes the bytes of an attachment, before the event that names it.
///
/// # Errors
/// The bytes are not those of the hash, or the raw zone is down.
pub fn put_original(app: &App, sha256: &str, bytes: &mut dyn std::io::Read) -> Result<(), OpError> {
    let hash = pipeline::hex(sha256)
        .ok_or_else(|| OpError::invalid("sha256", "应为 64 位十六进制", "64 hexadecimal digits are wanted"))?;
    match app.vault.put_object(hash, bytes) {
        Ok(_) => Ok(()),
        Err(vault::VaultError::HashMismatch) => {
            Err(OpError::invalid("sha256", "内容与哈希不符", "the bytes are not those of the hash"))
        }
        Err(error) => Err(error.into()),
    }
}
