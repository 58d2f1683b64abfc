//! One search over everything that one may see: records of all objects, and customers.
//!
//! The index names records that may have what is looked for. Which of them are found is decided by the records as they are now: each must pass
//! what decides everywhere which records someone may see, and its texts, as the reader sees them, must themselves have what is looked for.

mod customers;
mod follow;
mod texts;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use ::search::{Candidate, Found, Index, Needle, NoNeedle, Part, Rank};
use base::{RecordId, Text, Timestamp};
use domain::object::{Cell, FieldNumber, Object};
use serde::Serialize;
use store::record::query::{Query as RecordQuery, Test};
use store::{Connection, RecordRow, StoreError};
use utoipa::ToSchema;

pub use follow::{Bell, IndexState, Searching};
pub use texts::SearchPart;

use domain::object::CUSTOMER;

use crate::record::{Deed, allowed};
use crate::{Actor, App, OpError, Right, Scope};

/// The most of each object.
pub const LIMIT: u32 = 50;
/// How long is looked before what was found by then is the answer.
const PATIENCE: Duration = Duration::from_millis(400);
/// How many records are looked through at a time.
const BATCH: usize = 200;
/// How many records of each object the index is asked for first, and at most.
const FIRST: usize = 16;
const MOST: usize = 20_000;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Words, parts of them, pinyin, parts of numbers.
    pub text: String,
    /// Only in these objects; everywhere where there are none.
    pub objects: Vec<String>,
    /// The most of each object.
    pub limit: u32,
}

/// Something found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchItem {
    /// The name of its object; `customer` for a customer.
    pub object: String,
    /// Its id.
    pub id: String,
    /// What it is called; empty where it is called nothing.
    pub title: Vec<SearchPart>,
    /// The text in which something was found beside the title, or another that tells it from those of its name.
    pub detail: Option<SearchDetail>,
    /// When it was changed last.
    #[schema(value_type = Option<String>)]
    pub changed_at: Option<Timestamp>,
}

/// A text beside the title.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchDetail {
    /// What the field is called.
    pub label: Text,
    /// The text, or of a long one what stands around what was found.
    pub text: Vec<SearchPart>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchPage {
    /// By object, the one with the best first; of each object the best first, and of those that are alike the latest changed.
    pub items: Vec<SearchItem>,
    /// Objects of which more is found than is listed.
    pub more: Vec<String>,
    /// Whether there was time to look through everything.
    pub complete: bool,
    /// How the index is.
    pub index: IndexState,
}

/// How good what was found is, the least first.
type Place = (Rank, Reverse<i64>, Reverse<u64>);

/// What was found of an object.
struct Group {
    name: String,
    items: Vec<(Place, SearchItem)>,
    is_more: bool,
}

/// An object in which is looked.
struct Ground {
    object: Object,
    part: Part,
    group: Group,
    /// Records of which it is known whether they are found, or not.
    decided: BTreeSet<u64>,
}

/// Looks for something in everything that one may see.
///
/// # Errors
/// There is nothing to look for in the text, or too much; there is no such object; or the database's.
pub fn find(app: &App, actor: &Actor, query: &Query) -> Result<SearchPage, OpError> {
    let needle = Needle::new(&query.text).map_err(no_needle)?;
    crate::error::without_nul("q", &query.text)?;
    let limit = usize::try_from(query.limit.clamp(1, LIMIT)).unwrap_or(1);
    let until = Instant::now() + PATIENCE;
    let grounds = grounds(app, actor, &query.objects)?;
    let (index, state) = app.search.index();
    let mut search = Search { app, actor, needle: &needle, limit, until, complete: true, has_looked: false };
    let mut groups = search.customers(query)?;
    if let Some(index) = index {
        let is_found = groups.iter().any(|group| !group.items.is_empty());
        groups.extend(search.records(&index, grounds, is_found)?);
    }
    groups.retain(|group| !group.items.is_empty());
    groups.sort_by_key(|group| group.items.first().map(|(place, _)| *place));
    let more = groups.iter().filter(|group| group.is_more).map(|group| group.name.clone()).collect();
    let items = groups.into_iter().flat_map(|group| group.items).map(|(_, item)| item).collect();
    Ok(SearchPage { items, more, complete: search.complete, index: state })
}

