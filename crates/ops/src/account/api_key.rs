//! Keys with which programs call the API, each with a role.

use base::{ApiKeyId, RoleId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ApiKey, Connection};
use utoipa::ToSchema;

use super::{SEEN_MS, fingerprint, role, secret};
use crate::audit::{Line, audited, name_of};
use crate::{Actor, App, OpError, Right};

/// How every key begins.
pub const PREFIX: &str = "jwa_";
/// The most keys.
const LIMIT: usize = 200;

/// A key, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    #[schema(value_type = String)]
    pub role: RoleId,
    /// What that role is called.
    pub role_name: Text,
    /// Who made it.
    pub made_by: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>)]
    pub used_at: Option<Timestamp>,
}

/// All keys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyPage {
    /// The keys, newest first.
    pub items: Vec<ApiKeyView>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ApiKeyRequest {
    /// What it is for.
    pub name: String,
    /// What it may do.
    #[schema(value_type = String)]
    pub role: RoleId,
}

/// A new key, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewApiKey {
    /// The key.
    pub api_key: ApiKeyView,
    /// What goes into `Authorization: Bearer …`.
    pub secret: String,
}

fn view(db: &mut Connection, key: ApiKey) -> Result<ApiKeyView, OpError> {
    let role_name = role::name(db, key.role)?;
    let made_by = name_of(db, &key.made_by)?;
    let ApiKey { id, name, role, created_at, used_at, .. } = key;
    Ok(ApiKeyView { id, name, role, role_name, made_by, created_at, used_at })
}

/// All keys.
///
/// # Errors
/// The right is lacking, or the database's.
pub fn list(app: &App, actor: &Actor) -> Result<ApiKeyPage, OpError> {
    actor.may(Right::ManagePeople)?;
    app.store.read(|db| {
        let items = db.api_keys()?.into_iter().map(|key| view(db, key)).collect::<Result<_, OpError>>()?;
        Ok(ApiKeyPage { items })
    })
}

/// Makes a key.
///
/// # Errors
/// The right is lacking, a member does not fit, one may not give the role, there are too many, or the database's.
pub fn add(app: &App, actor: &Actor, request: &ApiKeyRequest) -> Result<NewApiKey, OpError> {
    actor.may(Right::ManagePeople)?;
    let name = super::name(&request.name)?;
    let (secret, at) = (secret(PREFIX)?, app.now());
    audited(app, actor.id(), |db| {
        role::may_have(app, db, actor, request.role)?;
        if db.api_keys()?.len() >= LIMIT {
            return Err(OpError::invalid("name", "API 密钥最多 200 个", "a workspace has at most 200 API keys"));
        }
        let id = db.add_api_key(name, &fingerprint(&secret), request.role, actor.id(), at)?;
        let key = ApiKey {
            id,
            name: name.to_owned(),
            role: request.role,
            made_by: actor.id().to_owned(),
            created_at: at,
            used_at: None,
        };
        let line = Line::new("api_key.added", &id, json!({"name": name, "role": request.role}));
        Ok((NewApiKey { api_key: view(db, key)?, secret }, line))
    })
}

/// Removes a key: it works no longer.
///
/// # Errors
/// The right is lacking, there is no such key, or the database's.
pub fn remove(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    audited(app, actor.id(), |db| {
        let name = db.remove_api_key(id)?.ok_or_else(OpError::not_found)?;
        Ok(((), Line::new("api_key.removed", &id, Value::from(name))))
    })
}

/// Who acts by a key.
///
/// # Errors
/// There is no such key, or the database's.
pub fn actor(app: &App, secret: &str) -> Result<Actor, OpError> {
    app.known.learn(app, secret, || Ok((found(app, secret)?, None)))
}

fn found(app: &App, secret: &str) -> Result<Actor, OpError> {
    let (key, role) = app.store.read(|db| {
        let key = db.api_key(&fingerprint(secret))?.ok_or_else(OpError::sign_in)?;
        let role = role::find(db, key.role)?.unwrap_or_default();
        Ok::<_, OpError>((key, role))
    })?;
    let now = app.now();
    if key.used_at.is_none_or(|used| now.ms() - used.ms() > SEEN_MS) {
        app.store.note(|db| db.set_api_key_used(key.id, now))?;
    }
    Ok(role.actor(app, key.id.to_string()))
}
