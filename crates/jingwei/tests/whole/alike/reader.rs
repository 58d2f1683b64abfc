//! What one person is shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::deal::Deal;
use super::rule::Role;
use crate::people::Browser;
use crate::records::{is, path, title};
use crate::support::{Answer, Server};

/// One person who asks for things, and the role that says what they get.
pub(super) struct Reader<'w> {
    pub(super) server: &'w Server,
    pub(super) browser: &'w mut Browser,
    pub(super) deals: &'w [Deal],
    pub(super) role: &'w Role,
    /// The products whose names they see.
    pub(super) named: BTreeSet<String>,
    pub(super) filter: Value,
    pub(super) told: &'w str,
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

impl Reader<'_> {
    fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.browser.ask(self.server, "POST", &format!("/v1/objects/{path}"), body)
    }

    pub(super) fn is_shown_nothing(&mut self) {
        let told = self.told;
        assert_eq!(self.post("deal/list", &json!({})).status, 404, "{told}");
        let through = json!({"filter": {"to": {"field": "deal", "filter": self.filter}}});
        assert_eq!(self.post("quote/list", &through).status, 404, "{told}");
        let quotes = self.post("quote/list", &json!({"limit": 200})).body;
        assert!(quotes["labels"].as_object().unwrap().keys().all(|id| !id.starts_with("rec_")), "{told}: labels");
    }

    /// What follows from a masked amount is not asked for, wherever it stands.
    pub(super) fn is_refused(&mut self) {
        let (list, told) = (json!({"filter": self.filter}), self.told);
        let through = json!({"filter": {"to": {"field": "deal", "filter": self.filter}}});
        for (path, body) in [
            ("deal/list", &list),
            ("deal/count", &list),
            ("deal/board", &json!({"by": "stage", "list": list})),
            ("deal/groups", &json!({"by": {"field": "stage"}, "list": list})),
            ("quote/list", &through),
        ] {
            assert_eq!(self.post(path, body).status, 422, "{told}: {path}");
        }
        assert_eq!(self.export(&["name"]).status, 422, "{told}: export");
    }

    pub(super) fn is_shown_lists(&mut self, wanted: &BTreeSet<String>, writable: &BTreeSet<String>) {
        let told = self.told;
        let masks = self.role.masks();
        let (mut listed, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let request = json!({"filter": self.filter, "limit": 7, "cursor": cursor, "sort": [{"field": "region"}]});
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
                self.is_shown_values(one, masks);
            }
            let named = page["labels"].as_object().unwrap().keys().filter(|id| id.starts_with("rec_"));
            assert!(named.clone().all(|id| self.named.contains(id)), "{told}: labels {}", page["labels"]);
            listed.extend(ids(&page["items"]));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "{told}: one twice");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), *wanted, "{told}: list");
        let counted = self.post("deal/count", &json!({"filter": self.filter})).body;
        assert_eq!(counted["count"], wanted.len(), "{told}: count");
        let board = json!({"by": "stage", "limit": 50, "list": {"filter": self.filter}});
        let board = self.post("deal/board", &board).body;
        let columns = board["columns"].as_array().unwrap();
        let count = columns.iter().map(|one| one["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(count, wanted.len() as u64, "{told}: counts of the board");
        assert_eq!(
            columns.iter().flat_map(|one| ids(&one["items"])).collect::<BTreeSet<_>>(),
            *wanted,
            "{told}: board"
        );
        self.is_shown_groups(wanted, masks);
        assert_eq!(self.exported(masks), *wanted, "{told}: export");
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
        let through = json!({"filter": {"to": {"field": "deal", "filter": self.filter}}, "limit": 200});
        let quotes = self.post("quote/list", &through).body;
        let deals =
            quotes["items"].as_array().unwrap().iter().map(|one| one["values"]["deal"].as_str().unwrap().to_owned());
        let offered: BTreeSet<String> =
            self.deals.iter().filter(|deal| !deal.quotes.is_empty()).map(|deal| deal.id().to_owned()).collect();
        let wanted: BTreeSet<String> = wanted.intersection(&offered).cloned().collect();
        assert_eq!(deals.collect::<BTreeSet<_>>(), wanted, "{told}: through a relation");
        let labels = quotes["labels"].as_object().unwrap().keys().filter(|id| id.starts_with("rec_"));
        assert_eq!(labels.cloned().collect::<BTreeSet<_>>(), wanted, "{told}: labels");
    }

    /// What is kept in several, and what follows from other fields.
    fn is_shown_values(&self, one: &Value, masks: bool) {
        let (told, values) = (self.told, &one["values"]);
        let deal = self.deals.iter().find(|deal| deal.record["id"] == one["id"]).unwrap();
        let number = |field: &str| values[field].as_str().map_or(0.0, |text| text.parse::<f64>().unwrap());
        let list = |field: &str| values[field].as_array().map_or(0, Vec::len);
        assert_eq!((list("marks"), list("products")), (deal.marks.len(), deal.products.len()), "{told}: {values}");
        assert_eq!(values["place"]["city"].as_str(), deal.city, "{told}: {values}");
        assert_eq!(
            (number("offers"), number("quoted")),
            (deal.quotes.len() as f64, deal.quoted() as f64),
            "{told}: {values}"
        );
        if masks {
            assert_eq!((&values["left"], &values["is_open"]), (&Value::Null, &Value::Null), "{told}: {values}");
        } else {
            assert_eq!(
                (number("left"), &values["is_open"]),
                (deal.left() as f64, &json!(deal.is_open())),
                "{told}: {values}"
            );
        }
    }

    /// Groups count the same records, and each is the list that its filter narrows to.
    fn is_shown_groups(&mut self, wanted: &BTreeSet<String>, masks: bool) {
        let told = self.told;
        let deals: Vec<&Deal> = self.deals.iter().filter(|deal| wanted.contains(deal.id())).collect();
        let sums = if masks { json!([]) } else { json!(["amount"]) };
        for (by, split) in [("region", "stage"), ("created_at", "stage"), ("owner", "stage"), ("stage", "region")] {
            let request = json!({"by": {"field": by, "unit": "week"}, "split": split, "sums": sums, "list": {"filter": self.filter}});
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
                let narrowed = json!({"filter": {"all": [self.filter, group["filter"]]}, "limit": 200});
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

    fn export(&mut self, fields: &[&str]) -> Answer {
        let request = json!({"list": {"filter": self.filter}, "fields": fields}).to_string();
        let request: String = request.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.browser.get(self.server, &format!("/v1/objects/deal/export?request={request}"))
    }

    /// What is in the table that an export makes of a list.
    fn exported(&mut self, masks: bool) -> BTreeSet<String> {
        let fields: &[&str] = if self.role.amount == "hidden" { &["name"] } else { &["name", "amount"] };
        let table = self.export(fields);
        assert_eq!(table.status, 200, "{}: {}", self.told, table.body);
        let cells = |row: &str| row.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
        let rows = table.body.as_str().unwrap().lines().skip(1).map(cells);
        let exported = rows.map(|row| {
            let deal = self.deals.iter().find(|deal| deal.record["title"] == row[0].as_str()).unwrap();
            let amount = if masks { "***".to_owned() } else { deal.amount.to_string() };
            assert!(row.get(1).is_none_or(|shown| *shown == amount), "{}: {row:?}", self.told);
            deal.id().to_owned()
        });
        exported.collect()
    }

    /// Whether a search finds a deal.
    fn finds(&mut self, deal: &Deal) -> bool {
        let name: String = title(&deal.record).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = self.browser.get(self.server, &format!("/v1/search?q={name}&limit=50")).body;
        page["items"].as_array().unwrap().iter().any(|one| one["id"] == deal.record["id"])
    }

    pub(super) fn is_shown_one(&mut self, deal: &Deal, sees: bool, writes: bool, seed: u64) {
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
