//! Sealing: keys first, then blocks, several calls under one flush.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::block::{BlockBuilder, BoundObject, SealedBody, SealedHead};
use crate::cache::Cache;
use crate::copier::Turn;
use crate::crypto::{Broken, Parent};
use crate::error::{Limited, VaultError};
use crate::item::{RawRef, SealBody, SealItem};
use crate::keys::{self, NoKey};
use crate::limits;
use crate::quarter::quarter_of;
use crate::ring::{Bucket, Ring};

/// What the sealing thread works with.
pub(crate) struct Sealer {
    pub(crate) raw: Connection,
    pub(crate) keys: Connection,
    pub(crate) ring: std::sync::Arc<Ring>,
    pub(crate) epoch: u32,
    pub(crate) cache: Cache,
    pub(crate) turn: Turn,
}

/// One call's items.
pub(crate) type Batch = Vec<SealItem>;
/// The keys of a group of batches.
type GroupKeys = HashMap<Bucket, Parent>;
/// A bound object as the database knows it: id, epoch, wrapped key, bytes.
type WaitingRow = ([u8; 16], u32, Vec<u8>, u64);

/// Refuses a batch that is too large in any way.
pub(crate) fn check(items: &[SealItem]) -> Result<(), VaultError> {
    let over = |what, max: usize| Err(VaultError::Limit { what, max: max as u64 });
    if items.len() > limits::SEAL_ITEMS {
        return over(Limited::Items, limits::SEAL_ITEMS);
    }
    for item in items {
        if matches!(&item.body, SealBody::Bytes(bytes) if bytes.len() > limits::RECORD_BYTES) {
            return over(Limited::RecordBytes, limits::RECORD_BYTES);
        }
        let name = item.name.as_ref().map_or(0, String::len);
        if item.media_type.len().max(name) > limits::TEXT_BYTES {
            return over(Limited::TextBytes, limits::TEXT_BYTES);
        }
    }
    Ok(())
}

fn bucket_of(item: &SealItem) -> Bucket {
    Bucket { alias: item.identity, category: item.category.code(), quarter: quarter_of(item.time_ms) }
}

impl Sealer {
    /// Seals a group of batches, each into a block of its own, under one flush, or two when there
    /// were new keys. A batch that fails by itself fails alone; when the disk fails, all do.
    pub(crate) fn seal(&mut self, group: &[Batch], now_ms: i64) -> Vec<Result<Vec<RawRef>, VaultError>> {
        self.cache.turn(now_ms);
        self.seal_group(group, now_ms).unwrap_or_else(|error| group.iter().map(|_| Err(error.clone())).collect())
    }

    fn seal_group(&mut self, group: &[Batch], now_ms: i64) -> Result<Vec<Result<Vec<RawRef>, VaultError>>, VaultError> {
        let keys = self.group_keys(group)?;
        let raw = self.raw.unchecked_transaction()?;
        let mut results = Vec::with_capacity(group.len());
        for batch in group {
            let save = raw.prepare_cached("SAVEPOINT batch")?.execute([]);
            let sealed = save.map_err(Into::into).and_then(|_| self.seal_batch(&keys, batch, now_ms));
            let end = if sealed.is_ok() { "RELEASE batch" } else { "ROLLBACK TO batch" };
            raw.prepare_cached(end)?.execute([])?;
            results.push(sealed);
        }
        raw.commit()?;
        Ok(results)
    }

    /// The bucket keys of a group, those that are new written and flushed.
    fn group_keys(&mut self, group: &[Batch]) -> Result<GroupKeys, VaultError> {
        let mut keys = GroupKeys::new();
        let mut found = Vec::new();
        let tx = self.keys.unchecked_transaction()?;
        for bucket in group.iter().flatten().map(bucket_of) {
            if keys.contains_key(&bucket) {
                continue;
            }
            let key = match self.cache.get(&bucket) {
                Some(key) => key.clone(),
                None => {
                    found.push(bucket);
                    keys::bucket_or_new(&tx, &self.ring, self.epoch, &bucket).map_err(no_key)?
                }
            };
            keys.insert(bucket, key);
        }
        tx.commit()?;
        for bucket in found {
            keys.get(&bucket).into_iter().for_each(|key| self.cache.insert(bucket, key.clone()));
        }
        Ok(keys)
    }

    fn seal_batch(&self, keys: &GroupKeys, batch: &Batch, now_ms: i64) -> Result<Vec<RawRef>, VaultError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let bytes = batch.iter().map(|item| body(item).len()).sum();
        let mut block = BlockBuilder::new(self.ring.place, batch.len(), bytes)?;
        let mut bound = Vec::new();
        for (index, item) in batch.iter().enumerate() {
            let (sealed, object) = self.sealed_body(index, item)?;
            bound.extend(object.map(|id| (id, item.identity)));
            let (media_type, name) = (item.media_type.as_str().into(), item.name.as_deref().map(Into::into));
            let head = SealedHead { time_ms: item.time_ms, media_type, name, body: sealed };
            let bucket = bucket_of(item);
            let key = keys.get(&bucket).ok_or(VaultError::Storage(0))?;
            block.push(key, bucket, item.record, &head, body(item))?;
        }
        let records = u32::try_from(batch.len()).map_err(|_| VaultError::Protocol)?;
        let mut insert =
            self.raw.prepare_cached("INSERT INTO blocks (sealed_ms, records, body) VALUES (?1, ?2, ?3)")?;
        let id = insert.insert(params![now_ms, records, block.finish()])?;
        for (object, alias) in bound {
            let mut bind = self.raw.prepare_cached("INSERT OR IGNORE INTO bindings VALUES (?1, ?2, ?3)")?;
            bind.execute(params![object, alias.0, id])?;
        }
        let block = u64::try_from(id).map_err(|_| VaultError::Storage(0))?;
        Ok((0..records).map(|index| RawRef { block, index }).collect())
    }

    fn sealed_body(&self, index: usize, item: &SealItem) -> Result<(SealedBody, Option<[u8; 16]>), VaultError> {
        let SealBody::Object { sha256 } = &item.body else { return Ok((SealedBody::Inline, None)) };
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let (id, epoch, wrapped, bytes) = self.waiting(sha256)?.ok_or(VaultError::ObjectMissing { index })?;
        let key =
            keys::unwrap_waiting(&self.ring, epoch, &id, &wrapped).map_err(|Broken| VaultError::Tampered { index })?;
        Ok((SealedBody::Object(BoundObject { id, key: *key, bytes }), Some(id)))
    }

    /// The object of that hash whose key the vault still has.
    pub(crate) fn waiting(&self, sha256: &[u8; 32]) -> Result<Option<WaitingRow>, VaultError> {
        let name = self.ring.object_name(sha256);
        let mut query = self.keys.prepare_cached(
            "SELECT id, epoch, wrapped, bytes FROM objects WHERE name = ?1 AND wrapped IS NOT NULL LIMIT 1",
        )?;
        let row = query.query_row([&*name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        Ok(row.optional()?)
    }
}

fn body(item: &SealItem) -> &[u8] {
    match &item.body {
        SealBody::Bytes(bytes) => bytes,
        SealBody::Object { .. } => &[],
    }
}

fn no_key(error: NoKey) -> VaultError {
    match error {
        NoKey::Storage(error) => error,
        NoKey::Gone | NoKey::Broken => VaultError::Tampered { index: 0 },
    }
}
