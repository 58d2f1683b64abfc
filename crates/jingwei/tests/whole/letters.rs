//! Letters over a real mail server on loopback: what it is given, and what is said when it takes nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::people::{Browser, owner};
use crate::support::{Server, databases};

const SITE: &str = "https://crm.example.com";

/// A mail server that keeps what it is given; it refuses addresses at `nowhere.example.com`, and passwords but `hush`.
struct Post {
    port: u16,
    letters: Arc<Mutex<Vec<(String, String)>>>,
}

impl Post {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&letters);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                talk(BufReader::new(stream.try_clone().unwrap()), stream, &kept);
            }
        });
        Self { port, letters }
    }

    /// The latest letter's receiver, subject and text.
    fn latest(&self) -> (String, String) {
        let (to, raw) = self.letters.lock().unwrap().last().unwrap().clone();
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let plain = if head.contains("base64") {
            let bytes = base64::engine::general_purpose::STANDARD.decode(body.replace(['\r', '\n'], "")).unwrap();
            String::from_utf8(bytes).unwrap()
        } else {
            unquoted(&body.replace("=\r\n", ""))
        };
        (to, plain)
    }
}

/// What a text in quoted-printable says.
fn unquoted(text: &str) -> String {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

fn talk(mut reader: impl BufRead, mut out: impl Write, letters: &Mutex<Vec<(String, String)>>) {
    out.write_all(b"220 post\r\n").unwrap();
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let upper = line.trim().to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-post\r\n250 AUTH PLAIN\r\n".to_owned()
        } else if let Some(given) = line.trim().strip_prefix("AUTH PLAIN ") {
            let known = base64::engine::general_purpose::STANDARD.encode("\0crm\0hush");
            if given == known { "235 welcome\r\n".to_owned() } else { "535 wrong password\r\n".to_owned() }
        } else if upper.starts_with("RCPT") {
            line.trim().clone_into(&mut to);
            if upper.contains("NOWHERE") {
                "550 nobody of that name here\r\n".to_owned()
            } else {
                "250 yes\r\n".to_owned()
            }
        } else if upper == "DATA" {
            out.write_all(b"354 go on\r\n").unwrap();
            let mut text = String::new();
            while !text.ends_with("\r\n.\r\n") {
                reader.read_line(&mut text).unwrap();
            }
            letters.lock().unwrap().push((to.clone(), text.trim_end_matches("\r\n.\r\n").to_owned()));
            "250 taken\r\n".to_owned()
        } else if upper == "QUIT" {
            out.write_all(b"221 bye\r\n").ok();
            return;
        } else {
            "250 ok\r\n".to_owned()
        };
        out.write_all(answer.as_bytes()).ok();
    }
}

fn settings(post: &Post, more: &Value) -> Value {
    let mut all = json!({"host": "127.0.0.1", "port": post.port, "privacy": "none", "user": "crm", "password": "hush",
        "from": "经纬 <crm@example.com>"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

#[test]
fn an_invitation_goes_by_letter_and_its_link_works() {
    for database in databases() {
        let (server, post) = (Server::start(database), Post::start());
        owner(&server);
        let invite = |email: &str, language: &str| {
            server.post("/v1/invitations", &json!({"email": email, "role": "rol_00000006", "language": language})).body
        };
        assert_eq!(invite("li@example.com", "zh")["letter"], Value::Null, "no server, no letter");
        assert_eq!(server.get("/v1/invitations")["letters"], false);
        assert_eq!(server.post("/v1/mail/test", &json!({"to": "han@example.com"})).body["code"], "mail_unset");

        for (member, value) in [
            ("privacy", json!("none")),
            ("from", json!("nobody")),
            ("from", json!("a@b.example\r\nBcc: evil@example.com")),
            ("port", json!(0)),
            ("host", json!("a b")),
        ] {
            let mut bad = settings(&post, &json!({}));
            if member == "privacy" {
                bad["host"] = json!("smtp.example.com");
            }
            bad[member] = value;
            assert_eq!(server.put("/v1/mail", &bad).body["field"], member, "{bad}");
        }
        let saved = server.put("/v1/mail", &settings(&post, &json!({})));
        assert_eq!((saved.status, &saved.body["mail"]["password"]), (200, &json!(true)), "{}", saved.body);
        let again = server.put("/v1/mail", &settings(&post, &json!({"password": "", "from": "crm@example.com"})));
        assert_eq!(again.body["mail"]["password"], true, "the password stays");
        assert_eq!(server.post("/v1/mail/test?language=en", &json!({"to": "han@example.com"})).status, 200);
        assert!(post.latest().1.contains("the mail settings work"));
        let moved = server.put("/v1/mail", &settings(&post, &json!({"password": "", "host": "localhost"})));
        assert_eq!(moved.body["mail"]["password"], false, "a password goes to no other server");
        server.put("/v1/mail", &settings(&post, &json!({})));
        let stored: String = server.tables().iter().map(|(_, rows)| format!("{rows:?}")).collect();
        assert!(!stored.contains("hush") && !server.get("/v1/audit?limit=200").to_string().contains("hush"));

        // The link leads to the address that was written down, whatever a request says.
        let unset = invite("li@example.com", "zh");
        assert_eq!(unset["letter"]["taken"], false, "no address to lead to");
        server.patch("/v1/sign-in-settings", &json!({"address": SITE}));
        for (language, word) in [("zh", "邀请您加入"), ("en", "invites you")] {
            let made = invite("li@example.com", language);
            assert_eq!(made["letter"], json!({"taken": true, "why": null}), "{made}");
            let (to, text) = post.latest();
            assert!(to.contains("li@example.com") && text.contains(word) && text.contains("云禾"), "{text}");
            let link = format!("{SITE}/join?token={}", made["token"].as_str().unwrap());
            assert!(text.contains(&link), "{text}");
        }
        let text = post.latest().1;
        let token = text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
        let joined = Browser::new().ask(
            &server,
            "POST",
            "/v1/join",
            &json!({"token": token, "name": "李雷", "password": "long enough to do"}),
        );
        assert_eq!(joined.status, 200, "{}", joined.body);

        // What does not go is said so, and the link is there all the same.
        let refused = invite("a@nowhere.example.com", "en");
        assert_eq!(refused["letter"]["taken"], false);
        assert!(refused["letter"]["why"]["en"].as_str().unwrap().contains("nobody of that name"), "{refused}");
        assert!(refused["token"].is_string());
        server.put("/v1/mail", &settings(&post, &json!({"password": "wrong"})));
        let test = server.post("/v1/mail/test", &json!({"to": "han@example.com"}));
        assert_eq!((test.status, test.body["code"].as_str()), (422, Some("mail_refused")), "{}", test.body);
        server.put("/v1/mail", &settings(&post, &json!({"port": 1})));
        let test = server.post("/v1/mail/test", &json!({"to": "han@example.com"}));
        assert_eq!((test.status, test.body["code"].as_str()), (503, Some("mail_away")), "{}", test.body);
        server.put("/v1/mail", &settings(&post, &json!({"privacy": "starttls"})));
        let test = server.post("/v1/mail/test", &json!({"to": "han@example.com"}));
        assert!(test.status >= 400, "without TLS nothing is sent: {}", test.body);
        assert_eq!(server.put("/v1/mail", &settings(&post, &json!({"host": ""}))).body["mail"], Value::Null);
        assert_eq!(invite("b@example.com", "zh")["letter"], Value::Null);
    }
}
