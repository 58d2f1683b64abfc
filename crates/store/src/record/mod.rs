//! Objects and their records: one real table for each object, with a column for each field.

pub mod among;
pub mod feed;
pub mod group;
pub mod query;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{ObjectId, RecordId, Timestamp};
use domain::object::{Cell, Field, FieldNumber, Object, Objects, Storage, Type, several};

use crate::sql::{Connection, StoreError};
use crate::value::{Column, Row, Value};

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// How many times it was written, from 1.
    pub version: u32,
    /// Who made it: the id of a person or key, or `local`.
    pub created_by: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When it was put into the trash.
    pub trashed_at: Option<Timestamp>,
    /// Its values.
    pub cells: BTreeMap<FieldNumber, Cell>,
    /// By what its texts are sorted, where it is to be written.
    pub sort: BTreeMap<FieldNumber, String>,
}

/// Records of one object that are written together.
#[derive(Debug, Clone)]
pub struct RecordRows {
    /// The object as it is then.
    pub object: Arc<Object>,
    /// The records.
    pub rows: BTreeMap<RecordId, RecordRow>,
}

/// Where a change to a record stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordChange {
    /// Which record.
    pub record: RecordId,
    /// The place.
    pub seq: u64,
    /// The place of the first change of those that were made as one.
    pub batch: Option<u64>,
}

/// The keys under which a record's values stand in the log.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordKeys {
    /// Of which object it is.
    pub object: ObjectId,
    /// The key of its values.
    pub key: Vec<u8>,
    /// The key of those that tell of a person, under the other one besides; none where there were none.
    pub personal: Option<Vec<u8>>,
}

/// An object made or changed.
#[derive(Debug, Clone)]
pub struct ObjectRow {
    /// As it is now.
    pub object: Arc<Object>,
    /// The fields that it had before; none for one that is new.
    pub before: Option<Vec<FieldNumber>>,
}

/// The table of an object.
pub(crate) fn table(id: ObjectId) -> String {
    format!("o_{}", id.number())
}

/// The column of a field.
pub(crate) fn column(number: FieldNumber) -> String {
    format!("f_{}", number.0)
}

/// The column by which a text is sorted.
pub(crate) fn sort_column(number: FieldNumber) -> String {
    format!("s_{}", number.0)
}

/// The table in which a relation to several leads from record to record: an index of what stands in its column, for both directions.
pub(crate) fn link(object: ObjectId, field: FieldNumber) -> String {
    format!("l_{}_{}", object.number(), field.0)
}

/// The fields of an object that lead to several records.
fn links(object: &Object) -> impl Iterator<Item = &Field> {
    object.fields.iter().filter(|field| matches!(field.holds, Type::Relations { .. }))
}

/// Whether a field has a column by which it is sorted.
#[must_use]
pub const fn has_sort(field: &Field) -> bool {
    matches!(field.holds, Type::Text)
}

/// The columns of a field, with their types.
fn columns_of(field: &Field) -> impl Iterator<Item = (String, Column)> {
    let ty = match field.holds.storage() {
        Storage::Int => Column::Int,
        Storage::Text => Column::Text,
    };
    let sort = has_sort(field).then(|| (sort_column(field.number), Column::Text));
    std::iter::once((column(field.number), ty)).chain(sort)
}

/// Whether lists are narrowed by a field so often that it has an index from the start: what leads elsewhere, and whose a record is.
const fn is_indexed(field: &Field) -> bool {
    matches!(field.holds, Type::Relation { .. } | Type::Customer | Type::User)
        || matches!(field.number, FieldNumber::FIRST | FieldNumber::CHANGED | FieldNumber::CREATED)
}

/// What makes the index of a field.
fn index(object: ObjectId, field: &Field) -> String {
    let of = if has_sort(field) { sort_column(field.number) } else { column(field.number) };
    let table = table(object);
    format!("CREATE INDEX {table}_{of} ON {table} ({of}, id)")
}

