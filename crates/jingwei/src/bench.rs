//! Measuring on a stated workload, against a real server of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use base::Clock as _;
use clap::{Args, Subcommand};
use demo::WorkloadSpec;
use lexicon::{Action, Comparator, Condition, Definition, Function, Literal, Measure, Trigger, Unit, Window};
use pipeline::NewRule;
use serde_json::{Value, json};

use crate::Failure;
use crate::bench_file::{Answer, Events};
use crate::bench_lists::Lists;
use crate::bench_search::Search;
use crate::folder::{Folder, Running};
use crate::launch::stop;
use crate::local::Local;
use crate::remote::Remote;

/// Measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Intake over HTTP: events a second stored and decided, and the latency at half that load.
    Ingest(Ingest),
    /// Search over many records: how long the index takes to be made, how large it is, and how long answers take by kind of question.
    Search(Search),
    /// Write the workload to files, for others to be measured on.
    Events(Events),
    /// Lists of records: a published mix of questions at a million records.
    Lists(Lists),
    /// Take files of events under one rule, and write whom the rule came to hold for.
    Answer(Answer),
}

/// Intake over HTTP.
#[derive(Args)]
pub(crate) struct Ingest {
    /// How many events.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) events: u64,
    /// How many events go in before, not measured; none into a folder that has some.
    #[arg(long, default_value_t = 0)]
    pub(crate) after: u64,
    /// How many rules.
    #[arg(long, default_value_t = 100)]
    pub(crate) rules: u32,
    /// How many customers.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) customers: u64,
    /// How much busier the busy customers are than the others: the exponent of Zipf's law, near 0 for all alike.
    #[arg(long, default_value_t = 1.05)]
    pub(crate) zipf: f64,
    /// The share of events with 300 bytes of original text.
    #[arg(long, default_value_t = 0.10)]
    pub(crate) originals: f64,
    /// A PostgreSQL URL; a SQLite file if absent.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Where the data goes; a temporary folder if absent.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
}

impl Bench {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        match self {
            Self::Ingest(ingest) => ingest.run(),
            Self::Search(search) => search.run(),
            Self::Events(events) => events.run(),
            Self::Lists(lists) => lists.run(),
            Self::Answer(answer) => answer.run(),
        }
    }
}

/// Over what time the events before are spread.
const BEFORE_MS: i64 = 90 * base::DAY_MS;
/// Over what time the measured events are: they come as they happen, but for those that are late.
const WITHIN_MS: i64 = 1_000;
/// How many events go in one request at full load.
pub(crate) const BATCH: usize = 2_000;
/// How many requests are under way at once at full load.
const SENDERS: usize = 16;
/// How long nothing comes between full and half load.
const PAUSE: Duration = Duration::from_secs(3);
/// How many events go in one request at half load.
const SMALL: usize = 50;
/// How many requests may be under way at half load: enough that a new one never waits for an old one's answer.
const OPEN: usize = 128;

impl Ingest {
    fn run(&self) -> Result<ExitCode, Failure> {
        let temporary = tempfile::tempdir()?;
        let root = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let folder = Folder::open(&root, self.database.as_deref())?;
        let is_new = prepare(&folder, self.rules)?;
        let measured = serve(&folder, |running, child| self.measure(&folder, running, child, is_new))?;
        println!("{}", serde_json::to_string_pretty(&measured)?);
        Ok(ExitCode::SUCCESS)
    }

    /// Events that end now, after a time of `span_ms`.
    fn spec(&self, seed: u64, events: u64, span_ms: i64) -> WorkloadSpec {
        WorkloadSpec {
            seed,
            customers: self.customers,
            zipf_exponent: self.zipf,
            events,
            originals_share: self.originals,
            start: base::SystemClock.now().plus_ms(-span_ms),
            span_ms,
            ..WorkloadSpec::default()
        }
    }

    fn measure(&self, folder: &Folder, running: &Running, child: &Child, is_new: bool) -> Result<Value, Failure> {
        let (url, key) = (running.url.as_str(), running.token.as_str());
        let all = |spec| {
            let mut workload = demo::workload(spec);
            full_load(url, key, "/v1/events", child, move |body| Ok(workload.write_many(BATCH, body)))
        };
        if is_new && self.after > 0 {
            all(self.spec(3, self.after, BEFORE_MS))?;
        }
        let full = all(self.spec(1, self.events, WITHIN_MS))?;
        std::thread::sleep(PAUSE);
        let rate = full.events_per_second / 2.0;
        let seconds = (self.events as f64 / rate).clamp(2.0, 20.0);
        let usage = Usage::start(child);
        let latency = half_load(url, key, self.spec(2, (rate * seconds) as u64, WITHIN_MS), rate)?;
        let cpu = usage.end();
        let summary: Value =
            Remote::new(&folder.running()?.url, &folder.running()?.token).get("/v1/events/summary")?.json()?;
        Ok(json!({
            "workload": {"after": self.after, "events": self.events, "customers": self.customers, "rules": self.rules, "originals": self.originals, "zipf": self.zipf, "late": 0.05, "repeated": 0.01, "merging": 0.001, "batch": BATCH, "senders": SENDERS},
            "database": folder.location().name(),
            "full": full,
            "half": {"rate": rate, "seconds": seconds, "batch": SMALL, "senders": OPEN, "latency_ms": latency, "cpu": cpu},
            "server": summary.get("latency"),
        }))
    }
}

