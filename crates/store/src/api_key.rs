//! Keys with which programs call the API.

use base::{ApiKeyId, RoleId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: RoleId,
    /// Who made it.
    pub made_by: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, name, role, made_by, created_at, used_at";

fn api_key(row: &Row) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(row.number(0)),
        name: row.text(1).to_owned(),
        role: RoleId::new(row.number(2)),
        made_by: row.text(3).to_owned(),
        created_at: Timestamp::from_ms(row.int(4)),
        used_at: row.int_or_null(5).map(Timestamp::from_ms),
    }
}

impl Connection {
    /// All keys, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn api_keys(&mut self) -> Result<Vec<ApiKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_key ORDER BY id DESC");
        Ok(self.query(&sql, &[])?.iter().map(api_key).collect())
    }

    /// A key by the hash of its secret.
    ///
    /// # Errors
    /// The database's.
    pub fn api_key(&mut self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_key WHERE key_hash = $1");
        Ok(self.query_one(&sql, &[hash.into()])?.as_ref().map(api_key))
    }

    /// What a key is for.
    ///
    /// # Errors
    /// The database's.
    pub fn api_key_name(&mut self, id: ApiKeyId) -> Result<Option<String>, StoreError> {
        let row = self.query_one("SELECT name FROM api_key WHERE id = $1", &[id.number().into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }

    /// Adds a key, by the hash of its secret.
    ///
    /// # Errors
    /// The database's.
    pub fn add_api_key(
        &mut self,
        name: &str,
        hash: &[u8],
        role: RoleId,
        made_by: &str,
        at: Timestamp,
    ) -> Result<ApiKeyId, StoreError> {
        let sql =
            "INSERT INTO api_key (name, key_hash, role, made_by, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let values = [name.into(), hash.into(), role.number().into(), made_by.into(), at.ms().into()];
        Ok(ApiKeyId::new(self.query_one(sql, &values)?.map_or(0, |row| row.number(0))))
    }

    /// Notes when a key was last used.
    ///
    /// # Errors
    /// The database's.
    pub fn set_api_key_used(&mut self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let values = [at.ms().into(), id.number().into()];
        self.execute("UPDATE api_key SET used_at = $1 WHERE id = $2", &values).map(|_| ())
    }

    /// Removes a key; its name, or none when there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_api_key(&mut self, id: ApiKeyId) -> Result<Option<String>, StoreError> {
        let row = self.query_one("DELETE FROM api_key WHERE id = $1 RETURNING name", &[id.number().into()])?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }
}
