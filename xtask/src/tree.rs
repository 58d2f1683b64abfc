//! The checkout: where it is, where builds go, and its files.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

use crate::Failure;

/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 4] = ["target", "node_modules", "dist", "data-cache"];

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR").filter(|path| !path.is_empty()) {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// A path as people read it: from the root of the checkout.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// All files below a folder, in order; hidden ones, build output and foreign packages left out.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    walk(folder, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", shown(folder)))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        if kind.is_file() {
            found.push(entry.path());
        } else if !NOT_OURS.contains(&name.as_str()) {
            walk(&entry.path(), found)?;
        }
    }
    Ok(())
}

/// Whether a file's name ends in one of these, without the dot.
pub(crate) fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
}

/// A file as text.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", shown(path)).into())
}

/// Writes a file, making its folder.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", shown(path)).into())
}

/// A short mark of files and their names: another mark means that something changed.
pub(crate) fn mark(files: &[PathBuf]) -> Result<String, Failure> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write(shown(file).as_bytes());
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", shown(file)))?;
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
