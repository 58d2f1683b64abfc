//! What both are asked: the same questions in each one's words, and what an answer must agree on.

use base::RecordId;
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::http::{Request, escaped};

/// How many choices the fields of the workload have, and how large its amounts are.
const CITIES: u64 = 20;
const STAGES: u64 = 20;
const LEVELS: u64 = 5;
const STATUSES: u64 = 6;
const CHANNELS: u64 = 8;
const AMOUNTS: u64 = 50_000;
/// How many records a list shows.
const PAGE: u64 = 50;
/// What Directus is asked for of an account: all that it has itself.
const FIELDS: &str = "id,name,phone,email,city,stage,level,active,amount,score,since,tags,owner,created_at,changed_at";
/// What the answers to a question must have in common, besides ids and their order.
const COMPARED: [&str; 4] = ["name", "phone", "city", "since"];

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Jingwei,
    Directus,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Fifty accounts, filtered on two fields, in the order of a third.
    List,
    /// The same, of those only that have such purchases.
    Many,
    /// An account by its id.
    Read,
    /// A new account.
    Create,
}

impl Kind {
    /// What is only read comes first: records that are made change what lists hold.
    pub(crate) const ALL: [Self; 4] = [Self::List, Self::Many, Self::Read, Self::Create];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Many => "filter through a relation to many",
            Self::Read => "read",
            Self::Create => "create",
        }
    }
}

/// Numbers that look random, the same for a seed (splitmix64, Vigna 2015).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

/// A field, and the value that it equals or is above.
enum Test {
    Equal(&'static str, Value),
    More(&'static str, Value),
}

impl Peer {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Jingwei => "jingwei",
            Self::Directus => "directus",
        }
    }

    /// The next question of a kind; the same for both from dice of the same seed.
    pub(crate) fn question(self, kind: Kind, dice: &mut Dice, accounts: u64) -> Request {
        match (kind, dice.below(2)) {
            (Kind::List, 0) => {
                let tests =
                    [Test::Equal("stage", json!(dice.below(STAGES))), Test::Equal("level", json!(dice.below(LEVELS)))];
                self.list(&tests, &[], "since")
            }
            (Kind::List, _) => {
                let tests = [Test::Equal("city", json!(dice.below(CITIES))), Test::Equal("active", json!(true))];
                self.list(&tests, &[], "score")
            }
            (Kind::Many, 0) => {
                let tests = [Test::Equal("level", json!(dice.below(LEVELS)))];
                let purchases = [
                    Test::Equal("status", json!(dice.below(STATUSES))),
                    Test::Equal("channel", json!(dice.below(CHANNELS))),
                ];
                self.list(&tests, &purchases, "since")
            }
            (Kind::Many, _) => {
                let tests = [Test::Equal("city", json!(dice.below(CITIES)))];
                let purchases = [Test::More("amount", json!(dice.below(AMOUNTS)))];
                self.list(&tests, &purchases, "score")
            }
            (Kind::Read, _) => self.read(1 + dice.below(accounts)),
            (Kind::Create, _) => self.create(dice),
        }
    }

    /// A page of accounts, the greatest first.
    fn list(self, tests: &[Test], purchases: &[Test], sort: &str) -> Request {
        let mut all: Vec<Value> = tests.iter().map(|test| self.test(test)).collect();
        let of_purchases: Vec<Value> = purchases.iter().map(|test| self.test(test)).collect();
        if !of_purchases.is_empty() {
            all.push(match self {
                Self::Jingwei => {
                    json!({"from": {"object": "purchase", "field": "account", "filter": {"all": of_purchases}}})
                }
                // Its `_some` takes several tests each for itself, of purchases that may be different ones; this does not.
                Self::Directus if of_purchases.len() > 1 => json!({"purchases": {"_and": of_purchases}}),
                Self::Directus => json!({"purchases": {"_some": of_purchases.first()}}),
            });
        }
        match self {
            Self::Jingwei => {
                let sort = json!([{"field": sort, "descending": true}]);
                let body = json!({"filter": {"all": all}, "sort": sort, "limit": PAGE});
                Request { method: "POST", path: "/v1/objects/account/list".to_owned(), body: Some(body) }
            }
            Self::Directus => {
                let filter = escaped(&json!({"_and": all}).to_string());
                let path = format!("/items/account?fields={FIELDS}&filter={filter}&sort=-{sort},-id&limit={PAGE}");
                Request { method: "GET", path, body: None }
            }
        }
    }

