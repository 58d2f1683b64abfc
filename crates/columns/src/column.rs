//! A field's values, row by row.

use domain::object::{Field, Storage, Type, several};
use memchr::memmem::Finder;
use store::Value;
use store::record::query::Comparison;

use crate::bits::Bits;

/// What stands for no value in a column of small numbers.
const NO_SMALL: u8 = u8::MAX;
/// What stands for no value in a column of numbers.
const NO_WIDE: i64 = i64::MIN;
/// How many values are compared with one by one before they are looked up.
const FEW: usize = 8;

/// A field's values, row by row; rows beyond its end have none.
#[derive(Debug)]
pub(crate) enum Column {
    /// Choices, and yes or no.
    Small(Small),
    /// Other numbers.
    Wide(Vec<i64>),
    /// Texts.
    Text(Texts),
}

/// Numbers that are few, and the rows that have each: what lists are narrowed by mostly.
#[derive(Debug, Default)]
pub(crate) struct Small {
    values: Vec<u8>,
    /// By the number.
    rows: Vec<Bits>,
}

impl Small {
    fn get(&self, row: usize) -> Option<u8> {
        self.values.get(row).copied().filter(|value| *value != NO_SMALL)
    }

    fn set(&mut self, row: usize, value: Option<u8>) {
        if let Some(rows) = self.get(row).and_then(|known| self.rows.get_mut(usize::from(known))) {
            rows.set(row, false);
        }
        put(&mut self.values, row, value.unwrap_or(NO_SMALL), NO_SMALL);
        if let Some(value) = value.map(usize::from) {
            if self.rows.len() <= value {
                self.rows.resize(value + 1, Bits::default());
            }
            if let Some(rows) = self.rows.get_mut(value) {
                rows.add(row);
            }
        }
    }

    /// The rows whose number passes, of so many.
    fn passing(&self, rows: usize, passes: impl Fn(u8) -> bool) -> Bits {
        let mut found = Bits::none(rows);
        for (_, some) in (0..NO_SMALL).zip(&self.rows).filter(|(value, _)| passes(*value)) {
            found.or(some);
        }
        found
    }
}

/// Texts behind one another, and where each begins.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Where a row's text begins, and how long it is.
    places: Vec<Option<(u32, u32)>>,
    /// How many bytes belong to no row any more.
    dead: usize,
}

/// A value by which rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key<'c> {
    Int(i64),
    Text(&'c [u8]),
}

impl Texts {
    fn get(&self, row: usize) -> Option<&[u8]> {
        let (from, length) = (*self.places.get(row)?)?;
        self.bytes.get(from as usize..from as usize + length as usize)
    }

    /// Sets a row's text; false when there is no room for it.
    fn set(&mut self, row: usize, text: Option<&str>) -> bool {
        if self.get(row) == text.map(str::as_bytes) {
            return true;
        }
        if self.places.len() <= row {
            self.places.resize(row + 1, None);
        }
        self.dead += self.get(row).map_or(0, <[u8]>::len);
        let place = match text {
            None => None,
            Some(text) => match (u32::try_from(self.bytes.len()), u32::try_from(text.len())) {
                (Ok(from), Ok(length)) => Some((from, length)),
                _ => return false,
            },
        };
        self.bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
        if let Some(slot) = self.places.get_mut(row) {
            *slot = place;
        }
        if self.dead > self.bytes.len() / 2 && self.dead > 1 << 16 {
            self.pack();
        }
        true
    }

    /// Leaves out what belongs to no row any more.
    fn pack(&mut self) {
        let mut packed = Vec::with_capacity(self.bytes.len() - self.dead);
        for slot in self.places.iter_mut().flatten() {
            let (from, length) = *slot;
            slot.0 = packed.len() as u32;
            packed
                .extend_from_slice(self.bytes.get(from as usize..from as usize + length as usize).unwrap_or_default());
        }
        (self.bytes, self.dead) = (packed, 0);
    }

    fn passing(&self, rows: usize, passes: impl Fn(&[u8]) -> bool) -> Bits {
        let text = |(from, length): (u32, u32)| {
            self.bytes.get(from as usize..from as usize + length as usize).unwrap_or_default()
        };
        Bits::of(&self.places, rows, |place| place.is_some_and(|place| passes(text(place))))
    }

