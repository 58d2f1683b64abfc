//! Signing in by way of an identity provider: whom it lets in, and every way in which it does not.

use serde_json::{Value, json};

use crate::issuer::{CLIENT, Issuer, SECRET, Says};
use crate::people::{Browser, PASSWORD, member, owner};
use crate::support::{Answer, Server, databases};

const SITE: &str = "https://crm.example.com";

/// A provider's settings, with more or other members.
fn settings(issuer: &str, more: &Value) -> Value {
    let mut all = json!({"label": "公司账号", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn depart(server: &Server, provider: &Value) -> (Browser, Answer) {
    let mut browser = Browser { origin: SITE.to_owned(), ..Browser::default() };
    let answer = browser.ask(server, "POST", "/v1/session/provider/begin", &json!({"provider": provider}));
    (browser, answer)
}

fn come(browser: &mut Browser, server: &Server, body: &Value) -> Answer {
    browser.ask(server, "POST", "/v1/session/provider", body)
}

/// Goes to the provider and comes back.
fn sign_in(server: &Server, issuer: &Issuer, provider: &Value, says: Says) -> (Browser, Answer) {
    issuer.say(says);
    let (mut browser, begun) = depart(server, provider);
    assert_eq!(begun.status, 200, "{}", begun.body);
    let (state, code) = issuer.visit(begun.body["url"].as_str().unwrap());
    let answer = come(&mut browser, server, &json!({"state": state, "code": code, "iss": issuer.url}));
    (browser, answer)
}

#[test]
fn a_provider_vouches_for_people_and_nothing_else_does() {
    for database in databases() {
        let (server, issuer) = (Server::start(database), Issuer::start());
        owner(&server);
        let before = server.post("/v1/providers", &settings(&issuer.url, &json!({})));
        assert_eq!(before.status, 200, "{}", before.body);
        let provider = &before.body["id"];
        assert_eq!(depart(&server, provider).1.body["code"], "address_wanted");
        server.patch("/v1/sign-in-settings", &json!({"address": SITE}));
        let page = server.get("/v1/providers");
        assert_eq!(page["redirect"], format!("{SITE}/sign-in/callback"));
        assert!(!page.to_string().contains(SECRET), "the secret is not told again");
        let stored: String = server.tables().iter().map(|(_, rows)| format!("{rows:?}")).collect();
        assert!(
            !stored.contains(SECRET) && !stored.contains(&format!("{:?}", SECRET.as_bytes())),
            "nor stored as it is"
        );
        let seen = Browser::new().get(&server, "/v1/session").body["providers"].clone();
        assert_eq!(seen, json!([{"id": provider, "label": "公司账号"}]));

        let (mut elsewhere, _) = depart(&server, provider);
        elsewhere.origin = "https://evil.example.com".to_owned();
        let asked = elsewhere.ask(&server, "POST", "/v1/session/provider/begin", &json!({"provider": provider}));
        assert_eq!(asked.body["code"], "wrong_address");

        // What lets nobody in.
        let says = Says::default;
        let refusals = [
            ("provider_token", Says { nonce: Some("another".to_owned()), ..says() }),
            ("provider_token", Says { audience: "another".to_owned(), ..says() }),
            ("provider_token", Says { issuer: Some("https://evil.example.com".to_owned()), ..says() }),
            ("provider_token", Says { key: 2, ..says() }),
            ("provider_token", Says { algorithm: "none", ..says() }),
            ("provider_token", Says { algorithm: "HS256", ..says() }),
            ("provider_token", Says { expires_in_s: -10, ..says() }),
            ("provider_token", Says { apart: true, told_of: Some("another".to_owned()), ..says() }),
            ("provider_email", Says { verified: json!(false), ..says() }),
            ("provider_email", Says { verified: Value::Null, ..says() }),
            ("provider_email", Says { apart: true, verified: json!(false), ..says() }),
            ("provider_unknown", Says { email: json!("stranger@example.com"), ..says() }),
        ];
        for (code, says) in refusals {
            let (mut browser, answer) = sign_in(&server, &issuer, provider, says);
            assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some(code)), "{}", answer.body);
            assert_eq!(browser.get(&server, "/v1/customers").status, 401, "{code}");
        }
        issuer.say(says());
        let (mut browser, begun) = depart(&server, provider);
        let (state, code) = issuer.visit(begun.body["url"].as_str().unwrap());
        let other = come(&mut browser, &server, &json!({"state": "another", "code": code}));
        assert_eq!(other.body["code"], "provider_stale", "another state");
        let (mut thief, _) = depart(&server, provider);
        let stolen = come(&mut thief, &server, &json!({"state": state, "code": code}));
        assert_eq!(stolen.body["code"], "provider_stale", "in another browser");
        let (mut browser, begun) = depart(&server, provider);
        let (state, code) = issuer.visit(begun.body["url"].as_str().unwrap());
        let mixed =
            come(&mut browser, &server, &json!({"state": state, "code": code, "iss": "https://evil.example.com"}));
        assert_eq!(mixed.body["code"], "provider_token", "of another issuer");
        let (mut browser, begun) = depart(&server, provider);
        let (state, _) = issuer.visit(begun.body["url"].as_str().unwrap());
        let denied = come(&mut browser, &server, &json!({"state": state, "error": "access_denied"}));
        assert_eq!(denied.body["code"], "provider_refused");
        let (mut browser, begun) = depart(&server, provider);
        let (state, _) = issuer.visit(begun.body["url"].as_str().unwrap());
        assert_eq!(
            come(&mut browser, &server, &json!({"state": state, "code": "made up"})).body["code"],
            "provider_refused"
        );

        // Who is known by a verified address comes in; from then on by the subject, whatever the address.
        let (mut han, answer) = sign_in(&server, &issuer, provider, Says { apart: true, ..says() });
        assert_eq!(answer.body["user"]["email"], "han@example.com", "{}", answer.body);
        assert_eq!(han.get(&server, "/v1/customers").status, 200);
        let moved = Says { email: json!("han.new@example.com"), verified: json!(false), ..says() };
        assert_eq!(sign_in(&server, &issuer, provider, moved).1.body["user"]["email"], "han@example.com");
        let taken = Says { subject: "sub-2".to_owned(), ..says() };
        assert_eq!(
            sign_in(&server, &issuer, provider, taken).1.body["code"],
            "provider_other",
            "the address of another subject"
        );

        // Who is invited comes in with that role, and has no password; whose account ended does not.
        server.post("/v1/invitations", &json!({"email": "li@example.com", "role": "rol_00000003"}));
        let li = || Says { subject: "sub-3".to_owned(), email: json!("LI@example.com"), ..Says::default() };
        let (mut browser, answer) = sign_in(&server, &issuer, provider, li());
        assert_eq!(
            (&answer.body["user"]["role"]["en"], &answer.body["user"]["name"]),
            (&json!("Business owner"), &json!("李 雷"))
        );
        assert_eq!(browser.get(&server, "/v1/account").body["password"], false);
        assert_eq!(server.get("/v1/invitations")["items"], json!([]), "an invitation is taken once");
        assert_eq!(Browser::sign_in(&server, "li@example.com", "").1.status, 401);
        let id = answer.body["user"]["id"].as_str().unwrap();
        server.patch(&format!("/v1/people/{id}"), &json!({"active": false}));
        assert_eq!(sign_in(&server, &issuer, provider, li()).1.body["code"], "provider_ended");
        let (_, ended) = member(&server, "gone@example.com", &json!("rol_00000006"));
        server.patch(&format!("/v1/people/{ended}"), &json!({"active": false}));
        let gone = Says { subject: "sub-4".to_owned(), email: json!("gone@example.com"), ..says() };
        assert_eq!(sign_in(&server, &issuer, provider, gone).1.body["code"], "provider_ended");

        // New people, of some domains only.
        let path = format!("/v1/providers/{}", provider.as_str().unwrap());
        let open =
            settings(&issuer.url, &json!({"client_secret": "", "role": "rol_00000006", "domains": ["Example.com"]}));
        assert_eq!(server.put(&path, &open).status, 200, "the secret stays");
        let new = |email: &str| Says { subject: email.to_owned(), email: json!(email), ..Says::default() };
        for bad in ["a@evil.com", "a@example.com.evil.com", "a@sub.example.com"] {
            assert_eq!(sign_in(&server, &issuer, provider, new(bad)).1.body["code"], "provider_domain", "{bad}");
        }
        let (_, answer) = sign_in(&server, &issuer, provider, new("new@example.com"));
        assert_eq!(answer.body["user"]["role"]["en"], "Reader", "{}", answer.body);

        // Another issuer's subjects are others; an issuer that is none is not kept.
        let other = settings(&issuer.url, &json!({"client_secret": ""}));
        assert_eq!(
            server.put(&path, &json!({"label": "x", "issuer": issuer.url, "client_id": "y"})).body["field"],
            "client_secret"
        );
        for (member, value) in [
            ("issuer", json!("http://login.example.com")),
            ("issuer", json!("http://127.0.0.1:1")),
            ("issuer", json!(server.url())),
            ("role", json!("rol_00000001")),
            ("domains", json!(["no domain"])),
            ("client_id", json!(" ")),
            ("label", json!("")),
        ] {
            let mut bad = other.clone();
            bad["client_secret"] = json!("x");
            bad[member] = value;
            assert_eq!(server.put(&path, &bad).body["field"], member);
        }
        assert_eq!(server.delete(&path).status, 200);
        assert_eq!(depart(&server, provider).1.status, 404);
        let audit = server.get("/v1/audit?limit=200")["items"].to_string();
        assert!(audit.contains("provider.linked") && !audit.contains(SECRET) && !audit.contains(PASSWORD));
    }
}

#[test]
fn a_provider_that_is_away_is_said_to_be() {
    let (server, issuer) = (Server::start(None), Issuer::start());
    owner(&server);
    server.patch("/v1/sign-in-settings", &json!({"address": SITE}));
    let provider = server.post("/v1/providers", &settings(&issuer.url, &json!({}))).body["id"].clone();
    // The same provider at an address where nothing answers.
    let mut db = store::Connection::open(&server.location()).unwrap();
    db.execute("UPDATE provider SET issuer = 'http://127.0.0.1:1'", &[]).unwrap();
    let (_, answer) = depart(&server, &provider);
    assert_eq!((answer.status, answer.body["code"].as_str()), (503, Some("provider_away")), "{}", answer.body);
}
