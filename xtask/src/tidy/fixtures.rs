//! Every standard kind of event has a fixture: one believable event on the wire, of declared fields in their declared types.

use std::path::Path;

use base::Decimal;
use domain::{Field, FieldType, Kind, Kinds};
use serde_json::Value;

use super::Finding;
use crate::{Failure, tree};

/// Members of `data` that every kind has.
const OF_ALL_KINDS: [&str; 3] = ["who", "about", "attachments"];

pub(super) fn findings(folder: &Path) -> Result<Vec<Finding>, Failure> {
    let kinds = Kinds::standard();
    let mut found = Vec::new();
    for kind in kinds.iter() {
        let file = folder.join(format!("{}.json", kind.name));
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                found.extend(of_event(kind, &text).into_iter().map(|(line, what)| Finding::new(&file, line, what)));
            }
            Err(_) => {
                found.push(Finding::new(&file, 0, format!("the kind {} has no fixture that can be read", kind.name)));
            }
        }
    }
    for file in tree::files(folder)? {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if kinds.by_name(name).is_none() {
            found.push(Finding::new(&file, 0, "is a fixture of no standard kind"));
        }
    }
    Ok(found)
}

/// What is wrong with an event of a kind, with lines.
fn of_event(kind: &Kind, text: &str) -> Vec<(usize, String)> {
    let event: Value = match serde_json::from_str(text) {
        Ok(event) => event,
        Err(error) => return vec![(error.line(), error.to_string())],
    };
    let line = |member: &str| {
        (1..).zip(text.lines()).find(|(_, line)| line.contains(&format!("\"{member}\""))).map_or(0, |(line, _)| line)
    };
    let mut found = Vec::new();
    let is = |member: &str, wanted: &str| event.get(member).and_then(Value::as_str) == Some(wanted);
    if !is("specversion", "1.0") {
        found.push((line("specversion"), "specversion is not \"1.0\"".to_owned()));
    }
    if !is("type", &kind.name) {
        found.push((line("type"), format!("type is not {}", kind.name)));
    }
    for member in ["id", "source", "time"] {
        if event.get(member).and_then(Value::as_str).is_none_or(str::is_empty) {
            found.push((line(member), format!("{member} is missing or empty")));
        }
    }
    let Some(data) = event.get("data").and_then(Value::as_object) else {
        found.push((line("data"), "data is not an object".to_owned()));
        return found;
    };
    for (name, value) in data.iter().filter(|(name, _)| !OF_ALL_KINDS.contains(&name.as_str())) {
        match kind.field(name) {
            None => found.push((line(name), format!("{} has no field {name}", kind.name))),
            Some(field) if !fits(field, value) => {
                found.push((
                    line(name),
                    format!("{name} is declared as {:?} and does not look like it", field.field_type),
                ));
            }
            Some(_) => {}
        }
    }
    found
}

fn fits(field: &Field, value: &Value) -> bool {
    let is_number = |value: &Value| match value {
        Value::Number(number) => number.to_string().parse::<Decimal>().is_ok(),
        Value::String(text) => text.parse::<Decimal>().is_ok(),
        _ => false,
    };
    match field.field_type {
        FieldType::Text => value.is_string(),
        FieldType::Number => is_number(value),
        FieldType::Money => {
            let currency = value.get("currency").and_then(Value::as_str);
            value.get("value").is_some_and(is_number)
                && currency.is_some_and(|code| code.parse::<base::Currency>().is_ok())
        }
        FieldType::Bool => value.is_boolean(),
        FieldType::Time => value.as_str().is_some_and(|text| text.parse::<base::Timestamp>().is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_nobody_declared_is_found_on_its_line() {
        let kinds = Kinds::standard();
        let order = kinds.by_name("order.placed").unwrap();
        let text = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-06-03T10:15:00+08:00\",\n\
            \"data\":{\"amount\":{\"value\":\"512.00\",\"currency\":\"CNY\"},\n\"colour\":\"red\",\n\"items\":\"many\"}}";
        let found = of_event(order, text);
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4], "{found:?}");
        assert_eq!(of_event(order, "{\n  \"id\": 1,,\n}").first().map(|(line, _)| *line), Some(2));
    }
}
