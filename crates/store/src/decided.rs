//! How decisions are found by customer and by rule: two tables that follow the one of decisions in sweeps (see
//! [`crate::deferred`]). Until then they are found among the decisions after `decisions_found`.

use base::{CustomerId, DecisionId, RuleId};

use crate::deferred::Deferred;
use crate::sql::{Connection, StoreError};
use crate::unit::DecisionRow;
use crate::value::{Column, Value};

/// How many new decisions make a sweep, unless there is nothing else to do. Readers look through as many, and as many again
/// while a sweep is under way.
const SWEEP: usize = 32_768;
const UPTO: &str = "decisions_found";

/// Decisions on their way into the two tables.
#[derive(Default)]
pub struct Decided(Deferred<(CustomerId, DecisionId), (RuleId, DecisionId)>);

/// Rows for the two tables, written with a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecidedStretch {
    /// By customer, in order.
    pub by_customer: Vec<(CustomerId, DecisionId)>,
    /// By rule, in order.
    pub by_rule: Vec<(RuleId, DecisionId)>,
    /// With the last stretch of a sweep: up to where all decisions are found.
    pub upto: Option<DecisionId>,
}

impl Decided {
    /// Reads what had not come in yet.
    ///
    /// # Errors
    /// The database's.
    pub fn load(from: &mut Connection) -> Result<Self, StoreError> {
        let upto = from.decided_upto()?;
        let rows = from.query("SELECT id, customer, rule FROM decision WHERE id > $1", &[upto.number().into()])?;
        let mut decided = Self::default();
        for row in rows {
            decided.insert(DecisionId::new(row.number(0)), CustomerId::new(row.number(1)), RuleId::new(row.number(2)));
        }
        Ok(decided)
    }

    /// Adds a decision that is new with this unit.
    pub fn add(&mut self, id: DecisionId, row: &DecisionRow) {
        self.insert(id, row.customer, row.rule);
    }

    fn insert(&mut self, id: DecisionId, customer: CustomerId, rule: RuleId) {
        self.0.add(id.number(), (customer, id), Some((rule, id)));
    }

    /// How many rows are to be written.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.0.len()
    }

    /// The next rows, at most so many for each table; `early` also when there are too few for a sweep to be worth its while.
    pub fn stretch(&mut self, rows: usize, early: bool) -> DecidedStretch {
        let (by_customer, by_rule, upto) = self.0.next(rows, if early { 1 } else { SWEEP });
        DecidedStretch { by_customer, by_rule, upto: upto.map(DecisionId::new) }
    }
}

impl DecidedStretch {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.by_customer.is_empty() && self.by_rule.is_empty()
    }

    pub(crate) fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        let rows = self.by_customer.into_iter().map(|(customer, id)| pair(customer.number(), id));
        let insert = "INSERT INTO decision_by_customer (customer, id)";
        to.bulk(insert, &[Column::Int; 2], "ON CONFLICT DO NOTHING", rows.collect())?;
        let rows = self.by_rule.into_iter().map(|(rule, id)| pair(rule.number(), id));
        let insert = "INSERT INTO decision_by_rule (rule, id)";
        to.bulk(insert, &[Column::Int; 2], "ON CONFLICT DO NOTHING", rows.collect())?;
        self.upto.map_or(Ok(()), |upto| to.set_setting(UPTO, &upto.number().to_string()))
    }
}

fn pair(of: u64, id: DecisionId) -> Vec<Value> {
    vec![of.into(), id.number().into()]
}

impl Connection {
    /// How many decisions there are up to the one up to which all should be found, and how many are, by customer and by rule.
    ///
    /// # Errors
    /// The database's.
    pub fn decided_counts(&mut self) -> Result<[u64; 3], StoreError> {
        let upto = self.decided_upto()?.number();
        let mut count = |table: &str| {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE id <= $1");
            Ok::<_, StoreError>(self.query_one(&sql, &[upto.into()])?.map_or(0, |row| row.number(0)))
        };
        Ok([count("decision")?, count("decision_by_customer")?, count("decision_by_rule")?])
    }

    /// The decision up to which all are found in the two tables.
    pub(crate) fn decided_upto(&mut self) -> Result<DecisionId, StoreError> {
        Ok(DecisionId::new(self.setting(UPTO)?.and_then(|upto| upto.parse().ok()).unwrap_or(0)))
    }
}
