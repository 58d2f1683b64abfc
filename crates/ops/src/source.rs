//! Sources and their ingest keys.

use base::{SourceId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use store::{Connection, Store};
use utoipa::ToSchema;

use crate::account::{fingerprint, secret};
use crate::audit::{Line, audited_at};
use crate::error::without_nul;
use crate::{Actor, App, Fault, OpError, Right};

/// A source's new ingest key, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewKey {
    /// The source.
    #[schema(value_type = String)]
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// The key.
    pub key: String,
}

/// Adds a source, or gives a known one a new ingest key.
///
/// # Errors
/// The right is lacking, a name that does not fit, or the database's.
pub fn add(store: &Store, actor: &Actor, name: &str, at: Timestamp) -> Result<NewKey, OpError> {
    actor.may(Right::WriteSources)?;
    without_nul("name", name)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 256 {
        return Err(OpError::invalid(
            "name",
            "数据源名称为 1 到 256 个字符",
            "a source's name has 1 to 256 characters",
        ));
    }
    if name == pipeline::OWN_SOURCE {
        return Err(OpError::reserved_source());
    }
    let key = secret("jwk_")?;
    audited_at(store, at, actor.id(), |db| {
        let source = db.add_source(name, at)?;
        db.set_source_key(source.id, &fingerprint(&key))?;
        Ok((NewKey { id: source.id, name: source.name, key }, Line::new("source.added", &source.id, name.into())))
    })
}

/// Gives a source a new ingest key; the old one stops working.
///
/// # Errors
/// The right is lacking, there is no such source, or the database's.
pub fn renew_key(app: &App, actor: &Actor, id: SourceId) -> Result<NewKey, OpError> {
    actor.may(Right::WriteSources)?;
    let key = secret("jwk_")?;
    let sources = app.store.read(Connection::sources)?.into_iter();
    let mut others = sources.filter(|source| source.name != pipeline::OWN_SOURCE);
    let source = others.find(|source| source.id == id).ok_or_else(OpError::not_found)?;
    audited_at(&app.store, app.now(), actor.id(), |db| {
        db.set_source_key(id, &fingerprint(&key))?;
        Ok((NewKey { id, name: source.name, key }, Line::new("source.key_renewed", &id, Value::Null)))
    })
}

/// The source that an ingest key belongs to.
///
/// # Errors
/// There is none, or the database's.
pub fn of_key(app: &App, key: &str) -> Result<String, OpError> {
    let found = app.store.read(|db| db.source_by_key(&fingerprint(key)))?;
    found
        .map(|source| source.name)
        .ok_or_else(|| OpError::new(Fault::SignIn, "ingest_key", "接入密钥不正确", "the ingest key is not valid"))
}
