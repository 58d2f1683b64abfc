//! The app's side of the socket.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::audit::{AuditHead, AuditRow};
use crate::error::VaultError;
use crate::grant::Grant;
use crate::item::{IdentityAlias, OpenRef, Opened, OpenedMeta, PutOutcome, RawRef, SealItem, VaultStatus};
use crate::limits;
use crate::wire::{self, Kind, Request, Response};

/// Connections kept when nobody uses them.
const IDLE: usize = 8;
/// Connections used at a time, a part of what the vault takes: so another client still gets one when this one is busy.
const IN_USE: usize = limits::CONNECTIONS / 4;
/// Seconds to wait for one that others use.
const BUSY_S: u64 = 10;
/// Seconds to wait for an answer: longer than the vault waits for its disk.
const ANSWER_S: u64 = 60;

/// The way to the vault. Connects when first used and again when the vault was restarted; may be
/// used from many threads.
///
/// Every call fails with [`VaultError::Unavailable`] while the vault is down; every call may be
/// repeated.
#[derive(Debug)]
pub struct Client {
    socket_path: PathBuf,
    idle: Mutex<Vec<UnixStream>>,
    used: Mutex<usize>,
    freed: Condvar,
}

/// A connection in use.
struct Line<'c> {
    stream: UnixStream,
    _turn: Turn<'c>,
}

