//! Sources and their ingest keys, refused events, and the workspace's settings.

use base::{SourceId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::unit::{RejectionRow, SourceCounts};
use crate::value::Row;

/// A source of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its number.
    pub id: SourceId,
    /// Its name, as in an event's `source`.
    pub name: String,
    /// Whether it has an ingest key.
    pub has_key: bool,
    /// What it sent.
    pub counts: SourceCounts,
    /// When it last sent something.
    pub last_at: Option<Timestamp>,
}

/// A refused event.
pub type Rejected = RejectionRow;

const COLUMNS: &str = "id, name, key_hash IS NOT NULL, accepted, duplicates, rejected, last_at";

fn source(row: &Row) -> Source {
    Source {
        id: SourceId::new(row.number(0)),
        name: row.text(1).to_owned(),
        has_key: row.int(2) != 0,
        counts: SourceCounts { accepted: row.number(3), duplicates: row.number(4), rejected: row.number(5) },
        last_at: row.int_or_null(6).map(Timestamp::from_ms),
    }
}

impl Connection {
    /// All sources by name.
    ///
    /// # Errors
    /// The database's.
    pub fn sources(&mut self) -> Result<Vec<Source>, StoreError> {
        Ok(self.query(&format!("SELECT {COLUMNS} FROM source ORDER BY name"), &[])?.iter().map(source).collect())
    }

    /// A source by the hash of its ingest key.
    ///
    /// # Errors
    /// The database's.
    pub fn source_by_key(&mut self, hash: &[u8]) -> Result<Option<Source>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM source WHERE key_hash = $1");
        Ok(self.query_one(&sql, &[hash.into()])?.as_ref().map(source))
    }

    /// The source of this name.
    ///
    /// # Errors
    /// The database's.
    pub fn source_named(&mut self, name: &str) -> Result<Option<Source>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM source WHERE name = $1");
        Ok(self.query_one(&sql, &[name.into()])?.as_ref().map(source))
    }

    /// The source of this name, made if it is new.
    ///
    /// # Errors
    /// The database's.
    pub fn add_source(&mut self, name: &str, at: Timestamp) -> Result<Source, StoreError> {
        let sql = "INSERT INTO source (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.execute(sql, &[name.into(), at.ms().into()])?;
        self.source_named(name)?.ok_or_else(|| StoreError::corrupt("a source", "it went as it was made"))
    }

    /// Gives a source a new ingest key, by its hash.
    ///
    /// # Errors
    /// The database's.
    pub fn set_source_key(&mut self, id: SourceId, hash: &[u8]) -> Result<bool, StoreError> {
        let changed =
            self.execute("UPDATE source SET key_hash = $1 WHERE id = $2", &[hash.into(), id.number().into()])?;
        Ok(changed > 0)
    }

    /// Refused events, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn rejections(&mut self, limit: u32) -> Result<Vec<Rejected>, StoreError> {
        let sql =
            format!("SELECT at, source, line, field, code, message FROM rejection ORDER BY id DESC LIMIT {limit}");
        let read = |row: &Row| RejectionRow {
            at: Timestamp::from_ms(row.int(0)),
            source: row.text(1).to_owned(),
            line: row.int_or_null(2).and_then(|line| u64::try_from(line).ok()),
            field: row.text(3).to_owned(),
            code: row.text(4).to_owned(),
            message: row.text(5).to_owned(),
        };
        Ok(self.query(&sql, &[])?.iter().map(read).collect())
    }

    /// A setting.
    ///
    /// # Errors
    /// The database's.
    pub fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self.query_one("SELECT value FROM meta WHERE name = $1", &[name.into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }

    /// Changes a setting.
    ///
    /// # Errors
    /// The database's.
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.execute(sql, &[name.into(), value.into()]).map(|_| ())
    }

    /// Deletes every customer, event, rule and source; people, their roles, sessions and keys, and the audit stay.
    ///
    /// # Errors
    /// The database's; then nothing is deleted.
    pub fn clear(&mut self) -> Result<(), StoreError> {
        const KEPT: [&str; 8] = ["migration", "meta", "person", "session", "role", "invitation", "api_key", "audit"];
        let catalog = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            Self::Postgres(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        };
        self.begin()?;
        for row in self.query(catalog, &[])?.iter().filter(|row| !KEPT.contains(&row.text(0))) {
            let table = row.text(0);
            let is_objects = table.starts_with("o_") || table.starts_with("l_"); // come again with the object
            self.batch(&if is_objects { format!("DROP TABLE {table}") } else { format!("DELETE FROM {table}") })?;
        }
        self.batch(
            "DELETE FROM meta WHERE name IN ('demo', 'company', 'recover_from', 'restating', 'swept', 'identities_found', 'decisions_found')",
        )?;
        self.batch("COMMIT")
    }
}
