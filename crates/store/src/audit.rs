//! Who did what.

use base::{AuditId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who: the id of a person or key, or `local`.
    pub actor: String,
    /// What, such as `role.changed`.
    pub action: String,
    /// To what: an id or a name.
    pub subject: String,
    /// More of it, as JSON.
    pub detail: String,
}

/// Which lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only what this one did.
    pub actor: Option<String>,
    /// Only what was done to this.
    pub subject: Option<String>,
    /// Only lines before this one.
    pub before: Option<AuditId>,
}

impl Connection {
    /// Adds a line.
    ///
    /// # Errors
    /// The database's.
    pub fn add_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)";
        let text = |text: &str| Value::from(text);
        let values = [row.at.ms().into(), text(&row.actor), text(&row.action), text(&row.subject), text(&row.detail)];
        self.execute(sql, &values).map(|_| ())
    }

    /// Lines, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn audit(&mut self, filter: &AuditFilter, limit: u32) -> Result<Vec<(AuditId, AuditRow)>, StoreError> {
        let mut values = vec![Value::from(filter.before.map_or(i64::MAX, |id| id.number().cast_signed()))];
        let mut wanted = "id < $1".to_owned();
        for (column, value) in [("actor", &filter.actor), ("subject", &filter.subject)] {
            if let Some(value) = value {
                values.push(value.as_str().into());
                wanted += &format!(" AND {column} = ${}", values.len());
            }
        }
        let sql = format!(
            "SELECT id, at, actor, action, subject, detail FROM audit WHERE {wanted} ORDER BY id DESC LIMIT {limit}"
        );
        let read = |row: &Row| {
            let found = AuditRow {
                at: Timestamp::from_ms(row.int(1)),
                actor: row.text(2).to_owned(),
                action: row.text(3).to_owned(),
                subject: row.text(4).to_owned(),
                detail: row.text(5).to_owned(),
            };
            (AuditId::new(row.number(0)), found)
        };
        Ok(self.query(&sql, &values)?.iter().map(read).collect())
    }
}
