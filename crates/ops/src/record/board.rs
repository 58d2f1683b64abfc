//! Records on a board: a column for each choice of a field.

use std::collections::BTreeMap;

use base::Decimal;
use domain::object::{Choice, Field, Object, Type};
use serde::{Deserialize, Serialize};
use store::Value;
use store::record::query::{Comparison, Group, Query, Test};
use utoipa::ToSchema;

use super::list::{self, ListRequest, PATIENCE};
use super::{RecordView, object, value, views};
use crate::{Actor, App, OpError};

/// The most cards of a column.
const CARDS: u32 = 50;

/// Which records, by which field.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BoardRequest {
    /// Which records: as a list is asked for; its page does not matter, and its order is that of cards.
    pub list: ListRequest,
    /// The field of choices by whose values they stand in columns.
    pub by: String,
    /// The field that is added up: a number or an amount.
    #[serde(default)]
    pub sum: Option<String>,
    /// The most cards of a column, at most 50.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A column of a board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BoardColumn {
    /// The number of its choice; none for records without one.
    pub choice: Option<u8>,
    /// How many records there are.
    pub count: u64,
    /// What they come to.
    pub sum: Option<String>,
    /// The first of them.
    pub items: Vec<RecordView>,
}

/// A board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Board {
    /// Its columns, in the order of the choices; those without one come last, if there are any.
    pub columns: Vec<BoardColumn>,
    /// What people, customers and records are called whose ids are among the values.
    pub labels: BTreeMap<String, String>,
}

fn known<'o>(object: &'o Object, name: &str, member: &str, fits: fn(&Type) -> bool) -> Result<&'o Field, OpError> {
    let field = object.field(name).filter(|field| !field.archived && fits(&field.holds));
    let (zh, en) = (format!("不能用字段「{name}」"), format!("the field '{name}' is not one for this"));
    field.ok_or_else(|| OpError::invalid(member, &zh, &en))
}

/// A board of records that the reader may see.
///
/// # Errors
/// There is no such object, a part of the request does not fit, it took too long, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, request: &BoardRequest) -> Result<Board, OpError> {
    let object = object(app, actor, name)?;
    let by = known(&object, &request.by, "by", |holds| matches!(holds, Type::Choice { .. }))?;
    let is_number = |holds: &Type| matches!(holds, Type::Money | Type::Number);
    let sum = request.sum.as_deref().map(|name| known(&object, name, "sum", is_number)).transpose()?;
    let test = list::test(app, actor, &object, &request.list)?;
    let order = list::order(&object, &request.list.sort)?;
    let limit = request.limit.unwrap_or(20).clamp(1, CARDS);
    app.store.read(|db| {
        let groups =
            db.within(PATIENCE, |db| db.group_records(&object, &test, by.number, sum.map(|sum| sum.number)))?;
        let mut columns = Vec::new();
        let mut rows = Vec::new();
        for (choice, group) in in_order(by.holds.choices(), &groups) {
            let of = match choice {
                Some(choice) => Test::Compare(by.number, Comparison::Equal, Value::Int(i64::from(choice))),
                None => Test::Not(Box::new(Test::Present(by.number))),
            };
            let test = Test::All(vec![test.clone(), of]);
            let query = Query { test, order: order.clone(), after: None, limit };
            let listed = match group {
                Some(_) => db.within(PATIENCE, |db| db.list_records(&object, &query))?,
                None => Vec::new(),
            };
            let cards: Vec<_> = listed.into_iter().map(|one| (one.id, one.row)).collect();
            let sum = group.and_then(|group| group.sum).map(|sum| Decimal::from_scaled(sum).to_string());
            let items = views(app, db, actor, &object, &cards)?;
            columns.push(BoardColumn { choice, count: group.map_or(0, |group| group.count), sum, items });
            rows.extend(cards);
        }
        let labels = value::labels(app, db, actor, &object, &rows)?;
        Ok(Board { columns, labels })
    })
}

/// The choices with what stands in their columns: archived ones, and none, only where something does.
fn in_order<'g>(choices: &[Choice], groups: &'g [Group]) -> Vec<(Option<u8>, Option<&'g Group>)> {
    let of = |value: Option<i64>| groups.iter().find(|group| group.value == value);
    let chosen =
        choices.iter().map(|choice| (Some(choice.number), of(Some(i64::from(choice.number))), choice.archived));
    let shown = chosen.chain([(None, of(None), true)]).filter(|(_, group, hidden)| !hidden || group.is_some());
    shown.map(|(choice, group, _)| (choice, group)).collect()
}
