//! Tables: what a mapping makes of rows, what is refused, and a real file if it is there.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;

use connect::csv_map::{CsvFile, Mapping};
use connect::gzip;
use domain::{Incoming, IncomingValue, Rejection, RejectionCode};
use proptest::prelude::*;

const ORDERS: &str = r#"{"name":"门店订单","format":{"delimiter":","},"source":"import/pos","kind":"order.placed",
  "id":{"column":"单号"},"time":{"column":"时间","format":"%Y/%m/%d %H:%M","zone":"Asia/Shanghai"},
  "who":[{"scheme":"phone","column":"手机"},{"scheme":"pos_no","column":2,"scope":"pos","prefix":"P-"}],
  "fields":{"amount":{"column":"金额","currency_column":"币种"},"items":{"column":"件数","type":"number"},
            "channel":{"const":"pos"},"member":{"column":"会员","type":"bool"}}}"#;
const HEADER: &str = "单号,卡号,时间,手机,金额,币种,件数,会员,备注\n";

type Row = (usize, Result<Incoming<'static>, Rejection>);

fn rows(mapping: &str, table: impl AsRef<[u8]>) -> Vec<Row> {
    let mapping = Mapping::read(mapping.as_bytes()).unwrap();
    CsvFile::open(table.as_ref(), &mapping, "hash").unwrap().collect()
}

/// `ORDERS` with one piece replaced.
fn with(old: &str, new: &str) -> String {
    assert!(ORDERS.contains(old), "{old}");
    ORDERS.replacen(old, new, 1)
}

#[test]
fn a_row_becomes_an_event() {
    let table = format!("{HEADER}A1, 77 ,2026/6/3 10:15,13800138000,\"¥1,512.50\",cny,2,是,\"送到\n后门\"\n");
    let mut rows = rows(ORDERS, table);
    let (line, event) = rows.remove(0);
    let event = event.unwrap();
    assert_eq!((line, event.id.as_ref(), event.kind.as_ref()), (2, "A1", "order.placed"));
    assert_eq!(event.time, "2026-06-03T02:15:00Z".parse().ok());
    let who: Vec<_> = event.who.iter().map(|w| (w.scheme.as_ref(), w.value.as_ref(), w.scope.as_deref())).collect();
    assert_eq!(who, [("phone", "13800138000", None), ("pos_no", "P-77", Some("pos"))]);
    let fields = [
        ("amount", IncomingValue::Money("1512.5".into(), "CNY".into())),
        ("channel", IncomingValue::Text("pos".into())),
        ("items", IncomingValue::Number("2".into())),
        ("member", IncomingValue::Bool(true)),
        ("csv_备注", IncomingValue::Text("送到\n后门".into())),
    ];
    assert_eq!(event.fields, fields.map(|(name, value)| (name.into(), value)));
}

#[test]
fn a_bad_row_does_not_spoil_the_others() {
    let good = "A1,77,2026/6/3 10:15,13800138000,1,CNY,2,是,";
    let bad = [
        ("", "id"),
        ("A2,77,2026-06-03,,1,CNY,2,是,", "time"),
        ("A2,77,,,1,CNY,2,是,", "time"),
        ("A2,77,2026/6/3 10:15,,密,CNY,2,是,", "data.amount"),
        ("A2,77,2026/6/3 10:15,,1,密,2,是,", "data.amount"),
        ("A2,77,2026/6/3 10:15,,1,CNY,密,是,", "data.items"),
        ("A2,77,2026/6/3 10:15,,1,CNY,2,密,", "data.member"),
        ("A2,77,2026/6/3 10:15,,1,CNY,2,是", "event"),
        (",77,2026/6/3 10:15,,1,CNY,2,是,", "id"),
    ];
    let lines: Vec<&str> = bad.iter().map(|(row, _)| *row).collect();
    let table = format!("{HEADER}{good}\r\n{}\n,,,\n{good}", lines.join("\n"));
    let rows = rows(ORDERS, table);
    let faults: Vec<_> =
        rows.iter().filter_map(|(line, row)| Some((*line, row.as_ref().err()?.field.as_str()))).collect();
    let expected: Vec<_> =
        bad.iter().zip(3..).filter(|((row, _), _)| !row.is_empty()).map(|((_, field), line)| (line, *field)).collect();
    assert_eq!(faults, expected);
    assert_eq!((rows.first().unwrap().0, rows.last().unwrap().0), (2, 13));
    let said: String = rows.iter().filter_map(|(_, row)| Some(row.as_ref().err()?.message.zh.clone())).collect();
    assert!(!said.contains('密'), "{said}");
}

#[test]
fn gbk_is_read_and_not_guessed() {
    let table = format!("{HEADER}A1,77,2026/6/3 10:15,,1,CNY,2,是,张三丰镕\n");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&table);
    let gbk = with(r#""delimiter":",""#, r#""delimiter":",","encoding":"gbk""#);
    let event = rows(&gbk, &bytes).remove(0).1.unwrap();
    assert_eq!(event.fields.last().unwrap().1, IncomingValue::Text("张三丰镕".into()));
    let mapping = Mapping::read(ORDERS.as_bytes()).unwrap();
    assert_eq!(CsvFile::open(bytes.as_ref(), &mapping, "hash").err().unwrap().field, "file");
}

#[test]
fn tables_without_header_use_numbers() {
    let mapping = r#"{"name":"n","format":{"delimiter":"\t","header":false,"skip_lines":1},"source":"s","kind":"note.added",
      "id":"line","who":[{"scheme":"phone","column":2}]}"#;
    let rows = rows(mapping, "\u{feff}注释\n\na\t138\n\n\nb\t139");
    let ids: Vec<_> = rows.iter().map(|(line, row)| (*line, row.as_ref().unwrap().id.to_string())).collect();
    assert_eq!(ids, [(3, "hash:3".to_owned()), (6, "hash:6".to_owned())]);
    let event = rows[1].1.as_ref().unwrap();
    assert_eq!((event.time, event.fields.as_slice()), (None, &[("csv_1".into(), IncomingValue::Text("b".into()))][..]));
}

