//! Lists, counts, boards, exports, searches, relations, labels, single records, bulk changes and 'why' show the same records, and exactly those that the
//! rule says: random roles, teams, shares, rows and filters, against a slow reading of the rule, on both databases.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::{Browser, member, owner};
use crate::records::{add, is, path, title};
use crate::support::{Answer, Server, databases};

const REGIONS: [&str; 3] = ["华东", "华南", "华北"];
const STAGES: [&str; 3] = ["初步接洽", "谈判", "赢单"];
const SCOPES: [&str; 6] = ["none", "own", "team", "subtree", "some", "all"];
const FIELDS: [&str; 5] = ["hidden", "masked", "reveal", "read", "write"];

/// Numbers that look random, the same for a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn one<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// A deal as the test knows it. People and teams are numbered from 0.
struct Deal {
    record: Value,
    owner: Option<usize>,
    region: Option<&'static str>,
    stage: &'static str,
    amount: usize,
    /// With which person or team, and whether to change it.
    shares: Vec<(Result<usize, usize>, bool)>,
}

/// What is asked of a deal.
enum Ask {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Region(&'static str),
    NotRegion(&'static str),
    Stages(Vec<&'static str>),
    NoRegion,
    Mine,
    MyTeam(bool),
}

struct Role {
    read: &'static str,
    write: &'static str,
    condition: Ask,
    amount: &'static str,
}

#[derive(Default)]
struct Teams {
    parents: Vec<Option<usize>>,
    members: Vec<Vec<usize>>,
}

impl Teams {
    fn is_above(&self, above: usize, team: usize) -> bool {
        above == team || self.parents[team].is_some_and(|parent| self.is_above(above, parent))
    }

    /// Whether someone is in a team of mine, or in one below.
    fn colleagues(&self, me: usize, other: usize, below: bool) -> bool {
        let of = |person: usize| (0..self.members.len()).filter(move |team| self.members[*team].contains(&person));
        of(me).any(|mine| of(other).any(|theirs| mine == theirs || (below && self.is_above(mine, theirs))))
    }

    fn holds(&self, me: usize, team: usize) -> bool {
        (0..self.members.len()).any(|one| self.members[one].contains(&me) && self.is_above(team, one))
    }
}

impl Ask {
    fn random(dice: &mut Dice, depth: usize) -> Self {
        let some = |dice: &mut Dice| (0..dice.below(3)).map(|_| Self::random(dice, depth + 1)).collect();
        match dice.below(if depth < 3 { 9 } else { 6 }) {
            0 => Self::Region(dice.one(&REGIONS)),
            1 => Self::NotRegion(dice.one(&REGIONS)),
            2 => Self::Stages(STAGES.into_iter().filter(|_| dice.below(2) == 0).collect()),
            3 => Self::NoRegion,
            4 => Self::Mine,
            5 => Self::MyTeam(dice.below(2) == 0),
            6 => Self::All(some(dice)),
            7 => Self::Any(some(dice)),
            _ => Self::Not(Box::new(Self::random(dice, depth + 1))),
        }
    }

    fn json(&self) -> Value {
        let each = |asks: &[Self]| asks.iter().map(Self::json).collect::<Vec<_>>();
        match self {
            Self::All(asks) => json!({"all": each(asks)}),
            Self::Any(asks) => json!({"any": each(asks)}),
            Self::Not(ask) => json!({"not": ask.json()}),
            Self::Region(region) => is("region", "equal", json!(region)),
            Self::NotRegion(region) => is("region", "not_equal", json!(region)),
            Self::Stages(stages) => is("stage", "one_of", json!(stages)),
            Self::NoRegion => is("region", "empty", Value::Null),
            Self::Mine => is("owner", "equal", json!("me")),
            Self::MyTeam(below) => is("owner", "equal", json!(if *below { "my_teams" } else { "my_team" })),
        }
    }

    fn holds(&self, teams: &Teams, me: usize, deal: &Deal) -> bool {
        match self {
            Self::All(asks) => asks.iter().all(|ask| ask.holds(teams, me, deal)),
            Self::Any(asks) => asks.iter().any(|ask| ask.holds(teams, me, deal)),
            Self::Not(ask) => !ask.holds(teams, me, deal),
            Self::Region(region) => deal.region == Some(*region),
            Self::NotRegion(region) => deal.region != Some(*region),
            Self::Stages(stages) => stages.contains(&deal.stage),
            Self::NoRegion => deal.region.is_none(),
            Self::Mine => deal.owner == Some(me),
            Self::MyTeam(below) => deal.owner.is_some_and(|owner| teams.colleagues(me, owner, *below)),
        }
    }
}

impl Role {
    fn random(dice: &mut Dice) -> Self {
        let (read, write) = (dice.one(&SCOPES), dice.one(&SCOPES));
        Self { read, write, condition: Ask::random(dice, 1), amount: dice.one(&FIELDS) }
    }

    fn json(&self) -> Value {
        let deal = json!({"read": self.read, "write": self.write, "condition": self.condition.json(), "fields": {"amount": self.amount}});
        json!({"others": {"read": "all", "write": "none"}, "objects": {"deal": deal}})
    }

    /// What the rule says, read slowly.
    fn allows(&self, teams: &Teams, me: usize, deal: &Deal, writes: bool) -> bool {
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
                "some" => is_mine || self.condition.holds(teams, me, deal),
                _ => true,
            }
        };
        within(self.read, false) && (!writes || within(self.write, true))
    }
}

struct World {
    server: Server,
    owner: Browser,
    people: Vec<(Browser, String, Value)>,
    team_ids: Vec<Value>,
    teams: Teams,
    deals: Vec<Deal>,
}

impl World {
    fn new(database: Option<String>) -> Self {
        let server = Server::start(database);
        let owner = owner(&server);
        let person = |number: usize| {
            let role =
                server.post("/v1/roles", &json!({"name": format!("角色{number}"), "rights": []})).body["id"].clone();
            let (browser, id) = member(&server, &format!("p{number}@example.com"), &role);
            (browser, id, role)
        };
        let people: Vec<_> = (0..4).map(person).collect();
        let team =
            |number: usize| server.post("/v1/teams", &json!({"name": format!("团队{number}")})).body["id"].clone();
        let team_ids = (0..4).map(team).collect();
        Self { server, owner, people, team_ids, teams: Teams::default(), deals: Vec::new() }
    }

