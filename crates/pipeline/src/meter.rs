//! How the writer is doing: events a second, from handing over to commit, and the disk's flush.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::Timestamp;

/// How many seconds of rates are kept.
const SECONDS: usize = 60;
/// How many latencies are kept.
const SAMPLES: usize = 20_000;

/// Percentiles of a sample, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Percentiles {
    /// Half are below.
    pub p50_ms: f64,
    /// 99 of 100 are below.
    pub p99_ms: f64,
    /// The greatest.
    pub max_ms: f64,
}

/// Counters that the writer fills and anyone reads.
#[derive(Default)]
pub struct Meter(Mutex<Counters>);

#[derive(Default)]
struct Counters {
    /// Second since 1970 and events in it.
    rates: VecDeque<(i64, u64)>,
    latencies: VecDeque<Duration>,
    flushes: VecDeque<Duration>,
}

impl Meter {
    fn with<T>(&self, f: impl FnOnce(&mut Counters) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a commit: the batches in it, when they were handed over and of how many events, and its flush.
    pub(crate) fn commit(&self, at: Timestamp, batches: &[(Instant, usize)], flush: Duration) {
        if batches.is_empty() {
            return;
        }
        let events: usize = batches.iter().map(|(_, events)| events).sum();
        self.with(|counters| {
            let second = at.ms().div_euclid(1000);
            let events = u64::try_from(events).unwrap_or(0);
            match counters.rates.back_mut() {
                Some((known, count)) if *known == second => *count += events,
                _ => counters.rates.push_back((second, events)),
            }
            counters.rates.keep_last(SECONDS + 1);
            counters.latencies.extend(batches.iter().map(|(since, _)| since.elapsed()));
            counters.latencies.keep_last(SAMPLES);
            counters.flushes.push_back(flush);
            counters.flushes.keep_last(SAMPLES);
        });
    }

    /// Events in each of the last sixty seconds, oldest first.
    #[must_use]
    pub fn per_second(&self, now: Timestamp) -> Vec<u64> {
        let second = now.ms().div_euclid(1000);
        self.with(|counters| {
            let seconds = (1..=60).rev().map(|back| second - back);
            seconds
                .map(|wanted| counters.rates.iter().find(|(known, _)| *known == wanted).map_or(0, |(_, count)| *count))
                .collect()
        })
    }

    /// From handing over to commit.
    #[must_use]
    pub fn latency(&self) -> Percentiles {
        self.with(|counters| percentiles(&counters.latencies))
    }

    /// The disk's flush.
    #[must_use]
    pub fn flush(&self) -> Percentiles {
        self.with(|counters| percentiles(&counters.flushes))
    }
}

trait KeepLast {
    fn keep_last(&mut self, keep: usize);
}

impl<T> KeepLast for VecDeque<T> {
    fn keep_last(&mut self, keep: usize) {
        let over = self.len().saturating_sub(keep);
        self.drain(..over);
    }
}

fn percentiles(sample: &VecDeque<Duration>) -> Percentiles {
    let mut sorted: Vec<Duration> = sample.iter().copied().collect();
    sorted.sort_unstable();
    let at = |percent: usize| {
        let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(place).map_or(0.0, |found| found.as_secs_f64() * 1000.0)
    };
    Percentiles { p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
}
