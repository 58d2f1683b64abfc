//! Who sees and changes which records and views, on a real server, on both databases.

use serde_json::{Value, json};

use crate::people::{Browser, member, owner as owner_of};
use crate::records::{add, is, path, title};
use crate::support::{Server, databases};

#[test]
fn who_sees_their_own_sees_no_others_anywhere() {
    for database in databases() {
        let server = Server::start(database);
        let role = |name: &str, records: Value| {
            let made = server.post("/v1/roles", &json!({"name": name, "rights": [], "records": records}));
            assert_eq!(made.status, 200, "{}", made.body);
            made.body["id"].clone()
        };
        let all = json!({"others": {"read": "all", "write": "all"}});
        let own = json!({"others": {"read": "all", "write": "none"}, "objects": {"deal": {"read": "own", "write": "own"}, "contract": {"read": "none"}}});
        let (all, own) = (role("全部", all), role("本人", own));
        let (mut han, han_id) = member(&server, "han@example.com", &all);
        let (mut li, li_id) = member(&server, "li@example.com", &own);
        let deal = |name: &str, owner: &str| {
            let made = server
                .post("/v1/objects/deal/records", &json!({"values": {"name": name, "owner": owner, "amount": 5}}));
            made.body["record"].clone()
        };
        let (mine, theirs) = (deal("李的", &li_id), deal("韩的", &han_id));
        let quote = add(&server, "quote", &json!({"name": "报价", "deal": theirs["id"]}));
        let titles = |page: &Value| page["items"].as_array().unwrap().iter().map(title).collect::<Vec<_>>();
        let listed = |who: &mut Browser| titles(&who.ask(&server, "POST", "/v1/objects/deal/list", &json!({})).body);
        assert_eq!((listed(&mut han).len(), listed(&mut li)), (2, vec!["李的".to_owned()]));
        assert_eq!(li.ask(&server, "POST", "/v1/objects/deal/count", &json!({})).body["count"], 1);
        let (mine, theirs) = (path("deal", &mine), path("deal", &theirs));
        for (method, path, body) in [
            ("GET", theirs.clone(), Value::Null),
            ("GET", format!("{theirs}/changes"), Value::Null),
            ("PATCH", theirs.clone(), json!({"values": {"amount": 6}})),
            ("DELETE", theirs.clone(), Value::Null),
            ("POST", format!("{theirs}/restore"), Value::Null),
            ("POST", "/v1/objects/contract/list".to_owned(), json!({})),
            ("GET", "/v1/objects/contract/records/rec_00000001".to_owned(), Value::Null),
        ] {
            assert_eq!(li.ask(&server, method, &path, &body).status, 404, "{method} {path}");
        }
        // Not by way of a relation, a filter, a label, or a name either.
        let through = json!({"filter": {"to": {"field": "deal", "filter": is("amount", "equal", json!(5))}}});
        assert_eq!(titles(&han.ask(&server, "POST", "/v1/objects/quote/list", &through).body), ["报价"]);
        assert_eq!(titles(&li.ask(&server, "POST", "/v1/objects/quote/list", &through).body), Vec::<String>::new());
        let seen = li.ask(&server, "GET", &path("quote", &quote), &Value::Null).body;
        assert_eq!((seen["labels"].as_object().unwrap().len(), &seen["record"]["writable"]), (0, &json!(false)));
        let change = server.patch(&theirs, &json!({"values": {"amount": 7}})).body["change"].clone();
        let undo = format!("/v1/changes/{}/undo", change.as_str().unwrap());
        assert_eq!(li.ask(&server, "POST", &undo, &json!({})).status, 404);
        assert_eq!(server.get(&theirs)["record"]["values"]["amount"], "7");
        let objects = li.ask(&server, "GET", "/v1/objects", &Value::Null).body;
        assert!(objects["items"].as_array().unwrap().iter().all(|object| object["name"] != "contract"));

        // One's own: changed, handed over, gone.
        let new = li.ask(&server, "POST", "/v1/objects/deal/records", &json!({"values": {"name": "新的"}}));
        assert_eq!(new.body["record"]["values"]["owner"], *li_id);
        let others = json!({"values": {"name": "x", "owner": han_id}});
        assert_eq!(li.ask(&server, "POST", "/v1/objects/deal/records", &others).status, 403, "none of others");
        assert_eq!(li.ask(&server, "POST", "/v1/objects/quote/records", &json!({"values": {"name": "x"}})).status, 403);
        assert_eq!(li.ask(&server, "PATCH", &mine, &json!({"values": {"amount": 8}})).status, 200);
        let handed = li.ask(&server, "PATCH", &mine, &json!({"values": {"owner": han_id}}));
        assert_eq!((handed.status, &handed.body["detail"]), (200, &Value::Null), "{}", handed.body);
        assert_eq!(li.ask(&server, "GET", &mine, &Value::Null).status, 404);
        let me = json!({"filter": is("owner", "equal", json!("me"))});
        assert_eq!(titles(&han.ask(&server, "POST", "/v1/objects/deal/list", &me).body).len(), 2);
    }
}

