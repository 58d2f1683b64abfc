//! A vault in a thread with a clock to turn, and one in a process of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;
use vault::*;

pub(crate) const START_MS: i64 = 1_750_000_000_000;

/// Folders of one vault; the vault itself comes and goes.
pub(crate) struct Home {
    pub(crate) folder: TempDir,
    pub(crate) config: VaultConfig,
    pub(crate) clock_ms: Arc<AtomicI64>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let config = VaultConfig::new(path("raw"), path("root.key"), path("run/vault.sock"));
        Self { folder, config, clock_ms: Arc::new(AtomicI64::new(START_MS)) }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config.socket_path.clone())
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.config.raw_dir.join(name)
    }

    pub(crate) fn open(&self) -> Result<Vault, StartError> {
        let clock_ms = self.clock_ms.clone();
        Vault::open(&self.config, Arc::new(move || clock_ms.load(Ordering::SeqCst)))
    }

    /// A vault in a thread, stopped when dropped.
    pub(crate) fn serve(&self) -> Serving {
        let vault = self.open().unwrap();
        let (send, stopper) = mpsc::channel();
        let thread = thread::spawn(move || vault.serve_with(|stopper| send.send(stopper).unwrap()));
        Serving { stopper: stopper.recv().unwrap(), thread: Some(thread) }
    }

    /// A vault in a process, killed when dropped.
    pub(crate) fn spawn(&self, probes: Option<&str>) -> Process {
        let VaultConfig { raw_dir, key_file, socket_path, .. } = &self.config;
        let mut command = Command::new(env!("CARGO_BIN_EXE_vault-alone"));
        command.arg("vault").args([raw_dir, key_file, socket_path]).stdin(Stdio::null());
        command.envs(probes.map(|probes| ("VAULT_PROBES", probes)));
        let process = Process(command.spawn().unwrap());
        let client = self.client();
        (0..200)
            .find(|_| {
                client.status().is_ok() || {
                    thread::sleep(Duration::from_millis(25));
                    false
                }
            })
            .unwrap();
        process
    }
}

pub(crate) struct Serving {
    pub(crate) stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// A number of kilobytes from the process's status.
    pub(crate) fn kilobytes(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

pub(crate) fn alias(number: u8) -> IdentityAlias {
    IdentityAlias([number; 16])
}

pub(crate) fn record(number: u32) -> RecordId {
    let mut id = [0x5a; 32];
    id[..4].copy_from_slice(&number.to_le_bytes());
    RecordId(id)
}

pub(crate) fn text(identity: u8, number: u32, body: &str) -> SealItem {
    SealItem {
        identity: alias(identity),
        record: record(number),
        category: Category::Message,
        time_ms: START_MS - i64::from(number),
        media_type: "text/plain".into(),
        name: None,
        body: SealBody::Bytes(body.into()),
    }
}

pub(crate) fn grant(identities: &[u8]) -> Grant {
    Grant {
        identities: identities.iter().copied().map(alias).collect(),
        purpose: Purpose::CustomerService,
        basis: Basis::Contract,
        actor: "usr_1".into(),
        not_after_ms: START_MS + 60_000,
        id: [3; 16],
    }
}

/// What to open: each item where it was sealed.
pub(crate) fn refs(items: &[SealItem], places: &[RawRef]) -> Vec<OpenRef> {
    items.iter().zip(places).map(|(item, place)| (item.identity, item.record, *place)).collect()
}

/// Every file below a folder.
pub(crate) fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// How often bytes occur in any of the files.
pub(crate) fn occurrences(files: &[PathBuf], wanted: &[u8]) -> usize {
    let count = |path| std::fs::read(path).unwrap().windows(wanted.len()).filter(|part| *part == wanted).count();
    files.iter().map(count).sum()
}
