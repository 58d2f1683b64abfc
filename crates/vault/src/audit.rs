//! The log of openings: each row holds the hash of the one before it.
//!
//! A row is on disk before any key is unwrapped. The chain shows a changed, removed or inserted
//! row; a cut end shows when the [`AuditHead`] was kept elsewhere, in the app's log or with the customer.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::Database;
use crate::error::VaultError;
use crate::grant::{Basis, Denial, Grant, Purpose};
use crate::item::{IdentityAlias, OpenRef};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditAct {
    /// Originals were opened, or would have been if they were whole.
    Opened,
    /// An opening was asked for and denied.
    Denied(Denial),
    /// An identity's keys were destroyed.
    Erased,
    /// Sealed blocks that no log entry refers to were deleted.
    Swept,
}

/// Under which grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditGrant {
    /// The grant's id.
    pub id: [u8; 16],
    /// What for.
    pub purpose: Purpose,
    /// What permitted it.
    pub basis: Basis,
    /// Who: a seat or workflow id.
    pub actor: String,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Place in the log, counted from 1 without gaps.
    pub seq: u64,
    /// When, in milliseconds since 1970 UTC by the vault's clock.
    pub time_ms: i64,
    /// What was done.
    pub act: AuditAct,
    /// Under which grant; none for the vault's own acts.
    pub grant: Option<AuditGrant>,
    /// Whose originals.
    pub identities: Vec<IdentityAlias>,
    /// How many records, or blocks for a sweep.
    pub count: u32,
    /// SHA-256 over the records in the order asked for: alias, record id, block, index.
    pub records: [u8; 32],
    /// Hash of the row before; noughts for the first.
    pub previous: [u8; 32],
    /// Hash of this row.
    pub hash: [u8; 32],
}

/// The log's length and last hash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// Rows in the log.
    pub rows: u64,
    /// Hash of the last; noughts when there is none.
    pub hash: [u8; 32],
}

/// A row before it has a place.
#[derive(Serialize, Deserialize)]
pub(crate) struct Draft {
    time_ms: i64,
    act: AuditAct,
    grant: Option<AuditGrant>,
    identities: Vec<IdentityAlias>,
    count: u32,
    records: [u8; 32],
}

/// Version of a row's body on disk.
const BODY: u8 = 1;

impl Draft {
    /// An opening, allowed or denied.
    pub(crate) fn opening(
        grant: &Grant,
        wanted: BTreeSet<IdentityAlias>,
        refs: &[OpenRef],
        verdict: Result<(), Denial>,
        time_ms: i64,
    ) -> Self {
        let act = verdict.map_or_else(AuditAct::Denied, |()| AuditAct::Opened);
        let Grant { id, purpose, basis, actor, .. } = grant.clone();
        let mut records = Sha256::new();
        for (alias, record, place) in refs {
            records.update(alias.0);
            records.update(record.0);
            records.update(place.block.to_le_bytes());
            records.update(place.index.to_le_bytes());
        }
        Self {
            time_ms,
            act,
            grant: Some(AuditGrant { id, purpose, basis, actor }),
            identities: wanted.into_iter().collect(),
            count: u32::try_from(refs.len()).unwrap_or(u32::MAX),
            records: records.finalize().into(),
        }
    }

    /// An act of the vault itself.
    pub(crate) fn own(act: AuditAct, identities: Vec<IdentityAlias>, count: u32, time_ms: i64) -> Self {
        Self { time_ms, act, grant: None, identities, count, records: [0; 32] }
    }
}

/// The hash that chains a row to the one before.
fn chain(previous: &[u8; 32], seq: u64, body: &[u8]) -> [u8; 32] {
    let digest = Sha256::new().chain_update(b"jingwei audit\0").chain_update(previous);
    digest.chain_update(seq.to_le_bytes()).chain_update(body).finalize().into()
}

/// The log, open for appending.
pub(crate) struct AuditLog {
    db: Connection,
}

