//! A customer's events, told page by page with the names of their kinds, fields and sources.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use base::{CustomerId, EventId, IdentityId, Text, TimeZone, Timestamp};
use domain::{FieldId, Kind, KindId, Kinds, Value};
use serde::{Serialize, Serializer};
use store::log::{Block, Entry, Event, Part};
use store::{Connection, StoreError};
use vault::{IdentityAlias, OpenRef};

use super::manifest::Identity;
use crate::customer::{original, timeline};
use crate::{App, OpError, say};

/// Events in memory at a time.
pub(super) const PAGE: usize = 200;
/// Places in the log asked of the engine at a time; it stands still meanwhile.
const LOOK: usize = 10_000;

/// A value by its field's name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) label: Text,
    pub(super) value: Value,
}

/// An original as the log refers to it.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// Its place among the event's.
    pub(super) index: u32,
    /// The field, `undeclared` or `attachment`.
    pub(super) part: String,
    pub(super) label: Text,
    pub(super) is_field: bool,
    pub(super) open: OpenRef,
}

/// An event as it is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) event: EventId,
    pub(super) time: Timestamp,
    pub(super) received_at: Timestamp,
    pub(super) kind: String,
    pub(super) label: Text,
    pub(super) source: String,
    pub(super) history: bool,
    /// The labels of its identities, strongest first.
    pub(super) identities: Vec<String>,
    pub(super) fields: Vec<Named>,
    pub(super) originals: Vec<Reference>,
    /// Whether it had personal values whose key is gone.
    pub(super) is_erased: bool,
}

impl Told {
    /// The text of a field.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).and_then(|field| match &field.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A field that is a whole number not below nought.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.fields.iter().find(|field| field.name == name).and_then(|field| match &field.value {
            Value::Number(number) => u64::try_from(number.scaled() / base::Decimal::SCALE).ok(),
            _ => None,
        })
    }

    /// The values in a sentence.
    pub(super) fn gist(&self, zone: &TimeZone) -> Text {
        let said: Vec<(&Text, Text)> =
            self.fields.iter().map(|field| (&field.label, say::value(&field.value, zone))).collect();
        let join = |of: fn(&Text) -> &str| {
            said.iter().map(|(label, value)| format!("{} {}", of(label), of(value))).collect::<Vec<_>>().join(" · ")
        };
        Text::new(join(|text| &text.zh), join(|text| &text.en))
    }
}

/// A value as JSON: an amount as value and currency, exact numbers as texts.
pub(super) struct Plain<'v>(pub(super) &'v Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(value) => value.serialize(to),
            Value::Number(value) => value.serialize(to),
            Value::Money(value) => value.serialize(to),
            Value::Text(value) => value.serialize(to),
            Value::Time(value) => value.serialize(to),
        }
    }
}

/// A customer's events at one moment, oldest first. Holds their places in the log, eight bytes each, and reads the rest as it goes.
pub(super) struct Story<'a> {
    app: &'a App,
    kinds: Arc<Kinds>,
    sources: HashMap<u64, String>,
    labels: HashMap<IdentityId, String>,
    seqs: Vec<u64>,
    occurring: BTreeSet<KindId>,
    block: Option<Block>,
}

/// The customer's identities with their labels, and how to find a label.
pub(super) fn identities(
    db: &mut Connection,
    customers: CustomerId,
) -> Result<Vec<(IdentityId, IdentityAlias, Identity)>, StoreError> {
    let rows = db.identities_of(customers)?;
    Ok((1..)
        .zip(rows)
        .map(|(place, (id, row))| {
            let label = format!("identity-{place}");
            (
                id,
                IdentityAlias(row.key_hash),
                Identity { label, scheme: row.scheme, scope: row.scope, value: row.value },
            )
        })
        .collect())
}

