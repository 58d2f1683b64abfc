//! A unit of work: everything one commit writes. Saving consumes it; all of it is stored, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use base::{
    AttachmentId, CommentId, CustomerId, DecisionId, IdentityId, MergeId, ObjectId, RecordId, RuleId, SourceId, TaskId,
    Timestamp, UserId,
};
use domain::KindId;

use crate::attachment::AttachmentRow;
use crate::comment::CommentRow;
use crate::decided::DecidedStretch;
use crate::log::Entry;
use crate::lookup::Stretch;
use crate::record::{ObjectRow, RecordChange, RecordKeys, RecordRows};
use crate::seen::Pages;

/// An identity with its value.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Its keyed hash, by which it is found.
    pub key_hash: [u8; 16],
    /// The scheme's name.
    pub scheme: String,
    /// Where the value is unique.
    pub scope: String,
    /// The value; none once erased.
    pub value: Option<String>,
    /// What it may do: 0 key, 1 evidence, 2 ambiguous, 3 hub.
    pub standing: u8,
    /// With how many of one scheme it was linked when it was demoted.
    pub degree: u64,
    /// The place in the log of what demoted it; nought where nothing did.
    pub demoted: u64,
    /// Whose it is.
    pub customer: CustomerId,
}

/// An identity that may do less than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demotion {
    /// What it may do now, as in [`IdentityRow`].
    pub standing: u8,
    /// With how many of one scheme it was linked.
    pub degree: u64,
    /// The place in the log of what demoted it.
    pub seq: u64,
}

/// Two customers joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    /// The customer that is no more.
    pub gone: CustomerId,
    /// The customer that holds both histories.
    pub stays: CustomerId,
    /// The link that joined them: its ends and the event that showed it.
    pub link: (IdentityId, IdentityId, u64),
    /// When.
    pub at: Timestamp,
    /// When it was taken back.
    pub undone_at: Option<Timestamp>,
}

/// A customer's state as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The place in the log up to which events are in it.
    pub seq: u64,
    /// When it must next be looked at.
    pub due: Option<Timestamp>,
    /// The instants of its first and last event.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// How many events.
    pub events: u64,
    /// The state.
    pub body: Vec<u8>,
}

/// A tag on a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRow {
    /// Since when.
    pub since: Timestamp,
    /// The decision that set it.
    pub decision: DecisionId,
    /// Whether it is being looked at again.
    pub recomputing: bool,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// About whom.
    pub customer: CustomerId,
    /// By which rule.
    pub rule: RuleId,
    /// The rule's version.
    pub version: u32,
    /// `set_tag`, `clear_tag` or `add_task`.
    pub outcome: String,
    /// The tag or the task's title.
    pub name: String,
    /// The instant at which the rule came to hold, or no longer.
    pub as_of: Timestamp,
    /// When it was decided.
    pub at: Timestamp,
    /// Why it came about.
    pub reason: String,
    /// The decision that it takes back.
    pub corrects: Option<DecisionId>,
    /// Whether it no longer stands.
    pub superseded: bool,
    /// Whether it was made from history: no effects followed.
    pub history: bool,
    /// Values and evidence, in a form of the pipeline's own.
    pub detail: Vec<u8>,
}

/// A task for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// About whom.
    pub customer: CustomerId,
    /// What is to be done.
    pub title: String,
    /// When it was written.
    pub at: Timestamp,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// A rule as people made it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RuleRow {
    /// What people call it.
    pub name: String,
    /// As it was typed.
    pub sentence: String,
    /// The definition as JSON.
    pub definition: String,
    /// From 1.
    pub version: u32,
    /// Whether it is on.
    pub active: bool,
    /// Nothing before this makes it fire.
    pub since: Timestamp,
    /// Whether it also fires for those for whom it holds already.
    pub existing: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it was removed.
    pub removed: bool,
    /// While it is being begun, or ended, for every customer: the last one it was done for.
    #[serde(skip)]
    pub beginning: Option<CustomerId>,
}

/// What a rule said from one of its versions on. Switching it on counts a version too, and says nothing new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersionRow {
    /// As it was typed.
    pub sentence: String,
    /// The definition as JSON.
    pub definition: String,
    /// When it was made.
    pub at: Timestamp,
}

/// What a source sent in one commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceCounts {
    /// Events taken.
    pub accepted: u64,
    /// Events seen before.
    pub duplicates: u64,
    /// Events refused.
    pub rejected: u64,
}

/// An event refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionRow {
    /// When.
    pub at: Timestamp,
    /// Where it came from.
    pub source: String,
    /// The line, in a file or body of many.
    pub line: Option<u64>,
    /// The member at fault.
    pub field: String,
    /// The kind of fault.
    pub code: String,
    /// The sentence in both languages, as JSON.
    pub message: String,
}

