//! Where lists find records: in memory, where they are held by column; otherwise in the database, which is given two seconds. What is
//! found in memory is read from the database under the role's test, so that what one may not see is never read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::RecordId;
use columns::Placed;
use domain::object::{FieldNumber, Object};
use store::record::among::Found;
use store::record::group::{By, Group, Grouping};
use store::record::query::{Comparison, Listed, Query, Test};
use store::{Connection, RecordRow, StoreError, Value};

use super::{Deed, allowed};
use crate::{Actor, App, OpError};

/// How long a list, a count or a board may take before it is cut off.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// The most columns of a board: there are fewer choices.
const GROUPS: u32 = 200;

/// A further test that nothing passes.
pub(super) const NONE: Test = Test::Any(Vec::new());

/// A page of records.
pub(super) struct Page {
    /// The records.
    pub(super) listed: Vec<Listed>,
    /// Those of them that pass the further test.
    pub(super) passing: BTreeSet<RecordId>,
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
        Test::ToCustomer(field, object, test) => Test::ToCustomer(*field, *object, Box::new(resolved(db, test)?)),
        Test::FromCustomer(object, field, test) => Test::FromCustomer(*object, *field, Box::new(resolved(db, test)?)),
        Test::Colleague(field, me, below) => {
            let people = db.colleagues(*me, *below)?;
            Test::OneOf(*field, people.iter().map(|person| person.number().into()).collect())
        }
        Test::Shared(me, writes) => Test::Among(db.shared_with(*me, *writes)?),
        other => other.clone(),
    })
}

/// A page of records, and which of them pass a further test.
///
/// # Errors
/// The database's, or it took too long.
pub(super) fn page(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    query: &Query,
    further: &Test,
    patience: Duration,
) -> Result<Page, OpError> {
    let asked = Query { test: resolved(db, &query.test)?, ..query.clone() };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let Some(found) = app.pipeline.columns().list(&app.pipeline.objects(), object.id, &asked) else {
        let listed = db.within(patience, |db| db.list_records(object, query))?;
        let last = listed.last().filter(|_| listed.len() >= limit);
        let next = last.map(|last| (last.place.clone(), last.id));
        let ids: Vec<RecordId> = listed.iter().map(|one| one.id).collect();
        let passing = passing(db, object, &ids, further)?;
        return Ok(Page { listed, passing, next });
    };
    let last = found.last().filter(|_| found.len() >= limit);
    let next = last.map(|(id, place)| (place.clone(), *id));
    let test = own(&allowed(app, actor, object, Deed::See), &query.test);
    let (listed, passing) = read(db, object, &test, further, found, patience)?;
    Ok(Page { listed, passing, next })
}

/// What is asked again of records that were found in memory: all that the role says, and of the rest what is about the record itself. What
/// other records made of it was true a moment ago, and need not be looked for once more.
fn own(see: &Test, test: &Test) -> Test {
    fn take(test: &Test, see: &Test, own: &mut Vec<Test>) {
        match test {
            test if test == see => {}
            Test::All(tests) => tests.iter().for_each(|test| take(test, see, own)),
            test if test.is_of_one_record() => own.push(test.clone()),
            _ => {}
        }
    }
    let mut own = vec![see.clone()];
    take(test, see, &mut own);
    Test::All(own)
}

/// Which of these records pass.
pub(super) fn passing(
    db: &mut Connection,
    object: &Object,
    ids: &[RecordId],
    test: &Test,
) -> Result<BTreeSet<RecordId>, StoreError> {
    match test {
        Test::All(tests) if tests.is_empty() => Ok(ids.iter().copied().collect()),
        Test::Any(tests) if tests.is_empty() => Ok(BTreeSet::new()),
        test if test.is_of_one_record() => db.passing(object, ids, test),
        test => db.within(PATIENCE, |db| db.passing(object, ids, test)),
    }
}

/// Those of these records that pass a test, each with whether it passes a further one.
pub(super) fn among(
    db: &mut Connection,
    object: &Object,
    ids: &[RecordId],
    test: &Test,
    further: &Test,
    patience: Duration,
) -> Result<Vec<Found>, StoreError> {
    // These few by their ids take no time worth watching, unless others are looked at for each.
    match test.is_of_one_record() && further.is_of_one_record() {
        true => db.records_among(object, ids, test, further),
        false => db.within(patience, |db| db.records_among(object, ids, test, further)),
    }
}

/// Reads what was found in memory, as far as it passes still, and which of it passes a further test.
fn read(
    db: &mut Connection,
    object: &Object,
    test: &Test,
    further: &Test,
    found: Vec<Placed>,
    patience: Duration,
) -> Result<(Vec<Listed>, BTreeSet<RecordId>), StoreError> {
    let ids: Vec<RecordId> = found.iter().map(|(id, _)| *id).collect();
    let read = among(db, object, &ids, test, further, patience)?;
    let passing = read.iter().filter(|one| one.passes).map(|one| one.id).collect();
    let mut rows: BTreeMap<RecordId, RecordRow> = read.into_iter().map(|one| (one.id, one.row)).collect();
    let in_order = found.into_iter().filter_map(|(id, place)| Some(Listed { id, row: rows.remove(&id)?, place }));
    Ok((in_order.collect(), passing))
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
type Columns = Vec<(Group, Vec<Listed>)>;

/// The columns of a board, and which of their records pass a further test.
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
    further: &Test,
) -> Result<(Columns, BTreeSet<RecordId>), OpError> {
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
        let columns = groups.into_iter().map(column).collect::<Result<Columns, OpError>>()?;
        let ids: Vec<RecordId> = columns.iter().flat_map(|(_, listed)| listed.iter().map(|one| one.id)).collect();
        let passing = passing(db, object, &ids, further)?;
        return Ok((columns, passing));
    };
    let all = held.iter().flat_map(|(_, first)| first.iter().cloned()).collect();
    let (read, passing) = read(db, object, &query.test, further, all, PATIENCE)?;
    let mut read: BTreeMap<RecordId, Listed> = read.into_iter().map(|one| (one.id, one)).collect();
    let mut rows = |first: Vec<Placed>| first.iter().filter_map(|(id, _)| read.remove(id)).collect();
    Ok((held.into_iter().map(|(group, first)| (group, rows(first))).collect(), passing))
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
