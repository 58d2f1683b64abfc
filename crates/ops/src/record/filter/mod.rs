//! Filters: what a list is narrowed to, as a tree of any shape within bounds, also through relations.

mod say;

use base::{CustomerId, DAY_MS, Text, Timestamp};
use domain::object::{Cell, Field, FieldNumber, Object, Storage, Type, several};
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::record::query::{Comparison, Test};
use utoipa::ToSchema;

use super::{Deed, allowed, field, object, value};
use crate::customer::family::family;
use crate::error::without_nul;
use crate::{Actor, App, OpError};
pub(crate) use say::say;

/// The most parts of a filter.
const PARTS: usize = 100;
/// The longest part of a text that is looked for, in characters.
const PART_CHARS: usize = 200;
/// How deep a filter may go.
const DEPTH: usize = 8;

/// What records are narrowed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All of these hold.
    #[schema(no_recursion)]
    All(Vec<Self>),
    /// One of these holds at least.
    #[schema(no_recursion)]
    Any(Vec<Self>),
    /// This does not hold.
    #[schema(no_recursion)]
    Not(Box<Self>),
    /// A field's value is so.
    Is(Is),
    /// The record that a relation leads to passes a filter.
    #[schema(no_recursion)]
    To {
        /// The relation.
        field: String,
        /// What the record there must pass.
        filter: Box<Self>,
    },
    /// A record of another object that leads here passes a filter; within `not`: none does.
    #[schema(no_recursion)]
    From {
        /// The other object.
        object: String,
        /// Its relation that leads here.
        field: String,
        /// What the record there must pass.
        filter: Box<Self>,
    },
}

/// A field's value is so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Is {
    /// The field.
    pub field: String,
    /// How.
    pub op: Op,
    /// With what: a value as in a record; of people also `me`, `my_team`, and `my_teams` for it and all that are part of it; for `one_of` a list of them; for `last`, `next` and `this` a [`Period`]; nothing for `present` and `empty`.
    #[serde(default)]
    pub value: Value,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The same; of several choices, tags or records, this one among them.
    Equal,
    /// Another, or none.
    NotEqual,
    /// Less, or earlier.
    Less,
    /// Less or the same.
    AtMost,
    /// More, or later.
    More,
    /// More or the same.
    AtLeast,
    /// A text with this part.
    Contains,
    /// One of a list.
    OneOf,
    /// There is a value.
    Present,
    /// There is none.
    Empty,
    /// Within the last so many days, weeks, months or years, up to today or now.
    Last,
    /// Within the next so many, from today or now.
    Next,
    /// In this day, week, month, quarter or year of the calendar.
    This,
}

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Period {
    /// How many; 1 where it is left out.
    #[serde(default)]
    pub count: Option<u16>,
    /// Of what.
    pub unit: Unit,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
}

impl Default for Filter {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// What reading a filter needs.
struct Ground<'g> {
    app: &'g App,
    actor: &'g Actor,
    /// Whether it is a role's condition, which looks at all records there are: what it lets through is what the role says.
    is_policy: bool,
    now: Timestamp,
    parts: usize,
}

/// A filter as a test on records of an object, with what the reader may see: records elsewhere count only if they may be seen.
///
/// # Errors
/// A part of the filter does not fit, or it has too many.
pub(super) fn test(app: &App, actor: &Actor, object: &Object, filter: &Filter) -> Result<Test, OpError> {
    let mut ground = Ground { app, actor, is_policy: false, now: app.now(), parts: 0 };
    Ok(Test::All(vec![allowed(app, actor, object, Deed::See), ground.test(object, filter, 0)?]))
}

/// A role's condition as a test, for someone who has the role.
///
/// # Errors
/// A part of the condition does not fit, or it has too many.
pub(crate) fn policy(app: &App, actor: &Actor, object: &Object, filter: &Filter) -> Result<Test, OpError> {
    let objects = app.pipeline.objects();
    let object = objects.by_id(object.id).ok_or_else(OpError::not_found)?;
    Ground { app, actor, is_policy: true, now: app.now(), parts: 0 }.test(object, filter, 0)
}

fn invalid(zh: &str, en: &str) -> OpError {
    OpError::invalid("filter", zh, en)
}