/// The right to use one of the connections, until it is dropped.
struct Turn<'c>(&'c Client);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.used) -= 1;
        self.0.freed.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// A client of the vault on this socket. Does not connect yet.
    #[must_use]
    pub const fn new(socket_path: PathBuf) -> Self {
        Self { socket_path, idle: Mutex::new(Vec::new()), used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Another client of the same vault, with connections of its own: what uses all of one does not stop the other.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.socket_path.clone())
    }

    /// Seals originals. On return they are on disk; the references are in the order of the items.
    ///
    /// At most [`limits::SEAL_ITEMS`] items of [`limits::RECORD_BYTES`] each; larger ones go
    /// through [`Client::put_object`]. Sealing the same again gives new references; the old become orphans
    /// for [`Client::sweep`].
    ///
    /// # Errors
    /// [`VaultError::Limit`] and [`VaultError::ObjectMissing`] seal nothing of the batch; otherwise
    /// [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn seal(&self, items: &[SealItem]) -> Result<Vec<RawRef>, VaultError> {
        match self.call(&Request::Seal(Cow::Borrowed(items)))? {
            Response::Sealed(refs) if refs.len() == items.len() => Ok(refs),
            other => unexpected(other),
        }
    }

    /// Uploads an attachment, streamed. On return it is on disk and waits a day to be bound by [`Client::seal`].
    ///
    /// # Errors
    /// [`VaultError::HashMismatch`] when the bytes are not those of the hash, [`VaultError::Limit`]
    /// above [`limits::OBJECT_BYTES`], [`VaultError::Stream`] when `read` fails; nothing is kept then.
    pub fn put_object(&self, sha256: [u8; 32], read: &mut dyn Read) -> Result<PutOutcome, VaultError> {
        let (response, mut line) = self.exchange(&Request::PutObject { sha256 })?;
        match response {
            Response::Ready => {}
            Response::Put(outcome) => {
                self.give_back(line);
                return Ok(outcome);
            }
            other => return unexpected(other),
        }
        match upload(&mut line, read)? {
            Response::Put(outcome) => {
                self.give_back(line);
                Ok(outcome)
            }
            other => unexpected(other),
        }
    }

    /// Uploads an attachment whose hash nobody knows yet, streamed; gives its SHA-256. On return it is on disk and waits a
    /// day to be bound by [`Client::seal`].
    ///
    /// # Errors
    /// [`VaultError::Limit`] above [`limits::OBJECT_BYTES`], [`VaultError::Stream`] when `read` fails; nothing is kept then.
    pub fn put_stream(&self, read: &mut dyn Read) -> Result<[u8; 32], VaultError> {
        let (response, mut line) = self.exchange(&Request::PutStream)?;
        let Response::Ready = response else { return unexpected(response) };
        match upload(&mut line, read)? {
            Response::Stored { sha256 } => {
                self.give_back(line);
                Ok(sha256)
            }
            other => unexpected(other),
        }
    }

    /// Whether an attachment with this hash waits to be bound. One that was bound more than a day
    /// ago is not found: its key is only with its record.
    ///
    /// # Errors
    /// [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn has_object(&self, sha256: [u8; 32]) -> Result<bool, VaultError> {
        match self.call(&Request::HasObject { sha256 })? {
            Response::Has(has) => Ok(has),
            other => unexpected(other),
        }
    }

    /// Opens a few records into memory: at most [`limits::OPEN_ITEMS`] and [`limits::OPEN_BYTES`]
    /// together. The attempt is in the audit log before any key is touched, allowed or not.
    ///
    /// # Errors
    /// [`VaultError::Denied`]; [`VaultError::Missing`], [`VaultError::Erased`] or
    /// [`VaultError::Tampered`] with the place of the first such record; [`VaultError::Limit`];
    /// [`VaultError::Storage`] also when the audit log cannot be written.
    pub fn open(&self, grant: &Grant, refs: &[OpenRef]) -> Result<Vec<Opened>, VaultError> {
        let request = Request::Open { grant: Cow::Borrowed(grant), refs: Cow::Borrowed(refs) };
        match self.call(&request)? {
            Response::Opened(opened) => Ok(opened),
            other => unexpected(other),
        }
    }

    /// Opens one record of any size into `out`, in pieces of at most [`limits::PIECE_BYTES`].
    ///
    /// Every piece has passed its seal, but on an error the whole has not: what was written must be
    /// thrown away.
    ///
    /// # Errors
    /// As [`Client::open`], and [`VaultError::Stream`] when `out` fails.
    pub fn open_stream(&self, grant: &Grant, item: OpenRef, out: &mut dyn Write) -> Result<OpenedMeta, VaultError> {
        let (response, mut line) = self.exchange(&Request::OpenStream { grant: Cow::Borrowed(grant), item })?;
        let meta = match response {
            Response::Opening(meta) => meta,
            other => return unexpected(other),
        };
        let mut written = 0;
        loop {
            let (kind, payload) = frame(&mut line.stream).map_err(lost)?;
            match kind {
                Kind::Piece => {}
                Kind::End if written == meta.bytes => break,
                Kind::End => return Err(VaultError::Protocol),
                Kind::Message => return unexpected(wire::decode(&payload)?),
            }
            out.write_all(&payload).map_err(|error| VaultError::Stream(error.kind()))?;
            written += payload.len() as u64;
        }
        self.give_back(line);
        Ok(meta)
    }

    /// Openings, denied attempts and erasures of these identities, or of all when none is given;
    /// newest first.
    ///
    /// # Errors
    /// [`VaultError::Limit`] above [`limits::IDENTITIES`], [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn audit(&self, identities: &[IdentityAlias], limit: u32) -> Result<Vec<AuditRow>, VaultError> {
        match self.call(&Request::Audit { identities: Cow::Borrowed(identities), limit })? {
            Response::Audit(rows) => Ok(rows),
            other => unexpected(other),
        }
    }

    /// Walks the audit log's whole chain and gives its head.
    ///
    /// # Errors
    /// [`VaultError::AuditBroken`] with the first row that does not fit.
    pub fn verify_audit_chain(&self) -> Result<AuditHead, VaultError> {
        match self.call(&Request::VerifyAudit)? {
            Response::AuditHead(head) => Ok(head),
            other => unexpected(other),
        }
    }

    /// Sealed blocks after this one, in order, at most [`limits::ROWS`].
    ///
    /// # Errors
    /// [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn blocks_after(&self, block: u64) -> Result<Vec<u64>, VaultError> {
        match self.call(&Request::BlocksAfter { block })? {
            Response::Blocks(blocks) => Ok(blocks),
            other => unexpected(other),
        }
    }

    /// Deletes sealed blocks that no log entry refers to, and gives how many there were. Noted in
    /// the audit log.
    ///
    /// # Errors
    /// [`VaultError::Limit`] above [`limits::ROWS`], [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn sweep(&self, orphans: &[u64]) -> Result<u64, VaultError> {
        match self.call(&Request::Sweep { orphans: Cow::Borrowed(orphans) })? {
            Response::Count(count) => Ok(count),
            other => unexpected(other),
        }
    }

    /// Deletes sealed blocks with all that they hold, also attachments of which the vault still has a key of its own; gives
    /// how many blocks there were. Noted in the audit log; may be repeated.
    ///
    /// # Errors
    /// [`VaultError::Limit`] above [`limits::ROWS`], [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn destroy_blocks(&self, blocks: &[u64]) -> Result<u64, VaultError> {
        match self.call(&Request::DestroyBlocks { blocks: Cow::Borrowed(blocks) })? {
            Response::Count(count) => Ok(count),
            other => unexpected(other),
        }
    }

    /// Destroys every key of an identity, and the attachments that only it has; gives the number of
    /// keys. Its records can never be opened again. Noted in the audit log; may be repeated.
    ///
    /// # Errors
    /// [`VaultError::Storage`] when something may be left: repeat. [`VaultError::Unavailable`].
    pub fn destroy_identity(&self, alias: IdentityAlias) -> Result<u64, VaultError> {
        match self.call(&Request::DestroyIdentity { alias })? {
            Response::Count(count) => Ok(count),
            other => unexpected(other),
        }
    }

    /// Signs with the export key (Ed25519, RFC 8032). For eddsa-jcs-2022 the message is the 64
    /// bytes of proof hash and document hash.
    ///
    /// # Errors
    /// [`VaultError::Limit`] above [`limits::SIGNED_BYTES`], [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn sign_export(&self, message: &[u8]) -> Result<[u8; 64], VaultError> {
        match self.call(&Request::SignExport { message: Cow::Borrowed(message) })? {
            Response::Signature(signature) => signature.try_into().map_err(|_| VaultError::Protocol),
            other => unexpected(other),
        }
    }

    /// The export key's public half.
    ///
    /// # Errors
    /// [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn export_key(&self) -> Result<[u8; 32], VaultError> {
        match self.call(&Request::ExportKey)? {
            Response::Key(key) => Ok(key),
            other => unexpected(other),
        }
    }

    /// How much there is and how well it is set apart.
    ///
    /// # Errors
    /// [`VaultError::Storage`] or [`VaultError::Unavailable`].
    pub fn status(&self) -> Result<VaultStatus, VaultError> {
        match self.call(&Request::Status)? {
            Response::Status(status) => Ok(*status),
            other => unexpected(other),
        }
    }

    fn call(&self, request: &Request<'_>) -> Result<Response, VaultError> {
        let (response, line) = self.exchange(request)?;
        if !matches!(response, Response::Fault(VaultError::Protocol)) {
            self.give_back(line);
        }
        Ok(response)
    }

    /// Sends a request and reads the first response. A kept connection may have ended with an
    /// earlier vault, so when one breaks off all are dropped and a new one is tried.
    fn exchange(&self, request: &Request<'_>) -> Result<(Response, Line<'_>), VaultError> {
        let bytes = wire::encode(request)?;
        let turn = self.turn()?;
        let idle = lock(&self.idle).pop();
        if let Some(mut stream) = idle {
            match try_exchange(&mut stream, &bytes) {
                Ok(response) => return Ok((response, Line { stream, _turn: turn })),
                Err(error) if is_final(&error) => return Err(lost(error)),
                Err(_) => lock(&self.idle).clear(),
            }
        }
        let mut stream = self.connect()?;
        let response = try_exchange(&mut stream, &bytes).map_err(lost)?;
        Ok((response, Line { stream, _turn: turn }))
    }

    fn turn(&self) -> Result<Turn<'_>, VaultError> {
        let wait = Duration::from_secs(BUSY_S);
        let waited = self.freed.wait_timeout_while(lock(&self.used), wait, |used| *used >= IN_USE);
        let (mut used, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *used >= IN_USE {
            return Err(VaultError::Unavailable);
        }
        *used += 1;
        Ok(Turn(self))
    }

    fn connect(&self) -> Result<UnixStream, VaultError> {
        let stream = UnixStream::connect(&self.socket_path).map_err(lost)?;
        let answer = Some(Duration::from_secs(ANSWER_S));
        stream.set_read_timeout(answer).and_then(|()| stream.set_write_timeout(answer)).map_err(lost)?;
        Ok(stream)
    }

    fn give_back(&self, line: Line<'_>) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE {
            idle.push(line.stream);
        }
    }
}

