//! Events as they come: rates, sources, errors, the latest.

use base::{CustomerId, SourceId, Text, Timestamp};
use pipeline::Committed;
use serde::Serialize;
use store::Connection;
use store::log::Entry;
use utoipa::ToSchema;

use crate::customer::decision::{self, DecisionView};
use crate::customer::identifier::IdentifierView;
use crate::customer::timeline::{self, TimelineItem};
use crate::{Actor, App, OpError, Right, customer};

/// How intake is doing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Summary {
    /// Events taken, from all sources.
    pub total: u64,
    /// Events in each of the last sixty seconds, oldest first.
    pub per_second: Vec<u64>,
    /// From arrival to commit.
    pub latency: Latency,
    /// What each source sent.
    pub sources: Vec<SourceView>,
    /// Events refused, newest first.
    pub rejections: Vec<RejectionView>,
    /// Identifiers demoted because too many share them.
    pub hubs: Vec<HubView>,
    /// The raw zone.
    pub vault: VaultView,
}

/// Milliseconds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Latency {
    /// Half are below.
    pub p50_ms: f64,
    /// 99 of 100 are below.
    pub p99_ms: f64,
    /// The greatest.
    pub max_ms: f64,
    /// The disk's flush: half are below.
    pub flush_p50_ms: f64,
    /// The disk's flush: 99 of 100 are below.
    pub flush_p99_ms: f64,
}

/// A source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourceView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// Whether it has an ingest key.
    pub has_key: bool,
    /// Events taken.
    pub accepted: u64,
    /// Events seen before.
    pub duplicates: u64,
    /// Events refused.
    pub rejected: u64,
    /// When it last sent something.
    #[schema(value_type = Option<String>)]
    pub last_at: Option<Timestamp>,
}

/// An event refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RejectionView {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Where it came from.
    pub source: String,
    /// Its line.
    pub line: Option<u64>,
    /// The member at fault.
    pub field: String,
    /// The kind of fault.
    pub code: String,
    /// What is wrong and what to do.
    pub message: Text,
}

/// An identifier that too many share.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HubView {
    /// The identifier, masked.
    #[serde(flatten)]
    pub identifier: IdentifierView,
    /// With how many of one scheme it was seen.
    pub degree: u64,
    /// Whose it is now.
    #[schema(value_type = String)]
    pub customer: CustomerId,
}

/// The raw zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VaultView {
    /// Whether it answers.
    pub up: bool,
    /// How far it is kept apart: `separate_users`, `landlock` or `process_only`.
    pub level: Option<String>,
}

/// Events.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventPage {
    /// Newest first.
    pub items: Vec<TimelineItem>,
}

/// What a commit brought, for those who watch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveCommit {
    /// The place after its last entry.
    pub seq: u64,
    /// How many events.
    pub events: u64,
    /// Some of the customers it touched.
    #[schema(value_type = Vec<String>)]
    pub customers: Vec<CustomerId>,
    /// Some of its decisions.
    pub decisions: Vec<DecisionView>,
    /// Some of its events.
    pub recent: Vec<TimelineItem>,
}

/// How intake is doing.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn summary(app: &App, actor: &Actor) -> Result<Summary, OpError> {
    actor.may(Right::ReadEvents)?;
    let meter = app.pipeline.meter();
    let (latency, flush) = (meter.latency(), meter.flush());
    let status = app.vault.status().ok();
    let vault =
        VaultView { up: status.is_some(), level: status.map(|status| level_name(status.isolation.level).to_owned()) };
    app.store.read(|db| {
        let sources = db.sources()?;
        Ok(Summary {
            total: sources.iter().map(|source| source.counts.accepted).sum(),
            per_second: meter.per_second(app.now()),
            latency: Latency {
                p50_ms: latency.p50_ms,
                p99_ms: latency.p99_ms,
                max_ms: latency.max_ms,
                flush_p50_ms: flush.p50_ms,
                flush_p99_ms: flush.p99_ms,
            },
            sources: sources.into_iter().filter(|one| one.name != pipeline::OWN_SOURCE).map(source).collect(),
            rejections: db.rejections(100)?.into_iter().map(rejection).collect(),
            hubs: hubs(db)?,
            vault,
        })
    })
}

