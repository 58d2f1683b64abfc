//! How the vault opens its SQLite files.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::error::StartError;

/// The three databases, each with its tables.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Database {
    /// Sealed blocks: ciphertext only.
    Raw,
    /// Wrapped keys. Deleted ones are overwritten.
    Keys,
    /// Who opened what.
    Audit,
}

/// Version of the tables, in `user_version`.
const VERSION: i32 = 1;

/// A thread of its own copies the logs of blocks and keys; the writer does so where they grow to 256 MiB.
const WRITING: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 65536;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;
";

const RAW: &str = "
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sealed_ms INTEGER NOT NULL,
    records INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE bindings (
    object BLOB NOT NULL,
    alias BLOB NOT NULL,
    block INTEGER NOT NULL,
    PRIMARY KEY (object, alias, block)
) WITHOUT ROWID;
CREATE INDEX bindings_by_alias ON bindings (alias, object);
CREATE INDEX bindings_by_block ON bindings (block);
";

const KEYS: &str = "
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, created_ms INTEGER NOT NULL);
CREATE TABLE subjects (alias BLOB PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE buckets (
    alias BLOB NOT NULL,
    category INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (alias, category, quarter)
) WITHOUT ROWID;
CREATE TABLE objects (
    id BLOB PRIMARY KEY,
    name BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB,
    bytes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX objects_by_name ON objects (name);
CREATE INDEX objects_waiting ON objects (created_ms) WHERE wrapped IS NOT NULL;
CREATE TABLE signers (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    public BLOB NOT NULL,
    created_ms INTEGER NOT NULL
);
";

const AUDIT: &str = "
CREATE TABLE entries (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE entry_aliases (alias BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (alias, seq)) WITHOUT ROWID;
";

impl Database {
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Raw => "raw.db",
            Self::Keys => "keys.db",
            Self::Audit => "audit.db",
        }
    }

    const fn schema(self) -> &'static str {
        match self {
            Self::Raw => RAW,
            Self::Keys => KEYS,
            Self::Audit => AUDIT,
        }
    }

    const fn tuning(self) -> &'static str {
        if matches!(self, Self::Keys) { "PRAGMA secure_delete = ON; PRAGMA cache_size = -16384;" } else { "" }
    }

    /// Opens for writing and makes the tables when there are none. Acknowledged means flushed;
    /// nothing goes to a temporary folder; what is deleted from the key file is overwritten.
    pub(crate) fn open(self, raw_dir: &Path) -> Result<Connection, StartError> {
        let mut db = Connection::open(raw_dir.join(self.file()))?;
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        db.execute_batch(WRITING)?;
        db.execute_batch(self.tuning())?;
        db.set_prepared_statement_cache_capacity(32);
        self.migrate(&mut db)?;
        Ok(db)
    }

    /// Opens for reading.
    pub(crate) fn read(self, raw_dir: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(raw_dir.join(self.file()), flags)?;
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        db.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -256; PRAGMA trusted_schema = OFF;")?;
        Ok(db)
    }

    fn migrate(self, db: &mut Connection) -> Result<(), StartError> {
        let version: i32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match version {
            VERSION => Ok(()),
            0 => {
                let tx = db.transaction()?;
                tx.execute_batch(self.schema())?;
                tx.pragma_update(None, "user_version", VERSION)?;
                Ok(tx.commit()?)
            }
            _ => Err(StartError::LaterVersion(self.file())),
        }
    }
}
