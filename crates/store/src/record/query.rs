//! Lists of records: a test, an order and a place to go on from, as one statement for either database.

use std::fmt::Write as _;

use base::{ObjectId, RecordId, UserId};
use domain::object::{FieldNumber, Object};

use super::{RecordRow, all_columns, column, has_sort, link, read, sort_column, table};
use crate::sql::{Connection, StoreError};
use crate::value::{Row, Value};
use crate::{share, team};

/// How a value is compared with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// More.
    More,
    /// More or the same.
    AtLeast,
}

/// What is true of a record, or not. Nothing is neither less nor more than anything, and equals nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// All hold; true where there are none.
    All(Vec<Self>),
    /// One holds at least; false where there are none.
    Any(Vec<Self>),
    /// It does not hold, or is unknown.
    Not(Box<Self>),
    /// A value compares so.
    Compare(FieldNumber, Comparison, Value),
    /// A value is one of these.
    OneOf(FieldNumber, Vec<Value>),
    /// A text has this part, whatever the case of Latin letters.
    Contains(FieldNumber, String),
    /// There is a value.
    Present(FieldNumber),
    /// A set of choices has one of these, as bits.
    AnyBit(FieldNumber, i64),
    /// The record that a relation leads to passes.
    To(FieldNumber, ObjectId, Box<Self>),
    /// A record of another object that leads here by its relation passes.
    From(ObjectId, FieldNumber, Box<Self>),
    /// One of the records that a relation of this object's leads to passes.
    ToSome((ObjectId, FieldNumber), ObjectId, Box<Self>),
    /// A record of another object that leads here by its relation to several passes.
    FromSome(ObjectId, FieldNumber, Box<Self>),
    /// The customer that a field names, or the one that it is part of by now, has a record of this object that passes.
    ToCustomer(FieldNumber, ObjectId, Box<Self>),
    /// A record of another object passes whose field names this customer, or one that is part of it by now.
    FromCustomer(ObjectId, FieldNumber, Box<Self>),
    /// It names someone in a team of this person's, or, where that is asked, in one that is part of theirs.
    Colleague(FieldNumber, UserId, bool),
    /// It is shared with this person or a team that they are in; where that is asked, so that they may change it.
    Shared(UserId, bool),
    /// It is one of these.
    Among(Vec<RecordId>),
    /// It is in the trash.
    Trashed,
    /// It is in the trash or not: lists leave it out otherwise.
    Anywhere,
}

/// By what records are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The field.
    pub field: FieldNumber,
    /// Whether the greatest comes first. What has no value comes last either way.
    pub descending: bool,
}

/// Which records, in which order, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What they must pass.
    pub test: Test,
    /// Their order; records that are alike in it go by id.
    pub order: Vec<Order>,
    /// The last record of the page before: its values in the order, and its id.
    pub after: Option<(Vec<Value>, RecordId)>,
    /// The most records.
    pub limit: u32,
}

/// A record with the values by which it was ordered.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: RecordId,
    /// The record.
    pub row: RecordRow,
    /// Its values in the order, where the next page begins.
    pub place: Vec<Value>,
}

/// A statement being written.
pub(super) struct Writing {
    pub(super) sql: String,
    values: Vec<Value>,
    pub(super) is_sqlite: bool,
    /// How many tables were named so far.
    tables: usize,
}

