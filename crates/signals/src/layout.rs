//! How an event's plain fields lie in a row of 64-bit words.
//!
//! A row is `[time, seq, identity, slot…]`. Numbers are ten-thousandths; an amount takes two slots, value and
//! currency; a text is its [`symbol`]; what is absent is [`ABSENT`]. Kinds and fields only grow, so a row stays
//! readable: a slot beyond its end is absent.

use domain::{Class, FieldId, FieldType, Kind, KindId, Kinds, Value};
use foldhash::HashMap;

/// The word of a value that is not there.
pub const ABSENT: i64 = i64::MIN;
/// Words before the slots.
pub(crate) const HEAD: usize = 3;

/// A text as a word: the first 64 bits of its BLAKE3 hash. Equal texts have equal symbols; of a billion texts, two
/// different ones share a symbol with a probability of 3 %.
#[must_use]
pub fn symbol(text: &str) -> i64 {
    let hash = blake3::hash(text.as_bytes());
    let head = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(head).max(ABSENT + 1)
}

/// Where each field of a kind lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// By place of the field: its type and first slot; none for what is not plain.
    slots: Vec<Option<(FieldType, usize)>>,
    width: usize,
}

impl Layout {
    /// The layout of a kind.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        let mut width = HEAD;
        let mut place = |field: &domain::Field| {
            let slot = width;
            width += match field.field_type {
                _ if field.class != Class::Plain => return None,
                FieldType::Money => 2,
                _ => 1,
            };
            Some((field.field_type, slot))
        };
        let slots = kind.fields.iter().map(&mut place).collect();
        Self { slots, width }
    }

    /// Words in a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Type and first slot of a field.
    #[must_use]
    pub fn slot(&self, field: FieldId) -> Option<(FieldType, usize)> {
        self.slots.get(usize::from(field.0)).copied().flatten()
    }

    /// Writes an event as a row into `row`, which is cleared first. Values of another type than declared are absent.
    pub fn write<'v>(&self, row: &mut Vec<i64>, head: [i64; HEAD], fields: impl Iterator<Item = (FieldId, &'v Value)>) {
        row.clear();
        row.extend(head);
        row.resize(self.width, ABSENT);
        for (field, value) in fields {
            let Some((field_type, slot)) = self.slot(field) else { continue };
            let Some((word, second)) = words(field_type, value) else { continue };
            if let Some(place) = row.get_mut(slot) {
                *place = word;
            }
            if let (Some(second), Some(place)) = (second, row.get_mut(slot + 1)) {
                *place = second;
            }
        }
    }
}

fn words(field_type: FieldType, value: &Value) -> Option<(i64, Option<i64>)> {
    Some(match (field_type, value) {
        (FieldType::Bool, Value::Bool(value)) => (i64::from(*value), None),
        (FieldType::Number, Value::Number(value)) => (value.scaled(), None),
        (FieldType::Money, Value::Money(money)) => (money.value.scaled(), Some(money.currency.number())),
        (FieldType::Text, Value::Text(value)) => (symbol(value), None),
        (FieldType::Time, Value::Time(value)) => (value.ms(), None),
        _ => return None,
    })
}

/// The layouts of all kinds.
#[derive(Debug, Clone, Default)]
pub struct Layouts(HashMap<KindId, Layout>);

impl Layouts {
    /// The layouts of these kinds.
    #[must_use]
    pub fn of(kinds: &Kinds) -> Self {
        Self(kinds.iter().map(|kind| (kind.id, Layout::of(kind))).collect())
    }

    /// The layout of one kind.
    #[must_use]
    pub fn get(&self, kind: KindId) -> Option<&Layout> {
        self.0.get(&kind)
    }
}
