//! Identity providers, and which of their subjects is which person.

use base::{ProviderId, RoleId, Timestamp, UserId};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// An identity provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// What people know it by.
    pub label: String,
    /// Its issuer.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The secret that it gave us, sealed.
    pub secret: Vec<u8>,
    /// The role of those whom nobody knew; none lets in only those who are known or invited.
    pub role: Option<RoleId>,
    /// The domains of e-mail addresses that may come, with spaces between; empty for all.
    pub domains: String,
    /// Since when.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, label, issuer, client_id, secret, role, domains, created_at";

fn provider(row: &Row) -> Provider {
    Provider {
        id: ProviderId::new(row.number(0)),
        label: row.text(1).to_owned(),
        issuer: row.text(2).to_owned(),
        client_id: row.text(3).to_owned(),
        secret: row.blob(4).to_vec(),
        role: row.int_or_null(5).map(|id| RoleId::new(id.cast_unsigned())),
        domains: row.text(6).to_owned(),
        created_at: Timestamp::from_ms(row.int(7)),
    }
}

fn values(one: &Provider) -> [Value; 6] {
    [
        one.label.as_str().into(),
        one.issuer.as_str().into(),
        one.client_id.as_str().into(),
        one.secret.as_slice().into(),
        one.role.map(RoleId::number).into(),
        one.domains.as_str().into(),
    ]
}

impl Connection {
    /// The identity providers, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn providers(&mut self) -> Result<Vec<Provider>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM provider ORDER BY id");
        Ok(self.query(&sql, &[])?.iter().map(provider).collect())
    }

    /// An identity provider.
    ///
    /// # Errors
    /// The database's.
    pub fn provider(&mut self, id: ProviderId) -> Result<Option<Provider>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM provider WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.as_ref().map(provider))
    }

    /// Adds an identity provider, without its secret, which is sealed for its id.
    ///
    /// # Errors
    /// The database's.
    pub fn add_provider(&mut self, new: &Provider) -> Result<ProviderId, StoreError> {
        let sql = "INSERT INTO provider (label, issuer, client_id, secret, role, domains, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let values: Vec<Value> = values(new).into_iter().chain([new.created_at.ms().into()]).collect();
        Ok(ProviderId::new(self.query_one(sql, &values)?.map_or(0, |row| row.number(0))))
    }

    /// Writes an identity provider.
    ///
    /// # Errors
    /// The database's.
    pub fn set_provider(&mut self, one: &Provider) -> Result<(), StoreError> {
        let sql = "UPDATE provider SET label = $1, issuer = $2, client_id = $3, secret = $4, role = $5, domains = $6
                   WHERE id = $7";
        let values: Vec<Value> = values(one).into_iter().chain([one.id.number().into()]).collect();
        self.execute(sql, &values).map(|_| ())
    }

    /// Removes an identity provider, and who its subjects are; false when there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_provider(&mut self, id: ProviderId) -> Result<bool, StoreError> {
        self.remove_links_of(id)?;
        Ok(self.execute("DELETE FROM provider WHERE id = $1", &[id.number().into()])? > 0)
    }

    /// Forgets who a provider's subjects are.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_links_of(&mut self, id: ProviderId) -> Result<(), StoreError> {
        self.execute("DELETE FROM provider_link WHERE provider = $1", &[id.number().into()]).map(|_| ())
    }

    /// Who a provider's subject is.
    ///
    /// # Errors
    /// The database's.
    pub fn linked(&mut self, id: ProviderId, subject: &str) -> Result<Option<UserId>, StoreError> {
        let sql = "SELECT person FROM provider_link WHERE provider = $1 AND subject = $2";
        Ok(self.query_one(sql, &[id.number().into(), subject.into()])?.map(|row| UserId::new(row.number(0))))
    }

    /// Remembers who a provider's subject is; false when the subject is somebody else, or the person another subject.
    ///
    /// # Errors
    /// The database's.
    pub fn link(&mut self, id: ProviderId, subject: &str, person: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO provider_link (provider, subject, person, created_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT DO NOTHING";
        let values = [id.number().into(), subject.into(), person.number().into(), at.ms().into()];
        Ok(self.execute(sql, &values)? > 0)
    }

    /// The invitation of an address, if it can still be taken.
    ///
    /// # Errors
    /// The database's.
    pub fn invitation_of(&mut self, email: &str, at: Timestamp) -> Result<Option<crate::Invitation>, StoreError> {
        let found = self.invitations()?.into_iter().find(|one| one.email == email);
        Ok(found.filter(|one| one.expires_at > at))
    }
}