impl ObjectRow {
    /// Makes or extends the table. Nothing is rewritten: a new column is empty.
    fn write(&self, to: &mut Connection) -> Result<(), StoreError> {
        let Object { id, name, fields, .. } = &*self.object;
        let (table, is_sqlite) = (table(*id), matches!(to, Connection::Sqlite(_)));
        let declared = |(name, ty): (String, Column)| match (ty, is_sqlite) {
            (Column::Int, true) => format!("{name} INTEGER"),
            (Column::Int, false) => format!("{name} BIGINT"),
            (_, true) => format!("{name} TEXT"),
            (_, false) => format!("{name} TEXT COLLATE \"C\""), // as SQLite compares
        };
        if !is_sqlite {
            to.batch("SET LOCAL lock_timeout = '2s'")?; // whoever reads for long makes this fail, not everybody else wait
        }
        let known = self.before.clone().unwrap_or_default();
        let new: Vec<&Field> = fields.iter().filter(|field| !known.contains(&field.number)).collect();
        let columns: Vec<String> = new.iter().flat_map(|field| columns_of(field)).map(declared).collect();
        if self.before.is_none() {
            let id = if is_sqlite { "INTEGER" } else { "BIGINT" };
            to.batch(&format!(
                "CREATE TABLE {table} (id {id} PRIMARY KEY, version {id} NOT NULL, created_by TEXT NOT NULL, changed_by TEXT NOT NULL, trashed_at {id}, {})",
                columns.join(", ")
            ))?;
        } else {
            columns.iter().try_for_each(|column| to.batch(&format!("ALTER TABLE {table} ADD COLUMN {column}")))?;
        }
        // A new column has no values, and neither has its index: to make it the table is read once, and nothing is sorted or written.
        let indexed = new.iter().filter(|field| is_indexed(field));
        let partly = |field: &Field| format!("{} WHERE {} IS NOT NULL", index(*id, field), column(field.number));
        let index = |field: &&Field| if self.before.is_some() { partly(field) } else { index(*id, field) };
        indexed.map(index).try_for_each(|sql| to.batch(&sql))?;
        let is_new = |field: &&Field| !known.contains(&field.number);
        for link in links(&self.object).filter(is_new).map(|field| link(*id, field.number)) {
            let int = if is_sqlite { "INTEGER" } else { "BIGINT" };
            to.batch(&format!("CREATE TABLE {link} (record {int} NOT NULL, target {int} NOT NULL, PRIMARY KEY (record, target)); CREATE INDEX {link}_target ON {link} (target, record)"))?;
        }
        let sql = "INSERT INTO object (id, name, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
        let body = serde_json::to_string(&*self.object).map_err(|error| StoreError::corrupt("an object", error))?;
        to.execute(sql, &[id.number().into(), name.as_str().into(), body.into()]).map(|_| ())
    }
}

fn cell(value: &Cell) -> Value {
    match value {
        Cell::Int(number) => Value::Int(*number),
        Cell::Text(text) => Value::Text(text.clone()),
    }
}

impl RecordRows {
    fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        self.write_links(to)?;
        let fields = &self.object.fields;
        let own: Vec<(String, Column)> = fields.iter().flat_map(columns_of).collect();
        let fixed = ["id", "version", "created_by", "changed_by", "trashed_at"].map(str::to_owned);
        let names: Vec<String> = fixed.into_iter().chain(own.iter().map(|(name, _)| name.clone())).collect();
        let types = [Column::Int, Column::Int, Column::Text, Column::Text, Column::Int];
        let types: Vec<Column> = types.into_iter().chain(own.iter().map(|(_, ty)| *ty)).collect();
        let rows = self.rows.into_iter().map(|(id, row)| {
            let head = [
                id.number().into(),
                u64::from(row.version).into(),
                row.created_by.into(),
                row.changed_by.into(),
                row.trashed_at.map(Timestamp::ms).into(),
            ];
            let values = fields.iter().flat_map(|field| {
                let value = row.cells.get(&field.number).map_or(Value::Null, cell);
                let sort = has_sort(field).then(|| row.sort.get(&field.number).cloned().into());
                std::iter::once(value).chain(sort)
            });
            head.into_iter().chain(values).collect()
        });
        let insert = format!("INSERT INTO {} ({})", table(self.object.id), names.join(", "));
        let set: Vec<String> = names.iter().skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
        let conflict = format!("ON CONFLICT (id) DO UPDATE SET {}", set.join(", "));
        to.bulk(&insert, &types, &conflict, rows.collect())
    }
}

impl RecordRows {
    /// Writes where the records lead by relations to several.
    fn write_links(&self, to: &mut Connection) -> Result<(), StoreError> {
        for field in links(&self.object) {
            let link = link(self.object.id, field.number);
            let mut rows = Vec::new();
            for (id, row) in &self.rows {
                to.execute(&format!("DELETE FROM {link} WHERE record = $1"), &[id.number().into()])?;
                if let Some(Cell::Text(text)) = row.cells.get(&field.number) {
                    rows.extend(several::numbers(text).map(|target| vec![id.number().into(), target.into()]));
                }
            }
            let sql = format!("INSERT INTO {link} (record, target)");
            to.bulk(&sql, &[Column::Int; 2], "ON CONFLICT (record, target) DO NOTHING", rows)?;
        }
        Ok(())
    }
}