#[test]
fn a_role_sees_its_region_and_one_can_ask_why_and_see_as_them() {
    for database in databases() {
        let server = Server::start(database);
        let mut owner = owner_of(&server);
        let east = json!({"read": "some", "write": "own", "condition": is("region", "equal", json!("华东"))});
        let records = json!({"others": {"read": "all", "write": "none"}, "objects": {"deal": east}});
        let made =
            server.post("/v1/roles", &json!({"name": "华东销售", "rights": ["customers.read"], "records": records}));
        assert_eq!(made.status, 200, "{}", made.body);
        for wrong in [
            json!({"deal": {"read": "some"}}),
            json!({"deal": {"read": "some", "condition": is("nothing", "equal", json!(1))}}),
            json!({"nothing": {"read": "all"}}),
        ] {
            let refused = server.post("/v1/roles", &json!({"name": "x", "rights": [], "records": {"objects": wrong}}));
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        let (mut li, li_id) = member(&server, "li@example.com", &made.body["id"]);
        let mut deal = |name: &str, region: &str, owner_id: Value| {
            let values = json!({"name": name, "region": region, "owner": owner_id, "amount": 5});
            owner.ask(&server, "POST", "/v1/objects/deal/records", &json!({"values": values})).body["record"].clone()
        };
        let (east, south, mine) =
            (deal("东", "华东", Value::Null), deal("南", "华南", Value::Null), deal("我的", "华南", json!(li_id)));
        let titles = |page: &Value| {
            let mut all: Vec<String> = page["items"].as_array().unwrap().iter().map(title).collect();
            all.sort();
            all
        };
        let listed = li.ask(&server, "POST", "/v1/objects/deal/list", &json!({})).body;
        assert_eq!(titles(&listed), ["东", "我的"]);
        let writable = |name: &str| {
            listed["items"].as_array().unwrap().iter().find(|one| title(one) == name).unwrap()["writable"].clone()
        };
        assert_eq!((writable("东"), writable("我的")), (json!(false), json!(true)));
        assert_eq!(li.get(&server, &path("deal", &south)).status, 404);
        assert_eq!(li.ask(&server, "PATCH", &path("deal", &east), &json!({"values": {"amount": 6}})).status, 403);
        assert_eq!(li.ask(&server, "PATCH", &path("deal", &mine), &json!({"values": {"amount": 6}})).status, 200);
        // What leaves the region is out of sight at once.
        server.patch(&path("deal", &east), &json!({"values": {"region": "华北"}}));
        assert_eq!(li.get(&server, &path("deal", &east)).status, 404);
        server.patch(&path("deal", &east), &json!({"values": {"region": "华东"}}));

        let mut why = |record: &Value| owner.get(&server, &format!("{}/why?person={li_id}", path("deal", record))).body;
        let told = why(&east);
        assert_eq!((&told["sees"], &told["writes"]), (&json!(true), &json!(false)));
        assert_eq!(told["sees_because"]["zh"], "符合角色的条件：区域 是 华东");
        let told = why(&south);
        assert_eq!(
            (&told["sees"], &told["sees_because"]["en"]),
            (&json!(false), &json!("it does not pass the role's condition: region is east"))
        );
        assert_eq!(why(&mine)["writes_because"]["zh"], "本人是负责人");

        // The owner sees as they do, and does nothing.
        let see_as = format!("/v1/people/{li_id}/see-as");
        assert_eq!(server.post(&see_as, &json!({})).status, 403, "the command line has no session");
        assert_eq!(owner.ask(&server, "POST", &see_as, &Value::Null).status, 200);
        let session = owner.get(&server, "/v1/session").body;
        assert_eq!((&session["user"]["id"], &session["user"]["seen_by"]), (&json!(li_id), &json!("韩梅梅")));
        assert_eq!(titles(&owner.ask(&server, "POST", "/v1/objects/deal/list", &json!({})).body), ["东", "我的"]);
        for (method, path, body) in [
            ("PATCH", path("deal", &mine), json!({"values": {"amount": 7}})),
            ("GET", "/v1/sessions".to_owned(), Value::Null),
            ("PUT", "/v1/password".to_owned(), json!({"old": "x", "new": "long enough to do"})),
            ("GET", "/v1/people".to_owned(), Value::Null),
            ("POST", see_as.clone(), Value::Null),
        ] {
            assert_eq!(owner.ask(&server, method, &path, &body).status, 403, "{method} {path}");
        }
        assert_eq!(owner.ask(&server, "DELETE", "/v1/see-as", &Value::Null).status, 200);
        assert_eq!(titles(&owner.ask(&server, "POST", "/v1/objects/deal/list", &json!({})).body).len(), 3);
        let audit = server.get(&format!("/v1/audit?subject={li_id}"));
        assert_eq!(audit["items"][0]["action"], "person.seen_as");

        // Who does not see all of it themselves does not see as one who does.
        let few = server.post("/v1/roles", &json!({"name": "人事", "rights": ["people.manage"], "records": {}}));
        let (mut hr, _) = member(&server, "hr@example.com", &few.body["id"]);
        assert_eq!(hr.ask(&server, "POST", &see_as, &Value::Null).body["code"], "beyond_own");
    }
}

#[test]
fn a_view_is_saved_shared_and_changed_by_its_owner_only() {
    for database in databases() {
        let server = Server::start(database);
        let role =
            server.post("/v1/roles", &json!({"name": "全部", "rights": [], "records": {"others": {"read": "all"}}}));
        let (mut han, _) = member(&server, "han@example.com", &role.body["id"]);
        let (mut li, _) = member(&server, "li@example.com", &role.body["id"]);
        let views = "/v1/objects/deal/views";
        let body = json!({"filter": is("stage", "equal", json!("won")), "sort": [{"field": "amount", "descending": true}], "layout": "board"});
        let view = |name: &str, shared: bool| json!({"name": name, "shared": shared, "body": body});
        let mine = han.ask(&server, "POST", views, &view("赢单", false)).body;
        assert_eq!((&mine["owner"], &mine["body"]["layout"]), (&json!("han@example.com"), &json!("board")), "{mine}");
        let names =
            |page: Value| page["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
        assert_eq!((names(han.get(&server, views).body).len(), names(li.get(&server, views).body).len()), (1, 0));
        let path = format!("{views}/{}", mine["id"].as_str().unwrap());
        assert_eq!(li.ask(&server, "DELETE", &path, &Value::Null).status, 404, "not theirs to know");
        assert_eq!(han.ask(&server, "PUT", &path, &view("赢了的", true)).status, 200);
        assert_eq!(names(li.get(&server, views).body), [json!("赢了的")]);
        assert_eq!(li.ask(&server, "PUT", &path, &view("x", true)).status, 403);
        assert_eq!(server.ask("DELETE", &path.replace("deal", "quote"), "x", None).status, 401);
        assert_eq!(han.ask(&server, "DELETE", &path.replace("deal", "quote"), &Value::Null).status, 404);
        for wrong in [view("", false), json!({"name": "x", "body": {"filter": is("nothing", "equal", json!(1))}})] {
            assert_eq!(han.ask(&server, "POST", views, &wrong).status, 422);
        }
        assert_eq!(han.ask(&server, "DELETE", &path, &Value::Null).status, 200);
        assert_eq!(names(li.get(&server, views).body).len(), 0);
    }
}
