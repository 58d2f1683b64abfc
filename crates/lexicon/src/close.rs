//! What happens when a phrase is complete: slots are turned into what the next larger phrase expects, and
//! what does not fit by type is dropped while parsing.

use std::sync::Arc;

use base::Decimal;
use domain::{Class, Field, FieldType, Kind, Kinds};

use crate::frame::{Filter, Frame, Item, Name, Quantity, Source, Value, flag};
use crate::phrases::Wrap;
use crate::{Comparator, Function, Window};

/// The slots of a complete phrase, if they fit together.
pub(crate) fn wrap(kind: Wrap, frame: &Frame, kinds: &Kinds) -> Option<Frame> {
    let frame = frame.clone();
    match kind {
        Wrap::Keep => Some(frame),
        Wrap::Upper => Some(Frame { upper: frame.value.clone(), value: None, ..frame }),
        Wrap::Bound => bound(frame),
        Wrap::Filter => filter(frame, kinds),
        Wrap::Window => window(&frame),
        Wrap::Absence => absence(&frame),
        Wrap::Name => name(frame),
        Wrap::Placed => placed(frame),
        Wrap::Clause => Some(item(Item::Clause(Arc::new(clause(frame, kinds)?)))),
        Wrap::Neither => neither(frame),
        Wrap::Ellipsis => ellipsis(frame),
        Wrap::Group => group(frame),
        Wrap::Not => Some(item(Item::Not(frame.items))),
    }
}

fn item(item: Item) -> Frame {
    Frame { items: vec![item], ..Frame::default() }
}

fn unit_of(value: Option<&Value>) -> Option<Quantity> {
    match value? {
        Value::Amount { unit, .. } => Some(*unit),
        _ => None,
    }
}

fn in_unit(value: Option<Value>, to: Quantity) -> Option<Value> {
    match value? {
        Value::Amount { number, other, .. } => Some(Value::Amount { number, other, unit: to }),
        _ => None,
    }
}

fn bound(mut frame: Frame) -> Option<Frame> {
    if let Some(unit) = frame.unit.take() {
        (unit_of(frame.value.as_ref())? == Quantity::Plain).then_some(())?;
        frame.value = in_unit(frame.value, unit);
    }
    if frame.upper.is_some() {
        let (lower, upper) = (unit_of(frame.value.as_ref())?, unit_of(frame.upper.as_ref())?);
        match (lower, upper) {
            (Quantity::Plain, unit) => frame.value = in_unit(frame.value, unit),
            (unit, Quantity::Plain) => frame.upper = in_unit(frame.upper, unit),
            (lower, upper) if lower == upper => {}
            _ => return None,
        }
        frame.op.is_none().then_some(())?;
    }
    Some(frame)
}

fn window(frame: &Frame) -> Option<Frame> {
    let found = match (frame.window, frame.length, frame.has(flag::SINCE_FIRST)) {
        (None, length, true) => Window::SinceFirst { length },
        (None, Some(length), false) => Window::Sliding { length },
        (Some(window), None, false) => window,
        _ => return None,
    };
    Some(Frame { kind: frame.kind, window: Some(found), ..Frame::default() })
}

fn absence(frame: &Frame) -> Option<Frame> {
    matches!(frame.op, None | Some(Comparator::Ge | Comparator::Gt)).then_some(())?;
    Some(Frame { window: Some(Window::Sliding { length: frame.length? }), ..Frame::default() })
}

fn name(frame: Frame) -> Option<Frame> {
    match (&frame.value, &frame.name) {
        (Some(Value::Text { text, source: Source::Quoted, .. }), None) if !text.trim().is_empty() => {
            let name = Name { text: text.clone(), source: Source::Quoted };
            Some(Frame { value: None, name: Some(name), ..frame })
        }
        (None, Some(_)) => Some(frame),
        _ => None,
    }
}

fn placed(mut frame: Frame) -> Option<Frame> {
    let test = frame.filter.pop()?;
    (frame.filter.is_empty() && frame.field.is_none()).then_some(())?;
    Some(Frame { field: Some(test.field?), op: Some(Comparator::Eq), value: Some(test.value), ..frame })
}

