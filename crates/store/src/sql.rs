//! One way to speak to both databases. Statements are written once, with `$1`, `$2`, … in the order of their first use,
//! which both read alike; rows come back as plain values.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::scope;
use std::time::Duration;

use postgres::types::ToSql;
use thiserror::Error;

use crate::prepared::{Manner, Postgres};
use crate::value::{Column, Row, Value, postgres_row, sqlite_value};

/// Where the master zone is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, which may hold a password.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl Location {
    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or is away.
    #[error("PostgreSQL: {}", postgres_cause(.0))]
    Postgres(#[from] postgres::Error),
    /// Stored bytes that this version cannot read.
    #[error("{what} cannot be read: {why}")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Written by a later version.
    #[error("the database has migration {found}, this program knows {known}; use a newer jingwei")]
    Newer {
        /// The database's.
        found: i64,
        /// The program's.
        known: i64,
    },
    /// Another process writes to this database.
    #[error("another jingwei is using this data")]
    Locked,
    /// A question that was cut off when its time was over.
    #[error("the question took longer than it may")]
    TooLong,
}

fn postgres_cause(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |cause| cause.message().to_owned())
}

impl StoreError {
    /// Itself, unless it says that a question was cut off.
    fn or_too_long(self) -> Self {
        let is_cut = match &self {
            Self::Sqlite(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted),
            Self::Postgres(error) => error.code() == Some(&postgres::error::SqlState::QUERY_CANCELED),
            _ => false,
        };
        if is_cut { Self::TooLong } else { self }
    }

    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { what, why: why.to_string() }
    }
}

/// A connection to one of the two.
pub enum Connection {
    /// To a SQLite file.
    Sqlite(rusqlite::Connection),
    /// To PostgreSQL.
    Postgres(Box<Postgres>),
}

