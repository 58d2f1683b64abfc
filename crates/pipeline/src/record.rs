//! Writing objects and records: each change at its place in the log, with what was there before, so that it can be taken back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use base::{CustomerId, ObjectId, RecordId};
use domain::object::{CUSTOMER, Cell, Field, FieldNumber, OBJECTS_LIMIT, Object, Type};
use store::log::{Entry, RecordAct, RecordEntry};
use store::{Connection, ObjectRow, RecordChange, RecordKeys, RecordRow, RecordRows, Unit};

use crate::command::Outcome;
use crate::comment;
use crate::engine::{Committed, Engine, EngineError};
use crate::{derive, profile};

/// A field with its values before and after a change.
pub type Change = (FieldNumber, Option<Cell>, Option<Cell>);

/// A record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordWrite {
    /// Of which object.
    pub object: ObjectId,
    /// Which record; none makes one.
    pub record: Option<RecordId>,
    /// Nothing is written when the record has another version by then.
    pub version: Option<u32>,
    /// What is done.
    pub act: RecordAct,
    /// The values to be set, or taken away.
    pub values: Vec<(FieldNumber, Option<Cell>)>,
    /// The place of the change that it takes back.
    pub undoes: Option<u64>,
}

/// Whether records are written as part of something larger, which can be taken back as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// They are not.
    Single,
    /// They begin it: the place of the first change names it.
    First,
    /// They go on with the one of this name.
    More(u64),
}

/// Records to be written by someone, in one commit: each that can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordWrites {
    /// Who: the id of a person or key, or `local`.
    pub actor: String,
    /// Whether they are part of something larger.
    pub batch: Batch,
    /// The records.
    pub writes: Vec<RecordWrite>,
}

/// What became of a record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It was; or nothing would have changed, and there is no place.
    Done {
        /// The record.
        record: RecordId,
        /// The place of the change in the log.
        change: Option<u64>,
    },
    /// There is no such record, or no such object.
    Missing,
    /// It has this version by now.
    Newer(u32),
    /// It has as many files as it may.
    Full,
}

/// A change of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectWrite {
    /// Who: the id of a person or key, or `local`.
    pub actor: String,
    /// The object as it shall be.
    pub object: Object,
    /// As it was known; none for a new one.
    pub was: Option<Object>,
}

/// What binds a message to its nonce and to the version of the record.
pub(crate) fn unique(nonce: &[u8; 12], version: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(nonce.iter().copied().chain(version.to_le_bytes())) {
        *to = from;
    }
    bytes
}

/// What a logged change set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logged {
    /// The fields, as far as what opens them is still there.
    pub changes: Vec<Change>,
    /// Whether that is all: nothing was erased.
    pub is_whole: bool,
}

impl Logged {
    /// All that was set, if nothing of it was erased.
    #[must_use]
    pub fn whole(self) -> Option<Vec<Change>> {
        self.is_whole.then_some(self.changes)
    }
}

/// What a logged change set, as far as the record's keys open it.
///
/// # Errors
/// The database's.
pub fn changes(db: &mut Connection, entry: &RecordEntry) -> Result<Logged, store::StoreError> {
    let keys = db.record_keys(entry.record)?;
    Ok(keys.and_then(|keys| open(&keys, entry)).unwrap_or_default())
}

/// Whether anything that a record's keys open in its history tells of a person.
///
/// # Errors
/// The database's.
pub fn tells_of_person(db: &mut Connection, object: &Object, record: RecordId) -> Result<bool, store::StoreError> {
    let Some(keys) = db.record_keys(record)? else { return Ok(false) };
    Ok(keys.personal.is_some() || tells_plainly(&keys, object, &logged(db, record)?))
}

/// Whether something that tells of a person was logged when its field was not yet known to.
fn tells_plainly(keys: &RecordKeys, object: &Object, logged: &[RecordEntry]) -> bool {
    let is_personal = |(number, ..): &Change| object.numbered_field(*number).is_some_and(Field::is_personal);
    let plain_only = RecordKeys { personal: None, ..keys.clone() };
    let mut all = logged.iter().filter_map(|entry| open(&plain_only, entry));
    all.any(|logged| logged.changes.iter().any(is_personal))
}

/// A record's entry at a place in the log.
fn of_it(entry: &Entry, record: RecordId) -> Option<RecordEntry> {
    match entry {
        Entry::Record(entry) if entry.record == record => Some(entry.clone()),
        _ => None,
    }
}

