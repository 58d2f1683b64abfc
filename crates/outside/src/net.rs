//! HTTP as far as it is needed: one request, one bounded answer, no redirects.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use thiserror::Error;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::{Host, Url};

/// How long a request may take.
const TIME: Duration = Duration::from_secs(8);
/// The longest answer, in bytes.
const ANSWER: u64 = 1 << 20;

/// Why a request was not answered.
#[derive(Debug, Error)]
pub(crate) enum NetError {
    /// It would not have been private.
    #[error("{0} is neither https nor on this machine")]
    Open(String),
    /// It could not be sent, or its answer not be read.
    #[error(transparent)]
    Http(#[from] ureq::Error),
    /// The answer is none.
    #[error(transparent)]
    Answer(#[from] ureq::http::Error),
}

/// Whether what is said to this address stays private: over TLS, or on this machine.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

/// The certificates that this machine trusts, so that a company's own count; read once.
fn agent() -> ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    let make = || {
        let found = rustls_native_certs::load_native_certs().certs;
        let certificates = found.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        let tls = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(certificates))).build();
        let config = ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(TIME)).max_redirects(0);
        config.max_redirects_will_error(false).http_status_as_error(false).build().into()
    };
    AGENT.get_or_init(make).clone()
}

/// Sends a request and reads its answer.
pub(crate) fn call(request: HttpRequest) -> Result<HttpResponse, NetError> {
    let uri = request.uri().to_string();
    if !Url::parse(&uri).is_ok_and(|url| is_private(&url)) {
        return Err(NetError::Open(uri));
    }
    let mut response = agent().run(request)?;
    let body = response.body_mut().with_config().limit(ANSWER).read_to_vec()?;
    let mut answer = ureq::http::Response::builder().status(response.status());
    if let Some(kind) = response.headers().get("content-type") {
        answer = answer.header("content-type", kind);
    }
    Ok(answer.body(body)?)
}
