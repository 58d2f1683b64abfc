//! People who sign in, their sessions, and the ingest keys of sources.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base::{DAY_MS, SourceId, UserId};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Person, Store};
use utoipa::ToSchema;

use crate::error::without_nul;
use crate::{App, Fault, OpError};

/// How long a session lives, in milliseconds.
pub const SESSION_MS: i64 = 30 * DAY_MS;
/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest e-mail address, in bytes.
const EMAIL_BYTES: usize = 254;
/// The longest password, in bytes.
const PASSWORD_BYTES: usize = 1_024;

/// What a browser needs to know first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// Who is signed in.
    pub user: Option<UserView>,
    /// Whether the owner's account is still to be made.
    pub setup_needed: bool,
    /// The company.
    pub company: CompanyView,
}

/// A person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    /// Their id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

/// The company.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompanyView {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// Whether it is the demo company.
    pub demo: bool,
}

/// The owner's account to be made.
#[derive(Deserialize, ToSchema)]
pub struct SetupRequest {
    /// The token from the link printed at the first start.
    pub token: String,
    /// The owner's name.
    pub name: String,
    /// The owner's e-mail address.
    pub email: String,
    /// At least twelve characters.
    pub password: String,
    /// The company's name.
    pub company: String,
}

/// Someone who signs in.
#[derive(Deserialize, ToSchema)]
pub struct SignInRequest {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

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

/// A secret of 256 random bits, as text.
///
/// # Errors
/// The machine gives no random bytes.
pub fn secret(prefix: &str) -> Result<String, OpError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| OpError::unavailable())?;
    Ok(format!("{prefix}{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)))
}

/// Under what a secret is stored; it has 256 random bits, so that a plain hash will do.
#[must_use]
pub fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn hash(password: &str) -> Result<String, OpError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| OpError::unavailable())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Refuses an e-mail address or a password that nobody has, before anything is done with it.
///
/// # Errors
/// One is over its limit, or the address has U+0000.
pub fn check(email: &str, password: &str) -> Result<(), OpError> {
    if email.len() > EMAIL_BYTES {
        return Err(OpError::invalid("email", "邮箱地址最多 254 字节", "an e-mail address has at most 254 bytes"));
    }
    without_nul("email", email)?;
    if password.len() > PASSWORD_BYTES {
        return Err(OpError::invalid("password", "密码最多 1024 字节", "a password has at most 1,024 bytes"));
    }
    Ok(())
}

/// Makes a person's account.
///
/// # Errors
/// A member that does not fit, or the address is taken.
pub fn add_person(app: &App, email: &str, name: &str, password: &str) -> Result<(), OpError> {
    check(email, password)?;
    without_nul("name", name)?;
    let email = email.trim().to_lowercase();
    if !email.contains('@') {
        return Err(OpError::invalid("email", "邮箱地址不正确", "not an e-mail address"));
    }
    if name.trim().is_empty() || name.chars().count() > 100 {
        return Err(OpError::invalid("name", "请填写姓名", "a name is wanted"));
    }
    if password.chars().count() < PASSWORD_MIN {
        return Err(OpError::invalid("password", "密码至少 12 个字符", "a password has at least 12 characters"));
    }
    let hash = hash(password)?;
    let added = app.store.write(|db| db.add_person(&email, name.trim(), &hash, app.now()))?;
    if added { Ok(()) } else { Err(OpError::invalid("email", "该邮箱已注册", "this address has an account")) }
}

/// Makes the owner's account, once, with the token printed at the first start.
///
/// # Errors
/// The token is wrong, an account exists, or a member does not fit.
pub fn set_up(app: &App, token: &str, request: &SetupRequest) -> Result<String, OpError> {
    check(&request.email, &request.password)?;
    without_nul("company", &request.company)?;
    let wrong =
        || OpError::new(Fault::Forbidden, "setup_token", "设置链接无效或已用过", "the link is not valid, or was used");
    if fingerprint(token) != fingerprint(&request.token) || app.store.read(store::Connection::has_people)? {
        return Err(wrong());
    }
    if request.company.trim().is_empty() || request.company.chars().count() > 100 {
        return Err(OpError::invalid("company", "请填写公司名称", "a company's name is wanted"));
    }
    add_person(app, &request.email, &request.name, &request.password)?;
    app.store.write(|db| db.set_setting("company", request.company.trim()))?;
    sign_in(app, &SignInRequest { email: request.email.clone(), password: request.password.clone() })
}

