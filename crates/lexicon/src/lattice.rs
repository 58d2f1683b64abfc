//! Every word that could begin at every place of a sentence: never one segmentation, always all.

use std::rc::Rc;

use base::Currency;

use crate::bits::Bits;
use crate::frame::{Frame, Source, Value};
use crate::free::Free;
use crate::grammar::{Grammar, Symbol};
use crate::names::Names;
use crate::normal::Sentence;
use crate::values::values_at;

/// A word at a place.
#[derive(Debug, Clone)]
pub(crate) struct Lexeme {
    pub(crate) symbol: Symbol,
    pub(crate) end: usize,
    pub(crate) frame: Rc<Frame>,
}

/// A way to get from one word to the next over words that carry nothing.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) place: usize,
    pub(crate) cost: u32,
    /// Words passed over that are reported, by start and end.
    pub(crate) passed: Vec<(usize, usize)>,
}

/// The words of a sentence by place.
#[derive(Debug)]
pub(crate) struct Lattice {
    lexemes: Vec<Vec<Lexeme>>,
    steps: Vec<Vec<Step>>,
    open: Vec<Bits>,
    unknown: Vec<(usize, usize)>,
}

/// How much may be passed over between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skip {
    /// Particles and harmless words.
    Harmless,
    /// Also words nobody knows.
    Unknown,
    /// Also words that are known.
    Any,
}

/// The cost of a particle passed over.
const PARTICLE: u32 = 1;
/// The most words passed over between two others.
const MAX_PASSED: usize = 4;
/// The cost of an unknown word passed over; a known one costs twice that.
const CONTENT: u32 = 1_000;

impl Lattice {
    pub(crate) fn new(sentence: &Sentence, names: &Names, grammar: &Grammar, own: Currency, skip: Skip) -> Self {
        let places = 0..=sentence.len();
        let words: Vec<Vec<(usize, &'static str, &Frame)>> =
            places.clone().map(|place| words_at(sentence, names, place)).collect();
        let is_word = |place: usize| {
            words.get(place).is_some_and(|found| found.iter().any(|word| blocks(sentence, place, word.0)))
        };
        let free = Free::new(sentence);
        let mut lexemes: Vec<Vec<Lexeme>> = Vec::with_capacity(words.len());
        for place in places {
            let mut here = Vec::new();
            for (end, class, frame) in words.get(place).into_iter().flatten() {
                push(&mut here, grammar, class, *end, (*frame).clone());
            }
            let values = values_at(sentence, place, own).into_iter().chain(free.at(place, &is_word));
            values.for_each(|(class, end, frame)| push(&mut here, grammar, class, end, frame));
            here.sort_by_key(|lexeme| (lexeme.symbol, lexeme.end));
            lexemes.push(here);
        }
        let cover = Cover::new(sentence, &words, &lexemes);
        let steps = steps(sentence, &words, &cover, skip);
        let unknown = all_unknown(&cover);
        let open = steps.iter().map(|steps| open(steps, &lexemes)).collect();
        Self { lexemes, steps, open, unknown }
    }

    /// The classes of the words that may come next at a place.
    pub(crate) fn open(&self, place: usize) -> Bits {
        self.open.get(place).copied().unwrap_or_default()
    }

    /// The stretches that no known word covers.
    pub(crate) fn unknown(&self) -> &[(usize, usize)] {
        &self.unknown
    }

    /// The words of a class that begin at a place.
    pub(crate) fn words(&self, symbol: Symbol, place: usize) -> &[Lexeme] {
        let here = self.lexemes.get(place).map_or(&[][..], Vec::as_slice);
        let start = here.partition_point(|lexeme| lexeme.symbol < symbol);
        let end = here.partition_point(|lexeme| lexeme.symbol <= symbol);
        here.get(start..end).unwrap_or_default()
    }

    /// The places where the next word may begin, from the end of the last.
    pub(crate) fn steps(&self, place: usize) -> &[Step] {
        self.steps.get(place).map_or(&[], Vec::as_slice)
    }
}

fn open(steps: &[Step], lexemes: &[Vec<Lexeme>]) -> Bits {
    let mut bits = Bits::default();
    let words = steps.iter().filter_map(|step| lexemes.get(step.place)).flatten();
    words.for_each(|lexeme| bits.add(lexeme.symbol));
    bits
}

fn push(here: &mut Vec<Lexeme>, grammar: &Grammar, class: &str, end: usize, frame: Frame) {
    if let Some(symbol) = grammar.symbol(class) {
        here.push(Lexeme { symbol, end, frame: Rc::new(frame) });
    }
}

/// Whether a known word is long enough to end an unquoted value before it.
fn blocks(sentence: &Sentence, place: usize, end: usize) -> bool {
    end >= place + 2 || !crate::normal::is_han(sentence.at(place))
}

fn words_at<'n>(sentence: &Sentence, names: &'n Names, place: usize) -> Vec<(usize, &'static str, &'n Frame)> {
    if place >= sentence.len() {
        return Vec::new();
    }
    let entries = names.beginning(sentence.at(place)).iter();
    entries.filter_map(|entry| Some((sentence.matches(place, &entry.word)?, entry.class, &entry.frame))).collect()
}

