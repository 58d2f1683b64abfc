//! A PostgreSQL server of our own: a fresh cluster in a temporary folder, on a free loopback port, gone when dropped.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::program::{answer, find, spelled};
use crate::test::packages::is_root;

/// Users that may own the cluster when we are root, which PostgreSQL refuses to run as.
const OWNERS: [&str; 2] = ["postgres", "nobody"];
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    url: String,
}

/// User and group numbers.
type Owner = Option<(u32, u32)>;

/// The newest program of this name, in Debian's places or on the path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().filter_map(Result::ok);
    let mut versions: Vec<(u32, PathBuf)> =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect();
    versions.sort();
    let newest =
        versions.into_iter().rev().map(|(_, folder)| folder.join("bin").join(name)).find(|file| file.is_file());
    newest.or_else(|| find(name))
}

/// Starts a server for tests. What it commits survives its own end, not the machine's: tests need not wait for the disk.
pub(crate) fn start() -> Result<Postgres, Failure> {
    begin(&["-c", "fsync=off"])
}

/// Starts a server whose commits are on disk, for measuring.
pub(crate) fn start_durable() -> Result<Postgres, Failure> {
    begin(&["-c", "fsync=on", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"])
}

fn begin(settings: &[&str]) -> Result<Postgres, Failure> {
    let owner = owner()?;
    let folder = std::env::temp_dir().join(format!("jingwei-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = begin_in(&folder, owner, settings);
    if done.is_err() {
        std::fs::remove_dir_all(&folder).ok();
    }
    done
}

fn begin_in(folder: &Path, owner: Owner, settings: &[&str]) -> Result<Postgres, Failure> {
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(folder, Some(user), Some(group))?;
    }
    let data = folder.join("data");
    let mut initdb = as_owner("initdb", folder, owner, None)?;
    initdb.arg("--pgdata").arg(&data).args([
        "--username",
        "postgres",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--no-sync",
    ]);
    let made = initdb.output()?;
    if !made.status.success() {
        return Err(format!("{} failed: {}", spelled(&initdb), String::from_utf8_lossy(&made.stderr).trim()).into());
    }
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let log = std::fs::File::create(folder.join("server.log"))?;
    let mut server = as_owner("postgres", folder, owner, find("setpriv"))?;
    server.arg("-D").arg(&data).arg("-k").arg(folder).args([
        "-p",
        &port.to_string(),
        "-c",
        "listen_addresses=127.0.0.1",
    ]);
    server.args(["-c", "max_connections=200"]).args(settings).stdout(Stdio::null()).stderr(log);
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let server = server.spawn().map_err(|error| format!("postgres cannot be started: {error}"))?;
    let mut server = Postgres { server, folder: folder.to_path_buf(), url };
    server.wait(port)?;
    Ok(server)
}

/// The user to run as: ourselves, unless we are root.
fn owner() -> Result<Owner, Failure> {
    if !is_root() {
        return Ok(None);
    }
    let number = |flag: &str, name: &str| answer("id", &[flag, name]).and_then(|id| id.parse::<u32>().ok());
    let found = OWNERS.into_iter().find_map(|name| Some((number("-u", name)?, number("-g", name)?)));
    found
        .map(Some)
        .ok_or_else(|| format!("PostgreSQL does not run as root, and there is no user {}", OWNERS.join(" or ")).into())
}

/// A program of PostgreSQL as the cluster's owner; with `setpriv` it ends with us, whatever ends us.
fn as_owner(name: &str, folder: &Path, owner: Owner, setpriv: Option<PathBuf>) -> Result<Command, Failure> {
    let program = program(name).ok_or_else(|| format!("there is no {name}; install postgresql"))?;
    let mut command = match setpriv {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.current_dir(folder).stdin(Stdio::null());
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    Ok(command)
}

impl Postgres {
    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The number of its first process.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// Makes a database and tells where it answers.
    pub(crate) fn database(&self, name: &str) -> Result<String, Failure> {
        let psql = program("psql").ok_or("there is no psql; install postgresql")?;
        let mut create = Command::new(psql);
        create.args(["--quiet", "--no-psqlrc", "--command", &format!("CREATE DATABASE {name}"), &self.url]);
        crate::program::run(&mut create)?;
        Ok(self.url.strip_suffix("/postgres").unwrap_or(&self.url).to_owned() + "/" + name)
    }

    fn wait(&mut self, port: u16) -> Result<(), Failure> {
        let ready = program("pg_isready").ok_or("there is no pg_isready; install postgresql")?;
        let ready = ready.to_str().ok_or("pg_isready has an odd name")?;
        let start = Instant::now();
        while answer(ready, &["--quiet", "--host", "127.0.0.1", "--port", &port.to_string()]).is_none() {
            let ended = self.server.try_wait()?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not come up:\n{}", log.trim()).into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn is_over(&mut self, within: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < within {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Postgres {
    /// Ends the server by its own number: first politely to its clients' cost, then at once.
    fn drop(&mut self) {
        for (signal, seconds) in [("INT", 10), ("QUIT", 5)] {
            if self.is_over(Duration::ZERO) {
                break;
            }
            answer("sh", &["-c", &format!("kill -{signal} {}", self.server.id())]);
            if self.is_over(Duration::from_secs(seconds)) {
                break;
            }
        }
        self.server.kill().ok();
        self.server.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_server_answers_and_is_gone_when_dropped() {
        if super::program("initdb").is_none() {
            println!("skipped: there is no PostgreSQL");
            return;
        }
        let server = super::start().unwrap();
        let folder = server.folder.clone();
        let psql = super::program("psql").unwrap();
        assert_eq!(
            super::answer(psql.to_str().unwrap(), &["-XAtc", "SELECT 1 + 1", server.url()]).as_deref(),
            Some("2")
        );
        drop(server);
        assert!(!folder.exists());
    }
}
