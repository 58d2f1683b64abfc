//! A block as it stands in the database: read in pieces, never as a whole.

use rusqlite::Connection;
use rusqlite::blob::Blob;

use crate::block::{ENTRY, Entry, HEADER, parse_header};
use crate::open::Shut;
use crate::ring::Place;

/// One block, open for reading.
pub(crate) struct StoredBlock<'db> {
    pub(crate) number: u64,
    blob: Blob<'db>,
    count: u32,
}

impl<'db> StoredBlock<'db> {
    pub(crate) fn open(db: &'db Connection, number: u64, place: &Place) -> Result<Self, Shut> {
        let row = i64::try_from(number).map_err(|_| Shut::Missing)?;
        if !db.prepare_cached("SELECT 1 FROM blocks WHERE id = ?1")?.exists([row])? {
            return Err(Shut::Missing);
        }
        let blob = db.blob_open("main", "blocks", "body", row, true)?;
        let mut block = Self { number, blob, count: 0 };
        block.count = parse_header(&block.piece(0, HEADER)?, place)?;
        Ok(block)
    }

    /// The entry and ciphertext of one record.
    pub(crate) fn record(&self, index: u32) -> Result<(Entry, Vec<u8>), Shut> {
        if index >= self.count {
            return Err(Shut::Missing);
        }
        let entry = Entry::parse(&self.piece(HEADER + ENTRY * index as usize, ENTRY)?)?;
        let (at, bytes) = entry.range(self.count);
        let sealed = self.piece(at, bytes)?;
        Ok((entry, sealed))
    }

    fn piece(&self, at: usize, bytes: usize) -> Result<Vec<u8>, Shut> {
        if at.checked_add(bytes).is_none_or(|end| end > self.blob.len()) {
            return Err(Shut::Tampered);
        }
        let mut piece = vec![0; bytes];
        self.blob.read_at_exact(&mut piece, at)?;
        Ok(piece)
    }
}
