//! Objects and records on a real server, on both databases: made, filtered, taken back, kept apart by rights, after a restart, and
//! from the log.

use serde_json::{Value, json};

use crate::support::{Server, databases, event, run};

pub fn add(server: &Server, object: &str, values: &Value) -> Value {
    let made = server.post(&format!("/v1/objects/{object}/records"), &json!({"values": values}));
    assert_eq!(made.status, 200, "{values}: {}", made.body);
    made.body["record"].clone()
}

pub fn path(object: &str, record: &Value) -> String {
    format!("/v1/objects/{object}/records/{}", record["id"].as_str().unwrap())
}

/// What records are called that a list has, with some members of the request.
fn list(server: &Server, object: &str, request: &Value) -> Vec<String> {
    let page = server.post(&format!("/v1/objects/{object}/list"), request);
    assert_eq!(page.status, 200, "{request}: {}", page.body);
    let counted = server.post(&format!("/v1/objects/{object}/count"), request).body;
    let titles: Vec<String> = page.body["items"].as_array().unwrap().iter().map(title).collect();
    if page.body["next"].is_null() && request.get("cursor").is_none() {
        assert_eq!(counted["count"], titles.len(), "{request}");
    }
    titles
}

pub fn title(record: &Value) -> String {
    record["title"].as_str().unwrap_or_default().to_owned()
}

pub fn is(field: &str, op: &str, value: Value) -> Value {
    json!({"is": {"field": field, "op": op, "value": value}})
}

#[test]
fn an_object_made_by_people_is_used_at_once() {
    for database in databases() {
        let mut server = Server::start(database);
        let made = server.post("/v1/objects", &json!({"label": {"zh": "门店", "en": "Store"}, "icon": "visit"}));
        assert_eq!((made.status, &made.body["name"]), (200, &json!("store")), "{}", made.body);
        assert_eq!(server.post("/v1/objects", &json!({"label": {"zh": "", "en": "Store"}})).body["name"], "store_2");
        let fields = [
            json!({"label": {"zh": "面积", "en": ""}, "type": "number"}),
            json!({"label": {"zh": "开业日期", "en": "opened on"}, "type": "date"}),
            json!({"label": {"zh": "等级", "en": "grade"}, "type": "choice", "choices": [{"zh": "旗舰", "en": "flagship"}, {"zh": "标准", "en": "standard"}]}),
            json!({"label": {"zh": "特色", "en": "features"}, "type": "multi_choice", "choices": [{"zh": "停车", "en": "parking"}, {"zh": "母婴室", "en": "nursery"}]}),
            json!({"label": {"zh": "当前商机", "en": "deal"}, "type": "relation", "to": "deal"}),
        ];
        for field in &fields {
            let added = server.post("/v1/objects/store/fields", field);
            assert_eq!(added.status, 200, "{field}: {}", added.body);
        }
        let wrong = [
            json!({"label": {"zh": "x", "en": "x"}, "type": "colour"}),
            json!({"label": {"zh": "x", "en": "x"}, "type": "choice"}),
            json!({"label": {"zh": "x", "en": "x"}, "type": "relation", "to": "nothing"}),
            json!({"label": {"zh": "x", "en": "x"}, "type": "text", "name": "名"}),
            json!({"label": {"zh": " ", "en": ""}, "type": "text"}),
        ];
        for field in &wrong {
            assert_eq!(server.post("/v1/objects/store/fields", field).status, 422, "{field}");
        }
        let deal = add(&server, "deal", &json!({"name": "年度框架", "amount": "120,000.50", "stage": "proposal"}));
        let values = json!({"name": "南京西路店", "mian_ji": 320.5, "opened_on": "2024-02-29", "grade": "旗舰", "features": ["nursery", 0], "deal": deal["id"]});
        let store = add(&server, "store", &values);
        let expected = json!({"name": "南京西路店", "mian_ji": "320.5", "opened_on": "2024-02-29", "grade": 0, "features": [0, 1], "deal": deal["id"]});
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&store["values"][field], value, "{field}");
        }
        let detail = server.get(&path("store", &store));
        assert_eq!(detail["labels"][deal["id"].as_str().unwrap()], "年度框架");
        let wrong = [
            json!({"mian_ji": "many"}),
            json!({"mian_ji": "1.23456"}),
            json!({"opened_on": "2024-02-30"}),
            json!({"grade": "unknown"}),
            json!({"deal": store["id"]}),
            json!({"nothing": 1}),
            json!({"created_at": "2024-01-01T00:00:00Z"}),
            json!({"name": ""}),
            json!({"name": "a\0b"}),
        ];
        for values in &wrong {
            let refused = server.patch(&path("store", &store), &json!({"values": values}));
            assert_eq!(refused.status, 422, "{values}: {}", refused.body);
            let field = values.as_object().unwrap().keys().next().unwrap();
            assert_eq!(refused.body["field"], *field, "{}", refused.body);
        }
        assert_eq!(server.post("/v1/objects/store/records", &json!({"values": {}})).body["field"], "name");

        // A name may change, and so may choices: what is stored stays.
        let choices = json!({"choices": [{"number": 1, "label": {"zh": "普通", "en": "regular"}}, {"label": {"zh": "快闪", "en": "pop-up"}}]});
        let changed = server.patch("/v1/objects/store/fields/grade", &choices);
        let grades = changed.body["fields"].as_array().unwrap().iter().find(|field| field["name"] == "grade").unwrap()
            ["choices"]
            .clone();
        let told: Vec<String> = grades
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {} {}", one["number"], one["label"]["en"].as_str().unwrap(), one["archived"]))
            .collect();
        assert_eq!(told, ["1 regular false", "2 pop-up false", "0 flagship true"]);
        assert_eq!(server.get(&path("store", &store))["record"]["values"]["grade"], 0);

        server.stop();
        server.launch();
        assert_eq!(server.get(&path("store", &store))["record"]["values"]["mian_ji"], "320.5");
        assert_eq!(
            list(&server, "store", &json!({"filter": is("features", "equal", json!("parking"))})),
            ["南京西路店"]
        );
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}

