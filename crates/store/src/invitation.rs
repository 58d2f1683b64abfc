//! Invitations that were not taken yet.

use base::{InvitationId, RoleId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// An invitation that was not taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Whose e-mail address.
    pub email: String,
    /// The role they will have.
    pub role: RoleId,
    /// Who invited them.
    pub invited_by: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when it can be taken.
    pub expires_at: Timestamp,
}

const COLUMNS: &str = "id, email, role, invited_by, created_at, expires_at";

fn invitation(row: &Row) -> Invitation {
    Invitation {
        id: InvitationId::new(row.number(0)),
        email: row.text(1).to_owned(),
        role: RoleId::new(row.number(2)),
        invited_by: row.text(3).to_owned(),
        created_at: Timestamp::from_ms(row.int(4)),
        expires_at: Timestamp::from_ms(row.int(5)),
    }
}

impl Connection {
    /// Invitations, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn invitations(&mut self) -> Result<Vec<Invitation>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM invitation ORDER BY id DESC LIMIT 1000");
        Ok(self.query(&sql, &[])?.iter().map(invitation).collect())
    }

    /// The invitation with this token, if it can still be taken.
    ///
    /// # Errors
    /// The database's.
    pub fn invitation(&mut self, token_hash: &[u8], at: Timestamp) -> Result<Option<Invitation>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM invitation WHERE token_hash = $1 AND expires_at > $2");
        Ok(self.query_one(&sql, &[token_hash.into(), at.ms().into()])?.as_ref().map(invitation))
    }

    /// Invites an address, in place of an earlier invitation of it.
    ///
    /// # Errors
    /// The database's.
    pub fn add_invitation(&mut self, new: &Invitation, token_hash: &[u8]) -> Result<InvitationId, StoreError> {
        let sql = "INSERT INTO invitation (email, role, token_hash, invited_by, created_at, expires_at)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (email) DO UPDATE SET role = excluded.role, token_hash = excluded.token_hash,
                   invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at
                   RETURNING id";
        let values = [
            new.email.as_str().into(),
            new.role.number().into(),
            token_hash.into(),
            new.invited_by.as_str().into(),
            new.created_at.ms().into(),
            new.expires_at.ms().into(),
        ];
        Ok(InvitationId::new(self.query_one(sql, &values)?.map_or(0, |row| row.number(0))))
    }

    /// Takes an invitation back, or marks it as taken; its address, or none when there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_invitation(&mut self, id: InvitationId) -> Result<Option<String>, StoreError> {
        let row = self.query_one("DELETE FROM invitation WHERE id = $1 RETURNING email", &[id.number().into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }
}
