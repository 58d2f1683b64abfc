//! Lists, counts, boards, groups, exports, searches, relations, labels, single records, 'why' and live streams show the same records, and exactly
//! those that the rule says: random roles, teams, shares, rows, changes and filters, against a slow reading of the rule, on both databases.

mod ask;
mod deal;
mod dice;
mod reader;
mod rule;
mod stream;
mod world;

use serde_json::json;

use ask::{Ask, Ground};
use dice::Dice;
use reader::Reader;
use world::{PEOPLE, World};

use crate::records::path;
use crate::support::databases;

/// Everything that one person is shown.
fn check(world: &mut World, dice: &mut Dice, me: usize, seed: u64) {
    let (teams, products, role) = (&world.teams, &world.products, &world.people[me].role);
    let ask = Ask::random(dice, 0);
    let told = format!("seed {seed}, person {me}, {} asks {}", role.json(products)["objects"], ask.json(products));
    let ground = Ground { teams, me, products, sees: &|product| role.sees_product(me, product) };
    let seen = world.ids(|deal| role.allows(teams, products, me, deal, false));
    let writable = world.ids(|deal| role.allows(teams, products, me, deal, true));
    let wanted = world.ids(|deal| role.allows(teams, products, me, deal, false) && ask.holds(&ground, deal));
    let named = world.products.iter().filter(|product| role.sees_product(me, product));
    let named = named.map(|product| product.id.as_str().unwrap().to_owned()).collect();
    let (filter, person) = (ask.json(products), &mut world.people[me]);
    let (server, deals, role) = (&world.server, &world.deals, &person.role);
    let mut reader = Reader { server, browser: &mut person.browser, deals, role, named, filter, told: &told };
    if role.read == "none" {
        reader.is_shown_nothing();
    } else if role.masks() && ask.follows_amount() {
        reader.is_refused();
    } else {
        reader.is_shown_lists(&wanted, &writable);
    }
    for _ in 0..3 {
        let deal = &deals[dice.below(deals.len())];
        let (sees, writes) = (seen.contains(deal.id()), writable.contains(deal.id()));
        reader.is_shown_one(deal, sees, writes, seed);
        let why = format!("{}/why?person={}", path("deal", &deal.record), person.id);
        let why = world.owner.get(server, &why).body;
        assert_eq!((&why["sees"], &why["writes"]), (&json!(sees), &json!(writes)), "{told}: why {} {why}", deal.id());
    }
}

fn hold(database: Option<String>, cases: u64) {
    let mut world = World::new(database, &mut Dice(0x9e37_79b9));
    for seed in 1..=cases {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        world.make_teams(&mut dice);
        if world.deals.len() < 60 {
            world.make_deals(&mut dice);
        }
        world.make_roles(&mut dice);
        stream::check(&mut world, &mut dice, seed);
        world.wait();
        for me in 0..PEOPLE {
            check(&mut world, &mut dice, me, seed);
        }
    }
}

#[test]
fn everything_shows_the_same_records_and_those_that_the_rule_says() {
    let cases: u64 = std::env::var("JINGWEI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(8);
    std::thread::scope(|scope| {
        databases().into_iter().for_each(|database| drop(scope.spawn(move || hold(database, cases))));
    });
}
