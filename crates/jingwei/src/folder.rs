//! A data folder: where what is, and who is using it.
//!
//! ```text
//! DATA/workspace.json   zone, currency, database
//! DATA/master/          the master zone: jingwei.db
//! DATA/index/           the search index, which is made again when it is deleted
//! DATA/raw/             the raw zone: only its own process reads here
//! DATA/keys/            vault.key, master.key: keep them apart from any copy of the rest
//! DATA/run/             sockets, locks, tokens of the running server
//! ```

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base::{Currency, TimeZone};
use serde::{Deserialize, Serialize};
use store::Location;

use crate::Failure;

/// How a workspace is set up, for good.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) zone: String,
    pub(crate) currency: String,
    /// A PostgreSQL URL; none for the SQLite file of the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { zone: "Asia/Shanghai".to_owned(), currency: "CNY".to_owned(), database: None }
    }
}

/// A data folder.
#[derive(Clone)]
pub(crate) struct Folder {
    pub(crate) root: PathBuf,
    pub(crate) workspace: Workspace,
}

/// What a running server leaves for the command line.
#[derive(Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Folder {
    /// Opens a data folder, or makes one. `database` is remembered from its first use.
    pub(crate) fn open(root: &Path, database: Option<&str>) -> Result<Self, Failure> {
        for name in ["", "master", "index", "keys", "run"] {
            let path = root.join(name);
            make(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let root = root.canonicalize()?;
        let file = root.join("workspace.json");
        let mut workspace: Workspace = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", file.display()))?,
            Err(_) => Workspace::default(),
        };
        if let Some(database) = database {
            workspace.database = (database != "sqlite").then(|| database.to_owned());
        }
        if database.is_some() || !file.exists() {
            write_private(&file, serde_json::to_string_pretty(&workspace)?.as_bytes())?;
        }
        Ok(Self { root, workspace })
    }

    /// Opens a data folder that must be there.
    pub(crate) fn existing(root: &Path) -> Result<Self, Failure> {
        if !root.join("workspace.json").exists() {
            return Err(format!("{} is not a data folder of jingwei", root.display()).into());
        }
        Self::open(root, None)
    }

    pub(crate) fn location(&self) -> Location {
        match &self.workspace.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.root.join("master/jingwei.db")),
        }
    }

    /// The search index: within its folder, which stays when the index is made anew.
    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index/records")
    }

    pub(crate) fn zone(&self) -> Result<TimeZone, Failure> {
        let zone = &self.workspace.zone;
        TimeZone::get(zone).map_err(|_| format!("workspace.json: {zone} is not a time zone").into())
    }

    pub(crate) fn currency(&self) -> Result<Currency, Failure> {
        Ok(self.workspace.currency.parse().map_err(|error| format!("workspace.json: {error}"))?)
    }

    pub(crate) fn vault(&self) -> vault::VaultConfig {
        let socket = self.root.join("run/vault.sock");
        vault::VaultConfig::new(self.root.join("raw"), self.root.join("keys/vault.key"), socket)
    }

    /// Takes the folder for one writer; none when another has it. It is free again when the file is dropped.
    pub(crate) fn lock(&self) -> Result<Option<File>, Failure> {
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.root.join("run/lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// The server that uses the folder.
    pub(crate) fn running(&self) -> Result<Running, Failure> {
        let bytes = std::fs::read(self.root.join("run/local.json"))
            .map_err(|_| "another jingwei is using this data, but its server is not up yet; try again in a moment")?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// Makes a folder for its owner alone, with its parents, so that it is still there after the power failed.
fn make(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(parent)?.sync_all(),
    }
}

/// Writes a file that only its owner reads, whole or not at all; it is on disk when this returns.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fresh = path.with_extension("tmp");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(fresh, path)?;
    Ok(path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?)
}
