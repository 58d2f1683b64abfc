//! Deriving everything from the log again.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pipeline::{Settings, replay};
use store::Store;

use crate::Failure;
use crate::folder::Folder;

/// Derive everything from the log again and compare.
#[derive(Args)]
pub(crate) struct Replay {
    /// The data folder.
    #[arg(long)]
    data: PathBuf,
    /// Compare tags, decisions and effects with what is stored.
    #[arg(long, required = true)]
    verify: bool,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let folder = Folder::existing(&self.data)?;
        let store = Store::open(folder.location())?;
        let report = replay(&store, &Settings { zone: folder.zone()?, memory: usize::MAX })?;
        println!(
            "{} entries, {} events, {} customers: {} tags, {} decisions, {} effects, {} records, in {} ms",
            report.entries,
            report.events,
            report.customers,
            report.tags,
            report.decisions,
            report.effects,
            report.records,
            report.took_ms
        );
        report.differences.iter().for_each(|difference| println!("! {difference}"));
        let clean = report.differences.is_empty() || !self.verify;
        println!("{}", if clean { "clean" } else { "DIFFERENT" });
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
