//! `openapi`: the API's description and the web client made from it are generated files; they are written here, or compared.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::{Failure, program, tree, web};

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    match words {
        [] => write(),
        [word] if word == "--check" => check(),
        _ => Err("openapi takes --check or nothing".into()),
    }
}

fn file() -> PathBuf {
    tree::root().join("docs/openapi.json")
}

fn described() -> Result<String, Failure> {
    let text = program::output(program::cargo().args(["run", "--quiet", "--package", "jingwei", "--", "openapi"]))?;
    let _: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("jingwei openapi did not print JSON: {error}"))?;
    Ok(text)
}

fn write() -> Result<(), Failure> {
    tree::write(&file(), &described()?)?;
    println!("wrote {}", tree::shown(&file()));
    client()
}

/// Makes the web client's types from the description, where `web/` has a script for it.
fn client() -> Result<(), Failure> {
    if !web::has_script("api")? {
        return Ok(());
    }
    web::install(&web::folder())?;
    program::run(&mut web::script("api"))
}

/// Compares what is there with what would be written.
pub(crate) fn check() -> Result<(), Failure> {
    let fresh = described()?;
    if !std::fs::read_to_string(file()).is_ok_and(|known| known == fresh) {
        return Err(stale(&tree::shown(&file())));
    }
    let before = generated()?;
    client()?;
    let after = generated()?;
    let changed: Vec<&PathBuf> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    for path in &changed {
        match before.get(*path) {
            Some(bytes) => std::fs::write(path, bytes)?,
            None => std::fs::remove_file(path)?,
        }
    }
    changed.first().map_or(Ok(()), |path| Err(stale(&tree::shown(path))))
}

fn stale(path: &str) -> Failure {
    format!("{path} is stale; run cargo xtask openapi and commit what it writes").into()
}

/// The client's files with their contents.
fn generated() -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let files = tree::files(&web::folder().join("src/api"))?;
    files.into_iter().map(|path| std::fs::read(&path).map(|bytes| (path, bytes)).map_err(Failure::from)).collect()
}
