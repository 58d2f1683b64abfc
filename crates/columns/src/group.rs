//! Records in groups, in one pass over the columns.

use std::cmp::Reverse;

use base::ObjectId;
use domain::object::Objects;
use hashbrown::HashMap;
use store::record::group::{By, Group, Grouping, Sum, day};
use store::record::query::Test;

use crate::Columns;
use crate::column::{Column, Key};
use crate::table::value_of;

/// What was gathered of a group so far.
struct Gathered {
    count: u64,
    sums: Vec<Adding>,
    /// The earliest of its records.
    first: u64,
}

/// What was added up so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct Adding {
    present: u64,
    sum: i128,
}

impl Adding {
    /// Adds a row's value, if there is one.
    pub(crate) fn add(&mut self, column: Option<&Column>, row: usize) {
        if let Some(number) = column.and_then(|column| column.int(row)) {
            self.present += 1;
            self.sum += i128::from(number);
        }
    }

    pub(crate) fn told(self) -> Sum {
        let sum = (self.present > 0).then(|| i64::try_from(self.sum).ok()).flatten();
        Sum { present: self.present, sum }
    }
}

impl Columns {
    /// Records in groups, as the database would tell; none where it has to be asked.
    #[must_use]
    pub fn groups(&self, objects: &Objects, object: ObjectId, test: &Test, grouping: &Grouping) -> Option<Vec<Group>> {
        let inner = self.inner();
        let (table, object) = inner.table(objects, object)?;
        let among = inner.listed(objects, table, object, test)?;
        let by = match &grouping.by {
            Some(by) => table.column(object, by.field())?,
            None => None,
        };
        let split = match grouping.split {
            Some(field) => table.column(object, field)?,
            None => None,
        };
        let sums: Vec<_> = grouping.sums.iter().map(|field| table.column(object, *field)).collect::<Option<_>>()?;
        let shifts = match &grouping.by {
            Some(By::Day(_, shifts)) => Some(shifts.as_slice()),
            _ => None,
        };
        let key = |row: usize| match (by.and_then(|column| column.key(row)), shifts) {
            (Some(Key::Int(at_ms)), Some(shifts)) => Some(Key::Int(day(shifts, at_ms))),
            (key, _) => key,
        };
        let empty = || Gathered { count: 0, sums: vec![Adding::default(); sums.len()], first: u64::MAX };
        let mut groups: HashMap<(Option<Key<'_>>, Option<i64>), Gathered, foldhash::fast::RandomState> =
            HashMap::default();
        if grouping.by.is_none() && grouping.split.is_none() {
            groups.insert((None, None), empty());
        }
        for row in among.rows() {
            let group = groups.entry((key(row), split.and_then(|column| column.int(row)))).or_insert_with(empty);
            group.count += 1;
            group.first = group.first.min(table.ids.get(row).copied().unwrap_or(u64::MAX));
            group.sums.iter_mut().zip(&sums).for_each(|(adding, column)| adding.add(*column, row));
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        if grouping.latest {
            // What has no value is less than anything, and so comes last.
            groups.sort_unstable_by_key(|((key, _), group)| (Reverse(*key), group.first));
        } else {
            groups.sort_unstable_by_key(|(_, group)| (Reverse(group.count), group.first));
        }
        groups.truncate(usize::try_from(grouping.limit).unwrap_or(usize::MAX));
        let told = |((key, split), group): ((Option<Key<'_>>, Option<i64>), Gathered)| Group {
            value: value_of(key),
            split,
            count: group.count,
            sums: group.sums.into_iter().map(Adding::told).collect(),
        };
        Some(groups.into_iter().map(told).collect())
    }
}
