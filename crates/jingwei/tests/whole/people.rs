//! People come, get roles, sign in and out, and go; every step is effective at once, survives a restart, and is in the audit.

use serde_json::{Value, json};

use crate::support::{Answer, Server, databases, read};

pub const PASSWORD: &str = "correct horse battery";

/// A browser with its cookie.
#[derive(Default)]
pub struct Browser {
    pub cookie: String,
    /// Where its page says that it is.
    pub origin: String,
}

impl Browser {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn ask(&mut self, server: &Server, method: &str, path: &str, body: &Value) -> Answer {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", server.url()));
        let request = request.header("cookie", &self.cookie).header("x-jingwei", "1").header("user-agent", "Test/1.0");
        let request = request.header("content-type", "application/json").header("origin", &self.origin);
        let response = Server::agent().run(request.body(body.to_string()).unwrap()).unwrap();
        if let Some(set) = response.headers().get("set-cookie") {
            self.cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        read(response).unwrap()
    }

    pub fn get(&mut self, server: &Server, path: &str) -> Answer {
        self.ask(server, "GET", path, &Value::Null)
    }

    /// Signs in with the password.
    pub fn sign_in(server: &Server, email: &str, password: &str) -> (Self, Answer) {
        let mut browser = Self::new();
        let answer = browser.ask(server, "POST", "/v1/session", &json!({"email": email, "password": password}));
        (browser, answer)
    }
}

fn role(server: &Server, en: &str) -> Value {
    let roles = server.get("/v1/roles")["items"].clone();
    roles.as_array().unwrap().iter().find(|role| role["name"]["en"] == en).unwrap()["id"].clone()
}

/// Invites someone and takes the invitation.
fn join(server: &Server, email: &str, name: &str, role: &Value) -> Browser {
    let made = server.post("/v1/invitations", &json!({"email": email, "role": role}));
    assert_eq!(made.status, 200, "{}", made.body);
    let token = &made.body["token"];
    let mut browser = Browser::new();
    let offer = browser.ask(server, "POST", "/v1/join/offer", &json!({"token": token}));
    assert_eq!(offer.body["email"], email.to_lowercase());
    let taken = json!({"token": token, "name": name, "password": PASSWORD});
    let joined = browser.ask(server, "POST", "/v1/join", &taken);
    assert_eq!((joined.status, &joined.body["user"]["name"]), (200, &json!(name)), "{}", joined.body);
    let again = Browser::new().ask(server, "POST", "/v1/join", &taken);
    assert_eq!((again.status, again.body["code"].as_str()), (403, Some("invitation")), "a link works once");
    browser
}

/// Someone who joined with a role, and their id.
pub fn member(server: &Server, email: &str, role: &Value) -> (Browser, String) {
    let mut browser = join(server, email, email, role);
    let id = browser.get(server, "/v1/session").body["user"]["id"].as_str().unwrap().to_owned();
    (browser, id)
}

pub fn owner(server: &Server) -> Browser {
    let token = std::fs::read_to_string(server.folder.join("run/setup-token")).unwrap();
    let mut owner = Browser::new();
    let form =
        json!({"token": token, "name": "韩梅梅", "email": "Han@Example.com", "password": PASSWORD, "company": "云禾"});
    let made = owner.ask(server, "POST", "/v1/setup", &form);
    assert_eq!((made.status, &made.body["user"]["role"]["en"]), (200, &json!("Owner")), "{}", made.body);
    owner
}

#[test]
fn people_come_get_roles_and_go() {
    for database in databases() {
        let mut server = Server::start(database);
        let mut han = owner(&server);
        let mut li = join(&server, "Li@Example.com", "李雷", &role(&server, "Reader"));
        assert_eq!(li.get(&server, "/v1/customers").status, 200);
        assert_eq!(li.get(&server, "/v1/people").body["field"], "people.manage");

        // A role of the workspace's own, given, changed and taken while it is in use.
        let service =
            server.post("/v1/roles", &json!({"name": "华东客服", "rights": ["customers.read", "tasks.write"]}));
        assert_eq!(
            server.post("/v1/roles", &json!({"name": "华东客服", "rights": []})).status,
            422,
            "the name is taken"
        );
        assert_eq!(server.post("/v1/roles", &json!({"name": "x", "rights": ["fly"]})).status, 422);
        let people = server.get("/v1/people")["items"].clone();
        let (han_id, li_id) = (people[0]["id"].as_str().unwrap(), people[1]["id"].as_str().unwrap());
        let (han_path, li_path) = (format!("/v1/people/{han_id}"), format!("/v1/people/{li_id}"));
        let given = han.ask(&server, "PATCH", &li_path, &json!({"role": service.body["id"]}));
        assert_eq!(given.body["role_name"]["zh"], "华东客服", "{}", given.body);
        assert_eq!(li.get(&server, "/v1/rules").status, 403, "the new role has no rules");
        let role_path = format!("/v1/roles/{}", service.body["id"].as_str().unwrap());
        let more = json!({"name": "华东客服", "rights": ["customers.read", "tasks.write", "rules.read"]});
        assert_eq!(server.put(&role_path, &more).status, 200);
        assert_eq!(li.get(&server, "/v1/rules").status, 200, "at once, without signing in anew");
        assert_eq!(han.ask(&server, "DELETE", &role_path, &Value::Null).body["code"], "role_in_use");
        assert_eq!(han.ask(&server, "PUT", "/v1/roles/rol_00000006", &more).body["code"], "standard_role");

        // Nobody changes their own role, and there is always an owner.
        assert_eq!(han.ask(&server, "PATCH", &han_path, &json!({"active": false})).body["code"], "oneself");
        assert_eq!(server.patch(&han_path, &json!({"role": "rol_00000006"})).body["code"], "last_owner");

        // An administrator makes no owner, no role or key beyond their own rights, and cannot touch an owner.
        let mut admin = join(&server, "admin@example.com", "王芳", &role(&server, "Administrator"));
        let owners = json!({"role": "rol_00000001"});
        assert_eq!(admin.ask(&server, "PATCH", &li_path, &owners).body["code"], "owners_only");
        assert_eq!(admin.ask(&server, "PATCH", &han_path, &json!({"name": "x"})).body["code"], "owners_only");
        let beyond = json!({"name": "all", "rights": ["customers.originals"]});
        assert_eq!(admin.ask(&server, "POST", "/v1/roles", &beyond).body["code"], "beyond_own");
        let key = json!({"name": "x", "role": role(&server, "Data protection officer")});
        assert_eq!(admin.ask(&server, "POST", "/v1/api-keys", &key).body["code"], "beyond_own");

        // Nor by way of a key of theirs.
        let made =
            admin.ask(&server, "POST", "/v1/api-keys", &json!({"name": "k", "role": role(&server, "Administrator")}));
        let (secret, maker) = (made.body["secret"].as_str().unwrap(), &made.body["api_key"]["made_by"]);
        let raise = server.ask("PATCH", &li_path, secret, Some(&json!({"role": "rol_00000003"})));
        assert_eq!((raise.body["code"].as_str(), maker), (Some("people_only"), &json!("王芳")));

        // All rights there are do not make an owner.
        let rights: Vec<Value> =
            server.get("/v1/roles")["rights"].as_array().unwrap().iter().map(|right| right["name"].clone()).collect();
        let all = json!({"others": {"read": "all", "write": "all"}});
        let it = server.post("/v1/roles", &json!({"name": "IT", "rights": rights, "records": all}));
        let mut it = join(&server, "it@example.com", "赵雷", &it.body["id"]);
        assert_eq!(it.ask(&server, "PATCH", &li_path, &owners).body["code"], "owners_only");

        // Sessions: listed, ended, and all but one ended by a new password.
        let (mut other, _) = Browser::sign_in(&server, "li@example.com", PASSWORD);
        let open = li.get(&server, "/v1/sessions").body["items"].clone();
        assert_eq!(open.as_array().unwrap().len(), 2);
        assert_eq!(open[0]["agent"], "Test/1.0");
        let ends = open.as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
        let path = format!("/v1/sessions/{}", ends["id"].as_str().unwrap());
        assert_eq!(han.ask(&server, "DELETE", &path, &Value::Null).status, 404, "not one's own");
        assert_eq!(li.ask(&server, "DELETE", &path, &Value::Null).status, 200);
        assert_eq!(other.get(&server, "/v1/customers").status, 401);
        let (mut other, _) = Browser::sign_in(&server, "li@example.com", PASSWORD);
        let change = |old: &str| json!({"old": old, "new": "another good password"});
        assert_eq!(li.ask(&server, "PUT", "/v1/password", &change("wrong")).body["field"], "old");
        assert_eq!(li.ask(&server, "PUT", "/v1/password", &change(PASSWORD)).status, 200);
        assert_eq!((li.get(&server, "/v1/customers").status, other.get(&server, "/v1/customers").status), (200, 401));
        assert_eq!(Browser::sign_in(&server, "li@example.com", PASSWORD).1.status, 401);

        // After a restart all of it stands; who may no longer sign in is out at once.
        server.stop();
        server.launch();
        assert_eq!(li.get(&server, "/v1/rules").status, 200);
        assert_eq!(han.ask(&server, "PATCH", &li_path, &json!({"active": false})).body["active"], false);
        assert_eq!(li.get(&server, "/v1/customers").status, 401);
        assert_eq!(
            Browser::sign_in(&server, "li@example.com", "another good password").1.body["code"],
            "wrong_password"
        );
        assert_eq!(han.ask(&server, "PATCH", &li_path, &json!({"active": true})).status, 200);
        assert_eq!(Browser::sign_in(&server, "li@example.com", "another good password").1.status, 200);

        let lines = han.get(&server, &format!("/v1/audit?subject={li_id}")).body["items"].clone();
        let told = |line: &Value| format!("{} {}", line["name"].as_str().unwrap(), line["action"].as_str().unwrap());
        let told: Vec<String> = lines.as_array().unwrap().iter().map(told).collect();
        let expected = [
            "韩梅梅 person.changed",
            "李雷 session.refused",
            "韩梅梅 person.changed",
            "李雷 session.refused",
            "李雷 password.changed",
            "韩梅梅 person.changed",
            "invited person.added",
        ];
        assert_eq!(told, expected);
        let all = server.get("/v1/audit?limit=200").to_string();
        assert!(!all.contains(PASSWORD) && !all.contains("jwi_") && !all.contains("jws_"), "no secret in the audit");
        let page = server.get("/v1/audit?limit=3");
        let next = server.get(&format!("/v1/audit?limit=3&cursor={}", page["next"].as_str().unwrap()));
        assert!(next["items"][0]["id"].as_str() < page["items"][2]["id"].as_str());
    }
}

#[test]
fn an_invitation_ends_when_it_is_renewed_or_taken_back() {
    let server = Server::start(None);
    owner(&server);
    let invite = || server.post("/v1/invitations", &json!({"email": "a@example.com", "role": "rol_00000006"})).body;
    let offer = |token: &Value| server.post("/v1/join/offer", &json!({"token": token})).status;
    let first = invite();
    let second = invite();
    assert_eq!((offer(&first["token"]), offer(&second["token"])), (403, 200));
    let waiting = server.get("/v1/invitations")["items"].clone();
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    let path = format!("/v1/invitations/{}", waiting[0]["id"].as_str().unwrap());
    let token = server.get("/v1/session"); // nobody is signed in by a key
    assert_eq!(token["user"], Value::Null);
    assert_eq!(Server::agent().delete(format!("{}{path}", server.url())).call().unwrap().status(), 401);
    assert_eq!(server.delete(&path).status, 200);
    assert_eq!(offer(&second["token"]), 403);
    assert_eq!(
        server.post("/v1/invitations", &json!({"email": "han@example.com", "role": "rol_00000006"})).status,
        422
    );
}

#[test]
fn an_api_key_does_what_its_role_may_and_works_no_longer_when_removed() {
    let server = Server::start(None);
    let made = server.post("/v1/api-keys", &json!({"name": "报表", "role": "rol_00000006"})).body;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("jwa_"));
    assert_eq!(server.ask("GET", "/v1/customers", secret, None).status, 200);
    assert_eq!(server.ask("GET", "/v1/audit", secret, None).status, 403);
    assert_eq!(server.ask("GET", "/v1/sessions", secret, None).body["code"], "people_only");
    assert_eq!(server.ask("POST", "/v1/events", secret, Some(&json!([]))).status, 401, "it is no ingest key");
    let keys = server.get("/v1/api-keys");
    assert!(!keys["items"][0]["used_at"].is_null());
    assert!(!keys.to_string().contains(secret), "shown once");
    let id = made["api_key"]["id"].as_str().unwrap();
    assert_eq!(server.delete(&format!("/v1/api-keys/{id}")).status, 200);
    assert_eq!(server.ask("GET", "/v1/customers", secret, None).status, 401);
    let audit = server.get("/v1/audit")["items"].clone();
    assert_eq!((&audit[0]["action"], &audit[0]["label"]["zh"]), (&json!("api_key.removed"), &json!("删除 API 密钥")));
}
