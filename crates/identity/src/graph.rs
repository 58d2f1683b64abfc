//! The graph of identities: nodes are identities, links join them, a customer is a connected part.

use std::collections::{BTreeMap, BTreeSet};

use base::{BigMap, CustomerId, IdentityId, MergeId};
use domain::{Scheme, Strength};
use foldhash::HashMap;
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

/// How many identities of one scheme and scope a key may be linked with before it counts as shared.
pub const HUB_LIMIT: usize = 5;

/// What an identity may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Joins on its own.
    Key,
    /// Lets an event without keys find its customer.
    Evidence,
    /// Evidence that was seen with several customers, or a name or address: proves nothing alone.
    Ambiguous,
    /// A key shared by too many: joins nothing.
    Hub,
}

impl Standing {
    /// How far it comes behind others in saying whose an event is.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Key => 0,
            Self::Evidence => 1,
            Self::Hub => 2,
            Self::Ambiguous => 3,
        }
    }

    /// What a new identity of this scheme may do.
    #[must_use]
    pub fn of(scheme: &Scheme) -> Self {
        match (scheme.strength(), scheme.name()) {
            (Strength::Key, _) => Self::Key,
            (Strength::Evidence, "name" | "address" | "wifi_mac") => Self::Ambiguous,
            (Strength::Evidence, _) => Self::Evidence,
        }
    }
}

/// An identity: an identifier without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// What kind of handle.
    pub scheme: Scheme,
    /// Where its value is unique.
    pub scope: String,
    /// What it may do.
    pub standing: Standing,
    /// Whose it is.
    pub customer: CustomerId,
}

/// An identity seen for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNode {
    /// Its number.
    pub id: IdentityId,
    /// What kind of handle.
    pub scheme: Scheme,
    /// Where its value is unique.
    pub scope: String,
}

impl NewNode {
    /// A new identity.
    #[must_use]
    pub fn new(id: u64, scheme: Scheme, scope: &str) -> Self {
        Self { id: IdentityId::new(id), scheme, scope: scope.to_owned() }
    }
}

/// Two identities that an event showed to be one customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The stronger end.
    pub a: IdentityId,
    /// The weaker end.
    pub b: IdentityId,
    /// The event that showed it, by its place in the log.
    pub seq: u64,
}

/// A customer's identities and the open links among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// Its identities.
    pub identities: BTreeSet<IdentityId>,
    /// The open links among them.
    pub links: Vec<Link>,
    /// Pairs that a person said are apart: no link joins them again.
    pub apart: BTreeSet<(IdentityId, IdentityId)>,
}

/// Where what is not in memory is found.
pub trait Known {
    /// An identity by number.
    fn node(&mut self, id: IdentityId) -> Option<Node>;
    /// A customer's identities and links.
    fn component(&mut self, customer: CustomerId) -> Component;
}

/// Nothing outside memory.
#[derive(Debug, Default, Clone, Copy)]
pub struct Nothing;

impl Known for Nothing {
    fn node(&mut self, _: IdentityId) -> Option<Node> {
        None
    }
    fn component(&mut self, _: CustomerId) -> Component {
        Component::default()
    }
}

/// Something that follows for the graph; the order matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A new customer.
    Created(CustomerId),
    /// An identity is this customer's now.
    Owned(IdentityId, CustomerId),
    /// A link was opened.
    Linked(Link),
    /// A link was closed.
    Unlinked(Link),
    /// Two customers are one.
    Merged {
        /// Its id: the place in the log of the event that showed it.
        merge: MergeId,
        /// The customer that is no more.
        from: CustomerId,
        /// The customer that holds both histories.
        into: CustomerId,
        /// The link that joined them.
        link: Link,
    },
    /// Some identities are a customer of their own again.
    Split {
        /// The customer they leave.
        from: CustomerId,
        /// The customer they are.
        into: CustomerId,
        /// The identities that leave.
        identities: Vec<IdentityId>,
    },
    /// An identity may do less than before.
    Demoted {
        /// The identity.
        identity: IdentityId,
        /// What it may do now.
        standing: Standing,
        /// With how many of one scheme it was linked.
        degree: usize,
    },
}