    fn make_teams(&mut self, dice: &mut Dice) {
        let apart =
            self.team_ids.iter().enumerate().map(|(number, id)| (number, id, json!({"name": format!("团队{number}")})));
        for (_, id, alone) in apart {
            assert_eq!(self.server.put(&format!("/v1/teams/{}", id.as_str().unwrap()), &alone).status, 200);
        }
        let parents =
            (0..4).map(|team| if team == 0 || dice.below(3) == 0 { None } else { Some(dice.below(team)) }).collect();
        let members = (0..4).map(|_| (0..4).filter(|_| dice.below(3) == 0).collect()).collect();
        self.teams = Teams { parents, members };
        for (number, id) in self.team_ids.iter().enumerate() {
            let members: Vec<&str> =
                self.teams.members[number].iter().map(|one| self.people[*one].1.as_str()).collect();
            let parent = self.teams.parents[number].map(|parent| self.team_ids[parent].clone());
            let body = json!({"name": format!("团队{number}"), "parent": parent, "members": members});
            let set = self.server.put(&format!("/v1/teams/{}", id.as_str().unwrap()), &body);
            assert_eq!(set.status, 200, "{}", set.body);
        }
    }

    fn make_deals(&mut self, dice: &mut Dice) {
        for _ in 0..10 {
            let owner = Some(dice.below(5)).filter(|owner| *owner < 4);
            let region = if dice.below(5) == 0 { None } else { Some(dice.one(&REGIONS)) };
            let (stage, amount) = (dice.one(&STAGES), dice.below(1_000));
            let owner_id = owner.map(|owner| self.people[owner].1.clone());
            let values = json!({"name": format!("商机{}", self.deals.len()), "owner": owner_id, "region": region, "stage": stage, "amount": amount});
            let record = add(&self.server, "deal", &values);
            let quote = json!({"name": format!("报价{}", self.deals.len()), "deal": record["id"]});
            add(&self.server, "quote", &quote);
            let mut shares = Vec::new();
            if dice.below(3) == 0 {
                let writes = dice.below(2) == 0;
                let (with, id) = match dice.below(2) {
                    0 => (0..4).map(|person| (Ok(person), json!(self.people[person].1))).nth(dice.below(4)).unwrap(),
                    _ => (0..4).map(|team| (Err(team), self.team_ids[team].clone())).nth(dice.below(4)).unwrap(),
                };
                let shared = self
                    .server
                    .put(&format!("{}/shares", path("deal", &record)), &json!({"with": id, "writes": writes}));
                assert_eq!(shared.status, 200, "{}", shared.body);
                shares.push((with, writes));
            }
            self.deals.push(Deal { record, owner, region, stage, amount, shares });
        }
    }

