//! Originals: opened under a grant, after it is in the audit log.

use base::{CustomerId, EventId, Text, Timestamp};
use base64::Engine as _;
use pipeline::seal::{NOBODY, record_id};
use serde::Serialize;
use store::Connection;
use store::log::Event;
use utoipa::ToSchema;
use vault::{AuditAct, Basis, Grant, IdentityAlias, OpenRef, Purpose, RawRef};

use crate::audit::Names;
use crate::customer::timeline;
use crate::{Actor, App, OpError, Right};

/// How long a grant for one opening lives, in milliseconds.
const GRANT_MS: i64 = 60_000;

/// An original, opened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenedOriginal {
    /// Its media type.
    pub media_type: String,
    /// Its text, if it is text.
    pub text: Option<String>,
    /// Its bytes in base 64, if it is not.
    pub base64: Option<String>,
    /// A file's name.
    pub name: Option<String>,
}

/// An opening, or an attempt.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccessItem {
    /// When.
    #[schema(value_type = String)]
    pub time: Timestamp,
    /// Who.
    pub actor: String,
    /// What for.
    pub purpose: Text,
    /// By what right.
    pub basis: Text,
    /// How many records.
    pub records: u64,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// Openings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccessPage {
    /// Newest first.
    pub items: Vec<AccessItem>,
}

/// Under whose key an event's originals were sealed.
pub(crate) fn alias(db: &mut Connection, event: &Event) -> Result<IdentityAlias, OpError> {
    let Some(identity) = event.who.first() else { return Ok(NOBODY) };
    Ok(db.identity(*identity)?.map_or(NOBODY, |(_, row)| IdentityAlias(row.key_hash)))
}

/// Where an event's originals stand in the raw zone.
pub(crate) fn references(alias: IdentityAlias, event: &Event) -> Vec<OpenRef> {
    let place = |original: &store::log::Original| RawRef { block: original.block, index: original.index };
    event.originals.iter().map(|original| (alias, record_id(&event.digest, original.part), place(original))).collect()
}

/// A grant for now.
pub(crate) fn grant(app: &App, actor: &Actor, identities: Vec<IdentityAlias>, purpose: Purpose, basis: Basis) -> Grant {
    let mut id = [0; 16];
    getrandom::fill(&mut id).ok();
    let now = app.now().ms();
    Grant { identities, purpose, basis, actor: actor.id().to_owned(), not_after_ms: now + GRANT_MS, id }
}

/// Opens one original for customer service, on the ground of the contract with the customer.
///
/// # Errors
/// The right is lacking, there is no such original, the raw zone is down, or the database's.
pub fn open(
    app: &App,
    actor: &Actor,
    customer: CustomerId,
    event: EventId,
    index: u32,
) -> Result<OpenedOriginal, OpError> {
    actor.may(Right::OpenOriginals)?;
    let reference = app.store.read(|db| {
        let customer = super::current(app, db, actor, customer)?;
        let (_, found) = timeline::event(db, event.number())?.ok_or_else(OpError::not_found)?;
        let owners: Vec<CustomerId> =
            found.who.iter().filter_map(|id| db.identity(*id).ok().flatten()).map(|(_, row)| row.customer).collect();
        if !owners.contains(&customer) {
            return Err(OpError::not_found());
        }
        let alias = alias(db, &found)?;
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        references(alias, &found).into_iter().nth(place).ok_or_else(OpError::not_found)
    })?;
    let grant = grant(app, actor, vec![reference.0], Purpose::CustomerService, Basis::Contract);
    let opened = app.vault.open(&grant, &[reference])?.into_iter().next().ok_or_else(OpError::not_found)?;
    let is_text = opened.meta.media_type.starts_with("text/") || opened.meta.media_type == "application/json";
    let text = is_text.then(|| String::from_utf8(opened.body.clone()).ok()).flatten();
    let base64 = text.is_none().then(|| base64::engine::general_purpose::STANDARD.encode(&opened.body));
    Ok(OpenedOriginal { media_type: opened.meta.media_type, text, base64, name: opened.meta.name })
}

/// Who opened a customer's originals.
///
/// # Errors
/// The right is lacking, there is no such customer, the raw zone is down, or the database's.
pub fn access(app: &App, actor: &Actor, customer: CustomerId) -> Result<AccessPage, OpError> {
    actor.may(Right::ReadCustomers)?;
    let aliases = app.store.read(|db| {
        let customer = super::current(app, db, actor, customer)?;
        // What was erased goes by the same alias as who came with it since.
        let rows = db.identities_of(customer)?.into_iter().filter(|(_, row)| row.value.is_some());
        Ok::<_, OpError>(rows.map(|(_, row)| IdentityAlias(row.key_hash)).collect::<Vec<_>>())
    })?;
    // Asked of nobody, the raw zone tells of everybody.
    let rows = if aliases.is_empty() { Vec::new() } else { app.vault.audit(&aliases, 200)? };
    let text = |(zh, en): (&str, &str)| Text::new(zh, en);
    let mut names = Names::default();
    let items = app.store.read(|db| {
        let granted = rows.into_iter().filter_map(|row| Some((row.grant?, row.time_ms, row.count, row.act)));
        let item = |(grant, time_ms, count, act): (vault::AuditGrant, _, _, _)| {
            Ok::<_, OpError>(AccessItem {
                time: Timestamp::from_ms(time_ms),
                actor: names.of(db, &grant.actor)?,
                purpose: text(grant.purpose.label()),
                basis: text(grant.basis.label()),
                records: u64::from(count),
                allowed: act == AuditAct::Opened,
            })
        };
        granted.map(item).collect()
    });
    Ok(AccessPage { items: items? })
}
