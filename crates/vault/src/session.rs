//! One connection: read a request, do it, answer. What is not understood ends the connection.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rusqlite::Connection;

use crate::audit::{self, AuditAct, Draft};
use crate::crypto::SUITE;
use crate::db::Database;
use crate::error::{Limited, VaultError};
use crate::grant::Grant;
use crate::item::{IdentityAlias, OpenRef, PutOutcome, VaultStatus};
use crate::object::Upload;
use crate::open::{self, Opener};
use crate::server::Shared;
use crate::wire::{self, Kind, Request, Response};
use crate::writer::{FinishedUpload, Job};
use crate::{keys, limits, seal};

/// The connection is of no further use.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

pub(crate) struct Session<'a> {
    shared: &'a Shared,
    stream: UnixStream,
    opener: Option<Opener>,
}

/// Sends one response; one that does not fit becomes a fault.
pub(crate) fn send(stream: &mut UnixStream, response: &Response) -> io::Result<()> {
    let bytes = wire::encode(response).or_else(|error| wire::encode(&Response::Fault(error)));
    let bytes = bytes.map_err(|_| io::ErrorKind::InvalidData)?;
    wire::write_frame(stream, Kind::Message, &bytes)
}

fn bounded(length: usize, max: usize, what: Limited) -> Result<(), VaultError> {
    if length > max { Err(VaultError::Limit { what, max: max as u64 }) } else { Ok(()) }
}

impl<'a> Session<'a> {
    pub(crate) fn new(shared: &'a Shared, stream: UnixStream) -> Self {
        Self { shared, stream, opener: None }
    }

    /// Answers until the other side closes, falls silent or stops making sense.
    pub(crate) fn run(mut self) {
        while self.step().is_ok() {}
    }

    fn step(&mut self) -> Result<(), Over> {
        self.stream.set_read_timeout(Some(Duration::from_secs(limits::IDLE_S)))?;
        let start = wire::read_start(&mut self.stream);
        let exchange = Some(Duration::from_secs(limits::EXCHANGE_S));
        self.stream.set_read_timeout(exchange)?;
        self.stream.set_write_timeout(exchange)?;
        let request = match start {
            Ok(None) => return Err(Over),
            Ok(Some((length, Kind::Message))) => wire::decode(&wire::read_payload(&mut self.stream, length)?),
            Ok(Some(_)) => Err(VaultError::Protocol),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(VaultError::Protocol),
            Err(_) => return Err(Over),
        };
        if self.shared.is_stopping() {
            return Err(Over);
        }
        match request {
            Ok(request) => self.answer(request),
            Err(error) => {
                send(&mut self.stream, &Response::Fault(error))?;
                Err(Over)
            }
        }
    }

    fn answer(&mut self, request: Request<'static>) -> Result<(), Over> {
        let response = match request {
            Request::PutObject { sha256 } => return self.put_object(Some(sha256)),
            Request::PutStream => return self.put_object(None),
            Request::OpenStream { grant, item } => return self.open_stream(&grant, &item),
            other => self.respond(other),
        };
        Ok(send(&mut self.stream, &response.unwrap_or_else(Response::Fault))?)
    }

