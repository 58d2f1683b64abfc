//! The API as the command line uses it.

use std::io::Read;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::Failure;

/// How long each part of a call may take.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(600));

/// A server and the token for it.
pub(crate) struct Remote {
    url: String,
    token: String,
    agent: ureq::Agent,
}

/// An answer: its status and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Remote {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        // a limit on the whole call would resolve the name in a new thread each time
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_send_body(PATIENCE)
            .timeout_recv_response(PATIENCE)
            .timeout_recv_body(PATIENCE);
        Self { url: url.trim_end_matches('/').to_owned(), token: token.to_owned(), agent: config.build().into() }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub(crate) fn post(&self, path: &str, kind: &str, body: &[u8]) -> Result<Answer, Failure> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", self.bearer())
            .header("content-type", kind);
        let mut response = request.send(body)?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.body_mut().with_config().limit(64 << 20).read_to_vec()? })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer, Failure> {
        let mut response =
            self.agent.get(format!("{}{path}", self.url)).header("authorization", self.bearer()).call()?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.body_mut().with_config().limit(64 << 20).read_to_vec()? })
    }

    /// A body of any size, as it comes.
    pub(crate) fn stream(&self, path: &str) -> Result<Box<dyn Read>, Failure> {
        let response = self.agent.get(format!("{}{path}", self.url)).header("authorization", self.bearer()).call()?;
        let status = response.status().as_u16();
        if status != 200 {
            let body = response.into_body().with_config().limit(1 << 20).read_to_vec()?;
            return Err(Answer { status, body }.message().into());
        }
        Ok(Box::new(response.into_body().into_reader()))
    }
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if self.status == 200 { Ok(serde_json::from_slice(&self.body)?) } else { Err(self.message().into()) }
    }

    pub(crate) fn message(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = body.pointer("/message/zh").zip(body.pointer("/message/en"));
        match text.and_then(|(zh, en)| Some(format!("{} / {}", zh.as_str()?, en.as_str()?))) {
            Some(text) => text,
            None => format!("the server answered {}", self.status),
        }
    }
}

/// Escapes a text for use in a path.
pub(crate) fn escape(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
