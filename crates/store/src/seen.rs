//! Which events were seen before: exact, for all time, in little memory.
//!
//! Recent digests stand in memory (and with their blocks in the log); every [`RUN_EVENTS`] of them become a sorted run
//! on disk, in pages, of which memory keeps the first digest of each and a Bloom filter. A run is sorted and written a stretch
//! with each commit, and holds from the last of them on.

use foldhash::HashSet;

use crate::bloom::Bloom;
use crate::sql::{Connection, StoreError};
use crate::value::{Column, Value};

/// A keyed digest of source and id.
pub type Digest = [u8; 16];

/// How many digests make a run.
pub const RUN_EVENTS: usize = 500_000;
const PAGE_DIGESTS: usize = 1024;
/// Into how many parts recent digests fall by their first bits: each is sorted, and grows, on its own.
const PARTS: usize = 64;
/// How many parts go with one commit.
const STRETCH: usize = 2;

/// All digests seen.
pub struct Seen {
    recent: Parts,
    closing: Option<Closing>,
    runs: Vec<Filter>,
}

/// Digests by their first bits, in order.
struct Parts(Vec<HashSet<u128>>);

/// A run being written.
struct Closing {
    run: u64,
    /// The place in the log up to which digests are in runs, with this one.
    upto: u64,
    digests: Parts,
    count: usize,
    /// How many parts are written.
    parts: usize,
    bloom: Bloom,
    /// The first digest of each page written.
    fences: Vec<u128>,
}

struct Filter {
    run: u64,
    bloom: Bloom,
    fences: Vec<u128>,
}

/// A stretch of a run, to be stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    run: u64,
    /// Pages by their place in the run.
    pages: Vec<(usize, Vec<u8>)>,
    /// With the last: the run itself.
    last: Option<Last>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Last {
    upto: u64,
    count: usize,
    filter: Vec<u8>,
    fences: Vec<u8>,
}

fn number(digest: &Digest) -> u128 {
    u128::from_be_bytes(*digest)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u128> {
    bytes.chunks_exact(16).filter_map(|chunk| Some(u128::from_be_bytes(chunk.try_into().ok()?)))
}

impl Filter {
    fn page_of(&self, digest: u128) -> Option<usize> {
        self.fences.partition_point(|first| *first <= digest).checked_sub(1)
    }
}

impl Seen {
    /// Reads what is known.
    ///
    /// # Errors
    /// The database's.
    pub fn load(from: &mut Connection) -> Result<Self, StoreError> {
        let rows = from.query("SELECT run, upto, filter, fences FROM seen_run ORDER BY run", &[])?;
        let upto = rows.iter().map(|row| row.number(1)).max().unwrap_or(0);
        let filter = |row: &crate::value::Row| Filter {
            run: row.number(0),
            bloom: Bloom::from_bytes(row.blob(2)),
            fences: numbers(row.blob(3)).collect(),
        };
        let runs = rows.iter().map(filter).collect();
        let rows = from.query("SELECT digests FROM log WHERE seq >= $1", &[upto.into()])?;
        let mut recent = Parts::default();
        for digest in rows.iter().flat_map(|row| numbers(row.blob(0))) {
            recent.part(digest).insert(digest);
        }
        Ok(Self { recent, closing: None, runs })
    }

    /// Adds a digest; false when it was there before.
    ///
    /// # Errors
    /// The database's, when a page has to be read.
    pub fn add(&mut self, digest: &Digest, from: &mut Connection) -> Result<bool, StoreError> {
        let digest = number(digest);
        if self.recent.has(digest) || self.closing.as_ref().is_some_and(|run| run.digests.has(digest)) {
            return Ok(false);
        }
        for filter in self.runs.iter().rev().filter(|filter| filter.bloom.may_have(digest)) {
            let Some(page) = filter.page_of(digest) else { continue };
            let page = i64::try_from(page).unwrap_or(0);
            let sql = "SELECT digests FROM seen_page WHERE run = $1 AND page = $2";
            let row = from.query_one(sql, &[filter.run.into(), page.into()])?;
            if row.is_some_and(|row| numbers(row.blob(0)).any(|known| known == digest)) {
                return Ok(false);
            }
        }
        self.recent.part(digest).insert(digest);
        Ok(true)
    }

    /// Takes a digest back that was added for an event that is not stored after all.
    pub fn forget(&mut self, digest: &Digest) {
        let digest = number(digest);
        self.recent.part(digest).remove(&digest);
    }

    /// What is to be stored with the commit whose entries end before `next_seq`: a stretch of a run, when enough digests have
    /// come since the last.
    pub fn stretch(&mut self, next_seq: u64) -> Pages {
        if self.closing.is_none() && self.recent.len() >= RUN_EVENTS {
            let run = self.runs.last().map_or(1, |last| last.run + 1);
            self.closing = Some(Closing::of(run, next_seq, std::mem::take(&mut self.recent)));
        }
        let Some(run) = &mut self.closing else { return Pages::default() };
        let mut stretch = Pages { run: run.run, pages: run.pages(), last: None };
        if run.parts == PARTS
            && let Some(run) = self.closing.take()
        {
            let (filter, fences) = (run.bloom.bytes().to_vec(), bytes(&run.fences));
            stretch.last = Some(Last { upto: run.upto, count: run.count, filter, fences });
            self.runs.push(Filter { run: run.run, bloom: run.bloom, fences: run.fences });
        }
        stretch
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self((0..PARTS).map(|_| HashSet::default()).collect())
    }
}

impl Parts {
    fn place(digest: u128) -> usize {
        (digest >> (u128::BITS - PARTS.ilog2())) as usize
    }

    fn part(&mut self, digest: u128) -> &mut HashSet<u128> {
        &mut self.0[Self::place(digest)]
    }

    fn has(&self, digest: u128) -> bool {
        self.0[Self::place(digest)].contains(&digest)
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashSet::len).sum()
    }
}

