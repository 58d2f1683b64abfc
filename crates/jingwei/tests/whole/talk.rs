//! What people say about records on a real server, on both databases: who reads it, whom it reaches, what is left after a start.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::{Browser, member, owner as owner_of};
use crate::records::{add, path};
use crate::support::{Server, databases, event, run};

fn role(server: &Server, name: &str, rights: Value, records: Value) -> Value {
    let made = server.post("/v1/roles", &json!({"name": name, "rights": rights, "records": records}));
    assert_eq!(made.status, 200, "{}", made.body);
    made.body["id"].clone()
}

fn asked(server: &Server, who: &mut Browser, method: &str, path: &str, body: Value) -> Value {
    let answer = who.ask(server, method, path, &body);
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
    answer.body
}

fn comment(server: &Server, who: &mut Browser, record: &str, text: &str) -> Value {
    asked(server, who, "POST", &format!("{record}/comments"), json!({"text": text}))
}

/// What someone is told: kinds with how often, the latest first.
fn told(server: &Server, who: &mut Browser) -> Vec<(String, u64)> {
    let page = who.get(server, "/v1/notices").body;
    let line = |one: &Value| (one["kind"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap());
    page["items"].as_array().expect("a page").iter().map(line).collect()
}

fn is_told(server: &Server, who: &mut Browser, expected: &[(&str, u64)]) {
    let expected: Vec<_> = expected.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
    let start = Instant::now();
    loop {
        let found = told(server, who);
        if found == expected {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{found:?} instead of {expected:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn unread(server: &Server, who: &mut Browser) -> Value {
    who.get(server, "/v1/notices/count").body["unread"].clone()
}

/// What a timeline has, by the member that says so.
fn sorts(page: &Value) -> Vec<&str> {
    let of = |entry: &Value| {
        let all = ["change", "comment", "record", "event", "decision"];
        all.into_iter().find(|sort| !entry[*sort].is_null()).unwrap()
    };
    page["items"].as_array().unwrap().iter().map(of).collect()
}

/// An owner, one who sees all deals but not their amounts, and one who sees their own.
fn company(server: &Server) -> [(Browser, String); 3] {
    let mut han = owner_of(server);
    let han_id = han.get(server, "/v1/session").body["user"]["id"].as_str().unwrap().to_owned();
    let fields = json!({"amount": "hidden", "next_step": "masked"});
    let all =
        json!({"others": {"read": "none"}, "objects": {"deal": {"read": "all", "write": "none", "fields": fields}}});
    let own = json!({"others": {"read": "own", "write": "own"}});
    let (all, own) = (role(server, "看全部", json!([]), all), role(server, "看本人", json!([]), own));
    [(han, han_id), member(server, "li@example.com", &all), member(server, "mei@example.com", &own)]
}

#[test]
fn who_sees_a_record_talks_about_it_and_nobody_else_hears_of_it() {
    for database in databases() {
        let mut server = Server::start(database);
        let [(mut han, han_id), (mut li, li_id), (mut mei, mei_id)] = company(&server);
        let values =
            json!({"values": {"name": "年度框架", "amount": "4711", "next_step": "密约茶楼", "owner": han_id}});
        let deal = path("deal", &asked(&server, &mut han, "POST", "/v1/objects/deal/records", values)["record"]);

        // Only those who see it are offered and may be named; who only reads may talk.
        let readers = asked(&server, &mut han, "GET", &format!("{deal}/readers"), Value::Null);
        let offered: Vec<&Value> = readers["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(offered, [&json!(han_id), &json!(li_id)]);
        let found = asked(&server, &mut han, "GET", &format!("{deal}/readers?q=hmm"), Value::Null);
        assert_eq!(found["items"][0]["name"], "韩梅梅", "by initials");
        let refused =
            han.ask(&server, "POST", &format!("{deal}/comments"), &json!({"text": format!("@[{mei_id}] 看看")}));
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("text")), "{}", refused.body);
        assert!(refused.body["message"]["en"].as_str().unwrap().contains("mei@example.com"), "{}", refused.body);
        for text in ["", " \n ", "a\u{0}b", &"长".repeat(5_001), "@[usr_0zzzzzz1]"] {
            assert_eq!(han.ask(&server, "POST", &format!("{deal}/comments"), &json!({"text": text})).status, 422);
        }
        let said = comment(&server, &mut li, &deal, &format!("@[{han_id}] 客户要发票"));
        assert_eq!((&said["by"], &said["mentions"][&han_id]), (&json!("li@example.com"), &json!("韩梅梅")));
        let said = format!("/v1/comments/{}", said["id"].as_str().unwrap());
        assert_eq!(mei.ask(&server, "POST", &format!("{deal}/comments"), &json!({"text": "x"})).status, 404);
        for (method, path) in [
            ("GET", format!("{deal}/timeline")),
            ("GET", format!("{deal}/readers")),
            ("GET", format!("{deal}/following")),
            ("PATCH", said.clone()),
            ("DELETE", said.clone()),
        ] {
            assert_eq!(mei.ask(&server, method, &path, &json!({"text": "x"})).status, 404, "{method} {path}");
        }

        // What is masked or hidden is nowhere; the timeline has what one sees.
        let page = asked(&server, &mut li, "GET", &format!("{deal}/timeline"), Value::Null);
        assert_eq!(sorts(&page), ["comment", "change"]);
        is_told(&server, &mut han, &[("mention", 1)]);
        asked(&server, &mut han, "PATCH", &deal, json!({"values": {"amount": "4712", "next_step": "密约酒楼"}}));
        is_told(&server, &mut li, &[("change", 1)]);
        for path in [format!("{deal}/timeline"), "/v1/notices".to_owned(), said.clone()] {
            let shown = li.get(&server, &path).body.to_string();
            assert!(!["4711", "4712", "密约"].iter().any(|value| shown.contains(value)), "{path}: {shown}");
        }

        // One's own is changed by oneself alone, and removed by oneself or an owner.
        let change = json!({"text": "客户要专用发票"});
        assert_eq!(han.ask(&server, "PATCH", &said, &change).status, 403);
        let changed = asked(&server, &mut li, "PATCH", &said, change);
        assert!(!changed["changed_at"].is_null() && changed["mentions"] == json!({}), "{changed}");
        let second = comment(&server, &mut han, &deal, "好");
        let second = format!("/v1/comments/{}", second["id"].as_str().unwrap());
        assert_eq!(li.ask(&server, "DELETE", &second, &Value::Null).status, 403);
        is_told(&server, &mut li, &[("comment", 1), ("change", 1)]);
        asked(&server, &mut han, "DELETE", &second, Value::Null);
        is_told(&server, &mut li, &[("change", 1)]);

        // Whoever sees as somebody else does nothing, and has no notices.
        asked(&server, &mut han, "POST", &format!("/v1/people/{li_id}/see-as"), Value::Null);
        for (method, path) in
            [("POST", format!("{deal}/comments")), ("PATCH", said.clone()), ("GET", "/v1/notices".to_owned())]
        {
            let answer = han.ask(&server, method, &path, &json!({"text": "x"}));
            assert_eq!((answer.status, &answer.body["code"]), (403, &json!("seen_as")), "{method} {path}");
        }
        asked(&server, &mut han, "DELETE", "/v1/see-as", Value::Null);

        // All of it is there after a start, follows from the log, and is nobody's who lost sight of the record.
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
        server.launch();
        server.wait();
        assert_eq!(unread(&server, &mut li), 1);
        assert_eq!(sorts(&li.get(&server, &format!("{deal}/timeline")).body), ["change", "comment", "change"]);
        let none = role(&server, "什么也看不到", json!([]), json!({"others": {"read": "none"}}));
        assert_eq!(server.patch(&format!("/v1/people/{li_id}"), &json!({"role": none})).status, 200);
        assert_eq!((told(&server, &mut li), unread(&server, &mut li)), (vec![], json!(0)));
        assert_eq!(li.get(&server, &format!("{deal}/timeline")).status, 404);
    }
}

#[test]
fn people_are_told_once_of_what_others_do_and_choose_of_what() {
    for database in databases() {
        let mut server = Server::start(database);
        let mut han = owner_of(&server);
        let all = json!({"others": {"read": "all", "write": "all"}});
        let (mut li, li_id) = member(&server, "li@example.com", &role(&server, "全部", json!([]), all));
        let deals: Vec<String> = (0..12)
            .map(|n| {
                let values = json!({"values": {"name": format!("商机{n}"), "owner": li_id}});
                path("deal", &asked(&server, &mut han, "POST", "/v1/objects/deal/records", values)["record"])
            })
            .collect();
        is_told(&server, &mut li, &[("owner", 1); 12]);
        assert_eq!(unread(&server, &mut li), 12);
        let first = li.get(&server, "/v1/notices").body["items"][0]["id"].clone();
        assert_eq!(asked(&server, &mut li, "POST", "/v1/notices/read", json!({"id": first}))["unread"], 11);
        assert_eq!(han.ask(&server, "POST", "/v1/notices/read", &json!({"id": first})).status, 404, "another's");
        assert_eq!(asked(&server, &mut li, "POST", "/v1/notices/read", json!({}))["unread"], 0);

        // Several changes by one person are one line; one's own are none.
        for step in ["电话", "邮件", "拜访"] {
            asked(&server, &mut han, "PATCH", &deals[0], json!({"values": {"next_step": step}}));
        }
        asked(&server, &mut li, "PATCH", &deals[0], json!({"values": {"next_step": "自己改"}}));
        let mut expected = vec![("change", 3)];
        expected.extend([("owner", 1); 12]);
        is_told(&server, &mut li, &expected);
        assert_eq!(told(&server, &mut han), vec![], "han follows nothing");

        // A bulk change is one line, however many records.
        let bulk = json!({"list": {}, "act": "change", "values": {"stage": "谈判"}});
        let mut job = asked(&server, &mut han, "POST", "/v1/objects/deal/bulk", bulk);
        let watched = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
        while job["ended"] != true {
            job = asked(&server, &mut han, "GET", &watched, Value::Null);
        }
        expected.insert(0, ("change", 12));
        is_told(&server, &mut li, &expected);
        assert_eq!(li.get(&server, "/v1/notices").body["items"][0]["bulk"], true);

        // To unfollow holds, even when one says something again; nothing that is switched off comes.
        let following = format!("{}/following", deals[1]);
        assert_eq!(li.get(&server, &following).body["following"], true, "its owner does");
        asked(&server, &mut li, "PUT", &following, json!({"following": false}));
        comment(&server, &mut li, &deals[1], "我说一句");
        assert_eq!(li.get(&server, &following).body["following"], false);
        assert_eq!(han.get(&server, &following).body["following"], false);
        comment(&server, &mut han, &deals[1], "我也说一句");
        assert_eq!(han.get(&server, &following).body["following"], true, "who says something does");
        let off = json!({"mention": true, "comment": false, "change": false, "owner": true});
        assert_eq!(asked(&server, &mut li, "PUT", "/v1/notices/choices", off.clone()), off);
        assert_eq!(li.get(&server, "/v1/notices/choices").body, off);
        comment(&server, &mut han, &deals[2], "没人听见");
        asked(&server, &mut han, "PATCH", &deals[2], json!({"values": {"amount": "1"}}));
        comment(&server, &mut han, &deals[2], &format!("@[{li_id}] 听见了"));
        expected.insert(0, ("mention", 1));
        is_told(&server, &mut li, &expected);

        // What was done while nobody was told is told after a start, and nothing twice.
        asked(
            &server,
            &mut li,
            "PUT",
            "/v1/notices/choices",
            json!({"mention": true, "comment": true, "change": true, "owner": true}),
        );
        comment(&server, &mut han, &deals[3], "最后一句");
        assert!(server.kill("app"));
        server.wait();
        expected.insert(0, ("comment", 1));
        is_told(&server, &mut li, &expected);
        server.stop();
        server.launch();
        server.wait();
        is_told(&server, &mut li, &expected);
        asked(&server, &mut han, "PATCH", &deals[4], json!({"values": {"owner": null}}));
        expected.insert(0, ("change", 1));
        is_told(&server, &mut li, &expected);
    }
}

#[test]
fn a_timeline_goes_over_all_that_happened_in_one_order() {
    for database in databases() {
        let server = Server::start(database);
        let who = json!([{"scheme": "member_no", "value": "M1"}]);
        let rule = json!({"sentence": "当客户30天内投诉至少1次,标记为需要关怀"});
        assert_eq!(server.post("/v1/rules", &rule).status, 200);
        let events: Vec<Value> = (0..40)
            .map(|n| {
                let at = format!("2026-06-03T10:{n:02}:00+08:00");
                event(&format!("p{n}"), "page.viewed", &at, json!({"who": who, "url": format!("https://x.cn/{n}")}))
            })
            .collect();
        assert_eq!(server.send(&events).status, 200);
        let customer = server.get("/v1/customers/M1")["id"].clone();
        let deal = add(&server, "deal", &json!({"name": "年度框架", "customer": customer}));
        let deal = path("deal", &deal);
        let id = deal.rsplit('/').next().unwrap();
        for n in 0..20 {
            let said = server.post(&format!("{deal}/comments"), &json!({"text": format!("第{n}句")}));
            assert_eq!(said.status, 200, "{}", said.body);
            assert_eq!(server.patch(&deal, &json!({"values": {"amount": n + 1}})).status, 200);
        }
        add(&server, "note", &json!({"title": "来访记录", "customer": customer}));
        add(&server, "quote", &json!({"name": "报价一", "deal": id}));
        add(&server, "quote", &json!({"name": "别的报价"}));
        let gone = add(&server, "ticket", &json!({"subject": "进了回收站", "customer": customer}));
        assert_eq!(server.delete(&path("ticket", &gone)).status, 200);
        let complaint = event("c", "complaint.received", "2026-06-04T10:00:00+08:00", json!({"who": who}));
        assert_eq!(server.send(&[complaint]).status, 200);

        let (mut all, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = server.get(&format!("{deal}/timeline{cursor}"));
            all.extend(page["items"].as_array().unwrap().clone());
            pages += 1;
            match page["next"].as_str() {
                Some(next) => cursor = format!("?cursor={next}"),
                None => break,
            }
        }
        let whole = json!({"items": all});
        let count = |sort: &str| sorts(&whole).iter().filter(|one| **one == sort).count();
        assert_eq!(
            (count("change"), count("comment"), count("record"), count("event")),
            (21, 20, 2, 41),
            "{pages} pages"
        );
        assert!(count("decision") <= 1 && pages >= 3, "{pages}");
        let times: Vec<base::Timestamp> =
            all.iter().map(|entry| entry["at"].as_str().unwrap().parse().unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");
        let titles: Vec<&Value> = all.iter().map(|one| &one["record"]["title"]).filter(|one| !one.is_null()).collect();
        assert_eq!(titles, ["报价一", "来访记录"]);

        let some = server.get(&format!("{deal}/timeline?sorts=comments,records"));
        let [newest, .., oldest] = &sorts(&some)[..] else { panic!("{some}") };
        assert_eq!((some["items"].as_array().unwrap().len(), *newest, *oldest), (22, "record", "comment"));
        for wrong in ["sorts=all", "cursor=x"] {
            assert_eq!(server.try_get(&format!("{deal}/timeline?{wrong}")).unwrap().status, 422, "{wrong}");
        }

        // Who may not see customers has no events here, and who sees no notes no notes.
        let deals = json!({"others": {"read": "none"}, "objects": {"deal": {"read": "all"}, "quote": {"read": "all"}}});
        let (mut li, _) = member(&server, "li@example.com", &role(&server, "商机", json!([]), deals));
        let page =
            asked(&server, &mut li, "GET", &format!("{deal}/timeline?sorts=records,events,decisions"), Value::Null);
        assert_eq!((sorts(&page), &page["sorts"]), (vec!["record"], &json!(["changes", "comments", "records"])));
    }
}
