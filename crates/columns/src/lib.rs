//! Records by column, in memory: which of them pass a test, in which order, and what they come to.
//!
//! A list of a million records is narrowed by reading the columns that are asked about from end to end, a bit for each record: a few
//! milliseconds for any question, whether or not an index fits it. The database stays what is true: whoever is told ids here reads the
//! records there, under the same test. Where something is not held here the answer is none, and the database is asked instead.
//!
//! The scheme is that of column stores (Abadi, Boncz and Harizopoulos, The Design and Implementation of Modern Column-Oriented Database
//! Systems, 2013): one array a field, bitmaps between the parts of a test, rows put together last.

mod back;
mod bits;
mod column;
mod few;
mod group;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use base::{CustomerId, ObjectId, RecordId};
use domain::object::{FieldNumber, Object, Objects};
use hashbrown::HashMap;
use store::record::group::Group;
use store::record::query::{Query, Test};
use store::{Connection, RecordRows, Store, StoreError, Value};

use crate::bits::Bits;
use crate::group::Adding;
pub use crate::table::Placed;
use crate::table::{First, Table};

/// How many records are read at once when all are taken in.
const PAGE: u32 = 5_000;
/// What stands for a record that is not here: no object has this number.
const NOWHERE: u64 = 0;
/// How many bits a row takes of a place.
const ROW_BITS: u32 = 32;
/// Through how many others a customer may have become part of another, as in the store.
const PARTS_DEPTH: usize = 64;

/// Finds the row of a record of an object by a number that leads to it.
type Place = fn(&Inner, ObjectId, u64) -> Option<usize>;

/// The records of all objects that fit.
pub struct Columns {
    inner: RwLock<Inner>,
    /// How many bytes they may take, about.
    budget: usize,
}

/// A load of all records that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load(u64);

#[derive(Default)]
struct Inner {
    tables: HashMap<ObjectId, Table, foldhash::fast::RandomState>,
    /// Of which object a record is, and in which row of its table, by its number.
    places: Vec<u64>,
    /// The same of customers' records, by the customer's number.
    customers: Vec<u64>,
    /// Of customers that became part of another, by number, of which; while those are being read, of those that stand by themselves they themselves.
    parts: HashMap<u64, u64, foldhash::fast::RandomState>,
    /// Whether all of those are here.
    has_parts: bool,
    /// Which load these are of: one that began before is of no use any more.
    load: u64,
    /// Whether that load has read all there was.
    is_read: bool,
}

