//! What stands between two parts, by what they are: amounts are not multiplied, days are told apart from instants.

use super::{Between, Kind};

impl Between {
    /// What two parts come to with it between them; none where they do not go together.
    pub(super) fn kind(self, one: Kind, other: Kind) -> Option<Kind> {
        let is_number = |kind: Kind| matches!(kind, Kind::Number | Kind::Percent);
        match self {
            Between::Or | Between::And => (one == Kind::Bool && other == Kind::Bool).then_some(Kind::Bool),
            Between::Equal | Between::NotEqual => {
                let fits = (one.is_numeric() && other.is_numeric())
                    || (one == other && !matches!(one, Kind::Set(_) | Kind::Tags | Kind::Nothing));
                fits.then_some(Kind::Bool)
            }
            Between::Less | Between::AtMost | Between::More | Between::AtLeast => {
                let fits = (one.is_numeric() && other.is_numeric())
                    || (one == other && matches!(one, Kind::Date | Kind::Instant));
                fits.then_some(Kind::Bool)
            }
            Between::Joined => {
                let fits = |kind: Kind| kind.is_numeric() || matches!(kind, Kind::Text | Kind::Date | Kind::Instant);
                (fits(one) && fits(other)).then_some(Kind::Text)
            }
            Between::Plus | Between::Minus => match (one, other) {
                (Kind::Date, Kind::Date) | (Kind::Instant, Kind::Instant) if self == Between::Minus => {
                    Some(Kind::Number)
                }
                (Kind::Date | Kind::Instant, Kind::Number) => Some(one),
                (Kind::Money, Kind::Money | Kind::Number) | (Kind::Number, Kind::Money) => Some(Kind::Money),
                (Kind::Percent, Kind::Percent) => Some(Kind::Percent),
                _ if is_number(one) && is_number(other) => Some(Kind::Number),
                _ => None,
            },
            Between::Times => match (one, other) {
                (Kind::Money, number) | (number, Kind::Money) if is_number(number) => Some(Kind::Money),
                (Kind::Percent, Kind::Percent) => Some(Kind::Percent),
                _ if is_number(one) && is_number(other) => Some(Kind::Number),
                _ => None,
            },
            Between::By => match (one, other) {
                (Kind::Money, number) if is_number(number) => Some(Kind::Money),
                (Kind::Percent, Kind::Number) => Some(Kind::Percent),
                _ if one.is_numeric()
                    && other.is_numeric()
                    && (one != Kind::Percent || other == Kind::Percent)
                    && (other != Kind::Money || one == Kind::Money) =>
                {
                    Some(Kind::Number)
                }
                _ => None,
            },
        }
    }
}