/// All stored entries of a record, the latest first.
fn logged(db: &mut Connection, record: RecordId) -> Result<Vec<RecordEntry>, store::StoreError> {
    const PAGE: u32 = 500;
    let (mut all, mut before) = (Vec::new(), i64::MAX.cast_unsigned());
    loop {
        let places = db.record_changes(record, before, PAGE)?;
        let Some(last) = places.last() else { return Ok(all) };
        before = *last;
        for place in places {
            let block = db.block_of(place)?;
            let entry = block.as_ref().and_then(|block| block.iter().find(|(seq, _)| *seq == place));
            all.extend(entry.and_then(|(_, entry)| of_it(entry, record)));
        }
    }
}

/// Plain changes stand first; those of fields that tell of a person follow, under a key of their own that can go alone.
fn seal(keys: &RecordKeys, unique: &[u8; 16], plain: &[Change], personal: &[Change]) -> Vec<u8> {
    let mut bytes = postcard::to_stdvec(plain).unwrap_or_default();
    if let Some(key) = keys.personal.as_ref().filter(|_| !personal.is_empty()) {
        bytes.extend(profile::encrypt(key, unique, &personal));
    }
    profile::seal(&keys.key, unique, &bytes)
}

fn open(keys: &RecordKeys, entry: &RecordEntry) -> Option<Logged> {
    if entry.act.attachment(0).is_some() {
        return Some(Logged { is_whole: true, ..Logged::default() }); // a file's, which sets no field
    }
    let unique = unique(&entry.nonce, entry.version);
    let bytes = profile::open(&keys.key, &unique, &entry.values)?;
    let (mut changes, sealed): (Vec<Change>, _) = postcard::take_from_bytes(&bytes).ok()?;
    let key = keys.personal.as_ref().filter(|_| !sealed.is_empty());
    let personal = key.and_then(|key| profile::decrypt::<Vec<Change>>(key, &unique, sealed));
    let is_whole = sealed.is_empty() || personal.is_some();
    changes.extend(personal.unwrap_or_default());
    Some(Logged { changes, is_whole })
}

impl Engine {
    /// The objects.
    #[must_use]
    pub fn objects(&self) -> Arc<domain::object::Objects> {
        Arc::clone(&self.objects)
    }

