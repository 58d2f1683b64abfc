//! Clients that ask all the time, and what that took of the processor.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::question::{Dice, Kind, Peer};
use crate::Failure;
use crate::http::Connection;

/// How many ask at once.
pub(crate) const CLIENTS: usize = 20;
/// The kernel counts a process's time in hundredths of a second.
const TICK_MS: u64 = 10;

/// One that is asked: where it listens, what each question carries, and its first process.
pub(crate) struct Target {
    pub(crate) peer: Peer,
    pub(crate) at: SocketAddr,
    pub(crate) head: String,
    pub(crate) process: u32,
}

/// What came of a while of asking.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    /// How long each good answer took, in milliseconds.
    pub(crate) times: Vec<f64>,
    /// Bytes of the bodies of good answers.
    pub(crate) bytes: u64,
    /// How many answers were none or not good, and what the last of them said.
    pub(crate) failed: u64,
    pub(crate) why: Option<String>,
    /// Milliseconds of processor time: its own processes, PostgreSQL, the clients.
    pub(crate) cpu_ms: [u64; 3],
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.times.extend(other.times);
        self.bytes += other.bytes;
        self.failed += other.failed;
        self.why = other.why.or(self.why.take());
        self.cpu_ms.iter_mut().zip(other.cpu_ms).for_each(|(mine, more)| *mine += more);
    }

    /// With a further round of the same.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    pub(crate) fn a_second(&self) -> f64 {
        if self.seconds > 0.0 { self.times.len() as f64 / self.seconds } else { 0.0 }
    }

    /// As it is kept: rates, latencies in milliseconds, processor time in microseconds an answer.
    pub(crate) fn told(mut self, memory_mb: u64) -> Value {
        self.times.sort_by(f64::total_cmp);
        let tenths = |number: f64| (number * 10.0).round() / 10.0;
        let count = self.times.len();
        let at = |share: f64| {
            let place = ((count as f64 * share) as usize).min(count.saturating_sub(1));
            tenths(self.times.get(place).copied().unwrap_or(0.0))
        };
        let an_answer = |total: u64| total.checked_div(count as u64).unwrap_or(0);
        let [own, postgres, clients] = self.cpu_ms.map(|ms| an_answer(ms * 1_000));
        json!({
            "a_second": tenths(self.a_second()),
            "answers": count,
            "latency_ms": {"p50": at(0.50), "p99": at(0.99), "max": at(1.0)},
            "bytes_an_answer": an_answer(self.bytes),
            "cpu_us_an_answer": {"own": own, "postgres": postgres, "clients": clients},
            "memory_mb": memory_mb,
            "failed": self.failed,
            "failed_with": self.why,
        })
    }
}

impl Target {
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        Connection::open(self.at, &self.head)
    }

    /// Asks questions of a kind with all clients for so long, after a while that does not count.
    pub(crate) fn load(
        &self,
        kind: Kind,
        round: u64,
        accounts: u64,
        warm: Duration,
        counted: Duration,
        postgres: u32,
    ) -> Outcome {
        let from = Instant::now() + warm;
        let until = from + counted;
        let spent = || [cpu_ms(&family(self.process)), cpu_ms(&family(postgres)), cpu_ms(&[std::process::id()])];
        std::thread::scope(|scope| {
            let client = |number: usize| {
                let seed = (round << 32) + number as u64 + 1;
                scope.spawn(move || self.client(kind, seed, accounts, from, until))
            };
            let clients: Vec<_> = (0..CLIENTS).map(client).collect();
            std::thread::sleep(warm);
            let before = spent();
            std::thread::sleep(counted);
            let after = spent();
            let mut outcome = Outcome { seconds: counted.as_secs_f64(), ..Outcome::default() };
            clients.into_iter().filter_map(|client| client.join().ok()).for_each(|one| outcome.add(one));
            outcome
                .cpu_ms
                .iter_mut()
                .zip(before.into_iter().zip(after))
                .for_each(|(ms, (b, a))| *ms = a.saturating_sub(b));
            outcome
        })
    }

    fn client(&self, kind: Kind, seed: u64, accounts: u64, from: Instant, until: Instant) -> Outcome {
        let (mut dice, mut outcome, mut open) = (Dice(seed), Outcome::default(), None);
        while Instant::now() < until {
            let request = self.peer.question(kind, &mut dice, accounts);
            let start = Instant::now();
            let answered = match open.take() {
                Some(connection) => Ok(connection),
                None => self.connect(),
            };
            let answered = answered.and_then(|mut connection: Connection| {
                let answer = connection.ask(&request)?;
                open = Some(connection); // one that failed is not asked again
                Ok(answer)
            });
            let end = Instant::now();
            if end < from || end > until {
                continue;
            }
            match answered {
                Ok(answer) if answer.is_good() => {
                    outcome.times.push((end - start).as_secs_f64() * 1_000.0);
                    outcome.bytes += answer.body.len() as u64;
                }
                other => {
                    outcome.failed += 1;
                    outcome.why = other.and_then(|answer| answer.json()).err().map(|error| error.to_string());
                }
            }
        }
        outcome
    }
}

/// The processor time of some processes, in milliseconds.
fn cpu_ms(processes: &[u32]) -> u64 {
    processes.iter().filter_map(|id| ticks(*id)).sum::<u64>() * TICK_MS
}

/// What a process and all that it started hold in memory, in megabytes.
pub(crate) fn memory_mb(process: u32) -> u64 {
    let one = |id: &u32| {
        let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    family(process).iter().filter_map(one).sum::<u64>() / 1_024
}

/// A process with its children and theirs.
fn family(process: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<(u32, u32)> = ids.filter_map(|id| Some((id, stat(id, 1)? as u32))).collect();
    let mut family = vec![process];
    let mut seen = 0;
    while let Some(parent) = family.get(seen).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        seen += 1;
    }
    family
}

/// A process's time in the kernel and outside of it.
fn ticks(process: u32) -> Option<u64> {
    Some(stat(process, 11)? + stat(process, 12)?)
}

/// A number of `/proc/ID/stat`, counted from the one after the name, which may hold anything.
fn stat(process: u32, place: usize) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    text.rsplit_once(')')?.1.split_whitespace().nth(place)?.parse().ok()
}
