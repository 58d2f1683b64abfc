//! Which events were seen before: exact, for all time, in little memory.
//!
//! Recent digests stand in memory (and with their blocks in the log); every [`RUN_EVENTS`] of them become a sorted run
//! on disk, in pages, of which memory keeps the first digest of each and a Bloom filter.

use foldhash::HashSet;

use crate::bloom::Bloom;
use crate::sql::{Column, Connection, StoreError, Value};

/// A keyed digest of source and id.
pub type Digest = [u8; 16];

/// How many digests make a run.
pub const RUN_EVENTS: usize = 500_000;
const PAGE_DIGESTS: usize = 1024;

/// All digests seen.
pub struct Seen {
    recent: HashSet<u128>,
    /// The place in the log up to which digests are in runs.
    upto: u64,
    runs: Vec<Filter>,
}

struct Filter {
    run: u64,
    bloom: Bloom,
    fences: Vec<u128>,
}

/// A run to be stored.
pub struct Run {
    run: u64,
    upto: u64,
    digests: Vec<u128>,
    bloom: Bloom,
    fences: Vec<u128>,
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
        let filter = |row: &crate::sql::Row| Filter {
            run: row.number(0),
            bloom: Bloom::from_bytes(row.blob(2)),
            fences: numbers(row.blob(3)).collect(),
        };
        let runs = rows.iter().map(filter).collect();
        let rows = from.query("SELECT digests FROM log WHERE seq >= $1", &[upto.into()])?;
        let recent = rows.iter().flat_map(|row| numbers(row.blob(0))).collect();
        Ok(Self { recent, upto, runs })
    }

    /// Adds a digest; false when it was there before.
    ///
    /// # Errors
    /// The database's, when a page has to be read.
    pub fn add(&mut self, digest: &Digest, from: &mut Connection) -> Result<bool, StoreError> {
        let digest = number(digest);
        if self.recent.contains(&digest) {
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
        self.recent.insert(digest);
        Ok(true)
    }

    /// Takes a digest back that was added for an event that is not stored after all.
    pub fn forget(&mut self, digest: &Digest) {
        self.recent.remove(&number(digest));
    }

    /// When enough have come since the last, a run to be stored with the commit whose entries end before `next_seq`.
    pub fn run(&mut self, next_seq: u64) -> Option<Run> {
        if self.recent.len() < RUN_EVENTS {
            return None;
        }
        let mut digests: Vec<u128> = std::mem::take(&mut self.recent).into_iter().collect();
        digests.sort_unstable();
        let mut bloom = Bloom::with_room(digests.len());
        digests.iter().for_each(|digest| bloom.add(*digest));
        let fences: Vec<u128> = digests.chunks(PAGE_DIGESTS).filter_map(|page| page.first().copied()).collect();
        let run = self.runs.last().map_or(1, |last| last.run + 1);
        self.runs.push(Filter { run, bloom: bloom.clone(), fences: fences.clone() });
        self.upto = next_seq;
        Some(Run { run, upto: next_seq, digests, bloom, fences })
    }
}

fn bytes(digests: &[u128]) -> Vec<u8> {
    digests.iter().flat_map(|digest| digest.to_be_bytes()).collect()
}

impl Run {
    pub(crate) fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        let count = u64::try_from(self.digests.len()).unwrap_or(u64::MAX);
        let values =
            [self.run.into(), self.upto.into(), count.into(), self.bloom.bytes().into(), bytes(&self.fences).into()];
        to.execute("INSERT INTO seen_run (run, upto, count, filter, fences) VALUES ($1, $2, $3, $4, $5)", &values)?;
        let rows = (0i64..).zip(self.digests.chunks(PAGE_DIGESTS));
        let rows = rows.map(|(page, digests)| vec![Value::from(self.run), page.into(), bytes(digests).into()]);
        let types = [Column::Int, Column::Int, Column::Blob];
        to.bulk("INSERT INTO seen_page (run, page, digests)", &types, "", rows.collect())
    }
}
