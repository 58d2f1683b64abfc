//! Everyone, as of an instant: read from the log, to see whom a definition holds for before anything is switched on.

use std::collections::{BTreeSet, HashMap};

use base::{CustomerId, RuleId, TimeZone, Timestamp};
use domain::{FieldType, KindId, Kinds};
use lexicon::{Definition, FieldValue};
use signals::{Customer, Layouts, Program, Rule, Scratch, Truth};
use store::log::{Entry, Event};
use store::{Connection, StoreError};

use crate::OpError;

/// How many known values of one field are offered to the reader of sentences.
const VALUES_LIMIT: usize = 200;

/// Customers with those of their events that matter.
pub struct Population {
    customers: HashMap<CustomerId, (Timestamp, Customer)>,
    zone: TimeZone,
}

/// For how many a definition holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// For whom it is true, by id.
    pub customers: Vec<CustomerId>,
    /// For how many it is unknown.
    pub unknown: u64,
    /// How many there were at that instant.
    pub population: u64,
}

impl Population {
    /// Reads everyone from the log, with their events of the kinds that these definitions speak of.
    ///
    /// # Errors
    /// The database's.
    pub fn load(
        db: &mut Connection,
        kinds: &Kinds,
        definitions: &[&Definition],
        zone: &TimeZone,
    ) -> Result<Self, StoreError> {
        let owners: HashMap<_, _> = db.identity_owners()?.into_iter().collect();
        let measures = definitions.iter().flat_map(|definition| definition.condition.measures());
        let wanted: BTreeSet<KindId> =
            measures.filter_map(|measure| kinds.by_name(&measure.kind)).map(|kind| kind.id).collect();
        let layouts = Layouts::of(kinds);
        let mut all = Self { customers: HashMap::new(), zone: zone.clone() };
        let mut row = Vec::new();
        db.blocks(1, |block| {
            for (seq, entry) in block.iter() {
                let Entry::Event(event) = entry else { continue };
                let Some(customer) = event.who.iter().find_map(|id| owners.get(id)) else { continue };
                all.add(*customer, event, seq, wanted.contains(&event.kind), &layouts, &mut row);
            }
            Ok::<(), StoreError>(())
        })?;
        Ok(all)
    }

    fn add(
        &mut self,
        customer: CustomerId,
        event: &Event,
        seq: u64,
        wanted: bool,
        layouts: &Layouts,
        row: &mut Vec<i64>,
    ) {
        let (first, state) = self.customers.entry(customer).or_insert_with(|| (event.time, Customer::default()));
        *first = (*first).min(event.time);
        if let Some(layout) = layouts.get(event.kind).filter(|_| wanted) {
            let seq = i64::try_from(seq).unwrap_or(0);
            layout.write(row, [event.time.ms(), seq, 0], event.plain.iter().map(|(field, value)| (*field, value)));
            state.history.insert(event.kind, row);
        }
    }

    /// For whom a definition holds at an instant.
    ///
    /// # Errors
    /// A definition that does not fit the kinds.
    pub fn matches(&mut self, definition: &Definition, kinds: &Kinds, at: Timestamp) -> Result<Matches, OpError> {
        let id = RuleId::new(1);
        let rule = Rule { id, version: 1, definition: definition.clone(), since: Timestamp::MIN, existing: true };
        let program = Program::compile(&[rule], kinds, self.zone.clone())
            .map_err(|error| OpError::invalid("definition", &error.to_string(), &error.to_string()))?;
        let (mut scratch, mut matches) = (Scratch::default(), Matches::default());
        for (customer, (first, state)) in &mut self.customers {
            if *first > at {
                continue;
            }
            matches.population += 1;
            match state.truth(&program, &mut scratch, id, at) {
                Some(Truth::True) => matches.customers.push(*customer),
                Some(Truth::Unknown) => matches.unknown += 1,
                _ => {}
            }
        }
        matches.customers.sort_unstable();
        Ok(matches)
    }
}

/// The values that plain text fields are known to have, and from where in the log they were read.
#[derive(Default)]
pub struct Vocabulary {
    values: HashMap<(KindId, domain::FieldId), BTreeSet<String>>,
    upto: u64,
}

impl Vocabulary {
    /// Reads on from where it stopped.
    ///
    /// # Errors
    /// The database's.
    pub fn refresh(&mut self, db: &mut Connection) -> Result<(), StoreError> {
        let (values, upto) = (&mut self.values, &mut self.upto);
        db.blocks(*upto, |block| {
            for (seq, entry) in block.iter() {
                let Entry::Event(event) = entry else { continue };
                *upto = (*upto).max(seq + 1);
                for (field, value) in &event.plain {
                    let domain::Value::Text(text) = value else { continue };
                    let known = values.entry((event.kind, *field)).or_default();
                    if known.len() < VALUES_LIMIT && !known.contains(text) {
                        known.insert(text.clone());
                    }
                }
            }
            Ok::<(), StoreError>(())
        })
    }

    /// As the reader of sentences wants them.
    #[must_use]
    pub fn values(&self, kinds: &Kinds) -> Vec<FieldValue> {
        let mut all: Vec<FieldValue> = self
            .values
            .iter()
            .flat_map(|((kind, field), values)| {
                let kind = kinds.by_id(*kind);
                let field =
                    kind.and_then(|kind| kind.field_at(*field)).filter(|field| field.field_type == FieldType::Text);
                let names = kind.zip(field).map(|(kind, field)| (kind.name.clone(), field.name.clone()));
                names.into_iter().flat_map(|(kind, field)| {
                    values.iter().map(move |value| FieldValue {
                        kind: kind.clone(),
                        field: field.clone(),
                        value: value.clone(),
                    })
                })
            })
            .collect();
        all.sort();
        all
    }
}
