//! Passkeys (Web Authentication, level 3): one signs in with a device and a finger, a face or a PIN, without typing a name.
//!
//! A challenge is ours, lives for minutes in memory and is taken once, before anything is verified. What is stored verifies a passkey and
//! cannot be used in its place. Attestation is not asked for: which make of device it is makes no difference here.

use base::{PasskeyId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Passkey, Person};
use utoipa::ToSchema;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{AuthenticationVerificationOptions, AuthenticatorAttachmentEnforcement};
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, DomainOrigin, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

use super::own::{self, ProofRequest};
use super::session::{self, By, oneself};
use super::site::{Site, Whence};
use super::{fingerprint, name};
use crate::audit::{Line, audited};
use crate::{Actor, App, Fault, OpError};

/// The most passkeys of a person.
const LIMIT: usize = 20;
/// The length of what a device knows a person by, in bytes.
const HANDLE: usize = 16;

type Handle = UserHandle<HANDLE>;
type Assertion = webauthn_rp::response::auth::DiscoverableAuthentication<HANDLE>;

/// A passkey to be made: for whom, in which session and at which site it was begun.
pub(super) struct Registering {
    person: UserId,
    session: Vec<u8>,
    handle: [u8; HANDLE],
    site: Site,
    state: RegistrationServerState<HANDLE>,
}

/// A passkey to be shown: at which site it was asked for.
pub(super) struct Asserting {
    site: Site,
    state: DiscoverableAuthenticationServerState,
}

/// One of one's passkeys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PasskeyId,
    /// What one calls it.
    pub name: String,
    /// The host that it works at.
    pub site: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = Option<String>)]
    pub used_at: Option<Timestamp>,
}

/// What a browser makes or finds a passkey with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyOptions {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` of Web Authentication.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// A passkey that a browser has made.
#[derive(Deserialize, ToSchema)]
pub struct PasskeyRequest {
    /// What one calls it.
    pub name: String,
    /// `RegistrationResponseJSON` of Web Authentication.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// A passkey that a browser shows.
#[derive(Deserialize, ToSchema)]
pub struct PasskeySignInRequest {
    /// `AuthenticationResponseJSON` of Web Authentication.
    #[schema(value_type = Object)]
    pub credential: Value,
}

pub(super) fn view(key: Passkey) -> PasskeyView {
    let Passkey { id, name, site, created_at, used_at, .. } = key;
    PasskeyView { id, name, site, created_at, used_at }
}

/// One cause for all that is wrong with what a browser sends: which it is helps only who tries things.
fn refused() -> OpError {
    let (zh, en) = (
        "这个通行密钥无法使用：未登记、已移除、已过时，或账号已停用",
        "this passkey cannot be used: it is not known here, was removed, came too late, or its account has ended",
    );
    OpError::new(Fault::SignIn, "passkey_refused", zh, en)
}

fn unmade() -> OpError {
    let (zh, en) = ("通行密钥没有创建成功，请重试", "the passkey could not be made; try again");
    OpError::new(Fault::Request, "passkey_unmade", zh, en)
}

fn party(site: &Site) -> Result<RpId, OpError> {
    AsciiDomain::try_from(site.host.clone()).map(RpId::Domain).map_err(|_| unmade())
}

fn descriptor(key: &Passkey) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::<Vec<u8>>::decode(key.credential.clone()).ok()?;
    let transports = AuthTransports::decode(u8::try_from(key.transports).ok()?).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports })
}

/// The site at which one can make a passkey.
///
/// # Errors
/// A key asks, the site is none at which passkeys can be used, or the database's.
pub fn site(app: &App, actor: &Actor, from: &Whence) -> Result<Site, OpError> {
    oneself(actor)?;
    Site::of(app, from)
}

