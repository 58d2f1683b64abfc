//! Several values in one text, each between line breaks, so that one of them is found as a part of it: tags, names of files, and the numbers of records.

/// The text of values, none of which has a line break; none of none.
#[must_use]
pub fn text<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> Option<String> {
    let mut text = String::new();
    for value in values {
        text.push_str(if text.is_empty() { "\n" } else { "" });
        text.push_str(&value.to_string());
        text.push('\n');
    }
    (!text.is_empty()).then_some(text)
}

/// The values in a text.
pub fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').filter(|value| !value.is_empty())
}

/// The numbers in a text.
pub fn numbers(text: &str) -> impl Iterator<Item = u64> {
    values(text).filter_map(|value| value.parse().ok())
}
