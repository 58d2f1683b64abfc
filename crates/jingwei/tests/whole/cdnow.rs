//! Real purchases: one command takes them in, and a sentence finds exactly the customers that a plain loop finds.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::support::{data_folder, run};

const ENGLISH: &str = "at least 2 orders in the last 30 days and an average order above 30 USD in the same period";
const CHINESE: &str = "最近30天内下单至少2次且同期平均订单金额大于30美元";

/// Day number of a civil date (Howard Hinnant's days_from_civil).
fn day(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, date) = (number(0..4), number(4..6), number(6..8));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + date - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

/// Customers with two orders or more in the window and more than 30 dollars on average.
fn expected(rows: &[(String, i64, i64)], at: i64) -> BTreeSet<String> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (customer, _, cents) in rows.iter().filter(|(_, day, _)| (at - 30..=at).contains(day)) {
        let sum = sums.entry(customer).or_default();
        *sum = (sum.0 + 1, sum.1 + cents);
    }
    let loyal = sums.into_iter().filter(|(_, (count, cents))| *count >= 2 && *cents > 3000 * count);
    loyal.map(|(customer, _)| customer.to_owned()).collect()
}

fn found(data: &str, sentence: &str, at: &str) -> BTreeSet<String> {
    let tried = run(&["term", "try", sentence, "--data", data, "--at", at, "--json"]);
    let answer: Value = serde_json::from_slice(&tried.stdout).unwrap();
    assert_eq!(answer["status"], "understood", "{answer:#}");
    let matches = answer["matches"].as_array().unwrap();
    matches.iter().map(|found| found["identifiers"][0]["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sentence_finds_whom_a_plain_loop_finds() {
    let Some(folder) = data_folder() else { return };
    let file = folder.join("cdnow_master.txt.gz");
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let data = data.to_str().unwrap();
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connect/mappings/cdnow.json");
    let import = || run(&["import", file.to_str().unwrap(), "--data", data, "--map", map.to_str().unwrap()]);
    let told = String::from_utf8(import().stdout).unwrap();
    assert_eq!(told.trim(), "69659 accepted, 0 seen before, 0 refused");
    let again = String::from_utf8(import().stdout).unwrap();
    assert_eq!(again.trim(), "0 accepted, 69659 seen before, 0 refused");

    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&file).unwrap()).read_to_string(&mut text).unwrap();
    let rows: Vec<(String, i64, i64)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let row: Vec<&str> = line.split_whitespace().collect();
            let cents = (row[3].parse::<f64>().unwrap() * 100.0).round() as i64;
            (row[0].to_owned(), day(row[1]), cents)
        })
        .collect();
    for (date, count) in [("1997-03-31", 637), ("1997-09-30", 148), ("1998-05-31", 116)] {
        let wanted = expected(&rows, day(&date.replace('-', "")));
        assert_eq!(wanted.len(), count);
        for sentence in [ENGLISH, CHINESE] {
            assert_eq!(found(data, sentence, date), wanted, "{date}: {sentence}");
        }
    }
    let replayed = run(&["replay", "--data", data, "--verify"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
}
