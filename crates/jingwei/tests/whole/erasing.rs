//! A person erased on a real server, on both databases: nothing that tells of them is left in a table, in a file or in the log, what is left holds
//! together, and who comes with the same phone is somebody new.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::attachments::{As, attach, file, id, local, objects, open};
use crate::disk::terms_on_disk;
use crate::markers::{has, tables_holding};
use crate::records::{add, path};
use crate::support::{Server, databases, event, run};

/// What tells of the person, in every form in which it was typed, kept or ordered by.
const TRACES: [&str; 10] = [
    "欧阳锋寒",
    "ouyangfenghan",
    "ou 欧yang 阳",
    "13912345678",
    "139-1234-5678",
    "ouyang@baituo.example",
    "OUYANG@baituo.example",
    "白驼山庄",
    "早年住在",
    "baituo",
];
/// What the search index makes of it.
const TERMS: [&str; 3] = ["h欧阳", "h驼山", "d139"];
/// What others are called, which stays.
const OTHERS: [&str; 2] = ["黄药师", "13812340000"];

fn who(phone: &str) -> Value {
    json!([{"scheme": "phone", "value": phone}])
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Where traces are left: in rows, and on SQLite in any byte of any file of the master zone.
fn left(server: &Server) -> Vec<String> {
    let mut found = Vec::new();
    for trace in TRACES {
        found.extend(tables_holding(server, trace).iter().map(|table| format!("{trace} in the table {table}")));
    }
    match terms_on_disk(&Path::new(server.data()).join("index/records")) {
        Some(terms) => {
            let traces = TRACES.iter().chain(&TERMS).filter(|trace| terms.contains(**trace));
            found.extend(traces.map(|trace| format!("{trace} in the search index")));
        }
        None => found.push("the search index is being written anew".to_owned()),
    }
    for file in files(&Path::new(server.data()).join("master")) {
        let Ok(bytes) = std::fs::read(&file) else { continue }; // a segment of the index that was merged away meanwhile
        for trace in TRACES.iter().filter(|trace| has(&bytes, trace)) {
            found.push(format!("{trace} in {}", file.display()));
        }
    }
    found
}

fn until_clean(server: &Server) {
    let start = Instant::now();
    loop {
        let found = left(server);
        if found.is_empty() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{found:#?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn change(server: &Server, object: &str, record: &Value, values: &Value) {
    let changed = server.patch(&path(object, record), &json!({"values": values}));
    assert_eq!(changed.status, 200, "{}", changed.body);
}

/// A person with a history in the log and records of many kinds, and another beside them.
fn story(server: &Server) -> (String, Value, Value, Value) {
    let named = |id: &str, phone: &str, name: &str| {
        event(id, "customer.identified", "2026-06-01T10:00:00+08:00", json!({"who": who(phone), "name": name}))
    };
    let order = json!({"who": who("13912345678"), "amount": {"value": "9", "currency": "CNY"}});
    let sent = server.send(&[
        named("a", "13912345678", "欧阳锋寒"),
        named("b", "13812340000", "黄药师"),
        event("c", "customer.identified", "2026-06-02T10:00:00+08:00", json!({"who": [{"scheme": "phone", "value": "13912345678"}, {"scheme": "email", "value": "ouyang@baituo.example"}]})),
        event("d", "order.placed", "2026-06-03T10:00:00+08:00", order),
    ]);
    assert_eq!(sent.status, 200, "{}", sent.body);
    let person = server.get("/v1/customers/13912345678")["id"].as_str().unwrap().to_owned();
    // Known by its phone only, and named otherwise before.
    let lead = add(server, "lead", &json!({"name": "白驼山庄的人", "phone": "139-1234-5678", "company": "华山集团"}));
    change(server, "lead", &lead, &json!({"name": "欧阳锋寒"}));
    // Linked, with a text that was made personal when it already had values.
    let field = json!({"label": {"zh": "生平", "en": "life"}, "name": "life", "type": "text"});
    assert_eq!(server.post("/v1/objects/deal/fields", &field).status, 200);
    let deal = add(
        server,
        "deal",
        &json!({"name": "蛇杖采购", "amount": "100", "customer": person, "note": "欧阳锋寒的备注", "life": "早年住在白驼山庄"}),
    );
    let personal = server.patch("/v1/objects/deal/fields/life", &json!({"personal": true}));
    assert_eq!(personal.status, 200, "{}", personal.body);
    change(server, "deal", &deal, &json!({"amount": "120", "note": "改过的备注,OUYANG@baituo.example"}));
    for text in ["欧阳锋寒让打 139-1234-5678", "他早年住在西域", "写了就删:欧阳锋寒"] {
        let said = server.post(&format!("{}/comments", path("deal", &deal)), &json!({"text": text}));
        assert_eq!(said.status, 200, "{}", said.body);
        let comment = format!("/v1/comments/{}", said.body["id"].as_str().unwrap());
        if text.starts_with('他') {
            let more = json!({"text": "他早年住在白驼山庄,写信到 OUYANG@baituo.example"});
            assert_eq!(server.patch(&comment, &more).status, 200);
        } else if text.starts_with('写') {
            assert_eq!(server.delete(&comment).status, 200);
        }
    }
    // In the trash, and another's.
    let note = add(server, "note", &json!({"title": "欧阳锋寒来访", "customer": person, "body": "早年住在白驼山庄"}));
    assert_eq!(server.delete(&path("note", &note)).status, 200);
    let other = add(server, "lead", &json!({"name": "黄药师", "phone": "13812340000"}));
    change(server, "lead", &other, &json!({"name": "黄药师 "}));
    (person, lead, deal, other)
}

/// Files of records that tell of them, and of others; gives the paths of those, and of one that stays.
fn keep_files(server: &Server, person: &str, lead: &Value, deal: &Value, other: &Value) -> (Vec<String>, String) {
    let token = local(server);
    let put = |path: String, name: &str, bytes: &str| {
        format!("{path}/attachments/{}", id(&attach(server, &As::Key(&token), &path, name, bytes.as_bytes())))
    };
    let field = json!({"label": {"zh": "文件", "en": "papers"}, "name": "papers", "type": "files"});
    assert_eq!(server.post("/v1/objects/deal/fields", &field).status, 200);
    let filed = |path: String, name: &str, bytes: &str| {
        format!("{path}/attachments/{}", id(&file(server, &As::Key(&token), &path, "papers", name, bytes.as_bytes())))
    };
    // Kept with a record that was related to them then, and tells of nobody now.
    let moved = add(server, "deal", &json!({"name": "转给别人的", "customer": person}));
    let gone = vec![
        put(path("lead", lead), "欧阳锋寒体检.txt", "早年住在白驼山庄"),
        filed(path("deal", deal), "白驼山庄平面图.txt", "白驼山庄在西域"),
        put(path("deal", deal), "removed-欧阳锋寒.txt", "欧阳锋寒的旧文件"),
        filed(path("deal", &moved), "欧阳锋寒名片.txt", "欧阳锋寒 13912345678"),
    ];
    assert_eq!(server.delete(&gone[2]).status, 200);
    change(server, "deal", &moved, &json!({"customer": null}));
    (gone, put(path("lead", other), "桃花岛.txt", "黄药师的文件"))
}

#[test]
fn nothing_is_left_that_tells_of_them() {
    for database in databases() {
        let mut server = Server::start(database);
        let (person, lead, deal, other) = story(&server);
        let (gone, stays) = keep_files(&server, &person, &lead, &deal, &other);
        assert_eq!(objects(&server), 5);
        assert!(!left(&server).is_empty());
        let request = format!("/v1/customers/{person}/erasure");
        let told = server.get(&request);
        assert_eq!(
            (told["identities"].as_array().unwrap().len(), &told["records"], &told["values"], &told["files"]),
            (2, &json!(4), &json!(6), &json!(4))
        );
        assert_eq!(told["comments"], 2);
        let unknown = server.post(&request, &json!({"identities": ["idn_0zzzzzz1"]}));
        assert_eq!((unknown.status, &unknown.body["field"]), (422, &json!("identities")), "{}", unknown.body);

        let erased = server.post(&request, &json!({}));
        assert_eq!(
            (erased.status, &erased.body["records"], &erased.body["values"]),
            (200, &json!(4), &json!(6)),
            "{}",
            erased.body
        );
        until_clean(&server);
        let token = local(&server);
        assert_eq!(objects(&server), 1, "nothing of theirs is left in the raw zone");
        for file in &gone {
            assert_eq!(open(&server, &As::Key(&token), file).status, 404, "{file}");
            assert_eq!(server.post(&format!("{file}/restore"), &Value::Null).status, 404, "{file}");
        }
        assert_eq!(open(&server, &As::Key(&token), &stays).bytes, "黄药师的文件".as_bytes());
        let shown = server.get(&format!("/v1/customers/{person}"));
        assert_eq!(
            (&shown["name"], &shown["profile"], &shown["events"]),
            (&Value::Null, &json!([]), &json!(3)),
            "{shown}"
        );
        assert_eq!(server.try_get("/v1/customers/13912345678").unwrap().status, 404);

        // What tells of nobody stays, with its history.
        let kept = server.get(&path("deal", &deal))["record"].clone();
        assert_eq!(
            (&kept["title"], &kept["values"]["amount"], &kept["values"]["note"]),
            (&json!("蛇杖采购"), &json!("120"), &Value::Null)
        );
        let comments = format!("{}/timeline?sorts=comments", path("deal", &deal));
        let said = server.get(&comments)["items"].clone();
        let texts: Vec<&Value> = said.as_array().unwrap().iter().map(|one| &one["comment"]["text"]).collect();
        assert_eq!(texts, [&Value::Null, &Value::Null], "that something was said stays");
        let comment = format!("/v1/comments/{}", said[0]["comment"]["id"].as_str().unwrap());
        assert_eq!(server.patch(&comment, &json!({"text": "x"})).body["code"], "erased");
        let new = server.post(&format!("{}/comments", path("deal", &deal)), &json!({"text": "款已付清"}));
        assert_eq!(new.status, 200, "{}", new.body);
        let kept = server.get(&path("lead", &lead))["record"].clone();
        assert_eq!((&kept["title"], &kept["values"]["company"]), (&Value::Null, &json!("华山集团")));
        let history = server.get(&format!("{}/changes", path("lead", &lead)))["items"].clone();
        let acts: Vec<&str> = history.as_array().unwrap().iter().map(|one| one["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["erased", "destroyed", "attached", "changed", "added"]);
        assert_eq!((&history[0]["fields"], &history[2]["file"]["name"]), (&json!([]), &Value::Null));
        let fields: Vec<&Value> =
            history[4]["fields"].as_array().unwrap().iter().map(|field| &field["field"]).collect();
        assert_eq!(
            (fields.contains(&&json!("company")), fields.contains(&&json!("phone")), &history[4]["erased"]),
            (true, false, &json!(true))
        );
        for change in [&history[0], &history[2], &history[3]] {
            let undone =
                server.post(&format!("/v1/changes/{}/undo", change["id"].as_str().unwrap()), &json!({"force": true}));
            assert_eq!((undone.status, &undone.body["code"]), (409, &json!("erased")), "{}", undone.body);
        }

        // Others are as they were; who comes with the same phone is somebody new; and a record may tell of somebody again.
        OTHERS.iter().for_each(|name| assert!(!tables_holding(&server, name).is_empty(), "{name}"));
        let history = server.get(&format!("{}/changes", path("lead", &other)))["items"].clone();
        assert!(history.as_array().unwrap().iter().all(|one| one["erased"] == false), "{history}");
        let again = json!({"who": who("13912345678"), "name": "新人"});
        server.send(&[event("e", "customer.identified", "2026-06-09T10:00:00+08:00", again)]);
        let new = server.get("/v1/customers/13912345678");
        assert!(new["id"] != person.as_str() && new["events"] == 1, "{new}");
        change(&server, "lead", &lead, &json!({"name": "新人", "phone": "13912345678"}));
        let request = format!("/v1/customers/{}/erasure", new["id"].as_str().unwrap());
        assert_eq!(server.post(&request, &json!({})).body["values"], 2);
        until_clean(&server);

        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
        server.launch();
        server.wait();
        assert_eq!(server.get(&comments)["items"][0]["comment"]["text"], "款已付清");
        assert_eq!(server.try_get("/v1/customers/13912345678").unwrap().status, 404, "nor after a start");
        until_clean(&server);
    }
}

#[test]
fn what_a_record_told_of_them_before_goes_too_and_who_came_since_keeps_all() {
    for database in databases() {
        let server = Server::start(database);
        let named = |id: &str, name: &str| {
            let data = json!({"who": who("13912345678"), "name": name});
            event(id, "customer.identified", "2026-06-01T10:00:00+08:00", data)
        };
        server.send(&[named("a", "欧阳锋寒")]);
        let person = server.get("/v1/customers/13912345678")["id"].as_str().unwrap().to_owned();
        let deal = add(&server, "deal", &json!({"name": "蛇杖采购", "customer": person, "note": "欧阳锋寒的备注"}));
        change(&server, "deal", &deal, &json!({"note": null}));
        let request = format!("/v1/customers/{person}/erasure");
        let erased = server.post(&request, &json!({}));
        assert_eq!((&erased.body["records"], &erased.body["values"]), (&json!(1), &json!(0)), "{}", erased.body);
        let history = server.get(&format!("{}/changes", path("deal", &deal)))["items"].clone();
        assert!(!history.to_string().contains("欧阳锋寒") && history[1]["erased"] == true, "{history}");

        // Somebody new with the same phone says something; the one before is erased once more.
        let said = json!({"who": who("13912345678"), "channel": "wecom", "text": "在吗"});
        server.send(&[named("b", "新人"), event("c", "message.received", "2026-06-02T10:00:00+08:00", said)]);
        change(&server, "deal", &deal, &json!({"note": "又写了一条"}));
        let again = server.post(&request, &json!({}));
        assert_eq!((again.status, &again.body["values"]), (200, &json!(1)), "{}", again.body);
        let new = server.get("/v1/customers/13912345678");
        assert_eq!(new["name"], "新人");
        let id = new["id"].as_str().unwrap();
        let timeline = server.get(&format!("/v1/customers/{id}/timeline"))["items"].clone();
        let message = timeline.as_array().unwrap().iter().find(|one| one["kind"] == "message.received").unwrap();
        let opened =
            server.post(&format!("/v1/customers/{id}/originals"), &json!({"event": message["event"], "index": 0}));
        assert_eq!((opened.status, &opened.body["text"]), (200, &json!("在吗")), "{}", opened.body);
        assert_eq!(server.get(&format!("/v1/customers/{person}/access"))["items"], json!([]));
    }
}

#[test]
fn one_identity_is_erased_and_the_customer_stays() {
    for database in databases() {
        let mut server = Server::start(database);
        let both = json!({"who": [{"scheme": "phone", "value": "13912345678"}, {"scheme": "email", "value": "feng@example.com"}]});
        server.send(&[event("a", "customer.identified", "2026-06-01T10:00:00+08:00", both)]);
        let email = json!({"who": [{"scheme": "email", "value": "feng@example.com"}], "name": "林风"});
        server.send(&[event("b", "customer.identified", "2026-06-02T10:00:00+08:00", email)]);
        let customer = server.get("/v1/customers/feng@example.com");
        let id = customer["id"].as_str().unwrap();
        let lead = add(
            &server,
            "lead",
            &json!({"name": "林风", "phone": "+86 139 1234 5678", "email": "Feng@Example.com", "customer": id}),
        );
        let phone = customer["identifiers"].as_array().unwrap().iter().find(|one| one["scheme"] == "phone").unwrap();
        let erased = server.post(&format!("/v1/customers/{id}/erasure"), &json!({"identities": [phone["id"]]}));
        assert_eq!((erased.status, &erased.body["values"]), (200, &json!(1)), "{}", erased.body);
        let kept = server.get(&path("lead", &lead))["record"]["values"].clone();
        assert_eq!(
            (&kept["phone"], &kept["email"], &kept["name"]),
            (&Value::Null, &json!("Feng@Example.com"), &json!("林风"))
        );
        let start = Instant::now();
        while server.get("/v1/customers/feng@example.com")["name"] != "林风" {
            assert!(start.elapsed() < Duration::from_secs(5), "its name is what is left of its profile");
            std::thread::sleep(Duration::from_millis(20));
        }
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}
