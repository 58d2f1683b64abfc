//! What goes in and comes out: items, references, opened records.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A source identity as the vault knows it: 16 bytes of a keyed hash, chosen by the app, never a
/// value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentityAlias(pub [u8; 16]);

/// A record's name: 32 bytes, hash of source, event id and field path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub [u8; 32]);

/// Retention category of an original. The codes are on disk and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Category {
    /// Chat, e-mail, comment.
    Message = 1,
    /// Call recording or transcript.
    Call = 2,
    /// A file that came along.
    Attachment = 3,
    /// Form, page view.
    Web = 4,
    /// A row of an imported table.
    Import = 5,
    /// Anything else.
    Other = 6,
}

impl Category {
    /// The code on disk.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The category of a code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Message,
            2 => Self::Call,
            3 => Self::Attachment,
            4 => Self::Web,
            5 => Self::Import,
            6 => Self::Other,
            _ => return None,
        })
    }
}

/// One original to be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealItem {
    /// The identity it came through; its keys seal it.
    pub identity: IdentityAlias,
    /// The record's name.
    pub record: RecordId,
    /// Retention category.
    pub category: Category,
    /// When it happened, in milliseconds since 1970 UTC; the quarter chooses the bucket key.
    pub time_ms: i64,
    /// Media type, as `text/plain`.
    pub media_type: String,
    /// Original file name: an original itself, sealed with it.
    pub name: Option<String>,
    /// The original.
    pub body: SealBody,
}

/// The original itself, or the object that holds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SealBody {
    /// The bytes.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// An attachment uploaded before with [`crate::Client::put_object`]. Sealing binds it: the
    /// object's key is sealed under this identity, and the vault forgets its own copy of that key
    /// within a day.
    Object {
        /// SHA-256 of the attachment's bytes.
        sha256: [u8; 32],
    },
}

/// Where a sealed record stands. Goes into the app's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RawRef {
    /// The block, counted from 1.
    pub block: u64,
    /// Place in the block, counted from 0.
    pub index: u32,
}

/// A record to be opened: whose, which, and where it stands.
pub type OpenRef = (IdentityAlias, RecordId, RawRef);

/// What an upload came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutOutcome {
    /// The object is now on disk, waiting to be bound.
    Stored,
    /// It was there already; nothing was read.
    AlreadyThere,
}

/// An opened record without its bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedMeta {
    /// The identity it came through.
    pub identity: IdentityAlias,
    /// The record's name.
    pub record: RecordId,
    /// Retention category.
    pub category: Category,
    /// When it happened, in milliseconds since 1970 UTC.
    pub time_ms: i64,
    /// Media type.
    pub media_type: String,
    /// Original file name.
    pub name: Option<String>,
    /// Length of the original in bytes.
    pub bytes: u64,
}

/// An opened record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// All but the bytes.
    pub meta: OpenedMeta,
    /// The original.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// How much of the vault there is, and how well it is set apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultStatus {
    /// The isolation reached at start.
    pub isolation: crate::harden::Isolation,
    /// Cipher suite of new seals: 1 is AES-256-GCM.
    pub suite: u8,
    /// Epoch of the key-encryption key for new identities.
    pub epoch: u32,
    /// Sealed blocks.
    pub blocks: u64,
    /// Sealed records.
    pub records: u64,
    /// Identities with a key.
    pub identities: u64,
    /// Attachments on disk.
    pub objects: u64,
    /// Bytes of all attachments before sealing.
    pub object_bytes: u64,
    /// Bytes of the block database without its write-ahead log.
    pub block_bytes: u64,
    /// Rows of the audit log and the hash of the last. Kept elsewhere, the pair shows a cut or
    /// forked log.
    pub audit_head: crate::audit::AuditHead,
}

impl fmt::Debug for SealItem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SealItem")
            .field("identity", &self.identity)
            .field("record", &self.record)
            .field("category", &self.category)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SealBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(out, "Bytes({} bytes)", bytes.len()),
            Self::Object { .. } => write!(out, "Object"),
        }
    }
}

impl fmt::Debug for OpenedMeta {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("OpenedMeta")
            .field("identity", &self.identity)
            .field("record", &self.record)
            .field("category", &self.category)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Opened").field("meta", &self.meta).finish_non_exhaustive()
    }
}