#[test]
fn lists_are_filtered_ordered_and_paged_alike_on_both_databases() {
    for database in databases() {
        let server = Server::start(database);
        let who = json!([{"scheme": "member_no", "value": "M1"}]);
        server.send(&[event("o1", "order.placed", "2026-06-03T10:15:00+08:00", json!({"who": who}))]);
        let customer = server.get("/v1/customers/M1")["id"].clone();
        let deals = [
            ("张江园区", json!("300"), json!("won"), json!("2026-11-20")),
            ("北京南站", json!("1200.5"), json!("proposal"), json!(null)),
            ("Alpha", json!(null), json!("lost"), json!("2026-01-31")),
            ("beta", json!("-5"), json!("proposal"), json!("2025-12-31")),
            ("章丘", json!("300"), json!(null), json!("2026-11-23")),
        ];
        let made: Vec<Value> = deals
            .iter()
            .map(|(name, amount, stage, close)| {
                add(&server, "deal", &json!({"name": name, "amount": amount, "stage": stage, "close_on": close}))
            })
            .collect();
        server.patch(&path("deal", &made[0]), &json!({"values": {"customer": customer}}));
        add(&server, "quote", &json!({"name": "报价一", "deal": made[0]["id"], "amount": 100}));
        add(&server, "quote", &json!({"name": "报价二", "deal": made[1]["id"], "amount": 900}));
        let by = |field: &str, descending: bool| json!([{"field": field, "descending": descending}]);
        let named = |filter: Value| list(&server, "deal", &json!({"filter": filter, "sort": by("name", false)}));
        assert_eq!(
            named(json!({"all": []})),
            ["Alpha", "北京南站", "beta", "张江园区", "章丘"],
            "by pinyin, whatever the case"
        );
        assert_eq!(
            list(&server, "deal", &json!({"sort": by("amount", true)})),
            ["北京南站", "章丘", "张江园区", "beta", "Alpha"],
            "nothing comes last"
        );
        assert_eq!(
            list(&server, "deal", &json!({"sort": by("amount", false)})),
            ["beta", "张江园区", "章丘", "北京南站", "Alpha"]
        );
        assert_eq!(named(is("amount", "at_least", json!(300))), ["北京南站", "张江园区", "章丘"]);
        assert_eq!(named(is("amount", "empty", json!(null))), ["Alpha"]);
        assert_eq!(
            named(is("stage", "not_equal", json!("proposal"))),
            ["Alpha", "张江园区", "章丘"],
            "one without a stage has another"
        );
        assert_eq!(named(is("stage", "one_of", json!(["won", "输单"]))), ["Alpha", "张江园区"]);
        assert_eq!(named(is("name", "contains", json!("ALP"))), ["Alpha"]);
        assert_eq!(named(is("name", "contains", json!("%"))), Vec::<String>::new());
        assert_eq!(named(is("close_on", "less", json!("2026-01-31"))), ["beta"]);
        assert_eq!(named(is("customer", "equal", customer)), ["张江园区"]);
        assert_eq!(
            named(json!({"not": {"any": [is("stage", "equal", json!("won")), is("amount", "less", json!(1000))]}})),
            ["Alpha", "北京南站"]
        );
        let quoted = |filter: Value| json!({"from": {"object": "quote", "field": "deal", "filter": filter}});
        assert_eq!(named(quoted(is("amount", "more", json!(500)))), ["北京南站"]);
        assert_eq!(
            named(json!({"not": quoted(json!({"all": []}))})),
            ["Alpha", "beta", "章丘"],
            "those that have none"
        );
        let through = json!({"filter": {"to": {"field": "deal", "filter": is("stage", "equal", json!("won"))}}});
        assert_eq!(list(&server, "quote", &through), ["报价一"]);
        assert_eq!(list(&server, "deal", &json!({"q": "江"})), ["张江园区"]);

        add(&server, "lead", &json!({"name": "询价", "email": "li@acme.example", "phone": "+86 138-0013-8000"}));
        let lead =
            |field: &str, part: &str| list(&server, "lead", &json!({"filter": is(field, "contains", json!(part))}));
        assert_eq!(
            (lead("email", "ACME"), lead("phone", "38")),
            (vec!["询价".to_owned()], vec!["询价".to_owned()]),
            "by a part"
        );

        for descending in [false, true] {
            for order in [
                by("amount", descending),
                by("name", descending),
                by("stage", descending),
                json!([{"field": "amount", "descending": descending}, {"field": "name"}]),
            ] {
                let whole = list(&server, "deal", &json!({"sort": order, "limit": 50}));
                let (mut paged, mut cursor) = (Vec::new(), Value::Null);
                loop {
                    let page = server
                        .post("/v1/objects/deal/list", &json!({"sort": order, "limit": 2, "cursor": cursor}))
                        .body;
                    paged.extend(page["items"].as_array().unwrap().iter().map(title));
                    cursor = page["next"].clone();
                    if cursor.is_null() {
                        break;
                    }
                }
                assert_eq!(paged, whole, "{order}");
            }
        }
        let deep = (0..20).fold(json!({"all": []}), |inner, _| json!({"not": inner}));
        let wrong = [
            json!({"filter": deep}),
            json!({"filter": is("nothing", "equal", json!(1))}),
            json!({"filter": is("name", "less", json!("x"))}),
            json!({"filter": is("close_on", "last", json!("x"))}),
            json!({"filter": {"to": {"field": "amount", "filter": {"all": []}}}}),
            json!({"sort": by("note", false)}),
            json!({"cursor": "x"}),
            // {"by":[[11,false]],"place":["text"],"id":1}: a text where the order has a number.
            json!({"sort": by("stage", false), "cursor": "eyJieSI6W1sxMSxmYWxzZV1dLCJwbGFjZSI6WyJ0ZXh0Il0sImlkIjoxfQ"}),
            json!({"q": "a\0b"}),
            json!({"q": "长".repeat(201)}),
            json!({"filter": is("name", "contains", json!("%".repeat(50_000)))}),
        ];
        for request in &wrong {
            assert_eq!(server.post("/v1/objects/deal/list", request).status, 422, "{request}");
        }
    }
}

