//! Much data: all of it is there, pages and exports answer, the log explains what is stored; and how long that takes.
//!
//! Thousands of events in the ordinary run, a million customers and ten million events in `cargo xtask check scale`. Times are
//! told, never judged here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]
#![allow(clippy::needless_pass_by_value, reason = "values read better at the place of call")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Server, databases, run};

fn is_full() -> bool {
    std::env::var_os("JINGWEI_FULL").is_some()
}

/// How long a server rests before its memory is looked at.
fn rest() -> Duration {
    Duration::from_secs(if is_full() { 15 } else { 1 })
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = work();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    answer
}

/// Fills a folder under 100 rules and tells how fast; `words` say with what.
fn fill(data: &str, database: Option<&str>, words: &str) {
    let mut all = vec!["bench", "ingest", "--data", data, "--rules", "100"];
    all.extend(database.iter().flat_map(|url| ["--database", url]));
    all.extend(words.split(' '));
    let filled = run(&all);
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let measured: Value = serde_json::from_slice(&filled.stdout).unwrap();
    println!("filled with {words}: {} events/s at the end", measured["full"]["events_per_second"]);
}

/// Events that the sources' counts say were taken.
fn accepted(server: &Server) -> u64 {
    let summary = server.get("/v1/events/summary");
    summary["sources"].as_array().unwrap().iter().map(|source| source["accepted"].as_u64().unwrap()).sum()
}

/// Looks at everything that people open first, and tells how long each takes.
fn look(server: &Server) {
    let page = timed("customers, first page", || server.get("/v1/customers"));
    let first = &page["items"][0];
    let id = first["id"].as_str().unwrap();
    let path = format!("/v1/customers/{id}");
    let customer = timed("a customer", || server.get(&path));
    assert_eq!(customer["id"], first["id"]);
    let timeline = timed("the timeline", || server.get(&format!("{path}/timeline")));
    assert!(!timeline["items"].as_array().unwrap().is_empty());
    let known = timed("identifiers revealed", || server.post(&format!("{path}/reveal"), &Value::Null)).body;
    let value = known["identifiers"][0]["value"].as_str().unwrap();
    let found = timed("a search by identifier", || server.get(&format!("/v1/customers?q={value}")));
    assert!(found["items"].as_array().unwrap().iter().any(|item| item["id"] == first["id"]), "{found:#}");
    timed("rules", || assert_eq!(server.get("/v1/rules")["items"].as_array().unwrap().len(), 100));
    let file = server.folder.join("run/export.zip");
    let exported = timed("an export", || {
        run(&["customer", "export", value, "--data", server.data(), "--out", file.to_str().unwrap()])
    });
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
}

/// All that was sent is there after a start, and follows from the log.
fn holds(folder: &Path, database: Option<String>) {
    let mut server = Server::on(folder.to_owned(), database);
    timed("start until healthy", || server.launch());
    let taken = accepted(&server);
    std::thread::sleep(rest());
    println!("memory at rest, all processes: {} MB", server.memory());
    look(&server);
    server.stop();
    let replayed = timed("replay and comparison", || run(&["replay", "--data", server.data(), "--verify"]));
    let said = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success(), "{said}");
    assert!(said.contains(&format!(" {taken} events,")), "{taken} were acknowledged: {said}");
    println!("{said}");
}

#[test]
fn many_customers() {
    for database in databases() {
        println!("== many customers, {}", if database.is_some() { "PostgreSQL" } else { "SQLite" });
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let words = if is_full() {
            "--customers 4000000 --zipf 0.01 --after 1000000 --events 150000"
        } else {
            "--customers 4000 --zipf 0.01 --after 1000 --events 1000"
        };
        fill(data.to_str().unwrap(), database.as_deref(), words);
        holds(&data, database);
    }
}

#[test]
fn many_events() {
    println!("== many events, SQLite");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let words = if is_full() { "--after 9500000 --events 300000" } else { "--after 3000 --events 2000" };
    fill(data.to_str().unwrap(), None, words);
    holds(&data, None);
}
