//! Passkeys: keys kept by people's devices, with which they sign in.

use base::{PasskeyId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A passkey: what is needed to verify it, and nothing that could be used in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose it is.
    pub person: UserId,
    /// What its person calls it.
    pub name: String,
    /// By what a device knows it.
    pub credential: Vec<u8>,
    /// By what a device knows the person: 16 random bytes.
    pub handle: Vec<u8>,
    /// The host that it was made for; it works at no other.
    pub site: String,
    /// The public key, packed.
    pub public_key: Vec<u8>,
    /// What changes when it is used, such as its counter, packed.
    pub state: Vec<u8>,
    /// Ways in which its device can be reached, as bits.
    pub transports: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, person, name, credential, handle, site, public_key, state, transports, created_at, used_at";

fn passkey(row: &Row) -> Passkey {
    Passkey {
        id: PasskeyId::new(row.number(0)),
        person: UserId::new(row.number(1)),
        name: row.text(2).to_owned(),
        credential: row.blob(3).to_vec(),
        handle: row.blob(4).to_vec(),
        site: row.text(5).to_owned(),
        public_key: row.blob(6).to_vec(),
        state: row.blob(7).to_vec(),
        transports: row.number(8),
        created_at: Timestamp::from_ms(row.int(9)),
        used_at: row.int_or_null(10).map(Timestamp::from_ms),
    }
}

impl Connection {
    /// A person's passkeys, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn passkeys_of(&mut self, person: UserId) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM passkey WHERE person = $1 ORDER BY id");
        Ok(self.query(&sql, &[person.number().into()])?.iter().map(passkey).collect())
    }

    /// The passkey that a device knows by this.
    ///
    /// # Errors
    /// The database's.
    pub fn passkey(&mut self, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM passkey WHERE credential = $1");
        Ok(self.query_one(&sql, &[credential.into()])?.as_ref().map(passkey))
    }

    /// Adds a passkey, but for its id; none when it is known already.
    ///
    /// # Errors
    /// The database's.
    pub fn add_passkey(&mut self, new: &Passkey) -> Result<Option<PasskeyId>, StoreError> {
        let sql =
            "INSERT INTO passkey (person, name, credential, handle, site, public_key, state, transports, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id";
        let values = [
            new.person.number().into(),
            new.name.as_str().into(),
            new.credential.as_slice().into(),
            new.handle.as_slice().into(),
            new.site.as_str().into(),
            new.public_key.as_slice().into(),
            new.state.as_slice().into(),
            new.transports.into(),
            new.created_at.ms().into(),
        ];
        Ok(self.query_one(sql, &values)?.map(|row| PasskeyId::new(row.number(0))))
    }

    /// Notes that a passkey was used: its state in place of the one until now; false when it has another by then, or is gone.
    ///
    /// # Errors
    /// The database's.
    pub fn set_passkey_used(
        &mut self,
        id: PasskeyId,
        old: &[u8],
        new: &[u8],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE passkey SET state = $1, used_at = $2 WHERE id = $3 AND state = $4";
        Ok(self.execute(sql, &[new.into(), at.ms().into(), id.number().into(), old.into()])? > 0)
    }

    /// Removes one of a person's passkeys; its name, or none when there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_passkey(&mut self, person: UserId, id: PasskeyId) -> Result<Option<String>, StoreError> {
        let sql = "DELETE FROM passkey WHERE person = $1 AND id = $2 RETURNING name";
        let row = self.query_one(sql, &[person.number().into(), id.number().into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }

    /// Removes all of a person's passkeys; how many there were.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_passkeys_of(&mut self, person: UserId) -> Result<u64, StoreError> {
        self.execute("DELETE FROM passkey WHERE person = $1", &[person.number().into()])
    }
}
