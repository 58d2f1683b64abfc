//! Files kept with records. Their bytes lie in the raw zone, under the key of whom the record is about; who sees the record may open them, and who may
//! change it may attach and remove them.

mod body;
mod field;

use std::io::{Read, Write};

use base::{AttachmentId, ChangeId, RecordId, Text, Timestamp};
use domain::object::{Cell, FieldNumber, Object, Type};
use pipeline::attachment::{FILES_LIMIT, Facts, FileAct, FileWrite, FileWrites};
use pipeline::record::Written;
use pipeline::{Command, Outcome};
use serde::Serialize;
use store::log::{RecordAct, RecordEntry};
use store::{AttachmentRow, Connection, RecordRow};
use utoipa::ToSchema;
use vault::{Basis, Category, IdentityAlias, OpenRef, Purpose, RawRef, SealBody, SealItem, VaultError};

pub(super) use self::field::{FieldFile, of_fields};
use self::field::{field_of, home, is_shown, may_change};
use super::{Changed, Deed, TRIES, found, get, newer, object};
use crate::audit::{Line, Names};
use crate::customer::original::grant;
use crate::{Actor, App, Fault, OpError};

/// The most bytes of a file.
pub const FILE_BYTES: u64 = 100 << 20;
/// Days for which a file that was removed can be put back.
pub const KEPT_DAYS: i64 = 30;
/// The most characters of a file's name.
const NAME_CHARS: usize = 200;
/// How many files are destroyed at a time.
const SWEEP: u32 = 200;
/// How an identity stands that is one customer's alone.
const KEY: u8 = 0;
const DAY_MS: i64 = 86_400_000;

/// A file kept with a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttachmentView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AttachmentId,
    /// The name of the record's field in which it is; none where it is kept with the record alone.
    pub field: Option<String>,
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its media type, as its first bytes tell it; `application/octet-stream` where they tell nothing.
    pub media_type: String,
    /// Who attached it.
    pub added_by: String,
    /// When.
    #[schema(value_type = String)]
    pub added_at: Timestamp,
    /// When it was removed.
    #[schema(value_type = Option<String>)]
    pub removed_at: Option<Timestamp>,
    /// Until when it can be put back, if it was removed.
    #[schema(value_type = Option<String>)]
    pub kept_until: Option<Timestamp>,
}

/// The files of a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attachments {
    /// Those that are there, in fields or not, the first attached first.
    pub items: Vec<AttachmentView>,
    /// Those that were removed and can be put back; none for who may not change the record.
    pub removed: Vec<AttachmentView>,
}

fn view(
    names: &mut Names,
    db: &mut Connection,
    object: &Object,
    (id, row): (AttachmentId, AttachmentRow),
) -> Result<AttachmentView, OpError> {
    Ok(AttachmentView {
        id,
        field: row.field.and_then(|number| object.numbered_field(number)).map(|field| field.name.clone()),
        name: row.name,
        bytes: row.bytes,
        media_type: row.media_type,
        added_by: names.of(db, &row.added_by)?,
        added_at: row.added_at,
        removed_at: row.removed_at,
        kept_until: row.removed_at.map(|at| at.plus_ms(KEPT_DAYS * DAY_MS)),
    })
}

/// The files of a record.
///
/// # Errors
/// There is no such record, the reader may not see it, or the database's.
pub fn list(app: &App, actor: &Actor, name: &str, id: RecordId) -> Result<Attachments, OpError> {
    let object = object(app, actor, name)?;
    app.store.read(|db| {
        found(app, db, actor, &object, Deed::See, id)?;
        let writes = super::allowed_among(app, db, actor, &object, Deed::Write, &[id])?.contains(&id);
        let (mut names, mut all) = (Names::default(), Attachments { items: Vec::new(), removed: Vec::new() });
        for file in db.attachments_of(id)?.into_iter().filter(|(_, row)| is_shown(actor, &object, row.field)) {
            let (is_removed, may) = (file.1.removed_at.is_some(), may_change(actor, &object, file.1.field).is_ok());
            let shown = view(&mut names, db, &object, file)?;
            match is_removed {
                false => all.items.push(shown),
                true if writes && may => all.removed.push(shown),
                true => {}
            }
        }
        Ok(all)
    })
}