fn try_exchange(stream: &mut UnixStream, request: &[u8]) -> io::Result<Response> {
    // A vault that refuses the connection answers without reading; its answer says more than the
    // broken pipe.
    match (wire::write_frame(stream, Kind::Message, request), receive(stream)) {
        (Ok(()), received) => received,
        (Err(_), Ok(fault @ Response::Fault(_))) => Ok(fault),
        (Err(error), _) => Err(error),
    }
}

fn receive(stream: &mut UnixStream) -> io::Result<Response> {
    match frame(stream)? {
        (Kind::Message, payload) => wire::decode(&payload).map_err(|_| ErrorKind::InvalidData.into()),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

fn frame(stream: &mut UnixStream) -> io::Result<(Kind, Zeroizing<Vec<u8>>)> {
    wire::read_frame(stream)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}

/// Whether asking again would not help: no answer in time, or none that makes sense.
fn is_final(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::InvalidData)
}

/// Sends the pieces and reads what became of them. When the vault refuses in the middle it answers and closes; the answer
/// says more than the broken pipe.
fn upload(line: &mut Line<'_>, read: &mut dyn Read) -> Result<Response, VaultError> {
    let sent = send_pieces(&mut line.stream, read);
    if let Err(error @ VaultError::Stream(_)) = sent {
        return Err(error);
    }
    receive(&mut line.stream).map_err(lost)
}

fn send_pieces(stream: &mut UnixStream, read: &mut dyn Read) -> Result<(), VaultError> {
    let mut piece = Zeroizing::new(vec![0; limits::PIECE_BYTES]);
    loop {
        let length = match read.read(&mut piece) {
            Ok(0) => return wire::write_frame(stream, Kind::End, &[]).map_err(lost),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(VaultError::Stream(error.kind())),
        };
        let piece = piece.get(..length).ok_or(VaultError::Stream(ErrorKind::InvalidData))?;
        wire::write_frame(stream, Kind::Piece, piece).map_err(lost)?;
    }
}

#[allow(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn lost(error: io::Error) -> VaultError {
    if error.kind() == ErrorKind::InvalidData { VaultError::Protocol } else { VaultError::Unavailable }
}

/// The fault that was answered, or a protocol error for any other answer.
fn unexpected<T>(response: Response) -> Result<T, VaultError> {
    Err(if let Response::Fault(error) = response { error } else { VaultError::Protocol })
}
