//! Views with columns, groups, charts and calendars; groups by the calendar of the workspace's zone.

use serde_json::{Value, json};

use crate::bulk::ended;
use crate::people::{member, owner};
use crate::records::{add, is};
use crate::support::{Server, databases};

#[test]
fn a_view_opens_without_what_is_gone_or_hidden() {
    for database in databases() {
        let server = Server::start(database);
        let access = json!({"others": {"read": "all"}, "objects": {"deal": {"read": "all", "write": "all", "fields": {"amount": "hidden", "probability": "masked"}}}});
        let role = server.post("/v1/roles", &json!({"name": "只看一部分", "rights": [], "records": access}));
        let (mut li, _) = member(&server, "li@example.com", &role.body["id"]);
        let field = json!({"label": {"zh": "来源", "en": "origin"}, "type": "text"});
        assert_eq!(server.post("/v1/objects/deal/fields", &field).status, 200);
        let views = "/v1/objects/deal/views";
        let body = json!({
            "filter": {"all": [is("amount", "more", json!(5)), is("stage", "equal", json!("won"))]},
            "sort": [{"field": "amount", "descending": true}, {"field": "name", "descending": false}],
            "layout": "chart",
            "columns": [{"field": "name", "width": 300}, {"field": "amount", "width": null}, {"field": "origin", "width": 90}],
            "frozen": 2,
            "group": {"field": "close_on", "unit": "month"},
            "chart": {"kind": "bars", "measure": "sum", "of": "amount", "by": {"field": "stage", "unit": null}, "split": null},
            "calendar": {"field": "close_on", "span": "week"},
        });
        let saved = server.post(views, &json!({"name": "全部", "shared": true, "body": body}));
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert_eq!((&saved.body["body"], &saved.body["partial"]), (&body, &json!(false)));
        assert_eq!(server.patch("/v1/objects/deal/fields/origin", &json!({"archived": true})).status, 200);

        let view = li.get(&server, views).body["items"][0].clone();
        let left = json!({
            "filter": {"all": [is("stage", "equal", json!("won"))]},
            "sort": [{"field": "name", "descending": false}],
            "layout": "table",
            "columns": [{"field": "name", "width": 300}],
            "frozen": 2,
            "group": {"field": "close_on", "unit": "month"},
            "chart": null,
            "calendar": {"field": "close_on", "span": "week"},
        });
        assert_eq!((&view["body"], &view["partial"]), (&left, &json!(true)));
        let columns = server.get(views)["items"][0]["body"]["columns"].clone();
        assert_eq!(columns, json!([{"field": "name", "width": 300}, {"field": "amount", "width": null}]));

        for wrong in [
            json!({"columns": [{"field": "nothing"}]}),
            json!({"columns": [{"field": "amount"}]}),
            json!({"columns": [{"field": "name", "width": 7}]}),
            json!({"group": {"field": "amount"}}),
            json!({"group": {"field": "note"}}),
            json!({"calendar": {"field": "name"}}),
            json!({"chart": {"kind": "bars"}}),
            json!({"chart": {"kind": "number", "measure": "sum"}}),
            json!({"chart": {"kind": "number", "measure": "sum", "of": "probability"}}),
            json!({"chart": {"kind": "pie", "by": {"field": "stage"}, "split": "name"}}),
        ] {
            let refused = li.ask(&server, "POST", views, &json!({"name": "x", "body": wrong}));
            assert_eq!(refused.status, 422, "{wrong}: {}", refused.body);
            assert!(refused.body["message"]["zh"] != refused.body["message"]["en"], "{}", refused.body);
        }
        for wrong in [
            json!({"by": {"field": "probability"}}),
            json!({"by": {"field": "amount"}}),
            json!({"by": {"field": "stage"}, "sums": ["probability"]}),
            json!({"by": {"field": "stage"}, "split": "name"}),
            json!({"by": {"field": "nothing"}}),
        ] {
            assert_eq!(li.ask(&server, "POST", "/v1/objects/deal/groups", &wrong).status, 422, "{wrong}");
        }
    }
}