/// The alias of a record that leads to no customer.
fn own_alias(app: &App, record: RecordId) -> IdentityAlias {
    IdentityAlias(app.secrets.digest("jingwei/record", &record.to_string()))
}

/// Under whose key files of a record are sealed: that of the strongest identity of the customer that it leads to, or one of its own.
fn alias(app: &App, object: &Object, id: RecordId, row: &RecordRow) -> Result<IdentityAlias, OpError> {
    let objects = app.pipeline.objects();
    let whole = objects.by_id(object.id).unwrap_or(object); // also what the reader does not see leads there
    let links = whole.fields.iter().filter(|field| field.holds == Type::Customer);
    let mut linked = links.filter_map(|field| match row.cells.get(&field.number) {
        Some(Cell::Int(number)) => Some(base::CustomerId::new(number.cast_unsigned())),
        _ => None,
    });
    let Some(customer) = id.customer().or_else(|| linked.next()) else { return Ok(own_alias(app, id)) };
    let identities = app.store.read(|db| match db.current_customer(customer)? {
        Some(customer) => db.identities_of(customer),
        None => Ok(Vec::new()),
    })?;
    let own = identities.into_iter().filter(|(_, row)| row.value.is_some() && row.standing == KEY);
    let strongest = own.min_by_key(|(id, row)| (domain::Scheme::named(&row.scheme).rank(), *id));
    Ok(strongest.map_or_else(|| own_alias(app, id), |(_, row)| IdentityAlias(row.key_hash)))
}

/// The name of a file in the raw zone.
fn raw_name(token: &[u8; 16]) -> vault::RecordId {
    let mut hasher = blake3::Hasher::new_derive_key("jingwei 2026 attachment v1");
    hasher.update(token);
    vault::RecordId(*hasher.finalize().as_bytes())
}

/// What a file is called: the last part of what was given, without what no name has.
fn file_name(given: &str) -> Result<String, OpError> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|letter| !letter.is_control() && !is_bidi(*letter)).collect();
    let name = name.trim();
    if name.is_empty() || name.chars().all(|letter| letter == '.') {
        return Err(OpError::invalid("X-File-Name", "请给出文件名", "the file's name is wanted"));
    }
    if name.chars().count() > NAME_CHARS {
        let (zh, en) =
            (format!("文件名最多 {NAME_CHARS} 个字"), format!("a file's name has at most {NAME_CHARS} characters"));
        return Err(OpError::invalid("X-File-Name", &zh, &en));
    }
    Ok(name.to_owned())
}

/// Whether it turns the direction of what follows, by which a name can look like another.
const fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A file is larger than may be.
fn too_large() -> OpError {
    let mib = FILE_BYTES >> 20;
    let (zh, en) = (format!("文件最大 {mib} MB"), format!("a file has at most {mib} MB"));
    OpError::new(Fault::Request, "too_large", &zh, &en)
}

fn too_many(home: Option<FieldNumber>) -> OpError {
    let (what, of, most) = match home {
        Some(_) => ("一个字段", "a field", domain::object::FILES_LIMIT),
        None => ("一条记录", "a record", FILES_LIMIT),
    };
    let (zh, en) = (format!("{what}最多 {most} 个附件"), format!("{of} has at most {most} attachments"));
    OpError::new(Fault::Request, "too_many", &zh, &en)
}

/// A file that is about to be attached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'g> {
    /// What it is called.
    pub name: &'g str,
    /// The name of the field in which it is to be; none for the record alone.
    pub field: Option<&'g str>,
    /// How many bytes it says it has.
    pub length: Option<u64>,
}