#[test]
fn a_mapping_at_fault_says_where() {
    let cases = [
        ("\"name\"", "\"nam\"", "mapping"),
        ("门店订单", " ", "name"),
        ("\"delimiter\":\",\"", "\"delimiter\":\"|\"", "format.delimiter"),
        ("\"delimiter\":\",\"", "\"delimiter\":\",\",\"skip_lines\":9223372036854775807", "format.skip_lines"),
        ("order.placed", "Order", "kind"),
        ("Asia/Shanghai", "Mars/Base", "time.zone"),
        ("\"phone\"", "\"Phone\"", "who.scheme"),
        ("\"const\":\"pos\"", "\"const\":\"pos\",\"column\":1", "fields.channel"),
        ("\"column\":\"金额\",", "\"column\":\"金额\",\"currency\":\"CNY\",", "fields.amount"),
        ("\"type\":\"number\"", "\"type\":\"money\"", "fields.items"),
    ];
    for (old, new, field) in cases {
        assert_eq!(Mapping::read(with(old, new).as_bytes()).unwrap_err().field, field, "{new}");
    }
    let mapping = Mapping::read(with("\"column\":\"件数\"", "\"column\":\"数量\"").as_bytes()).unwrap();
    assert_eq!(CsvFile::open(HEADER.as_bytes(), &mapping, "hash").err().unwrap().field, "fields.items.column");
}

#[test]
fn a_mapping_reads_back_what_it_saves() {
    let mapping = Mapping::read(ORDERS.as_bytes()).unwrap();
    assert_eq!(Mapping::read(&serde_json::to_vec(&mapping).unwrap()).unwrap(), mapping);
}

#[test]
fn an_open_quote_does_not_fill_the_memory() {
    let mapping = Mapping::read(ORDERS.as_bytes()).unwrap();
    let endless = std::io::Read::chain(HEADER.as_bytes(), std::io::Read::chain(&b"\""[..], std::io::repeat(b'x')));
    let (_, row) = CsvFile::open(endless, &mapping, "hash").unwrap().next().unwrap();
    assert_eq!(row.unwrap_err().code, RejectionCode::TooLarge);
}

#[test]
fn cdnow_is_read_whole() {
    let folder = std::env::var("JINGWEI_DATA")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data-cache"), PathBuf::from);
    let Ok(file) = File::open(folder.join("cdnow_master.txt.gz")) else {
        println!("skipped: no cdnow_master.txt.gz in JINGWEI_DATA");
        return;
    };
    let mapping = Mapping::read(include_bytes!("../mappings/cdnow.json")).unwrap();
    let rows = CsvFile::open(gzip::open(file, 64 << 20).unwrap(), &mapping, "cdnow").unwrap();
    let events: Vec<Incoming<'_>> = rows.map(|(_, row)| row.unwrap()).collect();
    let ids: HashSet<&str> = events.iter().map(|event| event.id.as_ref()).collect();
    let customers: HashSet<&str> = events.iter().map(|event| event.who[0].value.as_ref()).collect();
    assert_eq!((events.len(), ids.len(), customers.len()), (69_659, 69_659, 23_570));
    assert_eq!(events[0].id, "cdnow:2");
    assert_eq!(events[69_658].id, "cdnow:69660");
    assert!(events.iter().all(|event| event.time.is_some() && event.fields.len() == 2));
}

proptest! {
    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..300), whitespace in any::<bool>(), gbk in any::<bool>()) {
        let mapping = with("\"delimiter\":\",\"", &format!(
            "\"header\":false,\"delimiter\":\"{}\",\"encoding\":\"{}\"",
            if whitespace { "whitespace" } else { "," },
            if gbk { "gbk" } else { "utf-8" },
        ));
        let mut mapping = Mapping::read(mapping.as_bytes()).unwrap();
        mapping.id = serde_json::from_str("\"line\"").unwrap();
        (mapping.time, mapping.who, mapping.fields) = (None, Vec::new(), Default::default());
        let lines: Vec<usize> = CsvFile::open(bytes.as_slice(), &mapping, "h").unwrap().map(|(line, _)| line).collect();
        prop_assert!(lines.is_sorted_by(|one, next| one < next), "{lines:?}");
    }

    #[test]
    fn any_mapping_is_safe(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(Mapping::read(&bytes).is_err());
    }
}
