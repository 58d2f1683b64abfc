//! Fields that hold files: who sees those of a field and may change them, and how they stand among a record's values.

use std::collections::BTreeMap;

use base::{AttachmentId, RecordId};
use domain::object::{Field, FieldNumber, Object, Type};
use serde::Serialize;
use store::log::RecordAct;
use store::{AttachmentRow, Connection, RecordRow};

use crate::record::{change, field};
use crate::{Actor, OpError};

/// Whether the reader sees files where one is: in a field that they see as it is, or in none.
pub(super) fn is_shown(actor: &Actor, object: &Object, home: Option<FieldNumber>) -> bool {
    let field = home.map(|number| object.numbered_field(number).filter(|field| !field.archived));
    field.is_none_or(|field| field.is_some_and(|field| field::is_plain(actor, object, field)))
}

/// Refuses to attach and remove files where one is, unless the reader may change that field. Where they do not see it, there is none.
pub(super) fn may_change(actor: &Actor, object: &Object, home: Option<FieldNumber>) -> Result<(), OpError> {
    if !is_shown(actor, object, home) {
        return Err(OpError::not_found());
    }
    let field = home.and_then(|number| object.numbered_field(number));
    field.map_or(Ok(()), |field| field::may_write(actor, object, field))
}

/// Where a file is, if it was ever attached.
pub(super) fn home(db: &mut Connection, file: AttachmentId) -> Result<Option<FieldNumber>, OpError> {
    if let Some(row) = db.attachment(file)? {
        return Ok(row.field);
    }
    let entry = change::entry(db, file.number())?; // where it was, if it is no more
    Ok(entry.and_then(|(_, entry)| if let RecordAct::Filed(field) = entry.act { Some(field) } else { None }))
}

/// A file as it is among the values of a record.
#[derive(Debug, Clone, Serialize)]
pub(in crate::record) struct FieldFile {
    id: AttachmentId,
    name: String,
    bytes: u64,
    media_type: String,
}

impl FieldFile {
    /// As a field's value.
    pub(in crate::record) fn list(all: &Vec<Self>) -> serde_json::Value {
        serde_json::to_value(all).unwrap_or_default()
    }
}

/// The files in fields of records which the reader sees as they are.
pub(in crate::record) fn of_fields(
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    rows: &[(RecordId, RecordRow)],
) -> Result<BTreeMap<(RecordId, FieldNumber), Vec<FieldFile>>, OpError> {
    let is_one = |field: &&Field| field.holds == Type::Files && is_shown(actor, object, Some(field.number));
    let fields: Vec<FieldNumber> = object.fields.iter().filter(is_one).map(|field| field.number).collect();
    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let has = |(_, row): &&(RecordId, RecordRow)| fields.iter().any(|field| row.cells.contains_key(field));
    let ids: Vec<RecordId> = rows.iter().filter(has).map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(files);
    }
    for (id, row) in db.attachments_in_fields(&ids)? {
        let AttachmentRow { record, name, bytes, media_type, .. } = row;
        if let Some(field) = row.field.filter(|field| fields.contains(field)) {
            files.entry((record, field)).or_default().push(FieldFile { id, name, bytes, media_type });
        }
    }
    Ok(files)
}

/// The field for files of this name.
pub(super) fn field_of(object: &Object, name: &str) -> Result<FieldNumber, OpError> {
    let field = object.field(name).filter(|field| !field.archived && field.holds == Type::Files);
    let (zh, en) = (format!("没有文件字段「{name}」"), format!("there is no field '{name}' for files"));
    field.map(|field| field.number).ok_or_else(|| OpError::invalid("field", &zh, &en))
}
