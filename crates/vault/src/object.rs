//! Attachments: one file each, encrypted in chunks, so that any size passes through flat memory.
//!
//! The chunks follow STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption
//! and its Nonce-Reuse Misuse-Resistance", 2015): the nonce is a random prefix, a counter and a
//! flag for the last chunk, so chunks cannot be moved, dropped or cut off. Each object has a random
//! key of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::crypto::{Broken, COMMITMENT, Cipher, FORMAT, KeyBytes, NONCE, Parent, SUITE, TAG, random, random_key};
use crate::error::VaultError;

const MAGIC: [u8; 3] = *b"JWO";
const PREFIX: usize = 7;
const HEADER: usize = MAGIC.len() + 2 + 16 + PREFIX + COMMITMENT;
/// Bytes of plaintext in a chunk.
const CHUNK: usize = 64 << 10;
const OBJECT: &[u8] = b"object";
const PART: &str = "part";

/// The folder of objects.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    folder: PathBuf,
}

/// The nonces of one object's chunks.
struct Nonces {
    prefix: [u8; PREFIX],
    next: u32,
}

impl Nonces {
    fn next(&mut self, last: bool) -> Result<[u8; NONCE], Broken> {
        let mut nonce = [0; NONCE];
        let parts = self.prefix.into_iter().chain(self.next.to_be_bytes()).chain([u8::from(last)]);
        nonce.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        self.next = self.next.checked_add(1).ok_or(Broken)?;
        Ok(nonce)
    }
}

fn header(id: &[u8; 16], prefix: &[u8; PREFIX], commitment: &[u8; COMMITMENT]) -> Vec<u8> {
    [&MAGIC[..], &[FORMAT, SUITE], id, prefix, commitment].concat()
}

impl Objects {
    /// The folder, made if missing; uploads that a crash cut off are removed.
    pub(crate) fn open(raw_dir: &Path) -> io::Result<Self> {
        let folder = raw_dir.join("objects");
        fs::create_dir_all(&folder)?;
        File::open(raw_dir)?.sync_all()?;
        for file in fs::read_dir(&folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == PART) {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { folder })
    }

    fn path(&self, id: &[u8; 16]) -> PathBuf {
        let name: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name)
    }

    fn part(&self, id: &[u8; 16]) -> PathBuf {
        self.path(id).with_extension(PART)
    }

    /// Starts an upload.
    pub(crate) fn create(&self) -> Result<Upload, VaultError> {
        let (id, prefix, key) = (random()?, random()?, random_key()?);
        let derived = Parent::new(&key).derive(OBJECT, &id);
        let header = header(&id, &prefix, &derived.commitment);
        let path = self.part(&id);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(&header)?;
        let sealer = ChunkSealer { file, cipher: derived.cipher(), nonces: Nonces { prefix, next: 0 }, header };
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Upload { id, key, path, sealer, chunk, digest: Sha256::new(), bytes: 0 })
    }

    /// Gives a finished upload its name, durably.
    pub(crate) fn keep(&self, id: &[u8; 16]) -> io::Result<()> {
        fs::rename(self.part(id), self.path(id))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Deletes an object, finished or not. One that is gone already is no error.
    pub(crate) fn remove(&self, id: &[u8; 16]) -> io::Result<()> {
        let gone = |error: io::Error| {
            if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
        };
        fs::remove_file(self.path(id)).or_else(gone)?;
        fs::remove_file(self.part(id)).or_else(gone)
    }

    /// The ids of every finished object on disk.
    pub(crate) fn ids(&self) -> io::Result<Vec<[u8; 16]>> {
        let mut ids = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            ids.extend(file?.file_name().to_str().and_then(parse_id));
        }
        Ok(ids)
    }

    /// Starts reading an object of that many bytes with its key.
    pub(crate) fn read(&self, id: &[u8; 16], key: &[u8; 32], bytes: u64) -> Result<Download, ReadError> {
        let mut file = File::open(self.path(id))?;
        let mut stored = [0; HEADER];
        file.read_exact(&mut stored)?;
        let (rest, commitment) = stored.split_last_chunk::<COMMITMENT>().ok_or(Broken)?;
        let (_, prefix) = rest.split_last_chunk::<PREFIX>().ok_or(Broken)?;
        if header(id, prefix, commitment) != stored {
            return Err(ReadError::Broken);
        }
        let cipher = Parent::new(key).derive(OBJECT, id).committed(commitment)?;
        let nonces = Nonces { prefix: *prefix, next: 0 };
        Ok(Download { file, cipher, nonces, header: stored.to_vec(), left: bytes, ended: false })
    }
}

