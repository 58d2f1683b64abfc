//! Wrapped keys: one per identity, one per bucket under it, and the export signer.

use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, OptionalExtension, params};

use crate::crypto::{Broken, KeyBytes, Parent, random, random_key, unwrap, wrap};
use crate::db::Database;
use crate::error::{StartError, VaultError};
use crate::item::IdentityAlias;
use crate::ring::{Bucket, Place, Ring, bucket_context, subject_context};
use crate::root;

const SUBJECT: &[u8] = b"subject";
const BUCKET: &[u8] = b"bucket";
const SIGNER: &[u8] = b"export signer";
const OBJECT: &[u8] = b"waiting object";

/// Why a key is not to be had.
#[derive(Debug)]
pub(crate) enum NoKey {
    /// It was destroyed or never was.
    Gone,
    /// The wrapped bytes are not what was wrapped.
    Broken,
    /// The database failed.
    Storage(VaultError),
}

impl From<rusqlite::Error> for NoKey {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<Broken> for NoKey {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

/// Opens or makes the key database and reads the root key. Gives the writer's connection, the ring
/// and the epoch.
pub(crate) fn open(
    raw_dir: &Path,
    key_file: &Path,
    region: &str,
    now_ms: i64,
) -> Result<(Connection, Ring, u32), StartError> {
    let mut db = Database::Keys.open(raw_dir)?;
    let region = Place::region(region).ok_or(StartError::Region)?;
    let known = fact(&db, "workspace")?;
    let root = root::read_or_create(key_file, known.is_none())?;
    let workspace = match known.and_then(|bytes| bytes.try_into().ok()) {
        Some(workspace) => workspace,
        None => random()?,
    };
    let ring = Ring::new(&root, Place { workspace, region });
    match fact(&db, "root check")? {
        None => found(&mut db, &ring, now_ms)?,
        Some(_) if fact(&db, "region")?.as_deref() != Some(&region[..]) => {
            return Err(StartError::Region);
        }
        Some(check) if check != ring.check() => return Err(StartError::WrongKeyFile),
        Some(_) => {}
    }
    let epoch = db.query_row("SELECT max(epoch) FROM epochs", [], |row| row.get(0))?;
    Ok((db, ring, epoch))
}

fn fact(db: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    db.query_row("SELECT value FROM facts WHERE name = ?1", [name], |row| row.get(0)).optional()
}

/// First run: the facts of this data, the first epoch and the export signer, in one commit.
fn found(db: &mut Connection, ring: &Ring, now_ms: i64) -> Result<(), StartError> {
    let seed = random_key()?;
    let wrapped = wrap(&ring.epoch(1), SIGNER, &ring.place.workspace, &seed)?;
    let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let tx = db.transaction()?;
    let facts: [(&str, &[u8]); 3] =
        [("workspace", &ring.place.workspace), ("region", &ring.place.region), ("root check", &ring.check())];
    for (name, value) in facts {
        tx.execute("INSERT INTO facts VALUES (?1, ?2)", params![name, value])?;
    }
    tx.execute("INSERT INTO epochs VALUES (1, ?1)", [now_ms])?;
    tx.execute("INSERT INTO signers VALUES (1, 1, ?1, ?2, ?3)", params![wrapped, public, now_ms])?;
    Ok(tx.commit()?)
}

/// The key of a bucket, for opening.
pub(crate) fn bucket(db: &Connection, ring: &Ring, bucket: &Bucket) -> Result<Parent, NoKey> {
    let subject = find_subject(db, ring, &bucket.alias)?.ok_or(NoKey::Gone)?;
    find_bucket(db, ring, &subject, bucket)?.ok_or(NoKey::Gone)
}

/// The key of a bucket, made with its subject key when it is new. The caller commits before
/// anything is sealed with it.
pub(crate) fn bucket_or_new(db: &Connection, ring: &Ring, epoch: u32, bucket: &Bucket) -> Result<Parent, NoKey> {
    let subject = match find_subject(db, ring, &bucket.alias)? {
        Some(subject) => subject,
        None => add_subject(db, ring, epoch, &bucket.alias)?,
    };
    if let Some(key) = find_bucket(db, ring, &subject, bucket)? {
        return Ok(key);
    }
    let key = random_key().map_err(NoKey::Storage)?;
    let wrapped = wrap(&subject, BUCKET, &bucket_context(&ring.place, bucket), &key).map_err(NoKey::Storage)?;
    db.prepare_cached("INSERT INTO buckets VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        bucket.alias.0,
        bucket.category,
        bucket.quarter,
        wrapped
    ])?;
    Ok(Parent::new(&key))
}

fn find_subject(db: &Connection, ring: &Ring, alias: &IdentityAlias) -> Result<Option<Parent>, NoKey> {
    let mut query = db.prepare_cached("SELECT epoch, wrapped FROM subjects WHERE alias = ?1")?;
    let row: Option<(u32, Vec<u8>)> = query.query_row([alias.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((epoch, wrapped)) = row else { return Ok(None) };
    let key = unwrap(&ring.epoch(epoch), SUBJECT, &subject_context(&ring.place, epoch, alias), &wrapped)?;
    Ok(Some(Parent::new(&key)))
}

fn add_subject(db: &Connection, ring: &Ring, epoch: u32, alias: &IdentityAlias) -> Result<Parent, NoKey> {
    let key = random_key().map_err(NoKey::Storage)?;
    let context = subject_context(&ring.place, epoch, alias);
    let wrapped = wrap(&ring.epoch(epoch), SUBJECT, &context, &key).map_err(NoKey::Storage)?;
    db.prepare_cached("INSERT INTO subjects VALUES (?1, ?2, ?3)")?.execute(params![alias.0, epoch, wrapped])?;
    Ok(Parent::new(&key))
}

fn find_bucket(db: &Connection, ring: &Ring, subject: &Parent, bucket: &Bucket) -> Result<Option<Parent>, NoKey> {
    let mut query =
        db.prepare_cached("SELECT wrapped FROM buckets WHERE alias = ?1 AND category = ?2 AND quarter = ?3")?;
    let wrapped: Option<Vec<u8>> =
        query.query_row(params![bucket.alias.0, bucket.category, bucket.quarter], |row| row.get(0)).optional()?;
    let Some(wrapped) = wrapped else { return Ok(None) };
    let key = unwrap(subject, BUCKET, &bucket_context(&ring.place, bucket), &wrapped)?;
    Ok(Some(Parent::new(&key)))
}

/// Deletes an identity's own key and every bucket key under it. The caller commits and checkpoints.
pub(crate) fn remove_identity(db: &Connection, alias: &IdentityAlias) -> rusqlite::Result<usize> {
    let buckets = db.execute("DELETE FROM buckets WHERE alias = ?1", [alias.0])?;
    Ok(buckets + db.execute("DELETE FROM subjects WHERE alias = ?1", [alias.0])?)
}

/// Writes everything back into the database file and cuts the log to nothing, so that no
/// overwritten key stays in it.
pub(crate) fn forget_log(db: &Connection) -> Result<(), VaultError> {
    let busy: i32 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(VaultError::Storage(rusqlite::ffi::SQLITE_BUSY)) }
}

/// Wraps the key of an uploaded object that waits to be bound.
pub(crate) fn wrap_waiting(ring: &Ring, epoch: u32, id: &[u8; 16], key: &KeyBytes) -> Result<Vec<u8>, VaultError> {
    wrap(&ring.epoch(epoch), OBJECT, id, key)
}

/// Unwraps what [`wrap_waiting`] wrapped.
pub(crate) fn unwrap_waiting(ring: &Ring, epoch: u32, id: &[u8; 16], wrapped: &[u8]) -> Result<KeyBytes, Broken> {
    unwrap(&ring.epoch(epoch), OBJECT, id, wrapped)
}

/// Signs with the export key, which is unwrapped for this call only.
pub(crate) fn sign(db: &Connection, ring: &Ring, message: &[u8]) -> Result<[u8; 64], VaultError> {
    let (epoch, wrapped): (u32, Vec<u8>) =
        db.query_row("SELECT epoch, wrapped FROM signers ORDER BY id DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let seed = unwrap(&ring.epoch(epoch), SIGNER, &ring.place.workspace, &wrapped)
        .map_err(|Broken| VaultError::Tampered { index: 0 })?;
    Ok(SigningKey::from_bytes(&seed).sign(message).to_bytes())
}

/// The export key's public half.
pub(crate) fn public(db: &Connection) -> Result<[u8; 32], VaultError> {
    Ok(db.query_row("SELECT public FROM signers ORDER BY id DESC LIMIT 1", [], |row| row.get(0))?)
}
