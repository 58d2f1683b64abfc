//! Where the vault's things are.

use std::path::{Path, PathBuf};

use crate::cache::KeyCache;

/// Where a vault keeps its files, who may talk to it, and how long it remembers keys.
#[derive(Debug, Clone)]
pub struct VaultConfig {
    /// Folder of ciphertext, wrapped keys and the audit log; made with mode 0700 if missing.
    pub raw_dir: PathBuf,
    /// The root key, made with mode 0600 on first run. Not inside [`VaultConfig::raw_dir`]: who
    /// copies that folder must not have the key with it.
    pub key_file: PathBuf,
    /// The socket. Its folder is made with mode 0700 if missing and must not let others in.
    pub socket_path: PathBuf,
    /// Where the data is resident, 1 to 8 ASCII letters; every record is bound to it. Fixed on
    /// first run.
    pub region: String,
    /// The user the app runs as, when it is not the vault's own. The socket then lets every user
    /// connect and the vault refuses all but this one by the kernel's word (`SO_PEERCRED`).
    pub app_uid: Option<u32>,
    /// Bounds of the key cache.
    pub key_cache: KeyCache,
}

impl VaultConfig {
    /// A vault in these three places, region `local`, for an app of the same user.
    #[must_use]
    pub fn new(raw_dir: PathBuf, key_file: PathBuf, socket_path: PathBuf) -> Self {
        let region = "local".to_owned();
        Self { raw_dir, key_file, socket_path, region, app_uid: None, key_cache: KeyCache::default() }
    }

    /// The socket's folder.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.socket_path.parent().unwrap_or(Path::new("/"))
    }
}
