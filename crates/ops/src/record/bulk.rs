//! Changing all records of a list at once, in steps, with a way to stop and a way back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{ChangeId, RecordId, Text};
use domain::object::{Cell, FieldNumber, Object};
use pipeline::record::{Batch, RecordWrite, RecordWrites, Written};
use pipeline::{Command, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::log::RecordAct;
use store::record::query::{Query, Test};
use utoipa::ToSchema;

use super::list::{self, ListRequest};
use super::{Deed, allowed, allowed_among, change, field, find, object, read, read_only, wanted};
use crate::customer::told;
use crate::{Actor, App, OpError};

/// How many records are looked at in one step, and written in one commit at most.
const STEP: u32 = 500;
/// How many bytes of values, before and after, are written in one commit.
const STEP_BYTES: usize = 4 << 20;
/// How long one step may look for its records.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is done with all records of a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BulkRequest {
    /// Which records: as a list is asked for; its order and its page do not matter.
    pub list: ListRequest,
    /// What is done.
    pub act: BulkAct,
    /// The values to be set, by the names of fields.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
}

/// What is done with all records of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAct {
    /// Values are set.
    Change,
    /// They are put into the trash.
    Trash,
    /// They are taken out of the trash.
    Restore,
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Records that were looked at.
    pub seen: u64,
    /// Records that were changed.
    pub changed: u64,
    /// Records that were left: not the reader's to change, as wanted already, without what their new choice wants, or changed by
    /// somebody else meanwhile.
    pub left: u64,
    /// What the new choice wants that records lack which were left for that.
    pub lacking: Option<Text>,
    /// By what all of it can be taken back, once something was changed.
    #[schema(value_type = Option<String>)]
    pub batch: Option<ChangeId>,
    /// Whether it has come to its end.
    pub ended: bool,
    /// Whether it was stopped before.
    pub stopped: bool,
    /// What went wrong, if something did; what was changed before that stays, and can be taken back.
    pub failed: Option<Text>,
}

/// Something that goes on by itself, and can be asked how far it is, and stopped.
#[derive(Clone)]
pub struct Task {
    progress: Arc<Mutex<Progress>>,
    stop: Arc<AtomicBool>,
    /// Whether who began it may still do what they could then.
    may: Arc<dyn Fn(&App) -> bool + Send + Sync>,
}