impl<'a> Story<'a> {
    /// The events that there are now.
    pub(super) fn gather(
        app: &'a App,
        customer: CustomerId,
        labels: HashMap<IdentityId, String>,
    ) -> Result<Self, OpError> {
        let sources =
            app.store.read(Connection::sources)?.into_iter().map(|source| (source.id.number(), source.name)).collect();
        let (mut seqs, mut occurring) = (Vec::new(), BTreeSet::new());
        let mut before = (Timestamp::MAX, u64::MAX);
        loop {
            let look = |engine: &mut pipeline::Engine| {
                engine.look(customer, |state, _, _| state.history.newest(before, None, LOOK))
            };
            let found = app.pipeline.look(look)?.map_err(OpError::from)?.unwrap_or_default();
            let Some((time, _, seq)) = found.last() else { break };
            before = (*time, *seq);
            occurring.extend(found.iter().map(|(_, kind, _)| *kind));
            seqs.extend(found.iter().map(|(_, _, seq)| *seq));
        }
        seqs.reverse();
        Ok(Self { app, kinds: app.kinds(), sources, labels, seqs, occurring, block: None })
    }

    /// How many events.
    pub(super) fn len(&self) -> usize {
        self.seqs.len()
    }

    /// The declarations of the kinds that occur.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.occurring.iter().filter_map(|id| self.kinds.by_id(*id))
    }

    /// The events at these places, oldest first.
    pub(super) fn page(&mut self, places: Range<usize>) -> Result<Vec<Told>, OpError> {
        let store = Arc::clone(&self.app.store);
        let seqs: Vec<u64> = self.seqs.get(places).unwrap_or_default().to_vec();
        store.read(|db| {
            let mut page = Vec::with_capacity(seqs.len());
            for seq in seqs {
                page.extend(self.told(db, seq)?);
            }
            Ok(page)
        })
    }

    /// The places of every page, oldest first.
    pub(super) fn pages(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let all = self.seqs.len();
        (0..all).step_by(PAGE).map(move |from| from..all.min(from + PAGE))
    }

    /// An event of the log; the block it stands in is kept, since the next event is often in the same.
    fn event(&mut self, db: &mut Connection, seq: u64) -> Result<Option<(Timestamp, Event)>, StoreError> {
        let entry = |block: &Block| {
            let place = usize::try_from(seq.checked_sub(block.seq)?).ok()?;
            match block.entries.get(place)? {
                Entry::Event(event) => Some((block.received_at, event.clone())),
                _ => None,
            }
        };
        if let Some(found) = self.block.as_ref().and_then(entry) {
            return Ok(Some(found));
        }
        self.block = db.block_of(seq)?;
        Ok(self.block.as_ref().and_then(entry))
    }

    fn told(&mut self, db: &mut Connection, seq: u64) -> Result<Option<Told>, OpError> {
        let Some((received_at, event)) = self.event(db, seq)? else { return Ok(None) };
        let personal = timeline::personal(db, &event)?;
        let alias = original::alias(db, &event)?;
        let kind = self.kinds.by_id(event.kind);
        let named = |(id, value): (FieldId, Value)| named(kind, id, value);
        let opens = original::references(alias, &event);
        let originals = (0..).zip(event.originals.iter().zip(opens)).map(|(index, (original, open))| {
            let (part, label) = timeline::part(kind, original.part);
            Reference { index, part, label, is_field: matches!(original.part, Part::Field(_)), open }
        });
        let label = |id: &IdentityId| self.labels.get(id).cloned().unwrap_or_else(|| SHARED.to_owned());
        Ok(Some(Told {
            event: EventId::new(seq),
            time: event.time,
            received_at,
            kind: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
            label: kind.map_or_else(|| Text::new("未知", "unknown"), |kind| kind.label.clone()),
            source: self.sources.get(&u64::from(event.source)).cloned().unwrap_or_default(),
            history: event.history,
            identities: event.who.iter().map(label).collect(),
            originals: originals.collect(),
            is_erased: !event.personal.is_empty() && personal.is_empty(),
            fields: event.plain.into_iter().chain(personal).map(named).collect(),
        }))
    }
}

/// The label of an identity that is now another customer's, such as a telephone that many share.
pub(super) const SHARED: &str = "shared";

fn named(kind: Option<&Kind>, id: FieldId, value: Value) -> Named {
    match kind.and_then(|kind| kind.field_at(id)) {
        Some(field) => Named { name: field.name.clone(), label: field.label.clone(), value },
        None => {
            Named { name: format!("field-{}", id.0), label: Text::new("未声明字段", "undeclared field"), value }
        }
    }
}