    /// Those that have a part, whatever the case of Latin letters.
    fn containing(&self, rows: usize, part: &str) -> Bits {
        let part = part.to_ascii_lowercase();
        let finder = Finder::new(part.as_bytes());
        if part.bytes().any(|letter| letter.is_ascii_lowercase()) {
            let folded = std::cell::RefCell::new(Vec::new());
            return self.passing(rows, |text| {
                let mut folded = folded.borrow_mut();
                folded.clear();
                folded.extend(text.iter().map(u8::to_ascii_lowercase));
                finder.find(&folded).is_some()
            });
        }
        self.passing(rows, |text| finder.find(text).is_some())
    }
}

impl Column {
    /// The column of a field; none for long texts, which stay in the database.
    pub(crate) fn of(field: &Field) -> Option<Self> {
        match (&field.holds, field.holds.storage()) {
            (Type::LongText, _) => None,
            (Type::Choice { .. } | Type::Bool, _) => Some(Self::Small(Small::default())),
            (_, Storage::Int) => Some(Self::Wide(Vec::new())),
            (_, Storage::Text) => Some(Self::Text(Texts::default())),
        }
    }

    /// Sets a row's number; false when it cannot be told from no value, or there is no room for it.
    pub(crate) fn set_int(&mut self, row: usize, value: Option<i64>) -> bool {
        match self {
            Self::Small(values) => match value.map(u8::try_from) {
                Some(Ok(NO_SMALL) | Err(_)) => false,
                value => {
                    values.set(row, value.and_then(Result::ok));
                    true
                }
            },
            Self::Wide(_) if value == Some(NO_WIDE) => false,
            Self::Wide(values) => {
                put(values, row, value.unwrap_or(NO_WIDE), NO_WIDE);
                true
            }
            Self::Text(texts) => value.is_none() && texts.set(row, None),
        }
    }

    /// Sets a row's text; false when there is no room for it.
    pub(crate) fn set_text(&mut self, row: usize, text: &str) -> bool {
        match self {
            Self::Text(texts) => texts.set(row, Some(text)),
            Self::Small(_) | Self::Wide(_) => false,
        }
    }

    pub(crate) fn int(&self, row: usize) -> Option<i64> {
        match self {
            Self::Small(values) => values.get(row).map(i64::from),
            Self::Wide(values) => values.get(row).copied().filter(|value| *value != NO_WIDE),
            Self::Text(_) => None,
        }
    }

    /// A row's number, in a column of numbers other than choices.
    pub(crate) fn wide(&self, row: usize) -> Option<i64> {
        match self {
            Self::Wide(values) => values.get(row).copied().filter(|value| *value != NO_WIDE),
            Self::Small(_) | Self::Text(_) => None,
        }
    }

