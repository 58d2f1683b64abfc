//! What is asked of a deal, as a filter and read slowly.

use serde_json::{Value, json};

use super::deal::{CITIES, Deal, MARKS, Product, REGIONS, STAGES};
use super::dice::Dice;
use super::rule::Teams;
use crate::records::is;

/// How deep questions go into one another.
const DEPTH: usize = 3;

pub(super) enum Ask {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Region(&'static str),
    NotRegion(&'static str),
    Stages(Vec<&'static str>),
    NoRegion,
    Mine,
    MyTeam(bool),
    Mark(&'static str),
    Marks(Vec<&'static str>),
    NoMark,
    City(&'static str),
    Product(usize),
    /// A product that costs more.
    Priced(usize),
    /// A quote of more.
    Offered(usize),
    Quoted(usize),
    Left(i64),
    Open(bool),
}

/// For whom a question is answered, and of what.
pub(super) struct Ground<'g> {
    pub(super) teams: &'g Teams,
    pub(super) me: usize,
    pub(super) products: &'g [Product],
    /// Which of the products they see; all for a role's condition, whoever has it.
    pub(super) sees: &'g dyn Fn(&Product) -> bool,
}

impl Ask {
    pub(super) fn random(dice: &mut Dice, depth: usize) -> Self {
        let some = |dice: &mut Dice| (0..dice.below(3)).map(|_| Self::random(dice, depth + 1)).collect();
        match dice.below(if depth < DEPTH { 20 } else { 16 }) {
            0 => Self::Region(dice.one(&REGIONS)),
            1 => Self::NotRegion(dice.one(&REGIONS)),
            2 => Self::Stages(dice.some(&STAGES)),
            3 => Self::NoRegion,
            4 => Self::Mine,
            5 => Self::MyTeam(dice.once_in(2)),
            6 => Self::Mark(dice.one(&MARKS)),
            7 => Self::Marks([dice.one(&MARKS), dice.one(&MARKS)].to_vec()),
            8 => Self::NoMark,
            9 => Self::City(dice.one(&CITIES)),
            10 => Self::Product(dice.below(3)),
            11 => Self::Priced(dice.below(100)),
            12 => Self::Offered(dice.below(500)),
            13 => Self::Quoted(1 + dice.below(500)),
            14 => Self::Left(dice.below(800) as i64),
            15 => Self::Open(dice.once_in(2)),
            16 => Self::Any(some(dice)),
            17 => Self::Not(Box::new(Self::random(dice, depth + 1))),
            _ => Self::All(some(dice)),
        }
    }

    pub(super) fn json(&self, products: &[Product]) -> Value {
        let each = |asks: &[Self]| asks.iter().map(|ask| ask.json(products)).collect::<Vec<_>>();
        match self {
            Self::All(asks) => json!({"all": each(asks)}),
            Self::Any(asks) => json!({"any": each(asks)}),
            Self::Not(ask) => json!({"not": ask.json(products)}),
            Self::Region(region) => is("region", "equal", json!(region)),
            Self::NotRegion(region) => is("region", "not_equal", json!(region)),
            Self::Stages(stages) => is("stage", "one_of", json!(stages)),
            Self::NoRegion => is("region", "empty", Value::Null),
            Self::Mine => is("owner", "equal", json!("me")),
            Self::MyTeam(below) => is("owner", "equal", json!(if *below { "my_teams" } else { "my_team" })),
            Self::Mark(mark) => is("marks", "equal", json!(mark)),
            Self::Marks(marks) => is("marks", "one_of", json!(marks)),
            Self::NoMark => is("marks", "empty", Value::Null),
            Self::City(city) => is("place", "contains", json!(city)),
            Self::Product(product) => is("products", "equal", products[*product].id.clone()),
            Self::Priced(price) => json!({"to": {"field": "products", "filter": is("price", "more", json!(price))}}),
            Self::Offered(amount) => {
                json!({"from": {"object": "quote", "field": "deal", "filter": is("amount", "more", json!(amount))}})
            }
            Self::Quoted(amount) => is("quoted", "at_least", json!(amount)),
            Self::Left(amount) => is("left", "less", json!(amount)),
            Self::Open(is_open) => is("is_open", "equal", json!(is_open)),
        }
    }

    pub(super) fn holds(&self, ground: &Ground<'_>, deal: &Deal) -> bool {
        match self {
            Self::All(asks) => asks.iter().all(|ask| ask.holds(ground, deal)),
            Self::Any(asks) => asks.iter().any(|ask| ask.holds(ground, deal)),
            Self::Not(ask) => !ask.holds(ground, deal),
            Self::Region(region) => deal.region == Some(*region),
            Self::NotRegion(region) => deal.region != Some(*region),
            Self::Stages(stages) => stages.contains(&deal.stage),
            Self::NoRegion => deal.region.is_none(),
            Self::Mine => deal.owner == Some(ground.me),
            Self::MyTeam(below) => deal.owner.is_some_and(|owner| ground.teams.colleagues(ground.me, owner, *below)),
            Self::Mark(mark) => deal.marks.contains(mark),
            Self::Marks(marks) => marks.iter().any(|mark| deal.marks.contains(mark)),
            Self::NoMark => deal.marks.is_empty(),
            Self::City(city) => deal.city == Some(*city),
            Self::Product(product) => deal.products.contains(product),
            Self::Priced(price) => {
                let products = deal.products.iter().map(|product| &ground.products[*product]);
                products.into_iter().any(|product| (ground.sees)(product) && product.price > *price)
            }
            Self::Offered(amount) => deal.quotes.iter().any(|quote| quote.amount > *amount),
            Self::Quoted(amount) => deal.quoted() >= *amount,
            Self::Left(amount) => deal.left() < *amount,
            Self::Open(is_open) => deal.is_open() == *is_open,
        }
    }

    /// Whether it asks for what follows from the amount.
    pub(super) fn follows_amount(&self) -> bool {
        match self {
            Self::All(asks) | Self::Any(asks) => asks.iter().any(Self::follows_amount),
            Self::Not(ask) => ask.follows_amount(),
            Self::Left(_) | Self::Open(_) => true,
            _ => false,
        }
    }
}
