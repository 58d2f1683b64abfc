//! What is kept from others: sign-in from those who guess, exports from pages of others, live updates from who signed out, files
//! from other users of the machine.

use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use ureq::http::Response;

use crate::support::{Server, databases, event, run};

const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery";

type Answer = Response<ureq::Body>;

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn post(server: &Server, path: &str, origin: &str, body: Value) -> Answer {
    let url = format!("{}{path}", server.url());
    agent().post(url).header("origin", origin).send_json(body).unwrap()
}

fn get(server: &Server, path: &str, cookie: &str, site: &str) -> Answer {
    let url = format!("{}{path}", server.url());
    agent().get(url).header("cookie", cookie).header("sec-fetch-site", site).call().unwrap()
}

fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    post(server, "/v1/session", "http://localhost", json!({"email": email, "password": password}))
}

fn set_up(server: &Server) -> Answer {
    let token = std::fs::read_to_string(server.folder.join("run/setup-token")).unwrap();
    let owner = json!({"token": token, "name": "李雷", "email": EMAIL, "password": PASSWORD, "company": "云禾"});
    post(server, "/v1/setup", "https://crm.example.com", owner)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers().get(name).unwrap().to_str().unwrap()
}

fn cookie(answer: &Answer) -> String {
    header(answer, "set-cookie").split(';').next().unwrap().to_owned()
}

#[test]
fn sign_in_is_bounded() {
    for database in databases() {
        let server = Server::start(database);
        assert!(header(&set_up(&server), "set-cookie").ends_with("; Secure"), "it came over HTTPS");
        let answer = sign_in(&server, EMAIL, PASSWORD);
        assert!(answer.status() == 200 && !header(&answer, "set-cookie").contains("Secure"));
        assert_eq!(header(&answer, "cache-control"), "no-store");
        for (email, password, status) in [
            ("a".repeat(255), String::new(), 422),
            (EMAIL.to_owned(), "a".repeat(1_025), 422),
            ("a\0b@example.com".to_owned(), String::new(), 422),
            (EMAIL.to_owned(), "a".repeat(16 << 10), 413),
        ] {
            assert_eq!(sign_in(&server, &email, &password).status(), status);
        }
        let tries = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..12).map(|_| scope.spawn(|| sign_in(&server, EMAIL, "wrong").status())).collect();
            tries.into_iter().map(|one| one.join().unwrap().as_u16()).collect::<Vec<_>>()
        });
        let count = |status: u16| tries.iter().filter(|one| **one == status).count();
        assert_eq!((count(401), count(429)), (5, 7), "{tries:?}");
    }
}

#[test]
fn a_link_of_another_site_exports_nothing() {
    let server = Server::start(None);
    let cookie = cookie(&set_up(&server));
    let who = json!([{"scheme": "member_no", "value": "M1"}]);
    server.send(&[event("e1", "order.placed", "2026-06-01T10:00:00+08:00", json!({"who": who}))]);
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        assert_eq!(get(&server, "/v1/customers/M1/export", &cookie, site).status(), status, "{site}");
    }
}

/// Watches commits; the thread ends when the stream does, and tells whether that was in good order.
fn watch(server: &Server, cookie: &str) -> JoinHandle<bool> {
    let answer = get(server, "/v1/live", cookie, "same-origin");
    assert_eq!(answer.status(), 200);
    std::thread::spawn(move || answer.into_body().into_reader().read_to_end(&mut Vec::new()).is_ok())
}

#[test]
fn live_updates_end_with_the_session_and_with_the_server() {
    let mut server = Server::start(None);
    let (first, second) = (cookie(&set_up(&server)), cookie(&sign_in(&server, EMAIL, PASSWORD)));
    let (leaves, stays) = (watch(&server, &first), watch(&server, &second));
    agent().delete(format!("{}/v1/session", server.url())).header("cookie", &first).call().unwrap();
    assert!(leaves.join().unwrap());
    assert_eq!(get(&server, "/v1/live", &first, "same-origin").status(), 401);
    assert!(!stays.is_finished());
    server.stop();
    assert!(stays.join().unwrap(), "it was not cut");
}

fn assert_private(path: &Path) {
    let found = std::fs::symlink_metadata(path).unwrap();
    assert_eq!(found.mode() & 0o077, 0, "{}", path.display());
    if found.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|one| assert_private(&one.unwrap().path()));
    }
}

#[test]
fn what_is_written_is_its_owners_alone() {
    let server = Server::start(None);
    let who = json!([{"scheme": "member_no", "value": "M1"}]);
    server.send(&[event("e1", "order.placed", "2026-06-01T10:00:00+08:00", json!({"who": who}))]);
    let zip = server.folder.join("run/M1.zip");
    let told = run(&["customer", "export", "M1", "--data", server.data(), "--out", zip.to_str().unwrap()]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    for name in ["master", "raw", "keys", "run"] {
        assert_private(&server.folder.join(name));
    }
}
