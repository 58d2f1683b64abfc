//! A sealed block: many records in one blob, so that a batch is one insert.
//!
//! Layout: header (magic `JWB`, format, suite, region, count), one entry per record, then the
//! ciphertexts one after the other. An entry says whose record it is, which keys open it and where
//! its ciphertext stands; all of it is associated data. What is sealed is a head (time, media type,
//! file name, kind of body) followed by the body's bytes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crypto::{Broken, COMMITMENT, FORMAT, NONCE, Parent, SUITE, TAG, fill_random};
use crate::error::VaultError;
use crate::item::{IdentityAlias, RecordId};
use crate::ring::{Bucket, Place};

const MAGIC: [u8; 3] = *b"JWB";
/// Bytes before the first entry.
pub(crate) const HEADER: usize = MAGIC.len() + 2 + 8 + 4;
/// Bytes of one entry.
pub(crate) const ENTRY: usize = 16 + 32 + 1 + 4 + NONCE + COMMITMENT + 4 + 4;
const RECORD: &[u8] = b"record";

/// What a record's ciphertext hides besides its bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedHead<'a> {
    pub(crate) time_ms: i64,
    #[serde(borrow)]
    pub(crate) media_type: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) name: Option<Cow<'a, str>>,
    pub(crate) body: SealedBody,
}

/// Where the original is: after the head, or in an object of its own with the key to it.
#[derive(Serialize, Deserialize)]
pub(crate) enum SealedBody {
    Inline,
    Object(BoundObject),
}

/// An attachment bound to a record.
#[derive(Serialize, Deserialize)]
pub(crate) struct BoundObject {
    pub(crate) id: [u8; 16],
    pub(crate) key: [u8; 32],
    pub(crate) bytes: u64,
}

impl Drop for BoundObject {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// A record's entry in its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bucket: Bucket,
    pub(crate) record: RecordId,
    nonce: [u8; NONCE],
    commitment: [u8; COMMITMENT],
    /// Place of the ciphertext after the last entry, in bytes.
    offset: u32,
    /// Bytes of ciphertext and tag.
    length: u32,
}

/// Takes a fixed number of bytes off the front.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N], Broken> {
    let (head, rest) = bytes.split_first_chunk().ok_or(Broken)?;
    *bytes = rest;
    Ok(head)
}

/// Reads a block's header and gives the number of records.
pub(crate) fn parse_header(mut bytes: &[u8], place: &Place) -> Result<u32, Broken> {
    let magic = take::<3>(&mut bytes)?;
    let &[format, suite] = take(&mut bytes)?;
    let region = take::<8>(&mut bytes)?;
    let count = u32::from_le_bytes(*take(&mut bytes)?);
    let known = *magic == MAGIC && (format, suite) == (FORMAT, SUITE) && *region == place.region;
    if known { Ok(count) } else { Err(Broken) }
}

