//! Whom a comment may name: those who may see the record.

use ::search::{Kind, Needle};
use base::{RecordId, UserId};
use store::{Connection, Person};

use super::super::{Deed, allowed_among, found, object};
use crate::account::person::{MemberPage, MemberView};
use crate::account::role;
use crate::error::without_nul;
use crate::{Actor, App, OpError};

/// The most people that a comment names.
const MENTIONS: usize = 20;
/// The most people that are offered.
const OFFERED: usize = 20;
/// The longest part of a name that is looked for, in characters.
const PART_CHARS: usize = 100;

/// Whether a person may see a record.
fn sees(app: &App, db: &mut Connection, person: &Person, name: &str, record: RecordId) -> Result<bool, OpError> {
    if person.ended_at.is_some() {
        return Ok(false);
    }
    let role = role::find(db, person.role)?.unwrap_or_default();
    let them: Actor = role.actor(app, person.id.to_string());
    let Ok(object) = object(app, &them, name) else { return Ok(false) };
    Ok(allowed_among(app, db, &them, &object, Deed::See, &[record])?.contains(&record))
}

/// Those who may see a record that the reader sees, by a part of their name, its pinyin or its initials.
///
/// # Errors
/// There is no such record, the reader may not see it, the part is too long, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, record: RecordId, part: &str) -> Result<MemberPage, OpError> {
    let object = object(app, actor, name)?;
    app.store.read(|db| found(app, db, actor, &object, Deed::See, record))?;
    without_nul("q", part)?;
    let part = part.trim();
    if part.chars().count() > PART_CHARS {
        return Err(OpError::invalid("q", "最多 100 个字符", "at most 100 characters are looked for"));
    }
    let needle = Needle::new(part).ok(); // signs alone narrow nothing
    let fits = |person: &Person| {
        needle.as_ref().map_or(part.is_empty(), |needle| needle.look(&[(Kind::Title, &person.name)]).is_some())
    };
    app.store.read(|db| {
        let mut items = Vec::new();
        for (person, _) in db.people()?.into_iter().filter(|(person, _)| fits(person)) {
            if items.len() < OFFERED && sees(app, db, &person, name, record)? {
                items.push(MemberView { id: person.id, name: person.name });
            }
        }
        Ok(MemberPage { items })
    })
}

/// Whom a text names, in the order in which it first does.
fn named(text: &str) -> Vec<UserId> {
    let mut all: Vec<UserId> = Vec::new();
    for part in text.split("@[").skip(1) {
        let id = part.split_once(']').and_then(|(id, _)| id.parse().ok());
        all.extend(id.filter(|id| !all.contains(id)));
    }
    all
}

/// Whom a text names; those who are not `known` already must see the record.
pub(super) fn checked(
    app: &App,
    name: &str,
    record: RecordId,
    text: &str,
    known: &[UserId],
) -> Result<Vec<UserId>, OpError> {
    let all = named(text);
    if all.len() > MENTIONS {
        return Err(OpError::invalid("text", "一条评论最多提到 20 人", "a comment names at most 20 people"));
    }
    app.store.read(|db| {
        for id in all.iter().filter(|id| !known.contains(id)) {
            let Some(person) = db.person(*id)? else {
                let (zh, en) = (format!("没有 {id} 这个人"), format!("there is nobody with the id {id}"));
                return Err(OpError::invalid("text", &zh, &en));
            };
            if !sees(app, db, &person, name, record)? {
                let zh = format!("「{}」看不到这条记录，不能提到", person.name);
                let en = format!("{} may not see this record, and cannot be mentioned on it", person.name);
                return Err(OpError::invalid("text", &zh, &en));
            }
        }
        Ok(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_each_once_and_nobody_by_what_is_no_id() {
        let text =
            "@[usr_00000002] 请看 @[usr_00000001]@[usr_00000002],@[cus_00000001] @[usr_ @usr_00000003 @[usr_00000004";
        assert_eq!(named(text), [UserId::new(2), UserId::new(1)]);
    }
}
