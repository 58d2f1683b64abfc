//! Second factors beside a password: the secret of an authenticator app, and codes for when it is lost.

use std::collections::HashSet;

use base::{Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A person's authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What its codes are made from, sealed.
    pub secret: Vec<u8>,
    /// The latest step of time whose code was taken: none of it or before it is taken again.
    pub step: u64,
    /// Since when.
    pub created_at: Timestamp,
}

fn second_factor(row: &Row) -> SecondFactor {
    SecondFactor { secret: row.blob(0).to_vec(), step: row.number(1), created_at: Timestamp::from_ms(row.int(2)) }
}

impl Connection {
    /// A person's authenticator app.
    ///
    /// # Errors
    /// The database's.
    pub fn second_factor(&mut self, person: UserId) -> Result<Option<SecondFactor>, StoreError> {
        let sql = "SELECT secret, step, created_at FROM second_factor WHERE person = $1";
        Ok(self.query_one(sql, &[person.number().into()])?.as_ref().map(second_factor))
    }

    /// Those who have an authenticator app or a passkey.
    ///
    /// # Errors
    /// The database's.
    pub fn with_second_factor(&mut self) -> Result<HashSet<UserId>, StoreError> {
        let rows = self.query("SELECT person FROM second_factor UNION SELECT person FROM passkey", &[])?;
        Ok(rows.iter().map(|row| UserId::new(row.number(0))).collect())
    }

    /// Gives a person an authenticator app; false when they have one.
    ///
    /// # Errors
    /// The database's.
    pub fn add_second_factor(&mut self, person: UserId, new: &SecondFactor) -> Result<bool, StoreError> {
        let sql = "INSERT INTO second_factor (person, secret, step, created_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT DO NOTHING";
        let values =
            [person.number().into(), new.secret.as_slice().into(), new.step.into(), new.created_at.ms().into()];
        Ok(self.execute(sql, &values)? > 0)
    }

    /// Takes the code of a step; false when that of this step or a later one was taken.
    ///
    /// # Errors
    /// The database's.
    pub fn take_step(&mut self, person: UserId, step: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE second_factor SET step = $1 WHERE person = $2 AND step < $1";
        Ok(self.execute(sql, &[step.into(), person.number().into()])? > 0)
    }

    /// Takes a person's authenticator app and recovery codes from them; false when they have none.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_second_factor(&mut self, person: UserId) -> Result<bool, StoreError> {
        self.execute("DELETE FROM recovery_code WHERE person = $1", &[person.number().into()])?;
        Ok(self.execute("DELETE FROM second_factor WHERE person = $1", &[person.number().into()])? > 0)
    }

    /// Gives a person new recovery codes in place of those until now, by their hashes.
    ///
    /// # Errors
    /// The database's.
    pub fn set_recovery_codes(&mut self, person: UserId, hashes: &[Vec<u8>]) -> Result<(), StoreError> {
        self.execute("DELETE FROM recovery_code WHERE person = $1", &[person.number().into()])?;
        for hash in hashes {
            let sql = "INSERT INTO recovery_code (person, code_hash) VALUES ($1, $2)";
            self.execute(sql, &[person.number().into(), hash.as_slice().into()])?;
        }
        Ok(())
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// The database's.
    pub fn recovery_codes_left(&mut self, person: UserId) -> Result<u64, StoreError> {
        let row = self.query_one("SELECT COUNT(*) FROM recovery_code WHERE person = $1", &[person.number().into()])?;
        Ok(row.map_or(0, |row| row.number(0)))
    }

    /// Takes a recovery code, by its hash; false when it is none, or was taken.
    ///
    /// # Errors
    /// The database's.
    pub fn take_recovery_code(&mut self, person: UserId, hash: &[u8]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM recovery_code WHERE person = $1 AND code_hash = $2";
        Ok(self.execute(sql, &[person.number().into(), hash.into()])? > 0)
    }
}
