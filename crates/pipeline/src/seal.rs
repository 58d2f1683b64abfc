//! Step 2: originals to the raw zone, before anything is logged.

use domain::{Rejection, RejectionCode};
use store::log::Part;
use store::{Connection, StoreError};
use vault::{Category, Client, IdentityAlias, Limited, RawRef, RecordId, SealBody, SealItem, VaultError};

use crate::recognise::{Original, Recognised};

/// The alias of events that carry no identifier.
pub const NOBODY: IdentityAlias = IdentityAlias([0; 16]);
/// The setting that says up to which block the last sweep looked.
const SWEPT: &str = "swept";

/// The name of an original in the raw zone: its event's digest and its part.
#[must_use]
pub fn record_id(digest: &[u8; 16], part: Part) -> RecordId {
    let code = match part {
        Part::Field(field) => [0, field.0],
        Part::Undeclared => [1, 0],
        Part::Attachment(place) => [2, place],
    };
    let mut hasher = blake3::Hasher::new_derive_key("jingwei 2026 raw record v1");
    hasher.update(digest);
    code.iter().for_each(|number| {
        hasher.update(&number.to_le_bytes());
    });
    RecordId(*hasher.finalize().as_bytes())
}

/// Under whose key an event's originals are sealed.
#[must_use]
pub fn alias(event: &Recognised) -> IdentityAlias {
    event.who.first().map_or(NOBODY, |(_, hash)| IdentityAlias(*hash))
}

/// An event with the places of its originals in their order, or why they could not be sealed. The event may still turn out
/// to have been seen before, so it goes on either way.
pub type Sealed = (Recognised, Result<Vec<RawRef>, Rejection>);

/// The most originals sealed in one call.
const CALL_ITEMS: usize = 4_096;
/// The most bytes of originals sealed in one call, but for one that is larger by itself.
const CALL_BYTES: usize = 16 << 20;

/// Seals the originals of many events, in calls of bounded size. Once the raw zone is down it is not asked again.
pub fn seal(vault: &Client, events: Vec<Recognised>) -> Vec<Sealed> {
    let mut sealed: Vec<Sealed> = Vec::with_capacity(events.len());
    let mut down = false;
    let mut seal_call = |events| {
        let done = if down { refuse(events, &unavailable()) } else { seal_together(vault, events) };
        down |= done.iter().any(is_down);
        sealed.extend(done);
    };
    let (mut call, mut items, mut bytes) = (Vec::new(), 0, 0);
    for event in events {
        let (more, size) = (event.originals.len(), event.originals.iter().map(size).sum::<usize>());
        if items > 0 && (items + more > CALL_ITEMS || bytes + size > CALL_BYTES) {
            seal_call(std::mem::take(&mut call));
            (items, bytes) = (0, 0);
        }
        call.push(event);
        (items, bytes) = (items + more, bytes + size);
    }
    seal_call(call);
    sealed
}

fn size(original: &Original) -> usize {
    match &original.body {
        SealBody::Bytes(bytes) => bytes.len(),
        SealBody::Object { .. } => 0,
    }
}

fn is_down((_, places): &Sealed) -> bool {
    places.as_ref().is_err_and(|rejection| rejection.code == RejectionCode::VaultUnavailable)
}

fn seal_together(vault: &Client, events: Vec<Recognised>) -> Vec<Sealed> {
    let items: Vec<SealItem> = events.iter().flat_map(items).collect();
    if items.is_empty() {
        return events.into_iter().map(|event| (event, Ok(Vec::new()))).collect();
    }
    match vault.seal(&items) {
        Ok(refs) => {
            let mut refs = refs.into_iter();
            let with = |event: Recognised| {
                let places = refs.by_ref().take(event.originals.len()).collect();
                (event, Ok(places))
            };
            events.into_iter().map(with).collect()
        }
        Err(error) if !is_final(&error) => {
            tracing::warn!(%error, "originals could not be sealed; their senders are told to try again");
            refuse(events, &unavailable())
        }
        Err(error) if events.len() > 1 => {
            tracing::warn!(%error, "a batch of originals was refused; trying them one by one");
            events.into_iter().flat_map(|event| seal_together(vault, vec![event])).collect()
        }
        Err(error) => refuse(events, &refused(&error)),
    }
}

