//! Formulas and rollups: true with every change, also for what was there before, through a restart, and for nobody who may not see what
//! they follow from.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bulk::ended;
use crate::people::{member, owner};
use crate::records::{add, is, path};
use crate::support::{Server, databases, run};

/// Waits until all records have what follows from others.
fn settled(server: &Server) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let objects = server.get("/v1/objects");
        let fields =
            objects["items"].as_array().unwrap().iter().flat_map(|object| object["fields"].as_array().unwrap());
        if fields.into_iter().all(|field| field["pending"] == false) {
            return;
        }
        assert!(Instant::now() < until, "fields are still being computed");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn field(server: &Server, object: &str, body: &Value) -> Value {
    let answer = server.post(&format!("/v1/objects/{object}/fields"), body);
    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    let fields = answer.body["fields"].as_array().unwrap().clone();
    fields.into_iter().find(|field| field["label"]["en"] == body["label"]["en"]).unwrap()
}

fn rollup(how: &str, of: &str, only: &str) -> Value {
    json!({"object": "quote", "by": "deal", "how": how, "of": of, "only": only})
}

/// The deals' derived fields, and what they must be of the quotes that there are.
fn hold(server: &Server) {
    let all = |object: &str| {
        let page = server.post(&format!("/v1/objects/{object}/list"), &json!({"limit": 200}));
        page.body["items"].as_array().unwrap().clone()
    };
    let number = |value: &Value| value.as_str().map_or(0.0, |text| text.parse::<f64>().unwrap());
    let mut quotes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for quote in all("quote") {
        if let Some(deal) = quote["values"]["deal"].as_str() {
            quotes.entry(deal.to_owned()).or_default().push(quote["values"].clone());
        }
    }
    for deal in all("deal") {
        let (values, none) = (&deal["values"], Vec::new());
        let quotes = quotes.get(deal["id"].as_str().unwrap()).unwrap_or(&none);
        let accepted: Vec<&Value> = quotes.iter().filter(|quote| quote["status"] == 3).collect();
        let sum: f64 = accepted.iter().map(|quote| number(&quote["amount"])).sum();
        let last = quotes.iter().filter_map(|quote| quote["valid_to"].as_str()).max();
        assert_eq!(number(&values["quotes"]), quotes.len() as f64, "{deal}");
        assert_eq!(number(&values["accepted"]), sum, "{deal}");
        assert_eq!(values["last_valid"].as_str(), last, "{deal}");
        let left = values["amount"].as_str().map(|amount| amount.parse::<f64>().unwrap() - sum);
        assert_eq!(values["left"].as_str().map(|left| left.parse::<f64>().unwrap()), left, "{deal}");
        let open = left.is_some_and(|left| left > 0.0) && !quotes.is_empty();
        assert_eq!(values["open"].as_bool(), left.map(|_| open).or((quotes.is_empty()).then_some(false)), "{deal}");
    }
}

fn verified(server: &Server) {
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
}