    fn respond(&mut self, request: Request<'static>) -> Result<Response, VaultError> {
        match request {
            Request::Seal(items) => {
                seal::check(&items)?;
                self.shared.ask(|answer| Job::Seal(items.into_owned(), answer)).map(Response::Sealed)
            }
            Request::HasObject { sha256 } => self.has_object(&sha256).map(Response::Has),
            Request::Open { grant, refs } => {
                open::admit(&self.shared.audit, &grant, &refs, (self.shared.clock)())?;
                self.opener()?.open(&refs).map(Response::Opened)
            }
            Request::Audit { identities, limit } => {
                bounded(identities.len(), limits::IDENTITIES, Limited::Items)?;
                let limit = limit.min(u32::try_from(limits::ROWS).unwrap_or(u32::MAX));
                audit::list(&self.audit()?, &identities, limit).map(Response::Audit)
            }
            Request::VerifyAudit => audit::verify(&self.audit()?).map(Response::AuditHead),
            Request::BlocksAfter { block } => self.blocks_after(block).map(Response::Blocks),
            Request::Sweep { orphans } => self.sweep(orphans.into_owned(), true).map(Response::Count),
            Request::DestroyBlocks { blocks } => self.sweep(blocks.into_owned(), false).map(Response::Count),
            Request::DestroyIdentity { alias } => self.destroy(alias).map(Response::Count),
            Request::SignExport { message } => self.sign(&message).map(Response::Signature),
            Request::ExportKey => keys::public(&self.opener()?.keys).map(Response::Key),
            Request::Status => self.status().map(|status| Response::Status(Box::new(status))),
            Request::PutObject { .. } | Request::PutStream | Request::OpenStream { .. } => Err(VaultError::Protocol),
        }
    }

    /// This connection's own database handles, opened when first needed.
    fn opener(&mut self) -> Result<&Opener, VaultError> {
        if self.opener.is_none() {
            let Shared { raw_dir, objects, ring, .. } = self.shared;
            self.opener = Some(Opener::new(raw_dir, objects.clone(), ring.clone())?);
        }
        self.opener.as_ref().ok_or(VaultError::Unavailable)
    }

    fn audit(&self) -> Result<Connection, VaultError> {
        Ok(Database::Audit.read(&self.shared.raw_dir)?)
    }

    fn has_object(&mut self, sha256: &[u8; 32]) -> Result<bool, VaultError> {
        let name = self.shared.ring.object_name(sha256);
        let keys = &self.opener()?.keys;
        let mut query = keys.prepare_cached("SELECT 1 FROM objects WHERE name = ?1 AND wrapped IS NOT NULL")?;
        Ok(query.exists([&*name])?)
    }

    /// Takes an attachment, whose hash is told before or found on the way.
    fn put_object(&mut self, told: Option<[u8; 32]>) -> Result<(), Over> {
        let waiting = told.map_or(Ok(false), |sha256| self.has_object(&sha256));
        let upload = match waiting {
            Ok(true) => {
                return Ok(send(&mut self.stream, &Response::Put(PutOutcome::AlreadyThere))?);
            }
            Ok(false) => self.shared.objects.create(),
            Err(error) => Err(error),
        };
        let mut upload = match upload {
            Ok(upload) => upload,
            Err(error) => return Ok(send(&mut self.stream, &Response::Fault(error))?),
        };
        send(&mut self.stream, &Response::Ready)?;
        let received = self.receive(&mut upload);
        let outcome = received.map(|received| received.and_then(|()| self.finish(&mut upload, told)));
        if !matches!(outcome, Ok(Ok(_))) {
            upload.discard();
        }
        let outcome = outcome?;
        let in_step = !matches!(outcome, Err(VaultError::Limit { .. } | VaultError::Storage(_)));
        send(&mut self.stream, &outcome.unwrap_or_else(Response::Fault))?;
        if in_step { Ok(()) } else { Err(Over) }
    }

    /// Takes pieces up to the end. The outer error means that the stream broke.
    fn receive(&mut self, upload: &mut Upload) -> Result<Result<(), VaultError>, Over> {
        loop {
            let (kind, piece) = wire::read_frame(&mut self.stream)?.ok_or(Over)?;
            match kind {
                Kind::End => return Ok(Ok(())),
                Kind::Message => return Err(Over),
                Kind::Piece => {}
            }
            if upload.bytes + piece.len() as u64 > limits::OBJECT_BYTES {
                return Ok(Err(VaultError::Limit { what: Limited::ObjectBytes, max: limits::OBJECT_BYTES }));
            }
            if let Err(error) = upload.push(&piece) {
                return Ok(Err(error));
            }
        }
    }

