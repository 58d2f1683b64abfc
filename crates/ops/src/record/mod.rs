//! Records of objects: made, changed, put into the trash and taken out again, each by a change in the log that can be taken back.

pub mod attachment;
pub mod board;
pub mod bulk;
pub mod change;
pub mod export;
pub mod field;
pub mod filter;
mod find;
pub mod group;
pub mod list;
pub mod share;
pub mod similar;
pub mod tags;
pub mod talk;
pub(crate) use find::PATIENCE;

pub(crate) mod value;
pub mod view;
mod wanted;
pub mod why;

use std::collections::{BTreeMap, BTreeSet};

use base::{ChangeId, CustomerId, RecordId, Text, Timestamp, UserId};
use domain::object::{Cell, Field, FieldNumber, Object};
use pipeline::record::{Batch, RecordWrite, RecordWrites, Written};
use pipeline::{Command, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::log::RecordAct;
use store::record::query::{Comparison, Test};
use store::{Connection, RecordRow};
use utoipa::ToSchema;

use crate::audit::Names;
use crate::customer::told::{self, Told};
use crate::error::IfFound as _;
use crate::{Actor, App, Fault, OpError, RecordRights, Scope};

/// How often a change is tried again when somebody else's came first.
const TRIES: usize = 5;

/// A record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// The customer whose record it is, if it is one's.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// How many times people wrote it.
    pub version: u32,
    /// What it is called.
    pub title: Option<String>,
    /// Its values by the names of fields; a field without a value is left out.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// Who made it.
    pub created_by: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When it was put into the trash.
    #[schema(value_type = Option<String>)]
    pub trashed_at: Option<Timestamp>,
    /// Whether the reader may change it.
    pub writable: bool,
}

/// A record with what it leads to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordDetail {
    /// The record.
    pub record: RecordView,
    /// What people, customers and records are called whose ids are among the values; those that the reader may not see are left out.
    pub labels: BTreeMap<String, String>,
}

/// Values of a record.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RecordRequest {
    /// By the names of fields; `null` takes a value away.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// Nothing is changed when the record has another version by then.
    #[serde(default)]
    pub version: Option<u32>,
}

/// The object of this name as the reader knows it, if they may see records of it.
pub(crate) fn object(app: &App, actor: &Actor, name: &str) -> Result<Object, OpError> {
    let objects = app.pipeline.objects();
    let object = objects.by_name(name).ok_or_else(OpError::not_found)?;
    match actor.access().of(name).read {
        Scope::None => Err(OpError::not_found()),
        _ => Ok(field::known(actor, object)),
    }
}

/// What may be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    See,
    Write,
}

/// What a record must pass so that someone may do this with it; the one place that says so, for lists, counts, filters through
/// relations, labels, histories and pages.
pub(crate) fn allowed(app: &App, actor: &Actor, object: &Object, deed: Deed) -> Test {
    let rights = actor.access().of(&object.name);
    let seen = || within(app, actor, object, &rights, Deed::See);
    let written = || within(app, actor, object, &rights, Deed::Write);
    match deed {
        Deed::See => seen(),
        Deed::Write if rights.read.covers(rights.write) => written(),
        Deed::Write => Test::All(vec![seen(), written()]),
    }
}

/// What a record must pass by what the role says of seeing, or of writing.
fn within(app: &App, actor: &Actor, object: &Object, rights: &RecordRights, deed: Deed) -> Test {
    let scope = if deed == Deed::See { rights.read } else { rights.write };
    let colleagues = |me, below| Some(Test::Colleague(FieldNumber::OWNER, me, below));
    let me = actor.person();
    let besides = match scope {
        Scope::None => return Test::Any(Vec::new()),
        Scope::All => return Test::All(Vec::new()),
        Scope::Own => None,
        Scope::Team => me.and_then(|me| colleagues(me, false)),
        Scope::Subtree => me.and_then(|me| colleagues(me, true)),
        // A condition that no longer fits the object lets nobody in.
        Scope::Some => rights.condition.as_ref().and_then(|filter| filter::policy(app, actor, object, filter).ok()),
    };
    let own = me.map(|me| Test::Compare(FieldNumber::OWNER, Comparison::Equal, me.number().into()));
    let shared = me.map(|me| Test::Shared(me, deed == Deed::Write));
    Test::Any([own, besides, shared].into_iter().flatten().collect())
}

