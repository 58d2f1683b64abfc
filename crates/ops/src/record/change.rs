//! A record's history, and taking changes back.

use base::{ChangeId, RecordId, Text, Timestamp};
use domain::object::{Cell, Field, FieldNumber, Object};
use pipeline::record::RecordWrite;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::log::{Entry, RecordAct, RecordEntry};
use store::{Connection, StoreError};
use utoipa::ToSchema;

use super::attachment::{self, FileChangeView};
use super::{Change, Changed, Deed, changed, field, found, object};
use crate::audit::Names;
use crate::{Actor, App, Fault, OpError};

/// The most changes of a page.
const PAGE: u32 = 50;

/// A change to a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ChangeId,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was done: `added`, `changed`, `trashed`, `restored`, or `erased` where what told of a person was taken away; of a file `attached`, `detached`,
    /// `reattached` or `destroyed`.
    pub act: &'static str,
    /// What was changed; nothing is told of values that were erased.
    pub fields: Vec<FieldChangeView>,
    /// The file that it was done with.
    pub file: Option<FileChangeView>,
    /// Whether there was more, which was erased.
    pub erased: bool,
    /// The change that it takes back.
    #[schema(value_type = Option<String>)]
    pub undoes: Option<ChangeId>,
}

/// A field's values before and after a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldChangeView {
    /// The field's name.
    pub field: String,
    /// What it is called.
    pub label: Text,
    /// Its value before.
    pub before: Value,
    /// Its value after.
    pub after: Value,
}

/// A page of a record's history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangePage {
    /// The changes, the latest first.
    pub items: Vec<ChangeView>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// How a change is to be taken back.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct UndoRequest {
    /// Whether to put back also what was changed again since.
    #[serde(default)]
    pub force: bool,
}

/// A change as it stands in the log.
pub(crate) struct Logged {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) entry: RecordEntry,
}

/// Changes as they stand in the log, in the order of these places; a block that several stand in is read once.
pub(crate) fn entries(db: &mut Connection, places: &[u64]) -> Result<Vec<Logged>, StoreError> {
    let mut found = Vec::with_capacity(places.len());
    let mut block: Option<store::log::Block> = None;
    for seq in places {
        let holds = |block: &store::log::Block| (block.seq..block.seq + block.entries.len() as u64).contains(seq);
        if !block.as_ref().is_some_and(holds) {
            block = db.block_of(*seq)?;
        }
        let Some(block) = &block else { continue };
        if let Some((_, Entry::Record(entry))) = block.iter().find(|(place, _)| place == seq) {
            found.push(Logged { seq: *seq, at: block.received_at, entry: entry.clone() });
        }
    }
    Ok(found)
}

/// What takes a change back.
pub(super) fn back(
    object: &Object,
    logged: &Logged,
    version: u32,
    changes: &[pipeline::record::Change],
) -> Option<RecordWrite> {
    let act = opposite(logged.entry.act)?;
    let is_change = act == RecordAct::Changed;
    let values = changes.iter().filter(|_| is_change).map(|(field, before, _)| (*field, before.clone()));
    Some(RecordWrite {
        object: object.id,
        record: Some(logged.entry.record),
        version: Some(version),
        act,
        values: values.collect(),
        undoes: Some(logged.seq),
    })
}

/// What takes it back; nothing brings back what was erased.
const fn opposite(act: RecordAct) -> Option<RecordAct> {
    match act {
        RecordAct::Added | RecordAct::Restored => Some(RecordAct::Trashed),
        RecordAct::Trashed => Some(RecordAct::Restored),
        RecordAct::Changed => Some(RecordAct::Changed),
        // What is done with a file is taken back apart.
        RecordAct::Attached
        | RecordAct::Filed(_)
        | RecordAct::Detached(_)
        | RecordAct::Reattached(_)
        | RecordAct::Destroyed(_) => None,
        RecordAct::Erased => None,
    }
}

/// A change as it stands in the log.
pub(super) fn entry(db: &mut Connection, seq: u64) -> Result<Option<(Timestamp, RecordEntry)>, OpError> {
    Ok(entries(db, &[seq])?.pop().map(|logged| (logged.at, logged.entry)))
}

const fn act(act: RecordAct) -> &'static str {
    match act {
        RecordAct::Added => "added",
        RecordAct::Changed => "changed",
        RecordAct::Trashed => "trashed",
        RecordAct::Restored => "restored",
        RecordAct::Erased => "erased",
        RecordAct::Attached | RecordAct::Filed(_) => "attached",
        RecordAct::Detached(_) => "detached",
        RecordAct::Reattached(_) => "reattached",
        RecordAct::Destroyed(_) => "destroyed",
    }
}

/// A record's history, the latest first.
///
/// # Errors
/// There is no such record, the reader may not see it, a cursor that is none, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, id: RecordId, cursor: Option<&str>) -> Result<ChangePage, OpError> {
    let object = object(app, actor, name)?;
    let bad = |_| OpError::invalid("cursor", "无效的分页游标", "not a cursor");
    let before = cursor.map(str::parse::<ChangeId>).transpose().map_err(bad)?;
    let before = before.map_or(u64::MAX >> 1, ChangeId::number);
    app.store.read(|db| {
        found(app, db, actor, &object, Deed::See, id)?;
        let places = db.record_changes(id, before, PAGE)?;
        let is_full = places.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = places.last().filter(|_| is_full).map(|seq| ChangeId::new(*seq).to_string());
        let items = views(db, actor, &object, &places)?;
        Ok(ChangePage { items, next })
    })
}

