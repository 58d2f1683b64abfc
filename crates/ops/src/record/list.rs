//! Lists of records: filtered, ordered, a page at a time.

use std::collections::BTreeMap;

use base::RecordId;
use base64::Engine as _;
use domain::object::{Fact, Field, FieldNumber, Object, Storage, Type};
use serde::{Deserialize, Serialize};
use store::Value;
use store::record::query::{Order, Query, Test};
use utoipa::ToSchema;

use super::filter::{self, Filter};
use super::find::{self, PATIENCE};
use super::{Deed, RecordView, allowed, field, object, value, views};
use crate::error::without_nul;
use crate::{Actor, App, OpError, customer};

/// The longest page, in records.
const PAGE: u32 = 200;
/// By how many fields a list may be ordered.
const ORDERS: usize = 4;
/// How far records are counted.
pub const COUNTED: u32 = 10_000;

/// Which records, in which order.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct ListRequest {
    /// What they must pass; all where it is left out.
    #[serde(default)]
    pub filter: Filter,
    /// A text that is looked for in what they are called, in phones and e-mail addresses; customers are also found by pinyin, initials, and the beginning of an identifier.
    #[serde(default)]
    pub q: Option<String>,
    /// Their order; where it is left out, the latest changed first, of customers those seen last.
    #[serde(default)]
    pub sort: Vec<Sort>,
    /// Where the page begins.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Whether those in the trash are listed instead.
    #[serde(default)]
    pub trashed: bool,
}

/// By what records are ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Whether the greatest comes first. Records without a value come last either way.
    #[serde(default)]
    pub descending: bool,
}

/// A page of records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordPage {
    /// The records.
    pub items: Vec<RecordView>,
    /// What people, customers and records are called whose ids are among the values.
    pub labels: BTreeMap<String, String>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// How many records pass.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordCount {
    /// How many; one beyond 10,000 says that there are more.
    pub count: u64,
}

pub(super) fn test(app: &App, actor: &Actor, object: &Object, request: &ListRequest) -> Result<Test, OpError> {
    let mut tests = vec![filter::test(app, actor, object, &request.filter)?];
    if let Some(text) = request.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        without_nul("q", text)?;
        let typed = filter::typed(actor, object, &filter::part(text)?);
        tests.push(match object.is_of_customers() {
            true => Test::Any(vec![typed, Test::Among(customer::list::records_found(app, actor, text)?)]),
            false => typed,
        });
    }
    if request.trashed && object.is_of_customers() {
        tests.push(Test::Any(Vec::new())); // who became part of another is not in the trash
    } else if request.trashed {
        tests.push(Test::Trashed);
    }
    Ok(Test::All(tests))
}

pub(super) fn order(actor: &Actor, object: &Object, sort: &[Sort]) -> Result<Vec<Order>, OpError> {
    let invalid = |zh: &str, en: &str| OpError::invalid("sort", zh, en);
    if sort.len() > ORDERS {
        return Err(invalid("最多按四个字段排序", "a list is ordered by at most four fields"));
    }
    if sort.is_empty() {
        let is_seen = |field: &&Field| field.fact() == Some(Fact::LastSeen) && field::is_plain(actor, object, field);
        let field = object.fields.iter().find(is_seen).map_or(FieldNumber::CHANGED, |field| field.number);
        return Ok(vec![Order { field, descending: true }]);
    }
    let each = |sort: &Sort| {
        let field = object.field(&sort.field).filter(|field| !field.archived);
        let has_order = |holds: &Type| {
            !matches!(
                holds,
                Type::LongText | Type::MultiChoice { .. } | Type::Tags | Type::Relations { .. } | Type::Files
            )
        };
        let field = field.filter(|field| has_order(&field.holds));
        let field = field.filter(|field| field::is_plain(actor, object, field));
        let field = field.ok_or_else(|| {
            let name = &sort.field;
            invalid(&format!("不能按「{name}」排序"), &format!("a list is not ordered by '{name}'"))
        })?;
        Ok(Order { field: field.number, descending: sort.descending })
    };
    sort.iter().map(each).collect()
}

/// Where a page begins: the values by which the last record was ordered, and its id.
#[derive(Serialize, Deserialize)]
struct Cursor {
    /// By what it was ordered: a cursor of another order is none.
    by: Vec<(u16, bool)>,
    place: Vec<Place>,
    id: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    Int(i64),
    Text(String),
    Nothing,
}

fn by(order: &[Order]) -> Vec<(u16, bool)> {
    order.iter().map(|one| (one.field.0, one.descending)).collect()
}

fn next(order: &[Order], place: &[Value], id: RecordId) -> String {
    let place = place.iter().map(|value| match value {
        Value::Int(number) => Place::Int(*number),
        Value::Text(text) => Place::Text(text.clone()),
        Value::Null | Value::Blob(_) => Place::Nothing,
    });
    let cursor = Cursor { by: by(order), place: place.collect(), id: id.number() };
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
}

fn after(object: &Object, order: &[Order], cursor: &str) -> Result<(Vec<Value>, RecordId), OpError> {
    let bad = || OpError::invalid("cursor", "无效的分页游标", "not a cursor of this list");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let cursor: Cursor = serde_json::from_slice(&bytes).map_err(|_| bad())?;
    if cursor.by != by(order) || cursor.place.len() != order.len() {
        return Err(bad());
    }
    let storage = |one: &Order| object.numbered_field(one.field).map(|field| field.holds.storage());
    let place =
        cursor.place.into_iter().zip(order.iter().map(storage)).map(|(place, storage)| match (place, storage) {
            (Place::Int(number), Some(Storage::Int)) => Ok(Value::Int(number)),
            (Place::Text(text), Some(Storage::Text)) if !text.contains('\0') => Ok(Value::Text(text)),
            (Place::Nothing, _) => Ok(Value::Null),
            _ => Err(bad()),
        });
    Ok((place.collect::<Result<_, _>>()?, RecordId::new(cursor.id)))
}

/// Lists records that the reader may see.
///
/// # Errors
/// There is no such object, a part of the request does not fit, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, request: &ListRequest) -> Result<RecordPage, OpError> {
    let object = object(app, actor, name)?;
    let order = order(actor, &object, &request.sort)?;
    let after = request.cursor.as_deref().map(|cursor| after(&object, &order, cursor)).transpose()?;
    let limit = request.limit.unwrap_or(50).clamp(1, PAGE);
    let query = Query { test: test(app, actor, &object, request)?, order, after, limit };
    let writes = allowed(app, actor, &object, Deed::Write);
    app.store.read(|db| {
        let found = find::page(app, db, actor, &object, &query, &writes, PATIENCE)?;
        let next = found.next.as_ref().map(|(place, id)| next(&query.order, place, *id));
        let rows: Vec<_> = found.listed.into_iter().map(|one| (one.id, one.row)).collect();
        let items = views(app, db, actor, &object, &rows, &found.passing)?;
        let labels = value::labels(app, db, actor, &object, &rows)?;
        Ok(RecordPage { items, labels, next })
    })
}

/// Counts records that the reader may see, up to 10,000.
///
/// # Errors
/// As [`list`].
pub fn count(app: &App, actor: &Actor, name: &str, request: &ListRequest) -> Result<RecordCount, OpError> {
    let object = object(app, actor, name)?;
    let test = test(app, actor, &object, request)?;
    Ok(RecordCount { count: app.store.read(|db| find::count(app, db, &object, &test, COUNTED + 1))? })
}
