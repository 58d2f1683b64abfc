//! How identities are found by hash and by value: two tables that follow the one of identities in sweeps (see
//! [`crate::deferred`]). Until then they are found among the identities numbered after `identities_found`.
//!
//! A hash that nobody has is known by Bloom filters over all hashes, one for each [`FILTER`] identities, without looking.

use base::IdentityId;

use crate::bloom::Bloom;
use crate::deferred::Deferred;
use crate::sql::{Connection, StoreError};
use crate::value::{Column, Value};

/// How many new identities make a sweep, unless there is nothing else to do.
const SWEEP: usize = 65_536;
/// How many identities share a filter: those with numbers up to a multiple of it.
const FILTER: u64 = 65_536;
const UPTO: &str = "identities_found";

/// Identities on their way into the two tables.
#[derive(Default)]
pub struct Lookup {
    waiting: Deferred<([u8; 16], IdentityId), (String, IdentityId)>,
    /// Filters by the last number of each, the last of them still filling.
    filters: Vec<(u64, Bloom)>,
    /// Filters that are full and not written.
    full: Vec<(u64, Vec<u8>)>,
}

/// Rows for the two tables, written with a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretch {
    /// By hash, in order.
    pub hashes: Vec<([u8; 16], IdentityId)>,
    /// By value, in order.
    pub values: Vec<(String, IdentityId)>,
    /// With the last stretch of a sweep: up to where all identities are found.
    pub upto: Option<IdentityId>,
    /// Filters that are full, by the last number in each.
    pub filters: Vec<(u64, Vec<u8>)>,
}

impl Lookup {
    /// Reads what had not come in yet.
    ///
    /// # Errors
    /// The database's.
    pub fn load(from: &mut Connection) -> Result<Self, StoreError> {
        let upto = from.found_upto()?;
        let rows = from.query(
            "SELECT id, key_hash, value FROM identity WHERE id > $1 AND value IS NOT NULL ORDER BY id",
            &[upto.into()],
        )?;
        let mut lookup = Self::default();
        for row in rows {
            let (id, hash) = (IdentityId::new(row.number(0)), row.blob(1).try_into().unwrap_or_default());
            lookup.waiting.add(id.number(), (hash, id), row.text_or_null(2).map(|value| (value.to_owned(), id)));
        }
        for row in from.query("SELECT last, bits FROM identity_filter ORDER BY last", &[])? {
            lookup.filters.push((row.number(0), Bloom::from_bytes(row.blob(1))));
        }
        let filtered = lookup.filters.last().map_or(0, |(last, _)| *last);
        for row in from.query("SELECT id, key_hash FROM identity WHERE id > $1 ORDER BY id", &[filtered.into()])? {
            lookup.filter(row.number(0), row.blob(1).try_into().unwrap_or_default());
        }
        Ok(lookup)
    }

    /// Whether an identity may have this hash; false is certain.
    #[must_use]
    pub fn may_have(&self, hash: &[u8; 16]) -> bool {
        let key = u128::from_be_bytes(*hash);
        self.filters.iter().any(|(_, bloom)| bloom.may_have(key))
    }

    fn filter(&mut self, id: u64, hash: [u8; 16]) {
        let last = id.next_multiple_of(FILTER);
        if self.filters.last().is_none_or(|(known, _)| *known < last) {
            self.filters.push((last, Bloom::with_room(usize::try_from(FILTER).unwrap_or(0))));
        }
        let Some((_, bloom)) = self.filters.last_mut() else { return };
        bloom.add(u128::from_be_bytes(hash));
        if id == last {
            self.full.push((last, bloom.bytes().to_vec()));
        }
    }

    /// Adds an identity that is new with this unit.
    pub fn add(&mut self, id: IdentityId, hash: [u8; 16], value: &str) {
        self.waiting.add(id.number(), (hash, id), Some((value.to_owned(), id)));
        self.filter(id.number(), hash);
    }

    /// Has identities found no longer that are on their way.
    pub fn forget(&mut self, erased: &[IdentityId]) {
        self.waiting.retain(|(_, id)| !erased.contains(id), |(_, id)| !erased.contains(id));
    }

    /// Those that the tables do not all have yet.
    pub fn waiting(&self) -> impl Iterator<Item = ([u8; 16], IdentityId)> {
        self.waiting.first().copied()
    }

    /// How many rows are to be written.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.waiting.len()
    }

    /// The next rows, at most so many for each table; `early` also when there are too few for a sweep to be worth its while.
    pub fn stretch(&mut self, rows: usize, early: bool) -> Stretch {
        let (hashes, values, upto) = self.waiting.next(rows, if early { 1 } else { SWEEP });
        Stretch { hashes, values, upto: upto.map(IdentityId::new), filters: std::mem::take(&mut self.full) }
    }
}

impl Stretch {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hashes.is_empty() && self.values.is_empty() && self.filters.is_empty()
    }

    pub(crate) fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        let rows = self.hashes.into_iter().map(|(hash, id)| vec![Value::from(hash.as_slice()), id.number().into()]);
        let insert = "INSERT INTO identity_hash (key_hash, id)";
        to.bulk(insert, &[Column::Blob, Column::Int], "ON CONFLICT DO NOTHING", rows.collect())?;
        let rows = self.values.into_iter().map(|(value, id)| vec![Value::from(value), id.number().into()]);
        let insert = "INSERT INTO identity_value (value, id)";
        to.bulk(insert, &[Column::Text, Column::Int], "ON CONFLICT DO NOTHING", rows.collect())?;
        let rows = self.filters.into_iter().map(|(last, bits)| vec![Value::from(last), bits.into()]);
        let insert = "INSERT INTO identity_filter (last, bits)";
        to.bulk(insert, &[Column::Int, Column::Blob], "ON CONFLICT DO NOTHING", rows.collect())?;
        self.upto.map_or(Ok(()), |upto| to.set_setting(UPTO, &upto.number().to_string()))
    }
}

impl Connection {
    /// The number up to which identities are found in the two tables.
    pub(crate) fn found_upto(&mut self) -> Result<u64, StoreError> {
        Ok(self.setting(UPTO)?.and_then(|upto| upto.parse().ok()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identity_comes_in_once_and_in_order() {
        let mut lookup = Lookup::default();
        for number in 1..=5u8 {
            lookup.add(IdentityId::new(number.into()), [9 - number; 16], &format!("v{}", number % 3));
        }
        assert!(lookup.stretch(2, false).is_empty(), "too few to begin");
        let (mut hashes, mut values, mut upto) = (Vec::new(), Vec::new(), None);
        while lookup.unwritten() > 0 {
            assert_eq!(upto, None, "nothing is said to be found before it is");
            let stretch = lookup.stretch(2, true);
            hashes.extend(stretch.hashes);
            values.extend(stretch.values);
            upto = stretch.upto;
        }
        assert_eq!((hashes.len(), values.len(), upto), (5, 5, Some(IdentityId::new(5))));
        assert!(hashes.is_sorted() && values.is_sorted());
        assert!(hashes.iter().all(|(hash, _)| lookup.may_have(hash)) && !lookup.may_have(&[77; 16]));
    }
}
