//! Joining, un-joining and hubs, told as histories of events.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use base::{CustomerId, IdentityId};
use domain::Scheme;
use identity::{Change, Graph, HUB_LIMIT, Link, NewNode, Nothing, Resolution, Standing};
use std::collections::HashMap;

/// A graph fed by names: `m:` member numbers, `p:` phones, `o:` order numbers.
#[derive(Default)]
struct Story {
    graph: Graph,
    ids: HashMap<String, IdentityId>,
    seq: u64,
}

impl Story {
    fn event(&mut self, names: &[&str]) -> Resolution {
        self.seq += 1;
        let mut new = Vec::new();
        let mut seen = Vec::new();
        for name in names {
            let next = u64::try_from(self.ids.len()).unwrap() + 1;
            let id = *self.ids.entry((*name).to_owned()).or_insert_with(|| {
                let scheme = match &name[..2] {
                    "m:" => Scheme::named("member_no"),
                    "p:" => Scheme::PHONE,
                    _ => Scheme::named("order_no"),
                };
                new.push(NewNode::new(next, scheme, "shop"));
                IdentityId::new(next)
            });
            seen.push(id);
        }
        self.graph.resolve(&seen, &new, self.seq, &mut Nothing)
    }

    fn who(&mut self, name: &str) -> CustomerId {
        self.event(&[name]).customer
    }
}

fn merged(resolution: &Resolution) -> Option<(Link, CustomerId, CustomerId)> {
    resolution.changes.iter().find_map(|change| match change {
        Change::Merged { link, from, into, .. } => Some((*link, *from, *into)),
        _ => None,
    })
}

#[test]
fn a_shared_key_joins_and_un_merging_restores_both() {
    let mut story = Story::default();
    let (first, second) = (story.who("m:1"), story.who("p:1"));
    let (link, from, into) = merged(&story.event(&["m:1", "p:1"])).unwrap();
    assert_eq!((from, into), (second, first));
    assert_eq!(story.who("p:1"), first);
    story.graph.unmerge(link, from, &mut Nothing).unwrap();
    assert_eq!((story.who("m:1"), story.who("p:1")), (first, second));
    assert_eq!(story.event(&["m:1", "p:1"]).customer, first, "kept apart, the stronger key wins");
    assert_eq!(story.who("p:1"), second);
    assert!(story.graph.unmerge(link, from, &mut Nothing).is_none(), "only once");
}

#[test]
fn evidence_finds_its_customer_in_either_order_but_never_joins_two() {
    let mut story = Story::default();
    let buyer = story.event(&["m:1", "o:7"]).customer;
    assert_eq!(story.who("o:7"), buyer);
    let unknown = story.who("o:8");
    assert_ne!(unknown, buyer);
    story.event(&["m:1", "o:8"]);
    assert_eq!(story.who("o:8"), buyer.min(unknown));
    let other = story.event(&["m:2", "o:7"]).customer;
    assert_ne!(other, buyer);
    assert_eq!(story.who("m:1"), buyer);
}

#[test]
fn a_key_shared_by_too_many_is_demoted_and_its_joins_undone() {
    let mut story = Story::default();
    let members: Vec<String> = (0..=HUB_LIMIT).map(|n| format!("m:{n}")).collect();
    let mut demoted = false;
    for member in &members {
        let seen = story.event(&[member, "p:shop"]);
        demoted |= seen.changes.iter().any(|c| matches!(c, Change::Demoted { standing: Standing::Hub, .. }));
    }
    assert!(demoted);
    let mut customers: Vec<CustomerId> = members.iter().map(|member| story.who(member)).collect();
    customers.push(story.who("p:shop"));
    customers.sort();
    customers.dedup();
    assert_eq!(customers.len(), members.len() + 1);
    assert_eq!(story.event(&["m:0", "p:shop"]).customer, story.who("m:0"));
    assert_ne!(story.who("p:shop"), story.who("m:0"));
}
