//! What a reader may do with a field: which there are for them, which are masked, and one masked value shown in full.

use base::{RecordId, Text};
use domain::Scheme;
use domain::object::{Cell, Field, Object, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Deed, found, object, value};
use crate::audit::Line;
use crate::{Actor, App, Fault, FieldAccess, OpError, Right};

/// Of which field a value is to be shown.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RevealRequest {
    /// The field's name.
    pub field: String,
}

/// A value in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevealedValue {
    /// The value; none where there is none.
    pub value: Value,
}

/// The object with the fields that are there for the reader.
pub(super) fn known(actor: &Actor, object: &Object) -> Object {
    let access = actor.access();
    let shown = |field: &&Field| access.field(&object.name, &field.name) > FieldAccess::Hidden;
    Object {
        id: object.id,
        name: object.name.clone(),
        label: object.label.clone(),
        plural: object.plural.clone(),
        icon: object.icon.clone(),
        fields: object.fields.iter().filter(shown).cloned().collect(),
        archived: object.archived,
    }
}

/// Whether the reader sees a field's values as they are. Where they do not, nothing that is found, ordered or added up by it is theirs
/// either: a few questions would tell the value.
pub(crate) fn is_plain(actor: &Actor, object: &Object, field: &Field) -> bool {
    access(actor, object, field) >= FieldAccess::Read
}

/// What the reader sees of a field's values. What says who a customer is is masked for everybody, as it is elsewhere.
pub(crate) fn access(actor: &Actor, object: &Object, field: &Field) -> FieldAccess {
    let known = actor.access().field(&object.name, &field.name);
    match field.identifies() {
        false => known,
        true if actor.may(Right::RevealIdentifiers).is_ok() => known.min(FieldAccess::Reveal),
        true => known.min(FieldAccess::Masked),
    }
}

/// A field of this name that is used for something, if it fits that and the reader sees its values.
pub(super) fn fit<'o>(
    actor: &Actor,
    object: &'o Object,
    name: &str,
    member: &str,
    fits: fn(&Type) -> bool,
) -> Result<&'o Field, OpError> {
    let field = object.field(name).filter(|field| !field.archived && fits(&field.holds));
    let field = field.filter(|field| is_plain(actor, object, field));
    let (zh, en) = (format!("不能用字段「{name}」"), format!("the field '{name}' is not one for this"));
    field.ok_or_else(|| OpError::invalid(member, &zh, &en))
}

/// Whether the reader may change a field.
pub(super) fn is_writable(actor: &Actor, object: &Object, field: &Field) -> bool {
    actor.access().field(&object.name, &field.name) == FieldAccess::Write
}

/// Refuses a change to a field that the reader may not change.
pub(crate) fn may_write(actor: &Actor, object: &Object, field: &Field) -> Result<(), OpError> {
    if is_writable(actor, object, field) {
        return Ok(());
    }
    let Text { zh, en } = &field.label;
    let message = Text::new(format!("您不能修改「{zh}」"), format!("you may not change '{en}'"));
    Err(OpError { code: "forbidden", message, field: Some(field.name.clone()), fault: Fault::Forbidden })
}

/// A field's value as someone sees it for whom it is plain, or is not.
pub(super) fn shown(field: &Field, is_plain: bool, cell: &Cell) -> Value {
    if is_plain { value::write(field, cell) } else { Value::from(masked(field, cell)) }
}

/// Enough of a value to recognise it, too little to use it.
fn masked(field: &Field, cell: &Cell) -> String {
    match (&field.holds, cell) {
        (Type::Phone, Cell::Text(text)) => identity::mask::mask(&Scheme::PHONE, text),
        (Type::Email, Cell::Text(text)) => identity::mask::mask(&Scheme::EMAIL, text),
        _ => "***".to_owned(),
    }
}

/// Shows one masked value in full. Who asked is noted before it is told.
///
/// # Errors
/// There is no such record or field, the reader may not see it in full, or the database's.
pub fn reveal(
    app: &App,
    actor: &Actor,
    name: &str,
    id: RecordId,
    request: &RevealRequest,
) -> Result<RevealedValue, OpError> {
    let object = object(app, actor, name)?;
    let row = app.store.read(|db| found(app, db, actor, &object, Deed::See, id))?;
    let field = object.field(&request.field).filter(|field| !field.archived).ok_or_else(OpError::not_found)?;
    if access(actor, &object, field) < FieldAccess::Reveal || actor.is_seen_as() {
        let Text { zh, en } = &field.label;
        let message = Text::new(format!("您不能查看完整的「{zh}」"), format!("you may not see '{en}' in full"));
        return Err(OpError { code: "forbidden", message, field: Some(field.name.clone()), fault: Fault::Forbidden });
    }
    let detail = serde_json::json!({"object": name, "field": field.name});
    Line::new("record.revealed", &id, detail).note(app, actor)?;
    Ok(RevealedValue { value: row.cells.get(&field.number).map_or(Value::Null, |cell| value::write(field, cell)) })
}