fn no_needle(error: NoNeedle) -> OpError {
    let (zh, en) = match error {
        NoNeedle::Empty => ("请输入文字或数字", "letters or digits to look for are wanted"),
        NoNeedle::Long => {
            ("最多输入 100 个字符、10 个词", "at most 100 characters and 10 words are looked for at once")
        }
    };
    OpError::invalid("q", zh, en)
}

/// The objects in which someone may look. Of one of which they see their own only, the index itself looks at no others, unless some
/// are shared with them.
fn grounds(app: &App, actor: &Actor, wanted: &[String]) -> Result<Vec<Ground>, OpError> {
    let shared = actor.person().map(|me| app.store.read(|db| db.shared_with(me, false))).transpose()?;
    let has_shares = shared.is_some_and(|shared| !shared.is_empty());
    let ground = |object: &Object| {
        let owner = match actor.access().of(&object.name).read {
            Scope::None => return None,
            Scope::Own if !has_shares => Some(actor.person()?.number()),
            _ => None,
        };
        let part = Part { group: object.id.number(), owner };
        let group = Group { name: object.name.clone(), items: Vec::new(), is_more: false };
        Some(Ground { object: object.clone(), part, group, decided: BTreeSet::new() })
    };
    let objects = app.pipeline.objects();
    let mut grounds: Vec<Ground> =
        objects.iter().filter(|object| !object.archived && !object.is_of_customers()).filter_map(ground).collect();
    let sees = |name: &str| actor.access().of(name).read != Scope::None && objects.by_name(name).is_some();
    if let Some(name) = wanted.iter().find(|name| *name != CUSTOMER && !sees(name)) {
        let (zh, en) = (format!("没有对象「{name}」"), format!("there is no object '{name}'"));
        return Err(OpError::invalid("objects", &zh, &en));
    }
    grounds.retain(|ground| wanted.is_empty() || wanted.contains(&ground.object.name));
    Ok(grounds)
}

/// A search under way.
struct Search<'s> {
    app: &'s App,
    actor: &'s Actor,
    needle: &'s Needle,
    limit: usize,
    until: Instant,
    /// Whether there was time for everything so far.
    complete: bool,
    /// Whether records were looked through already.
    has_looked: bool,
}

