//! Which documents may have what is looked for: of each group the latest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// A part of the documents, in which is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Those of this group.
    pub group: u64,
    /// Of them those of this owner; all where there is none.
    pub owner: Option<u64>,
}

/// A document that may have what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its group.
    pub group: u64,
    /// When it was changed, in milliseconds since 1970.
    pub at: i64,
    /// Its id.
    pub id: u64,
}

impl Candidate {
    pub(crate) const ID: &str = "id";
    pub(crate) const GROUP: &str = "group";
    pub(crate) const OWNER: &str = "owner";
    pub(crate) const AT: &str = "at";
}

/// The latest of a group, the earliest of them on top: by instant, and by id where that is the same.
type Heap = BinaryHeap<Reverse<(i64, u64)>>;

/// Collects the latest of each group.
pub(crate) struct Latest {
    pub(crate) parts: Vec<Part>,
    pub(crate) each: usize,
}

pub(crate) struct LatestOfSegment {
    heaps: BTreeMap<u64, (Part, Heap)>,
    each: usize,
    id: Column<u64>,
    group: Column<u64>,
    owner: Column<u64>,
    at: Column<i64>,
}

fn keep(heap: &mut Heap, each: usize, at: i64, id: impl FnOnce() -> u64) {
    if heap.len() < each {
        return heap.push(Reverse((at, id())));
    }
    if let Some(mut earliest) = heap.peek_mut()
        && earliest.0.0 <= at
    {
        let one = (at, id());
        if earliest.0 < one {
            *earliest = Reverse(one);
        }
    }
}

impl Collector for Latest {
    type Fruit = Vec<Candidate>;
    type Child = LatestOfSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<LatestOfSegment> {
        let columns = segment.fast_fields();
        Ok(LatestOfSegment {
            heaps: self.parts.iter().map(|part| (part.group, (*part, Heap::new()))).collect(),
            each: self.each,
            id: columns.u64(Candidate::ID)?,
            group: columns.u64(Candidate::GROUP)?,
            owner: columns.u64(Candidate::OWNER)?,
            at: columns.i64(Candidate::AT)?,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<Candidate>>) -> tantivy::Result<Vec<Candidate>> {
        let mut heaps: BTreeMap<u64, Heap> = BTreeMap::new();
        for Candidate { group, at, id } in segments.into_iter().flatten() {
            keep(heaps.entry(group).or_default(), self.each, at, || id);
        }
        let in_order = heaps.into_iter().flat_map(|(group, heap)| {
            heap.into_sorted_vec().into_iter().map(move |Reverse((at, id))| Candidate { group, at, id })
        });
        Ok(in_order.collect())
    }
}

impl SegmentCollector for LatestOfSegment {
    type Fruit = Vec<Candidate>;

    fn collect(&mut self, doc: DocId, _: Score) {
        let Some(group) = self.group.first(doc) else { return };
        let Some((part, heap)) = self.heaps.get_mut(&group) else { return };
        if part.owner.is_some() && part.owner != self.owner.first(doc) {
            return;
        }
        let id = &self.id;
        keep(heap, self.each, self.at.first(doc).unwrap_or(i64::MIN), || id.first(doc).unwrap_or(0));
    }

    fn harvest(self) -> Vec<Candidate> {
        let all = self
            .heaps
            .into_iter()
            .flat_map(|(group, (_, heap))| heap.into_iter().map(move |Reverse((at, id))| Candidate { group, at, id }));
        all.collect()
    }
}