/// Begins to make a passkey: what the browser makes it with. It can be finished by the same session, at the same site.
///
/// # Errors
/// A key asks, the password is wrong or wanted, there are too many, or the database's.
pub fn begin(
    app: &App,
    actor: &Actor,
    token: &str,
    site: &Site,
    request: &ProofRequest,
) -> Result<PasskeyOptions, OpError> {
    let person = own::prove(app, actor, token, request)?;
    let known = app.store.read(|db| db.passkeys_of(person.id))?;
    if known.len() >= LIMIT {
        return Err(OpError::invalid("name", "每人最多 20 个通行密钥", "one has at most 20 passkeys"));
    }
    // One handle for all of a person's passkeys, so that a device keeps one of them.
    let mut handle = [0; HANDLE];
    match known.first().and_then(|key| <[u8; HANDLE]>::try_from(key.handle.as_slice()).ok()) {
        Some(known) => handle = known,
        None => getrandom::fill(&mut handle).map_err(|_| OpError::unavailable())?,
    }
    let (party, user) = (party(site)?, Handle::decode(handle).map_err(|_| unmade())?);
    let others = known.iter().filter(|key| key.site == site.host).filter_map(descriptor).collect();
    let id = person.id.to_string();
    let entity = PublicKeyCredentialUserEntity {
        name: Username::try_from(person.email.as_str())
            .or_else(|_| Username::try_from(id.as_str()))
            .map_err(|_| unmade())?,
        id: &user,
        display_name: Nickname::try_from(person.name.as_str()).ok(),
    };
    let mut options = PublicKeyCredentialCreationOptions::passkey(&party, entity, others);
    // We demand that the user is verified each time; devices that cannot promise to do so by themselves need not be shut out.
    options.extensions.cred_protect = CredProtect::None;
    let challenge = options.challenge.as_data();
    let (state, client) = options.start_ceremony().map_err(|_| unmade())?;
    let options = serde_json::to_value(&client).map_err(|_| unmade())?;
    let registering = Registering { person: person.id, session: fingerprint(token), handle, site: site.clone(), state };
    app.waiting.registrations.put(challenge, registering, app.now());
    Ok(PasskeyOptions { options })
}

/// Keeps a passkey that the browser has made. The session counts as one with two factors from now on.
///
/// # Errors
/// A key asks, the name does not fit, it does not answer a challenge of this session and site, it is known already, or the database's.
pub fn add(
    app: &App,
    actor: &Actor,
    token: &str,
    site: &Site,
    request: &PasskeyRequest,
) -> Result<PasskeyView, OpError> {
    let (person, now) = (oneself(actor)?, app.now());
    let name = name(&request.name)?.to_owned();
    let made = Registration::from_json_relaxed(request.credential.to_string().as_bytes()).map_err(|_| unmade())?;
    let challenge = made.challenge_relaxed().map_err(|_| unmade())?;
    let begun = app.waiting.registrations.take(&challenge.0, now).ok_or_else(unmade)?;
    if begun.person != person || begun.session != fingerprint(token) || begun.site != *site {
        return Err(unmade());
    }
    let origins = [DomainOrigin::try_from(site.origin.as_str()).map_err(|_| unmade())?];
    let options = RegistrationVerificationOptions::<'_, '_, _, DomainOrigin<'_, '_>> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    let verified = begun.state.verify(&party(site)?, &made, &options).map_err(|error| {
        tracing::info!(%error, "a passkey was not made");
        unmade()
    })?;
    let transports = verified.transports().encode().map_err(|_| unmade())?;
    let mut key = Passkey {
        id: PasskeyId::default(),
        person,
        name,
        credential: verified.id().as_ref().to_vec(),
        handle: begun.handle.to_vec(),
        site: site.host.clone(),
        public_key: verified.static_state().encode().map_err(|_| unmade())?,
        state: verified.dynamic_state().encode().map_err(|_| unmade())?.to_vec(),
        transports: u64::from(transports),
        created_at: now,
        used_at: None,
    };
    audited(app, actor.id(), |db| {
        if db.passkeys_of(person)?.len() >= LIMIT {
            return Err(OpError::invalid("name", "每人最多 20 个通行密钥", "one has at most 20 passkeys"));
        }
        key.id = db.add_passkey(&key)?.ok_or_else(unmade)?;
        db.set_session_proved(&fingerprint(token))?;
        let line = Line::new("passkey.added", &key.name, json!({"site": key.site}));
        Ok((view(key), line))
    })
}

