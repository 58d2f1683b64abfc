//! Comments in a replay: of each what is stored of it, but for the text, of which there is a hash.

use std::collections::BTreeMap;

use base::{CommentId, RecordId, Timestamp, UserId};
use store::log::{CommentAct, CommentEntry};
use store::{CommentRow, Connection, StoreError};

use crate::comment;
use crate::replay::ReplayReport;

/// A comment as it follows from the log, or is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Comment {
    author: String,
    at: Timestamp,
    changed_at: Option<Timestamp>,
    seq: u64,
    mentions: Vec<UserId>,
    /// The hash of its text; none once that was erased.
    text: Option<[u8; 32]>,
}

/// All comments, by record.
#[derive(Default)]
pub(crate) struct Told(BTreeMap<(RecordId, CommentId), Comment>);

fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

fn stored(row: CommentRow) -> Comment {
    let CommentRow { author, at, changed_at, seq, mentions, text, .. } = row;
    Comment { author, at, changed_at, seq, mentions, text: text.as_deref().map(hash) }
}

impl Told {
    pub(crate) fn take(
        &mut self,
        db: &mut Connection,
        seq: u64,
        at: Timestamp,
        entry: CommentEntry,
    ) -> Result<(), StoreError> {
        let text = comment::text(db, &entry)?.as_deref().map(hash);
        let key = (entry.record, entry.comment);
        let CommentEntry { act, actor, mentions, .. } = entry;
        match (act, self.0.get_mut(&key)) {
            (CommentAct::Added, _) => {
                self.0.insert(key, Comment { author: actor, at, changed_at: None, seq, mentions, text });
            }
            (CommentAct::Changed, Some(known)) => {
                *known =
                    Comment { author: known.author.clone(), at: known.at, changed_at: Some(at), seq, mentions, text };
            }
            (CommentAct::Changed, None) => {}
            (CommentAct::Removed, _) => drop(self.0.remove(&key)),
        }
        Ok(())
    }

    /// What told of a person is gone from a record's comments.
    pub(crate) fn forget(&mut self, record: RecordId) {
        let ends = (record, CommentId::new(0))..=(record, CommentId::new(u64::MAX));
        self.0.range_mut(ends).for_each(|(_, known)| known.text = None);
    }

    /// Compares with what is stored.
    pub(crate) fn compare(mut self, db: &mut Connection, report: &mut ReplayReport) -> Result<(), StoreError> {
        const PAGE: u32 = 10_000;
        let mut after = CommentId::new(0);
        loop {
            let page = db.comments_after(after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, row) in page {
                let how = match self.0.remove(&(row.record, id)) {
                    None => "is stored but does not follow from the log",
                    Some(told) if told != stored(row) => "is stored otherwise than it follows",
                    Some(_) => continue,
                };
                report.differences.push(format!("comment {id} {how}"));
            }
        }
        let lost = self.0.keys().map(|(_, id)| format!("comment {id} follows from the log but is not stored"));
        report.differences.extend(lost);
        Ok(())
    }
}
