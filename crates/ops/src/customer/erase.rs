//! Erasing a person: what a customer's identities are called, what was said under them, and what records tell of them.
//!
//! Who asked is noted, then records come, then the raw zone, then the identities by which both are found, so that one who is interrupted asks again and the rest goes.

use std::collections::{BTreeMap, BTreeSet};

use base::{AttachmentId, CustomerId, IdentityId, RecordId};
use domain::object::{Field, FieldNumber, Object, Type};
use pipeline::record::{Batch, RecordWrite, RecordWrites};
use pipeline::{Command, Outcome};
use serde::{Deserialize, Serialize};
use store::log::RecordAct;
use store::record::query::{Query, Test};
use store::{AttachmentRow, Connection, IdentityRow};
use utoipa::ToSchema;
use vault::IdentityAlias;

use super::identifier::IdentifierView;
use crate::audit::Line;
use crate::record::attachment;
use crate::{Actor, App, OpError, Right};

/// How many records are looked through, and erased, at a time.
const PAGE: u32 = 5_000;
const STEP: usize = 200;
/// How an identity stands that is one customer's alone, and one that too many share.
const KEY: u8 = 0;
const HUB: u8 = 3;
/// How often records are looked for that somebody wrote meanwhile.
const ROUNDS: usize = 5;

/// What is to be erased.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct EraseRequest {
    /// The identities; all of the customer's where none are named. Only with all of them does everything go that records of the customer tell
    /// of a person; otherwise what stands in them of the identities named.
    #[serde(default)]
    pub identities: Vec<String>,
}

/// What an erasure takes away, or took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Erasure {
    /// The identities, as anyone may see them.
    pub identities: Vec<IdentifierView>,
    /// Records in which something tells of the person.
    pub records: u64,
    /// Their values that go.
    pub values: u64,
    /// Files kept with records that go, or went.
    pub files: u64,
    /// Comments on the records: what they say goes.
    pub comments: u64,
    /// Keys of originals in the raw zone that were destroyed with it.
    pub keys: u64,
}

/// What of a record tells of a person: nothing where only its history does.
#[derive(Default)]
struct Traces {
    values: BTreeSet<FieldNumber>,
    files: Vec<(AttachmentId, AttachmentRow)>,
}

/// What of records tells of a person.
type Found = BTreeMap<RecordId, Traces>;

/// Whose traces are looked for.
struct Person {
    /// The customer, and those that are part of it.
    customers: Vec<CustomerId>,
    identities: Vec<(IdentityId, IdentityRow)>,
    /// Whether all identities of the customer are among them.
    is_whole: bool,
}

impl Person {
    fn find(
        app: &App,
        db: &mut Connection,
        actor: &Actor,
        id: CustomerId,
        request: &EraseRequest,
    ) -> Result<Self, OpError> {
        let customer = super::current(app, db, actor, id)?;
        let mut identities = db.identities_of(customer)?;
        identities.retain(|(_, row)| row.standing != HUB); // what many share is nobody's own
        let missing = || OpError::invalid("identities", "该客户没有这个标识", "the customer has no such identity");
        let wanted = request.identities.iter().map(|id| id.parse::<IdentityId>().map_err(|_| missing()));
        let wanted = wanted.collect::<Result<BTreeSet<_>, _>>()?;
        if !wanted.iter().all(|id| identities.iter().any(|(known, _)| known == id)) {
            return Err(missing());
        }
        let is_left = |(id, row): &(IdentityId, IdentityRow)| row.value.is_some() && !wanted.contains(id);
        let is_whole = wanted.is_empty() || !identities.iter().any(is_left);
        // Those erased before go by the alias of whoever came with the same since.
        identities.retain(|(id, row)| row.value.is_some() && (wanted.is_empty() || wanted.contains(id)));
        Ok(Self { customers: super::family::family(db, customer)?.0, identities, is_whole })
    }

