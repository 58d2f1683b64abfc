//! `check NAME`: a long check in full, its outcome kept with the conditions it ran under.

use std::time::Instant;

use serde_json::json;

use crate::conditions::conditions;
use crate::test::{count, postgres};
use crate::{Failure, program, tree};

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let [name, rest @ ..] = words else { return Err("check needs a name, such as kills".into()) };
    let file = tree::root().join("crates/jingwei/tests").join(name);
    if !file.with_extension("rs").is_file() && !file.join("main.rs").is_file() {
        return Err(format!("there is no check '{name}'; there are: {}", names()?.join(", ")).into());
    }
    let server = postgres::start()?;
    let mut command = program::cargo();
    command.args(["test", "--release", "--package", "jingwei", "--test", name, "--"]);
    command.args(["--include-ignored", "--nocapture", "--test-threads", "1"]).args(rest);
    command.env("JINGWEI_FULL", "1").env("JINGWEI_TEST_POSTGRES", server.url());
    let start = Instant::now();
    let (lines, is_good) = program::watch(&mut command)?;
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

fn names() -> Result<Vec<String>, Failure> {
    let folder = tree::root().join("crates/jingwei/tests");
    let entries = std::fs::read_dir(folder).map_err(|_| "the binary has no long checks yet")?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// Results are kept; where this machine has its folders is nobody's business.
pub(crate) fn without_places(line: &str) -> String {
    let target = tree::target().display().to_string();
    let temporary = std::env::temp_dir().display().to_string();
    line.replace(&target, "target").replace(&tree::root().display().to_string(), ".").replace(&temporary, "TMP")
}