impl Writing {
    pub(super) fn new(db: &Connection) -> Self {
        let is_sqlite = matches!(db, Connection::Sqlite(_));
        Self { sql: String::new(), values: Vec::new(), is_sqlite, tables: 0 }
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(super) fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// The statement and its values.
    pub(super) fn done(self) -> (String, Vec<Value>) {
        (self.sql, self.values)
    }

    fn alias(&mut self) -> String {
        self.tables += 1;
        format!("t{}", self.tables)
    }

    /// Several tests between brackets.
    fn joined(&mut self, tests: &[Test], of: &str, word: &str, none: &str) {
        if tests.is_empty() {
            return self.push(none);
        }
        self.push("(");
        for (place, test) in tests.iter().enumerate() {
            if place > 0 {
                self.push(word);
            }
            self.test(test, of);
        }
        self.push(")");
    }

    pub(super) fn test(&mut self, test: &Test, of: &str) {
        let at = |field: &FieldNumber| format!("{of}.{}", column(*field));
        match test {
            Test::All(tests) => self.joined(tests, of, " AND ", "1 = 1"),
            Test::Any(tests) => self.joined(tests, of, " OR ", "1 = 0"),
            Test::Not(test) => {
                self.push("(");
                self.test(test, of);
                self.push(") IS NOT TRUE");
            }
            Test::Compare(field, how, value) => {
                let sign = match how {
                    Comparison::Equal => "=",
                    Comparison::Less => "<",
                    Comparison::AtMost => "<=",
                    Comparison::More => ">",
                    Comparison::AtLeast => ">=",
                };
                let value = self.value(value.clone());
                write!(self.sql, "{} {sign} {value}", at(field)).ok();
            }
            Test::OneOf(field, values) => {
                if values.is_empty() {
                    return self.push("1 = 0");
                }
                let marks: Vec<String> = values.iter().map(|value| self.value(value.clone())).collect();
                write!(self.sql, "{} IN ({})", at(field), marks.join(", ")).ok();
            }
            Test::Contains(field, text) => {
                let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                let (like, value) =
                    (if self.is_sqlite { "LIKE" } else { "ILIKE" }, self.value(format!("%{escaped}%").into()));
                write!(self.sql, "{} {like} {value} ESCAPE '\\'", at(field)).ok();
            }
            Test::Present(field) => {
                write!(self.sql, "{} IS NOT NULL", at(field)).ok();
            }
            Test::AnyBit(field, bits) => {
                let value = self.value((*bits).into());
                let cast = if self.is_sqlite { "" } else { "::bigint" };
                write!(self.sql, "({} & {value}{cast}) <> 0", at(field)).ok();
            }
            Test::To(field, object, test) => {
                let (inner, table) = (self.alias(), table(*object));
                write!(self.sql, "EXISTS (SELECT 1 FROM {table} {inner} WHERE {inner}.id = {}", at(field)).ok();
                self.living(&inner, test);
            }
            Test::From(object, field, test) => {
                let (inner, table, back) = (self.alias(), table(*object), column(*field));
                write!(self.sql, "EXISTS (SELECT 1 FROM {table} {inner} WHERE {inner}.{back} = {of}.id").ok();
                self.living(&inner, test);
            }
            Test::ToSome((own, field), object, test) => {
                let (link, inner, table) = (link(*own, *field), self.alias(), table(*object));
                write!(self.sql, "EXISTS (SELECT 1 FROM {link} k JOIN {table} {inner} ON {inner}.id = k.target WHERE k.record = {of}.id").ok();
                self.living(&inner, test);
            }
            Test::FromSome(object, field, test) => {
                let (link, inner, table) = (link(*object, *field), self.alias(), table(*object));
                write!(self.sql, "EXISTS (SELECT 1 FROM {link} k JOIN {table} {inner} ON {inner}.id = k.record WHERE k.target = {of}.id").ok();
                self.living(&inner, test);
            }
            Test::ToCustomer(field, object, test) => {
                let (inner, table, first) = (self.alias(), table(*object), RecordId::CUSTOMERS);
                write!(
                    self.sql,
                    "EXISTS (WITH RECURSIVE up (id, into_id) AS (SELECT id, merged_into FROM customer WHERE id = {} UNION
                     SELECT c.id, c.merged_into FROM up JOIN customer c ON c.id = up.into_id)
                     SELECT 1 FROM up JOIN {table} {inner} ON {inner}.id = up.id + {first} WHERE up.into_id IS NULL",
                    at(field)
                )
                .ok();
                self.living(&inner, test);
            }
            Test::FromCustomer(object, field, test) => {
                let (inner, table, back, first) = (self.alias(), table(*object), column(*field), RecordId::CUSTOMERS);
                write!(
                    self.sql,
                    "EXISTS (WITH RECURSIVE part (id) AS (SELECT id FROM customer WHERE id = {of}.id - {first} AND merged_into IS NULL UNION
                     SELECT c.id FROM part JOIN customer c ON c.merged_into = part.id)
                     SELECT 1 FROM part JOIN {table} {inner} ON {inner}.{back} = part.id WHERE 1 = 1"
                )
                .ok();
                self.living(&inner, test);
            }
            Test::Colleague(field, me, below) => {
                let me = self.value(me.number().into());
                write!(self.sql, "{} IN ({})", at(field), team::colleagues(&me, *below)).ok();
            }
            Test::Shared(me, writes) => {
                let me = self.value(me.number().into());
                write!(self.sql, "{of}.id IN ({})", share::shared(&me, *writes)).ok();
            }
            Test::Among(ids) => {
                if ids.is_empty() {
                    return self.push("1 = 0");
                }
                if !self.is_sqlite {
                    // As one value, so that it is one statement for however many.
                    let list: Vec<String> = ids.iter().map(|id| id.number().to_string()).collect();
                    let list = self.value(format!("{{{}}}", list.join(",")).into());
                    write!(self.sql, "{of}.id = ANY ({list}::text::bigint[])").ok();
                    return;
                }
                let marks: Vec<String> = ids.iter().map(|id| self.value(id.number().into())).collect();
                write!(self.sql, "{of}.id IN ({})", marks.join(", ")).ok();
            }
            Test::Anywhere => self.push("1 = 1"),
            Test::Trashed => {
                write!(self.sql, "{of}.trashed_at IS NOT NULL").ok();
            }
        }
    }

    /// The end of a test over records of another table: those in the trash count as gone.
    fn living(&mut self, of: &str, test: &Test) {
        write!(self.sql, " AND {of}.trashed_at IS NULL AND ").ok();
        self.test(test, of);
        self.push(")");
    }

    /// What comes after a place, of which the first `keys` parts are compared: greater in the first part in which it differs.
    fn after(&mut self, keys: &[Key], place: &[Value], id: RecordId) {
        let last_descends = keys.last().is_some_and(|key| key.descending);
        if let ([key], [value]) = (keys, place)
            && *value != Value::Null
        {
            // As one pair, which an index finds at once.
            let sign = if key.descending { "<" } else { ">" };
            let (value, id) = (self.value(value.clone()), self.value(id.number().into()));
            write!(self.sql, " AND ({}, t0.id) {sign} ({value}, {id})", key.column).ok();
            return;
        }
        if let (Some(key), Some(value)) = (keys.first(), place.first().filter(|value| **value != Value::Null)) {
            let (sign, value) = (if key.descending { "<=" } else { ">=" }, self.value(value.clone()));
            write!(self.sql, " AND {} {sign} {value}", key.column).ok();
        }
        self.push(" AND (");
        for (depth, key) in keys.iter().enumerate() {
            let Some(value) = place.get(depth).filter(|value| **value != Value::Null) else { continue };
            self.alike(keys, place, depth);
            let (column, sign) = (&key.column, if key.descending { "<" } else { ">" });
            let value = self.value(value.clone());
            write!(self.sql, "({column} {sign} {value} OR {column} IS NULL) OR ").ok();
        }
        self.alike(keys, place, keys.len());
        let sign = if last_descends { "<" } else { ">" };
        let id = self.value(id.number().into());
        write!(self.sql, "t0.id {sign} {id})").ok();
    }

    /// The first `depth` parts are those of the place.
    fn alike(&mut self, keys: &[Key], place: &[Value], depth: usize) {
        for (Key { column, .. }, value) in keys.iter().zip(place).take(depth) {
            if *value == Value::Null {
                write!(self.sql, "{column} IS NULL AND ").ok();
            } else {
                let value = self.value(value.clone());
                write!(self.sql, "{column} = {value} AND ").ok();
            }
        }
    }
}

