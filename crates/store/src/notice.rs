//! What people are told of: only ids, so that what is shown of it is what they may see when they look.

use base::{CommentId, NoticeId, ObjectId, RecordId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// Of what someone is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A comment names them.
    Mention,
    /// There is a comment on a record that they follow.
    Comment,
    /// A record that they follow was changed.
    Change,
    /// A record became theirs.
    Owner,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mention, Self::Comment, Self::Change, Self::Owner];

    fn of(number: i64) -> Self {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number).unwrap_or(Self::Change)
    }
}

/// Something that someone is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Of what.
    pub kind: NoticeKind,
    /// Of which object the record is.
    pub object: ObjectId,
    /// The record; of many that were changed at once, one of them.
    pub record: RecordId,
    /// The comment, if it is one.
    pub comment: Option<CommentId>,
    /// Who did it: the id of a person or key, or `local`.
    pub actor: String,
    /// The place of the first change of those that were made as one.
    pub batch: Option<u64>,
    /// How often, or of how many records.
    pub count: u64,
    /// When the last of it was.
    pub at: Timestamp,
    /// Whether they have yet to look at it.
    pub unread: bool,
}

const COLUMNS: &str = "id, kind, object, record, comment, actor, batch, count, at, unread";

fn notice(row: &Row) -> (NoticeId, NoticeRow) {
    let found = NoticeRow {
        kind: NoticeKind::of(row.int(1)),
        object: ObjectId::new(row.number(2)),
        record: RecordId::new(row.number(3)),
        comment: row.int_or_null(4).map(|id| CommentId::new(id.cast_unsigned())),
        actor: row.text(5).to_owned(),
        batch: row.int_or_null(6).map(i64::cast_unsigned),
        count: row.number(7),
        at: Timestamp::from_ms(row.int(8)),
        unread: row.int(9) != 0,
    };
    (NoticeId::new(row.number(0)), found)
}

impl Connection {
    /// Tells someone of something. What one did to a record since `since` is one line with it, and so is all that was made as one.
    ///
    /// # Errors
    /// The database's.
    pub fn add_notice(&mut self, person: UserId, row: &NoticeRow, since: Timestamp) -> Result<(), StoreError> {
        let me: Value = person.number().into();
        let known = match row.batch {
            Some(batch) => {
                self.query_one("SELECT id FROM notice WHERE person = $1 AND batch = $2", &[me, batch.into()])?
            }
            None if row.kind == NoticeKind::Change => {
                let sql = "SELECT id FROM notice WHERE person = $1 AND record = $2 AND kind = $3 AND actor = $4 \
                           AND batch IS NULL AND began_at >= $5 ORDER BY id DESC LIMIT 1";
                let kind = Value::Int(row.kind as i64);
                self.query_one(
                    sql,
                    &[me, row.record.number().into(), kind, row.actor.as_str().into(), since.ms().into()],
                )?
            }
            None => None,
        };
        if let Some(known) = known {
            let sql = "UPDATE notice SET count = count + $1, at = $2, unread = 1 WHERE id = $3";
            return self.execute(sql, &[row.count.into(), row.at.ms().into(), known.number(0).into()]).map(|_| ());
        }
        let sql = "INSERT INTO notice (person, kind, object, record, comment, actor, batch, count, began_at, at, unread) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
        let values = [
            person.number().into(),
            Value::Int(row.kind as i64),
            row.object.number().into(),
            row.record.number().into(),
            row.comment.map(CommentId::number).into(),
            row.actor.as_str().into(),
            row.batch.into(),
            row.count.into(),
            row.at.ms().into(),
            row.at.ms().into(),
        ];
        self.execute(sql, &values).map(|_| ())
    }

    /// Whether someone was told already that a comment names them.
    ///
    /// # Errors
    /// The database's.
    pub fn has_mention(&mut self, person: UserId, record: RecordId, comment: CommentId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM notice WHERE person = $1 AND record = $2 AND kind = $3 AND comment = $4";
        let kind = Value::Int(NoticeKind::Mention as i64);
        let values = [person.number().into(), record.number().into(), kind, comment.number().into()];
        Ok(self.query_one(sql, &values)?.is_some())
    }

    /// Forgets what someone was told before `before`, and all but the latest `most`.
    ///
    /// # Errors
    /// The database's.
    pub fn trim_notices(&mut self, person: UserId, before: Timestamp, most: u32) -> Result<(), StoreError> {
        let me = person.number();
        self.execute("DELETE FROM notice WHERE person = $1 AND at < $2", &[me.into(), before.ms().into()])?;
        let sql = format!(
            "DELETE FROM notice WHERE person = $1 AND id IN \
             (SELECT id FROM notice WHERE person = $1 ORDER BY at DESC, id DESC LIMIT 1000000 OFFSET {most})"
        );
        self.execute(&sql, &[me.into()]).map(|_| ())
    }

    /// What someone was told, the latest first, before a place: an instant and an id. Only what they have not looked at, where that is asked.
    ///
    /// # Errors
    /// The database's.
    pub fn notices(
        &mut self,
        person: UserId,
        before: (Timestamp, NoticeId),
        unread: bool,
        limit: u32,
    ) -> Result<Vec<(NoticeId, NoticeRow)>, StoreError> {
        let only = if unread { " AND unread = 1" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM notice WHERE person = $1 AND (at, id) < ($2, $3){only} ORDER BY at DESC, id DESC LIMIT {limit}"
        );
        let values = [person.number().into(), before.0.ms().into(), before.1.number().into()];
        Ok(self.query(&sql, &values)?.iter().map(notice).collect())
    }

    /// Notes that someone has looked at something, or at all of it; false where there is no such thing.
    ///
    /// # Errors
    /// The database's.
    pub fn set_notices_read(&mut self, person: UserId, id: Option<NoticeId>) -> Result<bool, StoreError> {
        let me = person.number().into();
        let Some(id) = id else {
            self.execute("UPDATE notice SET unread = 0 WHERE person = $1 AND unread = 1", &[me])?;
            return Ok(true);
        };
        let sql = "UPDATE notice SET unread = 0 WHERE person = $1 AND id = $2";
        Ok(self.execute(sql, &[me, id.number().into()])? > 0)
    }

    /// Of what someone does not want to be told.
    ///
    /// # Errors
    /// The database's.
    pub fn notices_off(&mut self, person: UserId) -> Result<Vec<NoticeKind>, StoreError> {
        let row = self.query_one("SELECT off FROM notice_choice WHERE person = $1", &[person.number().into()])?;
        let off = row.map_or(0, |row| row.int(0));
        Ok(NoticeKind::ALL.into_iter().filter(|kind| off & (1 << *kind as i64) != 0).collect())
    }

    /// Sets of what someone does not want to be told.
    ///
    /// # Errors
    /// The database's.
    pub fn set_notices_off(&mut self, person: UserId, off: &[NoticeKind]) -> Result<(), StoreError> {
        let bits = off.iter().fold(0, |all, kind| all | 1_i64 << *kind as i64);
        let sql = "INSERT INTO notice_choice (person, off) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET off = excluded.off";
        self.execute(sql, &[person.number().into(), bits.into()]).map(|_| ())
    }
}
