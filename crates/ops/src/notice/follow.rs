//! Telling people: a thread of its own reads in the log who changed and said what, and writes whom that concerns.
//!
//! How far it has read stands in the same commit as what it wrote, so that nothing is lost, and nothing told twice, when the power fails. The
//! writer does not wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use base::{CommentId, ObjectId, RecordId, Timestamp, UserId};
use domain::object::{Cell, FieldNumber, Objects};
use store::log::{RecordAct, RecordEntry};
use store::{CommentRow, Connection, NoticeKind, NoticeRow, RecordRow, Store, StoreError};

use super::{KEPT, KEPT_MS};
use crate::record::change::{Logged, entries};
use crate::record::talk::follow::owner;
use crate::search::Bell;

/// How long is waited after a change for others that come with it.
const GATHER: Duration = Duration::from_millis(100);
/// How many changes and comments are read at a time.
const BATCH: u32 = 2_000;
/// How long is waited before what failed is tried again.
const AGAIN: Duration = Duration::from_secs(3);
/// Within how long several changes by one person are one line, in milliseconds.
const TOGETHER_MS: i64 = 10 * 60_000;
/// The settings that say up to which place changes and comments were told.
const CHANGES: &str = "noticed_changes";
const COMMENTS: &str = "noticed_comments";

/// Called with those who were told something.
pub type Heard = Box<dyn Fn(&[UserId]) + Send>;

