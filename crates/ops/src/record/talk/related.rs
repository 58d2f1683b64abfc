//! Records of any object that lead to a record, or to the customer that it leads to: of each, when it was made.

use std::collections::BTreeMap;

use base::{CustomerId, RecordId, Timestamp};
use domain::object::{Cell, Field, FieldNumber, Object, Type};
use serde::Serialize;
use store::record::query::{Comparison, Listed, Order, Query, Test};
use store::{Connection, Value};
use utoipa::ToSchema;

use super::super::{Deed, allowed, field, find, object};
use crate::audit::Names;
use crate::{Actor, App, OpError};

/// A record that was made and leads here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RelatedView {
    /// Its object's name.
    pub object: String,
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// What it is called.
    pub title: Option<String>,
    /// Who made it.
    pub by: String,
}

/// To what records lead that are looked for.
pub(super) struct Target<'t> {
    pub(super) object: &'t Object,
    pub(super) record: RecordId,
    /// The customer that the record leads to, with all that are part of it.
    pub(super) customers: &'t [CustomerId],
}

impl Target<'_> {
    /// What a record of an object passes that leads here by a field whose values the reader sees.
    fn test(&self, actor: &Actor, of: &Object) -> Option<Test> {
        let by = |field: &Field| match &field.holds {
            Type::Relation { to } if *to == self.object.name => {
                Some(Test::Compare(field.number, Comparison::Equal, self.record.number().into()))
            }
            Type::Relations { to } if *to == self.object.name => {
                let here = Box::new(Test::Among(vec![self.record]));
                Some(Test::ToSome((of.id, field.number), self.object.id, here))
            }
            Type::Customer if !self.customers.is_empty() => {
                Some(Test::OneOf(field.number, self.customers.iter().map(|id| id.number().into()).collect()))
            }
            _ => None,
        };
        let shown = of.fields.iter().filter(|one| !one.archived && field::is_plain(actor, of, one));
        let ways: Vec<Test> = shown.filter_map(by).collect();
        (!ways.is_empty()).then_some(Test::Any(ways))
    }
}

/// The records that lead to a target and were made before a place, the latest first, with when they were made.
pub(super) fn list(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    target: &Target<'_>,
    before: Option<(i64, u64)>,
    limit: usize,
) -> Result<Vec<(Timestamp, RelatedView)>, OpError> {
    let order = vec![Order { field: FieldNumber::CREATED, descending: true }];
    let after = before.map(|(at, id)| (vec![Value::Int(at)], RecordId::new(id)));
    let mut all: Vec<(i64, RelatedView, String)> = Vec::new();
    let objects = app.pipeline.objects();
    for of in objects.iter().filter(|of| !of.archived) {
        let Ok(of) = object(app, actor, &of.name) else { continue };
        let is_dated = of.numbered_field(FieldNumber::CREATED).is_some_and(|one| field::is_plain(actor, &of, one));
        let Some(leads) = target.test(actor, &of).filter(|_| is_dated) else { continue };
        let other = Test::Not(Box::new(Test::Among(vec![target.record])));
        let test = Test::All(vec![allowed(app, actor, &of, Deed::See), leads, other]);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let query = Query { test, order: order.clone(), after: after.clone(), limit };
        let page = find::page(app, db, actor, &of, &query, &find::NONE, find::PATIENCE)?;
        let title = of.title().filter(|title| field::is_plain(actor, &of, title)).map(|title| title.number);
        all.extend(page.listed.into_iter().filter_map(|one| made(&of, title, one)));
    }
    all.sort_by_key(|(at, view, _)| std::cmp::Reverse((*at, view.id)));
    all.truncate(limit);
    let mut names = Names::default();
    let named = |(at, view, by): (i64, RelatedView, String)| {
        Ok((Timestamp::from_ms(at), RelatedView { by: names.of(db, &by)?, ..view }))
    };
    all.into_iter().map(named).collect()
}

fn made(of: &Object, title: Option<FieldNumber>, one: Listed) -> Option<(i64, RelatedView, String)> {
    let Some(Cell::Int(at)) = one.row.cells.get(&FieldNumber::CREATED) else { return None };
    let title = title.and_then(|title| match one.row.cells.get(&title) {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    });
    Some((*at, RelatedView { object: of.name.clone(), id: one.id, title, by: String::new() }, one.row.created_by))
}

/// What people, customers and records are called that changes set, so far as the reader sees the fields.
pub(super) fn labels(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    changes: &[&super::super::change::ChangeView],
) -> Result<BTreeMap<String, String>, OpError> {
    let mut labels = BTreeMap::new();
    for one in object.fields.iter().filter(|one| !one.archived && field::is_plain(actor, object, one)) {
        let told = changes.iter().flat_map(|change| &change.fields).filter(|change| change.field == one.name);
        let values = told.flat_map(|change| [&change.before, &change.after]);
        let each = values.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
        let numbers = each.filter_map(|value| {
            let text = value.as_str()?;
            match one.holds {
                Type::User => text.parse().map(base::UserId::number).ok(),
                Type::Customer => text.parse().map(CustomerId::number).ok(),
                Type::Relation { .. } | Type::Relations { .. } => text.parse().map(RecordId::number).ok(),
                _ => None,
            }
        });
        let numbers = numbers.collect();
        labels.extend(super::super::value::labels_in(app, db, actor, one, numbers)?);
    }
    Ok(labels)
}
