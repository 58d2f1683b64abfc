//! The log: one block per commit, each a compressed run of entries. An entry's `seq` is its block's plus its place.

use base::{AttachmentId, CommentId, CustomerId, IdentityId, MergeId, ObjectId, RecordId, RuleId, Timestamp, UserId};
use domain::object::FieldNumber;
use domain::{FieldId, KindId, Value};
use serde::{Deserialize, Serialize};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// The form that is written today.
const VERSION: u8 = 1;
/// zstd's level: the fastest that still halves the size.
const LEVEL: i32 = 1;

/// Something that happened, at its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// An event came.
    Event(Event),
    /// A customer's windows moved past a point.
    Timer {
        /// Whose.
        customer: CustomerId,
        /// The point.
        point: Timestamp,
    },
    /// A rule was switched on, changed or off: its state as JSON.
    Rule {
        /// Which.
        rule: RuleId,
        /// The rule as JSON; none when it is off.
        body: Option<String>,
    },
    /// A rule was begun, or ended, for a customer.
    Begin {
        /// Which rule.
        rule: RuleId,
        /// For whom.
        customer: CustomerId,
    },
    /// A merge was undone.
    Unmerge {
        /// Which.
        merge: MergeId,
    },
    /// All rules were looked at again for a customer whose history was too long to do so at once.
    Restate {
        /// Whose.
        customer: CustomerId,
    },
    /// An object was made or changed.
    Object {
        /// Who did: the id of a person or key, or `local`.
        actor: String,
        /// The object as JSON.
        body: String,
    },
    /// A record was written.
    Record(RecordEntry),
    /// Identities were erased: what they are called, what was said under them, and what opens it in the log.
    Erased {
        /// Who did: the id of a person or key, or `local`.
        actor: String,
        /// Which.
        identities: Vec<IdentityId>,
    },
    /// A comment was written, changed or removed.
    Comment(CommentEntry),
}

/// What was done to a comment on a record, as logged: its text only as ciphertext.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommentEntry {
    /// Of which object the record is.
    pub object: ObjectId,
    /// On which record.
    pub record: RecordId,
    /// Which comment; that of its making is this place.
    pub comment: CommentId,
    /// What was done.
    pub act: CommentAct,
    /// Who did: the id of a person or key, or `local`.
    pub actor: String,
    /// Whom its text names.
    pub mentions: Vec<UserId>,
    /// What no other message under the record's key has.
    pub nonce: [u8; 12],
    /// The text, encrypted under the record's key for what tells of a person; empty where it was removed.
    #[serde(with = "serde_bytes_vec")]
    pub text: Vec<u8>,
}

/// What was done to a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommentAct {
    /// It was written.
    Added,
    /// Its text was changed.
    Changed,
    /// It was removed.
    Removed,
}

/// A change to a record as logged: its values only as ciphertext.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordEntry {
    /// Of which object.
    pub object: ObjectId,
    /// Which record.
    pub record: RecordId,
    /// The record's version after it.
    pub version: u32,
    /// What was done.
    pub act: RecordAct,
    /// Who did: the id of a person or key, or `local`.
    pub actor: String,
    /// The place of the change that it takes back.
    pub undoes: Option<u64>,
    /// The place of the first change of those that were made as one, if there were several.
    pub batch: Option<u64>,
    /// What no other message under the record's key has.
    pub nonce: [u8; 12],
    /// The fields with their values before and after, encrypted under the record's key.
    #[serde(with = "serde_bytes_vec")]
    pub values: Vec<u8>,
}

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordAct {
    /// It was made.
    Added,
    /// Values were changed.
    Changed,
    /// It was put into the trash.
    Trashed,
    /// It was taken out of the trash.
    Restored,
    /// What it told of a person was taken away, and what opens that in the log. The entry has all values that are left.
    Erased,
    /// A file was attached; the entry has what it is, and its place is the file's number.
    Attached,
    /// A file was removed, and can be put back for a while.
    Detached(AttachmentId),
    /// A file was put back.
    Reattached(AttachmentId),
    /// A file was destroyed.
    Destroyed(AttachmentId),
    /// As [`Self::Attached`], to a field.
    Filed(FieldNumber),
}

impl RecordAct {
    /// The file that was attached, removed, put back or destroyed by the entry at this place; none where it was something else.
    #[must_use]
    pub const fn attachment(self, seq: u64) -> Option<AttachmentId> {
        match self {
            Self::Attached | Self::Filed(_) => Some(AttachmentId::new(seq)),
            Self::Detached(id) | Self::Reattached(id) | Self::Destroyed(id) => Some(id),
            Self::Added | Self::Changed | Self::Trashed | Self::Restored | Self::Erased => None,
        }
    }
}

/// An event as logged: no identifier value, no original, and personal values only as ciphertext.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The keyed digest of source and id.
    pub digest: [u8; 16],
    /// Its source's number.
    pub source: u32,
    /// Its kind.
    pub kind: KindId,
    /// When it happened.
    pub time: Timestamp,
    /// Whether it came as history: no effects follow.
    pub history: bool,
    /// The identities seen, strongest first.
    pub who: Vec<IdentityId>,
    /// Plain values.
    pub plain: Vec<(FieldId, Value)>,
    /// Personal values, encrypted under the profile key of the strongest identity; empty if none.
    #[serde(with = "serde_bytes_vec")]
    pub personal: Vec<u8>,
    /// Where its originals stand in the block of the raw zone that was sealed with this commit.
    pub originals: Vec<Original>,
}

/// A reference into the raw zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// What it is.
    pub part: Part,
    /// The raw zone's block.
    pub block: u64,
    /// The place in that block.
    pub index: u32,
}

