//! What a role says, read slowly.

use serde_json::{Value, json};

use super::ask::{Ask, Ground};
use super::deal::{Deal, Product};
use super::dice::Dice;

const SCOPES: [&str; 6] = ["none", "own", "team", "subtree", "some", "all"];
const FIELDS: [&str; 5] = ["hidden", "masked", "reveal", "read", "write"];

pub(super) struct Role {
    pub(super) read: &'static str,
    write: &'static str,
    condition: Ask,
    pub(super) amount: &'static str,
    /// Of products all are seen, or one's own.
    sees_all_products: bool,
    /// What may be seen of objects that only the stream tells of.
    tickets: &'static str,
    leads: &'static str,
    /// Whether customers may be seen at all, and which of them.
    may_see_customers: bool,
    customers: &'static str,
}

#[derive(Default)]
pub(super) struct Teams {
    pub(super) parents: Vec<Option<usize>>,
    pub(super) members: Vec<Vec<usize>>,
}

impl Teams {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let parents =
            (0..4).map(|team| if team == 0 || dice.once_in(3) { None } else { Some(dice.below(team)) }).collect();
        let members = (0..4).map(|_| (0..4).filter(|_| dice.once_in(3)).collect()).collect();
        Self { parents, members }
    }

    fn is_above(&self, above: usize, team: usize) -> bool {
        above == team || self.parents[team].is_some_and(|parent| self.is_above(above, parent))
    }

    /// Whether someone is in a team of mine, or in one below.
    pub(super) fn colleagues(&self, me: usize, other: usize, below: bool) -> bool {
        let of = |person: usize| (0..self.members.len()).filter(move |team| self.members[*team].contains(&person));
        of(me).any(|mine| of(other).any(|theirs| mine == theirs || (below && self.is_above(mine, theirs))))
    }

    fn holds(&self, me: usize, team: usize) -> bool {
        (0..self.members.len()).any(|one| self.members[one].contains(&me) && self.is_above(team, one))
    }
}

impl Role {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let (read, write) = (dice.one(&SCOPES), dice.one(&SCOPES));
        Self {
            read,
            write,
            condition: Ask::random(dice, 1),
            amount: dice.one(&FIELDS),
            sees_all_products: dice.once_in(2),
            tickets: dice.one(&["none", "own", "all"]),
            leads: dice.one(&["none", "own", "all"]),
            may_see_customers: dice.once_in(2),
            customers: dice.one(&["none", "own", "all"]),
        }
    }

    pub(super) fn rights(&self) -> Value {
        json!(if self.may_see_customers {
            ["records.export", "customers.read"].as_slice()
        } else {
            &["records.export"]
        })
    }

    pub(super) fn json(&self, products: &[Product]) -> Value {
        let condition = self.condition.json(products);
        let deal =
            json!({"read": self.read, "write": self.write, "condition": condition, "fields": {"amount": self.amount}});
        let sees = |read: &str| json!({"read": read, "write": "none"});
        let product = sees(if self.sees_all_products { "all" } else { "own" });
        let objects = json!({"deal": deal, "product": product, "ticket": sees(self.tickets), "lead": sees(self.leads), "customer": sees(self.customers)});
        json!({"others": sees("all"), "objects": objects})
    }

    /// Whether the amount is not seen as it is, nor what follows from it.
    pub(super) fn masks(&self) -> bool {
        ["hidden", "masked", "reveal"].contains(&self.amount)
    }

    /// Whether all customers are seen, so that what is told of many at once is told.
    pub(super) fn sees_all_customers(&self) -> bool {
        self.may_see_customers && self.customers == "all"
    }

    /// Whether any records of an object are seen.
    pub(super) fn sees_any(&self, object: &str) -> bool {
        let read = match object {
            "deal" => self.read,
            "ticket" => self.tickets,
            "lead" => self.leads,
            "customer" if self.may_see_customers => self.customers,
            "customer" => "none",
            _ => "all",
        };
        read != "none"
    }

    pub(super) fn sees_product(&self, me: usize, product: &Product) -> bool {
        self.sees_all_products || product.owner == Some(me)
    }

    /// What the rule says of a deal.
    pub(super) fn allows(&self, teams: &Teams, products: &[Product], me: usize, deal: &Deal, writes: bool) -> bool {
        let within = |scope: &str, writes: bool| {
            let shared = |with: &Result<usize, usize>| match with {
                Ok(person) => *person == me,
                Err(team) => teams.holds(me, *team),
            };
            let is_shared = deal.shares.iter().any(|(with, writable)| shared(with) && (*writable || !writes));
            let is_mine = deal.owner == Some(me) || is_shared;
            let is_teams = |below| deal.owner.is_some_and(|owner| teams.colleagues(me, owner, below));
            match scope {
                "none" => false,
                "own" => is_mine,
                "team" => is_mine || is_teams(false),
                "subtree" => is_mine || is_teams(true),
                "some" => is_mine || self.condition.holds(&Ground { teams, me, products, sees: &|_| true }, deal),
                _ => true,
            }
        };
        within(self.read, false) && (!writes || within(self.write, true))
    }
}
