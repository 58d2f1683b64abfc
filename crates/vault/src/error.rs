//! What can go wrong, for the caller ([`VaultError`]) and at start ([`StartError`]).
//! Neither names a person, a file name or a key.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::grant::Denial;

/// Something that has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Limited {
    /// Bytes of one message on the socket.
    #[error("message size in bytes")]
    FrameBytes,
    /// Items in one call.
    #[error("items in one call")]
    Items,
    /// Bytes of one record sealed inside a block; larger originals go through `put_object`.
    #[error("record size in bytes")]
    RecordBytes,
    /// Bytes of a media type, file name, actor or other short text.
    #[error("short text in bytes")]
    TextBytes,
    /// Bytes of one attachment.
    #[error("object size in bytes")]
    ObjectBytes,
    /// Bytes opened in one call; larger originals go through `open_stream`.
    #[error("bytes opened in one call")]
    OpenBytes,
    /// Connections at a time.
    #[error("connections")]
    Connections,
}

/// Why a call to the vault failed.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum VaultError {
    /// The vault is not running, did not answer in time or broke off. Nothing is known to be done;
    /// every call may be repeated.
    #[error("the vault does not answer")]
    Unavailable,
    /// The grant does not allow the opening. The attempt is in the audit log.
    #[error("opening denied: {0}")]
    Denied(Denial),
    /// A limit was reached; nothing was done.
    #[error("above the limit of {max}: {what}")]
    Limit {
        /// What was too large.
        what: Limited,
        /// The largest value allowed.
        max: u64,
    },
    /// The reference does not lead to that record of that identity.
    #[error("record {index} of the call is not there")]
    Missing {
        /// Place of the record in the call.
        index: u32,
    },
    /// The record's key was destroyed; its ciphertext can never be opened again.
    #[error("record {index} of the call was erased")]
    Erased {
        /// Place of the record in the call.
        index: u32,
    },
    /// Ciphertext, key or file is not what was sealed.
    #[error("record {index} of the call does not pass its seal")]
    Tampered {
        /// Place of the record in the call.
        index: u32,
    },
    /// An item names an object that was never uploaded, or was bound or swept long ago: upload it
    /// again.
    #[error("item {index} names an object that is not waiting to be bound")]
    ObjectMissing {
        /// Place of the item in the call.
        index: u32,
    },
    /// The uploaded bytes are not those the hash names; nothing was kept.
    #[error("the uploaded bytes do not match their hash")]
    HashMismatch,
    /// The audit log's chain does not hold from this row on.
    #[error("the audit log is broken at row {seq}")]
    AuditBroken {
        /// First row that does not fit.
        seq: u64,
    },
    /// The other side does not speak this protocol.
    #[error("the message was not understood")]
    Protocol,
    /// The vault's own files cannot be read or written. SQLite's extended result code, or an errno
    /// below nought.
    #[error("the vault's storage failed with code {0}")]
    Storage(i32),
    /// The reader or writer that the caller passed failed. Never crosses the socket.
    #[serde(skip)]
    #[error("the caller's stream failed: {0}")]
    Stream(io::ErrorKind),
}

impl VaultError {
    /// A stable name of the error for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable => "vault_unavailable",
            Self::Denied(_) => "vault_denied",
            Self::Limit { .. } => "vault_limit",
            Self::Missing { .. } => "vault_missing",
            Self::Erased { .. } => "vault_erased",
            Self::Tampered { .. } => "vault_tampered",
            Self::ObjectMissing { .. } => "vault_object_missing",
            Self::HashMismatch => "vault_hash_mismatch",
            Self::AuditBroken { .. } => "vault_audit_broken",
            Self::Protocol => "vault_protocol",
            Self::Storage(_) => "vault_storage",
            Self::Stream(_) => "vault_stream",
        }
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.sqlite_error().map_or(1, |code| code.extended_code))
    }
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        Self::Storage(error.raw_os_error().map_or(-1, |errno| -errno))
    }
}

/// Why the vault process does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Others than the owner can read or write the key file: `chmod 600` it, and ask who read it.
    #[error("the key file {0} is open to others")]
    KeyFileOpen(PathBuf),
    /// There is sealed data but no key file: put the key file back.
    #[error("the key file {0} is gone, but there is data sealed under it")]
    KeyFileMissing(PathBuf),
    /// Not a key file, or of a later version.
    #[error("{0} is not a key file this version knows")]
    KeyFileFormat(PathBuf),
    /// The key file belongs to other data: put the right one back.
    #[error("the key file is not the one this data was sealed under")]
    WrongKeyFile,
    /// The socket's folder lets others in: use a folder of its own with mode 0700.
    #[error("the socket folder {0} is open to others")]
    SocketDirOpen(PathBuf),
    /// The data was made for another region.
    #[error("the data belongs to another region, or the region is not 1 to 8 ASCII letters")]
    Region,
    /// Another vault has this folder or socket.
    #[error("another vault is running on this folder or socket")]
    AlreadyRunning,
    /// The files were written by a later version.
    #[error("the files in {0} were written by a later version")]
    LaterVersion(&'static str),
    /// A file or folder cannot be used.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// A database cannot be used.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// Keys or audit log cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl StartError {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
