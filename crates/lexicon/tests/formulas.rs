//! Formulas: what they come to, what is refused and where, and that what is said reads back as itself.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(clippy::inconsistent_digit_grouping, reason = "ten-thousandths stand apart")]

use std::collections::BTreeMap;

use base::{ObjectId, Text, TimeZone};
use domain::object::{Cell, Choice, FieldNumber, NewField, NewObject, Object, Type};
use lexicon::formula::Formula;
use proptest::prelude::*;

/// An object with a field of each sort.
fn object() -> Object {
    let choice = |number: u8, zh: &str, en: &str| Choice {
        number,
        label: Text::new(zh, en),
        archived: false,
        wants: Vec::new(),
    };
    let choices = vec![choice(0, "进行中", "open"), choice(1, "赢单", "won")];
    let field = |name: &str, zh: &str, en: &str, holds: Type| NewField::plain(name, Text::new(zh, en), holds);
    let fields = vec![
        field("name", "名称", "name", Type::Text),
        field("amount", "金额", "amount", Type::Money),
        field("cost", "成本 价", "cost price", Type::Money),
        field("count", "数量", "count", Type::Number),
        field("share", "折扣", "discount", Type::Percent),
        field("begins", "开始", "begins", Type::Date),
        field("ends", "结束", "ends", Type::Date),
        field("at", "时间", "at", Type::Instant),
        field("stage", "阶段", "stage", Type::Choice { choices: choices.clone() }),
        field("kinds", "种类", "kinds", Type::MultiChoice { choices }),
        field("paid", "已付", "paid", Type::Bool),
        field("not", "非", "or", Type::Number),
    ];
    let object =
        NewObject { name: "job".to_owned(), label: Text::new("项目", "job"), icon: "note".to_owned(), fields };
    object.numbered(ObjectId::new(1))
}

fn cells(object: &Object) -> BTreeMap<FieldNumber, Cell> {
    let int = |name: &str, number: i64| (object.field(name).unwrap().number, Cell::Int(number));
    [
        (object.field("name").unwrap().number, Cell::Text("一号".to_owned())),
        int("amount", 1_000_0000),
        int("count", 3_0000),
        int("share", 12_5000),
        int("begins", 20_000),
        int("ends", 20_031),
        int("at", 86_400_000 * 3 / 2),
        int("stage", 1),
        int("kinds", 0b10),
        int("paid", 0),
    ]
    .into()
}

#[test]
fn what_formulas_come_to() {
    let (object, zone) = (object(), TimeZone::UTC);
    let cells = cells(&object);
    let int = |number: i64| Some(Cell::Int(number));
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    let cases = [
        ("金额 × 折扣", Type::Money, int(125_0000)),
        ("amount*(1-discount)", Type::Money, int(875_0000)),
        ("金额 / 数量", Type::Money, int(333_3333)),
        ("-金额 / 3 * 2", Type::Money, int(-666_6667)),
        ("amount / amount * 50%", Type::Number, int(5000)),
        ("percent(数量 / 8)", Type::Percent, int(37_5000)),
        ("1 + 2 * 3 - 4 / 8", Type::Number, int(6_5000)),
        ("ends - begins", Type::Number, int(31_0000)),
        ("开始 + 数量", Type::Date, int(20_003)),
        ("at + 0.5", Type::Instant, int(86_400_000 * 2)),
        ("day(at)", Type::Date, int(1)),
        ("日(时间) = \"1970-01-02\"", Type::Bool, int(1)),
        ("year(begins) * 100 + month(begins)", Type::Number, int(202_410_0000)),
        ("如果(阶段 = \"赢单\", 金额, 0)", Type::Money, int(1_000_0000)),
        ("if(stage = \"open\" or paid, 1, 2)", Type::Number, int(2_0000)),
        ("has(kinds, \"won\") and not paid", Type::Bool, int(1)),
        ("名称 & “-” & 数量", Type::Text, text("一号-3")),
        ("length(name)", Type::Number, int(2_0000)),
        ("contains(name & \"ABC\", \"b\")", Type::Bool, int(1)),
        ("round(amount / 7, 1)", Type::Money, int(142_9000)),
        ("max(amount, 5000)", Type::Money, int(5_000_0000)),
        ("date(2024, 10, 4) = begins", Type::Bool, int(1)),
        // What is not there.
        ("{成本 价} + 金额", Type::Money, None),
        ("ifempty({cost price}, 0) + amount", Type::Money, int(1_000_0000)),
        ("{成本 价} > 5", Type::Bool, None),
        ("{成本 价} > 5 and paid", Type::Bool, int(0)),
        ("if({成本 价} > 5, 1, 2)", Type::Number, int(2_0000)),
        ("min({成本 价}, 金额)", Type::Money, int(1_000_0000)),
        ("empty({成本 价})", Type::Bool, int(1)),
        ("金额 / 0", Type::Money, None),
        ("if(paid, amount, none)", Type::Money, None),
        ("数量 * 900000000000000", Type::Number, None),
        ("{非} + 1", Type::Number, None),
    ];
    for (written, gives, value) in cases {
        let formula = Formula::read(written, &object).unwrap_or_else(|fault| panic!("{written}: {fault:?}"));
        assert_eq!((formula.gives(), formula.value(&cells, &zone)), (gives, value), "{written}");
        let said = formula.say(&object);
        for said in [&said.zh, &said.en] {
            assert_eq!(Formula::read(said, &object).as_ref(), Ok(&formula), "{written} said as {said}");
        }
        let kept = serde_json::to_string(&formula).unwrap();
        assert_eq!(serde_json::from_str::<Formula>(&kept).unwrap(), formula);
    }
}