/// Writes what a unit has of objects and records.
pub(crate) fn write(
    to: &mut Connection,
    objects: &[ObjectRow],
    records: BTreeMap<ObjectId, RecordRows>,
    keys: BTreeMap<RecordId, RecordKeys>,
    changes: Vec<RecordChange>,
) -> Result<(), StoreError> {
    objects.iter().try_for_each(|object| object.write(to))?;
    records.into_values().try_for_each(|rows| rows.write(to))?;
    let rows = keys.into_iter().map(|(record, keys)| {
        vec![record.number().into(), keys.object.number().into(), keys.key.into(), keys.personal.into()]
    });
    let types = [Column::Int, Column::Int, Column::Blob, Column::Blob];
    let conflict = "ON CONFLICT (record) DO UPDATE SET key = excluded.key, personal = excluded.personal";
    to.bulk("INSERT INTO record_key (record, object, key, personal)", &types, conflict, rows.collect())?;
    let rows = changes.into_iter().map(|one| vec![one.record.number().into(), one.seq.into(), one.batch.into()]);
    to.bulk("INSERT INTO record_change (record, seq, batch)", &[Column::Int; 3], "", rows.collect())
}

/// The columns of a whole record, in the order in which [`read`] takes them, prefixed with a table's alias.
pub(crate) fn all_columns(object: &Object, alias: &str) -> String {
    let fixed = ["id", "version", "created_by", "changed_by", "trashed_at"].map(str::to_owned);
    let own = object.fields.iter().map(|field| column(field.number));
    let names: Vec<String> = fixed.into_iter().chain(own).map(|name| format!("{alias}.{name}")).collect();
    names.join(", ")
}

/// Takes the record out of a row that begins with [`all_columns`].
pub(crate) fn read(object: &Object, mut row: Row) -> (RecordId, RecordRow) {
    let mut cells = BTreeMap::new();
    for (place, field) in (5..).zip(&object.fields) {
        let found = match (field.holds.storage(), row.take(place)) {
            (Storage::Int, Value::Int(number)) => Some(Cell::Int(number)),
            (Storage::Text, Value::Text(text)) => Some(Cell::Text(text)),
            _ => None,
        };
        cells.extend(found.map(|found| (field.number, found)));
    }
    let record = RecordRow {
        version: u32::try_from(row.int(1)).unwrap_or(u32::MAX),
        created_by: row.text(2).to_owned(),
        changed_by: row.text(3).to_owned(),
        trashed_at: row.int_or_null(4).map(Timestamp::from_ms),
        cells,
        sort: BTreeMap::new(),
    };
    (RecordId::new(row.number(0)), record)
}

impl Connection {
    /// All objects, archived ones too.
    ///
    /// # Errors
    /// The database's, or an object that cannot be read.
    pub fn objects(&mut self) -> Result<Objects, StoreError> {
        let rows = self.query("SELECT body FROM object ORDER BY id", &[])?;
        let object =
            |row: &Row| serde_json::from_str(row.text(0)).map_err(|error| StoreError::corrupt("an object", error));
        Ok(Objects::new(rows.iter().map(object).collect::<Result<_, _>>()?))
    }