/// The changes at these places, as the reader sees them.
pub(super) fn views(
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    places: &[u64],
) -> Result<Vec<ChangeView>, OpError> {
    let mut names = Names::default();
    let mut items = Vec::with_capacity(places.len());
    for Logged { seq, at, entry } in entries(db, places)? {
        let mut logged = pipeline::record::changes(db, &entry)?;
        if entry.act == RecordAct::Erased {
            logged.changes.clear(); // the entry has what was left, which is no change
        }
        let shown = |number: FieldNumber| object.numbered_field(number).filter(|field| !field.archived);
        let fields = logged.changes.iter().filter_map(|(number, before, after)| {
            shown(*number).map(|field| told(actor, object, field, before.as_ref(), after.as_ref()))
        });
        let file = entry.act.attachment(seq).map(|id| attachment::told(db, actor, object, id)).transpose()?;
        let is_hidden = matches!(file, Some(None)); // a change like others of a field that is not there
        let file = file.flatten();
        let is_nameless = file.as_ref().is_some_and(|file| file.name.is_none());
        items.push(ChangeView {
            id: ChangeId::new(seq),
            at,
            by: names.of(db, &entry.actor)?,
            act: if is_hidden { act(RecordAct::Changed) } else { act(entry.act) },
            fields: fields.collect(),
            file,
            erased: !logged.is_whole || is_nameless,
            undoes: entry.undoes.map(ChangeId::new),
        });
    }
    Ok(items)
}

fn told(actor: &Actor, object: &Object, field: &Field, before: Option<&Cell>, after: Option<&Cell>) -> FieldChangeView {
    let is_plain = field::is_plain(actor, object, field);
    let write = |cell: Option<&Cell>| cell.map_or(Value::Null, |cell| field::shown(field, is_plain, cell));
    FieldChangeView {
        field: field.name.clone(),
        label: field.label.clone(),
        before: write(before),
        after: write(after),
    }
}

/// Takes a change back: what it set is as before; what it made is in the trash. That is a change of its own.
///
/// # Errors
/// There is no such change, the reader may not change the record, what it set was changed again since and `force` is not given, its
/// values were erased, or the database's.
pub fn undo(app: &App, actor: &Actor, id: ChangeId, request: &UndoRequest) -> Result<Changed, OpError> {
    let (_, entry) = app.store.read(|db| entry(db, id.number()))?.ok_or_else(OpError::not_found)?;
    let objects = app.pipeline.objects();
    let known = objects.by_id(entry.object).ok_or_else(OpError::not_found)?;
    let object = object(app, actor, &known.name)?;
    app.store.read(|db| found(app, db, actor, &object, Deed::See, entry.record))?;
    if entry.act.attachment(id.number()).is_some() {
        return attachment::undo(app, actor, &object, (id, &entry));
    }
    let opposite = opposite(entry.act).ok_or_else(erased)?;
    let all = known.clone();
    let back = match opposite {
        RecordAct::Changed => app.store.read(|db| pipeline::record::changes(db, &entry))?.whole().ok_or_else(erased)?,
        _ => Vec::new(),
    };
    if back.iter().any(|(number, ..)| object.numbered_field(*number).is_none()) {
        return Err(unseen());
    }
    back.iter().try_for_each(|(number, ..)| writable(actor, &all, *number))?;
    let change = Change { undoes: Some(id.number()), act: opposite, wanted: None };
    changed(app, actor, &object, entry.record, &change, |row| {
        let since = back.iter().find(|(field, _, after)| row.cells.get(field) != after.as_ref());
        if let Some((field, ..)) = since.filter(|_| !request.force) {
            return Err(changed_since(&object, *field));
        }
        Ok(back.iter().map(|(field, before, _)| (*field, before.clone())).collect())
    })
}

/// A change set a field that is not there for the reader.
pub(super) fn unseen() -> OpError {
    let (zh, en) = (
        "这次修改涉及您看不到的字段，不能由您撤销",
        "this change set more than you may see, and is not yours to take back",
    );
    OpError::new(Fault::Forbidden, "forbidden", zh, en)
}

/// Refuses to take back what was done to a field that the reader may not change.
pub(super) fn writable(actor: &Actor, object: &Object, number: FieldNumber) -> Result<(), OpError> {
    object.numbered_field(number).map_or(Ok(()), |field| field::may_write(actor, object, field))
}

fn changed_since(object: &Object, field: FieldNumber) -> OpError {
    let label = object.numbered_field(field).map(|field| field.label.clone()).unwrap_or_default();
    let zh = format!("「{}」之后又被修改过", label.zh);
    let en = format!("'{}' was changed again since", label.en);
    OpError { code: "changed_since", message: Text::new(zh, en), field: None, fault: Fault::Conflict }
}

fn erased() -> OpError {
    OpError::new(Fault::Conflict, "erased", "这次修改的内容已被抹去", "what was changed there was erased")
}