/// The thread that tells people. Dropping it ends the thread.
pub struct Noticing {
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

impl Noticing {
    /// Begins to tell people of what is committed, as the bell is rung.
    #[must_use]
    pub fn start(store: Arc<Store>, bell: Bell, heard: Heard) -> Self {
        let teller = Teller { store, bell: bell.clone(), heard, objects: None, read: BTreeMap::new() };
        let thread = std::thread::Builder::new().name("notices".to_owned()).spawn(move || teller.run());
        let thread = thread.inspect_err(|error| tracing::error!(%error, "nobody is told of changes: no thread")).ok();
        Self { bell, thread }
    }
}

impl Drop for Noticing {
    fn drop(&mut self) {
        self.bell.end();
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

struct Teller {
    store: Arc<Store>,
    bell: Bell,
    heard: Heard,
    /// The objects as they were last read; none when they may have changed since.
    objects: Option<Objects>,
    /// Up to which places was read of what concerned nobody, beyond what is stored.
    read: BTreeMap<&'static str, u64>,
}

/// Those who follow the records of a step, and their owners.
#[derive(Default)]
struct Around {
    owners: BTreeMap<RecordId, UserId>,
    said: BTreeMap<RecordId, BTreeMap<UserId, bool>>,
}

impl Around {
    /// Who follows a record, but for who does something to it.
    fn followers(&self, record: RecordId, but: Option<UserId>) -> BTreeSet<UserId> {
        let said = self.said.get(&record);
        let follows = |person: &UserId| said.and_then(|said| said.get(person)) != Some(&false);
        let owner = self.owners.get(&record).copied().filter(follows);
        let chosen = said.into_iter().flatten().filter(|(_, follows)| **follows).map(|(person, _)| *person);
        chosen.chain(owner).filter(|person| Some(*person) != but).collect()
    }

    fn refuses(&self, record: RecordId, person: UserId) -> bool {
        self.said.get(&record).and_then(|said| said.get(&person)) == Some(&false)
    }
}

/// What people are to be told. What was made as one is one line for each.
#[derive(Default)]
struct Lines {
    single: Vec<(UserId, NoticeRow)>,
    bulk: BTreeMap<(UserId, u64), NoticeRow>,
}

impl Lines {
    fn add(&mut self, person: UserId, row: NoticeRow) {
        let Some(batch) = row.batch else { return self.single.push((person, row)) };
        let known =
            self.bulk.entry((person, batch)).and_modify(|known| (known.count, known.at) = (known.count + 1, row.at));
        known.or_insert(row);
    }

    fn is_empty(&self) -> bool {
        self.single.is_empty() && self.bulk.is_empty()
    }

    fn all(self) -> impl Iterator<Item = (UserId, NoticeRow)> {
        self.single.into_iter().chain(self.bulk.into_iter().map(|((person, _), row)| (person, row)))
    }
}

/// The owners before and after a change.
type Handed = (Option<UserId>, Option<UserId>);

/// Who had a record before a change, and who after it; none where that did not change.
fn handed(db: &mut Connection, entry: &RecordEntry) -> Result<Option<Handed>, StoreError> {
    let person = |cell: &Option<Cell>| match cell {
        Some(Cell::Int(number)) => Some(UserId::new(number.cast_unsigned())),
        _ => None,
    };
    let changes = pipeline::record::changes(db, entry)?.changes;
    let changed = changes.iter().find(|(field, ..)| *field == FieldNumber::OWNER);
    Ok(changed.map(|(_, before, after)| (person(before), person(after))))
}

impl Teller {
    fn run(mut self) {
        while !self.bell.is_over() {
            match self.follow() {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "people are told of changes a little later"),
            }
            self.objects = None;
            self.read.clear();
            self.bell.pause(AGAIN);
        }
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        loop {
            while self.changes()? | self.comments()? {
                if self.bell.is_over() {
                    return Ok(());
                }
            }
            self.keep()?;
            if !self.bell.wait() {
                return Ok(());
            }
            self.bell.pause(GATHER);
        }
    }

    /// Up to which place something was told; whoever has not begun begins with what comes next.
    fn mark(&self, name: &'static str) -> Result<u64, StoreError> {
        if let Some(seq) = self.read.get(name) {
            return Ok(*seq);
        }
        let known = self.store.read(|db| db.setting(name))?;
        if let Some(seq) = known.and_then(|seq| seq.parse().ok()) {
            return Ok(seq);
        }
        let seq = self.store.read(Connection::next_seq)?.saturating_sub(1);
        self.store.note(|db| db.set_setting(name, &seq.to_string()))?;
        Ok(seq)
    }

    fn records(&mut self, object: ObjectId, ids: &[RecordId]) -> Result<Vec<(RecordId, RecordRow)>, StoreError> {
        if self.bell.has_new_schema() || self.objects.as_ref().is_none_or(|all| all.by_id(object).is_none()) {
            self.objects = Some(self.store.read(Connection::objects)?);
        }
        let Some(object) = self.objects.as_ref().and_then(|all| all.by_id(object)) else { return Ok(Vec::new()) };
        self.store.read(|db| db.records_by_id(object, ids))
    }

    fn around(&mut self, of: impl Iterator<Item = (ObjectId, RecordId)>) -> Result<Around, StoreError> {
        let mut by_object: BTreeMap<ObjectId, BTreeSet<RecordId>> = BTreeMap::new();
        for (object, record) in of {
            by_object.entry(object).or_default().insert(record);
        }
        let mut around = Around::default();
        for (object, records) in by_object {
            let ids: Vec<RecordId> = records.into_iter().collect();
            let rows = self.records(object, &ids)?;
            around.owners.extend(rows.iter().filter_map(|(id, row)| Some((*id, owner(row)?))));
            for (record, person, follows) in self.store.read(|db| db.follows_of(&ids))? {
                around.said.entry(record).or_default().insert(person, follows);
            }
        }
        Ok(around)
    }

    /// Tells of the next changes; whether there may be more.
    fn changes(&mut self) -> Result<bool, StoreError> {
        let mark = self.mark(CHANGES)?;
        let touched = self.store.read(|db| db.touched_after(mark, BATCH))?;
        let Some(last) = touched.last().map(|one| one.seq) else { return Ok(false) };
        let places: Vec<u64> = touched.iter().map(|one| one.seq).collect();
        let logged = self.store.read(|db| entries(db, &places))?;
        let around = self.around(logged.iter().map(|one| (one.entry.object, one.entry.record)))?;
        let mut lines = Lines::default();
        self.store.read(|db| logged.iter().try_for_each(|one| tell_change(db, one, &around, &mut lines)))?;
        self.write(CHANGES, last, lines)?;
        Ok(true)
    }

    /// Tells of the next comments; whether there may be more.
    fn comments(&mut self) -> Result<bool, StoreError> {
        let mark = self.mark(COMMENTS)?;
        let rows = self.store.read(|db| db.comments_written_after(mark, BATCH))?;
        let Some(last) = rows.last().map(|(_, row)| row.seq) else { return Ok(false) };
        let around = self.around(rows.iter().map(|(_, row)| (row.object, row.record)))?;
        let mut lines = Lines::default();
        self.store.read(|db| {
            let mut told = |(id, row)| tell_comment(db, id, row, id.number() > mark, &around, &mut lines);
            rows.iter().map(|(id, row)| (*id, row)).try_for_each(&mut told)
        })?;
        self.write(COMMENTS, last, lines)?;
        Ok(true)
    }

    /// Stores how far was read of what concerned nobody.
    fn keep(&mut self) -> Result<(), StoreError> {
        let read = std::mem::take(&mut self.read);
        read.into_iter().try_for_each(|(name, upto)| self.store.note(|db| db.set_setting(name, &upto.to_string())))
    }

    /// Writes what people are told, of what they want to be told, together with how far was read. What concerns nobody is not worth a commit of
    /// its own each time.
    fn write(&mut self, name: &'static str, upto: u64, lines: Lines) -> Result<(), StoreError> {
        if lines.is_empty() {
            self.read.insert(name, upto);
            return Ok(());
        }
        let people = self.store.read(Connection::people)?;
        let active: BTreeSet<UserId> =
            people.iter().filter(|(person, _)| person.ended_at.is_none()).map(|(person, _)| person.id).collect();
        let mut told: BTreeMap<UserId, (Vec<NoticeKind>, Timestamp)> = BTreeMap::new();
        self.store.note(|db| {
            db.begin()?;
            for (person, row) in lines.all().filter(|(person, _)| active.contains(person)) {
                let off = match told.get(&person) {
                    Some((off, _)) => off.clone(),
                    None => db.notices_off(person)?,
                };
                if off.contains(&row.kind) {
                    continue;
                }
                db.add_notice(person, &row, row.at.plus_ms(-TOGETHER_MS))?;
                told.insert(person, (off, row.at));
            }
            for (person, (_, at)) in &told {
                db.trim_notices(*person, at.plus_ms(-KEPT_MS), KEPT)?;
            }
            db.set_setting(name, &upto.to_string())?;
            db.batch("COMMIT")
        })?;
        self.read.remove(name);
        let told: Vec<UserId> = told.into_keys().collect();
        if !told.is_empty() {
            (self.heard)(&told);
        }
        Ok(())
    }
}

fn tell_change(db: &mut Connection, one: &Logged, around: &Around, lines: &mut Lines) -> Result<(), StoreError> {
    let Logged { at, entry, .. } = one;
    let RecordEntry { object, record, act, batch, .. } = entry;
    let actor: Option<UserId> = entry.actor.parse().ok();
    let owner = around.owners.get(record).copied();
    let line = |kind| NoticeRow {
        kind,
        object: *object,
        record: *record,
        comment: None,
        actor: entry.actor.clone(),
        batch: *batch,
        count: 1,
        at: *at,
        unread: true,
    };
    let handed = match act {
        RecordAct::Erased | RecordAct::Destroyed(_) => return Ok(()),
        RecordAct::Added => Some((None, owner)), // whoever has it by now was not told of another
        RecordAct::Changed => handed(db, entry)?,
        RecordAct::Trashed
        | RecordAct::Restored
        | RecordAct::Attached
        | RecordAct::Filed(_)
        | RecordAct::Detached(_)
        | RecordAct::Reattached(_) => None,
    };
    let new = handed.and_then(|(_, after)| after).filter(|new| Some(*new) == owner && Some(*new) != actor);
    if let Some(new) = new {
        lines.add(new, line(NoticeKind::Owner));
    }
    if *act != RecordAct::Added {
        let mut followers = around.followers(*record, actor);
        let before = handed.and_then(|(before, _)| before).filter(|before| Some(*before) != actor);
        followers.extend(before.filter(|before| !around.refuses(*record, *before)));
        let others = followers.into_iter().filter(|person| Some(*person) != new);
        others.for_each(|person| lines.add(person, line(NoticeKind::Change)));
    }
    Ok(())
}

fn tell_comment(
    db: &mut Connection,
    id: CommentId,
    row: &CommentRow,
    is_new: bool,
    around: &Around,
    lines: &mut Lines,
) -> Result<(), StoreError> {
    let author: Option<UserId> = row.author.parse().ok();
    let line = |kind| NoticeRow {
        kind,
        object: row.object,
        record: row.record,
        comment: Some(id),
        actor: row.author.clone(),
        batch: None,
        count: 1,
        at: row.changed_at.unwrap_or(row.at),
        unread: true,
    };
    let mut mentioned = BTreeSet::new();
    for person in row.mentions.iter().copied().filter(|person| Some(*person) != author) {
        let is_off = db.notices_off(person)?.contains(&NoticeKind::Mention);
        if !is_off && !db.has_mention(person, row.record, id)? {
            lines.add(person, line(NoticeKind::Mention));
            mentioned.insert(person);
        }
    }
    if is_new {
        let others = around.followers(row.record, author).into_iter().filter(|person| !mentioned.contains(person));
        others.for_each(|person| lines.add(person, line(NoticeKind::Comment)));
    }
    Ok(())
}
