//! The master zone's storage: the log in blocks, identities, states, tags, decisions and effects, on SQLite and
//! PostgreSQL alike.
//!
//! One writer commits [`Unit`]s; any number of readers query. Knows no engine: states and details are bytes to it.
//!
//! ```
//! use store::{Location, Store, Unit};
//! let folder = tempfile::tempdir().unwrap();
//! let store = Store::open(Location::Sqlite(folder.path().join("jingwei.db"))).unwrap();
//! let mut writer = store.writer().unwrap();
//! let unit = Unit { seq: writer.next_seq().unwrap(), ..Unit::default() };
//! unit.commit(&mut writer).unwrap();
//! assert_eq!(writer.next_seq().unwrap(), 1);
//! ```

mod account;
mod api_key;
mod attachment;
mod audit;
mod bloom;
mod checkpoint;
mod comment;
mod commit;
mod customer;
mod decided;
mod decision;
mod deferred;
mod favourite;
mod follow;
mod identity;
mod invitation;
mod known;
pub mod log;
mod lookup;
mod migrate;
mod notice;
mod passkey;
mod prepared;
mod provider;
pub mod record;
mod role;
mod rule;
mod second_factor;
mod seen;
mod share;
mod source;
mod sql;
mod team;
mod unit;
mod value;
mod view;

use std::fs::File;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use account::{Person, Session};
pub use api_key::ApiKey;
pub use attachment::AttachmentRow;
pub use audit::{AuditFilter, AuditRow};
pub use checkpoint::Checkpoints;
pub use comment::CommentRow;
pub use customer::{CustomerRow, StoredState};
pub use decided::{Decided, DecidedStretch};
pub use decision::Decision;
pub use favourite::Starred;
pub use identity::Identity;
pub use invitation::Invitation;
pub use known::Known;
pub use lookup::{Lookup, Stretch};
pub use migrate::run as migrate;
pub use notice::{NoticeKind, NoticeRow};
pub use passkey::Passkey;
pub use prepared::Postgres;
pub use provider::Provider;
pub use record::{ObjectRow, RecordChange, RecordKeys, RecordRow, RecordRows};
pub use role::Role;
pub use rule::{Rule, RuleVersion};
pub use second_factor::SecondFactor;
pub use seen::{Digest, Pages, RUN_EVENTS, Seen};
pub use share::{Holder, Share};
pub use source::{Rejected, Source};
pub use sql::{Connection, Location, StoreError};
pub use team::Team;
pub use unit::{
    DecisionRow, Demotion, IdentityRow, MergeRow, RejectionRow, RuleRow, RuleVersionRow, SourceCounts, StateRow,
    TagRow, TaskRow, Unit,
};
pub use value::{Column, Row, Value};
pub use view::ViewRow;

/// The most connections kept for readers.
const READERS: usize = 24;

/// A database, migrated, with connections to it.
pub struct Store {
    location: Location,
    /// SQLite's file, to be flushed. Never closed: that would end SQLite's own locks on it.
    file: Option<Arc<ManuallyDrop<File>>>,
    readers: Mutex<Vec<Connection>>,
    accounts: Mutex<Option<Connection>>,
    /// How often that one was lent.
    writes: AtomicU64,
}

impl Store {
    /// Opens the database and brings it to this program's form.
    ///
    /// # Errors
    /// It cannot be reached, or a migration fails: then it must not be served from.
    pub fn open(location: Location) -> Result<Self, StoreError> {
        migrate::run(&mut Connection::open(&location)?)?;
        let file = match &location {
            Location::Sqlite(path) => {
                let file = File::open(path).map_err(|error| StoreError::corrupt("the database file", error))?;
                Some(Arc::new(ManuallyDrop::new(file)))
            }
            Location::Postgres(_) => None,
        };
        let (readers, accounts, writes) = (Mutex::default(), Mutex::default(), AtomicU64::default());
        Ok(Self { location, file, readers, accounts, writes })
    }

    /// Where it is.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// A connection that writes. PostgreSQL allows one at a time, by an advisory lock; for SQLite the data folder's lock does.
    ///
    /// # Errors
    /// The database's, or another process writes.
    pub fn writer(&self) -> Result<Connection, StoreError> {
        const TRIES: usize = 20;
        const PAUSE: Duration = Duration::from_millis(100);
        let mut connection = Connection::open(&self.location)?;
        if let Connection::Sqlite(_) = connection {
            return Ok(connection);
        }
        // The session of one that has just ended may be still there for a moment.
        for _ in 0..TRIES {
            let row = connection.query_one("SELECT pg_try_advisory_lock(7411)::int", &[])?;
            if row.is_some_and(|row| row.int(0) != 0) {
                return Ok(connection);
            }
            std::thread::sleep(PAUSE);
        }
        Err(StoreError::Locked)
    }

    /// Takes what was overwritten or deleted out of SQLite's write-ahead log too. PostgreSQL sees to its own in its time.
    ///
    /// # Errors
    /// The database's, or it was busy for too long: then it is to be tried again.
    pub fn clear_past(&self) -> Result<(), StoreError> {
        const TRIES: usize = 20;
        const PAUSE: Duration = Duration::from_millis(250);
        let Some(file) = &self.file else { return Ok(()) };
        let mut connection = Connection::open(&self.location)?;
        for _ in 0..TRIES {
            let row = connection.query_one("PRAGMA wal_checkpoint(TRUNCATE)", &[])?;
            if row.is_some_and(|row| row.int(0) == 0) {
                return file.sync_data().map_err(|error| StoreError::corrupt("the database file", error));
            }
            std::thread::sleep(PAUSE);
        }
        Err(StoreError::TooLong)
    }

    /// Lends the connection for what does not go through the log: people, sessions, sources, settings.
    ///
    /// # Errors
    /// The database's, or what `f` returns.
    pub fn write<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let answer = self.note(f);
        self.writes.fetch_add(1, Ordering::SeqCst);
        answer
    }

    /// How often [`Store::write`] has been through. What was read of people, sessions, roles, keys and settings after one answer is so still
    /// when the next is the same.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// As [`Store::write`], for what changes nothing of who may do what: when a session was last used, a line of the audit, what people are told.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn note<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut slot = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match slot.take().and_then(Connection::sound) {
            Some(connection) => connection,
            None => Connection::open(&self.location)?,
        };
        let answer = f(&mut connection)?;
        *slot = Some(connection);
        Ok(answer)
    }

    /// Lends a connection that only reads. It must not be used from async code.
    ///
    /// # Errors
    /// The database's, or what `f` returns.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut connection = match self.idle_reader() {
            Some(connection) => connection,
            None => Connection::open_reader(&self.location)?,
        };
        let answer = f(&mut connection)?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        Ok(answer)
    }

    /// A reader that nobody uses. When one has ended with its server, so have the others.
    fn idle_reader(&self) -> Option<Connection> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        let sound = idle.sound_to_read();
        if sound.is_none() {
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        sound
    }
}
