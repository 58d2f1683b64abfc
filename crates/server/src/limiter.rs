//! Slows down guessing: after some failures in a row, a name has to wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;

/// Tries that may fail before a name has to wait.
const TRIES: u32 = 5;
/// How long it waits, in milliseconds.
const WAIT_MS: i64 = 60_000;
/// How many names are remembered.
const NAMES: usize = 10_000;

/// Tries by name since the last that succeeded, and when the latest was.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<HashMap<String, (u32, Timestamp)>>);

impl Limiter {
    /// Counts a try, unless the name has to wait: what is tried at once counts before any of it is known to fail.
    pub(crate) fn admits(&self, name: &str, now: Timestamp) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tries.get(name).copied();
        if known.is_some_and(|(count, last)| count >= TRIES && now <= last.plus_ms(WAIT_MS)) {
            return false;
        }
        if known.is_none() && tries.len() >= NAMES {
            let oldest = tries.iter().min_by_key(|(_, (_, last))| *last).map(|(name, _)| name.clone());
            oldest.and_then(|name| tries.remove(&name));
        }
        let count = known.map_or(0, |(count, _)| count);
        tries.insert(name.to_owned(), (count.saturating_add(1), now));
        true
    }

    /// Forgets a name's tries, since the latest succeeded.
    pub(crate) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_ms(second * 1000)
    }

    #[test]
    fn five_failures_make_a_name_wait_a_minute() {
        let limiter = Limiter::default();
        assert!((0..5).all(|second| limiter.admits("a", at(second))));
        assert!(!limiter.admits("a", at(5)));
        assert!(limiter.admits("b", at(5)));
        assert!(limiter.admits("a", at(65)));
        assert!(!limiter.admits("a", at(66)), "it failed again");
        limiter.forget("a");
        assert!(limiter.admits("a", at(66)));
    }

    #[test]
    fn tries_at_once_count_before_they_fail() {
        let limiter = Limiter::default();
        let admitted = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..40).map(|_| scope.spawn(|| limiter.admits("a", at(0)))).collect();
            tries.into_iter().map(|one| one.join().unwrap()).filter(|admitted| *admitted).count()
        });
        assert_eq!(admitted, 5);
    }

    #[test]
    fn of_too_many_names_the_oldest_is_forgotten() {
        let limiter = Limiter::default();
        for second in 0..=NAMES as i64 {
            assert!(limiter.admits(&second.to_string(), at(second)));
        }
        let names = limiter.0.lock().unwrap();
        assert!(names.len() == NAMES && !names.contains_key("0") && names.contains_key("1"));
    }
}
