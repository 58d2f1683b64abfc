//! Hundreds of sentences put together from parts, each with the definition put together from the same parts.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use base::{Currency, Decimal, Money};
use common::{reader, understood};
use lexicon::{Action, Comparator, Condition, Definition, Function, Length, Literal, Measure, Trigger, Unit, Window};

/// A thing counted: its kind, its Chinese verb, its English plural and past.
const EVENTS: [(&str, &str, &str, &str); 6] = [
    ("order.placed", "下单", "orders", "ordered"),
    ("order.refunded", "退款", "refunds", "refunded"),
    ("store.visited", "到店", "store visits", "visited a store"),
    ("complaint.received", "投诉", "complaints", "complained"),
    ("call.ended", "来电", "calls", "called"),
    ("page.viewed", "浏览", "page views", "viewed a page"),
];

/// A period before and after what it limits.
fn periods() -> Vec<(&'static str, &'static str, Window)> {
    let sliding = |count, unit| Window::Sliding { length: Length { count, unit } };
    vec![
        ("30天内", "in the last 30 days", sliding(30, Unit::Day)),
        ("最近两周", "over the past two weeks", sliding(2, Unit::Week)),
        ("近6个月", "in the past 6 months", sliding(6, Unit::Month)),
        ("24小时内", "within 24 hours", sliding(24, Unit::Hour)),
        ("本月", "this month", Window::Calendar { unit: Unit::Month, offset: 0 }),
        ("去年", "last year", Window::Calendar { unit: Unit::Year, offset: -1 }),
        ("上周", "last week", Window::Calendar { unit: Unit::Week, offset: -1 }),
    ]
}

/// A comparator before and after its number, in both languages.
const COMPARATORS: [(&str, &str, &str, &str, Comparator); 8] = [
    ("至少", "", "at least ", "", Comparator::Ge),
    ("", "以上", "", " or more", Comparator::Ge),
    ("超过", "", "more than ", "", Comparator::Gt),
    ("多于", "", "over ", "", Comparator::Gt),
    ("少于", "", "fewer than ", "", Comparator::Lt),
    ("不超过", "", "at most ", "", Comparator::Le),
    ("不到", "", "less than ", "", Comparator::Lt),
    ("正好", "", "exactly ", "", Comparator::Eq),
];

fn whole(number: i64) -> Decimal {
    Decimal::whole(number).unwrap()
}

fn term(
    function: Function,
    kind: &str,
    field: Option<&str>,
    window: Window,
    op: Comparator,
    value: Literal,
) -> Definition {
    let measure = Measure { function, kind: kind.into(), field: field.map(str::to_owned), filter: vec![], window };
    Definition::term(Condition::compare(measure, op, value))
}

/// Kind × window × comparator × language, counted in three ways.
fn counted() -> Vec<(String, Definition)> {
    let mut all = Vec::new();
    for (kind, verb, plural, past) in EVENTS {
        for (before, after, window) in periods() {
            for (zh, zh_post, en, en_post, op) in COMPARATORS {
                let expected = term(Function::Count, kind, None, window, op, Literal::Number(whole(3)));
                all.push((format!("{before}{verb}{zh}3次{zh_post}"), expected.clone()));
                all.push((format!("{before}{zh}3次{zh_post}{verb}的客户"), expected.clone()));
                all.push((format!("{past} {en}3 times{en_post} {after}"), expected.clone()));
                all.push((format!("has {en}3{en_post} {plural} {after}"), expected.clone()));
                all.push((format!("the number of {plural} {after} is {en}3{en_post}"), expected));
            }
        }
    }
    all
}

/// Measure × window × comparator × currency × language, of amounts.
fn amounts() -> Vec<(String, Definition)> {
    let measures = [
        ("订单总金额", "total order amount", Function::Sum),
        ("平均订单金额", "average order amount", Function::Avg),
        ("最大订单金额", "largest order amount", Function::Max),
        ("最低订单金额", "lowest order amount", Function::Min),
    ];
    let currencies = [
        ("500元", "500 yuan", Currency::CNY),
        ("500美元", "$500", Currency::USD),
        ("CNY 500", "CNY 500", Currency::CNY),
    ];
    let mut all = Vec::new();
    for (zh, en, function) in measures {
        for (before, after, window) in periods() {
            for (zh_op, zh_post, en_op, en_post, op) in COMPARATORS {
                for (zh_money, en_money, currency) in currencies {
                    let money = Literal::Money(Money { value: whole(500), currency });
                    let expected = term(function, "order.placed", Some("amount"), window, op, money);
                    all.push((format!("{before}{zh}{zh_op}{zh_money}{zh_post}"), expected.clone()));
                    all.push((format!("{en} {after} is {en_op}{en_money}{en_post}"), expected.clone()));
                    all.push((format!("the {en} is {en_op}{en_money}{en_post} {after}"), expected));
                }
            }
        }
    }
    all
}

/// Two of them, with what follows.
fn rules() -> Vec<(String, Definition)> {
    let pick = |all: Vec<(String, Definition)>, every: usize, place: usize| {
        all.into_iter().skip(place).step_by(every).collect::<Vec<_>>()
    };
    let join = |left: &Definition, right: &Definition| Definition {
        condition: Condition::All { of: vec![left.condition.clone(), right.condition.clone()] },
        trigger: Trigger::Becomes,
        action: Some(Action::SetTag { tag: "VIP".into() }),
    };
    let zh = pick(counted(), 5, 0).into_iter().zip(pick(amounts(), 3 * 17, 0).into_iter().cycle());
    let en = pick(counted(), 5, 2).into_iter().zip(pick(amounts(), 3 * 17, 2).into_iter().cycle());
    let zh = zh.map(|((left, a), (right, b))| (format!("当客户{left}且{right}时，升级为VIP"), join(&a, &b)));
    let en =
        en.map(|((left, a), (right, b))| (format!("When a customer {left} and {right}, upgrade to VIP"), join(&a, &b)));
    zh.step_by(7).chain(en.step_by(7)).collect()
}

#[test]
fn every_recombination_means_what_its_parts_say() {
    let reader = reader();
    let all: Vec<(String, Definition)> = counted().into_iter().chain(amounts()).chain(rules()).collect();
    for (sentence, expected) in &all {
        assert_eq!(understood(&reader, sentence).definition, *expected, "{sentence}");
    }
    assert!(all.len() >= 200 && rules().len() >= 20, "{} {}", all.len(), rules().len());
}