/// Removes one of one's passkeys. It opens nothing, so that nothing is asked; but who has yet to show a second factor takes none away.
///
/// # Errors
/// A key asks, a second factor is wanted, there is no such passkey, or the database's.
pub fn remove(app: &App, actor: &Actor, id: PasskeyId) -> Result<(), OpError> {
    let person = oneself(actor)?;
    audited(app, actor.id(), |db| {
        if db.passkeys_of(person)?.iter().any(|key| key.id == id) {
            own::shown(db, actor, person)?;
        }
        let name = db.remove_passkey(person, id)?.ok_or_else(OpError::not_found)?;
        Ok(((), Line::new("passkey.removed", &name, Value::Null)))
    })
}

/// Begins to sign in with a passkey: what the browser finds one with. It says nothing of anybody.
///
/// # Errors
/// The site is none at which passkeys can be used.
pub fn challenge(app: &App, site: &Site) -> Result<PasskeyOptions, OpError> {
    let party = party(site)?;
    let options = DiscoverableCredentialRequestOptions::passkey(&party);
    let challenge = options.0.challenge.as_data();
    let (state, client) = options.start_ceremony().map_err(|_| refused())?;
    let options = serde_json::to_value(&client).map_err(|_| refused())?;
    app.waiting.assertions.put(challenge, Asserting { site: site.clone(), state }, app.now());
    Ok(PasskeyOptions { options })
}

/// Signs in with a passkey and returns the session's token.
///
/// # Errors
/// The passkey is not known, does not answer a challenge of this site, is one that may have been copied, or its person may no longer sign in;
/// which of them is not told.
pub fn sign_in(app: &App, site: &Site, request: &PasskeySignInRequest, agent: &str) -> Result<String, OpError> {
    let now = app.now();
    let shown = Assertion::from_json_relaxed(request.credential.to_string().as_bytes()).map_err(|_| refused())?;
    let challenge = shown.challenge_relaxed().map_err(|_| refused())?;
    let begun = app.waiting.assertions.take(&challenge.0, now).ok_or_else(refused)?;
    let found = app.store.read(|db| {
        let Some(key) = db.passkey(shown.raw_id().as_ref())? else { return Ok(None) };
        let person = db.person(key.person)?;
        Ok::<_, OpError>(person.map(|person| (key, person)))
    })?;
    let (key, person) = found.ok_or_else(refused)?;
    let verified = if begun.site == *site { verify(begun, &key, &person, &shown) } else { None };
    let used = match verified {
        // Of two who come with one count of the passkey, one is let in.
        Some(state) => app.store.write(|db| db.set_passkey_used(key.id, &key.state, &state, now))?,
        None => false,
    };
    if !used {
        session::refused(app, person.id, By::Passkey)?;
        return Err(refused());
    }
    session::open(app, person.id, agent, By::Passkey)
}

/// The passkey's state once it is used; none when it is refused.
fn verify(begun: Asserting, key: &Passkey, person: &Person, shown: &Assertion) -> Option<Vec<u8>> {
    if person.ended_at.is_some() || key.site != begun.site.host {
        return None;
    }
    let handle = Handle::decode(key.handle.as_slice().try_into().ok()?).ok()?;
    let fixed = StaticState::<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>::decode(&key.public_key).ok()?;
    let state = DynamicState::decode(key.state.as_slice().try_into().ok()?).ok()?;
    let id = CredentialId::<&[u8]>::decode(&key.credential).ok()?;
    let mut credential = AuthenticatedCredential::new(id, &handle, fixed, state).ok()?;
    let origins = [DomainOrigin::try_from(begun.site.origin.as_str()).ok()?];
    let options = AuthenticationVerificationOptions::<'_, '_, _, DomainOrigin<'_, '_>> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        // A passkey that moved to another device of its owner is reached in another way there.
        auth_attachment_enforcement: AuthenticatorAttachmentEnforcement::Ignore(false),
        ..Default::default()
    };
    let done = begun.state.verify(&party(&begun.site).ok()?, shown, &mut credential, &options);
    done.map_err(|error| tracing::info!(%error, "a passkey was refused")).ok()?;
    Some(credential.dynamic_state().encode().ok()?.to_vec())
}