const fn level_name(level: vault::IsolationLevel) -> &'static str {
    match level {
        vault::IsolationLevel::SeparateUsers => "separate_users",
        vault::IsolationLevel::Landlock => "landlock",
        vault::IsolationLevel::ProcessOnly => "process_only",
    }
}

fn source(source: store::Source) -> SourceView {
    SourceView {
        id: source.id,
        name: source.name,
        has_key: source.has_key,
        accepted: source.counts.accepted,
        duplicates: source.counts.duplicates,
        rejected: source.counts.rejected,
        last_at: source.last_at,
    }
}

fn rejection(row: store::Rejected) -> RejectionView {
    let message = serde_json::from_str(&row.message).unwrap_or_default();
    RejectionView { at: row.at, source: row.source, line: row.line, field: row.field, code: row.code, message }
}

fn hubs(db: &mut Connection) -> Result<Vec<HubView>, OpError> {
    let view = |(id, row): (base::IdentityId, store::IdentityRow)| HubView {
        identifier: IdentifierView::masked(id, &row),
        degree: row.degree,
        customer: row.customer,
    };
    Ok(db.hubs()?.into_iter().map(view).collect())
}

/// The latest events.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn recent(app: &App, actor: &Actor, limit: usize) -> Result<EventPage, OpError> {
    actor.may(Right::ReadEvents)?;
    actor.may(Right::ReadCustomers)?;
    let (kinds, limit) = (app.kinds(), limit.clamp(1, 200));
    app.store.read(|db| {
        let next = db.next_seq()?;
        let from = next.saturating_sub(u64::try_from(limit * 4).unwrap_or(1000));
        let mut found = Vec::new();
        db.blocks(from.max(1), |block| {
            found.extend(block.iter().filter_map(|(seq, entry)| match entry {
                Entry::Event(event) => Some((seq, event.who.clone())),
                _ => None,
            }));
            Ok::<(), OpError>(())
        })?;
        let mut items = Vec::new();
        for (seq, who) in found.into_iter().rev().take(limit) {
            let owner = who.first().map(|id| db.identity(*id)).transpose()?.flatten().map(|(_, row)| row.customer);
            let owner = owner.unwrap_or_default();
            if actor.sees_all_customers() || customer::seen_among(app, db, actor, &[owner])?.contains(&owner) {
                items.extend(timeline::items(db, &kinds, &app.zone, owner, &[seq])?);
            }
        }
        Ok(EventPage { items })
    })
}

/// What a commit brought, for those who watch.
///
/// # Errors
/// The database's.
pub fn live(app: &App, done: &Committed) -> Result<LiveCommit, OpError> {
    let kinds = app.kinds();
    let mut customers: Vec<CustomerId> = done.events.iter().map(|(_, customer, _)| *customer).collect();
    app.store.read(|db| {
        let mut rows = Vec::new();
        for id in done.decisions.iter().rev().take(50) {
            rows.extend(db.decision(*id)?);
        }
        customers.extend(rows.iter().map(|(_, row)| row.customer));
        customers.sort_unstable();
        customers.dedup();
        customers.truncate(200);
        let decisions = decision::views(db, &kinds, &app.zone, &rows)?.items;
        let mut recent = Vec::new();
        for (seq, customer, _) in done.events.iter().rev().take(5) {
            recent.extend(timeline::items(db, &kinds, &app.zone, *customer, &[*seq])?);
        }
        Ok(LiveCommit {
            seq: done.next_seq,
            events: u64::try_from(done.events.len()).unwrap_or(0),
            customers,
            decisions,
            recent,
        })
    })
}
