//! A workspace opened in this process, for commands that no server stands in the way of.

use std::fs::File;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use base::{Clock, SystemClock};
use ops::App;
use ops::rule::Readings;
use ops::search::{Bell, Searching};
use pipeline::{Listener, Pipeline, Secrets, Settings, Setup};
use store::Store;

use crate::Failure;
use crate::folder::Folder;
use crate::launch::{start_vault, stop};

/// Which part of the machine's memory customers may take, about, and how much they may take at least.
const MEMORY_SHARE: u64 = 4;
const MEMORY_LEAST: u64 = 512 << 20;

/// Opens the use cases over a folder whose raw zone is up.
pub(crate) fn open_app(folder: &Folder, listener: Listener) -> Result<App, Failure> {
    let store = Arc::new(Store::open(folder.location())?);
    let vault = Arc::new(vault::Client::new(folder.vault().socket_path));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let secrets = Secrets::load(&folder.root.join("keys/master.key"))?;
    same_key(&store, &secrets)?;
    let settings = Settings { zone: folder.zone()?, memory: memory() };
    let setup =
        Setup { store: Arc::clone(&store), vault: Arc::clone(&vault), clock: Arc::clone(&clock), settings, listener };
    let pipeline = Pipeline::start(setup)?;
    let app = App {
        store,
        pipeline,
        vault,
        secrets,
        clock,
        zone: folder.zone()?,
        currency: folder.currency()?,
        readings: Readings::default(),
        known: ops::account::Known::default(),
        waiting: ops::account::Waiting::default(),
        search: Searching::off(),
        ending: AtomicBool::new(false),
    };
    ops::object::begin(&app)?;
    Ok(app)
}

/// How many bytes customers in memory may take: a share of what the machine has, or the container where it says so.
pub(crate) fn memory() -> usize {
    let system = rustix::system::sysinfo();
    let machine = system.totalram.saturating_mul(system.mem_unit.into());
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let share = container.map_or(machine, |most: u64| most.min(machine)) / MEMORY_SHARE;
    usize::try_from(share.max(MEMORY_LEAST)).unwrap_or(usize::MAX)
}

/// With another key no event would be known again and no customer found: the database remembers which it was made with.
fn same_key(store: &Store, secrets: &Secrets) -> Result<(), Failure> {
    match store.read(|db| db.setting("key_check"))? {
        None => Ok(store.writer()?.set_setting("key_check", &secrets.check())?),
        Some(known) if known == secrets.check() => Ok(()),
        Some(_) => Err("keys/master.key is not the key that this database was made with; put that one back".into()),
    }
}

/// A workspace that this process alone is using.
pub(crate) struct Local {
    /// None only while it is being closed.
    app: Option<App>,
    vault: Child,
    _lock: File,
}

impl Local {
    /// Opens a folder; none when a server is using it.
    pub(crate) fn open(folder: &Folder) -> Result<Option<Self>, Failure> {
        let Some(lock) = folder.lock()? else { return Ok(None) };
        let mut vault = start_vault(folder)?;
        match open_app(folder, Box::new(|_| ())) {
            Ok(app) => Ok(Some(Self { app: Some(app), vault, _lock: lock })),
            Err(error) => {
                stop(&mut vault);
                Err(error)
            }
        }
    }

    /// Begins to keep the search index, which commands do not need.
    pub(crate) fn start_search(&mut self, folder: &Folder) {
        if let Some(app) = &mut self.app {
            app.search = Searching::start(folder.index(), Arc::clone(&app.store), Bell::default());
        }
    }

    pub(crate) fn app(&self) -> Result<&App, Failure> {
        self.app.as_ref().ok_or_else(|| "the workspace is closed".into())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.app = None;
        stop(&mut self.vault);
    }
}
