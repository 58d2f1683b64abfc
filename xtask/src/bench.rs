//! `bench`: the intake measured over rules, originals and databases, and the peers of `bench/peers` beside it.
//!
//! Each run is one process that prints its measures as a JSON object at the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::check::without_places;
use crate::conditions::conditions;
use crate::test::postgres;
use crate::{Failure, program, tree};

const RULES: [u32; 3] = [1, 100, 1_000];
const ORIGINALS_PERCENT: [u32; 3] = [10, 0, 100];
const EVENTS: u64 = 10_000_000;
const QUICK_EVENTS: u64 = 50_000;
/// What the table shows of a run's measures, where they are there.
const COLUMNS: [(&str, &str); 6] = [
    ("events/s", "/full/events_per_second"),
    ("p50 ms", "/half/latency_ms/p50"),
    ("p99 ms", "/half/latency_ms/p99"),
    ("max ms", "/half/latency_ms/max"),
    ("flush p99 ms", "/server/flush_p99_ms"),
    ("memory MB", "/full/app_memory_mb"),
];

struct Plan {
    name: String,
    words: Vec<String>,
    /// Whether it runs on PostgreSQL, in a database of its own.
    is_postgres: bool,
}

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let is_quick = match words {
        [] => false,
        [word] if word == "--quick" => true,
        _ => return Err("bench takes --quick or nothing".into()),
    };
    let events = if is_quick { QUICK_EVENTS } else { EVENTS };
    program::run(program::cargo().args(["build", "--release", "--package", "jingwei"]))?;
    let server = postgres::start_durable()?;
    let mut runs = Vec::new();
    for (number, plan) in plans(events).iter().enumerate() {
        let mut command = Command::new(tree::target().join("release/jingwei"));
        command.args(["bench", "ingest"]).args(&plan.words);
        if plan.is_postgres {
            command.args(["--database", &server.database(&format!("run_{number}"))?]);
        }
        runs.push(measure(&plan.name, &plan.words, &mut command)?);
    }
    for peer in peers()? {
        runs.push(measure_peer(&peer, events)?);
    }
    show(&runs);
    let command = if is_quick { "cargo xtask bench --quick" } else { "cargo xtask bench" };
    let result = json!({ "command": command, "events": events, "conditions": conditions(), "runs": runs });
    let file = tree::root().join("bench/results").join(if is_quick { "quick.json" } else { "ingest.json" });
    tree::write(&file, &format!("{result:#}\n"))?;
    println!("\nwrote {}", tree::shown(&file));
    Ok(())
}

fn plans(events: u64) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (store, is_postgres) in [("sqlite", false), ("postgres", true)] {
        for (rules, percent) in matrix() {
            let share = format!("{}.{:02}", percent / 100, percent % 100);
            plans.push(Plan {
                name: format!("{store}, {rules} rules, {percent} % originals"),
                words: ["--events", &events.to_string(), "--rules", &rules.to_string(), "--originals", &share]
                    .map(str::to_owned)
                    .to_vec(),
                is_postgres,
            });
        }
    }
    plans
}

/// Every number of rules at the usual share of originals, and every share at the usual number of rules.
fn matrix() -> impl Iterator<Item = (u32, u32)> {
    let usual = 10;
    let by_rules = RULES.into_iter().map(move |rules| (rules, usual));
    by_rules.chain(ORIGINALS_PERCENT.into_iter().filter(move |percent| *percent != usual).map(|percent| (100, percent)))
}

fn measure(name: &str, words: &[String], command: &mut Command) -> Result<Value, Failure> {
    println!("\n== {name}");
    let (lines, is_good) = program::watch(command)?;
    match measures(&lines).filter(|_| is_good) {
        Some(measures) => Ok(json!({ "name": name, "words": words.join(" "), "measures": measures })),
        None => {
            let last = lines.last().map(|line| without_places(line)).unwrap_or_default();
            Ok(json!({ "name": name, "words": words.join(" "), "failed": last }))
        }
    }
}

/// The JSON object that ends what a run printed.
fn measures(lines: &[String]) -> Option<Value> {
    let starts = (0..lines.len()).rev().filter(|place| lines.get(*place).is_some_and(|line| line.starts_with('{')));
    let mut objects = starts.filter_map(|place| serde_json::from_str::<Value>(&lines.get(place..)?.join("\n")).ok());
    objects.find(Value::is_object)
}

/// The peers: one Python file each, with the packages it needs in a file of its name that ends in `.txt`.
fn peers() -> Result<Vec<PathBuf>, Failure> {
    let folder = tree::root().join("bench/peers");
    let files = if folder.is_dir() { tree::files(&folder)? } else { Vec::new() };
    Ok(files.into_iter().filter(|file| tree::ends_in(file, &["py"])).collect())
}

fn measure_peer(file: &Path, events: u64) -> Result<Value, Failure> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or("peer").to_owned();
    let python = environment(file, &name)?;
    let words = ["--events".to_owned(), events.to_string(), "--jingwei".to_owned()];
    let mut command = Command::new(python);
    command.arg(file).args(&words).arg(tree::target().join("release/jingwei"));
    measure(&name, &words, &mut command)
}

/// A Python of the peer's own: peers' packages do not agree with each other's.
fn environment(file: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = tree::target().join("peers").join(name);
    let python = folder.join("bin/python");
    let needs = file.with_extension("txt");
    let stamp = folder.join("installed");
    let mark = if needs.is_file() { tree::mark(std::slice::from_ref(&needs))? } else { String::new() };
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|known| known == mark) {
        return Ok(python);
    }
    program::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    if needs.is_file() {
        program::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&needs))?;
    }
    tree::write(&stamp, &mark)?;
    Ok(python)
}

fn show(runs: &[Value]) {
    let text = |run: &Value, place: &str| match run.get("measures").and_then(|measures| measures.pointer(place)) {
        Some(Value::Number(number)) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| format!("{number:.1}"))
        }
        _ => "–".to_owned(),
    };
    println!("\n{:<40}{}", "", COLUMNS.map(|(head, _)| format!("{head:>14}")).concat());
    for run in runs {
        let name = run.get("name").and_then(Value::as_str).unwrap_or_default();
        match run.get("failed").and_then(Value::as_str) {
            Some(why) => println!("{name:<40}  failed: {why}"),
            None => println!("{name:<40}{}", COLUMNS.map(|(_, place)| format!("{:>14}", text(run, place))).concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_object_at_the_end_is_read() {
        let lines = ["{ not json", "{", "  \"full\": {\"events_per_second\": 5}", "}"].map(str::to_owned);
        let found = super::measures(&lines).unwrap();
        assert_eq!(found.pointer("/full/events_per_second").and_then(super::Value::as_u64), Some(5));
    }

    #[test]
    fn the_matrix_holds_each_pair_once() {
        let pairs: Vec<_> = super::matrix().collect();
        assert_eq!(pairs, [(1, 10), (100, 10), (1_000, 10), (100, 0), (100, 100)]);
    }
}