    /// Whether a text that someone typed is one of the identifiers that are this person's alone.
    fn is_called(&self, text: &str) -> bool {
        let forms = super::forms(text);
        let mut own = self.identities.iter().filter(|(_, row)| row.standing == KEY);
        own.any(|(_, row)| row.value.as_ref().is_some_and(|value| forms.contains(value)))
    }

    /// The values of an object's records that tell of the person.
    fn values_in(&self, db: &mut Connection, object: &Object) -> Result<Found, OpError> {
        let personal: Vec<&Field> =
            object.fields.iter().filter(|field| field.is_personal() && field.is_given()).collect();
        let mut found = Found::new();
        for field in personal.iter().filter(|field| matches!(field.holds, Type::Phone | Type::Email)) {
            let mut after = RecordId::new(0);
            loop {
                let page = db.texts_after(object.id, field.number, after, PAGE)?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                for (id, _) in page.iter().filter(|(_, text)| self.is_called(text)) {
                    found.entry(*id).or_default().values.insert(field.number);
                }
            }
        }
        if self.is_whole {
            self.whole_records_in(db, object, &personal, &mut found)?;
            for (id, traces) in &mut found {
                traces.files = db.attachments_of(*id)?;
            }
        }
        // What is sealed under their keys goes with these, with whatever record it is kept.
        for (_, identity) in &self.identities {
            for (id, row) in db.attachments_under(&identity.key_hash)? {
                if row.object == object.id {
                    let files = &mut found.entry(row.record).or_default().files;
                    if !files.iter().any(|(known, _)| *known == id) {
                        files.push((id, row));
                    }
                }
            }
        }
        Ok(found)
    }

