//! How many tests passed and failed, read from what the runners print.

/// Passed and failed over all summaries among these lines.
pub(crate) fn sum(lines: &[String]) -> (u64, u64) {
    let counts = lines.iter().filter_map(|line| of(&plain(line)));
    counts.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
}

/// The counts of a summary line: of cargo, nextest, Vitest, Node, or plainly `N passed, N failed`.
fn of(line: &str) -> Option<(u64, u64)> {
    let line = line.trim();
    if let Some(node) = line.strip_prefix("ℹ ") {
        let count = |name| node.strip_prefix(name)?.parse().ok();
        return count("pass ").map(|passed| (passed, 0)).or_else(|| count("fail ").map(|failed| (0, failed)));
    }
    let is_cargo = line.contains("test result:");
    let is_nextest = line.starts_with("Summary [");
    let is_vitest = line.starts_with("Tests ");
    let is_plain = line.starts_with(|first: char| first.is_ascii_digit())
        && line.ends_with(" failed")
        && line.contains(" passed, ");
    (is_cargo || is_nextest || is_vitest || is_plain).then(|| (before(line, "passed"), before(line, "failed")))
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> u64 {
    let mut last = 0;
    for part in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        if part == word {
            return last;
        }
        last = part.parse().unwrap_or(last);
    }
    0
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        rest = after.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn summaries_of_all_runners_are_added_up() {
        let lines = [
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "     Summary [   1.234s] 30 tests run: 29 passed (1 slow), 1 failed, 2 skipped",
            " Test Files  3 passed (3)",
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m7 passed\u{1b}[39m (8)",
            "2 passed, 0 failed",
            "ℹ tests 5",
            "ℹ pass 4",
            "ℹ fail 1",
            "a test that has passed, and one that failed",
        ];
        assert_eq!(sum(&lines.map(str::to_owned)), (54, 3));
    }
}
