//! `bench`: the intake measured over rules, originals and databases, and the peers of `bench/peers` beside it.
//!
//! Each run is one process that prints its measures as a JSON object at the end.

use std::process::Command;

use serde_json::{Value, json};

use crate::check::without_places;
use crate::conditions::conditions;
use crate::test::postgres;
use crate::{Failure, directus, peers, program, scroll, tree};

const RULES: [u32; 3] = [1, 100, 1_000];
const ORIGINALS_PERCENT: [u32; 3] = [10, 0, 100];
/// How many events the peers are given.
const EVENTS: u64 = 10_000_000;
const QUICK_EVENTS: u64 = 50_000;
/// How many events are measured, and after how many: with the usual rules and originals, and otherwise.
const USUAL: (u64, u64) = (1_000_000, 10_000_000);
const OTHERWISE: (u64, u64) = (500_000, 1_000_000);
const USUAL_RULES: u32 = 100;
const USUAL_PERCENT: u32 = 10;
/// What the table shows of a run's measures, where they are there.
const COLUMNS: [(&str, &str); 6] = [
    ("events/s", "/full/events_per_second"),
    ("p50 ms", "/half/latency_ms/p50"),
    ("p99 ms", "/half/latency_ms/p99"),
    ("max ms", "/half/latency_ms/max"),
    ("flush p99 ms", "/server/flush_p99_ms"),
    ("memory MB", "/full/app_memory_mb"),
];

/// The same for lists.
const LISTS: [(&str, &str); 6] = [
    ("asked/s", "/asked/a_second"),
    ("list p99 ms", "/asked/classes/list/p99"),
    ("to-many p99", "/asked/classes/many/p99"),
    ("board p99", "/asked/classes/board/p99"),
    ("record p99", "/asked/classes/record/p99"),
    ("written/s", "/load/records_per_second"),
];
/// The same beside Directus.
const DIRECTUS: [(&str, &str); 6] = [
    ("times", "/ratio"),
    ("jingwei/s", "/jingwei/a_second"),
    ("directus/s", "/directus/a_second"),
    ("p99 ms", "/jingwei/latency_ms/p99"),
    ("theirs p99", "/directus/latency_ms/p99"),
    ("theirs failed", "/directus/failed"),
];
/// The same for scrolling.
const SCROLL: [(&str, &str); 6] = [
    ("frames/s p50", "/frames_a_second/p50"),
    ("p5", "/frames_a_second/p5"),
    ("least", "/frames_a_second/least"),
    ("longest ms", "/gap_ms/longest"),
    ("rows", "/rows/passed"),
    ("blank ms", "/blank/ms"),
];
/// How many accounts are listed beside Directus and scrolled through, unless it is said.
const ACCOUNTS: u64 = 1_000_000;
const QUICK_ACCOUNTS: u64 = 10_000;
/// How many accounts and purchases lists are asked of, and for how many seconds.
const USUAL_LISTS: &str = "--accounts 1000000 --purchases 3000000 --seconds 120";
const QUICK_LISTS: &str = "--accounts 10000 --purchases 30000 --seconds 10";

/// What is measured, each with a result of its own.
const PARTS: [&str; 6] = ["sqlite", "postgres", "lists", "peers", "directus", "scroll"];

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let flag = |name: &str| format!("--{name}");
    let (words, accounts) = match words {
        [others @ .., name, count] if *name == flag("accounts") => (others, Some(count.parse::<u64>()?)),
        _ => (words, None),
    };
    let is_known = |word: &String| *word == flag("quick") || PARTS.iter().any(|part| *word == flag(part));
    if !words.iter().all(is_known) {
        return Err(format!("bench takes --quick, --{}, and --accounts N at the end", PARTS.join(", --")).into());
    }
    let is_quick = words.contains(&flag("quick"));
    let accounts = accounts.unwrap_or(if is_quick { QUICK_ACCOUNTS } else { ACCOUNTS });
    let asked: Vec<&str> = PARTS.into_iter().filter(|part| words.contains(&flag(part))).collect();
    let asked = if asked.is_empty() { PARTS.to_vec() } else { asked };
    program::build_jingwei()?;
    let mut failed = 0;
    for part in asked {
        let runs = match part {
            "peers" => peers::run(if is_quick { QUICK_EVENTS } else { EVENTS })?,
            "lists" => lists(is_quick)?,
            "directus" => directus::run(&directus::Plan::new(accounts, is_quick))?,
            "scroll" => scroll::run(accounts)?,
            store => ingest(store, is_quick)?,
        };
        let columns = match part {
            "lists" => &LISTS,
            "directus" => &DIRECTUS,
            "scroll" => &SCROLL,
            _ => &COLUMNS,
        };
        show(&runs, columns);
        let quick = if is_quick { " --quick" } else { "" };
        let fewer = if accounts < ACCOUNTS && !is_quick { format!(" --accounts {accounts}") } else { String::new() };
        let command = format!("cargo xtask bench --{part}{quick}{fewer}");
        let result = json!({ "command": command, "conditions": conditions(), "runs": runs });
        let is_whole = quick.is_empty() && fewer.is_empty();
        let name = if is_whole { format!("{part}.json") } else { format!("quick-{part}.json") };
        let file = tree::root().join("bench/results").join(name);
        tree::write(&file, &format!("{result:#}\n"))?;
        println!("\nwrote {}", tree::shown(&file));
        failed += runs.iter().filter(|run| run.get("failed").is_some()).count();
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} runs failed").into()) }
}

