//! Writing comments on records: each at its place in the log, under the record's key for what tells of a person, and into the table that is
//! read, in one commit.

use base::{CommentId, ObjectId, RecordId, UserId};
use store::log::{CommentAct, CommentEntry, Entry};
use store::{CommentRow, Connection, StoreError, Unit};

use crate::command::Outcome;
use crate::engine::{Committed, Engine, EngineError};
use crate::profile;
use crate::record::{new_nonce, unique};

/// What makes a comment's nonce another than that of a change: no record has so many versions.
const COMMENT: u32 = u32::MAX;

/// A comment to be written, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentWrite {
    /// Who: the id of a person or key, or `local`.
    pub actor: String,
    /// Of which object the record is.
    pub object: ObjectId,
    /// On which record.
    pub record: RecordId,
    /// Which comment; none writes one.
    pub comment: Option<CommentId>,
    /// Its text from here on; none removes it.
    pub text: Option<String>,
    /// Whom the text names.
    pub mentions: Vec<UserId>,
}

/// What a logged comment says; none when what opens it is gone, or where it was removed.
///
/// # Errors
/// The database's.
pub fn text(db: &mut Connection, entry: &CommentEntry) -> Result<Option<String>, StoreError> {
    let key = db.record_keys(entry.record)?.and_then(|keys| keys.personal);
    let open = |key: Vec<u8>| profile::open(&key, &unique(&entry.nonce, COMMENT), &entry.text);
    Ok(key.and_then(open).and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// Takes away what a record's comments say, in this unit and before it.
pub(crate) fn forget(record: RecordId, unit: &mut Unit) {
    unit.comments_erased.push(record);
    let all = unit.comments.values_mut().flatten();
    all.filter(|row| row.record == record).for_each(|row| row.text = None);
}

impl Engine {
    /// Writes, changes or removes a comment.
    pub(crate) fn write_comment(
        &mut self,
        write: CommentWrite,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, EngineError> {
        let CommentWrite { actor, object, record, comment, text, mentions } = write;
        let Some(of) = self.objects.by_id(object).cloned() else { return Ok(Outcome::NotFound) };
        if self.record_as_it_stands(&of, record, unit)?.is_none_or(|row| row.trashed_at.is_some()) {
            return Ok(Outcome::NotFound);
        }
        let known = comment.map(|id| self.comment_as_it_stands(id, unit)).transpose()?.flatten();
        let known = known.filter(|row| row.record == record && (row.text.is_some() || text.is_none()));
        if comment.is_some() != known.is_some() {
            return Ok(Outcome::NotFound);
        }
        let (seq, at) = (self.next_seq, unit.received_at);
        let id = comment.unwrap_or(CommentId::new(seq));
        let act = match (&text, comment) {
            (None, _) => CommentAct::Removed,
            (Some(_), None) => CommentAct::Added,
            (Some(_), Some(_)) => CommentAct::Changed,
        };
        let nonce = new_nonce()?;
        let sealed = match &text {
            Some(text) => {
                let keys = self.keys(record, None, true, unit)?;
                keys.personal.map(|key| profile::seal(&key, &unique(&nonce, COMMENT), text.as_bytes()))
            }
            None => None,
        };
        let entry = CommentEntry {
            object,
            record,
            comment: id,
            act,
            actor: actor.clone(),
            mentions: mentions.clone(),
            nonce,
            text: sealed.unwrap_or_default(),
        };
        self.append(unit, Entry::Comment(entry));
        let author = known.as_ref().map_or(actor.clone(), |row| row.author.clone());
        let row = text.map(|text| CommentRow {
            object,
            record,
            author,
            at: known.as_ref().map_or(at, |row| row.at),
            changed_at: known.as_ref().map(|_| at),
            seq,
            mentions: mentions.clone(),
            text: Some(text),
        });
        let writer = actor.parse().ok().filter(|_| act == CommentAct::Added);
        unit.follows.extend(mentions.into_iter().chain(writer).map(|person| (record, person)));
        unit.comments.insert(id, row);
        done.records.entry(object).or_insert(0);
        Ok(Outcome::Commented(id))
    }

    /// A comment with what the unit has changed in it.
    fn comment_as_it_stands(&mut self, id: CommentId, unit: &Unit) -> Result<Option<CommentRow>, StoreError> {
        let Some(row) = unit.comments.get(&id) else {
            let erased = |row: &CommentRow| unit.comments_erased.contains(&row.record);
            let stored = self.db.comment(id)?;
            return Ok(stored.map(|row| if erased(&row) { CommentRow { text: None, ..row } } else { row }));
        };
        Ok(row.clone())
    }
}
