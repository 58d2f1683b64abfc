//! Reading identities, links and merges.

use base::{CustomerId, IdentityId, MergeId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::unit::{IdentityRow, MergeRow};
use crate::value::{Row, Value};

/// An identity with its number.
pub type Identity = (IdentityId, IdentityRow);

const COLUMNS: &str = "id, key_hash, scheme, scope, value, standing, degree, demoted, customer";

fn identity(row: &Row) -> Identity {
    let found = IdentityRow {
        key_hash: row.blob(1).try_into().unwrap_or_default(),
        scheme: row.text(2).to_owned(),
        scope: row.text(3).to_owned(),
        value: row.text_or_null(4).map(str::to_owned),
        standing: u8::try_from(row.int(5)).unwrap_or(0),
        degree: row.number(6),
        demoted: row.number(7),
        customer: CustomerId::new(row.number(8)),
    };
    (IdentityId::new(row.number(0)), found)
}

fn merge(row: &Row) -> (MergeId, MergeRow) {
    let found = MergeRow {
        gone: CustomerId::new(row.number(1)),
        stays: CustomerId::new(row.number(2)),
        link: (IdentityId::new(row.number(3)), IdentityId::new(row.number(4)), row.number(5)),
        at: Timestamp::from_ms(row.int(6)),
        undone_at: row.int_or_null(7).map(Timestamp::from_ms),
    };
    (MergeId::new(row.number(0)), found)
}

fn pair(row: &Row) -> (IdentityId, IdentityId) {
    (IdentityId::new(row.number(0)), IdentityId::new(row.number(1)))
}

impl Connection {
    /// Identities by their keyed hashes, in no order; without those that still wait in [`crate::Lookup`].
    ///
    /// # Errors
    /// The database's.
    pub fn identities_by_hash(&mut self, hashes: &[[u8; 16]]) -> Result<Vec<Identity>, StoreError> {
        let keys: Vec<Value> = hashes.iter().map(|hash| hash.as_slice().into()).collect();
        let sql =
            format!("SELECT {COLUMNS} FROM identity WHERE id IN (SELECT id FROM identity_hash WHERE key_hash = $1)");
        Ok(self.query_each(&sql, &keys)?.iter().map(identity).collect())
    }

    /// An identity by its number.
    ///
    /// # Errors
    /// The database's.
    pub fn identity(&mut self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM identity WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.as_ref().map(identity))
    }

    /// A customer's identities, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn identities_of(&mut self, customer: CustomerId) -> Result<Vec<Identity>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM identity WHERE customer = $1 ORDER BY id");
        Ok(self.query(&sql, &[customer.number().into()])?.iter().map(identity).collect())
    }

    /// Identities by exact value, whatever their scheme.
    ///
    /// # Errors
    /// The database's.
    pub fn identities_by_value(&mut self, value: &str) -> Result<Vec<Identity>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM identity WHERE value = $1
             AND (id IN (SELECT id FROM identity_value WHERE value = $1) OR id > $2) ORDER BY standing, id LIMIT 20"
        );
        let upto = self.found_upto()?;
        Ok(self.query(&sql, &[value.into(), upto.into()])?.iter().map(identity).collect())
    }

    /// Scheme and scope of the identities after `after`, in order of their numbers; a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn identities_after(
        &mut self,
        after: IdentityId,
        limit: u32,
    ) -> Result<Vec<(IdentityId, String, String)>, StoreError> {
        let sql = format!("SELECT id, scheme, scope FROM identity WHERE id > $1 ORDER BY id LIMIT {limit}");
        let read = |row: &Row| (IdentityId::new(row.number(0)), row.text(1).to_owned(), row.text(2).to_owned());
        Ok(self.query(&sql, &[after.number().into()])?.iter().map(read).collect())
    }

    /// Whose each identity is, by number.
    ///
    /// # Errors
    /// The database's.
    pub fn identity_owners(&mut self) -> Result<Vec<(IdentityId, CustomerId)>, StoreError> {
        let rows = self.query("SELECT id, customer FROM identity ORDER BY id", &[])?;
        Ok(rows.iter().map(|row| (IdentityId::new(row.number(0)), CustomerId::new(row.number(1)))).collect())
    }

    /// The open links from these identities, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn links_of(&mut self, identities: &[IdentityId]) -> Result<Vec<(IdentityId, IdentityId, u64)>, StoreError> {
        let keys: Vec<Value> = identities.iter().map(|id| id.number().into()).collect();
        let rows = self.query_each("SELECT a, b, seq FROM link WHERE a = $1", &keys)?;
        let mut links: Vec<_> = rows.iter().map(|row| (pair(row).0, pair(row).1, row.number(2))).collect();
        links.sort_unstable_by_key(|(a, b, seq)| (*seq, *a, *b));
        Ok(links)
    }

    /// The pairs said to be apart that have one of these identities.
    ///
    /// # Errors
    /// The database's.
    pub fn apart(&mut self, identities: &[IdentityId]) -> Result<Vec<(IdentityId, IdentityId)>, StoreError> {
        let keys: Vec<Value> = identities.iter().map(|id| id.number().into()).collect();
        Ok(self.query_each("SELECT a, b FROM apart WHERE a = $1 OR b = $1", &keys)?.iter().map(pair).collect())
    }

    /// The numbers of the last identity and the last customer made.
    ///
    /// # Errors
    /// The database's.
    pub fn last_numbers(&mut self) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT (SELECT COALESCE(MAX(id), 0) FROM identity), (SELECT COALESCE(MAX(id), 0) FROM customer)";
        Ok(self.query_one(sql, &[])?.map_or((0, 0), |row| (row.number(0), row.number(1))))
    }

    /// A merge by its id.
    ///
    /// # Errors
    /// The database's.
    pub fn merge(&mut self, id: MergeId) -> Result<Option<(MergeId, MergeRow)>, StoreError> {
        let sql = "SELECT id, gone, stays, a, b, seq, at, undone_at FROM merge WHERE id = $1";
        Ok(self.query_one(sql, &[id.number().into()])?.as_ref().map(merge))
    }

    /// The merges that made a customer, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn merges_of(&mut self, customer: CustomerId) -> Result<Vec<(MergeId, MergeRow)>, StoreError> {
        let sql =
            "SELECT id, gone, stays, a, b, seq, at, undone_at FROM merge WHERE stays = $1 ORDER BY id DESC LIMIT 100";
        Ok(self.query(sql, &[customer.number().into()])?.iter().map(merge).collect())
    }

    /// The merges into a customer that were made up to an instant, undone or not.
    ///
    /// # Errors
    /// The database's.
    pub fn merges_until(&mut self, customer: CustomerId, at: Timestamp) -> Result<Vec<MergeRow>, StoreError> {
        let sql = "SELECT id, gone, stays, a, b, seq, at, undone_at FROM merge WHERE stays = $1 AND at <= $2";
        Ok(self.query(sql, &[customer.number().into(), at.ms().into()])?.iter().map(|row| merge(row).1).collect())
    }

    /// Identities demoted as shared by too many, most shared first.
    ///
    /// # Errors
    /// The database's.
    pub fn hubs(&mut self) -> Result<Vec<Identity>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM identity WHERE standing = 3 ORDER BY degree DESC, id LIMIT 100");
        Ok(self.query(&sql, &[])?.iter().map(identity).collect())
    }

    /// The profile key of an identity.
    ///
    /// # Errors
    /// The database's.
    pub fn profile_key(&mut self, identity: IdentityId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.query_one("SELECT key FROM profile_key WHERE identity = $1", &[identity.number().into()])?;
        Ok(row.map(|row| row.blob(0).to_vec()))
    }
}
