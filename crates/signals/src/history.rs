//! A customer's events as rows, by kind, in order of time and place in the log.
//!
//! A stream is cut into segments of at most [`SEGMENT_ROWS`] rows. What a measure makes of a whole segment is kept with
//! it, so that a window over a long history costs its two ends and one step per segment between.

use std::ops::Range;

use base::Timestamp;
use domain::KindId;

use crate::fold::Fold;
use crate::layout::{ABSENT, HEAD};
use crate::program::Measure;

/// The most rows in a segment.
pub const SEGMENT_ROWS: usize = 256;
/// Of how many rows the sum is worth keeping.
pub(crate) const FOLD_ROWS: usize = 32;
/// Of how many segments the sum is worth keeping.
const MIDDLE_SEGMENTS: usize = 4;

/// The events of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    pub(crate) width: usize,
    pub(crate) segments: Vec<Segment>,
    pub(crate) last_number: u32,
    /// What measures made of the whole segments within their windows.
    pub(crate) middles: Vec<Middle>,
}

/// What a measure made of the segments from one place up to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Middle {
    stamp: u64,
    window: usize,
    start: usize,
    end: usize,
    fold: Fold,
}

/// A run of rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    /// Its name within the stream, for storage.
    pub(crate) number: u32,
    pub(crate) rows: Vec<i64>,
    /// What measures made of its rows, by measure: of all, or of the first so many.
    pub(crate) folds: Vec<(u64, usize, Fold)>,
    /// Whether it changed since it was stored.
    pub(crate) dirty: bool,
}

pub(crate) fn time_of(row: &[i64]) -> i64 {
    row.first().copied().unwrap_or(i64::MIN)
}

fn seq_of(row: &[i64]) -> i64 {
    row.get(1).copied().unwrap_or(0)
}

/// The identity a row came through.
pub(crate) fn identity_of(row: &[i64]) -> i64 {
    row.get(2).copied().unwrap_or(0)
}

/// What rows are in order of.
fn key(row: &[i64]) -> (i64, i64) {
    (time_of(row), seq_of(row))
}

impl Segment {
    pub(crate) fn len(&self, width: usize) -> usize {
        self.rows.len() / width.max(HEAD)
    }

    pub(crate) fn first_time(&self) -> i64 {
        time_of(&self.rows)
    }

    pub(crate) fn last(&self, width: usize) -> &[i64] {
        self.rows.get(self.rows.len().saturating_sub(width)..).unwrap_or_default()
    }

