//! A customer on the command line.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base::{TimeZone, Timestamp};
use clap::Subcommand;
use ops::Actor;
use ops::customer::{self, timeline};
use serde_json::{Value, json};

use crate::Failure;
use crate::folder::Folder;
use crate::local::Local;
use crate::remote::{Remote, escape};

/// Show or export a customer.
#[derive(Subcommand)]
pub(crate) enum Customer {
    /// Show a customer, its tags and its latest events.
    Show {
        /// Its id or any identifier, such as 13800138000 or member_no:M00017.
        identifier: String,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write everything about a customer into a signed archive.
    Export {
        /// Its id or any identifier.
        identifier: String,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The archive to be written.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Customer {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        match self {
            Self::Show { identifier, data, json } => show(identifier, &Folder::existing(data)?, *json)?,
            Self::Export { identifier, data, out } => export(identifier, &Folder::existing(data)?, out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(identifier: &str, folder: &Folder, as_json: bool) -> Result<(), Failure> {
    let found = match Local::open(folder)? {
        Some(local) => {
            let (app, me) = (local.app()?, Actor::local());
            let id = customer::find(app, &me, identifier)?;
            let page = timeline::timeline(app, &me, id, &timeline::Query { limit: 20, ..timeline::Query::default() })?;
            let decisions = customer::decision::list(app, &me, id)?;
            json!({"customer": customer::profile::get(app, &me, id)?, "timeline": page.items, "decisions": decisions.items})
        }
        None => {
            let running = folder.running()?;
            let remote = Remote::new(&running.url, &running.token);
            let customer: Value = remote.get(&format!("/v1/customers/{}", escape(identifier)))?.json()?;
            let id = customer.get("id").and_then(Value::as_str).unwrap_or_default();
            let page: Value = remote.get(&format!("/v1/customers/{id}/timeline?limit=20"))?.json()?;
            let decisions: Value = remote.get(&format!("/v1/customers/{id}/decisions"))?.json()?;
            json!({"timeline": page["items"], "decisions": decisions["items"], "customer": customer})
        }
    };
    crate::tell(&if as_json { serde_json::to_string_pretty(&found)? } else { plain(&found, &folder.zone()?)? })
}

/// For people: instants in the workspace's zone.
fn plain(found: &Value, zone: &TimeZone) -> Result<String, Failure> {
    let mut out = String::new();
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let time = |value: &Value, path: &str| {
        let text = text(value, path);
        let local = |at: Timestamp| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %:z").to_string();
        text.parse().map_or(text, local)
    };
    let list = |path: &str| found.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    writeln!(out, "{}  {}", text(found, "/customer/id"), text(found, "/customer/name"))?;
    for known in list("/customer/identifiers") {
        writeln!(out, "  {}: {}", text(&known, "/scheme"), text(&known, "/value"))?;
    }
    for tag in list("/customer/tags") {
        writeln!(out, "  # {} ({})", text(&tag, "/tag"), time(&tag, "/since"))?;
    }
    for decision in list("/decisions").iter().take(5) {
        writeln!(out, "  → {} / {}", text(decision, "/why/zh"), text(decision, "/why/en"))?;
    }
    for event in list("/timeline") {
        writeln!(
            out,
            "  {}  {} / {}",
            time(&event, "/time"),
            text(&event, "/summary/zh"),
            text(&event, "/summary/en")
        )?;
    }
    Ok(out)
}

fn export(identifier: &str, folder: &Folder, out: &Path) -> Result<(), Failure> {
    let fresh = out.with_extension("part");
    let mut file = BufWriter::new(File::create(&fresh).map_err(|error| format!("{}: {error}", fresh.display()))?);
    let written = match Local::open(folder)? {
        Some(local) => {
            let (app, me) = (local.app()?, Actor::local());
            let id = customer::find(app, &me, identifier)?;
            customer::export::export(app, &me, id, &mut file).map(|_| ()).map_err(Failure::from)
        }
        None => {
            let running = folder.running()?;
            let remote = Remote::new(&running.url, &running.token);
            let path = format!("/v1/customers/{}/export", escape(identifier));
            remote.stream(&path).and_then(|mut body| Ok(std::io::copy(&mut body, &mut file).map(|_| ())?))
        }
    };
    if let Err(error) = written {
        std::fs::remove_file(&fresh).ok();
        return Err(error);
    }
    file.into_inner().map_err(|error| error.to_string())?.sync_all()?;
    std::fs::rename(&fresh, out)?;
    println!("{}", out.display());
    Ok(())
}
