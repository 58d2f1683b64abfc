//! Segment: a batch as the Node SDK posts it, the names of its specs, and that no bytes do harm.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use connect::segment::{Endpoint, read};
use domain::{Incoming, IncomingValue, RejectionCode};
use proptest::prelude::*;

const BATCH: &[u8] = include_bytes!("segment/node-batch.json");

fn all(body: &[u8]) -> Vec<Incoming<'_>> {
    let events = read(body, Endpoint::Batch, "shop/web", "CNY").unwrap();
    events.into_iter().map(Result::unwrap).collect()
}

/// A track message with these properties, as one line for each thing read but `context`.
fn track(event: &str, properties: &str) -> Vec<String> {
    let body = format!(r#"{{"messageId":"m","userId":7,"event":"{event}","properties":{properties}}}"#);
    lines(&read(body.as_bytes(), Endpoint::Track, "shop/web", "CNY").unwrap().remove(0).unwrap())
}

fn lines(event: &Incoming<'_>) -> Vec<String> {
    let who = event.who.iter().map(|who| format!("{}: {}", who.scheme, who.value));
    let fields = event.fields.iter().filter(|(name, _)| name != "context");
    let fields = fields.map(|(name, value)| match value {
        IncomingValue::Text(text) => format!("{name} = {text:?}"),
        IncomingValue::Number(text) | IncomingValue::Json(text) => format!("{name} = {text}"),
        IncomingValue::Money(value, currency) => format!("{name} = {value} {currency}"),
        other => format!("{name} = {other:?}"),
    });
    [event.kind.to_string()].into_iter().chain(who).chain(fields).collect()
}

#[test]
fn the_node_sdk_works_unchanged() {
    let events = all(BATCH);
    let read: Vec<Vec<String>> = events.iter().map(lines).collect();
    let expected: [&[&str]; 8] = [
        &[
            "customer.identified",
            "user_id: u-1",
            "anonymous_id: an-1",
            "email: lin@example.com",
            "phone: 13800138000",
            "name = \"林晓\"",
            "company = \"晓光商贸\"",
            "company_id = 7",
            "address = \"杭州 文一路1号\"",
            "city = \"杭州\"",
            "plan = \"pro\"",
            "age = 33",
        ],
        &[
            "order.placed",
            "user_id: u-1",
            "order_no: O-9",
            "amount = 512.5 CNY",
            "items = 2",
            "category = \"母婴\"",
            "products = [{\"product_id\":\"p1\",\"price\":256.25,\"quantity\":2,\"category\":\"母婴\"}]",
            "coupon = \"SUMMER\"",
        ],
        &["track.video_played", "anonymous_id: an-1", "email: lin@example.com", "title = \"x\"", "seconds = 3"],
        &[
            "page.viewed",
            "user_id: u-1",
            "page_name = \"Price\"",
            "page = \"/p\"",
            "category = \"Docs\"",
            "path = \"/p?a=1\"",
            "url = \"https://x.cn/p?a=1\"",
            "title = \"价格\"",
        ],
        &["page.viewed", "user_id: u-1", "page = \"Home\""],
        &[
            "customer.identified",
            "user_id: u-1",
            "company = \"晓光商贸\"",
            "group_id = \"g-1\"",
            "group_employees = 20",
        ],
        &["customer.identified", "user_id: u-1", "user_id: an-0", "anonymous_id: an-0"],
        &["track.event", "user_id: u-1", "event_name = \"打开小程序\""],
    ];
    for (read, expected) in read.iter().zip(expected) {
        assert_eq!(read, expected);
    }
    assert_eq!(events.len(), 8);
    for (place, event) in events.iter().enumerate() {
        assert_eq!(event.id, format!("node-next-1780452900123-{place:04}"));
        assert_eq!((event.source.as_ref(), event.time), ("shop/web", "2026-06-03T02:15:00.123Z".parse().ok()));
        assert!(matches!(event.fields.last(), Some((name, IncomingValue::Json(_))) if name == "context"));
    }
}

#[test]
fn names_of_the_specs_become_standard_kinds() {
    let cases: [(&str, &str, &[&str]); 11] = [
        ("Order Completed", r#"{"revenue":"99.90","currency":"usd"}"#, &["order.placed", "amount = 99.9 USD"]),
        ("Order Completed", r#"{"value":5,"currency":"CNY"}"#, &["order.placed", "amount = 5 CNY"]),
        (
            "Order Completed",
            r#"{"total":0.30000000000000004,"amount":"密"}"#,
            &["order.placed", "amount = 0.3 CNY", "segment_amount = \"密\""],
        ),
        (
            "Order Refunded",
            r#"{"total":10,"reason":"尺码不合"}"#,
            &["order.refunded", "amount = 10 CNY", "reason = \"尺码不合\""],
        ),
        ("Order Cancelled", "{}", &["order.status_changed", "to = \"cancelled\""]),
        (
            "Product Added",
            r#"{"price":19.9,"quantity":3}"#,
            &["cart.added", "amount = 59.7 CNY", "price = 19.9", "quantity = 3"],
        ),
        ("Coupon Applied", r#"{"coupon_id":"C5","discount":5}"#, &["coupon.used", "amount = 5 CNY", "code = \"C5\""]),
        ("Email Opened", r#"{"campaign_name":"618"}"#, &["email.opened", "campaign = \"618\""]),
        ("Email Link Clicked", r#"{"campaign_id":618}"#, &["email.clicked", "campaign = \"618\""]),
        ("formSubmitted", r#"{"form_id":"join"}"#, &["form.submitted", "form = \"join\""]),
        (
            "Product Reviewed",
            r#"{"rating":4,"review_body":"不错"}"#,
            &["survey.answered", "text = \"不错\"", "score = 4"],
        ),
    ];
    for (event, properties, expected) in cases {
        let mut read = track(event, properties);
        assert_eq!(read.remove(1), "user_id: 7");
        assert_eq!(read, expected, "{event}");
    }
}

#[test]
fn names_are_put_together_as_they_are_written() {
    for (traits, expected) in [
        (r#"{"firstName":"晓","lastName":"林"}"#, "name = \"林晓\""),
        (r#"{"firstName":"Ada","lastName":"Byron"}"#, "name = \"Ada Byron\""),
        (r#"{"firstName":"Ada"}"#, "name = \"Ada\""),
    ] {
        let body = format!(r#"{{"messageId":"m","anonymousId":"a","traits":{traits}}}"#);
        let event = read(body.as_bytes(), Endpoint::Identify, "s", "CNY").unwrap().remove(0).unwrap();
        assert_eq!(lines(&event)[2], expected);
    }
}

#[test]
fn a_bad_message_does_not_spoil_a_batch() {
    let body = br#"{"batch":[{"type":"track","event":"A","userId":"u"},
        {"type":"track","event":"A","messageId":"1"},
        {"type":"track","messageId":"1","userId":"u"},
        {"type":"dance","messageId":"1","userId":"u"},
        {"type":"page","messageId":"1","userId":"u","timestamp":"2026-06-03"},
        {"type":"page","messageId":"1","userId":"u","properties":[]},
        {"type":"alias","messageId":"1","userId":"u"},
        {"type":"group","messageId":"1","userId":"u"},
        {"type":"page","messageId":"1","messageId":"2","userId":"u"}, 5,
        {"type":"page","messageId":"1","userId":"u"}]}"#;
    let events = read(body, Endpoint::Batch, "s", "CNY").unwrap();
    let read: Vec<_> =
        events.iter().map(|event| event.as_ref().map_or_else(|fault| fault.field.as_str(), |_| "ok")).collect();
    let expected = [
        "messageId",
        "userId",
        "event",
        "type",
        "timestamp",
        "properties",
        "previousId",
        "groupId",
        "message",
        "message",
        "ok",
    ];
    assert_eq!(read, expected);
}

#[test]
fn a_body_that_is_no_body_is_refused() {
    let fault = |body: &[u8]| read(body, Endpoint::Batch, "s", "CNY").unwrap_err();
    assert_eq!(fault(b"{}").code, RejectionCode::Missing);
    assert_eq!(fault(b"[").code, RejectionCode::Invalid);
    assert_eq!(fault(b"{").code, RejectionCode::Syntax);
    assert_eq!(fault(b"\xff").code, RejectionCode::Syntax);
    assert_eq!(fault(br#"{"batch":{}}"#).field, "batch");
}

#[test]
fn a_batch_lends_its_context() {
    let body =
        br#"{"context":{"traits":{"phone":"13800138000"}},"batch":[{"type":"page","messageId":"1","userId":"u"}]}"#;
    assert_eq!(lines(&all(body)[0])[2], "phone: 13800138000");
}

proptest! {
    #[test]
    fn damaged_bodies_are_safe(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = BATCH.to_vec();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = read(&bytes, Endpoint::Batch, "s", "CNY");
    }

    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..200), place in 0usize..7) {
        use Endpoint::{Alias, Batch, Group, Identify, Page, Screen, Track};
        let _ = read(&bytes, [Alias, Batch, Group, Identify, Page, Screen, Track][place], "s", "CNY");
    }

    #[test]
    fn any_names_are_safe(event in any::<String>(), name in any::<String>(), value in any::<String>()) {
        let body = serde_json::json!({"messageId": "m", "userId": value, "event": event, "properties": {name: value}});
        let body = body.to_string();
        if let Ok(event) = &read(body.as_bytes(), Endpoint::Track, "s", "CNY").unwrap()[0] {
            prop_assert!(domain::kind::is_kind_name(&event.kind));
        }
    }
}
