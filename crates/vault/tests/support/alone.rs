//! A process to be killed, sandboxed and asked from inside: `vault-alone vault RAW_DIR KEY_FILE
//! SOCKET`, or `vault-alone app RUN_DIR DENIED...` for the app's sandbox.
//!
//! With `VAULT_PROBES` set to paths between colons, the vault's clock shows what the vault's own
//! threads can reach: bit n is set when the n-th path opens, bit 20 when a TCP connection is tried
//! at all, bit 21 when the process may be dumped.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{DumpableBehavior, dumpable_behavior};
use vault::{AppFolders, Clock, IsolationLevel, VaultConfig, harden_app, run};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let done = match arguments.next().as_ref().and_then(|mode| mode.to_str()) {
        Some("vault") => serve(arguments.map(PathBuf::from)),
        Some("app") => stay_out(arguments.map(PathBuf::from)),
        _ => false,
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve(mut paths: impl Iterator<Item = PathBuf>) -> bool {
    let mut next = || paths.next().unwrap_or_default();
    let config = VaultConfig::new(next(), next(), next());
    let clock: Clock = match std::env::var_os("VAULT_PROBES") {
        Some(probes) => Arc::new(move || probe(&probes)),
        None => Arc::new(now_ms),
    };
    run(&config, clock).is_ok()
}

#[allow(clippy::disallowed_methods, reason = "a program's outermost edge")]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn probe(probes: &OsString) -> i64 {
    let opens = |path: &Path| File::open(path).is_ok();
    let mut seen = 0;
    for (bit, path) in std::env::split_paths(probes).enumerate() {
        seen |= i64::from(opens(&path)) << bit;
    }
    let tried = TcpStream::connect("127.0.0.1:9").is_err_and(|error| error.kind() != ErrorKind::PermissionDenied);
    let dumpable = dumpable_behavior() != Ok(DumpableBehavior::NotDumpable);
    seen | i64::from(tried) << 20 | i64::from(dumpable) << 21
}

/// Whether the app, once hardened, can use its own folder and cannot reach what it must not.
fn stay_out(mut paths: impl Iterator<Item = PathBuf>) -> bool {
    let own = paths.next().unwrap_or_default();
    let denied: Vec<PathBuf> = paths.collect();
    let mut folders = AppFolders::system();
    folders.read_write.push(own.clone());
    folders.denied.clone_from(&denied);
    let level = harden_app(&folders).level;
    let shut =
        denied.iter().all(|path| File::open(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied));
    let works = std::fs::write(own.join("own"), "x").is_ok() && File::open("/etc/passwd").is_ok();
    level == IsolationLevel::Landlock && shut && works
}
