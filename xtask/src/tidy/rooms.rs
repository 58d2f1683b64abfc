//! The table of rooms in ARCHITECTURE.md against what the crates depend on. Normal dependencies only: tests may reach further.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::Finding;
use crate::{Failure, program, tree};

/// What a room's row says instead of names when it may use every other.
const EVERYTHING: &str = "everything";

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Room {
    line: usize,
    name: String,
    may_use: BTreeSet<String>,
    may_use_all: bool,
}

pub(super) fn findings(root: &Path) -> Result<Vec<Finding>, Failure> {
    let file = root.join("ARCHITECTURE.md");
    let rooms = rooms(&tree::read(&file)?);
    Ok(compare(&file, &rooms, &edges()?))
}

/// The rows below the heading `## Rooms`: crate, what it is, what it may use, what it must never know.
fn rooms(text: &str) -> Vec<Room> {
    let lines = (1..).zip(text.lines()).skip_while(|(_, line)| line.trim() != "## Rooms").skip(1);
    let lines = lines.take_while(|(_, line)| !line.starts_with("## "));
    lines.filter_map(|(line, text)| room(line, text)).collect()
}

fn room(line: usize, text: &str) -> Option<Room> {
    let mut cells = text.strip_prefix('|')?.split('|').map(str::trim);
    let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?.to_owned();
    let may_use = cells.nth(1)?;
    let names = may_use.split('`').skip(1).step_by(2).map(str::to_owned);
    Some(Room { line, name, may_use: names.collect(), may_use_all: may_use == EVERYTHING })
}

/// The crates of this workspace with those of them that they depend on.
fn edges() -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
    let text = program::output(program::cargo().args(["metadata", "--format-version", "1", "--no-deps", "--offline"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata.get("packages").and_then(Value::as_array).ok_or("cargo metadata names no packages")?;
    Ok(packages.iter().filter_map(|package| Some((name(package)?, uses(package)))).collect())
}

fn name(of: &Value) -> Option<String> {
    of.get("name").and_then(Value::as_str).map(str::to_owned)
}

fn uses(package: &Value) -> BTreeSet<String> {
    let all = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let ours =
        all.filter(|one| one.get("path").is_some_and(Value::is_string) && one.get("kind").is_none_or(Value::is_null));
    ours.filter_map(name).collect()
}

fn compare(file: &Path, rooms: &[Room], edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Finding> {
    let mut found = Vec::new();
    if rooms.is_empty() {
        found.push(Finding::new(file, 0, "there is no table below a heading '## Rooms'"));
    }
    for (name, uses) in edges {
        let Some(room) = rooms.iter().find(|room| room.name == *name) else {
            found.push(Finding::new(file, 0, format!("the table of rooms lacks `{name}`")));
            continue;
        };
        let strangers = uses.iter().filter(|used| !room.may_use_all && !room.may_use.contains(*used));
        found.extend(strangers.map(|used| {
            Finding::new(file, room.line, format!("`{name}` uses `{used}`, which its row does not allow"))
        }));
    }
    for room in rooms {
        if !edges.contains_key(&room.name) {
            found.push(Finding::new(file, room.line, format!("there is no crate `{}`", room.name)));
        }
        let strangers = room.may_use.iter().filter(|used| !edges.contains_key(*used));
        found.extend(
            strangers.map(|used| {
                Finding::new(file, room.line, format!("`{}` may use `{used}`, which is no crate", room.name))
            }),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_that_the_table_lacks_is_found() {
        let text = "# A\n\n## Rooms\n\n| Crate | Is | May use | Must never know |\n|---|---|---|---|\n\
            | `base` | words | – | ours |\n| `domain` | nouns | `base` | SQL |\n| `gone` | x | `base` | y |\n\n## Next\n| `no` | a | b | c |\n";
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let edges = BTreeMap::from([
            ("base".to_owned(), set(&["domain"])),
            ("domain".to_owned(), set(&["base"])),
            ("xtask".to_owned(), set(&[])),
        ]);
        let found = compare(Path::new("A.md"), &rooms(text), &edges);
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "A.md:7: `base` uses `domain`, which its row does not allow",
                "A.md: the table of rooms lacks `xtask`",
                "A.md:9: there is no crate `gone`",
            ]
        );
    }
}
