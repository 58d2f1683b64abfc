//! Customers as records: in lists beside what people set, with the rights of records, joined and parted by events.

use serde_json::{Value, json};

use crate::people::member;
use crate::records::{is, title};
use crate::support::{Server, databases, event, run};

const LIST: &str = "/v1/objects/customer/list";
const DEALS: &str = "/v1/objects/deal/list";

fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array();
    assert!(items.is_some(), "{page}");
    items.unwrap().iter().map(title).collect()
}

fn came(server: &Server, id: &str, name: &str, who: Value) {
    let data = json!({"who": who, "name": name});
    assert_eq!(server.send(&[event(id, "customer.identified", "2026-06-01T08:00:00Z", data)]).status, 200);
}

fn phone(number: &str) -> Value {
    json!({"scheme": "phone", "value": number})
}

fn email(address: &str) -> Value {
    json!({"scheme": "email", "value": address})
}

/// Asks until an answer fits: records follow events behind.
fn until(mut ask: impl FnMut() -> Value, fits: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let answer = ask();
        if fits(&answer) {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let last = ask();
    assert!(fits(&last), "{last:#}");
    last
}

fn listed(server: &Server, request: Value, wanted: &[&str]) -> Value {
    until(|| server.post(LIST, &request).body, |page| page["items"].is_array() && titles(page) == wanted)
}

/// What the deals are called that a filter leaves, in order.
fn deals(server: &Server, filter: &Value) -> Vec<String> {
    let mut found = titles(&server.post(DEALS, &json!({"filter": filter})).body);
    found.sort();
    found
}

fn agrees(server: &mut Server) {
    server.stop();
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    server.launch();
}

#[test]
fn customers_are_listed_with_what_events_and_people_say_of_them() {
    for database in databases() {
        let mut server = Server::start(database);
        let rule = json!({"sentence": "当客户30天内下单,自动打标签新客", "answers": {}});
        assert_eq!(server.post("/v1/rules", &rule).status, 200);
        came(&server, "1", "张三", json!([phone("13800138000")]));
        came(&server, "2", "李四", json!([email("li@example.com")]));
        let now = base::Clock::now(&base::SystemClock).to_string();
        let order = json!({"who": [phone("13800138000")], "amount": {"value": 5, "currency": "CNY"}});
        server.send(&[event("3", "order.placed", &now, order)]);

        let latest = json!({"sort": [{"field": "last_seen", "descending": true}]});
        let page = listed(&server, latest.clone(), &["张三", "李四"]);
        let tagged = json!({"filter": is("tags", "equal", json!("新客"))});
        listed(&server, tagged.clone(), &["张三"]);
        assert_eq!(server.post("/v1/objects/customer/count", &json!({})).body["count"], 2);
        let zhang = &page["items"][0];
        assert_eq!((&zhang["values"]["events"], &zhang["values"]["phone"]), (&json!("2"), &json!("+86138****8000")));
        let path = format!("/v1/objects/customer/records/{}", zhang["id"].as_str().unwrap());
        assert_eq!(server.post(&format!("{path}/reveal"), &json!({"field": "phone"})).body["value"], "+8613800138000");

        // What people set stands beside it, is a change like any other, and is taken back.
        let changed = server.patch(&path, &json!({"values": {"region": "华东", "level": "重点"}}));
        assert_eq!(changed.body["detail"]["record"]["version"], 1, "{}", changed.body);
        listed(&server, json!({"filter": is("region", "equal", json!("华东"))}), &["张三"]);
        agrees(&mut server);
        listed(&server, latest, &["张三", "李四"]);
        let undo = format!("/v1/changes/{}/undo", changed.body["change"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        listed(&server, json!({"filter": is("region", "present", Value::Null)}), &[]);
        assert_eq!(server.patch(&path, &json!({"values": {"events": 5}})).status, 422, "the program itself sets it");
        assert_eq!(server.delete(&path).status, 403);
        let whole = json!({"act": "trash", "list": {}});
        assert_eq!(server.post("/v1/objects/customer/bulk", &whole).status, 403);

        // A field of people's own, in a formula over what events said.
        let formula = json!({"label": {"zh": "双倍", "en": "double"}, "type": "formula", "formula": "events * 2"});
        assert_eq!(server.post("/v1/objects/customer/fields", &formula).status, 200);
        let double = |page: &Value| page["items"][0]["values"]["double"] == "4";
        until(|| server.post(LIST, &tagged).body, double);
        agrees(&mut server);
    }
}

#[test]
fn customers_who_are_joined_are_one_record_and_two_again_when_they_part() {
    for database in databases() {
        let mut server = Server::start(database);
        came(&server, "1", "张三", json!([phone("13800138000")]));
        came(&server, "2", "张三丰", json!([email("zhang@example.com")]));
        let page = listed(&server, json!({"sort": [{"field": "name"}]}), &["张三", "张三丰"]);
        let path =
            |place: usize| format!("/v1/objects/customer/records/{}", page["items"][place]["id"].as_str().unwrap());
        server.patch(&path(0), &json!({"values": {"region": "华东"}}));
        server.patch(&path(1), &json!({"values": {"region": "华南", "note": "爱喝茶"}}));
        came(&server, "3", "张三丰", json!([phone("13800138000"), email("zhang@example.com")]));
        let joined = listed(&server, json!({}), &["张三丰"]);
        let values = &joined["items"][0]["values"];
        let stays = joined["items"][0]["id"].as_str().unwrap();
        let kept = if path(0).ends_with(stays) { "华东" } else { "华南" };
        assert_eq!(
            (&values["region"], &values["note"], &values["events"]),
            (&json!(kept), &json!("爱喝茶"), &json!("3"))
        );
        assert_eq!(titles(&server.post(LIST, &json!({"trashed": true})).body), Vec::<String>::new());
        agrees(&mut server);

        let customer = server.get("/v1/customers/13800138000");
        let undo = format!("/v1/merges/{}/undo", customer["merges"][0]["id"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        let two = until(|| server.post(LIST, &json!({})).body, |page| page["items"].as_array().unwrap().len() == 2);
        let regions: Vec<&Value> =
            two["items"].as_array().unwrap().iter().map(|one| &one["values"]["region"]).collect();
        assert!(regions.contains(&&json!("华东")) && regions.contains(&&json!("华南")), "{two:#}");
        agrees(&mut server);
    }
}

#[test]
fn lists_are_narrowed_through_fields_that_name_customers_whatever_those_became_part_of() {
    for database in databases() {
        let mut server = Server::start(database);
        came(&server, "1", "张三", json!([phone("13800138000")]));
        came(&server, "2", "张三丰", json!([email("zhang@example.com")]));
        came(&server, "3", "李四", json!([phone("13900139000")]));
        let page = listed(&server, json!({"sort": [{"field": "name"}]}), &["李四", "张三", "张三丰"]);
        let of = |place: usize| page["items"][place]["customer"].as_str().unwrap().to_owned();
        for (name, customer) in [("甲", of(1)), ("乙", of(2)), ("丙", of(0))] {
            let deal = json!({"values": {"name": name, "customer": customer, "stage": 0}});
            assert_eq!(server.post("/v1/objects/deal/records", &deal).status, 200);
        }
        let to = |name: &str| json!({"to": {"field": "customer", "filter": is("name", "equal", json!(name))}});
        let from = |name: &str| json!({"from": {"object": "deal", "field": "customer", "filter": is("name", "equal", json!(name))}});
        let customers = |filter: &Value| titles(&server.post(LIST, &json!({"filter": filter})).body);
        assert_eq!(
            (deals(&server, &to("张三")), deals(&server, &to("张三丰"))),
            (vec!["甲".to_owned()], vec!["乙".to_owned()])
        );
        assert_eq!(deals(&server, &json!({"not": to("李四")})), ["乙", "甲"]);
        assert_eq!(customers(&from("甲")), ["张三"]);
        assert_eq!(
            customers(&json!({"not": {"from": {"object": "deal", "field": "customer", "filter": {"all": []}}}})),
            Vec::<String>::new()
        );
        assert_eq!(deals(&server, &is("customer", "one_of", json!([of(0), of(1)]))), ["丙", "甲"]);

        came(&server, "4", "张三丰", json!([phone("13800138000"), email("zhang@example.com")]));
        listed(&server, json!({"sort": [{"field": "name"}]}), &["李四", "张三丰"]);
        assert_eq!(deals(&server, &to("张三丰")), ["乙", "甲"]);
        assert_eq!(
            (customers(&from("甲")), customers(&from("乙"))),
            (vec!["张三丰".to_owned()], vec!["张三丰".to_owned()])
        );
        for part in [of(1), of(2)] {
            assert_eq!(deals(&server, &is("customer", "equal", json!(part))), ["乙", "甲"]);
            assert_eq!(deals(&server, &is("customer", "not_equal", json!(part))), ["丙"]);
        }

        let joined = server.get("/v1/customers/13800138000");
        let undo = format!("/v1/merges/{}/undo", joined["merges"][0]["id"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        until(|| server.post(LIST, &json!({})).body, |page| page["items"].as_array().unwrap().len() == 3);
        assert_eq!(deals(&server, &is("customer", "equal", json!(of(1)))), ["甲"]);
        assert_eq!(customers(&from("甲")).len(), 1);
        assert_ne!(customers(&from("甲")), customers(&from("李四")));
        server.stop();
        server.launch();
        assert_eq!(deals(&server, &is("customer", "equal", json!(of(2)))), ["乙"]);
    }
}

#[test]
fn who_sees_some_customers_sees_no_others_anywhere() {
    for database in databases() {
        let server = Server::start(database);
        came(&server, "1", "张三", json!([phone("13800138000")]));
        came(&server, "2", "李四", json!([phone("13900139000")]));
        let page = listed(&server, json!({"sort": [{"field": "name"}]}), &["李四", "张三"]);
        let id = |place: usize| page["items"][place]["id"].as_str().unwrap().to_owned();
        let own = json!({"others": {"read": "all", "write": "own"}, "objects": {"customer": {"read": "own", "write": "own"}}});
        let made = server
            .post("/v1/roles", &json!({"name": "本人", "rights": ["customers.read", "events.read"], "records": own}));
        let (mut wang, wang_id) = member(&server, "wang@example.com", &made.body["id"]);
        server.patch(&format!("/v1/objects/customer/records/{}", id(1)), &json!({"values": {"owner": wang_id}}));
        let (zhang, li) = (server.get("/v1/customers/13800138000"), server.get("/v1/customers/13900139000"));
        let (zhang, li) = (zhang["id"].as_str().unwrap(), li["id"].as_str().unwrap());

        assert_eq!(titles(&wang.ask(&server, "POST", LIST, &json!({})).body), ["张三"]);
        assert_eq!(wang.ask(&server, "POST", "/v1/objects/customer/count", &json!({})).body["count"], 1);
        let customers = wang.get(&server, "/v1/customers").body;
        assert_eq!(customers["items"].as_array().unwrap().len(), 1, "{customers}");
        for (path, status) in [
            (format!("/v1/customers/{zhang}"), 200),
            (format!("/v1/customers/{zhang}/timeline"), 200),
            (format!("/v1/customers/{li}"), 404),
            ("/v1/customers/13900139000".to_owned(), 404),
            (format!("/v1/customers/{li}/timeline"), 404),
            (format!("/v1/customers/{li}/decisions"), 404),
            (format!("/v1/customers/{li}/access"), 404),
            (format!("/v1/objects/customer/records/{}", id(0)), 404),
        ] {
            assert_eq!(wang.get(&server, &path).status, status, "{path}");
        }
        let found = |who: &mut crate::people::Browser, text: &str| {
            who.get(&server, &format!("/v1/search?q={text}")).body["items"].as_array().unwrap().len()
        };
        assert_eq!((found(&mut wang, "zs"), found(&mut wang, "ls"), found(&mut wang, "139")), (1, 0, 0));
        assert_eq!(found(&mut wang, "0138"), 0, "no part of a number tells the rest to who may not reveal it");
        assert_eq!(
            (found(&mut wang, "1380013"), found(&mut wang, "13800138000")),
            (0, 1),
            "nor does its beginning, which could be made longer a digit at a time"
        );
        assert_eq!(server.get("/v1/search?q=1380013")["items"].as_array().unwrap().len(), 1);
        let recent = wang.get(&server, "/v1/events/recent").body;
        assert!(!recent.to_string().contains(li), "{recent}");
        // A deal of theirs does not say what a customer is called whom they do not see, nor is one made of such.
        let deal = json!({"values": {"name": "x", "customer": li}});
        assert_eq!(wang.ask(&server, "POST", "/v1/objects/deal/records", &deal).status, 422);
        let theirs = server.post("/v1/objects/deal/records", &deal).body;
        let path = format!("/v1/objects/deal/records/{}", theirs["record"]["id"].as_str().unwrap());
        assert_eq!(wang.get(&server, &path).body["labels"].get(li), None);
        let called = json!({"filter": {"to": {"field": "customer", "filter": is("name", "contains", json!("李"))}}});
        assert_eq!(titles(&server.post(DEALS, &called).body), ["x"]);
        assert_eq!(titles(&wang.ask(&server, "POST", DEALS, &called).body), Vec::<String>::new());
        let sorts = wang.get(&server, &format!("{path}/timeline")).body["sorts"].clone();
        assert!(!sorts.as_array().unwrap().contains(&json!("events")), "{sorts}");

        // Without the right to see customers there are none.
        let made = server.post(
            "/v1/roles",
            &json!({"name": "无", "rights": [], "records": {"others": {"read": "all", "write": "all"}}}),
        );
        let (mut zhao, _) = member(&server, "zhao@example.com", &made.body["id"]);
        assert_eq!(zhao.ask(&server, "POST", LIST, &json!({})).status, 404);
    }
}

#[test]
fn what_people_tell_of_a_customer_is_an_event() {
    for database in databases() {
        let mut server = Server::start(database);
        let records = "/v1/objects/customer/records";
        let lacking = server.post(records, &json!({"values": {"region": "华东"}}));
        assert_eq!((lacking.status, &lacking.body["field"]), (422, &json!("name")), "{}", lacking.body);
        let values = json!({"name": "张三", "phone": "138 0013 8000", "region": "华东"});
        let made = server.post(records, &json!({"values": values}));
        assert_eq!(made.status, 200, "{}", made.body);
        let values = &made.body["record"]["values"];
        assert_eq!(
            (&values["name"], &values["phone"], &values["region"]),
            (&json!("张三"), &json!("+86138****8000"), &json!("华东"))
        );
        let id = server.get("/v1/customers/13800138000")["id"].as_str().unwrap().to_owned();
        let timeline = server.get(&format!("/v1/customers/{id}/timeline"));
        assert_eq!(
            (&timeline["items"][0]["kind"], &timeline["items"][0]["source"]),
            (&json!("customer.identified"), &json!("jingwei"))
        );
        let again = server.post(records, &json!({"values": {"name": "李四", "phone": "13800138000"}}));
        assert_eq!((again.status, &again.body["field"]), (409, &json!("phone")), "{}", again.body);
        assert!(again.body.to_string().contains("张三"), "{}", again.body);
        let path = format!("{records}/{}", made.body["record"]["id"].as_str().unwrap());
        let told =
            server.patch(&path, &json!({"values": {"name": "张三丰", "email": "zhang@example.com", "region": "华南"}}));
        let values = &told.body["detail"]["record"]["values"];
        assert_eq!(
            (&values["name"], &values["email"], &values["region"]),
            (&json!("张三丰"), &json!("z***@example.com"), &json!("华南"))
        );
        let wrong = server.patch(&path, &json!({"values": {"email": "nobody"}}));
        assert_eq!((wrong.status, &wrong.body["field"]), (422, &json!("email")));
        for text in ["zsf", "0138"] {
            let found = server.get(&format!("/v1/search?q={text}"));
            assert_eq!(found["items"][0]["object"], "customer", "{found}");
            assert_eq!(titles(&server.post(LIST, &json!({"q": text})).body), ["张三丰"], "{text}");
        }
        agrees(&mut server);

        // With the person all of it goes.
        server.patch(&path, &json!({"values": {"note": "爱喝茶"}}));
        assert_eq!(server.post(&format!("/v1/customers/{id}/erasure"), &json!({})).status, 200);
        let values = server.get(&path)["record"]["values"].clone();
        assert_eq!(
            (&values["name"], &values["phone"], &values["note"]),
            (&Value::Null, &Value::Null, &Value::Null),
            "{values}"
        );
        assert_eq!(values["region"], "华南");
        let told = server.patch(&path, &json!({"values": {"name": "谁"}}));
        assert_eq!(told.status, 404, "nothing is left by which it could be told: {}", told.body);
        agrees(&mut server);
    }
}
