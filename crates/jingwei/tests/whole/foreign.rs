//! What exists and is another's: every operation that names something is asked for the real one, by who may not have it. Nothing
//! is told of it but what is told of what is not there, and nothing has changed.

use std::collections::BTreeMap;

use base::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::attachments::{As, attach};
use crate::issuer::{CLIENT, Issuer, SECRET};
use crate::passkeys;
use crate::people::{Browser, member, owner};
use crate::rights::{For, operations, stored};
use crate::support::{Server, databases, event};

const FLAGSHIP: &str = "当客户30天内复购两次且客单价>500元,自动升级为钻石会员";
const CALL: &str = "当客户30天内投诉至少1次,建任务「回访」";

/// Waits until what follows behind from events is written.
fn settled(server: &Server) {
    let (mut before, mut now) = (BTreeMap::new(), stored(server));
    while before != now {
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        before = std::mem::replace(&mut now, stored(server));
    }
}

/// Ids that exist, by the noun of the path that names them.
type Known = BTreeMap<&'static str, String>;

fn id(made: &Value) -> String {
    made["id"].as_str().expect("an id").to_owned()
}

/// Two customers who turn out to be one, with a tag, a decision and a task.
fn customers(server: &Server) -> Known {
    let rule = server.post("/v1/rules", &json!({"sentence": FLAGSHIP, "answers": {"first_purchase": "yes"}}));
    assert_eq!(server.post("/v1/rules", &json!({"sentence": CALL})).status, 200);
    let (now, member) = (SystemClock.now().to_string(), |name: &str| json!({"scheme": "member_no", "value": name}));
    let order = |id: &str, who: Value| {
        event(id, "order.placed", &now, json!({"who": who, "amount": {"value": 900, "currency": "CNY"}}))
    };
    let complaint = event("c", "complaint.received", &now, json!({"who": [member("M1")]}));
    let lone =
        [order("1", json!([member("M1")])), order("2", json!([member("M1")])), order("3", json!([member("M2")]))];
    assert_eq!(server.send(&[&lone[..], &[complaint]].concat()).body["accepted"], 4);
    assert_eq!(server.send(&[order("4", json!([member("M1"), member("M2")]))]).body["accepted"], 1);
    let customer = server.get("/v1/customers/M1");
    let decision = customer["tags"][0]["decision"].as_str().expect("a tag").to_owned();
    Known::from([
        ("customers", id(&customer)),
        ("decisions", decision),
        ("merges", id(&customer["merges"][0])),
        ("tasks", id(&customer["tasks"][0])),
        ("rules", id(&rule.body)),
        ("sources", id(&server.get("/v1/events/summary")["sources"][0])),
    ])
}

