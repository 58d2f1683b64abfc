//! The vault's socket: its folder, its modes, and who may come in.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::config::VaultConfig;
use crate::error::StartError;

/// Makes a folder for the owner alone, with its parents.
pub(crate) fn private_dir(path: &Path, what: &'static str) -> Result<(), StartError> {
    make(path).map_err(StartError::io(what))
}

/// Makes a folder so that it is still there after the power failed.
fn make(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => File::open(parent)?.sync_all(),
    }
}

/// Takes the folder for this process. The lock ends with the file handle.
pub(crate) fn lock(raw_dir: &Path) -> Result<File, StartError> {
    let path = raw_dir.join("lock");
    let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = options.map_err(StartError::io("lock file"))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| StartError::AlreadyRunning)?;
    Ok(file)
}

/// Listens. A socket that a dead vault left is replaced, a live one is not.
pub(crate) fn listen(config: &VaultConfig) -> Result<UnixListener, StartError> {
    let (path, folder) = (&config.socket_path, config.socket_dir());
    let shared = config.app_uid.is_some_and(|uid| uid != own_uid());
    private_dir(folder, "socket folder")?;
    let mode = fs::metadata(folder).map_err(StartError::io("socket folder"))?.mode();
    if mode & if shared { 0o066 } else { 0o077 } != 0 {
        return Err(StartError::SocketDirOpen(folder.to_owned()));
    }
    if shared {
        fs::set_permissions(folder, Permissions::from_mode(0o711)).map_err(StartError::io("socket folder"))?;
    }
    if UnixStream::connect(path).is_ok() {
        return Err(StartError::AlreadyRunning);
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(StartError::io("socket")(error));
        }
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(StartError::io("socket"))?;
    let mode = if shared { 0o666 } else { 0o600 };
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(StartError::io("socket"))?;
    Ok(listener)
}

/// Whether the process at the other end runs as that user.
pub(crate) fn is_user(stream: &UnixStream, uid: u32) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid.as_raw() == uid)
}

/// The user this process runs as.
pub(crate) fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}
