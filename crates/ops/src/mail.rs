//! Letters that the workspace sends: by which mail server, and a first one to try it.

use base::{Locale, Text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use outside::mail::{Letter, MailError, Privacy, Server, is_loopback, is_mailbox, send};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Connection;
use utoipa::ToSchema;

use crate::audit::{Line, audited};
use crate::error::without_nul;
use crate::{Actor, App, Fault, OpError};

/// The setting's name, and the place of its password.
const SETTING: &str = "mail";
/// The longest text of the settings, in bytes.
const BYTES: usize = 500;
/// How much of what a server says is told, in characters.
const SAID: usize = 300;

/// How letters are sent, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    host: String,
    port: u16,
    privacy: Privacy,
    user: String,
    /// Sealed, in base 64; empty for none.
    password: String,
    from: String,
}

/// How letters are sent, without the password.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MailView {
    /// The mail server's name or number.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `tls`, `starttls`, or `none` on this machine.
    #[schema(value_type = String)]
    pub privacy: Privacy,
    /// The name that the server wants; empty for none.
    pub user: String,
    /// Whether a password is kept.
    pub password: bool,
    /// Who writes, such as `经纬 <crm@example.com>`.
    pub from: String,
}

/// How letters are sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MailSettings {
    /// The mail server; none where no letters are sent.
    pub mail: Option<MailView>,
}

/// How letters are to be sent.
#[derive(Deserialize, ToSchema)]
pub struct MailRequest {
    /// The mail server's name or number; empty to send no letters.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `tls`, `starttls`, or `none` on this machine.
    #[schema(value_type = String)]
    pub privacy: Privacy,
    /// The name that the server wants; empty for none.
    #[serde(default)]
    pub user: String,
    /// Its password; empty leaves the one until now, for the same server and name.
    #[serde(default)]
    pub password: String,
    /// Who writes, such as `经纬 <crm@example.com>`.
    pub from: String,
}

/// A letter to try the settings with.
#[derive(Deserialize, ToSchema)]
pub struct MailTestRequest {
    /// To whom.
    pub to: String,
}

fn view(stored: Stored) -> MailView {
    let Stored { host, port, privacy, user, password, from } = stored;
    MailView { host, port, privacy, user, password: !password.is_empty(), from }
}

