//! Records in a replay: of each a sum of hashes of its values, which changes as they do, so that a million of them fit in memory.

use std::collections::BTreeMap;

use base::{ObjectId, RecordId, TimeZone, Timestamp};
use domain::object::{Cell, FieldNumber, Object, Objects, Type, several};
use store::log::{CommentEntry, RecordAct, RecordEntry};
use store::{Connection, RecordRow, StoreError};

use crate::derive::Derivations;
use crate::replay::ReplayReport;
use crate::told::Told;
use crate::{attachment, portrait, record};

/// What is known of a record from the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Trace {
    object: ObjectId,
    version: u32,
    trashed: bool,
    /// The hashes of its values, added up; none from where some were erased to where the entry of that says what was left.
    sum: Option<u128>,
}

/// Objects and records as they follow from the log.
pub(crate) struct Traces {
    /// Where the keys of records are.
    db: Connection,
    objects: Objects,
    records: BTreeMap<RecordId, Trace>,
    files: attachment::Traces,
    comments: Told,
    wrong: Vec<String>,
}

fn hash(field: FieldNumber, cell: &Cell) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&field.0.to_le_bytes());
    match cell {
        Cell::Int(number) => hasher.update(b"i").update(&number.to_le_bytes()),
        Cell::Text(text) => hasher.update(b"t").update(text.as_bytes()),
    };
    let bytes = hasher.finalize().as_bytes().first_chunk().copied().unwrap_or_default();
    u128::from_le_bytes(bytes)
}

/// Of what people set. The instants of making and changing follow from the commit, and other automatic fields from these.
fn sum(object: &Object, row: &RecordRow) -> u128 {
    let is_set = |number: FieldNumber| object.numbered_field(number).is_none_or(domain::object::Field::is_given);
    let traced = row.cells.iter().filter(|(field, _)| is_set(**field));
    traced.fold(0, |sum, (field, cell)| sum.wrapping_add(hash(*field, cell)))
}

impl Traces {
    pub(crate) fn new(db: Connection) -> Self {
        let (objects, files, comments) = (Objects::default(), attachment::Traces::default(), Told::default());
        Self { db, objects, records: BTreeMap::new(), files, comments, wrong: Vec::new() }
    }

    /// How many records there are, in the trash or not.
    pub(crate) fn count(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn object(&mut self, body: &str) -> Result<(), StoreError> {
        let object: Object = serde_json::from_str(body)
            .map_err(|error| StoreError::Corrupt { what: "a logged object", why: error.to_string() })?;
        self.objects.put(object);
        Ok(())
    }

    pub(crate) fn record(&mut self, seq: u64, entry: &RecordEntry) -> Result<(), StoreError> {
        self.wrong.extend(self.files.follow(&mut self.db, seq, entry)?);
        let changes = record::changes(&mut self.db, entry)?.whole();
        let trace = self.records.entry(entry.record).or_insert(Trace { sum: Some(0), ..Trace::default() });
        if entry.version != trace.version + 1 {
            self.wrong
                .push(format!("record {} goes from version {} to {}", entry.record, trace.version, entry.version));
        }
        (trace.object, trace.version) = (entry.object, entry.version);
        match entry.act {
            RecordAct::Trashed => trace.trashed = true,
            RecordAct::Restored => trace.trashed = false,
            _ => {}
        }
        if entry.act == RecordAct::Erased {
            trace.sum = Some(0); // the entry has all that was left
            self.comments.forget(entry.record);
        }
        trace.sum = trace.sum.zip(changes).map(|(sum, changes)| {
            changes.iter().fold(sum, |sum, (field, before, after)| {
                let less = before.as_ref().map_or(0, |cell| hash(*field, cell));
                sum.wrapping_sub(less).wrapping_add(after.as_ref().map_or(0, |cell| hash(*field, cell)))
            })
        });
        Ok(())
    }

    pub(crate) fn comment(&mut self, seq: u64, at: Timestamp, entry: CommentEntry) -> Result<(), StoreError> {
        self.comments.take(&mut self.db, seq, at, entry)
    }

    /// Compares with what is stored.
    pub(crate) fn compare(
        mut self,
        db: &mut Connection,
        zone: &TimeZone,
        report: &mut ReplayReport,
    ) -> Result<(), StoreError> {
        const PAGE: u32 = 10_000;
        report.differences.append(&mut self.wrong);
        let filed = self.files.compare(db, &mut report.differences)?;
        let stored = db.objects()?;
        let derivations = Derivations::of(&stored)?;
        if !stored.iter().eq(self.objects.iter()) {
            report.differences.push("the objects are stored otherwise than they follow".to_owned());
        }
        for object in stored.iter() {
            let mut after = RecordId::new(0);
            loop {
                let page = db.records_after(object, after, PAGE)?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                if object.is_of_customers() {
                    report.differences.extend(portrait::differences(db, object, &page)?);
                }
                for (id, row) in &page {
                    if let Some(what) = derivations.difference(db, &stored, object, (*id, row), zone)? {
                        report.differences.push(format!("'{what}' of record {id} is stored otherwise than it follows"));
                    }
                    for field in object.fields.iter().filter(|field| field.holds == Type::Files) {
                        let names = filed.get(&(*id, field.number)).and_then(several::text).map(Cell::Text);
                        if row.cells.get(&field.number) != names.as_ref() {
                            let what = &field.name;
                            report
                                .differences
                                .push(format!("'{what}' of record {id} is stored otherwise than it follows"));
                        }
                    }
                    let known = self.records.remove(id);
                    // Customers come of events; only what people set of them is a change of their records.
                    let blank = id.customer().map(|_| Trace { object: object.id, sum: Some(0), ..Trace::default() });
                    let told = known
                        .or(blank)
                        .map(|trace| Trace {
                            trashed: trace.trashed || id.customer().is_some() && row.trashed_at.is_some(),
                            ..trace
                        })
                        .map(|trace| Trace { sum: trace.sum.or_else(|| Some(sum(object, row))), ..trace });
                    let found = Trace {
                        object: object.id,
                        version: row.version,
                        trashed: row.trashed_at.is_some(),
                        sum: Some(sum(object, row)),
                    };
                    let how = match told {
                        None => "is stored but does not follow from the log",
                        Some(told) if told != found => "is stored otherwise than it follows",
                        Some(_) => continue,
                    };
                    report.differences.push(format!("record {id} {how}"));
                }
            }
        }
        let lost = self.records.keys().map(|id| format!("record {id} follows from the log but is not stored"));
        report.differences.extend(lost);
        self.comments.compare(db, report)
    }
}
