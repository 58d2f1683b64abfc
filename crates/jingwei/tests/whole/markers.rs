//! What a customer said is found nowhere outside the raw zone, and there only as ciphertext; and what goes on without it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Server, databases, event, run};

const MARKER: &str = "ZebraQuiltOmen";

/// Every file below a folder that holds the marker, but for those below `but`.
fn holding(folder: &Path, but: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path == but {
            continue;
        }
        if path.is_dir() {
            found.extend(holding(&path, but));
        } else if fs::read(&path).is_ok_and(|bytes| has(&bytes, MARKER)) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Where one sees that a packed block is looked into: a channel is no original, and stands in the log as it came.
const SEEN: &str = "channel-of-the-log";

pub fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// The tables with a row that holds the text, as stored or packed. PostgreSQL has its files elsewhere.
pub fn tables_holding(server: &Server, text: &str) -> Vec<String> {
    let in_value = |value: &[u8]| {
        let frame = value.windows(4).position(|part| part == [0x28, 0xb5, 0x2f, 0xfd]);
        has(value, text) || frame.is_some_and(|at| has(&zstd::decode_all(&value[at..]).unwrap(), text))
    };
    let holds = |row: &store::Row| (0..20).any(|at| in_value(row.text(at).as_bytes()) || in_value(row.blob(at)));
    let tables = server.tables().into_iter();
    tables.filter(|(_, rows)| rows.iter().any(holds)).map(|(name, _)| name).collect()
}

fn planted() -> Vec<Value> {
    let who = json!([{"scheme": "member_no", "value": "M1"}, {"scheme": "phone", "value": "13800138000"}]);
    let time = "2026-06-03T10:15:00+08:00";
    vec![
        event("m1", "message.received", time, json!({"who": who, "channel": SEEN, "text": format!("您好 {MARKER}")})),
        event("m2", "call.ended", time, json!({"who": who, "seconds": 30, "transcript": format!("客户: {MARKER}")})),
        event(
            "m3",
            "order.placed",
            time,
            json!({"who": who, "amount": {"value": "9.50", "currency": "CNY"}, "remark": MARKER}),
        ),
        event("m4", "custom.kind", time, json!({"who": who, "anything": {"deep": [MARKER]}})),
    ]
}

fn attach(server: &Server) {
    let bytes = format!("file {MARKER}");
    let hash: String = Sha256::digest(bytes.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let running: Value = serde_json::from_slice(&fs::read(server.folder.join("run/local.json")).unwrap()).unwrap();
    let url = format!("{}/v1/originals/{hash}", running["url"].as_str().unwrap());
    let put = ureq::put(url).header("authorization", format!("Bearer {}", server.key)).send(bytes.as_bytes()).unwrap();
    assert_eq!(put.status(), 204);
    let data = json!({"who": [{"scheme": "member_no", "value": "M1"}], "attachments": [{"name": format!("{MARKER}.txt"), "media_type": "text/plain", "sha256": hash}]});
    let sent = server.send(&[event("m5", "ticket.opened", "2026-06-03T10:15:00+08:00", data)]);
    assert_eq!(sent.body["accepted"], 1, "{}", sent.body);
}

#[test]
fn originals_are_found_nowhere_outside_the_raw_zone_and_there_only_sealed() {
    for database in databases() {
        let is_sqlite = database.is_none();
        let mut server = Server::start(database);
        let sent = server.send(&planted());
        assert_eq!((sent.status, &sent.body["accepted"]), (200, &json!(4)), "{}", sent.body);
        attach(&server);
        let bad = event("m6", "order.placed", "2026-06-03T10:15:00+08:00", json!({"amount": MARKER}));
        assert_eq!(server.send(&[bad]).status, 422);
        assert_eq!(
            server.try_send("application/x-ndjson", format!("{{\"{MARKER}\": ").as_bytes()).unwrap().status,
            422
        );

        let customer = server.get("/v1/customers/13800138000");
        let id = customer["id"].as_str().unwrap();
        let page = server.get(&format!("/v1/customers/{id}/timeline"));
        assert_eq!(page["items"].as_array().unwrap().len(), 5);
        assert!(!page.to_string().contains(MARKER) && !server.get("/v1/events/summary").to_string().contains(MARKER));
        let message = page["items"].as_array().unwrap().iter().find(|item| item["kind"] == "message.received").unwrap();
        let opened =
            server.post(&format!("/v1/customers/{id}/originals"), &json!({"event": message["event"], "index": 0}));
        assert_eq!(opened.body["text"], format!("您好 {MARKER}"));
        assert_eq!(server.get(&format!("/v1/customers/{id}/access"))["items"].as_array().unwrap().len(), 1);

        let raw = server.folder.join("raw");
        let none: Vec<String> = Vec::new();
        for moment in ["running", "stopped"] {
            assert_eq!(holding(&server.folder, &raw), none, "outside the raw zone, {moment}");
            assert_eq!(holding(&raw, Path::new("")), none, "in the raw zone, {moment}");
            assert!(!server.log().contains(MARKER), "in the log, {moment}");
            assert_eq!(tables_holding(&server, MARKER), none, "in the database, {moment}");
            assert!(tables_holding(&server, SEEN).contains(&"log".to_owned()));
            server.stop();
        }
        assert!(!is_sqlite || server.folder.join("master/jingwei.db").exists());
    }
}

#[test]
fn columns_nobody_mapped_are_sealed() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, table, map) =
        (temporary.path().join("data"), temporary.path().join("t.csv"), temporary.path().join("map.json"));
    fs::write(&table, format!("no,when,sum,wish\nM1,2026-06-03,9.50,{MARKER}\nM2,bad {MARKER},1,x\n")).unwrap();
    let mapping = json!({
        "version": 1, "name": "t", "format": {"delimiter": ",", "header": true, "encoding": "utf-8"}, "source": "import/t",
        "kind": "order.placed", "id": "line", "time": {"column": "when", "format": "%Y-%m-%d", "zone": "Asia/Shanghai"},
        "who": [{"scheme": "member_no", "column": "no"}],
        "fields": {"amount": {"column": "sum", "type": "money", "currency": "CNY"}}, "unmapped": "original",
    });
    fs::write(&map, mapping.to_string()).unwrap();
    let told =
        run(&["import", table.to_str().unwrap(), "--data", data.to_str().unwrap(), "--map", map.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), "1 accepted, 0 seen before, 1 refused");
    assert!(!String::from_utf8_lossy(&told.stderr).contains(MARKER), "the report quotes no value");
    assert_eq!(holding(&data, Path::new("")), Vec::<String>::new());
    let strict = run(&[
        "import",
        table.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--map",
        map.to_str().unwrap(),
        "--strict",
    ]);
    assert!(!strict.status.success());
}

