//! What is stored of customers, as far as their records tell it.

use std::collections::BTreeMap;

use base::{CustomerId, IdentityId, RecordId, Timestamp};
use domain::Scheme;
use domain::object::{Fact, Object};

use crate::record::{column, table};
use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// How many identities of a scheme may share before what one says is nobody's own.
const HUB: i64 = 3;

/// What is stored of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The customer of which it is part, if it was merged.
    pub merged_into: Option<CustomerId>,
    /// What it is found by.
    pub name: Option<String>,
    /// What it was called last.
    pub called: Option<String>,
    /// The phone number that proves most about it, the oldest of those.
    pub phone: Option<String>,
    /// Such an e-mail address.
    pub email: Option<String>,
    /// Its tags, by name.
    pub tags: Vec<String>,
    /// The instants of its first and last event.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// How many events.
    pub events: u64,
}

fn customer(row: &Row) -> (CustomerId, Known) {
    let first = row.int_or_null(3).map(Timestamp::from_ms);
    let known = Known {
        merged_into: row.int_or_null(1).map(|id| CustomerId::new(id.cast_unsigned())),
        name: row.text_or_null(2).map(str::to_owned),
        seen: first.map(|first| (first, Timestamp::from_ms(row.int(4)))),
        events: row.int_or_null(5).map_or(0, i64::cast_unsigned),
        ..Known::default()
    };
    (CustomerId::new(row.number(0)), known)
}

impl Connection {
    /// What is stored of customers, in a few rounds for all of them.
    ///
    /// # Errors
    /// The database's.
    pub fn known_of(&mut self, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, Known>, StoreError> {
        let keys: Vec<Value> = customers.iter().map(|id| id.number().into()).collect();
        let sql =
            "SELECT customer.id, customer.merged_into, customer.name, state.first_seen, state.last_seen, state.events
                   FROM customer LEFT JOIN state ON state.customer = customer.id WHERE customer.id = $1";
        let mut all: BTreeMap<CustomerId, Known> = self.query_each(sql, &keys)?.iter().map(customer).collect();
        let of = |row: &Row| CustomerId::new(row.number(0));
        let sql = "SELECT identity.customer, profile.at, profile.seq, profile.value FROM identity
                   JOIN profile ON profile.identity = identity.id WHERE profile.field = 'name' AND identity.customer = $1";
        let mut names = self.query_each(sql, &keys)?;
        names.sort_by_key(|row| (row.int(1), row.int(2)));
        for row in &names {
            all.entry(of(row)).or_default().called = Some(row.text(3).to_owned()); // the latest comes last
        }
        let sql = "SELECT customer, standing, id, scheme, value FROM identity
                   WHERE scheme IN ('phone', 'email') AND value IS NOT NULL AND customer = $1";
        let mut identities = self.query_each(sql, &keys)?;
        identities.retain(|row| row.int(1) < HUB);
        identities.sort_by_key(|row| (row.int(1), IdentityId::new(row.number(2))));
        for row in &identities {
            let known = all.entry(of(row)).or_default();
            let slot = if row.text(3) == Scheme::PHONE.name() { &mut known.phone } else { &mut known.email };
            slot.get_or_insert_with(|| row.text(4).to_owned());
        }
        for row in &self.query_each("SELECT customer, tag FROM tag WHERE customer = $1", &keys)? {
            all.entry(of(row)).or_default().tags.push(row.text(1).to_owned());
        }
        for known in all.values_mut() {
            known.tags.sort_unstable();
            known.tags.dedup();
        }
        Ok(all)
    }

    /// Customers whose record is not there, or lies behind: what a stop in between leaves.
    ///
    /// # Errors
    /// The database's.
    pub fn known_otherwise(&mut self, object: &Object) -> Result<Vec<CustomerId>, StoreError> {
        let last = object.facts().find(|(_, fact)| *fact == Fact::LastSeen);
        let Some(last) = last.map(|(number, _)| column(number)) else { return Ok(Vec::new()) };
        let (table, first) = (table(object.id), RecordId::CUSTOMERS);
        let sql = format!(
            "SELECT customer.id FROM customer LEFT JOIN state ON state.customer = customer.id
             LEFT JOIN {table} t ON t.id = customer.id + {first}
             WHERE (t.id IS NULL AND state.customer IS NOT NULL)
             OR (t.id IS NOT NULL AND ((t.trashed_at IS NULL) = (customer.merged_into IS NOT NULL)
                 OR COALESCE(t.{last}, 0) <> COALESCE(CASE WHEN state.first_seen IS NULL THEN NULL ELSE state.last_seen END, 0)))
             ORDER BY customer.id"
        );
        Ok(self.query(&sql, &[])?.iter().map(|row| CustomerId::new(row.number(0))).collect())
    }
}
