//! A server under measure: started, waited for, and ended by its own number.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::http::{Answer, Connection, Request};
use crate::program::answer;

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) at: SocketAddr,
}

/// A free port on loopback.
pub(crate) fn free() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Server {
    /// Starts a command that listens there, and waits until it answers.
    pub(crate) fn start(command: &mut Command, at: SocketAddr, path: &str) -> Result<Self, Failure> {
        let mut server = Self { child: command.spawn()?, at };
        server.wait(path, Answer::is_good)?;
        Ok(server)
    }

    /// Waits until what a path answers is as wished.
    pub(crate) fn wait(&mut self, path: &str, is_wished: impl Fn(&Answer) -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        let request = Request { method: "GET", path: path.to_owned(), body: None };
        while start.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Err("the server ended".into());
            }
            let answered = Connection::open(self.at, "").and_then(|mut connection| connection.ask(&request));
            if answered.is_ok_and(|answer| is_wished(&answer)) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(format!("the server did not come up within {} s", PATIENCE.as_secs()).into())
    }

    /// Waits until Jingwei does nothing behind that it does at its start.
    pub(crate) fn settled(&mut self) -> Result<(), Failure> {
        self.wait("/healthz", |answer| {
            let health = answer.json().unwrap_or_default();
            ["lists", "search"].iter().all(|what| health.get(what).is_some_and(|state| state == "ready"))
        })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        answer("sh", &["-c", &format!("kill -TERM {}", self.child.id())]);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(15) && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
