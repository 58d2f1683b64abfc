//! The main job on a real server, on both databases: events in, identity, a rule from a sentence, why, merge and un-merge, late
//! events, Segment's API.

use base::{Clock as _, DAY_MS, SystemClock};
use serde_json::{Value, json};

use crate::support::{Server, databases, event, run};

const FLAGSHIP: &str = "当客户30天内复购两次且客单价>500元,自动升级为钻石会员";

/// The instant so many days ago.
fn ago(days: i64) -> String {
    SystemClock.now().plus_ms(-days * DAY_MS).to_string()
}

fn order(id: &str, who: Value, days: i64, amount: u32) -> Value {
    event(id, "order.placed", &ago(days), json!({"who": who, "amount": {"value": amount, "currency": "CNY"}}))
}

fn member(number: &str) -> Value {
    json!({"scheme": "member_no", "value": number})
}

fn phone(number: &str) -> Value {
    json!({"scheme": "phone", "value": number})
}

fn tags(server: &Server, name: &str) -> Vec<String> {
    let customer = server.get(&format!("/v1/customers/{name}"));
    customer["tags"].as_array().unwrap().iter().map(|tag| tag["tag"].as_str().unwrap().to_owned()).collect()
}

fn add_rule(server: &Server, sentence: &str, answers: Value) -> Value {
    let made = server.post("/v1/rules", &json!({"sentence": sentence, "answers": answers}));
    assert_eq!(made.status, 200, "{}", made.body);
    made.body
}

fn clean(server: &mut Server) {
    server.stop();
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
}

#[test]
fn a_sentence_becomes_a_rule_that_fires_and_says_why() {
    for database in databases() {
        let mut server = Server::start(database);
        let read = server.post("/v1/rules/read", &json!({"sentence": FLAGSHIP, "answers": {}})).body;
        assert_eq!(
            (&read["status"], &read["questions"][0]["id"]),
            (&json!("ask"), &json!("first_purchase")),
            "{read:#}"
        );
        let refused = server.post("/v1/rules", &json!({"sentence": FLAGSHIP}));
        assert_eq!(refused.status, 422, "a question is open");
        let rule = add_rule(&server, FLAGSHIP, json!({"first_purchase": "yes"}));
        let sent =
            server.send(&[order("a1", json!([member("M1")]), 9, 800), order("a2", json!([member("M2")]), 9, 100)]);
        assert_eq!(sent.body["accepted"], 2, "{}", sent.body);
        assert_eq!(tags(&server, "M1"), Vec::<String>::new());
        server.send(&[order("a3", json!([member("M1")]), 2, 700), order("a4", json!([member("M2")]), 2, 120)]);
        assert_eq!(tags(&server, "M1"), ["钻石会员"]);
        assert_eq!(tags(&server, "M2"), Vec::<String>::new());

        let customer = server.get("/v1/customers/M1");
        let why = server.get(&format!("/v1/decisions/{}", customer["tags"][0]["decision"].as_str().unwrap()));
        assert_eq!(why["evidence"].as_array().unwrap().len(), 2);
        assert!(why["values"].as_array().unwrap().iter().all(|value| value["truth"] == "true"), "{why:#}");
        assert!(
            why["why"]["zh"].as_str().unwrap().contains("钻石会员")
                && why["why"]["en"].as_str().unwrap().contains("750")
        );
        let other = server.get("/v1/customers/M2")["id"].as_str().unwrap().to_owned();
        let not = server.get(&format!("/v1/customers/{other}/why-not?rule={}", rule["id"].as_str().unwrap()));
        assert_eq!((&not["holds"], &not["values"][1]["truth"]), (&json!(false), &json!("false")), "{not:#}");

        server.stop();
        server.launch();
        assert_eq!(tags(&server, "M1"), ["钻石会员"], "after a restart");
        clean(&mut server);
    }
}

#[test]
fn a_late_event_that_makes_a_decision_false_is_answered_by_a_correcting_one() {
    for database in databases() {
        let mut server = Server::start(database);
        add_rule(&server, "只要客户最近30天内下单次数至少2次且平均金额大于500元,就标记为贵客", json!({}));
        server.send(&[order("l1", json!([member("M1")]), 5, 800), order("l2", json!([member("M1")]), 3, 800)]);
        assert_eq!(tags(&server, "M1"), ["贵客"]);
        server.send(&[order("l0", json!([member("M1")]), 8, 10), order("l0", json!([member("M1")]), 8, 10)]);
        server.send(&[order("l00", json!([member("M1")]), 9, 10), order("l000", json!([member("M1")]), 9, 10)]);
        assert_eq!(tags(&server, "M1"), Vec::<String>::new());
        let id = server.get("/v1/customers/M1")["id"].as_str().unwrap().to_owned();
        let decisions = server.get(&format!("/v1/customers/{id}/decisions"))["items"].clone();
        assert_eq!((&decisions[0]["outcome"], &decisions[0]["reason"]), (&json!("clear_tag"), &json!("late_event")));
        assert_eq!(decisions[1]["superseded"], true);
        clean(&mut server);
    }
}