impl Ground<'_> {
    fn test(&mut self, of: &Object, filter: &Filter, depth: usize) -> Result<Test, OpError> {
        self.parts += 1;
        if self.parts > PARTS || depth > DEPTH {
            return Err(invalid("筛选条件过多或嵌套过深", "the filter has too many parts, or goes too deep"));
        }
        let mut each = |filters: &[Filter]| {
            filters.iter().map(|filter| self.test(of, filter, depth + 1)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match filter {
            Filter::All(filters) => Test::All(each(filters)?),
            Filter::Any(filters) => Test::Any(each(filters)?),
            Filter::Not(filter) => Test::Not(Box::new(self.test(of, filter, depth + 1)?)),
            Filter::Is(is) => self.is(of, is)?,
            Filter::To { field: name, filter } => {
                let field = self.field(of, name)?;
                let target = self.object(field.holds.leads_to().ok_or_else(|| no_relation(name))?)?;
                let inner = Box::new(self.seen(&target, filter, depth)?);
                match field.holds {
                    Type::Relations { .. } => Test::ToSome((of.id, field.number), target.id, inner),
                    Type::Customer => Test::ToCustomer(field.number, target.id, inner),
                    _ => Test::To(field.number, target.id, inner),
                }
            }
            Filter::From { object: from, field: name, filter } => {
                let other = self.object(from)?;
                let field = self.field(&other, name)?;
                if field.holds.leads_to() != Some(of.name.as_str()) {
                    return Err(no_relation(name));
                }
                let inner = Box::new(self.seen(&other, filter, depth)?);
                match field.holds {
                    Type::Relations { .. } => Test::FromSome(other.id, field.number, inner),
                    Type::Customer => Test::FromCustomer(other.id, field.number, inner),
                    _ => Test::From(other.id, field.number, inner),
                }
            }
        })
    }

    /// A field whose values the reader may ask for.
    fn field<'o>(&self, of: &'o Object, name: &str) -> Result<&'o Field, OpError> {
        let found = named(of, name)?;
        if self.is_policy || field::is_plain(self.actor, of, found) {
            return Ok(found);
        }
        let Text { zh, en } = &found.label;
        Err(invalid(
            &format!("「{zh}」对您是遮盖的，不能用来筛选"),
            &format!("'{en}' is masked for you; nothing is found by it"),
        ))
    }

    /// Whether a person is in one's team: what `my_team` and `my_teams` are for.
    fn team(&self, field: &Field, is: &Is) -> Option<Test> {
        let below = match is.value.as_str()? {
            "my_team" => false,
            "my_teams" => true,
            _ => return None,
        };
        let of_mine = match self.actor.person() {
            Some(me) => Test::Colleague(field.number, me, below),
            None => Test::Any(Vec::new()),
        };
        match is.op {
            _ if field.holds != Type::User => None,
            Op::Equal => Some(of_mine),
            Op::NotEqual => Some(Test::Not(Box::new(of_mine))),
            _ => None,
        }
    }

    fn object(&self, name: &str) -> Result<Object, OpError> {
        if self.is_policy {
            return self.app.pipeline.objects().by_name(name).cloned().ok_or_else(OpError::not_found);
        }
        object(self.app, self.actor, name)
    }

    /// A test on records of another object: those that the reader may not see pass none.
    fn seen(&mut self, object: &Object, filter: &Filter, depth: usize) -> Result<Test, OpError> {
        let test = self.test(object, filter, depth + 1)?;
        let seen = if self.is_policy { None } else { Some(allowed(self.app, self.actor, object, Deed::See)) };
        Ok(Test::All(seen.into_iter().chain([test]).collect()))
    }

    fn is(&self, of: &Object, is: &Is) -> Result<Test, OpError> {
        let is_presence = matches!(is.op, Op::Present | Op::Empty);
        let field = if is_presence { named(of, &is.field)? } else { self.field(of, &is.field)? };
        let number = field.number;
        if let Some(test) = self.team(field, is) {
            return Ok(test);
        }
        if !is_presence && let Some(test) = self.several(field, is)? {
            return Ok(test);
        }
        if !is_presence && field.holds == Type::Customer {
            return self.customer(field, is);
        }
        let is_set = matches!(field.holds, Type::MultiChoice { .. });
        let compare = |how| Ok(Test::Compare(number, how, self.value(field, &is.value)?));
        match is.op {
            Op::Present => Ok(Test::Present(number)),
            Op::Empty => Ok(Test::Not(Box::new(Test::Present(number)))),
            Op::Equal | Op::OneOf if is_set => Ok(Test::AnyBit(number, self.bits(field, &is.value)?)),
            Op::NotEqual if is_set => Ok(Test::Not(Box::new(Test::AnyBit(number, self.bits(field, &is.value)?)))),
            Op::Equal => compare(Comparison::Equal),
            Op::NotEqual => Ok(Test::Not(Box::new(compare(Comparison::Equal)?))),
            Op::OneOf => {
                let list = members(&is.value)?.iter().map(|one| self.value(field, one));
                Ok(Test::OneOf(number, list.collect::<Result<_, _>>()?))
            }
            Op::Contains if field.holds.storage() == Storage::Text => {
                Ok(Test::Contains(number, part(is.value.as_str().unwrap_or_default())?))
            }
            Op::Contains => Err(no_op(field)),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast if !is_ordered(field) => Err(no_op(field)),
            Op::Less => compare(Comparison::Less),
            Op::AtMost => compare(Comparison::AtMost),
            Op::More => compare(Comparison::More),
            Op::AtLeast => compare(Comparison::AtLeast),
            Op::Last | Op::Next | Op::This => self.period(field, is.op, &is.value),
        }
    }

    /// Whether one of several values of a field is this, or one of these; none where that is not what is asked.
    fn several(&self, field: &Field, is: &Is) -> Result<Option<Test>, OpError> {
        match field.holds {
            Type::Tags | Type::Relations { .. } => {}
            Type::Files if is.op != Op::Contains => return Err(no_op(field)),
            _ => return Ok(None),
        }
        let among = if is.value.is_array() { is.value.clone() } else { Value::Array(vec![is.value.clone()]) };
        let one = match is.op {
            Op::Equal | Op::OneOf | Op::NotEqual => match value::cell(&self.app.zone, field, &among, self.actor)? {
                Some(Cell::Text(text)) => {
                    let has = |value: &str| Test::Contains(field.number, format!("\n{value}\n"));
                    Test::Any(several::values(&text).map(has).collect())
                }
                _ => return Err(invalid("请填写要比较的值", "a value to compare with is wanted")),
            },
            Op::Contains if field.holds == Type::Tags => return Ok(None),
            _ => return Err(no_op(field)),
        };
        Ok(Some(if is.op == Op::NotEqual { Test::Not(Box::new(one)) } else { one }))
    }

    /// Whether it is one of these customers, whatever became part of them or they of.
    fn customer(&self, field: &Field, is: &Is) -> Result<Test, OpError> {
        let given = match is.op {
            Op::Equal | Op::NotEqual => std::slice::from_ref(&is.value),
            Op::OneOf => members(&is.value)?,
            _ => return Err(no_op(field)),
        };
        let mut all = Vec::new();
        for one in given {
            if let store::Value::Int(number) = self.value(field, one)? {
                let id = CustomerId::new(number.cast_unsigned());
                let parts = |db: &mut store::Connection| {
                    let current = db.current_customer(id)?.unwrap_or(id);
                    Ok::<_, OpError>(family(db, current)?.0)
                };
                all.extend(self.app.store.read(parts)?.into_iter().map(|part| part.number().into()));
            }
        }
        let one = Test::OneOf(field.number, all);
        Ok(if is.op == Op::NotEqual { Test::Not(Box::new(one)) } else { one })
    }

    fn value(&self, field: &Field, given: &Value) -> Result<store::Value, OpError> {
        match value::cell(&self.app.zone, field, given, self.actor)? {
            Some(Cell::Int(number)) => Ok(number.into()),
            Some(Cell::Text(text)) => Ok(text.into()),
            // Of a key's own there is nothing, which equals nothing.
            None if given.as_str() == Some("me") => Ok(store::Value::Null),
            None => Err(invalid("请填写要比较的值", "a value to compare with is wanted")),
        }
    }

    fn bits(&self, field: &Field, given: &Value) -> Result<i64, OpError> {
        let list = if given.is_array() { given.clone() } else { Value::Array(vec![given.clone()]) };
        match self.value(field, &list)? {
            store::Value::Int(bits) => Ok(bits),
            _ => Err(no_op(field)),
        }
    }

    /// A stretch of the calendar in the workspace's zone, as days or instants.
    fn period(&self, field: &Field, op: Op, given: &Value) -> Result<Test, OpError> {
        let period: Period = serde_json::from_value(given.clone())
            .map_err(|_| invalid("请填写数量和单位", "a count and a unit are wanted"))?;
        let (zone, is_date) = (&self.app.zone, matches!(field.holds, Type::Date));
        if !is_date && !matches!(field.holds, Type::Instant) {
            return Err(no_op(field));
        }
        let now = self.now.to_zoned(zone);
        let today = now.date();
        let count = i64::from(period.count.unwrap_or(1).clamp(1, 1_000));
        let span = period.unit.span(count);
        let over = || invalid("时间范围过大", "the stretch is too long");
        // From the beginning of a day to before the beginning of another.
        let (from, to) = match op {
            Op::Last => (today.checked_sub(span).map_err(|_| over())?.tomorrow(), today.tomorrow()),
            Op::Next => (Ok(today), today.checked_add(span)),
            _ => {
                let first = beginning(today, period.unit).ok_or_else(over)?;
                (Ok(first), first.checked_add(period.unit.span(1)))
            }
        };
        let (from, to) = (from.map_err(|_| over())?, to.map_err(|_| over())?);
        let place = |date: jiff::civil::Date| {
            let start = date.to_zoned(if is_date { jiff::tz::TimeZone::UTC } else { zone.clone() }).ok()?;
            let ms = start.timestamp().as_millisecond();
            Some(if is_date { ms.div_euclid(DAY_MS) } else { ms })
        };
        let (from, to) = (place(from).ok_or_else(over)?, place(to).ok_or_else(over)?);
        let at = |how, value: i64| Test::Compare(field.number, how, value.into());
        Ok(Test::All(vec![at(Comparison::AtLeast, from), at(Comparison::Less, to)]))
    }
}

