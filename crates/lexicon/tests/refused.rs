//! Sentences that must be refused, and the word that must be named.

mod common;

use std::collections::BTreeMap;

use common::{reader, understood};
use lexicon::Reading;

/// The sentence, and the words of which one must be among the unused; an empty list where no word is at fault.
const REFUSED: &[(&str, &[&str])] = &[
    // words without a definition
    ("老客户30天内下单两次", &["老"]),
    ("高价值客户标记为VIP", &["高价值"]),
    ("活跃客户", &["活跃"]),
    ("沉睡客户打上「唤醒」标签", &["沉睡"]),
    ("新客户下单时标记为VIP", &["新"]),
    ("loyal customers who ordered twice", &["loyal"]),
    ("big spenders", &["big spenders"]),
    ("经常下单的客户", &["经常"]),
    ("下单很多次的客户", &["很多次"]),
    ("ordered several times", &["several"]),
    ("ordered recently", &["recently"]),
    ("下单3次左右", &["左右"]),
    ("ordered about 3 times", &["about"]),
    ("消费最多的客户", &["最多"]),
    // comparisons between periods, shares, ranks
    ("本月消费比上月增长", &["比上月", "增长"]),
    ("消费金额同比增长20%", &["同比增长"]),
    ("more orders than last month", &["more", "than last"]),
    ("退款率超过10%", &["率", "%"]),
    ("复购率大于30%", &["复购率"]),
    ("top 10% of customers", &["top", "%"]),
    ("number of orders is more than number of refunds", &["refunds"]),
    // order of events, streaks, groups
    ("先投诉后退款的客户", &["先"]),
    ("投诉后30天内下单", &["后"]),
    ("下单后7天内没有投诉", &["后"]),
    ("ordered and then complained", &["then"]),
    ("complained after ordering", &["after"]),
    ("连续三个月下单", &["连续"]),
    ("ordered twice in a row", &["in a row"]),
    ("每月下单一次以上", &["每月"]),
    ("spends at least $1,000 per month", &["per month"]),
    ("每个门店下单3次", &["每个门店"]),
    ("在同一门店下单3次", &["同一门店"]),
    ("ordered 3 times at the same store", &["same store", "same"]),
    // dates, working days, deadlines
    ("ordered in June", &["June"]),
    ("3个工作日内下单", &["工作日"]),
    ("下单30天后提醒回访", &["30天后"]),
    ("投诉3天后，提醒回访", &["3天后"]),
    ("30天内下单2次的客户，24小时内回访", &["24小时", "回", "访", "回访", "内"]),
    (
        "when a customer complains twice this week, remind sales to call within 3 days",
        &["within 3 days", "3 days", "within"],
    ),
    // predictions, feelings, other subjects, profile
    ("流失概率大于80%", &["流失概率"]),
    ("likely to churn", &["likely"]),
    ("unhappy customers", &["unhappy"]),
    ("产线停机3次", &["产线"]),
    ("女性客户", &["女性"]),
    ("来自上海的客户", &["上海"]),
    ("VIP客户下单3次", &["VIP"]),
    ("customers who ordered twice and are VIP", &["VIP"]),
    // actions
    ("当客户下单2次时，发送优惠券", &["发送优惠券"]),
    ("当客户下单2次时打上VIP标签并提醒销售", &["并提醒销售"]),
    ("when a customer orders 3 times, tag as VIP and create a task \"call\"", &["and create a task"]),
    ("如果客户下单，升级为VIP，否则移除VIP标签", &["否则"]),
    ("标记为VIP，除非客户投诉", &["除非"]),
    ("如果客户下单", &["如果"]),
    // negations and quantities that do not go together
    ("没有下单3次", &["没有"]),
    ("30天内首次下单", &["首次"]),
    ("客单价500天", &[]),
    ("下单超过3天", &["3天", "超过"]),
    ("不在SH-03门店下单", &["不"]),
    ("非母婴订单", &["非"]),
    ("母婴和美妆品类的订单超过3笔", &["和", "美妆"]),
    ("登录超过3次", &["登录"]),
    ("积分超过1000", &["积分", "积"]),
    ("下单三次打八折", &["打", "八折", "八", "折"]),
    ("你好", &["你好"]),
    ("what is the weather", &["weather"]),
    ("打上VIP标签", &[]),
    ("客户", &[]),
    ("", &[]),
];

#[test]
fn each_is_refused_and_its_word_named() {
    let reader = reader();
    for (sentence, words) in REFUSED {
        let Reading::Refused(refused) = reader.read(sentence, &BTreeMap::new()) else {
            panic!("{sentence}: {:#?}", reader.read(sentence, &BTreeMap::new()))
        };
        let is_named = words.is_empty() || refused.unused.iter().any(|word| words.contains(&word.as_str()));
        assert!(is_named, "{sentence}: {:?} {:?}", refused.unused, refused.reason);
        assert!(
            words.is_empty() || refused.unused.iter().all(|word| refused.reason.zh.contains(word.as_str())),
            "{sentence}"
        );
    }
    assert!(REFUSED.len() >= 40);
}

/// What is offered instead can be had.
#[test]
fn what_is_offered_instead_is_understood() {
    let reader = reader();
    for (sentence, _) in REFUSED {
        let Reading::Refused(refused) = reader.read(sentence, &BTreeMap::new()) else { panic!() };
        for near in &refused.near {
            assert_eq!(understood(&reader, &near.zh).definition, understood(&reader, &near.en).definition, "{near:?}");
        }
    }
}

/// A sentence that is understood, with a word put in front or behind that means something, no longer is.
#[test]
fn no_word_is_dropped_in_silence() {
    let reader = reader();
    let understood = [
        "30天内下单至少2次",
        "累计消费超过5000元",
        "has at least 3 orders this month",
        "最近一次下单的门店是SH-03",
        "ordered exactly once today",
    ];
    let words = [
        "老",
        "白金",
        "连续",
        "然后",
        "大约",
        "比",
        "loyal ",
        " roughly ",
        "never ",
        "%",
        "两",
        "3",
        "不",
        "除非",
        "次日",
    ];
    for sentence in understood {
        let plain = common::understood(&reader, sentence).definition;
        for word in words {
            for changed in [format!("{word}{sentence}"), format!("{sentence}{word}")] {
                match reader.read(&changed, &BTreeMap::new()) {
                    Reading::Understood(found) => assert_ne!(found.definition, plain, "{changed}"),
                    Reading::Ask(_) | Reading::Refused(_) => {}
                }
            }
        }
    }
}