impl Task {
    /// One that goes on for as long as `may` says that it may.
    pub fn new(may: impl Fn(&App) -> bool + Send + Sync + 'static) -> Self {
        Self { progress: Arc::default(), stop: Arc::default(), may: Arc::new(may) }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has it stop after the step it is at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    fn note(&self, f: impl FnOnce(&mut Progress)) {
        f(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn is_stopped(&self, app: &App) -> bool {
        self.stop.load(Ordering::SeqCst) || app.is_ending() || !(self.may)(app)
    }

    /// Runs something to its end, or until it says that it was stopped.
    pub(crate) fn run(&self, f: impl FnOnce() -> Result<bool, OpError>) {
        let (stopped, failed) = f().map_or_else(|error| (false, Some(error.message)), |stopped| (stopped, None));
        self.note(|progress| (progress.ended, progress.stopped, progress.failed) = (true, stopped, failed));
    }
}

/// What is ready to be done, its request read and its right seen.
pub struct Ready {
    object: Object,
    test: Test,
    act: RecordAct,
    values: Vec<(FieldNumber, Option<Cell>)>,
}

/// Reads a request; [`run`] does it.
///
/// # Errors
/// There is no such object, the reader may change no records of it, or a part of the request does not fit.
pub fn ready(app: &App, actor: &Actor, name: &str, request: &BulkRequest) -> Result<Ready, OpError> {
    let object = object(app, actor, name)?;
    let writes_none = allowed(app, actor, &object, Deed::Write) == Test::Any(Vec::new());
    if object.archived || writes_none || actor.is_seen_as() {
        return Err(read_only(&object));
    }
    let values = read(app, actor, &object, &request.values)?;
    if (request.act == BulkAct::Change) == values.is_empty() {
        return Err(OpError::invalid("values", "请选择要修改的字段", "choose what is to be changed"));
    }
    if request.act != BulkAct::Change {
        told::only_changes(&object)?;
    }
    let trashed = request.act == BulkAct::Restore;
    let test = list::test(app, actor, &object, &ListRequest { trashed, ..request.list.clone() })?;
    let act = match request.act {
        BulkAct::Change => RecordAct::Changed,
        BulkAct::Trash => RecordAct::Trashed,
        BulkAct::Restore => RecordAct::Restored,
    };
    Ok(Ready { object, test, act, values })
}

/// Does it, a step at a time, until nothing is left or the task is stopped.
pub fn run(app: &App, actor: &Actor, ready: &Ready, task: &Task) {
    task.run(|| {
        let mut writer = Writer::new(app, actor, task);
        let mut after = RecordId::new(0);
        loop {
            if task.is_stopped(app) {
                return Ok(true);
            }
            let query =
                Query { test: ready.test.clone(), order: Vec::new(), after: Some((Vec::new(), after)), limit: STEP };
            let writes = allowed(app, actor, &ready.object, Deed::Write);
            let found = app.store.read(|db| find::page(app, db, actor, &ready.object, &query, &writes, PATIENCE))?;
            let find::Page { listed: rows, passing: may, next } = found;
            let seen = rows.len();
            let mut lacking = None;
            let writable = rows.into_iter().filter(|one| may.contains(&one.id)).filter(|one| {
                let checked = wanted::check(&ready.object, Some(&one.row.cells), &ready.values);
                checked.map_err(|error| lacking = Some(error.message)).is_ok()
            });
            let write = |one: store::record::query::Listed| {
                let before = ready.values.iter().filter_map(|(field, _)| one.row.cells.get(field));
                let after = ready.values.iter().filter_map(|(_, cell)| cell.as_ref());
                let write = RecordWrite {
                    object: ready.object.id,
                    record: Some(one.id),
                    version: Some(one.row.version),
                    act: ready.act,
                    values: ready.values.clone(),
                    undoes: None,
                };
                (before.chain(after).map(bytes).sum(), write)
            };
            let writes = writable.map(write).collect();
            if lacking.is_some() {
                task.note(|progress| progress.lacking = lacking);
            }
            writer.write(seen, writes)?;
            let Some((_, last)) = next else { return Ok(false) };
            after = last;
        }
    });
}

/// About how many bytes a value takes.
pub(crate) const fn bytes(cell: &Cell) -> usize {
    match cell {
        Cell::Int(_) => 8,
        Cell::Text(text) => text.len(),
    }
}

/// Takes a batch back, as far as it was not changed again since: a batch of its own.
///
/// # Errors
/// There is no such batch, or the reader sees none of its records.
pub fn ready_undo(app: &App, actor: &Actor, batch: ChangeId) -> Result<Object, OpError> {
    let first = app.store.read(|db| change::entry(db, batch.number()))?;
    let (_, entry) = first.filter(|(_, entry)| entry.batch == Some(batch.number())).ok_or_else(OpError::not_found)?;
    let objects = app.pipeline.objects();
    let known = objects.by_id(entry.object).ok_or_else(OpError::not_found)?;
    let object = object(app, actor, &known.name)?;
    if !is_seen(app, actor, &object, batch)? {
        return Err(OpError::not_found());
    }
    if actor.is_seen_as() || allowed(app, actor, &object, Deed::Write) == Test::Any(Vec::new()) {
        return Err(read_only(&object));
    }
    Ok(object)
}

/// Whether the reader sees any record of a batch.
fn is_seen(app: &App, actor: &Actor, object: &Object, batch: ChangeId) -> Result<bool, OpError> {
    let mut after = 0;
    loop {
        let (last, is_seen) = app.store.read(|db| {
            let places = db.batch_changes(batch.number(), after, STEP)?;
            let ids: Vec<RecordId> = change::entries(db, &places)?.iter().map(|one| one.entry.record).collect();
            let seen = allowed_among(app, db, actor, object, Deed::See, &ids)?;
            Ok::<_, OpError>((places.last().copied(), !seen.is_empty()))
        })?;
        let Some(last) = last.filter(|_| !is_seen) else { return Ok(is_seen) };
        after = last;
    }
}

/// Does it, in the order in which it was done.
pub fn undo(app: &App, actor: &Actor, object: &Object, batch: ChangeId, task: &Task) {
    task.run(|| {
        let mut writer = Writer::new(app, actor, task);
        let mut after = 0;
        loop {
            if task.is_stopped(app) {
                return Ok(true);
            }
            let (last, seen, writes) = app.store.read(|db| {
                let places = db.batch_changes(batch.number(), after, STEP)?;
                let Some(last) = places.last().copied() else { return Ok::<_, OpError>((None, 0, Vec::new())) };
                let entries = change::entries(db, &places)?;
                let ids: Vec<RecordId> = entries.iter().map(|one| one.entry.record).collect();
                // As they were when the right to change them was seen.
                let rows: BTreeMap<_, _> = db.records_by_id(object, &ids)?.into_iter().collect();
                let may = allowed_among(app, db, actor, object, Deed::Write, &ids)?;
                let seen = allowed_among(app, db, actor, object, Deed::See, &ids)?.len();
                let mut writes = Vec::with_capacity(entries.len());
                for one in entries.iter().filter(|one| may.contains(&one.entry.record)) {
                    let Some(row) = rows.get(&one.entry.record) else { continue };
                    let back = pipeline::record::changes(db, &one.entry)?.changes;
                    let is_theirs = |number: FieldNumber| {
                        object.numbered_field(number).is_some_and(|known| field::is_writable(actor, object, known))
                    };
                    let is_as_left = |(number, _, after): &pipeline::record::Change| {
                        is_theirs(*number) && row.cells.get(number) == after.as_ref()
                    };
                    if back.iter().all(is_as_left) {
                        let size =
                            back.iter().flat_map(|(_, before, after)| before.iter().chain(after)).map(bytes).sum();
                        writes.extend(change::back(object, one, row.version, &back).map(|back| (size, back)));
                    }
                }
                Ok((Some(last), seen, writes))
            })?;
            let Some(last) = last else { return Ok(false) };
            after = last;
            writer.write(seen, writes)?;
        }
    });
}

/// Writes the steps of a batch.
pub(crate) struct Writer<'w> {
    app: &'w App,
    actor: &'w Actor,
    batch: Batch,
    task: &'w Task,
}

impl<'w> Writer<'w> {
    /// One that begins a batch.
    pub(crate) const fn new(app: &'w App, actor: &'w Actor, task: &'w Task) -> Self {
        Self { app, actor, batch: Batch::First, task }
    }

    /// Writes records, with the size of each, in as many commits as their size asks for.
    pub(crate) fn write(&mut self, seen: usize, writes: Vec<(usize, RecordWrite)>) -> Result<(), OpError> {
        let (mut changed, mut part, mut size) = (0, Vec::new(), 0);
        for (bytes, write) in writes {
            if size + bytes > STEP_BYTES && !part.is_empty() {
                changed += self.commit(std::mem::take(&mut part))?;
                size = 0;
            }
            size += bytes;
            part.push(write);
        }
        changed += self.commit(part)?;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.task.note(|progress| {
            progress.seen += count(seen);
            progress.left += count(seen.saturating_sub(changed));
        });
        Ok(())
    }

    /// Writes records in one commit; tells how many were changed.
    fn commit(&mut self, writes: Vec<RecordWrite>) -> Result<usize, OpError> {
        if writes.is_empty() {
            return Ok(0);
        }
        let writes = RecordWrites { actor: self.actor.id().to_owned(), batch: self.batch, writes };
        let outcome = self.app.pipeline.command(Command::WriteRecords(writes))?;
        let Outcome::Written(written) = outcome else { return Err(OpError::not_found()) };
        let places =
            written.iter().filter_map(|one| if let Written::Done { change, .. } = one { *change } else { None });
        let places: Vec<u64> = places.collect();
        if let (Batch::First, Some(first)) = (self.batch, places.first()) {
            self.batch = Batch::More(*first);
        }
        let batch = if let Batch::More(first) = self.batch { Some(ChangeId::new(first)) } else { None };
        self.task.note(|progress| {
            progress.changed += u64::try_from(places.len()).unwrap_or(u64::MAX);
            progress.batch = batch;
        });
        Ok(places.len())
    }
}
