//! Under what conditions something was measured.

use base::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::program::answer;
use crate::tree;

/// Date, machine, versions and commit.
pub(crate) fn conditions() -> Value {
    json!({
        "date": SystemClock.now().to_string(),
        "commit": commit(),
        "cpu": cpu(),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_mb": memory_mb(),
        "kernel": answer("uname", &["-sr"]),
        "rustc": answer("rustc", &["--version"]),
        "load": std::fs::read_to_string("/proc/loadavg").ok().map(|text| text.split(' ').take(3).collect::<Vec<_>>().join(" ")),
    })
}

/// The commit, with `+` when files differ from it.
fn commit() -> Option<String> {
    let root = tree::root();
    let root = root.to_str()?;
    let commit = answer("git", &["-C", root, "rev-parse", "--short=12", "HEAD"])?;
    let changed = answer("git", &["-C", root, "status", "--porcelain", "--untracked-files=no"])
        .is_some_and(|text| !text.is_empty());
    Some(if changed { format!("{commit}+") } else { commit })
}

fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_mb() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