#[test]
fn a_change_is_told_and_taken_back() {
    for database in databases() {
        let server = Server::start(database);
        let deal = add(&server, "deal", &json!({"name": "一期", "amount": 100}));
        let at = path("deal", &deal);
        let change = |values: Value| server.patch(&at, &json!({"values": values})).body;
        let first = change(json!({"amount": 200, "stage": "won"}));
        assert_eq!(first["detail"]["record"]["version"], 2);
        assert!(change(json!({"amount": "200"}))["change"].is_null(), "nothing changed, no change");
        let second = change(json!({"amount": null}));
        let undo = |change: &Value, force: bool| {
            server.post(&format!("/v1/changes/{}/undo", change["change"].as_str().unwrap()), &json!({"force": force}))
        };
        assert_eq!(undo(&first, false).body["code"], "changed_since", "the amount was changed again");
        let undone = undo(&second, false);
        assert_eq!(undone.body["detail"]["record"]["values"]["amount"], "200");
        let undone = undo(&first, false);
        assert_eq!(
            undone.body["detail"]["record"]["values"],
            json!({"name": "一期", "amount": "100", "created_at": deal["values"]["created_at"], "changed_at": undone.body["detail"]["record"]["values"]["changed_at"]})
        );
        let stale = server.patch(&at, &json!({"values": {"amount": 1}, "version": 2}));
        assert_eq!((stale.status, stale.body["code"].as_str()), (409, Some("conflict")));

        let trashed = server.delete(&at);
        assert!(!trashed.body["detail"]["record"]["trashed_at"].is_null(), "{}", trashed.body);
        assert_eq!(list(&server, "deal", &json!({})), Vec::<String>::new());
        assert_eq!(list(&server, "deal", &json!({"trashed": true})), ["一期"]);
        assert_eq!(server.patch(&at, &json!({"values": {"amount": 1}})).status, 404, "in the trash nothing is changed");
        assert_eq!(undo(&trashed.body, false).status, 200);
        assert_eq!(list(&server, "deal", &json!({})), ["一期"]);
        let history = server.get(&format!("{at}/changes"));
        let told = |change: &Value| {
            format!(
                "{} {} {}",
                change["act"].as_str().unwrap(),
                change["by"].as_str().unwrap(),
                change["undoes"].is_string()
            )
        };
        let told: Vec<String> = history["items"].as_array().unwrap().iter().map(told).collect();
        let expected = [
            "restored local true",
            "trashed local false",
            "changed local true",
            "changed local true",
            "changed local false",
            "changed local false",
            "added local false",
        ];
        assert_eq!(told, expected);
        let amount = &history["items"][5]["fields"][0];
        assert_eq!(
            (&amount["field"], &amount["before"], &amount["after"]),
            (&json!("amount"), &json!("100"), &json!("200"))
        );
        assert_eq!(server.post("/v1/changes/chg_00000001/undo", &json!({})).status, 404);
    }
}

