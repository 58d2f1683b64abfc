//! How the writer is doing: events a second, from handing over to commit, and the disk's flush.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::Timestamp;

/// How many seconds of rates are kept.
const SECONDS: usize = 60;
/// For how long latencies are kept, and how many at least and at most.
const RECENT: Duration = Duration::from_secs(15);
const FEWEST: usize = 100;
const MOST: usize = 50_000;

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
    latencies: Recent,
    flushes: Recent,
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
            let over = counters.rates.len().saturating_sub(SECONDS + 1);
            counters.rates.drain(..over);
            batches.iter().for_each(|(since, _)| counters.latencies.add(since.elapsed()));
            counters.flushes.add(flush);
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
        self.with(|counters| counters.latencies.percentiles())
    }

    /// The disk's flush.
    #[must_use]
    pub fn flush(&self) -> Percentiles {
        self.with(|counters| counters.flushes.percentiles())
    }
}

/// What was measured of late.
#[derive(Default)]
struct Recent(VecDeque<(Instant, Duration)>);

impl Recent {
    fn add(&mut self, sample: Duration) {
        let now = Instant::now();
        self.0.push_back((now, sample));
        let is_old = |(at, _): &(Instant, Duration)| now.duration_since(*at) > RECENT;
        while self.0.len() > MOST || (self.0.len() > FEWEST && self.0.front().is_some_and(is_old)) {
            self.0.pop_front();
        }
    }

    fn percentiles(&self) -> Percentiles {
        let mut sorted: Vec<Duration> = self.0.iter().map(|(_, sample)| *sample).collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
            sorted.get(place).map_or(0.0, |found| found.as_secs_f64() * 1000.0)
        };
        Percentiles { p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
    }
}