/// Attaches a file, as it comes in, and puts it into its field with the same change. Nothing of it is kept when it is cut off, too large, or cannot be attached in the end.
///
/// # Errors
/// There is no such record or field, the reader may not change it, the name does not fit, there are too many files or this one is too large, it was cut off, the
/// raw zone is down, or the database's.
pub fn add(
    app: &App,
    actor: &Actor,
    name: &str,
    id: RecordId,
    given: Given<'_>,
    body: &mut dyn Read,
) -> Result<AttachmentView, OpError> {
    let object = object(app, actor, name)?;
    let row = app.store.read(|db| found(app, db, actor, &object, Deed::Write, id))?;
    if row.trashed_at.is_some() {
        return Err(OpError::not_found()); // in the trash it is changed by nobody
    }
    let home = given.field.map(|name| field_of(&object, name)).transpose()?;
    may_change(actor, &object, home)?;
    let called = file_name(given.name)?;
    let files = app.store.read(|db| db.attachments_of(id))?;
    let limit = if home.is_some() { domain::object::FILES_LIMIT } else { FILES_LIMIT };
    if files.iter().filter(|(_, row)| row.removed_at.is_none() && row.field == home).count() >= limit {
        return Err(too_many(home));
    }
    if given.length.is_some_and(|bytes| bytes > FILE_BYTES) {
        return Err(too_large());
    }
    let facts = seal(app, alias(app, &object, id, &row)?, body)?;
    let block = facts.block;
    let act = || FileAct::Attach(facts.clone(), called.clone(), home);
    let attached = changed(app, actor, &object, id, (home, None), act);
    if attached.as_ref().is_err_and(|error| error.fault != Fault::Later) {
        app.vault.destroy_blocks(&[block])?; // where nobody knows what became of the commit, the next start does
    }
    let place = attached?.1.ok_or_else(OpError::not_found)?;
    let file = AttachmentId::new(place);
    let row = app.store.read(|db| db.attachment(file))?.ok_or_else(OpError::not_found)?;
    app.store.read(|db| view(&mut Names::default(), db, &object, (file, row)))
}

/// Has a file sealed as it comes in.
fn seal(app: &App, alias: IdentityAlias, body: &mut dyn Read) -> Result<Facts, OpError> {
    let mut body = body::Body::new(body, FILE_BYTES);
    let sha256 = app.vault.put_stream(&mut body).map_err(|error| match error {
        VaultError::Stream(_) if body.is_too_large() => too_large(),
        VaultError::Stream(_) => OpError::new(
            Fault::Request,
            "cut_off",
            "上传中断，未保存任何内容",
            "the upload was cut off; nothing was kept",
        ),
        error => error.into(),
    })?;
    let mut token = [0; 16];
    getrandom::fill(&mut token).map_err(|_| OpError::vault_unavailable())?;
    let media_type = body.media_type();
    let item = SealItem {
        identity: alias,
        record: raw_name(&token),
        category: Category::Attachment,
        time_ms: app.now().ms(),
        media_type: media_type.to_owned(),
        name: None, // it stands with the record only
        body: SealBody::Object { sha256 },
    };
    let places = app.vault.seal(&[item])?;
    let RawRef { block, index } = places.first().copied().ok_or_else(OpError::vault_unavailable)?;
    let (media_type, bytes) = (media_type.to_owned(), body.length());
    Ok(Facts { media_type, bytes, alias: alias.0, token, block, place: index })
}

/// Does something with a file of a record that the reader may change; if somebody else was faster, the right is looked at again.
fn changed(
    app: &App,
    actor: &Actor,
    object: &Object,
    id: RecordId,
    (home, undoes): (Option<FieldNumber>, Option<u64>),
    act: impl Fn() -> FileAct,
) -> Result<(RecordId, Option<u64>), OpError> {
    let mut version = 0;
    for _ in 0..TRIES {
        let row = app.store.read(|db| found(app, db, actor, object, Deed::Write, id))?;
        version = row.version;
        let write = FileWrite { object: object.id, record: id, version: Some(version), act: act(), undoes };
        let writes = FileWrites { actor: actor.id().to_owned(), writes: vec![write] };
        let Outcome::Written(written) = app.pipeline.command(Command::WriteFiles(writes))? else {
            return Err(OpError::not_found());
        };
        match written.into_iter().next() {
            Some(Written::Done { record, change }) => return Ok((record, change)),
            Some(Written::Full) => return Err(too_many(home)),
            Some(Written::Newer(_)) => {}
            Some(Written::Missing) | None => return Err(OpError::not_found()),
        }
    }
    Err(newer(version))
}

