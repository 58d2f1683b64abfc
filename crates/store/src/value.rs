//! Values, rows and types of columns, as both databases have them.

use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::sql::StoreError;

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
pub struct Row(pub(crate) Vec<Value>);

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

    /// The value as it is.
    #[must_use]
    pub fn value(&self, column: usize) -> Value {
        self.0.get(column).cloned().unwrap_or(Value::Null)
    }

    /// The value, which the row has no longer.
    pub(crate) fn take(&mut self, column: usize) -> Value {
        self.0.get_mut(column).map_or(Value::Null, |value| std::mem::replace(value, Value::Null))
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

impl Column {
    pub(crate) const fn postgres(self) -> &'static str {
        match self {
            Self::Int => "bigint",
            Self::Text => "text",
            Self::Blob => "bytea",
        }
    }
}

pub(crate) fn sqlite_value(value: rusqlite::types::ValueRef<'_>) -> Value {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

pub(crate) fn postgres_row(row: &postgres::Row) -> Result<Row, StoreError> {
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
