//! The protocol on the socket: frames of a length, a kind and a payload; messages are postcard
//! behind a version byte.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::audit::{AuditHead, AuditRow};
use crate::error::{Limited, VaultError};
use crate::grant::Grant;
use crate::item::{IdentityAlias, OpenRef, Opened, OpenedMeta, PutOutcome, RawRef, SealItem, VaultStatus};
use crate::limits::FRAME_BYTES;

/// Version of the messages. Both sides are the same binary, so there is one.
const VERSION: u8 = 1;
/// Bytes read at a time, so that a false length cannot make the reader set memory aside.
const STEP: usize = 1 << 20;

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A request or response.
    Message = 1,
    /// A piece of a streamed body.
    Piece = 2,
    /// The end of a streamed body.
    End = 3,
}

impl Kind {
    fn from_code(code: u8) -> io::Result<Self> {
        match code {
            1 => Ok(Self::Message),
            2 => Ok(Self::Piece),
            3 => Ok(Self::End),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }
}

/// What the app asks. New requests go to the end.
#[derive(Serialize, Deserialize)]
pub(crate) enum Request<'a> {
    Seal(Cow<'a, [SealItem]>),
    PutObject { sha256: [u8; 32] },
    HasObject { sha256: [u8; 32] },
    Open { grant: Cow<'a, Grant>, refs: Cow<'a, [OpenRef]> },
    OpenStream { grant: Cow<'a, Grant>, item: OpenRef },
    Audit { identities: Cow<'a, [IdentityAlias]>, limit: u32 },
    VerifyAudit,
    BlocksAfter { block: u64 },
    Sweep { orphans: Cow<'a, [u64]> },
    DestroyIdentity { alias: IdentityAlias },
    SignExport { message: Cow<'a, [u8]> },
    ExportKey,
    Status,
    PutStream,
    DestroyBlocks { blocks: Cow<'a, [u64]> },
}

/// What the vault answers.
#[derive(Serialize, Deserialize)]
pub(crate) enum Response {
    Fault(VaultError),
    Sealed(Vec<RawRef>),
    /// Send the pieces.
    Ready,
    Put(PutOutcome),
    Has(bool),
    Opened(Vec<Opened>),
    /// The pieces follow; an error may take the place of the end.
    Opening(OpenedMeta),
    Audit(Vec<AuditRow>),
    AuditHead(AuditHead),
    Blocks(Vec<u64>),
    Count(u64),
    Signature(Vec<u8>),
    Key([u8; 32]),
    Status(Box<VaultStatus>),
    /// What was streamed is on disk under this hash.
    Stored {
        sha256: [u8; 32],
    },
}

/// Writes one frame.
pub(crate) fn write_frame(to: &mut impl Write, kind: Kind, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| ErrorKind::InvalidInput)?;
    let [a, b, c, d] = length.to_le_bytes();
    to.write_all(&[a, b, c, d, kind as u8])?;
    to.write_all(payload)
}

/// Reads the start of a frame: payload length and kind. None when the other side closed between
/// frames.
pub(crate) fn read_start(from: &mut impl Read) -> io::Result<Option<(usize, Kind)>> {
    let mut first = [0];
    loop {
        match from.read(&mut first) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut rest = [0; 4];
    from.read_exact(&mut rest)?;
    let ([a], [b, c, d, kind]) = (first, rest);
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > FRAME_BYTES { Err(ErrorKind::InvalidData.into()) } else { Ok(Some((length, Kind::from_code(kind)?))) }
}

/// Reads a frame's payload. It is wiped on drop, since it may hold originals.
pub(crate) fn read_payload(from: &mut impl Read, length: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut payload = Zeroizing::new(Vec::with_capacity(length.min(STEP)));
    from.take(length as u64).read_to_end(&mut payload)?;
    if payload.len() == length { Ok(payload) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Reads one frame.
pub(crate) fn read_frame(from: &mut impl Read) -> io::Result<Option<(Kind, Zeroizing<Vec<u8>>)>> {
    let Some((length, kind)) = read_start(from)? else { return Ok(None) };
    Ok(Some((kind, read_payload(from, length)?)))
}

/// A message's bytes.
pub(crate) fn encode(message: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let bytes = postcard::to_extend(message, vec![VERSION]).map_err(|_| VaultError::Protocol)?;
    if bytes.len() > FRAME_BYTES {
        return Err(VaultError::Limit { what: Limited::FrameBytes, max: FRAME_BYTES as u64 });
    }
    Ok(Zeroizing::new(bytes))
}

/// A message from its bytes. Anything else, also anything left over, is [`VaultError::Protocol`].
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, VaultError> {
    let Some((&VERSION, bytes)) = bytes.split_first() else { return Err(VaultError::Protocol) };
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        _ => Err(VaultError::Protocol),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::block::{Entry, parse_header};
    use crate::ring::Place;

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = decode::<Request<'static>>(&bytes);
            let _ = decode::<Request<'static>>(&[&[VERSION], &bytes[..]].concat());
            let _ = decode::<Response>(&[&[VERSION], &bytes[..]].concat());
            let _ = read_frame(&mut &bytes[..]);
            let _ = Entry::parse(&bytes);
            let _ = parse_header(&bytes, &Place { workspace: [0; 16], region: [0; 8] });
        }
    }

    #[test]
    fn a_false_length_sets_no_memory_aside() {
        let huge = [0xff, 0xff, 0xff, 0x03, 1, 0];
        assert_eq!(read_frame(&mut &huge[..]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        let above = [0xff, 0xff, 0xff, 0xff, 1, 0];
        assert_eq!(read_frame(&mut &above[..]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
