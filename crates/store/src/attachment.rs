//! Files kept with records: what they are called and where they lie in the raw zone. Their bytes are never here.

use std::collections::BTreeMap;

use base::{AttachmentId, ObjectId, RecordId, Timestamp};
use domain::object::FieldNumber;

use crate::sql::{Connection, StoreError};
use crate::value::Column::{Blob, Int, Text};
use crate::value::{Row, Value};

/// A file kept with a record.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// With which record.
    pub record: RecordId,
    /// Of which object that is.
    pub object: ObjectId,
    /// In which of the record's fields; none where it is kept with the record alone.
    pub field: Option<FieldNumber>,
    /// What it is called.
    pub name: String,
    /// Its media type, as its first bytes tell it.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Under whose key it is sealed.
    pub alias: [u8; 16],
    /// Of what its name in the raw zone is made.
    pub token: [u8; 16],
    /// The raw zone's block.
    pub block: u64,
    /// The place in that block.
    pub place: u32,
    /// Who attached it: the id of a person or key, or `local`.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
    /// When it was removed, while it can be put back.
    pub removed_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, record, object, name, media_type, bytes, alias, token, block, place, added_by, added_at, removed_at, field";

fn read(row: &Row) -> (AttachmentId, AttachmentRow) {
    let found = AttachmentRow {
        record: RecordId::new(row.number(1)),
        object: ObjectId::new(row.number(2)),
        field: row.int_or_null(13).and_then(|number| u16::try_from(number).ok()).map(FieldNumber),
        name: row.text(3).to_owned(),
        media_type: row.text(4).to_owned(),
        bytes: row.number(5),
        alias: row.blob(6).try_into().unwrap_or_default(),
        token: row.blob(7).try_into().unwrap_or_default(),
        block: row.number(8),
        place: u32::try_from(row.int(9)).unwrap_or(u32::MAX),
        added_by: row.text(10).to_owned(),
        added_at: Timestamp::from_ms(row.int(11)),
        removed_at: row.int_or_null(12).map(Timestamp::from_ms),
    };
    (AttachmentId::new(row.number(0)), found)
}

/// Writes what a unit has of files; none for one whose row goes.
pub(crate) fn write(
    to: &mut Connection,
    rows: BTreeMap<AttachmentId, Option<AttachmentRow>>,
) -> Result<(), StoreError> {
    let mut kept = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let Some(row) = row else {
            to.execute("DELETE FROM attachment WHERE id = $1", &[id.number().into()])?;
            continue;
        };
        kept.push(vec![
            id.number().into(),
            row.record.number().into(),
            row.object.number().into(),
            row.name.into(),
            row.media_type.into(),
            row.bytes.into(),
            row.alias.as_slice().into(),
            row.token.as_slice().into(),
            row.block.into(),
            u64::from(row.place).into(),
            row.added_by.into(),
            row.added_at.ms().into(),
            row.removed_at.map(Timestamp::ms).into(),
            row.field.map(|field| i64::from(field.0)).into(),
        ]);
    }
    let insert = format!("INSERT INTO attachment ({COLUMNS})");
    let types = [Int, Int, Int, Text, Text, Int, Blob, Blob, Int, Int, Text, Int, Int, Int];
    to.bulk(&insert, &types, "ON CONFLICT (id) DO UPDATE SET removed_at = excluded.removed_at", kept)
}

impl Connection {
    fn attachments(&mut self, rest: &str, values: &[Value]) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM attachment WHERE {rest}");
        Ok(self.query(&sql, values)?.iter().map(read).collect())
    }

    /// A file, removed or not.
    ///
    /// # Errors
    /// The database's.
    pub fn attachment(&mut self, id: AttachmentId) -> Result<Option<AttachmentRow>, StoreError> {
        Ok(self.attachments("id = $1", &[id.number().into()])?.pop().map(|(_, row)| row))
    }

    /// The files kept with a record, removed or not, the first attached first.
    ///
    /// # Errors
    /// The database's.
    pub fn attachments_of(&mut self, record: RecordId) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        self.attachments("record = $1 ORDER BY id", &[record.number().into()])
    }

    /// The files in fields of records, without those that were removed, the first attached first.
    ///
    /// # Errors
    /// The database's.
    pub fn attachments_in_fields(
        &mut self,
        records: &[RecordId],
    ) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        let rest = "record = $1 AND field IS NOT NULL AND removed_at IS NULL ORDER BY id";
        let keys: Vec<Value> = records.iter().map(|id| id.number().into()).collect();
        let sql = format!("SELECT {COLUMNS} FROM attachment WHERE {rest}");
        Ok(self.query_each(&sql, &keys)?.iter().map(read).collect())
    }

    /// The files sealed under a key.
    ///
    /// # Errors
    /// The database's.
    pub fn attachments_under(&mut self, alias: &[u8; 16]) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        self.attachments("alias = $1 ORDER BY id", &[alias.as_slice().into()])
    }

    /// The files after `after`, in order; a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn attachments_after(
        &mut self,
        after: AttachmentId,
        limit: u32,
    ) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        self.attachments(&format!("id > $1 ORDER BY id LIMIT {limit}"), &[after.number().into()])
    }

    /// Files that were removed before an instant, a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn attachments_removed_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AttachmentId, AttachmentRow)>, StoreError> {
        let rest = format!("removed_at < $1 ORDER BY removed_at, id LIMIT {limit}");
        self.attachments(&rest, &[before.ms().into()])
    }
}