/// What an event's identities came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Whose event it is.
    pub customer: CustomerId,
    /// The identity it came through: the strongest, or the one that found the customer.
    pub through: IdentityId,
    /// What follows.
    pub changes: Vec<Change>,
}

/// The part of the graph that is in memory, and the counter of customers.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) nodes: BigMap<IdentityId, Node, RandomState>,
    /// Components touched since [`Graph::rest_components`].
    pub(crate) components: HashMap<CustomerId, Component>,
    /// Those touched before it and not since.
    resting: HashMap<CustomerId, Component>,
    last_customer: u64,
}

impl Graph {
    /// A graph that goes on after this many customers.
    #[must_use]
    pub fn after(last_customer: u64) -> Self {
        Self { last_customer, ..Self::default() }
    }

    /// The number of the last customer made.
    #[must_use]
    pub const fn last_customer(&self) -> u64 {
        self.last_customer
    }

    /// Puts a stored identity into memory, unless it is there, and tells whose it is.
    pub fn put(&mut self, id: IdentityId, node: impl FnOnce() -> Node) -> CustomerId {
        self.nodes.entry(id).or_insert_with(node).customer
    }

    /// Whose an identity is, as far as it is in memory.
    #[must_use]
    pub fn owner(&self, id: IdentityId) -> Option<CustomerId> {
        self.nodes.get(&id).map(|node| node.customer)
    }

    /// How many identities are in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Forgets what is in memory; only when all of it has been stored.
    pub fn forget(&mut self) {
        self.nodes.clear();
        self.components.clear();
        self.resting.clear();
    }

    /// Forgets the links of components not touched since the last call, which must all have been stored by now; identities
    /// are kept.
    pub fn rest_components(&mut self) {
        self.resting = std::mem::take(&mut self.components);
    }

    /// Whose event it is that carries `seen`, strongest first, at `seq`. `new` describes those of `seen` never seen before.
    ///
    /// An empty `seen` gives customer 0: nobody's event.
    pub fn resolve(&mut self, seen: &[IdentityId], new: &[NewNode], seq: u64, known: &mut dyn Known) -> Resolution {
        seen.iter().filter(|id| !is_new(**id, new)).for_each(|id| self.load(*id, known));
        if let Some(settled) = self.settled(seen) {
            return settled;
        }
        Resolver { graph: self, known, seq, changes: Vec::new() }.resolve(seen, new)
    }

    /// The common case: all known, none weak, all one customer's.
    fn settled(&self, seen: &[IdentityId]) -> Option<Resolution> {
        let through = *seen.first()?;
        let first = self.nodes.get(&through)?;
        let agrees = |id: &IdentityId| {
            self.nodes.get(id).is_some_and(|node| {
                node.customer == first.customer && matches!(node.standing, Standing::Key | Standing::Evidence)
            })
        };
        let agreed = seen.iter().all(agrees);
        agreed.then(|| Resolution { customer: first.customer, through, changes: Vec::new() })
    }

    pub(crate) fn load(&mut self, id: IdentityId, known: &mut dyn Known) {
        if !self.nodes.contains_key(&id)
            && let Some(node) = known.node(id)
        {
            self.nodes.insert(id, node);
        }
    }

    pub(crate) fn component(&mut self, customer: CustomerId, known: &mut dyn Known) -> &mut Component {
        if !self.components.contains_key(&customer) {
            let found = self.resting.remove(&customer).unwrap_or_else(|| {
                let found = known.component(customer);
                found.identities.iter().for_each(|id| self.load(*id, known));
                found
            });
            self.components.insert(customer, found);
        }
        self.components.entry(customer).or_default()
    }

