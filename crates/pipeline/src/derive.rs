//! Fields whose values follow from others: kept true with every change, in the same commit, and computed behind for the records that were
//! there before. They are no part of the log: they follow from it.

use std::collections::BTreeMap;

use base::{ObjectId, RecordId, TimeZone};
use domain::object::{Cell, Derived, Field, FieldNumber, Gathering, Object, Objects, Rollup, Source, Written};
use lexicon::formula::Formula;
use store::log::Entry;
use store::{Connection, ObjectRow, RecordRow, StoreError, Unit};

use crate::engine::{Committed, Engine};
use crate::record::{put, sort_keys};

/// How many records are computed at a time behind, and how many of those that lead to one are read at a time.
const STEP: u32 = 500;

/// One, as numbers are stored.
const ONE: i64 = base::Decimal::SCALE;

/// What follows from what.
#[derive(Debug, Default)]
pub(crate) struct Derivations {
    /// An object's formulas, each after those that it reads.
    formulas: BTreeMap<ObjectId, Vec<(FieldNumber, Formula)>>,
    /// What gathers the records of an object.
    rollups: BTreeMap<ObjectId, Vec<Gatherer>>,
}

/// A field that gathers the records that lead to its own.
#[derive(Debug, Clone)]
pub(crate) struct Gatherer {
    /// Where the field is.
    to: ObjectId,
    field: FieldNumber,
    /// The records that are gathered.
    from: ObjectId,
    by: FieldNumber,
    how: Gathering,
    of: Option<FieldNumber>,
    only: Option<Formula>,
}

fn formula(written: &Written) -> Result<Formula, StoreError> {
    serde_json::from_str(&written.formula)
        .map_err(|error| StoreError::Corrupt { what: "a formula", why: error.to_string() })
}

impl Derivations {
    pub(crate) fn of(objects: &Objects) -> Result<Self, StoreError> {
        let mut all = Self::default();
        for object in objects.iter() {
            let mut formulas: Vec<(FieldNumber, Formula)> = Vec::new();
            for field in &object.fields {
                match field.derived.as_ref().map(|derived| &derived.from) {
                    Some(Source::Formula(written)) => formulas.push((field.number, formula(written)?)),
                    Some(Source::Rollup(rollup)) => all.gather(objects, object, field.number, rollup)?,
                    Some(Source::Customer(_)) | None => {}
                }
            }
            all.formulas.insert(object.id, in_order(formulas));
        }
        Ok(all)
    }

    fn gather(
        &mut self,
        objects: &Objects,
        to: &Object,
        field: FieldNumber,
        rollup: &Rollup,
    ) -> Result<(), StoreError> {
        let Some(from) = objects.by_name(&rollup.object).map(|object| object.id) else { return Ok(()) };
        let only = rollup.only.as_ref().map(formula).transpose()?;
        let Rollup { by, how, of, .. } = *rollup;
        self.rollups.entry(from).or_default().push(Gatherer { to: to.id, field, from, by, how, of, only });
        Ok(())
    }

    /// Computes a record's formulas.
    pub(crate) fn compute(&self, object: ObjectId, row: &mut RecordRow, zone: &TimeZone) {
        for (field, formula) in self.formulas.get(&object).into_iter().flatten() {
            match formula.value(&row.cells, zone) {
                Some(value) => row.cells.insert(*field, value),
                None => row.cells.remove(field),
            };
        }
    }

    /// Sets what gathers records to what it is of none.
    pub(crate) fn begin(&self, object: ObjectId, row: &mut RecordRow) {
        for one in self.on(object) {
            row.cells.extend(one.none().map(|number| (one.field, Cell::Int(number))));
        }
    }

