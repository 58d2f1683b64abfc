//! Files kept with records: attached, removed, put back and destroyed, each by a change of the record in the log. Their bytes are sealed before.
//!
//! What a file is stands in the log under the record's key, and what it is called under the one that goes with what tells of a person.

use std::collections::BTreeMap;

use base::{AttachmentId, ObjectId, RecordId};
use domain::object::{Cell, FieldNumber, several};
use serde::{Deserialize, Serialize};
use store::log::{Entry, RecordAct, RecordEntry};
use store::{AttachmentRow, Connection, RecordChange, RecordKeys, RecordRows, StoreError, Unit};

use crate::command::Outcome;
use crate::engine::{Committed, Engine, EngineError};
use crate::profile;
use crate::record::{Written, no_random, sort_keys, unique};

/// The most files that are kept with a record and stand in none of its fields, but for those that were removed.
pub const FILES_LIMIT: usize = 100;

/// What a file is, but for its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its media type.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Under whose key it is sealed.
    pub alias: [u8; 16],
    /// Of what its name in the raw zone is made.
    pub token: [u8; 16],
    /// The raw zone's block.
    pub block: u64,
    /// The place in that block.
    pub place: u32,
}

/// What is done with a file of a record.
#[derive(Clone, PartialEq, Eq)]
pub enum FileAct {
    /// It is attached under this name.
    Attach(Facts, String, Option<FieldNumber>),
    /// It is removed.
    Detach(AttachmentId),
    /// It is put back.
    Reattach(AttachmentId),
    /// It is no more: what it held was destroyed.
    Destroy(AttachmentId),
}

impl std::fmt::Debug for FileAct {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.logged())
    }
}

impl FileAct {
    const fn logged(&self) -> RecordAct {
        match self {
            Self::Attach(_, _, None) => RecordAct::Attached,
            Self::Attach(_, _, Some(field)) => RecordAct::Filed(*field),
            Self::Detach(id) => RecordAct::Detached(*id),
            Self::Reattach(id) => RecordAct::Reattached(*id),
            Self::Destroy(id) => RecordAct::Destroyed(*id),
        }
    }
}

/// Something to be done with a file of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrite {
    /// Of which object.
    pub object: ObjectId,
    /// Which record.
    pub record: RecordId,
    /// Nothing is done when the record has another version by then.
    pub version: Option<u32>,
    /// What is done.
    pub act: FileAct,
    /// The place of the change that it takes back.
    pub undoes: Option<u64>,
}

/// What is to be done with files by someone, in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrites {
    /// Who: the id of a person or key, or `local`.
    pub actor: String,
    /// What.
    pub writes: Vec<FileWrite>,
}

/// What was logged of a file that was attached, as far as the record's keys open it; the name apart, which can be erased alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub facts: Option<Facts>,
    /// What it was called.
    pub name: Option<String>,
}

/// What was logged of a file that was attached.
///
/// # Errors
/// The database's.
pub fn told(db: &mut Connection, entry: &RecordEntry) -> Result<Told, StoreError> {
    Ok(db.record_keys(entry.record)?.map(|keys| open(&keys, entry)).unwrap_or_default())
}

fn open(keys: &RecordKeys, entry: &RecordEntry) -> Told {
    let unique = unique(&entry.nonce, entry.version);
    let Some(bytes) = profile::open(&keys.key, &unique, &entry.values) else { return Told::default() };
    let Ok((facts, sealed)) = postcard::take_from_bytes::<Facts>(&bytes) else { return Told::default() };
    let name = keys.personal.as_ref().and_then(|key| profile::decrypt(key, &unique, sealed));
    Told { facts: Some(facts), name }
}

/// What is logged of it: all but the name under the record's key, the name under the other one besides.
fn seal(keys: &RecordKeys, unique: &[u8; 16], act: &FileAct) -> Vec<u8> {
    let FileAct::Attach(facts, name, _) = act else { return Vec::new() };
    let mut bytes = postcard::to_stdvec(facts).unwrap_or_default();
    bytes.extend(keys.personal.iter().flat_map(|key| profile::encrypt(key, unique, name)));
    profile::seal(&keys.key, unique, &bytes)
}

/// A file with the field in which it is or was, and its row; none when it is no more.
type FileAfter = (AttachmentId, Option<FieldNumber>, Option<AttachmentRow>);

