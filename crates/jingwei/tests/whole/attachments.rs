//! Files kept with records, on both databases: in and out byte for byte, to whom they belong, with nothing left of what was cut off, and nothing of them
//! outside the raw zone.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::markers::{has, tables_holding};
use crate::people::{member, owner};
use crate::records::{add, path};
use crate::support::{Answer, Server, databases, read, run};

const MARKER: &str = "QuiltZebraOmen";
const NAME: &str = "采购合同 (终稿).txt";

/// As whom something is asked.
pub enum As<'a> {
    Key(&'a str),
    Cookie(&'a str),
}

fn request(who: &As<'_>, method: &str, url: &str) -> ureq::http::request::Builder {
    let request = ureq::http::Request::builder().method(method).uri(url).header("x-jingwei", "1");
    match who {
        As::Key(key) => request.header("authorization", format!("Bearer {key}")),
        As::Cookie(cookie) => request.header("cookie", *cookie),
    }
}

pub fn local(server: &Server) -> String {
    let running: Value = serde_json::from_slice(&std::fs::read(server.folder.join("run/local.json")).unwrap()).unwrap();
    running["token"].as_str().unwrap().to_owned()
}

fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Attaches a file to the record at a path.
pub fn attach(server: &Server, who: &As<'_>, path: &str, name: &str, bytes: &[u8]) -> Answer {
    send(server, who, &format!("{path}/attachments"), name, bytes)
}

/// As [`attach`], into one of the record's fields.
pub fn file(server: &Server, who: &As<'_>, path: &str, field: &str, name: &str, bytes: &[u8]) -> Answer {
    send(server, who, &format!("{path}/attachments?field={field}"), name, bytes)
}

fn send(server: &Server, who: &As<'_>, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let request = request(who, "POST", &format!("{}{path}", server.url()));
    let request = request.header("x-file-name", encoded(name)).body(bytes).unwrap();
    read(Server::agent().run(request).unwrap()).unwrap()
}

pub struct Opened {
    pub status: u16,
    headers: ureq::http::HeaderMap,
    pub bytes: Vec<u8>,
}

pub fn open(server: &Server, who: &As<'_>, path: &str) -> Opened {
    let request = request(who, "GET", &format!("{}{path}", server.url())).body(()).unwrap();
    let response = Server::agent().run(request).unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut bytes = Vec::new();
    response.into_body().into_reader().read_to_end(&mut bytes).unwrap();
    Opened { status, headers, bytes }
}

pub fn files(server: &Server, path: &str) -> Value {
    server.get(&format!("{path}/attachments"))
}

pub fn id(made: &Answer) -> String {
    assert_eq!(made.status, 200, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

/// How many uploads lie in the raw zone, finished or not.
pub fn objects(server: &Server) -> usize {
    std::fs::read_dir(server.folder.join("raw/objects")).unwrap().count()
}

fn key(server: &Server, name: &str, read: &str, write: &str) -> String {
    let records = json!({"others": {"read": read, "write": write}});
    let role = server.post("/v1/roles", &json!({"name": name, "rights": [], "records": records})).body["id"].clone();
    let made = server.post("/v1/api-keys", &json!({"name": name, "role": role}));
    made.body["secret"].as_str().unwrap().to_owned()
}

pub fn replays(server: &mut Server) {
    server.stop();
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    server.launch();
}

#[test]
fn a_file_is_attached_opened_removed_and_put_back() {
    for database in databases() {
        let mut server = Server::start(database);
        let token = local(&server);
        let deal = path("deal", &add(&server, "deal", &json!({"name": "年度框架"})));
        let bytes = format!("甲方 {MARKER} 乙方 ").repeat(40_000); // more than a chunk, and than a part
        let made = attach(&server, &As::Key(&token), &deal, NAME, bytes.as_bytes());
        let file = format!("{deal}/attachments/{}", id(&made));
        assert_eq!(
            (&made.body["name"], &made.body["media_type"], &made.body["bytes"]),
            (&json!(NAME), &json!("text/plain"), &json!(bytes.len()))
        );
        let page = b"<!DOCTYPE html><script>alert(1)</script>";
        let second = id(&attach(&server, &As::Key(&token), &deal, "../..\\图.png", page));
        let third = id(&attach(&server, &As::Key(&token), &deal, "空.txt", b""));
        let items = files(&server, &deal)["items"].clone();
        assert_eq!((&items[1]["name"], &items[1]["media_type"]), (&json!("图.png"), &json!("text/plain")), "{items}");

        let opened = open(&server, &As::Key(&token), &file);
        assert!(opened.status == 200 && opened.bytes == bytes.as_bytes());
        let header = |name: &str| opened.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").contains("sandbox"), "{}", header("content-security-policy"));
        assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''%E9%87%87"));
        assert_eq!((header("content-type"), header("cache-control")), ("text/plain".into(), "no-store".into()));
        assert_eq!(open(&server, &As::Key(&token), &format!("{deal}/attachments/{third}")).bytes, b"");
        let audit = server.get("/v1/audit")["items"].clone();
        assert_eq!(audit[0]["action"], "attachment.opened", "{audit}");
        assert!(!audit.to_string().contains("采购合同"), "the audit names ids, and no names");

        // Removed: it is opened no more, and put back from the change or by itself.
        let removed = server.delete(&file);
        assert_eq!(removed.status, 200, "{}", removed.body);
        assert_eq!(open(&server, &As::Key(&token), &file).status, 404);
        assert_eq!(server.delete(&file).body["change"], Value::Null, "once");
        let listed = files(&server, &deal);
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["removed"][0]["name"]), (2, &json!(NAME)));
        let undo = format!("/v1/changes/{}/undo", removed.body["change"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        assert_eq!(open(&server, &As::Key(&token), &file).bytes, bytes.as_bytes());
        assert_eq!(server.delete(&file).status, 200);
        assert_eq!(server.post(&format!("{file}/restore"), &Value::Null).status, 200);
        let history = server.get(&format!("{deal}/changes"))["items"].clone();
        let acts: Vec<&str> = history.as_array().unwrap().iter().map(|one| one["act"].as_str().unwrap()).collect();
        let expected =
            ["reattached", "detached", "reattached", "detached", "attached", "attached", "attached", "added"];
        assert_eq!((acts, &history[0]["file"]["name"]), (expected.to_vec(), &json!(NAME)));
        let attached = format!("/v1/changes/{}/undo", history[5]["id"].as_str().unwrap());
        assert_eq!(server.post(&attached, &json!({})).status, 200);
        assert_eq!(server.get(&deal)["record"]["version"], 9);

        // What was removed long ago is destroyed at the next start.
        replays(&mut server);
        server.stop();
        let mut db = store::Connection::open(&server.location()).unwrap();
        db.batch("UPDATE attachment SET removed_at = removed_at - 2678400000").unwrap();
        drop(db);
        let count = objects(&server);
        server.launch();
        let start = Instant::now();
        while !files(&server, &deal)["removed"].as_array().unwrap().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(10), "it is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
        let back = server.post(&format!("{deal}/attachments/{second}/restore"), &Value::Null);
        assert_eq!(back.status, 404, "{}", back.body);
        let history = server.get(&format!("{deal}/changes"))["items"].clone();
        assert_eq!((&history[0]["act"], &history[0]["file"]["name"]), (&json!("destroyed"), &json!("图.png")));
        let undone = server.post(&format!("/v1/changes/{}/undo", history[1]["id"].as_str().unwrap()), &json!({}));
        assert_eq!((undone.status, &undone.body["code"]), (409, &json!("erased")), "{}", undone.body);
        assert_eq!(objects(&server), count - 1);

        // Outside the raw zone there is nothing of it.
        assert_eq!(tables_holding(&server, MARKER), Vec::<String>::new());
        for file in crate::erasing::files(&server.folder) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            assert!(!has(&bytes, MARKER), "{}", file.display());
        }
        replays(&mut server);
    }
}

#[test]
fn who_sees_the_record_opens_and_who_writes_it_attaches() {
    for database in databases() {
        let server = Server::start(database);
        let mut han = owner(&server);
        let token = local(&server);
        let deal = path("deal", &add(&server, "deal", &json!({"name": "年度框架"})));
        let made = attach(&server, &As::Key(&token), &deal, NAME, b"bytes");
        let file = format!("{deal}/attachments/{}", id(&made));
        let (reader, nobody) = (key(&server, "看的", "all", "none"), key(&server, "没有的", "none", "none"));
        let refused = |who: &str, status: u16| {
            assert_eq!(attach(&server, &As::Key(who), &deal, "x", b"x").status, status);
            for (method, path) in [("DELETE", file.clone()), ("POST", format!("{file}/restore"))] {
                assert_eq!(server.ask(method, &path, who, None).status, status, "{method} {path}");
            }
        };
        refused(&nobody, 404);
        refused(&reader, 403);
        assert_eq!(open(&server, &As::Key(&nobody), &file).status, 404);
        assert_eq!(server.ask("GET", &format!("{deal}/attachments"), &nobody, None).status, 404);
        assert_eq!(open(&server, &As::Key(&reader), &file).bytes, b"bytes");
        assert_eq!(server.delete(&file).status, 200);
        let listed = server.ask("GET", &format!("{deal}/attachments"), &reader, None).body;
        assert_eq!(listed, json!({"items": [], "removed": []}));
        assert_eq!(server.post(&format!("{file}/restore"), &Value::Null).status, 200);

        // One record's file is not another's, and in the trash nothing changes.
        let other = path("deal", &add(&server, "deal", &json!({"name": "另一个"})));
        let elsewhere = file.replace(&deal, &other);
        assert_eq!(open(&server, &As::Key(&token), &elsewhere).status, 404);
        assert_eq!(server.delete(&elsewhere).status, 404);
        assert_eq!(server.delete(&other).status, 200);
        assert_eq!(attach(&server, &As::Key(&token), &other, "x", b"x").status, 404);

        // Who sees as somebody else sees the list, and opens nothing.
        let role = server.get("/v1/roles")["items"][0]["id"].clone();
        let (_, mei) = member(&server, "mei@example.com", &role);
        let seen = han.ask(&server, "POST", &format!("/v1/people/{mei}/see-as"), &json!({}));
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert_eq!(han.get(&server, &format!("{deal}/attachments")).body["items"][0]["name"], NAME);
        assert_eq!(open(&server, &As::Cookie(&han.cookie), &file).status, 403);

        for (name, field) in [("", "X-File-Name"), ("..", "X-File-Name"), (&"长".repeat(201), "X-File-Name")] {
            let made = attach(&server, &As::Key(&token), &deal, name, b"x");
            assert_eq!((made.status, &made.body["field"]), (422, &json!(field)), "{}", made.body);
        }
        for place in 1..100 {
            assert_eq!(attach(&server, &As::Key(&token), &deal, &format!("{place}.txt"), b"x").status, 200);
        }
        let more = attach(&server, &As::Key(&token), &deal, "101.txt", b"x");
        assert_eq!((more.status, &more.body["code"]), (422, &json!("too_many")), "{}", more.body);
    }
}

/// Sends the head of an upload of so many bytes, some of them, and what the server says when no more comes.
fn cut_off(server: &Server, path: &str, sent: usize) {
    let address = server.url().replace("http://", "");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path}/attachments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-file-name: x\r\ncontent-length: 9000000\r\n\r\n",
        local(server)
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b'a'; sent]).unwrap();
    let start = Instant::now();
    while objects(server) == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "the upload has not begun");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_too_large_or_cut_off_leaves_nothing() {
    for database in databases() {
        let mut server = Server::start(database);
        let token = local(&server);
        let deal = path("deal", &add(&server, "deal", &json!({"name": "年度框架"})));
        let until_empty = |server: &Server| {
            let start = Instant::now();
            while objects(server) > 0 {
                assert!(start.elapsed() < Duration::from_secs(10), "something is left");
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        cut_off(&server, &deal, 3_000_000);
        until_empty(&server);
        let bytes = vec![b'a'; (100 << 20) + 1];
        let before = server.memory();
        let told = attach(&server, &As::Key(&token), &deal, "大.txt", &bytes);
        assert_eq!((told.status, &told.body["code"]), (422, &json!("too_large")), "{}", told.body);
        let url = format!("{}{deal}/attachments", server.url());
        let request = request(&As::Key(&token), "POST", &url).header("x-file-name", "x");
        let chunked = request.body(ureq::SendBody::from_owned_reader(std::io::Cursor::new(bytes))).unwrap();
        let told = read(Server::agent().run(chunked).unwrap()).unwrap();
        assert_eq!((told.status, &told.body["code"]), (422, &json!("too_large")), "{}", told.body);
        until_empty(&server);
        assert!(server.memory() < before + 40, "{} MB before, {} after", before, server.memory());
        assert_eq!(files(&server, &deal), json!({"items": [], "removed": []}));
        assert_eq!(server.get(&deal)["record"]["version"], 1);

        // Killed in the middle, nothing is left after the next start.
        cut_off(&server, &deal, 3_000_000);
        assert!(server.kill("vault") && server.kill("app"));
        server.stop();
        server.launch();
        until_empty(&server);
        replays(&mut server);
    }
}

#[test]
fn with_the_vault_down_files_wait_and_all_else_goes_on() {
    let server = Server::start(None);
    let token = local(&server);
    let deal = path("deal", &add(&server, "deal", &json!({"name": "年度框架"})));
    let file = format!("{deal}/attachments/{}", id(&attach(&server, &As::Key(&token), &deal, NAME, b"bytes")));
    std::fs::rename(server.folder.join("keys/vault.key"), server.folder.join("keys/away")).unwrap();
    assert!(server.kill("vault"));
    let (sent, opened) = (attach(&server, &As::Key(&token), &deal, "x", b"x"), open(&server, &As::Key(&token), &file));
    assert_eq!((sent.status, sent.retry_after, opened.status), (503, true, 503), "{}", sent.body);
    assert_eq!(server.patch(&deal, &json!({"values": {"amount": 5}})).status, 200);
    assert_eq!(files(&server, &deal)["items"][0]["name"], NAME);
    assert_eq!(server.delete(&file).status, 200, "to remove and put back takes no raw zone");
    assert_eq!(server.post(&format!("{file}/restore"), &Value::Null).status, 200);
    std::fs::rename(server.folder.join("keys/away"), server.folder.join("keys/vault.key")).unwrap();
    let start = Instant::now();
    while open(&server, &As::Key(&token), &file).status != 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "the vault is back");
        std::thread::sleep(Duration::from_millis(50));
    }
}