/// Which of these records someone may do this with.
pub(crate) fn allowed_among(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    deed: Deed,
    ids: &[RecordId],
) -> Result<BTreeSet<RecordId>, OpError> {
    Ok(find::passing(db, object, ids, &allowed(app, actor, object, deed))?)
}

/// A record that the reader may see, in the trash or not, and whether they may change it.
fn seen(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    id: RecordId,
) -> Result<(RecordRow, bool), OpError> {
    let see = Test::All(vec![Test::Anywhere, allowed(app, actor, object, Deed::See)]);
    let write = allowed(app, actor, object, Deed::Write);
    let found = find::among(db, object, &[id], &see, &write, find::PATIENCE)?;
    found.into_iter().next().map(|one| (one.row, one.passes)).ok_or_else(OpError::not_found)
}

/// A record that someone may do this with.
fn found(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    deed: Deed,
    id: RecordId,
) -> Result<RecordRow, OpError> {
    match seen(app, db, actor, object, id)? {
        (_, false) if deed == Deed::Write => Err(read_only(object)),
        (row, _) => Ok(row),
    }
}

fn read_only(object: &Object) -> OpError {
    let Text { zh, en } = &object.label;
    let (zh, en) = (format!("您不能修改这条{zh}"), format!("you may not change this {en}"));
    let message = Text::new(zh, en);
    OpError { code: "forbidden", message, field: Some(object.name.clone()), fault: Fault::Forbidden }
}

/// Records as the reader sees them, who may change those that are `writable`.
fn views(
    app: &App,
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    rows: &[(RecordId, RecordRow)],
    writable: &BTreeSet<RecordId>,
) -> Result<Vec<RecordView>, OpError> {
    let mut names = Names::default();
    names.learn(app, db, rows.iter().flat_map(|(_, row)| [row.created_by.as_str(), row.changed_by.as_str()]))?;
    let shown = object.fields.iter().filter(|field| !field.archived);
    let shown: Vec<(&Field, bool)> = shown.map(|field| (field, field::is_plain(actor, object, field))).collect();
    let files = attachment::of_fields(db, actor, object, rows)?;
    let view = |(id, row): &(RecordId, RecordRow)| {
        let cell = |(field, is_plain): &(&Field, bool)| {
            let cell = row.cells.get(&field.number)?;
            let files = files.get(&(*id, field.number));
            let value = files.map_or_else(|| field::shown(field, *is_plain, cell), attachment::FieldFile::list);
            Some((field.name.clone(), value))
        };
        let title = match row.cells.get(&FieldNumber::FIRST) {
            Some(Cell::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Ok(RecordView {
            id: *id,
            customer: id.customer(),
            version: row.version,
            title,
            values: shown.iter().filter_map(cell).collect(),
            created_by: names.of(db, &row.created_by)?,
            changed_by: names.of(db, &row.changed_by)?,
            trashed_at: row.trashed_at,
            writable: row.trashed_at.is_none() && writable.contains(id),
        })
    };
    rows.iter().map(view).collect()
}

/// A record.
///
/// # Errors
/// There is no such object or record, or the reader may not see it; or the database's.
pub fn get(app: &App, actor: &Actor, name: &str, id: RecordId) -> Result<RecordDetail, OpError> {
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        let (row, is_writable) = seen(app, db, actor, &object, id)?;
        let rows = [(id, row)];
        let labels = value::labels(app, db, actor, &object, &rows)?;
        let writable = is_writable.then_some(id).into_iter().collect();
        let mut views = views(app, db, actor, &object, &rows, &writable)?;
        Ok(RecordDetail { record: views.pop().ok_or_else(OpError::not_found)?, labels })
    })
}