impl Search<'_> {
    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn customers(&self, query: &Query) -> Result<Vec<Group>, OpError> {
        let is_wanted = query.objects.is_empty() || query.objects.iter().any(|name| name == CUSTOMER);
        if !is_wanted || self.actor.may(Right::ReadCustomers).is_err() {
            return Ok(Vec::new());
        }
        Ok(vec![customers::find(self.app, self.actor, self.needle, &query.text, self.limit)?])
    }

    /// Looks through records: rank by rank, in each the latest first, until there are enough of each object. Something may be found elsewhere already.
    fn records(&mut self, index: &Index, mut grounds: Vec<Ground>, is_found: bool) -> Result<Vec<Group>, OpError> {
        'ranks: for rank in Rank::ALL {
            if rank == Rank::Near && (is_found || grounds.iter().any(|ground| !ground.group.items.is_empty())) {
                break; // a guess is shown when there is nothing else
            }
            let mut each = FIRST.max(self.limit * 2);
            let mut open: Vec<&mut Ground> = grounds.iter_mut().filter(|ground| !ground.group.is_more).collect();
            while !open.is_empty() {
                let parts: Vec<Part> = open.iter().map(|ground| ground.part).collect();
                let found = index.candidates(self.needle, rank, &parts, each).map_err(|error| broken(&error))?;
                let mut named: BTreeMap<u64, Vec<Candidate>> = BTreeMap::new();
                found.into_iter().for_each(|one| named.entry(one.group).or_default().push(one));
                for ground in &mut open {
                    let candidates = named.get(&ground.part.group).map(Vec::as_slice).unwrap_or_default();
                    self.look_through(ground, rank, candidates)?;
                    if !self.complete {
                        break 'ranks;
                    }
                }
                let is_full = |part: &Part| named.get(&part.group).is_some_and(|all| all.len() >= each);
                open.retain(|ground| !ground.group.is_more && is_full(&ground.part));
                if !open.is_empty() && (self.left().is_zero() || each >= MOST) {
                    self.complete = false;
                    break 'ranks;
                }
                each *= 4;
            }
        }
        Ok(grounds.into_iter().map(|ground| ground.group).collect())
    }

    /// Looks through candidates for those that are found just so well; one more than the limit is enough.
    fn look_through(&mut self, ground: &mut Ground, rank: Rank, candidates: &[Candidate]) -> Result<(), OpError> {
        let fresh: Vec<&Candidate> = candidates.iter().filter(|one| !ground.decided.contains(&one.id)).collect();
        for batch in fresh.chunks(BATCH) {
            if self.left().is_zero() && self.has_looked {
                self.complete = false;
                return Ok(());
            }
            self.has_looked = true;
            let ids: Vec<RecordId> = batch.iter().map(|one| RecordId::new(one.id)).collect();
            let rows = match self.app.store.read(|db| self.rows(db, &ground.object, ids)) {
                Err(StoreError::TooLong) => {
                    self.complete = false;
                    return Ok(());
                }
                other => other?,
            };
            for one in batch {
                let texts = rows.get(&RecordId::new(one.id));
                let texts = texts.map(|row| texts::visible(self.actor, &ground.object, row)).unwrap_or_default();
                let pairs: Vec<_> = texts.iter().map(|text| (text.kind, text.text.as_ref())).collect();
                let found = self.needle.look(&pairs);
                if found.as_ref().is_some_and(|found| found.rank > rank) {
                    continue; // its turn comes
                }
                ground.decided.insert(one.id);
                let Some(found) = found else { continue };
                if ground.group.items.len() >= self.limit {
                    ground.group.is_more = true;
                    return Ok(());
                }
                let at = rows.get(&RecordId::new(one.id)).and_then(changed_at);
                let place = (found.rank, Reverse(at.unwrap_or(0)), Reverse(one.id));
                ground.group.items.push((place, item(&ground.object, one.id, at, &texts, &found)));
            }
        }
        Ok(())
    }

    /// Those of these records that the reader may see.
    fn rows(
        &self,
        db: &mut Connection,
        object: &Object,
        ids: Vec<RecordId>,
    ) -> Result<BTreeMap<RecordId, RecordRow>, StoreError> {
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let test = Test::All(vec![Test::Among(ids), allowed(self.app, self.actor, object, Deed::See)]);
        let query = RecordQuery { test, order: Vec::new(), after: None, limit };
        // The first are looked at even where the index took all the time: an answer with nothing helps nobody.
        let most = self.left().max(PATIENCE / 4);
        let rows = db.within(most, |db| db.list_records(object, &query))?;
        Ok(rows.into_iter().map(|one| (one.id, one.row)).collect())
    }
}

fn broken(error: &::search::SearchError) -> OpError {
    tracing::error!(%error, "the search index failed");
    let (zh, en) = ("搜索暂不可用，请稍后再试", "search is not available; try again later");
    OpError::new(crate::Fault::Later, "search_unavailable", zh, en)
}

fn changed_at(row: &RecordRow) -> Option<i64> {
    match row.cells.get(&FieldNumber::CHANGED) {
        Some(Cell::Int(at)) => Some(*at),
        _ => None,
    }
}

fn item(object: &Object, id: u64, at: Option<i64>, texts: &[texts::FieldText<'_>], found: &Found) -> SearchItem {
    let marks = |place: usize| found.marks.get(&place).map(Vec::as_slice).unwrap_or_default();
    let mut title = Vec::new();
    let mut detail = None;
    for (place, text) in texts.iter().enumerate() {
        if text.kind == ::search::Kind::Title {
            title = texts::parts(&text.text, marks(place));
        } else if detail.is_none_or(|known: usize| marks(known).is_empty() && !marks(place).is_empty()) {
            detail = Some(place);
        }
    }
    let shown = |place: usize| {
        let text = texts.get(place)?;
        Some(SearchDetail { label: text.field.label.clone(), text: texts::parts(&text.text, marks(place)) })
    };
    SearchItem {
        object: object.name.clone(),
        id: RecordId::new(id).to_string(),
        title,
        detail: detail.and_then(shown),
        changed_at: at.map(Timestamp::from_ms),
    }
}