    /// Waits until the search index has what was made last.
    fn wait(&self) {
        let Some(last) = self.deals.last() else { return };
        let name: String = title(&last.record).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let start = Instant::now();
        while self.server.get(&format!("/v1/search?q={name}"))["items"].as_array().unwrap().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(20), "{} is not found", last.record);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn names(&self, keeps: impl Fn(&Deal) -> bool) -> BTreeSet<String> {
        self.deals
            .iter()
            .filter(|deal| keeps(deal))
            .map(|deal| deal.record["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Everything that one person is shown.
    fn check(&mut self, dice: &mut Dice, me: usize, seed: u64) {
        let role = Role::random(dice);
        let named = json!({"name": format!("角色{me}"), "rights": ["records.export"], "records": role.json()});
        let set = self.server.put(&format!("/v1/roles/{}", self.people[me].2.as_str().unwrap()), &named);
        assert_eq!(set.status, 200, "{}", set.body);
        let ask = Ask::random(dice, 0);
        let told = format!("seed {seed}, person {me}, {} asks {}", role.json()["objects"]["deal"], ask.json());
        let seen = self.names(|deal| role.allows(&self.teams, me, deal, false));
        let writable = self.names(|deal| role.allows(&self.teams, me, deal, true));
        let wanted = self.names(|deal| role.allows(&self.teams, me, deal, false) && ask.holds(&self.teams, me, deal));
        let mut reader = Reader {
            server: &self.server,
            browser: &mut self.people[me].0,
            deals: &self.deals,
            role: &role,
            told: &told,
        };
        if role.read == "none" {
            reader.is_shown_nothing(&ask);
        } else {
            reader.is_shown_lists(&ask, &wanted, &writable);
        }
        let person = self.people[me].1.clone();
        for _ in 0..3 {
            let deal = &self.deals[dice.below(self.deals.len())];
            let id = deal.record["id"].as_str().unwrap();
            let (sees, writes) = (seen.contains(id), writable.contains(id));
            let browser = &mut self.people[me].0;
            let mut reader = Reader { server: &self.server, browser, deals: &self.deals, role: &role, told: &told };
            reader.is_shown_one(deal, sees, writes, seed);
            let why = format!("{}/why?person={person}", path("deal", &deal.record));
            let why = self.owner.get(&self.server, &why).body;
            assert_eq!((&why["sees"], &why["writes"]), (&json!(sees), &json!(writes)), "{told}: why {id} {why}");
        }
    }
}

/// One person who asks for things, and the role that says what they get.
struct Reader<'w> {
    server: &'w Server,
    browser: &'w mut Browser,
    deals: &'w [Deal],
    role: &'w Role,
    told: &'w str,
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

impl Reader<'_> {
    fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.browser.ask(self.server, "POST", &format!("/v1/objects/{path}"), body)
    }

    fn is_shown_nothing(&mut self, ask: &Ask) {
        let told = self.told;
        assert_eq!(self.post("deal/list", &json!({})).status, 404, "{told}");
        let through = json!({"filter": {"to": {"field": "deal", "filter": ask.json()}}});
        assert_eq!(self.post("quote/list", &through).status, 404, "{told}");
        let quotes = self.post("quote/list", &json!({"limit": 200})).body;
        assert!(quotes["labels"].as_object().unwrap().keys().all(|id| !id.starts_with("rec_")), "{told}: labels");
    }

    fn is_shown_lists(&mut self, ask: &Ask, wanted: &BTreeSet<String>, writable: &BTreeSet<String>) {
        let told = self.told;
        let masks = ["hidden", "masked", "reveal"].contains(&self.role.amount);
        let (mut listed, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let request = json!({"filter": ask.json(), "limit": 7, "cursor": cursor, "sort": [{"field": "region"}]});
            let page = self.post("deal/list", &request).body;
            for one in page["items"].as_array().unwrap() {
                let id = one["id"].as_str().unwrap();
                assert_eq!(one["writable"], writable.contains(id), "{told}: {id}");
                let amount = self.deals.iter().find(|deal| deal.record["id"] == id).unwrap().amount.to_string();
                let shown = match self.role.amount {
                    "hidden" => Value::Null,
                    "masked" | "reveal" => json!("***"),
                    _ => json!(amount),
                };
                assert_eq!(one["values"]["amount"], shown, "{told}");
            }
            listed.extend(ids(&page["items"]));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "{told}: one twice");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), *wanted, "{told}: list");
        let counted = self.post("deal/count", &json!({"filter": ask.json()})).body;
        assert_eq!(counted["count"], wanted.len(), "{told}: count");
        let board = json!({"by": "stage", "limit": 50, "list": {"filter": ask.json()}});
        let board = self.post("deal/board", &board).body;
        let columns = board["columns"].as_array().unwrap();
        let count = columns.iter().map(|one| one["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(count, wanted.len() as u64, "{told}: counts of the board");
        assert_eq!(
            columns.iter().flat_map(|one| ids(&one["items"])).collect::<BTreeSet<_>>(),
            *wanted,
            "{told}: board"
        );
        self.is_shown_groups(ask, wanted, masks);
        assert_eq!(self.exported(ask, masks), *wanted, "{told}: export");
        // What is masked is not told by an order, a sum or a filter either.
        for (path, body) in [
            ("deal/list", json!({"sort": [{"field": "amount"}]})),
            ("deal/list", json!({"filter": is("amount", "more", json!(5))})),
            ("deal/board", json!({"by": "stage", "sum": "amount", "list": {}})),
            ("deal/groups", json!({"by": {"field": "stage"}, "sums": ["amount"]})),
            ("quote/list", json!({"filter": {"to": {"field": "deal", "filter": is("amount", "more", json!(5))}}})),
        ] {
            let answer = self.post(path, &body);
            assert_eq!(answer.status, if masks { 422 } else { 200 }, "{told}: {path} {body}: {}", answer.body);
        }
        let through = json!({"filter": {"to": {"field": "deal", "filter": ask.json()}}, "limit": 200});
        let quotes = self.post("quote/list", &through).body;
        let deals =
            quotes["items"].as_array().unwrap().iter().map(|one| one["values"]["deal"].as_str().unwrap().to_owned());
        assert_eq!(deals.collect::<BTreeSet<_>>(), *wanted, "{told}: through a relation");
        let labels = quotes["labels"].as_object().unwrap().keys().filter(|id| id.starts_with("rec_"));
        assert_eq!(labels.cloned().collect::<BTreeSet<_>>(), *wanted, "{told}: labels");
    }

    /// Groups count the same records, and each is the list that its filter narrows to.
    fn is_shown_groups(&mut self, ask: &Ask, wanted: &BTreeSet<String>, masks: bool) {
        let told = self.told;
        let deals: Vec<&Deal> =
            self.deals.iter().filter(|deal| wanted.contains(deal.record["id"].as_str().unwrap())).collect();
        let sums = if masks { json!([]) } else { json!(["amount"]) };
        for (by, split) in [("region", "stage"), ("created_at", "stage"), ("owner", "stage"), ("stage", "region")] {
            let request = json!({"by": {"field": by, "unit": "week"}, "split": split, "sums": sums, "list": {"filter": ask.json()}});
            let groups = self.post("deal/groups", &request).body;
            assert_eq!(
                (&groups["total"]["count"], &groups["rest"]),
                (&json!(wanted.len()), &json!(0)),
                "{told}: {by} {groups}"
            );
            if !masks && !deals.is_empty() {
                let sum = deals.iter().map(|deal| deal.amount).sum::<usize>().to_string();
                assert_eq!(groups["total"]["sums"], json!([{"sum": sum, "present": deals.len()}]), "{told}");
            }
            let mut found = BTreeSet::new();
            for group in groups["items"].as_array().unwrap() {
                let narrowed = json!({"filter": {"all": [ask.json(), group["filter"]]}, "limit": 200});
                let listed = ids(&self.post("deal/list", &narrowed).body["items"]);
                assert_eq!(group["amounts"]["count"], listed.len(), "{told}: {by} {group}");
                let parts =
                    group["parts"].as_array().unwrap().iter().map(|part| part["amounts"]["count"].as_u64().unwrap());
                assert_eq!(parts.sum::<u64>(), listed.len() as u64, "{told}: {by} {group}");
                found.extend(listed);
            }
            assert_eq!(found, *wanted, "{told}: groups by {by}");
        }
    }

    /// What is in the table that an export makes of a list.
    fn exported(&mut self, ask: &Ask, masks: bool) -> BTreeSet<String> {
        let fields: &[&str] = if self.role.amount == "hidden" { &["name"] } else { &["name", "amount"] };
        let request = json!({"list": {"filter": ask.json()}, "fields": fields}).to_string();
        let request: String = request.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let table = self.browser.get(self.server, &format!("/v1/objects/deal/export?request={request}"));
        assert_eq!(table.status, 200, "{}: {}", self.told, table.body);
        let cells = |row: &str| row.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
        let rows = table.body.as_str().unwrap().lines().skip(1).map(cells);
        let exported = rows.map(|row| {
            let deal = self.deals.iter().find(|deal| deal.record["title"] == row[0].as_str()).unwrap();
            let amount = if masks { "***".to_owned() } else { deal.amount.to_string() };
            assert!(row.get(1).is_none_or(|shown| *shown == amount), "{}: {row:?}", self.told);
            deal.record["id"].as_str().unwrap().to_owned()
        });
        exported.collect()
    }

    /// Whether a search finds a deal.
    fn finds(&mut self, deal: &Deal) -> bool {
        let name: String = title(&deal.record).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = self.browser.get(self.server, &format!("/v1/search?q={name}&limit=50")).body;
        page["items"].as_array().unwrap().iter().any(|one| one["id"] == deal.record["id"])
    }

    fn is_shown_one(&mut self, deal: &Deal, sees: bool, writes: bool, seed: u64) {
        let (told, path) = (self.told, path("deal", &deal.record));
        for path in [path.clone(), format!("{path}/changes"), format!("{path}/shares")] {
            let answer = self.browser.get(self.server, &path);
            assert_eq!(answer.status, if sees { 200 } else { 404 }, "{told}: {path}");
        }
        assert_eq!(self.finds(deal), sees, "{told}: search");
        let revealed = self.browser.ask(self.server, "POST", &format!("{path}/reveal"), &json!({"field": "amount"}));
        let expected = match self.role.amount {
            _ if !sees => 404,
            "hidden" => 404,
            "masked" => 403,
            _ => 200,
        };
        assert_eq!(revealed.status, expected, "{told}: reveal");
        let step = json!({"values": {"next_step": format!("{seed}")}});
        let changed = self.browser.ask(self.server, "PATCH", &path, &step);
        let expected = match (sees, writes) {
            (_, true) => 200,
            (true, false) => 403,
            (false, false) => 404,
        };
        assert_eq!(changed.status, expected, "{told}: change {}", changed.body);
        let changed = self.browser.ask(self.server, "PATCH", &path, &json!({"values": {"amount": deal.amount}}));
        let expected = match self.role.amount {
            _ if self.role.read == "none" => 404,
            "hidden" => 422,
            "write" => expected,
            _ => 403,
        };
        assert_eq!(changed.status, expected, "{told}: change of the amount {}", changed.body);
    }
}

#[test]
fn everything_shows_the_same_records_and_those_that_the_rule_says() {
    let cases: u64 = std::env::var("JINGWEI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(8);
    for database in databases() {
        let mut world = World::new(database);
        for seed in 1..=cases {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            world.make_teams(&mut dice);
            if world.deals.len() < 60 {
                world.make_deals(&mut dice);
                world.wait();
            }
            for me in 0..4 {
                world.check(&mut dice, me, seed);
            }
        }
    }
}
