//! Rules made and changed while events come: what is stored follows from the log, and old versions stay known.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

mod support;

use std::collections::BTreeMap;

use ops::intake::{self, Format, Terms};
use ops::rule::{AddRequest, Readings, RuleView};
use serde_json::{Value, json};
use support::World;

fn order(id: &str, member: usize, time: &str, amount: u32) -> Value {
    let data = json!({"who": [{"scheme": "member_no", "value": format!("M{member}")}], "amount": {"value": amount, "currency": "CNY"}});
    json!({"specversion": "1.0", "id": id, "source": "shop", "type": "order.placed", "time": time, "data": data})
}

fn send(world: &World, events: &[Value]) {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let receipt = intake::take(&world.app, lines.join("\n").as_bytes(), Format::Ndjson, &Terms::default()).unwrap();
    assert_eq!(receipt.accepted, u64::try_from(events.len()).unwrap(), "{:?}", receipt.rejected.first());
}

fn add(world: &World, sentence: &str) -> RuleView {
    let request = AddRequest { sentence: sentence.into(), answers: BTreeMap::new(), name: None, existing: true };
    ops::rule::add(&world.app, &Readings::default(), request).unwrap()
}

fn settle(world: &World) {
    while ops::rule::list(&world.app).unwrap().items.iter().any(|rule| rule.beginning) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn replay(world: &World) {
    let settings = pipeline::Settings { zone: world.app.zone.clone(), memory: 64 << 20 };
    let replayed = pipeline::replay(&world.app.store, &settings).unwrap();
    assert_eq!(replayed.differences, Vec::<String>::new());
}

#[test]
fn what_a_rule_begins_amid_traffic_follows_from_the_log() {
    let world = World::open();
    let all = |prefix: &str, time: &str, amount| {
        (0..3_000).map(|n| order(&format!("{prefix}{n}"), n, time, amount)).collect::<Vec<_>>()
    };
    send(&world, &all("a", "2026-05-20T10:00:00+08:00", 300));
    add(&world, "只要客户最近30天内下单次数至少2次,就标记为常客");
    send(&world, &all("b", "2026-05-28T10:00:00+08:00", 300));
    add(&world, "当客户最近30天内消费总额超过500元,就标记为大主顾");
    send(&world, &all("c", "2026-05-27T10:00:00+08:00", 300));
    settle(&world);
    replay(&world);
}
