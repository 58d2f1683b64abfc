//! The two sides of a comparison while it is settled, and the comparisons that several clauses come down to.

use base::Decimal;

use crate::{Comparator, Condition, Function, Literal, Measure, Predicate, Window};

/// A comparison being settled: what is measured, against what.
pub(crate) struct Sides {
    pub(crate) measure: Measure,
    pub(crate) op: Option<Comparator>,
    pub(crate) value: Literal,
    pub(crate) upper: Option<Literal>,
}

impl Sides {
    /// The comparison; a range is two.
    pub(crate) fn condition(self, default: Comparator) -> Condition {
        let Some(upper) = self.upper else {
            return Condition::compare(self.measure, self.op.unwrap_or(default), self.value);
        };
        let lower = Condition::compare(self.measure.clone(), Comparator::Ge, self.value);
        Condition::All { of: vec![lower, Condition::compare(self.measure, Comparator::Le, upper)] }
    }
}

/// That there is any.
pub(crate) fn exists(measure: &Measure, window: Window) -> Condition {
    let measure = Measure { function: Function::Exists, field: None, window, ..measure.clone() };
    Condition::compare(measure, Comparator::Eq, Literal::Bool(true))
}

/// How many there are.
pub(crate) fn count(measure: &Measure, window: Window, op: Comparator, number: i64) -> Condition {
    let measure = Measure { function: Function::Count, field: None, window, ..measure.clone() };
    Condition::compare(measure, op, Literal::Number(Decimal::whole(number).unwrap_or_default()))
}

/// "Any single order over 500": there is one that is.
pub(crate) fn any_single(sides: Sides) -> Condition {
    let Measure { field, mut filter, kind, window, .. } = sides.measure;
    let field = field.unwrap_or_default();
    let mut push = |op, value| filter.push(Predicate { field: field.clone(), op, value });
    match sides.upper {
        None => push(sides.op.unwrap_or(Comparator::Eq), sides.value),
        Some(upper) => {
            push(Comparator::Ge, sides.value);
            push(Comparator::Le, upper);
        }
    }
    let measure = Measure { function: Function::Exists, kind, field: None, filter, window };
    let window = measure.window;
    exists(&measure, window)
}
