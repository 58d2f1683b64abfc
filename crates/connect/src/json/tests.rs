use proptest::prelude::*;

use super::*;

/// Reads a whole text as one value.
fn read(text: &str) -> Result<(), Fault> {
    let mut cursor = Cursor::new(text);
    cursor.raw()?;
    cursor.end()
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-1e9..1e9f64).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|all| serde_json::Value::Object(all.into_iter().collect())),
        ]
    })
}

/// JSON with a few characters changed: mostly broken, now and then not.
fn damaged() -> impl Strategy<Value = String> {
    let change =
        (any::<prop::sample::Index>(), prop::sample::select(r#"{}[]",:\0-1.eEtu "#.chars().collect::<Vec<_>>()));
    (json(), prop::collection::vec(change, 0..3)).prop_map(|(value, changes)| {
        let mut all: Vec<char> = value.to_string().chars().collect();
        changes.into_iter().for_each(|(place, new)| {
            let place = place.index(all.len());
            all[place] = new;
        });
        all.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn takes_what_serde_json_takes(text in damaged()) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // A number beyond f64 is theirs to refuse; here it stays text.
        let too_big = theirs.as_ref().is_err_and(|error| error.to_string().contains("number out of range"));
        prop_assert!(too_big || read(&text).is_ok() == theirs.is_ok(), "{text}");
    }

    #[test]
    fn strings_mean_the_same(text in any::<String>()) {
        let quoted = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(Cursor::new(&quoted).string().unwrap(), text.clone());
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let quoted = format!("\"{escaped}\"");
        prop_assert_eq!(Cursor::new(&quoted).string().unwrap(), text);
    }

    #[test]
    fn a_run_ends_at_the_first_special_byte(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let plain = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=31));
        prop_assert_eq!(scan::plain_run(&bytes), plain.unwrap_or(bytes.len()));
    }

    #[test]
    fn an_element_ends_where_it_ends(value in json()) {
        let text = format!("{value},1]");
        let mut cursor = Cursor::new(&text);
        prop_assert!(cursor.pass_broken());
        prop_assert_eq!(cursor.at, text.len() - 3);
    }
}

#[test]
fn lone_surrogates_are_refused() {
    for text in [r#""\ud800""#, r#""\ud800x""#, r#""\ud800\u0041""#, r#""\udc00""#, r#""\u12""#, "\"\\"] {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(Cursor::new(r#""\ud83d\ude00""#).string().unwrap(), "😀");
}

#[test]
fn depth_has_a_limit() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(read(&nested(32)), Ok(()));
    assert_eq!(read(&nested(33)), Err(Fault::Deep));
    assert_eq!(read(&nested(100_000)), Err(Fault::Deep));
}

#[test]
fn only_value_and_currency_make_money() {
    let read = |text: &'static str| Cursor::new(text).value().unwrap();
    let money = IncomingValue::Money("512.00".into(), "CNY".into());
    assert_eq!(read(r#"{"value":"512.00","currency":"CNY"}"#), money);
    assert_eq!(read(r#" { "currency" : "CNY" , "value" : 512.00 } "#), money);
    for text in [
        r#"{"value":"1","currency":"CNY","note":1}"#,
        r#"{"value":"1"}"#,
        r#"{"value":null,"currency":"CNY"}"#,
        r#"{"value":1,"value":2,"currency":"CNY"}"#,
        "{}",
    ] {
        assert_eq!(read(text), IncomingValue::Json(text.into()));
    }
}
