//! Customers as records: what events told of each stands in a record of its own, beside what people set, so that lists, rights, boards and
//! searches of records are those of customers too. It follows behind what is stored, as names do, and is no part of the log.

use std::collections::{BTreeMap, BTreeSet};

use base::{CustomerId, RecordId};
use domain::object::{CUSTOMER, Cell, Fact, FieldNumber, Object, several};
use store::log::RecordAct;
use store::{Connection, Known, RecordChange, RecordRow, StoreError, Unit};

use crate::derive;
use crate::engine::{Committed, Engine, EngineError, OWN_SOURCE};
use crate::profile::search_keys;
use crate::record::{RecordWrite, Written, put, sort_keys};

/// The most customers that one commit brings up to date, but for a share of those that wait: so they never come to be many.
const LIMIT: usize = 2_000;
const SHARE: usize = 64;
/// How many events a commit has at most when customers' records follow it at once.
const LIGHT: usize = 256;
/// How many are read at a time.
const STEP: usize = 500;
/// Who sets what follows from events.
const PROGRAM: &str = OWN_SOURCE;

/// One, as numbers are stored.
const ONE: i64 = base::Decimal::SCALE;

/// What is known of a customer as the value of a field.
fn cell(known: &Known, fact: Fact) -> Option<Cell> {
    let text = |text: &Option<String>| text.clone().map(Cell::Text);
    match fact {
        Fact::Name => text(&known.called),
        Fact::Phone => text(&known.phone),
        Fact::Email => text(&known.email),
        Fact::Tags => several::text(&known.tags).map(Cell::Text),
        Fact::FirstSeen => known.seen.map(|(first, _)| Cell::Int(first.ms())),
        Fact::LastSeen => known.seen.map(|(_, last)| Cell::Int(last.ms())),
        Fact::Events => known.seen.map(|_| Cell::Int(i64::try_from(known.events).unwrap_or(i64::MAX / ONE) * ONE)),
    }
}

fn set(row: &mut RecordRow, field: FieldNumber, value: Option<Cell>) {
    match value {
        Some(value) => row.cells.insert(field, value),
        None => row.cells.remove(&field),
    };
}

/// The fields of stored records of customers that are not what is known of them.
pub(crate) fn differences(
    db: &mut Connection,
    object: &Object,
    page: &[(RecordId, RecordRow)],
) -> Result<Vec<String>, StoreError> {
    let customers: Vec<CustomerId> = page.iter().filter_map(|(id, _)| id.customer()).collect();
    let known = db.known_of(&customers)?;
    let mut found = Vec::new();
    for (id, row) in page {
        let Some(known) = id.customer().and_then(|customer| known.get(&customer)) else {
            found.push(format!("record {id} is of no customer"));
            continue;
        };
        let mut facts = object.facts();
        if let Some((number, _)) = facts.find(|(number, fact)| row.cells.get(number) != cell(known, *fact).as_ref()) {
            let name = object.numbered_field(number).map(|field| field.name.clone()).unwrap_or_default();
            found.push(format!("'{name}' of record {id} is stored otherwise than it follows"));
        }
        if row.trashed_at.is_some() != known.merged_into.is_some() {
            found.push(format!("record {id} does not stand as its customer does"));
        }
    }
    Ok(found)
}

impl Engine {
    /// Notes the customers of whom a unit changes something that their records tell. When many events come at once, that is whose states are written.
    pub(crate) fn note_known(&mut self, unit: &Unit, done: &Committed) {
        let is_light = done.events.len() <= LIGHT;
        let touched = done.events.iter().map(|(_, customer, _)| *customer);
        let touched = touched.chain(unit.tags.keys().map(|(customer, ..)| *customer)).filter(|_| is_light);
        let all: BTreeSet<CustomerId> = touched.chain(unit.states.keys().copied()).collect();
        all.into_iter().for_each(|customer| self.outdate(customer, unit.seq));
        let portrayed = self.objects.by_name(CUSTOMER).and_then(|object| unit.records.get(&object.id));
        self.under_way = portrayed.map(|rows| rows.rows.keys().copied().collect()).unwrap_or_default();
        self.is_building = !unit.objects.is_empty();
    }

    /// Whether records of customers can be brought up to date only when all before is stored: a field of theirs may be no column yet, or
    /// other records follow from theirs.
    pub(crate) fn awaits_records(&self) -> bool {
        let object = self.objects.by_name(CUSTOMER);
        let gathers = object.is_some_and(|object| self.derivations.gathers(object.id));
        !self.stale.is_empty() && (self.is_building || gathers)
    }

    /// Brings records of customers up to date that earlier commits may have changed, and what customers are found by.
    pub(crate) fn portray_some(&mut self, unit: &mut Unit, done: &mut Committed) -> Result<(), EngineError> {
        let most = LIMIT.max(self.stale.len() / SHARE);
        let stored = self.stale.iter().take(most).take_while(|one| one.unit < self.stored).count();
        let customers: BTreeSet<CustomerId> = self.stale.drain(..stored).map(|one| one.customer).collect();
        let customers: Vec<CustomerId> = customers.into_iter().collect();
        for some in customers.chunks(STEP) {
            self.portray(some, unit)?;
        }
        done.records.extend(unit.records.iter().map(|(object, rows)| (*object, rows.rows.len())));
        Ok(())
    }

