//! Python programs of ours with packages of others: those are pinned beside the program, in a file of its name that ends in `.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{answer, run};
use crate::{Failure, tree};

/// Whether there is a Python that makes environments.
pub(crate) fn is_there() -> bool {
    answer("python3", &["-c", "import venv, ensurepip"]).is_some()
}

/// A Python of the program's own, below `target/`: no two programs' packages have to agree.
pub(crate) fn environment(script: &Path, folder: &str) -> Result<PathBuf, Failure> {
    let folder = tree::target().join(folder);
    let python = folder.join("bin/python");
    let needs = script.with_extension("txt");
    let stamp = folder.join("installed");
    let mark = tree::mark(std::slice::from_ref(&needs))?;
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|known| known == mark) {
        return Ok(python);
    }
    println!("installing the packages of {}", tree::shown(script));
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(words).arg(&needs))?;
    tree::write(&stamp, &mark)?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use crate::tree;

    #[test]
    fn all_packages_are_pinned() {
        let files = ["bench/peers", "xtask/checks"].map(|folder| tree::files(&tree::root().join(folder)).unwrap());
        let needs: Vec<_> = files.into_iter().flatten().filter(|file| tree::ends_in(file, &["txt"])).collect();
        assert!(needs.len() >= 3, "{needs:?}");
        for file in needs {
            let text = tree::read(&file).unwrap();
            assert!(!text.is_empty() && text.lines().all(|line| line.contains("==")), "{}", file.display());
        }
    }
}