fn stored(db: &mut Connection) -> Result<Option<Stored>, OpError> {
    let text = db.setting(SETTING)?.filter(|text| !text.is_empty());
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Whether letters can be sent.
pub(crate) fn is_set(db: &mut Connection) -> Result<bool, OpError> {
    Ok(stored(db)?.is_some())
}

/// How letters are sent.
///
/// # Errors
/// Somebody other than an owner asks, or the database's.
pub fn get(app: &App, actor: &Actor) -> Result<MailSettings, OpError> {
    actor.owns()?;
    Ok(MailSettings { mail: app.store.read(stored)?.map(view) })
}

fn read(request: &MailRequest) -> Result<Stored, OpError> {
    let (host, user, from) = (request.host.trim(), request.user.trim(), request.from.trim());
    for (field, text) in [("host", host), ("user", user), ("password", &request.password), ("from", from)] {
        without_nul(field, text)?;
        if text.len() > BYTES {
            return Err(OpError::invalid(field, "最多 500 字节", "at most 500 bytes"));
        }
    }
    if host.chars().any(|letter| letter.is_whitespace() || letter == '/') {
        return Err(OpError::invalid("host", "服务器名形如 smtp.example.com", "a server is like smtp.example.com"));
    }
    if request.port == 0 {
        return Err(OpError::invalid("port", "端口为 1 到 65535", "a port is from 1 to 65535"));
    }
    if request.privacy == Privacy::None && !is_loopback(host) {
        let (zh, en) = ("只有本机的服务器可以不加密", "only a server on this machine may go without TLS");
        return Err(OpError::invalid("privacy", zh, en));
    }
    if !is_mailbox(from) || from.chars().any(char::is_control) {
        let (zh, en) = ("发件人形如 经纬 <crm@example.com>", "a sender is like Jingwei <crm@example.com>");
        return Err(OpError::invalid("from", zh, en));
    }
    let text = str::to_owned;
    let (host, user, from) = (text(host), text(user), text(from));
    Ok(Stored { host, port: request.port, privacy: request.privacy, user, password: String::new(), from })
}

/// Changes how letters are sent; without a server, none are.
///
/// # Errors
/// Somebody other than an owner asks, a member does not fit, or the database's.
pub fn set(app: &App, actor: &Actor, request: &MailRequest) -> Result<MailSettings, OpError> {
    actor.owns()?;
    if request.host.trim().is_empty() {
        return audited(app, actor.id(), |db| {
            db.set_setting(SETTING, "")?;
            Ok((MailSettings { mail: None }, Line::new("mail.changed", &SETTING, Value::Null)))
        });
    }
    let mut new = read(request)?;
    audited(app, actor.id(), |db| {
        let old = stored(db)?.filter(|old| {
            (&old.host, old.port, old.privacy, &old.user) == (&new.host, new.port, new.privacy, &new.user)
        });
        new.password = match old {
            Some(old) if request.password.is_empty() => old.password,
            _ if request.password.is_empty() => String::new(),
            _ => {
                let sealed = app.secrets.seal(SETTING, request.password.as_bytes());
                STANDARD_NO_PAD.encode(sealed.ok_or_else(OpError::unavailable)?)
            }
        };
        db.set_setting(SETTING, &serde_json::to_string(&new).unwrap_or_default())?;
        let detail =
            json!({"host": new.host, "port": new.port, "privacy": new.privacy, "user": new.user, "from": new.from});
        Ok((MailSettings { mail: Some(view(new)) }, Line::new("mail.changed", &SETTING, detail)))
    })
}

/// A text in one line, as headers want it.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Hands a letter to the mail server; that it was taken is all that is known then.
///
/// # Errors
/// No server is set, the address is none, the server does not answer or refuses: what it said is told.
pub(crate) fn post(app: &App, to: &str, subject: &str, text: &str) -> Result<(), OpError> {
    let found = app.store.read(stored)?.ok_or_else(|| {
        let (zh, en) = ("还没有设置发信服务器", "no mail server is set");
        OpError::new(Fault::Request, "mail_unset", zh, en)
    })?;
    let password = match found.password.as_str() {
        "" => String::new(),
        sealed => {
            let sealed = STANDARD_NO_PAD.decode(sealed).unwrap_or_default();
            let opened = app.secrets.unseal(SETTING, &sealed).ok_or_else(OpError::unavailable)?;
            String::from_utf8_lossy(&opened).into_owned()
        }
    };
    let account = (!found.user.is_empty()).then_some((found.user.as_str(), password.as_str()));
    let server = Server { host: &found.host, port: found.port, privacy: found.privacy, account };
    let subject = line(subject);
    send(&server, &Letter { from: &found.from, to, subject: &subject, text }).map_err(|error| {
        let said: String = line(&error.to_string()).chars().take(SAID).collect();
        match error {
            MailError::Address(_) => OpError::invalid("to", "邮箱地址不正确", "not an e-mail address"),
            MailError::Away(_) => {
                let (zh, en) =
                    (format!("连不上发信服务器：{said}"), format!("the mail server cannot be reached: {said}"));
                OpError::new(Fault::Later, "mail_away", &zh, &en)
            }
            MailError::Refused(_) => {
                let (zh, en) = (format!("发信服务器拒绝了：{said}"), format!("the mail server refused: {said}"));
                OpError::new(Fault::Request, "mail_refused", &zh, &en)
            }
        }
    })
}

/// Sends a letter to try the settings.
///
/// # Errors
/// Somebody other than an owner asks, the address is none, or the letter did not go, and why.
pub fn test(app: &App, actor: &Actor, request: &MailTestRequest, language: Locale) -> Result<(), OpError> {
    actor.owns()?;
    let (subject, text) = match language {
        Locale::Zh => ("经纬的测试邮件", "收到这封邮件，说明发信设置可用。\n"),
        Locale::En => ("A test letter from Jingwei", "This letter arrived, so the mail settings work.\n"),
    };
    post(app, request.to.trim(), subject, text)
}

/// Whether an invitation's letter went.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LetterView {
    /// Whether the mail server took it.
    pub taken: bool,
    /// Why not.
    pub why: Option<Text>,
}