/// Signs someone in and returns the session's token.
///
/// # Errors
/// The address or the password is wrong; which is not told, nor shown by the time it takes.
pub fn sign_in(app: &App, request: &SignInRequest) -> Result<String, OpError> {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let person = app.store.read(|db| db.person_by_email(&request.email.trim().to_lowercase()))?;
    let hash = person.as_ref().map_or(NOBODY, |person| &person.password_hash);
    let fits = matches(&request.password, hash);
    let Some(person) = person.filter(|_| fits) else {
        return Err(OpError::new(
            Fault::SignIn,
            "wrong_password",
            "邮箱或密码不正确",
            "the address or the password is wrong",
        ));
    };
    let token = secret("jws_")?;
    let now = app.now();
    app.store.write(|db| db.add_session(&fingerprint(&token), person.id, now, now.plus_ms(SESSION_MS)))?;
    Ok(token)
}

/// The person of a session that is still open.
///
/// # Errors
/// The database's.
pub fn person(app: &App, token: &str) -> Result<Option<Person>, OpError> {
    Ok(app.store.read(|db| db.session_person(&fingerprint(token), app.now()))?)
}

/// Closes a session.
///
/// # Errors
/// The database's.
pub fn sign_out(app: &App, token: &str) -> Result<(), OpError> {
    Ok(app.store.write(|db| db.remove_session(&fingerprint(token)))?)
}

/// What a browser needs to know first.
///
/// # Errors
/// The database's.
pub fn session(app: &App, person: Option<&Person>) -> Result<SessionView, OpError> {
    app.store.read(|db| {
        Ok(SessionView {
            user: person.map(|person| UserView {
                id: person.id,
                name: person.name.clone(),
                email: person.email.clone(),
            }),
            setup_needed: !db.has_people()?,
            company: CompanyView {
                name: db.setting("company")?.unwrap_or_else(|| "Jingwei".to_owned()),
                zone: app.zone.iana_name().unwrap_or("UTC").to_owned(),
                currency: app.currency.code().to_owned(),
                demo: db.setting("demo")?.is_some(),
            },
        })
    })
}

/// Adds a source, or gives a known one a new ingest key.
///
/// # Errors
/// A name that does not fit, or the database's.
pub fn add_source(store: &Store, name: &str, at: base::Timestamp) -> Result<NewKey, OpError> {
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
    let source = store.write(|db| {
        let source = db.add_source(name, at)?;
        db.set_source_key(source.id, &fingerprint(&key))?;
        Ok::<_, OpError>(source)
    })?;
    Ok(NewKey { id: source.id, name: source.name, key })
}

/// Gives a source a new ingest key; the old one stops working.
///
/// # Errors
/// There is no such source, or the database's.
pub fn renew_key(store: &Store, id: SourceId) -> Result<NewKey, OpError> {
    let key = secret("jwk_")?;
    let source = store
        .read(store::Connection::sources)?
        .into_iter()
        .find(|source| source.id == id && source.name != pipeline::OWN_SOURCE)
        .ok_or_else(OpError::not_found)?;
    store.write(|db| db.set_source_key(id, &fingerprint(&key)))?;
    Ok(NewKey { id, name: source.name, key })
}

/// The source that an ingest key belongs to.
///
/// # Errors
/// There is none, or the database's.
pub fn source_of_key(app: &App, key: &str) -> Result<String, OpError> {
    let found = app.store.read(|db| db.source_by_key(&fingerprint(key)))?;
    found
        .map(|source| source.name)
        .ok_or_else(|| OpError::new(Fault::SignIn, "ingest_key", "接入密钥不正确", "the ingest key is not valid"))
}
