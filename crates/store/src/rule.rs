//! Reading rules and declared kinds.

use std::collections::{BTreeMap, BTreeSet};

use base::{CustomerId, DecisionId, RuleId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::unit::{RuleRow, RuleVersionRow};
use crate::value::Row;

/// How far a rule's decisions are counted: beyond it there are simply more.
const COUNTED: u64 = 10_000;

/// A rule with its id.
pub type Rule = (RuleId, RuleRow);
/// What a rule said, by the version from which it said so.
pub type RuleVersion = ((RuleId, u32), RuleVersionRow);

fn rule(row: &Row) -> Rule {
    let found = RuleRow {
        name: row.text(1).to_owned(),
        sentence: row.text(2).to_owned(),
        definition: row.text(3).to_owned(),
        version: u32::try_from(row.int(4)).unwrap_or(0),
        active: row.int(5) != 0,
        since: Timestamp::from_ms(row.int(6)),
        existing: row.int(7) != 0,
        created_at: Timestamp::from_ms(row.int(8)),
        removed: row.int(9) != 0,
        beginning: row.int_or_null(10).and_then(|id| u64::try_from(id).ok()).map(CustomerId::new),
    };
    (RuleId::new(row.number(0)), found)
}

impl Connection {
    /// Every rule that was ever made, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn rules(&mut self) -> Result<Vec<Rule>, StoreError> {
        let sql =
            "SELECT id, name, sentence, definition, version, active, since, existing, created_at, removed, beginning
                   FROM rule ORDER BY id";
        Ok(self.query(sql, &[])?.iter().map(rule).collect())
    }

    /// What each rule said, by rule and by the version from which it said so, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn rule_versions(&mut self) -> Result<Vec<RuleVersion>, StoreError> {
        let sql = "SELECT rule, version, sentence, definition, at FROM rule_version ORDER BY rule, version";
        let version = |row: &Row| {
            let found = RuleVersionRow {
                sentence: row.text(2).to_owned(),
                definition: row.text(3).to_owned(),
                at: Timestamp::from_ms(row.int(4)),
            };
            ((RuleId::new(row.number(0)), u32::try_from(row.int(1)).unwrap_or(0)), found)
        };
        Ok(self.query(sql, &[])?.iter().map(version).collect())
    }

    /// The rules of which some body is kept as it was logged.
    ///
    /// # Errors
    /// The database's.
    pub fn rules_logged(&mut self) -> Result<BTreeSet<RuleId>, StoreError> {
        let rows = self.query("SELECT DISTINCT rule FROM rule_logged", &[])?;
        Ok(rows.iter().map(|row| RuleId::new(row.number(0))).collect())
    }

    /// Keeps a rule's body as if it had been logged before everything.
    ///
    /// # Errors
    /// The database's.
    pub fn log_rule(&mut self, rule: RuleId, body: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO rule_logged (rule, seq, body) VALUES ($1, 0, $2)";
        self.execute(sql, &[rule.number().into(), body.into()]).map(|_| ())
    }

    /// The rules logged at or after a place in the log, each with the last body logged before it, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub fn rules_changed_from(&mut self, seq: u64) -> Result<Vec<(RuleId, Option<String>)>, StoreError> {
        let sql = "SELECT DISTINCT rule FROM rule_logged WHERE seq >= $1 ORDER BY rule";
        let rules: Vec<u64> = self.query(sql, &[seq.into()])?.iter().map(|row| row.number(0)).collect();
        let sql = "SELECT body FROM rule_logged WHERE rule = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1";
        let mut body = |rule: u64| {
            let found = self.query_one(sql, &[rule.into(), seq.into()])?;
            Ok((RuleId::new(rule), found.map(|row| row.text(0).to_owned())))
        };
        rules.into_iter().map(&mut body).collect()
    }

    /// Those for whom a rule's tag stands, by id.
    ///
    /// # Errors
    /// The database's.
    pub fn tagged_by(&mut self, rule: RuleId) -> Result<Vec<CustomerId>, StoreError> {
        let rows =
            self.query("SELECT DISTINCT customer FROM tag WHERE rule = $1 ORDER BY customer", &[rule.number().into()])?;
        Ok(rows.iter().map(|row| CustomerId::new(row.number(0))).collect())
    }

    /// For how many customers each rule's tag stands; rules without any are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn holding(&mut self) -> Result<BTreeMap<RuleId, u64>, StoreError> {
        let rows = self.query("SELECT rule, tags FROM rule_holds WHERE tags > 0", &[])?;
        Ok(rows.iter().map(|row| (RuleId::new(row.number(0)), row.number(1))).collect())
    }

    /// How many decisions each of some rules made from `first` on, counted no further than one beyond 10,000.
    ///
    /// # Errors
    /// The database's.
    pub fn decided(&mut self, rules: &[RuleId], first: DecisionId) -> Result<BTreeMap<RuleId, u64>, StoreError> {
        let upto = self.decided_upto()?;
        let latest = "SELECT rule, COUNT(*) FROM decision WHERE id > $1 AND id >= $2 GROUP BY rule";
        let latest = self.query(latest, &[upto.number().into(), first.number().into()])?;
        let latest: BTreeMap<u64, u64> = latest.iter().map(|row| (row.number(0), row.number(1))).collect();
        let most = COUNTED + 1;
        let mut counts = BTreeMap::new();
        for rule in rules {
            let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM decision_by_rule WHERE rule = $1 AND id >= $2 AND id <= $3
                       LIMIT $4) AS counted";
            let values = [rule.number().into(), first.number().into(), upto.number().into(), most.into()];
            let others = self.query_one(sql, &values)?.map_or(0, |row| row.number(0));
            counts.insert(*rule, most.min(others + latest.get(&rule.number()).copied().unwrap_or(0)));
        }
        Ok(counts)
    }

    /// The kinds that this workspace declared, as JSON, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn kinds(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = self.query("SELECT declaration FROM kind ORDER BY id", &[])?;
        Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
    }
}