impl Columns {
    /// None, of so many bytes at most.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self { inner: RwLock::default(), budget }
    }

    fn inner(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.inner.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes an object that was just made: it has no records yet.
    pub fn add(&self, object: ObjectId) {
        self.change(|inner| inner.tables.insert(object, Table::new()));
    }

    /// Takes records as they were just written.
    pub fn put(&self, rows: &RecordRows) {
        self.change(|inner| inner.put(rows, true));
    }

    /// Takes customers that became part of another, or stand by themselves.
    pub fn join(&self, customers: &BTreeMap<CustomerId, Option<CustomerId>>) {
        self.change(|inner| {
            for (customer, into) in customers {
                match into {
                    Some(into) => drop(inner.parts.insert(customer.number(), into.number())),
                    None if inner.has_parts => drop(inner.parts.remove(&customer.number())),
                    None => drop(inner.parts.insert(customer.number(), customer.number())),
                }
            }
        });
    }

    /// Forgets all there is: what is here from now on is of these objects, and of the load that this begins.
    #[must_use]
    pub fn begin(&self, objects: &Objects) -> Load {
        self.change(|inner| {
            *inner = Inner { load: inner.load + 1, ..Inner::default() };
            objects.iter().for_each(|object| drop(inner.tables.insert(object.id, Table::default())));
            Load(inner.load)
        })
    }

    /// Reads all records from the database, while others are being written, until another load begins. Answers are none until an
    /// object's are all here.
    ///
    /// # Errors
    /// The database's.
    pub fn load(&self, Load(load): Load, store: &Store, objects: &Objects) -> Result<(), StoreError> {
        let parts = store.read(Connection::parts)?;
        self.change(|inner| {
            if inner.load == load {
                parts.iter().for_each(|(part, whole)| {
                    inner.parts.entry(part.number()).or_insert(whole.number());
                });
                inner.parts.retain(|part, whole| part != whole);
                inner.has_parts = true;
            }
        });
        for object in objects.iter() {
            let object = Arc::new(object.clone());
            let mut after = RecordId::new(0);
            loop {
                let rows = store.read(|db| db.records_to_sort(&object, after, PAGE))?;
                let Some((last, _)) = rows.last() else { break };
                after = *last;
                let rows = RecordRows { object: Arc::clone(&object), rows: rows.into_iter().collect() };
                let is_over = self.change(|inner| {
                    let is_current = inner.load == load;
                    if is_current {
                        inner.put(&rows, false);
                    }
                    !is_current || inner.bytes() > self.budget
                });
                if is_over {
                    self.change(|inner| inner.load == load && inner.tables.remove(&object.id).is_some());
                    break;
                }
            }
            self.change(|inner| {
                if let Some(table) = inner.tables.get_mut(&object.id).filter(|_| inner.load == load) {
                    table.ready = true;
                }
            });
        }
        self.change(|inner| inner.is_read |= inner.load == load);
        Ok(())
    }

    /// Whether all records have been read, as far as they fit; until then the database is asked for some lists.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.inner().is_read
    }

    /// A page of records, each with its place in the order; none where the database has to be asked.
    #[must_use]
    pub fn list(&self, objects: &Objects, object: ObjectId, query: &Query) -> Option<Vec<Placed>> {
        let inner = self.inner();
        let (table, object) = inner.table(objects, object)?;
        let (order, limit) = (table.order(object, &query.order)?, usize::try_from(query.limit).ok()?);
        let first = match inner.first_few(objects, (table, object), query, &order, limit) {
            Some(first) => first,
            None => {
                let among = inner.listed(objects, table, object, &query.test)?;
                order.first(&among, query.after.as_ref(), limit, |_| Some(true))?
            }
        };
        Some(first.rows.into_iter().map(|row| order.told(row)).collect())
    }

    /// How many records pass; none where the database has to be asked.
    #[must_use]
    pub fn count(&self, objects: &Objects, object: ObjectId, test: &Test) -> Option<u64> {
        let inner = self.inner();
        let (table, object) = inner.table(objects, object)?;
        u64::try_from(inner.listed(objects, table, object, test)?.count()).ok()
    }

    /// Records by their value in a field: how many, what another field comes to, and the first of them in an order; none where the
    /// database has to be asked.
    #[must_use]
    pub fn board(
        &self,
        objects: &Objects,
        object: ObjectId,
        query: &Query,
        by: FieldNumber,
        sum: Option<FieldNumber>,
    ) -> Option<Vec<(Group, Vec<Placed>)>> {
        let inner = self.inner();
        let (table, object) = inner.table(objects, object)?;
        let among = inner.listed(objects, table, object, &query.test)?;
        let (order, limit) = (table.order(object, &query.order)?, usize::try_from(query.limit).ok()?);
        let by = table.column(object, by)?;
        let sum = match sum {
            Some(field) => table.column(object, field)?,
            None => None,
        };
        let mut groups: HashMap<Option<i64>, Gathered, foldhash::fast::RandomState> = HashMap::default();
        for row in among.rows() {
            let group = groups.entry(by.and_then(|column| column.int(row))).or_default();
            group.count += 1;
            group.sum.add(sum, row);
            order.put(&mut group.first, row, limit, |_| Some(true))?;
        }
        let told = |(value, gathered): (Option<i64>, Gathered)| {
            let first = gathered.first.rows.into_iter().map(|row| order.told(row));
            let value = value.map_or(Value::Null, Value::Int);
            (Group { value, split: None, count: gathered.count, sums: vec![gathered.sum.told()] }, first.collect())
        };
        Some(groups.into_iter().map(told).collect())
    }
}

/// What was gathered of a column so far.
#[derive(Default)]
struct Gathered {
    count: u64,
    sum: Adding,
    first: First,
}

impl Inner {
    /// Takes records; those that are here already only where these are the latest. What is read from the database while others are being written
    /// may be what they were before.
    fn put(&mut self, rows: &RecordRows, are_latest: bool) {
        let Some(table) = self.tables.get_mut(&rows.object.id) else { return };
        for (id, record) in &rows.rows {
            let (places, number) = match id.customer() {
                Some(customer) => (&mut self.customers, customer.number()),
                None => (&mut self.places, id.number()),
            };
            let Ok(number) = usize::try_from(number) else { continue };
            if places.len() <= number {
                places.resize(number + 1, NOWHERE);
            }
            let Some(place) = places.get_mut(number) else { continue };
            if *place != NOWHERE && !are_latest {
                continue;
            }
            let known = (*place != NOWHERE).then_some((*place & u64::from(u32::MAX)) as usize);
            let row = table.put(&rows.object, known, *id, record);
            *place = rows.object.id.number() << ROW_BITS | row as u64 & u64::from(u32::MAX);
        }
    }

    fn bytes(&self) -> usize {
        (self.places.capacity() + self.customers.capacity()) * 8 + self.tables.values().map(Table::bytes).sum::<usize>()
    }