#[test]
fn with_the_vault_down_only_originals_wait() {
    let server = Server::start(None);
    fs::rename(server.folder.join("keys/vault.key"), server.folder.join("keys/away")).unwrap();
    assert!(server.kill("vault"));
    let who = json!([{"scheme": "member_no", "value": "M1"}]);
    let order = |id: &str| event(id, "order.placed", "2026-06-03T10:15:00+08:00", json!({"who": who}));
    let message = event("w1", "message.received", "2026-06-03T10:15:00+08:00", json!({"who": who, "text": "在吗"}));
    let alone = server.send(std::slice::from_ref(&message));
    assert_eq!((alone.status, alone.retry_after), (503, true), "{}", alone.body);
    let mixed = server.send(&[order("o1"), message.clone(), order("o2")]);
    assert_eq!((mixed.status, &mixed.body["accepted"]), (200, &json!(2)), "{}", mixed.body);
    assert_eq!(mixed.body["rejected"][0]["line"], 2);
    assert_eq!(mixed.body["rejected"][0]["code"], "vault_unavailable");
    assert_eq!(server.get("/v1/customers/M1")["events"], 2);
    let await_vault = |state: &str, most_s: u64| {
        let start = std::time::Instant::now();
        while server.get("/healthz")["vault"] != state {
            assert!(start.elapsed().as_secs() < most_s, "the vault is {state}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    await_vault("down", 2);
    fs::rename(server.folder.join("keys/away"), server.folder.join("keys/vault.key")).unwrap();
    await_vault("up", 30);
    assert_eq!(server.send(&[message]).body["accepted"], 1);
}