impl AuditLog {
    pub(crate) fn new(db: Connection) -> Self {
        Self { db }
    }

    /// Appends a row. On return it is on disk.
    pub(crate) fn append(&mut self, draft: &Draft) -> Result<(), VaultError> {
        let body = postcard::to_extend(draft, vec![BODY]).map_err(|_| VaultError::Protocol)?;
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let head = head(&tx)?;
        let seq = head.rows + 1;
        let hash = chain(&head.hash, seq, &body);
        tx.prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")?.execute(params![seq, body, hash])?;
        for alias in &draft.identities {
            tx.prepare_cached("INSERT INTO entry_aliases VALUES (?1, ?2)")?.execute(params![alias.0, seq])?;
        }
        Ok(tx.commit()?)
    }
}

/// The last row's place and hash.
pub(crate) fn head(db: &Connection) -> Result<AuditHead, VaultError> {
    let mut query = db.prepare_cached("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1")?;
    let head = query.query_row([], |row| Ok(AuditHead { rows: row.get(0)?, hash: row.get(1)? })).optional()?;
    Ok(head.unwrap_or_default())
}

/// Rows about any of these identities, or about anyone when none is given; newest first.
pub(crate) fn list(db: &Connection, aliases: &[IdentityAlias], limit: u32) -> Result<Vec<AuditRow>, VaultError> {
    let select = "SELECT e.seq, e.body, e.hash, p.hash FROM entries e LEFT JOIN entries p ON p.seq = e.seq - 1";
    let about = if aliases.is_empty() {
        String::new()
    } else {
        let places = vec!["?"; aliases.len()].join(",");
        format!(" WHERE e.seq IN (SELECT seq FROM entry_aliases WHERE alias IN ({places}))")
    };
    let mut query = db.prepare(&format!("{select}{about} ORDER BY e.seq DESC LIMIT {limit}"))?;
    let mut rows = query.query(params_from_iter(aliases.iter().map(|alias| alias.0)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let previous: Option<[u8; 32]> = row.get(3)?;
        let body: Vec<u8> = row.get(1)?;
        found.push(read(row.get(0)?, &body, row.get(2)?, previous.unwrap_or_default())?);
    }
    Ok(found)
}

fn read(seq: u64, body: &[u8], hash: [u8; 32], previous: [u8; 32]) -> Result<AuditRow, VaultError> {
    let broken = VaultError::AuditBroken { seq };
    let Some((&BODY, body)) = body.split_first() else { return Err(broken) };
    let draft: Draft = postcard::from_bytes(body).map_err(|_| broken)?;
    let Draft { time_ms, act, grant, identities, count, records } = draft;
    Ok(AuditRow { seq, time_ms, act, grant, identities, count, records, previous, hash })
}

/// Walks the whole chain of a raw folder.
///
/// # Errors
/// [`VaultError::AuditBroken`] with the first row that does not fit, [`VaultError::Storage`] when
/// the file cannot be read.
pub fn verify_audit_chain(raw_dir: &Path) -> Result<AuditHead, VaultError> {
    verify(&Database::Audit.read(raw_dir)?)
}

pub(crate) fn verify(db: &Connection) -> Result<AuditHead, VaultError> {
    let mut query = db.prepare("SELECT seq, body, hash FROM entries ORDER BY seq")?;
    let mut rows = query.query([])?;
    let mut head = AuditHead::default();
    while let Some(row) = rows.next()? {
        let seq: u64 = row.get(0)?;
        let body: Vec<u8> = row.get(1)?;
        let hash = chain(&head.hash, seq, &body);
        let stored: Option<[u8; 32]> = row.get(2).ok();
        if seq != head.rows + 1 || stored != Some(hash) {
            return Err(VaultError::AuditBroken { seq: head.rows + 1 });
        }
        head = AuditHead { rows: seq, hash };
    }
    Ok(head)
}
