//! Saved views of lists.

use base::{ObjectId, ViewId};

use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRow {
    /// Of which object.
    pub object: ObjectId,
    /// What it is called.
    pub name: String,
    /// Whose it is: the id of a person or key, or `local`.
    pub owner: String,
    /// Whether everybody has it who may see records of the object.
    pub shared: bool,
    /// What it shows, as JSON.
    pub body: String,
}

const COLUMNS: &str = "id, object, name, owner, shared, body";

fn view(row: &Row) -> (ViewId, ViewRow) {
    let found = ViewRow {
        object: ObjectId::new(row.number(1)),
        name: row.text(2).to_owned(),
        owner: row.text(3).to_owned(),
        shared: row.int(4) != 0,
        body: row.text(5).to_owned(),
    };
    (ViewId::new(row.number(0)), found)
}

fn values(row: &ViewRow) -> [Value; 5] {
    let text = |text: &str| Value::from(text);
    [row.object.number().into(), text(&row.name), text(&row.owner), row.shared.into(), text(&row.body)]
}

impl Connection {
    /// The views of an object that someone has: their own, and shared ones.
    ///
    /// # Errors
    /// The database's.
    pub fn views(&mut self, object: ObjectId, owner: &str) -> Result<Vec<(ViewId, ViewRow)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM view WHERE object = $1 AND (owner = $2 OR shared = 1) ORDER BY id");
        Ok(self.query(&sql, &[object.number().into(), owner.into()])?.iter().map(view).collect())
    }

    /// A view.
    ///
    /// # Errors
    /// The database's.
    pub fn view(&mut self, id: ViewId) -> Result<Option<ViewRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM view WHERE id = $1");
        Ok(self.query_one(&sql, &[id.number().into()])?.map(|row| view(&row).1))
    }

    /// Adds a view.
    ///
    /// # Errors
    /// The database's.
    pub fn add_view(&mut self, row: &ViewRow) -> Result<ViewId, StoreError> {
        let sql = "INSERT INTO view (object, name, owner, shared, body) VALUES ($1, $2, $3, $4, $5) RETURNING id";
        Ok(ViewId::new(self.query_one(sql, &values(row))?.map_or(0, |row| row.number(0))))
    }

    /// Writes a view.
    ///
    /// # Errors
    /// The database's.
    pub fn set_view(&mut self, id: ViewId, row: &ViewRow) -> Result<(), StoreError> {
        let sql = "UPDATE view SET object = $1, name = $2, owner = $3, shared = $4, body = $5 WHERE id = $6";
        let values: Vec<Value> = values(row).into_iter().chain([id.number().into()]).collect();
        self.execute(sql, &values).map(|_| ())
    }

    /// Removes a view.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_view(&mut self, id: ViewId) -> Result<(), StoreError> {
        self.execute("DELETE FROM view WHERE id = $1", &[id.number().into()]).map(|_| ())
    }
}
