//! Records of a list in groups: how many there are of each, and what their fields come to.

use std::collections::{BTreeMap, BTreeSet};

use base::{Decimal, TimeZone, Timestamp};
use domain::object::{Cell, Field, Object, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::record::group::{By, Group, Grouping, Shift, Sum};
use store::record::query::Test;
use utoipa::ToSchema;

use super::filter::{self, Filter, Is, Op, Unit};
use super::list::{self, ListRequest};
use super::{field, find, object, value};
use crate::{Actor, App, OpError};

/// The most groups that are told.
const GROUPS: usize = 200;
/// The most fields that are added up.
const SUMS: usize = 8;
/// The most days that are put together to groups of days, weeks, months, quarters or years: more than a century of them.
const DAYS: u32 = 40_000;
/// The most groups that are told apart by a second field.
const PARTS: u32 = 400_000;
/// Between which years a zone's clock is known.
const YEARS: (i16, i16) = (1900, 2100);

/// By what records are grouped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupBy {
    /// The field: choices, yes or no, a person, a customer, a relation, a day, an instant, or a line of text.
    pub field: String,
    /// Of days and instants, the stretch of the calendar; the month where it is left out.
    #[serde(default)]
    pub unit: Option<Unit>,
}

/// Which records, by what.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct GroupsRequest {
    /// Which records: as a list is asked for; its page and its order do not matter.
    #[serde(default)]
    pub list: ListRequest,
    /// By what; where it is left out, only all of them together are told.
    #[serde(default)]
    pub by: Option<GroupBy>,
    /// A field of choices by which each group is told apart once more.
    #[serde(default)]
    pub split: Option<String>,
    /// The fields that are added up: numbers, amounts and percentages; at most eight.
    #[serde(default)]
    pub sums: Vec<String>,
}

/// What a field comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SumView {
    /// The sum, as an exact decimal; none where no record has a value, or where it is beyond all numbers.
    pub sum: Option<String>,
    /// How many records have a value: the sum divided by it is the average.
    pub present: u64,
}

/// How many records, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Amounts {
    /// How many.
    pub count: u64,
    /// What each of the asked fields comes to.
    pub sums: Vec<SumView>,
}

/// A part of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupPart {
    /// The number of its choice; none for records without one.
    pub choice: Option<u8>,
    /// How many, and what they come to.
    pub amounts: Amounts,
}

/// Records that are alike.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupView {
    /// Their value, as in a record; of days and instants, the first day of the stretch; `null` for those without a value.
    #[schema(value_type = Object)]
    pub value: Value,
    /// What narrows a list to them.
    pub filter: Filter,
    /// How many, and what they come to.
    pub amounts: Amounts,
    /// Its parts, in the order of the choices, where it was to be told apart.
    pub parts: Vec<GroupPart>,
}

/// Records in groups.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Groups {
    /// At most 200 groups: by choices in their order, by days in theirs and the latest of them, otherwise those with the most records
    /// first; those without a value last.
    pub items: Vec<GroupView>,
    /// All records together.
    pub total: Amounts,
    /// How many records are in groups that are not told, since there are too many.
    pub rest: u64,
    /// What people, customers and records are called whose ids are among the values.
    pub labels: BTreeMap<String, String>,
}

/// Whether records are grouped by such a field.
pub(super) const fn groups(holds: &Type) -> bool {
    !matches!(
        holds,
        Type::LongText
            | Type::MultiChoice { .. }
            | Type::Tags
            | Type::Relations { .. }
            | Type::Address
            | Type::Files
            | Type::Number
            | Type::Money
            | Type::Percent
    )
}

pub(super) const fn adds_up(holds: &Type) -> bool {
    matches!(holds, Type::Number | Type::Money | Type::Percent)
}

pub(super) const fn is_choice(holds: &Type) -> bool {
    matches!(holds, Type::Choice { .. })
}

const fn is_time(holds: &Type) -> bool {
    matches!(holds, Type::Date | Type::Instant)
}

/// What was found of the question.
struct Asked<'o> {
    by: Option<(&'o Field, Unit)>,
    split: Option<&'o Field>,
    sums: Vec<&'o Field>,
}

impl Asked<'_> {
    /// As the store and columns are asked, of which the first `limit` are told.
    fn grouping(&self, zone: &TimeZone) -> Grouping {
        let latest = self.by.is_some_and(|(field, _)| is_time(&field.holds));
        let by = self.by.map(|(field, _)| match field.holds {
            Type::Instant => By::Day(field.number, shifts(zone)),
            _ => By::Value(field.number),
        });
        let limit = if latest { DAYS } else { GROUPS as u32 };
        let sums = self.sums.iter().map(|field| field.number).collect();
        Grouping { by, split: None, sums, latest, limit }
    }
}