    /// The number of the last record.
    ///
    /// # Errors
    /// The database's.
    pub fn last_record(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(record), 0) FROM record_key WHERE record < $1"; // but for customers'
        Ok(self.query_one(sql, &[RecordId::CUSTOMERS.into()])?.map_or(0, |row| row.number(0)))
    }

    /// A record, in the trash or not.
    ///
    /// # Errors
    /// The database's.
    pub fn record(&mut self, object: &Object, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
        let sql = format!("SELECT {} FROM {} t WHERE t.id = $1", all_columns(object, "t"), table(object.id));
        Ok(self.query_one(&sql, &[id.number().into()])?.map(|row| read(object, row).1))
    }

    /// Several records, in no order.
    ///
    /// # Errors
    /// The database's.
    pub fn records_by_id(
        &mut self,
        object: &Object,
        ids: &[RecordId],
    ) -> Result<Vec<(RecordId, RecordRow)>, StoreError> {
        let sql = format!("SELECT {} FROM {} t WHERE t.id = $1", all_columns(object, "t"), table(object.id));
        let keys: Vec<Value> = ids.iter().map(|id| id.number().into()).collect();
        Ok(self.query_each(&sql, &keys)?.into_iter().map(|row| read(object, row)).collect())
    }

    /// The records of an object after `after`, in order of id; those in the trash too.
    ///
    /// # Errors
    /// The database's.
    pub fn records_after(
        &mut self,
        object: &Object,
        after: RecordId,
        limit: u32,
    ) -> Result<Vec<(RecordId, RecordRow)>, StoreError> {
        let (columns, table) = (all_columns(object, "t"), table(object.id));
        let sql = format!("SELECT {columns} FROM {table} t WHERE t.id > $1 ORDER BY t.id LIMIT {limit}");
        Ok(self.query(&sql, &[after.number().into()])?.into_iter().map(|row| read(object, row)).collect())
    }

    /// The records of an object after `after` whose relation leads to `to`, in order of id; those in the trash too.
    ///
    /// # Errors
    /// The database's.
    pub fn records_leading(
        &mut self,
        object: &Object,
        by: FieldNumber,
        to: RecordId,
        after: RecordId,
        limit: u32,
    ) -> Result<Vec<(RecordId, RecordRow)>, StoreError> {
        let (columns, table, by) = (all_columns(object, "t"), table(object.id), column(by));
        let sql =
            format!("SELECT {columns} FROM {table} t WHERE t.{by} = $1 AND t.id > $2 ORDER BY t.id LIMIT {limit}");
        Ok(self
            .query(&sql, &[to.number().into(), after.number().into()])?
            .into_iter()
            .map(|row| read(object, row))
            .collect())
    }

    /// As [`Connection::records_after`], each with what its texts are ordered by.
    ///
    /// # Errors
    /// The database's.
    pub fn records_to_sort(
        &mut self,
        object: &Object,
        after: RecordId,
        limit: u32,
    ) -> Result<Vec<(RecordId, RecordRow)>, StoreError> {
        let sorted: Vec<FieldNumber> =
            object.fields.iter().filter(|field| has_sort(field)).map(|field| field.number).collect();
        let keys: String = sorted.iter().map(|number| format!(", t.{}", sort_column(*number))).collect();
        let (columns, table) = (all_columns(object, "t"), table(object.id));
        let sql = format!("SELECT {columns}{keys} FROM {table} t WHERE t.id > $1 ORDER BY t.id LIMIT {limit}");
        let first = 5 + object.fields.len();
        let sort = |mut row: Row| {
            let keys = sorted.iter().zip(first..).filter_map(|(number, place)| match row.take(place) {
                Value::Text(text) => Some((*number, text)),
                _ => None,
            });
            let sort = keys.collect();
            let (id, record) = read(object, row);
            (id, RecordRow { sort, ..record })
        };
        Ok(self.query(&sql, &[after.number().into()])?.into_iter().map(sort).collect())
    }

    /// The keys under which a record's values stand in the log.
    ///
    /// # Errors
    /// The database's.
    pub fn record_keys(&mut self, id: RecordId) -> Result<Option<RecordKeys>, StoreError> {
        let sql = "SELECT object, key, personal FROM record_key WHERE record = $1";
        let keys = |row: Row| RecordKeys {
            object: ObjectId::new(row.number(0)),
            key: row.blob(1).to_vec(),
            personal: Some(row.blob(2).to_vec()).filter(|key| !key.is_empty()),
        };
        Ok(self.query_one(sql, &[id.number().into()])?.map(keys))
    }

    /// The texts in a field of records after `after`, those in the trash too, in order of id; a page of them.
    ///
    /// # Errors
    /// The database's.
    pub fn texts_after(
        &mut self,
        object: ObjectId,
        field: FieldNumber,
        after: RecordId,
        limit: u32,
    ) -> Result<Vec<(RecordId, String)>, StoreError> {
        let (table, column) = (table(object), column(field));
        let sql = format!(
            "SELECT id, {column} FROM {table} WHERE id > $1 AND {column} IS NOT NULL ORDER BY id LIMIT {limit}"
        );
        let text = |row: &Row| (RecordId::new(row.number(0)), row.text(1).to_owned());
        Ok(self.query(&sql, &[after.number().into()])?.iter().map(text).collect())
    }

    /// Where the changes of a batch stand in the log after `after`, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn batch_changes(&mut self, batch: u64, after: u64, limit: u32) -> Result<Vec<u64>, StoreError> {
        let sql = format!("SELECT seq FROM record_change WHERE batch = $1 AND seq > $2 ORDER BY seq LIMIT {limit}");
        Ok(self.query(&sql, &[batch.into(), after.into()])?.iter().map(|row| row.number(0)).collect())
    }

    /// Where a record's changes stand in the log, the latest first, before `before`.
    ///
    /// # Errors
    /// The database's.
    pub fn record_changes(&mut self, id: RecordId, before: u64, limit: u32) -> Result<Vec<u64>, StoreError> {
        let sql =
            format!("SELECT seq FROM record_change WHERE record = $1 AND seq < $2 ORDER BY seq DESC LIMIT {limit}");
        Ok(self.query(&sql, &[id.number().into(), before.into()])?.iter().map(|row| row.number(0)).collect())
    }
}
