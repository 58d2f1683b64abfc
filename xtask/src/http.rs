//! A client that takes next to nothing of the cores that it measures on: one connection, kept, over which one asks after the other.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::Failure;

/// How long an answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked: the method, the path with its query, and what is sent with it.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The cookie that is to be sent from now on, as `name=value`.
    pub(crate) cookie: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What it holds, when it is a good one.
    pub(crate) fn json(&self) -> Result<Value, Failure> {
        if self.is_good() {
            return Ok(if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body)? });
        }
        let said: String = String::from_utf8_lossy(&self.body).chars().take(400).collect();
        Err(format!("answered with {}: {said}", self.status).into())
    }
}

/// A connection to a server, which stays open from one question to the next.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    /// The headers that each question carries, each ended with a line break.
    head: String,
}

impl Connection {
    pub(crate) fn open(server: SocketAddr, head: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream), head: format!("host: {server}\r\n{head}") })
    }

    /// Asks and waits for the whole answer.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        let Request { method, path, body } = request;
        let body = body.as_ref().map(Value::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        let (head, length) = (&self.head, body.len());
        let whole = format!("{method} {path} HTTP/1.1\r\n{head}{kind}content-length: {length}\r\n\r\n{body}");
        self.stream.get_mut().write_all(whole.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Answer, Failure> {
        let line = self.line()?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or("no HTTP answer came")?;
        let (mut length, mut cookie) = (0, None);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "transfer-encoding" => return Err("answers in chunks are not read here".into()),
                "set-cookie" => cookie = value.split(';').next().map(|first| first.trim().to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, cookie, body })
    }

    /// A line without its end; an empty one ends the head.
    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// A text as it stands in a query.
pub(crate) fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_query_has_no_signs_of_its_own() {
        assert_eq!(super::escaped("-since,id"), "-since,id");
        assert_eq!(super::escaped("{\"a\": 云}"), "%7B%22a%22%3A%20%E4%BA%91%7D");
    }
}
