//! Rules made and changed while events come: what is stored follows from the log, and old versions stay known.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

mod support;

use std::collections::BTreeMap;

use ops::customer::decision::DecisionDetail;
use ops::intake::{self, Format, Terms};
use ops::rule::{AddRequest, ReadRequest, RuleView};
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

fn request(sentence: &str) -> AddRequest {
    AddRequest { sentence: sentence.into(), answers: BTreeMap::new(), name: None, existing: true }
}

fn add(world: &World, sentence: &str) -> RuleView {
    ops::rule::add(&world.app, &world.me, request(sentence)).unwrap()
}

/// Has a rule say something else, and tells who was said to gain, lose and stay.
fn edit(world: &World, rule: &RuleView, sentence: &str) -> (RuleView, (u64, u64, u64)) {
    let read = ReadRequest { sentence: sentence.into(), answers: BTreeMap::new() };
    let told = ops::rule::read_edit(&world.app, &world.me, rule.id, &read).unwrap().difference.unwrap();
    let edited = ops::rule::edit(&world.app, &world.me, rule.id, request(sentence)).unwrap();
    settle(world);
    (edited, (told.gains, told.loses, told.stays))
}

fn tags(world: &World, member: usize) -> Vec<String> {
    let view = ops::customer::profile::get(&world.app, &world.me, world.customer(&format!("M{member}"))).unwrap();
    view.tags.into_iter().map(|tag| tag.tag).collect()
}

/// A customer's decisions, newest first.
fn decisions(world: &World, member: usize) -> Vec<DecisionDetail> {
    let all =
        ops::customer::decision::list(&world.app, &world.me, world.customer(&format!("M{member}"))).unwrap().items;
    all.into_iter().map(|one| ops::customer::decision::get(&world.app, &world.me, one.id).unwrap()).collect()
}

/// M1 spent 900, M2 600, M3 300.
fn three(world: &World) {
    send(
        world,
        &[1, 2, 3]
            .map(|n| order(&format!("o{n}"), n, "2026-05-20T10:00:00+08:00", u32::try_from(1200 - 300 * n).unwrap())),
    );
}

fn settle(world: &World) {
    while ops::rule::list(&world.app, &world.me).unwrap().items.iter().any(|rule| rule.beginning) {
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

#[test]
fn a_new_version_takes_back_what_no_longer_holds_and_old_decisions_keep_theirs() {
    for head in ["只要客户最近30天内消费总额超过", "当客户最近30天内消费总额超过"] {
        let world = World::open();
        three(&world);
        let said = |amount: u32, tag: &str| format!("{head}{amount}元,就标记为{tag}");
        let rule = add(&world, &said(500, "大主顾"));
        settle(&world);
        assert_eq!([1, 2, 3].map(|n| tags(&world, n).len()), [1, 1, 0]);

        let (edited, told) = edit(&world, &rule, &said(800, "大主顾"));
        assert_eq!((edited.version, edited.sentence, told), (2, said(800, "大主顾"), (0, 1, 1)));
        assert_eq!([1, 2, 3].map(|n| tags(&world, n).len()), [1, 0, 0]);
        let [now, before] = <[DecisionDetail; 2]>::try_from(decisions(&world, 2)).unwrap();
        assert_eq!((now.decision.outcome.as_str(), now.decision.reason.as_str()), ("clear_tag", "rule_changed"));
        assert_eq!((now.decision.rule.version, now.corrects), (2, Some(before.decision.id)));
        assert!(now.decision.why.zh.contains("800") && now.values[0].truth == "false", "{:?}", now.decision.why);
        assert_eq!((before.decision.rule.version, before.decision.superseded), (1, true));
        assert!(before.sentence == said(500, "大主顾") && before.decision.why.zh.contains("500"), "{before:?}");
        assert_eq!(decisions(&world, 1).len(), 1, "what still holds is not decided again");

        let (edited, told) = edit(&world, &rule, &said(200, "常客"));
        assert_eq!((edited.name.as_str(), told), ("常客", (3, 1, 0)), "another tag: the old one goes");
        assert_eq!([1, 2, 3].map(|n| tags(&world, n)), [["常客"], ["常客"], ["常客"]]);
        let versions = ops::rule::get(&world.app, &world.me, rule.id).unwrap().versions;
        assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [3, 2, 1]);
        replay(&world);
    }
}

#[test]
fn a_new_version_leaves_the_tasks_of_the_old_one() {
    let world = World::open();
    three(&world);
    let rule = add(&world, "当客户最近30天内消费总额超过500元,建任务「回访」");
    settle(&world);
    edit(&world, &rule, "当客户最近30天内消费总额超过800元,建任务「回访」");
    edit(&world, &rule, "当客户最近30天内消费总额超过200元,建任务「回访」");
    let tasks = [1, 2, 3].map(|n| {
        ops::customer::profile::get(&world.app, &world.me, world.customer(&format!("M{n}"))).unwrap().tasks.len()
    });
    assert_eq!(tasks, [1, 2, 1], "M1 is not asked twice; M2 came to hold again");
    replay(&world);
}

#[test]
fn texts_that_a_database_does_not_store_are_refused() {
    let world = World::open();
    let named = AddRequest {
        name: Some("贵\0客".into()), ..request("只要客户累计消费超过500元,就标记为贵客")
    };
    let refused = [
        ops::rule::add(&world.app, &world.me, request("就标记为贵\0客")).unwrap_err(),
        ops::rule::add(&world.app, &world.me, named).unwrap_err(),
        ops::account::session::add_owner(&world.app, "a\0@b", "李雷", "correct horse battery", None).unwrap_err(),
        ops::source::add(&world.app.store, &world.me, "sh\0op", world.app.now()).unwrap_err(),
    ];
    let fields: Vec<_> = refused.iter().map(|error| (error.code, error.field.as_deref().unwrap())).collect();
    assert_eq!(fields, ["sentence", "name", "email", "name"].map(|field| ("invalid", field)));
}
