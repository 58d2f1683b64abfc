//! Taking joins back: closing links and giving each part that falls off a customer of its own.

use std::collections::BTreeSet;

use base::{CustomerId, IdentityId};

use crate::graph::{Change, Component, Graph, Known, Link};

impl Graph {
    /// Takes back the merge that `link` made: both sides are customers again, and stay apart. `revive` is the
    /// customer that had ended; its id comes back. None when the link is no longer open.
    pub fn unmerge(&mut self, link: Link, revive: CustomerId, known: &mut dyn Known) -> Option<Vec<Change>> {
        self.load(link.a, known);
        let customer = self.nodes.get(&link.a)?.customer;
        let component = self.component(customer, known);
        if !component.links.contains(&link) {
            return None;
        }
        component.apart.insert((link.a.min(link.b), link.a.max(link.b)));
        Some(self.cut(customer, &[link], Some(revive), known))
    }

    /// The identities that would leave their customer if `link` were closed; empty when it is not open.
    pub fn leaving(&mut self, link: Link, known: &mut dyn Known) -> BTreeSet<IdentityId> {
        self.load(link.a, known);
        let Some(customer) = self.nodes.get(&link.a).map(|node| node.customer) else { return BTreeSet::new() };
        let mut whole = self.component(customer, known).clone();
        if !whole.links.contains(&link) {
            return BTreeSet::new();
        }
        whole.links.retain(|one| *one != link);
        parts(&whole, &[link]).into_iter().nth(1).unwrap_or_default()
    }

    /// Closes links within one customer. The part with the oldest identity stays; each other part leaves, the
    /// first of them as `revive` where given, the others as new customers.
    pub(crate) fn cut(
        &mut self,
        customer: CustomerId,
        cut: &[Link],
        revive: Option<CustomerId>,
        known: &mut dyn Known,
    ) -> Vec<Change> {
        let whole = self.component(customer, known);
        whole.links.retain(|link| !cut.contains(link));
        let whole = whole.clone();
        let mut changes: Vec<Change> = cut.iter().copied().map(Change::Unlinked).collect();
        let mut parts = parts(&whole, cut).into_iter();
        let stays = parts.next().unwrap_or_default();
        let mut revive = revive;
        for part in parts {
            let into = revive.take().unwrap_or_else(|| {
                let made = self.create();
                changes.push(Change::Created(made));
                made
            });
            for id in &part {
                self.nodes.entry(*id).and_modify(|node| node.customer = into);
            }
            self.components.insert(into, restrict(&whole, &part));
            let identities = part.into_iter().collect();
            changes.push(Change::Split { from: customer, into, identities });
        }
        self.components.insert(customer, restrict(&whole, &stays));
        changes
    }
}

fn restrict(whole: &Component, part: &BTreeSet<IdentityId>) -> Component {
    Component {
        identities: part.clone(),
        links: whole.links.iter().copied().filter(|link| part.contains(&link.a)).collect(),
        apart: whole.apart.iter().copied().filter(|(a, b)| part.contains(a) || part.contains(b)).collect(),
    }
}

/// The connected parts, the one with the oldest identity first. What was never linked, such as a name, stays with it.
fn parts(whole: &Component, cut: &[Link]) -> Vec<BTreeSet<IdentityId>> {
    let linked = |id: &IdentityId| whole.links.iter().chain(cut).any(|link| link.a == *id || link.b == *id);
    let mut left = whole.identities.clone();
    let mut parts: Vec<BTreeSet<IdentityId>> = Vec::new();
    while let Some(start) = left.pop_first() {
        let part = reach(start, &whole.links);
        left.retain(|id| !part.contains(id));
        match parts.first_mut() {
            Some(stays) if !linked(&start) => stays.extend(part),
            _ => parts.push(part),
        }
    }
    parts
}

fn reach(start: IdentityId, links: &[Link]) -> BTreeSet<IdentityId> {
    let mut part = BTreeSet::from([start]);
    let mut edge = vec![start];
    while let Some(id) = edge.pop() {
        let ends = links.iter().filter(|link| link.a == id || link.b == id);
        let others = ends.map(|link| if link.a == id { link.b } else { link.a });
        edge.extend(others.filter(|other| part.insert(*other)));
    }
    part
}