/// A record with a change, a bulk change and a view of someone's own.
fn records(server: &Server, han: &mut Browser) -> Known {
    let cookie = han.cookie.clone();
    let mut ask = |method: &str, path: &str, body: Value| {
        let answer = han.ask(server, method, path, &body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    };
    let record = id(&ask("POST", "/v1/objects/deal/records", json!({"values": {"name": "韩的"}}))["record"]);
    let path = format!("/v1/objects/deal/records/{record}");
    let attachment = attach(server, &As::Cookie(&cookie), &path, "合同.txt", b"x").body;
    let change = ask("PATCH", &format!("/v1/objects/deal/records/{record}"), json!({"values": {"amount": 5}}));
    let mut job = ask("POST", "/v1/objects/deal/bulk", json!({"list": {}, "act": "change", "values": {"amount": 6}}));
    let path = format!("/v1/jobs/{}", id(&job));
    while job["ended"] != true {
        job = ask("GET", &path, Value::Null);
    }
    let comment = ask("POST", &format!("/v1/objects/deal/records/{record}/comments"), json!({"text": "我的"}));
    let view = ask("POST", "/v1/objects/deal/views", json!({"name": "我的", "body": {}}));
    Known::from([
        ("objects", record),
        ("attachments", id(&attachment)),
        ("comments", id(&comment)),
        ("changes", change["change"].as_str().unwrap().to_owned()),
        ("batches", job["batch"].as_str().unwrap().to_owned()),
        ("jobs", id(&job)),
        ("views", id(&view)),
    ])
}

/// People, and what belongs to them and their workspace.
fn people(server: &Server, issuer: &Issuer, han: &mut Browser) -> Known {
    let made = |path: &str, body: Value| {
        let answer = server.post(path, &body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    };
    let role = id(&made("/v1/roles", json!({"name": "别的", "rights": []})));
    let provider = json!({"label": "x", "issuer": issuer.url, "client_id": CLIENT, "client_secret": SECRET});
    Known::from([
        ("invitations", id(&made("/v1/invitations", json!({"email": "a@b.cn", "role": role}))["invitation"])),
        ("api-keys", id(&made("/v1/api-keys", json!({"name": "x", "role": role}))["api_key"])),
        ("teams", id(&made("/v1/teams", json!({"name": "x"})))),
        ("providers", id(&made("/v1/providers", provider))),
        ("people", id(&han.get(server, "/v1/session").body["user"])),
        ("sessions", id(&han.get(server, "/v1/sessions").body["items"][0])),
        ("account", passkeys::give(han, server)),
        ("roles", role),
    ])
}

/// A path with what exists in its places. An object is one of which the reader sees their own, or, where none of its records is named, one
/// of which they see nothing.
fn filled(path: &str, known: &Known) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let noun = if parts.get(4) == Some(&"views") { "views" } else { parts.get(2).copied().unwrap_or_default() };
    let at = |noun: &str| known.get(noun).expect(path).clone();
    let mut filled =
        path.replace("{with}", &at("people")).replace("{field}", "amount").replace("{attachment}", &at("attachments"));
    filled = filled.replace("{object}", if path.contains("{id}") { "deal" } else { "contract" });
    if path.contains("{id}") {
        filled = filled.replace("{id}", &at(noun));
    }
    assert!(!filled.contains('{'), "{path}: something new is named");
    filled
}

/// Whether one may have it oneself only, whatever one's role.
fn is_personal(path: &str) -> bool {
    ["/v1/sessions/", "/v1/account/", "/v1/jobs/"].iter().any(|start| path.starts_with(start))
        || path.contains("/views/{id}")
}

#[test]
fn what_is_anothers_is_not_there_and_stays_as_it_is() {
    for database in databases() {
        let (server, issuer) = (Server::start(database), Issuer::start());
        let mut han = owner(&server);
        let mut known = customers(&server);
        known.extend(records(&server, &mut han));
        known.extend(people(&server, &issuer, &mut han));
        settled(&server);
        let own = json!({"read": "own", "write": "own"});
        let nothing = json!({"others": {"read": "none", "write": "none"}, "objects": {"deal": own}});
        let role =
            server.post("/v1/roles", &json!({"name": "本人", "rights": [], "records": nothing})).body["id"].clone();
        let (mut li, _) = member(&server, "li@example.com", &role);
        let (mut mei, _) = member(&server, "mei@example.com", &json!("rol_00000001"));
        let all = operations();
        let (mut by_li, mut by_mei) = (0, 0);
        for (path, item) in server.get("/openapi.json")["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap().iter().filter(|_| path.contains('{')) {
                let name = operation["operationId"].as_str().unwrap();
                let (_, need, body) = all.iter().find(|(each, ..)| *each == name).unwrap_or_else(|| panic!("{name}"));
                if *need == For::Sources {
                    continue; // a source names what it brings, nothing that is there
                }
                let query = match name {
                    "why_not" => format!("?rule={}", known["rules"]),
                    "why_seen" => format!("?person={}", known["people"]),
                    _ => String::new(),
                };
                let asked = filled(path, &known) + &query;
                let before = stored(&server);
                let refused = |who: &mut Browser, expected: u16| {
                    let answer = who.ask(&server, &method.to_uppercase(), &asked, body);
                    assert_eq!(answer.status, expected, "{method} {asked}: {}", answer.body);
                    let after = stored(&server);
                    let changed: Vec<_> = after.iter().filter(|(table, rows)| before[*table] != **rows).collect();
                    assert!(changed.is_empty(), "{name} changed {changed:?}");
                };
                // To see as someone wants a right, besides being a person.
                let lacks = matches!(need, For::Right(_) | For::Owners) || name == "see_as";
                let expected = if lacks { 403 } else { 404 };
                refused(&mut li, expected);
                by_li += 1;
                if is_personal(path) {
                    refused(&mut mei, 404);
                    by_mei += 1;
                }
            }
        }
        assert!(by_li > 45 && by_mei >= 5, "{by_li} {by_mei}");
        // It was all there: to whom it belongs, it still is.
        for path in ["/v1/objects/deal/records/{id}", "/v1/jobs/{id}", "/v1/customers/{id}", "/v1/decisions/{id}"] {
            assert_eq!(han.get(&server, &filled(path, &known)).status, 200, "{path}");
        }
    }
}