/// The values of a request, read by what the fields hold.
fn read(
    app: &App,
    actor: &Actor,
    object: &Object,
    values: &Map<String, Value>,
) -> Result<Vec<(FieldNumber, Option<Cell>)>, OpError> {
    let mut read = Vec::with_capacity(values.len());
    for (name, given) in values {
        let field = object.field(name).filter(|field| !field.archived);
        let field = field.ok_or_else(|| {
            OpError::invalid(name, &format!("没有字段「{name}」"), &format!("there is no field '{name}'"))
        })?;
        if field.is_automatic() {
            return Err(OpError::invalid(name, "这个字段由系统填写", "the program itself sets this field"));
        }
        field::may_write(actor, object, field)?;
        if !field.is_given() {
            let (zh, en) = ("请以附件接口上传或移除文件", "its files are attached and removed one at a time");
            return Err(OpError::invalid(name, zh, en));
        }
        let cell = value::read(app, actor, field, given)?;
        if cell.is_none() && field.required {
            return Err(lacking(field));
        }
        read.push((field.number, cell));
    }
    Ok(read)
}

fn lacking(field: &Field) -> OpError {
    let Text { zh, en } = &field.label;
    OpError::invalid(&field.name, &format!("请填写{zh}"), &format!("{en} is wanted"))
}

/// Makes a record. Its owner is who makes it, unless another is named.
///
/// # Errors
/// There is no such object, the reader may make no records of it or none of others, a value does not fit or is lacking, or the
/// database's.
pub fn add(app: &App, actor: &Actor, name: &str, request: &RecordRequest) -> Result<RecordDetail, OpError> {
    let object = object(app, actor, name)?;
    let rights = actor.access().of(name);
    let (told, rest) = Told::of(app, actor, &object, &request.values)?;
    let mut values = read(app, actor, &object, &rest)?;
    let me = actor.person().map(|me| Cell::Int(me.number().cast_signed()));
    if !values.iter().any(|(field, _)| *field == FieldNumber::OWNER) {
        values.push((FieldNumber::OWNER, me));
    }
    if object.archived || !may_own(app, actor, rights.write, &values)? {
        return Err(read_only(&object));
    }
    let is_given = |field: &Field| values.iter().any(|(number, cell)| *number == field.number && cell.is_some());
    let wanted = |field: &&Field| field.required && !field.archived && field::is_writable(actor, &object, field);
    if let Some(field) = object.fields.iter().filter(wanted).find(|field| !is_given(field)) {
        return Err(lacking(field));
    }
    wanted::check(&object, None, &values)?;
    let act = RecordAct::Added;
    let record = match (object.is_of_customers(), object.title()) {
        (false, _) => None,
        (true, Some(title)) if told.is_empty() => return Err(lacking(title)),
        (true, _) => Some(RecordId::of_customer(told.tell(app, actor, None)?)),
    };
    let version = record.map(|_| 0); // nobody wrote that of a customer who is new
    let write = RecordWrite { object: object.id, record, version, act, values, undoes: None };
    let (id, _) = write_one(app, actor, write)?.ok_or_else(OpError::not_found)?;
    get(app, actor, name, id)
}

/// Whether the reader may make a record with the owner that is among these values. One that passes the role's condition and is
/// another's is made and then handed over.
fn may_own(app: &App, actor: &Actor, scope: Scope, values: &[(FieldNumber, Option<Cell>)]) -> Result<bool, OpError> {
    let owner = values.iter().rev().find(|(field, _)| *field == FieldNumber::OWNER).and_then(|(_, cell)| cell.clone());
    let owner = match owner {
        Some(Cell::Int(number)) => Some(UserId::new(number.cast_unsigned())),
        _ => None,
    };
    let (Some(me), Some(owner)) = (actor.person(), owner) else { return Ok(scope == Scope::All) };
    let in_team = |below| app.store.read(|db| db.is_in_team_of(owner, me, below));
    Ok(match scope {
        Scope::All => true,
        Scope::None => false,
        _ if owner == me => true,
        Scope::Team => in_team(false)?,
        Scope::Subtree => in_team(true)?,
        Scope::Own | Scope::Some => false,
    })
}

