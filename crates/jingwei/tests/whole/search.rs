//! One search over everything that one may see, on a real server, on both databases: true within a second, by rights, after a kill, and made anew.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::{Browser, member};
use crate::records::{add, is, path};
use crate::support::{Server, databases, event};

/// Within how long what was changed is found: a second, and as much again for a machine that has other tests to run.
const SOON: Duration = Duration::from_secs(2);
/// Within how long an index of a few records is made.
const MADE: Duration = Duration::from_secs(20);

fn query(text: &str, rest: &str) -> String {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/v1/search?q={encoded}{rest}")
}

fn titles(page: &Value) -> Vec<String> {
    let joined = |parts: &Value| {
        let parts = parts.as_array().unwrap().iter();
        parts.map(|part| part["text"].as_str().unwrap()).collect::<String>()
    };
    page["items"].as_array().unwrap().iter().map(|item| joined(&item["title"])).collect()
}

fn find(server: &Server, text: &str) -> Vec<String> {
    titles(&server.get(&query(text, "&limit=50")))
}

/// Waits until something is found so, and tells how long that took.
fn until(server: &Server, text: &str, expected: &[&str], most: Duration) {
    let start = Instant::now();
    loop {
        let found = find(server, text);
        if found == expected {
            println!("{text}: found after {} ms", start.elapsed().as_millis());
            return;
        }
        assert!(start.elapsed() < most, "{text}: {found:?}, wanted {expected:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ready(server: &Server) {
    let start = Instant::now();
    while server.get("/healthz")["search"] != "ready" {
        assert!(start.elapsed() < MADE, "{}", server.get("/healthz"));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_written_is_found_within_a_second() {
    for database in databases() {
        let server = Server::start(database);
        ready(&server);
        let made = server.post("/v1/objects", &json!({"label": {"zh": "门店", "en": "Store"}, "icon": "visit"}));
        assert_eq!(made.status, 200, "{}", made.body);
        for field in [
            json!({"label": {"zh": "店长", "en": "manager"}, "type": "text"}),
            json!({"label": {"zh": "编号", "en": "number"}, "type": "number"}),
        ] {
            assert_eq!(server.post("/v1/objects/store/fields", &field).status, 200);
        }
        add(&server, "store", &json!({"name": "南京西路店", "manager": "重振华", "number": 640_021}));
        until(&server, "南京西路", &["南京西路店"], SOON);
        let lead = json!({"name": "张三丰", "phone": "+86 138-1234-5678", "email": "feng.zhang@wudang.org", "company": "Wudang International", "note": "要求退款,寄送 running shoes"});
        let lead = add(&server, "lead", &lead);
        until(&server, "退款", &["张三丰"], SOON);
        for text in [
            "张三丰",
            "三丰",
            "丰",
            "zsf",
            "sf",
            "zhangsanfeng",
            "zhangs",
            "zhang san",
            "ZhangSF",
            "138",
            "1234",
            "5678",
            "13812345678",
            "138 1234 5678",
            "0086 138 1234 5678",
            "feng.zhang@wudang.org",
            "wudang",
            "wud",
            "run",
            "shoe",
            "intrenational",
            "张三 退款",
            "３４５６",
        ] {
            assert_eq!(find(&server, text), ["张三丰"], "{text}");
        }
        for text in ["chongzhenhua", "zzh", "640", "0021", "njxl", "西路店"] {
            assert_eq!(find(&server, text), ["南京西路店"], "{text}");
        }
        for text in ["张丰", "23", "退货", "张三 退货", "1381234567890", "@", "rnu"] {
            let page = server.try_get(&query(text, "")).unwrap();
            assert!(page.status == 422 || titles(&page.body).is_empty(), "{text}: {}", page.body);
        }
        let page = server.get(&query("退款", ""));
        let item = &page["items"][0];
        assert_eq!((&item["object"], &item["id"]), (&json!("lead"), &lead["id"]));
        assert_eq!(item["detail"]["label"]["zh"], "备注");
        assert_eq!(item["detail"]["text"][1], json!({"text": "退款", "hit": true}), "{item}");
        assert_eq!((&page["index"], &page["complete"]), (&json!("ready"), &json!(true)));

        // Changed, put into the trash, taken out again, and changed many at once.
        server.patch(&path("lead", &lead), &json!({"values": {"name": "李四"}}));
        until(&server, "lisi", &["李四"], SOON);
        assert_eq!(find(&server, "张三丰"), [""; 0]);
        server.delete(&path("lead", &lead));
        until(&server, "李四", &[], SOON);
        server.post(&format!("{}/restore", path("lead", &lead)), &json!({}));
        until(&server, "李四", &["李四"], SOON);
        let all = json!({"list": {"filter": is("name", "equal", json!("李四"))}, "act": "change", "values": {"company": "峨眉"}});
        assert_eq!(server.post("/v1/objects/lead/bulk", &all).status, 200);
        until(&server, "峨眉", &["李四"], SOON * 2);

        // A field, or an object, that is shown no longer.
        server.patch("/v1/objects/store/fields/manager", &json!({"archived": true}));
        until(&server, "重振华", &[], SOON);
        server.patch("/v1/objects/store", &json!({"archived": true}));
        until(&server, "南京西路", &[], SOON);
    }
}

#[test]
fn what_is_called_so_comes_first_and_then_the_latest() {
    for database in databases() {
        let server = Server::start(database);
        for (object, name, note) in [
            ("lead", "经纬", "a"),
            ("lead", "上海经纬科技", "b"),
            ("lead", "无关", "经纬的客户"),
            ("lead", "经纬科技", "c"),
            ("lead", "经纬集团", "d"),
            ("deal", "采购经纬设备", "e"),
        ] {
            add(&server, object, &json!({"name": name, "note": note}));
        }
        let leads = ["经纬", "经纬集团", "经纬科技", "上海经纬科技", "无关"];
        let all: Vec<&str> = leads.into_iter().chain(["采购经纬设备"]).collect();
        until(&server, "经纬", &all, SOON);
        until(&server, "jingwei", &all[..4].iter().chain(&all[5..]).copied().collect::<Vec<_>>(), SOON);
        let page = server.get(&query("经纬", "&limit=2"));
        assert_eq!(titles(&page), ["经纬", "经纬集团", "采购经纬设备"]);
        assert_eq!(page["more"], json!(["lead"]));
        assert_eq!(titles(&server.get(&query("经纬", "&objects=deal"))), ["采购经纬设备"]);
        for (text, rest, field) in
            [("", "", "q"), ("。", "", "q"), (&*"经".repeat(101), "", "q"), ("x", "&objects=nothing", "objects")]
        {
            let refused = server.try_get(&query(text, rest)).unwrap();
            assert_eq!((refused.status, &refused.body["field"]), (422, &json!(field)), "{}", refused.body);
        }

        server.send(&[event(
            "1",
            "customer.identified",
            "2026-01-05T10:00:00Z",
            json!({"who": [{"scheme": "phone", "value": "13900001111"}], "name": "经纬纺织"}),
        )]);
        until(&server, "经纬纺", &["经纬纺织"], SOON);
        let page = server.get(&query("经纬", "&objects=customer,deal"));
        assert_eq!(titles(&page), ["经纬纺织", "采购经纬设备"]);
        assert_eq!(page["items"][0]["object"], "customer");
        assert!(!page.to_string().contains("13900001111"), "masked: {page}");
        assert_eq!(find(&server, "13900001111"), ["经纬纺织"]);
    }
}

/// What someone finds, in order of name.
fn finds(who: &mut Browser, server: &Server, text: &str) -> Vec<String> {
    let mut found = titles(&who.get(server, &query(text, "&limit=50")).body);
    found.sort();
    found
}

#[test]
fn one_finds_what_ones_lists_show() {
    for database in databases() {
        let server = Server::start(database);
        let role = |name: &str, deal: Value, rights: &[&str]| {
            let objects = json!({"deal": deal, "customer": {"read": "all"}});
            let records = json!({"others": {"read": "none"}, "objects": objects});
            let made = server.post("/v1/roles", &json!({"name": name, "rights": rights, "records": records}));
            assert_eq!(made.status, 200, "{}", made.body);
            made.body["id"].clone()
        };
        let own = role("本人", json!({"read": "own", "write": "own"}), &[]);
        let east = json!({"read": "some", "write": "own", "condition": is("region", "equal", json!("华东"))});
        let (some, none) = (role("华东", east, &[]), role("无", json!({"read": "none"}), &["customers.read"]));
        let (mut li, li_id) = member(&server, "li@example.com", &own);
        let (mut wu, wu_id) = member(&server, "wu@example.com", &some);
        let (mut no, _) = member(&server, "no@example.com", &none);
        let deal = |name: &str, owner: &Value, region: &str| {
            add(&server, "deal", &json!({"name": name, "owner": owner, "region": region}))
        };
        deal("框架一", &json!(li_id), "华东");
        let second = deal("框架二", &json!(wu_id), "华南");
        deal("框架三", &Value::Null, "华东");
        // Many that none of them sees come first, so that theirs are behind the first batches.
        for number in 0..150 {
            deal(&format!("框架 {number}"), &Value::Null, "华北");
        }
        add(&server, "contract", &json!({"name": "框架合同"}));
        server.send(&[event(
            "1",
            "customer.identified",
            "2026-01-05T10:00:00Z",
            json!({"who": [{"scheme": "phone", "value": "13900001111"}], "name": "框架公司"}),
        )]);
        let start = Instant::now();
        while find(&server, "框架合同").is_empty() {
            assert!(start.elapsed() < SOON);
        }
        assert_eq!(finds(&mut li, &server, "框架"), ["框架一"]);
        assert_eq!(finds(&mut wu, &server, "kj"), ["框架一", "框架三", "框架二"]);
        assert_eq!(finds(&mut no, &server, "框架"), ["框架公司"]);
        assert_eq!(find(&server, "框架").len(), 50 + 2, "of deals the most, a contract and a customer");
        for (who, shown) in [(&mut li, 1), (&mut wu, 3)] {
            let list = who.ask(&server, "POST", "/v1/objects/deal/list", &json!({"q": "框架"})).body;
            assert_eq!(list["items"].as_array().unwrap().len(), shown);
            let refused = who.get(&server, &query("框架", "&objects=contract"));
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        // What is handed over is found by the other from then on.
        server.patch(&path("deal", &second), &json!({"values": {"owner": li_id}}));
        let start = Instant::now();
        while finds(&mut li, &server, "框架") != ["框架一", "框架二"] {
            assert!(start.elapsed() < SOON);
        }
        assert_eq!(finds(&mut wu, &server, "框架"), ["框架一", "框架三"]);
    }
}

#[test]
fn the_index_catches_up_after_a_kill_and_is_made_anew() {
    for database in databases() {
        let mut server = Server::start(database);
        ready(&server);
        add(&server, "lead", &json!({"name": "张三"}));
        until(&server, "zs", &["张三"], SOON);
        // Killed before the index can have heard of it.
        add(&server, "lead", &json!({"name": "张思"}));
        assert!(server.kill("app"));
        server.wait();
        until(&server, "zs", &["张思", "张三"], MADE);
        server.stop();

        // Gone, damaged, or of another log.
        let index = server.folder.join("index");
        std::fs::remove_dir_all(&index).unwrap();
        server.launch();
        until(&server, "zs", &["张思", "张三"], MADE);
        ready(&server);
        server.stop();
        for file in std::fs::read_dir(index.join("records")).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|kind| kind == "term" || kind == "idx") {
                std::fs::write(file, b"damaged").unwrap();
            }
        }
        server.launch();
        until(&server, "zs", &["张思", "张三"], MADE);
        ready(&server);
        server.stop();
        let meta = index.join("records/meta.json");
        let text = std::fs::read_to_string(&meta).unwrap();
        let (head, tail) = text.split_once("\\\"at\\\":").unwrap();
        std::fs::write(&meta, format!("{head}\\\"at\\\":1{tail}")).unwrap();
        server.launch();
        until(&server, "zs", &["张思", "张三"], MADE);
    }
}