    /// The field of a stored record that is not what follows, if one is; those that are still being computed are left out.
    pub(crate) fn difference(
        &self,
        db: &mut Connection,
        objects: &Objects,
        object: &Object,
        (id, row): (RecordId, &RecordRow),
        zone: &TimeZone,
    ) -> Result<Option<String>, StoreError> {
        if object.fields.iter().filter_map(|field| field.derived.as_ref()).all(|derived| derived.pending) {
            return Ok(None);
        }
        let mut follows = row.clone();
        for one in self.on(object.id) {
            let Some(from) = objects.by_id(one.from) else { continue };
            set(&mut follows, one.field, one.gathered(db, from, id, zone, &BTreeMap::new())?);
        }
        self.compute(object.id, &mut follows, zone);
        let is_settled = |field: &&Field| field.derived.as_ref().is_some_and(|derived| !derived.pending);
        let mut settled = object.fields.iter().filter(is_settled);
        let differs = settled.find(|field| follows.cells.get(&field.number) != row.cells.get(&field.number));
        Ok(differs.map(|field| field.name.clone()))
    }

    /// Whether any field gathers the records of an object.
    pub(crate) fn gathers(&self, object: ObjectId) -> bool {
        self.rollups.contains_key(&object)
    }

    /// The fields of an object that gather others' records.
    pub(crate) fn on(&self, object: ObjectId) -> impl Iterator<Item = &Gatherer> {
        self.rollups.values().flatten().filter(move |one| one.to == object)
    }
}

/// Formulas so that each comes after those that it reads.
fn in_order(mut formulas: Vec<(FieldNumber, Formula)>) -> Vec<(FieldNumber, Formula)> {
    let mut ordered = Vec::with_capacity(formulas.len());
    while !formulas.is_empty() {
        let waits = |(_, formula): &(FieldNumber, Formula)| {
            formula.reads().iter().any(|read| formulas.iter().any(|(number, _)| number == read))
        };
        let next = formulas.iter().position(|one| !waits(one)).unwrap_or(0);
        ordered.push(formulas.remove(next));
    }
    ordered
}

/// What a record adds to the one that it leads to: which that is, and the value.
type Share = (RecordId, Option<i64>);

impl Gatherer {
    /// What nothing comes to.
    const fn none(&self) -> Option<i64> {
        match self.how {
            Gathering::Count | Gathering::Sum => Some(0),
            Gathering::Min | Gathering::Max => None,
        }
    }

    fn share(&self, row: &RecordRow, zone: &TimeZone) -> Option<Share> {
        let Some(Cell::Int(to)) = row.cells.get(&self.by) else { return None };
        if row.trashed_at.is_some() || self.only.as_ref().is_some_and(|only| !only.holds(&row.cells, zone)) {
            return None;
        }
        let value = match self.of.and_then(|of| row.cells.get(&of)) {
            Some(Cell::Int(value)) => Some(*value),
            _ => None,
        };
        Some((RecordId::new(to.cast_unsigned()), value))
    }

    /// Adds a share to what is known.
    fn with(&self, known: Option<i64>, value: Option<i64>) -> Option<i64> {
        match self.how {
            Gathering::Count => known.map(|known| known.saturating_add(ONE)),
            Gathering::Sum => known.map(|known| known.saturating_add(value.unwrap_or(0))),
            Gathering::Min => known.into_iter().chain(value).min(),
            Gathering::Max => known.into_iter().chain(value).max(),
        }
    }

    /// Takes a share away from what is known; `Err` where all have to be gathered again.
    fn without(&self, known: Option<i64>, value: Option<i64>) -> Result<Option<i64>, ()> {
        match (self.how, known) {
            (Gathering::Count, Some(known)) => Ok(Some(known.saturating_sub(ONE))),
            (Gathering::Sum, Some(known)) => Ok(Some(known.saturating_sub(value.unwrap_or(0)))),
            (Gathering::Min | Gathering::Max, known) if value.is_none() || known != value => Ok(known),
            _ => Err(()),
        }
    }