/// Changes a record's values.
///
/// # Errors
/// There is no such record, the reader may not change it, it has another version by now, a value does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, name: &str, id: RecordId, request: &RecordRequest) -> Result<Changed, OpError> {
    let object = object(app, actor, name)?;
    let (told, rest) = Told::of(app, actor, &object, &request.values)?;
    let values = read(app, actor, &object, &rest)?;
    if let Some(customer) = id.customer().filter(|_| !told.is_empty()) {
        app.store.read(|db| found(app, db, actor, &object, Deed::Write, id))?;
        told.tell(app, actor, Some(customer))?;
        if values.is_empty() {
            return Ok(Changed { detail: Some(get(app, actor, name, id)?), change: None });
        }
    }
    let change = Change { undoes: None, act: RecordAct::Changed, wanted: request.version };
    changed(app, actor, &object, id, &change, |row| {
        wanted::check(&object, Some(&row.cells), &values)?;
        Ok(values.clone())
    })
}

/// Puts a record into the trash, or takes it out again.
///
/// # Errors
/// There is no such record, the reader may not change it, or the database's.
pub fn set_trashed(app: &App, actor: &Actor, name: &str, id: RecordId, trashed: bool) -> Result<Changed, OpError> {
    let object = object(app, actor, name)?;
    told::only_changes(&object)?;
    let act = if trashed { RecordAct::Trashed } else { RecordAct::Restored };
    changed(app, actor, &object, id, &Change { undoes: None, act, wanted: None }, |_| Ok(Vec::new()))
}

/// A record as it is now, and the change that made it so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Changed {
    /// The record; none when the change took it out of what the reader may see.
    pub detail: Option<RecordDetail>,
    /// The change, by which it can be taken back; none where nothing changed.
    #[schema(value_type = Option<String>)]
    pub change: Option<ChangeId>,
}

/// How a record is changed.
struct Change {
    undoes: Option<u64>,
    act: RecordAct,
    /// The version that it must have.
    wanted: Option<u32>,
}

/// Changes a record as it was when the right to do so was seen; if somebody else was faster, it is looked at again.
fn changed(
    app: &App,
    actor: &Actor,
    object: &Object,
    id: RecordId,
    change: &Change,
    values: impl Fn(&RecordRow) -> Result<Vec<(FieldNumber, Option<Cell>)>, OpError>,
) -> Result<Changed, OpError> {
    let mut version = 0;
    for _ in 0..TRIES {
        let row = app.store.read(|db| found(app, db, actor, object, Deed::Write, id))?;
        version = row.version;
        if change.wanted.is_some_and(|wanted| wanted != version) {
            break;
        }
        let write = RecordWrite {
            object: object.id,
            record: Some(id),
            version: Some(version),
            act: change.act,
            values: values(&row)?,
            undoes: change.undoes,
        };
        if let Some((_, place)) = write_one(app, actor, write)? {
            let detail = get(app, actor, &object.name, id).if_found()?;
            return Ok(Changed { detail, change: place.map(ChangeId::new) });
        }
    }
    Err(newer(version))
}

/// Has a record written; tells which, and where in the log; none when it has another version by now.
fn write_one(app: &App, actor: &Actor, write: RecordWrite) -> Result<Option<(RecordId, Option<u64>)>, OpError> {
    let writes = RecordWrites { actor: actor.id().to_owned(), batch: Batch::Single, writes: vec![write] };
    let Outcome::Written(written) = app.pipeline.command(Command::WriteRecords(writes))? else {
        return Err(OpError::not_found());
    };
    match written.into_iter().next() {
        Some(Written::Done { record, change }) => Ok(Some((record, change))),
        Some(Written::Newer(_)) => Ok(None),
        Some(Written::Missing | Written::Full) | None => Err(OpError::not_found()),
    }
}

fn newer(version: u32) -> OpError {
    let zh = format!("这条记录已被别人修改（第 {version} 版），请刷新后再改");
    let en = format!("the record was changed by somebody else (version {version}); read it again first");
    OpError { code: "conflict", message: Text::new(zh, en), field: Some("version".to_owned()), fault: Fault::Conflict }
}