/// "… and less than 10": the comparison alone.
fn ellipsis(frame: Frame) -> Option<Frame> {
    let flags = frame.flags | flag::ELLIPSIS;
    let alone = Frame {
        op: frame.op,
        value: frame.value.clone(),
        window: frame.window,
        flags: frame.flags,
        ..Frame::default()
    };
    (frame == alone && frame.op.is_some() && frame.value.is_some())
        .then(|| item(Item::Clause(Arc::new(Frame { flags, ..frame }))))
}

/// The comparison alone, made against what the clause before it measures.
pub(crate) fn resumed(before: &Frame, alone: &Frame, kinds: &Kinds) -> Option<Frame> {
    (before.value.is_some() && before.items.is_empty()).then_some(())?;
    let (op, value, window) = (alone.op, alone.value.clone(), alone.window.or(before.window));
    clause(Frame { op, value, upper: None, window, ..before.clone() }, kinds)
}

fn neither(frame: Frame) -> Option<Frame> {
    let mut parts = Vec::new();
    for part in frame.items {
        let Item::Clause(clause) = part else { continue };
        if !parts.is_empty() {
            parts.push(Item::And);
        }
        parts.push(Item::Clause(Arc::new(Frame {
            window: frame.window,
            flags: clause.flags | frame.flags,
            ..Frame::clone(&clause)
        })));
    }
    Some(item(Item::Group(parts)))
}

fn group(frame: Frame) -> Option<Frame> {
    let outside = Frame { items: Vec::new(), window: None, flags: 0, ..frame.clone() };
    outside.is_empty().then_some(())?;
    let mut items = frame.items;
    if let Some(window) = frame.window {
        items.iter_mut().for_each(|part| share(part, window));
    }
    match items.len() {
        0 => None,
        1 => items.pop().map(item),
        _ => Some(item(Item::Group(items))),
    }
}

fn share(part: &mut Item, window: Window) {
    match part {
        Item::Clause(clause) if clause.window.is_some() => {}
        Item::Clause(clause) => Arc::make_mut(clause).window = Some(window),
        Item::Group(parts) | Item::Not(parts) => parts.iter_mut().for_each(|part| share(part, window)),
        Item::And | Item::Or | Item::Comma => {}
    }
}

fn filter(frame: Frame, kinds: &Kinds) -> Option<Frame> {
    let outside = frame.function.is_some() || frame.window.is_some() || !frame.filter.is_empty();
    let value = frame.value?;
    (!outside).then_some(())?;
    let test = Filter { field: frame.field, op: frame.op, value, upper: frame.upper };
    let test = match (frame.field, &test.value) {
        (Some(at), _) => fitted(test, kind_at(kinds, frame.kind?)?.fields.get(usize::from(at))?)?,
        (None, Value::Amount { unit: Quantity::Money(_) | Quantity::Seconds(_), .. }) => test,
        _ => return None,
    };
    Some(Frame { kind: frame.kind, filter: vec![test], ..Frame::default() })
}

/// The kind at a place in the order of the workspace.
pub(crate) fn kind_at(kinds: &Kinds, place: u16) -> Option<&Kind> {
    kinds.iter().nth(usize::from(place))
}

fn fitted(test: Filter, field: &Field) -> Option<Filter> {
    let upper = match test.upper {
        Some(upper) => Some(fit(&upper, field)?),
        None => None,
    };
    let value = fit(&test.value, field)?;
    is_fit_op(test.op, &value).then_some(Filter { value, upper, ..test })
}

fn is_fit_op(op: Option<Comparator>, value: &Value) -> bool {
    matches!(value, Value::Amount { .. }) || matches!(op, None | Some(Comparator::Eq | Comparator::Ne))
}

/// How many seconds a field's numbers count by, if its name says so.
pub(crate) fn field_seconds(field: &Field) -> Option<u32> {
    match field.name.as_str() {
        "seconds" => Some(1),
        "minutes" => Some(60),
        "hours" => Some(3_600),
        _ => None,
    }
}