impl Closing {
    fn of(run: u64, upto: u64, digests: Parts) -> Self {
        let count = digests.len();
        Self { run, upto, digests, count, parts: 0, bloom: Bloom::with_room(count), fences: Vec::new() }
    }

    /// The next pages of the run, by their places in it.
    fn pages(&mut self) -> Vec<(usize, Vec<u8>)> {
        let mut pages = Vec::new();
        for part in self.digests.0.iter().skip(self.parts).take(STRETCH) {
            let mut digests: Vec<u128> = part.iter().copied().collect();
            digests.sort_unstable();
            digests.iter().for_each(|digest| self.bloom.add(*digest));
            for page in digests.chunks(PAGE_DIGESTS) {
                pages.push((self.fences.len(), bytes(page)));
                self.fences.extend(page.first());
            }
            self.parts += 1;
        }
        pages
    }
}

fn bytes(digests: &[u128]) -> Vec<u8> {
    digests.iter().flat_map(|digest| digest.to_be_bytes()).collect()
}

impl Pages {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.last.is_none()
    }

    /// Whether the run is whole with these: from then on it is asked for what it holds.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.last.is_some()
    }

    pub(crate) fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        let place = |page: usize| Value::from(i64::try_from(page).unwrap_or(i64::MAX));
        let rows = self.pages.into_iter().map(|(page, digests)| vec![self.run.into(), place(page), digests.into()]);
        let types = [Column::Int, Column::Int, Column::Blob];
        let conflict = "ON CONFLICT (run, page) DO UPDATE SET digests = excluded.digests"; // left by a crash
        to.bulk("INSERT INTO seen_page (run, page, digests)", &types, conflict, rows.collect())?;
        let Some(last) = self.last else { return Ok(()) };
        let values = [self.run.into(), last.upto.into(), place(last.count), last.filter.into(), last.fences.into()];
        to.execute("INSERT INTO seen_run (run, upto, count, filter, fences) VALUES ($1, $2, $3, $4, $5)", &values)?;
        Ok(())
    }
}
