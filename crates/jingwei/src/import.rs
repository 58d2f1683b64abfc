//! Events from files: NDJSON as it is, tables by a saved mapping; gzip welcome.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use connect::csv_map::{CsvFile, Mapping};
use domain::{Incoming, IncomingValue, Rejection};
use indicatif::{ProgressBar, ProgressStyle};
use ops::intake::{self, BODY_EVENTS, Receipt, Terms};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::folder::Folder;
use crate::local::Local;
use crate::remote::Remote;

/// How many lines go in together.
const LINES: usize = 4_000;
/// The largest file, in bytes, once inflated.
const FILE_LIMIT: u64 = 1 << 40;
/// The longest line, in bytes.
const LINE_LIMIT: u64 = 16 << 20;
/// The most bytes taken as all or none: what a server takes in one body.
const STRICT_BYTES: usize = server::BODY_LIMIT;
/// How many refused lines are shown.
const SHOWN: usize = 50;

/// Take events from files.
#[derive(Args)]
pub(crate) struct Import {
    /// Files of events: NDJSON, or tables with --map; .gz welcome.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The data folder.
    #[arg(long, required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// A running server.
    #[arg(long)]
    server: Option<String>,
    /// The ingest key for that server.
    #[arg(long, env = "JINGWEI_KEY", hide_env_values = true)]
    key: Option<String>,
    /// The mapping of a table's columns.
    #[arg(long)]
    map: Option<PathBuf>,
    /// Take all or none, in one commit: at most 100,000 events and 32 MiB.
    #[arg(long)]
    strict: bool,
    /// Treat the events as happening now: effects follow, not only tags.
    #[arg(long)]
    live: bool,
}

/// Takes some lines, each with its number.
type Group<'g> = dyn FnMut(&[(usize, String)]) -> Result<(), Failure> + 'g;

/// Where events go.
enum Target {
    Local(Box<Local>),
    Remote(Remote),
}

impl Target {
    fn take(&self, lines: &[(usize, String)], terms: &Terms) -> Result<Receipt, Failure> {
        match self {
            Self::Local(local) => {
                let read = lines.iter().map(|(line, text)| (*line, connect::cloudevents::read_one(text.as_bytes())));
                Ok(intake::take_lines(local.app()?, read, terms)?)
            }
            Self::Remote(remote) => post(remote, lines, terms),
        }
    }
}