/// A value as the field holds it; none when the types differ.
fn fit(value: &Value, field: &Field) -> Option<Value> {
    match (value, field.field_type) {
        (Value::Amount { unit: Quantity::Plain | Quantity::Money(_), .. }, FieldType::Money) => Some(value.clone()),
        (Value::Amount { unit: Quantity::Plain, .. }, FieldType::Number) => Some(value.clone()),
        (Value::Amount { number, other, unit }, FieldType::Number) => {
            let (number, other) =
                (converted(*number, *unit, field)?, other.and_then(|other| converted(other, *unit, field)));
            Some(Value::Amount { number, other, unit: Quantity::Plain })
        }
        (Value::Text { .. }, FieldType::Text) | (Value::Bool(_), FieldType::Bool) => Some(value.clone()),
        _ => None,
    }
}

fn converted(number: Decimal, unit: Quantity, field: &Field) -> Option<Decimal> {
    match unit {
        Quantity::Seconds(seconds) => {
            let (per, scaled) = (i64::from(field_seconds(field)?), number.scaled().checked_mul(i64::from(seconds))?);
            (scaled % per == 0).then(|| Decimal::from_scaled(scaled / per))
        }
        Quantity::Points if field_seconds(field).is_none() && field.name != "items" => Some(number),
        Quantity::Pieces | Quantity::Some if field.name == "items" => Some(number),
        _ => None,
    }
}

fn is_score(field: &Field) -> bool {
    field.name == "score" || field.name == "satisfaction"
}

/// The field that a value without one speaks of: the amount of an order, the length of a call.
fn implied<'k>(kind: &'k Kind, value: &Value) -> Option<(u16, &'k Field)> {
    let Value::Amount { unit, .. } = value else { return None };
    let is_it = |field: &Field| match unit {
        Quantity::Plain => field.field_type == FieldType::Money || is_score(field),
        Quantity::Money(_) => field.field_type == FieldType::Money,
        Quantity::Seconds(_) => field_seconds(field).is_some(),
        Quantity::Pieces => field.name == "items",
        Quantity::Points => is_score(field),
        _ => false,
    };
    let mut fields = (0u16..).zip(&kind.fields).filter(|(_, field)| field.class == Class::Plain && is_it(field));
    let first = fields.next()?;
    fields.next().is_none().then_some(first)
}

/// Kinds whose fields are called "value", "from" or "task": without the kind, that could be anything.
const UNTELLING: [&str; 5] = ["device.reading", "record.changed", "order.status_changed", "task.done", "task.reopened"];

fn clause(mut frame: Frame, kinds: &Kinds) -> Option<Frame> {
    let kind = kind_at(kinds, frame.kind?)?;
    if frame.has(flag::KINDLESS) && UNTELLING.contains(&kind.name.as_str()) {
        return None;
    }
    let is_bare = frame.items.is_empty() && frame.act.is_none() && frame.name.is_none() && frame.unit.is_none();
    is_bare.then_some(())?;
    frame.filter = frame.filter.into_iter().map(|test| resolved(test, kind)).collect::<Option<_>>()?;
    let is_odd = frame.has(flag::SAME) && frame.window.is_some();
    if is_odd || contradicts(&frame.filter) || frame.length.is_some() != frame.has(flag::LONG_AGO) {
        return None;
    }
    match frame.function {
        Some(Function::Count) => counted(frame, kind),
        Some(Function::Exists) => existing(frame),
        Some(Function::Distinct) => distinct(frame, kind),
        Some(_) => measured(frame, kind),
        None if frame.has(flag::BARE) => bare(frame, kind),
        None => None,
    }
}

/// 母婴和美妆品类的订单: no order is of both, so it would silently mean none.
fn contradicts(filter: &[Filter]) -> bool {
    let named = |test: &&Filter| test.op.is_none() && matches!(test.value, Value::Text { .. });
    let fields: Vec<Option<u16>> = filter.iter().filter(named).map(|test| test.field).collect();
    fields.iter().enumerate().any(|(place, field)| fields.iter().skip(place + 1).any(|other| other == field))
}

fn resolved(test: Filter, kind: &Kind) -> Option<Filter> {
    match test.field {
        Some(_) => Some(test),
        None => {
            let (at, field) = implied(kind, &test.value)?;
            fitted(Filter { field: Some(at), ..test }, field)
        }
    }
}

