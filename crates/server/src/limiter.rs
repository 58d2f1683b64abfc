//! Slows down guessing: after some failures in a row, a name has to wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;

/// Failures before a name has to wait.
const FAILURES: u32 = 5;
/// How long it waits, in milliseconds.
const WAIT_MS: i64 = 60_000;
/// How many names are remembered.
const NAMES: usize = 10_000;

/// Failures by name.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<HashMap<String, (u32, Timestamp)>>);

impl Limiter {
    /// Whether a name may try now.
    pub(crate) fn allows(&self, name: &str, now: Timestamp) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(name).is_none_or(|(count, last)| *count < FAILURES || now > last.plus_ms(WAIT_MS))
    }

    /// Notes how a try went.
    pub(crate) fn note(&self, name: &str, succeeded: bool, now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() > NAMES {
            failures.retain(|_, (_, last)| now <= last.plus_ms(WAIT_MS));
        }
        if succeeded {
            failures.remove(name);
        } else {
            let entry = failures.entry(name.to_owned()).or_insert((0, now));
            *entry = (entry.0.saturating_add(1), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_make_a_name_wait_a_minute() {
        let (limiter, at) = (Limiter::default(), |second: i64| Timestamp::from_ms(second * 1000));
        for second in 0..5 {
            assert!(limiter.allows("a", at(second)));
            limiter.note("a", false, at(second));
        }
        assert!(!limiter.allows("a", at(5)));
        assert!(limiter.allows("b", at(5)));
        assert!(limiter.allows("a", at(65)));
        limiter.note("a", true, at(65));
        assert!(limiter.allows("a", at(66)));
    }
}