/// How far ahead of UTC a zone's clock is.
fn shifts(zone: &TimeZone) -> Vec<Shift> {
    let at = |year| jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).map(|start| start.timestamp());
    let (Ok(from), Ok(to)) = (at(YEARS.0), at(YEARS.1)) else { return Vec::new() };
    let ahead_ms = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1_000;
    let mut shifts = vec![Shift { from_ms: i64::MIN, ahead_ms: ahead_ms(zone.to_offset(from)) }];
    for change in zone.following(from).take_while(|change| change.timestamp() < to) {
        let shift = Shift { from_ms: change.timestamp().as_millisecond(), ahead_ms: ahead_ms(change.offset()) };
        if shifts.last().is_none_or(|last| last.ahead_ms != shift.ahead_ms) {
            shifts.push(shift);
        }
    }
    shifts
}

/// The first day of the stretch that a day is in, both in days since 1970.
fn stretch(day: i64, unit: Unit) -> i64 {
    let date = value::day(day);
    filter::beginning(date, unit).map_or(day, value::days_of)
}

/// Groups of days as groups of stretches of the calendar, the earliest first, those without a value last.
fn put_together(groups: Vec<Group>, unit: Unit) -> Vec<Group> {
    let mut known: BTreeMap<(bool, i64, Option<i64>), Group> = BTreeMap::new();
    for group in groups {
        let day = group.number().map(|day| stretch(day, unit));
        let value = day.map_or(store::Value::Null, store::Value::Int);
        match known.entry((day.is_none(), day.unwrap_or_default(), group.split)) {
            std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(Group { value, ..group })),
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                let known = slot.get_mut();
                known.count += group.count;
                known.sums.iter_mut().zip(&group.sums).for_each(|(known, sum)| *known = known.and(*sum));
            }
        }
    }
    known.into_values().collect()
}

/// The groups that are told, in their order.
fn in_order(asked: &Asked<'_>, mut groups: Vec<Group>) -> Vec<Group> {
    let Some((field, unit)) = asked.by else { return Vec::new() };
    if is_time(&field.holds) {
        let mut groups = put_together(groups, unit);
        groups.drain(..groups.len().saturating_sub(GROUPS));
        return groups;
    }
    let place = |group: &Group| match (group.number(), &field.holds) {
        (None, _) if group.value == store::Value::Null => usize::MAX,
        (Some(number), Type::Choice { choices }) => {
            choices.iter().position(|choice| i64::from(choice.number) == number).unwrap_or(usize::MAX - 1)
        }
        (Some(0), Type::Bool) => 1,
        _ => 0,
    };
    groups.sort_by_key(place);
    groups
}

/// What narrows a list to a group.
fn narrowed(field: &Field, unit: Unit, zone: &TimeZone, group: &Group) -> Filter {
    let is = |op, value| Filter::Is(Is { field: field.name.clone(), op, value });
    let Some(number) = group.number().filter(|_| is_time(&field.holds)) else {
        return match told(field, group) {
            Value::Null => is(Op::Empty, Value::Null),
            value => is(Op::Equal, value),
        };
    };
    let first = value::day(number);
    let next = first.checked_add(unit.span(1)).ok(); // after the last stretch of all there is none
    let bound = |date: jiff::civil::Date| match field.holds {
        Type::Instant => {
            let start = date.to_zoned(zone.clone()).map(|start| Timestamp::from_jiff(start.timestamp()));
            start.map_or(Value::Null, |start| Value::from(start.to_string()))
        }
        _ => Value::from(date.to_string()),
    };
    let before_next = next.map(|next| is(Op::Less, bound(next)));
    Filter::All(std::iter::once(is(Op::AtLeast, bound(first))).chain(before_next).collect())
}

/// A group's value, as in a record.
fn told(field: &Field, group: &Group) -> Value {
    match &group.value {
        store::Value::Int(day) if is_time(&field.holds) => Value::from(value::date(*day)),
        store::Value::Int(number) => value::write(field, &Cell::Int(*number)),
        store::Value::Text(text) => Value::from(text.as_str()),
        store::Value::Null | store::Value::Blob(_) => Value::Null,
    }
}

