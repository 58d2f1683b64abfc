//! Typed, prefixed ids. A number inside, `cus_0000002a` outside: eight or more digits of Crockford's
//! base 32, so that an id survives being read aloud.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// Why a text is not an id.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum IdError {
    /// The prefix belongs to another type, or there is none.
    #[error("expected an id that begins with {expected}_")]
    Prefix {
        /// The prefix of the wanted type.
        expected: &'static str,
    },
    /// A character outside the base 32 alphabet, or more than 64 bits.
    #[error("not an id: bad digits")]
    Digits,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn write(prefix: &str, number: u64, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{prefix}_")?;
    let digits = (64 - number.leading_zeros()).div_ceil(5).max(8);
    for place in (0..digits).rev() {
        let digit = usize::try_from((number >> (place * 5)) & 31).unwrap_or(0);
        let letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
        write!(out, "{}", char::from(letter))?;
    }
    Ok(())
}

fn read(prefix: &'static str, text: &str) -> Result<u64, IdError> {
    let digits = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdError::Prefix { expected: prefix })?;
    if digits.is_empty() || digits.len() > 13 {
        return Err(IdError::Digits);
    }
    digits.bytes().try_fold(0u64, |sum, letter| {
        let digit = ALPHABET.iter().position(|known| *known == letter.to_ascii_lowercase());
        let digit = digit.and_then(|found| u64::try_from(found).ok()).ok_or(IdError::Digits)?;
        sum.checked_mul(32).and_then(|sum| sum.checked_add(digit)).ok_or(IdError::Digits)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number inside.
            #[must_use]
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write($prefix, self.0, out)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                read($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { to.serialize_u64(self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                    text.parse().map_err(de::Error::custom)
                } else {
                    u64::deserialize(from).map(Self)
                }
            }
        }
    )*};
}

ids! {
    /// A customer: one person or organisation, whatever identifiers it has been seen under.
    CustomerId = "cus";
    /// An event; its number is its `seq`, its place in the log.
    EventId = "evt";
    /// One identifier in its scope, without its value.
    IdentityId = "idn";
    /// An automation; a rule is an automation with one step.
    RuleId = "aut";
    /// A decision: what a rule did to a customer, and why.
    DecisionId = "dec";
    /// A task for a person.
    TaskId = "tsk";
    /// An object: a table of the CRM, standard or made by users.
    ObjectId = "obj";
    /// A team: a department or group of people, which may be part of another.
    TeamId = "tea";
    /// A record of an object.
    RecordId = "rec";
    /// A change to a record; its number is its place in the log.
    ChangeId = "chg";
    /// A file kept with a record; its number is the place in the log where it was attached.
    AttachmentId = "att";
    /// A comment on a record; its number is the place in the log where it was made.
    CommentId = "cmt";
    /// Something that someone is told of.
    NoticeId = "ntc";
    /// Something that goes on by itself.
    JobId = "job";
    /// A saved view of a list.
    ViewId = "viw";
    /// A role: what those who have it may do.
    RoleId = "rol";
    /// An invitation of a person.
    InvitationId = "inv";
    /// A key with which a program calls the API.
    ApiKeyId = "key";
    /// A passkey of a person.
    PasskeyId = "pky";
    /// An identity provider.
    ProviderId = "idp";
    /// A line of the audit.
    AuditId = "aud";
    /// A source of events.
    SourceId = "src";
    /// The joining of two customers.
    MergeId = "mrg";
    /// A person who signs in.
    UserId = "usr";
    /// A signed-in browser.
    SessionId = "ses";
}

impl RecordId {
    /// From here on records are customers'; no other record comes to such a number.
    pub const CUSTOMERS: u64 = 1 << 40;

    /// The record of a customer: its number says whose it is, so that no table has to.
    #[must_use]
    pub const fn of_customer(customer: CustomerId) -> Self {
        Self(Self::CUSTOMERS + customer.0)
    }

    /// The customer whose record this is, if it is one's.
    #[must_use]
    pub const fn customer(self) -> Option<CustomerId> {
        match self.0.checked_sub(Self::CUSTOMERS) {
            Some(number) => Some(CustomerId(number)),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        for number in [0, 1, 31, 32, 74, u64::from(u32::MAX), u64::MAX] {
            let id = CustomerId::new(number);
            assert_eq!(id.to_string().parse(), Ok(id), "{id}");
        }
        assert_eq!(CustomerId::new(74).to_string(), "cus_0000002a");
    }

    #[test]
    fn a_customers_record_leads_back_to_the_customer() {
        let customer = CustomerId::new(74);
        assert_eq!(RecordId::of_customer(customer).customer(), Some(customer));
        assert_eq!(RecordId::new(74).customer(), None);
    }

    #[test]
    fn another_types_id_is_refused() {
        assert_eq!("evt_0000002a".parse::<CustomerId>(), Err(IdError::Prefix { expected: "cus" }));
        assert_eq!("cus_zzzzzzzzzzzzz".parse::<CustomerId>(), Err(IdError::Digits));
        assert_eq!("cus_0u".parse::<CustomerId>(), Err(IdError::Digits));
    }
}
