//! Teams: people who work together, each team alone or part of another.

use std::collections::BTreeMap;

use base::{TeamId, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::{Column, Row, Value};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// The team that it is part of.
    pub parent: Option<TeamId>,
    /// Who is in it, apart from those in its parts.
    pub members: Vec<UserId>,
}

impl Connection {
    /// All teams, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn teams(&mut self) -> Result<Vec<Team>, StoreError> {
        let mut members: BTreeMap<u64, Vec<UserId>> = BTreeMap::new();
        for row in self.query("SELECT team, person FROM team_member ORDER BY team, person", &[])? {
            members.entry(row.number(0)).or_default().push(UserId::new(row.number(1)));
        }
        let mut team = |row: &Row| Team {
            id: TeamId::new(row.number(0)),
            name: row.text(1).to_owned(),
            parent: row.int_or_null(2).map(|id| TeamId::new(id.cast_unsigned())),
            members: members.remove(&row.number(0)).unwrap_or_default(),
        };
        Ok(self.query("SELECT id, name, parent FROM team ORDER BY id", &[])?.iter().map(&mut team).collect())
    }

    /// Adds a team without members; none when the name is taken.
    ///
    /// # Errors
    /// The database's.
    pub fn add_team(&mut self, name: &str) -> Result<Option<TeamId>, StoreError> {
        let sql = "INSERT INTO team (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
        Ok(self.query_one(sql, &[name.into()])?.map(|row| TeamId::new(row.number(0))))
    }

    /// Writes a team as it is now; false when the name is another's.
    ///
    /// # Errors
    /// The database's.
    pub fn set_team(&mut self, team: &Team) -> Result<bool, StoreError> {
        let id = Value::from(team.id.number());
        let sql = "UPDATE team SET name = $1, parent = $2
                   WHERE id = $3 AND NOT EXISTS (SELECT 1 FROM team other WHERE other.name = $1 AND other.id <> $3)";
        let parent = team.parent.map(|parent| parent.number().cast_signed()).into();
        if self.execute(sql, &[team.name.as_str().into(), parent, id.clone()])? == 0 {
            return Ok(false);
        }
        self.execute("DELETE FROM team_member WHERE team = $1", std::slice::from_ref(&id))?;
        let rows = team.members.iter().map(|person| vec![id.clone(), person.number().into()]);
        let conflict = "ON CONFLICT DO NOTHING";
        self.bulk("INSERT INTO team_member (team, person)", &[Column::Int; 2], conflict, rows.collect())?;
        self.set_above()?;
        Ok(true)
    }

    /// Removes a team, and what was shared with it; those that are part of it become part of its parent.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_team(&mut self, id: TeamId) -> Result<(), StoreError> {
        let id = [id.number().into()];
        self.execute(
            "UPDATE team SET parent = (SELECT gone.parent FROM team gone WHERE gone.id = $1) WHERE parent = $1",
            &id,
        )?;
        for sql in [
            "DELETE FROM team WHERE id = $1",
            "DELETE FROM team_member WHERE team = $1",
            "DELETE FROM share WHERE team = $1",
        ] {
            self.execute(sql, &id)?;
        }
        self.set_above()
    }

    /// Writes anew which teams are above which: each is above itself.
    fn set_above(&mut self) -> Result<(), StoreError> {
        self.execute("DELETE FROM team_above", &[])?;
        let sql = "INSERT INTO team_above (team, above)
                   WITH RECURSIVE up (team, above, parent) AS (
                       SELECT id, id, parent FROM team
                       UNION SELECT up.team, team.id, team.parent FROM up JOIN team ON team.id = up.parent)
                   SELECT team, above FROM up";
        self.execute(sql, &[]).map(|_| ())
    }

    /// The people in someone's teams, or also in those that are part of them.
    ///
    /// # Errors
    /// The database's.
    pub fn colleagues(&mut self, me: UserId, below: bool) -> Result<Vec<UserId>, StoreError> {
        let rows = self.query(&colleagues("$1", below), &[me.number().into()])?;
        Ok(rows.iter().map(|row| UserId::new(row.number(0))).collect())
    }

    /// Whether someone is in a team of another's, or, where that is asked, in one that is part of theirs.
    ///
    /// # Errors
    /// The database's.
    pub fn is_in_team_of(&mut self, other: UserId, me: UserId, below: bool) -> Result<bool, StoreError> {
        let sql = format!("SELECT 1 WHERE $1 IN ({})", colleagues("$2", below));
        Ok(self.query_one(&sql, &[other.number().into(), me.number().into()])?.is_some())
    }
}

/// The query for the people in the teams of one, or also in those that are part of them.
pub(crate) fn colleagues(me: &str, below: bool) -> String {
    let teams = if below {
        "team_above up ON up.above = mine.team JOIN team_member other ON other.team = up.team"
    } else {
        "team_member other ON other.team = mine.team"
    };
    format!("SELECT other.person FROM team_member mine JOIN {teams} WHERE mine.person = {me}")
}