/// As [`changed`], if the reader may change the file's field, with the record as it is then.
fn done(
    app: &App,
    actor: &Actor,
    object: &Object,
    (id, file): (RecordId, AttachmentId),
    undoes: Option<u64>,
    act: impl Fn() -> FileAct,
) -> Result<Changed, OpError> {
    let home = app.store.read(|db| {
        found(app, db, actor, object, Deed::Write, id)?;
        home(db, file)
    })?;
    may_change(actor, object, home)?;
    let (_, change) = changed(app, actor, object, id, (home, undoes), act)?;
    Ok(Changed { detail: Some(get(app, actor, &object.name, id)?), change: change.map(ChangeId::new) })
}

/// Removes a file, which can be put back for [`KEPT_DAYS`], or puts it back.
///
/// # Errors
/// There is no such file or record, the reader may not change it, there are too many files, or the database's.
pub fn set_removed(
    app: &App,
    actor: &Actor,
    name: &str,
    (id, file): (RecordId, AttachmentId),
    removed: bool,
) -> Result<Changed, OpError> {
    let object = object(app, actor, name)?;
    let act = || if removed { FileAct::Detach(file) } else { FileAct::Reattach(file) };
    done(app, actor, &object, (id, file), None, act)
}

/// Takes back what a change did with a file.
pub(super) fn undo(
    app: &App,
    actor: &Actor,
    object: &Object,
    (change, entry): (ChangeId, &RecordEntry),
) -> Result<Changed, OpError> {
    let seq = change.number();
    let act = || match entry.act {
        RecordAct::Attached | RecordAct::Filed(_) => Some(FileAct::Detach(AttachmentId::new(seq))),
        RecordAct::Reattached(file) => Some(FileAct::Detach(file)),
        RecordAct::Detached(file) => Some(FileAct::Reattach(file)),
        _ => None,
    };
    let act = act().ok_or_else(gone)?;
    let file = entry.act.attachment(seq).ok_or_else(gone)?;
    if !is_shown(actor, object, app.store.read(|db| home(db, file))?) {
        return Err(super::change::unseen());
    }
    done(app, actor, object, (entry.record, file), Some(seq), || act.clone()).map_err(|error| match error.fault {
        Fault::NotFound => gone(),
        _ => error,
    })
}

fn gone() -> OpError {
    OpError::new(Fault::Conflict, "erased", "文件已被彻底删除", "the file was destroyed")
}

/// The file that a change was of, as far as it is not erased; none where the reader does not see its field.
pub(super) fn told(
    db: &mut Connection,
    actor: &Actor,
    object: &Object,
    id: AttachmentId,
) -> Result<Option<FileChangeView>, OpError> {
    let home = home(db, id)?;
    if !is_shown(actor, object, home) {
        return Ok(None);
    }
    let name = match db.attachment(id)? {
        Some(row) => Some(row.name),
        None => match super::change::entry(db, id.number())? {
            Some((_, entry)) => pipeline::attachment::told(db, &entry)?.name,
            None => None,
        },
    };
    let field = home.and_then(|number| object.numbered_field(number)).map(|field| field.label.clone());
    Ok(Some(FileChangeView { id, name, field }))
}

/// A file that is about to be opened.
pub struct Opening {
    /// What it is.
    pub file: AttachmentView,
    reference: OpenRef,
}

