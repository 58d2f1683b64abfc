//! Filters in words.

use base::Text;
use domain::object::{Field, Object};
use serde_json::Value;

use super::{Filter, Is, Op};

/// A filter in words.
pub(crate) fn say(object: &Object, filter: &Filter) -> Text {
    let joined = |filters: &[Filter], zh: &str, en: &str| {
        let said: Vec<Text> = filters.iter().map(|filter| say(object, filter)).collect();
        let side = |of: fn(&Text) -> &str, with: &str| said.iter().map(of).collect::<Vec<_>>().join(with);
        Text::new(side(|text| &text.zh, zh), side(|text| &text.en, en))
    };
    match filter {
        Filter::All(filters) => joined(filters, "，且", " and "),
        Filter::Any(filters) => joined(filters, "，或", " or "),
        Filter::Not(filter) => {
            let Text { zh, en } = say(object, filter);
            Text::new(format!("并非（{zh}）"), format!("not ({en})"))
        }
        Filter::Is(is) => say_is(object, is),
        Filter::To { field, .. } | Filter::From { field, .. } => {
            Text::new(format!("经由「{field}」的条件"), format!("a condition by way of '{field}'"))
        }
    }
}

fn say_is(object: &Object, is: &Is) -> Text {
    let field = object.field(&is.field);
    let label = field.map_or_else(|| Text::same(is.field.clone()), |field| field.label.clone());
    let (zh, en) = match is.op {
        Op::Equal => ("是", "is"),
        Op::NotEqual => ("不是", "is not"),
        Op::Less => ("小于", "is less than"),
        Op::AtMost => ("不超过", "is at most"),
        Op::More => ("大于", "is more than"),
        Op::AtLeast => ("不少于", "is at least"),
        Op::Contains => ("包含", "contains"),
        Op::OneOf => ("是其中之一：", "is one of"),
        Op::Present => ("不为空", "has a value"),
        Op::Empty => ("为空", "is empty"),
        Op::Last => ("在最近", "is in the last"),
        Op::Next => ("在未来", "is in the next"),
        Op::This => ("在本", "is in this"),
    };
    let value = say_value(field, &is.value);
    let side = |label: &str, op: &str, value: &str| format!("{label} {op} {value}").trim_end().to_owned();
    Text::new(side(&label.zh, zh, &value.zh), side(&label.en, en, &value.en))
}

fn say_value(field: Option<&Field>, value: &Value) -> Text {
    let choices = field.map(|field| field.holds.choices()).unwrap_or_default();
    let choice = |number: u64| {
        choices.iter().find(|choice| u64::from(choice.number) == number).map(|choice| choice.label.clone())
    };
    match value {
        Value::Null => Text::default(),
        Value::String(text) if text == "me" => Text::new("本人", "they themselves"),
        Value::String(text) if text == "my_team" => Text::new("本团队的人", "someone of their team"),
        Value::String(text) if text == "my_teams" => {
            Text::new("本团队及下级的人", "someone of their team or one that is part of it")
        }
        Value::String(text) => {
            let named = choices.iter().find(|choice| choice.label.zh == *text || choice.label.en == *text);
            named.map_or_else(|| Text::same(text.clone()), |choice| choice.label.clone())
        }
        Value::Number(number) => number.as_u64().and_then(choice).unwrap_or_else(|| Text::same(number.to_string())),
        Value::Array(all) => {
            let said: Vec<Text> = all.iter().map(|one| say_value(field, one)).collect();
            let side = |of: fn(&Text) -> &str| said.iter().map(of).collect::<Vec<_>>().join(", ");
            Text::new(side(|text| &text.zh), side(|text| &text.en))
        }
        other => Text::same(other.to_string()),
    }
}