    /// Makes an object, or puts it in place of the one it was known to be.
    pub(crate) fn write_object(
        &mut self,
        write: ObjectWrite,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, EngineError> {
        let ObjectWrite { actor, object, was } = write;
        let known = self.objects.by_id(object.id);
        let is_taken = was.is_none() && self.objects.by_name(&object.name).is_some();
        let is_full = was.is_none() && self.objects.iter().count() >= OBJECTS_LIMIT;
        if known != was.as_ref() || is_taken || is_full {
            return Ok(Outcome::NotFound);
        }
        let before = was.map(|was| was.fields.iter().map(|field| field.number).collect());
        let body = serde_json::to_string(&object).unwrap_or_default();
        self.append(unit, Entry::Object { actor, body });
        let object = Arc::new(object);
        if let Some(rows) = unit.records.get_mut(&object.id) {
            rows.object = Arc::clone(&object);
        }
        Arc::make_mut(&mut self.objects).put(Object::clone(&object));
        self.follow_objects()?;
        if object.fields.iter().filter_map(|field| field.derived.as_ref()).any(|derived| derived.pending) {
            self.deriving.insert(object.id, RecordId::new(0));
        }
        if object.is_of_customers() && before.is_none() {
            let all = self.db.customers_after(CustomerId::new(0), u32::MAX)?;
            all.into_iter().for_each(|customer| self.outdate(customer, unit.seq));
        }
        done.schema = true;
        unit.objects.push(ObjectRow { object, before });
        Ok(Outcome::Done)
    }

    /// Writes records.
    pub(crate) fn write_records(
        &mut self,
        all: RecordWrites,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, EngineError> {
        let RecordWrites { actor, mut batch, writes } = all;
        let mut written = Vec::with_capacity(writes.len());
        for write in writes {
            let part_of = match batch {
                Batch::Single => None,
                Batch::First => Some(self.next_seq),
                Batch::More(first) => Some(first),
            };
            let outcome = self.write_record(&actor, part_of, write, unit)?;
            if let Written::Done { record, change: Some(seq) } = outcome {
                unit.record_changes.push(RecordChange { record, seq, batch: part_of });
                batch = part_of.map_or(Batch::Single, Batch::More);
            }
            written.push(outcome);
        }
        done.records.extend(unit.records.iter().map(|(object, rows)| (*object, rows.rows.len())));
        Ok(Outcome::Written(written))
    }

    pub(crate) fn write_record(
        &mut self,
        actor: &str,
        batch: Option<u64>,
        write: RecordWrite,
        unit: &mut Unit,
    ) -> Result<Written, EngineError> {
        let RecordWrite { object, record, version, act, values, undoes } = write;
        let Some(object) = self.objects.by_id(object).cloned().map(Arc::new) else { return Ok(Written::Missing) };
        let (record, before) = match record {
            Some(id) => match self.record_as_it_stands(&object, id, unit)? {
                Some(row) => (id, Some(row)),
                None => return Ok(Written::Missing),
            },
            None => {
                self.last_record += 1;
                (RecordId::new(self.last_record), None)
            }
        };
        if let (Some(wanted), Some(row)) = (version, &before)
            && wanted != row.version
        {
            return Ok(Written::Newer(row.version));
        }
        let mut row = before.clone().unwrap_or_else(|| RecordRow {
            version: 0,
            created_by: actor.to_owned(),
            changed_by: String::new(),
            trashed_at: None,
            cells: BTreeMap::new(),
            sort: BTreeMap::new(),
        });
        if matches!(act, RecordAct::Added) {
            actor.clone_into(&mut row.created_by);
        }
        let changes = set(&mut row, values);
        if object.is_of_customers() && matches!(act, RecordAct::Trashed | RecordAct::Restored) {
            return Ok(Written::Missing); // whether they stand is said by events
        }
        let trashes = matches!(act, RecordAct::Trashed) && row.trashed_at.is_none();
        let restores = matches!(act, RecordAct::Restored) && row.trashed_at.is_some();
        let erases = matches!(act, RecordAct::Erased);
        if before.is_some() && changes.is_empty() && !trashes && !restores && !erases {
            return Ok(Written::Done { record, change: None });
        }
        if row.trashed_at.is_some() && !restores && !erases {
            return Ok(Written::Missing); // in the trash it is changed by nobody
        }
        if trashes || restores {
            row.trashed_at = trashes.then_some(unit.received_at);
        }
        row.version += 1;
        actor.clone_into(&mut row.changed_by);
        let at = Cell::Int(unit.received_at.ms());
        if before.is_none() {
            row.cells.insert(FieldNumber::CREATED, at.clone());
        }
        row.cells.insert(FieldNumber::CHANGED, at);
        if before.is_none() {
            self.derivations.begin(object.id, &mut row);
        }
        self.derivations.compute(object.id, &mut row, &self.settings.zone);
        row.sort = sort_keys(&object, &row);
        let told = if erases { left(&object, &row) } else { changes };
        let is_personal = |(number, ..): &Change| object.numbered_field(*number).is_some_and(Field::is_personal);
        let (personal, plain): (Vec<_>, Vec<_>) = told.into_iter().partition(is_personal);
        let keys = if erases {
            self.keys_anew(&object, record, &personal, unit)?
        } else {
            self.keys(record, before.is_none().then_some(object.id), !personal.is_empty(), unit)?
        };
        let nonce = new_nonce()?;
        let entry = RecordEntry {
            object: object.id,
            record,
            version: row.version,
            act,
            actor: actor.to_owned(),
            undoes,
            batch,
            nonce,
            values: seal(&keys, &unique(&nonce, row.version), &plain, &personal),
        };
        if erases {
            unit.erased_at = Some(self.next_seq);
            comment::forget(record, unit);
        }
        let seq = self.append(unit, Entry::Record(entry));
        put(unit, &object, record, row.clone());
        self.roll_up(object.id, before.as_ref(), &row, unit)?;
        Ok(Written::Done { record, change: Some(seq) })
    }

    /// A record with what the unit has changed in it.
    pub(crate) fn record_as_it_stands(
        &mut self,
        object: &Object,
        id: RecordId,
        unit: &Unit,
    ) -> Result<Option<RecordRow>, store::StoreError> {
        match unit.records.get(&object.id).and_then(|rows| rows.rows.get(&id)) {
            Some(row) => Ok(Some(row.clone())),
            // A field that this unit adds is no column yet.
            None => derive::stored(object, unit).map_or(Ok(None), |stored| self.db.record(&stored, id)),
        }
    }

    /// The keys of a record, as they stand in the unit or are stored; those of a customer's are made with its first change.
    fn known_keys(&mut self, record: RecordId, unit: &mut Unit) -> Result<RecordKeys, EngineError> {
        if let Some(keys) = unit.record_keys.get(&record) {
            return Ok(keys.clone());
        }
        let customers = self.objects.by_name(CUSTOMER).filter(|_| record.customer().is_some());
        if let Some(object) = customers.map(|object| object.id)
            && self.db.record_keys(record)?.is_none()
        {
            let keys = RecordKeys { object, key: new_key()?, personal: None };
            unit.record_keys.insert(record, keys.clone());
            return Ok(keys);
        }
        let erased = || store::StoreError::Corrupt { what: "a record's key", why: "it was erased".to_owned() };
        Ok(self.db.record_keys(record)?.ok_or_else(erased)?)
    }

    /// The keys of a record: new ones when it is a new record of `new`, and a new one for what tells of a person where that is `wanted` first.
    pub(crate) fn keys(
        &mut self,
        record: RecordId,
        new: Option<ObjectId>,
        wanted: bool,
        unit: &mut Unit,
    ) -> Result<RecordKeys, EngineError> {
        let mut keys = match new {
            Some(object) => RecordKeys { object, key: new_key()?, personal: None },
            None => self.known_keys(record, unit)?,
        };
        let is_lacking = wanted && keys.personal.is_none();
        if is_lacking {
            keys.personal = Some(new_key()?);
        }
        if is_lacking || new.is_some() {
            unit.record_keys.insert(record, keys.clone());
        }
        Ok(keys)
    }

    /// The keys of a record from an erasure on. What was logged before it of fields that tell of a person opens no more; where some of it was logged
    /// when they were not yet known to, nothing of the record does.
    fn keys_anew(
        &mut self,
        object: &Object,
        record: RecordId,
        personal: &[Change],
        unit: &mut Unit,
    ) -> Result<RecordKeys, EngineError> {
        let mut keys = self.known_keys(record, unit)?;
        let mut all = logged(&mut self.db, record)?;
        all.extend(unit.entries.iter().filter_map(|entry| of_it(entry, record)));
        if tells_plainly(&keys, object, &all) {
            keys.key = new_key()?;
        }
        keys.personal = if personal.is_empty() { None } else { Some(new_key()?) };
        unit.record_keys.insert(record, keys.clone());
        Ok(keys)
    }
}

/// All values of a record that follow from what people set, as if they had been set at once.
fn left(object: &Object, row: &RecordRow) -> Vec<Change> {
    let is_set = |number: FieldNumber| object.numbered_field(number).is_none_or(Field::is_given);
    let set = row.cells.iter().filter(|(field, _)| is_set(**field));
    set.map(|(field, cell)| (*field, None, Some(cell.clone()))).collect()
}

/// Puts a record as it is now into a unit.
pub(crate) fn put(unit: &mut Unit, object: &Object, id: RecordId, row: RecordRow) {
    let made = || RecordRows { object: Arc::new(object.clone()), rows: BTreeMap::new() };
    unit.records.entry(object.id).or_insert_with(made).rows.insert(id, row);
}

/// What no other message under a key has.
pub(crate) fn new_nonce() -> Result<[u8; 12], store::StoreError> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(|_| no_random())?;
    Ok(nonce)
}

fn new_key() -> Result<Vec<u8>, store::StoreError> {
    profile::new_key().ok_or_else(no_random)
}

pub(crate) fn no_random() -> store::StoreError {
    store::StoreError::Corrupt { what: "a record's key", why: "the machine gives no random bytes".to_owned() }
}

/// Sets values and tells which changed.
fn set(row: &mut RecordRow, values: Vec<(FieldNumber, Option<Cell>)>) -> Vec<Change> {
    let mut changes = Vec::with_capacity(values.len());
    for (field, after) in values {
        let slot = row.cells.entry(field);
        let before = if let Slot::Occupied(known) = &slot { Some(known.get().clone()) } else { None };
        if before == after {
            continue;
        }
        match (slot, after.clone()) {
            (Slot::Occupied(mut known), Some(after)) => drop(known.insert(after)),
            (Slot::Occupied(known), None) => drop(known.remove()),
            (Slot::Vacant(empty), Some(after)) => drop(empty.insert(after).clone()),
            (Slot::Vacant(_), None) => {}
        }
        changes.push((field, before, after));
    }
    changes
}

pub(crate) fn sort_keys(object: &Object, row: &RecordRow) -> BTreeMap<FieldNumber, String> {
    let texts = object.fields.iter().filter(|field| matches!(field.holds, Type::Text));
    let key = |field: &domain::object::Field| match row.cells.get(&field.number) {
        Some(Cell::Text(text)) => Some((field.number, profile::sort_key(text))),
        _ => None,
    };
    texts.filter_map(key).collect()
}
