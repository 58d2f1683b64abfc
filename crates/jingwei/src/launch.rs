//! The launcher: starts the raw zone and the app as siblings, starts either again when it dies, and ends both when it ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::Clock as _;
use clap::Args;
use rustix::process::{Signal, kill_process, set_parent_process_death_signal};

use crate::Failure;
use crate::folder::Folder;

/// The app's exit code when starting it again will not help.
pub(crate) const HOPELESS: u8 = 78;

/// Serve a workspace.
#[derive(Args)]
pub(crate) struct Serve {
    /// The data folder; made if it is not there.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// A PostgreSQL URL, or `sqlite`; remembered from its first use.
    #[arg(long, env = "JINGWEI_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:7080")]
    pub(crate) listen: String,
}

/// Ends with its parent, whatever ends the parent.
pub(crate) fn end_with_parent() {
    set_parent_process_death_signal(Some(Signal::TERM)).ok();
}

/// The raw zone's process.
pub(crate) fn vault(data: &Path) -> Result<ExitCode, Failure> {
    end_with_parent();
    let folder = Folder::existing(data)?;
    let clock: vault::Clock = Arc::new(|| base::SystemClock.now().ms());
    vault::run(&folder.vault(), clock)?;
    Ok(ExitCode::SUCCESS)
}

fn this_program() -> Result<PathBuf, Failure> {
    Ok(std::env::current_exe()?)
}

/// Starts the raw zone's process and waits until it answers.
pub(crate) fn start_vault(folder: &Folder) -> Result<Child, Failure> {
    let mut child = Command::new(this_program()?).arg("vault").arg("--data").arg(&folder.root).spawn()?;
    let client = vault::Client::new(folder.vault().socket_path);
    let start = Instant::now();
    while client.status().is_err() {
        if let Some(status) = child.try_wait()? {
            return Err(format!("the raw zone did not start ({status})").into());
        }
        if start.elapsed() > Duration::from_secs(30) {
            stop(&mut child);
            return Err("the raw zone does not answer".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(child)
}

/// Asks a child to end, and sees to it that it does.
pub(crate) fn stop(child: &mut Child) {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    pid.map(|pid| kill_process(pid, Signal::TERM).ok());
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().ok();
    child.wait().ok();
}

impl Serve {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let folder = Folder::open(&self.data, self.database.as_deref())?;
        if folder.lock()?.is_none() {
            return Err("another jingwei is using this data".into());
        }
        let ended = ended()?;
        let mut vault = start_vault(&folder)?;
        let mut app = self.start_app(&folder)?;
        let code = self.watch(&folder, &mut vault, &mut app, &ended);
        stop(&mut app);
        stop(&mut vault);
        code
    }

    fn start_app(&self, folder: &Folder) -> Result<Child, Failure> {
        let mut command = Command::new(this_program()?);
        command.arg("app").arg("--data").arg(&folder.root).arg("--listen").arg(&self.listen);
        Ok(command.spawn()?)
    }

    fn watch(
        &self,
        folder: &Folder,
        vault: &mut Child,
        app: &mut Child,
        ended: &AtomicBool,
    ) -> Result<ExitCode, Failure> {
        let mut last = Instant::now();
        while !ended.load(Ordering::SeqCst) {
            if let Some(status) = vault.try_wait()? {
                eprintln!("jingwei: the raw zone ended ({status}); starting it again");
                std::thread::sleep(pause(&mut last));
                match start_vault(folder) {
                    Ok(started) => *vault = started,
                    Err(error) => eprintln!("jingwei: {error}"),
                }
            }
            if let Some(status) = app.try_wait()? {
                match status.code().and_then(|code| u8::try_from(code).ok()) {
                    Some(0) | Some(HOPELESS) => {
                        return Ok(ExitCode::from(status.code().and_then(|c| u8::try_from(c).ok()).unwrap_or(1)));
                    }
                    Some(server::CLEARED) => {
                        stop(vault);
                        std::fs::remove_dir_all(folder.root.join("raw"))?;
                        *vault = start_vault(folder)?;
                    }
                    _ => {
                        eprintln!("jingwei: the app ended ({status}); starting it again");
                        std::thread::sleep(pause(&mut last));
                    }
                }
                *app = self.start_app(folder)?;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Little the first time, more when a child ends again soon.
fn pause(last: &mut Instant) -> Duration {
    let soon = last.elapsed() < Duration::from_secs(5);
    *last = Instant::now();
    if soon { Duration::from_millis(500) } else { Duration::from_millis(10) }
}

/// Becomes true when the launcher is asked to end.
fn ended() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(until_asked());
        set.store(true, Ordering::SeqCst);
    });
    Ok(flag)
}

/// Resolves when the process is asked to end.
pub(crate) async fn until_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
