//! The one cipher suite and how keys come from keys.
//!
//! Every ciphertext has a key of its own: HKDF-SHA256 (RFC 5869) from the key above it gives 64
//! bytes, the first half the AES-256-GCM key (NIST SP 800-38D), the second a commitment that is
//! stored and compared before opening, because GCM alone lets one ciphertext open under two keys
//! (Albertini et al., "How to Abuse and Fix Authenticated Encryption Without Key Commitment",
//! 2022). Nonces are random; with a key per ciphertext that bounds nothing in practice.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::VaultError;

/// Suite 1: HKDF-SHA256 and AES-256-GCM.
pub(crate) const SUITE: u8 = 1;
/// Layout of everything sealed under the suite.
pub(crate) const FORMAT: u8 = 1;

pub(crate) const KEY: usize = 32;
pub(crate) const NONCE: usize = 12;
pub(crate) const TAG: usize = 16;
pub(crate) const COMMITMENT: usize = 32;

/// A key's bytes, wiped on drop.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY]>;

/// The ciphertext, its key or its associated data is not what was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// Fills an array from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// Fills a slice from the operating system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::Storage(error.raw_os_error().map_or(-1, |errno| -errno)))
}

/// A fresh random key.
pub(crate) fn random_key() -> Result<KeyBytes, VaultError> {
    let mut key = Zeroizing::new([0; KEY]);
    fill_random(key.as_mut())?;
    Ok(key)
}

/// A key ready to give others. Wiped on drop by the hash crate's `zeroize` feature.
#[derive(Clone)]
pub(crate) struct Parent(Hkdf<Sha256>);

/// A key for one ciphertext, and the commitment to it.
pub(crate) struct Derived {
    pub(crate) key: KeyBytes,
    pub(crate) commitment: [u8; COMMITMENT],
}

impl Parent {
    pub(crate) fn new(key: &[u8; KEY]) -> Self {
        Self(Hkdf::new(Some(b"jingwei vault 1"), key))
    }

    /// The key for one use. Labels end in a nought byte and every context has a fixed length, so no
    /// two uses meet.
    pub(crate) fn derive(&self, label: &[u8], context: &[u8]) -> Derived {
        let mut both = Zeroizing::new([0; KEY + COMMITMENT]);
        // HKDF-SHA256 refuses only above 8160 bytes.
        let refused = self.0.expand_multi_info(&[label, b"\0", context], both.as_mut()).is_err();
        debug_assert!(!refused);
        let mut derived = Derived { key: Zeroizing::new([0; KEY]), commitment: [0; COMMITMENT] };
        let (key, commitment) = both.split_at(KEY);
        derived.key.copy_from_slice(key);
        derived.commitment.copy_from_slice(commitment);
        derived
    }
}

impl Derived {
    /// The cipher, if the stored commitment is this key's.
    pub(crate) fn committed(&self, commitment: &[u8; COMMITMENT]) -> Result<Cipher, Broken> {
        if bool::from(self.commitment.ct_eq(commitment)) { Ok(self.cipher()) } else { Err(Broken) }
    }

    /// The cipher, for sealing.
    pub(crate) fn cipher(&self) -> Cipher {
        Cipher(Aes256Gcm::new((&*self.key).into()))
    }
}

/// AES-256-GCM under one key.
pub(crate) struct Cipher(pub(crate) Aes256Gcm);

impl Cipher {
    /// Encrypts in place and gives the tag. Fails only above GCM's 64 GiB.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG], Broken> {
        let tag = self.0.encrypt_inout_detached(&Nonce::from(*nonce), aad, text.into());
        tag.map(Into::into).map_err(|_| Broken)
    }

    /// Decrypts in place.
    pub(crate) fn open(&self, nonce: &[u8; NONCE], aad: &[u8], text: &mut [u8], tag: &[u8; TAG]) -> Result<(), Broken> {
        self.0.decrypt_inout_detached(&Nonce::from(*nonce), aad, text.into(), tag.into()).map_err(|_| Broken)
    }
}

/// Wraps a key under another. The context names what the key is for and is bound as associated
/// data.
pub(crate) fn wrap(parent: &Parent, label: &[u8], context: &[u8], key: &[u8; KEY]) -> Result<Vec<u8>, VaultError> {
    let derived = parent.derive(label, context);
    let nonce = random()?;
    let mut sealed = Zeroizing::new(*key);
    let tag =
        derived.cipher().seal(&nonce, &wrap_aad(context), sealed.as_mut()).map_err(|Broken| VaultError::Storage(0))?;
    Ok([&[SUITE, FORMAT], &nonce[..], &derived.commitment, &*sealed, &tag].concat())
}

/// Unwraps a key that [`wrap`] wrapped.
pub(crate) fn unwrap(parent: &Parent, label: &[u8], context: &[u8], wrapped: &[u8]) -> Result<KeyBytes, Broken> {
    let (&[suite, format], rest) = wrapped.split_first_chunk().ok_or(Broken)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Broken)?;
    let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>().ok_or(Broken)?;
    let (sealed, rest) = rest.split_first_chunk::<KEY>().ok_or(Broken)?;
    let tag: &[u8; TAG] = rest.try_into().map_err(|_| Broken)?;
    if (suite, format) != (SUITE, FORMAT) {
        return Err(Broken);
    }
    let cipher = parent.derive(label, context).committed(commitment)?;
    let mut key = Zeroizing::new(*sealed);
    cipher.open(nonce, &wrap_aad(context), key.as_mut(), tag)?;
    Ok(key)
}

fn wrap_aad(context: &[u8]) -> Vec<u8> {
    [&[SUITE, FORMAT], context].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash state behind a key must be wiped: without the feature this does not compile.
    const fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    const _: () = wiped::<Aes256Gcm>();
    const _: () = wiped::<Sha256>();

    #[test]
    fn a_wrapped_key_opens_only_under_its_parent_label_and_context() {
        let (parent, other) = (Parent::new(&[1; KEY]), Parent::new(&[2; KEY]));
        let wrapped = wrap(&parent, b"subject", b"ctx", &[7; KEY]).unwrap();
        assert_eq!(*unwrap(&parent, b"subject", b"ctx", &wrapped).unwrap(), [7; KEY]);
        assert!(unwrap(&other, b"subject", b"ctx", &wrapped).is_err());
        assert!(unwrap(&parent, b"bucket", b"ctx", &wrapped).is_err());
        assert!(unwrap(&parent, b"subject", b"cty", &wrapped).is_err());
        for at in 0..wrapped.len() {
            let mut flipped = wrapped.clone();
            flipped[at] ^= 1;
            assert!(unwrap(&parent, b"subject", b"ctx", &flipped).is_err(), "byte {at}");
            assert!(unwrap(&parent, b"subject", b"ctx", &wrapped[..at]).is_err());
        }
    }

    #[test]
    fn a_key_without_its_commitment_gives_no_cipher() {
        let derived = Parent::new(&[1; KEY]).derive(b"record", &[1; 32]);
        let other = Parent::new(&[1; KEY]).derive(b"record", &[2; 32]);
        assert!(derived.committed(&derived.commitment).is_ok());
        assert!(derived.committed(&other.commitment).is_err());
        assert_ne!(derived.key, other.key);
    }
}
