//! A real server in a folder of its own, on both databases, and ways to trouble it.

#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_jingwei");

/// The databases to test on: a SQLite file, and PostgreSQL where `JINGWEI_TEST_POSTGRES` names a server.
pub fn databases() -> Vec<Option<String>> {
    let postgres = std::env::var("JINGWEI_TEST_POSTGRES").ok();
    if postgres.is_none() {
        println!("JINGWEI_TEST_POSTGRES is not set: PostgreSQL is skipped");
    }
    std::iter::once(None).chain(postgres.map(|url| Some(new_database(&url)))).collect()
}

/// A fresh database on a server.
fn new_database(url: &str) -> String {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    let name = format!("jw_{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (head, _) = url.rsplit_once('/').unwrap();
    format!("{head}/{name}")
}

pub struct Server {
    pub folder: PathBuf,
    temporary: Option<tempfile::TempDir>,
    launcher: Option<Child>,
    pub key: String,
    database: Option<String>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub retry_after: bool,
}

impl Server {
    /// Starts a server on a new folder, with an ingest key for the source `shop`.
    pub fn start(database: Option<String>) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut server = Self::on(temporary.path().join("data"), database);
        server.temporary = Some(temporary);
        server.launch();
        let made = run(&["source", "add", "shop", "--data", server.data()]);
        server.key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        assert!(server.key.starts_with("jwk_"), "{}", String::from_utf8_lossy(&made.stderr));
        server
    }

    /// A server to be started on a folder that stays.
    pub fn on(folder: PathBuf, database: Option<String>) -> Self {
        Self { folder, temporary: None, launcher: None, key: String::new(), database }
    }

    pub fn data(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// Starts the launcher and waits until the server answers.
    pub fn launch(&mut self) {
        std::fs::remove_file(self.folder.join("run/local.json")).ok();
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--data", self.data(), "--listen", "127.0.0.1:0"]);
        command.args(self.database.iter().flat_map(|url| ["--database", url.as_str()]));
        std::fs::create_dir_all(&self.folder).unwrap();
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.folder.with_extension("log")).unwrap();
        let child = command.stdout(Stdio::from(log.try_clone().unwrap())).stderr(Stdio::from(log)).spawn().unwrap();
        self.launcher = Some(child);
        self.wait();
    }

    /// Waits until the server answers.
    pub fn wait(&self) {
        let start = Instant::now();
        while self.try_get("/healthz").is_none_or(|answer| answer.status != 200) {
            assert!(start.elapsed() < Duration::from_secs(180), "no answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.with_extension("log")).unwrap_or_default()
    }

    fn running(&self) -> Option<(String, String)> {
        let bytes = std::fs::read(self.folder.join("run/local.json")).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        Some((value["url"].as_str()?.to_owned(), value["token"].as_str()?.to_owned()))
    }

    /// Where its master zone is.
    pub fn location(&self) -> store::Location {
        match &self.database {
            Some(url) => store::Location::Postgres(url.clone()),
            None => store::Location::Sqlite(self.folder.join("master/jingwei.db")),
        }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        self.running().unwrap().0
    }

    pub fn agent() -> ureq::Agent {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(90)));
        config.build().into()
    }

    pub fn try_get(&self, path: &str) -> Option<Answer> {
        let (url, token) = self.running()?;
        let request = Self::agent().get(format!("{url}{path}")).header("authorization", format!("Bearer {token}"));
        read(request.call().ok()?)
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.try_get(path).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Posts with the owner's token.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &self.running().unwrap().1, Some(body))
    }

    /// Puts with the owner's token.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path, &self.running().unwrap().1, Some(body))
    }

    /// Patches with the owner's token.
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask("PATCH", path, &self.running().unwrap().1, Some(body))
    }

    /// Deletes with the owner's token.
    pub fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, &self.running().unwrap().1, None)
    }

    /// Asks with any token.
    pub fn ask(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url()));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").body(text).unwrap();
        read(Self::agent().run(request).unwrap()).unwrap()
    }

    /// Asks with the owner's token, with the name of a file where the body is one; none when the connection broke.
    pub fn try_ask(&self, method: &str, path: &str, file: Option<&str>, body: &[u8]) -> Option<Answer> {
        let (url, token) = self.running()?;
        let request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = match file {
            Some(name) => request.header("x-file-name", name),
            None => request.header("content-type", "application/json"),
        };
        read(Self::agent().run(request.body(body).unwrap()).ok()?)
    }

    /// The bytes that are at a path.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let (url, token) = self.running().unwrap();
        let request = Self::agent().get(format!("{url}{path}")).header("authorization", format!("Bearer {token}"));
        let mut response = request.call().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.body_mut().read_to_vec().unwrap()
    }

    /// The tables of the master zone with their rows.
    pub fn tables(&self) -> Vec<(String, Vec<store::Row>)> {
        let catalog = match self.location() {
            store::Location::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            }
            store::Location::Postgres(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        };
        let mut db = store::Connection::open_reader(&self.location()).unwrap();
        let names = db.query(catalog, &[]).unwrap();
        assert!(names.len() > 20, "{names:?}");
        let mut rows = |name: String| {
            let rows = db.query(&format!("SELECT * FROM {name}"), &[]).unwrap();
            (name, rows)
        };
        names.iter().map(|row| rows(row.text(0).to_owned())).collect()
    }

    /// Sends events with the ingest key; none when the connection broke.
    pub fn try_send(&self, kind: &str, body: &[u8]) -> Option<Answer> {
        let (url, _) = self.running()?;
        let request =
            Self::agent().post(format!("{url}/v1/events")).header("authorization", format!("Bearer {}", self.key));
        read(request.header("content-type", kind).send(body).ok()?)
    }

    pub fn send(&self, events: &[Value]) -> Answer {
        let lines: Vec<String> = events.iter().map(Value::to_string).collect();
        self.try_send("application/x-ndjson", lines.join("\n").as_bytes()).expect("an answer")
    }

    /// The process of a name below the launcher: `app` or `vault`.
    pub fn child(&self, name: &str) -> Option<Pid> {
        let launcher = self.launcher.as_ref()?.id();
        let list = std::fs::read_to_string(format!("/proc/{launcher}/task/{launcher}/children")).ok()?;
        let named = |pid: &&str| {
            let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split('\0').nth(1) == Some(name)
        };
        list.split_whitespace().find(named).and_then(|pid| Pid::from_raw(pid.parse().ok()?))
    }

    /// Resident memory of the launcher and all below it, in megabytes.
    pub fn memory(&self) -> u64 {
        let resident = |pid: u32| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
        };
        let below = ["app", "vault"].map(|name| resident(self.child(name).unwrap().as_raw_nonzero().get() as u32));
        resident(self.launcher.as_ref().unwrap().id()) + below.iter().sum::<u64>()
    }

    /// What the threads of app and raw zone are waiting for, as the kernel sees it.
    pub fn standing(&self) -> String {
        let read = |path: String| std::fs::read_to_string(path).unwrap_or_default();
        let mut lines = Vec::new();
        for name in ["app", "vault"] {
            let Some(pid) = self.child(name).map(Pid::as_raw_nonzero) else { continue };
            let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
            lines.extend(threads.map(|thread| {
                let path = thread.path().display().to_string();
                let (stat, at) = (read(format!("{path}/stat")), read(format!("{path}/wchan")));
                format!("{name} {at} {}", stat.split(' ').take(15).collect::<Vec<_>>().join(" "))
            }));
        }
        lines.join("\n")
    }

    /// Kills a process below the launcher, without warning.
    pub fn kill(&self, name: &str) -> bool {
        self.child(name).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
    }

    /// Ends everything in good order.
    pub fn stop(&mut self) {
        let Some(mut launcher) = self.launcher.take() else { return };
        let pid = Pid::from_raw(i32::try_from(launcher.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).ok();
        launcher.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            println!("--- the server's log\n{}", self.log());
        }
    }
}

pub fn read(mut response: ureq::http::Response<ureq::Body>) -> Option<Answer> {
    let status = response.status().as_u16();
    let retry_after = response.headers().contains_key("retry-after");
    let body = response.body_mut().read_to_string().ok()?;
    Some(Answer { status, body: serde_json::from_str(&body).unwrap_or(Value::String(body)), retry_after })
}

/// Runs the program.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// A CloudEvent from the source `shop`.
pub fn event(id: &str, kind: &str, time: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "shop", "type": kind, "time": time, "data": data})
}

/// Where real data is, or none with a word that it is skipped.
pub fn data_folder() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-cache");
    let folder = std::env::var("JINGWEI_DATA").map_or(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("JINGWEI_DATA is not there: skipped");
    None
}
