//! Sources and their ingest keys.

use std::path::PathBuf;
use std::process::ExitCode;

use base::Clock as _;
use clap::Subcommand;
use ops::{Actor, source};
use store::Store;

use crate::Failure;
use crate::folder::Folder;

/// Manage sources and their ingest keys.
#[derive(Subcommand)]
pub(crate) enum Source {
    /// Add a source, or give a known one a new ingest key; the key is shown once.
    Add {
        /// Its name, as in an event's `source`; the key also covers names below it, such as `shop/tmall` for `shop`.
        name: String,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
}

impl Source {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let Self::Add { name, data } = self;
        let store = Store::open(Folder::open(data, None)?.location())?;
        let made = source::add(&store, &Actor::local(), name, base::SystemClock.now())?;
        println!("{}", made.key);
        Ok(ExitCode::SUCCESS)
    }
}
