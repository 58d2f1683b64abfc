//! A workspace declares kinds of its own: over HTTP, on the command line, beside a running server and without one.

use base::{Clock as _, DAY_MS, SystemClock};
use serde_json::{Value, json};

use crate::support::{Server, databases, event, run};

fn lesson(fields: Value) -> Value {
    json!({"name": "lesson.attended", "label": {"zh": "上课", "en": "lesson"}, "words_en": ["attend a lesson"], "fields": fields})
}

fn fee() -> Value {
    json!({"name": "fee", "label": {"zh": "学费", "en": "fee"}, "type": "money", "class": "plain"})
}

fn parent() -> Value {
    json!({"name": "parent", "label": {"zh": "家长", "en": "parent"}, "type": "text", "class": "personal"})
}

fn attended(id: &str, data: Value) -> Value {
    let time = SystemClock.now().plus_ms(-2 * DAY_MS).to_string();
    let mut data = data;
    data["who"] = json!([{"scheme": "member_no", "value": "M1"}]);
    event(id, "lesson.attended", &time, data)
}

#[test]
fn own_kinds_are_declared_once_and_understood_everywhere() {
    for database in databases() {
        let mut server = Server::start(database);
        let amount = |value: u32| json!({"value": value, "currency": "CNY"});
        assert_eq!(server.send(&[attended("k0", json!({"fee": amount(9)}))]).body["accepted"], 1, "not declared yet");

        let bad = json!([{"name": "visit.planned"}, lesson(json!([fee(), {"name": "parent", "type": "text", "class": "secret"}]))]);
        let refused = server.post("/v1/kinds", &bad);
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("[1].fields[1].class")), "{}", refused.body);
        assert!(refused.body["message"]["zh"].as_str().unwrap().contains("应为 plain、personal、original"));
        let standard = server.post("/v1/kinds", &json!({"name": "order.placed"}));
        assert_eq!((standard.status, &standard.body["field"]), (422, &json!("name")), "{}", standard.body);
        let names = |page: &Value| page["items"][0]["name"].as_str().unwrap().to_owned();
        assert_eq!(
            names(&server.get("/v1/kinds")),
            "lesson.attended",
            "known since its first event; nothing else came"
        );

        let made = server.post("/v1/kinds", &json!([lesson(json!([fee(), parent()]))]));
        assert_eq!((made.status, names(&made.body).as_str()), (200, "lesson.attended"), "{}", made.body);
        let wrong = server.send(&[attended("k1", json!({"fee": 100}))]).body["rejected"][0].clone();
        assert_eq!((&wrong["field"], &wrong["code"]), (&json!("data.fee"), &json!("invalid")), "{wrong}");
        let sentence = "只要客户30天内上课的学费合计超过100元,就标记为学员";
        let rule = server.post("/v1/rules", &json!({"sentence": sentence}));
        assert_eq!(rule.status, 200, "{}", rule.body);
        server.send(&[attended("k2", json!({"fee": amount(120), "parent": "李雷", "wish": "周末上课"}))]);
        let customer = server.get("/v1/customers/M1");
        assert_eq!(customer["tags"][0]["tag"], "学员", "{customer:#}");
        let path = format!("/v1/customers/{}/timeline", customer["id"].as_str().unwrap());
        let latest = server.get(&path)["items"][0].clone();
        assert_eq!(latest["originals"].as_array().unwrap().len(), 1, "the undeclared wish alone is sealed: {latest:#}");

        let other = json!({"name": "fee", "type": "number", "class": "plain"});
        let changed = server.post("/v1/kinds", &lesson(json!([parent(), other])));
        assert_eq!((changed.status, &changed.body["field"]), (422, &json!("fields[1].type")), "{}", changed.body);
        on_the_command_line(&mut server);
    }
}

/// Growing the kind beside a running server and without one, and taking a file strictly by it.
fn on_the_command_line(server: &mut Server) {
    let file = server.folder.join("run/kind.json");
    let declare = |server: &Server, fields: Value| {
        std::fs::write(&file, lesson(fields).to_string()).unwrap();
        run(&["kind", "declare", file.to_str().unwrap(), "--data", server.data(), "--lang", "zh"])
    };
    let told = declare(server, json!([fee()]));
    assert!(String::from_utf8_lossy(&told.stderr).contains("kind.json: fields: 字段只增不减"), "{told:?}");
    let level = json!({"name": "level", "label": "级别", "type": "number", "class": "plain"});
    let online = json!({"name": "online", "label": "线上", "type": "bool", "class": "plain"});
    assert!(declare(server, json!([fee(), parent(), level])).status.success(), "beside a running server");
    server.stop();
    let told = declare(server, json!([level, fee(), online, parent()]));
    assert!(told.status.success(), "without a server: {told:?}");
    let listed = run(&["kind", "list", "--data", server.data(), "--lang", "zh"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let wanted = "lesson.attended  上课\n  fee  学费  money plain\n  parent  家长  text personal\n  level  级别  number plain\n  online  线上  bool plain\n";
    assert!(listed.starts_with(wanted), "places stay: {listed}");

    let lines = server.folder.join("run/lessons.ndjson");
    let import = |level: Value| {
        let events = [attended("k3", json!({"level": 2})), attended("k4", json!({"level": level}))];
        std::fs::write(&lines, events.map(|event| event.to_string()).join("\n")).unwrap();
        run(&["import", lines.to_str().unwrap(), "--data", server.data(), "--strict"])
    };
    let refused = import(json!("high"));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("lessons.ndjson:2: data.level:"), "{refused:?}");
    assert!(String::from_utf8_lossy(&import(json!(3)).stdout).starts_with("2 accepted, 0 seen before"));
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
}