/// Whether the event itself is at fault, so that sending it again would not help. A raw zone that is busy, full or gone is not.
const fn is_final(error: &VaultError) -> bool {
    match error {
        VaultError::Limit { what, .. } => !matches!(what, Limited::Connections),
        VaultError::ObjectMissing { .. } => true,
        _ => false,
    }
}

/// Deletes what was sealed for a commit that never came. To be called by the one writer before it takes anything: only then is
/// whatever the log does not name such, and no commit of a writer before it can still be under way.
pub(crate) fn sweep(db: &mut Connection, vault: &Client) -> Result<(), StoreError> {
    let mut from = db.setting(SWEPT)?.and_then(|block| block.parse().ok()).unwrap_or(0);
    loop {
        match sweep_page(db, vault, from)? {
            Ok(None) => return Ok(()),
            Ok(Some(last)) => from = last,
            Err(error) => {
                tracing::warn!(%error, "what was sealed for commits that never came stays until the next start");
                return Ok(());
            }
        }
        db.set_setting(SWEPT, &from.to_string())?;
    }
}

/// Looks through some of the blocks after one, and gives the last; none when there is no more.
fn sweep_page(db: &mut Connection, vault: &Client, from: u64) -> Result<Result<Option<u64>, VaultError>, StoreError> {
    let known = db.raw_blocks_after(from)?;
    Ok(vault.blocks_after(from).and_then(|mut sealed| {
        let last = sealed.last().copied();
        sealed.retain(|block| known.binary_search(block).is_err());
        if !sealed.is_empty() {
            let count = vault.sweep(&sealed)?;
            tracing::info!(count, "blocks were sealed for commits that never came; they are deleted");
        }
        Ok(last)
    }))
}

fn refuse(events: Vec<Recognised>, why: &Rejection) -> Vec<Sealed> {
    let with = |event: Recognised| {
        let places = if event.originals.is_empty() { Ok(Vec::new()) } else { Err(why.clone()) };
        (event, places)
    };
    events.into_iter().map(with).collect()
}

/// The raw zone is down.
#[must_use]
pub fn unavailable() -> Rejection {
    let (zh, en) = ("原始数据区暂不可用，请稍后重发", "the raw zone is down; send this event again later");
    Rejection::new(RejectionCode::VaultUnavailable, "data", zh, en)
}

fn refused(error: &VaultError) -> Rejection {
    match error {
        VaultError::ObjectMissing { .. } => {
            let (zh, en) = (
                "附件尚未上传，请先 PUT /v1/originals/{sha256}",
                "the attachment was not uploaded; PUT /v1/originals/{sha256} first",
            );
            Rejection::new(RejectionCode::AttachmentMissing, "data.attachments", zh, en)
        }
        error => {
            tracing::warn!(%error, "an original was refused");
            Rejection::invalid("data", "原文无法封存", "the original cannot be sealed")
        }
    }
}

fn items(event: &Recognised) -> impl Iterator<Item = SealItem> {
    let identity = alias(event);
    event.originals.iter().map(move |original| SealItem {
        identity,
        record: record_id(&event.digest, original.part),
        category: category(event, original.part),
        time_ms: event.time.ms(),
        media_type: original.media_type.clone(),
        name: original.name.clone(),
        body: match &original.body {
            SealBody::Bytes(bytes) => SealBody::Bytes(bytes.clone()),
            SealBody::Object { sha256 } => SealBody::Object { sha256: *sha256 },
        },
    })
}

fn category(event: &Recognised, part: Part) -> Category {
    match part {
        Part::Attachment(_) => Category::Attachment,
        Part::Undeclared => Category::Other,
        Part::Field(_) if event.history => Category::Import,
        Part::Field(_) => Category::Message,
    }
}
