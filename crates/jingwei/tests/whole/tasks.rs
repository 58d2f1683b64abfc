//! A task is done and opened again, on a real server: on the timeline, after a restart, and from the log.

use base::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::support::{Server, databases, event, run};

#[test]
fn a_task_is_done_and_opened_again_and_the_log_says_so() {
    for database in databases() {
        let mut server = Server::start(database);
        let made = server.post("/v1/rules", &json!({"sentence": "当客户30天内投诉至少1次,建任务「回访」"}));
        assert_eq!(made.status, 200, "{}", made.body);
        let who = json!([{"scheme": "member_no", "value": "M1"}, {"scheme": "order_no", "value": "O-7"}]);
        let complaint =
            event("c1", "complaint.received", &SystemClock.now().plus_ms(-1000).to_string(), json!({"who": who}));
        assert_eq!(server.send(&[complaint]).body["accepted"], 1);
        let customer = |server: &Server| server.get("/v1/customers/M1");
        let path = format!("/v1/tasks/{}", customer(&server)["tasks"][0]["id"].as_str().unwrap());
        for done in [true, true, false, true] {
            let changed = server.patch(&path, &json!({"done": done}));
            assert_eq!((changed.status, &changed.body["done"]), (200, &json!(done)), "{}", changed.body);
            assert_eq!(customer(&server)["tasks"][0]["done"], done);
        }
        let timeline = format!("/v1/customers/{}/timeline", customer(&server)["id"].as_str().unwrap());
        let items = server.get(&timeline)["items"].clone();
        let kinds: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["task.done", "task.reopened", "task.done", "complaint.received"], "no change, no event");
        assert_eq!(items[0]["summary"]["zh"], "完成任务 · 回访 · local");
        assert_eq!(server.get("/v1/events/summary")["sources"].as_array().unwrap().len(), 1, "ours is not shown");

        let forged = json!({"specversion": "1.0", "id": "1", "source": "jingwei", "type": "task.done", "data": {}});
        let refused = server.post("/v1/events", &forged);
        assert_eq!(refused.body["rejected"][0]["code"], "source", "{}", refused.body);
        assert_eq!(server.post("/v1/sources", &json!({"name": "jingwei"})).status, 422);
        assert_eq!(server.patch("/v1/tasks/tsk_00000001", &json!({"done": true})).status, 404);

        server.stop();
        server.launch();
        assert_eq!(customer(&server)["tasks"][0]["done"], Value::Bool(true), "after a restart");
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}
