//! The one thread that writes blocks and keys. Calls that wait together share a flush.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use rusqlite::params;

use crate::error::VaultError;
use crate::item::{IdentityAlias, PutOutcome, RawRef};
use crate::keys;
use crate::limits;
use crate::object::Objects;
use crate::seal::{Batch, Sealer};
use crate::server::Clock;

/// Where an answer goes. One place, so sending never waits.
pub(crate) type Answer<T> = SyncSender<Result<T, VaultError>>;

/// What the thread is asked to do.
pub(crate) enum Job {
    Seal(Batch, Answer<Vec<RawRef>>),
    AddObject(FinishedUpload, Answer<PutOutcome>),
    /// Whether attachments that only they bind may wait to be bound anew.
    SweepBlocks(Vec<u64>, bool, Answer<u64>),
    SweepObjects(Answer<u64>),
    DestroyIdentity(IdentityAlias, Answer<u64>),
    Stop,
}

/// An upload that is on disk under its part name.
pub(crate) struct FinishedUpload {
    pub(crate) id: [u8; 16],
    pub(crate) sha256: [u8; 32],
    pub(crate) epoch: u32,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) bytes: u64,
}

/// The thread's state.
pub(crate) struct Writer {
    pub(crate) sealer: Sealer,
    pub(crate) objects: Objects,
    pub(crate) clock: Clock,
}

