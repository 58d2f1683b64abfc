//! The demo company: what it promises to hold.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use base::{DAY_MS, Decimal, HOUR_MS, Timestamp};
use connect::cloudevents::read_one;
use demo::{Company, company};
use domain::{Class, FieldType, Incoming, IncomingValue, Kinds};

fn now() -> Timestamp {
    "2026-06-03T02:15:00Z".parse().unwrap()
}

fn whole() -> Company {
    company(7, now(), 2000)
}

/// The past of that company, told once.
fn past() -> &'static [String] {
    static PAST: OnceLock<Vec<String>> = OnceLock::new();
    PAST.get_or_init(|| whole().history.collect())
}

fn member(event: &Incoming<'_>) -> Option<String> {
    event.who.iter().find(|who| who.scheme == "member_no").map(|who| who.value.to_string())
}

fn amount(event: &Incoming<'_>) -> Decimal {
    let found = event.fields.iter().find_map(|(_, value)| match value {
        IncomingValue::Money(value, _) => value.parse().ok(),
        _ => None,
    });
    found.unwrap()
}

/// Every event is taken, of a standard kind, each of its fields declared and of its type.
fn check(json: &str, kinds: &Kinds) {
    let event = read_one(json.as_bytes()).unwrap();
    let kind = kinds.by_name(&event.kind).unwrap();
    assert!(!event.who.is_empty() && event.time.is_some(), "{json}");
    for (name, value) in &event.fields {
        let fits = match (kind.field(name).unwrap().field_type, value) {
            (FieldType::Text, IncomingValue::Text(text)) => !text.is_empty(),
            (FieldType::Number, IncomingValue::Number(text)) => text.parse::<Decimal>().is_ok(),
            (FieldType::Money, IncomingValue::Money(value, _)) => value.parse::<Decimal>().is_ok(),
            _ => false,
        };
        assert!(fits, "{name} in {json}");
    }
}

#[test]
fn every_event_is_taken_as_it_is() {
    let kinds = Kinds::standard();
    let company = whole();
    let count = past().iter().map(|json| check(json, &kinds)).count();
    assert!((50_000..120_000).contains(&count), "{count}");
    company.live.take(3000).for_each(|beat| check(&beat.json(now()), &kinds));
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let tell = |seed| {
        let company = company(seed, now(), 150);
        company.history.chain(company.live.take(300).map(|beat| beat.json(now()))).collect::<Vec<_>>()
    };
    assert_eq!(tell(1), tell(1));
    assert_ne!(tell(1), tell(2));
}

#[test]
fn the_past_has_what_a_past_has() {
    let events: Vec<Incoming<'_>> = past().iter().map(|line| read_one(line.as_bytes()).unwrap()).collect();
    let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.as_ref()).collect();
    let sources: BTreeSet<&str> = events.iter().map(|event| event.source.as_ref()).collect();
    let schemes: BTreeSet<&str> = events.iter().flat_map(|event| &event.who).map(|who| who.scheme.as_ref()).collect();
    assert!((kinds.len(), sources.len(), schemes.len()) >= (17, 9, 9), "{kinds:?} {sources:?} {schemes:?}");

    let times: Vec<Timestamp> = events.iter().map(|event| event.time.unwrap()).collect();
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(first.ms() >= now().ms() - 182 * DAY_MS && last.ms() <= now().ms() - 3 * HOUR_MS);
    let late = times.windows(2).filter(|pair| pair[1].ms() < pair[0].ms() - HOUR_MS).count();
    assert!((1000..4000).contains(&late), "{late}");
    let ids: HashSet<(&str, &str)> = events.iter().map(|event| (event.source.as_ref(), event.id.as_ref())).collect();
    let repeats = events.len() - ids.len();
    assert!((150..800).contains(&repeats), "{repeats}");
}

#[test]
fn phones_of_shops_are_shared_and_others_are_not() {
    let mut members: HashMap<String, HashSet<String>> = HashMap::new();
    for line in past() {
        let event = read_one(line.as_bytes()).unwrap();
        let phone = event.who.iter().find(|who| who.scheme == "phone").map(|who| who.value.to_string());
        if let (Some(phone), Some(member)) = (phone, member(&event)) {
            members.entry(phone).or_default().insert(member);
        }
    }
    let shared = members.values().filter(|members| members.len() > 1);
    let mut shared: Vec<usize> = shared.map(HashSet::len).collect();
    shared.sort_unstable();
    assert_eq!(shared, [9, 9, 9, 9]);
}

