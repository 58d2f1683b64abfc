//! Gzip, opened in passing: files by their first bytes, HTTP bodies by their content encoding. What comes
//! out has a limit, since a kilobyte can hold a gigabyte.

use std::borrow::Cow;
use std::io::{self, Chain, Cursor, ErrorKind, Read};

use domain::Rejection;
use flate2::read::MultiGzDecoder;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file opened by [`open`]: plain bytes, at most as many as allowed.
#[derive(Debug)]
pub struct Inflated<R> {
    inner: Inner<R>,
    left: u64,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

#[derive(Debug)]
enum Inner<R> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
}

/// Opens a file that may be gzip or not; `limit_bytes` is for what comes out.
///
/// # Errors
/// What reading the first two bytes gives. Reading past the limit later is [`ErrorKind::FileTooLarge`].
///
/// ```
/// use std::io::Read;
/// let mut text = String::new();
/// connect::gzip::open(&b"plain"[..], 100).unwrap().read_to_string(&mut text).unwrap();
/// assert_eq!(text, "plain");
/// ```
pub fn open<R: Read>(mut file: R, limit_bytes: u64) -> io::Result<Inflated<R>> {
    let mut head = Vec::with_capacity(MAGIC.len());
    file.by_ref().take(2).read_to_end(&mut head)?;
    let is_gzip = head == MAGIC;
    let whole = Cursor::new(head).chain(file);
    let inner = if is_gzip { Inner::Gzip(Box::new(MultiGzDecoder::new(whole))) } else { Inner::Plain(whole) };
    Ok(Inflated { inner, left: limit_bytes })
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte over the limit tells a file that ends there from one that goes on.
        let room = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX).min(buffer.len());
        let part = buffer.get_mut(..room).unwrap_or_default();
        let read = match &mut self.inner {
            Inner::Plain(whole) => whole.read(part)?,
            Inner::Gzip(decoder) => decoder.read(part)?,
        };
        let taken = u64::try_from(read).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(taken).ok_or(ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// An HTTP body without its content encoding: none, `identity` or `gzip`.
///
/// # Errors
/// Another encoding, bytes that are not gzip, or more than `limit_bytes` coming out.
pub fn body<'a>(bytes: &'a [u8], encoding: Option<&str>, limit_bytes: usize) -> Result<Cow<'a, [u8]>, Rejection> {
    let encoding = encoding.unwrap_or_default().trim();
    if encoding.is_empty() || encoding.eq_ignore_ascii_case("identity") {
        return if bytes.len() > limit_bytes { Err(too_large(limit_bytes)) } else { Ok(Cow::Borrowed(bytes)) };
    }
    if !encoding.eq_ignore_ascii_case("gzip") && !encoding.eq_ignore_ascii_case("x-gzip") {
        return Err(Rejection::invalid("content-encoding", "只支持 gzip", "only gzip is taken"));
    }
    let mut plain = Vec::new();
    let over_limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(bytes).take(over_limit).read_to_end(&mut plain);
    read.map_err(|_| Rejection::invalid("body", "不是有效的 gzip 数据", "not valid gzip"))?;
    if plain.len() > limit_bytes { Err(too_large(limit_bytes)) } else { Ok(Cow::Owned(plain)) }
}

fn too_large(limit_bytes: usize) -> Rejection {
    Rejection::too_large("body", limit_bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], limit: u64) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        open(bytes, limit)?.read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn files_are_opened_by_their_first_bytes() {
        for plain in [&b"customer_id"[..], b"", b"\x1f", b"x"] {
            assert_eq!(read(plain, 100).unwrap(), plain);
            assert_eq!(read(&packed(plain), 100).unwrap(), plain);
        }
        let two_members = [packed(b"ab"), packed(b"cd")].concat();
        assert_eq!(read(&two_members, 4).unwrap(), b"abcd");
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let bomb = packed(&vec![0; 10 << 20]);
        assert_eq!(read(&bomb, 1 << 20).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(&bomb, 10 << 20).unwrap().len(), 10 << 20);
        assert_eq!(read(b"abc", 2).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(body(&bomb, Some("gzip"), 1 << 20).unwrap_err().field, "body");
        assert_eq!(body(b"abc", None, 2).unwrap_err().field, "body");
    }

    #[test]
    fn bodies_are_opened_by_their_encoding() {
        assert_eq!(body(&packed(b"{}"), Some("GZIP"), 100).unwrap(), Cow::<[u8]>::Owned(b"{}".to_vec()));
        assert!(matches!(body(b"{}", Some("identity"), 100), Ok(Cow::Borrowed(b"{}"))));
        assert_eq!(body(b"{}", Some("br"), 100).unwrap_err().field, "content-encoding");
        assert_eq!(body(b"{}", Some("gzip"), 100).unwrap_err().field, "body");
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (body(&bytes, Some("gzip"), 1000), read(&bytes, 1000));
            bytes.splice(0..0, [0x1f, 0x8b, 8]);
            let _ = (body(&bytes, Some("gzip"), 1000), read(&bytes, 1000));
        }
    }
}
