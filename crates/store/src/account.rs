//! People who sign in, their sessions, and what they looked at.

use base::{CustomerId, RoleId, Timestamp, UserId};

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
    /// What they may do.
    pub role: RoleId,
    /// Since when they may no longer sign in.
    pub ended_at: Option<Timestamp>,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Who.
    pub person: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// What the browser says that it is.
    pub agent: String,
    /// As whom its person sees the workspace for a while.
    pub sees_as: Option<UserId>,
    /// How many factors it was opened with: one, or two.
    pub factors: u64,
}

const COLUMNS: &str = "person.id, person.email, person.name, person.password_hash, person.role, person.ended_at";

fn person(row: &Row) -> Person {
    Person {
        id: UserId::new(row.number(0)),
        email: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        password_hash: row.text(3).to_owned(),
        role: RoleId::new(row.number(4)),
        ended_at: row.int_or_null(5).map(Timestamp::from_ms),
    }
}

fn session(row: &Row) -> Session {
    Session {
        token_hash: row.blob(0).to_vec(),
        person: UserId::new(row.number(1)),
        created_at: Timestamp::from_ms(row.int(2)),
        expires_at: Timestamp::from_ms(row.int(3)),
        seen_at: Timestamp::from_ms(row.int(4)),
        agent: row.text(5).to_owned(),
        sees_as: row.int_or_null(6).map(|id| UserId::new(id.cast_unsigned())),
        factors: row.number(7),
    }
}

impl Connection {
    /// Adds a person; none when the address is taken.
    ///
    /// # Errors
    /// The database's.
    pub fn add_person(
        &mut self,
        email: &str,
        name: &str,
        password_hash: &str,
        role: RoleId,
        at: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        let sql = "INSERT INTO person (email, name, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT DO NOTHING RETURNING id";
        let values = [email.into(), name.into(), password_hash.into(), role.number().into(), at.ms().into()];
        Ok(self.query_one(sql, &values)?.map(|row| UserId::new(row.number(0))))
    }

    /// A person by e-mail address.
    ///
    /// # Errors
    /// The database's.
    pub fn person_by_email(&mut self, email: &str) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE email = $1");
        Ok(self.query_one(&sql, &[email.into()])?.as_ref().map(person))
    }

    /// A person by id.
    ///
    /// # Errors
    /// The database's.
    pub fn person(&mut self, id: UserId) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.as_ref().map(person))
    }

    /// What people are called; those that there are not are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn person_names(&mut self, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<(UserId, String)>, StoreError> {
        let ids: Vec<crate::Value> = ids.into_iter().map(|id| id.number().into()).collect();
        let rows = self.query_each("SELECT id, name FROM person WHERE id = $1", &ids)?;
        Ok(rows.iter().map(|row| (UserId::new(row.number(0)), row.text(1).to_owned())).collect())
    }

    /// Everyone, with when they were last seen.
    ///
    /// # Errors
    /// The database's.
    pub fn people(&mut self) -> Result<Vec<(Person, Option<Timestamp>)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT MAX(seen_at) FROM session WHERE session.person = person.id) FROM person ORDER BY id"
        );
        let read = |row: &Row| (person(row), row.int_or_null(6).map(Timestamp::from_ms));
        Ok(self.query(&sql, &[])?.iter().map(read).collect())
    }

    /// Writes a person's name, password, role and end.
    ///
    /// # Errors
    /// The database's.
    pub fn set_person(&mut self, person: &Person) -> Result<(), StoreError> {
        let sql = "UPDATE person SET name = $1, password_hash = $2, role = $3, ended_at = $4 WHERE id = $5";
        let values = [
            person.name.as_str().into(),
            person.password_hash.as_str().into(),
            person.role.number().into(),
            person.ended_at.map(Timestamp::ms).into(),
            person.id.number().into(),
        ];
        self.execute(sql, &values).map(|_| ())
    }

    /// Writes a person's password in place of the one until now; false when they have another by then, or may no longer sign in.
    ///
    /// # Errors
    /// The database's.
    pub fn set_password(&mut self, id: UserId, old: &str, new: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE person SET password_hash = $1 WHERE id = $2 AND password_hash = $3 AND ended_at IS NULL";
        Ok(self.execute(sql, &[new.into(), id.number().into(), old.into()])? > 0)
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
    pub fn add_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.execute("DELETE FROM session WHERE expires_at < $1", &[session.created_at.ms().into()])?;
        let sql = "INSERT INTO session (token_hash, person, created_at, expires_at, seen_at, agent, factors)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            session.token_hash.as_slice().into(),
            session.person.number().into(),
            session.created_at.ms().into(),
            session.expires_at.ms().into(),
            session.seen_at.ms().into(),
            session.agent.as_str().into(),
            session.factors.into(),
        ];
        self.execute(sql, &values).map(|_| ())
    }

    /// A session that is still open, and its person, who may still sign in.
    ///
    /// # Errors
    /// The database's.
    pub fn session(&mut self, token_hash: &[u8], at: Timestamp) -> Result<Option<(Person, Session)>, StoreError> {
        let sql = "SELECT token_hash, person, created_at, expires_at, seen_at, agent, sees_as, factors FROM session
                   WHERE token_hash = $1 AND expires_at > $2";
        let Some(row) = self.query_one(sql, &[token_hash.into(), at.ms().into()])? else { return Ok(None) };
        let session = session(&row);
        let person = self.person(session.person)?.filter(|person| person.ended_at.is_none());
        Ok(person.map(|person| (person, session)))
    }

    /// A person's open sessions, the latest used first.
    ///
    /// # Errors
    /// The database's.
    pub fn sessions_of(&mut self, person: UserId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        let sql = "SELECT token_hash, person, created_at, expires_at, seen_at, agent, sees_as, factors FROM session
                   WHERE person = $1 AND expires_at > $2 ORDER BY seen_at DESC, created_at DESC";
        Ok(self.query(sql, &[person.number().into(), at.ms().into()])?.iter().map(session).collect())
    }

    /// Notes when a session was last used.
    ///
    /// # Errors
    /// The database's.
    pub fn set_session_seen(&mut self, token_hash: &[u8], at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE session SET seen_at = $1 WHERE token_hash = $2";
        self.execute(sql, &[at.ms().into(), token_hash.into()]).map(|_| ())
    }

    /// Has a session's person see the workspace as another, or as themselves again.
    ///
    /// # Errors
    /// The database's.
    pub fn set_session_sees_as(&mut self, token_hash: &[u8], person: Option<UserId>) -> Result<(), StoreError> {
        let sql = "UPDATE session SET sees_as = $1 WHERE token_hash = $2";
        self.execute(sql, &[person.map(UserId::number).into(), token_hash.into()]).map(|_| ())
    }

    /// Notes that a session's person has shown a second factor too.
    ///
    /// # Errors
    /// The database's.
    pub fn set_session_proved(&mut self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.execute("UPDATE session SET factors = 2 WHERE token_hash = $1", &[token_hash.into()]).map(|_| ())
    }

    /// Closes a session.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_session(&mut self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.execute("DELETE FROM session WHERE token_hash = $1", &[token_hash.into()]).map(|_| ())
    }

    /// Closes a person's sessions, but for the one with this hash.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_sessions_of(&mut self, person: UserId, but: &[u8]) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE person = $1 AND token_hash <> $2";
        self.execute(sql, &[person.number().into(), but.into()]).map(|_| ())
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
