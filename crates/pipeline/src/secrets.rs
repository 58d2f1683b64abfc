//! The master zone's own keys, derived from one file: what makes digests and identity hashes unguessable.

use std::io::{Read, Write};
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::Identifier;

/// The length of a nonce, in bytes.
const NONCE: usize = 12;

/// Keys for digests of events, for hashes of identifiers, and for secrets of others. No useful `Debug`.
#[derive(Clone)]
pub struct Secrets {
    digest: [u8; 32],
    identity: [u8; 32],
    check: [u8; 32],
    seal: [u8; 32],
}

impl Secrets {
    /// Derives the keys from 32 secret bytes.
    #[must_use]
    pub fn derive(root: &[u8; 32]) -> Self {
        Self {
            digest: blake3::derive_key("jingwei 2026 event digest v1", root),
            identity: blake3::derive_key("jingwei 2026 identity hash v1", root),
            check: blake3::derive_key("jingwei 2026 key check v1", root),
            seal: blake3::derive_key("jingwei 2026 sealed secret v1", root),
        }
    }

    /// Reads the key file, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// The file cannot be read, written, or is not 32 bytes long.
    pub fn load(path: &Path) -> std::io::Result<Self> {
        let mut root = [0; 32];
        match std::fs::File::open(path) {
            Ok(mut file) => file.read_exact(&mut root)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                getrandom::fill(&mut root).map_err(std::io::Error::other)?;
                create(path, &root)?;
            }
            Err(error) => return Err(error),
        }
        Ok(Self::derive(&root))
    }

    /// By which a database knows the key it was made with; says nothing of the key.
    #[must_use]
    pub fn check(&self) -> String {
        blake3::Hash::from(self.check).to_hex().to_string()
    }

    /// Seals a secret of somebody else's that has to be read again, such as the password of a mail server: AES-256-GCM under a random
    /// nonce, which stands first. `place` says where it belongs; it opens nowhere else. None when the machine gives no random bytes.
    #[must_use]
    pub fn seal(&self, place: &str, secret: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let cipher = Aes256Gcm::new_from_slice(&self.seal).ok()?;
        let body = cipher.encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: place.as_bytes() }).ok()?;
        Some([nonce.as_slice(), &body].concat())
    }

    /// Opens what [`Secrets::seal`] gave for this place; none when it was sealed for another, or under another key.
    #[must_use]
    pub fn unseal(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
        let cipher = Aes256Gcm::new_from_slice(&self.seal).ok()?;
        cipher.decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: place.as_bytes() }).ok()
    }

    /// The digest by which an event is known again.
    #[must_use]
    pub fn digest(&self, source: &str, id: &str) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_keyed(&self.digest);
        hasher.update(&u32::try_from(source.len()).unwrap_or(u32::MAX).to_le_bytes());
        hasher.update(source.as_bytes()).update(id.as_bytes());
        head(&hasher)
    }

    /// The hash by which an identifier is found; also its alias in the raw zone.
    #[must_use]
    pub fn identity(&self, identifier: &Identifier) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_keyed(&self.identity);
        for part in [identifier.scheme.name(), &identifier.scope, &identifier.value] {
            hasher.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes()).update(part.as_bytes());
        }
        head(&hasher)
    }
}

fn head(hasher: &blake3::Hasher) -> [u8; 16] {
    hasher.finalize().as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Writes beside and renames, so that a key file is either whole or absent; it is on disk before anything is derived from it.
fn create(path: &Path, root: &[u8; 32]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(root)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_at_its_place_under_its_key_only() {
        let (ours, others) = (Secrets::derive(&[1; 32]), Secrets::derive(&[2; 32]));
        let sealed = ours.seal("mail", b"a password").unwrap();
        assert_eq!(ours.unseal("mail", &sealed).as_deref(), Some(b"a password".as_slice()));
        assert_ne!(ours.seal("mail", b"a password").unwrap(), sealed, "no nonce twice");
        assert_eq!(ours.unseal("elsewhere", &sealed), None);
        assert_eq!(others.unseal("mail", &sealed), None);
        assert_eq!(ours.unseal("mail", &sealed[..8]), None);
    }
}
