//! Where lists find records: in memory, where they are held by column; otherwise in the database, which is given two seconds. What is
//! found in memory is read from the database under the same test, so that what one may not see is never read.

use std::collections::BTreeMap;
use std::time::Duration;

use base::RecordId;
use columns::Placed;
use domain::object::{FieldNumber, Object};
use store::record::group::{By, Group, Grouping};
use store::record::query::{Comparison, Listed, Query, Test};
use store::{Connection, StoreError, Value};

use crate::{App, OpError};

/// How long a list, a count or a board may take before it is cut off.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// The most columns of a board: there are fewer choices.
const GROUPS: u32 = 200;

/// A page of records.
pub(super) struct Page {
    /// The records.
    pub(super) listed: Vec<Listed>,
    /// Where the next page begins, if there may be one.
    pub(super) next: Option<(Vec<Value>, RecordId)>,
}

/// A test in which teams and shares are named one by one, as they are now.
fn resolved(db: &mut Connection, test: &Test) -> Result<Test, StoreError> {
    let mut each = |tests: &[Test]| tests.iter().map(|test| resolved(db, test)).collect::<Result<Vec<_>, _>>();
    Ok(match test {
        Test::All(tests) => Test::All(each(tests)?),
        Test::Any(tests) => Test::Any(each(tests)?),
        Test::Not(test) => Test::Not(Box::new(resolved(db, test)?)),
        Test::To(field, object, test) => Test::To(*field, *object, Box::new(resolved(db, test)?)),
        Test::From(object, field, test) => Test::From(*object, *field, Box::new(resolved(db, test)?)),
        Test::ToSome(link, object, test) => Test::ToSome(*link, *object, Box::new(resolved(db, test)?)),
        Test::FromSome(object, field, test) => Test::FromSome(*object, *field, Box::new(resolved(db, test)?)),
        Test::Colleague(field, me, below) => {
            let people = db.colleagues(*me, *below)?;
            Test::OneOf(*field, people.iter().map(|person| person.number().into()).collect())
        }
        Test::Shared(me, writes) => Test::Among(db.shared_with(*me, *writes)?),
        other => other.clone(),
    })
}

/// A page of records.
///
/// # Errors
/// The database's, or it took too long.
pub(super) fn page(
    app: &App,
    db: &mut Connection,
    object: &Object,
    query: &Query,
    patience: Duration,
) -> Result<Page, OpError> {
    let asked = Query { test: resolved(db, &query.test)?, ..query.clone() };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let Some(found) = app.pipeline.columns().list(&app.pipeline.objects(), object.id, &asked) else {
        let listed = db.within(patience, |db| db.list_records(object, query))?;
        let last = listed.last().filter(|_| listed.len() >= limit);
        let next = last.map(|last| (last.place.clone(), last.id));
        return Ok(Page { listed, next });
    };
    let last = found.last().filter(|_| found.len() >= limit);
    let next = last.map(|(id, place)| (place.clone(), *id));
    let listed = read(db, object, &query.test, found, patience)?;
    Ok(Page { listed, next })
}

/// Reads what was found in memory, as far as it passes still.
fn read(
    db: &mut Connection,
    object: &Object,
    test: &Test,
    found: Vec<Placed>,
    patience: Duration,
) -> Result<Vec<Listed>, StoreError> {
    let limit = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let test = Test::All(vec![Test::Among(found.iter().map(|(id, _)| *id).collect()), test.clone()]);
    let query = Query { test, order: Vec::new(), after: None, limit };
    // These few by their ids take no time worth watching, unless others are looked at for each.
    let read = match query.test.is_of_one_record() {
        true => db.list_records(object, &query),
        false => db.within(patience, |db| db.list_records(object, &query)),
    };
    let mut rows: BTreeMap<RecordId, Listed> = read?.into_iter().map(|one| (one.id, one)).collect();
    let in_order = found.into_iter().filter_map(|(id, place)| Some(Listed { place, ..rows.remove(&id)? }));
    Ok(in_order.collect())
}

/// How many records pass, counted no further than `most`.
///
/// # Errors
/// As [`page`].
pub(super) fn count(app: &App, db: &mut Connection, object: &Object, test: &Test, most: u32) -> Result<u64, OpError> {
    let asked = resolved(db, test)?;
    match app.pipeline.columns().count(&app.pipeline.objects(), object.id, &asked) {
        Some(count) => Ok(count.min(most.into())),
        None => Ok(db.within(PATIENCE, |db| db.count_records(object, test, most))?),
    }
}

/// Records by their value in a field: how many, what another comes to, and the first of them in the query's order.
///
/// # Errors
/// As [`page`].
pub(super) fn board(
    app: &App,
    db: &mut Connection,
    object: &Object,
    query: &Query,
    by: FieldNumber,
    sum: Option<FieldNumber>,
) -> Result<Vec<(Group, Vec<Listed>)>, OpError> {
    let asked = Query { test: resolved(db, &query.test)?, ..query.clone() };
    let Some(held) = app.pipeline.columns().board(&app.pipeline.objects(), object.id, &asked, by, sum) else {
        let sums = sum.into_iter().collect();
        let grouping = Grouping { by: Some(By::Value(by)), split: None, sums, latest: false, limit: GROUPS };
        let groups = db.within(PATIENCE, |db| db.group_records(object, &query.test, &grouping))?;
        let column = |group: Group| {
            let of = match group.number() {
                Some(value) => Test::Compare(by, Comparison::Equal, Value::Int(value)),
                None => Test::Not(Box::new(Test::Present(by))),
            };
            let query = Query { test: Test::All(vec![query.test.clone(), of]), ..query.clone() };
            Ok((group, db.within(PATIENCE, |db| db.list_records(object, &query))?))
        };
        return groups.into_iter().map(column).collect();
    };
    let all = held.iter().flat_map(|(_, first)| first.iter().cloned()).collect();
    let mut read: BTreeMap<RecordId, Listed> =
        read(db, object, &query.test, all, PATIENCE)?.into_iter().map(|one| (one.id, one)).collect();
    let mut rows = |first: Vec<Placed>| first.iter().filter_map(|(id, _)| read.remove(id)).collect();
    Ok(held.into_iter().map(|(group, first)| (group, rows(first))).collect())
}

/// The groups of records that pass.
///
/// # Errors
/// As [`page`].
pub(super) fn groups(
    app: &App,
    db: &mut Connection,
    object: &Object,
    test: &Test,
    grouping: &Grouping,
) -> Result<Vec<Group>, OpError> {
    let asked = resolved(db, test)?;
    match app.pipeline.columns().groups(&app.pipeline.objects(), object.id, &asked, grouping) {
        Some(groups) => Ok(groups),
        None => Ok(db.within(PATIENCE, |db| db.group_records(object, test, grouping))?),
    }
}
