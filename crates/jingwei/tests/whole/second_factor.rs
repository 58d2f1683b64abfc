//! A second factor beside the password: asked for after it, taken once, reset by others, and wanted of everyone if an owner says so.

use base::{Clock, SystemClock};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::people::{Browser, PASSWORD, member, owner};
use crate::support::{Answer, Server, databases};

const LI: &str = "li@example.com";

/// An app on a phone, whose clock can be a step or two wrong.
struct Phone(Totp);

impl Phone {
    fn code(&self, steps: i64) -> String {
        let now = u64::try_from(SystemClock.now().ms() / 1000).unwrap();
        self.0.generate(now.checked_add_signed(steps * 30).unwrap()).to_string()
    }
}

fn post(browser: &mut Browser, server: &Server, path: &str, body: &Value) -> Answer {
    browser.ask(server, "POST", path, body)
}

fn begin(browser: &mut Browser, server: &Server) -> Phone {
    let offer = post(browser, server, "/v1/account/authenticator/begin", &json!({"password": PASSWORD}));
    assert_eq!(offer.status, 200, "{}", offer.body);
    let secret = offer.body["secret"].as_str().unwrap();
    assert!(offer.body["uri"].as_str().unwrap().contains(&format!("secret={secret}")));
    Phone(Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap())
}

