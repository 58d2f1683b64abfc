//! Killed at random moments under load: nothing acknowledged is lost, nothing is doubled, the log explains all that is stored.
//!
//! A dozen kills in the ordinary run, 200 in `cargo xtask check kills`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]
#![allow(clippy::needless_pass_by_value, reason = "values read better at the place of call")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use support::{Server, databases, event, run};

/// Splitmix64: the same moments for the same seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// The events of one request; some carry an original, some join a phone to a member.
fn batch(number: u64) -> Vec<Value> {
    (0..20)
        .map(|place| {
            let id = number * 20 + place;
            let member = json!({"scheme": "member_no", "value": format!("M{}", id % 97)});
            let phone = json!({"scheme": "phone", "value": format!("138{:08}", id % 97)});
            let who = if id.is_multiple_of(7) {
                json!([member, phone])
            } else if id % 7 == 1 {
                json!([phone])
            } else {
                json!([member])
            };
            let time = format!("2026-06-{:02}T10:{:02}:00+08:00", 1 + id % 28, id % 60);
            match id % 5 {
                0 => event(
                    &format!("k{id}"),
                    "message.received",
                    &time,
                    json!({"who": who, "text": format!("第{id}条")}),
                ),
                _ => event(
                    &format!("k{id}"),
                    "order.placed",
                    &time,
                    json!({"who": who, "amount": {"value": id % 900, "currency": "CNY"}}),
                ),
            }
        })
        .collect()
}

/// Sends a batch until it is acknowledged as a whole.
fn deliver(server: &Server, number: u64, stopped: &AtomicBool) -> bool {
    let events = batch(number);
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let body = lines.join("\n");
    while !stopped.load(Ordering::SeqCst) {
        match server.try_send("application/x-ndjson", body.as_bytes()) {
            Some(answer) if answer.status == 200 && answer.body["rejected"].as_array().is_some_and(Vec::is_empty) => {
                return true;
            }
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    false
}

fn trouble(database: Option<String>, kills: u64, seed: u64) {
    let mut server = Server::start(database);
    for sentence in ["只要客户累计消费超过3000元,就标记为高消费", "当客户90天内下单至少5次,自动升级为钻石会员"]
    {
        let made = server.post("/v1/rules", &json!({"sentence": sentence}));
        assert_eq!(made.status, 200, "{}", made.body);
    }
    let (stopped, sent, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let mut dice = Dice(seed);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stopped.load(Ordering::SeqCst) {
                    let number = sent.fetch_add(1, Ordering::SeqCst);
                    if deliver(&server, number, &stopped) {
                        acknowledged.fetch_add(20, Ordering::SeqCst);
                    }
                }
            });
        }
        for kill in 0..kills {
            std::thread::sleep(Duration::from_millis(20 + dice.next(400)));
            server.kill(if kill % 2 == 0 { "app" } else { "vault" });
        }
        std::thread::sleep(Duration::from_millis(500));
        server.wait();
        std::thread::sleep(Duration::from_millis(500));
        stopped.store(true, Ordering::SeqCst);
    });
    let (sent, acknowledged) = (sent.load(Ordering::SeqCst), acknowledged.load(Ordering::SeqCst));
    assert!(acknowledged > 0);
    server.wait();
    for number in 0..sent {
        let once = server.send(&batch(number));
        assert_eq!(once.status, 200, "{}", once.body);
        let twice = server.send(&batch(number));
        assert_eq!((&twice.body["accepted"], &twice.body["duplicates"]), (&json!(0), &json!(20)), "each counts once");
    }
    server.stop();
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    let told = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success(), "{told}");
    assert!(told.contains(&format!("{} events", sent * 20)), "{sent} batches were sent in the end: {told}");
    println!("{kills} kills, {acknowledged} events acknowledged meanwhile, seed {seed}: {told}");
}

#[test]
fn killed_at_random_moments_nothing_is_lost_or_doubled() {
    let kills = if std::env::var_os("JINGWEI_FULL").is_some() { 200 } else { 12 };
    for database in databases() {
        trouble(database, kills, 20_260_603);
    }
}