    /// The identity through which an event comes that carries `seen`: what [`Graph::resolve`] goes by.
    pub fn through(&mut self, seen: &[IdentityId], new: &[NewNode], known: &mut dyn Known) -> Option<IdentityId> {
        seen.iter().filter(|id| !is_new(**id, new)).for_each(|id| self.load(*id, known));
        self.strongest(seen, new)
    }

    fn strongest(&self, seen: &[IdentityId], new: &[NewNode]) -> Option<IdentityId> {
        seen.iter().copied().min_by_key(|id| self.standing(*id, new).rank())
    }

    fn standing(&self, id: IdentityId, new: &[NewNode]) -> Standing {
        let fresh = new.iter().find(|node| node.id == id).map(|node| Standing::of(&node.scheme));
        fresh.or_else(|| self.nodes.get(&id).map(|node| node.standing)).unwrap_or(Standing::Ambiguous)
    }

    pub(crate) fn create(&mut self) -> CustomerId {
        self.last_customer += 1;
        let customer = CustomerId::new(self.last_customer);
        self.components.insert(customer, Component::default());
        customer
    }
}

fn is_new(id: IdentityId, new: &[NewNode]) -> bool {
    new.iter().any(|node| node.id == id)
}

struct Resolver<'g, 'k> {
    graph: &'g mut Graph,
    known: &'k mut dyn Known,
    seq: u64,
    changes: Vec<Change>,
}

impl Resolver<'_, '_> {
    fn resolve(mut self, seen: &[IdentityId], new: &[NewNode]) -> Resolution {
        let owner = self.owner(seen, new);
        let Some((through, customer)) = owner else {
            return Resolution { customer: CustomerId::new(0), through: IdentityId::new(0), changes: self.changes };
        };
        seen.iter().filter(|id| **id != through).for_each(|id| self.join(through, *id, new));
        let customer = self.graph.nodes.get(&through).map_or(customer, |node| node.customer);
        Resolution { customer, through, changes: self.changes }
    }

    /// The identity that says whose the event is, owned after this.
    fn owner(&mut self, seen: &[IdentityId], new: &[NewNode]) -> Option<(IdentityId, CustomerId)> {
        let through = self.graph.strongest(seen, new)?;
        let known = self.graph.nodes.get(&through).map(|node| node.customer);
        let customer = known.unwrap_or_else(|| self.settle(through, seen, new));
        Some((through, customer))
    }

    /// A home for a new identity: a known key's customer among `seen`, else a customer of its own.
    fn settle(&mut self, id: IdentityId, seen: &[IdentityId], new: &[NewNode]) -> CustomerId {
        let is_key = self.graph.standing(id, new) == Standing::Key;
        let keys = seen.iter().filter_map(|other| self.graph.nodes.get(other));
        let mut keys = keys.filter(|node| is_key && node.standing == Standing::Key).map(|node| node.customer);
        if let Some(customer) = keys.next() {
            self.own(id, customer, new);
            let end = seen.iter().copied().find(|other| {
                *other != id
                    && self
                        .graph
                        .nodes
                        .get(other)
                        .is_some_and(|n| n.customer == customer && n.standing == Standing::Key)
            });
            end.into_iter().for_each(|end| self.link(customer, Link { a: id, b: end, seq: self.seq }));
            return customer;
        }
        let customer = self.graph.create();
        self.changes.push(Change::Created(customer));
        self.own(id, customer, new);
        customer
    }

    fn own(&mut self, id: IdentityId, customer: CustomerId, new: &[NewNode]) {
        if let Some(node) = new.iter().find(|node| node.id == id) {
            let standing = Standing::of(&node.scheme);
            let node = Node { scheme: node.scheme.clone(), scope: node.scope.clone(), standing, customer };
            self.graph.nodes.insert(id, node);
        }
        self.graph.component(customer, self.known).identities.insert(id);
        self.changes.push(Change::Owned(id, customer));
    }

    fn link(&mut self, customer: CustomerId, link: Link) {
        self.graph.component(customer, self.known).links.push(link);
        self.changes.push(Change::Linked(link));
        self.demote_hub(link.a);
        self.demote_hub(link.b);
    }

