//! Building the web interface, no more often than it changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{answer, npm, run};
use crate::{Failure, tree};

/// The oldest Node that will do.
const NODE: (u32, u32) = (20, 19);

pub(crate) fn folder() -> PathBuf {
    tree::root().join("web")
}

/// Whether `web/package.json` has a script of this name.
pub(crate) fn has_script(name: &str) -> Result<bool, Failure> {
    let package: serde_json::Value = serde_json::from_str(&tree::read(&folder().join("package.json"))?)?;
    Ok(package.get("scripts").and_then(|scripts| scripts.get(name)).is_some())
}

/// An npm script of `web/`.
pub(crate) fn script(name: &str) -> Command {
    npm(&folder(), &["run", "--silent", name])
}

/// Fails, with what to do, when Node is missing or too old.
pub(crate) fn need_node() -> Result<(), Failure> {
    let wanted = format!("Node {}.{} or newer is needed", NODE.0, NODE.1);
    let found = answer("node", &["--version"])
        .ok_or_else(|| format!("{wanted}, and npm with it; there is none on the path"))?;
    if version(&found).is_some_and(|version| version >= NODE) {
        Ok(())
    } else {
        Err(format!("{wanted}; this is {found}").into())
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Installs the packages of a folder with a lock file, unless just those are installed.
pub(crate) fn install(folder: &Path) -> Result<(), Failure> {
    need_node()?;
    let stamp = folder.join("node_modules/.jingwei-installed");
    let mark = tree::mark(&[folder.join("package.json"), folder.join("package-lock.json")])?;
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == mark) {
        return Ok(());
    }
    println!("installing the packages of {}", tree::shown(folder));
    run(&mut npm(folder, &["ci", "--no-progress"]))?;
    tree::write(&stamp, &mark)
}

/// Builds the interface, unless what is built is of these sources.
pub(crate) fn build() -> Result<(), Failure> {
    let folder = folder();
    install(&folder)?;
    let stamp = folder.join("node_modules/.jingwei-built");
    let mark = tree::mark(&tree::files(&folder)?)?;
    let is_built = folder.join("dist/index.html").is_file();
    if is_built && std::fs::read_to_string(&stamp).is_ok_and(|known| known == mark) {
        return Ok(());
    }
    println!("building the web interface");
    run(&mut script("build"))?;
    tree::write(&stamp, &mark)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_version_of_node_is_read() {
        assert_eq!(super::version("v20.19.4"), Some((20, 19)));
        assert_eq!(super::version("nonsense"), None);
    }
}
