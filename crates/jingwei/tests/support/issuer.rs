//! An identity provider on loopback, which says what a test has it say.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base::{Clock, SystemClock};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "jingwei";
pub const SECRET: &str = "a secret of the provider";

/// What the provider says of whoever comes.
#[derive(Clone)]
pub struct Says {
    pub subject: String,
    pub email: Value,
    pub verified: Value,
    pub audience: String,
    pub issuer: Option<String>,
    pub nonce: Option<String>,
    pub expires_in_s: i64,
    pub key: u8,
    pub algorithm: &'static str,
    /// Whether the address is told only where it is asked for.
    pub apart: bool,
    /// Of whom it tells then, if of somebody else.
    pub told_of: Option<String>,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            subject: "sub-1".to_owned(),
            email: json!("Han@Example.com"),
            verified: json!(true),
            audience: CLIENT.to_owned(),
            issuer: None,
            nonce: None,
            expires_in_s: 300,
            key: 1,
            algorithm: "EdDSA",
            apart: false,
            told_of: None,
        }
    }
}

pub struct Issuer {
    pub url: String,
    says: Arc<Mutex<Says>>,
    /// Nonce and challenge, by code.
    codes: Arc<Mutex<HashMap<String, (String, String)>>>,
}

impl Issuer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says::default()));
        let codes = Arc::new(Mutex::new(HashMap::new()));
        let issuer = Self { url, says, codes };
        let (url, says, codes) = (issuer.url.clone(), Arc::clone(&issuer.says), Arc::clone(&issuer.codes));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &url, &says.lock().unwrap(), &codes);
            }
        });
        issuer
    }

    pub fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// What someone does who is sent here and signs in: the state and a code.
    pub fn visit(&self, url: &str) -> (String, String) {
        let query: HashMap<String, String> = url::Url::parse(url).unwrap().query_pairs().into_owned().collect();
        assert_eq!((query["client_id"].as_str(), query["response_type"].as_str()), (CLIENT, "code"));
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        let code = format!("code-{}", query["state"]);
        let nonce = (query["nonce"].clone(), query["code_challenge"].clone());
        self.codes.lock().unwrap().insert(code.clone(), nonce);
        (query["state"].clone(), code)
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn token(url: &str, says: &Says, nonce: &str) -> String {
    let now = SystemClock.now().ms() / 1000;
    let mut claims = json!({"iss": says.issuer.as_deref().unwrap_or(url), "sub": says.subject, "aud": says.audience,
        "exp": now + says.expires_in_s, "iat": now - 1, "nonce": says.nonce.as_deref().unwrap_or(nonce), "name": "李 雷"});
    if !says.apart {
        claims["email"] = says.email.clone();
        claims["email_verified"] = says.verified.clone();
    }
    let head = json!({"alg": says.algorithm, "typ": "JWT", "kid": "k"});
    let said = format!("{}.{}", text(head.to_string().as_bytes()), text(claims.to_string().as_bytes()));
    let signature =
        if says.algorithm == "none" { String::new() } else { text(&key(says.key).sign(said.as_bytes()).to_bytes()) };
    format!("{said}.{signature}")
}

fn answer(mut stream: TcpStream, url: &str, says: &Says, codes: &Mutex<HashMap<String, (String, String)>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length, mut authorization) = (String::new(), 0, String::new());
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap();
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "authorization" => authorization = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let at = |path: &str| format!("{url}{path}");
    let (status, said) = match first.split(' ').nth(1).unwrap_or_default() {
        "/.well-known/openid-configuration" => (
            200,
            json!({"issuer": url, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
                "jwks_uri": at("/keys"), "userinfo_endpoint": at("/me"), "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"]}),
        ),
        "/keys" => {
            let x = text(key(1).verifying_key().as_bytes());
            (200, json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "k", "x": x}]}))
        }
        "/token" => exchange(&body, &authorization, url, says, codes),
        "/me" => {
            let subject = says.told_of.as_ref().unwrap_or(&says.subject);
            (200, json!({"sub": subject, "email": says.email, "email_verified": says.verified}))
        }
        _ => (404, Value::Null),
    };
    let said = said.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        said.len()
    );
    stream.write_all(format!("{head}{said}").as_bytes()).ok();
}

/// Gives a token for a code, once, to who knows the secret and the verifier.
fn exchange(
    body: &[u8],
    authorization: &str,
    url: &str,
    says: &Says,
    codes: &Mutex<HashMap<String, (String, String)>>,
) -> (u16, Value) {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let known = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
    let found = codes.lock().unwrap().remove(form.get("code").map_or("", String::as_str));
    match found {
        Some((nonce, challenge))
            if authorization == format!("Basic {known}")
                && text(&Sha256::digest(form["code_verifier"].as_bytes())) == challenge =>
        {
            (200, json!({"access_token": "x", "token_type": "Bearer", "id_token": token(url, says, &nonce)}))
        }
        _ => (400, json!({"error": "invalid_grant"})),
    }
}
