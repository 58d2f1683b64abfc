//! `tidy`: what the compiler does not see to. Every finding names a file and a line; none is the aim, and a test holds it.

mod fixtures;
mod migrations;
mod rooms;
mod sources;

use std::fmt;
use std::path::Path;

use crate::{Failure, tree};

/// Something that is not in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// From the root of the checkout.
    file: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    what: String,
}

impl Finding {
    fn new(file: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { file: tree::shown(file), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.what),
            line => write!(out, "{}:{line}: {}", self.file, self.what),
        }
    }
}

/// Everything that is not in order in this checkout.
///
/// # Errors
/// The checkout cannot be read.
pub(crate) fn findings() -> Result<Vec<Finding>, Failure> {
    let root = tree::root();
    let files = tree::files(&root)?;
    let mut found = rooms::findings(&root)?;
    found.extend(sources::findings(&root, &files)?);
    found.extend(migrations::findings(&root.join("crates/store/src/migrations"))?);
    found.extend(fixtures::findings(&root.join("crates/domain/fixtures"))?);
    found.sort();
    Ok(found)
}

pub(crate) fn run() -> Result<(), Failure> {
    let found = findings()?;
    found.iter().for_each(|finding| println!("{finding}"));
    match found.len() {
        0 => {
            println!("tidy");
            Ok(())
        }
        1 => Err("one thing is not tidy".into()),
        count => Err(format!("{count} things are not tidy").into()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checkout_is_tidy() {
        let found = super::findings().unwrap();
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "\n{}", lines.join("\n"));
    }
}
