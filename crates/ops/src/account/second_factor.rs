//! A second factor beside the password: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.
//!
//! The secret is sealed under the master zone's key. A code is taken once: of its step and all before it none is taken again. A recovery
//! code has 80 random bits, is stored as a hash and works once.

use base::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Connection, Person, SecondFactor};
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;

use super::own::{self, ProofRequest};
use super::role::{self, OWNER};
use super::session::{self, By, oneself};
use super::{check, fingerprint, matches, secret};
use crate::audit::{Line, audited};
use crate::{Actor, App, Fault, OpError, Right};

/// How many recovery codes one gets.
const CODES: usize = 10;
/// How many wrong codes end a sign-in that was begun with the password.
const TRIES: u32 = 5;
/// The longest code that is looked at, in bytes.
const CODE_BYTES: usize = 64;
/// The letters of recovery codes: none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// One's authenticator app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthenticatorView {
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
}

/// An authenticator app to be set up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthenticatorOffer {
    /// What is typed into the app, in base 32.
    pub secret: String,
    /// What the app reads from a picture: `otpauth://totp/…`.
    pub uri: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
pub struct CodeRequest {
    /// Six digits that the app shows.
    pub code: String,
}

/// What shows that it is oneself: the password, or a code.
#[derive(Default, Deserialize, ToSchema)]
pub struct PasswordOrCode {
    /// One's password.
    #[serde(default)]
    pub password: String,
    /// A code of the app, or a recovery code.
    #[serde(default)]
    pub code: String,
}

/// The second step of signing in.
#[derive(Deserialize, ToSchema)]
pub struct CodeSignInRequest {
    /// What the first step gave as `code_wanted`.
    pub token: String,
    /// A code of the app, or a recovery code.
    pub code: String,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes; each works once.
    pub codes: Vec<String>,
}

/// Someone who has given their password and has yet to give a code.
#[derive(Clone)]
pub(super) struct SecondStep {
    person: UserId,
    /// With which password: another since ends it.
    password_hash: String,
    tries: u32,
}

fn place(person: UserId) -> String {
    format!("authenticator of {person}")
}

fn totp(secret: &[u8]) -> Result<Totp, OpError> {
    let secret = Secret::new(secret.into());
    Builder::new().with_secret(secret).with_skew(1).build().map_err(|_| OpError::unavailable())
}

fn wrong() -> OpError {
    let (zh, en) = ("验证码不正确、已用过或已过期", "the code is wrong, was used, or is over");
    OpError { field: Some("code".to_owned()), ..OpError::new(Fault::Request, "wrong_code", zh, en) }
}

fn over() -> OpError {
    let (zh, en) = ("登录已超时，请重新输入密码", "this took too long; give your password again");
    OpError::new(Fault::SignIn, "step_over", zh, en)
}

fn read_code(code: &str) -> Result<String, OpError> {
    if code.len() > CODE_BYTES {
        return Err(wrong());
    }
    Ok(code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect())
}

/// The step of time whose code this is, if it is one now, one step before or one after.
fn step(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<u64>, OpError> {
    if code.len() != 6 || !code.bytes().all(|letter| letter.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp(secret)?.check(code, u64::try_from(now.ms() / 1000).unwrap_or(0)))
}

/// Takes a code of someone's app, or a recovery code; false when it is none, or was taken.
fn take(app: &App, db: &mut Connection, person: UserId, code: &str) -> Result<bool, OpError> {
    let code = read_code(code)?;
    let Some(factor) = db.second_factor(person)? else { return Ok(false) };
    let secret = app.secrets.unseal(&place(person), &factor.secret).ok_or_else(OpError::unavailable)?;
    match step(&secret, &code, app.now())? {
        Some(step) => Ok(db.take_step(person, step)?),
        None => Ok(db.take_recovery_code(person, &fingerprint(&code))?),
    }
}

/// New recovery codes, and what is stored of them.
fn new_codes() -> Result<(RecoveryCodes, Vec<Vec<u8>>), OpError> {
    let code = || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| OpError::unavailable())?;
        let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
        Ok(letters.map(|letter| char::from(*letter)).collect::<String>())
    };
    let plain = (0..CODES).map(|_| code()).collect::<Result<Vec<_>, OpError>>()?;
    let hashes = plain.iter().map(|code| fingerprint(code)).collect();
    let codes = plain.iter().map(|code| {
        let part = |from: usize| code.get(from..from + 4).unwrap_or_default();
        format!("{}-{}-{}-{}", part(0), part(4), part(8), part(12))
    });
    Ok((RecoveryCodes { codes: codes.collect() }, hashes))
}

/// One's authenticator app.
pub(super) fn view(db: &mut Connection, person: UserId) -> Result<Option<AuthenticatorView>, OpError> {
    let Some(factor) = db.second_factor(person)? else { return Ok(None) };
    let recovery_codes = db.recovery_codes_left(person)?;
    Ok(Some(AuthenticatorView { created_at: factor.created_at, recovery_codes }))
}

