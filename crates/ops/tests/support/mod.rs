//! A workspace with its vault on a thread, and a way to it that can be cut.
#![allow(dead_code, reason = "each test uses its part")]

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::{CustomerId, TestClock, TimeZone, Timestamp};
use ops::customer::export::{ExportSummary, export};
use ops::intake::{Format, Terms};
use ops::{Actor, App};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Location, Store};
use tempfile::TempDir;

pub const NOW_MS: i64 = 1_780_000_000_000;

pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A workspace with its vault on a thread.
pub struct World {
    pub app: App,
    /// Someone who may do everything.
    pub me: Actor,
    pub clock: Arc<TestClock>,
    stopper: Option<vault::Stopper>,
    vault: Option<std::thread::JoinHandle<()>>,
    pub home: TempDir,
}

impl World {
    pub fn open() -> Self {
        Self::open_by(Path::to_owned)
    }

    /// Opens one whose way to the vault leads over another socket.
    pub fn open_by(way: impl FnOnce(&Path) -> PathBuf) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        let config = vault::VaultConfig::new(path("raw"), path("root.key"), path("run/vault.sock"));
        let clock: vault::Clock = Arc::new(|| NOW_MS);
        let served = vault::Vault::open(&config, clock).unwrap();
        let (send, stoppers) = std::sync::mpsc::channel();
        let vault = std::thread::spawn(move || served.serve_with(|stopper| drop(send.send(stopper))));
        let client = Arc::new(vault::Client::new(way(&config.socket_path)));
        let store = Arc::new(Store::open(Location::Sqlite(path("app.db"))).unwrap());
        let clock = Arc::new(TestClock::at(Timestamp::from_ms(NOW_MS)));
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let settings = pipeline::Settings { zone: zone.clone(), memory: 64 << 20 };
        let pipeline = pipeline::Pipeline::start(pipeline::Setup {
            store: Arc::clone(&store),
            vault: Arc::clone(&client),
            clock: clock.clone(),
            settings,
            listener: Box::new(|_| {}),
        });
        let secrets = pipeline::Secrets::derive(&[7; 32]);
        let (currency, ending) = (base::Currency::CNY, std::sync::atomic::AtomicBool::new(false));
        let time: Arc<dyn base::Clock> = clock.clone();
        let app = App {
            store,
            pipeline: pipeline.unwrap(),
            vault: client,
            secrets,
            clock: time,
            zone,
            currency,
            readings: ops::rule::Readings::default(),
            known: ops::account::Known::default(),
            waiting: ops::account::Waiting::default(),
            search: ops::search::Searching::off(),
            ending,
        };
        Self { app, me: Actor::local(), clock, stopper: stoppers.recv().ok(), vault: Some(vault), home }
    }

    pub fn take(&self, events: &Value) {
        let receipt =
            ops::intake::take(&self.app, events.to_string().as_bytes(), Format::Json, &Terms::default()).unwrap();
        assert!(receipt.rejected.is_empty(), "{receipt:?}");
    }

    pub fn attach(&self, bytes: &[u8]) -> String {
        let sha256 = hash(bytes);
        ops::intake::put_original(&self.app, &sha256, &mut std::io::Cursor::new(bytes)).unwrap();
        sha256
    }

    pub fn customer(&self, identifier: &str) -> CustomerId {
        ops::customer::find(&self.app, &self.me, identifier).unwrap()
    }

    pub fn export(&self, id: CustomerId) -> (ExportSummary, Vec<u8>) {
        let mut out = Vec::new();
        let access = ops::Access::same(ops::Scope::All, ops::Scope::All);
        let officer = Actor::new("usr_00000001", ops::Rights::all(), access);
        let summary = export(&self.app, &officer, id, &mut out).unwrap();
        (summary, out)
    }

    pub fn stop_vault(&mut self) {
        self.stopper.take().into_iter().for_each(|stopper| stopper.stop());
        self.vault.take().into_iter().for_each(|vault| vault.join().unwrap());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stopper.take().into_iter().for_each(|stopper| stopper.stop());
    }
}

/// A way to the vault that lets so many bytes through and is then cut.
pub struct Way {
    left: Arc<AtomicUsize>,
}

impl Way {
    /// Leads from a new socket beside the vault's to it; `left` bytes go through.
    pub fn lay(vault: &Path, left: usize) -> (Self, PathBuf) {
        let (socket, vault) = (vault.with_file_name("way.sock"), vault.to_owned());
        let listener = UnixListener::bind(&socket).unwrap();
        let left = Arc::new(AtomicUsize::new(left));
        let limit = Arc::clone(&left);
        std::thread::spawn(move || {
            for caller in listener.incoming().map_while(Result::ok) {
                let Ok(vault) = UnixStream::connect(&vault) else { continue };
                let (back, from) = (caller.try_clone().unwrap(), vault.try_clone().unwrap());
                let limit = Arc::clone(&limit);
                std::thread::spawn(move || pass(caller, vault, &limit));
                std::thread::spawn(move || pass(from, back, &AtomicUsize::new(usize::MAX)));
            }
        });
        (Self { left }, socket)
    }

    pub fn mend(&self) {
        self.left.store(usize::MAX, Ordering::SeqCst);
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, limit: &AtomicUsize) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut bytes) {
        let allowed = limit.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(read)).is_ok();
        if read == 0 || !allowed || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}