fn parse_id(name: &str) -> Option<[u8; 16]> {
    let number = (name.len() == 32).then(|| u128::from_str_radix(name, 16).ok()).flatten()?;
    Some(number.to_be_bytes())
}

struct ChunkSealer {
    file: File,
    cipher: Cipher,
    nonces: Nonces,
    header: Vec<u8>,
}

impl ChunkSealer {
    fn seal(&mut self, chunk: &mut Vec<u8>, last: bool) -> Result<(), VaultError> {
        let nonce = self.nonces.next(last).map_err(|Broken| VaultError::Storage(0))?;
        let tag = self.cipher.seal(&nonce, &self.header, chunk).map_err(|Broken| VaultError::Storage(0))?;
        chunk.extend_from_slice(&tag);
        self.file.write_all(chunk)?;
        chunk.clear();
        Ok(())
    }
}

/// An upload under way. Dropped before [`Upload::finish`] it leaves a part file that the next start
/// removes.
pub(crate) struct Upload {
    pub(crate) id: [u8; 16],
    pub(crate) key: KeyBytes,
    path: PathBuf,
    sealer: ChunkSealer,
    chunk: Zeroizing<Vec<u8>>,
    digest: Sha256,
    pub(crate) bytes: u64,
}

impl Upload {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Result<(), VaultError> {
        self.digest.update(piece);
        self.bytes += piece.len() as u64;
        while !piece.is_empty() {
            if self.chunk.len() == CHUNK {
                self.sealer.seal(&mut self.chunk, false)?;
            }
            let (now, later) = piece.split_at(piece.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            piece = later;
        }
        Ok(())
    }

    /// Writes the last chunk, compares the hash with the one that was told before, if any, and flushes. Gives the hash.
    pub(crate) fn finish(&mut self, told: Option<[u8; 32]>) -> Result<[u8; 32], VaultError> {
        let sha256 = self.digest.clone().finalize().into();
        if told.is_some_and(|told| told != sha256) {
            return Err(VaultError::HashMismatch);
        }
        self.sealer.seal(&mut self.chunk, true)?;
        self.sealer.file.sync_all()?;
        Ok(sha256)
    }

    /// Removes what was written.
    pub(crate) fn discard(&self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Why an object cannot be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file or its key is not what was sealed.
    Broken,
    /// The file is gone.
    Gone,
    /// The disk failed.
    Io(io::Error),
}

impl From<Broken> for ReadError {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            io::ErrorKind::UnexpectedEof => Self::Broken,
            _ => Self::Io(error),
        }
    }
}

/// An object being read.
pub(crate) struct Download {
    file: File,
    cipher: Cipher,
    nonces: Nonces,
    header: Vec<u8>,
    left: u64,
    ended: bool,
}

impl Download {
    /// The next chunk of plaintext, or none after the last. Every chunk given has passed its seal.
    pub(crate) fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let length = usize::try_from(self.left).map_or(CHUNK, |left| left.min(CHUNK));
        self.left -= length as u64;
        self.ended = self.left == 0;
        let mut chunk = Zeroizing::new(vec![0; length]);
        let mut tag = [0; TAG];
        self.file.read_exact(&mut chunk)?;
        self.file.read_exact(&mut tag)?;
        let nonce = self.nonces.next(self.ended)?;
        self.cipher.open(&nonce, &self.header, &mut chunk, &tag)?;
        Ok(Some(chunk))
    }
}