/// What an original is of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// A declared field.
    Field(FieldId),
    /// All members that nobody declared, as one JSON object.
    Undeclared,
    /// An attachment, by its place among the event's.
    Attachment(u16),
}

mod serde_bytes_vec {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        <&[u8]>::deserialize(from).map(<[u8]>::to_vec)
    }
}

/// A commit's entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The place of the first entry.
    pub seq: u64,
    /// When the commit was made.
    pub received_at: Timestamp,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Block {
    /// The entries with their places.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Entry)> {
        (self.seq..).zip(&self.entries)
    }

    /// The entries as bytes.
    ///
    /// # Errors
    /// Memory ran out.
    pub fn pack(entries: &[Entry]) -> Result<Vec<u8>, StoreError> {
        let plain = postcard::to_stdvec(entries).map_err(|error| StoreError::corrupt("a block of the log", error))?;
        let mut packed = vec![VERSION];
        let body =
            zstd::bulk::compress(&plain, LEVEL).map_err(|error| StoreError::corrupt("a block of the log", error))?;
        packed.extend(u32::try_from(plain.len()).unwrap_or(u32::MAX).to_le_bytes());
        packed.extend(body);
        Ok(packed)
    }

    fn unpack(packed: &[u8]) -> Result<Vec<Entry>, StoreError> {
        let corrupt = |why: &str| StoreError::corrupt("a block of the log", why);
        let (version, rest) = packed.split_first().ok_or_else(|| corrupt("it is empty"))?;
        if *version != VERSION {
            return Err(corrupt("it was written by a later version"));
        }
        let (size, body) = rest.split_first_chunk().ok_or_else(|| corrupt("it is cut off"))?;
        let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
        let plain = zstd::bulk::decompress(body, size).map_err(|error| corrupt(&error.to_string()))?;
        postcard::from_bytes(&plain).map_err(|error| corrupt(&error.to_string()))
    }

    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.number(0),
            received_at: Timestamp::from_ms(row.int(1)),
            entries: Self::unpack(row.blob(2))?,
        })
    }
}

impl Connection {
    /// The place after the last entry; places begin at 1.
    ///
    /// # Errors
    /// The database's.
    pub fn next_seq(&mut self) -> Result<u64, StoreError> {
        let last = self.query_one("SELECT seq + count FROM log ORDER BY seq DESC LIMIT 1", &[])?;
        Ok(last.map_or(1, |row| row.number(0)))
    }

    /// When the last commit was made; before everything if there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn last_received_at(&mut self) -> Result<Timestamp, StoreError> {
        let last = self.query_one("SELECT received_at FROM log ORDER BY seq DESC LIMIT 1", &[])?;
        Ok(last.map_or(Timestamp::MIN, |row| Timestamp::from_ms(row.int(0))))
    }

    /// The place of the first entry of those committed at `at` or later; the place after the last if there are none.
    ///
    /// # Errors
    /// The database's.
    pub fn seq_at(&mut self, at: Timestamp) -> Result<u64, StoreError> {
        let (mut from, mut to) = (1, self.next_seq()?);
        while from < to {
            let sql = "SELECT seq + count, received_at FROM log WHERE seq <= $1 ORDER BY seq DESC LIMIT 1";
            let Some(block) = self.query_one(sql, &[u64::midpoint(from, to).into()])? else { break };
            if Timestamp::from_ms(block.int(1)) < at {
                from = block.number(0);
            } else {
                to = u64::midpoint(from, to);
            }
        }
        Ok(from)
    }

    /// Calls `each` with every block that has entries at or after `from`, in order.
    ///
    /// # Errors
    /// The database's, a block that cannot be read, or what `each` returns.
    pub fn blocks<E: From<StoreError>>(
        &mut self,
        from: u64,
        mut each: impl FnMut(Block) -> Result<(), E>,
    ) -> Result<(), E> {
        const STEP: i64 = 64;
        let start = self.query_one("SELECT seq FROM log WHERE seq <= $1 ORDER BY seq DESC LIMIT 1", &[from.into()])?;
        let mut next = start.map_or(0, |row| row.number(0));
        loop {
            let sql = "SELECT seq, received_at, payload FROM log WHERE seq >= $1 ORDER BY seq LIMIT $2";
            let rows = self.query(sql, &[next.into(), STEP.into()])?;
            let Some(last) = rows.last() else { return Ok(()) };
            next = last.number(0) + 1;
            for row in &rows {
                each(Block::from_row(row)?)?;
            }
        }
    }

    /// The block that holds an entry.
    ///
    /// # Errors
    /// The database's, or a block that cannot be read.
    pub fn block_of(&mut self, seq: u64) -> Result<Option<Block>, StoreError> {
        let sql = "SELECT seq, received_at, payload FROM log WHERE seq <= $1 ORDER BY seq DESC LIMIT 1";
        self.query_one(sql, &[seq.into()])?.map(|row| Block::from_row(&row)).transpose()
    }

    /// The raw zone's blocks that the log refers to, after `block`.
    ///
    /// # Errors
    /// The database's.
    pub fn raw_blocks_after(&mut self, block: u64) -> Result<Vec<u64>, StoreError> {
        let rows = self.query("SELECT block FROM raw_block WHERE block > $1 ORDER BY block", &[block.into()])?;
        Ok(rows.iter().map(|row| row.number(0)).collect())
    }

    /// The last of the raw zone's blocks that the log refers to; nought if there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn last_raw_block(&mut self) -> Result<u64, StoreError> {
        Ok(self.query_one("SELECT COALESCE(MAX(block), 0) FROM raw_block", &[])?.map_or(0, |row| row.number(0)))
    }
}
