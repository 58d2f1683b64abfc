//! Records by their ids, as far as they pass a test: whoever found them elsewhere reads here what is true of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base::RecordId;
use domain::object::Object;

use super::query::{Test, Writing};
use super::{RecordRow, all_columns, read, table};
use crate::sql::{Connection, StoreError};
use crate::value::Row;

/// A record, and whether it passes a further test.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub id: RecordId,
    /// The record.
    pub row: RecordRow,
    /// Whether it passes the further test.
    pub passes: bool,
}

impl Writing {
    /// Where records of these ids are read that pass a test.
    fn among(&mut self, object: &Object, ids: &[RecordId], test: &Test) {
        let table = table(object.id);
        if self.is_sqlite {
            write!(self.sql, " FROM {table} t0 WHERE ").ok();
            self.test(&Test::Among(ids.to_vec()), "t0");
        } else {
            // `OFFSET 0` keeps the test out of it: these few are looked for by their ids and by nothing else, whatever the test is.
            write!(self.sql, " FROM (SELECT * FROM {table} t WHERE ").ok();
            self.test(&Test::Among(ids.to_vec()), "t");
            self.push(" OFFSET 0) t0 WHERE 1 = 1");
        }
        if !test.is_about_trash() {
            self.push(" AND t0.trashed_at IS NULL");
        }
        self.push(" AND ");
        self.test(test, "t0");
    }
}

impl Connection {
    /// Those of these records that pass a test, in no order, each with whether it passes a further one. Those in the trash are left out unless
    /// the test is about that.
    ///
    /// # Errors
    /// The database's.
    pub fn records_among(
        &mut self,
        object: &Object,
        ids: &[RecordId],
        test: &Test,
        further: &Test,
    ) -> Result<Vec<Found>, StoreError> {
        let mut to = Writing::new(self);
        write!(to.sql, "SELECT {}, CASE WHEN ", all_columns(object, "t0")).ok();
        to.test(further, "t0");
        to.push(" THEN 1 ELSE 0 END");
        to.among(object, ids, test);
        let last = 5 + object.fields.len();
        let found = |row: Row| {
            let passes = row.int(last) != 0;
            let (id, row) = read(object, row);
            Found { id, row, passes }
        };
        Ok(self.few(ids, to, test.is_of_one_record() && further.is_of_one_record())?.into_iter().map(found).collect())
    }

    /// Which of these records pass, in the trash or not.
    ///
    /// # Errors
    /// The database's.
    pub fn passing(
        &mut self,
        object: &Object,
        ids: &[RecordId],
        test: &Test,
    ) -> Result<BTreeSet<RecordId>, StoreError> {
        let mut to = Writing::new(self);
        to.push("SELECT t0.id");
        to.among(object, ids, &Test::All(vec![Test::Anywhere, test.clone()]));
        let rows = self.few(ids, to, test.is_of_one_record())?;
        Ok(rows.iter().map(|row| RecordId::new(row.number(0))).collect())
    }

    /// Runs a statement about some records; `is_by_key` where it looks at nothing else.
    fn few(&mut self, ids: &[RecordId], statement: Writing, is_by_key: bool) -> Result<Vec<Row>, StoreError> {
        let (sql, values) = statement.done();
        match ids {
            [] => Ok(Vec::new()),
            _ if is_by_key => self.by_key(|db| db.query(&sql, &values)),
            _ => self.query(&sql, &values),
        }
    }
}
