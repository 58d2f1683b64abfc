//! Where people reach the workspace. What depends on it (passkeys, links in letters, the way back from an identity provider) takes the
//! address that an owner wrote down; a request's own headers are believed only where nothing is written down, and only for passkeys,
//! which a browser binds to the host that it really is at.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Connection;
use url::{Host, Url};
use utoipa::ToSchema;

use super::second_factor;
use crate::audit::{Line, audited};
use crate::{Actor, App, Fault, OpError};

/// The settings' names.
const ADDRESS: &str = "address";
const SECOND_FACTOR: &str = "second_factor";
/// The longest address, in bytes.
const BYTES: usize = 200;

/// How people sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignInSettings {
    /// Where people reach the workspace, such as `https://crm.example.com`; none where it is not written down.
    pub address: Option<String>,
    /// Whether everyone who signs in with a password needs a second factor too.
    pub second_factor: bool,
}

/// What is to change about how people sign in; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SignInChange {
    /// Where people reach the workspace, such as `https://crm.example.com`; empty for none.
    pub address: Option<String>,
    /// Whether everyone who signs in with a password needs a second factor too.
    pub second_factor: Option<bool>,
}

/// An origin for which passkeys can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Such as `https://crm.example.com`.
    pub(super) origin: String,
    /// Such as `crm.example.com`.
    pub(super) host: String,
}

/// What a request says of where it comes from: its headers `Host` and `Origin`.
#[derive(Debug, Clone, Default)]
pub struct Whence {
    /// The host, with its port if it has one.
    pub host: String,
    /// The origin.
    pub origin: String,
}

fn unfit() -> OpError {
    let (zh, en) = (
        "通行密钥只能在 https 域名下使用（本机可用 http://localhost）；请所有者设置访问地址",
        "passkeys work at a host name over https only (on this machine at http://localhost); ask an owner to set the workspace's address",
    );
    OpError::new(Fault::Request, "passkey_site", zh, en)
}

/// The address that an owner wrote down.
pub(crate) fn address(db: &mut Connection) -> Result<Option<String>, OpError> {
    Ok(db.setting(ADDRESS)?.filter(|address| !address.is_empty()))
}

/// The address that an owner wrote down, which something cannot do without.
pub(crate) fn wanted(db: &mut Connection) -> Result<String, OpError> {
    address(db)?.ok_or_else(|| {
        let (zh, en) = ("请先在“登录方式”中设置访问地址", "set the workspace's address under 'Signing in' first");
        OpError::new(Fault::Request, "address_wanted", zh, en)
    })
}

impl Site {
    /// The site of a request.
    ///
    /// # Errors
    /// It is not at the workspace's address, or where none is written down not at a host of which passkeys can be made.
    pub fn of(app: &App, from: &Whence) -> Result<Self, OpError> {
        let known = app.store.read(address)?;
        match &known {
            Some(address) if *address != from.origin => {
                let (zh, en) = (format!("请从 {address} 打开"), format!("open the workspace at {address}"));
                return Err(OpError::new(Fault::Request, "passkey_site", &zh, &en));
            }
            _ => {}
        }
        let url = Url::parse(&from.origin).map_err(|_| unfit())?;
        let is_same = url.origin().ascii_serialization() == from.origin
            && from.origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(&from.host));
        match url.host() {
            Some(Host::Domain(host)) if outside::is_private(&url) && (is_same || known.is_some()) => {
                Ok(Self { origin: from.origin.clone(), host: host.to_owned() })
            }
            _ => Err(unfit()),
        }
    }
}

fn read(text: &str) -> Result<String, OpError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let bad = || {
        let (zh, en) = (
            "地址形如 https://crm.example.com；只有本机可用 http",
            "an address is like https://crm.example.com; http is for this machine only",
        );
        OpError::invalid("address", zh, en)
    };
    let url = Url::parse(text).map_err(|_| bad())?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if text.len() > BYTES || !outside::is_private(&url) || !is_bare || url.path() != "/" || url.fragment().is_some() {
        return Err(bad());
    }
    Ok(url.origin().ascii_serialization())
}

fn settings(db: &mut Connection) -> Result<SignInSettings, OpError> {
    Ok(SignInSettings { address: address(db)?, second_factor: wants_second_factor(db)? })
}

/// Whether everyone who signs in with a password needs a second factor too.
pub(crate) fn wants_second_factor(db: &mut Connection) -> Result<bool, OpError> {
    Ok(db.setting(SECOND_FACTOR)?.is_some_and(|wanted| wanted == "1"))
}

/// How people sign in.
///
/// # Errors
/// Somebody other than an owner asks, or the database's.
pub fn get(app: &App, actor: &Actor) -> Result<SignInSettings, OpError> {
    actor.owns()?;
    app.store.read(settings)
}

/// Changes how people sign in, at once. Passkeys that were made for another host work no longer there; whose session was opened with a
/// password only can do nothing but set up a second factor.
///
/// # Errors
/// Somebody other than an owner asks, the address is none over https, who wants second factors has none themselves, or the database's.
pub fn update(app: &App, actor: &Actor, change: &SignInChange) -> Result<SignInSettings, OpError> {
    actor.owns()?;
    let new = change.address.as_deref().map(read).transpose()?;
    audited(app, actor.id(), |db| {
        if let Some(address) = &new {
            db.set_setting(ADDRESS, address)?;
        }
        if let Some(wanted) = change.second_factor {
            let lacks = actor.person().map(|person| second_factor::has(db, person)).transpose()? == Some(false);
            if wanted && lacks {
                let (zh, en) = ("请先为自己设置第二重验证", "set up a second factor for yourself first");
                return Err(OpError::invalid("second_factor", zh, en));
            }
            db.set_setting(SECOND_FACTOR, if wanted { "1" } else { "" })?;
        }
        let detail = json!({"address": new, "second_factor": change.second_factor});
        Ok((settings(db)?, Line::new("sign_in.changed", &"sign_in", detail)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin_over_https_or_of_this_machine() {
        let good = [
            ("https://crm.example.com", "https://crm.example.com"),
            (" https://CRM.example.com:8443/ ", "https://crm.example.com:8443"),
            ("http://localhost:7080", "http://localhost:7080"),
            ("http://127.0.0.1:7080/", "http://127.0.0.1:7080"),
            ("", ""),
        ];
        for (text, address) in good {
            assert_eq!(read(text).ok().as_deref(), Some(address), "{text}");
        }
        let bad = [
            "crm.example.com",
            "http://crm.example.com",
            "https://crm.example.com/path",
            "https://user@crm.example.com",
            "https://crm.example.com?a=1",
            "https://crm.example.com#a",
            "javascript:alert(1)",
            "http://localhost.example.com",
        ];
        for text in bad {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
