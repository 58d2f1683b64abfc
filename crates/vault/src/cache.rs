//! Bucket keys kept for a few seconds during ingest, bounded by count and age.

use std::collections::HashMap;

use crate::crypto::Parent;
use crate::ring::Bucket;

/// How many bucket keys the sealing thread keeps unwrapped, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCache {
    /// Keys at most.
    pub keys: usize,
    /// Milliseconds from unwrapping to forgetting.
    pub age_ms: i64,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self { keys: 20_000, age_ms: 5_000 }
    }
}

/// The cache. Two generations: when the young one is full or old it becomes the old one, and the
/// old one is wiped; so nothing needs a list by age, and no key outlives its age by more than one
/// call of [`Cache::turn`].
pub(crate) struct Cache {
    bounds: KeyCache,
    young: HashMap<Bucket, Parent>,
    old: HashMap<Bucket, Parent>,
    turned_ms: i64,
}

impl Cache {
    pub(crate) fn new(bounds: KeyCache) -> Self {
        Self { bounds, young: HashMap::new(), old: HashMap::new(), turned_ms: i64::MIN }
    }

    pub(crate) fn get(&self, bucket: &Bucket) -> Option<&Parent> {
        self.young.get(bucket).or_else(|| self.old.get(bucket))
    }

    /// Keeps a key. Above the bound it is not kept.
    pub(crate) fn insert(&mut self, bucket: Bucket, key: Parent) {
        if self.young.len() < self.bounds.keys / 2 {
            self.young.insert(bucket, key);
        }
    }

    /// Lets keys age. To be called before every use and while idle. A clock that went back ages
    /// too.
    pub(crate) fn turn(&mut self, now_ms: i64) {
        let half = self.bounds.age_ms / 2;
        let elapsed = now_ms.saturating_sub(self.turned_ms);
        if elapsed < 0 || elapsed >= half * 2 {
            self.clear();
            self.turned_ms = now_ms;
        } else if elapsed >= half || self.young.len() >= self.bounds.keys / 2 {
            self.old = std::mem::take(&mut self.young);
            self.turned_ms = now_ms;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::IdentityAlias;

    #[test]
    fn keys_are_forgotten_by_age_and_by_number() {
        let bucket = |number: u8| Bucket { alias: IdentityAlias([number; 16]), category: 1, quarter: 0 };
        let mut cache = Cache::new(KeyCache { keys: 10, age_ms: 1_000 });
        cache.turn(0);
        (0..200).for_each(|number| cache.insert(bucket(number), Parent::new(&[number; 32])));
        assert_eq!(cache.len(), 5);
        cache.turn(600);
        assert!(cache.get(&bucket(0)).is_some());
        cache.turn(1_101);
        assert!(cache.get(&bucket(0)).is_none(), "older than its age");
        cache.insert(bucket(1), Parent::new(&[1; 32]));
        cache.turn(-5);
        assert_eq!(cache.len(), 0, "the clock went back");
    }
}