/// The matrix on one database.
fn ingest(store: &str, is_quick: bool) -> Result<Vec<Value>, Failure> {
    let server = if store == "postgres" { Some(postgres::start_durable()?) } else { None };
    let mut runs = Vec::new();
    for (number, (name, words)) in plans(is_quick).into_iter().enumerate() {
        let mut command = Command::new(program::jingwei());
        command.args(["bench", "ingest"]).args(&words);
        if let Some(server) = &server {
            command.args(["--database", &server.database(&format!("run_{number}"))?]);
        }
        runs.push(measure(&format!("{store}, {name}"), &words, &mut command)?);
    }
    Ok(runs)
}

/// The published mix of lists on both databases, with pauses as people make them and without.
fn lists(is_quick: bool) -> Result<Vec<Value>, Failure> {
    let server = postgres::start_durable()?;
    let mut runs = Vec::new();
    let database = server.database("lists")?;
    for store in ["sqlite", "postgres"] {
        let data = tree::target().join(format!("tmp/lists-{store}"));
        std::fs::remove_dir_all(&data).ok();
        for (pace, pause) in [("a question a second", 1_000), ("without a pause", 0)] {
            let words = format!("{} --pause {pause}", if is_quick { QUICK_LISTS } else { USUAL_LISTS });
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            let mut command = Command::new(program::jingwei());
            command.args(["bench", "lists", "--data"]).arg(&data).args(&words);
            if store == "postgres" {
                command.args(["--database", &database]);
            }
            runs.push(measure(&format!("{store}, {pace}"), &words, &mut command)?);
        }
        std::fs::remove_dir_all(&data).ok();
    }
    Ok(runs)
}

/// The runs on one database: what each is called and the words it is asked for with.
fn plans(is_quick: bool) -> Vec<(String, Vec<String>)> {
    let plan = |(rules, percent): (u32, u32)| {
        let share = format!("{}.{:02}", percent / 100, percent % 100);
        let (events, after) = match (is_quick, rules == USUAL_RULES && percent == USUAL_PERCENT) {
            (true, _) => (QUICK_EVENTS, QUICK_EVENTS),
            (false, true) => USUAL,
            (false, false) => OTHERWISE,
        };
        let words = format!("--events {events} --after {after} --rules {rules} --originals {share}");
        (format!("{rules} rules, {percent} % originals"), words.split(' ').map(str::to_owned).collect())
    };
    matrix().map(plan).collect()
}

/// Every number of rules at the usual share of originals, and every share at the usual number of rules.
fn matrix() -> impl Iterator<Item = (u32, u32)> {
    let by_rules = RULES.into_iter().map(|rules| (rules, USUAL_PERCENT));
    let others = ORIGINALS_PERCENT.into_iter().filter(|percent| *percent != USUAL_PERCENT);
    by_rules.chain(others.map(|percent| (USUAL_RULES, percent)))
}

/// Runs a command that ends with its measures.
pub(crate) fn measure(name: &str, words: &[String], command: &mut Command) -> Result<Value, Failure> {
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

fn show(runs: &[Value], columns: &[(&str, &str); 6]) {
    let text = |run: &Value, place: &str| match run.get("measures").and_then(|measures| measures.pointer(place)) {
        Some(Value::Number(number)) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| format!("{number:.1}"))
        }
        _ => "–".to_owned(),
    };
    println!("\n{:<40}{}", "", columns.map(|(head, _)| format!("{head:>14}")).concat());
    for run in runs {
        let name = run.get("name").and_then(Value::as_str).unwrap_or_default();
        match run.get("failed").and_then(Value::as_str) {
            Some(why) => println!("{name:<40}  failed: {why}"),
            None => println!("{name:<40}{}", columns.map(|(_, place)| format!("{:>14}", text(run, place))).concat()),
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