#[test]
fn a_board_has_the_records_that_its_list_has() {
    for database in databases() {
        let server = Server::start(database);
        for (name, stage, amount) in
            [("a", json!("won"), 5), ("b", json!("won"), 7), ("c", json!("proposal"), -1), ("d", Value::Null, 3)]
        {
            add(&server, "deal", &json!({"name": name, "stage": stage, "amount": amount}));
        }
        let board = |request: Value| server.post("/v1/objects/deal/board", &request);
        let told = |board: &Value| {
            let column = |column: &Value| {
                let names: Vec<String> = column["items"].as_array().unwrap().iter().map(title).collect();
                format!(
                    "{} {} {} {}",
                    column["choice"],
                    column["count"],
                    column["sum"].as_str().unwrap_or("-"),
                    names.join("")
                )
            };
            board["columns"].as_array().unwrap().iter().map(column).collect::<Vec<_>>()
        };
        let all = board(json!({"list": {}, "by": "stage", "sum": "amount"}));
        assert_eq!(
            told(&all.body),
            ["0 0 - ", "1 0 - ", "2 1 -1 c", "3 0 - ", "4 2 12 ba", "5 0 - ", "null 1 3 d"],
            "{}",
            all.body
        );
        let huge = json!("900000000000000");
        let big: Vec<Value> =
            (0..3).map(|_| add(&server, "deal", &json!({"name": "x", "stage": "lost", "amount": huge}))).collect();
        let over = board(json!({"list": {}, "by": "stage", "sum": "amount"}));
        assert_eq!(
            (over.status, &over.body["columns"][5]["sum"]),
            (200, &Value::Null),
            "beyond all numbers: {}",
            over.body
        );
        big.iter().for_each(|record| drop(server.delete(&path("deal", record))));
        let few = board(
            json!({"list": {"filter": is("amount", "more", json!(5)), "sort": [{"field": "name"}]}, "by": "stage", "limit": 1}),
        );
        assert_eq!(told(&few.body), ["0 0 - ", "1 0 - ", "2 0 - ", "3 0 - ", "4 1 - b", "5 0 - "]);
        for wrong in [
            json!({"list": {}, "by": "amount"}),
            json!({"list": {}, "by": "stage", "sum": "name"}),
            json!({"list": {}, "by": "x"}),
        ] {
            assert_eq!(board(wrong).status, 422);
        }
    }
}
