//! What nearly every request asks for, kept in memory: who comes with a session or a key, and what people are called.
//!
//! All of it stands in tables that nothing but [`store::Store::write`] writes, and whatever that writes ends what is known. What another
//! program does to the database is seen [`TRUSTED`] later.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::{Timestamp, UserId};
use domain::object::Objects;
use store::{Connection, StoreError};

use super::fingerprint;
use crate::{Actor, App, OpError};

/// How long something is known without being looked up again.
const TRUSTED: Duration = Duration::from_secs(5);
/// How much of a kind is known at most; then it is learned anew.
const LIMIT: usize = 10_000;

/// What is known.
#[derive(Default)]
pub struct Known {
    /// Who comes with a session or a key, by the hash of its secret.
    actors: Facts<Vec<u8>, Came>,
    /// What people are called.
    names: Facts<UserId, String>,
}

/// Someone who came with a session or a key.
#[derive(Clone)]
struct Came {
    actor: Actor,
    /// When the session ends by itself.
    until: Option<Timestamp>,
    /// The objects as they were: what someone may do with a field depends on what follows from it.
    objects: Arc<Objects>,
}

/// Things known, each with how often the store had been written to before it was looked up, and when that was.
struct Facts<K, T>(Mutex<HashMap<K, (u64, Instant, T)>>);

impl<K, T> Default for Facts<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, T: Clone> Facts<K, T> {
    fn get(&self, app: &App, key: &K) -> Option<T> {
        let facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (writes, since, fact) = facts.get(key)?;
        (*writes == app.store.writes() && since.elapsed() < TRUSTED).then(|| fact.clone())
    }

    /// Keeps what was looked up after `writes` was read.
    fn put(&self, writes: u64, key: K, fact: T) {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if facts.len() >= LIMIT {
            facts.clear();
        }
        facts.insert(key, (writes, Instant::now(), fact));
    }
}

impl Known {
    /// Who comes with the secret of a session or a key, if that was looked up a moment ago and nothing was written since.
    #[must_use]
    pub fn actor(&self, app: &App, secret: &str) -> Option<Actor> {
        let came = self.actors.get(app, &fingerprint(secret))?;
        let is_current = came.until.is_none_or(|until| app.now() < until);
        (is_current && Arc::ptr_eq(&came.objects, &app.pipeline.objects())).then_some(came.actor)
    }

    /// Looks up who comes with a secret, and until when they do.
    pub(super) fn learn(
        &self,
        app: &App,
        secret: &str,
        find: impl FnOnce() -> Result<(Actor, Option<Timestamp>), OpError>,
    ) -> Result<Actor, OpError> {
        let (writes, objects) = (app.store.writes(), app.pipeline.objects());
        let (actor, until) = find()?;
        self.actors.put(writes, fingerprint(secret), Came { actor: actor.clone(), until, objects });
        Ok(actor)
    }

    /// What people are called; those that there are not are left out.
    pub(crate) fn names(
        &self,
        app: &App,
        db: &mut Connection,
        people: BTreeSet<UserId>,
    ) -> Result<Vec<(UserId, String)>, StoreError> {
        let (mut named, mut unknown) = (Vec::with_capacity(people.len()), Vec::new());
        for id in people {
            match self.names.get(app, &id) {
                Some(name) => named.push((id, name)),
                None => unknown.push(id),
            }
        }
        let writes = app.store.writes();
        for (id, name) in db.person_names(unknown)? {
            self.names.put(writes, id, name.clone());
            named.push((id, name));
        }
        Ok(named)
    }
}
