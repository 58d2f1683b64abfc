//! A customer as bytes: its state with the last segment of each stream, and every other segment on its own, so that
//! a long history is not written again for each event.

use base::{DecisionId, RuleId, Timestamp};
use domain::KindId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::customer::Customer;
use crate::history::{History, Stream};
use crate::joined::Join;
use crate::layout::{ABSENT, HEAD};
use crate::segment::Segment;
use crate::standing::Standing;

/// The form that is written today. In the first, a standing did not keep its version; up to the second, a customer did not
/// keep who was joined into it.
const VERSION: u8 = 3;

/// Bytes that are not a stored customer.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum StoredError {
    /// Cut off, or not what this crate writes.
    #[error("the stored state of a customer cannot be read")]
    Corrupt,
    /// Written by a later version.
    #[error("the stored state of a customer is of version {0}, which this program does not know")]
    Version(u8),
}

/// A segment's place: kind and number within the stream.
pub type SegmentKey = (KindId, u32);

/// What has to be written for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The state.
    pub state: Vec<u8>,
    /// Segments that changed.
    pub segments: Vec<(SegmentKey, Vec<u8>)>,
    /// When it must next be looked at.
    pub due: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct State {
    standings: Vec<Standing>,
    visited: i64,
    last_seq: u64,
    dues: Vec<(RuleId, i64)>,
    streams: Vec<StreamState>,
    joins: Vec<Join>,
    reopened: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct StreamState {
    kind: KindId,
    width: usize,
    last_number: u32,
    /// Segments stored on their own, in order.
    apart: Vec<u32>,
    last: u32,
    rows: Vec<i64>,
}

/// `time` and `seq` as differences, absent values as nought: small numbers, which take few bytes.
fn pack(rows: &[i64], width: usize) -> Vec<i64> {
    let (mut time, mut seq, mut packed) = (0i64, 0i64, Vec::with_capacity(rows.len()));
    for row in rows.chunks_exact(width.max(HEAD)) {
        let [at, place, rest @ ..] = row else { continue };
        packed.extend([at.wrapping_sub(time), place.wrapping_sub(seq)]);
        packed.extend(rest.iter().map(|word| match *word {
            ABSENT => 0,
            word if word >= 0 => word.wrapping_add(1),
            word => word,
        }));
        (time, seq) = (*at, *place);
    }
    packed
}

fn unpack(packed: &[i64], width: usize) -> Vec<i64> {
    let (mut time, mut seq, mut rows) = (0i64, 0i64, Vec::with_capacity(packed.len()));
    for row in packed.chunks_exact(width.max(HEAD)) {
        let [at, place, rest @ ..] = row else { continue };
        (time, seq) = (time.wrapping_add(*at), seq.wrapping_add(*place));
        rows.extend([time, seq]);
        rows.extend(rest.iter().map(|word| match *word {
            0 => ABSENT,
            word if word > 0 || word == i64::MIN => word.wrapping_sub(1),
            word => word,
        }));
    }
    rows
}

fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![VERSION]).unwrap_or_default()
}

/// Reads what has the same form in every version.
fn read<'d, T: Deserialize<'d>>(bytes: &'d [u8]) -> Result<T, StoredError> {
    match bytes.split_first() {
        Some((1..=VERSION, rest)) => postcard::from_bytes(rest).map_err(|_| StoredError::Corrupt),
        Some((version, _)) => Err(StoredError::Version(*version)),
        None => Err(StoredError::Corrupt),
    }
}

/// A state in its first two forms, which differ in their standings.
#[derive(Deserialize)]
struct EarlyState<S> {
    standings: Vec<S>,
    visited: i64,
    last_seq: u64,
    dues: Vec<(RuleId, i64)>,
    streams: Vec<StreamState>,
}

#[derive(Deserialize)]
struct FirstStanding {
    rule: RuleId,
    truth: bool,
    fired: Option<(Timestamp, DecisionId)>,
    settled: Option<Timestamp>,
    stays: bool,
}

impl From<FirstStanding> for Standing {
    fn from(FirstStanding { rule, truth, fired, settled, stays }: FirstStanding) -> Self {
        Self { rule, truth, fired, settled, stays, version: 0 }
    }
}

