//! What people began at the door and have yet to finish: kept in memory, for minutes, and taken once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;

use super::{passkey, provider, second_factor};

/// How long something begun can be finished, in milliseconds.
pub(super) const WAIT_MS: i64 = 5 * 60_000;
/// How much of a kind waits at most; then the oldest goes.
const LIMIT: usize = 10_000;

/// What waits, by kind.
#[derive(Default)]
pub struct Waiting {
    /// Passkeys to be made, by their challenge.
    pub(super) registrations: Shelf<u128, passkey::Registering>,
    /// Passkeys to be shown, by their challenge.
    pub(super) assertions: Shelf<u128, passkey::Asserting>,
    /// Secrets of authenticator apps to be set up, by the hash of the session's token.
    pub(super) enrolments: Shelf<Vec<u8>, Vec<u8>>,
    /// Those who were sent to an identity provider, by the hash of their state.
    pub(super) departures: Shelf<Vec<u8>, provider::Leaving>,
    /// Those who have given a password and have yet to give a code, by the hash of their token.
    pub(super) second_steps: Shelf<Vec<u8>, second_factor::SecondStep>,
}

/// Things that wait, each until its time is over.
pub(super) struct Shelf<K, T>(Mutex<HashMap<K, (Timestamp, T)>>);

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone, T> Shelf<K, T> {
    /// Has something wait.
    pub(super) fn put(&self, key: K, thing: T, now: Timestamp) {
        let mut things = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if things.len() >= LIMIT {
            things.retain(|_, (until, _)| now < *until);
        }
        if things.len() >= LIMIT {
            let oldest = things.iter().min_by_key(|(_, (until, _))| *until).map(|(key, _)| key.clone());
            oldest.and_then(|key| things.remove(&key));
        }
        things.insert(key, (now.plus_ms(WAIT_MS), thing));
    }

    /// Takes it, if it still waits.
    pub(super) fn take(&self, key: &K, now: Timestamp) -> Option<T> {
        let (until, thing) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)?;
        (now < until).then_some(thing)
    }
}

impl<K: Hash + Eq, T: Clone> Shelf<K, T> {
    /// Looks at it, if it still waits.
    pub(super) fn peek(&self, key: &K, now: Timestamp) -> Option<T> {
        let things = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        things.get(key).filter(|(until, _)| now < *until).map(|(_, thing)| thing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_taken_once_and_in_time() {
        let (shelf, at) = (Shelf::default(), Timestamp::from_ms);
        shelf.put(1, "a", at(0));
        assert_eq!(shelf.take(&1, at(WAIT_MS - 1)), Some("a"));
        assert_eq!(shelf.take(&1, at(WAIT_MS - 1)), None);
        shelf.put(1, "a", at(0));
        assert_eq!(shelf.take(&1, at(WAIT_MS)), None);
    }

    #[test]
    fn of_too_many_the_oldest_goes() {
        let shelf = Shelf::default();
        for number in 0..=LIMIT {
            shelf.put(number, (), Timestamp::from_ms(number as i64));
        }
        let now = Timestamp::from_ms(LIMIT as i64);
        assert_eq!((shelf.take(&0, now), shelf.take(&LIMIT, now)), (None, Some(())));
    }
}