/// Sets an app up; its recovery codes. The code of this step, or of the one before, is taken by it.
fn enrol(browser: &mut Browser, server: &Server) -> (Phone, Vec<String>) {
    let phone = begin(browser, server);
    let confirmed = post(browser, server, "/v1/account/authenticator", &json!({"code": phone.code(-1)}));
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let codes = confirmed.body["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (phone, codes.collect())
}

/// Gives the password; the browser, and the token to give a code with.
fn first_step(server: &Server) -> (Browser, Value) {
    let (browser, answer) = Browser::sign_in(server, LI, PASSWORD);
    assert_eq!((answer.status, &answer.body["user"]), (200, &Value::Null), "{}", answer.body);
    assert_eq!(browser.cookie, "", "no session before the code");
    (browser, answer.body["code_wanted"].clone())
}

fn give(browser: &mut Browser, server: &Server, token: &Value, code: &str) -> Answer {
    post(browser, server, "/v1/session/code", &json!({"token": token, "code": code}))
}

fn code_of(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

#[test]
fn a_code_is_asked_for_after_the_password_and_taken_once() {
    for database in databases() {
        let server = Server::start(database);
        owner(&server);
        let (mut li, li_id) = member(&server, LI, &json!("rol_00000006"));
        let (mut other, _) = Browser::sign_in(&server, LI, PASSWORD);

        // Setting up: with the password, counting once a code was given.
        let wrong = post(&mut li, &server, "/v1/account/authenticator/begin", &json!({"password": "wrong"}));
        assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("password")));
        assert_eq!(
            code_of(&post(&mut li, &server, "/v1/account/authenticator", &json!({"code": "123456"}))),
            (422, "step_over")
        );
        let phone = begin(&mut li, &server);
        let wrong = post(&mut li, &server, "/v1/account/authenticator", &json!({"code": phone.code(-40)}));
        assert_eq!(code_of(&wrong), (422, "wrong_code"));
        let elsewhere = post(&mut other, &server, "/v1/account/authenticator", &json!({"code": phone.code(0)}));
        assert_eq!(code_of(&elsewhere), (422, "step_over"), "begun in another session");
        assert_eq!(Browser::sign_in(&server, LI, PASSWORD).1.body["user"]["email"], LI, "it does not count yet");
        let (phone, codes) = enrol(&mut li, &server);
        assert_eq!(codes.len(), 10);
        assert_eq!(other.get(&server, "/v1/customers").status, 401, "other sessions end");
        assert_eq!(li.get(&server, "/v1/account").body["authenticator"]["recovery_codes"], 10);
        let again = post(&mut li, &server, "/v1/account/authenticator/begin", &json!({"password": PASSWORD}));
        assert_eq!(again.body["code"], "authenticator_present");

        // Signing in.
        let (mut browser, token) = first_step(&server);
        assert_eq!(code_of(&give(&mut browser, &server, &token, "12")), (422, "wrong_code"));
        assert_eq!(
            code_of(&give(&mut browser, &server, &token, &phone.code(-1))),
            (422, "wrong_code"),
            "taken at set-up"
        );
        assert_eq!(browser.cookie, "");
        let code = phone.code(1);
        assert_eq!(give(&mut browser, &server, &token, &code).body["user"]["email"], LI);
        assert_eq!(browser.get(&server, "/v1/customers").status, 200);
        assert_eq!(code_of(&give(&mut browser, &server, &token, &code)), (401, "step_over"), "a token is used once");
        let (mut browser, token) = first_step(&server);
        assert_eq!(code_of(&give(&mut browser, &server, &token, &code)), (422, "wrong_code"), "a code is good once");
        assert_eq!(
            code_of(&give(&mut browser, &server, &token, &phone.code(0))),
            (422, "wrong_code"),
            "nor an earlier one"
        );
        assert_eq!(give(&mut browser, &server, &token, &codes[0].to_uppercase()).status, 200, "a recovery code");
        let (mut browser, token) = first_step(&server);
        assert_eq!(code_of(&give(&mut browser, &server, &token, &codes[0])), (422, "wrong_code"), "good once");
        assert_eq!(code_of(&give(&mut browser, &server, &json!("jwc_unknown"), &codes[1])), (401, "step_over"));

        // What was begun with a password ends with it, and with the account.
        let path = format!("/v1/people/{li_id}");
        server.patch(&path, &json!({"active": false}));
        assert_eq!(code_of(&give(&mut browser, &server, &token, &codes[1])), (401, "step_over"));
        server.patch(&path, &json!({"active": true}));
        let (mut li, token) = first_step(&server);
        assert_eq!(give(&mut li, &server, &token, &codes[1]).status, 200);
        let (mut browser, token) = first_step(&server);
        let change = json!({"old": PASSWORD, "new": "another good password"});
        assert_eq!(li.ask(&server, "PUT", "/v1/password", &change).status, 200);
        assert_eq!(
            code_of(&give(&mut browser, &server, &token, &codes[2])),
            (401, "step_over"),
            "the password is another"
        );
        let change = json!({"old": "another good password", "new": PASSWORD});
        assert_eq!(li.ask(&server, "PUT", "/v1/password", &change).status, 200);

        // Neither the secret nor a recovery code is stored as it is.
        let stored: String = server.tables().iter().map(|(_, rows)| format!("{rows:?}")).collect();
        let secret = format!("{:?}", phone.0.sign(0).as_ref());
        assert!(
            !stored.contains(&secret) && !stored.contains(&codes[3]) && !stored.contains(&codes[3].replace('-', ""))
        );

        // New codes end the old; turning it off wants the password or a code.
        let renewed = post(&mut li, &server, "/v1/account/recovery-codes", &json!({"code": codes[3]}));
        let fresh = renewed.body["codes"][0].as_str().unwrap().to_owned();
        let off =
            |browser: &mut Browser, proof: Value| post(browser, &server, "/v1/account/authenticator/remove", &proof);
        assert_eq!(code_of(&off(&mut li, json!({"code": codes[4]}))), (422, "wrong_code"));
        assert_eq!(off(&mut li, json!({"password": "wrong"})).body["field"], "password");
        assert_eq!(off(&mut li, json!({})).body["field"], "password");
        assert_eq!(off(&mut li, json!({"code": fresh})).status, 200);
        assert_eq!(Browser::sign_in(&server, LI, PASSWORD).1.body["user"]["email"], LI);
        let audit = server.get("/v1/audit?limit=200")["items"].to_string();
        assert!(audit.contains("authenticator.removed") && !audit.contains(&fresh));
    }
}

#[test]
fn codes_cannot_be_guessed() {
    let server = Server::start(None);
    owner(&server);
    let (mut li, _) = member(&server, LI, &json!("rol_00000006"));
    let (_, codes) = enrol(&mut li, &server);
    let (mut browser, token) = first_step(&server);
    let told: Vec<String> = (0..5)
        .map(|number| code_of(&give(&mut browser, &server, &token, &format!("{number:06}"))).1.to_owned())
        .collect();
    assert_eq!(told, ["wrong_code", "wrong_code", "wrong_code", "wrong_code", "step_over"]);
    let (mut browser, token) = first_step(&server);
    let waits = give(&mut browser, &server, &token, &codes[0]);
    assert_eq!(code_of(&waits), (429, "too_many_tries"), "the password given anew does not help");
}

