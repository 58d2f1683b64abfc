//! What is in an export and what is not: `manifest.json`.

use std::fmt::Write as _;

use base::{CustomerId, EventId, Text, Timestamp};
use serde::Serialize;

/// The form that is written today.
pub(super) const FORMAT: &str = "jingwei-export/1";

/// A file of the package.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct File {
    /// Where it is in the package: always a name of ours.
    pub(super) path: String,
    /// Its length in bytes.
    pub(super) size: u64,
    /// Its SHA-256 in hexadecimal.
    pub(super) sha256: String,
    /// Its media type.
    pub(super) media_type: String,
    /// What sort of data it holds.
    pub(super) category: &'static str,
    /// The name it had where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) original_name: Option<String>,
    /// The source identity it came through, by its label in this package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<String>,
    /// The event it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<EventId>,
    /// The file it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) made_from: Option<String>,
    /// What was changed so that a program opens it without harm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) neutralised: Option<&'static str>,
    /// Whether it broke off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) incomplete: bool,
}

impl File {
    /// A file that we write ourselves.
    pub(super) fn of(category: &'static str, media_type: &str) -> Self {
        Self { category, media_type: media_type.to_owned(), ..Self::default() }
    }
}

/// Why something is not in the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// Its key was destroyed.
    Erased,
    /// It is not where it should be.
    Missing,
    /// It is not what was sealed.
    Damaged,
    /// There is more than one package may hold.
    Limit,
    /// It is another customer's too.
    OthersRights,
}

impl Reason {
    /// As people say it.
    pub(super) fn label(self) -> Text {
        match self {
            Self::Erased => Text::new("已删除，密钥已销毁", "erased: its key was destroyed"),
            Self::Missing => Text::new("在原始数据区中找不到", "not found in the raw zone"),
            Self::Damaged => Text::new("内容损坏，未通过校验", "damaged: it does not pass its seal"),
            Self::Limit => Text::new("超出单个导出包的上限", "beyond what one package may hold"),
            Self::OthersRights => Text::new("也涉及另一位客户", "it is another customer's too"),
        }
    }
}

/// Something that is not in the package.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Withheld {
    /// What it is.
    pub(super) what: String,
    /// The event it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<EventId>,
    /// What is there of it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    /// Why, for programs.
    pub(super) reason: Reason,
    /// Why, for people.
    pub(super) note: Text,
}

impl Withheld {
    pub(super) fn new(what: &str, event: Option<EventId>, reason: Reason) -> Self {
        Self { what: what.to_owned(), event, path: None, reason, note: reason.label() }
    }
}

/// A source identity, with the label by which the package's files speak of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Identity {
    /// Its label, unique within this customer.
    pub(super) label: String,
    /// What kind of handle.
    pub(super) scheme: String,
    /// Where the value is unique.
    pub(super) scope: String,
    /// The value; none once erased.
    pub(super) value: Option<String>,
}

/// Which identities a package covers.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Coverage {
    /// The rule.
    rule: &'static str,
    /// The rule for people.
    note: Text,
}

impl Coverage {
    /// All identities that are joined to the customer, whether or not the person proved them.
    pub(super) fn all() -> Self {
        let zh = "包含合并到该客户的全部身份，尚未逐一核验归属";
        let note = Text::new(zh, "all identities joined to this customer are included; none was proved by the person");
        Self { rule: "all_identities", note }
    }
}

/// The program that wrote a package.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Generator {
    name: &'static str,
    version: &'static str,
}

impl Generator {
    /// This program.
    pub(super) const THIS: Self = Self { name: "Jingwei", version: env!("CARGO_PKG_VERSION") };
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) events: u64,
    pub(super) originals: u64,
    pub(super) messages: u64,
    pub(super) tags: u64,
    pub(super) decisions: u64,
    pub(super) tasks: u64,
    pub(super) merges: u64,
    pub(super) openings: u64,
}

/// The list of everything in a package, with hashes, and of what is withheld.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Manifest {
    pub(super) format: &'static str,
    pub(super) customer: CustomerId,
    pub(super) created: Timestamp,
    pub(super) generator: Generator,
    pub(super) identity_scope: Coverage,
    pub(super) identities: Vec<Identity>,
    pub(super) counts: Counts,
    pub(super) files: Vec<File>,
    pub(super) withheld: Vec<Withheld>,
}

/// Bytes as lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}
