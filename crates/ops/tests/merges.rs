//! Two customers joined by mistake and taken apart: each has its own back, and nothing of the other's.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use base::{CustomerId, MergeId, Timestamp};
use ops::customer::decision::{self, DecisionDetail};
use ops::customer::{merge, profile};
use ops::rule::AddRequest;
use serde_json::{Value, json};
use support::World;

fn event(id: &str, kind: &str, members: &[&str], amount: u32) -> Value {
    let who: Vec<Value> = members.iter().map(|member| json!({"scheme": "member_no", "value": member})).collect();
    let data = json!({"who": who, "amount": {"value": amount, "currency": "CNY"}});
    let time = "2026-05-20T10:00:00+08:00";
    json!({"specversion": "1.0", "id": id, "source": "shop", "type": kind, "time": time, "data": data})
}

fn rule(world: &World, sentence: &str) {
    let request = AddRequest { sentence: sentence.into(), answers: BTreeMap::new(), name: None, existing: true };
    ops::rule::add(&world.app, &world.me, request).unwrap();
    while ops::rule::list(&world.app, &world.me).unwrap().items.iter().any(|rule| rule.beginning) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn unmerge(world: &World, customer: CustomerId) {
    let merge = profile::get(&world.app, &world.me, customer).unwrap().merges.first().unwrap().id;
    merge::undo(&world.app, &world.me, merge).unwrap();
}

/// Tags and tasks with the decisions that made them.
fn stands(world: &World, customer: CustomerId) -> Vec<(String, u64)> {
    let view = profile::get(&world.app, &world.me, customer).unwrap();
    let tags = view.tags.into_iter().map(|tag| (tag.tag, tag.decision.number()));
    let mut all: Vec<_> = tags.chain(view.tasks.into_iter().map(|task| (task.title, task.id.number()))).collect();
    all.sort();
    all
}

/// A customer's decisions, newest first.
fn decisions(world: &World, customer: CustomerId) -> Vec<DecisionDetail> {
    let all = decision::list(&world.app, &world.me, customer).unwrap().items;
    all.into_iter().map(|one| decision::get(&world.app, &world.me, one.id).unwrap()).collect()
}

fn replay(world: &World) {
    let settings = pipeline::Settings { zone: world.app.zone.clone(), memory: 64 << 20 };
    let replayed = pipeline::replay(&world.app.store, &settings).unwrap();
    assert_eq!(replayed.differences, Vec::<String>::new());
}

#[test]
fn each_has_its_tags_and_tasks_back() {
    let world = World::open();
    rule(&world, "当客户最近30天内消费总额超过500元,建任务「回访」");
    rule(&world, "当客户最近30天内消费总额超过500元,就标记为大客户");
    world.take(&json!([event("a", "order.placed", &["A"], 600), event("b", "order.placed", &["B"], 900)]));
    let (a, b) = (world.customer("A"), world.customer("B"));
    let before = [a, b].map(|customer| stands(&world, customer));
    assert_eq!(before.each_ref().map(Vec::len), [2, 2]);
    world.take(&json!([event("ab", "store.visited", &["A", "B"], 0)]));
    assert_eq!(world.customer("B"), a);
    let joined = stands(&world, a);
    assert_eq!(joined.iter().filter(|(title, _)| title == "回访").count(), 2, "{joined:?}");
    unmerge(&world, a);
    assert_eq!([a, b].map(|customer| stands(&world, customer)), before);
    replay(&world);
}

#[test]
fn what_was_concluded_while_they_were_one_is_told_to_neither() {
    let world = World::open();
    rule(&world, "当客户最近30天内消费总额超过1000元,就标记为大客户");
    rule(&world, "当客户最近30天内消费总额超过500元,就标记为常客");
    world.take(&json!([event("a", "order.placed", &["A"], 300), event("b", "order.placed", &["B"], 900)]));
    world.take(&json!([event("ab", "store.visited", &["A", "B"], 0)]));
    world.take(&json!([event("a2", "order.placed", &["A"], 400)]));
    let (a, b) = (world.customer("A"), CustomerId::new(2));
    let of_both = |customer| decisions(&world, customer).into_iter().filter(|one| one.evidence.len() > 1).count();
    assert!(of_both(a) > 0, "the joined customer is a large one by the orders of both");
    world.clock.set(Timestamp::from_ms(support::NOW_MS + 60_000));
    unmerge(&world, a);
    let tags = |customer| stands(&world, customer).into_iter().map(|(tag, _)| tag).collect::<Vec<_>>();
    assert_eq!((tags(a), tags(b)), (vec!["常客".to_owned()], vec!["常客".to_owned()]));
    for one in decisions(&world, a) {
        assert!(one.evidence.len() <= 2, "it has two orders of its own: {one:?}");
        assert!(
            !one.decision.why.en.contains("1,600") && !one.decision.why.en.contains("900"),
            "{}",
            one.decision.why.en
        );
    }
    let (_, zip) = world.export(a);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let read = |zip: &mut zip::ZipArchive<_>, path: &str| std::io::read_to_string(zip.by_name(path).unwrap()).unwrap();
    let manifest = read(&mut zip, "manifest.json");
    assert!(manifest.contains("others_rights"), "{manifest}");
    let told = ["decisions/decisions.jsonl", "tags/tags.jsonl", "index.html"].map(|path| read(&mut zip, path));
    assert!(told.iter().all(|told| !told.contains("900")), "{told:?}");
    replay(&world);
}

#[test]
fn what_comes_back_follows_what_its_rule_says_by_now() {
    let world = World::open();
    rule(&world, "当客户最近30天内消费总额超过500元,就标记为常客");
    rule(&world, "只要客户最近30天内消费总额超过500元,就标记为老客");
    let rules = ops::rule::list(&world.app, &world.me).unwrap().items;
    world.take(&json!([event("b", "order.placed", &["B"], 600), event("a", "order.placed", &["A"], 900)]));
    let customers = ["A", "B"].map(|member| world.customer(member));
    world.take(&json!([event("ab", "store.visited", &["A", "B"], 0)]));
    let sentence = "当客户最近30天内消费总额超过10000元,就标记为钻石客户";
    let request = AddRequest { sentence: sentence.into(), answers: BTreeMap::new(), name: None, existing: true };
    let often = rules.iter().find(|rule| rule.name == "常客").unwrap();
    ops::rule::edit(&world.app, &world.me, often.id, request).unwrap();
    let old = rules.iter().find(|rule| rule.name == "老客").unwrap();
    ops::rule::set_on(&world.app, &world.me, old.id, false).unwrap();
    while ops::rule::list(&world.app, &world.me).unwrap().items.iter().any(|rule| rule.beginning) {
        std::thread::sleep(Duration::from_millis(10));
    }
    world.clock.set(Timestamp::from_ms(support::NOW_MS + 60_000));
    unmerge(&world, customers[0].min(customers[1]));
    let left = customers.map(|customer| stands(&world, customer));
    assert_eq!(left, [Vec::new(), Vec::new()], "one rule asks for more by now, the other is off");
    assert!(ops::rule::list(&world.app, &world.me).unwrap().items.iter().all(|rule| rule.holding == 0));
    replay(&world);
}

#[test]
fn a_shared_phone_that_is_found_out_leaves_nobody_the_others_tasks() {
    let world = World::open();
    rule(&world, "当客户最近30天内消费总额超过500元,建任务「回访」");
    let member = |number: usize| format!("M{number}");
    for number in 1..=7 {
        world.take(&json!([event(&format!("o{number}"), "order.placed", &[&member(number)], 600)]));
    }
    for number in 1..=7 {
        let mut visit = event(&format!("v{number}"), "store.visited", &[&member(number)], 0);
        visit["data"]["who"].as_array_mut().unwrap().push(json!({"scheme": "phone", "value": "13800138000"}));
        world.take(&json!([visit]));
    }
    for number in 1..=7 {
        let customer = world.customer(&member(number));
        let tasks = profile::get(&world.app, &world.me, customer).unwrap().tasks.len();
        assert!(tasks <= 1, "{} has {tasks} tasks", member(number));
        assert!(decisions(&world, customer).iter().all(|one| one.evidence.len() <= 1), "{}", member(number));
    }
    replay(&world);
}

/// The merges that made a customer, newest first.
fn merges(world: &World, customer: CustomerId) -> Vec<MergeId> {
    profile::get(&world.app, &world.me, customer).unwrap().merges.iter().map(|merge| merge.id).collect()
}

#[test]
fn a_merge_on_which_a_later_one_rests_is_undone_after_it() {
    for later in [["M1", "M2"], ["M2", "M3"]] {
        let world = World::open();
        let earlier = if later == ["M1", "M2"] { ["M2", "M3"] } else { ["M1", "M2"] };
        let orders = ["M1", "M2", "M3"].map(|member| event(member, "order.placed", &[member], 100));
        world.take(&Value::from(orders.to_vec()));
        let before = ["M1", "M2", "M3"].map(|member| world.customer(member));
        world.take(&json!([event("one", "order.placed", &earlier, 100)]));
        let inner = merges(&world, world.customer("M2"))[0];
        world.take(&json!([event("two", "order.placed", &later, 100)]));
        let outer = merges(&world, world.customer("M2"))[0];
        let undo = |id| merge::undo(&world.app, &world.me, id);
        let refused = undo(inner).unwrap_err();
        assert!(refused.code == "invalid" && refused.message.en.contains("first"), "{later:?}: {refused:?}");
        undo(outer).unwrap();
        undo(inner).unwrap();
        assert_eq!(undo(inner).unwrap_err().code, "not_found");
        assert_eq!(["M1", "M2", "M3"].map(|member| world.customer(member)), before, "{later:?}");
        replay(&world);
    }
}
