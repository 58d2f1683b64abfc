//! What the workspace calls its kinds and fields, what values and tags it knows: the open words of the grammar.

use std::collections::BTreeMap;

use domain::{Class, Kind, Kinds};

use crate::frame::{Frame, Name, Source, Value, flag};
use crate::grammar::Grammar;
use crate::inflect::{done_to, plural, verb_and_object, verb_forms};
use crate::normal::normal_word;
use crate::reading::Context;
use crate::words::{Mark, rows};

/// A word of the lexicon.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) word: Vec<char>,
    pub(crate) class: &'static str,
    pub(crate) frame: Frame,
}

/// All words, by their first character.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    by_first: BTreeMap<char, Vec<Entry>>,
}

/// Values that people name differently from how systems store them.
const SAME_VALUES: [&[&str]; 9] = [
    &["negative", "负面", "消极", "负向"],
    &["positive", "正面", "积极", "正向"],
    &["neutral", "中性"],
    &["angry", "愤怒", "生气"],
    &["high", "高", "严重"],
    &["medium", "中", "中等"],
    &["low", "低", "轻微"],
    &["urgent", "紧急", "加急"],
    &["app", "APP"],
];

impl Names {
    pub(crate) fn new(kinds: &Kinds, context: &Context, grammar: &Grammar) -> Self {
        let mut names = Self::default();
        grammar.literals().for_each(|(class, word)| names.add(word, class, Frame::default()));
        names.add_grammar(kinds);
        for (place, kind) in (0u16..).zip(kinds.iter()) {
            names.add_kind(place, kind);
        }
        names.add_values(kinds, context);
        for tag in &context.tags {
            let name = Name { text: tag.clone(), source: Source::Known };
            names.add(tag, "tag", Frame { name: Some(name), ..Frame::default() });
        }
        names
    }

    /// The words of the lexicon that begin with a character.
    pub(crate) fn beginning(&self, first: char) -> &[Entry] {
        self.by_first.get(&first).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, word: &str, class: &'static str, frame: Frame) {
        let word = normal_word(word);
        let Some(first) = word.first().copied() else { return };
        let known = self.by_first.entry(first).or_default();
        if !known.iter().any(|entry| entry.class == class && entry.word == word && entry.frame == frame) {
            known.push(Entry { word, class, frame });
        }
    }

    fn add_grammar(&mut self, kinds: &Kinds) {
        for row in rows() {
            let frame = match row.mark {
                Mark::Kind(kind) => place_of(kinds, kind).map(|kind| Frame { kind: Some(kind), ..Frame::default() }),
                Mark::Field(kind, field) => field_frame(kinds, kind, field),
                mark => Some(mark.frame()),
            };
            let Some(frame) = frame else { continue };
            let words = row.zh.split(' ').chain(row.en.split('|')).filter(|word| !word.is_empty());
            words.for_each(|word| self.add(word, row.class, frame.clone()));
        }
    }

    fn add_kind(&mut self, place: u16, kind: &Kind) {
        let frame = Frame { kind: Some(place), ..Frame::default() };
        for word in std::iter::once(&kind.label.zh).chain(&kind.words_zh).chain(std::iter::once(&kind.name)) {
            self.add(word, "kind", frame.clone());
            self.add(word, "did", frame.clone());
        }
        for word in std::iter::once(&kind.label.en).chain(&kind.words_en) {
            for word in spellings(word) {
                let noun_frame = Frame { flags: flag::LATIN, ..frame.clone() };
                [word.clone(), plural(&word)].iter().for_each(|noun| self.add(noun, "kind", noun_frame.clone()));
                let verbs = verb_forms(&word).into_iter().chain(done_to(&word));
                verbs.for_each(|verb| self.add(&verb, "did", frame.clone()));
                let (verbs, objects) = verb_and_object(&word).unwrap_or_default();
                verbs.iter().for_each(|verb| self.add(verb, "doing", frame.clone()));
                objects.iter().for_each(|object| self.add(object, "doneto", frame.clone()));
            }
        }
        for (at, field) in (0u16..).zip(&kind.fields) {
            let frame = Frame { field: Some(at), ..frame.clone() };
            let class = if field.class == Class::Plain { "field" } else { "secret" };
            let words = [&field.label.zh, &field.name].into_iter().chain(&field.words_zh);
            words.for_each(|word| self.add(word, class, frame.clone()));
            for word in std::iter::once(&field.label.en).chain(&field.words_en) {
                [word.clone(), plural(word)].iter().for_each(|word| self.add(word, class, frame.clone()));
            }
        }
    }

    fn add_values(&mut self, kinds: &Kinds, context: &Context) {
        for known in &context.values {
            let Some(frame) = field_frame(kinds, &known.kind, &known.field) else { continue };
            let same = SAME_VALUES.iter().find(|words| words.contains(&known.value.as_str()));
            let is_known = |word: &str| {
                let other = |v: &&crate::FieldValue| v.kind == known.kind && v.field == known.field && v.value == word;
                word != known.value && context.values.iter().any(|value| other(&value))
            };
            let others = same.into_iter().flat_map(|words| words.iter().copied()).filter(|word| !is_known(word));
            for typed in std::iter::once(known.value.as_str()).chain(others) {
                let value = Value::Text { text: known.value.clone(), typed: typed.to_owned(), source: Source::Known };
                self.add(typed, "known", Frame { value: Some(value), ..frame.clone() });
            }
        }
    }
}

/// "e-mail" is also written "email".
fn spellings(word: &str) -> Vec<String> {
    let plain = word.replace("e-mail", "email").replace("Wi-Fi", "wifi");
    if plain == word { vec![plain] } else { vec![word.to_owned(), plain] }
}

/// The place of a kind in the order of the workspace.
pub(crate) fn place_of(kinds: &Kinds, name: &str) -> Option<u16> {
    u16::try_from(kinds.iter().position(|kind| kind.name == name)?).ok()
}

/// The slots of a plain field.
fn field_frame(kinds: &Kinds, kind: &str, field: &str) -> Option<Frame> {
    let place = place_of(kinds, kind)?;
    let (at, field) = kinds.by_name(kind)?.field_id(field)?;
    (field.class == Class::Plain).then(|| Frame { kind: Some(place), field: Some(at.0), ..Frame::default() })
}
