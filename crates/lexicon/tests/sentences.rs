//! Sentences and what they mean, written down by hand.

mod common;

use std::collections::BTreeMap;

use common::{answers, brief, reader, short, understood};
use lexicon::Reading;

/// Terms: the condition alone. One row is one shape, in one wording.
const TERMS: &[(&str, &str)] = &[
    // counting events
    ("30天内下单至少2次", "count order.placed 30d >= 2"),
    ("ordered at least twice in the last 30 days", "count order.placed 30d >= 2"),
    ("最近三个月下单3次以上的客户", "count order.placed 3mo >= 3"),
    ("placed 3 or more orders in the past 3 months", "count order.placed 3mo >= 3"),
    ("今年下单次数大于3", "count order.placed cal:y+0 > 3"),
    ("the number of orders this year is more than 3", "count order.placed cal:y+0 > 3"),
    ("本月正好下单3次", "count order.placed cal:mo+0 = 3"),
    ("ordered exactly 3 times this month", "count order.placed cal:mo+0 = 3"),
    ("上个月投诉不超过1次", "count complaint.received cal:mo-1 <= 1"),
    ("has at most one complaint last month", "count complaint.received cal:mo-1 <= 1"),
    ("近一周到店不到3次", "count store.visited 1w < 3"),
    ("visited a store fewer than 3 times in the last week", "count store.visited 1w < 3"),
    ("累计下单10次", "count order.placed ever >= 10"),
    ("24小时内来电3次以上", "count call.ended 24h >= 3"),
    ("more than 3 calls within 24 hours", "count call.ended 24h > 3"),
    ("半年内退款3笔以上", "count order.refunded 6mo >= 3"),
    ("本季度打开邮件至少3次", "count email.opened cal:q+0 >= 3"),
    ("opened at least 3 emails this quarter", "count email.opened cal:q+0 >= 3"),
    ("30天内下单3到5次", "(count order.placed 30d >= 3 & count order.placed 30d <= 5)"),
    ("between 3 and 5 orders in the last 30 days", "(count order.placed 30d >= 3 & count order.placed 30d <= 5)"),
    ("首次下单后30天内下单至少2次", "count order.placed first+30d >= 2"),
    ("orders at least twice within 30 days of the first order", "count order.placed first+30d >= 2"),
    // which events
    ("30天内有至少2笔母婴品类的订单", "count order.placed[category='母婴'] 30d >= 2"),
    ("at least 2 orders in category 母婴 in the last 30 days", "count order.placed[category='母婴'] 30d >= 2"),
    ("今年金额超过1000元的订单至少3笔", "count order.placed[amount>CNY1000] cal:y+0 >= 3"),
    ("at least 3 orders over 1000 yuan this year", "count order.placed[amount>CNY1000] cal:y+0 >= 3"),
    ("今年在SH-03门店下单至少3次", "count order.placed[store='SH-03'] cal:y+0 >= 3"),
    ("ordered at store SH-03 at least 3 times this year", "count order.placed[store='SH-03'] cal:y+0 >= 3"),
    ("30天内通过app渠道下单3次以上", "count order.placed[channel='app'] 30d >= 3"),
    ("more than 2 app orders in the last 30 days", "count order.placed[channel='app'] 30d > 2"),
    ("本周时长超过5分钟的通话至少2次", "count call.ended[seconds>300] cal:w+0 >= 2"),
    ("at least 2 calls longer than 300 seconds this week", "count call.ended[seconds>300] cal:w+0 >= 2"),
    ("本月情绪为负面的留言超过3条", "count message.received[mood='negative'] cal:mo+0 > 3"),
    ("more than 3 negative messages this month", "count message.received[mood='negative'] cal:mo+0 > 3"),
    ("今年有严重程度为「高」的投诉", "exists complaint.received[severity='高'] cal:y+0"),
    ("has a complaint whose severity is high this year", "exists complaint.received[severity='high'] cal:y+0"),
    ("本月在小红书发帖3次以上", "count post.published[platform='小红书'] cal:mo+0 >= 3"),
    // there or not
    ("今年下过单", "exists order.placed cal:y+0"),
    ("has ordered this year", "exists order.placed cal:y+0"),
    ("昨天有投诉", "exists complaint.received cal:d-1"),
    ("历史上从未投诉", "count complaint.received ever = 0"),
    ("never complained so far", "count complaint.received ever = 0"),
    ("上次下单超过90天", "(count order.placed 90d = 0 & exists order.placed ever)"),
    ("last order was more than 90 days ago", "(count order.placed 90d = 0 & exists order.placed ever)"),
    ("最近一次到店在30天内", "exists store.visited 30d"),
    // totals, means, extremes
    ("累计消费超过5000元", "sum order.placed.amount ever > CNY5000"),
    ("total spend this year over $5,000", "sum order.placed.amount cal:y+0 > USD5000"),
    ("近90天客单价低于100元", "avg order.placed.amount 90d < CNY100"),
    ("average order value in the last 90 days is under 100 yuan", "avg order.placed.amount 90d < CNY100"),
    ("去年订单平均金额不低于3.5万元", "avg order.placed.amount cal:y-1 >= CNY35000"),
    ("今年最大单笔订单金额超过1万元", "max order.placed.amount cal:y+0 > CNY10000"),
    ("the largest order this year is over 10000 yuan", "max order.placed.amount cal:y+0 > CNY10000"),
    ("今年单笔消费超过1000元", "max order.placed.amount cal:y+0 > CNY1000"),
    ("the smallest order this year is below 10 yuan", "min order.placed.amount cal:y+0 < CNY10"),
    ("今年平均评分低于3分", "avg survey.answered.score cal:y+0 < 3"),
    ("average survey score this year is below 3", "avg survey.answered.score cal:y+0 < 3"),
    ("本月通话总时长超过1小时", "sum call.ended.seconds cal:mo+0 > 3600"),
    ("total call duration this month is over 1 hour", "sum call.ended.seconds cal:mo+0 > 3600"),
    ("今年买了20件以上", "sum order.placed.items cal:y+0 >= 20"),
    // first, last, different
    ("首单金额超过200元", "first order.placed.amount ever > CNY200"),
    ("the first order amount is over 200 yuan", "first order.placed.amount ever > CNY200"),
    ("首单品类为母婴", "first order.placed.category ever = '母婴'"),
    ("category of the last order is 母婴", "last order.placed.category ever = '母婴'"),
    ("最近一次下单的门店不是SH-03", "last order.placed.store ever != 'SH-03'"),
    ("last order was at store SH-03", "last order.placed.store ever = 'SH-03'"),
    ("今年买过3个以上品类", "distinct order.placed.category cal:y+0 >= 3"),
    ("orders in at least 3 different categories this year", "distinct order.placed.category cal:y+0 >= 3"),
    ("今年在3家以上门店下单", "distinct order.placed.store cal:y+0 >= 3"),
    ("ordered from more than 3 stores this year", "distinct order.placed.store cal:y+0 > 3"),
    ("城市是「上海」", "last customer.identified.city ever = '上海'"),
    // and, or, not
    ("本月下单至少3次且上月下单不超过1次", "(count order.placed cal:mo+0 >= 3 & count order.placed cal:mo-1 <= 1)"),
    (
        "ordered at least 3 times this month and no more than once last month",
        "(count order.placed cal:mo+0 >= 3 & count order.placed cal:mo-1 <= 1)",
    ),
    ("30天内下单至少2次，同期客单价超过500元", "(count order.placed 30d >= 2 & avg order.placed.amount 30d > CNY500)"),
    ("今年投诉至少1次或今年退款至少1次", "(count complaint.received cal:y+0 >= 1 | count order.refunded cal:y+0 >= 1)"),
    (
        "今年客单价大于300元且小于500元",
        "(avg order.placed.amount cal:y+0 > CNY300 & avg order.placed.amount cal:y+0 < CNY500)",
    ),
    (
        "今年买过母婴品类的客户本月有投诉",
        "(exists order.placed[category='母婴'] cal:y+0 & exists complaint.received cal:mo+0)",
    ),
    ("30天内（下单至少两次或投诉至少一次）", "(count order.placed 30d >= 2 | count complaint.received 30d >= 1)"),
    ("并非（今年有投诉）", "!(exists complaint.received cal:y+0)"),
    ("not (has complained this year)", "!(exists complaint.received cal:y+0)"),
];

