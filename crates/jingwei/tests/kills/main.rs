//! Killed at random moments under load, of events and of records with what is said of them and kept with them: nothing acknowledged is lost,
//! nothing is doubled or half done, the log explains all that is stored.
//!
//! A dozen kills in the ordinary run, 200 in `cargo xtask check kills`. `JINGWEI_KILLS` and `JINGWEI_SEED` ask for others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]
#![allow(clippy::needless_pass_by_value, reason = "values read better at the place of call")]

#[path = "../support/dice.rs"]
mod dice;
mod disk;
mod flushed;
mod postgres;
mod records;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dice::Dice;
use flushed::check;
use postgres::Postgres;
use serde_json::{Value, json};
use support::{Answer, Server, event, run};
use world::World;

/// How long anything may stand still: longer than a busy machine does.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often trouble comes: a dozen times, 200 in the full run, or as often as one asks for.
fn times() -> u64 {
    let full = if std::env::var_os("JINGWEI_FULL").is_some() { 200 } else { 12 };
    number("JINGWEI_KILLS", full)
}

/// A tag that stays while it holds, one for good, one that comes and goes, and a task.
const SENTENCES: [&str; 4] = [
    "只要客户累计消费超过3000元,就标记为高消费",
    "当客户90天内下单至少5次,自动升级为钻石会员",
    "只要客户1分钟内下单至少2次,就标记为活跃",
    "create a task \"call back\" when a customer has at least 2 orders this week",
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// The events of one request; some carry an original, some join a phone to a member, some come late.
fn batch(number: u64) -> Vec<Value> {
    (0..20)
        .map(|place| {
            let id = number * 20 + place;
            let member = json!({"scheme": "member_no", "value": format!("M{}", id % 41)});
            let phone = json!({"scheme": "phone", "value": format!("138{:08}", id % 41)});
            let who = if id.is_multiple_of(7) {
                json!([member, phone])
            } else if id % 7 == 1 {
                json!([phone])
            } else {
                json!([member])
            };
            let late = format!("2026-06-{:02}T10:{:02}:00+08:00", 1 + id % 28, id % 60);
            let (kind, data) = match id % 5 {
                0 => ("message.received", json!({"who": who, "text": format!("第{id}条")})),
                _ => ("order.placed", json!({"who": who, "amount": {"value": id % 900, "currency": "CNY"}})),
            };
            let mut event = event(&format!("k{id}"), kind, &late, data);
            if !id.is_multiple_of(3) {
                event.as_object_mut().unwrap().remove("time");
            }
            event
        })
        .collect()
}

/// What senders are told.
#[derive(Default)]
struct Told {
    /// Batches taken as a whole.
    acknowledged: Mutex<BTreeSet<u64>>,
    /// Times that they were told to try again.
    later: AtomicU64,
    /// Answers that no sender should get.
    odd: Mutex<Vec<String>>,
}

impl Told {
    /// Waits until some more batches were taken.
    fn wait_for(&self, more: u64, server: &Server) {
        let count = || self.acknowledged.lock().unwrap().len() as u64;
        let (start, wanted) = (Instant::now(), count() + more);
        while count() < wanted {
            let odd = self.odd.lock().unwrap();
            let is_going = odd.is_empty() && start.elapsed() < PATIENCE;
            assert!(is_going, "{odd:#?}\n{}\n{}", server.log(), server.standing());
            drop(odd);
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Whether an answer acknowledges a whole batch; one that does not must say that trying again will help.
fn is_whole(answer: &Answer, told: &Told) -> bool {
    let rejected = answer.body["rejected"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_later = match answer.status {
        200 if rejected.is_empty() => return true,
        200 => rejected.iter().all(|line| line["code"] == "vault_unavailable"),
        503 => answer.retry_after,
        _ => false,
    };
    if is_later {
        told.later.fetch_add(1, Ordering::SeqCst);
    } else {
        told.odd.lock().unwrap().push(format!("{}: {}", answer.status, answer.body));
    }
    false
}

/// Sends a batch until it is acknowledged as a whole.
fn deliver(server: &Server, number: u64, stopped: &AtomicBool, told: &Told) {
    let lines: Vec<String> = batch(number).iter().map(Value::to_string).collect();
    let body = lines.join("\n");
    while !stopped.load(Ordering::SeqCst) {
        if server.try_send("application/x-ndjson", body.as_bytes()).is_some_and(|answer| is_whole(&answer, told)) {
            told.acknowledged.lock().unwrap().insert(number);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Kills one after the other: the app, the raw zone, and the database where it is a server of ours.
fn kill(server: &Server, database: Option<&mut Postgres>, turn: u64, dice: &mut Dice) {
    match (turn % if database.is_some() { 3 } else { 2 }, database) {
        (2, Some(postgres)) => {
            postgres.kill(dice.next(3) > 0, dice.next(1_000));
            std::thread::sleep(Duration::from_millis(100 + dice.next(700)));
            postgres.revive();
        }
        (turn, _) => {
            let start = Instant::now();
            while !server.kill(if turn == 0 { "app" } else { "vault" }) {
                assert!(start.elapsed() < PATIENCE, "there is nothing to kill: {}", server.log());
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

fn trouble(mut database: Option<Postgres>, seed: u64) {
    let kills = times();
    let mut server = Server::start(database.as_ref().map(Postgres::url));
    for sentence in SENTENCES {
        let made = server.post("/v1/rules", &json!({"sentence": sentence}));
        assert_eq!(made.status, 200, "{}", made.body);
    }
    records::begin(&server);
    let (stopped, sent, told) = (AtomicBool::new(false), AtomicU64::new(0), Told::default());
    let mut dice = Dice(seed);
    let mut written = Vec::new();
    std::thread::scope(|scope| {
        let _end = End(&stopped);
        for _ in 0..3 {
            scope.spawn(|| {
                while !stopped.load(Ordering::SeqCst) {
                    deliver(&server, sent.fetch_add(1, Ordering::SeqCst), &stopped, &told);
                }
            });
        }
        let writers = [1, 2, 3].map(|number| {
            let (dice, server, stopped, told) = (Dice(dice.next(u64::MAX)), &server, &stopped, &told);
            scope.spawn(move || records::write(server, number, dice, stopped, told))
        });
        for turn in 0..kills {
            told.wait_for(1 + dice.next(5), &server);
            std::thread::sleep(Duration::from_millis(dice.next(200)));
            kill(&server, database.as_mut(), turn, &mut dice);
        }
        std::thread::sleep(Duration::from_millis(500));
        server.wait();
        std::thread::sleep(Duration::from_millis(500));
        stopped.store(true, Ordering::SeqCst);
        written.extend(writers.into_iter().flat_map(|writer| writer.join().unwrap()));
    });
    let odd = told.odd.into_inner().unwrap();
    assert!(odd.is_empty(), "{odd:#?}");
    let (sent, acknowledged, later) =
        (sent.into_inner(), told.acknowledged.into_inner().unwrap(), told.later.into_inner());
    assert!(!acknowledged.is_empty());
    server.wait();
    for number in 0..sent {
        let once = server.send(&batch(number));
        assert_eq!(once.status, 200, "{}", once.body);
        let is_known = once.body["accepted"] == 0;
        assert!(is_known || !acknowledged.contains(&number), "batch {number} was acknowledged and is lost");
        let twice = server.send(&batch(number));
        assert_eq!((&twice.body["accepted"], &twice.body["duplicates"]), (&json!(0), &json!(20)), "each counts once");
    }
    let records = records::check(&server, &written);
    server.stop();
    let replayed = run(&["replay", "--data", server.data(), "--verify"]);
    let found = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success(), "{found}");
    assert!(found.contains(&format!("{} events", sent * 20)), "{sent} batches were sent in the end: {found}");
    let world = World::open(&server.folder, database.as_ref().map(Postgres::url).as_deref());
    check(&world, &(0..sent).collect());
    let (name, acknowledged) = (world.app().store.location().name(), acknowledged.len() * 20);
    println!(
        "{name}: {kills} kills, {acknowledged} events acknowledged meanwhile, {records}, {later} times told to try again, seed {seed}: {found}"
    );
}

/// Stops the senders, whatever ends the killing.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn killed_at_random_moments_nothing_is_lost_or_doubled_on_sqlite() {
    trouble(None, number("JINGWEI_SEED", 20_260_603));
}

#[test]
fn killed_at_random_moments_nothing_is_lost_or_doubled_on_postgresql() {
    match Postgres::start() {
        Some(server) => trouble(Some(server), number("JINGWEI_SEED", 20_260_603)),
        None => println!("PostgreSQL is not installed: skipped"),
    }
}

/// The app waits for its database: it says so, and goes on by itself.
#[test]
fn the_app_outlives_its_database() {
    let Some(mut database) = Postgres::start() else { return println!("PostgreSQL is not installed: skipped") };
    let server = Server::start(Some(database.url()));
    assert_eq!(server.send(&batch(0)).status, 200);
    let app = server.child("app");
    database.kill(true, 0);
    for _ in 0..20 {
        let answer = server.send(&batch(1));
        assert!((answer.status, answer.retry_after) == (503, true), "{}: {}", answer.status, answer.body);
        let health = server.try_get("/healthz").unwrap();
        assert_eq!((health.status, &health.body["database_up"]), (503, &json!(false)));
    }
    database.revive();
    server.wait();
    let start = Instant::now();
    while server.send(&batch(1)).status != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "{}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.send(&batch(1)).body["duplicates"], 20);
    assert_eq!(server.child("app"), app, "it was not started anew");
}
