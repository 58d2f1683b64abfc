//! Identity providers that speak OpenID Connect: the authorisation code flow with PKCE, state and nonce.
//!
//! The provider's addresses and keys are asked for each time, so that a key that was exchanged is known at once.

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata};
use openidconnect::core::{CoreClientAuthMethod, CoreUserInfoClaims};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
};
use thiserror::Error;

use crate::net::{NetError, call};

/// Signatures that are taken: those with a key that only the provider has.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// A provider, and what it knows us by.
pub struct Provider<'a> {
    /// Its issuer, such as `https://login.example.com`.
    pub issuer: &'a str,
    /// What it calls us.
    pub client_id: &'a str,
    /// The secret that it gave us.
    pub client_secret: &'a str,
    /// Where it sends people back to.
    pub redirect: &'a str,
}

/// Someone who is to be sent to a provider.
pub struct Departure {
    /// Where to.
    pub url: String,
    /// By which they are known when they come back.
    pub state: String,
    /// What the token must say.
    pub nonce: String,
    /// What shows that the one who asks for the token is the one who sent them.
    pub verifier: String,
}

/// Someone whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// What the provider knows them by, for ever.
    pub subject: String,
    /// Their e-mail address, if the provider says that it is theirs.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
}

/// Why a provider vouched for nobody.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// It does not answer, or not as a provider does.
    #[error("the provider does not answer as one: {0}")]
    Away(String),
    /// It refused the code, or us.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// Its token is not for us, not of it, or not of now.
    #[error("the provider's token is not valid: {0}")]
    Token(String),
}

impl From<DiscoveryError<NetError>> for ProviderError {
    fn from(error: DiscoveryError<NetError>) -> Self {
        Self::Away(match error {
            DiscoveryError::Request(cause) => cause.to_string(),
            other => other.to_string(),
        })
    }
}

fn away(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::Away(error.to_string())
}

impl Provider<'_> {
    fn metadata(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let issuer = IssuerUrl::new(self.issuer.to_owned()).map_err(away)?;
        Ok(CoreProviderMetadata::discover(&issuer, &call)?)
    }

    fn redirect(&self) -> Result<RedirectUrl, ProviderError> {
        RedirectUrl::new(self.redirect.to_owned()).map_err(away)
    }

    /// Asks whether there is a provider.
    ///
    /// # Errors
    /// It does not answer, or not as a provider does.
    pub fn check(&self) -> Result<(), ProviderError> {
        self.metadata().map(|_| ())
    }

    /// Prepares to send someone there.
    ///
    /// # Errors
    /// It does not answer, or not as a provider does.
    pub fn depart(&self) -> Result<Departure, ProviderError> {
        let client =
            CoreClient::from_provider_metadata(self.metadata()?, ClientId::new(self.client_id.to_owned()), None)
                .set_redirect_uri(self.redirect()?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new_random_len(32),
            || Nonce::new_random_len(32),
        );
        let scopes = ["email", "profile"].map(|scope| Scope::new(scope.to_owned()));
        let (url, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        Ok(Departure {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Exchanges the code with which someone came back for whom the provider vouches for.
    ///
    /// # Errors
    /// The provider does not answer, refuses, or its token is not valid.
    pub fn arrive(&self, code: &str, nonce: &str, verifier: &str) -> Result<Arrival, ProviderError> {
        let metadata = self.metadata()?;
        let ways = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let by_body = !ways.is_empty() && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let secret = ClientSecret::new(self.client_secret.to_owned());
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(self.client_id.to_owned()), Some(secret))
                .set_redirect_uri(self.redirect()?)
                .set_auth_type(if by_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(away)?;
        let answer = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned())).request(&call);
        let tokens = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => ProviderError::Refused(said.error().as_ref().to_owned()),
            RequestTokenError::Request(cause) => away(cause),
            other => away(other),
        })?;
        let invalid = |error: &dyn std::fmt::Display| ProviderError::Token(error.to_string());
        let token = tokens.id_token().ok_or_else(|| invalid(&"there is none"))?;
        let checker = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let claims = token.claims(&checker, &Nonce::new(nonce.to_owned())).map_err(|error| invalid(&error))?;
        let email = |address: Option<&openidconnect::EndUserEmail>, verified: Option<bool>| {
            address.filter(|_| verified == Some(true)).map(|address| address.as_str().to_owned())
        };
        let mut arrival = Arrival {
            subject: claims.subject().as_str().to_owned(),
            email: email(claims.email(), claims.email_verified()),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
        };
        // Many put the address where it has to be asked for; what is asked for must be of the same subject.
        if let (None, Ok(request)) =
            (claims.email(), client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())))
        {
            let more: CoreUserInfoClaims = request.request(&call).map_err(|error| invalid(&error))?;
            arrival.email = email(more.email(), more.email_verified());
            let name = more.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned());
            arrival.name = name.or(arrival.name);
        }
        Ok(arrival)
    }
}
