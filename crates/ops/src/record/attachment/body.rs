//! A file on its way in: counted, held to its limit, and told by its first bytes.

use std::io::{Error, ErrorKind, Read, Result};

/// How many of the first bytes are looked at.
const HEAD: usize = 8 << 10;
/// What is told of a file that says nothing of itself.
const UNKNOWN: &str = "application/octet-stream";

/// A body that is read once.
pub(super) struct Body<'r> {
    inner: &'r mut dyn Read,
    head: Vec<u8>,
    bytes: u64,
    limit: u64,
}

impl<'r> Body<'r> {
    pub(super) fn new(inner: &'r mut dyn Read, limit: u64) -> Self {
        Self { inner, head: Vec::with_capacity(HEAD), bytes: 0, limit }
    }

    /// How many bytes have come.
    pub(super) const fn length(&self) -> u64 {
        self.bytes
    }

    /// Whether more came than may.
    pub(super) const fn is_too_large(&self) -> bool {
        self.bytes > self.limit
    }

    /// The media type, whatever the sender says.
    pub(super) fn media_type(&self) -> &'static str {
        media_type(&self.head)
    }
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let length = self.inner.read(into)?;
        self.bytes = self.bytes.saturating_add(length as u64);
        if self.is_too_large() {
            return Err(Error::new(ErrorKind::FileTooLarge, "the file is too large"));
        }
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend(into.iter().take(length.min(room)));
        Ok(length)
    }
}

/// What begins with these bytes. What a browser would run is plain text.
fn media_type(head: &[u8]) -> &'static str {
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some(known) if known.starts_with("text/") => "text/plain",
        Some(known) => known,
        None if is_text(head) => "text/plain",
        None => UNKNOWN,
    }
}

/// Whether it reads as text of some encoding: something is there, and no character that only steers machines.
fn is_text(head: &[u8]) -> bool {
    let steers = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    !head.is_empty() && !head.iter().any(steers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is_whatever_it_is_called() {
        for (head, expected) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
            (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain"),
            (b"<?xml version=\"1.0\"?><svg onload=\"x\"/>", "text/plain"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x\"/>", "text/plain"),
            ("合同,金额\n一,二".as_bytes(), "text/plain"),
            (b"\xba\xcf\xcd\xac,1\r\n", "text/plain"), // GBK
            (b"\x00\x01\x02", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(media_type(head), expected, "{head:?}");
        }
    }

    #[test]
    fn what_is_too_large_ends_at_its_limit() {
        let mut bytes = &[b'a'; 11][..];
        let mut body = Body::new(&mut bytes, 10);
        assert!(std::io::copy(&mut body, &mut std::io::sink()).is_err() && body.is_too_large());
        let mut bytes = &[b'a'; 10][..];
        let mut body = Body::new(&mut bytes, 10);
        assert_eq!((std::io::copy(&mut body, &mut std::io::sink()).unwrap(), body.length()), (10, 10));
    }
}