/// Whether someone has a second factor: an authenticator app, or a passkey.
pub(super) fn has(db: &mut Connection, person: UserId) -> Result<bool, OpError> {
    Ok(db.second_factor(person)?.is_some() || !db.passkeys_of(person)?.is_empty())
}

fn present() -> OpError {
    let (zh, en) = ("已启用验证器，请先关闭", "you have an authenticator app; turn it off first");
    OpError::new(Fault::Request, "authenticator_present", zh, en)
}

/// Begins to set up an authenticator app. It counts once a code of it was given, in the same session.
///
/// # Errors
/// A key asks, the password is wrong, one has an app or no password, or the database's.
pub fn begin(app: &App, actor: &Actor, token: &str, request: &ProofRequest) -> Result<AuthenticatorOffer, OpError> {
    let person = own::prove(app, actor, token, request)?;
    if person.password_hash.is_empty() {
        let (zh, en) =
            ("没有密码的账号不需要验证器", "an account without a password has no use for an authenticator app");
        return Err(OpError::new(Fault::Request, "no_password", zh, en));
    }
    let company = app.store.read(|db| {
        if db.second_factor(person.id)?.is_some() {
            return Err(present());
        }
        Ok(db.setting("company")?.unwrap_or_else(|| "Jingwei".to_owned()))
    })?;
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|_| OpError::unavailable())?;
    let encoded = Secret::new(bytes.as_slice().into()).to_base32();
    app.waiting.enrolments.put(fingerprint(token), bytes.to_vec(), app.now());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("secret", &encoded)
        .append_pair("issuer", &company)
        .finish()
        .replace('+', "%20");
    let name = |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let label = format!("{}:{}", name(&company.replace(':', " ")), name(&person.email)).replace('+', "%20");
    Ok(AuthenticatorOffer { uri: format!("otpauth://totp/{label}?{query}"), secret: encoded })
}

/// Finishes setting up an authenticator app with a code of it. One's other sessions end.
///
/// # Errors
/// A key asks, nothing was begun in this session, the code is wrong, or the database's.
pub fn confirm(app: &App, actor: &Actor, token: &str, request: &CodeRequest) -> Result<RecoveryCodes, OpError> {
    let (person, session, now) = (oneself(actor)?, fingerprint(token), app.now());
    let secret = app.waiting.enrolments.take(&session, now).ok_or_else(|| {
        let (zh, en) = ("设置已超时，请重新开始", "this took too long; begin again");
        OpError::new(Fault::Request, "step_over", zh, en)
    })?;
    let Some(step) = step(&secret, &read_code(&request.code)?, now)? else {
        app.waiting.enrolments.put(session, secret, now);
        return Err(wrong());
    };
    let sealed = app.secrets.seal(&place(person), &secret).ok_or_else(OpError::unavailable)?;
    let (codes, hashes) = new_codes()?;
    audited(app, actor.id(), |db| {
        if !db.add_second_factor(person, &SecondFactor { secret: sealed, step, created_at: now })? {
            return Err(present());
        }
        db.set_recovery_codes(person, &hashes)?;
        db.remove_sessions_of(person, &session)?;
        db.set_session_proved(&session)?;
        Ok((codes, Line::new("authenticator.added", &person, Value::Null)))
    })
}

/// Refuses one who shows neither their password nor a code.
fn shown(app: &App, db: &mut Connection, person: &Person, request: &PasswordOrCode) -> Result<(), OpError> {
    if !request.code.is_empty() {
        return if take(app, db, person.id, &request.code)? { Ok(()) } else { Err(wrong()) };
    }
    if !matches(&request.password, &person.password_hash) {
        return Err(OpError::invalid("password", "密码不正确", "the password is wrong"));
    }
    Ok(())
}

/// New recovery codes in place of those until now.
///
/// # Errors
/// A key asks, neither the password nor a code fits, one has no authenticator app, or the database's.
pub fn renew_codes(app: &App, actor: &Actor, request: &PasswordOrCode) -> Result<RecoveryCodes, OpError> {
    let id = oneself(actor)?;
    check("", &request.password)?;
    let (codes, hashes) = new_codes()?;
    audited(app, actor.id(), |db| {
        let person = db.person(id)?.ok_or_else(OpError::not_found)?;
        db.second_factor(id)?.ok_or_else(OpError::not_found)?;
        shown(app, db, &person, request)?;
        db.set_recovery_codes(id, &hashes)?;
        Ok((codes, Line::new("recovery_codes.renewed", &id, Value::Null)))
    })
}

