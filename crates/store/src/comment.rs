//! Comments on records. What they say stands here and, encrypted, in the log.

use std::collections::BTreeMap;

use base::{CommentId, ObjectId, RecordId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::Column::{Int, Text};
use crate::value::{Row, Value};

/// A comment on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// Of which object the record is.
    pub object: ObjectId,
    /// On which record.
    pub record: RecordId,
    /// Who wrote it: the id of a person or key, or `local`.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// When its text was changed last.
    pub changed_at: Option<Timestamp>,
    /// Where it was written or changed last in the log.
    pub seq: u64,
    /// Whom its text names.
    pub mentions: Vec<UserId>,
    /// Its text; none once it was erased.
    pub text: Option<String>,
}

const COLUMNS: &str = "id, object, record, author, at, changed_at, seq, mentions, body";

fn comment(row: &Row) -> (CommentId, CommentRow) {
    let found = CommentRow {
        object: ObjectId::new(row.number(1)),
        record: RecordId::new(row.number(2)),
        author: row.text(3).to_owned(),
        at: Timestamp::from_ms(row.int(4)),
        changed_at: row.int_or_null(5).map(Timestamp::from_ms),
        seq: row.number(6),
        mentions: row.text(7).split_whitespace().filter_map(|id| id.parse().ok()).collect(),
        text: row.text_or_null(8).map(str::to_owned),
    };
    (CommentId::new(row.number(0)), found)
}

fn values((id, row): (CommentId, CommentRow)) -> Vec<Value> {
    let mentions: Vec<String> = row.mentions.iter().map(ToString::to_string).collect();
    vec![
        id.number().into(),
        row.object.number().into(),
        row.record.number().into(),
        row.author.into(),
        row.at.ms().into(),
        row.changed_at.map(Timestamp::ms).into(),
        row.seq.into(),
        mentions.join(" ").into(),
        row.text.into(),
    ]
}

/// Writes what a unit has of comments.
pub(crate) fn write(
    to: &mut Connection,
    comments: BTreeMap<CommentId, Option<CommentRow>>,
    erased: &[RecordId],
) -> Result<(), StoreError> {
    for record in erased {
        to.execute("UPDATE comment SET body = NULL WHERE record = $1", &[record.number().into()])?;
    }
    let mut rows = Vec::with_capacity(comments.len());
    for (id, row) in comments {
        match row {
            Some(row) => rows.push(values((id, row))),
            None => {
                to.execute("DELETE FROM comment WHERE id = $1", &[id.number().into()])?;
                to.execute("DELETE FROM notice WHERE comment = $1", &[id.number().into()])?;
            }
        }
    }
    let insert = format!("INSERT INTO comment ({COLUMNS})");
    let types = [Int, Int, Int, Text, Int, Int, Int, Text, Text];
    let conflict = "ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, seq = excluded.seq, \
                    mentions = excluded.mentions, body = excluded.body";
    to.bulk(&insert, &types, conflict, rows)
}

impl Connection {
    /// A comment.
    ///
    /// # Errors
    /// The database's.
    pub fn comment(&mut self, id: CommentId) -> Result<Option<CommentRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM comment WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.map(|row| comment(&row).1))
    }

    /// A record's comments before one, the latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn comments_of(
        &mut self,
        record: RecordId,
        before: CommentId,
        limit: u32,
    ) -> Result<Vec<(CommentId, CommentRow)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM comment WHERE record = $1 AND id < $2 ORDER BY id DESC LIMIT {limit}");
        Ok(self.query(&sql, &[record.number().into(), before.number().into()])?.iter().map(comment).collect())
    }

    /// How many comments on a record have a text.
    ///
    /// # Errors
    /// The database's.
    pub fn count_comments(&mut self, record: RecordId) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM comment WHERE record = $1 AND body IS NOT NULL";
        Ok(self.query_one(sql, &[record.number().into()])?.map_or(0, |row| row.number(0)))
    }

    /// All comments after one, in order of id; a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn comments_after(&mut self, after: CommentId, limit: u32) -> Result<Vec<(CommentId, CommentRow)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM comment WHERE id > $1 ORDER BY id LIMIT {limit}");
        Ok(self.query(&sql, &[after.number().into()])?.iter().map(comment).collect())
    }

    /// Comments that were written or changed after a place in the log, in order of that.
    ///
    /// # Errors
    /// The database's.
    pub fn comments_written_after(&mut self, seq: u64, limit: u32) -> Result<Vec<(CommentId, CommentRow)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM comment WHERE seq > $1 ORDER BY seq LIMIT {limit}");
        Ok(self.query(&sql, &[seq.into()])?.iter().map(comment).collect())
    }
}
