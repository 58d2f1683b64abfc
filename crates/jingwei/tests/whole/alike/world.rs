//! A workspace with people, teams, products, deals and their quotes, of which the test knows all.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::deal::{ACCEPTED, CITIES, Deal, MARKS, Product, Quote, REGIONS, STAGES};
use super::dice::Dice;
use super::rule::{Role, Teams};
use crate::people::{Browser, member, owner};
use crate::records::{add, path, title};
use crate::support::Server;

/// How many people there are, and how many teams.
pub(super) const PEOPLE: usize = 4;

pub(super) struct Person {
    pub(super) browser: Browser,
    pub(super) id: String,
    role_id: Value,
    pub(super) role: Role,
}

pub(super) struct World {
    pub(super) server: Server,
    pub(super) owner: Browser,
    pub(super) people: Vec<Person>,
    team_ids: Vec<Value>,
    pub(super) teams: Teams,
    pub(super) products: Vec<Product>,
    pub(super) deals: Vec<Deal>,
}

fn made(answer: crate::support::Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The fields of deals beyond those that every workspace has.
fn add_fields(server: &Server) {
    let offers = json!({"object": "quote", "by": "deal", "how": "count"});
    let only = format!("状态 = '{ACCEPTED}'");
    let quoted = json!({"object": "quote", "by": "deal", "how": "sum", "of": "amount", "only": only});
    for (name, kind, more, of) in [
        ("marks", "tags", "", json!(null)),
        ("place", "address", "", json!(null)),
        ("products", "relations", "to", json!("product")),
        ("offers", "rollup", "rollup", offers),
        ("quoted", "rollup", "rollup", quoted),
        ("left", "formula", "formula", json!("amount - quoted")),
        ("is_open", "formula", "formula", json!("left > 300 and offers > 0")),
    ] {
        let mut field = json!({"label": {"zh": name, "en": name}, "name": name, "type": kind});
        field[if more.is_empty() { "to" } else { more }] = of;
        made(server.post("/v1/objects/deal/fields", &field));
    }
}

impl World {
    pub(super) fn new(database: Option<String>, dice: &mut Dice) -> Self {
        let server = Server::start(database);
        let owner = owner(&server);
        add_fields(&server);
        let person = |number: usize| {
            let role_id =
                made(server.post("/v1/roles", &json!({"name": format!("角色{number}"), "rights": []})))["id"].clone();
            let (browser, id) = member(&server, &format!("p{number}@example.com"), &role_id);
            (browser, id, role_id)
        };
        let people: Vec<Person> = (0..PEOPLE)
            .map(person)
            .map(|(browser, id, role_id)| Person { browser, id, role_id, role: Role::random(dice) })
            .collect();
        let team =
            |number: usize| made(server.post("/v1/teams", &json!({"name": format!("团队{number}")})))["id"].clone();
        let team_ids = (0..PEOPLE).map(team).collect();
        let product = |number: usize| {
            let (owner, price) = (Some(dice.below(PEOPLE + 1)).filter(|owner| *owner < PEOPLE), dice.below(100));
            let owner_id = owner.map(|owner| people[owner].id.as_str());
            let values = json!({"name": format!("产品{number}"), "price": price, "owner": owner_id});
            Product { id: add(&server, "product", &values)["id"].clone(), owner, price }
        };
        let products = (0..3).map(product).collect();
        Self { server, owner, people, team_ids, teams: Teams::default(), products, deals: Vec::new() }
    }

    pub(super) fn make_teams(&mut self, dice: &mut Dice) {
        let set = |number: usize, id: &Value, parent: Option<&Value>, members: &[&str]| {
            let body = json!({"name": format!("团队{number}"), "parent": parent, "members": members});
            made(self.server.put(&format!("/v1/teams/{}", id.as_str().unwrap()), &body));
        };
        for (number, id) in self.team_ids.iter().enumerate() {
            set(number, id, None, &[]);
        }
        self.teams = Teams::random(dice);
        for (number, id) in self.team_ids.iter().enumerate() {
            let members: Vec<&str> =
                self.teams.members[number].iter().map(|one| self.people[*one].id.as_str()).collect();
            set(number, id, self.teams.parents[number].map(|parent| &self.team_ids[parent]), &members);
        }
    }

    /// Gives everybody another role.
    pub(super) fn make_roles(&mut self, dice: &mut Dice) {
        for (number, person) in self.people.iter_mut().enumerate() {
            person.role = Role::random(dice);
            let named = json!({"name": format!("角色{number}"), "rights": person.role.rights(), "records": person.role.json(&self.products)});
            made(self.server.put(&format!("/v1/roles/{}", person.role_id.as_str().unwrap()), &named));
        }
    }

    /// Makes a deal, and gives what it is called.
    pub(super) fn make_deal(&mut self, dice: &mut Dice) {
        let owner = Some(dice.below(PEOPLE + 1)).filter(|owner| *owner < PEOPLE);
        let region = if dice.once_in(5) { None } else { Some(dice.one(&REGIONS)) };
        let (stage, amount) = (dice.one(&STAGES), dice.below(1_000));
        let (marks, products) = (dice.some(&MARKS), dice.some(&[0, 1, 2]));
        let city = if dice.once_in(3) { None } else { Some(dice.one(&CITIES)) };
        let lead_to: Vec<&Value> = products.iter().map(|product| &self.products[*product].id).collect();
        let values = json!({
            "name": format!("商机{}", self.deals.len()), "owner": owner.map(|owner| &self.people[owner].id), "region": region, "stage": stage,
            "amount": amount, "marks": marks, "place": city.map(|city| json!({"city": city})), "products": lead_to,
        });
        let record = add(&self.server, "deal", &values);
        let (quotes, shares) = (Vec::new(), Vec::new());
        self.deals.push(Deal { record, owner, region, stage, amount, marks, city, products, quotes, shares });
    }

    /// Offers something for a deal.
    pub(super) fn make_quote(&mut self, dice: &mut Dice, deal: usize) {
        let (amount, is_accepted) = (dice.below(500), dice.once_in(2));
        let deal = &mut self.deals[deal];
        let values = json!({"name": format!("报价{}", deal.quotes.len()), "deal": deal.id(), "amount": amount, "status": is_accepted.then_some(ACCEPTED)});
        deal.quotes.push(Quote { record: add(&self.server, "quote", &values), amount, is_accepted });
    }

    /// Changes what was offered last for a deal; whether the deal comes to something else by it.
    pub(super) fn change_quote(&mut self, dice: &mut Dice, deal: usize) -> bool {
        let deal = &mut self.deals[deal];
        let before = deal.quoted();
        let quote = deal.quotes.last_mut().unwrap();
        (quote.amount, quote.is_accepted) = (quote.amount + 1 + dice.below(100), dice.once_in(2));
        let values = json!({"amount": quote.amount, "status": quote.is_accepted.then_some(ACCEPTED)});
        made(self.server.patch(&path("quote", &quote.record), &json!({"values": values})));
        deal.quoted() != before
    }

    fn share(&mut self, dice: &mut Dice, deal: usize) {
        let (writes, one) = (dice.once_in(2), dice.below(PEOPLE));
        let (with, id) = if dice.once_in(2) {
            (Ok(one), json!(self.people[one].id))
        } else {
            (Err(one), self.team_ids[one].clone())
        };
        let deal = &mut self.deals[deal];
        made(
            self.server.put(&format!("{}/shares", path("deal", &deal.record)), &json!({"with": id, "writes": writes})),
        );
        deal.shares.push((with, writes));
    }

    /// Makes some deals with what belongs to them.
    pub(super) fn make_deals(&mut self, dice: &mut Dice) {
        for deal in self.deals.len()..self.deals.len() + 10 {
            self.make_deal(dice);
            for _ in 0..dice.below(3) {
                self.make_quote(dice, deal);
            }
            if dice.once_in(3) {
                self.share(dice, deal);
            }
        }
    }

    /// Waits until the search index has what was made last.
    pub(super) fn wait(&self) {
        let Some(last) = self.deals.last() else { return };
        let name: String = title(&last.record).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let start = Instant::now();
        while self.server.get(&format!("/v1/search?q={name}"))["items"].as_array().unwrap().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(20), "{} is not found", last.record);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The ids of the deals that are so.
    pub(super) fn ids(&self, keeps: impl Fn(&Deal) -> bool) -> BTreeSet<String> {
        self.deals.iter().filter(|deal| keeps(deal)).map(|deal| deal.id().to_owned()).collect()
    }
}