/// A column by which records are ordered.
struct Key {
    column: String,
    descending: bool,
}

impl Key {
    fn new(object: &Object, order: &Order) -> Self {
        let is_sorted = object.numbered_field(order.field).is_some_and(has_sort);
        let column = if is_sorted { sort_column(order.field) } else { column(order.field) };
        Self { column: format!("t0.{column}"), descending: order.descending }
    }
}

/// Which of the records a page is taken from: by whether they have a value in what they are ordered by first. Either part comes in the
/// order of an index, which the two together do not: databases differ in where they put what has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All: they are ordered by id, or by what every record has.
    Whole,
    /// Those with a value.
    With,
    /// Those without.
    Without,
}

impl Query {
    pub(super) fn from(&self, to: &mut Writing, object: &Object) {
        write!(to.sql, " FROM {} t0 WHERE ", table(object.id)).ok();
        if !self.test.is_about_trash() {
            to.push("t0.trashed_at IS NULL AND ");
        }
        to.test(&self.test, "t0");
    }

    /// The parts that a page may be taken from, from its beginning on.
    fn parts(&self) -> &'static [Part] {
        match (self.order.first(), &self.after) {
            (None, _) => &[Part::Whole],
            (Some(first), _) if matches!(first.field, FieldNumber::CHANGED | FieldNumber::CREATED) => &[Part::Whole],
            (Some(_), Some((place, _))) if place.first() == Some(&Value::Null) => &[Part::Without],
            (Some(_), _) => &[Part::With, Part::Without],
        }
    }

    /// Up to `limit` records of a part.
    fn write(&self, to: &mut Writing, object: &Object, part: Part, limit: usize) {
        let keys: Vec<Key> = self.order.iter().map(|one| Key::new(object, one)).collect();
        let last_descends = keys.last().is_some_and(|key| key.descending);
        let shown: Vec<&str> = keys.iter().map(|key| key.column.as_str()).collect();
        let shown = if shown.is_empty() { String::new() } else { format!(", {}", shown.join(", ")) };
        write!(to.sql, "SELECT {}{shown}", all_columns(object, "t0")).ok();
        self.from(to, object);
        let first = keys.first().map(|key| key.column.as_str()).unwrap_or_default();
        match part {
            Part::Whole => {}
            Part::With => write!(to.sql, " AND {first} IS NOT NULL").unwrap_or_default(),
            Part::Without => write!(to.sql, " AND {first} IS NULL").unwrap_or_default(),
        }
        // What has no value comes after every place that has one.
        if let Some((place, id)) =
            self.after.as_ref().filter(|(place, _)| part != Part::Without || place.first() == Some(&Value::Null))
        {
            to.after(&keys, place, *id);
        }
        to.push(" ORDER BY ");
        for (depth, key) in keys.iter().enumerate().skip(usize::from(part == Part::Without)) {
            let nulls = if depth == 0 { "" } else { " NULLS LAST" };
            write!(to.sql, "{} {}{nulls}, ", key.column, if key.descending { "DESC" } else { "ASC" }).ok();
        }
        write!(to.sql, "t0.id {} LIMIT {limit}", if last_descends { "DESC" } else { "ASC" }).ok();
    }
}

