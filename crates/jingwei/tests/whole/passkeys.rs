//! Passkeys, made and shown by a device of this test's own: what is taken, and everything that is not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::people::{Browser, PASSWORD, member, owner};
use crate::support::{Answer, Server, databases};

const SITE: &str = "https://crm.example.com";
/// The person is there, and was verified.
const VERIFIED: u8 = 0b101;
/// The person is there.
const PRESENT: u8 = 0b1;

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A device with one key.
struct Device {
    key: SigningKey,
    id: Vec<u8>,
    handle: String,
    count: u32,
    flags: u8,
    origin: String,
}

impl Device {
    fn new(seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        Self { key, id: vec![seed; 32], handle: String::new(), count: 1, flags: VERIFIED, origin: SITE.to_owned() }
    }

    fn said(&self, what: &str, options: &Value) -> Vec<u8> {
        let challenge = options["options"]["challenge"].as_str().unwrap();
        json!({"type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(host.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// Makes a passkey, as CBOR has it.
    fn make(&mut self, options: &Value) -> Value {
        self.handle = options["options"]["user"]["id"].as_str().unwrap().to_owned();
        let host = options["options"]["rp"]["id"].as_str().unwrap();
        let mut data = self.data(host, self.flags | 0b0100_0000);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend([0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20]); // OKP, EdDSA, Ed25519, x: 32 bytes
        data.extend(self.key.verifying_key().as_bytes());
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        let said = self.said("webauthn.create", options);
        let response =
            json!({"clientDataJSON": text(&said), "attestationObject": text(&object), "transports": ["internal"]});
        json!({"id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {}, "authenticatorAttachment": "platform"})
    }

    fn show(&mut self, options: &Value) -> Value {
        self.count += 1;
        let host = options["options"]["rpId"].as_str().unwrap();
        let (data, said) = (self.data(host, self.flags), self.said("webauthn.get", options));
        let signature = self.key.sign(&[data.as_slice(), &Sha256::digest(&said)].concat()).to_bytes();
        let response = json!({"clientDataJSON": text(&said), "authenticatorData": text(&data),
            "signature": text(&signature), "userHandle": self.handle});
        json!({"id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {}, "authenticatorAttachment": "platform"})
    }
}

fn begin(browser: &mut Browser, server: &Server) -> Value {
    let begun = browser.ask(server, "POST", "/v1/account/passkeys/begin", &json!({"password": PASSWORD}));
    assert_eq!(begun.status, 200, "{}", begun.body);
    begun.body
}

fn add(browser: &mut Browser, server: &Server, credential: &Value) -> Answer {
    browser.ask(server, "POST", "/v1/account/passkeys", &json!({"name": "笔记本", "credential": credential}))
}

/// Gives someone a passkey; its id.
pub fn give(browser: &mut Browser, server: &Server) -> String {
    assert_eq!(server.patch("/v1/sign-in-settings", &json!({"address": SITE})).status, 200);
    SITE.clone_into(&mut browser.origin);
    let made = Device::new(9).make(&begin(browser, server));
    let added = add(browser, server, &made);
    assert_eq!(added.status, 200, "{}", added.body);
    browser.get(server, "/v1/account").body["passkeys"][0]["id"].as_str().unwrap().to_owned()
}

fn stranger() -> Browser {
    Browser { origin: SITE.to_owned(), ..Browser::default() }
}

fn challenge(server: &Server) -> Value {
    let begun = stranger().ask(server, "POST", "/v1/session/passkey/begin", &Value::Null);
    assert_eq!(begun.status, 200, "{}", begun.body);
    begun.body
}

fn show(server: &Server, credential: &Value) -> (Browser, Answer) {
    let mut browser = stranger();
    let answer = browser.ask(server, "POST", "/v1/session/passkey", &json!({"credential": credential}));
    (browser, answer)
}

fn assert_refused(server: &Server, credential: &Value, why: &str) {
    let (browser, answer) = show(server, credential);
    assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some("passkey_refused")), "{why}: {}", answer.body);
    assert_eq!(browser.cookie, "", "{why}");
}

#[test]
fn a_passkey_signs_in_and_nothing_like_it_does() {
    for database in databases() {
        let mut server = Server::start(database);
        let mut han = owner(&server);
        han.origin = SITE.to_owned();
        let unset = han.ask(&server, "POST", "/v1/account/passkeys/begin", &json!({"password": PASSWORD}));
        assert_eq!(unset.body["code"], "passkey_site", "the request's Host is another");
        let set = server.patch("/v1/sign-in-settings", &json!({"address": "https://CRM.example.com/"}));
        assert_eq!(set.body["address"], SITE);
        let wrong = han.ask(&server, "POST", "/v1/account/passkeys/begin", &json!({"password": "wrong"}));
        assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("password")));
        let mut elsewhere = Browser { cookie: han.cookie.clone(), origin: "https://evil.example.com".to_owned() };
        let asked = elsewhere.ask(&server, "POST", "/v1/account/passkeys/begin", &json!({"password": PASSWORD}));
        assert_eq!(asked.body["code"], "passkey_site");

        // What does not make one.
        let mut laptop = Device::new(1);
        laptop.flags = PRESENT;
        let unverified = laptop.make(&begin(&mut han, &server));
        assert_eq!(add(&mut han, &server, &unverified).body["code"], "passkey_unmade");
        laptop.flags = VERIFIED;
        laptop.origin = "https://evil.example.com".to_owned();
        let phished = laptop.make(&begin(&mut han, &server));
        assert_eq!(add(&mut han, &server, &phished).body["code"], "passkey_unmade");
        laptop.origin = SITE.to_owned();
        let (mut again, _) = Browser::sign_in(&server, "han@example.com", PASSWORD);
        again.origin = SITE.to_owned();
        let of_another_session = laptop.make(&begin(&mut again, &server));
        assert_eq!(add(&mut han, &server, &of_another_session).body["code"], "passkey_unmade");
        assert_eq!(add(&mut again, &server, &of_another_session).status, 422, "a challenge is taken once");
        assert_eq!(add(&mut han, &server, &json!({})).status, 422);

        // One that is made, and not twice.
        let options = begin(&mut han, &server);
        assert_eq!(options["options"]["authenticatorSelection"]["userVerification"], "required");
        let made = laptop.make(&options);
        let added = add(&mut han, &server, &made);
        assert_eq!((added.status, &added.body["site"]), (200, &json!("crm.example.com")), "{}", added.body);
        assert_eq!(add(&mut han, &server, &made).status, 422);
        let options = begin(&mut han, &server);
        assert_eq!(options["options"]["excludeCredentials"][0]["id"], text(&laptop.id));

        // It signs in, and survives a restart.
        server.stop();
        server.launch();
        let credential = laptop.show(&challenge(&server));
        let (mut browser, answer) = show(&server, &credential);
        assert_eq!((answer.status, &answer.body["user"]["email"]), (200, &json!("han@example.com")), "{}", answer.body);
        assert_eq!(browser.get(&server, "/v1/customers").status, 200);
        let account = browser.get(&server, "/v1/account").body;
        assert_eq!(account["passkeys"][0]["name"], "笔记本");
        assert!(account["passkeys"][0]["used_at"].is_string());

        // What does not sign in.
        assert_refused(&server, &credential, "shown twice");
        let options = challenge(&server);
        let mut thief = Device { id: laptop.id.clone(), handle: laptop.handle.clone(), ..Device::new(2) };
        thief.count = 100;
        assert_refused(&server, &thief.show(&options), "another's signature");
        assert_refused(&server, &laptop.show(&options), "its challenge was taken by a failure");
        laptop.flags = PRESENT;
        assert_refused(&server, &laptop.show(&challenge(&server)), "not verified");
        laptop.flags = VERIFIED;
        laptop.origin = "https://evil.example.com".to_owned();
        assert_refused(&server, &laptop.show(&challenge(&server)), "at another site");
        laptop.origin = SITE.to_owned();
        let mut other = Device { handle: text(&[9; 16]), ..Device::new(1) };
        other.count = 50;
        assert_refused(&server, &other.show(&challenge(&server)), "another's handle");
        let mut unknown = Device { handle: laptop.handle.clone(), ..Device::new(3) };
        assert_refused(&server, &unknown.show(&challenge(&server)), "unknown");
        let mut copy = Device { handle: laptop.handle.clone(), count: 0, ..Device::new(1) };
        assert_refused(&server, &copy.show(&challenge(&server)), "its count runs behind: it was copied");
        assert_refused(&server, &json!({"id": 1}), "nonsense");
        let options = challenge(&server);
        let mut moved = laptop.show(&options);
        moved["response"]["userHandle"] = json!(text(&[9; 16]));
        assert_refused(&server, &moved, "a handle put in");

        // Someone whose account ended, or a passkey that was removed, gets the same answer.
        let reader = json!("rol_00000006");
        let (mut li, li_id) = member(&server, "li@example.com", &reader);
        li.origin = SITE.to_owned();
        let mut phone = Device::new(5);
        let credential = phone.make(&begin(&mut li, &server));
        let added = add(&mut li, &server, &credential).body;
        assert_eq!(show(&server, &phone.show(&challenge(&server))).1.status, 200);
        let path = format!("/v1/account/passkeys/{}", added["id"].as_str().unwrap());
        assert_eq!(browser.ask(&server, "DELETE", &path, &Value::Null).status, 404, "not one's own");
        server.patch(&format!("/v1/people/{li_id}"), &json!({"active": false}));
        assert_refused(&server, &phone.show(&challenge(&server)), "ended");
        server.patch(&format!("/v1/people/{li_id}"), &json!({"active": true}));
        let (mut li, answer) = show(&server, &phone.show(&challenge(&server)));
        assert_eq!(answer.status, 200);
        assert_eq!(li.ask(&server, "DELETE", &path, &Value::Null).status, 200);
        assert_refused(&server, &phone.show(&challenge(&server)), "removed");

        // Where a second factor is wanted, a password alone adds none beside the one there is.
        assert_eq!(browser.ask(&server, "PATCH", "/v1/sign-in-settings", &json!({"second_factor": true})).status, 200);
        let (mut thief, _) = Browser::sign_in(&server, "han@example.com", PASSWORD);
        thief.origin = SITE.to_owned();
        assert_eq!(thief.get(&server, "/v1/customers").body["code"], "second_factor_wanted");
        for path in ["/v1/account/passkeys/begin", "/v1/account/authenticator/begin"] {
            let answer = thief.ask(&server, "POST", path, &json!({"password": PASSWORD}));
            assert_eq!((answer.status, answer.body["code"].as_str()), (403, Some("sign_in_anew")), "{}", answer.body);
        }
        assert_eq!(thief.ask(&server, "DELETE", &path, &Value::Null).status, 404, "li's");
        let own = thief.get(&server, "/v1/account").body["passkeys"][0]["id"].as_str().unwrap().to_owned();
        let answer = thief.ask(&server, "DELETE", &format!("/v1/account/passkeys/{own}"), &Value::Null);
        assert_eq!(answer.body["code"], "sign_in_anew", "taking it away first does not help");
        assert_eq!(show(&server, &laptop.show(&challenge(&server))).0.get(&server, "/v1/customers").status, 200);

        // At another address none of them works.
        server.patch("/v1/sign-in-settings", &json!({"address": "https://other.example.com"}));
        let answer = stranger().ask(&server, "POST", "/v1/session/passkey/begin", &Value::Null);
        assert_eq!(answer.body["code"], "passkey_site");

        let audit = server.get("/v1/audit?limit=200")["items"].clone();
        let told = |action: &str, by: &str| {
            let lines = audit.as_array().unwrap().iter();
            lines.filter(|line| line["action"] == action && line["detail"]["by"] == by).count()
        };
        assert_eq!((told("session.opened", "passkey"), told("session.refused", "passkey")), (4, 7));
    }
}

#[test]
fn passkeys_are_tied_to_the_host_where_no_address_is_written_down() {
    let server = Server::start(None);
    let ask = |host: &str, origin: &str| {
        let request =
            ureq::http::Request::builder().method("POST").uri(format!("{}/v1/session/passkey/begin", server.url()));
        let request = request.header("host", host).header("origin", origin).body(()).unwrap();
        crate::support::read(Server::agent().run(request).unwrap()).unwrap()
    };
    assert_eq!(ask("localhost:7080", "http://localhost:7080").body["options"]["rpId"], "localhost");
    assert_eq!(ask("crm.example.com", "https://crm.example.com").body["options"]["rpId"], "crm.example.com");
    for (host, origin) in [
        ("crm.example.com", "https://evil.example.com"),
        ("evil.example.com", "https://crm.example.com"),
        ("crm.example.com", "http://crm.example.com"),
        ("crm.example.com", ""),
        ("127.0.0.1:7080", "http://127.0.0.1:7080"),
        ("crm.example.com", "https://crm.example.com@evil.example.com"),
    ] {
        assert_eq!(ask(host, origin).body["code"], "passkey_site", "{host} {origin}");
    }
    let owner = server.get("/v1/sign-in-settings");
    assert_eq!(owner["address"], Value::Null);
    for bad in ["http://crm.example.com", "crm", "https://a.example.com/x"] {
        assert_eq!(server.patch("/v1/sign-in-settings", &json!({"address": bad})).body["field"], "address", "{bad}");
    }
}