/// A server over a folder while something is measured on it.
pub(crate) fn serve<T>(
    folder: &Folder,
    measure: impl FnOnce(&Running, &Child) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .arg("--data")
        .arg(&folder.root)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let measured = wait_for(folder).and_then(|running| measure(&running, &child));
    stop(&mut child);
    measured
}

/// Rules, before the server starts; false when there are some.
pub(crate) fn prepare(folder: &Folder, rules: u32) -> Result<bool, Failure> {
    let local = Local::open(folder)?.ok_or("another jingwei is using this data")?;
    let app = local.app()?;
    if !app.store.read(store::Connection::rules)?.is_empty() {
        return Ok(false);
    }
    for number in 0..rules {
        let definition = rule(number)?;
        let name = format!("rule {number}");
        let since = Some(base::Timestamp::MIN);
        let new = NewRule { name: name.clone(), sentence: name, definition, existing: true, since };
        app.pipeline.command(pipeline::Command::AddRule(Box::new(new)))?;
    }
    Ok(true)
}

/// A rule over one or two measures; kinds, windows and thresholds vary with the number.
fn rule(number: u32) -> Result<Definition, Failure> {
    const KINDS: [&str; 8] = [
        "order.placed",
        "page.viewed",
        "cart.added",
        "message.received",
        "call.ended",
        "complaint.received",
        "store.visited",
        "coupon.used",
    ];
    let pick = usize::try_from(number)? % KINDS.len();
    let kind = KINDS.get(pick).copied().unwrap_or("order.placed").to_owned();
    let window = match number / 8 % 4 {
        0 => Window::days(7),
        1 => Window::days(30),
        2 => Window::Lifetime,
        _ => Window::Calendar { unit: Unit::Month, offset: 0 },
    };
    let count = Measure { function: Function::Count, kind: kind.clone(), field: None, filter: Vec::new(), window };
    let least = i64::from(3 + number / 32 * 2);
    let mut parts = vec![Condition::compare(count, Comparator::Ge, Literal::Number(base::Decimal::whole(least)?))];
    if kind == "order.placed" {
        let average =
            Measure { function: Function::Avg, kind, field: Some("amount".to_owned()), filter: Vec::new(), window };
        let amount =
            base::Money { value: base::Decimal::whole(200 + i64::from(number))?, currency: base::Currency::CNY };
        parts.push(Condition::compare(average, Comparator::Gt, Literal::Money(amount)));
    }
    let trigger = if number.is_multiple_of(2) { Trigger::Becomes } else { Trigger::While };
    Ok(Definition {
        condition: Condition::All { of: parts },
        trigger,
        action: Some(Action::SetTag { tag: format!("tag {number}") }),
    })
}

