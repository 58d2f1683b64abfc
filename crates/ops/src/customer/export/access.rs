//! Who opened the customer's originals: the raw zone's own audit, row by row, with the hashes that chain it.

use std::collections::{BTreeMap, HashMap};

use base::{Text, Timestamp};
use serde::Serialize;
use vault::{AuditAct, AuditRow, Client, IdentityAlias, VaultError, limits};

use super::manifest::hex;

/// The most rows in one package.
pub(super) const ROWS_LIMIT: u32 = 50_000;

/// A purpose or a legal basis.
#[derive(Debug, Serialize)]
struct Term {
    /// The term of the W3C Data Privacy Vocabulary.
    iri: &'static str,
    label: Text,
}

/// An opening, or an attempt.
#[derive(Debug, Serialize)]
pub(super) struct Opening {
    row: u64,
    time: Timestamp,
    act: &'static str,
    /// Why it was denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    actor: Option<String>,
    purpose: Option<Term>,
    basis: Option<Term>,
    grant: Option<String>,
    /// The customer's identities among those concerned.
    identities: Vec<String>,
    records: u32,
    records_sha256: String,
    previous: String,
    hash: String,
}

/// The rows about these identities, newest first.
pub(super) fn gather(vault: &Client, labels: &HashMap<IdentityAlias, String>) -> Result<Vec<Opening>, VaultError> {
    let aliases: Vec<IdentityAlias> = labels.keys().copied().collect();
    let mut rows = BTreeMap::new();
    for batch in aliases.chunks(limits::IDENTITIES) {
        rows.extend(vault.audit(batch, ROWS_LIMIT)?.into_iter().map(|row| (row.seq, row)));
    }
    Ok(rows.into_values().rev().map(|row| opening(row, labels)).collect())
}

fn opening(row: AuditRow, labels: &HashMap<IdentityAlias, String>) -> Opening {
    let (act, why) = match row.act {
        AuditAct::Opened => ("opened", None),
        AuditAct::Denied(denial) => ("denied", Some(denial.to_string())),
        AuditAct::Erased => ("erased", None),
        AuditAct::Swept => ("swept", None),
    };
    let term = |iri, (zh, en): (&str, &str)| Term { iri, label: Text::new(zh, en) };
    let mut identities: Vec<String> = row.identities.iter().filter_map(|alias| labels.get(alias).cloned()).collect();
    identities.sort();
    Opening {
        row: row.seq,
        time: Timestamp::from_ms(row.time_ms),
        act,
        why,
        purpose: row.grant.as_ref().map(|grant| term(grant.purpose.iri(), grant.purpose.label())),
        basis: row.grant.as_ref().map(|grant| term(grant.basis.iri(), grant.basis.label())),
        grant: row.grant.as_ref().map(|grant| hex(&grant.id)),
        actor: row.grant.map(|grant| grant.actor),
        identities,
        records: row.count,
        records_sha256: hex(&row.records),
        previous: hex(&row.previous),
        hash: hex(&row.hash),
    }
}