/// Rules.
const RULES: &[(&str, &str)] = &[
    ("当客户30天内下单至少3次时，标记为VIP", "becomes tag VIP: count order.placed 30d >= 3"),
    (
        "When a customer has at least 3 orders in the last 30 days, tag as VIP",
        "becomes tag VIP: count order.placed 30d >= 3",
    ),
    ("只要客户30天内下单至少3次，就标记为VIP", "while tag VIP: count order.placed 30d >= 3"),
    (
        "as long as a customer has at least 3 orders in the last 30 days, mark as VIP",
        "while tag VIP: count order.placed 30d >= 3",
    ),
    (
        "一旦客户今年累计消费满1万元就升级为钻石会员",
        "becomes tag 钻石会员: sum order.placed.amount cal:y+0 >= CNY10000",
    ),
    ("给今年投诉2次以上的客户打上「需关怀」标签", "becomes tag 需关怀: count complaint.received cal:y+0 >= 2"),
    (
        "Tag customers who complained at least twice this year as 需关怀",
        "becomes tag 需关怀: count complaint.received cal:y+0 >= 2",
    ),
    (
        "customers who ordered at least 3 times this month become VIP",
        "becomes tag VIP: count order.placed cal:mo+0 >= 3",
    ),
    (
        "Upgrade to VIP when a customer has 10 or more orders this year",
        "becomes tag VIP: count order.placed cal:y+0 >= 10",
    ),
    ("今年投诉2次以上的客户，移除VIP标签", "untag VIP: count complaint.received cal:y+0 >= 2"),
    (
        "remove the tag VIP if a customer has 2 or more complaints this year",
        "untag VIP: count complaint.received cal:y+0 >= 2",
    ),
    ("当客户最近一次评分低于3分时，创建任务：联系客户道歉", "task 联系客户道歉: last survey.answered.score ever < 3"),
    ("如果客户本周投诉2次以上，提醒店长回访", "task 提醒店长回访: count complaint.received cal:w+0 >= 2"),
    (
        "create a task \"call back\" when a customer has at least 2 complaints this week",
        "task call back: count complaint.received cal:w+0 >= 2",
    ),
    (
        "remind sales to call if a customer has at least 2 complaints this week",
        "task remind sales to call: count complaint.received cal:w+0 >= 2",
    ),
    ("VIP是指今年下单10次以上的客户", "while tag VIP: count order.placed cal:y+0 >= 10"),
    ("VIP means customers who ordered at least 10 times this year", "while tag VIP: count order.placed cal:y+0 >= 10"),
];

