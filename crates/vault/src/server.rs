//! The vault process: files, threads, connections.

use std::fs::File;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::audit::AuditLog;
use crate::cache::Cache;
use crate::config::VaultConfig;
use crate::copier::{Copier, Turn};
use crate::db::Database;
use crate::error::{Limited, StartError, VaultError};
use crate::harden::{self, Isolation};
use crate::object::Objects;
use crate::ring::Ring;
use crate::seal::Sealer;
use crate::session::Session;
use crate::wire::Response;
use crate::writer::{Answer, Job, Writer, remove_strays};
use crate::{keys, limits, socket};

/// Milliseconds since 1970 UTC. Given by the caller, so that tests can turn it.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) raw_dir: PathBuf,
    pub(crate) objects: Objects,
    pub(crate) ring: Arc<Ring>,
    pub(crate) epoch: u32,
    pub(crate) audit: Mutex<AuditLog>,
    pub(crate) clock: Clock,
    pub(crate) isolation: Isolation,
    jobs: SyncSender<Job>,
    connections: AtomicUsize,
    stopping: Arc<AtomicBool>,
}

impl Shared {
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Gives the writing thread a job and waits for the answer.
    pub(crate) fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, VaultError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.jobs.send(job(answer)).map_err(|_| VaultError::Unavailable)?;
        answered.recv().map_err(|_| VaultError::Unavailable)?
    }
}

/// A vault with its files open and its socket bound, not yet serving.
pub struct Vault {
    shared: Shared,
    writer: Writer,
    copier: Copier,
    jobs: Receiver<Job>,
    listener: UnixListener,
    socket_path: PathBuf,
    app_uid: u32,
    _lock: File,
}

/// Stops a serving vault from another thread.
#[derive(Debug, Clone)]
pub struct Stopper {
    stopping: Arc<AtomicBool>,
    socket_path: PathBuf,
}

impl Stopper {
    /// Asks the vault to stop. What it acknowledged is on disk; calls under way may end with
    /// [`VaultError::Unavailable`].
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the accepting thread; when nobody accepts any more there is nothing to wake.
        let _ = UnixStream::connect(&self.socket_path);
    }
}

/// Hardens this process, opens the vault and serves until the process ends.
///
/// To be called from the main thread before any other thread starts: the kernel's sandbox covers
/// this thread and those it starts.
///
/// # Errors
/// Any [`StartError`]. What the kernel cannot do is no error but stands in the [`Isolation`]
/// report.
pub fn run(config: &VaultConfig, clock: Clock) -> Result<(), StartError> {
    let separate = config.app_uid.is_some_and(|uid| uid != socket::own_uid());
    let mut measures = harden::close_process();
    let mut vault = Vault::open(config, clock)?;
    measures.extend(harden::sandbox_vault(&[&config.raw_dir, config.socket_dir()]));
    vault.shared.isolation = Isolation::of(measures, separate);
    vault.serve();
    Ok(())
}

impl Vault {
    /// Opens or makes the files and binds the socket, without hardening the process.
    ///
    /// # Errors
    /// Any [`StartError`].
    pub fn open(config: &VaultConfig, clock: Clock) -> Result<Self, StartError> {
        socket::private_dir(&config.raw_dir, "raw folder")?;
        let lock = socket::lock(&config.raw_dir)?;
        let (keys, ring, epoch) = keys::open(&config.raw_dir, &config.key_file, &config.region, clock())?;
        let raw = Database::Raw.open(&config.raw_dir)?;
        let audit = Mutex::new(AuditLog::new(Database::Audit.open(&config.raw_dir)?));
        let objects = Objects::open(&config.raw_dir).map_err(StartError::io("object folder"))?;
        remove_strays(&keys, &objects)?;
        let listener = socket::listen(config)?;
        let (ring, turn) = (Arc::new(ring), Turn::default());
        let sealer =
            Sealer { raw, keys, ring: ring.clone(), epoch, cache: Cache::new(config.key_cache), turn: turn.clone() };
        let writer = Writer { sealer, objects: objects.clone(), clock: clock.clone() };
        let (sender, jobs) = mpsc::sync_channel(limits::QUEUE);
        let shared = Shared {
            raw_dir: config.raw_dir.clone(),
            objects,
            ring,
            epoch,
            audit,
            clock,
            isolation: Isolation::of(Vec::new(), false),
            jobs: sender,
            connections: AtomicUsize::new(0),
            stopping: Arc::new(AtomicBool::new(false)),
        };
        let app_uid = config.app_uid.unwrap_or_else(socket::own_uid);
        let copier = Copier::open(&config.raw_dir, turn)?;
        Ok(Self {
            shared,
            writer,
            copier,
            jobs,
            listener,
            socket_path: config.socket_path.clone(),
            app_uid,
            _lock: lock,
        })
    }

    /// Serves in this thread until it is stopped.
    pub fn serve(self) {
        self.serve_with(|_| {});
    }

    /// Serves in this thread, first handing out what stops it.
    pub fn serve_with(self, started: impl FnOnce(Stopper)) {
        let shared = Arc::new(self.shared);
        started(Stopper { stopping: shared.stopping.clone(), socket_path: self.socket_path.clone() });
        let (writer, jobs) = (self.writer, self.jobs);
        let writing = thread::spawn(move || writer.run(&jobs));
        let sweeping = shared.clone();
        let (stop_sweeping, stopped) = mpsc::channel::<()>();
        let sweeper = thread::spawn(move || sweep_objects(&sweeping, &stopped));
        let (stop_copying, no_more) = mpsc::channel::<()>();
        let copier = self.copier;
        let copying = thread::spawn(move || copier.run(&no_more));
        for stream in self.listener.incoming() {
            if shared.is_stopping() {
                break;
            }
            if let Some(stream) = stream.ok().filter(|stream| socket::is_user(stream, self.app_uid)) {
                accept(&shared, stream);
            }
        }
        drop((stop_sweeping, stop_copying));
        // Threads that panicked have nothing left to say.
        let _ = sweeper.join();
        let _ = copying.join();
        let _ = shared.jobs.send(Job::Stop);
        let _ = writing.join();
        let _ = std::fs::remove_file(&self.socket_path);
    }
}

fn accept(shared: &Arc<Shared>, mut stream: UnixStream) {
    if shared.connections.fetch_add(1, Ordering::SeqCst) >= limits::CONNECTIONS {
        shared.connections.fetch_sub(1, Ordering::SeqCst);
        let max = limits::CONNECTIONS as u64;
        let fault = Response::Fault(VaultError::Limit { what: Limited::Connections, max });
        // Refused either way.
        let _ = crate::session::send(&mut stream, &fault);
        return;
    }
    let shared = shared.clone();
    thread::spawn(move || {
        let done = Done(shared);
        Session::new(&done.0, stream).run();
    });
}

/// Counts a connection out, also when its thread panics.
struct Done(Arc<Shared>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Every few minutes lets go of uploads that nothing bound in time, until the other end of the
/// channel is dropped.
fn sweep_objects(shared: &Shared, stopped: &Receiver<()>) {
    let pause = Duration::from_secs(limits::SWEEP_S);
    loop {
        // A failure shows in the next call that writes; the sweep comes again.
        let _ = shared.ask(Job::SweepObjects);
        if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
