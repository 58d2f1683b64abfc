//! One's own account: by what one can sign in, and showing that it is oneself before that is changed.

use base::UserId;
use serde::{Deserialize, Serialize};
use store::{Connection, Person};
use utoipa::ToSchema;

use super::passkey::{self, PasskeyView};
use super::second_factor::{self, AuthenticatorView};
use super::session::oneself;
use super::{check, fingerprint, matches};
use crate::{Actor, App, Fault, OpError};

/// For how long after signing in someone without a password is still believed to be themselves, in milliseconds.
const FRESH_MS: i64 = 10 * 60_000;

/// By what one can sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    /// Whether one has a password.
    pub password: bool,
    /// One's passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// One's authenticator app, which is asked for after the password.
    pub authenticator: Option<AuthenticatorView>,
}

/// What shows that it is oneself.
#[derive(Default, Deserialize, ToSchema)]
pub struct ProofRequest {
    /// One's password; who has none must have signed in within the last ten minutes.
    #[serde(default)]
    pub password: String,
}

/// By what one can sign in.
///
/// # Errors
/// A key asks, or the database's.
pub fn get(app: &App, actor: &Actor) -> Result<AccountView, OpError> {
    let id = oneself(actor)?;
    app.store.read(|db| {
        let person = db.person(id)?.ok_or_else(OpError::not_found)?;
        Ok(AccountView {
            password: !person.password_hash.is_empty(),
            passkeys: db.passkeys_of(id)?.into_iter().map(passkey::view).collect(),
            authenticator: second_factor::view(db, id)?,
        })
    })
}

/// Refuses one who has a second factor and did not show it though it is wanted: they may only have found a password.
pub(super) fn shown(db: &mut Connection, actor: &Actor, person: UserId) -> Result<(), OpError> {
    if actor.is_bare() && second_factor::has(db, person)? {
        let (zh, en) = ("请用已有的第二重验证重新登录", "sign in anew with the second factor that you have");
        return Err(OpError::new(Fault::Forbidden, "sign_in_anew", zh, en));
    }
    Ok(())
}

/// Someone who has shown that it is themselves.
pub(super) fn prove(app: &App, actor: &Actor, token: &str, request: &ProofRequest) -> Result<Person, OpError> {
    let id = oneself(actor)?;
    check("", &request.password)?;
    let found = app.store.read(|db| db.session(&fingerprint(token), app.now()))?;
    let (person, session) = found.filter(|(person, _)| person.id == id).ok_or_else(OpError::sign_in)?;
    app.store.read(|db| shown(db, actor, id))?;
    let is_fresh = app.now().ms() - session.created_at.ms() < FRESH_MS;
    if person.password_hash.is_empty() && !is_fresh {
        let (zh, en) = ("请退出后重新登录，再修改登录方式", "sign out and in again before you change how you sign in");
        return Err(OpError::new(Fault::Forbidden, "sign_in_anew", zh, en));
    }
    if !person.password_hash.is_empty() && !matches(&request.password, &person.password_hash) {
        return Err(OpError::invalid("password", "密码不正确", "the password is wrong"));
    }
    Ok(person)
}
