//! Keeping the search index true: a thread of its own follows the log, and makes the index anew from the records where it is lacking.
//!
//! The index keeps with each commit up to which change of a record it is true. Whatever came after is taken in at the next start; nothing is lost
//! when a bell goes unheard or the power fails.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ::search::{Document, Index, Mark, SearchError, Writer};
use base::{ObjectId, RecordId};
use domain::object::{Cell, FieldNumber, Object, Objects};
use pipeline::Committed;
use serde::Serialize;
use store::record::feed::Touched;
use store::{RecordRow, Store, StoreError};
use utoipa::ToSchema;

use super::texts;

/// How long is waited after a change for others that come with it.
const GATHER: Duration = Duration::from_millis(100);
/// How long changes are taken in before they are shown.
const SHOW: Duration = Duration::from_millis(400);
/// How many records are read at a time.
const BATCH: u32 = 2_000;
/// After how many records an index that is being made is written.
const WRITE: u64 = 100_000;
/// How long is waited before what failed is tried again.
const AGAIN: Duration = Duration::from_secs(3);

/// How the search index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IndexState {
    /// It is true of everything up to a moment ago.
    Ready,
    /// It is being made, or brought up to date: not everything is found yet.
    Building,
    /// It cannot be read or written: only customers are found.
    #[default]
    Away,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rung {
    changed: bool,
    schema: bool,
    over: bool,
}

/// What tells the follower that something was committed. Clones are the same bell.
#[derive(Clone, Default)]
pub struct Bell(Arc<(Mutex<Rung>, Condvar)>);

impl Bell {
    fn set(&self, f: impl FnOnce(&mut Rung)) {
        let (rung, rings) = &*self.0;
        f(&mut rung.lock().unwrap_or_else(PoisonError::into_inner));
        rings.notify_all();
    }

    /// Says that it is over.
    pub(crate) fn end(&self) {
        self.set(|rung| rung.over = true);
    }

    /// Hears of a commit.
    pub fn ring(&self, done: &Committed) {
        if !done.records.is_empty() || done.schema {
            self.set(|rung| {
                rung.changed = true;
                rung.schema |= done.schema;
            });
        }
    }

    /// Waits until it is rung; false when it is over.
    pub(crate) fn wait(&self) -> bool {
        let (rung, rings) = &*self.0;
        let waits = |rung: &mut Rung| !rung.changed && !rung.over;
        let lock = rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lock = rings.wait_while(lock, waits).unwrap_or_else(PoisonError::into_inner);
        lock.changed = false;
        !lock.over
    }

    /// Whether an object was made or changed since this was last asked.
    pub(crate) fn has_new_schema(&self) -> bool {
        std::mem::take(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner).schema)
    }

    /// Waits for so long, unless it is over.
    pub(crate) fn pause(&self, time: Duration) {
        let (rung, rings) = &*self.0;
        let lock = rung.lock().unwrap_or_else(PoisonError::into_inner);
        drop(rings.wait_timeout_while(lock, time, |rung| !rung.over));
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).over
    }
}

#[derive(Default)]
struct Shared {
    state: IndexState,
    index: Option<Index>,
}

/// The search index of a workspace. Dropping it ends the thread that keeps it true.
#[derive(Default)]
pub struct Searching {
    shared: Arc<Mutex<Shared>>,
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

impl Searching {
    /// None: for what opens a workspace and looks for nothing. What it changes is taken in when the index is opened next.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// Begins to keep the index of a folder true, as the bell is rung.
    #[must_use]
    pub fn start(folder: PathBuf, store: Arc<Store>, bell: Bell) -> Self {
        let shared = Arc::new(Mutex::new(Shared { state: IndexState::Building, index: None }));
        let follower =
            Follower { folder, store, bell: bell.clone(), shared: Arc::clone(&shared), objects: None, cleared: 0 };
        let thread = std::thread::Builder::new().name("search".to_owned()).spawn(move || follower.run());
        let thread = thread.inspect_err(|error| tracing::error!(%error, "the search index has no thread")).ok();
        Self { shared, bell, thread }
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> IndexState {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).state
    }

    /// The index, and how it is.
    pub(super) fn index(&self) -> (Option<Index>, IndexState) {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        (shared.index.clone(), shared.state)
    }
}

impl Drop for Searching {
    fn drop(&mut self) {
        self.bell.end();
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The thread that keeps the index true.
struct Follower {
    folder: PathBuf,
    store: Arc<Store>,
    bell: Bell,
    shared: Arc<Mutex<Shared>>,
    /// The objects as they were last read; none when they have changed since.
    objects: Option<Objects>,
    /// The last erasure of whose texts no file has anything left.
    cleared: u64,
}

impl Follower {
    fn run(mut self) {
        loop {
            // A file that is damaged while it is in use makes the library panic: then, too, the index is opened again.
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.follow())) {
                Ok(Ok(())) => return,
                Ok(Err(error)) => tracing::warn!(%error, "the search index is opened again"),
                Err(_) => tracing::error!("the search index failed and is opened again"),
            }
            self.show(IndexState::Away, None);
            self.bell.pause(AGAIN);
            self.objects = None;
        }
    }

    fn show(&self, state: IndexState, index: Option<&Index>) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        *shared = Shared { state, index: index.cloned() };
    }