impl Import {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mapping = self.map.as_deref().map(read_mapping).transpose()?;
        let target = self.target()?;
        let terms = Terms { history: !self.live, strict: self.strict, ..Terms::default() };
        if self.strict {
            return self.take_whole(&target, mapping.as_ref(), &terms);
        }
        let (mut accepted, mut duplicates, mut shown) = (0, 0, 0);
        for path in &self.files {
            let bar = bar(path)?;
            let mut refused = Vec::new();
            let take = &mut |lines: &[(usize, String)]| {
                let receipt = target.take(lines, &terms)?;
                accepted += receipt.accepted;
                duplicates += receipt.duplicates;
                show(path, &receipt.rejected, &mut shown, &bar);
                Ok(())
            };
            self.each(path, mapping.as_ref(), &bar, take, &mut |line, rejection| {
                refused.push(refusal(line, rejection));
            })?;
            show(path, &refused, &mut shown, &bar);
            bar.finish_and_clear();
        }
        println!("{accepted} accepted, {duplicates} seen before, {shown} refused");
        Ok(if shown == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn target(&self) -> Result<Target, Failure> {
        match (&self.server, &self.data) {
            (Some(url), _) => {
                let key = self.key.as_deref().ok_or("--server wants the ingest key too: --key, or JINGWEI_KEY")?;
                Ok(Target::Remote(Remote::new(url, key)))
            }
            (None, Some(data)) => {
                let folder = Folder::open(data, None)?;
                match Local::open(&folder)? {
                    Some(local) => Ok(Target::Local(Box::new(local))),
                    None => {
                        let running = folder.running()?;
                        Ok(Target::Remote(Remote::new(&running.url, &running.token)))
                    }
                }
            }
            (None, None) => Err("--data or --server is wanted".into()),
        }
    }

    /// Takes all files together or not at all: everything is read first and goes in with one commit.
    fn take_whole(&self, target: &Target, mapping: Option<&Mapping>, terms: &Terms) -> Result<ExitCode, Failure> {
        let (mut whole, mut shown) = (Whole::default(), 0);
        for path in &self.files {
            let bar = bar(path)?;
            let mut refused = Vec::new();
            self.each(path, mapping, &bar, &mut |lines| whole.add(lines), &mut |line, rejection| {
                refused.push(refusal(line, rejection));
            })?;
            whole.next_file();
            show(path, &refused, &mut shown, &bar);
            bar.finish_and_clear();
        }
        let receipt = if shown == 0 { target.take(&whole.lines, terms)? } else { Receipt::default() };
        for (path, rejected) in whole.by_file(&self.files, receipt.rejected) {
            show(path, &rejected, &mut shown, &ProgressBar::hidden());
        }
        println!("{} accepted, {} seen before, {shown} refused", receipt.accepted, receipt.duplicates);
        if shown > 0 {
            println!("--strict: nothing was taken");
        }
        Ok(if shown == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Reads a file in groups of lines, each line a CloudEvent; `refuse` hears of lines that are none.
    fn each(
        &self,
        path: &Path,
        mapping: Option<&Mapping>,
        bar: &ProgressBar,
        group: &mut Group<'_>,
        refuse: &mut dyn FnMut(u64, Rejection),
    ) -> Result<(), Failure> {
        let file = bar.wrap_read(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?);
        let plain = BufReader::with_capacity(1 << 20, connect::gzip::open(file, FILE_LIMIT)?);
        let mut lines = Vec::with_capacity(LINES);
        let mut push = |lines: &mut Vec<(usize, String)>, line: usize, text: String| -> Result<(), Failure> {
            lines.push((line, text));
            if lines.len() >= LINES {
                group(lines)?;
                lines.clear();
            }
            Ok(())
        };
        match mapping {
            Some(mapping) => {
                let rows = CsvFile::open(plain, mapping, &hash(path)?).map_err(|rejection| rejection.message.en)?;
                for (line, row) in rows {
                    match row {
                        Ok(incoming) => push(&mut lines, line, cloudevent(&incoming).to_string())?,
                        Err(rejection) => refuse(u64::try_from(line).unwrap_or(0), rejection),
                    }
                }
            }
            None => read_lines(plain, &mut |line, text| push(&mut lines, line, text), refuse)?,
        }
        if lines.is_empty() { Ok(()) } else { group(&lines) }
    }
}

/// The lines of all files, numbered as if the files stood one after another.
#[derive(Default)]
struct Whole {
    lines: Vec<(usize, String)>,
    bytes: usize,
    /// The last number of each file that was read.
    ends: Vec<usize>,
}

impl Whole {
    fn add(&mut self, lines: &[(usize, String)]) -> Result<(), Failure> {
        let before = self.ends.last().copied().unwrap_or(0);
        for (line, text) in lines {
            self.bytes += text.len() + 1;
            self.lines.push((before + line, text.clone()));
        }
        if self.lines.len() > BODY_EVENTS || self.bytes > STRICT_BYTES {
            let mib = STRICT_BYTES >> 20;
            let zh = format!("--strict 一次最多接入 {BODY_EVENTS} 条事件、{mib} MiB;未接入任何事件");
            let en = format!("--strict takes at most {BODY_EVENTS} events and {mib} MiB at once; nothing was taken");
            return Err(format!("{zh} / {en}").into());
        }
        Ok(())
    }

    fn next_file(&mut self) {
        let before = self.ends.last().copied().unwrap_or(0);
        self.ends.push(self.lines.last().map_or(before, |(line, _)| *line));
    }

    /// Refused lines under their own files, each with its number there.
    fn by_file<'f>(
        &self,
        files: &'f [PathBuf],
        refused: Vec<intake::RejectedLine>,
    ) -> Vec<(&'f PathBuf, Vec<intake::RejectedLine>)> {
        let mut all: Vec<(&PathBuf, Vec<_>)> = files.iter().map(|path| (path, Vec::new())).collect();
        for mut line in refused {
            let number = usize::try_from(line.line).unwrap_or(usize::MAX);
            let file = self.ends.partition_point(|end| *end < number);
            let before = file.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
            line.line = u64::try_from(number.saturating_sub(before)).unwrap_or(0);
            all.get_mut(file).into_iter().for_each(|(_, lines)| lines.push(line.clone()));
        }
        all
    }
}

fn refusal(line: u64, rejection: Rejection) -> intake::RejectedLine {
    intake::RejectedLine { line, field: rejection.field, code: rejection.code, message: rejection.message }
}

fn read_lines(
    mut file: impl BufRead,
    push: &mut dyn FnMut(usize, String) -> Result<(), Failure>,
    refuse: &mut dyn FnMut(u64, Rejection),
) -> Result<(), Failure> {
    for line in 1.. {
        let mut bytes = Vec::new();
        if file.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        match String::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => push(line, text)?,
            Err(_) => {
                let (zh, en) = ("不是 UTF-8 文本", "not UTF-8 text");
                refuse(u64::try_from(line).unwrap_or(0), Rejection::new(domain::RejectionCode::Syntax, "line", zh, en));
            }
        }
    }
    Ok(())
}

fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let told = |rejection: Rejection| {
        format!("{}: {}: {} / {}", path.display(), rejection.field, rejection.message.zh, rejection.message.en)
    };
    Ok(Mapping::read(&bytes).map_err(told)?)
}

