//! Kinds of events on the command line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base::Locale;
use clap::Subcommand;
use ops::{Actor, kind};
use serde_json::Value;
use store::{Connection, Store};

use crate::Failure;
use crate::folder::Folder;
use crate::local::Local;
use crate::remote::Remote;
use crate::term::locale;

/// List and declare kinds of events.
#[derive(Subcommand)]
pub(crate) enum Kind {
    /// List the workspace's own kinds with their members, and the standard ones.
    List {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The language of the answer: zh or en; the machine's if absent.
        #[arg(long)]
        lang: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Declare kinds, or declare them anew: all of the file or nothing.
    Declare {
        /// JSON: one declaration, or an array of them.
        file: PathBuf,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The language of the answer: zh or en; the machine's if absent.
        #[arg(long)]
        lang: Option<String>,
    },
}

impl Kind {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        match self {
            Self::List { data, lang, json } => {
                let (page, locale) = (list(&Folder::existing(data)?)?, locale(lang.as_deref())?);
                crate::tell(&if *json { serde_json::to_string_pretty(&page)? } else { plain(&page, locale)? })?;
            }
            Self::Declare { file, data, lang } => {
                let locale = locale(lang.as_deref())?;
                let page = declare(file, &Folder::open(data, None)?, locale)?;
                crate::tell(&plain(&page, locale)?)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(folder: &Folder) -> Result<Value, Failure> {
    Store::open(folder.location())?;
    let kinds = pipeline::load_kinds(&mut Connection::open_reader(&folder.location())?)?;
    Ok(serde_json::to_value(kind::list(&kinds))?)
}

fn declare(file: &Path, folder: &Folder, locale: Locale) -> Result<Value, Failure> {
    let name = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{name}: {error}"))?;
    if let Some(local) = Local::open(folder)? {
        let declared = kind::declare(local.app()?, &Actor::local(), &body).map_err(|error| {
            let field = error.field.unwrap_or_default();
            format!("{name}: {field}: {}", error.message.get(locale))
        })?;
        return Ok(serde_json::to_value(declared)?);
    }
    let running = folder.running()?;
    let answer = Remote::new(&running.url, &running.token).post("/v1/kinds", "application/json", &bytes)?;
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match (answer.status, told.pointer(&format!("/message/{}", locale.code())).and_then(Value::as_str)) {
        (200, _) => Ok(told),
        (_, Some(message)) => {
            Err(format!("{name}: {}: {message}", told.get("field").and_then(Value::as_str).unwrap_or_default()).into())
        }
        _ => Err(answer.message().into()),
    }
}

/// One line a kind, and one a member.
fn plain(page: &Value, locale: Locale) -> Result<String, Failure> {
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let label = format!("/label/{}", locale.code());
    let mut out = String::new();
    for kind in list(page, "items") {
        writeln!(out, "{}  {}", text(&kind, "/name"), text(&kind, &label))?;
        for field in list(&kind, "fields") {
            let (name, called) = (text(&field, "/name"), text(&field, &label));
            writeln!(out, "  {name}  {called}  {} {}", text(&field, "/type"), text(&field, "/class"))?;
        }
    }
    Ok(out.trim_end().to_owned())
}
