//! A workspace's own kinds: read and said by their labels, or by their names where labels clash.

mod common;

use base::Text;
use common::{short, understood};
use domain::{Class, Field, FieldType, Kind, KindId, Kinds};
use lexicon::{Context, Reader, say};

fn field(name: &str, zh: &str, en: &str, field_type: FieldType) -> Field {
    let label = Text::new(zh, en);
    Field { name: name.into(), label, field_type, class: Class::Plain, words_zh: vec![], words_en: vec![] }
}

fn kinds() -> Kinds {
    let mut kinds = Kinds::standard();
    let fields = || {
        vec![
            field("fee", "学费", "fee", FieldType::Money),
            field("level", "级别", "level", FieldType::Text),
            field("online", "线上", "online", FieldType::Bool),
        ]
    };
    let own = |number, name: &str, zh: &str, en: &str| Kind {
        id: KindId(number),
        name: name.into(),
        label: Text::new(zh, en),
        words_zh: vec![],
        words_en: vec!["attend a lesson".into()],
        fields: fields(),
    };
    kinds.add(own(1000, "lesson.attended", "上课", "lesson"));
    kinds.add(Kind { words_en: vec![], ..own(1001, "shop.order", "订单", "order") });
    kinds
}

#[test]
fn own_kinds_are_read_and_said_like_the_standard_ones() {
    let kinds = kinds();
    let reader = Reader::new(&kinds, &Context::default());
    for (sentence, expected) in [
        ("30天内上课至少3次", "count lesson.attended 30d >= 3"),
        ("attended a lesson at least 3 times in the last 30 days", "count lesson.attended 30d >= 3"),
        ("本月上课的学费合计超过1000元", "sum lesson.attended.fee cal:mo+0 > CNY1000"),
        ("total fee of lessons this month over 1000 yuan", "sum lesson.attended.fee cal:mo+0 > CNY1000"),
        ("今年线上为是的上课至少2次", "count lesson.attended[online=true] cal:y+0 >= 2"),
        ("最近一次上课的级别是「高级」", "last lesson.attended.level ever = '高级'"),
    ] {
        let found = understood(&reader, sentence).definition;
        assert_eq!(short(&found.condition), expected, "{sentence}");
        let said = say(&found, &kinds);
        assert_eq!(understood(&reader, &said.zh).definition, found);
        assert_eq!(understood(&reader, &said.en).definition, found);
    }
}

/// 「订单」 is two kinds: typed, it is asked about; said, each is called by its name.
#[test]
fn labels_that_clash_are_asked_about_and_said_by_name() {
    let kinds = kinds();
    let reader = Reader::new(&kinds, &Context::default());
    let lexicon::Reading::Ask(ask) = reader.read("30天内有至少3笔订单", &std::collections::BTreeMap::new())
    else {
        panic!()
    };
    assert_eq!(ask.questions[0].id, "reading");
    let found: Vec<String> =
        ask.questions[0].choices.iter().map(|choice| short(&choice.definition.condition)).collect();
    assert_eq!(found, ["count order.placed 30d >= 3", "count shop.order 30d >= 3"]);
    for choice in &ask.questions[0].choices {
        assert_eq!(understood(&reader, &choice.text.zh).definition, choice.definition);
        assert_eq!(understood(&reader, &choice.text.en).definition, choice.definition);
    }
}
