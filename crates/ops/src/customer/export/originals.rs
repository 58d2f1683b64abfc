//! Originals byte for byte, and what is made of them on the way: transcripts as WebVTT, e-mails as messages.

use std::collections::HashMap;
use std::io::{self, Write};

use base::EventId;
use vault::{Category, OpenedMeta};

use super::archive::{Archive, interrupted};
use super::mail::{self, Mail, Way};
use super::manifest::{File, Reason, Withheld};
use super::opener::{self, Opener};
use super::story::{Reference, Told};
use super::{name, vtt};
use crate::OpError;

/// What is held back until its media type is known: every original that is sealed inside its record is smaller.
const HOLD: usize = vault::limits::RECORD_BYTES;
/// Characters of a text that the first page shows.
const EXCERPT: usize = 280;

/// What became of each original, by event and place.
#[derive(Default)]
pub(super) struct Kept {
    suffixes: HashMap<(EventId, u32), &'static str>,
    excerpts: HashMap<(EventId, u32), String>,
    /// How many there are.
    pub(super) count: u64,
    /// Those that are not there.
    pub(super) withheld: Vec<Withheld>,
}

impl Kept {
    /// Where an original is.
    pub(super) fn path(&self, event: EventId, index: u32) -> Option<String> {
        self.suffixes.get(&(event, index)).map(|suffix| name::original(event, index, suffix))
    }

    /// How a text begins.
    pub(super) fn excerpt(&self, event: EventId, index: u32) -> Option<&str> {
        self.excerpts.get(&(event, index)).map(String::as_str)
    }
}

/// An original on its way into the archive: held until it is whole, or, if it is large, let through piece by piece.
struct Passage<'p, 'o> {
    archive: &'p mut Archive<'o>,
    event: EventId,
    index: u32,
    held: Vec<u8>,
    /// The suffix of a file begun before all of it was there.
    begun: Option<&'static str>,
}

impl Passage<'_, '_> {
    fn begin(&mut self, suffix: &'static str) -> io::Result<()> {
        let path = name::original(self.event, self.index, suffix);
        self.archive.begin(&path, false).map_err(io::Error::other)?;
        self.begun = Some(suffix);
        self.archive.write_all(&self.held)
    }
}

impl Write for Passage<'_, '_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.begun.is_none() && self.held.len() + piece.len() <= HOLD {
            self.held.extend_from_slice(piece);
            return Ok(piece.len());
        }
        if self.begun.is_none() {
            self.begin(name::suffix_of_bytes(&self.held))?;
            self.held = Vec::new();
        }
        self.archive.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Carries originals from the raw zone into an archive.
pub(super) struct Carrier<'c, 'o, 'a> {
    pub(super) archive: &'c mut Archive<'o>,
    pub(super) opener: &'c mut Opener<'a>,
    pub(super) kept: &'c mut Kept,
    /// The address for e-mails to and from the customer.
    pub(super) address: Option<&'c str>,
}

impl Carrier<'_, '_, '_> {
    /// All originals of an event; `shown` when the first page will show how they begin.
    pub(super) fn carry(&mut self, told: &Told, shown: bool) -> Result<(), OpError> {
        if told.is_erased {
            self.kept.withheld.push(Withheld::new("personal fields", Some(told.event), Reason::Erased));
        }
        for reference in &told.originals {
            let Some((text, path)) = self.one(told, reference)? else { continue };
            self.made_of(told, reference, &text, &path)?;
            if shown && reference.is_field {
                let excerpt = String::from_utf8_lossy(&text).chars().take(EXCERPT).collect();
                self.kept.excerpts.insert((told.event, reference.index), excerpt);
            }
        }
        Ok(())
    }

    /// One original; gives its bytes if they were held.
    fn one(&mut self, told: &Told, reference: &Reference) -> Result<Option<(Vec<u8>, String)>, OpError> {
        let (event, index) = (told.event, reference.index);
        let mut passage = Passage { archive: self.archive, event, index, held: Vec::new(), begun: None };
        let opened = self.opener.stream(reference.open, &mut passage);
        let meta = match opened {
            Ok(meta) => meta,
            Err(error) => {
                let begun = passage.begun;
                return self.withhold(told, reference, begun, opener::withheld(error)?).map(|()| None);
            }
        };
        let (begun, was_held) = (passage.begun, passage.begun.is_none());
        if was_held {
            passage.begin(name::suffix(&meta.media_type)).map_err(interrupted)?;
        }
        let (suffix, held) = (passage.begun.or(begun).unwrap_or("bin"), passage.held);
        let path = name::original(event, index, suffix);
        self.archive.end(file(told, &meta));
        self.kept.suffixes.insert((event, index), suffix);
        self.kept.count += 1;
        Ok(was_held.then_some((held, path)))
    }

    /// Notes what did not open. Of a large one the beginning may be in the archive already; then it is marked.
    fn withhold(
        &mut self,
        told: &Told,
        reference: &Reference,
        begun: Option<&'static str>,
        reason: Reason,
    ) -> Result<(), OpError> {
        let mut missing = Withheld::new(&reference.part, Some(told.event), reason);
        if let Some(suffix) = begun {
            missing.path = Some(name::original(told.event, reference.index, suffix));
            let file = File {
                event: Some(told.event),
                incomplete: true,
                ..File::of("attachment", "application/octet-stream")
            };
            self.archive.end(file);
        }
        self.kept.withheld.push(missing);
        Ok(())
    }

    /// What other programs read more easily than the bare text.
    fn made_of(&mut self, told: &Told, reference: &Reference, text: &[u8], path: &str) -> Result<(), OpError> {
        if !reference.is_field {
            return Ok(());
        }
        let made = |category, media_type| File {
            event: Some(told.event),
            identity: told.identities.first().cloned(),
            made_from: Some(path.to_owned()),
            ..File::of(category, media_type)
        };
        if reference.part == "transcript" {
            let transcript = vtt::vtt(&String::from_utf8_lossy(text), told.number("seconds"));
            let path = format!("calls/{}-{}.vtt", told.event, reference.index);
            return self.archive.put(&path, made("call", "text/vtt"), transcript.as_bytes());
        }
        let Some(way) = way(&told.kind).filter(|_| reference.part == "text") else { return Ok(()) };
        let id = format!("{}-{}", told.event, reference.index);
        let mail =
            Mail { id: &id, time: told.time, way, customer: self.address, subject: told.text("subject"), body: text };
        let folder = if way == Way::Draft { "mail/drafts" } else { "mail" };
        self.archive.put(&format!("{folder}/{id}.eml"), made("mail", "message/rfc822"), mail::message(&mail).as_bytes())
    }
}

fn way(kind: &str) -> Option<Way> {
    match kind {
        "email.received" => Some(Way::In),
        "email.sent" => Some(Way::Out),
        "email.drafted" => Some(Way::Draft),
        _ => None,
    }
}

fn file(told: &Told, meta: &OpenedMeta) -> File {
    let category = match meta.category {
        Category::Message => "message",
        Category::Call => "call",
        Category::Attachment => "attachment",
        Category::Web => "web",
        Category::Import => "import",
        Category::Other => "other",
    };
    File {
        original_name: meta.name.clone(),
        identity: told.identities.first().cloned(),
        event: Some(told.event),
        ..File::of(category, &meta.media_type)
    }
}