impl Engine {
    /// Does something with files of records.
    pub(crate) fn write_files(
        &mut self,
        all: FileWrites,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, EngineError> {
        let mut written = Vec::with_capacity(all.writes.len());
        for write in all.writes {
            let outcome = self.write_file(&all.actor, write, unit)?;
            if let Written::Done { record, change: Some(seq) } = outcome {
                unit.record_changes.push(RecordChange { record, seq, batch: None });
            }
            written.push(outcome);
        }
        done.records.extend(unit.records.iter().map(|(object, rows)| (*object, rows.rows.len())));
        Ok(Outcome::Written(written))
    }

    fn write_file(&mut self, actor: &str, write: FileWrite, unit: &mut Unit) -> Result<Written, EngineError> {
        let FileWrite { object, record, version, act, undoes } = write;
        let Some(object) = self.objects.by_id(object).cloned().map(std::sync::Arc::new) else {
            return Ok(Written::Missing);
        };
        let Some(mut row) = self.record_as_it_stands(&object, record, unit)? else { return Ok(Written::Missing) };
        if version.is_some_and(|wanted| wanted != row.version) {
            return Ok(Written::Newer(row.version));
        }
        let is_end = matches!(act, FileAct::Destroy(_));
        if row.trashed_at.is_some() && !is_end {
            return Ok(Written::Missing); // in the trash it is changed by nobody
        }
        let file = match act.logged().attachment(self.next_seq) {
            Some(id) => self.file_after(id, (&act, actor), (object.id, record), unit)?,
            None => return Ok(Written::Missing),
        };
        let (id, home, after) = match file {
            Ok(file) => file,
            Err(outcome) => return Ok(outcome),
        };
        row.version += 1;
        if !is_end {
            actor.clone_into(&mut row.changed_by); // what goes by itself, or with an erasure, is nobody's change
            row.cells.insert(FieldNumber::CHANGED, Cell::Int(unit.received_at.ms()));
        }
        unit.attachments.insert(id, after);
        if let Some(field) = home {
            match names(&self.files_in(record, home, unit)?) {
                Some(names) => row.cells.insert(field, Cell::Text(names)),
                None => row.cells.remove(&field),
            };
        }
        row.sort = sort_keys(&object, &row);
        let keys = self.keys(record, None, matches!(act, FileAct::Attach(..)), unit)?;
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).map_err(|_| no_random())?;
        let entry = RecordEntry {
            object: object.id,
            record,
            version: row.version,
            act: act.logged(),
            actor: actor.to_owned(),
            undoes,
            batch: None,
            nonce,
            values: seal(&keys, &unique(&nonce, row.version), &act),
        };
        let seq = self.append(unit, Entry::Record(entry));
        if let FileAct::Attach(facts, ..) = &act {
            unit.raw_blocks.insert(facts.block);
        }
        let rows = unit.records.entry(object.id);
        let rows = rows.or_insert_with(|| RecordRows { object: std::sync::Arc::clone(&object), rows: BTreeMap::new() });
        rows.object = object;
        rows.rows.insert(record, row);
        Ok(Written::Done { record, change: Some(seq) })
    }

    /// A file as it is after something was done with it; or what to answer where nothing is done.
    fn file_after(
        &mut self,
        id: AttachmentId,
        (act, actor): (&FileAct, &str),
        (object, record): (ObjectId, RecordId),
        unit: &Unit,
    ) -> Result<Result<FileAfter, Written>, StoreError> {
        let at = unit.received_at;
        if let FileAct::Attach(facts, name, field) = act {
            let Facts { media_type, bytes, alias, token, block, place } = facts.clone();
            let row = AttachmentRow {
                record,
                object,
                field: *field,
                name: name.clone(),
                media_type,
                bytes,
                alias,
                token,
                block,
                place,
                added_by: actor.to_owned(),
                added_at: at,
                removed_at: None,
            };
            return Ok(if self.has_all_files(record, *field, unit)? {
                Err(Written::Full)
            } else {
                Ok((id, *field, Some(row)))
            });
        }
        let known = match unit.attachments.get(&id) {
            Some(known) => known.clone(),
            None => self.db.attachment(id)?,
        };
        let Some(mut row) = known.filter(|row| row.record == record) else { return Ok(Err(Written::Missing)) };
        let detaches = matches!(act, FileAct::Detach(_));
        if matches!(act, FileAct::Destroy(_)) {
            return Ok(Ok((id, row.field, None)));
        }
        if row.removed_at.is_some() == detaches {
            return Ok(Err(Written::Done { record, change: None }));
        }
        if !detaches && self.has_all_files(record, row.field, unit)? {
            return Ok(Err(Written::Full));
        }
        row.removed_at = detaches.then_some(at);
        Ok(Ok((id, row.field, Some(row))))
    }

