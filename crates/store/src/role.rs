//! Roles that a workspace made.

use base::RoleId;

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// The number after which roles of the workspace's own begin; those below are the program's.
const OWN: u64 = 1_000;

/// A role of the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// The names of its rights.
    pub rights: Vec<String>,
    /// What may be done with records, as JSON.
    pub records: String,
}

fn role(row: &Row) -> Role {
    let rights = row.text(2).split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Role { id: RoleId::new(row.number(0)), name: row.text(1).to_owned(), rights, records: row.text(3).to_owned() }
}

impl Connection {
    /// The workspace's own roles, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn roles(&mut self) -> Result<Vec<Role>, StoreError> {
        Ok(self.query("SELECT id, name, rights, records FROM role ORDER BY id", &[])?.iter().map(role).collect())
    }

    /// A role of the workspace's own.
    ///
    /// # Errors
    /// The database's.
    pub fn role(&mut self, id: RoleId) -> Result<Option<Role>, StoreError> {
        let sql = "SELECT id, name, rights, records FROM role WHERE id = $1";
        Ok(self.query_one(sql, &[id.number().into()])?.as_ref().map(role))
    }

    /// Adds a role; none when the name is taken.
    ///
    /// # Errors
    /// The database's.
    pub fn add_role(&mut self, name: &str, rights: &[&str], records: &str) -> Result<Option<RoleId>, StoreError> {
        let sql = "INSERT INTO role (id, name, rights, records) SELECT COALESCE(MAX(id), $1) + 1, $2, $3, $4 FROM role
                   WHERE TRUE ON CONFLICT DO NOTHING RETURNING id";
        let row = self.query_one(sql, &[OWN.into(), name.into(), rights.join(" ").into(), records.into()])?;
        Ok(row.map(|row| RoleId::new(row.number(0))))
    }

    /// Writes a role's name and rights; false when the name is another's.
    ///
    /// # Errors
    /// The database's.
    pub fn set_role(&mut self, id: RoleId, name: &str, rights: &[&str], records: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE role SET name = $1, rights = $2, records = $3
                   WHERE id = $4 AND NOT EXISTS (SELECT 1 FROM role other WHERE other.name = $1 AND other.id <> $4)";
        let changed = self.execute(sql, &[name.into(), rights.join(" ").into(), records.into(), id.number().into()])?;
        Ok(changed > 0)
    }

    /// Removes a role that nobody has: no person, no invitation, no key. False when someone does.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_role(&mut self, id: RoleId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM role WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM person WHERE person.role = $1)
                   AND NOT EXISTS (SELECT 1 FROM invitation WHERE invitation.role = $1)
                   AND NOT EXISTS (SELECT 1 FROM api_key WHERE api_key.role = $1)";
        Ok(self.execute(sql, &[id.number().into()])? > 0)
    }
}
