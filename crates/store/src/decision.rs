//! Reading decisions and tasks.

use base::{CustomerId, DecisionId, RuleId, TaskId, Timestamp};

use crate::sql::{Connection, StoreError};
use crate::unit::{DecisionRow, TaskRow};
use crate::value::Row;

/// A decision with its id.
pub type Decision = (DecisionId, DecisionRow);

const COLUMNS: &str =
    "id, customer, rule, version, outcome, name, as_of, at, reason, corrects, superseded, history, detail";

fn decision(row: &Row) -> Decision {
    let found = DecisionRow {
        customer: CustomerId::new(row.number(1)),
        rule: RuleId::new(row.number(2)),
        version: u32::try_from(row.int(3)).unwrap_or(0),
        outcome: row.text(4).to_owned(),
        name: row.text(5).to_owned(),
        as_of: Timestamp::from_ms(row.int(6)),
        at: Timestamp::from_ms(row.int(7)),
        reason: row.text(8).to_owned(),
        corrects: row.int_or_null(9).and_then(|id| u64::try_from(id).ok()).map(DecisionId::new),
        superseded: row.int(10) != 0,
        history: row.int(11) != 0,
        detail: row.blob(12).to_vec(),
    };
    (DecisionId::new(row.number(0)), found)
}

fn task(row: &Row) -> (TaskId, TaskRow, bool) {
    let found = TaskRow {
        customer: CustomerId::new(row.number(1)),
        title: row.text(2).to_owned(),
        at: Timestamp::from_ms(row.int(3)),
        withdrawn: row.int(4) != 0,
    };
    (TaskId::new(row.number(0)), found, row.int(5) != 0)
}

impl Connection {
    /// A decision by its id.
    ///
    /// # Errors
    /// The database's.
    pub fn decision(&mut self, id: DecisionId) -> Result<Option<Decision>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decision WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.as_ref().map(decision))
    }

    /// A customer's decisions, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions_of(&mut self, customer: CustomerId, limit: u32) -> Result<Vec<Decision>, StoreError> {
        self.newest("customer", customer.number(), i64::MAX.cast_unsigned(), limit)
    }

    /// As [`Connection::decisions_of`], those before one.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions_before(
        &mut self,
        customer: CustomerId,
        before: DecisionId,
        limit: u32,
    ) -> Result<Vec<Decision>, StoreError> {
        self.newest("customer", customer.number(), before.number(), limit)
    }

    /// A rule's decisions, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions_by(&mut self, rule: RuleId, limit: u32) -> Result<Vec<Decision>, StoreError> {
        self.newest("rule", rule.number(), i64::MAX.cast_unsigned(), limit)
    }

    /// The newest decisions of one customer or rule: those that the last sweep did not bring in, then the others.
    fn newest(&mut self, of: &str, number: u64, before: u64, limit: u32) -> Result<Vec<Decision>, StoreError> {
        let upto = self.decided_upto()?.number();
        let sql = format!(
            "SELECT {COLUMNS} FROM decision WHERE id > $1 AND {of} = $2 AND id < $3 ORDER BY id DESC LIMIT {limit}"
        );
        let mut rows = self.query(&sql, &[upto.into(), number.into(), before.into()])?;
        let sql = format!(
            "SELECT {COLUMNS} FROM decision WHERE id IN
             (SELECT id FROM decision_by_{of} WHERE {of} = $1 AND id <= $2 AND id < $3 ORDER BY id DESC LIMIT $4)
             ORDER BY id DESC"
        );
        let room = i64::from(limit) - i64::try_from(rows.len()).unwrap_or(i64::MAX);
        rows.extend(self.query(&sql, &[number.into(), upto.into(), before.into(), room.into()])?);
        Ok(rows.iter().map(decision).collect())
    }

    /// All decisions after one, in order of id; a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions_after(&mut self, after: DecisionId, limit: u32) -> Result<Vec<Decision>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decision WHERE id > $1 ORDER BY id LIMIT {limit}");
        Ok(self.query(&sql, &[after.number().into()])?.iter().map(decision).collect())
    }

    /// A customer's tasks, newest first: id, task, whether it is done.
    ///
    /// # Errors
    /// The database's.
    pub fn tasks_of(&mut self, customer: CustomerId) -> Result<Vec<(TaskId, TaskRow, bool)>, StoreError> {
        let sql =
            "SELECT id, customer, title, at, withdrawn, done FROM task WHERE customer = $1 ORDER BY id DESC LIMIT 200";
        Ok(self.query(sql, &[customer.number().into()])?.iter().map(task).collect())
    }

    /// A task: the task, whether it is done, and the place in the log where that was last said; nought if it never was.
    ///
    /// # Errors
    /// The database's.
    pub fn task(&mut self, id: TaskId) -> Result<Option<(TaskRow, bool, u64)>, StoreError> {
        let sql = "SELECT id, customer, title, at, withdrawn, done, changed FROM task WHERE id = $1";
        let found = self.query_one(sql, &[id.number().into()])?;
        Ok(found.map(|row| {
            let (_, found, done) = task(&row);
            (found, done, row.number(6))
        }))
    }

    /// All tasks in order of id: id, task, whether it is done.
    ///
    /// # Errors
    /// The database's.
    pub fn all_tasks(&mut self) -> Result<Vec<(TaskId, TaskRow, bool)>, StoreError> {
        let sql = "SELECT id, customer, title, at, withdrawn, done FROM task ORDER BY id";
        Ok(self.query(sql, &[])?.iter().map(task).collect())
    }
}
