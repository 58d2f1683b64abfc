//! What this machine gives, and how far the raw zone is kept apart.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use vault::Isolation;

use crate::Failure;
use crate::folder::Folder;
use crate::launch::{start_vault, stop};
use crate::local::memory;

/// Say what this machine gives, and how far the raw zone is kept apart.
#[derive(Args)]
pub(crate) struct Doctor {
    /// The data folder; a temporary one if absent.
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let temporary = tempfile::tempdir()?;
        let root = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let folder = Folder::open(&root, None)?;
        let lock = folder.lock()?;
        let mut started = lock.is_some().then(|| start_vault(&folder)).transpose()?;
        let status = vault::Client::new(folder.vault().socket_path).status();
        started.as_mut().into_iter().for_each(stop);
        let status = status?;
        println!("raw zone: {:?} (suite {}, epoch {})", status.isolation.level, status.suite, status.epoch);
        tell(&status.isolation);
        if let Ok(bytes) = std::fs::read(folder.root.join("run/app-isolation.json")) {
            let app: Isolation = serde_json::from_slice(&bytes)?;
            println!("app: {:?}", app.level);
            tell(&app);
        }
        println!("database: {}", folder.location().name());
        println!("zone: {}, currency: {}", folder.workspace.zone, folder.workspace.currency);
        println!("cores: {}", std::thread::available_parallelism().map_or(1, usize::from));
        println!("memory for customers: {} MB", memory() >> 20);
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(isolation: &Isolation) {
    for measure in &isolation.details {
        println!(
            "  {} {}{}{}",
            if measure.ok { "✓" } else { "✗" },
            measure.what,
            if measure.note.is_empty() { "" } else { ": " },
            measure.note
        );
    }
}
