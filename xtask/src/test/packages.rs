//! What the checks need besides Rust and Node: installed where that is allowed, named where it is not.

use std::path::PathBuf;
use std::process::Command;

use crate::program::{self, answer, find};
use crate::test::postgres;
use crate::{Failure, python};

/// Something a step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Package {
    /// A PostgreSQL server.
    PostgreSql,
    /// Python with its environments.
    Python,
    /// A browser for the journeys.
    Chromium,
    /// A font with Chinese letters, so that screenshots show them.
    ChineseFont,
}

impl Package {
    /// Its name in Debian.
    const fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::Python => "python3-venv",
            Self::Chromium => "chromium",
            Self::ChineseFont => "fonts-noto-cjk",
        }
    }

    fn is_there(self) -> bool {
        match self {
            Self::PostgreSql => postgres::program("initdb").is_some(),
            Self::Python => python::is_there(),
            Self::Chromium => chromium().is_some(),
            Self::ChineseFont => answer("fc-list", &[":lang=zh"]).is_some_and(|fonts| !fonts.is_empty()),
        }
    }
}

/// The browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find)
}

/// Sees to it that all of these are there.
pub(crate) fn ensure(needs: &[Package]) -> Result<(), Failure> {
    let missing: Vec<&str> = needs.iter().filter(|package| !package.is_there()).map(|package| package.name()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let Some(mut update) = apt() else {
        return Err(format!("these are needed and cannot be installed from here: {list} (as Debian names them); install them and try again").into());
    };
    println!("installing {list}");
    program::run(update.args(["update", "--quiet"]))?;
    let mut install = apt().ok_or("apt-get is gone")?;
    program::run(install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing))?;
    let lacking: Vec<&str> = needs.iter().filter(|package| !package.is_there()).map(|package| package.name()).collect();
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(format!("{} was installed and is not found", lacking.join(", ")).into())
    }
}

/// apt-get, when we may use it without being asked for a password.
fn apt() -> Option<Command> {
    find("apt-get")?;
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        answer("sudo", &["-n", "true"])?;
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}

pub(crate) fn is_root() -> bool {
    answer("id", &["-u"]).is_some_and(|id| id == "0")
}