    fn test(self, test: &Test) -> Value {
        let (field, value) = match test {
            Test::Equal(field, value) | Test::More(field, value) => (*field, value),
        };
        let is_equal = matches!(test, Test::Equal(..));
        match self {
            Self::Jingwei => {
                json!({"is": {"field": field, "op": if is_equal { "equal" } else { "more" }, "value": value}})
            }
            Self::Directus => {
                let test = Map::from_iter([(if is_equal { "_eq" } else { "_gt" }.to_owned(), value.clone())]);
                Value::Object(Map::from_iter([(field.to_owned(), Value::Object(test))]))
            }
        }
    }

    fn read(self, number: u64) -> Request {
        let path = match self {
            Self::Jingwei => format!("/v1/objects/account/records/{}", RecordId::new(number)),
            Self::Directus => format!("/items/account/{number}?fields={FIELDS}"),
        };
        Request { method: "GET", path, body: None }
    }

    fn create(self, dice: &mut Dice) -> Request {
        let number = dice.below(100_000_000);
        let values = json!({
            "name": format!("新客户{number:08}"),
            "phone": format!("139{number:08}"),
            "email": format!("n{number}@example.com"),
            "city": dice.below(CITIES),
            "stage": dice.below(STAGES),
            "level": dice.below(LEVELS),
            "active": dice.below(2) == 0,
            "amount": dice.below(100_000).to_string(),
            "score": dice.below(1_000).to_string(),
            "since": format!("2026-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28)),
            "tags": [dice.below(5), 5 + dice.below(5)],
        });
        match self {
            Self::Jingwei => Request {
                method: "POST",
                path: "/v1/objects/account/records".to_owned(),
                body: Some(json!({ "values": values })),
            },
            Self::Directus => {
                Request { method: "POST", path: format!("/items/account?fields={FIELDS}"), body: Some(values) }
            }
        }
    }

    /// The records of an answer in their order: of each its number, and what both must say of it.
    pub(crate) fn records(self, answer: &Value) -> Result<Vec<(u64, Vec<Value>)>, Failure> {
        let (page, one) = match self {
            Self::Jingwei => (answer.get("items"), answer.get("record")),
            Self::Directus => (answer.get("data"), answer.get("data")),
        };
        let records = page.and_then(Value::as_array).cloned();
        let records = records.or_else(|| Some(vec![one?.clone()])).ok_or("an answer without records")?;
        records.iter().map(|record| self.record(record)).collect()
    }

    fn record(self, record: &Value) -> Result<(u64, Vec<Value>), Failure> {
        let id = record.get("id").ok_or("a record without an id")?;
        let (number, values) = match (self, id) {
            (Self::Jingwei, Value::String(id)) => {
                (id.parse::<RecordId>().map_err(|_| "an odd id")?.number(), record.get("values"))
            }
            (Self::Directus, Value::String(id)) => (id.parse()?, Some(record)),
            (_, id) => (id.as_u64().ok_or("an odd id")?, Some(record)),
        };
        let value = |name: &&str| values.and_then(|all| all.get(*name)).cloned().unwrap_or_default();
        Ok((number, COMPARED.iter().map(value).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Kind, Peer};
    use serde_json::json;

    #[test]
    fn both_are_asked_the_same_in_their_own_words() {
        let ask = |peer: Peer| peer.question(Kind::List, &mut Dice(3), 10);
        let body = ask(Peer::Jingwei).body.unwrap().to_string();
        let path = ask(Peer::Directus).path;
        let field =
            body.split("\"sort\":[{\"descending\":true,\"field\":\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(path.contains(&format!("sort=-{field},-id")), "{body} {path}");
    }

    #[test]
    fn answers_are_held_against_each_other() {
        let values = json!({"name": "王伟", "phone": "1", "city": 3, "since": "2026-01-02"});
        let ours = json!({"items": [{"id": "rec_0000000a", "values": values}]});
        let theirs = json!({"data": [{"id": "10", "name": "王伟", "phone": "1", "city": 3, "since": "2026-01-02"}]});
        assert_eq!(Peer::Jingwei.records(&ours).unwrap(), Peer::Directus.records(&theirs).unwrap());
    }
}
