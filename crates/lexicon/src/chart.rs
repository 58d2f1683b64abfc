//! All parses of a sentence: every phrase at every place, computed once and shared.
//!
//! A memoised top-down chart (Norvig 1991, "Techniques for Automatic Memoization with Applications to
//! Context-Free Parsing"), with the work counted so that no sentence can take long.

use std::collections::HashMap;
use std::rc::Rc;

use domain::Kinds;

use crate::close::wrap;
use crate::frame::Frame;
use crate::grammar::{Form, Grammar, Symbol};
use crate::lattice::Lattice;

/// The most steps that reading one sentence may take.
pub(crate) const MAX_WORK: u32 = 400_000;
/// How deep phrases may nest.
const MAX_DEPTH: u32 = 300;
/// The most readings of one phrase from one place.
const MAX_EDGES: usize = 400;

/// How much dearer a second meaning may be and still be asked about.
pub(crate) const MARGIN: u32 = 5;

/// A phrase that was found: where it ends, what it contributes, what was passed over.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) end: usize,
    pub(crate) cost: u32,
    pub(crate) frame: Rc<Frame>,
    pub(crate) passed: Vec<(usize, usize)>,
}

/// The sentence holds more than the limits allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

/// The parses of one sentence.
pub(crate) struct Chart<'a> {
    grammar: &'a Grammar,
    lattice: &'a Lattice,
    kinds: &'a Kinds,
    found: HashMap<(Symbol, usize), Rc<Vec<Edge>>>,
    pub(crate) work: u32,
    depth: u32,
    nothing: Rc<Vec<Edge>>,
}

impl<'a> Chart<'a> {
    pub(crate) fn new(grammar: &'a Grammar, lattice: &'a Lattice, kinds: &'a Kinds) -> Self {
        Self { grammar, lattice, kinds, found: HashMap::new(), work: 0, depth: 0, nothing: Rc::new(Vec::new()) }
    }

    /// Every way to read a phrase from a place.
    pub(crate) fn read(&mut self, symbol: Symbol, place: usize) -> Result<Rc<Vec<Edge>>, TooMuch> {
        if !self.grammar.starts(symbol).meets(&self.lattice.open(place)) {
            return Ok(Rc::clone(&self.nothing));
        }
        if let Some(known) = self.found.get(&(symbol, place)) {
            return Ok(Rc::clone(known));
        }
        self.step(1)?;
        let grammar = self.grammar;
        let edges = match grammar.forms(symbol) {
            None => self.words(symbol, place),
            Some(forms) => self.phrases(forms, symbol, place)?,
        };
        let edges = Rc::new(edges);
        self.found.insert((symbol, place), Rc::clone(&edges));
        Ok(edges)
    }

    fn step(&mut self, count: usize) -> Result<(), TooMuch> {
        self.work = self.work.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if self.work > MAX_WORK || self.depth > MAX_DEPTH { Err(TooMuch) } else { Ok(()) }
    }

    fn words(&self, symbol: Symbol, place: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        for step in self.lattice.steps(place) {
            for word in self.lattice.words(symbol, step.place) {
                let passed = step.passed.clone();
                let edge = Edge { end: word.end, cost: step.cost, frame: Rc::clone(&word.frame), passed };
                add(&mut edges, edge);
            }
        }
        edges
    }

    fn phrases(&mut self, forms: &[Form], symbol: Symbol, place: usize) -> Result<Vec<Edge>, TooMuch> {
        self.found.insert((symbol, place), Rc::new(Vec::new()));
        self.depth += 1;
        let mut edges = Vec::new();
        for form in forms {
            for edge in self.form(form, place)? {
                let Some(frame) = wrap(form.wrap, &edge.frame, self.kinds) else { continue };
                add(&mut edges, Edge { frame: Rc::new(frame), cost: edge.cost + u32::from(form.cost), ..edge });
            }
        }
        self.depth -= 1;
        prune(&mut edges);
        if edges.len() > MAX_EDGES { Err(TooMuch) } else { Ok(edges) }
    }

    fn form(&mut self, form: &Form, place: usize) -> Result<Vec<Edge>, TooMuch> {
        let start = Edge { end: place, cost: 0, frame: Rc::new(form.frame.clone()), passed: Vec::new() };
        let mut open = vec![start];
        for (symbol, optional) in &form.parts {
            let mut next = if *optional { open.clone() } else { Vec::new() };
            for before in &open {
                let after = self.read(*symbol, before.end)?;
                self.step(after.len())?;
                after.iter().filter_map(|after| join(before, after)).for_each(|edge| add(&mut next, edge));
            }
            if next.is_empty() {
                return Ok(next);
            }
            open = next;
        }
        Ok(open.into_iter().filter(|edge| edge.end > place).collect())
    }
}

fn join(before: &Edge, after: &Edge) -> Option<Edge> {
    let frame = match (before.frame.is_empty(), after.frame.is_empty()) {
        (_, true) => Rc::clone(&before.frame),
        (true, _) => Rc::clone(&after.frame),
        _ => Rc::new(before.frame.with(&after.frame)?),
    };
    let passed = before.passed.iter().chain(&after.passed).copied().collect();
    Some(Edge { end: after.end, cost: before.cost + after.cost, frame, passed })
}

/// Drops complete parts that are dearer than another over the same words by more than is worth a question:
/// whatever follows fits all of them alike, so they can never win.
fn prune(edges: &mut Vec<Edge>) {
    let complete: Vec<(usize, u32)> =
        edges.iter().filter(|edge| edge.frame.is_complete()).map(|edge| (edge.end, edge.cost)).collect();
    let least =
        |end: usize| complete.iter().filter(|(at, _)| *at == end).map(|(_, cost)| *cost).min().unwrap_or(u32::MAX);
    edges.retain(|edge| !edge.frame.is_complete() || edge.cost <= least(edge.end).saturating_add(MARGIN));
}

/// Keeps the cheaper of two edges that mean the same; the earlier of two as cheap.
fn add(edges: &mut Vec<Edge>, edge: Edge) {
    match edges.iter_mut().find(|known| known.end == edge.end && known.frame == edge.frame) {
        Some(known) if known.cost > edge.cost => *known = edge,
        Some(_) => {}
        None => edges.push(edge),
    }
}
