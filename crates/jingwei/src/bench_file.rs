//! The measured workload as files, and the answer of one rule over it: what Jingwei and its peers are held against each other by.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use demo::WorkloadSpec;
use serde_json::json;
use store::{Connection, StoreError};

use crate::Failure;
use crate::bench::{BATCH, full_load, prepare, serve};
use crate::folder::Folder;
use crate::local::Local;

/// What names a customer to those who know no identities: every order carries one, and every customer has one.
const KEY: &str = "member_no";

/// How many events go in one file: enough to be worth a batch, few enough to be a stream.
const FILE_EVENTS: usize = 20_000;

/// Write the workload to files.
#[derive(Args)]
pub(crate) struct Events {
    /// How many events.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// How many customers.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u64,
    /// What decides everything left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder: files of 20,000 CloudEvents, one a line, in the order of their names.
    #[arg(long)]
    out: PathBuf,
}

impl Events {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let (seed, customers, events) = (self.seed, self.customers, self.events);
        let mut workload = demo::workload(WorkloadSpec { seed, customers, events, ..WorkloadSpec::default() });
        std::fs::create_dir_all(&self.out).map_err(|error| format!("{}: {error}", self.out.display()))?;
        let mut lines = Vec::new();
        for number in 0.. {
            if workload.write_many(FILE_EVENTS, &mut lines) == 0 {
                break;
            }
            std::fs::write(self.out.join(format!("{number:06}.ndjson")), &lines)?;
            lines.clear();
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Take files of events under one rule.
#[derive(Args)]
pub(crate) struct Answer {
    /// The folder of the files, as `bench events` writes it; events are more than seven days old.
    #[arg(long)]
    events: PathBuf,
    /// The file of the answer: the member numbers that the rule came to hold for, one a line, in order.
    #[arg(long)]
    out: PathBuf,
}

impl Answer {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let temporary = tempfile::tempdir()?;
        let folder = Folder::open(temporary.path(), None)?;
        prepare(&folder, 1)?;
        let mut events = Lines::open(&self.events)?;
        // As history each event's windows move to the present at once, so the last answer ends the work.
        let full = serve(&folder, |running, child| {
            full_load(&running.url, &running.token, "/v1/events?history=true", child, |body| {
                events.write_many(BATCH, body)
            })
        })?;
        let members = members(&folder)?;
        let text: String = members.iter().map(|member| format!("{member}\n")).collect();
        std::fs::write(&self.out, text).map_err(|error| format!("{}: {error}", self.out.display()))?;
        let measured = json!({"answer": members.len(), "full": full});
        println!("{}", serde_json::to_string_pretty(&measured)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// The lines of all files of a folder, in the order of their names.
struct Lines {
    paths: std::vec::IntoIter<PathBuf>,
    file: Box<dyn BufRead>,
}

impl Lines {
    fn open(folder: &Path) -> Result<Self, Failure> {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        paths.sort();
        Ok(Self { paths: paths.into_iter(), file: Box::new(std::io::empty()) })
    }

    /// Appends up to so many lines; how many there were left to append.
    fn write_many(&mut self, lines: usize, out: &mut Vec<u8>) -> Result<usize, Failure> {
        let mut count = 0;
        while count < lines {
            if self.file.read_until(b'\n', out)? > 0 {
                count += 1;
            } else if let Some(path) = self.paths.next() {
                self.file = Box::new(BufReader::with_capacity(1 << 20, File::open(path)?));
            } else {
                break;
            }
        }
        Ok(count)
    }
}

/// Whoever has a tag, by its key.
fn members(folder: &Folder) -> Result<BTreeSet<String>, Failure> {
    let local = Local::open(folder)?.ok_or("another jingwei is using this data")?;
    let read = |db: &mut Connection| -> Result<BTreeSet<String>, StoreError> {
        let mut members = BTreeSet::new();
        for (customer, ..) in db.all_tags()? {
            let known = db.identities_of(customer)?.into_iter().filter(|(_, identity)| identity.scheme == KEY);
            members.extend(known.filter_map(|(_, identity)| identity.value));
        }
        Ok(members)
    };
    Ok(local.app()?.store.read(read)?)
}
