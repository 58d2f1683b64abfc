//! A PostgreSQL server of the test's own, whose commits are on disk, to be killed and started again.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Users that may own the cluster when we are root, which PostgreSQL refuses to run as.
const OWNERS: [&str; 2] = ["postgres", "nobody"];

pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    owner: Option<(u32, u32)>,
    port: u16,
    server: Child,
}

/// The newest program of this name in Debian's places.
fn program(name: &str) -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let mut versions: Vec<(u32, PathBuf)> =
        folders.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder.join("bin").join(name)).find(|file| file.is_file())
}

/// The user to run as: ourselves, unless we are root.
fn owner() -> Option<(u32, u32)> {
    let number = |flag: &str, name: &str| {
        let answer = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
    };
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    OWNERS.into_iter().find_map(|name| Some((number("-u", name)?, number("-g", name)?)))
}

/// A program of PostgreSQL as the cluster's owner; a server ends with us, whatever ends us.
fn as_owner(name: &str, folder: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program(name).unwrap());
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

/// The process and all below it, itself first.
fn family(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = list.split_whitespace().filter_map(|child| child.parse().ok()).flat_map(family);
    std::iter::once(pid).chain(children).collect()
}

fn kill_now(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.map(|pid| kill_process(pid, Signal::KILL).ok());
}

impl Postgres {
    /// A new cluster and its server; none where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        program("initdb")?;
        let folder = tempfile::tempdir().unwrap();
        let owner = owner();
        if let Some((user, group)) = owner {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut make = as_owner("initdb", folder.path(), owner);
        make.args(["--pgdata", "data", "--username", "postgres", "--auth", "trust"]);
        let made = make.args(["--encoding", "UTF8", "--locale", "C.UTF-8"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = serve(folder.path(), owner, port);
        let postgres = Self { folder, owner, port, server };
        postgres.wait();
        Some(postgres)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Waits until the server answers.
    fn wait(&self) {
        let start = Instant::now();
        while ::postgres::Client::connect(&self.url(), ::postgres::NoTls).is_err() {
            assert!(start.elapsed() < Duration::from_secs(120), "PostgreSQL does not come up: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Kills the server with all its children, or one child only: then the server ends the others and recovers by itself.
    pub(crate) fn kill(&mut self, whole: bool, child: u64) {
        let all = family(self.server.id());
        let children = all.get(1..).unwrap_or_default();
        if whole || children.is_empty() {
            all.iter().for_each(|pid| kill_now(*pid));
            self.server.wait().unwrap();
        } else {
            let place = usize::try_from(child).unwrap() % children.len();
            kill_now(children[place]);
        }
    }

    /// Starts the server again, if it was killed, and waits until it answers.
    pub(crate) fn revive(&mut self) {
        let start = Instant::now();
        while !matches!(self.server.try_wait(), Ok(None)) {
            assert!(start.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", self.log());
            self.server = serve(self.folder.path(), self.owner, self.port);
            // Where a child of the killed server still lives, the new one gives up at once.
            std::thread::sleep(Duration::from_millis(300));
        }
        self.wait();
    }
}

fn serve(folder: &Path, owner: Option<(u32, u32)>, port: u16) -> Child {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("server.log")).unwrap();
    let mut server = as_owner("postgres", folder, owner);
    server.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
    server.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "checkpoint_timeout=30s"]);
    server.stderr(log).spawn().unwrap()
}

impl Drop for Postgres {
    fn drop(&mut self) {
        family(self.server.id()).into_iter().for_each(kill_now);
        self.server.wait().ok();
        if std::thread::panicking() {
            println!("--- PostgreSQL's log\n{}", self.log());
        }
    }
}
