//! Whatever is typed: no panic, bounded work, a reading.

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lexicon::{MAX_SENTENCE, Reader, Reading};
use proptest::prelude::*;
use proptest::sample::select;

static READER: LazyLock<Reader> = LazyLock::new(common::reader);
/// The bound that the reader keeps, and what an ordinary sentence stays under.
const MOST_WORK: u32 = 400_000;
const ORDINARY_WORK: u32 = 20_000;

fn read(sentence: &str) -> Reading {
    READER.read(sentence, &BTreeMap::new())
}

const WORDS: [&str; 64] = [
    "30天内",
    "客户",
    "下单",
    "两次",
    "且",
    "或",
    "客单价",
    ">",
    "500元",
    "，",
    "自动",
    "升级为",
    "钻石会员",
    "没有",
    "投诉",
    "最近",
    "3",
    "次",
    "以上",
    "累计",
    "消费",
    "超过",
    "平均",
    "订单",
    "金额",
    "母婴",
    "品类",
    "（",
    "）",
    "并非",
    "首次",
    "的",
    "在",
    "门店",
    "「",
    "」",
    "\"",
    "orders ",
    "at least ",
    "twice ",
    "in the last ",
    "30 days ",
    "and ",
    "or ",
    "not ",
    "(",
    ")",
    "has ",
    "no ",
    "average ",
    "order ",
    "amount ",
    "over ",
    "500 yuan ",
    "when ",
    "a customer ",
    ", ",
    "tag as ",
    "VIP ",
    "first ",
    "last ",
    "category ",
    "is ",
    "remind ",
];

proptest! {
    #![proptest_config(common::cases(300))]

    #[test]
    fn anything_typed_is_answered(sentence in "\\PC{0,60}") {
        let _ = read(&sentence);
    }

    #[test]
    fn any_unicode_at_all_is_answered(letters in proptest::collection::vec(any::<char>(), 0..80)) {
        let _ = read(&letters.into_iter().collect::<String>());
    }

    /// Words the grammar knows, in any order: the hardest to parse.
    #[test]
    fn any_order_of_known_words_is_answered_within_bounds(words in proptest::collection::vec(select(WORDS.to_vec()), 0..30)) {
        let sentence = words.concat();
        prop_assert!(READER.work(&sentence) <= MOST_WORK + 1_000);
        if let Reading::Understood(found) = read(&sentence) {
            prop_assert!(found.definition.check(&domain::Kinds::standard()).is_ok());
        }
    }
}

#[test]
fn ordinary_sentences_take_little_work() {
    for sentence in [
        "当客户30天内复购两次且客单价>500元,自动升级为钻石会员",
        "customers with at least 3 orders over 500 yuan in the last 30 days and no complaints this year",
        "最近30天在SH-03门店购买母婴品类至少2次且累计消费超过5000元或本月投诉3次以上",
    ] {
        assert!(READER.work(sentence) < ORDINARY_WORK, "{sentence}: {}", READER.work(sentence));
    }
}

/// Twice as long takes about twice the work.
#[test]
fn work_grows_in_step_with_length() {
    let of = |count: usize| READER.work(&vec!["本月下单至少3次"; count].join("，且"));
    let (eight, sixteen) = (of(8), of(16));
    assert!(sixteen < eight * 5, "{eight} {sixteen}");
}

#[test]
fn what_is_too_long_too_deep_or_too_much_is_refused() {
    for sentence in [
        "下".repeat(MAX_SENTENCE + 1),
        format!("{}下单{}", "（".repeat(200), "）".repeat(200)),
        "(".repeat(MAX_SENTENCE),
        vec!["下单3次"; 80].join("且"),
        "母婴品类".repeat(100),
        "0".repeat(MAX_SENTENCE),
        "一".repeat(MAX_SENTENCE),
        "\"".repeat(MAX_SENTENCE),
        "not (".repeat(90),
    ] {
        let found = read(&sentence);
        assert!(matches!(found, Reading::Refused(_)), "{sentence}: {found:?}");
    }
}
