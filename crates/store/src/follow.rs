//! Who follows which record. Its owner does without being named here.

use std::collections::BTreeSet;

use base::{RecordId, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::{Column, Row};

/// Writes who follows records from a unit on; who said that they do not, does not.
pub(crate) fn write(to: &mut Connection, follows: BTreeSet<(RecordId, UserId)>) -> Result<(), StoreError> {
    let rows =
        follows.into_iter().map(|(record, person)| vec![record.number().into(), person.number().into(), true.into()]);
    let insert = "INSERT INTO follow (record, person, follows)";
    to.bulk(insert, &[Column::Int; 3], "ON CONFLICT DO NOTHING", rows.collect())
}

impl Connection {
    /// Who said that they follow a record, or do not, or came to by what they did.
    ///
    /// # Errors
    /// The database's.
    pub fn follows(&mut self, record: RecordId) -> Result<Vec<(UserId, bool)>, StoreError> {
        let sql = "SELECT person, follows FROM follow WHERE record = $1 ORDER BY person";
        let follow = |row: &Row| (UserId::new(row.number(0)), row.int(1) != 0);
        Ok(self.query(sql, &[record.number().into()])?.iter().map(follow).collect())
    }

    /// As [`Connection::follows`], of many records: each with its record.
    ///
    /// # Errors
    /// The database's.
    pub fn follows_of(&mut self, records: &[RecordId]) -> Result<Vec<(RecordId, UserId, bool)>, StoreError> {
        let keys: Vec<crate::Value> = records.iter().map(|id| id.number().into()).collect();
        let follow = |row: &Row| (RecordId::new(row.number(0)), UserId::new(row.number(1)), row.int(2) != 0);
        let rows = self.query_each("SELECT record, person, follows FROM follow WHERE record = $1", &keys)?;
        Ok(rows.iter().map(follow).collect())
    }

    /// Has someone follow a record, or follow it no longer.
    ///
    /// # Errors
    /// The database's.
    pub fn set_follow(&mut self, record: RecordId, person: UserId, follows: bool) -> Result<(), StoreError> {
        let sql = "INSERT INTO follow (record, person, follows) VALUES ($1, $2, $3) \
                   ON CONFLICT (record, person) DO UPDATE SET follows = excluded.follows";
        self.execute(sql, &[record.number().into(), person.number().into(), follows.into()]).map(|_| ())
    }
}