    /// Follows the log until it is over.
    fn follow(&mut self) -> Result<(), FollowError> {
        if self.bell.is_over() {
            return Ok(());
        }
        let (index, mut writer, mark) = Index::open(&self.folder)?;
        self.cleared = mark.map_or(0, |mark| mark.cleared);
        self.show(IndexState::Building, Some(&index));
        let mut seq = match mark {
            Some(mark) if self.is_of_this_log(mark)? => mark.seq,
            _ => match self.build(&mut writer)? {
                Some(seq) => seq,
                None => return Ok(()),
            },
        };
        loop {
            let erased = self.store.read(store::Connection::erased_at)?; // what is erased from here on is cleared the next time
            self.catch_up(&mut writer, &mut seq)?;
            self.show(IndexState::Ready, Some(&index));
            self.clear(&mut writer, seq, erased)?;
            if !self.bell.wait() {
                return Ok(());
            }
            self.bell.pause(GATHER);
        }
    }

    /// Whether the log is the one that the index followed: a database that was put back from a copy has others at its places.
    fn is_of_this_log(&self, mark: Mark) -> Result<bool, StoreError> {
        let at = self.store.read(|db| db.committed_at(mark.seq))?;
        Ok(mark.seq == 0 || at.is_some_and(|at| at.ms() == mark.at))
    }

    fn mark(&self, seq: u64) -> Result<Mark, StoreError> {
        let at = self.store.read(|db| db.committed_at(seq))?;
        Ok(Mark { seq, at: at.map_or(0, base::Timestamp::ms), cleared: self.cleared })
    }

    fn objects(&mut self) -> Result<Objects, StoreError> {
        if let Some(objects) = &self.objects {
            return Ok(objects.clone());
        }
        let objects = self.store.read(store::Connection::objects)?;
        self.objects = Some(objects.clone());
        Ok(objects)
    }

    /// Makes the index of all records there are; tells up to where in the log they were, or nothing when it is over before.
    fn build(&mut self, writer: &mut Writer) -> Result<Option<u64>, FollowError> {
        let began = Instant::now();
        self.cleared = 0;
        writer.clear()?;
        let seq = self.store.read(store::Connection::next_seq)?.saturating_sub(1);
        let (objects, mut count) = (self.objects()?, 0);
        // Customers are found by what the database keeps for them.
        for object in objects.iter().filter(|object| !object.is_of_customers()) {
            let mut after = RecordId::new(0);
            loop {
                let page = self.store.read(|db| db.records_after(object, after, BATCH))?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                for (id, row) in page.iter().filter(|(_, row)| row.trashed_at.is_none()) {
                    with_document(object, *id, row, |document| writer.add(document))?;
                    count += 1;
                    if count % WRITE == 0 {
                        writer.commit(None)?;
                    }
                }
                if self.bell.is_over() {
                    return Ok(None);
                }
            }
        }
        writer.commit(Some(self.mark(seq)?))?;
        if count > 0 {
            tracing::info!(records = count, seconds = began.elapsed().as_secs_f64(), "the search index was made anew");
        }
        Ok(Some(seq))
    }

    /// Takes in what changed after a place.
    fn catch_up(&mut self, writer: &mut Writer, seq: &mut u64) -> Result<(), FollowError> {
        let (mut shown, mut waits) = (Instant::now(), false);
        loop {
            let touched = self.store.read(|db| db.touched_after(*seq, BATCH))?;
            // What is read here was committed after its object: the bell has been rung for that by now.
            if self.bell.has_new_schema() {
                self.objects = None;
            }
            let is_all = touched.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            if let Some(last) = touched.last() {
                *seq = last.seq;
                waits = true;
                self.take_in(writer, &touched)?;
            }
            if waits && (is_all || shown.elapsed() > SHOW) {
                writer.commit(Some(self.mark(*seq)?))?;
                (shown, waits) = (Instant::now(), false);
            }
            if is_all || self.bell.is_over() {
                return Ok(());
            }
        }
    }

    /// Writes anew what has anything left in it of what was erased up to a place.
    fn clear(&mut self, writer: &mut Writer, seq: u64, erased: u64) -> Result<(), FollowError> {
        if erased > self.cleared {
            writer.forget(&[])?;
            self.cleared = erased;
            writer.commit(Some(self.mark(seq)?))?;
        }
        Ok(())
    }

    fn take_in(&mut self, writer: &mut Writer, touched: &[Touched]) -> Result<(), FollowError> {
        let mut by_object: BTreeMap<Option<ObjectId>, Vec<RecordId>> = BTreeMap::new();
        for one in touched {
            by_object.entry(one.object).or_default().push(one.record);
        }
        for (object, mut ids) in by_object {
            ids.sort_unstable();
            ids.dedup();
            ids.iter().for_each(|id| writer.remove(id.number()));
            let Some(id) = object else { continue };
            if self.objects()?.by_id(id).is_none() {
                self.objects = None; // it was made a moment ago
            }
            let object = self.objects()?.by_id(id).filter(|object| !object.is_of_customers()).cloned();
            let Some(object) = object else { continue };
            for (id, row) in self.store.read(|db| db.records_by_id(&object, &ids))? {
                if row.trashed_at.is_none() {
                    with_document(&object, id, &row, |document| writer.add(document))?;
                }
            }
        }
        Ok(())
    }
}

fn number(row: &RecordRow, field: FieldNumber) -> Option<i64> {
    match row.cells.get(&field) {
        Some(Cell::Int(number)) => Some(*number),
        _ => None,
    }
}

fn with_document<T>(object: &Object, id: RecordId, row: &RecordRow, f: impl FnOnce(&Document<'_>) -> T) -> T {
    let texts = texts::all(object, row);
    let texts: Vec<_> = texts.iter().map(|text| (text.kind, text.text.as_ref())).collect();
    f(&Document {
        id: id.number(),
        group: object.id.number(),
        owner: number(row, FieldNumber::OWNER).map_or(0, i64::cast_unsigned),
        at: number(row, FieldNumber::CHANGED).unwrap_or(0),
        texts: &texts,
    })
}
