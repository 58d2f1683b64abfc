//! A request that cannot be read is answered like every other error: a status, a code, a sentence in both languages.

use serde_json::{Value, json};

use crate::support::Server;

#[test]
fn what_cannot_be_read_is_told_in_both_languages() {
    let server = Server::start(None);
    let cases = [
        ("/v1/session", "application/json", "{".to_owned(), 400, "unreadable", "line 1 column 1"),
        ("/v1/session", "application/json", json!({"email": 5}).to_string(), 422, "unreadable", "email: invalid type"),
        ("/v1/session", "application/json", json!({"email": "x".repeat(20_000)}).to_string(), 413, "too_large", "MiB"),
        ("/v1/session", "text/plain", "{}".to_owned(), 415, "content_type", "application/json"),
        ("/v1/events?strict=perhaps", "application/x-ndjson", "{}".to_owned(), 400, "unreadable", "strict"),
    ];
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for (path, kind, body, status, code, said) in cases {
        let request = agent.post(format!("{}{path}", server.url())).header("content-type", kind);
        let request = request.header("authorization", format!("Bearer {}", server.key));
        let mut answer = request.send(&body).unwrap();
        let told: Value = answer.body_mut().read_json().unwrap();
        assert_eq!((answer.status().as_u16(), told["code"].as_str()), (status, Some(code)), "{path}: {told}");
        for lang in ["zh", "en"] {
            assert!(told["message"][lang].as_str().unwrap().contains(said), "{path}: {told}");
        }
        assert_ne!(told["message"]["zh"], told["message"]["en"]);
    }
}
