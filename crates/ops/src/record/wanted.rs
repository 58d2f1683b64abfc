//! What a choice wants to be filled in: who puts a record at it fills that in with the same change, or before.

use std::collections::BTreeMap;

use base::Text;
use domain::object::{Cell, Choice, Field, FieldNumber, Object, Type};

use crate::OpError;

/// Refuses values that put a record at a choice which wants a field that is empty. Fields that are gone, or not there for the reader,
/// hold up nobody; nor does a choice at which the record is already.
///
/// # Errors
/// Names the fields that are lacking.
pub(super) fn check(
    object: &Object,
    before: Option<&BTreeMap<FieldNumber, Cell>>,
    values: &[(FieldNumber, Option<Cell>)],
) -> Result<(), OpError> {
    let was = |number| before.and_then(|cells| cells.get(&number));
    for (number, cell) in values {
        let Some(Cell::Int(chosen)) = cell else { continue };
        let choice = object.numbered_field(*number).and_then(|field| chosen_of(field, *chosen));
        let Some(choice) = choice.filter(|_| was(*number) != cell.as_ref()) else { continue };
        let is_filled = |field: &Field| match values.iter().rev().find(|(number, _)| *number == field.number) {
            Some((_, cell)) => cell.is_some(),
            None => was(field.number).is_some(),
        };
        let wanted = choice.wants.iter().filter_map(|name| object.field(name)).filter(|field| !field.archived);
        let lacking: Vec<&Field> = wanted.filter(|field| !is_filled(field)).collect();
        if let Some(first) = lacking.first() {
            return Err(refused(&first.name, choice, &lacking));
        }
    }
    Ok(())
}

fn chosen_of(field: &Field, chosen: i64) -> Option<&Choice> {
    let Type::Choice { choices } = &field.holds else { return None };
    choices.iter().find(|choice| i64::from(choice.number) == chosen)
}

fn refused(member: &str, choice: &Choice, lacking: &[&Field]) -> OpError {
    let named =
        |of: fn(&Text) -> &str, with: &str| lacking.iter().map(|field| of(&field.label)).collect::<Vec<_>>().join(with);
    let Text { zh, en } = &choice.label;
    let zh = format!("改为「{zh}」需要填写：{}", named(|label| &label.zh, "、"));
    let en = format!("'{en}' wants to be filled in: {}", named(|label| &label.en, ", "));
    OpError { code: "wanted", ..OpError::invalid(member, &zh, &en) }
}
