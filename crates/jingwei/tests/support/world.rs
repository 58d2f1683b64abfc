//! A workspace in this process: the real pipeline over the real raw zone, which serves on a thread.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use base::{Clock, Currency, SystemClock, TimeZone};
use ops::App;
use ops::intake::{Format, Receipt, Terms};
use pipeline::seal::{NOBODY, record_id};
use pipeline::{Pipeline, ReplayReport, Secrets, Settings, Setup};
use store::log::{Entry, Event, Original};
use store::{Location, Store, StoreError};
use vault::{Basis, Client, Grant, IdentityAlias, OpenRef, Purpose, RawRef, Stopper, Vault, VaultConfig};

pub struct World {
    app: Option<App>,
    stopper: Stopper,
    vault: Option<JoinHandle<()>>,
}

/// What the log of a workspace holds.
pub struct Logged {
    pub report: ReplayReport,
    pub events: HashMap<[u8; 16], Event>,
    aliases: HashMap<u64, IdentityAlias>,
}

fn settings() -> Settings {
    Settings { zone: TimeZone::get("Asia/Shanghai").unwrap(), memory: 64 << 20 }
}

impl World {
    /// Opens a data folder as the program does; its database is there or elsewhere.
    pub fn open(root: &Path, database: Option<&str>) -> Self {
        let config = VaultConfig::new(root.join("raw"), root.join("keys/vault.key"), root.join("run/vault.sock"));
        let vault = Vault::open(&config, Arc::new(|| SystemClock.now().ms())).unwrap();
        let (send, stopper) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || vault.serve_with(|stopper| send.send(stopper).unwrap()));
        let stopper = stopper.recv().unwrap();
        std::fs::create_dir_all(root.join("master")).unwrap();
        let sqlite = || Location::Sqlite(root.join("master/jingwei.db"));
        let location = database.map_or_else(sqlite, |url| Location::Postgres(url.to_owned()));
        let store = Arc::new(Store::open(location).unwrap());
        let client = Arc::new(Client::new(config.socket_path));
        let secrets = Secrets::load(&root.join("keys/master.key")).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let pipeline = Pipeline::start(Setup {
            store: Arc::clone(&store),
            vault: Arc::clone(&client),
            clock: Arc::clone(&clock),
            settings: settings(),
            listener: Box::new(|_| ()),
        });
        let (zone, currency, ending) = (settings().zone, Currency::CNY, AtomicBool::new(false));
        let app = App {
            store,
            pipeline: pipeline.unwrap(),
            vault: client,
            secrets,
            clock,
            zone,
            currency,
            readings: ops::rule::Readings::default(),
            known: ops::account::Known::default(),
            waiting: ops::account::Waiting::default(),
            search: ops::search::Searching::off(),
            ending,
        };
        Self { app: Some(app), stopper, vault: Some(thread) }
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Takes a body as from the machine's owner.
    pub fn take(&self, body: &[u8], format: Format) -> Result<Receipt, ops::OpError> {
        ops::intake::take(self.app(), body, format, &Terms::default())
    }

    /// Reads the whole log: no event may be there twice, and it must explain all that is stored.
    pub fn logged(&self) -> Logged {
        let store = &self.app().store;
        self.app().pipeline.command(pipeline::Command::Flush).unwrap();
        let report = pipeline::replay(store, &settings()).unwrap();
        assert!(report.differences.is_empty(), "{:#?}", report.differences);
        let (mut events, mut aliases) = (HashMap::new(), HashMap::new());
        let read = store.read(|db| {
            db.blocks(1, |block| {
                for entry in block.entries {
                    let Entry::Event(event) = entry else { continue };
                    assert!(!events.contains_key(&event.digest), "an event is in the log twice");
                    events.insert(event.digest, event);
                }
                Ok::<(), StoreError>(())
            })?;
            let first: HashSet<_> = events.values().filter_map(|event| event.who.first()).copied().collect();
            for identity in first {
                let row = db.identity(identity)?.unwrap().1;
                aliases.insert(identity.number(), IdentityAlias(row.key_hash));
            }
            Ok::<(), StoreError>(())
        });
        read.unwrap();
        assert_eq!(events.len(), usize::try_from(report.events).unwrap());
        Logged { report, events, aliases }
    }

    /// Opens the first original of each event and gives them as text.
    pub fn originals(&self, logged: &Logged, events: &[&Event]) -> Vec<String> {
        let mut texts = Vec::with_capacity(events.len());
        for some in events.chunks(vault::limits::OPEN_ITEMS) {
            let refs: Vec<OpenRef> = some.iter().map(|event| reference(logged, event)).collect();
            let mut identities: Vec<IdentityAlias> = refs.iter().map(|(alias, ..)| *alias).collect();
            identities.sort_unstable();
            identities.dedup();
            let (purpose, basis) = (Purpose::AccessRequest, Basis::AccessRequest);
            let grant =
                Grant { identities, purpose, basis, actor: "test".to_owned(), not_after_ms: i64::MAX, id: [7; 16] };
            let opened = self.app().vault.open(&grant, &refs).unwrap();
            texts.extend(opened.into_iter().map(|opened| String::from_utf8(opened.body).unwrap()));
        }
        texts
    }
}

fn reference(logged: &Logged, event: &Event) -> OpenRef {
    let alias = event.who.first().map_or(NOBODY, |identity| logged.aliases[&identity.number()]);
    let Original { part, block, index } = *event.originals.first().expect("the event carries an original");
    (alias, record_id(&event.digest, part), RawRef { block, index })
}

impl Drop for World {
    fn drop(&mut self) {
        self.app = None;
        self.stopper.stop();
        let ended = self.vault.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the raw zone's thread panicked");
    }
}
