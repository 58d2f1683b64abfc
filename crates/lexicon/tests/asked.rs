//! Sentences whose readings differ: what is asked, and what each answer would mean.

mod common;

use std::collections::BTreeMap;

use common::{brief, reader};
use lexicon::Reading;

/// The sentence, the question, and the definition under each choice.
const ASKED: &[(&str, &str, &[&str])] = &[
    ("30天内复购两次", "first_purchase", &["count order.placed 30d >= 2", "count order.placed 30d >= 3"]),
    (
        "repurchased twice in the last 30 days",
        "first_purchase",
        &["count order.placed 30d >= 2", "count order.placed 30d >= 3"],
    ),
    ("复购超过3次", "first_purchase", &["count order.placed ever > 3", "count order.placed ever > 4"]),
    (
        "90天没有下单",
        "never",
        &["count order.placed 90d = 0", "(count order.placed 90d = 0 & exists order.placed ever)"],
    ),
    (
        "no orders in the last 90 days",
        "never",
        &["count order.placed 90d = 0", "(count order.placed 90d = 0 & exists order.placed ever)"],
    ),
    (
        "超过半年没有到店",
        "never",
        &["count store.visited 6mo = 0", "(count store.visited 6mo = 0 & exists store.visited ever)"],
    ),
    (
        "本月消费超过500元",
        "amount",
        &[
            "sum order.placed.amount cal:mo+0 > CNY500",
            "exists order.placed[amount>CNY500] cal:mo+0",
            "avg order.placed.amount cal:mo+0 > CNY500",
        ],
    ),
    (
        "order amount this month is over 500 yuan",
        "amount",
        &[
            "sum order.placed.amount cal:mo+0 > CNY500",
            "exists order.placed[amount>CNY500] cal:mo+0",
            "avg order.placed.amount cal:mo+0 > CNY500",
        ],
    ),
    (
        "今年评分低于3分",
        "amount",
        &[
            "last survey.answered.score cal:y+0 < 3",
            "avg survey.answered.score cal:y+0 < 3",
            "exists survey.answered[score<3] cal:y+0",
            "sum survey.answered.score cal:y+0 < 3",
        ],
    ),
    (
        "今年投诉主题为「物流」",
        "amount",
        &["exists complaint.received[topic='物流'] cal:y+0", "last complaint.received.topic cal:y+0 = '物流'"],
    ),
    ("今年订单超过3", "number_of", &["count order.placed cal:y+0 > 3", "sum order.placed.amount cal:y+0 > CNY3"]),
    (
        "total orders this year over 5",
        "number_of",
        &["count order.placed cal:y+0 > 5", "sum order.placed.amount cal:y+0 > CNY5"],
    ),
    ("累计消费超过1万", "number_of", &["sum order.placed.amount ever > CNY10000", "count order.placed ever > 10000"]),
    (
        "今年下单两次或今年投诉一次且今年退款一次",
        "grouping",
        &[
            "(count order.placed cal:y+0 >= 2 | (count complaint.received cal:y+0 >= 1 & count order.refunded cal:y+0 >= 1))",
            "((count order.placed cal:y+0 >= 2 | count complaint.received cal:y+0 >= 1) & count order.refunded cal:y+0 >= 1)",
        ],
    ),
    (
        "今年下单两次，今年投诉一次或今年退款一次",
        "comma",
        &[
            "(count order.placed cal:y+0 >= 2 & (count complaint.received cal:y+0 >= 1 | count order.refunded cal:y+0 >= 1))",
            "(count order.placed cal:y+0 >= 2 | count complaint.received cal:y+0 >= 1 | count order.refunded cal:y+0 >= 1)",
        ],
    ),
    (
        "ordered twice and complained once in the last 30 days",
        "window_scope",
        &[
            "(count order.placed 30d >= 2 & count complaint.received 30d >= 1)",
            "(count order.placed ever >= 2 & count complaint.received 30d >= 1)",
        ],
    ),
    (
        "如果客户投诉，提醒店长回访",
        "each_time",
        &["task 提醒店长回访: exists complaint.received ever", "task 提醒店长回访: exists complaint.received 24h"],
    ),
    (
        "when a customer complains, create a task \"call\"",
        "each_time",
        &["task call: exists complaint.received ever", "task call: exists complaint.received 24h"],
    ),
    (
        "今年客单价500元",
        "comparator",
        &[
            "avg order.placed.amount cal:y+0 >= CNY500",
            "avg order.placed.amount cal:y+0 = CNY500",
            "avg order.placed.amount cal:y+0 <= CNY500",
        ],
    ),
    (
        "90天没有下单或投诉过",
        "reading",
        &[
            "(count order.placed 90d = 0 & count complaint.received 90d = 0)",
            "(count order.placed 90d = 0 | exists complaint.received 90d)",
        ],
    ),
    (
        "30天内再次购买",
        "first_inside",
        &["count order.placed 30d >= 2", "(exists order.placed 30d & count order.placed ever >= 2)"],
    ),
    (
        "30天内下单至少2次，且累计消费超过5000元",
        "total_since",
        &[
            "(count order.placed 30d >= 2 & sum order.placed.amount ever > CNY5000)",
            "(count order.placed 30d >= 2 & sum order.placed.amount 30d > CNY5000)",
        ],
    ),
    (
        "今年最高金额超过500元",
        "reading",
        &[
            "max order.placed.amount cal:y+0 > CNY500",
            "max order.refunded.amount cal:y+0 > CNY500",
            "max cart.added.amount cal:y+0 > CNY500",
            "max payment.received.amount cal:y+0 > CNY500",
            "max deal.stage_changed.amount cal:y+0 > CNY500",
            "max deal.won.amount cal:y+0 > CNY500",
            "max deal.lost.amount cal:y+0 > CNY500",
        ],
    ),
];

#[test]
fn each_asks_what_it_should() {
    let reader = reader();
    for (sentence, question, expected) in ASKED {
        let Reading::Ask(ask) = reader.read(sentence, &BTreeMap::new()) else { panic!("{sentence} does not ask") };
        assert!(ask.questions.len() <= 3);
        let asked = ask
            .questions
            .iter()
            .find(|asked| asked.id == *question)
            .unwrap_or_else(|| panic!("{sentence}: {:?}", ask.questions));
        let found: Vec<String> = asked.choices.iter().map(|choice| brief(&choice.definition)).collect();
        assert_eq!(found, *expected, "{sentence}");
        assert_eq!(brief(&ask.definition), expected[0], "{sentence}");
    }
    assert!(ASKED.len() >= 15);
}

/// Answering every question leads to what the choice showed.
#[test]
fn each_answer_leads_to_what_it_showed() {
    let reader = reader();
    for (sentence, question, _) in ASKED {
        let Reading::Ask(ask) = reader.read(sentence, &BTreeMap::new()) else { panic!() };
        let asked = ask.questions.iter().find(|asked| asked.id == *question).unwrap();
        for choice in &asked.choices {
            let answers = BTreeMap::from([(question.to_string(), choice.id.clone())]);
            let definition = match reader.read(sentence, &answers) {
                Reading::Understood(found) => found.definition,
                Reading::Ask(ask) => {
                    assert!(ask.questions.iter().all(|open| open.id != *question), "{sentence}");
                    ask.definition
                }
                Reading::Refused(refused) => panic!("{sentence}: {refused:?}"),
            };
            assert_eq!(definition, choice.definition, "{sentence}: {}", choice.id);
        }
    }
}