impl Test {
    /// Whether it is about the record itself and no other.
    #[must_use]
    pub fn is_of_one_record(&self) -> bool {
        match self {
            Self::All(tests) | Self::Any(tests) => tests.iter().all(Self::is_of_one_record),
            Self::Not(test) => test.is_of_one_record(),
            Self::To(..) | Self::From(..) | Self::ToSome(..) | Self::FromSome(..) => false,
            Self::ToCustomer(..) | Self::FromCustomer(..) => false,
            _ => true,
        }
    }

    /// Whether it says itself what is to be in the trash: lists leave out what is there otherwise.
    #[must_use]
    pub fn is_about_trash(&self) -> bool {
        match self {
            Self::Trashed | Self::Anywhere => true,
            Self::All(tests) | Self::Any(tests) => tests.iter().any(Self::is_about_trash),
            Self::Not(test) => test.is_about_trash(),
            _ => false,
        }
    }
}

impl Connection {
    /// A page of records.
    ///
    /// # Errors
    /// The database's.
    pub fn list_records(&mut self, object: &Object, query: &Query) -> Result<Vec<Listed>, StoreError> {
        let (first, keys) = (5 + object.fields.len(), query.order.len());
        let listed = |row: Row| {
            let place = (0..keys).map(|at| row.value(first + at)).collect();
            let (id, row) = read(object, row);
            Listed { id, row, place }
        };
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut page = Vec::new();
        for part in query.parts() {
            if page.len() < limit {
                let mut to = Writing::new(self);
                query.write(&mut to, object, *part, limit - page.len());
                page.extend(self.query(&to.sql, &to.values)?.into_iter().map(listed));
            }
        }
        Ok(page)
    }

    /// How many records pass, counted no further than `most`.
    ///
    /// # Errors
    /// The database's.
    pub fn count_records(&mut self, object: &Object, test: &Test, most: u32) -> Result<u64, StoreError> {
        let query = Query { test: test.clone(), order: Vec::new(), after: None, limit: most };
        let mut to = Writing::new(self);
        to.push("SELECT COUNT(*) FROM (SELECT 1 AS one");
        query.from(&mut to, object);
        write!(to.sql, " LIMIT {most}) counted").ok();
        Ok(self.query_one(&to.sql, &to.values)?.map_or(0, |row| row.number(0)))
    }
}