type Words<'n> = Vec<Vec<(usize, &'static str, &'n Frame)>>;

/// Whether a value that begins with a number or a quote stands here, and where the longest ends.
fn value_end(sentence: &Sentence, lexemes: &[Vec<Lexeme>], place: usize) -> Option<usize> {
    let is_value = |lexeme: &&Lexeme| {
        let frame = &lexeme.frame;
        frame.length.is_some()
            || matches!(frame.value, Some(Value::Amount { .. } | Value::Text { source: Source::Quoted, .. }))
    };
    let here = lexemes.get(place).into_iter().flatten().filter(is_value);
    here.map(|lexeme| lexeme.end).max().filter(|_| !sentence.at(place).is_ascii_alphabetic())
}

/// What covers a sentence: words, values, or nothing.
struct Cover<'a> {
    sentence: &'a Sentence,
    word_ends: Vec<Option<usize>>,
    value_ends: Vec<Option<usize>>,
    inside: Vec<bool>,
}

impl<'a> Cover<'a> {
    fn new(sentence: &'a Sentence, words: &Words<'_>, lexemes: &[Vec<Lexeme>]) -> Self {
        let places = 0..sentence.len();
        let word_ends = words.iter().map(|found| found.iter().map(|(end, ..)| *end).max()).collect();
        let value_ends: Vec<Option<usize>> = places.map(|place| value_end(sentence, lexemes, place)).collect();
        let mut inside = vec![false; sentence.len() + 1];
        for (place, end) in value_ends.iter().enumerate() {
            let covered = inside.get_mut(place..end.unwrap_or(place)).unwrap_or_default();
            covered.iter_mut().for_each(|mark| *mark = true);
        }
        Self { sentence, word_ends, value_ends, inside }
    }

    fn known_end(&self, place: usize) -> Option<usize> {
        let end = |ends: &[Option<usize>]| ends.get(place).copied().flatten();
        end(&self.value_ends).max(end(&self.word_ends))
    }

    /// A run of characters that no word or value covers.
    fn unknown_end(&self, place: usize) -> Option<usize> {
        let is_inside = |at: usize| self.inside.get(at).copied().unwrap_or(false);
        let is_cut = |at: usize| !self.sentence.is_whole(at, at);
        if self.known_end(place).is_some() || is_inside(place) || is_cut(place) || self.sentence.at(place) == ' ' {
            return None;
        }
        let ends = |at: &usize| {
            !is_cut(*at) && (self.known_end(*at).is_some() || is_inside(*at) || self.sentence.at(*at) == ' ')
        };
        (place + 1..self.sentence.len()).find(ends).or(Some(self.sentence.len()))
    }
}

fn steps(sentence: &Sentence, words: &Words<'_>, cover: &Cover<'_>, skip: Skip) -> Vec<Vec<Step>> {
    let mut all: Vec<Vec<Step>> = vec![Vec::new(); sentence.len() + 1];
    for place in (0..=sentence.len()).rev() {
        let mut here = vec![Step { place, cost: 0, passed: Vec::new() }];
        for (end, cost, is_reported) in passable(sentence, words, cover, place, skip) {
            let onward = all.get(end).cloned().unwrap_or_default();
            let further = onward.into_iter().map(|step| {
                let own = is_reported.then_some((place, end));
                Step { cost: step.cost + cost, passed: own.into_iter().chain(step.passed).collect(), ..step }
            });
            if cost == 0 {
                here = further.collect();
            } else {
                here.extend(further);
            }
        }
        here.sort_by_key(|step| (step.place, step.cost));
        here.dedup_by_key(|step| step.place);
        here.retain(|step| step.passed.len() <= MAX_PASSED);
        all.get_mut(place).into_iter().for_each(|slot| *slot = std::mem::take(&mut here));
    }
    all
}

/// What may be passed over here: its end, its cost, and whether it is reported.
fn passable(
    sentence: &Sentence,
    words: &Words<'_>,
    cover: &Cover<'_>,
    place: usize,
    skip: Skip,
) -> Vec<(usize, u32, bool)> {
    if place >= sentence.len() {
        return Vec::new();
    }
    if sentence.at(place) == ' ' {
        return vec![(place + 1, 0, false)];
    }
    let is_last = |end: usize| sentence.typed(end, sentence.len()).is_empty();
    let here = words.get(place).into_iter().flatten();
    let mut found: Vec<(usize, u32, bool)> = here
        .filter_map(|(end, class, _)| match *class {
            "particle" => Some((*end, PARTICLE, false)),
            "harmless" => Some((*end, PARTICLE, true)),
            "stop" if is_last(*end) => Some((*end, PARTICLE, false)),
            _ => None,
        })
        .collect();
    if skip != Skip::Harmless {
        found.extend(cover.unknown_end(place).map(|end| (end, CONTENT, true)));
    }
    if skip == Skip::Any {
        found.extend(cover.known_end(place).map(|end| (end, CONTENT * 2, true)));
    }
    found
}

fn all_unknown(cover: &Cover<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < cover.sentence.len() {
        let unknown = cover.unknown_end(place);
        found.extend(unknown.map(|end| (place, end)));
        place = unknown.or(cover.known_end(place)).unwrap_or(place + 1);
    }
    found
}