    /// The first row at which `test` no longer holds; rows are partitioned by it.
    fn partition(&self, width: usize, test: impl Fn(&[i64]) -> bool) -> usize {
        let row = |place: usize| self.rows.get(place * width..(place + 1) * width).unwrap_or_default();
        let (mut low, mut high) = (0, self.len(width));
        while low < high {
            let middle = low.midpoint(high);
            if test(row(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The rows from `from` to `to`, both in.
    pub(crate) fn between(&self, width: usize, from: i64, to: i64) -> &[i64] {
        let low = if self.first_time() >= from { 0 } else { self.partition(width, |row| time_of(row) < from) };
        let inside = time_of(self.last(width)) <= to;
        let high = if inside { self.len(width) } else { self.partition(width, |row| time_of(row) <= to) };
        self.rows.get(low * width..high * width).unwrap_or_default()
    }

    /// Adds a row after all others; folds go on from where they were.
    fn append(&mut self, row: &[i64]) {
        self.rows.extend_from_slice(row);
        self.dirty = true;
    }

    fn insert(&mut self, width: usize, row: &[i64]) {
        let place = self.partition(width, |known| key(known) < key(row)) * width;
        self.rows.splice(place..place, row.iter().copied());
        self.touch();
    }

    /// What a measure makes of all rows.
    pub(crate) fn fold(&mut self, measure: &Measure, width: usize) -> Fold {
        let place = self.folds.iter().position(|(stamp, ..)| *stamp == measure.stamp).unwrap_or_else(|| {
            self.folds.push((measure.stamp, 0, Fold::EMPTY));
            self.folds.len() - 1
        });
        let Some((_, done, fold)) = self.folds.get_mut(place) else { return Fold::EMPTY };
        fold.add(measure, self.rows.get(*done..).unwrap_or_default(), width);
        *done = self.rows.len();
        *fold
    }

    fn touch(&mut self) {
        self.folds.clear();
        self.dirty = true;
    }
}

fn padded(row: &[i64], width: usize) -> impl Iterator<Item = i64> {
    row.iter().copied().chain(std::iter::repeat_n(ABSENT, width.saturating_sub(row.len())))
}

impl Stream {
    pub(crate) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.len(self.width)).sum()
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &[i64]> {
        self.segments.iter().flat_map(|segment| segment.rows.chunks_exact(self.width))
    }

    pub(crate) fn first_time(&self) -> Option<i64> {
        self.segments.first().map(Segment::first_time)
    }

    /// The segments that may hold rows from `from` on, oldest first.
    pub(crate) fn since(&self, from: i64) -> usize {
        self.segments.partition_point(|segment| time_of(segment.last(self.width)) < from)
    }

    /// The first row at or after an instant.
    pub(crate) fn first_from(&self, from: i64) -> Option<&[i64]> {
        let segment = self.segments.get(self.since(from))?;
        segment.between(self.width, from, i64::MAX).get(..self.width)
    }

    /// Makes room for rows of this width: a kind's fields grow.
    fn widen(&mut self, width: usize) {
        if width <= self.width {
            return;
        }
        self.middles.clear();
        for segment in &mut self.segments {
            let rows = segment.rows.chunks_exact(self.width);
            segment.rows = rows.flat_map(|row| padded(row, width)).collect();
            segment.touch();
        }
        self.width = width;
    }

    fn number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }

    pub(crate) fn insert(&mut self, row: &[i64]) {
        self.widen(row.len());
        if row.len() < self.width {
            let row: Vec<i64> = padded(row, self.width).collect();
            return self.insert(&row);
        }
        let (width, new) = (self.width, key(row));
        let follows = self.segments.partition_point(|segment| key(&segment.rows) <= new);
        let is_last = follows >= self.segments.len();
        let Some(segment) = self.segments.get_mut(follows.saturating_sub(1)) else {
            return self.begin(row);
        };
        match (segment.len(width) >= SEGMENT_ROWS, is_last && key(segment.last(width)) < new) {
            (false, true) => segment.append(row),
            (false, false) => {
                segment.insert(width, row);
                self.middles.clear();
            }
            (true, true) => self.begin(row),
            (true, false) => {
                self.split(follows.saturating_sub(1));
                self.insert(row);
            }
        }
    }

    /// Begins a segment after all others.
    fn begin(&mut self, row: &[i64]) {
        let number = self.number();
        self.segments.push(Segment { number, rows: row.to_vec(), folds: Vec::new(), dirty: true });
    }

    fn split(&mut self, place: usize) {
        let (width, number) = (self.width, self.number());
        self.middles.clear();
        if let Some(segment) = self.segments.get_mut(place) {
            let middle = segment.len(width) / 2 * width;
            let rows = segment.rows.split_off(middle);
            segment.touch();
            self.segments.insert(place + 1, Segment { number, rows, folds: Vec::new(), dirty: true });
        }
    }
}

/// Folding a window: its two ends row by row, and what lies between as far as it is known.
impl Stream {
    /// What a measure makes of the rows from `from` to `to`, both in.
    pub(crate) fn fold(&mut self, measure: &Measure, (from, to): (i64, i64)) -> Fold {
        let (since, mut whole) = (self.since(from), Fold::EMPTY);
        let cut = self.segments.get(since).is_some_and(|segment| segment.first_time() < from);
        let (start, end) = (since + usize::from(cut), self.whole_until(to));
        if start + MIDDLE_SEGMENTS > end {
            self.fold_each(measure, (from, to), since..self.segments.len(), &mut whole);
            return whole;
        }
        self.fold_each(measure, (from, to), since..start, &mut whole);
        whole.then(&self.middle(measure, start, end));
        self.fold_each(measure, (from, to), end..self.segments.len(), &mut whole);
        whole
    }

    /// The first segment that does not lie wholly before or at `to`, or the last, which still grows.
    fn whole_until(&self, to: i64) -> usize {
        let apart = self.segments.len().saturating_sub(1);
        match self.segments.last() {
            Some(last) if last.first_time() <= to => apart,
            _ => self.segments.partition_point(|segment| time_of(segment.last(self.width)) <= to).min(apart),
        }
    }

    fn fold_each(&mut self, measure: &Measure, (from, to): (i64, i64), places: Range<usize>, whole: &mut Fold) {
        let width = self.width;
        for segment in self.segments.get_mut(places).unwrap_or_default() {
            if segment.first_time() > to {
                break;
            }
            let rows = segment.between(width, from, to);
            if rows.len() < FOLD_ROWS * width || rows.len() < segment.rows.len() {
                whole.add(measure, rows, width);
            } else {
                whole.then(&segment.fold(measure, width));
            }
        }
    }

    /// Segments come to its end one by one; when its start moves on, it is made anew.
    fn middle(&mut self, measure: &Measure, start: usize, end: usize) -> Fold {
        let is_ours = |known: &Middle| (known.stamp, known.window) == (measure.stamp, measure.window);
        let place = self.middles.iter().position(is_ours).unwrap_or(self.middles.len());
        let fresh = Middle { stamp: measure.stamp, window: measure.window, start, end: start, fold: Fold::EMPTY };
        let known = self.middles.get(place).copied().filter(|known| known.start == start && known.end <= end);
        let mut middle = known.unwrap_or(fresh);
        for segment in self.segments.get_mut(middle.end..end).unwrap_or_default() {
            middle.fold.then(&segment.fold(measure, self.width));
        }
        middle.end = end;
        match self.middles.get_mut(place) {
            Some(kept) => *kept = middle,
            None => self.middles.push(middle),
        }
        middle.fold
    }
}

/// All of a customer's events, by kind.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub(crate) streams: Vec<(KindId, Stream)>,
}

impl History {
    /// Adds an event's row.
    pub fn insert(&mut self, kind: KindId, row: &[i64]) {
        let place = self.streams.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.streams.push((kind, Stream::new(row.len())));
            self.streams.len() - 1
        });
        if let Some((_, stream)) = self.streams.get_mut(place) {
            stream.insert(row);
        }
    }

    pub(crate) fn stream(&self, kind: KindId) -> Option<&Stream> {
        self.streams.iter().find(|(known, _)| *known == kind).map(|(_, stream)| stream)
    }

    pub(crate) fn stream_mut(&mut self, kind: KindId) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|(known, _)| *known == kind).map(|(_, stream)| stream)
    }

    /// How many events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.iter().map(|(_, stream)| stream.len()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// The instant of the first event.
    pub(crate) fn first_time(&self) -> Option<i64> {
        self.streams.iter().filter_map(|(_, stream)| stream.first_time()).min()
    }

    /// The instants of the first and last event.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.first_time()?;
        let ends =
            self.streams.iter().filter_map(|(_, stream)| stream.segments.last().map(|last| (stream.width, last)));
        let last = ends.map(|(width, segment)| time_of(segment.last(width))).max()?;
        Some((Timestamp::from_ms(first), Timestamp::from_ms(last)))
    }

    /// Time, kind and place in the log of events before `(time, seq)`, newest first, at most `limit`.
    #[must_use]
    pub fn newest(
        &self,
        before: (Timestamp, u64),
        kind: Option<KindId>,
        limit: usize,
    ) -> Vec<(Timestamp, KindId, u64)> {
        let before = (before.0.ms(), i64::try_from(before.1).unwrap_or(i64::MAX));
        let wanted = self.streams.iter().filter(|(known, _)| kind.is_none_or(|kind| kind == *known));
        let mut found: Vec<(i64, i64, KindId)> = wanted
            .flat_map(|(kind, stream)| {
                let rows = stream.rows().rev().map(key).skip_while(|found| *found >= before).take(limit);
                rows.map(|(time, seq)| (time, seq, *kind))
            })
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(limit);
        let seq = |seq: i64| u64::try_from(seq).unwrap_or(0);
        found.into_iter().map(|(time, place, kind)| (Timestamp::from_ms(time), kind, seq(place))).collect()
    }

    /// Takes out the events that came through these identities.
    #[must_use]
    pub fn take(&mut self, is_theirs: impl Fn(u64) -> bool) -> Self {
        let mut theirs = Self::default();
        let all = std::mem::take(&mut self.streams);
        for (kind, stream) in all {
            for row in stream.rows() {
                let identity = u64::try_from(identity_of(row)).unwrap_or(0);
                let side = if is_theirs(identity) { &mut theirs } else { &mut *self };
                side.insert(kind, row);
            }
        }
        theirs
    }

    /// Adds all events of another history.
    pub fn absorb(&mut self, other: &Self) {
        for (kind, stream) in &other.streams {
            stream.rows().for_each(|row| self.insert(*kind, row));
        }
    }
}
