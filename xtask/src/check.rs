//! `check NAME`: a long check in full, its outcome kept with the conditions it ran under.

use std::time::Instant;

use serde_json::json;

use crate::conditions::conditions;
use crate::test::postgres::{self, Postgres};
use crate::test::{api, count};
use crate::{Failure, program, tree};

/// The long checks: but for the first, each a test of the binary's package that bears its name.
const CHECKS: [&str; 4] = ["api", "fuzz", "kills", "scale"];
/// The crates that read what comes from outside, and their tests that hold for any bytes.
const PROPERTIES: [&str; 15] = [
    "--package",
    "connect",
    "--package",
    "lexicon",
    "--package",
    "vault",
    "--lib",
    "--test",
    "cloudevents",
    "--test",
    "segment",
    "--test",
    "csv_map",
    "--test",
    "bounds",
];
/// What was printed, and whether all was well.
type Told = (Vec<String>, bool);

/// How many cases each property is tried on.
const CASES: &str = "10000";

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let [name, rest @ ..] = words else { return Err("check needs a name, such as kills".into()) };
    if !CHECKS.contains(&name.as_str()) {
        return Err(format!("there is no check '{name}'; there are: {}", CHECKS.join(", ")).into());
    }
    let server = postgres::start()?;
    let start = Instant::now();
    let (lines, is_good) = match name.as_str() {
        "api" => both(&server)?,
        _ => tested(name, rest, &server)?,
    };
    let (passed, failed) = count::sum(&lines);
    let result = json!({
        "check": name,
        "command": format!("cargo xtask check {}", words.join(" ")),
        "conditions": conditions(),
        "seconds": start.elapsed().as_secs(),
        "passed": passed,
        "failed": failed,
        "is_good": is_good,
        "output": lines.iter().map(|line| without_places(line)).collect::<Vec<_>>(),
    });
    let file = tree::root().join("bench/results").join(format!("{name}.json"));
    tree::write(&file, &format!("{result:#}\n"))?;
    println!("wrote {}\n{passed} passed, {failed} failed", tree::shown(&file));
    if is_good { Ok(()) } else { Err(format!("the check '{name}' failed").into()) }
}

/// Asks the API in full, on SQLite and on PostgreSQL.
fn both(server: &Postgres) -> Result<Told, Failure> {
    let (mut lines, on_sqlite) = api::ask(None, true)?;
    let (more, on_postgres) = api::ask(Some(&server.database("api")?), true)?;
    lines.extend(more);
    Ok((lines, on_sqlite && on_postgres))
}

/// Runs a check's tests in full.
fn tested(name: &str, rest: &[String], server: &Postgres) -> Result<Told, Failure> {
    let (mut lines, mut is_good) = (Vec::new(), true);
    for part in parts(name) {
        let mut command = program::cargo();
        command
            .arg("test")
            .args(part)
            .args(["--", "--include-ignored", "--nocapture", "--test-threads", "1"])
            .args(rest);
        command.env("JINGWEI_FULL", "1").env("JINGWEI_TEST_POSTGRES", server.url()).env("PROPTEST_CASES", CASES);
        let (more, is_good_too) = program::watch(&mut command)?;
        lines.extend(more);
        is_good &= is_good_too;
    }
    Ok((lines, is_good))
}

/// What a check runs, one after the other. Kills are of the program as it is delivered; bodies are taken by one that minds every
/// overflow, after the properties that each parser's own tests hold for any bytes.
fn parts(name: &str) -> Vec<Vec<&str>> {
    let own = ["--package", "jingwei", "--test", name];
    match name {
        "fuzz" => vec![PROPERTIES.to_vec(), own.to_vec()],
        _ => vec![[&["--release"][..], &own].concat()],
    }
}

/// Results are kept; where this machine has its folders is nobody's business.
pub(crate) fn without_places(line: &str) -> String {
    let target = tree::target().display().to_string();
    let temporary = std::env::temp_dir().display().to_string();
    line.replace(&target, "target").replace(&tree::root().display().to_string(), ".").replace(&temporary, "TMP")
}