impl Entry {
    pub(crate) fn parse(mut bytes: &[u8]) -> Result<Self, Broken> {
        let from = &mut bytes;
        let alias = IdentityAlias(*take(from)?);
        let record = RecordId(*take(from)?);
        let &[category] = take(from)?;
        let quarter = i32::from_le_bytes(*take(from)?);
        Ok(Self {
            bucket: Bucket { alias, category, quarter },
            record,
            nonce: *take(from)?,
            commitment: *take(from)?,
            offset: u32::from_le_bytes(*take(from)?),
            length: u32::from_le_bytes(*take(from)?),
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.bucket.alias.0);
        to.extend_from_slice(&self.record.0);
        to.push(self.bucket.category);
        to.extend_from_slice(&self.bucket.quarter.to_le_bytes());
        to.extend_from_slice(&self.nonce);
        to.extend_from_slice(&self.commitment);
        to.extend_from_slice(&self.offset.to_le_bytes());
        to.extend_from_slice(&self.length.to_le_bytes());
    }

    /// Where the ciphertext stands in a block of that many records: first byte and length.
    pub(crate) fn range(&self, count: u32) -> (usize, usize) {
        (HEADER + ENTRY * count as usize + self.offset as usize, self.length as usize)
    }

    /// Opens the ciphertext with the bucket's key and gives head and body together.
    pub(crate) fn open(&self, place: &Place, key: &Parent, sealed: &[u8]) -> Result<OpenRecord, Broken> {
        let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(Broken)?;
        let cipher = key.derive(RECORD, &self.record.0).committed(&self.commitment)?;
        let mut text = Zeroizing::new(text.to_vec());
        cipher.open(&self.nonce, &aad(place, &self.bucket, &self.record), &mut text, tag)?;
        let (length, _) = text.split_first_chunk().ok_or(Broken)?;
        let body_at = 4 + u32::from_le_bytes(*length) as usize;
        if body_at > text.len() { Err(Broken) } else { Ok(OpenRecord { text, body_at }) }
    }
}

/// A record's plaintext, wiped on drop.
pub(crate) struct OpenRecord {
    text: Zeroizing<Vec<u8>>,
    body_at: usize,
}

impl OpenRecord {
    pub(crate) fn head(&self) -> Result<SealedHead<'_>, Broken> {
        let head = self.text.get(4..self.body_at).ok_or(Broken)?;
        postcard::from_bytes(head).map_err(|_| Broken)
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.text.get(self.body_at..).unwrap_or_default()
    }
}

/// Suite, format, workspace, region, identity, category, quarter and record: a row moved anywhere
/// else does not open.
fn aad(place: &Place, bucket: &Bucket, record: &RecordId) -> [u8; 79] {
    let mut aad = [0; 79];
    let quarter = bucket.quarter.to_le_bytes();
    let parts = [SUITE, FORMAT].into_iter().chain(place.workspace).chain(place.region).chain(bucket.alias.0);
    let parts = parts.chain([bucket.category]).chain(quarter).chain(record.0);
    aad.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    aad
}

/// Packs records into a block.
pub(crate) struct BlockBuilder {
    place: Place,
    count: u32,
    entries: Vec<u8>,
    sealed: Vec<u8>,
    /// One for each record to come, drawn at once.
    nonces: Vec<[u8; NONCE]>,
}

impl BlockBuilder {
    /// A builder for that many records with that many bytes of bodies.
    pub(crate) fn new(place: Place, records: usize, body_bytes: usize) -> Result<Self, VaultError> {
        let mut nonces = vec![[0; NONCE]; records];
        fill_random(nonces.as_flattened_mut())?;
        let sealed = Vec::with_capacity(body_bytes + records * 64);
        Ok(Self { place, count: 0, entries: Vec::with_capacity(records * ENTRY), sealed, nonces })
    }

    /// Seals one record with its bucket's key.
    pub(crate) fn push(
        &mut self,
        key: &Parent,
        bucket: Bucket,
        record: RecordId,
        head: &SealedHead<'_>,
        body: &[u8],
    ) -> Result<(), VaultError> {
        let too_large = |_| VaultError::Storage(0);
        let offset = self.sealed.len();
        self.push_text(head, body)?;
        let nonce = self.nonces.pop().ok_or(VaultError::Storage(0))?;
        let derived = key.derive(RECORD, &record.0);
        let text = self.sealed.get_mut(offset..).unwrap_or_default();
        let tag = derived.cipher().seal(&nonce, &aad(&self.place, &bucket, &record), text);
        self.sealed.extend_from_slice(&tag.map_err(|Broken| VaultError::Storage(0))?);
        let length = u32::try_from(self.sealed.len() - offset).map_err(too_large)?;
        let offset = u32::try_from(offset).map_err(too_large)?;
        Entry { bucket, record, nonce, commitment: derived.commitment, offset, length }.write(&mut self.entries);
        self.count += 1;
        Ok(())
    }

    fn push_text(&mut self, head: &SealedHead<'_>, body: &[u8]) -> Result<(), VaultError> {
        let mut packed = Zeroizing::new([0; 3 * crate::limits::TEXT_BYTES]);
        let packed = postcard::to_slice(head, packed.as_mut()).map_err(|_| VaultError::Protocol)?;
        let length = u32::try_from(packed.len()).map_err(|_| VaultError::Protocol)?;
        self.sealed.extend_from_slice(&length.to_le_bytes());
        self.sealed.extend_from_slice(packed);
        self.sealed.extend_from_slice(body);
        Ok(())
    }

