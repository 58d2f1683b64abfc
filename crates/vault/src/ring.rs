//! The root key at work: key-encryption keys by epoch, and the names the data is bound to.

use crate::crypto::{KEY, KeyBytes, Parent};
use crate::item::IdentityAlias;

/// What every ciphertext is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) workspace: [u8; 16],
    pub(crate) region: [u8; 8],
}

impl Place {
    /// The region's code, padded with noughts: 1 to 8 ASCII letters.
    pub(crate) fn region(code: &str) -> Option<[u8; 8]> {
        let fits = (1..=8).contains(&code.len()) && code.bytes().all(|letter| letter.is_ascii_alphabetic());
        let mut region = [0; 8];
        region.iter_mut().zip(code.bytes()).for_each(|(place, letter)| *place = letter);
        fits.then_some(region)
    }

    fn bytes(&self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes.iter_mut().zip(self.workspace.iter().chain(&self.region)).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// The root key, ready to give key-encryption keys.
pub(crate) struct Ring {
    root: Parent,
    pub(crate) place: Place,
}

impl Ring {
    pub(crate) fn new(root: &[u8; KEY], place: Place) -> Self {
        Self { root: Parent::new(root), place }
    }

    /// A value that tells this root key from any other without telling anything about it.
    pub(crate) fn check(&self) -> [u8; 32] {
        self.root.derive(b"root check", &self.place.bytes()).commitment
    }

    /// The key-encryption key of an epoch.
    pub(crate) fn epoch(&self, epoch: u32) -> Parent {
        let context = [&self.place.bytes()[..], &epoch.to_le_bytes()].concat();
        Parent::new(&self.root.derive(b"epoch", &context).key)
    }

    /// The name an uploaded object is found by. Keyed, so that the file list does not tell which
    /// known files there are.
    pub(crate) fn object_name(&self, sha256: &[u8; 32]) -> KeyBytes {
        self.root.derive(b"object name", sha256).key
    }
}

/// What a wrapped subject key is bound to.
pub(crate) fn subject_context(place: &Place, epoch: u32, alias: &IdentityAlias) -> Vec<u8> {
    [&place.bytes()[..], &epoch.to_le_bytes(), &alias.0].concat()
}

/// What a wrapped bucket key is bound to.
pub(crate) fn bucket_context(place: &Place, bucket: &Bucket) -> Vec<u8> {
    [&place.bytes()[..], &bucket.alias.0, &[bucket.category], &bucket.quarter.to_le_bytes()].concat()
}

/// Which bucket key: identity, category code, quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Bucket {
    pub(crate) alias: IdentityAlias,
    pub(crate) category: u8,
    pub(crate) quarter: i32,
}