/// Turns one's authenticator app off; its recovery codes go with it.
///
/// # Errors
/// A key asks, neither the password nor a code fits, one has no authenticator app, or the database's.
pub fn remove(app: &App, actor: &Actor, request: &PasswordOrCode) -> Result<(), OpError> {
    let id = oneself(actor)?;
    check("", &request.password)?;
    audited(app, actor.id(), |db| {
        let person = db.person(id)?.ok_or_else(OpError::not_found)?;
        db.second_factor(id)?.ok_or_else(OpError::not_found)?;
        shown(app, db, &person, request)?;
        db.remove_second_factor(id)?;
        Ok(((), Line::new("authenticator.removed", &id, Value::Null)))
    })
}

/// Takes authenticator app, recovery codes and passkeys from someone who has lost them, and signs them out everywhere: then the
/// password lets them in, and they can set up new ones.
///
/// # Errors
/// The right is lacking, there is no such person or it is oneself, an owner's by somebody who is none, there is nothing to take, or the
/// database's.
pub fn reset(app: &App, actor: &Actor, id: UserId) -> Result<(), OpError> {
    actor.may(Right::ManagePeople)?;
    if actor.id() == id.to_string() {
        let (zh, en) = ("自己的请在“我的账号”中修改", "change your own under 'My account'");
        return Err(OpError::new(Fault::Forbidden, "oneself", zh, en));
    }
    audited(app, actor.id(), |db| {
        let person = db.person(id)?.ok_or_else(OpError::not_found)?;
        if actor.person().is_none() && actor.id() != Actor::local().id() {
            let (zh, en) = ("只能由登录的人员重置", "this is done by people, not by keys");
            return Err(OpError::new(Fault::Forbidden, "people_only", zh, en));
        }
        if person.role == OWNER {
            role::may_give(db, actor, OWNER)?;
        }
        let (authenticator, passkeys) = (db.remove_second_factor(id)?, db.remove_passkeys_of(id)?);
        if !authenticator && passkeys == 0 {
            return Err(OpError::not_found());
        }
        db.remove_sessions_of(id, &[])?;
        let detail = json!({"authenticator": authenticator, "passkeys": passkeys});
        Ok(((), Line::new("second_factor.reset", &id, detail)))
    })
}

/// Has someone wait who has given their password; the token with which they give a code.
pub(super) fn ask(app: &App, person: &Person) -> Result<String, OpError> {
    let token = secret("jwc_")?;
    let step = SecondStep { person: person.id, password_hash: person.password_hash.clone(), tries: 0 };
    app.waiting.second_steps.put(fingerprint(&token), step, app.now());
    Ok(token)
}

/// Who has given their password and has yet to give a code.
///
/// # Errors
/// Nobody: the token is wrong, was used, or is over.
pub fn who(app: &App, token: &str) -> Result<UserId, OpError> {
    let key = fingerprint(token);
    app.waiting.second_steps.peek(&key, app.now()).map(|step| step.person).ok_or_else(over)
}

/// Signs in with a code, after the password, and returns the session's token.
///
/// # Errors
/// The token is wrong, was used or is over; the code is wrong; or the account was ended or has another password by now.
pub fn sign_in(app: &App, request: &CodeSignInRequest, agent: &str) -> Result<String, OpError> {
    let (key, now) = (fingerprint(&request.token), app.now());
    let begun = app.waiting.second_steps.take(&key, now).ok_or_else(over)?;
    let fits = app.store.write(|db| {
        let person = db.person(begun.person)?.filter(|person| person.ended_at.is_none());
        person.filter(|person| person.password_hash == begun.password_hash).ok_or_else(over)?;
        take(app, db, begun.person, &request.code)
    });
    if fits.as_ref().is_ok_and(|fits| *fits) {
        return session::open(app, begun.person, agent, By::Code);
    }
    session::refused(app, begun.person, By::Code)?;
    fits?;
    if begun.tries + 1 < TRIES {
        app.waiting.second_steps.put(key, SecondStep { tries: begun.tries + 1, ..begun }, now);
        return Err(wrong());
    }
    Err(over())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_for_its_step_one_before_and_one_after() {
        // RFC 6238, appendix B, at 59 seconds: step 1; of eight digits the last six.
        let secret = b"12345678901234567890";
        let at = |second: i64| step(secret, "287082", Timestamp::from_ms(second * 1000)).unwrap();
        assert_eq!(
            [at(0), at(29), at(30), at(59), at(89), at(90)],
            [Some(1), Some(1), Some(1), Some(1), Some(1), None]
        );
        assert_eq!(step(secret, "94287082", Timestamp::from_ms(59_000)).unwrap(), None);
        assert_eq!(step(secret, "28708x", Timestamp::from_ms(59_000)).unwrap(), None);
    }

    #[test]
    fn recovery_codes_differ_and_are_read_with_or_without_dashes() {
        let (codes, hashes) = new_codes().unwrap();
        let mut distinct = hashes.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((codes.codes.len(), distinct.len()), (10, 10));
        for (code, hash) in codes.codes.iter().zip(&hashes) {
            assert_eq!(fingerprint(&read_code(&format!(" {} ", code.to_uppercase())).unwrap()), *hash);
        }
    }
}