    /// The whole block.
    pub(crate) fn finish(self) -> Vec<u8> {
        let count = self.count.to_le_bytes();
        [&MAGIC[..], &[FORMAT, SUITE], &self.place.region, &count, &self.entries, &self.sealed].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { workspace: [1; 16], region: *b"cn\0\0\0\0\0\0" };
    const BUCKET: Bucket = Bucket { alias: IdentityAlias([2; 16]), category: 1, quarter: 8_100 };

    /// Opens the second of the block's two records as the opener does, with another bucket's key if
    /// the entry says so.
    fn open(block: &[u8], place: &Place) -> Result<Vec<u8>, Broken> {
        let count = parse_header(block, place)?;
        let entry = Entry::parse(block.get(HEADER + ENTRY..).ok_or(Broken)?)?;
        if (entry.bucket, entry.record) != (BUCKET, RecordId([4; 32])) {
            return Err(Broken);
        }
        let (at, length) = entry.range(count);
        let sealed = block.get(at..).and_then(|rest| rest.get(..length)).ok_or(Broken)?;
        let opened = entry.open(place, &Parent::new(&[9; 32]), sealed)?;
        assert_eq!(opened.head()?.name.as_deref(), Some("a.pdf"));
        Ok(opened.body().to_vec())
    }

    fn block() -> Vec<u8> {
        let mut block = BlockBuilder::new(PLACE, 2, 10).unwrap();
        for record in [3, 4] {
            let (media_type, name) = ("text/plain".into(), Some("a.pdf".into()));
            let head = SealedHead { time_ms: 5, media_type, name, body: SealedBody::Inline };
            block.push(&Parent::new(&[9; 32]), BUCKET, RecordId([record; 32]), &head, &[record; 5]).unwrap();
        }
        block.finish()
    }

    #[test]
    fn one_changed_bit_anywhere_and_the_record_stays_shut() {
        let block = block();
        assert_eq!(open(&block, &PLACE), Ok(vec![4; 5]));
        let first = HEADER..HEADER + ENTRY;
        let (at, _) = Entry::parse(&block[HEADER + ENTRY..]).unwrap().range(2);
        let others = first.chain(HEADER + 2 * ENTRY..at).collect::<Vec<_>>();
        for byte in (0..block.len()).filter(|byte| !others.contains(byte)) {
            let mut changed = block.clone();
            changed[byte] ^= 0x10;
            assert_eq!(open(&changed, &PLACE), Err(Broken), "byte {byte}");
            assert_eq!(open(&block[..byte], &PLACE), Err(Broken));
        }
        let elsewhere = [Place { workspace: [0; 16], ..PLACE }, Place { region: *b"eu\0\0\0\0\0\0", ..PLACE }];
        elsewhere.iter().for_each(|place| assert_eq!(open(&block, place), Err(Broken)));
    }

    #[test]
    fn every_part_of_the_entry_is_bound() {
        let (block, key) = (block(), Parent::new(&[9; 32]));
        let entry = Entry::parse(&block[HEADER..]).unwrap();
        let (at, length) = entry.range(2);
        let sealed = &block[at..at + length];
        assert!(entry.open(&PLACE, &key, sealed).is_ok());
        let bucket = [
            Bucket { alias: IdentityAlias([0; 16]), ..BUCKET },
            Bucket { category: 2, ..BUCKET },
            Bucket { quarter: 0, ..BUCKET },
        ];
        let moved = bucket.map(|bucket| Entry { bucket, ..entry.clone() });
        let renamed = Entry { record: RecordId([4; 32]), ..entry.clone() };
        assert!(moved.iter().chain([&renamed]).all(|entry| entry.open(&PLACE, &key, sealed).is_err()));
        assert!(entry.open(&PLACE, &Parent::new(&[8; 32]), sealed).is_err());
    }
}
