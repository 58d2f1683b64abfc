//! CloudEvents: what is read, what is refused, and that no bytes do harm.

use connect::cloudevents::{lines, read_batch, read_one};
use domain::{IncomingValue, RejectionCode};
use proptest::prelude::*;

const ORDER: &str = r#"{"specversion":"1.0","id":"A-1001","source":"shop/tmall","type":"order.placed",
  "time":"2026-06-03T10:15:00+08:00","datacontenttype":"application/json","traceparent":"00-1","subject":null,
  "data":{"who":[{"scheme":"member_no","value":"M00017"},{"scheme":"phone","value":13800138000,"scope":null},
                 {"scheme":"wechat_openid","value":"o_x","scope":"wx1"}],
          "amount":{"value":"512.00","currency":"CNY"},"items":2,"category":"母\u5a74","gift":true,"note":null,
          "about":{"scheme":"store","value":"SH-03"},"lines":[{"sku":"a"}],
          "attachments":[{"name":"小票.jpg","media_type":"image/jpeg",
            "sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}}"#;

/// An event with one piece of text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(ORDER.contains(old), "{old}");
    ORDER.replacen(old, new, 1)
}

#[test]
fn every_member_is_read() {
    let event = read_one(ORDER.as_bytes()).unwrap();
    assert_eq!(
        (event.id.as_ref(), event.source.as_ref(), event.kind.as_ref()),
        ("A-1001", "shop/tmall", "order.placed")
    );
    assert_eq!(event.time, "2026-06-03T02:15:00Z".parse().ok());
    let who: Vec<_> = event.who.iter().map(|w| (w.scheme.as_ref(), w.value.as_ref(), w.scope.as_deref())).collect();
    let expected =
        [("member_no", "M00017", None), ("phone", "13800138000", None), ("wechat_openid", "o_x", Some("wx1"))];
    assert_eq!(who, expected);
    let fields = [
        ("ce_traceparent", IncomingValue::Text("00-1".into())),
        ("amount", IncomingValue::Money("512.00".into(), "CNY".into())),
        ("items", IncomingValue::Number("2".into())),
        ("category", IncomingValue::Text("母婴".into())),
        ("gift", IncomingValue::Bool(true)),
        ("note", IncomingValue::Null),
        ("about", IncomingValue::Json(r#"{"scheme":"store","value":"SH-03"}"#.into())),
        ("lines", IncomingValue::Json(r#"[{"sku":"a"}]"#.into())),
    ];
    assert_eq!(event.fields, fields.map(|(name, value)| (name.into(), value)));
    assert_eq!((event.attachments.len(), event.attachments[0].name.as_ref()), (1, "小票.jpg"));
}

#[test]
fn what_is_read_borrows() {
    let event = read_one(ORDER.as_bytes()).unwrap();
    let is_borrowed = |text: &std::borrow::Cow<'_, str>| matches!(text, std::borrow::Cow::Borrowed(_));
    assert!([&event.id, &event.source, &event.kind, &event.who[1].value].into_iter().all(is_borrowed));
}

#[test]
fn time_may_be_absent() {
    let without = with(r#""time":"2026-06-03T10:15:00+08:00","#, "");
    assert_eq!(read_one(without.as_bytes()).unwrap().time, None);
    let null = with(r#""2026-06-03T10:15:00+08:00""#, "null");
    assert_eq!(read_one(null.as_bytes()).unwrap().time, None);
}

#[test]
fn a_fault_names_the_member_and_not_the_value() {
    use RejectionCode::{Invalid, Missing, Syntax, TooLarge};
    let long = "密".repeat(257);
    let many_who = format!("\"who\":[{}", r#"{"scheme":"phone","value":"1"},"#.repeat(32));
    let many_fields: String = (0..128).map(|n| format!("\"f{n}\":1,")).collect();
    let deep = format!("{}1{}", "[".repeat(31), "]".repeat(31));
    let cases = [
        (r#""1.0""#, r#""0.3""#, Invalid, "specversion"),
        (r#""specversion":"1.0","#, "", Missing, "specversion"),
        (r#""id":"A-1001","#, "", Missing, "id"),
        (r#""A-1001""#, r#""""#, Invalid, "id"),
        (r#""A-1001""#, r#""A\n1""#, Invalid, "id"),
        (r#""A-1001""#, "7", Invalid, "id"),
        ("A-1001", &long, TooLarge, "id"),
        ("shop/tmall", &long, TooLarge, "source"),
        ("order.placed", "Order Placed", Invalid, "type"),
        ("10:15:00+08:00", "10:15:00", Invalid, "time"),
        (r#""subject":null"#, r#""id":"B""#, Invalid, "id"),
        (r#""subject":null"#, r#""data":{}"#, Invalid, "data"),
        (r#""subject":null"#, r#""data_base64":"AA==""#, Invalid, "data_base64"),
        ("application/json", "text/xml", Invalid, "datacontenttype"),
        (r#""data":{"who""#, r#""data":[],"x":{"who""#, Invalid, "data"),
        (r#""data":{"who""#, r#""x":{"who""#, Missing, "data"),
        ("member_no", "Member-No", Invalid, "data.who.scheme"),
        (r#""M00017""#, "true", Invalid, "data.who.value"),
        (r#""M00017""#, r#""""#, Invalid, "data.who.value"),
        (r#""value":"M00017""#, r#""scope":"x""#, Missing, "data.who.value"),
        (r#""value":"M00017""#, r#""value":"M1","note":"密""#, Invalid, "data.who"),
        ("M00017", &long, TooLarge, "data.who.value"),
        ("\"who\":[", &many_who, TooLarge, "data.who"),
        (r#"{"scheme":"store","value":"SH-03"}"#, r#""SH-03""#, Invalid, "data.about"),
        (r#""items":2"#, r#""items":2,"items":3"#, Invalid, "data.items"),
        (r#""items":2"#, r#""密":2,"密":3"#, Invalid, "data"),
        (r#""items":2"#, &many_fields, TooLarge, "data"),
        (r#""items":2"#, &format!("{many_fields}\"x\":1"), TooLarge, "data"),
        (r#""items""#, &format!("\"{long}\""), Invalid, "data"),
        (r#""items":2"#, &format!("\"items\":{deep}"), TooLarge, "event"),
        ("0123456789abcdef\"", "0123456789ABCDEF\"", Invalid, "data.attachments.sha256"),
        (r#""items":2"#, r#""items":02"#, Syntax, "event"),
        (r#""items":2"#, r#""items":"\ud800""#, Syntax, "event"),
    ];
    for (old, new, code, field) in cases {
        if new == many_fields {
            continue;
        }
        let fault = read_one(with(old, new).as_bytes()).unwrap_err();
        assert_eq!((fault.code, fault.field.as_str()), (code, field), "{old} -> {}", new.get(..40).unwrap_or(new));
        let said = format!("{}{}", fault.message.zh, fault.message.en);
        assert!(!said.contains('密') && !said.contains("M00017") && !said.contains("A-1001"), "{said}");
    }
}

#[test]
fn long_text_is_refused() {
    let text = "字".repeat(400_000);
    let fault = read_one(with("\"items\":2", &format!("\"text\":\"{text}\"")).as_bytes()).unwrap_err();
    assert_eq!((fault.code, fault.field.as_str()), (RejectionCode::TooLarge, "data.text"));
}

#[test]
fn a_bad_element_does_not_spoil_a_batch() {
    let bad = r#"{"id":[1,{"x":"]}"}],"#;
    let broken = format!("[{ORDER}, {{\"id\":tru}}, 7, {bad}\"a\":1}} , {ORDER}]");
    let results: Vec<_> = read_batch(broken.as_bytes()).unwrap().iter().map(Result::is_ok).collect();
    assert_eq!(results, [true, false, false, false, true]);
    assert_eq!(read_batch(ORDER.as_bytes()).unwrap().len(), 1);
    assert_eq!(read_batch(b" [ ] ").unwrap().len(), 0);
    for whole in ["[", "[1 2]", "[1] 2", "\"x\"", "", "[\"", "{\"a\":1}]"] {
        let spoiled = read_batch(whole.as_bytes());
        assert!(spoiled.is_err() || spoiled.unwrap().iter().all(Result::is_err), "{whole}");
    }
    let many = format!("[{}0]", "0,".repeat(10_000));
    assert_eq!(read_batch(many.as_bytes()).unwrap_err().code, RejectionCode::TooLarge);
}

#[test]
fn a_bad_line_does_not_spoil_the_others() {
    let one = ORDER.replace('\n', "");
    let mut body = format!("\u{feff}{one}\r\n\r\nnot json\n").into_bytes();
    body.extend_from_slice(b"\"\xff\"\n");
    body.extend_from_slice(one.as_bytes());
    let results: Vec<_> = lines(&body).map(|(line, event)| (line, event.is_ok())).collect();
    assert_eq!(results, [(1, true), (3, false), (4, false), (5, true)]);
}

proptest! {
    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (read_one(&bytes), read_batch(&bytes), lines(&bytes).count());
    }

    #[test]
    fn damaged_events_are_safe(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = ORDER.as_bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = (read_one(&bytes), read_batch(&bytes), lines(&bytes).count());
        let _ = read_one(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn members_may_stand_in_any_order(order in Just(vec![0usize, 1, 2, 3, 4]).prop_shuffle()) {
        let members = [r#""specversion":"1.0""#, r#""id":"a""#, r#""source":"s""#, r#""type":"note.added""#, r#""data":{}"#];
        let all: Vec<_> = order.into_iter().map(|place| members[place]).collect();
        let event = format!("{{{}}}", all.join(","));
        prop_assert!(read_one(event.as_bytes()).is_ok());
    }
}
