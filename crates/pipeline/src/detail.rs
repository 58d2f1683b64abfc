//! What is kept of why a decision was made.

use serde::{Deserialize, Serialize};
use signals::Measured;
use store::StoreError;

const VERSION: u8 = 1;

/// What the rule's measures came to, in reading order, and the events they are made of, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The values.
    pub values: Vec<Measured>,
    /// Places in the log.
    pub evidence: Vec<u64>,
}

impl Detail {
    pub(crate) fn pack(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default()
    }

    /// Reads what is stored with a decision.
    ///
    /// # Errors
    /// Bytes of a later version, or damaged ones.
    pub fn unpack(bytes: &[u8]) -> Result<Self, StoreError> {
        let corrupt = |why: &str| StoreError::Corrupt { what: "the detail of a decision", why: why.to_owned() };
        match bytes.split_first() {
            Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|error| corrupt(&error.to_string())),
            _ => Err(corrupt("unknown version")),
        }
    }
}
