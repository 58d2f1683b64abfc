//! All records of a list changed at once: with its progress, stopped, taken back, within one's rights, and the same after a replay.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::{Browser, member};
use crate::support::{Server, databases, run};

/// Waits for the end of a job.
pub fn ended(server: &Server, who: &mut Browser, job: &Value) -> Value {
    assert!(job["id"].is_string(), "{job}");
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    let start = Instant::now();
    loop {
        let told = who.get(server, &path).body;
        if told["ended"] == true {
            assert_eq!(told["failed"], Value::Null);
            return told;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{told}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn count(server: &Server, field: &str, value: &str) -> Value {
    let filter = json!({"filter": {"is": {"field": field, "op": "equal", "value": value}}});
    server.post("/v1/objects/deal/count", &filter).body["count"].clone()
}

#[test]
fn all_of_a_list_is_changed_and_taken_back() {
    const MANY: usize = 1_203;
    for database in databases() {
        let mut server = Server::start(database);
        let role = |name: &str, write: &str| {
            let records = json!({"others": {"read": "all", "write": write}});
            server.post("/v1/roles", &json!({"name": name, "rights": [], "records": records})).body["id"].clone()
        };
        let (all, own) = (role("全部", "all"), role("本人", "own"));
        let (mut han, _) = member(&server, "han@example.com", &all);
        let (mut li, li_id) = member(&server, "li@example.com", &own);
        for number in 0..MANY {
            let owner = if number % 3 == 0 { json!(li_id) } else { Value::Null };
            let values = json!({"name": format!("D{number}"), "region": if number < 1_000 { "east" } else { "south" }, "owner": owner});
            assert_eq!(server.post("/v1/objects/deal/records", &json!({"values": values})).status, 200);
        }
        let east = json!({"filter": {"is": {"field": "region", "op": "equal", "value": "east"}}});
        let path = "/v1/objects/deal/bulk";
        let change = json!({"list": east, "act": "change", "values": {"stage": "won"}});
        for (wrong, status) in [
            (json!({"list": {}, "act": "change"}), 422),
            (json!({"list": {}, "act": "trash", "values": {"stage": "won"}}), 422),
            (json!({"list": {}, "act": "change", "values": {"name": ""}}), 422),
        ] {
            assert_eq!(han.ask(&server, "POST", path, &wrong).status, status, "{wrong}");
        }

        // Someone who may change only their own changes only their own.
        let done = li.ask(&server, "POST", path, &change).body;
        let done = ended(&server, &mut li, &done);
        assert_eq!((&done["seen"], &done["changed"], &done["left"]), (&json!(1_000), &json!(334), &json!(666)));
        assert_eq!(han.get(&server, &format!("/v1/jobs/{}", done["id"].as_str().unwrap())).status, 404, "not theirs");
        let undo = |batch: &Value| format!("/v1/batches/{}/undo", batch.as_str().unwrap());
        let back = li.ask(&server, "POST", &undo(&done["batch"]), &Value::Null).body;
        assert_eq!(ended(&server, &mut li, &back)["changed"], 334);
        assert_eq!(count(&server, "stage", "won"), 0);

        // All of it, taken back but for what was changed since.
        let done = han.ask(&server, "POST", path, &change).body;
        let done = ended(&server, &mut han, &done);
        assert_eq!((&done["changed"], count(&server, "stage", "won")), (&json!(1_000), json!(1_000)));
        let again = han.ask(&server, "POST", path, &change).body;
        let again = ended(&server, &mut han, &again);
        assert_eq!((&again["changed"], &again["batch"]), (&json!(0), &Value::Null), "nothing changes twice");
        let first =
            server.post("/v1/objects/deal/list", &json!({"q": "D0", "limit": 1})).body["items"][0]["id"].clone();
        let first = format!("/v1/objects/deal/records/{}", first.as_str().unwrap());
        server.patch(&first, &json!({"values": {"stage": "lost"}}));
        let back = han.ask(&server, "POST", &undo(&done["batch"]), &Value::Null).body;
        let back = ended(&server, &mut han, &back);
        assert_eq!((&back["seen"], &back["changed"]), (&json!(1_000), &json!(999)));
        assert_eq!((count(&server, "stage", "won"), count(&server, "stage", "lost")), (json!(0), json!(1)));

        // Into the trash and back.
        let trash = han.ask(&server, "POST", path, &json!({"list": {}, "act": "trash"})).body;
        let trash = ended(&server, &mut han, &trash);
        assert_eq!(
            (&trash["changed"], server.post("/v1/objects/deal/count", &json!({})).body["count"].clone()),
            (&json!(MANY), json!(0))
        );
        let back = han.ask(&server, "POST", &undo(&trash["batch"]), &Value::Null).body;
        assert_eq!(ended(&server, &mut han, &back)["changed"], MANY);
        assert_eq!(server.post("/v1/objects/deal/count", &json!({})).body["count"], MANY);
        assert_eq!(han.ask(&server, "POST", "/v1/batches/chg_00000001/undo", &Value::Null).status, 404);

        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}