    fn table<'o>(&self, objects: &'o Objects, object: ObjectId) -> Option<(&Table, &'o Object)> {
        Some((self.tables.get(&object).filter(|table| table.ready)?, objects.by_id(object)?))
    }

    /// In which row a record of an object is.
    fn row(&self, object: ObjectId, number: u64) -> Option<usize> {
        let (places, number) = match RecordId::new(number).customer() {
            Some(customer) => (&self.customers, customer.number()),
            None => (&self.places, number),
        };
        let place = *places.get(usize::try_from(number).ok()?)?;
        (place >> ROW_BITS == object.number()).then_some((place & u64::from(u32::MAX)) as usize)
    }

    /// In which row the record of a customer is, or of the one that it is part of.
    fn customer_row(&self, object: ObjectId, number: u64) -> Option<usize> {
        let mut whole = number;
        for _ in 0..PARTS_DEPTH {
            match self.parts.get(&whole) {
                Some(next) => whole = *next,
                None => break,
            }
        }
        self.row(object, RecordId::of_customer(CustomerId::new(whole)).number())
    }

    /// Those of an object that pass and are not in the trash.
    fn living<'o>(&self, objects: &'o Objects, object: ObjectId, test: &Test) -> Option<(&Table, &'o Object, Bits)> {
        let (table, object) = self.table(objects, object)?;
        let mut passing = self.passing(objects, table, object, test)?;
        passing.without(&table.trashed);
        Some((table, object, passing))
    }

    /// Those that pass, without what is in the trash unless the test is about that.
    fn listed(&self, objects: &Objects, table: &Table, object: &Object, test: &Test) -> Option<Bits> {
        let mut among = self.passing(objects, table, object, test)?;
        if !test.is_about_trash() {
            among.without(&table.trashed);
        }
        Some(among)
    }

    /// What finds the row of a record that a field leads to; none for customers while it is not known who is part of whom.
    fn place(&self, names_customer: bool) -> Option<Place> {
        match names_customer {
            false => Some(Self::row),
            true => self.has_parts.then_some(Self::customer_row),
        }
    }

    fn passing(&self, objects: &Objects, table: &Table, object: &Object, told: &Test) -> Option<Bits> {
        let rows = table.rows();
        let each = |test: &Test| self.passing(objects, table, object, test);
        Some(match told {
            Test::All(tests) => {
                let mut among: Option<Bits> = None;
                for test in tests {
                    let passing = each(test)?;
                    match &mut among {
                        Some(among) => among.and(&passing),
                        None => among = Some(passing),
                    }
                }
                among.unwrap_or_else(|| Bits::all(rows))
            }
            Test::Any(tests) => {
                let mut among = Bits::none(rows);
                for test in tests {
                    among.or(&each(test)?);
                }
                among
            }
            Test::Not(test) => each(test)?.inverted(),
            Test::Compare(field, how, value) => match table.column(object, *field)? {
                Some(column) => column.compared(rows, *how, value)?,
                None => Bits::none(rows),
            },
            Test::OneOf(field, values) => match table.column(object, *field)? {
                Some(column) => column.one_of(rows, values)?,
                None => Bits::none(rows),
            },
            Test::Contains(field, part) => match table.column(object, *field)? {
                Some(column) => column.containing(rows, part)?,
                None => Bits::none(rows),
            },
            Test::Present(field) => table.column(object, *field)?.map_or_else(|| Bits::none(rows), |c| c.present(rows)),
            Test::AnyBit(field, bits) => {
                table.column(object, *field)?.map_or_else(|| Bits::none(rows), |column| column.any_bit(rows, *bits))
            }
            Test::To(field, to, test) | Test::ToCustomer(field, to, test) => {
                let (.., passing) = self.living(objects, *to, test)?;
                let place = self.place(matches!(told, Test::ToCustomer(..)))?;
                let mut among = Bits::none(rows);
                if let Some(column) = table.column(object, *field)? {
                    for (row, number) in column.leads().enumerate() {
                        let leads = number.and_then(|number| place(self, *to, number));
                        among.set(row, leads.is_some_and(|row| passing.has(row)));
                    }
                }
                among
            }
            Test::From(from, field, test) | Test::FromCustomer(from, field, test) => {
                let (other, source, passing) = self.living(objects, *from, test)?;
                let place = self.place(matches!(told, Test::FromCustomer(..)))?;
                let mut among = Bits::none(rows);
                if let Some(column) = other.column(source, *field)? {
                    passing.rows().for_each(|row| {
                        let number = column.wide(row).map(i64::cast_unsigned);
                        if let Some(row) = number.and_then(|number| place(self, object.id, number)) {
                            among.set(row, true);
                        }
                    });
                }
                among
            }
            Test::ToSome((_, field), to, test) => {
                let (.., passing) = self.living(objects, *to, test)?;
                let leads = |number| self.row(*to, number).is_some_and(|row| passing.has(row));
                match table.column(object, *field)? {
                    Some(column) => column.leading(rows, leads)?,
                    None => Bits::none(rows),
                }
            }
            Test::FromSome(from, field, test) => {
                let (other, source, passing) = self.living(objects, *from, test)?;
                let mut among = Bits::none(rows);
                if let Some(column) = other.column(source, *field)? {
                    for row in passing.rows() {
                        for number in column.several(row) {
                            if let Some(row) = self.row(object.id, number) {
                                among.set(row, true);
                            }
                        }
                    }
                }
                among
            }
            Test::Among(ids) => {
                let mut among = Bits::none(rows);
                ids.iter().filter_map(|id| self.row(object.id, id.number())).for_each(|row| among.set(row, true));
                among
            }
            Test::Trashed => table.trashed.clone(),
            Test::Anywhere => Bits::all(rows),
            // Who is in whose team, and what is shared with whom, the database knows.
            Test::Colleague(..) | Test::Shared(..) => return None,
        })
    }
}
