//! Records on a board: a column for each choice of a field.

use std::collections::BTreeMap;

use base::Decimal;
use domain::object::{Choice, Type};
use serde::{Deserialize, Serialize};
use store::record::group::Group;
use store::record::query::{Listed, Query};
use utoipa::ToSchema;

use super::find;
use super::list::{self, ListRequest};
use super::{Deed, RecordView, allowed, field, object, value, views};
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

/// A board of records that the reader may see.
///
/// # Errors
/// There is no such object, a part of the request does not fit, it took too long, or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, request: &BoardRequest) -> Result<Board, OpError> {
    let object = object(app, actor, name)?;
    let by = field::fit(actor, &object, &request.by, "by", |holds| matches!(holds, Type::Choice { .. }))?;
    let is_number = |holds: &Type| matches!(holds, Type::Money | Type::Number);
    let sum = request.sum.as_deref().map(|name| field::fit(actor, &object, name, "sum", is_number)).transpose()?;
    let test = list::test(app, actor, &object, &request.list)?;
    let order = list::order(actor, &object, &request.list.sort)?;
    let limit = request.limit.unwrap_or(20).clamp(1, CARDS);
    let query = Query { test, order, after: None, limit };
    let (sum, writes) = (sum.map(|sum| sum.number), allowed(app, actor, &object, Deed::Write));
    app.store.read(|db| {
        let (groups, writable) = find::board(app, db, &object, &query, by.number, sum, &writes)?;
        let (mut heads, mut rows) = (Vec::new(), Vec::new());
        for (choice, column) in in_order(by.holds.choices(), groups) {
            let (group, listed) = column.unzip();
            let listed = listed.unwrap_or_default();
            heads.push((choice, group, listed.len()));
            rows.extend(listed.into_iter().map(|one| (one.id, one.row)));
        }
        let labels = value::labels(app, db, actor, &object, &rows)?;
        let mut cards = views(app, db, actor, &object, &rows, &writable)?.into_iter();
        let column = |(choice, group, cards_of): (Option<u8>, Option<Group>, usize)| BoardColumn {
            choice,
            count: group.as_ref().map_or(0, |group| group.count),
            sum: group.and_then(|group| group.sums.first()?.sum).map(|sum| Decimal::from_scaled(sum).to_string()),
            items: cards.by_ref().take(cards_of).collect(),
        };
        Ok(Board { columns: heads.into_iter().map(column).collect(), labels })
    })
}

/// What stands in a column.
type Column = (Group, Vec<Listed>);

/// The choices with what stands in their columns: archived ones, and none, only where something does.
fn in_order(choices: &[Choice], mut groups: Vec<Column>) -> Vec<(Option<u8>, Option<Column>)> {
    let mut of = |value: Option<i64>| {
        let place = groups.iter().position(|(group, _)| group.number() == value);
        place.map(|place| groups.swap_remove(place))
    };
    let mut columns: Vec<(Option<u8>, Option<Column>, bool)> = choices
        .iter()
        .map(|choice| (Some(choice.number), of(Some(i64::from(choice.number))), choice.archived))
        .collect();
    columns.push((None, of(None), true));
    let shown = columns.into_iter().filter(|(_, column, hidden)| !hidden || column.is_some());
    shown.map(|(choice, column, _)| (choice, column)).collect()
}
