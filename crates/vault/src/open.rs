//! Opening: verify the grant, write the audit row, then and only then touch keys.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::audit::{AuditLog, Draft};
use crate::block::{Entry, OpenRecord, SealedBody};
use crate::crypto::{Broken, Parent};
use crate::db::Database;
use crate::error::{Limited, VaultError};
use crate::grant::Grant;
use crate::item::{Category, IdentityAlias, OpenRef, Opened, OpenedMeta};
use crate::keys::{self, NoKey};
use crate::limits;
use crate::object::{Download, Objects, ReadError};
use crate::ring::{Bucket, Ring};
use crate::stored::StoredBlock;

/// What one connection reads with.
pub(crate) struct Opener {
    pub(crate) raw: Connection,
    pub(crate) keys: Connection,
    objects: Objects,
    ring: Arc<Ring>,
}

/// What one call has at hand: the keys it unwrapped, wiped at its end, and the block it read last.
#[derive(Default)]
struct Call<'db> {
    keys: HashMap<Bucket, Parent>,
    block: Option<StoredBlock<'db>>,
}

/// An original on its way out.
pub(crate) enum Source {
    Inline(Zeroizing<Vec<u8>>),
    Object(Box<Download>),
}

/// Why a record does not open.
pub(crate) enum Shut {
    Missing,
    Erased,
    Tampered,
    Storage(VaultError),
}

impl Shut {
    fn at(self, index: usize) -> VaultError {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        match self {
            Self::Missing => VaultError::Missing { index },
            Self::Erased => VaultError::Erased { index },
            Self::Tampered => VaultError::Tampered { index },
            Self::Storage(error) => error,
        }
    }
}

impl From<Broken> for Shut {
    fn from(_: Broken) -> Self {
        Self::Tampered
    }
}

impl From<rusqlite::Error> for Shut {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<NoKey> for Shut {
    fn from(error: NoKey) -> Self {
        match error {
            NoKey::Gone => Self::Erased,
            NoKey::Broken => Self::Tampered,
            NoKey::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<ReadError> for Shut {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Gone => Self::Erased,
            ReadError::Broken => Self::Tampered,
            ReadError::Io(error) => Self::Storage(error.into()),
        }
    }
}

/// Writes the attempt into the audit log and says whether it may go on. Without the row on disk
/// nothing does.
pub(crate) fn admit(audit: &Mutex<AuditLog>, grant: &Grant, refs: &[OpenRef], now_ms: i64) -> Result<(), VaultError> {
    let over = |what, max: usize| Err(VaultError::Limit { what, max: max as u64 });
    if refs.len() > limits::OPEN_ITEMS || grant.identities.len() > limits::IDENTITIES {
        return over(Limited::Items, limits::OPEN_ITEMS);
    }
    if grant.actor.len() > limits::TEXT_BYTES {
        return over(Limited::TextBytes, limits::TEXT_BYTES);
    }
    let wanted: BTreeSet<IdentityAlias> = refs.iter().map(|(alias, ..)| *alias).collect();
    let verdict = grant.check(&wanted, now_ms);
    let draft = Draft::opening(grant, wanted, refs, verdict, now_ms);
    audit.lock().map_err(|_| VaultError::Storage(0))?.append(&draft)?;
    verdict.map_err(VaultError::Denied)
}

impl Opener {
    pub(crate) fn new(raw_dir: &Path, objects: Objects, ring: Arc<Ring>) -> Result<Self, VaultError> {
        Ok(Self { raw: Database::Raw.read(raw_dir)?, keys: Database::Keys.read(raw_dir)?, objects, ring })
    }

    /// Opens records into memory. The call was admitted.
    pub(crate) fn open(&self, refs: &[OpenRef]) -> Result<Vec<Opened>, VaultError> {
        let mut call = Call::default();
        let mut left = limits::OPEN_BYTES;
        let mut opened = Vec::with_capacity(refs.len());
        for (index, reference) in refs.iter().enumerate() {
            let (meta, source) = self.find(&mut call, reference).map_err(|shut| shut.at(index))?;
            let over = VaultError::Limit { what: Limited::OpenBytes, max: limits::OPEN_BYTES };
            left = left.checked_sub(meta.bytes).ok_or(over)?;
            let body = collect(source).map_err(|shut| shut.at(index))?;
            opened.push(Opened { meta, body });
        }
        Ok(opened)
    }

    /// Opens one record of any size for streaming. The call was admitted.
    pub(crate) fn open_one(&self, reference: &OpenRef) -> Result<(OpenedMeta, Source), VaultError> {
        self.find(&mut Call::default(), reference).map_err(|shut| shut.at(0))
    }

    fn find<'db>(&'db self, call: &mut Call<'db>, (alias, record, at): &OpenRef) -> Result<(OpenedMeta, Source), Shut> {
        let block = match call.block.take().filter(|block| block.number == at.block) {
            Some(block) => block,
            None => StoredBlock::open(&self.raw, at.block, &self.ring.place)?,
        };
        let (entry, sealed) = call.block.insert(block).record(at.index)?;
        if entry.bucket.alias != *alias || entry.record != *record {
            return Err(Shut::Missing);
        }
        let key = match call.keys.entry(entry.bucket) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(free) => free.insert(keys::bucket(&self.keys, &self.ring, &entry.bucket)?),
        };
        let text = entry.open(&self.ring.place, key, &sealed)?;
        self.source(&entry, &text)
    }

    fn source(&self, entry: &Entry, text: &OpenRecord) -> Result<(OpenedMeta, Source), Shut> {
        let head = text.head()?;
        let (bytes, source) = match &head.body {
            SealedBody::Inline => (text.body().len() as u64, Source::Inline(Zeroizing::new(text.body().to_vec()))),
            SealedBody::Object(bound) => {
                (bound.bytes, Source::Object(Box::new(self.objects.read(&bound.id, &bound.key, bound.bytes)?)))
            }
        };
        let meta = OpenedMeta {
            identity: entry.bucket.alias,
            record: entry.record,
            category: Category::from_code(entry.bucket.category).ok_or(Shut::Tampered)?,
            time_ms: head.time_ms,
            media_type: head.media_type.into_owned(),
            name: head.name.map(Into::into),
            bytes,
        };
        Ok((meta, source))
    }
}

fn collect(source: Source) -> Result<Vec<u8>, Shut> {
    match source {
        Source::Inline(bytes) => Ok(bytes.to_vec()),
        Source::Object(mut download) => {
            let mut body = Vec::new();
            while let Some(chunk) = download.next()? {
                body.extend_from_slice(&chunk);
            }
            Ok(body)
        }
    }
}

impl Source {
    /// Gives the original piece by piece.
    pub(crate) fn each<E>(self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<Result<(), E>, VaultError> {
        match self {
            Self::Inline(bytes) => Ok(bytes.chunks(limits::PIECE_BYTES).try_for_each(take)),
            Self::Object(mut download) => {
                while let Some(chunk) = download.next().map_err(|error| Shut::from(error).at(0))? {
                    if let Err(error) = take(&chunk) {
                        return Ok(Err(error));
                    }
                }
                Ok(Ok(()))
            }
        }
    }
}
