//! A hash map for millions of entries that never stops to grow.

use std::collections::hash_map::{Entry, HashMap};
use std::hash::{BuildHasher, Hash};

/// A power of two.
const PARTS: usize = 64;

/// A hash map in parts, each of which grows on its own: a map of a million entries would keep its user waiting for tenths of a
/// second while it moves all of them; a part takes milliseconds.
#[derive(Debug, Clone)]
pub struct BigMap<K, V, S = std::hash::RandomState> {
    parts: Vec<HashMap<K, V, S>>,
    hasher: S,
}

impl<K, V, S: BuildHasher + Clone + Default> Default for BigMap<K, V, S> {
    fn default() -> Self {
        let hasher = S::default();
        Self { parts: (0..PARTS).map(|_| HashMap::with_hasher(hasher.clone())).collect(), hasher }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> BigMap<K, V, S> {
    /// By bits in the middle of the hash: a map uses those at both its ends.
    fn place(&self, key: &K) -> usize {
        (self.hasher.hash_one(key) >> 32) as usize % PARTS
    }

    fn part(&self, key: &K) -> &HashMap<K, V, S> {
        &self.parts[self.place(key)]
    }

    fn part_mut(&mut self, key: &K) -> &mut HashMap<K, V, S> {
        let place = self.place(key);
        &mut self.parts[place]
    }

    /// As [`HashMap::get`].
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.part(key).get(key)
    }

    /// As [`HashMap::get_mut`].
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.part_mut(key).get_mut(key)
    }

    /// As [`HashMap::contains_key`].
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.part(key).contains_key(key)
    }

    /// As [`HashMap::insert`].
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.part_mut(&key).insert(key, value)
    }

    /// As [`HashMap::remove`].
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.part_mut(key).remove(key)
    }

    /// As [`HashMap::entry`].
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        self.part_mut(&key).entry(key)
    }

    /// As [`HashMap::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    /// As [`HashMap::is_empty`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(HashMap::is_empty)
    }

    /// As [`HashMap::retain`].
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.parts.iter_mut().for_each(|part| part.retain(&mut keep));
    }

    /// As [`HashMap::clear`].
    pub fn clear(&mut self) {
        self.parts.iter_mut().for_each(HashMap::clear);
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone + Default> FromIterator<(K, V)> for BigMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        entries.into_iter().for_each(|(key, value)| drop(map.insert(key, value)));
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_one_map_holds() {
        let mut map: BigMap<u64, u64> = (0..10_000).map(|key| (key, key * 2)).collect();
        assert_eq!((map.len(), map.get(&7), map.get(&10_000)), (10_000, Some(&14), None));
        assert_eq!((map.insert(7, 1), map.remove(&8), map.contains_key(&8)), (Some(14), Some(16), false));
        *map.entry(7).or_insert(0) += 1;
        assert_eq!(map.get_mut(&7).copied(), Some(2));
        map.retain(|key, _| key % 2 == 1);
        assert_eq!(map.len(), 5_000);
        assert!(map.parts.iter().all(|part| part.len() > 20), "keys fall into every part");
        map.clear();
        assert!(map.is_empty());
    }
}