    pub(crate) fn key(&self, row: usize) -> Option<Key<'_>> {
        match self {
            Self::Text(texts) => texts.get(row).map(Key::Text),
            Self::Small(_) | Self::Wide(_) => self.int(row).map(Key::Int),
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Small(small) => small.values.capacity() + small.rows.iter().map(Bits::bytes).sum::<usize>(),
            Self::Wide(values) => values.capacity() * 8,
            Self::Text(texts) => texts.bytes.capacity() + texts.places.capacity() * 12,
        }
    }

    pub(crate) fn present(&self, rows: usize) -> Bits {
        match self {
            Self::Small(values) => values.passing(rows, |_| true),
            Self::Wide(values) => Bits::of(values, rows, |value| value != NO_WIDE),
            Self::Text(texts) => texts.passing(rows, |_| true),
        }
    }

    pub(crate) fn any_bit(&self, rows: usize, bits: i64) -> Bits {
        match self {
            Self::Wide(values) => Bits::of(values, rows, |value| value != NO_WIDE && value & bits != 0),
            Self::Small(values) => values.passing(rows, |value| i64::from(value) & bits != 0),
            Self::Text(_) => Bits::none(rows),
        }
    }

    /// None where the column holds other than texts.
    pub(crate) fn containing(&self, rows: usize, part: &str) -> Option<Bits> {
        match self {
            Self::Text(texts) => Some(texts.containing(rows, part)),
            Self::Small(_) | Self::Wide(_) => None,
        }
    }

    /// Those of whose several numbers one passes; none where the column holds other than texts.
    pub(crate) fn leading(&self, rows: usize, passes: impl Fn(u64) -> bool) -> Option<Bits> {
        let text = |text: &[u8]| several::numbers(std::str::from_utf8(text).unwrap_or_default()).any(&passes);
        match self {
            Self::Text(texts) => Some(texts.passing(rows, text)),
            Self::Small(_) | Self::Wide(_) => None,
        }
    }

    /// The several numbers of a row.
    pub(crate) fn several(&self, row: usize) -> impl Iterator<Item = u64> {
        let text = if let Self::Text(texts) = self { texts.get(row) } else { None };
        several::numbers(text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default())
    }

    /// None where the value is of another sort.
    pub(crate) fn compared(&self, rows: usize, how: Comparison, with: &Value) -> Option<Bits> {
        match (self, with) {
            (_, Value::Null) => Some(Bits::none(rows)),
            (Self::Small(values), Value::Int(with)) => {
                Some(values.passing(rows, |value| holds(how, &i64::from(value), with)))
            }
            (Self::Wide(values), Value::Int(with)) => {
                let with = *with;
                let of = |passes: &dyn Fn(i64) -> bool| Bits::of(values, rows, passes);
                // A loop for each, so that it is compiled to one without choices.
                Some(match how {
                    Comparison::Equal => Bits::of(values, rows, |value| value == with),
                    Comparison::Less => Bits::of(values, rows, |value| value < with && value != NO_WIDE),
                    Comparison::More => Bits::of(values, rows, |value| value > with),
                    Comparison::AtMost => of(&|value| value <= with && value != NO_WIDE),
                    Comparison::AtLeast => of(&|value| value >= with && value != NO_WIDE),
                })
            }
            (Self::Text(texts), Value::Text(with)) => {
                Some(texts.passing(rows, |text| holds(how, text, with.as_bytes())))
            }
            _ => None,
        }
    }

    /// Whether a row's value compares so; none where the value is of another sort.
    pub(crate) fn compares(&self, row: usize, how: Comparison, with: &Value) -> Option<bool> {
        match (self, with) {
            (_, Value::Null) => Some(false),
            (Self::Text(texts), Value::Text(with)) => {
                Some(texts.get(row).is_some_and(|text| holds(how, text, with.as_bytes())))
            }
            (Self::Small(_) | Self::Wide(_), Value::Int(with)) => {
                Some(self.int(row).is_some_and(|value| holds(how, &value, with)))
            }
            _ => None,
        }
    }

    /// None where a value is of another sort.
    pub(crate) fn one_of(&self, rows: usize, among: &[Value]) -> Option<Bits> {
        if among.len() <= FEW || matches!(self, Self::Text(_)) {
            let mut found = Bits::none(rows);
            for value in among {
                found.or(&self.compared(rows, Comparison::Equal, value)?);
            }
            return Some(found);
        }
        let number = |value: &Value| match value {
            Value::Int(number) => Some(*number),
            _ => None,
        };
        let among: hashbrown::HashSet<i64, foldhash::fast::RandomState> =
            among.iter().filter(|value| **value != Value::Null).map(number).collect::<Option<_>>()?;
        Some(match self {
            Self::Small(values) => values.passing(rows, |value| among.contains(&i64::from(value))),
            Self::Wide(values) => Bits::of(values, rows, |value| value != NO_WIDE && among.contains(&value)),
            Self::Text(_) => return None,
        })
    }

    /// The numbers of a relation, row by row.
    pub(crate) fn leads(&self) -> impl Iterator<Item = Option<u64>> {
        let values: &[i64] = if let Self::Wide(values) = self { values } else { &[] };
        values.iter().map(|value| (*value != NO_WIDE).then_some(value.cast_unsigned()))
    }
}

fn put<T: Copy>(values: &mut Vec<T>, row: usize, value: T, none: T) {
    if values.len() <= row {
        values.resize(row + 1, none);
    }
    if let Some(slot) = values.get_mut(row) {
        *slot = value;
    }
}

fn holds<T: Ord + ?Sized>(how: Comparison, value: &T, with: &T) -> bool {
    match how {
        Comparison::Equal => value == with,
        Comparison::Less => value < with,
        Comparison::AtMost => value <= with,
        Comparison::More => value > with,
        Comparison::AtLeast => value >= with,
    }
}
