//! People, what they may do, and how they sign in.

pub mod api_key;
pub mod invitation;
mod known;
pub mod own;
pub mod passkey;
pub mod person;
pub mod provider;
pub mod role;
pub mod second_factor;
pub mod session;
pub mod site;
pub mod team;
mod waiting;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base64::Engine as _;
use sha2::{Digest, Sha256};

pub use known::Known;
pub use waiting::Waiting;

use crate::OpError;
use crate::error::without_nul;

/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest e-mail address, in bytes.
const EMAIL_BYTES: usize = 254;
/// The longest password, in bytes.
const PASSWORD_BYTES: usize = 1_024;
/// The longest name, in characters.
const NAME_CHARS: usize = 100;
/// How often it is noted that a session or a key is used, in milliseconds.
const SEEN_MS: i64 = 60_000;

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

/// An e-mail address as it is stored.
fn address(email: &str) -> Result<String, OpError> {
    check(email, "")?;
    let email = email.trim().to_lowercase();
    if !email.contains('@') {
        return Err(OpError::invalid("email", "邮箱地址不正确", "not an e-mail address"));
    }
    Ok(email)
}

/// A name as it is stored.
fn name(text: &str) -> Result<&str, OpError> {
    without_nul("name", text)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS {
        return Err(OpError::invalid(
            "name",
            "请填写名称，最多 100 个字符",
            "a name is wanted, of at most 100 characters",
        ));
    }
    Ok(text)
}

/// The hash of a new password.
fn new_password(password: &str) -> Result<String, OpError> {
    check("", password)?;
    if password.chars().count() < PASSWORD_MIN {
        return Err(OpError::invalid("password", "密码至少 12 个字符", "a password has at least 12 characters"));
    }
    hash(password)
}