fn amounts(group: &Group) -> Amounts {
    let sum =
        |sum: &Sum| SumView { sum: sum.sum.map(|sum| Decimal::from_scaled(sum).to_string()), present: sum.present };
    Amounts { count: group.count, sums: group.sums.iter().map(sum).collect() }
}

/// A test that the shown groups pass, so that their parts are those of all of them and of no others.
fn shown(field: &Field, groups: &[Group]) -> Test {
    if is_time(&field.holds) {
        return Test::All(Vec::new());
    }
    let values = groups.iter().filter(|group| group.value != store::Value::Null).map(|group| group.value.clone());
    let mut tests = vec![Test::OneOf(field.number, values.collect())];
    if groups.iter().any(|group| group.value == store::Value::Null) {
        tests.push(Test::Not(Box::new(Test::Present(field.number))));
    }
    Test::Any(tests)
}

/// The parts of one group, in the order of the choices.
fn parts(split: &Field, of: &Group, all: &[Group]) -> Vec<GroupPart> {
    let place = |group: &&Group| {
        let choices = split.holds.choices().iter();
        group.split.and_then(|number| choices.clone().position(|choice| i64::from(choice.number) == number))
    };
    let mut mine: Vec<&Group> = all.iter().filter(|group| group.value == of.value).collect();
    mine.sort_by_key(|group| place(group).unwrap_or(usize::MAX));
    let part = |group: &Group| GroupPart {
        choice: group.split.and_then(|number| u8::try_from(number).ok()),
        amounts: amounts(group),
    };
    mine.into_iter().map(part).collect()
}

/// What is asked, if the reader may ask for it.
fn asked<'o>(actor: &Actor, object: &'o Object, request: &GroupsRequest) -> Result<Asked<'o>, OpError> {
    if request.sums.len() > SUMS {
        return Err(OpError::invalid("sums", "最多对八个字段求和", "at most eight fields are added up"));
    }
    let by = |by: &GroupBy| {
        let field = field::fit(actor, object, &by.field, "by", groups)?;
        Ok::<_, OpError>((field, by.unit.unwrap_or(Unit::Month)))
    };
    let sum = |name: &String| field::fit(actor, object, name, "sums", adds_up);
    Ok(Asked {
        by: request.by.as_ref().map(by).transpose()?,
        split: request.split.as_ref().map(|name| field::fit(actor, object, name, "split", is_choice)).transpose()?,
        sums: request.sums.iter().map(sum).collect::<Result<_, _>>()?,
    })
}

/// Records that the reader may see, in groups.
///
/// # Errors
/// There is no such object, a part of the request does not fit, it took too long, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, request: &GroupsRequest) -> Result<Groups, OpError> {
    let object = object(app, actor, name)?;
    let asked = asked(actor, &object, request)?;
    let test = list::test(app, actor, &object, &request.list)?;
    let grouping = asked.grouping(&app.zone);
    let whole = Grouping { by: None, split: None, ..grouping.clone() };
    app.store.read(|db| {
        let total = find::groups(app, db, &object, &test, &whole)?;
        let total = total.first().map_or(Amounts { count: 0, sums: Vec::new() }, amounts);
        let Some((field, unit)) = asked.by else {
            return Ok(Groups { items: Vec::new(), total, rest: 0, labels: BTreeMap::new() });
        };
        let groups = in_order(&asked, find::groups(app, db, &object, &test, &grouping)?);
        let told_apart = match asked.split {
            Some(split) => {
                let test = Test::All(vec![test.clone(), shown(field, &groups)]);
                let apart = Grouping { split: Some(split.number), limit: PARTS, ..grouping };
                let apart = find::groups(app, db, &object, &test, &apart)?;
                if is_time(&field.holds) { put_together(apart, unit) } else { apart }
            }
            None => Vec::new(),
        };
        let numbers: BTreeSet<u64> = groups.iter().filter_map(|group| Some(group.number()?.cast_unsigned())).collect();
        let labels = value::labels_in(app, db, actor, field, numbers)?;
        let shown: u64 = groups.iter().map(|group| group.count).sum();
        let item = |group: &Group| GroupView {
            value: told(field, group),
            filter: narrowed(field, unit, &app.zone, group),
            amounts: amounts(group),
            parts: asked.split.map(|split| parts(split, group, &told_apart)).unwrap_or_default(),
        };
        let items = groups.iter().map(item).collect();
        Ok(Groups { items, rest: total.count.saturating_sub(shown), total, labels })
    })
}