impl Unit {
    /// So many of it, at most 1,000.
    pub(super) fn span(self, count: i64) -> jiff::Span {
        match self {
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Quarter => (3 * count).months(),
            Self::Year => count.years(),
        }
    }
}

/// The first day of the stretch that a day is in.
pub(super) fn beginning(day: jiff::civil::Date, unit: Unit) -> Option<jiff::civil::Date> {
    match unit {
        Unit::Day => Some(day),
        Unit::Week => day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok(),
        Unit::Month => Some(day.first_of_month()),
        Unit::Quarter => day.with().month((day.month() - 1) / 3 * 3 + 1).day(1).build().ok(),
        Unit::Year => Some(day.first_of_year()),
    }
}

/// The members of a list.
fn members(given: &Value) -> Result<&[Value], OpError> {
    let list = given.as_array().ok_or_else(|| invalid("应为列表", "a list is wanted"))?;
    if list.len() > PARTS {
        return Err(invalid("列表最多 100 项", "a list has at most 100 members"));
    }
    Ok(list)
}

const fn is_ordered(field: &Field) -> bool {
    matches!(field.holds, Type::Number | Type::Money | Type::Percent | Type::Date | Type::Instant)
}

fn named<'o>(object: &'o Object, name: &str) -> Result<&'o Field, OpError> {
    let field = object.field(name).filter(|field| !field.archived);
    field.ok_or_else(|| invalid(&format!("没有字段「{name}」"), &format!("there is no field '{name}'")))
}

fn no_relation(name: &str) -> OpError {
    invalid(&format!("「{name}」不是通往那里的关联"), &format!("'{name}' is no relation that leads there"))
}

fn no_op(field: &Field) -> OpError {
    let Text { zh, en } = &field.label;
    invalid(&format!("{zh}不能这样比较"), &format!("{en} cannot be compared so"))
}

/// A part of a text that is looked for.
pub(super) fn part(text: &str) -> Result<String, OpError> {
    without_nul("filter", text)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > PART_CHARS {
        return Err(invalid(
            "请填写要查找的文字，最多 200 个字符",
            "a text to look for is wanted, of at most 200 characters",
        ));
    }
    Ok(text.to_owned())
}

/// A text that one types to find records: in what they are called, in phones and e-mail addresses.
pub(super) fn typed(actor: &Actor, object: &Object, text: &str) -> Test {
    let is_typed = |field: &&Field| {
        (field.number == FieldNumber::FIRST || matches!(field.holds, Type::Phone | Type::Email))
            && field::is_plain(actor, object, field)
    };
    let texts = object.fields.iter().filter(is_typed);
    Test::Any(texts.map(|field| Test::Contains(field.number, text.to_owned())).collect())
}