#[test]
fn groups_follow_the_calendar_of_the_workspace() {
    for database in databases() {
        let server = Server::start(database);
        let field = json!({"label": {"zh": "签约时间", "en": "signed at"}, "type": "instant"});
        assert_eq!(server.post("/v1/objects/deal/fields", &field).status, 200);
        // By the clock of Shanghai the second is on the first of July.
        for (name, at, amount, stage) in [
            ("a", Some("2026-06-30T15:59:59Z"), json!(1), "won"),
            ("b", Some("2026-06-30T16:00:00Z"), json!("2.5"), "won"),
            ("c", Some("2026-08-01T00:00:00+08:00"), Value::Null, "lost"),
            ("d", Some("1969-12-31T15:00:00Z"), json!(-4), "lost"),
            ("e", None, json!(8), "proposal"),
        ] {
            add(&server, "deal", &json!({"name": name, "signed_at": at, "amount": amount, "stage": stage}));
        }
        let ask = |by: Value| {
            let body = json!({"by": by, "sums": ["amount"], "split": "stage"});
            let answer = server.post("/v1/objects/deal/groups", &body);
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body
        };
        let told = |groups: &Value| {
            let items = groups["items"].as_array().unwrap().iter();
            items.map(|one| (one["value"].clone(), one["amounts"]["sums"][0]["sum"].clone())).collect::<Vec<_>>()
        };
        let months = ask(json!({"field": "signed_at"}));
        let expected = [
            (json!("1969-12-01"), json!("-4")),
            (json!("2026-06-01"), json!("1")),
            (json!("2026-07-01"), json!("2.5")),
            (json!("2026-08-01"), Value::Null),
            (Value::Null, json!("8")),
        ];
        assert_eq!(told(&months), expected);
        let years = ask(json!({"field": "signed_at", "unit": "year"}));
        assert_eq!(told(&years)[1], (json!("2026-01-01"), json!("3.5")));
        assert_eq!(years["items"][1]["parts"].as_array().unwrap().len(), 2, "{years}");
        assert_eq!(ask(json!({"field": "signed_at", "unit": "week"}))["items"][2]["value"], "2026-07-27");
        assert_eq!(ask(json!({"field": "signed_at", "unit": "quarter"}))["items"][2]["value"], "2026-07-01");
        let stages = ask(json!({"field": "stage"}));
        let numbers: Vec<&Value> = stages["items"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
        assert_eq!(numbers, [&json!(2), &json!(4), &json!(5)], "in the order of the choices");
        assert_eq!(stages["total"], json!({"count": 5, "sums": [{"sum": "7.5", "present": 4}]}));

        // More groups than are told.
        for number in 0..203 {
            add(&server, "deal", &json!({"name": format!("n{}", number % 202)}));
        }
        let names = ask(json!({"field": "name"}));
        assert_eq!((names["items"].as_array().unwrap().len(), &names["rest"]), (200, &json!(7)));
        assert_eq!(names["items"][0]["value"], "n0", "the most records first");
    }
}

#[test]
fn a_choice_wants_fields_of_whoever_puts_a_record_at_it() {
    for database in databases() {
        let server = Server::start(database);
        let mut owner = owner(&server);
        let access = json!({"others": {"read": "all"}, "objects": {"deal": {"read": "all", "write": "all", "fields": {"close_on": "hidden"}}}});
        let role = server.post("/v1/roles", &json!({"name": "看不到日期", "rights": [], "records": access}));
        let (mut li, _) = member(&server, "li@example.com", &role.body["id"]);
        let stage = "/v1/objects/deal/fields/stage";
        let object = server.get("/v1/objects");
        let deal = object["items"].as_array().unwrap().iter().find(|one| one["name"] == "deal").unwrap().clone();
        let fields = deal["fields"].as_array().unwrap();
        let choices =
            fields.iter().find(|field| field["name"] == "stage").unwrap()["choices"].as_array().unwrap().clone();
        let wanting = |wants: Value| {
            let each = |choice: &Value| match choice["number"].as_u64() {
                Some(4) => json!({"number": 4, "label": choice["label"], "wants": wants}),
                _ => json!({"number": choice["number"], "label": choice["label"]}),
            };
            json!({"choices": choices.iter().map(each).collect::<Vec<_>>()})
        };
        for wrong in [json!(["nothing"]), json!(["stage"]), json!(["changed_at"])] {
            assert_eq!(server.patch(stage, &wanting(wrong.clone())).status, 422, "{wrong}");
        }
        let set = server.patch(stage, &wanting(json!(["amount", "close_on"])));
        assert_eq!(set.status, 200, "{}", set.body);
        let told = li.get(&server, "/v1/objects").body;
        let deal = told["items"].as_array().unwrap().iter().find(|one| one["name"] == "deal").unwrap();
        let stages = deal["fields"].as_array().unwrap().iter().find(|field| field["name"] == "stage").unwrap();
        assert_eq!(stages["choices"][4]["wants"], json!(["amount"]), "a hidden field is not named");

        let record = add(&server, "deal", &json!({"name": "a", "stage": "proposal"}));
        let path = crate::records::path("deal", &record);
        let won = json!({"values": {"stage": "won"}});
        let refused = server.patch(&path, &won);
        assert_eq!(
            (refused.status, &refused.body["code"], &refused.body["field"]),
            (422, &json!("wanted"), &json!("amount"))
        );
        assert_eq!(refused.body["message"]["zh"], "改为「赢单」需要填写：金额、预计成交日期");
        assert_eq!(
            server.post("/v1/objects/deal/records", &json!({"values": {"name": "b", "stage": "won"}})).status,
            422
        );
        let refused = li.ask(&server, "PATCH", &path, &won);
        assert_eq!(refused.body["message"]["en"], "'won' wants to be filled in: amount");
        let emptied = json!({"values": {"stage": "won", "amount": null, "close_on": "2026-06-03"}});
        assert_eq!(server.patch(&path, &emptied).body["field"], "amount");
        let both = json!({"values": {"stage": "won", "amount": "5", "close_on": "2026-06-03"}});
        let changed = server.patch(&path, &both);
        assert_eq!(changed.status, 200, "{}", changed.body);
        // Who is there already is not asked again, and taking it back is not held up.
        assert_eq!(server.patch(&path, &json!({"values": {"stage": "won", "amount": null}})).status, 200);
        let undone = server
            .post(&format!("/v1/changes/{}/undo", changed.body["change"].as_str().unwrap()), &json!({"force": true}));
        assert_eq!(undone.body["detail"]["record"]["values"]["stage"], 2, "{}", undone.body);

        add(&server, "deal", &json!({"name": "c", "amount": 1, "close_on": "2026-06-03"}));
        let all = json!({"list": {}, "act": "change", "values": {"stage": "won"}});
        let job = owner.ask(&server, "POST", "/v1/objects/deal/bulk", &all).body;
        let told = ended(&server, &mut owner, &job);
        assert_eq!((&told["changed"], &told["left"]), (&json!(1), &json!(1)), "{told}");
        assert_eq!(told["lacking"]["zh"], "改为「赢单」需要填写：金额、预计成交日期");
    }
}

#[test]
fn who_makes_a_record_is_told_of_the_same_one() {
    for database in databases() {
        let server = Server::start(database);
        let access = json!({"others": {"read": "all"}, "objects": {"lead": {"read": "own", "write": "own"}, "deal": {"read": "none"}}});
        let role = server.post("/v1/roles", &json!({"name": "只看自己的", "rights": [], "records": access}));
        let (mut li, _) = member(&server, "li@example.com", &role.body["id"]);
        let masked =
            json!({"others": {"read": "all"}, "objects": {"lead": {"read": "all", "fields": {"phone": "masked"}}}});
        let role = server.post("/v1/roles", &json!({"name": "电话遮盖", "rights": [], "records": masked}));
        let (mut han, _) = member(&server, "han@example.com", &role.body["id"]);
        let known = add(
            &server,
            "lead",
            &json!({"name": "张三 门店", "phone": "+86 138-0013-8000", "email": "Zhang@Example.com"}),
        );
        add(&server, "lead", &json!({"name": "李四", "phone": "13900138000"}));
        let ask = |values: Value| {
            let answer = server.post("/v1/objects/lead/similar", &json!({"values": values}));
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (one["id"].clone(), one["field"].clone()))
                .collect::<Vec<_>>()
        };
        let same = |field: &str| vec![(known["id"].clone(), json!(field))];
        assert_eq!(ask(json!({"phone": "13800138000"})), same("phone"));
        assert_eq!(ask(json!({"email": "zhang@example.com", "name": "x"})), same("email"));
        assert_eq!(ask(json!({"name": "张三门店"})), []);
        assert_eq!(ask(json!({"name": "张三 门店"})), same("name"));
        assert_eq!(ask(json!({"phone": "1380013800", "name": "张", "email": "zhang@"})), [], "not whole yet");
        let typed = json!({"values": {"phone": "13800138000"}});
        assert_eq!(
            li.ask(&server, "POST", "/v1/objects/lead/similar", &typed).body["items"],
            json!([]),
            "not theirs to see"
        );
        assert_eq!(han.ask(&server, "POST", "/v1/objects/lead/similar", &typed).body["items"], json!([]), "masked");
        assert_eq!(li.ask(&server, "POST", "/v1/objects/deal/similar", &typed).status, 404);
        for number in 0..7 {
            add(&server, "lead", &json!({"name": format!("同号 {number}"), "phone": "138 0013 8000"}));
        }
        assert_eq!(ask(json!({"phone": "13800138000"})).len(), 5);
    }
}