#[test]
fn what_follows_is_true_with_every_change() {
    for database in databases() {
        let mut server = Server::start(database);
        let deals: Vec<Value> = (0..4)
            .map(|number| add(&server, "deal", &json!({"name": format!("商机{number}"), "amount": if number == 3 { Value::Null } else { json!(100 * number) }})))
            .collect();
        let quote = |deal: usize, status: &str, amount: i64, valid: &str| {
            let values = json!({"name": "报价", "deal": deals[deal]["id"], "status": status, "amount": amount, "valid_to": valid});
            add(&server, "quote", &values)
        };
        let first = quote(1, "accepted", 30, "2026-05-01");
        let second = quote(1, "draft", 500, "2026-07-01");
        quote(2, "已接受", 40, "2026-06-01");
        // For what is there already it is computed behind.
        let label = |zh: &str, en: &str| json!({"zh": zh, "en": en});
        let made = field(
            &server,
            "deal",
            &json!({"label": label("报价数", "quotes"), "type": "rollup", "rollup": rollup("count", "", "")}),
        );
        assert_eq!(
            (&made["type"], &made["automatic"], &made["pending"]),
            (&json!("number"), &json!(true), &json!(true))
        );
        let accepted = rollup("sum", "amount", "状态 = '已接受'");
        let made = field(
            &server,
            "deal",
            &json!({"label": label("已报价", "accepted"), "type": "rollup", "rollup": accepted}),
        );
        assert_eq!((&made["type"], &made["rollup"]["only"]["en"]), (&json!("money"), &json!("status = \"accepted\"")));
        field(
            &server,
            "deal",
            &json!({"label": label("最晚有效期", "last valid"), "type": "rollup", "rollup": rollup("max", "valid_to", "")}),
        );
        let made = field(
            &server,
            "deal",
            &json!({"label": label("余额", "left"), "type": "formula", "formula": "金额 - 已报价"}),
        );
        assert_eq!((&made["type"], &made["formula"]["en"]), (&json!("money"), &json!("amount - accepted")));
        field(
            &server,
            "deal",
            &json!({"label": label("待报", "open"), "type": "formula", "formula": "left > 0 且 报价数 > 0"}),
        );
        settled(&server);
        hold(&server);

        let change = |record: &Value, values: Value| {
            let answer = server.patch(&path("quote", record), &json!({"values": values}));
            assert_eq!(answer.status, 200, "{}", answer.body);
            hold(&server);
            answer.body["change"].as_str().unwrap().to_owned()
        };
        change(&second, json!({"status": "accepted"}));
        change(&second, json!({"amount": null}));
        let moved = change(&second, json!({"deal": deals[0]["id"], "valid_to": "2027-01-01", "amount": 7}));
        assert_eq!(server.post(&format!("/v1/changes/{moved}/undo"), &json!({})).status, 200);
        hold(&server);
        let gone = server.delete(&path("quote", &first));
        assert_eq!(gone.status, 200, "{}", gone.body);
        hold(&server);
        let mut me = owner(&server);
        let all = json!({"list": {}, "act": "change", "values": {"status": "accepted", "deal": deals[3]["id"]}});
        let job = me.ask(&server, "POST", "/v1/objects/quote/bulk", &all);
        let done = ended(&server, &mut me, &job.body);
        hold(&server);
        let back =
            me.ask(&server, "POST", &format!("/v1/batches/{}/undo", done["batch"].as_str().unwrap()), &json!({}));
        ended(&server, &mut me, &back.body);
        hold(&server);

        // It is a field like others for lists, and no version of what it stands in changes by it.
        let list = json!({"filter": is("left", "more", json!(50)), "sort": [{"field": "left", "descending": true}]});
        let names: Vec<Value> = server.post("/v1/objects/deal/list", &list).body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["title"].clone())
            .collect();
        assert_eq!(names, ["商机2", "商机1"]);
        assert_eq!(server.get(&path("deal", &deals[1]))["record"]["version"], 1);
        let refused = server.patch(&path("deal", &deals[1]), &json!({"values": {"left": 1}}));
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("left")));

        // A formula says something else from now on; what would follow from itself, or come to something else, is refused.
        let fields = "/v1/objects/deal/fields";
        let bad = [
            (
                json!({"label": label("环", "ring"), "type": "formula", "formula": "余额 + 没有"}),
                "第 6 个字符：没有字段「没有」",
            ),
            (
                json!({"label": label("环", "ring"), "type": "rollup", "rollup": rollup("sum", "name", "")}),
                "请选择要汇总的数字或日期字段",
            ),
            (
                json!({"label": label("环", "ring"), "type": "rollup", "rollup": rollup("sum", "amount", "amount")}),
                "第 1 个字符：条件的结果应为是或否，如 金额 > 100",
            ),
        ];
        for (body, why) in bad {
            let refused = server.post(fields, &body);
            assert_eq!((refused.status, &refused.body["message"]["zh"]), (422, &json!(why)));
        }
        let refused = server.patch(&format!("{fields}/left"), &json!({"formula": "if(open, 1, left)"}));
        assert_eq!(refused.status, 422, "{}", refused.body);
        let refused = server.patch(&format!("{fields}/left"), &json!({"formula": "名称 & '!'"}));
        assert_eq!(refused.status, 422, "{}", refused.body);
        let tried = server.post("/v1/objects/deal/formula", &json!({"formula": "amount × 2"}));
        assert_eq!((&tried.body["type"], &tried.body["formula"]["zh"]), (&json!("money"), &json!("金额 × 2")));
        let doubled: Vec<&Value> = tried.body["samples"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
        assert_eq!(doubled, [&Value::Null, &json!("400"), &json!("200"), &json!("0")]);
        let changed = server.patch(&format!("{fields}/accepted"), &json!({"rollup": rollup("sum", "amount", "")}));
        assert_eq!(changed.status, 200, "{}", changed.body);
        settled(&server);
        let deal = server.get(&path("deal", &deals[1]));
        assert_eq!(
            deal["record"]["values"]["accepted"],
            server.get(&path("quote", &second))["record"]["values"].get("amount").cloned().unwrap_or(json!("0"))
        );
        server.stop();
        verified(&server);
        server.launch();
        server.wait();
        let changed = server
            .patch(&format!("{fields}/accepted"), &json!({"rollup": rollup("sum", "amount", "status = 'accepted'")}));
        assert_eq!(changed.status, 200, "{}", changed.body);
        settled(&server);
        hold(&server);
    }
}

