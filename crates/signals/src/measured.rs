//! What a measure came to, and how that stands to a value.

use base::{Currency, Decimal, Money};
use lexicon::{Comparator, Function};
use serde::{Deserialize, Serialize};

use crate::evaluate::{Made, Truth};
use crate::program::{Measure, holds};

/// What a measure came to, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Nothing to make it of, or mixed currencies.
    Unknown,
    /// A number; averages are rounded to four places.
    Number(Decimal),
    /// An amount.
    Money(Money),
    /// Yes or no.
    Bool(bool),
    /// The field of this event, by its place in the log.
    Event(u64),
}

impl Measure {
    pub(crate) fn compare(&self, made: &Made, op: Comparator, value: i64) -> Truth {
        let truth = |yes: bool| if yes { Truth::True } else { Truth::False };
        let counted = |count: i64| truth(holds(i128::from(count) * i128::from(Decimal::SCALE), op, i128::from(value)));
        let fold = match made {
            Made::Distinct(count) => return counted(*count),
            Made::Fold(fold) => fold,
        };
        match self.function {
            Function::Count | Function::Distinct => counted(fold.count),
            Function::Exists => truth(holds(i64::from(fold.count > 0), op, value)),
            _ if fold.foreign => Truth::Unknown,
            Function::Sum => truth(holds(fold.sum, op, i128::from(value))),
            _ if fold.valued == 0 => Truth::Unknown,
            Function::Avg => truth(holds(fold.sum, op, i128::from(value) * i128::from(fold.valued))),
            Function::Min => truth(holds(fold.min, op, value)),
            Function::Max => truth(holds(fold.max, op, value)),
            Function::First => truth(holds(fold.first.0, op, value)),
            Function::Last => truth(holds(fold.last.0, op, value)),
        }
    }

    pub(crate) fn said(&self, made: &Made) -> Measured {
        let count = |count: i64| Decimal::whole(count).map_or(Measured::Unknown, Measured::Number);
        let fold = match made {
            Made::Distinct(different) => return count(*different),
            Made::Fold(fold) => fold,
        };
        match self.function {
            Function::Count | Function::Distinct => count(fold.count),
            Function::Exists => Measured::Bool(fold.count > 0),
            _ if fold.foreign => Measured::Unknown,
            Function::Sum => self.amount(fold.sum),
            _ if fold.valued == 0 => Measured::Unknown,
            Function::Avg => self.amount(rounded(fold.sum, i128::from(fold.valued))),
            Function::Min => self.amount(i128::from(fold.min)),
            Function::Max => self.amount(i128::from(fold.max)),
            Function::First => Measured::Event(u64::try_from(fold.first.1).unwrap_or(0)),
            Function::Last => Measured::Event(u64::try_from(fold.last.1).unwrap_or(0)),
        }
    }

    fn amount(&self, scaled: i128) -> Measured {
        let value = Decimal::from_scaled(i64::try_from(scaled).unwrap_or(i64::MAX));
        let currency = self.currency.and_then(|(_, number)| currency(number));
        currency.map_or(Measured::Number(value), |currency| Measured::Money(Money { value, currency }))
    }
}

fn currency(number: i64) -> Option<Currency> {
    let [_, _, _, _, _, a, b, c] = number.to_be_bytes();
    std::str::from_utf8(&[a, b, c]).ok()?.parse().ok()
}

/// A quotient, half away from nought.
fn rounded(total: i128, count: i128) -> i128 {
    let half = if total < 0 { -count / 2 } else { count / 2 };
    (total + half) / count.max(1)
}
