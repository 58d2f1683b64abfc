//! A customer's events as rows, by kind, in order of time and place in the log.
//!
//! A stream is cut into segments of at most [`SEGMENT_ROWS`] rows. What a measure makes of a whole segment is kept with
//! it, so that a window over a long history costs its two ends and one step per segment between.

use std::ops::Range;

use base::Timestamp;
use domain::KindId;

use crate::fold::Fold;
use crate::layout::ABSENT;
use crate::program::Measure;
use crate::segment::{SEGMENT_ROWS, Segment, identity_of, key, time_of};

/// Of how many segments the sum is worth keeping. It begins at a multiple of this, so that it is not made anew whenever
/// its window moves past a segment.
const MIDDLE_SEGMENTS: usize = 4;

/// The events of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    pub(crate) width: usize,
    pub(crate) segments: Vec<Segment>,
    pub(crate) last_number: u32,
    /// How many rows, and about how many bytes of memory they take.
    len: usize,
    size: usize,
    /// What measures made of the whole segments within their windows.
    middles: Vec<Middle>,
}

/// What a measure made of the segments from one place up to another.
#[derive(Debug, Clone, Copy)]
struct Middle {
    stamp: u64,
    window: usize,
    start: usize,
    end: usize,
    fold: Fold,
}

fn padded(row: &[i64], width: usize) -> impl Iterator<Item = i64> {
    row.iter().copied().chain(std::iter::repeat_n(ABSENT, width.saturating_sub(row.len())))
}

impl Stream {
    /// `segments` are in order, and none is empty.
    pub(crate) fn new(width: usize, segments: Vec<Segment>, last_number: u32) -> Self {
        let len = segments.iter().map(|segment| segment.len(width)).sum();
        let size = segments.iter().map(Segment::size).sum();
        Self { width, segments, last_number, len, size, middles: Vec::new() }
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &[i64]> {
        self.segments.iter().flat_map(|segment| segment.rows().chunks_exact(self.width))
    }

    pub(crate) fn first_time(&self) -> Option<i64> {
        self.segments.first().map(|segment| segment.first().0)
    }

    fn last_time(&self) -> Option<i64> {
        self.segments.last().map(|segment| segment.last().0)
    }

    /// The segments that may hold rows from `from` on, oldest first.
    pub(crate) fn since(&self, from: i64) -> usize {
        self.segments.partition_point(|segment| segment.last().0 < from)
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
        for segment in &mut self.segments {
            let old = self.width;
            segment.widen(|rows| rows.chunks_exact(old).flat_map(|row| padded(row, width)).collect());
        }
        *self = Self::new(width, std::mem::take(&mut self.segments), self.last_number);
    }

    pub(crate) fn insert(&mut self, row: &[i64]) {
        self.widen(row.len());
        if row.len() < self.width {
            let row: Vec<i64> = padded(row, self.width).collect();
            return self.insert(&row);
        }
        let (width, new) = (self.width, key(row));
        let follows = self.segments.partition_point(|segment| segment.first() <= new);
        let (place, is_last) = (follows.saturating_sub(1), follows >= self.segments.len());
        match self.segments.get_mut(place) {
            Some(segment) if segment.len(width) < SEGMENT_ROWS => {
                let before = segment.size();
                segment.insert(width, row);
                (self.len, self.size) = (self.len + 1, self.size + segment.size() - before);
                self.middles.retain(|middle| !(middle.start..middle.end).contains(&place));
            }
            Some(segment) if !(is_last && segment.last() < new) => {
                self.split(place);
                self.insert(row);
            }
            _ => {
                self.last_number += 1;
                let segment = Segment::new(self.last_number, row.to_vec(), width, true);
                (self.len, self.size) = (self.len + 1, self.size + segment.size());
                self.segments.push(segment);
            }
        }
    }

    fn split(&mut self, place: usize) {
        self.last_number += 1;
        self.middles.retain(|middle| middle.end <= place);
        let Some(segment) = self.segments.get_mut(place) else { return };
        let before = segment.size();
        let later = segment.split(self.width, self.last_number);
        self.size = self.size + segment.size() + later.size() - before;
        self.segments.insert(place + 1, later);
    }
}

/// Folding a window: its two ends row by row, and what lies between as far as it is known.
impl Stream {
    /// What a measure makes of the rows from `from` to `to`, both in.
    pub(crate) fn fold(&mut self, measure: &Measure, (from, to): (i64, i64)) -> Fold {
        let (since, mut whole) = (self.since(from), Fold::EMPTY);
        let cut = self.segments.get(since).is_some_and(|segment| segment.first().0 < from);
        let start = (since + usize::from(cut)).next_multiple_of(MIDDLE_SEGMENTS);
        let end = self.whole_until(to);
        if start + MIDDLE_SEGMENTS > end {
            self.fold_each(measure, (from, to), since..self.segments.len(), &mut whole);
            return whole;
        }
        self.fold_each(measure, (from, to), since..start, &mut whole);
        whole.then(&self.middle(measure, start, end));
        self.fold_each(measure, (from, to), end..self.segments.len(), &mut whole);
        whole
    }

    /// As [`Stream::fold`], for a window that will not be asked for again.
    pub(crate) fn fold_once(&mut self, measure: &Measure, bounds: (i64, i64)) -> Fold {
        let mut whole = Fold::EMPTY;
        self.fold_each(measure, bounds, self.since(bounds.0)..self.segments.len(), &mut whole);
        whole
    }

    /// The first segment that does not lie wholly before or at `to`, or the last, which still grows.
    fn whole_until(&self, to: i64) -> usize {
        let apart = self.segments.len().saturating_sub(1);
        match self.segments.last() {
            Some(last) if last.first().0 <= to => apart,
            _ => self.segments.partition_point(|segment| segment.last().0 <= to).min(apart),
        }
    }

    fn fold_each(&mut self, measure: &Measure, bounds: (i64, i64), places: Range<usize>, whole: &mut Fold) {
        let segments = self.segments.get_mut(places).unwrap_or_default().iter_mut();
        for segment in segments.take_while(|segment| segment.first().0 <= bounds.1) {
            segment.fold_into(whole, measure, self.width, bounds);
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
    streams: Vec<(KindId, Stream)>,
    first_time: Option<i64>,
}

impl History {
    pub(crate) fn new(streams: Vec<(KindId, Stream)>) -> Self {
        let first_time = streams.iter().filter_map(|(_, stream)| stream.first_time()).min();
        Self { streams, first_time }
    }

    /// Adds an event's row.
    pub fn insert(&mut self, kind: KindId, row: &[i64]) {
        let place = self.streams.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.streams.push((kind, Stream::new(row.len(), Vec::new(), 0)));
            self.streams.len() - 1
        });
        if let Some((_, stream)) = self.streams.get_mut(place) {
            stream.insert(row);
        }
        let time = time_of(row);
        self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
    }

    pub(crate) fn streams_mut(&mut self) -> impl Iterator<Item = (KindId, &mut Stream)> {
        self.streams.iter_mut().map(|(kind, stream)| (*kind, stream))
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.streams.iter().map(|(_, stream)| size_of::<Stream>() + stream.size).sum()
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
        self.streams.iter().map(|(_, stream)| stream.len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// The instant of the first event.
    pub(crate) const fn first_time(&self) -> Option<i64> {
        self.first_time
    }

    /// The instants of the first and last event.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let last = self.streams.iter().filter_map(|(_, stream)| stream.last_time()).max()?;
        Some((Timestamp::from_ms(self.first_time?), Timestamp::from_ms(last)))
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
        for (kind, stream) in std::mem::take(self).streams {
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
