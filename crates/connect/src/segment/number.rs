//! Amounts as JavaScript writes them.

use base::Decimal;
use domain::IncomingValue;

/// A number or a text of one, to four places: sums of floats come as `0.30000000000000004`.
pub(super) fn decimal(value: &IncomingValue<'_>) -> Option<Decimal> {
    let (IncomingValue::Number(text) | IncomingValue::Text(text)) = value else { return None };
    let float = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    text.parse().ok().or_else(|| format!("{:.4}", float()?).parse().ok())
}

/// The product, to four places; none beyond the range.
pub(super) fn times(one: Decimal, other: Decimal) -> Option<Decimal> {
    let scaled = i128::from(one.scaled()) * i128::from(other.scaled()) / i128::from(Decimal::SCALE);
    i64::try_from(scaled).ok().map(Decimal::from_scaled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_rounded_to_four_places() {
        let read = |text: &'static str| decimal(&IncomingValue::Number(text.into())).map(|number| number.to_string());
        for (text, expected) in
            [("512.5", "512.5"), ("0.30000000000000004", "0.3"), ("1e3", "1000"), ("-1E-2", "-0.01")]
        {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "many", "1e300", "NaN", "inf"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn price_times_quantity() {
        let [one, two]: [Decimal; 2] = ["256.25", "2"].map(|text| text.parse().unwrap());
        assert_eq!(times(one, two).unwrap().to_string(), "512.5");
        assert_eq!(times(Decimal::from_scaled(i64::MAX), two), None);
    }
}
