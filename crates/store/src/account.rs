//! People who sign in, their sessions, and what they looked at.

use base::{CustomerId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A person who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The Argon2id hash of their password.
    pub password_hash: String,
}

/// A signed-in browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: UserId,
    /// Until when.
    pub expires_at: Timestamp,
}

const COLUMNS: &str = "id, email, name, password_hash";

fn person(row: &Row) -> Person {
    Person {
        id: UserId::new(row.number(0)),
        email: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        password_hash: row.text(3).to_owned(),
    }
}

impl Connection {
    /// Adds a person; false when the address is taken.
    ///
    /// # Errors
    /// The database's.
    pub fn add_person(
        &mut self,
        email: &str,
        name: &str,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO person (email, name, password_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let added = self.execute(sql, &[email.into(), name.into(), password_hash.into(), at.ms().into()])?;
        Ok(added > 0)
    }

    /// A person by e-mail address.
    ///
    /// # Errors
    /// The database's.
    pub fn person_by_email(&mut self, email: &str) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE email = $1");
        Ok(self.query_one(&sql, &[email.into()])?.as_ref().map(person))
    }

    /// A person's name.
    ///
    /// # Errors
    /// The database's.
    pub fn person_name(&mut self, id: UserId) -> Result<Option<String>, StoreError> {
        let row = self.query_one("SELECT name FROM person WHERE id = $1", &[id.number().into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }

    /// Whether anyone can sign in yet.
    ///
    /// # Errors
    /// The database's.
    pub fn has_people(&mut self) -> Result<bool, StoreError> {
        Ok(self.query_one("SELECT 1 FROM person LIMIT 1", &[])?.is_some())
    }

    /// Opens a session, by the hash of its token.
    ///
    /// # Errors
    /// The database's.
    pub fn add_session(
        &mut self,
        token_hash: &[u8],
        person: UserId,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute("DELETE FROM session WHERE expires_at < $1", &[at.ms().into()])?;
        let sql = "INSERT INTO session (token_hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let values = [token_hash.into(), person.number().into(), at.ms().into(), expires_at.ms().into()];
        self.execute(sql, &values).map(|_| ())
    }

    /// The person of a session that is still open.
    ///
    /// # Errors
    /// The database's.
    pub fn session_person(&mut self, token_hash: &[u8], at: Timestamp) -> Result<Option<Person>, StoreError> {
        let sql = "SELECT person.id, person.email, person.name, person.password_hash FROM session
                   JOIN person ON person.id = session.person WHERE session.token_hash = $1 AND session.expires_at > $2";
        Ok(self.query_one(sql, &[token_hash.into(), at.ms().into()])?.as_ref().map(person))
    }

    /// Closes a session.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_session(&mut self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.execute("DELETE FROM session WHERE token_hash = $1", &[token_hash.into()]).map(|_| ())
    }

    /// Notes that someone looked at a customer's identifiers unmasked.
    ///
    /// # Errors
    /// The database's.
    pub fn add_reveal(
        &mut self,
        at: Timestamp,
        actor: &str,
        customer: CustomerId,
        identities: u64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO reveal (at, actor, customer, identities) VALUES ($1, $2, $3, $4)";
        let values = [at.ms().into(), actor.into(), customer.number().into(), identities.into()];
        self.execute(sql, &values).map(|_| ())
    }
}