fn hash(path: &Path) -> Result<String, Failure> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut bytes)?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(bytes.get(..read).unwrap_or_default());
    }
}

fn bar(path: &Path) -> Result<ProgressBar, Failure> {
    let size = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    let style = ProgressStyle::with_template("{prefix} [{bar:40}] {bytes}/{total_bytes} {eta}")?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(ProgressBar::new(size).with_style(style).with_prefix(name))
}

fn show(path: &Path, rejected: &[intake::RejectedLine], shown: &mut usize, bar: &ProgressBar) {
    for line in rejected {
        *shown += 1;
        if *shown <= SHOWN {
            let text =
                format!("{}:{}: {}: {} / {}", path.display(), line.line, line.field, line.message.zh, line.message.en);
            bar.suspend(|| eprintln!("{text}"));
        }
    }
}

fn post(remote: &Remote, lines: &[(usize, String)], terms: &Terms) -> Result<Receipt, Failure> {
    let body: Vec<&str> = lines.iter().map(|(_, text)| text.trim_end()).collect();
    let path = format!("/v1/events?history={}&strict={}", terms.history, terms.strict);
    let answer = remote.post(&path, "application/x-ndjson", body.join("\n").as_bytes());
    let answer = answer.map_err(|error| format!("{error}; run it again: what was taken already counts once"))?;
    let told: Value = serde_json::from_slice(&answer.body)?;
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
    let (Some(accepted), Some(duplicates)) = (number(&told, "accepted"), number(&told, "duplicates")) else {
        return Err(answer.message().into());
    };
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let refused = told.get("rejected").and_then(Value::as_array).cloned().unwrap_or_default();
    let refused = refused.iter().map(|line| {
        let place = number(line, "line").and_then(|place| usize::try_from(place).ok()).unwrap_or(1);
        let original = lines.get(place.saturating_sub(1)).map_or(place, |(line, _)| *line);
        intake::RejectedLine {
            line: u64::try_from(original).unwrap_or(0),
            field: text(line, "/field"),
            code: domain::RejectionCode::Invalid,
            message: base::Text::new(text(line, "/message/zh"), text(line, "/message/en")),
        }
    });
    Ok(Receipt { accepted, duplicates, rejected: refused.collect() })
}

/// An event of a table as the CloudEvent it stands for.
fn cloudevent(incoming: &Incoming<'_>) -> Value {
    let mut data: Map<String, Value> =
        incoming.fields.iter().map(|(name, value)| (name.clone().into_owned(), json_of(value))).collect();
    let who = incoming.who.iter().map(|who| {
        let mut one = json!({"scheme": who.scheme, "value": who.value});
        if let (Some(scope), Some(members)) = (&who.scope, one.as_object_mut()) {
            members.insert("scope".to_owned(), json!(scope));
        }
        one
    });
    data.insert("who".to_owned(), Value::Array(who.collect()));
    let mut event = json!({"specversion": "1.0", "id": incoming.id, "source": incoming.source, "type": incoming.kind, "data": data});
    if let (Some(time), Some(members)) = (incoming.time, event.as_object_mut()) {
        members.insert("time".to_owned(), json!(time));
    }
    event
}

fn json_of(value: &IncomingValue<'_>) -> Value {
    match value {
        IncomingValue::Null => Value::Null,
        IncomingValue::Bool(value) => json!(value),
        IncomingValue::Text(text) => json!(text),
        IncomingValue::Number(text) | IncomingValue::Json(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        IncomingValue::Money(value, currency) => json!({"value": value, "currency": currency}),
    }
}
