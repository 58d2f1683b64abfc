//! From identifiers to customers: normal forms, joining through keys, taking joins back, demoting hubs.
//!
//! Pure: takes identities that are already numbered, returns the changes that follow. Knows no storage; what is
//! not in memory it asks of a [`Known`].
//!
//! The rules, in the order they are tried for an event's identities:
//! - its **keys** belong to one customer: customers that share a key are joined, and the link that joined them is kept;
//! - **evidence** never joins two customers that each have a key; it lets an event that carries no key find the
//!   customer it was seen with, as long as that is one;
//! - a key linked with more identities of one scheme and scope than [`HUB_LIMIT`] is a **hub**: its links are
//!   closed and it joins nothing from then on.
//!
//! ```
//! use identity::{Change, Graph, NewNode, Nothing};
//! use domain::Scheme;
//! let mut graph = Graph::default();
//! let phone = NewNode::new(1, Scheme::PHONE, "");
//! let member = NewNode::new(2, Scheme::named("member_no"), "shop");
//! let first = graph.resolve(&[phone.id], &[phone.clone()], 1, &mut Nothing);
//! let second = graph.resolve(&[member.id], &[member.clone()], 2, &mut Nothing);
//! assert_ne!(first.customer, second.customer);
//! let third = graph.resolve(&[member.id, phone.id], &[], 3, &mut Nothing);
//! assert_eq!(third.customer, first.customer);
//! assert!(third.changes.iter().any(|change| matches!(change, Change::Merged { .. })));
//! ```

mod graph;
pub mod mask;
pub mod normal;
mod split;

pub use graph::{Change, Component, Graph, HUB_LIMIT, Known, Link, NewNode, Node, Nothing, Resolution, Standing};