#[test]
fn what_is_starred_is_at_hand_as_long_as_one_sees_it() {
    for database in databases() {
        let server = Server::start(database);
        let access = json!({"others": {"read": "all"}, "objects": {"deal": {"read": "own", "write": "own"}}});
        let role = server.post("/v1/roles", &json!({"name": "只看自己的", "rights": [], "records": access}));
        let (mut li, li_id) = member(&server, "li@example.com", &role.body["id"]);
        let mine = add(&server, "deal", &json!({"name": "我的", "owner": li_id}));
        let other = add(&server, "deal", &json!({"name": "别人的"}));
        let view = server.post("/v1/objects/deal/views", &json!({"name": "赢单", "shared": true, "body": {}})).body;
        let mut star = |what: &str, id: &Value, starred: bool| {
            let body = json!({"object": "deal", what: id, "starred": starred});
            li.ask(&server, "PUT", "/v1/favourites", &body)
        };
        assert_eq!(star("record", &other["id"], true).status, 404, "not theirs to see");
        assert_eq!(star("view", &json!("viw_0zzzzzz1"), true).status, 404);
        assert_eq!(star("record", &Value::Null, true).status, 422);
        assert_eq!(star("view", &view["id"], true).status, 200);
        assert_eq!(star("record", &mine["id"], true).status, 200);
        let starred = star("record", &mine["id"], true).body["items"].clone();
        let expected = json!([
            {"object": "deal", "record": null, "view": view["id"], "name": "赢单"},
            {"object": "deal", "record": mine["id"], "view": null, "name": "我的"},
        ]);
        assert_eq!(starred, expected);
        let names =
            |page: Value| page["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(star("view", &view["id"], false).body), [json!("我的")]);
        let away = server.patch(&crate::records::path("deal", &mine), &json!({"values": {"owner": null}}));
        assert_eq!(away.status, 200, "{}", away.body);
        assert_eq!(names(li.get(&server, "/v1/favourites").body), Vec::<Value>::new());
        assert_eq!(server.ask("GET", "/v1/favourites", "jwa_unknown", None).status, 401);
    }
}