impl<S: Into<Standing>> From<EarlyState<S>> for State {
    fn from(EarlyState { standings, visited, last_seq, dues, streams }: EarlyState<S>) -> Self {
        let standings = standings.into_iter().map(S::into).collect();
        Self { standings, visited, last_seq, dues, streams, joins: Vec::new(), reopened: None }
    }
}

fn read_state(bytes: &[u8]) -> Result<State, StoredError> {
    match bytes.first() {
        Some(1) => read::<EarlyState<FirstStanding>>(bytes).map(State::from),
        Some(2) => read::<EarlyState<Standing>>(bytes).map(State::from),
        _ => read(bytes),
    }
}

impl Customer {
    /// What has to be written; segments given out here count as written. `all` gives every segment, changed or not.
    #[must_use]
    pub fn store(&mut self, all: bool) -> Stored {
        let mut segments = Vec::new();
        let streams = self.history.streams_mut().map(|(kind, stream)| stream.store(kind, all, &mut segments));
        let state = State {
            streams: streams.collect(),
            standings: self.standings.clone(),
            visited: self.visited,
            last_seq: self.last_seq,
            dues: self.dues.clone(),
            joins: self.joins.clone(),
            reopened: self.reopened,
        };
        Stored { state: bytes(&state), segments, due: self.due() }
    }

    /// Reads what [`store`](Self::store) gave; `segment` finds the segments stored on their own.
    ///
    /// # Errors
    /// Bytes that are not what `store` gave, or a missing segment.
    pub fn load(state: &[u8], mut segment: impl FnMut(SegmentKey) -> Option<Vec<u8>>) -> Result<Self, StoredError> {
        let state = read_state(state)?;
        let streams = state.streams.into_iter().map(|stored| {
            let kind = stored.kind;
            Ok((kind, Stream::load(stored, |number| segment((kind, number)))?))
        });
        Ok(Self {
            history: History::new(streams.collect::<Result<_, StoredError>>()?),
            standings: state.standings,
            visited: state.visited,
            last_seq: state.last_seq,
            due: state.dues.iter().map(|(_, due)| *due).min(),
            dues: state.dues,
            joins: state.joins,
            reopened: state.reopened,
        })
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        200 + self.standings.capacity() * size_of::<Standing>()
            + self.dues.capacity() * 16
            + self.history.size()
            + self.joins.iter().map(Join::size).sum::<usize>()
    }
}

impl Stream {
    fn store(&mut self, kind: KindId, all: bool, segments: &mut Vec<(SegmentKey, Vec<u8>)>) -> StreamState {
        let width = self.width;
        let (last, apart) = match self.segments.split_last_mut() {
            Some((last, apart)) => (Some(&*last), apart),
            None => (None, &mut [][..]),
        };
        for segment in apart.iter_mut().filter(|segment| segment.dirty || all) {
            segments.push(((kind, segment.number), bytes(&pack(segment.rows(), width))));
            segment.dirty = false;
        }
        StreamState {
            kind,
            width,
            last_number: self.last_number,
            apart: apart.iter().map(|segment| segment.number).collect(),
            last: last.map_or(0, |segment| segment.number),
            rows: last.map_or_else(Vec::new, |segment| pack(segment.rows(), width)),
        }
    }

    fn load(stored: StreamState, mut segment: impl FnMut(u32) -> Option<Vec<u8>>) -> Result<Self, StoredError> {
        let width = stored.width;
        if width < HEAD {
            return Err(StoredError::Corrupt);
        }
        let whole = |number, packed: &[i64], dirty| {
            let rows = unpack(packed, width);
            let is_whole = !rows.is_empty() && rows.len() == packed.len();
            is_whole.then(|| Segment::new(number, rows, width, dirty)).ok_or(StoredError::Corrupt)
        };
        let mut segments = Vec::with_capacity(stored.apart.len() + 1);
        for number in stored.apart {
            let packed: Vec<i64> = read(&segment(number).ok_or(StoredError::Corrupt)?)?;
            segments.push(whole(number, &packed, false)?);
        }
        segments.push(whole(stored.last, &stored.rows, true)?);
        Ok(Self::new(width, segments, stored.last_number))
    }
}
