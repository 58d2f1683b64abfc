//! Letters, by way of the company's mail server.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, Message, SmtpTransport, Transport};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How long the server may take for a step.
const TIME: Duration = Duration::from_secs(10);

/// How the way to the server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Not at all; on this machine only.
    None,
    /// TLS after a first word in the clear; without it nothing is sent.
    Starttls,
    /// TLS from the beginning.
    Tls,
}

/// A mail server.
pub struct Server<'a> {
    /// Its name or number.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// How the way there is kept private.
    pub privacy: Privacy,
    /// The name and password that it wants.
    pub account: Option<(&'a str, &'a str)>,
}

/// A letter of plain text.
pub struct Letter<'a> {
    /// Who writes, such as `经纬 <crm@example.com>`.
    pub from: &'a str,
    /// To whom.
    pub to: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// Why a letter did not go.
#[derive(Debug, Error)]
pub enum MailError {
    /// An address is none.
    #[error("not an address: {0}")]
    Address(String),
    /// The server does not answer, or not over TLS.
    #[error("{0}")]
    Away(String),
    /// The server refused it.
    #[error("{0}")]
    Refused(String),
}

/// Whether this is an address, with or without a name.
#[must_use]
pub fn is_mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Whether a server of this name is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Hands a letter to the server; when this returns without an error the server has taken it.
///
/// # Errors
/// An address is none, the server does not answer or not over TLS, or it refuses the letter or us.
pub fn send(server: &Server<'_>, letter: &Letter<'_>) -> Result<(), MailError> {
    let from: Mailbox = letter.from.parse().map_err(|_| MailError::Address(letter.from.to_owned()))?;
    let to: Address = letter.to.parse().map_err(|_| MailError::Address(letter.to.to_owned()))?;
    let message = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(letter.subject)
        .message_id(None)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.to_owned())
        .map_err(|error| MailError::Refused(error.to_string()))?;
    let away = |error: lettre::transport::smtp::Error| MailError::Away(error.to_string());
    let tls = match server.privacy {
        Privacy::None if is_loopback(server.host) => Tls::None,
        Privacy::None => return Err(MailError::Away("not without TLS".to_owned())),
        Privacy::Starttls => Tls::Required(TlsParameters::new(server.host.to_owned()).map_err(away)?),
        Privacy::Tls => Tls::Wrapper(TlsParameters::new(server.host.to_owned()).map_err(away)?),
    };
    let mut way = SmtpTransport::builder_dangerous(server.host).port(server.port).tls(tls).timeout(Some(TIME));
    if let Some((name, password)) = server.account {
        way = way.credentials(Credentials::new(name.to_owned(), password.to_owned()));
    }
    let sent = way.build().send(&message).map_err(|error| {
        let said = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        if error.is_permanent() || error.is_transient() { MailError::Refused(said) } else { MailError::Away(said) }
    })?;
    if sent.is_positive() { Ok(()) } else { Err(MailError::Refused(sent.first_line().unwrap_or_default().to_owned())) }
}