    fn finish(&self, upload: &mut Upload, told: Option<[u8; 32]>) -> Result<Response, VaultError> {
        let sha256 = upload.finish(told)?;
        let Shared { ring, epoch, .. } = self.shared;
        let wrapped = keys::wrap_waiting(ring, *epoch, &upload.id, &upload.key)?;
        let (id, bytes) = (upload.id, upload.bytes);
        let finished = FinishedUpload { id, sha256, epoch: *epoch, wrapped, bytes };
        let outcome = self.shared.ask(|answer| Job::AddObject(finished, answer))?;
        Ok(told.map_or(Response::Stored { sha256 }, |_| Response::Put(outcome)))
    }

    fn open_stream(&mut self, grant: &Grant, item: &OpenRef) -> Result<(), Over> {
        let admitted = open::admit(&self.shared.audit, grant, &[*item], (self.shared.clock)());
        let opened = admitted.and_then(|()| self.opener()?.open_one(item));
        let (meta, source) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(send(&mut self.stream, &Response::Fault(error))?),
        };
        send(&mut self.stream, &Response::Opening(meta))?;
        let stream = &mut self.stream;
        match source.each(|piece| wire::write_frame(stream, Kind::Piece, piece)) {
            Ok(written) => {
                written?;
                Ok(wire::write_frame(&mut self.stream, Kind::End, &[])?)
            }
            Err(error) => Ok(send(&mut self.stream, &Response::Fault(error))?),
        }
    }

    fn blocks_after(&mut self, block: u64) -> Result<Vec<u64>, VaultError> {
        let select = "SELECT id FROM blocks WHERE id > ?1 ORDER BY id LIMIT ?2";
        let block = i64::try_from(block).unwrap_or(i64::MAX);
        let limit = i64::try_from(limits::ROWS).unwrap_or(i64::MAX);
        let mut query = self.opener()?.raw.prepare_cached(select)?;
        let ids = query.query_map([block, limit], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// Deletes blocks, with the attachments that only they bind; of these, some may wait to be bound anew.
    fn sweep(&self, blocks: Vec<u64>, may_wait: bool) -> Result<u64, VaultError> {
        bounded(blocks.len(), limits::ROWS, Limited::Items)?;
        let count = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
        self.write_down(AuditAct::Swept, Vec::new(), count)?;
        self.shared.ask(|answer| Job::SweepBlocks(blocks, may_wait, answer))
    }

    fn destroy(&self, alias: IdentityAlias) -> Result<u64, VaultError> {
        self.write_down(AuditAct::Erased, vec![alias], 0)?;
        self.shared.ask(|answer| Job::DestroyIdentity(alias, answer))
    }

    fn write_down(&self, act: AuditAct, identities: Vec<IdentityAlias>, count: u32) -> Result<(), VaultError> {
        let draft = Draft::own(act, identities, count, (self.shared.clock)());
        self.shared.audit.lock().map_err(|_| VaultError::Storage(0))?.append(&draft)
    }

    fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        bounded(message.len(), limits::SIGNED_BYTES, Limited::TextBytes)?;
        let ring = &self.shared.ring;
        Ok(keys::sign(&self.opener()?.keys, ring, message)?.to_vec())
    }

    fn status(&mut self) -> Result<VaultStatus, VaultError> {
        let (isolation, epoch) = (self.shared.isolation.clone(), self.shared.epoch);
        let audit_head = audit::head(&self.audit()?)?;
        let Opener { raw, keys, .. } = self.opener()?;
        let (blocks, records) = raw.query_row("SELECT count(*), coalesce(sum(records), 0) FROM blocks", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let block_bytes = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let block_bytes = raw.query_row(block_bytes, [], |row| row.get(0))?;
        let identities = keys.query_row("SELECT count(*) FROM subjects", [], |row| row.get(0))?;
        let (objects, object_bytes) =
            keys.query_row("SELECT count(*), coalesce(sum(bytes), 0) FROM objects", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(VaultStatus {
            isolation,
            suite: SUITE,
            epoch,
            blocks,
            records,
            identities,
            objects,
            object_bytes,
            block_bytes,
            audit_head,
        })
    }
}