#[test]
fn customers_are_joined_by_a_key_and_come_apart_again() {
    for database in databases() {
        let mut server = Server::start(database);
        add_rule(&server, "只要客户累计消费超过1000元,就标记为高消费", json!({}));
        server.send(&[order("j1", json!([member("M1")]), 5, 600), order("j2", json!([phone("13800138000")]), 4, 700)]);
        assert_eq!((tags(&server, "M1").len(), tags(&server, "13800138000").len()), (0, 0));
        let joining = event(
            "j3",
            "form.submitted",
            &ago(3),
            json!({"who": [member("M1"), phone("138 0013 8000")], "form": "join"}),
        );
        server.send(&[joining]);
        let joined = server.get("/v1/customers/13800138000");
        assert_eq!(joined["id"], server.get("/v1/customers/M1")["id"]);
        assert_eq!((joined["events"].as_u64(), tags(&server, "M1")), (Some(3), vec!["高消费".to_owned()]));
        let merge = joined["merges"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(server.post(&format!("/v1/merges/{merge}/undo"), &json!({})).status, 200);
        assert_ne!(server.get("/v1/customers/13800138000")["id"], server.get("/v1/customers/M1")["id"]);
        assert_eq!((tags(&server, "M1").len(), tags(&server, "13800138000").len()), (0, 0));
        assert_eq!(server.get("/v1/customers/13800138000")["events"], 1);
        assert_eq!(server.post(&format!("/v1/merges/{merge}/undo"), &json!({})).status, 404, "only once");
        clean(&mut server);
    }
}

#[test]
fn a_shared_key_is_demoted_and_reported() {
    let mut server = Server::start(None);
    let events: Vec<Value> = (0..8)
        .map(|n| order(&format!("h{n}"), json!([member(&format!("M{n}")), phone("13900139000")]), 2, 10))
        .collect();
    assert_eq!(server.send(&events).body["accepted"], 8);
    let hubs = server.get("/v1/events/summary")["hubs"].clone();
    assert_eq!((hubs.as_array().unwrap().len(), &hubs[0]["scheme"]), (1, &json!("phone")));
    assert_ne!(server.get("/v1/customers/M0")["id"], server.get("/v1/customers/M1")["id"]);
    clean(&mut server);
}

#[test]
fn the_api_refuses_what_it_should() {
    let server = Server::start(None);
    let wrong = |data: Value| server.send(&[event("x", "order.placed", &ago(1), data)]).body["rejected"][0].clone();
    let bad = wrong(json!({"amount": 12}));
    assert_eq!((&bad["line"], &bad["field"], &bad["code"]), (&json!(1), &json!("data.amount"), &json!("invalid")));
    assert_eq!(wrong(json!({"who": [phone("call me")]}))["field"], "data.who.value");
    let future = event("f", "order.placed", &ago(-2), json!({}));
    assert_eq!(server.send(&[future]).body["rejected"][0]["code"], "future");
    let foreign = json!({"specversion": "1.0", "id": "1", "source": "bank", "type": "order.placed", "data": {}});
    assert_eq!(server.send(&[foreign]).body["rejected"][0]["code"], "source");
    let running: Value = serde_json::from_slice(&std::fs::read(server.folder.join("run/local.json")).unwrap()).unwrap();
    let url = running["url"].as_str().unwrap();
    for path in ["/v1/customers", "/v1/rules", "/v1/events/summary", "/v1/live"] {
        let status = ureq::get(format!("{url}{path}"))
            .call()
            .map_or_else(|error| error.to_string(), |answer| answer.status().to_string());
        assert!(status.contains("401"), "{path} without a session: {status}");
    }
    let mut batch = serde_json::to_vec(&json!({"batch": [
        {"type": "identify", "messageId": "s1", "userId": "u1", "traits": {"email": "Li@Example.com", "name": "李雷", "secret": "x"}},
        {"type": "track", "messageId": "s2", "userId": "u1", "event": "Order Completed", "properties": {"total": 20, "currency": "CNY"}},
    ]})).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &batch).unwrap();
    batch = gzip.finish().unwrap();
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{}:", server.key));
    let mut sent = ureq::post(format!("{url}/v1/batch"))
        .header("authorization", format!("Basic {basic}"))
        .header("content-encoding", "gzip")
        .send(&batch[..])
        .unwrap();
    assert!(sent.body_mut().read_to_string().unwrap().contains("\"accepted\":2"));
    let found = server.get("/v1/customers/li@example.com");
    assert_eq!((&found["name"], found["events"].as_u64()), (&json!("李雷"), Some(2)));
}

#[test]
fn the_demo_company_is_cleared_without_a_trace() {
    let mut server = Server::start(None);
    server.stop();
    let made = run(&["demo", "--data", server.data(), "--customers", "120", "--no-serve"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    server.launch();
    let page = server.get("/v1/customers?limit=5");
    assert!(page["items"].as_array().unwrap().iter().any(|item| item["name"].is_string()), "{page:#}");
    assert_eq!(server.post("/v1/demo/clear", &json!({})).status, 200);
    std::thread::sleep(std::time::Duration::from_secs(1));
    server.wait();
    assert_eq!(server.get("/v1/customers")["items"], json!([]));
    assert_eq!(server.get("/v1/session")["company"]["demo"], false);
    assert_eq!(server.get("/v1/events/summary")["total"], 0);
}
