//! What use cases work with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::{Clock, Currency, TimeZone, Timestamp};
use domain::Kinds;
use pipeline::{Pipeline, Secrets};
use store::Store;

use crate::account::{Known, Waiting};
use crate::rule::Readings;
use crate::search::Searching;
use vault::Client;

/// A workspace that is open for work.
pub struct App {
    /// The database.
    pub store: Arc<Store>,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// The raw zone.
    pub vault: Arc<Client>,
    /// The master zone's keys.
    pub secrets: Secrets,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The workspace's zone.
    pub zone: TimeZone,
    /// The workspace's currency.
    pub currency: Currency,
    /// What reading sentences learnt of the log's values.
    pub readings: Readings,
    /// Who came a moment ago, and what people are called.
    pub known: Known,
    /// What people began at the door and have yet to finish.
    pub waiting: Waiting,
    /// The search index.
    pub search: Searching,
    /// Whether the workspace is about to close.
    pub ending: AtomicBool,
}

impl App {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the workspace is about to close.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    /// The declared kinds.
    #[must_use]
    pub fn kinds(&self) -> Arc<Kinds> {
        self.pipeline.kinds()
    }
}
