//! What people have starred: records and views.

use base::{ObjectId, RecordId, Timestamp, UserId, ViewId};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// What can be starred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starred {
    /// A record.
    Record(RecordId),
    /// A saved view.
    View(ViewId),
}

impl Starred {
    fn values(self) -> [Value; 2] {
        match self {
            Self::Record(id) => [Value::Int(0), id.number().into()],
            Self::View(id) => [Value::Int(1), id.number().into()],
        }
    }
}

impl Connection {
    /// What someone has starred, of which objects, the first starred first.
    ///
    /// # Errors
    /// The database's.
    pub fn favourites(&mut self, person: UserId) -> Result<Vec<(ObjectId, Starred)>, StoreError> {
        let starred = |row: &Row| match row.int(1) {
            0 => Starred::Record(RecordId::new(row.number(2))),
            _ => Starred::View(ViewId::new(row.number(2))),
        };
        let sql =
            "SELECT object, is_view, target FROM favourite WHERE person = $1 ORDER BY starred_at, is_view, target";
        let rows = self.query(sql, &[person.number().into()])?;
        Ok(rows.iter().map(|row| (ObjectId::new(row.number(0)), starred(row))).collect())
    }

    /// Stars something for someone; what is starred already stays where it is.
    ///
    /// # Errors
    /// The database's.
    pub fn add_favourite(
        &mut self,
        person: UserId,
        object: ObjectId,
        starred: Starred,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO favourite (person, object, is_view, target, starred_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT DO NOTHING";
        let [is_view, target] = starred.values();
        self.execute(sql, &[person.number().into(), object.number().into(), is_view, target, at.ms().into()])
            .map(|_| ())
    }

    /// Takes a star away.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_favourite(&mut self, person: UserId, starred: Starred) -> Result<(), StoreError> {
        let [is_view, target] = starred.values();
        let sql = "DELETE FROM favourite WHERE person = $1 AND is_view = $2 AND target = $3";
        self.execute(sql, &[person.number().into(), is_view, target]).map(|_| ())
    }
}
