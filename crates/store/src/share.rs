//! Records that were shared, one by one, with people and teams.

use base::{RecordId, TeamId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// With whom a record is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A person.
    Person(UserId),
    /// All who are in a team, or in one that is part of it.
    Team(TeamId),
}

/// A record shared with someone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// With whom.
    pub with: Holder,
    /// Whether they may change it, too.
    pub writes: bool,
    /// By whom: the id of a person or key, or `local`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Holder {
    /// As the two columns say it, of which one is zero.
    fn columns(self) -> [Value; 2] {
        match self {
            Self::Person(id) => [id.number().into(), 0_u64.into()],
            Self::Team(id) => [0_u64.into(), id.number().into()],
        }
    }
}

impl Connection {
    /// With whom a record is shared, the latest last.
    ///
    /// # Errors
    /// The database's.
    pub fn shares(&mut self, record: RecordId) -> Result<Vec<Share>, StoreError> {
        let sql = "SELECT person, team, writes, shared_by, shared_at FROM share WHERE record = $1 ORDER BY shared_at, person, team";
        let share = |row: &Row| Share {
            with: match row.number(0) {
                0 => Holder::Team(TeamId::new(row.number(1))),
                person => Holder::Person(UserId::new(person)),
            },
            writes: row.int(2) != 0,
            by: row.text(3).to_owned(),
            at: Timestamp::from_ms(row.int(4)),
        };
        Ok(self.query(sql, &[record.number().into()])?.iter().map(share).collect())
    }

    /// The records shared with someone, themselves or by their teams; or those that they may change.
    ///
    /// # Errors
    /// The database's.
    pub fn shared_with(&mut self, me: UserId, writes: bool) -> Result<Vec<RecordId>, StoreError> {
        let rows = self.query(&shared("$1", writes), &[me.number().into()])?;
        Ok(rows.iter().map(|row| RecordId::new(row.number(0))).collect())
    }

    /// Shares a record, in place of how it was shared with them before.
    ///
    /// # Errors
    /// The database's.
    pub fn set_share(&mut self, record: RecordId, share: &Share) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO share (record, person, team, writes, shared_by, shared_at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (record, person, team) DO UPDATE SET writes = excluded.writes";
        let [person, team] = share.with.columns();
        let values =
            [record.number().into(), person, team, share.writes.into(), share.by.as_str().into(), share.at.ms().into()];
        self.execute(sql, &values).map(|_| ())
    }

    /// Shares a record no longer; false where it was not shared with them.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_share(&mut self, record: RecordId, with: Holder) -> Result<bool, StoreError> {
        let [person, team] = with.columns();
        let sql = "DELETE FROM share WHERE record = $1 AND person = $2 AND team = $3";
        Ok(self.execute(sql, &[record.number().into(), person, team])? > 0)
    }
}

/// The query for the records shared with one, themselves or by their teams; or for those that they may change.
pub(crate) fn shared(me: &str, writes: bool) -> String {
    let writes = if writes { " AND share.writes = 1" } else { "" };
    format!(
        "SELECT share.record FROM share WHERE share.person = {me}{writes} UNION ALL
         SELECT share.record FROM team_member mine JOIN team_above up ON up.team = mine.team JOIN share ON share.team = up.above
         WHERE mine.person = {me}{writes}"
    )
}
