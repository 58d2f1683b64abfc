//! The peers of `bench/peers`: the same events from the same files, the same rule, and no figure without the same answer.
//!
//! A peer is a Python file with the packages it needs in a file of its name that ends in `.txt`. How it is called and what it
//! prints stands in `bench/peers/peer.py`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::measure;
use crate::{Failure, program, python, tree};

/// What answers are compared on before anything is measured.
const TRIAL_EVENTS: u64 = 50_000;

/// A workload in files, and who the rule comes to hold for in it.
struct Case {
    events: PathBuf,
    count: u64,
    answer: String,
}

/// Jingwei over so many events from files, and every peer over the same files.
pub(crate) fn run(events: u64) -> Result<Vec<Value>, Failure> {
    let folder = tree::target().join("peers/events");
    std::fs::remove_dir_all(&folder).ok();
    let done = run_in(&folder, events);
    std::fs::remove_dir_all(&folder).ok();
    done
}

fn run_in(folder: &Path, events: u64) -> Result<Vec<Value>, Failure> {
    let name = "jingwei, 1 rule, from files";
    let trial = Case::prepare(&folder.join("trial"), TRIAL_EVENTS, &format!("{name}, tried"))?;
    let full = Case::prepare(&folder.join("full"), events, name)?;
    let mut runs = vec![full.1];
    for script in scripts()? {
        let name = script.file_stem().and_then(|name| name.to_str()).unwrap_or("peer");
        let python = python::environment(&script, &format!("peers/{name}"))?;
        let tried = trial.0.ask(&python, &script, &format!("{name}, tried"))?;
        let is_measured = tried.get("failed").is_none();
        runs.push(if is_measured { full.0.ask(&python, &script, name)? } else { tried });
    }
    Ok(runs)
}

impl Case {
    /// Writes the events and has Jingwei answer; its measures besides.
    fn prepare(folder: &Path, count: u64, name: &str) -> Result<(Self, Value), Failure> {
        let (events, answer) = (folder.join("events"), folder.join("answer"));
        std::fs::create_dir_all(&events)?;
        let jingwei = program::jingwei();
        let words = ["bench", "events", "--events", &count.to_string(), "--out"];
        program::run(Command::new(&jingwei).args(words).arg(&events))?;
        let mut command = Command::new(&jingwei);
        command.args(["bench", "answer", "--events"]).arg(&events).arg("--out").arg(&answer);
        let run = measure(name, &shown(count), &mut command)?;
        if let Some(why) = run.get("failed") {
            return Err(format!("there is no answer to hold the peers' against: {why}").into());
        }
        Ok((Self { events, count, answer: tree::read(&answer)? }, run))
    }

    /// Has a peer answer: its measures, if its answer is the same.
    fn ask(&self, python: &Path, script: &Path, name: &str) -> Result<Value, Failure> {
        let answer = self.events.with_file_name("peers-answer");
        tree::write(&answer, "")?;
        let mut command = Command::new(python);
        command.arg("-B").arg(script).args(["--count", &self.count.to_string(), "--events"]).arg(&self.events);
        let run = measure(name, &shown(self.count), command.arg("--answer").arg(&answer))?;
        if run.get("failed").is_some() {
            return Ok(run);
        }
        Ok(match difference(&self.answer, &tree::read(&answer)?) {
            None => run,
            Some(why) => json!({ "name": name, "words": shown(self.count).join(" "), "failed": why }),
        })
    }
}

fn shown(count: u64) -> Vec<String> {
    vec!["--events".to_owned(), count.to_string()]
}

/// How an answer differs from Jingwei's, if it does.
fn difference(ours: &str, theirs: &str) -> Option<String> {
    let only = |these: &str, those: &str| {
        let those: std::collections::HashSet<&str> = those.lines().collect();
        these.lines().filter(|member| !those.contains(member)).count()
    };
    let (missing, more) = (only(ours, theirs), only(theirs, ours));
    (ours != theirs).then(|| format!("another answer than Jingwei's: {missing} customers missing, {more} too many"))
}

/// The peers: Python files with their packages beside them.
fn scripts() -> Result<Vec<PathBuf>, Failure> {
    let files = tree::files(&tree::root().join("bench/peers"))?;
    Ok(files.into_iter().filter(|file| tree::ends_in(file, &["py"]) && file.with_extension("txt").is_file()).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn answers_are_the_same_or_said_to_differ() {
        assert_eq!(super::difference("M1\nM2\n", "M1\nM2\n"), None);
        let why = super::difference("M1\nM2\n", "M2\nM3\nM4\n").unwrap();
        assert!(why.ends_with("1 customers missing, 2 too many"), "{why}");
        assert!(super::difference("M1\n", "").is_some());
    }
}
