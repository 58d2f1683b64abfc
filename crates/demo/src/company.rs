//! 云禾生活: a chain that sells for families, in shops, its app, a WeChat mini-program and on Tmall.

use std::sync::Arc;

use base::{DAY_MS, HOUR_MS, Timestamp};

use crate::happening::Happening;
use crate::life::{self, Window};
use crate::live::{Live, SOON_ORDERS};
use crate::person::{Person, SOON_COUNT};

/// The fewest customers for which every part is played.
const FEWEST: usize = 120;

/// A company with a past and a present.
pub struct Company {
    /// What has happened, in the order it was heard of.
    pub history: History,
    /// What happens from now on.
    pub live: Live,
    /// Customers who are about to buy again, and so to cross 「30天内复购两次且客单价>500元」.
    pub soon: Vec<Soon>,
}

/// A customer who crosses the rule while one looks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soon {
    /// The customer's name.
    pub name: String,
    /// The customer's member number, in the scope `yunhe`.
    pub member_no: String,
    /// When the second order within 30 days comes, from the start of [`Company::live`].
    pub second_order_ms: i64,
    /// When the third does.
    pub third_order_ms: i64,
}

/// The customers, by number.
pub(crate) type People = Arc<Vec<Person>>;

/// The past of a company: CloudEvents as JSON, each about half a kilobyte.
///
/// The last six months until three hours before now, about 35 events a customer. Some come late, some come
/// twice. Some customers are known under separate identifiers first and joined later; four shop phones stand
/// in nine memberships each.
#[derive(Clone)]
pub struct History {
    people: People,
    all: Arc<Vec<Happening>>,
    next: usize,
}

/// The company of a seed as of `now`, with about so many customers, at least 120.
///
/// ```
/// let now = "2026-06-03T02:00:00Z".parse().unwrap();
/// let mut company = demo::company(1, now, 200);
/// let first = company.history.next().unwrap();
/// assert!(first.starts_with(r#"{"specversion":"1.0""#));
/// let beat = company.live.next().unwrap();
/// assert!(beat.json(now).contains(r#""time":"2026-06-03T10:00:00+08:00""#));
/// ```
#[must_use]
pub fn company(seed: u64, now: Timestamp, customers: usize) -> Company {
    let now_ms = now.ms();
    let window = Window { from_ms: now_ms - 182 * DAY_MS, to_ms: now_ms - 3 * HOUR_MS, now_ms };
    let numbers = 0..customers.max(FEWEST) as u64;
    let people: People = Arc::new(numbers.map(|number| Person::new(seed, number, window.from_ms, now_ms)).collect());
    let mut all: Vec<Happening> = people.iter().flat_map(|person| life::lead(person, seed, window)).collect();
    all.sort_by_key(|happening| happening.came_ms);
    Company {
        history: History { people: people.clone(), all: Arc::new(all), next: 0 },
        soon: soon(&people),
        live: Live::new(seed, people),
    }
}

fn soon(people: &[Person]) -> Vec<Soon> {
    let named = people.iter().take(usize::try_from(SOON_COUNT).unwrap_or(0));
    let timed = named.zip(SOON_ORDERS).map(|(person, (second_order_ms, third_order_ms))| Soon {
        name: person.name.clone(),
        member_no: format!("M{:06}", person.number),
        second_order_ms,
        third_order_ms,
    });
    timed.collect()
}

impl Iterator for History {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let happening = self.all.get(self.next)?;
        self.next += 1;
        Some(told(happening, &self.people, "h"))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for History {}

/// A happening as JSON.
pub(crate) fn told(happening: &Happening, people: &[Person], prefix: &str) -> String {
    let mut out = Vec::with_capacity(512);
    if let Some(person) = usize::try_from(happening.person).ok().and_then(|place| people.get(place)) {
        happening.write(person, prefix, &mut out);
    }
    String::from_utf8(out).unwrap_or_default()
}