#[test]
fn what_is_refused_and_where() {
    let object = object();
    let cases = [
        ("", 0, "something is wanted here"),
        ("amount +", 8, "something is wanted here"),
        ("amount amount", 7, "there is more here than a formula"),
        ("amount × 数目", 9, "there is no field '数目'"),
        ("amount * amount", 0, "these two do not go together so"),
        ("amount + stage", 9, "'stage' cannot be computed so"),
        ("amount + begins", 9, "'begins' cannot be computed so"),
        ("stage = \"没有\"", 0, "'stage' cannot be computed so"),
        ("if(amount, 1, 2)", 0, "this function is not for such parts"),
        ("round(1, 2, 3)", 0, "1 to 2 parts are wanted"),
        ("owner", 0, "'owner' is nothing to compute with"),
        ("stage", 0, "a formula comes to a number, a date, yes or no, or text"),
        ("none", 0, "a formula comes to a number, a date, yes or no, or text"),
        ("(amount", 7, "')' is wanted here"),
        ("amount # 2", 7, "'#' means nothing here"),
        ("name & \"x", 7, "a quotation has no end"),
        ("1.2.3", 0, "not a number"),
    ];
    for (written, at, why) in cases {
        let fault = Formula::read(written, &object).unwrap_err();
        assert_eq!((fault.at, fault.why.en.as_str()), (at, why), "{written}");
    }
    assert!(Formula::read(&"(".repeat(2_001), &object).is_err());
    assert!(Formula::read(&"(".repeat(1_000), &object).is_err());
    assert!(Formula::read(&format!("1{}", "+1".repeat(300)), &object).is_err());
    assert_eq!(Formula::condition("金额", &object).unwrap_err().at, 0);
    assert!(Formula::condition("金额 > 1 且 阶段 = '赢单'", &object).is_ok());
}

/// Formulas of any shape, as they are written; those that do not fit are refused.
fn written() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[0-9]{1,4}(\\.[0-9]{1,3})?%?",
        prop::sample::select(vec![
            "金额",
            "{成本 价}",
            "count",
            "折扣",
            "begins",
            "结束",
            "at",
            "stage",
            "kinds",
            "已付",
            "name",
            "{非}",
            "{or}",
            "真",
            "none",
            "\"won\"",
            "\"a \"\" b\"",
            "\"2024-02-29\"",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let between = prop::sample::select(vec!["+", "-", "*", "/", "&", "=", "≠", "<", ">=", "且", "or"]);
        let function = prop::sample::select(vec![
            "if", "若空", "empty", "has", "round", "max", "text", "length", "day", "percent", "月",
        ]);
        prop_oneof![
            (inner.clone(), between, inner.clone())
                .prop_map(|(one, between, other)| format!("({one}) {between} ({other})")),
            inner.clone().prop_map(|one| format!("-({one})")),
            inner.clone().prop_map(|one| format!("not ({one})")),
            (function, prop::collection::vec(inner, 1..4))
                .prop_map(|(name, parts)| format!("{name}({})", parts.join(", "))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_said_reads_back_as_itself(written in written()) {
        let object = object();
        if let Ok(formula) = Formula::read(&written, &object) {
            let said = formula.say(&object);
            for said in [said.zh, said.en] {
                prop_assert_eq!(Formula::read(&said, &object), Ok(formula.clone()), "{} said as {}", written, said);
            }
            if let Some(value) = formula.value(&cells(&object), &TimeZone::UTC) {
                let is_text = formula.gives().storage() == domain::object::Storage::Text;
                prop_assert_eq!(matches!(value, Cell::Text(_)), is_text);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let object = object();
        if let Err(fault) = Formula::read(&text, &object) {
            prop_assert!(fault.at <= 2_000);
        }
    }
}
