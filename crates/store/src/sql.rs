//! One way to speak to both databases. Statements are written once, with `$1`, `$2`, … in the order of their first use,
//! which both read alike; rows come back as plain values.

use std::path::PathBuf;
use std::time::Duration;

use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use thiserror::Error;

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
}

fn postgres_cause(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |cause| cause.message().to_owned())
}

impl StoreError {
    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { what, why: why.to_string() }
    }
}

/// A value given to or got from a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number; the only number there is.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Blob(value) => value.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<Value>);

impl Row {
    /// A whole number; nought for nothing.
    #[must_use]
    pub fn int(&self, column: usize) -> i64 {
        self.int_or_null(column).unwrap_or(0)
    }

    /// A whole number that is never negative.
    #[must_use]
    pub fn number(&self, column: usize) -> u64 {
        u64::try_from(self.int(column)).unwrap_or(0)
    }

    /// A whole number, if there is one.
    #[must_use]
    pub fn int_or_null(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// Text; empty for nothing.
    #[must_use]
    pub fn text(&self, column: usize) -> &str {
        match self.0.get(column) {
            Some(Value::Text(value)) => value,
            _ => "",
        }
    }

    /// Text, if there is any.
    #[must_use]
    pub fn text_or_null(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Some(value),
            _ => None,
        }
    }

    /// Bytes; empty for nothing.
    #[must_use]
    pub fn blob(&self, column: usize) -> &[u8] {
        match self.0.get(column) {
            Some(Value::Blob(value)) => value,
            _ => &[],
        }
    }
}

/// The type of a column in a bulk write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A whole number.
    Int,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

/// What is committed is flushed, whatever the server or the role is set to; settings that promise more stay.
const FLUSHED: &str =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// How long an idle connection may take to say that it still stands.
const ANSWER: std::time::Duration = std::time::Duration::from_secs(2);

/// A connection to one of the two.
pub enum Connection {
    /// To a SQLite file.
    Sqlite(rusqlite::Connection),
    /// To PostgreSQL.
    Postgres(Box<postgres::Client>),
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
            Location::Postgres(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls)?;
                client.batch_execute(FLUSHED)?;
                Ok(Self::Postgres(Box::new(client)))
            }
        }
    }

    /// Itself, unless its server ended or was started again since it was last used.
    pub(crate) fn sound(mut self) -> Option<Self> {
        let stands = match &mut self {
            Self::Sqlite(_) => true,
            Self::Postgres(client) => client.is_valid(ANSWER).is_ok(),
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
            Self::Postgres(client) => Ok(client.batch_execute(sql)?),
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

    /// Runs a query for each of many keys, in one round where the database can: `sql` compares with `= $1`.
    ///
    /// # Errors
    /// The database's.
    pub fn query_each(&mut self, sql: &str, keys: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(_) => {
                let rows = keys.iter().map(|key| self.query(sql, std::slice::from_ref(key)));
                Ok(rows.collect::<Result<Vec<_>, _>>()?.concat())
            }
            Self::Postgres(client) if !keys.is_empty() => {
                let keys = keys.to_vec();
                client.query(&sql.replace("= $1", "= ANY($1)"), &[&keys])?.iter().map(postgres_row).collect()
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
            Self::Postgres(client) => {
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                Ok(client.execute(sql, &values)?)
            }
        }
    }

    /// Runs a query and returns its rows.
    ///
    /// # Errors
    /// The database's.
    pub fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let columns = statement.column_count();
                let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
                    (0..columns).map(|column| Ok(sqlite_value(row.get_ref(column)?))).collect::<Result<_, _>>().map(Row)
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
            Self::Postgres(client) => {
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                client.query(sql, &values)?.iter().map(postgres_row).collect()
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
        if rows.is_empty() {
            return Ok(());
        }
        match self {
            Self::Sqlite(connection) => {
                let marks: Vec<String> = (1..=types.len()).map(|place| format!("?{place}")).collect();
                let sql = format!("{insert} VALUES ({}) {conflict}", marks.join(","));
                let mut statement = connection.prepare_cached(&sql)?;
                for row in rows {
                    statement.execute(rusqlite::params_from_iter(row))?;
                }
                Ok(())
            }
            Self::Postgres(client) => {
                let arrays: Vec<String> =
                    (1..).zip(types).map(|(place, ty)| format!("${place}::{}[]", ty.postgres())).collect();
                let sql = format!("{insert} SELECT * FROM UNNEST({}) {conflict}", arrays.join(","));
                let columns = transpose(types.len(), rows);
                let values: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|value| value as _).collect();
                client.execute(&sql, &values)?;
                Ok(())
            }
        }
    }
}

impl Column {
    const fn postgres(self) -> &'static str {
        match self {
            Self::Int => "bigint",
            Self::Text => "text",
            Self::Blob => "bytea",
        }
    }
}

fn transpose(columns: usize, rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let mut arrays: Vec<Vec<Value>> = (0..columns).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        arrays.iter_mut().zip(row).for_each(|(array, value)| array.push(value));
    }
    arrays
}

fn sqlite_value(value: rusqlite::types::ValueRef<'_>) -> Value {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

fn postgres_row(row: &postgres::Row) -> Result<Row, StoreError> {
    let values = row.columns().iter().enumerate().map(|(place, column)| {
        Ok(match *column.type_() {
            Type::TEXT => row.try_get::<_, Option<String>>(place)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(place)?.map(i64::from).into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(place)?.map(i64::from).into(),
            _ => row.try_get::<_, Option<i64>>(place)?.into(),
        })
    });
    values.collect::<Result<_, StoreError>>().map(Row)
}
