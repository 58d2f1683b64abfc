//! All or none: a strict body goes in with one commit, or nothing of it does.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

mod support;

use std::collections::BTreeMap;

use ops::OpError;
use ops::intake::{self, BODY_EVENTS, Format, Receipt, Terms};
use ops::rule::AddRequest;
use serde_json::{Value, json};
use support::{Way, World};

fn strict(world: &World, lines: &[Value]) -> Result<Receipt, OpError> {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let terms = Terms { history: true, strict: true, ..Terms::default() };
    intake::take(&world.app, lines.join("\n").as_bytes(), Format::Ndjson, &terms)
}

fn message(number: usize) -> Value {
    let who = json!([{"scheme": "member_no", "value": format!("M{}", number % 50)}]);
    let data = json!({"who": who, "channel": "微信", "text": format!("{number} {}", "在吗".repeat(100))});
    let time = "2026-05-03T10:00:00+08:00";
    json!({"specversion": "1.0", "id": number.to_string(), "source": "shop", "type": "message.received", "time": time, "data": data})
}

fn logged(world: &World) -> u64 {
    world.app.store.read(store::Connection::next_seq).unwrap() - 1
}

#[test]
fn a_fault_at_the_end_keeps_everything_out_and_is_told_alone() {
    let world = World::open();
    let mut lines: Vec<Value> = (0..20).map(message).collect();
    lines.push(message(20));
    lines[20]["data"]["channel"] = json!([]);
    let receipt = strict(&world, &lines).unwrap();
    assert_eq!((receipt.accepted, receipt.duplicates, receipt.rejected.len()), (0, 0, 1), "{receipt:?}");
    assert_eq!((receipt.rejected[0].line, receipt.rejected[0].field.as_str()), (21, "data.channel"));
    assert_eq!((logged(&world), world.app.vault.blocks_after(0).unwrap().len()), (0, 0));

    lines[20]["data"]["channel"] = json!("短信");
    assert_eq!(strict(&world, &lines).unwrap().accepted, 21);
    assert_eq!(strict(&world, &lines).unwrap().duplicates, 21);
}

#[test]
fn a_raw_zone_that_stops_midway_leaves_nothing_in_the_log_and_a_retry_completes() {
    let mut way = None;
    let world = World::open_by(|vault| {
        let (laid, socket) = Way::lay(vault, 4 << 20);
        way = Some(laid);
        socket
    });
    let sentence = "只要客户最近30天内来信次数至少3次,就标记为常来信".to_owned();
    let rule = AddRequest { sentence, answers: BTreeMap::new(), name: None, existing: true };
    ops::rule::add(&world.app, &world.me, rule).unwrap();
    let before = logged(&world);
    let lines: Vec<Value> = (0..9_000).map(message).collect();
    let receipt = strict(&world, &lines).unwrap();
    assert!(receipt.is_unavailable() && receipt.accepted == 0, "{:?}", receipt.rejected.first());
    assert_eq!(logged(&world), before, "sealed in part, and not logged");
    way.unwrap().mend();
    assert!(!world.app.vault.blocks_after(0).unwrap().is_empty(), "some was sealed: it stopped midway");
    assert_eq!(strict(&world, &lines).unwrap().accepted, 9_000);
    let blocks = world.app.store.read(|db| {
        let mut blocks = Vec::new();
        db.blocks(before + 1, |block| {
            blocks.extend((block.seq > before).then_some((block.received_at, block.entries.len())));
            Ok::<(), store::StoreError>(())
        })?;
        Ok::<_, store::StoreError>(blocks)
    });
    let blocks = blocks.unwrap();
    assert!(blocks.len() > 1 && blocks.iter().all(|(at, count)| *at == blocks[0].0 && *count <= 8_192), "{blocks:?}");
    assert_eq!(strict(&world, &lines).unwrap().duplicates, 9_000);
    let settings = pipeline::Settings { zone: world.app.zone.clone(), memory: 64 << 20 };
    let replayed = pipeline::replay(&world.app.store, &settings).unwrap();
    assert!(replayed.differences.is_empty() && replayed.decisions >= 50, "{:?}", replayed.differences);
}

#[test]
fn more_than_the_limit_is_refused_with_the_limit_named() {
    let world = World::open();
    let line = json!({"specversion": "1.0", "id": "1", "source": "shop", "type": "store.visited", "data": {}});
    let event = format!("{line}\n").repeat(BODY_EVENTS + 1);
    for (body, strict) in [(&event, true), (&event, false), (&"{}\n".repeat(BODY_EVENTS + 1), false)] {
        let terms = Terms { strict, ..Terms::default() };
        let error = intake::take(&world.app, body.as_bytes(), Format::Ndjson, &terms).unwrap_err();
        assert_eq!(error.code, "too_large");
        assert!(error.message.zh.contains("100000") && error.message.en.contains("100000"), "{error:?}");
        assert_eq!(logged(&world), 0);
    }
}

#[test]
fn beyond_a_thousand_sources_only_those_made_by_hand_are_new() {
    let world = World::open();
    let send = |sources: &[String], strict: bool| {
        let line = |source: &String| json!({"specversion": "1.0", "id": "1", "source": source, "type": "store.visited", "data": {"who": [{"scheme": "member_no", "value": "M1"}]}});
        let body: String = sources.iter().map(|source| format!("{}\n", line(source))).collect();
        let terms = Terms { strict, ..Terms::default() };
        intake::take(&world.app, body.as_bytes(), Format::Ndjson, &terms).unwrap()
    };
    let named: Vec<String> = (0..1_002).map(|number| format!("shop/{number}")).collect();
    let many = send(&named, false);
    assert!((999..=1_000).contains(&many.accepted), "{}", many.accepted);
    assert!(
        many.rejected.iter().all(|one| one.field == "source" && one.message.en.contains("1000")),
        "{:?}",
        many.rejected
    );
    let (made, other) = ("made".to_owned(), "other".to_owned());
    ops::source::add(&world.app.store, &world.me, &made, world.app.now()).unwrap();
    assert_eq!(send(&[made.clone(), other], true).accepted, 0);
    assert_eq!(send(&[made], true).accepted, 1);
}