/// Everything one commit writes.
#[derive(Default)]
pub struct Unit {
    /// When the commit is made.
    pub received_at: Timestamp,
    /// The place of the first entry.
    pub seq: u64,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The digests of the events among them.
    pub digests: Vec<[u8; 16]>,
    /// The raw zone's blocks that were sealed for them.
    pub raw_blocks: BTreeSet<u64>,
    /// Identities, new or changed.
    pub identities: BTreeMap<IdentityId, IdentityRow>,
    /// Identities known before: new owner.
    pub owners: BTreeMap<IdentityId, CustomerId>,
    /// Identities known before that may do less now.
    pub demotions: BTreeMap<IdentityId, Demotion>,
    /// Links: open or closed.
    pub links: BTreeMap<(IdentityId, IdentityId, u64), bool>,
    /// Pairs said to be apart.
    pub apart: Vec<(IdentityId, IdentityId)>,
    /// Customers, and into which they were merged.
    pub customers: BTreeMap<CustomerId, Option<CustomerId>>,
    /// Customers whose name changed.
    pub names: BTreeMap<CustomerId, Option<String>>,
    /// What customers are found by; added.
    pub keys: Vec<(String, CustomerId)>,
    /// Customers whose keys are written anew in this commit: the old ones go first.
    pub unkeyed: Vec<CustomerId>,
    /// Merges, made or undone.
    pub merges: BTreeMap<MergeId, MergeRow>,
    /// Profile values by identity and field, with the event's instant and place.
    pub profile: BTreeMap<(IdentityId, String), (String, Timestamp, u64)>,
    /// Profile keys.
    pub profile_keys: BTreeMap<IdentityId, Vec<u8>>,
    /// States; none for a customer that is no more.
    pub states: BTreeMap<CustomerId, Option<StateRow>>,
    /// Segments of histories.
    pub segments: BTreeMap<(CustomerId, KindId, u32), Vec<u8>>,
    /// Tags; none for one taken away.
    pub tags: BTreeMap<(CustomerId, String, RuleId), Option<TagRow>>,
    /// Decisions made.
    pub decisions: BTreeMap<DecisionId, DecisionRow>,
    /// Decisions by which customers and rules find them from now on.
    pub decided: DecidedStretch,
    /// Decisions of earlier commits that no longer stand.
    pub superseded: Vec<DecisionId>,
    /// Tasks written.
    pub tasks: BTreeMap<TaskId, TaskRow>,
    /// Tasks of earlier commits that are taken back.
    pub withdrawn: Vec<TaskId>,
    /// Tasks that people said are done, or not, and the places in the log where they did.
    pub task_changes: BTreeMap<TaskId, (bool, u64)>,
    /// Rules made or changed.
    pub rules: BTreeMap<RuleId, RuleRow>,
    /// Rules as they were logged, with their places, as JSON.
    pub rules_logged: Vec<(RuleId, u64, String)>,
    /// What rules say from a version on.
    pub rule_versions: BTreeMap<(RuleId, u32), RuleVersionRow>,
    /// Kinds declared: number, name and declaration as JSON.
    pub kinds: Vec<(KindId, String, String)>,
    /// Objects made or changed, in order.
    pub objects: Vec<ObjectRow>,
    /// Records as they are now.
    pub records: BTreeMap<ObjectId, RecordRows>,
    /// The keys of records, new or changed.
    pub record_keys: BTreeMap<RecordId, RecordKeys>,
    /// Changes to records.
    pub record_changes: Vec<RecordChange>,
    /// Files kept with records; none for one that is no more.
    pub attachments: BTreeMap<AttachmentId, Option<AttachmentRow>>,
    /// Comments as they are now; none for one that was removed.
    pub comments: BTreeMap<CommentId, Option<CommentRow>>,
    /// Records whose comments of earlier commits have no text from here on.
    pub comments_erased: Vec<RecordId>,
    /// Who follows a record from here on, unless they said that they do not.
    pub follows: BTreeSet<(RecordId, UserId)>,
    /// What sources sent.
    pub sources: BTreeMap<SourceId, SourceCounts>,
    /// Events refused.
    pub rejections: Vec<RejectionRow>,
    /// Identities whose values and keys go.
    pub erased: Vec<IdentityId>,
    /// The place of the last entry that erased something, for those who keep texts beside the database.
    pub erased_at: Option<u64>,
    /// Customers whose rules are still to be looked at again, all of them, when that changed.
    pub restating: Option<Vec<CustomerId>>,
    /// From which place in the log states must be brought up to date after a crash.
    pub recover_from: Option<u64>,
    /// Identities by which customers are found from now on.
    pub found: Stretch,
    /// Digests to be stored for good.
    pub seen: Pages,
}
