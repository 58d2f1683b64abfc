//! What is said reads as exactly what was said, in both languages, with nothing left to ask.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base::{Currency, Decimal, Money};
use domain::{Class, Field, FieldType, Kinds};
use lexicon::{
    Action, Comparator, Condition, Context, Definition, Function, Length, Literal, Measure, Predicate, Reader, Reading,
    Trigger, Unit, Window, say,
};
use proptest::prelude::*;
use proptest::sample::select;

fn ops() -> impl Strategy<Value = Comparator> {
    use Comparator::{Eq, Ge, Gt, Le, Lt, Ne};
    select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn windows() -> impl Strategy<Value = Window> {
    let unit = || select(vec![Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year]);
    let length = || (1u32..=10, unit()).prop_map(|(count, unit)| Length { count, unit });
    prop_oneof![
        Just(Window::Lifetime),
        length().prop_map(|length| Window::Sliding { length }),
        (unit(), -5i32..=0).prop_map(|(unit, offset)| Window::Calendar { unit, offset }),
        proptest::option::of(length()).prop_map(|length| Window::SinceFirst { length }),
    ]
}

fn numbers() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (0i64..100_000).prop_map(|n| Decimal::whole(n).unwrap()),
        (-50_000_000i64..1_000_000_000).prop_map(Decimal::from_scaled)
    ]
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["母婴", "SH-03", "a \"b\" c", "「引」号", "", "且", "30天内", "x' or 'y", "新\n行", "ＶＩＰ"])
            .prop_map(str::to_owned),
        "\\PC{0,6}"
    ]
}

fn literals(field_type: FieldType) -> BoxedStrategy<(Comparator, Literal)> {
    let equal = || select(vec![Comparator::Eq, Comparator::Ne]);
    let currency = select(vec![Currency::CNY, Currency::USD, "JPY".parse().unwrap(), "CHF".parse().unwrap()]);
    match field_type {
        FieldType::Money => (ops(), numbers(), currency)
            .prop_map(|(op, value, currency)| (op, Literal::Money(Money { value, currency })))
            .boxed(),
        FieldType::Number => (ops(), numbers()).prop_map(|(op, value)| (op, Literal::Number(value))).boxed(),
        FieldType::Bool => (equal(), any::<bool>()).prop_map(|(op, value)| (op, Literal::Bool(value))).boxed(),
        FieldType::Text | FieldType::Time => {
            (equal(), texts()).prop_map(|(op, value)| (op, Literal::Text(value))).boxed()
        }
    }
}

fn tests_of(fields: Vec<Field>) -> BoxedStrategy<Vec<Predicate>> {
    if fields.is_empty() {
        return Just(Vec::new()).boxed();
    }
    let test = select(fields).prop_flat_map(|field| {
        let name = field.name.clone();
        literals(field.field_type).prop_map(move |(op, value)| Predicate { field: name.clone(), op, value })
    });
    proptest::collection::vec(test, 0..3).boxed()
}

fn comparisons() -> impl Strategy<Value = Condition> {
    let names: Vec<String> = Kinds::standard().iter().map(|kind| kind.name.clone()).collect();
    let functions = select(vec![
        Function::Count,
        Function::Exists,
        Function::Sum,
        Function::Avg,
        Function::Min,
        Function::Max,
        Function::First,
        Function::Last,
        Function::Distinct,
    ]);
    (select(names), functions, windows(), any::<proptest::sample::Index>()).prop_flat_map(
        |(name, function, window, index)| {
            let kind = Kinds::standard().by_name(&name).unwrap().clone();
            let plain: Vec<Field> = kind.fields.iter().filter(|field| field.class == Class::Plain).cloned().collect();
            let is_amount = |field: &&Field| matches!(field.field_type, FieldType::Money | FieldType::Number);
            let fitting: Vec<Field> = match function {
                Function::Count | Function::Exists => Vec::new(),
                Function::Sum | Function::Avg | Function::Min | Function::Max => {
                    plain.iter().filter(is_amount).cloned().collect()
                }
                _ => plain.clone(),
            };
            let field = if fitting.is_empty() { None } else { Some(index.get(&fitting).clone()) };
            let function = match (function, &field) {
                (Function::Exists, _) => Function::Exists,
                (_, None) => Function::Count,
                (function, _) => function,
            };
            let of = match (function, &field) {
                (Function::Exists, _) => FieldType::Bool,
                (Function::Count | Function::Distinct, _) | (_, None) => FieldType::Number,
                (_, Some(field)) => field.field_type,
            };
            (tests_of(plain), literals(of)).prop_map(move |(filter, (op, value))| {
                let field = field.as_ref().map(|field| field.name.clone());
                Condition::compare(Measure { function, kind: name.clone(), field, filter, window }, op, value)
            })
        },
    )
}