    /// All that tells of anybody in records that are related to the customer or have one of the identifiers.
    fn whole_records_in(
        &self,
        db: &mut Connection,
        object: &Object,
        personal: &[&Field],
        found: &mut Found,
    ) -> Result<(), OpError> {
        let links = object.fields.iter().filter(|field| field.holds == Type::Customer);
        let ids: Vec<store::Value> = self.customers.iter().map(|id| id.number().into()).collect();
        let mut tests: Vec<Test> = links.map(|field| Test::OneOf(field.number, ids.clone())).collect();
        if object.is_of_customers() {
            tests.push(Test::Among(self.customers.iter().map(|id| RecordId::of_customer(*id)).collect()));
        }
        let test = Test::All(vec![Test::Anywhere, Test::Any(tests)]);
        let query = Query { test, order: Vec::new(), after: None, limit: u32::MAX };
        let mut rows: Vec<_> = db.list_records(object, &query)?.into_iter().map(|one| (one.id, one.row)).collect();
        let named: Vec<RecordId> = found.keys().copied().collect();
        for some in named.chunks(STEP) {
            rows.extend(db.records_by_id(object, some)?);
        }
        for (id, row) in rows {
            let filled = personal.iter().map(|field| field.number).filter(|number| row.cells.contains_key(number));
            let fields: BTreeSet<FieldNumber> = filled.collect();
            if !fields.is_empty() || pipeline::record::tells_of_person(db, object, id)? {
                found.entry(id).or_default().values.extend(fields);
            } else if !db.attachments_of(id)?.is_empty() {
                found.entry(id).or_default();
            }
        }
        Ok(())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// What stands of a person in records, by object.
fn traces(app: &App, person: &Person) -> Result<Vec<(Object, Found)>, OpError> {
    let objects = app.pipeline.objects();
    app.store.read(|db| {
        let found = objects.iter().map(|object| Ok((object.clone(), person.values_in(db, object)?)));
        let found: Vec<_> = found.collect::<Result<_, OpError>>()?;
        Ok(found.into_iter().filter(|(_, found)| !found.is_empty()).collect())
    })
}

fn told(app: &App, person: &Person, traces: &[(Object, Found)]) -> Result<Erasure, OpError> {
    let records = || traces.iter().flat_map(|(_, found)| found.keys());
    let comments =
        app.store.read(|db| records().try_fold(0, |sum, id| Ok::<_, OpError>(sum + db.count_comments(*id)?)))?;
    let left = person.identities.iter().filter(|(_, row)| row.value.is_some());
    let all = || traces.iter().flat_map(|(_, found)| found.values());
    Ok(Erasure {
        identities: left.map(|(id, row)| IdentifierView::masked(*id, row)).collect(),
        records: traces.iter().map(|(_, found)| count(found.len())).sum(),
        values: all().map(|traces| count(traces.values.len())).sum(),
        files: all().map(|traces| count(traces.files.len())).sum(),
        comments,
        keys: 0,
    })
}

/// What an erasure would take away.
///
/// # Errors
/// The right is lacking, there is no such customer, or the database's.
pub fn preview(app: &App, actor: &Actor, id: CustomerId) -> Result<Erasure, OpError> {
    actor.may(Right::EraseCustomers)?;
    let person = app.store.read(|db| Person::find(app, db, actor, id, &EraseRequest::default()))?;
    let found = traces(app, &person)?;
    told(app, &person, &found)
}

/// Erases a person, or some of their identities, for good. What followed from their events stays, under numbers that lead to nobody.
///
/// # Errors
/// The right is lacking, there is no such customer or identity, somebody keeps writing of the person, the raw zone is down, or the database's. Who asks again has the
/// rest erased.
pub fn erase(app: &App, actor: &Actor, id: CustomerId, request: &EraseRequest) -> Result<Erasure, OpError> {
    actor.may(Right::EraseCustomers)?;
    let person = app.store.read(|db| Person::find(app, db, actor, id, request))?;
    let mut found = traces(app, &person)?;
    let mut erased = told(app, &person, &found)?;
    let detail = serde_json::json!({"identities": erased.identities.len(), "records": erased.records, "values": erased.values, "files": erased.files});
    Line::new("customer.erased", &id, detail).note(app, actor)?; // before the first step that cannot be taken back
    for _ in 0..ROUNDS {
        if found.is_empty() {
            break;
        }
        for (object, found) in &found {
            erased.keys += empty(app, actor, object, found)?;
        }
        found = traces(app, &person)?;
    }
    if !found.is_empty() {
        return Err(OpError::unavailable());
    }
    for (_, row) in &person.identities {
        erased.keys += app.vault.destroy_identity(IdentityAlias(row.key_hash))?;
    }
    let identities: Vec<IdentityId> = person.identities.iter().map(|(id, _)| *id).collect();
    let is_left = !identities.is_empty();
    if is_left && app.pipeline.command(Command::Erase(actor.id().to_owned(), identities))? != Outcome::Done {
        return Err(OpError::not_found());
    }
    app.store.clear_past()?;
    Ok(erased)
}

/// Empties fields of records and destroys files kept with them; gives how many keys went.
fn empty(app: &App, actor: &Actor, object: &Object, found: &Found) -> Result<u64, OpError> {
    let write = |(record, traces): &(&RecordId, &Traces)| RecordWrite {
        object: object.id,
        record: Some(**record),
        version: None,
        act: RecordAct::Erased,
        values: traces.values.iter().map(|field| (*field, None)).collect(),
        undoes: None,
    };
    let (all, mut keys): (Vec<_>, _) = (found.iter().collect(), 0);
    for step in all.chunks(STEP) {
        let writes = step.iter().map(write).collect();
        let writes = RecordWrites { actor: actor.id().to_owned(), batch: Batch::Single, writes };
        let files: Vec<_> = step.iter().flat_map(|(_, traces)| traces.files.clone()).collect();
        let (destroyed, files) = attachment::destroy(app, actor, &files)?; // first: they are found by what is emptied then
        keys += destroyed;
        app.pipeline.command(Command::EraseRecords(writes, files))?;
    }
    Ok(keys)
}