impl Connection {
    /// Opens a connection that may write.
    ///
    /// # Errors
    /// The file or server cannot be reached.
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_patient(location, Duration::from_secs(10))
    }

    /// As [`Connection::open`]; where SQLite has to wait for others it does so for `patience`.
    pub(crate) fn open_patient(location: &Location, patience: Duration) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path)?;
                connection.busy_timeout(patience)?;
                connection.execute_batch(
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
                     PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 268435456; PRAGMA mmap_size = 2147418112;",
                )?;
                connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
                connection.set_prepared_statement_cache_capacity(128);
                Ok(Self::Sqlite(connection))
            }
            Location::Postgres(url) => Ok(Self::Postgres(Box::new(Postgres::open(url)?))),
        }
    }

    /// Itself, unless its server ended or was started again since it was last used.
    pub(crate) fn sound(mut self) -> Option<Self> {
        let stands = match &mut self {
            Self::Sqlite(_) => true,
            Self::Postgres(server) => server.stands(),
        };
        stands.then_some(self)
    }

    /// As [`Connection::sound`], for who only reads.
    pub(crate) fn sound_to_read(mut self) -> Option<Self> {
        let stands = match &mut self {
            Self::Sqlite(_) => true,
            Self::Postgres(server) => server.stands_to_read(),
        };
        stands.then_some(self)
    }

    /// Opens a connection that only reads.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn open_reader(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite(path) => {
                let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = rusqlite::Connection::open_with_flags(path, flags)?;
                connection.busy_timeout(Duration::from_secs(10))?;
                connection
                    .execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA mmap_size = 2147418112;")?;
                connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
                connection.set_prepared_statement_cache_capacity(64);
                Ok(Self::Sqlite(connection))
            }
            Location::Postgres(_) => Self::open(location),
        }
    }

    /// Runs statements that take no values, separated by semicolons.
    ///
    /// # Errors
    /// The database's.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(server) => Ok(server.batch(sql)?),
        }
    }

    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// The database's.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        self.batch(match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        })
    }

    /// Asks questions that are cut off once they have taken this long, all together on SQLite, each on PostgreSQL.
    ///
    /// # Errors
    /// [`StoreError::TooLong`], or what `f` returns.
    pub fn within<T>(
        &mut self,
        most: Duration,
        f: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let answer = match self {
            Self::Sqlite(connection) => {
                let handle = connection.get_interrupt_handle();
                let (done, over) = sync_channel::<()>(0);
                scope(|threads| {
                    threads.spawn(move || {
                        if over.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
                            handle.interrupt();
                        }
                    });
                    let answer = f(self);
                    drop(done);
                    answer
                })
            }
            Self::Postgres(_) => self.in_manner(|manner| Manner { most_ms: most.as_millis(), ..manner }, f),
        };
        answer.map_err(StoreError::or_too_long)
    }

    /// Asks questions that can only go by a key, whatever their values are: PostgreSQL keeps its plans of them.
    pub(crate) fn by_key<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.in_manner(|manner| Manner { keeps_plans: true, ..manner }, f)
    }

    fn in_manner<T>(&mut self, manner: impl FnOnce(Manner) -> Manner, f: impl FnOnce(&mut Self) -> T) -> T {
        let Self::Postgres(server) = self else { return f(self) };
        let before = server.set_manner(manner);
        let answer = f(self);
        if let Self::Postgres(server) = self {
            server.set_manner(|_| before);
        }
        answer
    }

    /// Does several reads as of one moment, which spares SQLite a lock for each. PostgreSQL is asked as always.
    ///
    /// # Errors
    /// What `f` returns, or the database's.
    pub fn together<T, E: From<StoreError>>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if let Self::Postgres(_) = self {
            return f(self);
        }
        self.batch("BEGIN")?;
        let answer = f(self);
        self.batch("COMMIT")?;
        answer
    }

    /// Runs a statement for each of many keys, in one round where the database can: `sql` compares with `= $1`.
    ///
    /// # Errors
    /// The database's.
    pub fn query_each(&mut self, sql: &str, keys: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(_) => {
                let rows = keys.iter().map(|key| self.query(sql, std::slice::from_ref(key)));
                Ok(rows.collect::<Result<Vec<_>, _>>()?.concat())
            }
            Self::Postgres(server) if !keys.is_empty() => {
                let keys = keys.to_vec();
                server.query(&sql.replace("= $1", "= ANY($1)"), &[&keys])?.iter().map(postgres_row).collect()
            }
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Runs a statement and tells how many rows it changed.
    ///
    /// # Errors
    /// The database's.
    pub fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => {
                let changed = connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))?;
                Ok(u64::try_from(changed).unwrap_or(0))
            }
            Self::Postgres(server) => {
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                Ok(server.execute(sql, &values)?)
            }
        }
    }

    /// Runs a query and returns its rows.
    ///
    /// # Errors
    /// The database's.
    pub fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite_rows(&mut *connection.prepare_cached(sql)?, values),
            Self::Postgres(server) => {
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                server.query(sql, &values)?.iter().map(postgres_row).collect()
            }
        }
    }

    /// Runs a query that has at most one row.
    ///
    /// # Errors
    /// The database's.
    pub fn query_one(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Inserts many rows: `insert` is `INSERT INTO table(columns…)`, `conflict` what follows, such as
    /// `ON CONFLICT DO NOTHING`. Rows of one call must not collide with each other.
    ///
    /// # Errors
    /// The database's.
    pub fn bulk(
        &mut self,
        insert: &str,
        types: &[Column],
        conflict: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), StoreError> {
        self.bulk_returning(insert, types, conflict, rows).map(drop)
    }

    /// As [`Connection::bulk`], where `conflict` ends with what is to be returned of each row that was inserted.
    ///
    /// # Errors
    /// The database's.
    pub fn bulk_returning(
        &mut self,
        insert: &str,
        types: &[Column],
        conflict: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match self {
            Self::Sqlite(connection) => {
                let marks: Vec<String> = (1..=types.len()).map(|place| format!("?{place}")).collect();
                let sql = format!("{insert} VALUES ({}) {conflict}", marks.join(","));
                sqlite_each(connection, &sql, &rows)
            }
            Self::Postgres(server) => {
                let sql = format!("{insert} SELECT * FROM {} {conflict}", unnested(types));
                postgres_arrays(server, &sql, types.len(), rows)
            }
        }
    }

    /// Deletes the rows of a table that have these values in these columns, and tells of each the value of `told`.
    ///
    /// # Errors
    /// The database's.
    pub fn bulk_delete(
        &mut self,
        table: &str,
        columns: &[(&str, Column)],
        told: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match self {
            Self::Sqlite(connection) => {
                let wanted: Vec<String> = columns.iter().map(|(name, _)| format!("{name} = ?")).collect();
                let sql = format!("DELETE FROM {table} WHERE {} RETURNING {told}", wanted.join(" AND "));
                sqlite_each(connection, &sql, &rows)
            }
            Self::Postgres(server) => {
                let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                let types: Vec<Column> = columns.iter().map(|(_, column)| *column).collect();
                let (names, arrays) = (names.join(","), unnested(&types));
                let sql = format!("DELETE FROM {table} WHERE ({names}) IN (SELECT * FROM {arrays}) RETURNING {told}");
                postgres_arrays(server, &sql, types.len(), rows)
            }
        }
    }
}

/// As many arrays as there are columns, as one table.
fn unnested(types: &[Column]) -> String {
    let arrays: Vec<String> = (1..).zip(types).map(|(place, ty)| format!("${place}::{}[]", ty.postgres())).collect();
    format!("UNNEST({})", arrays.join(","))
}

fn postgres_arrays(
    server: &mut Postgres,
    sql: &str,
    columns: usize,
    rows: Vec<Vec<Value>>,
) -> Result<Vec<Row>, StoreError> {
    let columns = transpose(columns, rows);
    let values: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|value| value as _).collect();
    server.query(sql, &values)?.iter().map(postgres_row).collect()
}

fn sqlite_each(connection: &rusqlite::Connection, sql: &str, rows: &[Vec<Value>]) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut answer = Vec::new();
    for row in rows {
        answer.extend(sqlite_rows(&mut statement, row)?);
    }
    Ok(answer)
}

fn sqlite_rows(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let columns = statement.column_count();
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
        (0..columns).map(|column| Ok(sqlite_value(row.get_ref(column)?))).collect::<Result<_, _>>().map(Row)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn transpose(columns: usize, rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let mut arrays: Vec<Vec<Value>> = (0..columns).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        arrays.iter_mut().zip(row).for_each(|(array, value)| array.push(value));
    }
    arrays
}