    /// What all stored records that lead to `to` come to, and others in place of those of theirs.
    pub(crate) fn gathered(
        &self,
        db: &mut Connection,
        object: &Object,
        to: RecordId,
        zone: &TimeZone,
        others: &BTreeMap<RecordId, &RecordRow>,
    ) -> Result<Option<i64>, StoreError> {
        let mut value = self.none();
        let mut add = |row: &RecordRow| {
            if let Some((_, share)) = self.share(row, zone).filter(|(leads, _)| *leads == to) {
                value = self.with(value, share);
            }
        };
        let mut after = RecordId::new(0);
        loop {
            let page = db.records_leading(object, self.by, to, after, STEP)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            page.iter().filter(|(id, _)| !others.contains_key(id)).for_each(|(_, row)| add(row));
        }
        others.values().for_each(|row| add(row));
        Ok(value)
    }
}

impl Engine {
    /// Whether records' fields are still being computed that follow from others.
    pub(crate) fn is_deriving(&self) -> bool {
        !self.deriving.is_empty()
    }

    /// Takes objects as they are now.
    pub(crate) fn follow_objects(&mut self) -> Result<(), StoreError> {
        self.derivations = Derivations::of(&self.objects)?.into();
        Ok(())
    }

    /// Brings what gathers a record up to date with a change of it.
    pub(crate) fn roll_up(
        &mut self,
        object: ObjectId,
        before: Option<&RecordRow>,
        after: &RecordRow,
        unit: &mut Unit,
    ) -> Result<(), StoreError> {
        let derivations = std::sync::Arc::clone(&self.derivations);
        for gatherer in derivations.rollups.get(&object).into_iter().flatten() {
            let zone = self.settings.zone.clone();
            let (less, more) = (before.and_then(|row| gatherer.share(row, &zone)), gatherer.share(after, &zone));
            if less == more {
                continue;
            }
            match (less, more) {
                (Some(less), Some(more)) if less.0 == more.0 => {
                    self.shift(gatherer, less.0, Some(less.1), Some(more.1), unit)?;
                }
                _ => {
                    if let Some((to, value)) = less {
                        self.shift(gatherer, to, Some(value), None, unit)?;
                    }
                    if let Some((to, value)) = more {
                        self.shift(gatherer, to, None, Some(value), unit)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes a share away from a record's field and adds another.
    fn shift(
        &mut self,
        gatherer: &Gatherer,
        to: RecordId,
        less: Option<Option<i64>>,
        more: Option<Option<i64>>,
        unit: &mut Unit,
    ) -> Result<(), StoreError> {
        let Some(object) = self.objects.by_id(gatherer.to).cloned() else { return Ok(()) };
        let Some(before) = self.record_as_it_stands(&object, to, unit)? else { return Ok(()) };
        let known = match before.cells.get(&gatherer.field) {
            Some(Cell::Int(known)) => Some(*known),
            _ => None,
        };
        // What was never computed is no nought.
        let is_known = known.is_some() || gatherer.none().is_none();
        let left = less.map_or(Ok(known), |value| gatherer.without(known, value));
        let value = match left {
            Ok(left) if is_known && (left.is_some() || gatherer.none().is_some()) => {
                more.map_or(left, |value| gatherer.with(left, value))
            }
            _ => self.gathered(gatherer, to, unit)?,
        };
        let mut row = before.clone();
        set(&mut row, gatherer.field, value);
        self.settle_row(&object, to, &before, row, unit)
    }

    /// What a record's field gathers, with what the unit has changed.
    fn gathered(&mut self, gatherer: &Gatherer, to: RecordId, unit: &Unit) -> Result<Option<i64>, StoreError> {
        let Some(from) = self.objects.by_id(gatherer.from) else { return Ok(None) };
        let others = unit.records.get(&gatherer.from).map(|rows| rows.rows.iter());
        let others = others.into_iter().flatten().map(|(id, row)| (*id, row)).collect();
        let zone = &self.settings.zone;
        match stored(from, unit) {
            Some(from) => gatherer.gathered(&mut self.db, &from, to, zone, &others),
            None => Ok(others.values().fold(gatherer.none(), |value, row| {
                let share = gatherer.share(row, zone).filter(|(leads, _)| *leads == to);
                share.map_or(value, |(_, share)| gatherer.with(value, share))
            })),
        }
    }

    /// Writes a record whose own values follow from what was changed, if that changed them.
    fn settle_row(
        &mut self,
        object: &Object,
        id: RecordId,
        before: &RecordRow,
        mut row: RecordRow,
        unit: &mut Unit,
    ) -> Result<(), StoreError> {
        self.derivations.compute(object.id, &mut row, &self.settings.zone);
        if row.cells == before.cells {
            return Ok(());
        }
        row.sort = sort_keys(object, &row);
        put(unit, object, id, row.clone());
        self.roll_up(object.id, Some(before), &row, unit)
    }

    /// Computes some of the records that were there before a field that follows from others.
    pub(crate) fn derive_some(&mut self, unit: &mut Unit, done: &mut Committed) -> Result<(), StoreError> {
        let Some((id, after)) = self.deriving.first_key_value().map(|(id, after)| (*id, *after)) else { return Ok(()) };
        let Some(object) = self.objects.by_id(id).cloned() else { return Ok(()) };
        if unit.objects.iter().any(|row| row.object.id == id) {
            return Ok(()); // its columns are not there yet
        }
        let page = self.db.records_after(&object, after, STEP)?;
        let derivations = std::sync::Arc::clone(&self.derivations);
        let is_pending = |number: FieldNumber| {
            let derived = object.numbered_field(number).and_then(|field| field.derived.as_ref());
            derived.is_some_and(|derived| derived.pending)
        };
        let gatherers: Vec<&Gatherer> = derivations.on(id).filter(|one| is_pending(one.field)).collect();
        for (record, _) in &page {
            let Some(before) = self.record_as_it_stands(&object, *record, unit)? else { continue };
            let mut row = before.clone();
            for gatherer in &gatherers {
                let value = self.gathered(gatherer, *record, unit)?;
                set(&mut row, gatherer.field, value);
            }
            self.settle_row(&object, *record, &before, row, unit)?;
        }
        match page.last().filter(|_| page.len() >= usize::try_from(STEP).unwrap_or(usize::MAX)) {
            Some((last, _)) => drop(self.deriving.insert(id, *last)),
            None => self.derived(object, unit, done),
        }
        done.records.extend(unit.records.iter().map(|(object, rows)| (*object, rows.rows.len())));
        Ok(())
    }

    /// Notes that all records of an object have what follows from others.
    fn derived(&mut self, mut object: Object, unit: &mut Unit, done: &mut Committed) {
        self.deriving.remove(&object.id);
        let all = object.fields.iter_mut().filter_map(|field| field.derived.as_mut());
        all.for_each(|derived: &mut Derived| derived.pending = false);
        let body = serde_json::to_string(&object).unwrap_or_default();
        self.append(unit, Entry::Object { actor: "local".to_owned(), body });
        let before = Some(object.fields.iter().map(|field| field.number).collect());
        let object = std::sync::Arc::new(object);
        if let Some(rows) = unit.records.get_mut(&object.id) {
            rows.object = std::sync::Arc::clone(&object);
        }
        std::sync::Arc::make_mut(&mut self.objects).put(Object::clone(&object));
        unit.objects.push(ObjectRow { object, before });
        done.schema = true;
    }
}

/// Objects of which not all records have what follows from others, from the first record on.
pub(crate) fn pending(objects: &Objects) -> BTreeMap<ObjectId, RecordId> {
    let is_pending = |object: &&Object| {
        object.fields.iter().filter_map(|field| field.derived.as_ref()).any(|derived| derived.pending)
    };
    objects.iter().filter(is_pending).map(|object| (object.id, RecordId::new(0))).collect()
}

/// An object with the columns that it has in the database; none where it has no table yet.
pub(crate) fn stored(object: &Object, unit: &Unit) -> Option<Object> {
    let mut stored = object.clone();
    if let Some(row) = unit.objects.iter().find(|row| row.object.id == object.id) {
        let known = row.before.as_ref()?;
        stored.fields.retain(|field| known.contains(&field.number));
    }
    Some(stored)
}

fn set(row: &mut RecordRow, field: FieldNumber, value: Option<i64>) {
    match value {
        Some(value) => row.cells.insert(field, Cell::Int(value)),
        None => row.cells.remove(&field),
    };
}