fn counted(frame: Frame, kind: &Kind) -> Option<Frame> {
    frame.field.is_none().then_some(())?;
    let is_open = frame.has(flag::NONE | flag::AGAIN | flag::REPEAT);
    let Some(unit) = unit_of(frame.value.as_ref()) else {
        return (is_open && frame.value.is_none() && frame.op.is_none()).then_some(frame);
    };
    match unit {
        _ if frame.has(flag::NONE | flag::AGAIN) => None,
        Quantity::Plain if frame.has(flag::TIMES) => None,
        Quantity::Plain if frame.has(flag::BEFORE_NOUN) && !frame.has(flag::LATIN) => None,
        Quantity::Plain | Quantity::Times | Quantity::Some => Some(frame),
        Quantity::Pieces => match implied(kind, frame.value.as_ref()?) {
            Some((at, _)) if !frame.has(flag::REPEAT) => {
                let plain = |value| in_unit(value, Quantity::Plain);
                let (value, upper) = (plain(frame.value), plain(frame.upper));
                Some(Frame { function: Some(Function::Sum), field: Some(at), value, upper, ..frame })
            }
            Some(_) => None,
            None => Some(frame),
        },
        _ => None,
    }
}

fn existing(frame: Frame) -> Option<Frame> {
    let fits = match &frame.value {
        None => frame.op.is_none() || frame.has(flag::LONG_AGO),
        Some(value) => matches!(value, Value::Bool(_)) && is_fit_op(frame.op, value),
    };
    let is_first = frame.has(flag::FIRST_TIME) && (frame.window.is_some() || !frame.filter.is_empty());
    let is_odd = matches!(frame.op, Some(Comparator::Eq | Comparator::Ne));
    let is_ago = frame.has(flag::LONG_AGO) && (is_odd || frame.window.is_some() || frame.value.is_some());
    let is_plain = !frame.has(flag::NONE | flag::TOTAL);
    (fits && is_plain && !is_first && !is_ago && frame.field.is_none()).then_some(frame)
}

fn distinct(frame: Frame, kind: &Kind) -> Option<Frame> {
    let field = kind.fields.get(usize::from(frame.field?))?;
    let unit = unit_of(frame.value.as_ref())?;
    let fits = matches!(unit, Quantity::Plain | Quantity::Some | Quantity::Things | Quantity::Times);
    let is_said = !frame.has(flag::TIMES) || field.field_type == FieldType::Text;
    (fits && is_said && field.field_type != FieldType::Time && !frame.has(flag::NONE)).then_some(frame)
}

fn measured(frame: Frame, kind: &Kind) -> Option<Frame> {
    let value = frame.value.clone()?;
    let is_plain = unit_of(Some(&value)) == Some(Quantity::Plain);
    if frame.field.is_none() && is_plain && frame.function == Some(Function::Sum) && !frame.has(flag::SPEND) {
        return bare(Frame { function: None, ..frame }, kind);
    }
    let (at, field) = match frame.field {
        Some(at) => (at, kind.fields.get(usize::from(at))?),
        None => implied(kind, &value)?,
    };
    let test = fitted(Filter { field: Some(at), op: frame.op, value, upper: frame.upper.clone() }, field)?;
    let is_amount = matches!(test.value, Value::Amount { .. });
    let picks = matches!(frame.function, Some(Function::First | Function::Last) | None);
    let fits = (is_amount || picks) && !frame.has(flag::NONE);
    fits.then_some(Frame { field: Some(at), value: Some(test.value), upper: test.upper, ..frame })
}

/// A value against a kind or field with no function said.
fn bare(frame: Frame, kind: &Kind) -> Option<Frame> {
    let is_plain = unit_of(frame.value.as_ref()) == Some(Quantity::Plain);
    if frame.field.is_none() && is_plain {
        let is_scored = kind.fields.iter().any(is_score);
        return match implied(kind, frame.value.as_ref()?) {
            Some(_) => (!is_scored).then_some(frame),
            None => counted(Frame { function: Some(Function::Count), ..frame }, kind),
        };
    }
    measured(frame, kind)
}