impl Writer {
    /// Works until it is told to stop. Keys age while it waits.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(Duration::from_secs(1)) {
                Ok(job) => {
                    if !self.work(job, jobs) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.sealer.cache.turn((self.clock)()),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Takes all seals that wait, up to a bound, into one group; any other job ends the group and
    /// comes after it. False when it was to stop.
    fn work(&mut self, first: Job, jobs: &Receiver<Job>) -> bool {
        let (mut group, mut answers, mut items, mut next) = (Vec::new(), Vec::new(), 0, Some(first));
        let mut after = None;
        while let Some(job) = next.take() {
            match job {
                Job::Seal(batch, answer) => {
                    items += batch.len();
                    group.push(batch);
                    answers.push(answer);
                    next = if items < limits::GROUP_ITEMS { jobs.try_recv().ok() } else { None };
                }
                other => after = Some(other),
            }
        }
        if !group.is_empty() {
            let results = self.sealer.seal(&group, (self.clock)());
            answers.iter().zip(results).for_each(|(answer, result)| give(answer, result));
        }
        after.is_none_or(|job| self.single(job))
    }

    fn single(&mut self, job: Job) -> bool {
        match job {
            Job::Stop => return false,
            Job::AddObject(upload, answer) => give(&answer, self.add_object(&upload)),
            Job::SweepBlocks(blocks, may_wait, answer) => give(&answer, self.sweep_blocks(&blocks, may_wait)),
            Job::SweepObjects(answer) => give(&answer, self.sweep_objects()),
            Job::DestroyIdentity(alias, answer) => give(&answer, self.destroy_identity(&alias)),
            Job::Seal(batch, answer) => {
                let mut results = self.sealer.seal(&[batch], (self.clock)());
                results.drain(..).for_each(|result| give(&answer, result));
            }
        }
        true
    }

    fn add_object(&self, upload: &FinishedUpload) -> Result<PutOutcome, VaultError> {
        if self.sealer.waiting(&upload.sha256)?.is_some() {
            self.objects.remove(&upload.id)?;
            return Ok(PutOutcome::AlreadyThere);
        }
        self.objects.keep(&upload.id)?;
        let name = self.sealer.ring.object_name(&upload.sha256);
        let FinishedUpload { id, epoch, wrapped, bytes, .. } = upload;
        self.sealer.keys.execute(
            "INSERT INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![id, &*name, epoch, wrapped, bytes, (self.clock)()],
        )?;
        Ok(PutOutcome::Stored)
    }

    fn sweep_blocks(&mut self, blocks: &[u64], may_wait: bool) -> Result<u64, VaultError> {
        let tx = self.sealer.raw.transaction()?;
        let (mut swept, mut objects) = (0, Vec::new());
        for block in blocks {
            let mut unbind = tx.prepare_cached("DELETE FROM bindings WHERE block = ?1 RETURNING object")?;
            let unbound = unbind.query_map([block], |row| row.get(0))?;
            objects.extend(unbound.collect::<Result<Vec<[u8; 16]>, _>>()?);
            swept += tx.prepare_cached("DELETE FROM blocks WHERE id = ?1")?.execute([block])?;
        }
        tx.commit()?;
        for id in objects {
            if !(self.is_bound(&id)? || may_wait && self.is_waiting(&id)?) {
                self.remove_object(&id)?;
            }
        }
        Ok(swept as u64)
    }

    /// A day after upload the vault forgets its own copy of an object's key; an object that nothing
    /// binds goes altogether.
    fn sweep_objects(&mut self) -> Result<u64, VaultError> {
        let before_ms = (self.clock)().saturating_sub(limits::UNBOUND_MS);
        let mut swept = 0;
        for id in self.objects_before(before_ms)? {
            if self.is_bound(&id)? {
                self.sealer.keys.execute("UPDATE objects SET wrapped = NULL WHERE id = ?1", [id])?;
            } else {
                self.remove_object(&id)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn objects_before(&self, before_ms: i64) -> Result<Vec<[u8; 16]>, VaultError> {
        let select = "SELECT id FROM objects WHERE created_ms < ?1 AND wrapped IS NOT NULL";
        let mut query = self.sealer.keys.prepare_cached(select)?;
        let ids = query.query_map([before_ms], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    fn is_bound(&self, id: &[u8; 16]) -> Result<bool, VaultError> {
        let mut query = self.sealer.raw.prepare_cached("SELECT 1 FROM bindings WHERE object = ?1")?;
        Ok(query.exists([id])?)
    }

    fn is_waiting(&self, id: &[u8; 16]) -> Result<bool, VaultError> {
        let select = "SELECT 1 FROM objects WHERE id = ?1 AND wrapped IS NOT NULL";
        Ok(self.sealer.keys.prepare_cached(select)?.exists([id])?)
    }

    /// The row first: a file without a row is swept at the next start, a row without a file would
    /// promise too much.
    fn remove_object(&self, id: &[u8; 16]) -> Result<(), VaultError> {
        self.sealer.keys.execute("DELETE FROM objects WHERE id = ?1", [id])?;
        Ok(self.objects.remove(id)?)
    }

    /// Destroys an identity's keys and the attachments that only it has; then cuts the key log, so
    /// that nothing of them is left in the files. May be repeated. Gives the number of keys
    /// destroyed.
    fn destroy_identity(&mut self, alias: &IdentityAlias) -> Result<u64, VaultError> {
        self.sealer.cache.clear();
        let tx = self.sealer.keys.transaction()?;
        let destroyed = keys::remove_identity(&tx, alias)?;
        tx.commit()?;
        let select = "SELECT DISTINCT object FROM bindings WHERE alias = ?1";
        let objects: Vec<[u8; 16]> =
            self.sealer.raw.prepare(select)?.query_map([alias.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        self.sealer.raw.execute("DELETE FROM bindings WHERE alias = ?1", [alias.0])?;
        for id in objects {
            if !self.is_bound(&id)? {
                self.remove_object(&id)?;
            }
        }
        let _turn = self.sealer.turn.take();
        keys::forget_log(&self.sealer.keys)?;
        Ok(destroyed as u64)
    }
}

/// Removes files that no row names, left by a crash between the two. For the start, before anything
/// is uploaded.
pub(crate) fn remove_strays(keys: &rusqlite::Connection, objects: &Objects) -> Result<(), VaultError> {
    let mut known = keys.prepare("SELECT 1 FROM objects WHERE id = ?1")?;
    for id in objects.ids()? {
        if !known.exists([id])? {
            objects.remove(&id)?;
        }
    }
    Ok(())
}

fn give<T>(answer: &Answer<T>, result: Result<T, VaultError>) {
    // The asker may have gone away; what was done stays done.
    let _ = answer.try_send(result);
}
