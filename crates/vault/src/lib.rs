//! The raw zone: customers' originals, sealed, in a process of their own.
//!
//! The vault keeps texts, transcripts and attachments as ciphertext in its own files, under keys
//! that only it can reach. The app talks to it over a Unix socket through [`Client`]. *Seal first,
//! then log*: [`Client::seal`] returns references once the originals are on disk, and only then the
//! app logs events that hold them. Originals come back through [`Client::open`], under a [`Grant`]
//! that says whose, what for, by what right, by whom and until when; the opening is in the audit
//! log before any key is unwrapped, and if it cannot be written nothing is opened.
//!
//! # What it must not know
//!
//! The master zone's storage, customers, merges, events. It knows identities by a keyed hash
//! ([`IdentityAlias`]) and records by a hash ([`RecordId`]); a merge changes nothing here. It reads
//! no clock but the one it is given.
//!
//! # Keys
//!
//! ```text
//! root key file ─ HKDF ─► key-encryption key of an epoch
//!   └ wraps ─► subject key, random, one per source identity
//!       └ wraps ─► bucket key, random, one per category and quarter
//!           └ HKDF ─► record key ─► AES-256-GCM, bound to suite, format, workspace, region,
//!                                   identity, category, quarter and record
//! ```
//!
//! An attachment has a random key of its own, sealed inside each record that binds it. Destroying a
//! subject key erases an identity; destroying a bucket key ends a retention period.
//!
//! # Example
//!
//! ```
//! use vault::*;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let home = tempfile::tempdir()?;
//! let path = |name: &str| home.path().join(name);
//! let config = VaultConfig::new(path("raw"), path("root.key"), path("run/vault.sock"));
//! let clock: Clock = std::sync::Arc::new(|| 1_750_000_000_000);
//! // The launcher calls `run(&config, clock)` in a process of its own; here a thread will do.
//! let vault = Vault::open(&config, clock)?;
//! let (send, stopper) = std::sync::mpsc::channel();
//! let serving = std::thread::spawn(move || vault.serve_with(|stopper| drop(send.send(stopper))));
//!
//! let client = Client::new(config.socket_path.clone());
//! let (identity, record) = (IdentityAlias([7; 16]), RecordId([9; 32]));
//! let item = SealItem {
//!     identity,
//!     record,
//!     category: Category::Message,
//!     time_ms: 1_749_999_990_000,
//!     media_type: "text/plain".into(),
//!     name: None,
//!     body: SealBody::Bytes("请把发票寄到新地址".into()),
//! };
//! let place = client.seal(&[item])?[0];
//!
//! let grant = Grant {
//!     identities: vec![identity],
//!     purpose: Purpose::CustomerService,
//!     basis: Basis::Contract,
//!     actor: "usr_42".into(),
//!     not_after_ms: 1_750_000_060_000,
//!     id: [1; 16],
//! };
//! let opened = client.open(&grant, &[(identity, record, place)])?;
//! assert_eq!(opened[0].body, "请把发票寄到新地址".as_bytes());
//! assert_eq!(client.audit(&[identity], 10)?[0].act, AuditAct::Opened);
//! # drop(client);
//! # stopper.recv()?.stop();
//! # serving.join().unwrap();
//! # Ok(())
//! # }
//! ```

mod audit;
mod block;
mod cache;
mod client;
mod config;
mod copier;
mod crypto;
mod db;
mod error;
mod grant;
mod harden;
mod item;
mod keys;
pub mod limits;
mod object;
mod open;
mod quarter;
mod ring;
mod root;
mod seal;
mod server;
mod session;
mod socket;
mod stored;
#[cfg(test)]
mod vectors;
mod wire;
mod writer;

pub use audit::{AuditAct, AuditGrant, AuditHead, AuditRow, verify_audit_chain};
pub use cache::KeyCache;
pub use client::Client;
pub use config::VaultConfig;
pub use error::{Limited, StartError, VaultError};
pub use grant::{Basis, Denial, Grant, Purpose};
pub use harden::{AppFolders, Isolation, IsolationLevel, Measure, harden_app};
pub use item::{
    Category, IdentityAlias, OpenRef, Opened, OpenedMeta, PutOutcome, RawRef, RecordId, SealBody, SealItem, VaultStatus,
};
pub use server::{Clock, Stopper, Vault, run};
