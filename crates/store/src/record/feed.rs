//! Which records changed, in the order of the log: for whatever is kept beside the database and follows it.

use base::{ObjectId, RecordId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A record that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// The place of the change in the log.
    pub seq: u64,
    /// Which record.
    pub record: RecordId,
    /// Of which object; none once it was erased.
    pub object: Option<ObjectId>,
}

impl Connection {
    /// The changes to records after a place, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn touched_after(&mut self, seq: u64, limit: u32) -> Result<Vec<Touched>, StoreError> {
        let sql = format!(
            "SELECT changed.seq, changed.record, record_key.object
             FROM (SELECT seq, record FROM record_change WHERE seq > $1 ORDER BY seq LIMIT {limit}) changed
             LEFT JOIN record_key ON record_key.record = changed.record ORDER BY changed.seq"
        );
        let touched = |row: &Row| Touched {
            seq: row.number(0),
            record: RecordId::new(row.number(1)),
            object: row.int_or_null(2).map(|id| ObjectId::new(id.cast_unsigned())),
        };
        Ok(self.query(&sql, &[seq.into()])?.iter().map(touched).collect())
    }

    /// When the entry at a place was committed; none where the log does not go so far.
    ///
    /// # Errors
    /// The database's.
    pub fn committed_at(&mut self, seq: u64) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT received_at FROM log WHERE seq <= $1 AND seq + count > $1 ORDER BY seq DESC LIMIT 1";
        Ok(self.query_one(sql, &[seq.into()])?.map(|row| Timestamp::from_ms(row.int(0))))
    }
}