fn conditions() -> impl Strategy<Value = Condition> {
    comparisons().prop_recursive(2, 5, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|of| Condition::All { of }),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|of| Condition::Any { of }),
            inner.prop_map(|of| Condition::Not { of: Box::new(of) }),
        ]
    })
}

fn definitions() -> impl Strategy<Value = Definition> {
    let name = || {
        prop_oneof![
            select(vec!["钻石会员", "VIP", "回访「张三」", "say \"hi\" 并且 30天内"]).prop_map(str::to_owned),
            "\\PC{0,8}[a-z]"
        ]
    };
    let outcome = prop_oneof![
        Just((Trigger::While, None)),
        (select(vec![Trigger::Becomes, Trigger::While]), name())
            .prop_map(|(trigger, tag)| (trigger, Some(Action::SetTag { tag }))),
        name().prop_map(|tag| (Trigger::Becomes, Some(Action::ClearTag { tag }))),
        name().prop_map(|title| (Trigger::Becomes, Some(Action::AddTask { title }))),
    ];
    (conditions(), outcome).prop_map(|(condition, (trigger, action))| Definition { condition, trigger, action })
}

fn back(reader: &Reader, sentence: &str) -> Definition {
    match reader.read(sentence, &BTreeMap::new()) {
        Reading::Understood(found) => found.definition,
        other => panic!("{sentence}\n{other:#?}"),
    }
}

fn check(definition: &Definition) -> Result<(), TestCaseError> {
    let kinds = Kinds::standard();
    let said = say(definition, &kinds);
    prop_assert!(definition.check(&kinds).is_ok());
    static READERS: LazyLock<[Reader; 2]> = LazyLock::new(|| {
        [Context::default(), common::context()].map(|context| Reader::new(&Kinds::standard(), &context))
    });
    for reader in READERS.iter() {
        for sentence in
            [&said.zh, &said.en].into_iter().filter(|sentence| sentence.chars().count() <= lexicon::MAX_SENTENCE)
        {
            prop_assert_eq!(&back(reader, sentence), definition, "{}", sentence);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(common::cases(400))]

    #[test]
    fn a_comparison_said_reads_as_itself(condition in comparisons()) {
        check(&Definition::term(condition))?;
    }

    #[test]
    fn a_definition_said_reads_as_itself(definition in definitions()) {
        check(&definition)?;
    }
}

/// Chinese to tree to English to tree is the identity.
#[test]
fn from_one_language_through_the_other() {
    let reader = common::reader();
    let kinds = Kinds::standard();
    for sentence in [
        "30天内下单至少2次且最大单笔金额超过1000元",
        "customers who have complained at least twice this month",
        "首单品类为母婴",
    ] {
        let first = common::understood(&reader, sentence);
        let second = common::understood(&reader, &first.said.en);
        let third = common::understood(&reader, &say(&second.definition, &kinds).zh);
        assert_eq!((&first.definition, &second.definition), (&second.definition, &third.definition), "{sentence}");
    }
}
