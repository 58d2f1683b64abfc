//! Exact decimals with four places in 64 bits: enough for money in any currency up to 900 trillion.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// Why a text or number is not a [`Decimal`].
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DecimalError {
    /// Not digits with at most one point and a sign.
    #[error("not a number")]
    Syntax,
    /// More than four places after the point.
    #[error("more than four decimal places")]
    Places,
    /// Beyond ±922,337,203,685,477.5807.
    #[error("number too large")]
    Range,
}

/// A decimal as a count of ten-thousandths. Addition saturates at the ends of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i64);

impl Decimal {
    /// Ten-thousandths in one.
    pub const SCALE: i64 = 10_000;
    /// Nought.
    pub const ZERO: Self = Self(0);

    /// From a count of ten-thousandths.
    #[must_use]
    pub const fn from_scaled(scaled: i64) -> Self {
        Self(scaled)
    }

    /// The count of ten-thousandths.
    #[must_use]
    pub const fn scaled(self) -> i64 {
        self.0
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`DecimalError::Range`] beyond ±922,337,203,685,477.
    pub fn whole(number: i64) -> Result<Self, DecimalError> {
        number.checked_mul(Self::SCALE).map(Self).ok_or(DecimalError::Range)
    }

    /// From a binary floating-point number, read at its shortest decimal form.
    ///
    /// # Errors
    /// As [`Decimal::from_str`]; NaN and infinities are [`DecimalError::Syntax`].
    pub fn from_f64(number: f64) -> Result<Self, DecimalError> {
        if number.is_finite() { number.to_string().parse() } else { Err(DecimalError::Syntax) }
    }

    /// Whether nothing stands after the point.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.0 % Self::SCALE == 0
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let is_digits = |part: &str| part.bytes().all(|letter| letter.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(places) || digits.ends_with('.') {
            return Err(DecimalError::Syntax);
        }
        let places = places.trim_end_matches('0');
        if places.len() > 4 {
            return Err(DecimalError::Places);
        }
        let whole: i64 = whole.parse().map_err(|_| DecimalError::Range)?;
        let part: i64 = format!("{places:0<4}").parse().map_err(|_| DecimalError::Syntax)?;
        let scaled = whole.checked_mul(Self::SCALE).and_then(|scaled| scaled.checked_add(part));
        scaled.map(|scaled| Self(if negative { -scaled } else { scaled })).ok_or(DecimalError::Range)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = Self::SCALE.unsigned_abs();
        let (whole, part) = (self.0.unsigned_abs() / scale, self.0.unsigned_abs() % scale);
        let mut text = format!("{}{whole}", if self.0 < 0 { "-" } else { "" });
        if part > 0 {
            text.push('.');
            text.push_str(format!("{part:04}").trim_end_matches('0'));
        }
        out.pad_integral(true, "", &text)
    }
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_i64(self.0) }
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Decimal;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number with at most four decimal places")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Decimal, E> {
        Decimal::whole(number).map_err(E::custom)
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
        let number = i64::try_from(number).map_err(|_| E::custom(DecimalError::Range))?;
        self.visit_i64(number)
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Decimal, E> {
        Decimal::from_f64(number).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() { from.deserialize_any(Visitor) } else { i64::deserialize(from).map(Self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_prints() {
        for text in ["0", "1", "-1", "512.5", "-0.0001", "922337203685477.5807"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        assert_eq!("512.00".parse::<Decimal>().unwrap().to_string(), "512");
    }

    #[test]
    fn refuses_what_it_cannot_hold_exactly() {
        assert_eq!("0.00001".parse::<Decimal>(), Err(DecimalError::Places));
        assert_eq!("922337203685478".parse::<Decimal>(), Err(DecimalError::Range));
        for text in ["", "-", ".5", "5.", "1e3", "1,000", "٣"] {
            assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Syntax), "{text}");
        }
    }

    #[test]
    fn json_numbers_and_texts_are_both_welcome() {
        assert_eq!(serde_json::from_str::<Decimal>("11.77").unwrap().scaled(), 117_700);
        assert_eq!(serde_json::from_str::<Decimal>("\"11.77\"").unwrap().scaled(), 117_700);
        assert_eq!(serde_json::from_str::<Decimal>("2").unwrap().scaled(), 20_000);
    }
}
