//! The records of an object, a row each, a column for each field.

use std::cmp::Ordering;

use base::RecordId;
use domain::object::{Cell, Field, FieldNumber, Object, Type};
use hashbrown::HashMap;
use store::record::query::Order;
use store::{RecordRow, Value};

use crate::back::Back;
use crate::bits::Bits;
use crate::column::{Column, Key};

/// A record with its values in an order.
pub type Placed = (RecordId, Vec<Value>);

type Columns = HashMap<FieldNumber, Column, foldhash::fast::RandomState>;

/// The records of an object. The order of rows is that in which they came.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) ids: Vec<u64>,
    pub(crate) trashed: Bits,
    columns: Columns,
    /// What texts are ordered by.
    sorts: Columns,
    /// The rows that lead to a record or a customer, by the fields by which they do.
    backs: HashMap<FieldNumber, Back, foldhash::fast::RandomState>,
    /// Fields of which a value is not held here.
    unfit: Vec<FieldNumber>,
    /// Whether all records are here.
    pub(crate) ready: bool,
}

impl Table {
    /// Of an object that has no records.
    pub(crate) fn new() -> Self {
        Self { ready: true, ..Self::default() }
    }

    pub(crate) fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Sets a record's values; `row` is where it is, if it is.
    pub(crate) fn put(&mut self, object: &Object, row: Option<usize>, id: RecordId, record: &RecordRow) -> usize {
        let row = row.unwrap_or_else(|| {
            self.ids.push(id.number());
            self.trashed.grow();
            self.ids.len() - 1
        });
        self.trashed.set(row, record.trashed_at.is_some());
        for field in &object.fields {
            self.put_cell(row, field, record.cells.get(&field.number));
            if store::record::has_sort(field) {
                let sort = self.sorts.entry(field.number).or_insert_with(|| Column::Text(Default::default()));
                let is_set = match record.sort.get(&field.number) {
                    Some(key) => sort.set_text(row, key),
                    None => sort.set_int(row, None),
                };
                if !is_set {
                    self.unfit.push(field.number);
                }
            }
        }
        row
    }

    fn put_cell(&mut self, row: usize, field: &Field, cell: Option<&Cell>) {
        let Some(empty) = Column::of(field) else { return };
        let column = self.columns.entry(field.number).or_insert(empty);
        let led = column.wide(row);
        let is_set = match cell {
            None => column.set_int(row, None),
            Some(Cell::Int(number)) => column.set_int(row, Some(*number)),
            Some(Cell::Text(text)) => column.set_text(row, text),
        };
        if matches!(field.holds, Type::Relation { .. } | Type::Customer) {
            let (from, to) = (led.map(i64::cast_unsigned), column.wide(row).map(i64::cast_unsigned));
            self.backs.entry(field.number).or_default().put(row, from, to);
        }
        if !is_set && !self.unfit.contains(&field.number) {
            self.unfit.push(field.number);
        }
    }

    /// A field's column: none where the database has to be asked; nothing in it where no record has a value.
    pub(crate) fn column(&self, object: &Object, number: FieldNumber) -> Option<Option<&Column>> {
        let field = object.numbered_field(number)?;
        Column::of(field)?;
        (!self.unfit.contains(&number)).then(|| self.columns.get(&number))
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        let columns = self.columns.values().chain(self.sorts.values());
        let backs: usize = self.backs.values().map(Back::bytes).sum();
        self.ids.capacity() * 8 + columns.map(Column::bytes).sum::<usize>() + backs
    }

    /// The number of a row's record.
    pub(crate) fn id(&self, row: usize) -> u64 {
        self.ids.get(row).copied().unwrap_or(0)
    }

    /// The rows that lead somewhere by a field, if any does.
    pub(crate) fn back(&self, field: FieldNumber) -> Option<&Back> {
        self.backs.get(&field)
    }

    /// An order of its rows; none where the database has to be asked.
    pub(crate) fn order(&self, object: &Object, order: &[Order]) -> Option<InOrder<'_>> {
        let by = |order: &Order| {
            let column = self.column(object, order.field)?;
            let is_sorted = object.numbered_field(order.field).is_some_and(store::record::has_sort);
            let column = if is_sorted { self.sorts.get(&order.field) } else { column };
            Some(By { column, descending: order.descending })
        };
        let by: Vec<By> = order.iter().map(by).collect::<Option<_>>()?;
        Some(InOrder { ids: &self.ids, descends: by.last().is_some_and(|one| one.descending), by })
    }
}

/// By what rows are ordered: a column, and whether the greatest comes first.
struct By<'t> {
    column: Option<&'t Column>,
    descending: bool,
}

