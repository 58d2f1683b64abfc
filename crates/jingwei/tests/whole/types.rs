//! Fields of every type: written, read, found, led through, exported; and a field that holds something else from now on.

use serde_json::{Value, json};

use crate::bulk::ended;
use crate::people::{Browser, owner};
use crate::records::{add, is, path};
use crate::support::{Server, databases, run};

fn field(server: &Server, object: &str, name: &str, kind: &str, more: Value) {
    let mut body = json!({"label": {"zh": name, "en": name}, "name": name, "type": kind});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = server.post(&format!("/v1/objects/{object}/fields"), &body);
    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
}

fn titles(server: &Server, object: &str, filter: Value) -> Vec<String> {
    let sort = json!([{"field": "name", "descending": false}]);
    let page = server.post(&format!("/v1/objects/{object}/list"), &json!({"filter": filter, "sort": sort}));
    assert_eq!(page.status, 200, "{filter}: {}", page.body);
    let counted = server.post(&format!("/v1/objects/{object}/count"), &json!({"filter": filter})).body;
    let items = page.body["items"].as_array().unwrap();
    assert_eq!(counted["count"], items.len(), "{filter}");
    items.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn tags_addresses_and_relations_to_several() {
    for database in databases() {
        let mut server = Server::start(database);
        field(&server, "deal", "labels", "tags", json!({}));
        field(&server, "deal", "place", "address", json!({}));
        field(&server, "deal", "products", "relations", json!({"to": "product"}));
        let a = add(&server, "product", &json!({"name": "甲", "price": 5}));
        let b = add(&server, "product", &json!({"name": "乙", "price": 50}));
        let place = json!({"city": "苏州", "region": "江苏", "street": " 星湖街  328 号 "});
        let one = add(
            &server,
            "deal",
            &json!({"name": "1", "labels": ["VIP", "vip", " 新 客 "], "place": place, "products": [b["id"], a["id"]]}),
        );
        let kept = json!({"city": "苏州", "region": "江苏", "street": "星湖街 328 号"});
        assert_eq!((&one["values"]["labels"], &one["values"]["place"]), (&json!(["VIP", "新 客"]), &kept));
        assert_eq!(one["values"]["products"], json!([b["id"], a["id"]]));
        let two = add(&server, "deal", &json!({"name": "2", "labels": ["VIPs"], "products": [a["id"]]}));
        add(&server, "deal", &json!({"name": "3", "labels": [], "place": {"city": ""}, "products": []}));
        let labels = server.get(&path("deal", &one))["labels"].clone();
        assert_eq!(
            (&labels[a["id"].as_str().unwrap()], &labels[b["id"].as_str().unwrap()]),
            (&json!("甲"), &json!("乙"))
        );

        let deals = |filter: Value| titles(&server, "deal", filter);
        assert_eq!(deals(is("labels", "equal", json!("vip"))), ["1"]);
        assert_eq!(deals(is("labels", "one_of", json!(["新 客", "vips"]))), ["1", "2"]);
        assert_eq!(deals(is("labels", "not_equal", json!("VIP"))), ["2", "3"]);
        assert_eq!(deals(is("labels", "contains", json!("vip"))), ["1", "2"]);
        assert_eq!(deals(is("labels", "empty", Value::Null)), ["3"]);
        assert_eq!(deals(is("place", "contains", json!("星湖"))), ["1"]);
        assert_eq!(deals(is("products", "equal", a["id"].clone())), ["1", "2"]);
        assert_eq!(deals(json!({"to": {"field": "products", "filter": is("price", "more", json!(10))}})), ["1"]);
        assert_eq!(deals(json!({"not": {"to": {"field": "products", "filter": {"all": []}}}})), ["3"]);
        let leads = |deal: &str| json!({"from": {"object": "deal", "field": "products", "filter": is("name", "equal", json!(deal))}});
        assert_eq!(titles(&server, "product", leads("1")), ["甲", "乙"]);
        assert_eq!(titles(&server, "product", leads("2")), ["甲"]);

        let changed = server.patch(&path("deal", &two), &json!({"values": {"products": [b["id"]], "labels": null}}));
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(titles(&server, "product", leads("2")), ["乙"]);
        let undone = server.post(&format!("/v1/changes/{}/undo", changed.body["change"].as_str().unwrap()), &json!({}));
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(titles(&server, "product", leads("2")), ["甲"]);

        for wrong in [
            json!({"labels": "VIP"}),
            json!({"labels": ["x".repeat(51)]}),
            json!({"labels": [""]}),
            json!({"labels": vec!["x"; 101]}),
            json!({"place": "苏州"}),
            json!({"place": {"planet": "x"}}),
            json!({"place": {"city": "x".repeat(201)}}),
            json!({"products": [one["id"]]}),
            json!({"products": a["id"]}),
            json!({"products": ["rec_99999999"]}),
        ] {
            let refused = server.patch(&path("deal", &two), &json!({"values": wrong}));
            assert_eq!(refused.status, 422, "{wrong}: {}", refused.body);
        }
        for wrong in
            [is("products", "contains", json!("x")), is("labels", "less", json!("x")), is("place", "more", json!("x"))]
        {
            assert_eq!(server.post("/v1/objects/deal/list", &json!({"filter": wrong})).status, 422, "{wrong}");
        }
        let mut me = owner(&server);
        let request = json!({"fields": ["name", "labels", "place", "products"], "list": {"sort": [{"field": "name"}]}});
        let address = format!("/v1/objects/deal/export?request={}", encoded(&request.to_string()));
        let table = me.get(&server, &address).body;
        let table = table.as_str().unwrap();
        assert!(table.contains("\"1\",\"VIP、新 客\",\"江苏 苏州 星湖街 328 号\",\"乙、甲\""), "{table}");
        // The start reads them back from the tables.
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
        server.launch();
        server.wait();
        assert_eq!(titles(&server, "product", leads("1")), ["甲", "乙"]);
        assert_eq!(titles(&server, "deal", is("labels", "equal", json!("vip"))), ["1"]);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Has a field hold something else, to the end.
fn convert(server: &Server, me: &mut Browser, field: &str, to: &Value) -> Value {
    let job = me.ask(server, "POST", &format!("/v1/objects/lead/fields/{field}/conversion"), to);
    assert_eq!(job.status, 200, "{}", job.body);
    ended(server, me, &job.body)
}

#[test]
fn a_field_holds_something_else() {
    for database in databases() {
        let mut server = Server::start(database);
        let mut me = owner(&server);
        field(&server, "lead", "size", "text", json!({}));
        field(&server, "lead", "wants", "text", json!({}));
        let sizes = [json!("1,200"), json!("¥35.5"), json!("很多"), json!("30 元"), Value::Null];
        let wants = ["红, 蓝", "蓝", "", "绿、红", "蓝"];
        let lead = |(place, (size, wants)): (usize, (&Value, &str))| {
            add(&server, "lead", &json!({"name": format!("线索{place}"), "size": size, "wants": wants}))
        };
        let leads: Vec<Value> = sizes.iter().zip(wants).enumerate().map(lead).collect();
        let role = json!({"name": "看不见规模", "rights": [], "records": {"others": {"read": "all"}, "objects": {"lead": {"read": "all", "fields": {"size": "hidden"}}}}});
        let role = server.post("/v1/roles", &role);
        let (mut li, _) = crate::people::member(&server, "li@example.com", &role.body["id"]);

        let fields = "/v1/objects/lead/fields";
        let preview = server.post(&format!("{fields}/size/conversion/preview"), &json!({"type": "money"}));
        let told = json!({"values": 4, "kept": 3, "lost": 1, "complete": true, "choices": [], "examples": [{"id": leads[2]["id"], "title": "线索2", "value": "很多"}]});
        assert_eq!(preview.body, told);
        let done = convert(&server, &mut me, "size", &json!({"type": "money"}));
        assert_eq!((&done["changed"], &done["left"], &done["failed"]), (&json!(3), &json!(1), &Value::Null));
        let size =
            |server: &Server, lead: usize| server.get(&path("lead", &leads[lead]))["record"]["values"]["size"].clone();
        assert_eq!(
            [0, 1, 2, 3, 4].map(|lead| size(&server, lead)),
            [json!("1200"), json!("35.5"), Value::Null, json!("30"), Value::Null]
        );
        let sum = server.post("/v1/objects/lead/groups", &json!({"by": {"field": "status"}, "sums": ["size"]}));
        assert_eq!(sum.body["total"]["sums"][0]["sum"], "1265.5", "{}", sum.body);
        // What is hidden stays so, in its history too.
        let history = li.get(&server, &format!("{}/changes", path("lead", &leads[0]))).body.to_string();
        assert!(!history.contains("1,200") && !history.contains("1200"), "{history}");

        let preview = server.post(&format!("{fields}/wants/conversion/preview"), &json!({"type": "multi_choice"}));
        let choices: Vec<&Value> =
            preview.body["choices"].as_array().unwrap().iter().map(|choice| &choice["zh"]).collect();
        assert_eq!(choices, ["红", "绿", "蓝"].iter().collect::<Vec<_>>());
        convert(&server, &mut me, "wants", &json!({"type": "multi_choice"}));
        assert_eq!(server.get(&path("lead", &leads[0]))["record"]["values"]["wants"], json!([0, 2]));
        convert(&server, &mut me, "wants", &json!({"type": "tags"}));
        assert_eq!(server.get(&path("lead", &leads[3]))["record"]["values"]["wants"], json!(["红", "绿"]));
        assert_eq!(titles(&server, "lead", is("wants", "equal", json!("蓝"))), ["线索0", "线索1", "线索4"]);

        for (name, to) in [
            ("size", "money"),
            ("size", "user"),
            ("name", "number"),
            ("owner", "text"),
            ("customer", "text"),
            ("size", "nothing"),
        ] {
            let refused = server.post(&format!("{fields}/{name}/conversion/preview"), &json!({"type": to}));
            assert_eq!(
                (refused.status, &refused.body["field"]),
                (422, &json!("type")),
                "{name} {to}: {}",
                refused.body
            );
        }
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}

#[test]
fn a_change_of_type_that_is_killed_goes_on() {
    for database in databases() {
        let server = Server::start(database);
        field(&server, "lead", "size", "text", json!({}));
        for number in 0..1_200 {
            add(&server, "lead", &json!({"name": format!("线索{number}"), "size": number.to_string()}));
        }
        let mut me = owner(&server);
        let job = me.ask(&server, "POST", "/v1/objects/lead/fields/size/conversion", &json!({"type": "number"}));
        assert_eq!(job.status, 200, "{}", job.body);
        let holds = |server: &Server| {
            let objects = server.get("/v1/objects");
            let lead = objects["items"].as_array().unwrap().iter().find(|one| one["name"] == "lead").unwrap().clone();
            let fields = lead["fields"].as_array().unwrap();
            fields.iter().find(|field| field["name"] == "size").unwrap()["type"].as_str().unwrap().to_owned()
        };
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while holds(&server) == "text" {
            assert!(std::time::Instant::now() < until, "the field is of its former type still");
        }
        // The field is there; of its values, at most some are.
        assert!(server.kill("app"));
        server.wait();
        let count = json!({"filter": is("size", "present", Value::Null)});
        loop {
            let found = server.post("/v1/objects/lead/count", &count).body["count"].clone();
            if found == 1_200 {
                break;
            }
            assert!(std::time::Instant::now() < until, "{found} values were brought over");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let sum = server.post("/v1/objects/lead/groups", &json!({"by": {"field": "status"}, "sums": ["size"]}));
        assert_eq!(sum.body["total"]["sums"][0]["sum"], "719400");
    }
}
