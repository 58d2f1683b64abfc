//! What the tests share: a reader with a context, and definitions written short.
#![allow(dead_code, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use domain::Kinds;
use lexicon::{
    Action, Comparator, Condition, Context, Definition, FieldValue, Function, Literal, Measure, Reader, Reading,
    Trigger, Understood, Unit, Window,
};
use proptest::prelude::ProptestConfig;

/// This many, or as many as `PROPTEST_CASES` asks for.
pub fn cases(usual: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

pub fn context() -> Context {
    let value = |kind: &str, field: &str, value: &str| FieldValue {
        kind: kind.into(),
        field: field.into(),
        value: value.into(),
    };
    Context {
        tags: vec!["钻石会员".into(), "VIP".into(), "需关怀".into()],
        values: vec![
            value("order.placed", "category", "母婴"),
            value("order.placed", "category", "美妆"),
            value("order.placed", "channel", "app"),
            value("order.placed", "store", "SH-03"),
            value("message.received", "mood", "negative"),
            value("complaint.received", "severity", "high"),
            value("post.published", "platform", "小红书"),
        ],
        ..Context::default()
    }
}

pub fn reader() -> Reader {
    Reader::new(&Kinds::standard(), &context())
}

pub fn read(sentence: &str) -> Reading {
    reader().read(sentence, &BTreeMap::new())
}

pub fn understood(reader: &Reader, sentence: &str) -> Understood {
    match reader.read(sentence, &BTreeMap::new()) {
        Reading::Understood(found) => found,
        other => panic!("{sentence}: {other:#?}"),
    }
}

pub fn answers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(id, choice)| ((*id).to_owned(), (*choice).to_owned())).collect()
}

fn window(window: Window) -> String {
    let unit = |unit| match unit {
        Unit::Minute => "min",
        Unit::Hour => "h",
        Unit::Day => "d",
        Unit::Week => "w",
        Unit::Month => "mo",
        Unit::Quarter => "q",
        Unit::Year => "y",
    };
    match window {
        Window::Lifetime => "ever".into(),
        Window::Sliding { length } => format!("{}{}", length.count, unit(length.unit)),
        Window::Calendar { unit: of, offset } => format!("cal:{}{offset:+}", unit(of)),
        Window::SinceFirst { length: None } => "first".into(),
        Window::SinceFirst { length: Some(length) } => format!("first+{}{}", length.count, unit(length.unit)),
    }
}

fn op(op: Comparator) -> &'static str {
    match op {
        Comparator::Eq => "=",
        Comparator::Ne => "!=",
        Comparator::Lt => "<",
        Comparator::Le => "<=",
        Comparator::Gt => ">",
        Comparator::Ge => ">=",
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Number(number) => number.to_string(),
        Literal::Money(money) => format!("{}{}", money.currency, money.value),
        Literal::Text(text) => format!("'{text}'"),
        Literal::Bool(value) => value.to_string(),
    }
}

fn measure(measure: &Measure) -> String {
    let function = match measure.function {
        Function::Count => "count",
        Function::Exists => "exists",
        Function::Sum => "sum",
        Function::Avg => "avg",
        Function::Min => "min",
        Function::Max => "max",
        Function::First => "first",
        Function::Last => "last",
        Function::Distinct => "distinct",
    };
    let field = measure.field.as_ref().map(|field| format!(".{field}")).unwrap_or_default();
    let tests = measure.filter.iter().map(|test| format!("[{}{}{}]", test.field, op(test.op), literal(&test.value)));
    format!("{function} {}{field}{} {}", measure.kind, tests.collect::<String>(), window(measure.window))
}

/// A condition, short: `count order.placed[amount>CNY500] 30d >= 2`, `(a & b)`, `(a | b)`, `!(a)`.
pub fn short(condition: &Condition) -> String {
    let joined = |of: &[Condition], by: &str| format!("({})", of.iter().map(short).collect::<Vec<_>>().join(by));
    match condition {
        Condition::All { of } => joined(of, " & "),
        Condition::Any { of } => joined(of, " | "),
        Condition::Not { of } => format!("!({})", short(of)),
        Condition::Compare { measure: of, op: Comparator::Eq, value: Literal::Bool(true) }
            if of.function == Function::Exists =>
        {
            measure(of)
        }
        Condition::Compare { measure: of, op: how, value } => {
            format!("{} {} {}", measure(of), op(*how), literal(value))
        }
    }
}

/// A definition, short: `becomes tag X: …`, `while tag X: …`, `untag X: …`, `task X: …`, or the condition alone.
pub fn brief(definition: &Definition) -> String {
    let condition = short(&definition.condition);
    let trigger = if definition.trigger == Trigger::While { "while" } else { "becomes" };
    match &definition.action {
        None => condition,
        Some(Action::SetTag { tag }) => format!("{trigger} tag {tag}: {condition}"),
        Some(Action::ClearTag { tag }) => format!("untag {tag}: {condition}"),
        Some(Action::AddTask { title }) => format!("task {title}: {condition}"),
    }
}