    /// Whether a record has all the files that it may have in a field, or in none.
    fn has_all_files(&mut self, record: RecordId, field: Option<FieldNumber>, unit: &Unit) -> Result<bool, StoreError> {
        let limit = if field.is_some() { domain::object::FILES_LIMIT } else { FILES_LIMIT };
        Ok(self.files_in(record, field, unit)?.len() >= limit)
    }

    /// The files of a record in a field, or in none, with what the unit has changed; without those that were removed.
    fn files_in(
        &mut self,
        record: RecordId,
        field: Option<FieldNumber>,
        unit: &Unit,
    ) -> Result<BTreeMap<AttachmentId, AttachmentRow>, StoreError> {
        let mut files: BTreeMap<_, _> = self.db.attachments_of(record)?.into_iter().collect();
        for (id, row) in &unit.attachments {
            match row.clone().filter(|row| row.record == record) {
                Some(row) => files.insert(*id, row),
                None => files.remove(id),
            };
        }
        files.retain(|_, row| row.field == field && row.removed_at.is_none());
        Ok(files)
    }
}

/// The value of a field with these files.
fn names(files: &BTreeMap<AttachmentId, AttachmentRow>) -> Option<String> {
    several::text(files.values().map(|file| &file.name))
}

/// What is known of a file from the log: hashes, which are none where what opens them was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Trace {
    record: RecordId,
    field: Option<FieldNumber>,
    removed: bool,
    facts: Option<[u8; 32]>,
    name: Option<[u8; 32]>,
}

/// What the files of records are called that stand in a field.
pub(crate) type Filed = BTreeMap<(RecordId, FieldNumber), Vec<String>>;

/// Files as they follow from the log.
#[derive(Default)]
pub(crate) struct Traces(BTreeMap<AttachmentId, Trace>);

fn hash(facts: &Facts, actor: &str) -> [u8; 32] {
    *blake3::hash(&postcard::to_stdvec(&(facts, actor)).unwrap_or_default()).as_bytes()
}

impl Trace {
    fn of_row(row: &AttachmentRow) -> Self {
        let AttachmentRow { media_type, bytes, alias, token, block, place, .. } = row.clone();
        let facts = Facts { media_type, bytes, alias, token, block, place };
        let name = *blake3::hash(row.name.as_bytes()).as_bytes();
        let removed = row.removed_at.is_some();
        Self {
            record: row.record,
            field: row.field,
            removed,
            facts: Some(hash(&facts, &row.added_by)),
            name: Some(name),
        }
    }
}

impl Traces {
    /// Follows an entry; tells what is wrong with it.
    pub(crate) fn follow(
        &mut self,
        db: &mut Connection,
        seq: u64,
        entry: &RecordEntry,
    ) -> Result<Option<String>, StoreError> {
        let Some(id) = entry.act.attachment(seq) else { return Ok(None) };
        let known = match entry.act {
            RecordAct::Attached | RecordAct::Filed(_) => {
                let field = if let RecordAct::Filed(field) = entry.act { Some(field) } else { None };
                let told = told(db, entry)?;
                let facts = told.facts.map(|facts| hash(&facts, &entry.actor));
                let name = told.name.map(|name| *blake3::hash(name.as_bytes()).as_bytes());
                self.0.insert(id, Trace { record: entry.record, field, removed: false, facts, name });
                true
            }
            RecordAct::Destroyed(_) => self.0.remove(&id).is_some(),
            act => {
                let removed = matches!(act, RecordAct::Detached(_));
                self.0.get_mut(&id).map(|trace| trace.removed = removed).is_some()
            }
        };
        Ok((!known).then(|| format!("attachment {id} is changed at {seq} and was never attached")))
    }

    /// Compares with what is stored; gives the values of fields with files, as they follow.
    pub(crate) fn compare(mut self, db: &mut Connection, differences: &mut Vec<String>) -> Result<Filed, StoreError> {
        const PAGE: u32 = 10_000;
        let mut filed = Filed::new();
        let mut after = AttachmentId::new(0);
        loop {
            let page = db.attachments_after(after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, row) in &page {
                if let Some(field) = row.field.filter(|_| row.removed_at.is_none()) {
                    filed.entry((row.record, field)).or_default().push(row.name.clone());
                }
                let found = Trace::of_row(row);
                let told = self.0.remove(id);
                let told = told.map(|trace| Trace {
                    facts: trace.facts.or(found.facts),
                    name: trace.name.or(found.name),
                    ..trace
                });
                if told != Some(found) {
                    differences.push(format!("attachment {id} is stored otherwise than it follows"));
                }
            }
        }
        let lost = self.0.keys().map(|id| format!("attachment {id} follows from the log but is not stored"));
        differences.extend(lost);
        Ok(filed)
    }
}