#[test]
fn some_are_known_apart_before_they_are_joined() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut joined_late = 0;
    for line in past() {
        let event = read_one(line.as_bytes()).unwrap();
        let of = |scheme: &str| event.who.iter().find(|who| who.scheme == scheme).map(|who| who.value.to_string());
        if event.kind == "customer.identified"
            && let (Some(user), Some(openid)) = (of("user_id"), of("wechat_openid"))
        {
            joined_late += usize::from(seen.contains_key(&user) && seen.contains_key(&openid));
        }
        event.who.iter().for_each(|who| *seen.entry(who.value.to_string()).or_default() += 1);
    }
    assert!(joined_late > 100, "{joined_late}");
}

#[test]
fn some_have_crossed_the_rule_and_some_are_about_to() {
    let company = whole();
    let (mut orders, mut seen) = (HashMap::<String, Vec<Decimal>>::new(), HashSet::new());
    // An order names its member in one event of a few; what tells customers apart is the number in the id.
    let owner = |id: &str| id.trim_start_matches('h').parse::<u64>().unwrap() / 10_000;
    for line in past() {
        let event = read_one(line.as_bytes()).unwrap();
        let is_recent = event.time.unwrap().ms() > now().ms() - 30 * DAY_MS;
        if event.kind == "order.placed" && is_recent && seen.insert(event.id.to_string()) {
            orders.entry(format!("M{:06}", owner(&event.id))).or_default().push(amount(&event));
        }
    }
    let is_over = |orders: &Vec<Decimal>, least: i64| {
        let sum: Decimal = orders.iter().copied().sum();
        i64::try_from(orders.len()).unwrap() >= least
            && sum.scaled() > 500 * Decimal::SCALE * i64::try_from(orders.len()).unwrap()
    };
    let crossed = orders.values().filter(|orders| is_over(orders, 3)).count();
    assert!((40..200).contains(&crossed), "{crossed}");

    assert_eq!(company.soon.len(), 6);
    assert!(company.soon.iter().all(|soon| orders[&soon.member_no].len() == 1));
    let mut third = HashMap::new();
    for beat in company.live.take_while(|beat| beat.offset_ms < 120_000) {
        let json = beat.json(now());
        let event = read_one(json.as_bytes()).unwrap();
        let is_soon = |number: u32| number < 6 && event.kind == "order.placed";
        if is_soon(beat.customer()) {
            let orders = orders.get_mut(&format!("M{:06}", beat.customer())).unwrap();
            orders.push(amount(&event));
            if is_over(orders, 3) {
                third.insert(beat.customer(), beat.offset_ms);
            }
        }
    }
    let expected: HashMap<u32, i64> =
        (0..).zip(&company.soon).map(|(number, soon)| (number, soon.third_order_ms)).collect();
    assert_eq!(third, expected);
}

#[test]
fn the_present_is_lively_and_never_ends() {
    let beats: Vec<i64> = whole().live.take(2000).map(|beat| beat.offset_ms).collect();
    assert!(beats.is_sorted());
    let within = |from: i64, to: i64| beats.iter().filter(|at| (from..to).contains(*at)).count();
    assert!((150..400).contains(&within(0, 60_000)), "{}", within(0, 60_000));
    assert!((30..60).contains(&within(300_000, 360_000)), "{}", within(300_000, 360_000));
    let ids: HashSet<String> = whole()
        .live
        .take(2000)
        .map(|beat| {
            let json = beat.json(now());
            let event = read_one(json.as_bytes()).unwrap();
            format!("{} {}", event.source, event.id)
        })
        .collect();
    assert_eq!(ids.len(), 2000);
}

#[test]
fn what_people_say_is_original() {
    let kinds = Kinds::standard();
    let mut texts = HashSet::new();
    for line in past() {
        let event = read_one(line.as_bytes()).unwrap();
        let kind = kinds.by_name(&event.kind).unwrap();
        for (name, value) in &event.fields {
            if kind.field(name).unwrap().class == Class::Original
                && let IncomingValue::Text(text) = value
            {
                texts.insert(text.to_string());
            }
        }
    }
    assert!(texts.len() > 1500, "{}", texts.len());
    assert!(texts.iter().any(|text| text.contains("\n客户：")));
}
