//! Deals as the test knows them, and what follows from them.

use serde_json::Value;

pub(super) const REGIONS: [&str; 3] = ["华东", "华南", "华北"];
pub(super) const STAGES: [&str; 3] = ["初步接洽", "谈判", "赢单"];
pub(super) const MARKS: [&str; 3] = ["VIP", "老客", "试用"];
pub(super) const CITIES: [&str; 3] = ["苏州", "广州", "天津"];
/// The status of a quote that counts.
pub(super) const ACCEPTED: &str = "已接受";

/// People, teams and products are numbered from 0.
pub(super) struct Deal {
    pub(super) record: Value,
    pub(super) owner: Option<usize>,
    pub(super) region: Option<&'static str>,
    pub(super) stage: &'static str,
    pub(super) amount: usize,
    pub(super) marks: Vec<&'static str>,
    pub(super) city: Option<&'static str>,
    pub(super) products: Vec<usize>,
    pub(super) quotes: Vec<Quote>,
    /// With which person or team, and whether to change it.
    pub(super) shares: Vec<(Result<usize, usize>, bool)>,
}

/// What was offered for a deal.
pub(super) struct Quote {
    pub(super) record: Value,
    pub(super) amount: usize,
    pub(super) is_accepted: bool,
}

pub(super) struct Product {
    pub(super) id: Value,
    pub(super) owner: Option<usize>,
    pub(super) price: usize,
}

impl Deal {
    pub(super) fn id(&self) -> &str {
        self.record["id"].as_str().unwrap()
    }

    /// The rollup `quoted`: what the accepted quotes come to.
    pub(super) fn quoted(&self) -> usize {
        self.quotes.iter().filter(|quote| quote.is_accepted).map(|quote| quote.amount).sum()
    }

    /// The formula `left`: `amount - quoted`.
    pub(super) fn left(&self) -> i64 {
        self.amount as i64 - self.quoted() as i64
    }

    /// The formula `is_open`: `left > 300 and offers > 0`, where the rollup `offers` counts the quotes.
    pub(super) fn is_open(&self) -> bool {
        self.left() > 300 && !self.quotes.is_empty()
    }
}