fn wait_for(folder: &Folder) -> Result<Running, Failure> {
    let start = Instant::now();
    loop {
        if let Ok(running) = folder.running()
            && Remote::new(&running.url, &running.token).get("/healthz").is_ok_and(|answer| answer.status == 200)
        {
            return Ok(running);
        }
        if start.elapsed() > Duration::from_secs(60) {
            return Err("the server did not start".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What full load came to.
#[derive(serde::Serialize)]
pub(crate) struct Full {
    events: u64,
    seconds: f64,
    events_per_second: f64,
    cpu: Cpu,
    app_memory_mb: u64,
}

/// Processor seconds of the generator, of the app, of its threads by name, and of the raw zone.
#[derive(serde::Serialize)]
pub(crate) struct Cpu {
    generator: f64,
    app: f64,
    app_threads: BTreeMap<String, f64>,
    vault: f64,
}

/// The processor time used from a start on.
struct Usage {
    app: u32,
    vault: u32,
    before: Cpu,
}

impl Usage {
    fn start(child: &Child) -> Self {
        let all = children(child.id());
        let named = |wanted: &str| all.iter().find(|(name, _)| name == wanted).map_or(0, |(_, pid)| *pid);
        let (app, vault) = (named("app"), named("vault"));
        Self { app, vault, before: Cpu::so_far(app, vault) }
    }

    fn end(&self) -> Cpu {
        let mut cpu = Cpu::so_far(self.app, self.vault);
        cpu.generator -= self.before.generator;
        cpu.app -= self.before.app;
        cpu.vault -= self.before.vault;
        let before = &self.before.app_threads;
        cpu.app_threads.iter_mut().for_each(|(name, cpu)| *cpu -= before.get(name).copied().unwrap_or(0.0));
        cpu
    }
}

impl Cpu {
    fn so_far(app: u32, vault: u32) -> Self {
        let generator = cpu_of(std::process::id());
        Self { generator, app: cpu_of(app), app_threads: threads_cpu(app), vault: cpu_of(vault) }
    }
}

/// Sends until there is nothing left. `write` appends a body and says how many events it holds.
pub(crate) fn full_load(
    url: &str,
    key: &str,
    path: &str,
    child: &Child,
    mut write: impl FnMut(&mut Vec<u8>) -> Result<usize, Failure>,
) -> Result<Full, Failure> {
    let mut events = 0;
    let (send, bodies) = std::sync::mpsc::sync_channel::<Vec<u8>>(SENDERS * 2);
    let bodies = std::sync::Mutex::new(bodies);
    let (start, usage) = (Instant::now(), Usage::start(child));
    let sent = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(|| post_all(url, key, path, &bodies))).collect();
        let written = loop {
            let mut body = Vec::with_capacity(1 << 20);
            match write(&mut body) {
                Ok(0) => break Ok(()),
                Ok(count) => events += u64::try_from(count).unwrap_or(0),
                Err(error) => break Err(error),
            }
            if send.send(body).is_err() {
                break Ok(());
            }
        };
        drop(send);
        let sent = senders.into_iter().map(|sender| sender.join().unwrap_or_else(|_| Err("a sender failed".into())));
        sent.collect::<Result<Vec<()>, Failure>>().and(written)
    });
    sent?;
    let seconds = start.elapsed().as_secs_f64();
    let events_per_second = events as f64 / seconds;
    Ok(Full { events, seconds, events_per_second, cpu: usage.end(), app_memory_mb: memory_of(usage.app) })
}

fn post_all(
    url: &str,
    key: &str,
    path: &str,
    bodies: &std::sync::Mutex<std::sync::mpsc::Receiver<Vec<u8>>>,
) -> Result<(), Failure> {
    let (remote, mut failed) = (Remote::new(url, key), None);
    loop {
        let next = bodies.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(body) = next else { return failed.map_or(Ok(()), Err) };
        if failed.is_some() {
            continue; // the generator must come to its end
        }
        let answer = remote.post(path, "application/x-ndjson", &body);
        failed =
            answer.and_then(|answer| if answer.status == 200 { Ok(()) } else { Err(answer.message().into()) }).err();
    }
}

/// Latencies at a steady rate, from when a request was due until its answer: p50, p99, max.
fn half_load(url: &str, key: &str, spec: WorkloadSpec, rate: f64) -> Result<Value, Failure> {
    let mut workload = demo::workload(spec);
    let mut bodies = Vec::new();
    loop {
        let mut body = Vec::new();
        if workload.write_many(SMALL, &mut body) == 0 {
            break;
        }
        bodies.push(body);
    }
    let gap = SMALL as f64 / rate;
    let next = std::sync::atomic::AtomicUsize::new(0);
    let (ready, started) = (std::sync::Barrier::new(OPEN), std::sync::OnceLock::new());
    let work = || -> Result<Vec<f64>, Failure> {
        let (remote, mut latencies) = (Remote::new(url, key), Vec::new());
        let connected = remote.get("/healthz");
        ready.wait();
        connected?;
        let start = *started.get_or_init(Instant::now);
        loop {
            let place = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let Some(body) = bodies.get(place) else { return Ok(latencies) };
            let due = start + Duration::from_secs_f64(gap * place as f64);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            remote.post("/v1/events", "application/x-ndjson", body)?;
            latencies.push(due.elapsed().as_secs_f64() * 1000.0);
        }
    };
    let all = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..OPEN).map(|_| scope.spawn(work)).collect();
        senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or_else(|_| Err("a sender failed".into())))
            .collect::<Result<Vec<_>, Failure>>()
    });
    let mut all: Vec<f64> = all?.concat();
    all.sort_by(f64::total_cmp);
    let at = |share: f64| {
        all.get(((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    Ok(json!({"p50": at(0.50), "p99": at(0.99), "max": at(1.0)}))
}

/// The processes below the launcher: what each is, and its number.
fn children(launcher: u32) -> Vec<(String, u32)> {
    let list = std::fs::read_to_string(format!("/proc/{launcher}/task/{launcher}/children")).unwrap_or_default();
    let named = |pid: u32| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        (line.split('\0').nth(1).unwrap_or_default().to_owned(), pid)
    };
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).map(named).collect()
}

/// Processor seconds of a process's threads so far, those of one name together.
fn threads_cpu(pid: u32) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        *all.entry(name.trim().to_owned()).or_default() += cpu_in(&task.path().join("stat"));
    }
    all
}

/// Processor seconds of a process so far.
fn cpu_of(pid: u32) -> f64 {
    cpu_in(Path::new(&format!("/proc/{pid}/stat")))
}

fn cpu_in(file: &Path) -> f64 {
    let stat = std::fs::read_to_string(file).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of a process, in megabytes.
fn memory_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