    /// Brings the records of customers up to date with what is stored of them.
    pub(crate) fn portray(&mut self, customers: &[CustomerId], unit: &mut Unit) -> Result<(), EngineError> {
        let mut known = self.db.known_of(customers)?;
        for (customer, known) in &mut known {
            if let Some(state) = self.residents.peek(*customer) {
                known.seen = state.history.span();
                known.events = u64::try_from(state.history.len()).unwrap_or(0);
            }
            if known.called != known.name {
                unit.unkeyed.push(*customer);
                let keys = known.called.as_deref().map(search_keys).unwrap_or_default();
                unit.keys.extend(keys.into_iter().map(|key| (key, *customer)));
                unit.names.insert(*customer, known.called.clone());
            }
        }
        let Some(object) = self.objects.by_name(CUSTOMER).cloned() else { return Ok(()) };
        let Some(stored) = derive::stored(&object, unit) else { return Ok(()) };
        let ids: Vec<RecordId> = known.keys().map(|customer| RecordId::of_customer(*customer)).collect();
        let mut rows: BTreeMap<RecordId, RecordRow> = self.db.records_by_id(&stored, &ids)?.into_iter().collect();
        for (customer, known) in known {
            let id = RecordId::of_customer(customer);
            if self.under_way.contains(&id) {
                self.outdate(customer, unit.seq); // as soon as it is stored
                continue;
            }
            let written = unit.records.get(&object.id).and_then(|rows| rows.rows.get(&id)).cloned();
            let before = written.or_else(|| rows.remove(&id));
            if before.is_none() && known.merged_into.is_some() {
                continue; // it was part of another before anybody saw it
            }
            if let Some(before) = before.as_ref().filter(|before| before.trashed_at.is_none())
                && known.merged_into.is_some()
                && !self.bequeath(&object, customer, before, unit)?
            {
                self.outdate(customer, unit.seq);
                continue;
            }
            self.put_known(&object, id, before.as_ref(), &known, unit)?;
        }
        Ok(())
    }

    /// Puts what is known of a customer into its record.
    fn put_known(
        &mut self,
        object: &Object,
        id: RecordId,
        before: Option<&RecordRow>,
        known: &Known,
        unit: &mut Unit,
    ) -> Result<(), StoreError> {
        let mut row = before.cloned().unwrap_or_else(|| self.blank(object, unit));
        object.facts().for_each(|(number, fact)| set(&mut row, number, cell(known, fact)));
        row.trashed_at = known.merged_into.map(|_| row.trashed_at.unwrap_or(unit.received_at));
        self.derivations.compute(object.id, &mut row, &self.settings.zone);
        if before.is_some_and(|before| before.cells == row.cells && before.trashed_at == row.trashed_at) {
            return Ok(());
        }
        row.sort = sort_keys(object, &row);
        put(unit, object, id, row.clone());
        self.roll_up(object.id, before, &row, unit)
    }

    /// The record of a customer of whom nothing is known yet. Nobody wrote it: that begins with its first version.
    fn blank(&self, object: &Object, unit: &Unit) -> RecordRow {
        let at = Cell::Int(unit.received_at.ms());
        let mut row = RecordRow {
            version: 0,
            created_by: PROGRAM.to_owned(),
            changed_by: PROGRAM.to_owned(),
            trashed_at: None,
            cells: [(FieldNumber::CREATED, at.clone()), (FieldNumber::CHANGED, at)].into(),
            sort: BTreeMap::new(),
        };
        self.derivations.begin(object.id, &mut row);
        row
    }

    /// Gives what people set of a customer that became part of another to that other, where it has nothing there; tells whether that could be done yet.
    fn bequeath(
        &mut self,
        object: &Object,
        from: CustomerId,
        row: &RecordRow,
        unit: &mut Unit,
    ) -> Result<bool, EngineError> {
        let Some(heir) = self.db.current_customer(from)? else { return Ok(true) };
        let id = RecordId::of_customer(heir);
        let Some(known) = self.record_as_it_stands(object, id, unit)?.filter(|_| !self.under_way.contains(&id)) else {
            self.outdate(heir, unit.seq);
            return Ok(false);
        };
        let is_set = |number: FieldNumber| object.numbered_field(number).is_some_and(|field| !field.is_automatic());
        let lacking = row.cells.iter().filter(|(number, _)| is_set(**number) && !known.cells.contains_key(number));
        let values: Vec<_> = lacking.map(|(number, cell)| (*number, Some(cell.clone()))).collect();
        if values.is_empty() {
            return Ok(true);
        }
        let act = RecordAct::Changed;
        let write = RecordWrite { object: object.id, record: Some(id), version: None, act, values, undoes: None };
        if let Written::Done { record, change: Some(seq) } = self.write_record(PROGRAM, None, write, unit)? {
            unit.record_changes.push(RecordChange { record, seq, batch: None });
        }
        Ok(true)
    }

    /// Takes from a customer's record what told who it is: what is left of that is put there behind.
    pub(crate) fn forget_known(&mut self, customer: CustomerId, unit: &mut Unit) -> Result<(), StoreError> {
        let Some(object) = self.objects.by_name(CUSTOMER).cloned() else { return Ok(()) };
        let id = RecordId::of_customer(customer);
        let Some(before) = self.record_as_it_stands(&object, id, unit)? else { return Ok(()) };
        let mut row = before.clone();
        for (number, _) in object.facts().filter(|(_, fact)| matches!(fact, Fact::Name | Fact::Phone | Fact::Email)) {
            row.cells.remove(&number);
        }
        self.derivations.compute(object.id, &mut row, &self.settings.zone);
        row.sort = sort_keys(&object, &row);
        put(unit, &object, id, row.clone());
        self.roll_up(object.id, Some(&before), &row, unit)
    }
}
