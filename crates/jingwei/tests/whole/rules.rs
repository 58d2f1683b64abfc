//! A rule changed on a real server, killed while the change is being brought to everyone.

use std::time::Duration;

use base::{Clock as _, DAY_MS, SystemClock};
use serde_json::{Value, json};

use crate::support::{Server, databases, event, run};

const CUSTOMERS: usize = 4_000;

fn orders(prefix: &str) -> Vec<Value> {
    let time = SystemClock.now().plus_ms(-2 * DAY_MS).to_string();
    let order = |n: usize| {
        let who = json!([{"scheme": "member_no", "value": format!("M{n}")}]);
        let amount = json!({"value": 100 + n % 10 * 100, "currency": "CNY"});
        event(&format!("{prefix}{n}"), "order.placed", &time, json!({"who": who, "amount": amount}))
    };
    (0..CUSTOMERS).map(order).collect()
}

/// Long enough for an idle server to write every state back.
const REST: Duration = Duration::from_secs(2);

#[test]
fn a_change_that_is_cut_off_is_completed_and_follows_from_the_log() {
    let rests = [false, true].into_iter();
    for (rests, database) in rests.flat_map(|rests| databases().into_iter().map(move |database| (rests, database))) {
        let mut server = Server::start(database);
        assert_eq!(server.send(&orders("a")).body["accepted"], CUSTOMERS);
        let said = |amount: u32| format!("当客户最近30天内消费总额超过{amount}元,就标记为大主顾");
        let made = server.post("/v1/rules", &json!({"sentence": said(450)}));
        assert_eq!(made.status, 200, "{}", made.body);
        let path = format!("/v1/rules/{}", made.body["id"].as_str().unwrap());
        let settled = |server: &Server, holding: usize| {
            let start = std::time::Instant::now();
            while server.get(&path)["beginning"] == true {
                assert!(start.elapsed().as_secs() < 60, "it is brought to everyone");
                std::thread::sleep(Duration::from_millis(20));
            }
            assert_eq!(server.get(&path)["holding"], holding);
        };
        settled(&server, CUSTOMERS * 6 / 10);
        if rests {
            std::thread::sleep(REST);
        }
        let answer = server.put(&path, &json!({"sentence": said(850)}));
        assert_eq!((answer.status, &answer.body["version"]), (200, &json!(2)), "{}", answer.body);
        assert!(server.kill("app"));
        server.wait();
        settled(&server, CUSTOMERS * 2 / 10);
        assert_eq!(server.send(&orders("b")).body["accepted"], CUSTOMERS);
        settled(&server, CUSTOMERS * 6 / 10);
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}