    /// Brings `other` to the customer of `through`, as far as it proves anything.
    fn join(&mut self, through: IdentityId, other: IdentityId, new: &[NewNode]) {
        let Some(customer) = self.graph.nodes.get(&through).map(|node| node.customer) else { return };
        let link = Link { a: through, b: other, seq: self.seq };
        let keys = self.graph.standing(through, new) == Standing::Key;
        let Some(node) = self.graph.nodes.get(&other).cloned() else {
            self.own(other, customer, new);
            if keys && self.graph.standing(other, new) != Standing::Ambiguous {
                self.link(customer, link);
            }
            return;
        };
        match node.standing {
            _ if node.customer == customer => {}
            Standing::Key if keys => self.merge(customer, node.customer, link),
            Standing::Evidence if keys && self.is_anonymous(node.customer) => self.merge(customer, node.customer, link),
            Standing::Evidence if keys => self.weaken(other, Standing::Ambiguous, 2),
            _ => {}
        }
    }

    fn is_anonymous(&mut self, customer: CustomerId) -> bool {
        let identities = self.graph.component(customer, self.known).identities.clone();
        !identities.iter().any(|id| self.graph.nodes.get(id).is_some_and(|node| node.standing == Standing::Key))
    }

    fn weaken(&mut self, identity: IdentityId, standing: Standing, degree: usize) {
        if let Some(node) = self.graph.nodes.get_mut(&identity) {
            node.standing = standing;
            self.changes.push(Change::Demoted { identity, standing, degree });
        }
    }

    /// Joins two customers; the older one stays.
    fn merge(&mut self, one: CustomerId, other: CustomerId, link: Link) {
        let (into, from) = (one.min(other), one.max(other));
        let gone = self.graph.component(from, self.known).clone();
        let stays = self.graph.component(into, self.known);
        let apart = stays.apart.union(&gone.apart).any(|(a, b)| {
            let has = |id: &IdentityId| stays.identities.contains(id);
            has(a) != has(b) && (gone.identities.contains(a) || gone.identities.contains(b))
        });
        if apart {
            return;
        }
        stays.identities.extend(&gone.identities);
        stays.links.extend(&gone.links);
        stays.apart.extend(&gone.apart);
        self.graph.components.remove(&from);
        let merge = MergeId::new(self.seq << 8 | self.merges());
        self.changes.push(Change::Merged { merge, from, into, link });
        for id in gone.identities {
            if let Some(node) = self.graph.nodes.get_mut(&id) {
                node.customer = into;
            }
            self.changes.push(Change::Owned(id, into));
        }
        self.link(into, link);
    }

    /// How many merges this event has made so far: the low byte of a merge's id.
    fn merges(&self) -> u64 {
        let merged = self.changes.iter().filter(|change| matches!(change, Change::Merged { .. }));
        u64::try_from(merged.count().min(255)).unwrap_or(255)
    }

    fn demote_hub(&mut self, id: IdentityId) {
        let Some(node) = self.graph.nodes.get(&id).cloned() else { return };
        if node.standing != Standing::Key {
            return;
        }
        let links = self.graph.component(node.customer, self.known).links.clone();
        let mut degrees: BTreeMap<(Scheme, String), usize> = BTreeMap::new();
        for link in links.iter().filter(|link| link.a == id || link.b == id) {
            let other = if link.a == id { link.b } else { link.a };
            if let Some(other) = self.graph.nodes.get(&other).filter(|other| other.standing == Standing::Key) {
                *degrees.entry((other.scheme.clone(), other.scope.clone())).or_default() += 1;
            }
        }
        let degree = degrees.into_values().max().unwrap_or(0);
        if degree > HUB_LIMIT {
            self.weaken(id, Standing::Hub, degree);
            let cut: Vec<Link> = links.into_iter().filter(|link| link.a == id || link.b == id).collect();
            let changes = self.graph.cut(node.customer, &cut, None, self.known);
            self.changes.extend(changes);
        }
    }
}
