//! The texts of records: which of their values are looked through, and what of them is shown.

use std::borrow::Cow;
use std::ops::Range;

use ::search::Kind;
use base::Decimal;
use domain::object::{Cell, Field, FieldNumber, Object, Type};
use serde::Serialize;
use store::RecordRow;
use utoipa::ToSchema;

use crate::Actor;
use crate::record::field;

/// How much of a long text is shown, in characters, and how much before what was found.
const SHOWN: usize = 100;
const BEFORE: usize = 16;

/// A text of a record.
pub(super) struct FieldText<'r> {
    pub(super) field: &'r Field,
    pub(super) kind: Kind,
    pub(super) text: Cow<'r, str>,
}

/// A part of a text that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SearchPart {
    /// The part.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// All texts of a record that people set, its title first: what the index is made of.
pub(super) fn all<'r>(object: &'r Object, row: &'r RecordRow) -> Vec<FieldText<'r>> {
    let mut texts: Vec<FieldText<'r>> = object.fields.iter().filter_map(|field| text(field, row)).collect();
    texts.sort_by_key(|text| text.kind != Kind::Title);
    texts
}

/// The texts of a record that the reader sees as they are. Whatever is found is found in these: a field that is hidden or masked for
/// someone is left out here, and is neither shown nor makes a difference.
pub(super) fn visible<'r>(actor: &Actor, object: &'r Object, row: &'r RecordRow) -> Vec<FieldText<'r>> {
    let mut texts = all(object, row);
    texts.retain(|text| !text.field.archived && field::is_plain(actor, object, text.field));
    texts
}

fn text<'r>(field: &'r Field, row: &'r RecordRow) -> Option<FieldText<'r>> {
    let kind = match field.holds {
        _ if field.derived.is_some() => return None,
        Type::Text if field.number == FieldNumber::FIRST => Kind::Title,
        Type::Text => Kind::Line,
        Type::LongText | Type::Email | Type::Link | Type::Number | Type::Tags | Type::Address => Kind::Long,
        Type::Phone => Kind::Phone,
        _ => return None,
    };
    let text = match row.cells.get(&field.number)? {
        Cell::Text(text) => Cow::from(text.as_str()),
        Cell::Int(number) => Cow::from(Decimal::from_scaled(*number).to_string()),
    };
    Some(FieldText { field, kind, text })
}

/// A text in parts, with what was found marked; of a long one what stands around the first of it.
pub(super) fn parts(text: &str, marks: &[Range<usize>]) -> Vec<SearchPart> {
    let first = marks.first().map_or(0, |mark| mark.start);
    let head = text.get(..first).unwrap_or_default();
    let is_long = text.chars().count() > SHOWN;
    let skipped = if is_long { head.chars().count().saturating_sub(BEFORE) } else { 0 };
    let place = |letters: usize| text.char_indices().nth(letters).map_or(text.len(), |(at, _)| at);
    let (from, to) = (place(skipped), place(skipped + SHOWN));
    let mut parts: Vec<SearchPart> = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        let part = text.get(range).unwrap_or_default().replace(['\n', '\r', '\t'], " ");
        if !part.is_empty() {
            parts.push(SearchPart { text: part, hit });
        }
    };
    let mut at = from;
    for mark in marks.iter().filter(|mark| mark.start < to) {
        push(at..mark.start.max(at), false);
        push(mark.start.max(at)..mark.end.min(to), true);
        at = mark.end.min(to).max(at);
    }
    push(at..to, false);
    let cut = |text: &str| SearchPart { text: text.to_owned(), hit: false };
    if from > 0 {
        parts.insert(0, cut("…"));
    }
    if to < text.len() {
        parts.push(cut("…"));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, marks: &[Range<usize>]) -> String {
        let parts = parts(text, marks);
        parts.into_iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text }).collect()
    }

    #[test]
    fn what_was_found_is_marked() {
        assert_eq!(shown("张三的订单", &[0..6, 9..15]), "[张三]的[订单]");
        assert_eq!(shown("张三", &[]), "张三");
        assert_eq!(shown("", &[]), "");
    }

    #[test]
    fn of_a_long_text_what_stands_around_is_shown() {
        let text = format!("{}退款{}", "前".repeat(300), "后".repeat(300));
        let shown = shown(&text, &[900..906, 1_500..1_503]);
        assert!(shown.starts_with(&format!("…{}[退款]后", "前".repeat(BEFORE))), "{shown}");
        assert!(shown.ends_with("后…"), "{shown}");
        assert_eq!(shown.chars().count(), SHOWN + 4);
    }
}