impl By<'_> {
    fn key(&self, row: usize) -> Option<Key<'_>> {
        self.column.and_then(|column| column.key(row))
    }

    /// Whether a row comes after all that have this number; one without a number does.
    fn is_behind(&self, row: usize, last: i64) -> bool {
        let number = self.column.and_then(|column| column.wide(row));
        number.is_none_or(|number| if self.descending { number < last } else { number > last })
    }

    /// Compares two rows that both have a number: most are told apart by that.
    fn compare_numbers(&self, mine: usize, other: usize) -> Option<Ordering> {
        let (mine, other) = self.column.and_then(|column| Some((column.wide(mine)?, column.wide(other)?)))?;
        Some(if self.descending { other.cmp(&mine) } else { mine.cmp(&other) })
    }

    /// What has no value comes last either way.
    fn compare(&self, mine: Option<Key<'_>>, other: Option<Key<'_>>) -> Ordering {
        match (mine, other) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(mine), Some(other)) if self.descending => other.cmp(&mine),
            (Some(mine), Some(other)) => mine.cmp(&other),
        }
    }
}

/// The first rows of an order, as far as it was gone through.
#[derive(Default)]
pub(crate) struct First {
    pub(crate) rows: Vec<usize>,
    /// The number of the last by what rows are ordered by first, once there are as many as are wanted.
    last: Option<i64>,
}

/// An order of a table's rows; those that are alike in it go by id.
pub(crate) struct InOrder<'t> {
    ids: &'t [u64],
    by: Vec<By<'t>>,
    /// Whether the greatest id comes first, as the last key does.
    pub(crate) descends: bool,
}

impl InOrder<'_> {
    fn id(&self, row: usize) -> u64 {
        self.ids.get(row).copied().unwrap_or(0)
    }

    /// Compares a row with the keys and the id of another.
    fn compare<'k>(&self, row: usize, keys: impl Iterator<Item = Option<Key<'k>>>, id: u64) -> Ordering {
        for (by, other) in self.by.iter().zip(keys) {
            let order = by.compare(by.key(row), other);
            if order != Ordering::Equal {
                return order;
            }
        }
        if self.descends { id.cmp(&self.id(row)) } else { self.id(row).cmp(&id) }
    }

    fn compare_rows(&self, mine: usize, other: usize) -> Ordering {
        let first = self.by.first().and_then(|by| by.compare_numbers(mine, other));
        if let Some(order @ (Ordering::Less | Ordering::Greater)) = first {
            return order;
        }
        self.compare(mine, self.by.iter().map(|by| by.key(other)), self.id(other))
    }

    /// Whether a row comes after a place in the order.
    pub(crate) fn is_after(&self, row: usize, (place, id): &(Vec<Value>, RecordId)) -> bool {
        self.compare(row, place.iter().map(key_of), id.number()) == Ordering::Greater
    }

    /// The first of these rows after a place that pass a further test, which is asked of those only that are among them until then; none as soon as
    /// that says none.
    pub(crate) fn first(
        &self,
        among: &Bits,
        after: Option<&(Vec<Value>, RecordId)>,
        limit: usize,
        passes: impl Fn(usize) -> Option<bool>,
    ) -> Option<First> {
        let mut first = First::default();
        let take = |row| match after {
            Some(after) if !self.is_after(row, after) => Some(()),
            _ => self.put(&mut first, row, limit, &passes),
        };
        // What was made later has mostly the greater values, as far as there is an order in it: then nearly every row after the first is none of them.
        if self.descends {
            among.rows_from_last().try_for_each(take)?;
        } else {
            among.rows().try_for_each(take)?;
        }
        Some(first)
    }

    /// Puts a row among the first, if it is one of so many and passes a further test; none where that says none.
    pub(crate) fn put(
        &self,
        first: &mut First,
        row: usize,
        limit: usize,
        passes: impl Fn(usize) -> Option<bool>,
    ) -> Option<()> {
        if first.rows.len() >= limit {
            // Most are none of them by their number alone.
            if first.last.is_some_and(|last| self.by.first().is_some_and(|by| by.is_behind(row, last))) {
                return Some(());
            }
            if first.rows.last().is_none_or(|last| self.compare_rows(row, *last) != Ordering::Less) {
                return Some(());
            }
        }
        if !passes(row)? {
            return Some(());
        }
        let place = first.rows.partition_point(|known| self.compare_rows(*known, row) == Ordering::Less);
        first.rows.insert(place, row);
        first.rows.truncate(limit);
        if first.rows.len() >= limit {
            first.last = first.rows.last().and_then(|last| self.by.first()?.column?.wide(*last));
        }
        Some(())
    }

    /// A row's record, and its place in the order.
    pub(crate) fn told(&self, row: usize) -> Placed {
        (RecordId::new(self.id(row)), self.by.iter().map(|by| value_of(by.key(row))).collect())
    }
}

fn key_of(value: &Value) -> Option<Key<'_>> {
    match value {
        Value::Int(number) => Some(Key::Int(*number)),
        Value::Text(text) => Some(Key::Text(text.as_bytes())),
        Value::Null | Value::Blob(_) => None,
    }
}

pub(crate) fn value_of(key: Option<Key<'_>>) -> Value {
    match key {
        Some(Key::Int(number)) => Value::Int(number),
        Some(Key::Text(text)) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        None => Value::Null,
    }
}
