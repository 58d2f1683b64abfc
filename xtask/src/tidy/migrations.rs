//! Migrations exist in both dialects, numbered without a gap, and make the same tables, columns and indexes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Finding;
use crate::{Failure, tree};

const DIALECTS: [&str; 2] = ["sqlite", "postgres"];

/// What a migration names, with the line on which it first does.
type Names = BTreeMap<String, usize>;

pub(super) fn findings(folder: &Path) -> Result<Vec<Finding>, Failure> {
    let mut found = Vec::new();
    let mut numbers: BTreeMap<u32, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for file in tree::files(folder)?.into_iter().filter(|file| tree::ends_in(file, &["sql"])) {
        match parts(&file) {
            Some((number, rest)) => {
                numbers.entry(number).or_default().insert(rest, file);
            }
            None => {
                found.push(Finding::new(&file, 0, "is not named NUMBER_name.sqlite.sql or NUMBER_name.postgres.sql"));
            }
        }
    }
    for ((number, files), wanted) in numbers.iter().zip(1..) {
        if *number != wanted {
            found.push(Finding::new(folder, 0, format!("migration {wanted} is missing before {number}")));
        }
        found.extend(pair(folder, *number, files)?);
    }
    Ok(found)
}

/// A migration's number, and its name with the dialect.
fn parts(file: &Path) -> Option<(u32, String)> {
    let name = file.file_name()?.to_str()?.strip_suffix(".sql")?;
    let (number, rest) = name.split_once('_')?;
    let (_, dialect) = rest.rsplit_once('.')?;
    DIALECTS.contains(&dialect).then_some(())?;
    Some((number.parse().ok()?, rest.to_owned()))
}

fn pair(folder: &Path, number: u32, files: &BTreeMap<String, PathBuf>) -> Result<Vec<Finding>, Failure> {
    let names: BTreeSet<&str> = files.keys().filter_map(|rest| Some(rest.rsplit_once('.')?.0)).collect();
    let of = |dialect: &str| files.iter().find(|(rest, _)| rest.ends_with(dialect)).map(|(_, file)| file);
    let (Some(sqlite), Some(postgres), 1, 2) = (of("sqlite"), of("postgres"), names.len(), files.len()) else {
        return Ok(vec![Finding::new(
            folder,
            0,
            format!("migration {number} is not there once in each dialect under one name"),
        )]);
    };
    let (ours, theirs) = (read(sqlite)?, read(postgres)?);
    let lacking = |file: &Path, names: &Names, other: &Names, dialect: &str| {
        let only = names.iter().filter(|(name, _)| !other.contains_key(*name));
        only.map(|(name, line)| Finding::new(file, *line, format!("{name} is not in the {dialect} migration")))
            .collect::<Vec<_>>()
    };
    let mut found = lacking(sqlite, &ours, &theirs, "postgres");
    found.extend(lacking(postgres, &theirs, &ours, "sqlite"));
    Ok(found)
}

fn read(file: &Path) -> Result<Names, Failure> {
    Ok(named(&tree::read(file)?))
}

/// The tables, columns and indexes that a script makes, changes or drops.
fn named(sql: &str) -> Names {
    let mut names = Names::new();
    let mut line = 1;
    for statement in without_comments(sql).split(';') {
        let lead = statement.len() - statement.trim_start().len();
        let begins = line + statement.get(..lead).unwrap_or_default().matches('\n').count();
        for name in of_statement(statement) {
            names.entry(name).or_insert(begins);
        }
        line += statement.matches('\n').count();
    }
    names
}

fn without_comments(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}

fn of_statement(statement: &str) -> Vec<String> {
    let (head, body) = statement.split_once('(').unwrap_or((statement, ""));
    let fill = ["IF", "NOT", "EXISTS", "UNIQUE", "ONLY"];
    let words: Vec<&str> =
        head.split_whitespace().filter(|word| !fill.contains(&word.to_ascii_uppercase().as_str())).collect();
    match words.as_slice() {
        ["CREATE", "TABLE", table, ..] => {
            let columns = columns(body).into_iter().map(|column| format!("column {table}.{column}"));
            std::iter::once(format!("table {table}")).chain(columns).collect()
        }
        ["CREATE", "INDEX", index, "ON", table, ..] => vec![format!("index {index} on {table}")],
        ["ALTER", "TABLE", table, "ADD", "COLUMN", column, ..] => vec![format!("column {table}.{column}")],
        ["ALTER", "TABLE", table, "DROP", "COLUMN", column, ..] => vec![format!("dropped column {table}.{column}")],
        ["ALTER", "TABLE", table, "RENAME", rest @ ..] => vec![format!("renaming of {table} {}", rest.join(" "))],
        ["DROP", what, name, ..] => vec![format!("dropped {what} {name}")],
        _ => Vec::new(),
    }
}

/// The first words of a table's columns; constraints left out.
fn columns(body: &str) -> Vec<String> {
    const CONSTRAINTS: [&str; 6] = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT", "EXCLUDE"];
    let mut depth = 1_i32;
    let mut parts = vec![String::new()];
    for letter in body.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        match letter {
            _ if depth == 0 => break,
            ',' if depth == 1 => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
    }
    let first = parts.iter().filter_map(|part| part.split_whitespace().next());
    first.filter(|word| !CONSTRAINTS.contains(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_columns_and_indexes_are_named_with_their_lines() {
        let sql = "-- a note; with a semicolon\nCREATE TABLE a (x BIGINT PRIMARY KEY, y NUMERIC(5, 2) NOT NULL,\n  PRIMARY KEY (x, y));\n\
            CREATE UNIQUE INDEX a_y ON a (y) WHERE y > 1;\nALTER TABLE a ADD COLUMN z TEXT;";
        let names: Vec<(String, usize)> = named(sql).into_iter().collect();
        let wanted = [("column a.x", 2), ("column a.y", 2), ("column a.z", 5), ("index a_y on a", 4), ("table a", 2)];
        assert_eq!(names, wanted.map(|(name, line)| (name.to_owned(), line)));
    }
}