/// Begins to open a file for work on its record, on the ground of the contract that it serves. Who does is noted.
///
/// # Errors
/// There is no such file or record, the reader may not see it or sees as somebody else, or the database's.
pub fn open(app: &App, actor: &Actor, name: &str, (id, file): (RecordId, AttachmentId)) -> Result<Opening, OpError> {
    let object = object(app, actor, name)?;
    let (file, reference) = app.store.read(|db| {
        found(app, db, actor, &object, Deed::See, id)?;
        let row = db.attachment(file)?.filter(|row| row.record == id && row.removed_at.is_none());
        let row = row.filter(|row| is_shown(actor, &object, row.field)).ok_or_else(OpError::not_found)?;
        let place = RawRef { block: row.block, index: row.place };
        let reference = (IdentityAlias(row.alias), raw_name(&row.token), place);
        Ok::<_, OpError>((view(&mut Names::default(), db, &object, (file, row))?, reference))
    })?;
    if actor.is_seen_as() {
        let (zh, en) = ("以他人身份查看时不能打开附件", "who sees as somebody else opens no attachments");
        return Err(OpError::new(Fault::Forbidden, "forbidden", zh, en));
    }
    let detail = serde_json::json!({"object": name, "attachment": file.id.to_string()});
    Line::new("attachment.opened", &id, detail).note(app, actor)?;
    Ok(Opening { file, reference })
}

impl Opening {
    /// Opens it into `out`.
    ///
    /// # Errors
    /// What it held was destroyed, the raw zone is down, or `out` fails.
    pub fn write(&self, app: &App, actor: &Actor, out: &mut dyn Write) -> Result<(), OpError> {
        let grant = grant(app, actor, vec![self.reference.0], Purpose::RecordWork, Basis::Contract);
        app.vault.open_stream(&grant, self.reference, out)?;
        Ok(())
    }
}

/// Destroys files that were removed [`KEPT_DAYS`] ago; tells how many.
///
/// # Errors
/// The raw zone is down, or the database's; then the rest is destroyed the next time.
pub fn sweep(app: &App) -> Result<u64, OpError> {
    let before = app.now().plus_ms(-KEPT_DAYS * DAY_MS);
    let mut count = 0;
    loop {
        let files = app.store.read(|db| db.attachments_removed_before(before, SWEEP))?;
        if files.is_empty() || app.is_ending() {
            return Ok(count);
        }
        let blocks: Vec<u64> = files.iter().map(|(_, row)| row.block).collect();
        app.vault.destroy_blocks(&blocks)?; // first: what is named can be looked for again
        count += u64::try_from(files.len()).unwrap_or(u64::MAX);
        let writes = destroyed(files.iter().map(|(id, row)| (*id, row)));
        app.pipeline.command(Command::WriteFiles(FileWrites { actor: pipeline::OWN_SOURCE.to_owned(), writes }))?;
    }
}

fn destroyed<'r>(files: impl Iterator<Item = (AttachmentId, &'r AttachmentRow)>) -> Vec<FileWrite> {
    let write = |(id, row): (AttachmentId, &AttachmentRow)| FileWrite {
        object: row.object,
        record: row.record,
        version: None,
        act: FileAct::Destroy(id),
        undoes: None,
    };
    files.map(write).collect()
}

/// Destroys what files hold in the raw zone, with the keys that were their records' own; gives how many keys, and what is left to be written.
pub(crate) fn destroy(
    app: &App,
    actor: &Actor,
    files: &[(AttachmentId, AttachmentRow)],
) -> Result<(u64, FileWrites), OpError> {
    let mut keys = 0;
    if !files.is_empty() {
        let blocks: Vec<u64> = files.iter().map(|(_, row)| row.block).collect();
        app.vault.destroy_blocks(&blocks)?;
    }
    let own = files.iter().map(|(_, row)| (row, own_alias(app, row.record)));
    let own: std::collections::BTreeSet<_> =
        own.filter(|(row, own)| row.alias == own.0).map(|(_, alias)| alias).collect();
    for alias in own {
        keys += app.vault.destroy_identity(alias)?;
    }
    let writes = destroyed(files.iter().map(|(id, row)| (*id, row)));
    Ok((keys, FileWrites { actor: actor.id().to_owned(), writes }))
}

/// What a change did with a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileChangeView {
    /// The file.
    #[schema(value_type = String)]
    pub id: AttachmentId,
    /// What it was called; none where that was erased.
    pub name: Option<String>,
    /// What the field is called in which it was, if it was in one.
    pub field: Option<Text>,
}
