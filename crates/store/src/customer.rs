//! Reading customers: states, names, profiles, tags.

use std::collections::{BTreeMap, BTreeSet};

use base::{CustomerId, DecisionId, RuleId, Timestamp};
use domain::KindId;

use crate::sql::{Connection, StoreError};
use crate::unit::TagRow;
use crate::value::{Row, Value};

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// Its id.
    pub id: CustomerId,
    /// Its name.
    pub name: Option<String>,
    /// The instants of its first and last event.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// How many events.
    pub events: u64,
}

/// A state as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// The place in the log up to which events are in it.
    pub seq: u64,
    /// The state.
    pub body: Vec<u8>,
}

const COLUMNS: &str = "customer.id, customer.name, state.first_seen, state.last_seen, state.events";

fn customer(row: &Row) -> CustomerRow {
    let first = row.int_or_null(2).map(Timestamp::from_ms);
    CustomerRow {
        id: CustomerId::new(row.number(0)),
        name: row.text_or_null(1).map(str::to_owned),
        seen: first.map(|first| (first, Timestamp::from_ms(row.int(3)))),
        events: row.number(4),
    }
}

/// The least text beyond all that begin with `prefix`, in byte order.
fn beyond(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

impl Connection {
    /// A customer; one that was merged leads to the one it is part of now.
    ///
    /// # Errors
    /// The database's.
    pub fn current_customer(&mut self, id: CustomerId) -> Result<Option<CustomerId>, StoreError> {
        let mut id = id;
        for _ in 0..64 {
            let row = self.query_one("SELECT merged_into FROM customer WHERE id = $1", &[id.number().into()])?;
            match row.map(|row| row.int_or_null(0)) {
                None => return Ok(None),
                Some(None) => return Ok(Some(id)),
                Some(Some(into)) => id = CustomerId::new(u64::try_from(into).unwrap_or(0)),
            }
        }
        Ok(None)
    }

    /// Customers that became part of another, each with that.
    ///
    /// # Errors
    /// The database's.
    pub fn parts(&mut self) -> Result<Vec<(CustomerId, CustomerId)>, StoreError> {
        let rows = self.query("SELECT id, merged_into FROM customer WHERE merged_into IS NOT NULL", &[])?;
        Ok(rows.iter().map(|row| (CustomerId::new(row.number(0)), CustomerId::new(row.number(1)))).collect())
    }

    /// What customers are called, those that were merged as the one that they are part of now; those without a name are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn customer_names(&mut self, ids: &BTreeSet<CustomerId>) -> Result<Vec<(CustomerId, String)>, StoreError> {
        let mut named = Vec::new();
        // Of each, by which it goes now.
        let mut open: Vec<(CustomerId, u64)> = ids.iter().map(|id| (*id, id.number())).collect();
        for _ in 0..64 {
            let keys: BTreeSet<u64> = open.iter().map(|(_, now)| *now).collect();
            let keys: Vec<Value> = keys.into_iter().map(Value::from).collect();
            let rows = self.query_each("SELECT id, merged_into, name FROM customer WHERE id = $1", &keys)?;
            let rows: BTreeMap<u64, &Row> = rows.iter().map(|row| (row.number(0), row)).collect();
            for (id, now) in std::mem::take(&mut open) {
                let Some(row) = rows.get(&now) else { continue };
                match (row.int_or_null(1), row.text_or_null(2)) {
                    (Some(into), _) => open.push((id, u64::try_from(into).unwrap_or(0))),
                    (None, Some(name)) => named.push((id, name.to_owned())),
                    (None, None) => {}
                }
            }
            if open.is_empty() {
                break;
            }
        }
        Ok(named)
    }

    /// A customer's row.
    ///
    /// # Errors
    /// The database's.
    pub fn customer(&mut self, id: CustomerId) -> Result<Option<CustomerRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM customer LEFT JOIN state ON state.customer = customer.id WHERE customer.id = $1"
        );
        Ok(self.query_one(&sql, &[id.number().into()])?.as_ref().map(customer))
    }

    /// Customers by last event, newest first, after `cursor`, optionally only those with a tag.
    ///
    /// # Errors
    /// The database's.
    pub fn customers(
        &mut self,
        tag: Option<&str>,
        cursor: Option<(Timestamp, CustomerId)>,
        limit: u32,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        let (at, id) = cursor.map_or((i64::MAX, i64::MAX.cast_unsigned()), |(at, id)| (at.ms(), id.number()));
        let mut values: Vec<Value> = vec![at.into(), id.into()];
        let tagged =
            tag.map_or("", |_| "AND EXISTS (SELECT 1 FROM tag WHERE tag.customer = state.customer AND tag.tag = $3)");
        values.extend(tag.map(Value::from));
        let sql = format!(
            "SELECT {COLUMNS} FROM state JOIN customer ON customer.id = state.customer
             WHERE (state.last_seen, state.customer) < ($1, $2) {tagged}
             ORDER BY state.last_seen DESC, state.customer DESC LIMIT {limit}"
        );
        Ok(self.query(&sql, &values)?.iter().map(customer).collect())
    }

    /// Customers found by the beginning of an identifier, a name, its pinyin or initials: those by an identifier first, each once.
    ///
    /// # Errors
    /// The database's.
    pub fn find_customers(
        &mut self,
        beginnings: &[String],
        names: &[String],
        limit: u32,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let mut found: Vec<CustomerId> = Vec::new();
        let upto = self.found_upto()?;
        let identity = format!(
            "SELECT customer FROM identity WHERE value >= $1 AND value < $2 AND (id IN
             (SELECT id FROM identity_value WHERE value >= $1 AND value < $2 ORDER BY value LIMIT {limit}) OR id > $3)
             ORDER BY value LIMIT {limit}"
        );
        for text in beginnings {
            let rows = self.query(&identity, &[text.as_str().into(), beyond(text).into(), upto.into()])?;
            found.extend(rows.iter().map(|row| CustomerId::new(row.number(0))));
        }
        let key = format!("SELECT customer FROM customer_key WHERE key >= $1 AND key < $2 ORDER BY key LIMIT {limit}");
        for text in names {
            let rows = self.query(&key, &[text.as_str().into(), beyond(text).into()])?;
            found.extend(rows.iter().map(|row| CustomerId::new(row.number(0))));
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|id| seen.insert(*id));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// A customer's state.
    ///
    /// # Errors
    /// The database's.
    pub fn state(&mut self, customer: CustomerId) -> Result<Option<StoredState>, StoreError> {
        let row = self.query_one("SELECT seq, body FROM state WHERE customer = $1", &[customer.number().into()])?;
        Ok(row.map(|row| StoredState { seq: row.number(0), body: row.blob(1).to_vec() }))
    }

    /// The states of several customers, in no order.
    ///
    /// # Errors
    /// The database's.
    pub fn states(&mut self, customers: &[CustomerId]) -> Result<Vec<(CustomerId, StoredState)>, StoreError> {
        let keys: Vec<Value> = customers.iter().map(|id| id.number().into()).collect();
        let rows = self.query_each("SELECT customer, seq, body FROM state WHERE customer = $1", &keys)?;
        let read = |row: &Row| {
            (CustomerId::new(row.number(0)), StoredState { seq: row.number(1), body: row.blob(2).to_vec() })
        };
        Ok(rows.iter().map(read).collect())
    }

    /// A segment of a customer's history.
    ///
    /// # Errors
    /// The database's.
    pub fn segment(&mut self, customer: CustomerId, kind: KindId, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT body FROM segment WHERE customer = $1 AND kind = $2 AND number = $3";
        let values = [customer.number().into(), i64::from(kind.0).into(), i64::from(number).into()];
        Ok(self.query_one(sql, &values)?.map(|row| row.blob(0).to_vec()))
    }

    /// When customers are due whose stored state is after `after` and by `at`, earliest first.
    ///
    /// # Errors
    /// The database's.
    pub fn due(
        &mut self,
        after: (Timestamp, CustomerId),
        at: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, CustomerId)>, StoreError> {
        let sql = format!(
            "SELECT due, customer FROM state WHERE (due, customer) > ($1, $2) AND due <= $3 ORDER BY due, customer LIMIT {limit}"
        );
        let rows = self.query(&sql, &[after.0.ms().into(), after.1.number().into(), at.ms().into()])?;
        Ok(rows.iter().map(|row| (Timestamp::from_ms(row.int(0)), CustomerId::new(row.number(1)))).collect())
    }

    /// The customers after `after` that exist, in order of id.
    ///
    /// # Errors
    /// The database's.
    pub fn customers_after(&mut self, after: CustomerId, limit: u32) -> Result<Vec<CustomerId>, StoreError> {
        let sql = format!("SELECT id FROM customer WHERE id > $1 AND merged_into IS NULL ORDER BY id LIMIT {limit}");
        Ok(self.query(&sql, &[after.number().into()])?.iter().map(|row| CustomerId::new(row.number(0))).collect())
    }

    /// A customer's profile over all its identities: field, value, instant; the newest value of each field.
    ///
    /// # Errors
    /// The database's.
    pub fn profile(&mut self, customer: CustomerId) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        let sql = "SELECT profile.field, profile.value, profile.at FROM profile JOIN identity ON identity.id = profile.identity
                   WHERE identity.customer = $1 ORDER BY profile.at DESC, profile.seq DESC";
        let rows = self.query(sql, &[customer.number().into()])?;
        let mut seen = std::collections::HashSet::new();
        let rows = rows.iter().filter(|row| seen.insert(row.text(0).to_owned()));
        Ok(rows.map(|row| (row.text(0).to_owned(), row.text(1).to_owned(), Timestamp::from_ms(row.int(2)))).collect())
    }

    /// A customer's tags by name.
    ///
    /// # Errors
    /// The database's.
    pub fn tags_of(&mut self, customer: CustomerId) -> Result<Vec<(String, RuleId, TagRow)>, StoreError> {
        let sql = "SELECT tag, rule, since, decision, recomputing FROM tag WHERE customer = $1 ORDER BY tag, rule";
        let rows = self.query(sql, &[customer.number().into()])?;
        Ok(rows.iter().map(|row| (row.text(0).to_owned(), RuleId::new(row.number(1)), tag(row, 2))).collect())
    }

    /// Calls `each` with every tag of every customer.
    ///
    /// # Errors
    /// The database's.
    pub fn all_tags(&mut self) -> Result<Vec<(CustomerId, String, RuleId, TagRow)>, StoreError> {
        let rows = self.query(
            "SELECT customer, tag, rule, since, decision, recomputing FROM tag ORDER BY customer, tag, rule",
            &[],
        )?;
        let read = |row: &Row| {
            (CustomerId::new(row.number(0)), row.text(1).to_owned(), RuleId::new(row.number(2)), tag(row, 3))
        };
        Ok(rows.iter().map(read).collect())
    }
}

fn tag(row: &Row, from: usize) -> TagRow {
    TagRow {
        since: Timestamp::from_ms(row.int(from)),
        decision: DecisionId::new(row.number(from + 1)),
        recomputing: row.int(from + 2) != 0,
    }
}