#[test]
fn others_reset_what_was_lost() {
    let server = Server::start(None);
    let mut han = owner(&server);
    let (mut li, li_id) = member(&server, LI, &json!("rol_00000006"));
    let (mut admin, admin_id) = member(&server, "admin@example.com", &json!("rol_00000002"));
    let path = |id: &str| format!("/v1/people/{id}/second-factor");
    let reset = |by: &mut Browser, id: &str| by.ask(&server, "DELETE", &path(id), &Value::Null);
    assert_eq!(reset(&mut admin, &li_id).status, 404, "there is nothing to take");
    enrol(&mut li, &server);
    enrol(&mut han, &server);
    let people = admin.get(&server, "/v1/people").body["items"].clone();
    assert_eq!((&people[1]["second_factor"], &people[2]["second_factor"]), (&json!(true), &json!(false)));
    let han_id = people[0]["id"].as_str().unwrap();
    assert_eq!(reset(&mut admin, han_id).body["code"], "owners_only");
    assert_eq!(reset(&mut admin, &admin_id).body["code"], "oneself");
    assert_eq!(reset(&mut li, han_id).status, 403);
    let key = server.post("/v1/api-keys", &json!({"name": "x", "role": "rol_00000001"})).body["secret"].clone();
    assert_eq!(server.ask("DELETE", &path(&li_id), key.as_str().unwrap(), None).body["code"], "people_only");
    assert_eq!(reset(&mut admin, &li_id).status, 200);
    assert_eq!(li.get(&server, "/v1/customers").status, 401, "signed out at once");
    assert_eq!(Browser::sign_in(&server, LI, PASSWORD).1.body["user"]["email"], LI);
    assert_eq!(server.delete(&path(han_id)).status, 200, "the machine's owner lets an owner in again");
    let audit = server.get("/v1/audit")["items"].clone();
    let resets = audit.as_array().unwrap().iter().filter(|line| line["action"] == "second_factor.reset");
    let told: Vec<_> =
        resets.map(|line| (line["actor"].as_str().unwrap(), line["subject"].as_str().unwrap())).collect();
    assert_eq!(told, [("local", han_id), (admin_id.as_str(), li_id.as_str())]);
}

#[test]
fn an_owner_can_want_a_second_factor_of_everyone() {
    for database in databases() {
        let server = Server::start(database);
        let mut han = owner(&server);
        let (mut li, _) = member(&server, LI, &json!("rol_00000006"));
        let want = |browser: &mut Browser| {
            browser.ask(&server, "PATCH", "/v1/sign-in-settings", &json!({"second_factor": true}))
        };
        assert_eq!(want(&mut li).body["code"], "owners_only");
        assert_eq!(want(&mut han).body["field"], "second_factor", "who has none shuts nobody out");
        let (phone, _) = enrol(&mut han, &server);
        assert_eq!(want(&mut han).body["second_factor"], true);
        assert_eq!(han.get(&server, "/v1/customers").status, 200, "this session has shown it");

        // A session of a password only sees nothing, until it has a second factor.
        for path in ["/v1/customers", "/v1/members", "/v1/objects", "/v1/sessions", "/v1/live"] {
            assert_eq!(li.get(&server, path).body["code"], "second_factor_wanted", "{path}");
        }
        let session = li.get(&server, "/v1/session").body;
        assert_eq!((&session["user"]["second_factor_wanted"], &session["user"]["rights"]), (&json!(true), &json!([])));
        let (_, codes) = enrol(&mut li, &server);
        assert_eq!(li.get(&server, "/v1/customers").status, 200);
        let (mut browser, token) = first_step(&server);
        assert_eq!(give(&mut browser, &server, &token, &codes[0]).body["user"]["second_factor_wanted"], false);
        let (mut again, answer) = Browser::sign_in(&server, "han@example.com", PASSWORD);
        assert_eq!(give(&mut again, &server, &answer.body["code_wanted"], &phone.code(1)).status, 200);
        server.get("/v1/customers"); // keys and the machine's owner are not asked
        assert_eq!(han.ask(&server, "PATCH", "/v1/sign-in-settings", &json!({"second_factor": false})).status, 200);
    }
}