#[test]
fn what_follows_from_the_unseen_is_unseen() {
    for database in databases() {
        let server = Server::start(database);
        field(
            &server,
            "deal",
            &json!({"label": {"zh": "两倍", "en": "double"}, "type": "formula", "formula": "amount * 2"}),
        );
        field(
            &server,
            "deal",
            &json!({"label": {"zh": "报价", "en": "quoted"}, "type": "rollup", "rollup": rollup("sum", "amount", "")}),
        );
        field(
            &server,
            "deal",
            &json!({"label": {"zh": "合计", "en": "together"}, "type": "formula", "formula": "quoted + 1"}),
        );
        settled(&server);
        let deal = add(&server, "deal", &json!({"name": "一号", "amount": 21}));
        assert_eq!(server.get(&path("deal", &deal))["record"]["values"]["double"], "42");
        for (records, hidden) in [
            (
                json!({"others": {"read": "all"}, "objects": {"deal": {"read": "all", "fields": {"amount": "masked"}}}}),
                vec!["double"],
            ),
            (
                json!({"others": {"read": "all"}, "objects": {"deal": {"read": "all"}, "quote": {"read": "none"}}}),
                vec!["quoted", "together"],
            ),
            (
                json!({"others": {"read": "all"}, "objects": {"quote": {"read": "own", "fields": {"amount": "hidden"}}}}),
                vec!["quoted", "together"],
            ),
        ] {
            let role = server
                .post("/v1/roles", &json!({"name": format!("角色{}", records), "rights": [], "records": records}));
            assert_eq!(role.status, 200, "{}", role.body);
            let (mut li, _) = member(
                &server,
                &format!("li{}@example.com", hidden[0].len() + records.to_string().len()),
                &role.body["id"],
            );
            let objects = li.get(&server, "/v1/objects").body;
            let seen =
                objects["items"].as_array().unwrap().iter().find(|object| object["name"] == "deal").unwrap().clone();
            let record = li.get(&server, &path("deal", &deal)).body;
            for name in ["double", "quoted", "together"] {
                let is_hidden = hidden.contains(&name);
                let is_there = seen["fields"].as_array().unwrap().iter().any(|field| field["name"] == name);
                assert_eq!(is_there, !is_hidden, "{name} {records}");
                assert_eq!(record["record"]["values"].get(name).is_some(), !is_hidden, "{name} {record}");
                let filter = json!({"filter": is(name, "at_least", json!(0))});
                let found = li.ask(&server, "POST", "/v1/objects/deal/list", &filter).status;
                assert_eq!(found, if is_hidden { 422 } else { 200 }, "{name} {records}");
            }
        }
    }
}
