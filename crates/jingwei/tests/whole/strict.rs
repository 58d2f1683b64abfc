//! `import --strict`: all of the files or nothing, into a folder and into a running server.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Server, event, run};

fn write(folder: &Path, name: &str, events: &[Value]) -> PathBuf {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let path = folder.join(name);
    std::fs::write(&path, format!("{}\n", lines.join("\n\n"))).unwrap();
    path
}

fn order(id: &str, data: Value) -> Value {
    event(id, "order.placed", "2026-06-03T10:15:00+08:00", data)
}

fn import(files: &[&Path], target: &[&str]) -> Output {
    let files = files.iter().map(|path| path.to_str().unwrap());
    run(&["import", "--strict"].into_iter().chain(files).chain(target.iter().copied()).collect::<Vec<_>>())
}

fn told(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Blank lines stand between the events, so line n of a file is event (n + 1) / 2.
fn all_or_none(target: &[&str], folder: &Path) {
    let good = write(folder, "good.ndjson", &[order("s1", json!({"items": 1})), order("s2", json!({"items": 2}))]);
    let bad = write(folder, "bad.ndjson", &[order("s3", json!({"items": 3})), order("s4", json!({"items": "many"}))]);
    let refused = import(&[&good, &bad], target);
    let (out, err) = told(&refused);
    assert!(!refused.status.success() && out.starts_with("0 accepted, 0 seen before, 1 refused"), "{out}{err}");
    assert!(err.contains("bad.ndjson:3: data.items:"), "the fault is told with its own file and line: {err}");

    let mended = write(folder, "bad.ndjson", &[order("s3", json!({"items": 3})), order("s4", json!({"items": 4}))]);
    let (out, err) = told(&import(&[&good, &mended], target));
    assert_eq!(out.trim(), "4 accepted, 0 seen before, 0 refused", "nothing had gone in before; {err}");
    let (out, _) = told(&import(&[&good, &mended], target));
    assert_eq!(out.trim(), "0 accepted, 4 seen before, 0 refused");
}

#[test]
fn all_or_none_into_a_folder() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    all_or_none(&["--data", data.to_str().unwrap()], temporary.path());
}

#[test]
fn all_or_none_into_a_running_server() {
    let server = Server::start(None);
    let temporary = tempfile::tempdir().unwrap();
    all_or_none(&["--server", &server.url(), "--key", &server.key], temporary.path());
    assert_eq!(server.get("/v1/events/summary")["total"], 4);
}
