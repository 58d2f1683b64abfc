//! The tables of `phrases.rs`, numbered and ready for the chart.

use std::collections::BTreeMap;

use crate::Function;
use crate::bits::Bits;
use crate::frame::Frame;
use crate::phrases::{Phrase, SAID, SAID_WHETHER, Wrap, phrase, phrases};
use crate::words::Mark;

/// A symbol: a phrase or a class of words.
pub(crate) type Symbol = u16;

/// A form, ready for the chart.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) parts: Vec<(Symbol, bool)>,
    pub(crate) frame: Frame,
    pub(crate) cost: u16,
    pub(crate) wrap: Wrap,
}

/// The tables with their symbols numbered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grammar {
    symbols: BTreeMap<&'static str, Symbol>,
    forms: Vec<Option<Vec<Form>>>,
    starts: Vec<Bits>,
}

impl Grammar {
    pub(crate) fn new() -> Self {
        let mut grammar = Self::default();
        phrases().for_each(|phrase| grammar.add(phrase, &marked(phrase.marks)));
        for (function, zh, en) in SAID {
            grammar.add(&phrase("core", Wrap::Keep, &[], 0, zh, en), &marked(&[Mark::Function(*function)]));
        }
        let (zh, en) = SAID_WHETHER;
        grammar.add(&phrase("core", Wrap::Keep, &[], 0, zh, en), &marked(&[Mark::Function(Function::Exists)]));
        grammar.find_starts();
        grammar
    }

    /// Which classes of words each symbol can begin with.
    fn find_starts(&mut self) {
        let symbols = 0..Symbol::try_from(self.symbols.len()).unwrap_or(Symbol::MAX);
        self.forms.resize_with(self.symbols.len(), || None);
        self.starts = vec![Bits::default(); self.symbols.len()];
        loop {
            let before = self.starts.clone();
            symbols.clone().for_each(|symbol| self.find_start(symbol));
            if before == self.starts {
                return;
            }
        }
    }

    fn find_start(&mut self, symbol: Symbol) {
        let mut bits = Bits::default();
        match self.forms(symbol) {
            None => bits.add(symbol),
            Some(forms) => forms.iter().for_each(|form| bits.join(&self.start_of(form))),
        }
        if let Some(start) = self.starts.get_mut(usize::from(symbol)) {
            *start = bits;
        }
    }

    fn start_of(&self, form: &Form) -> Bits {
        let mut bits = Bits::default();
        for (part, is_optional) in &form.parts {
            self.starts.get(usize::from(*part)).into_iter().for_each(|start| bits.join(start));
            if !is_optional {
                break;
            }
        }
        bits
    }

    /// The classes of words that a symbol can begin with.
    pub(crate) fn starts(&self, symbol: Symbol) -> Bits {
        self.starts.get(usize::from(symbol)).copied().unwrap_or_default()
    }

    fn add(&mut self, phrase: &Phrase, frame: &Frame) {
        let head = self.intern(phrase.name);
        for form in
            [phrase.zh, phrase.en].into_iter().flat_map(|forms| forms.split('|')).filter(|form| !form.is_empty())
        {
            let parts = parts(form).into_iter().map(|(name, optional)| (self.intern(name), optional)).collect();
            let form = Form { parts, frame: frame.clone(), cost: phrase.cost, wrap: phrase.wrap };
            let place = usize::from(head);
            self.forms.resize_with(self.forms.len().max(place + 1), || None);
            self.forms.get_mut(place).into_iter().for_each(|forms| forms.get_or_insert_default().push(form.clone()));
        }
    }

    fn intern(&mut self, name: &'static str) -> Symbol {
        let next = Symbol::try_from(self.symbols.len()).unwrap_or(Symbol::MAX);
        *self.symbols.entry(name).or_insert(next)
    }

    /// The number of a symbol, if the grammar uses it.
    pub(crate) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// The forms of a phrase; none for a class of words.
    pub(crate) fn forms(&self, symbol: Symbol) -> Option<&[Form]> {
        self.forms.get(usize::from(symbol))?.as_deref()
    }

    /// The words that stand in quotes within forms, with the name of their class.
    pub(crate) fn literals(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.symbols.keys().filter_map(|name| Some((*name, literal(name)?)))
    }
}

/// The word of a part in quotes.
pub(crate) fn literal(part: &'static str) -> Option<&'static str> {
    part.strip_prefix('\'')?.strip_suffix('\'')
}

fn marked(marks: &[Mark]) -> Frame {
    marks.iter().fold(Frame::default(), |frame, mark| frame.with(&mark.frame()).unwrap_or(frame))
}

/// Where a word in quotes ends: at the quote before a blank, a question mark or the end.
fn closing(inner: &str) -> Option<usize> {
    let ends = |at: &usize| matches!(inner.get(at + 1..).and_then(|rest| rest.chars().next()), None | Some(' ' | '?'));
    inner.match_indices('\'').map(|(at, _)| at).find(ends)
}

/// The parts of a form and whether each may be left out.
pub(crate) fn parts(form: &'static str) -> Vec<(&'static str, bool)> {
    let mut parts = Vec::new();
    let mut rest = form.trim_start();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('\'').and_then(closing).map(|at| at + 2);
        let end = quoted.or_else(|| rest.find(' ')).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let (after, optional_after) = after.strip_prefix('?').map_or((after, false), |after| (after, true));
        let bare = part.strip_suffix('?');
        parts.push((bare.unwrap_or(part), optional_after || bare.is_some()));
        rest = after.trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::normal_word;
    use crate::vocabulary::{CURRENCIES, LENGTHS};
    use crate::words::rows;

    /// Classes that values, names and free words are found under.
    const OPEN: [&str; 18] = [
        "number", "money", "timed", "span", "months", "lone", "calendar", "quoted", "kind", "did", "doing", "doneto",
        "field", "known", "tag", "freetag", "freetask", "taskline",
    ];

    #[test]
    fn every_symbol_is_a_phrase_or_a_class_and_none_is_both() {
        let grammar = Grammar::new();
        let is_class = |name: &str| rows().any(|row| row.class == name) || OPEN.contains(&name) || name == "raw";
        for (name, symbol) in &grammar.symbols {
            let is_phrase = grammar.forms(*symbol).is_some();
            assert!(literal(name).is_some() || (is_phrase != is_class(name)), "{name}");
        }
    }

    #[test]
    fn every_row_of_the_vocabulary_is_used() {
        let grammar = Grammar::new();
        let passed_over = ["particle", "harmless", "stop"];
        let unused: Vec<_> = rows()
            .map(|row| row.class)
            .filter(|class| grammar.symbol(class).is_none() && !passed_over.contains(class))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn tables_are_written_in_normal_form() {
        let words = rows().flat_map(|row| row.zh.split(' ').chain(row.en.split('|')));
        let lengths = LENGTHS.iter().flat_map(|row| row.zh.split(' ').chain(row.en.split('|')));
        let currencies = CURRENCIES.iter().flat_map(|row| row.after.split(' ').chain(row.before.split(' ')));
        for word in words.chain(lengths).chain(currencies) {
            assert_eq!(normal_word(word).iter().collect::<String>(), word);
        }
    }
}
