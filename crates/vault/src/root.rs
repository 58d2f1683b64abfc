//! The root key file, in a third place beside app and raw zone.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use crate::crypto::{KEY, KeyBytes, random_key};
use crate::error::StartError;

/// First bytes of a key file; the last is the version.
const MAGIC: &[u8; 8] = b"JWROOT\0\x01";
const BYTES: usize = MAGIC.len() + KEY;

/// Reads the root key, or makes the file when `may_create` says that nothing is sealed yet.
pub(crate) fn read_or_create(path: &Path, may_create: bool) -> Result<KeyBytes, StartError> {
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == ErrorKind::NotFound && may_create => create(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StartError::KeyFileMissing(path.to_owned())),
        Err(source) => Err(StartError::Io { what: "key file", source }),
    }
}

fn read(path: &Path, file: File) -> Result<KeyBytes, StartError> {
    let mode = file.metadata().map_err(StartError::io("key file"))?.mode();
    if mode & 0o077 != 0 {
        return Err(StartError::KeyFileOpen(path.to_owned()));
    }
    let mut content = Zeroizing::new(Vec::with_capacity(BYTES + 1));
    file.take(BYTES as u64 + 1).read_to_end(&mut content).map_err(StartError::io("key file"))?;
    let key = content.strip_prefix(MAGIC).and_then(|key| <[u8; KEY]>::try_from(key).ok());
    key.map(Zeroizing::new).ok_or_else(|| StartError::KeyFileFormat(path.to_owned()))
}

/// Writes beside and renames, so that a key file is either whole or absent.
fn create(path: &Path) -> Result<KeyBytes, StartError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder).map_err(StartError::io("key file's folder"))?;
    let key = random_key()?;
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(StartError::io("key file"))?;
    let content = Zeroizing::new([&MAGIC[..], &key[..]].concat());
    file.write_all(&content).and_then(|()| file.sync_all()).map_err(StartError::io("key file"))?;
    std::fs::rename(&beside, path).map_err(StartError::io("key file"))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StartError::io("key file's folder"))?;
    Ok(key)
}
