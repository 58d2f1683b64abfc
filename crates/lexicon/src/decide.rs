//! What a sentence leaves open: each has a default, alternatives, and either is asked or stays visible.

use std::collections::{BTreeMap, BTreeSet};

use base::Text;

/// An alternative: its id and its wording.
pub(crate) type Alternative = (&'static str, Text);

/// Something left open and how it was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) id: String,
    pub(crate) text: Text,
    pub(crate) choices: Vec<(String, Text)>,
    pub(crate) chosen: usize,
    /// Whether the readings differ enough to be asked when not answered.
    pub(crate) asks: bool,
    pub(crate) is_answered: bool,
}

/// Collects decisions in reading order.
#[derive(Debug)]
pub(crate) struct Decisions<'a> {
    answers: &'a BTreeMap<String, String>,
    pub(crate) made: Vec<Decision>,
    pub(crate) unknown: BTreeSet<String>,
}

impl<'a> Decisions<'a> {
    pub(crate) fn new(answers: &'a BTreeMap<String, String>) -> Self {
        Self { answers, made: Vec::new(), unknown: BTreeSet::new() }
    }

    /// Takes the default, visibly; returns the place of the alternative taken.
    pub(crate) fn assume(&mut self, id: &str, text: Text, choices: Vec<Alternative>) -> usize {
        self.decide(id, text, choices, 0, false)
    }

    /// As [`Self::assume`], with another default than the first.
    pub(crate) fn assume_at(&mut self, id: &str, text: Text, choices: Vec<Alternative>, default: usize) -> usize {
        self.decide(id, text, choices, default, false)
    }

    /// Asks, with the first alternative for the time being.
    pub(crate) fn ask(&mut self, id: &str, text: Text, choices: Vec<Alternative>) -> usize {
        self.decide(id, text, choices, 0, true)
    }

    fn decide(&mut self, base: &str, text: Text, choices: Vec<Alternative>, default: usize, asks: bool) -> usize {
        let id = self.free_id(base);
        let choices: Vec<(String, Text)> = choices.into_iter().map(|(id, text)| (id.to_owned(), text)).collect();
        let answer = self.answers.get(&id);
        let found = answer.and_then(|answer| choices.iter().position(|(choice, _)| choice == answer));
        if let (Some(answer), None) = (answer, found) {
            self.unknown.insert(format!("{id}={answer}"));
        }
        let chosen = found.unwrap_or(default);
        self.made.push(Decision { id, text, choices, chosen, asks, is_answered: found.is_some() });
        chosen
    }

    /// The second of its kind in a sentence is `window_2`.
    fn free_id(&self, base: &str) -> String {
        let same = |made: &&Decision| {
            made.id == base
                || made
                    .id
                    .strip_prefix(base)
                    .is_some_and(|rest| rest.strip_prefix('_').is_some_and(|n| n.parse::<u32>().is_ok()))
        };
        match self.made.iter().filter(same).count() {
            0 => base.to_owned(),
            before => format!("{base}_{}", before + 1),
        }
    }

    /// Answers to what was never open.
    pub(crate) fn strangers(&self) -> Option<String> {
        let is_known = |id: &String| self.made.iter().any(|made| &made.id == id);
        self.unknown.iter().cloned().chain(self.answers.keys().filter(|id| !is_known(id)).cloned()).next()
    }
}
