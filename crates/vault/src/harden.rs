//! What the kernel does for us: no new privileges, no core dumps, no tracing, no swap, and a
//! sandbox.
//!
//! Nothing here stops a start. What could not be had stands in the [`Isolation`] report, which
//! `jingwei doctor` and the interface show. Landlock (Salaün, kernel documentation "Landlock:
//! unprivileged access control") is an allow-list: what is not named cannot be opened any more, by
//! this process or its children, whatever its user may.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};
use rustix::fs::Mode;
use rustix::mm::MlockAllFlags;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use serde::{Deserialize, Serialize};

/// Highest Landlock version whose rights we handle; older kernels give what they have.
const LANDLOCK: ABI = ABI::V6;
const SANDBOX: &str = "sandbox";
const ALL_THREADS: &str = "sandbox before threads";

/// How far the zones are set apart, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IsolationLevel {
    /// Vault and app are different users.
    SeparateUsers,
    /// One user, but the kernel keeps each process to its own folders.
    Landlock,
    /// Two processes of one user: a boundary for mistakes, not for an intruder.
    ProcessOnly,
}

/// One measure and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Which measure.
    pub what: String,
    /// Whether it holds.
    pub ok: bool,
    /// What the kernel said.
    pub note: String,
}

/// The isolation a process reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// In a word.
    pub level: IsolationLevel,
    /// In detail.
    pub details: Vec<Measure>,
}

impl Isolation {
    /// The level that these measures amount to.
    pub(crate) fn of(details: Vec<Measure>, separate_users: bool) -> Self {
        let holds = |what| details.iter().any(|measure: &Measure| measure.what == what && measure.ok);
        let level = if separate_users {
            IsolationLevel::SeparateUsers
        } else if holds(SANDBOX) && holds(ALL_THREADS) {
            IsolationLevel::Landlock
        } else {
            IsolationLevel::ProcessOnly
        };
        Self { level, details }
    }
}

fn measure(what: &str, result: Result<impl Into<String>, impl ToString>) -> Measure {
    let ok = result.is_ok();
    let note = result.map_or_else(|error| error.to_string(), Into::into);
    Measure { what: what.to_owned(), ok, note }
}

/// Measures that need no folders: for the vault, before it reads its key.
pub(crate) fn close_process() -> Vec<Measure> {
    let core = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    vec![
        no_new_privileges(),
        measure("not dumpable", rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map(|()| "")),
        measure("no core dumps", rustix::process::setrlimit(Resource::Core, core).map(|()| "")),
        measure("memory locked", lock_memory()),
    ]
}

fn no_new_privileges() -> Measure {
    measure("no new privileges", rustix::thread::set_no_new_privs(true).map(|()| ""))
}

/// Locks all memory as it is touched. Under a limit it is not tried, since later allocations would
/// fail.
fn lock_memory() -> Result<&'static str, String> {
    let limited = rustix::process::getrlimit(Resource::Memlock).current.is_some();
    if limited && !rustix::process::geteuid().is_root() {
        return Err("the memlock limit is not unlimited; keys may reach swap".to_owned());
    }
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    rustix::mm::mlockall(flags).map(|()| "").map_err(|error| error.to_string())
}

/// Keeps the vault to these folders, without network and without signals to others.
pub(crate) fn sandbox_vault(folders: &[&Path]) -> Vec<Measure> {
    let alone = alone();
    let rules = || {
        let fs = AccessFs::from_all(LANDLOCK);
        let ruleset = Ruleset::default().handle_access(fs)?.handle_access(AccessNet::from_all(LANDLOCK))?;
        ruleset.scope(Scope::from_all(LANDLOCK))?.create()?.add_rules(path_beneath_rules(folders, fs))?.restrict_self()
    };
    vec![alone, enforced(rules())]
}

/// What the app process may still open.
#[derive(Debug, Clone, Default)]
pub struct AppFolders {
    /// Readable, with everything below. Missing ones are left out.
    pub read_only: Vec<PathBuf>,
    /// Readable and writable, with everything below: the master zone, the run folder, temporary
    /// files.
    pub read_write: Vec<PathBuf>,
    /// Must not be reachable: raw folder and key file. Tried after the sandbox closes, and
    /// reported.
    pub denied: Vec<PathBuf>,
    /// Whether the vault runs as another user.
    pub separate_users: bool,
}

impl AppFolders {
    /// The system's folders that a server process reads (libraries, certificates, names, zones,
    /// process and machine facts), and the null device. The caller adds its own.
    #[must_use]
    pub fn system() -> Self {
        let read_only = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys", "/run/systemd/resolve"];
        let devices = ["/dev/urandom", "/dev/random", "/dev/zero"];
        Self {
            read_only: read_only.iter().chain(&devices).map(PathBuf::from).collect(),
            read_write: vec![PathBuf::from("/dev/null")],
            ..Self::default()
        }
    }
}

/// Keeps the app process to its folders and takes new privileges from it. The network stays.
///
/// To be called from the main thread before any other starts.
#[must_use]
pub fn harden_app(folders: &AppFolders) -> Isolation {
    let mut details = vec![no_new_privileges(), alone()];
    let rules = || {
        let (all, read) = (AccessFs::from_all(LANDLOCK), AccessFs::from_read(LANDLOCK));
        let ruleset = Ruleset::default().handle_access(all)?.create()?;
        let ruleset = ruleset.add_rules(path_beneath_rules(&folders.read_only, read))?;
        ruleset.add_rules(path_beneath_rules(&folders.read_write, all))?.restrict_self()
    };
    details.push(enforced(rules()));
    details.extend(folders.denied.iter().map(|path| unreachable(path, folders)));
    if details.iter().any(|measure| measure.what == OUT_OF_REACH && !measure.ok) {
        details.iter_mut().filter(|measure| measure.what == SANDBOX).for_each(|sandbox| {
            sandbox.ok = false;
            sandbox.note.push_str("; leaves the raw zone within reach");
        });
    }
    Isolation::of(details, folders.separate_users)
}

const OUT_OF_REACH: &str = "raw zone out of reach";

/// Tries what must not work. A path that is not there yet counts by where it will be.
fn unreachable(path: &Path, folders: &AppFolders) -> Measure {
    let inside = folders.read_only.iter().chain(&folders.read_write).any(|folder| path.starts_with(folder));
    let result = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok("refused"),
        Err(error) if error.kind() == ErrorKind::NotFound && !inside => Ok("not there yet"),
        Err(error) if error.kind() == ErrorKind::NotFound => Err("will lie inside an allowed folder".to_owned()),
        Err(error) => Err(error.to_string()),
        Ok(_) => Err("opens".to_owned()),
    };
    measure(OUT_OF_REACH, result)
}

/// Whether this is the only thread, so that the sandbox covers the whole process.
fn alone() -> Measure {
    let threads = fs::read_dir("/proc/self/task").map(Iterator::count);
    let result = match threads {
        Ok(1) => Ok(""),
        Ok(count) => Err(format!("{} threads were there before", count.saturating_sub(1))),
        Err(error) => Err(error.to_string()),
    };
    measure(ALL_THREADS, result)
}

fn enforced(status: Result<landlock::RestrictionStatus, RulesetError>) -> Measure {
    let result = match status {
        Ok(status) => match status.ruleset {
            RulesetStatus::FullyEnforced => Ok("Landlock, fully enforced"),
            RulesetStatus::PartiallyEnforced => Ok("Landlock, as far as this kernel goes"),
            RulesetStatus::NotEnforced => Err("this kernel has no Landlock".to_owned()),
        },
        Err(error) => Err(error.to_string()),
    };
    measure(SANDBOX, result)
}