#[test]
fn each_sentence_means_what_it_says() {
    let reader = reader();
    let wrong: Vec<String> = TERMS
        .iter()
        .chain(RULES)
        .filter_map(|(sentence, expected)| match reader.read(sentence, &BTreeMap::new()) {
            Reading::Understood(found) if brief(&found.definition) == *expected => None,
            Reading::Understood(found) => {
                Some(format!("{sentence}\n  is    {expected}\n  found {}", brief(&found.definition)))
            }
            other => Some(format!("{sentence}\n  is {expected}\n  {}", serde_json::to_string(&other).unwrap())),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(TERMS.len() + RULES.len() >= 80);
}

/// What is understood is said in both languages so that either reads back as the same tree.
#[test]
fn what_is_said_back_means_the_same() {
    let reader = reader();
    for (sentence, _) in TERMS.iter().chain(RULES) {
        let found = understood(&reader, sentence);
        for said in [&found.said.zh, &found.said.en] {
            assert_eq!(understood(&reader, said).definition, found.definition, "{sentence}\n{said}");
        }
    }
}

const FLAGSHIP: &str = "当客户30天内复购两次且客单价>500元,自动升级为钻石会员";
const TWIN: &str = "When a customer repurchases twice within 30 days and the average order value is over 500 yuan, automatically upgrade to 钻石会员";

#[test]
fn the_flagship_and_its_twin_are_the_same_tree_and_ask_the_same() {
    let reader = reader();
    let twice = "becomes tag 钻石会员: (count order.placed 30d >= 2 & avg order.placed.amount 30d > CNY500)";
    let thrice = "becomes tag 钻石会员: (count order.placed 30d >= 3 & avg order.placed.amount 30d > CNY500)";
    for sentence in [FLAGSHIP, TWIN] {
        let Reading::Ask(ask) = reader.read(sentence, &BTreeMap::new()) else { panic!("{sentence}") };
        assert_eq!(brief(&ask.definition), twice, "{sentence}");
        assert_eq!(ask.questions.len(), 1);
        assert_eq!(ask.questions[0].id, "first_purchase");
        let choices: Vec<(&str, String)> =
            ask.questions[0].choices.iter().map(|c| (c.id.as_str(), brief(&c.definition))).collect();
        assert_eq!(choices, [("yes", twice.to_owned()), ("no", thrice.to_owned())]);
        let Reading::Understood(found) = reader.read(sentence, &answers(&[("first_purchase", "no")])) else {
            panic!("{sentence}")
        };
        assert_eq!(brief(&found.definition), thrice);
    }
    let Reading::Ask(ask) = reader.read(FLAGSHIP, &BTreeMap::new()) else { panic!() };
    assert_eq!(ask.unused, [""; 0]);
}

/// Kindness, and that what is done is done by itself and at once, say nothing; a word that may say something is named.
#[test]
fn courtesies_are_understood_and_content_is_named() {
    let reader = reader();
    let plain = brief(&understood(&reader, "当客户30天内下单至少3次时，标记为VIP").definition);
    for sentence in [
        "请当客户30天内下单至少3次时，标记为VIP",
        "当客户30天内下单至少3次时，请自动标记为VIP",
        "当客户30天内下单至少3次时，系统自动给客户打上VIP标签",
        "当客户30天内下单至少3次时，就立即将其标记为VIP",
        "当客户30天内下单至少3次时，给客户自动打上VIP标签",
        "麻烦您当客户30天内下单至少3次时，马上标记为VIP",
        "please tag customers as VIP when they ordered at least 3 times in the last 30 days",
        "when a customer ordered at least 3 times in the last 30 days, automatically tag them as VIP",
        "when a customer ordered at least 3 times in the last 30 days, please immediately mark them as VIP",
        "tag as VIP automatically when a customer ordered at least 3 times in the last 30 days",
        "when a customer ordered at least 3 times in the last 30 days, the system should automatically tag as VIP",
        "could you tag as VIP when a customer ordered at least 3 times in the last 30 days",
    ] {
        let found = understood(&reader, sentence);
        assert_eq!(brief(&found.definition), plain, "{sentence}");
        assert_eq!(found.unused, [""; 0], "{sentence}");
    }
    for (sentence, words) in [
        ("请帮我找出30天内下单至少3次的客户", [""; 0].as_slice()),
        ("kindly list customers who ordered at least 3 times in the last 30 days", &[]),
        ("我想找出30天内下单至少3次的客户", &[]),
        ("客户30天内自动下单至少3次", &["自动"]),
        ("30天内系统来信至少3次", &["系统"]),
        ("customers who automatically ordered at least 3 times in the last 30 days", &["automatically"]),
    ] {
        assert_eq!(understood(&reader, sentence).unused, words, "{sentence}");
    }
}

#[test]
fn assumptions_are_visible_and_can_be_changed() {
    let reader = reader();
    let found = understood(&reader, "30天内下单3次且客单价超过500");
    let taken: Vec<(&str, &str)> = found.assumptions.iter().map(|a| (a.id.as_str(), a.chosen.as_str())).collect();
    assert_eq!(
        taken,
        [("exactly", "at_least"), ("shared_window", "shared"), ("average", "per_order"), ("currency", "own")]
    );
    let changes = answers(&[("exactly", "exactly"), ("shared_window", "lifetime"), ("currency", "other")]);
    let Reading::Understood(changed) = reader.read("30天内下单3次且客单价超过500", &changes) else {
        panic!()
    };
    assert_eq!(
        short(&changed.definition.condition),
        "(count order.placed 30d = 3 & avg order.placed.amount ever > USD500)"
    );
    let stays = understood(&reader, "当客户30天内下单至少3次时，标记为VIP");
    assert_eq!(stays.assumptions.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["stays"]);
    let month = understood(&reader, "最近一个月下单至少3次");
    assert_eq!(short(&month.assumptions[0].choices[2].definition.condition), "count order.placed cal:mo+0 >= 3");
    let number = understood(&reader, "累计消费满两千五百元");
    assert_eq!(short(&number.definition.condition), "sum order.placed.amount ever >= CNY2500");
    let loose = understood(&reader, "累计消费满两千五元");
    assert_eq!(loose.assumptions[0].id, "number");
    assert_eq!(short(&loose.assumptions[0].choices[1].definition.condition), "sum order.placed.amount ever >= CNY2005");
}

#[test]
fn an_answer_to_nothing_is_refused_by_name() {
    let reader = reader();
    for (id, choice) in [("weather", "fine"), ("first_purchase", "perhaps"), ("reading", "9")] {
        let Reading::Refused(refused) = reader.read(FLAGSHIP, &answers(&[(id, choice)])) else { panic!("{id}") };
        assert!(refused.reason.en.contains(id), "{}", refused.reason.en);
    }
}

#[test]
fn the_same_sentence_always_reads_the_same() {
    for sentence in [FLAGSHIP, TWIN, "金额大于500元", "90天没有下单或投诉过"] {
        let first = serde_json::to_string(&reader().read(sentence, &BTreeMap::new())).unwrap();
        assert!(
            (0..5).all(|_| serde_json::to_string(&reader().read(sentence, &BTreeMap::new())).unwrap() == first),
            "{sentence}"
        );
    }
}

/// Ten sentences in full width, in capitals, in traditional characters.
#[test]
fn width_case_and_traditional_characters_do_not_matter() {
    let pairs = [
        ("30天内下单至少2次", "３０天內下單至少２次"),
        ("累计消费超过5000元", "累計消費超過５０００元"),
        ("最近三个月下单3次以上的客户", "最近三個月下單３次以上的客戶"),
        ("近90天客单价低于100元", "近90天客單價低於100元"),
        ("今年金额超过1000元的订单至少3笔", "今年金額超過1000元的訂單至少3筆"),
        ("首单金额超过200元", "首單金額超過２００元"),
        ("今年在3家以上门店下单", "今年在3家以上門店下單"),
        ("当客户30天内下单至少3次时，标记为VIP", "當客戶30天內下單至少3次時，標記為ｖｉｐ"),
        ("今年投诉2次以上的客户，移除VIP标签", "今年投訴2次以上的客戶，移除VIP標籤"),
        (
            "ordered at least twice in the last 30 days",
            "ＯＲＤＥＲＥＤ ＡＴ ＬＥＡＳＴ ＴＷＩＣＥ ＩＮ ＴＨＥ ＬＡＳＴ ３０ ＤＡＹＳ",
        ),
        ("一旦客户今年累计消费满1万元就升级为钻石会员", "一旦客戶今年累計消費滿1萬元就升級為鑽石會員"),
    ];
    let reader = reader();
    for (plain, variant) in pairs {
        assert_eq!(understood(&reader, plain).definition, understood(&reader, variant).definition, "{variant}");
    }
}
