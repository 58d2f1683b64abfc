//! What is asked of other records, looked up for those rows only that would be listed: most would not be, and are left alone.

use std::cell::Cell;

use domain::object::{FieldNumber, Object, Objects};
use store::Value;
use store::record::query::{Comparison, Query, Test};

use crate::Inner;
use crate::bits::Bits;
use crate::table::{First, InOrder, Table};

/// How many rows may be looked up, as a share of all: beyond that, going through whole columns is quicker.
const SHARE: usize = 64;
/// How many may be however few there are.
const LEAST: usize = 1_000;

/// Looks rows up, as long as they are few.
struct Walk<'w> {
    inner: &'w Inner,
    objects: &'w Objects,
    left: Cell<usize>,
}

impl Inner {
    /// The first records of a list; none where nothing is asked of other records, or too many of those would be looked up.
    pub(crate) fn first_few(
        &self,
        objects: &Objects,
        (table, object): (&Table, &Object),
        query: &Query,
        order: &InOrder<'_>,
        limit: usize,
    ) -> Option<First> {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        part(&query.test, &mut own, &mut others);
        if others.is_empty() {
            return None;
        }
        let mut among = Bits::all(table.rows());
        for test in own {
            among.and(&self.passing(objects, table, object, test)?);
        }
        if !query.test.is_about_trash() {
            among.without(&table.trashed);
        }
        let left = Cell::new(LEAST + self.places.len() / SHARE);
        let walk = Walk { inner: self, objects, left };
        order.first(&among, query.after.as_ref(), limit, |row| {
            for test in &others {
                if !walk.holds(table, object, row, test)? {
                    return Some(false);
                }
            }
            Some(true)
        })
    }
}

/// Parts a test by whether it is about the record itself.
fn part<'t>(test: &'t Test, own: &mut Vec<&'t Test>, others: &mut Vec<&'t Test>) {
    match test {
        Test::All(tests) => tests.iter().for_each(|test| part(test, own, others)),
        test if test.is_of_one_record() => own.push(test),
        test => others.push(test),
    }
}

impl Walk<'_> {
    /// Whether a row passes; none where it is quicker, or only possible, to ask of all.
    fn holds(&self, table: &Table, object: &Object, row: usize, told: &Test) -> Option<bool> {
        self.left.set(self.left.get().checked_sub(1)?);
        let compares = |field: FieldNumber, how, value: &Value| match table.column(object, field)? {
            Some(column) => column.compares(row, how, value),
            None => Some(false),
        };
        match told {
            Test::All(tests) => any(tests, |test| Some(!self.holds(table, object, row, test)?)).map(|one| !one),
            Test::Any(tests) => any(tests, |test| self.holds(table, object, row, test)),
            Test::Not(test) => self.holds(table, object, row, test).map(|holds| !holds),
            Test::Compare(field, how, value) => compares(*field, *how, value),
            Test::OneOf(field, values) => any(values, |value| compares(*field, Comparison::Equal, value)),
            Test::Present(field) => Some(table.column(object, *field)?.is_some_and(|column| column.key(row).is_some())),
            Test::AnyBit(field, bits) => {
                let value = table.column(object, *field)?.and_then(|column| column.int(row));
                Some(value.is_some_and(|value| value & bits != 0))
            }
            Test::To(field, to, test) | Test::ToCustomer(field, to, test) => {
                let place = self.inner.place(matches!(told, Test::ToCustomer(..)))?;
                let (target, to) = self.inner.table(self.objects, *to)?;
                let number = table.column(object, *field)?.and_then(|column| column.wide(row));
                match number.and_then(|number| place(self.inner, to.id, number.cast_unsigned())) {
                    Some(row) if !target.trashed.has(row) => self.holds(target, to, row, test),
                    _ => Some(false),
                }
            }
            Test::From(from, field, test) => {
                let (source, from) = self.inner.table(self.objects, *from)?;
                source.column(from, *field)?;
                let Some(back) = source.back(*field) else { return Some(false) };
                for row in back.rows(table.id(row)) {
                    if !source.trashed.has(row) && self.holds(source, from, row, test)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            Test::Trashed => Some(table.trashed.has(row)),
            Test::Anywhere => Some(true),
            _ => None,
        }
    }
}

fn any<T>(all: &[T], mut holds: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
    for one in all {
        if holds(one)? {
            return Some(true);
        }
    }
    Some(false)
}
