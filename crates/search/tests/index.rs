//! The index on disk finds what the texts themselves say, is made anew when it is damaged, and forgets.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "support/disk.rs"]
mod disk;

use std::collections::BTreeMap;

use disk::terms_on_disk;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use search::{Document, Index, Kind, Mark, Needle, Part, Rank, Writer};

/// A title, a note and a phone, with whose it is and when it was changed.
type Row = (String, String, String, u64, i64);

fn texts(row: &Row) -> [(Kind, &str); 3] {
    [(Kind::Title, &row.0), (Kind::Long, &row.1), (Kind::Phone, &row.2)]
}

fn fill(writer: &mut Writer, rows: &BTreeMap<u64, Row>) {
    for (id, row) in rows {
        let document = Document { id: *id, group: id % 2, owner: row.3, at: row.4, texts: &texts(row) };
        writer.put(&document).unwrap();
    }
    writer.commit(Some(Mark { seq: 1, at: 2, cleared: 0 })).unwrap();
}

/// What is found of a group: rank by rank, each the latest first.
fn found(index: &Index, rows: &BTreeMap<u64, Row>, needle: &Needle, part: Part) -> Vec<(Rank, u64)> {
    let mut found: Vec<(Rank, u64)> = Vec::new();
    for rank in Rank::ALL {
        for one in index.candidates(needle, rank, &[part], 1_000).unwrap() {
            let is = needle.look(&texts(&rows[&one.id])).map(|found| found.rank);
            if is == Some(rank) && !found.contains(&(rank, one.id)) {
                found.push((rank, one.id));
            }
        }
    }
    found
}

/// The same by looking through everything.
fn looked_through(rows: &BTreeMap<u64, Row>, needle: &Needle, part: Part) -> Vec<(Rank, u64)> {
    let of = rows.iter().filter(|(id, row)| *id % 2 == part.group && part.owner.is_none_or(|owner| row.3 == owner));
    let mut all: Vec<_> = of.filter_map(|(id, row)| Some((needle.look(&texts(row))?.rank, row.4, *id))).collect();
    all.sort_by_key(|(rank, at, id)| (*rank, std::cmp::Reverse((*at, *id))));
    all.into_iter().map(|(rank, _, id)| (rank, id)).collect()
}

fn rows() -> impl Strategy<Value = BTreeMap<u64, Row>> {
    let row = (
        "(张三|李四|王小二|重庆|行长|华兴|Zhang San|running|runner |HT-20|é){0,4}",
        "(退款|张三|要求|shoes |international |running |2026-11|138){0,4}",
        "(1[38][0-9]{2}[ -]?[0-9]{4})?",
        0u64..3,
        0i64..5,
    );
    prop::collection::vec(row, 1..24).prop_map(|rows| (1..).zip(rows).collect())
}

#[test]
fn the_index_finds_what_the_texts_say() {
    let typed = "(张|三|张三|小二|zs|zhang|zhangs|wxe|cq|zq|hx|run|runs|running|inter|internatoinal|runing|138|20|2026|退|款|e| ){1,3}";
    let mut runner = TestRunner::new(Config { cases: 40, ..Config::default() });
    let cases = (rows(), prop::collection::vec(typed, 8), 0u64..2, prop::option::of(0u64..3));
    runner
        .run(&cases, |(rows, typed, group, owner)| {
            let folder = tempfile::tempdir().unwrap();
            let (index, mut writer, _) = Index::open(&folder.path().join("index")).unwrap();
            fill(&mut writer, &rows);
            let part = Part { group, owner };
            for typed in typed {
                let Ok(needle) = Needle::new(&typed) else { continue };
                prop_assert_eq!(found(&index, &rows, &needle, part), looked_through(&rows, &needle, part), "{}", typed);
            }
            Ok(())
        })
        .unwrap();
}

fn one(title: &str) -> BTreeMap<u64, Row> {
    [(1, (title.to_owned(), String::new(), String::new(), 0, 0))].into()
}

fn ids(index: &Index, typed: &str) -> Vec<u64> {
    let parts = [Part { group: 0, owner: None }, Part { group: 1, owner: None }];
    let found = index.candidates(&Needle::new(typed).unwrap(), Rank::Anywhere, &parts, 10).unwrap();
    found.iter().map(|one| one.id).collect()
}

#[test]
fn it_opens_as_it_was_committed_and_anew_when_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let open = || Index::open(&path).unwrap();
    let (index, mut writer, mark) = open();
    assert_eq!((mark, index.len()), (None, 0));
    fill(&mut writer, &one("张三"));
    drop(writer);

    let (index, mut writer, mark) = open();
    assert_eq!((mark, ids(&index, "zs")), (Some(Mark { seq: 1, at: 2, cleared: 0 }), vec![1]));
    writer.remove(1);
    writer.commit(None).unwrap();
    assert_eq!(ids(&index, "zs"), [0; 0]);
    drop(writer);

    let (index, mut writer, mark) = open();
    assert_eq!((mark, index.len()), (None, 0), "without a mark it counts as unfinished");
    fill(&mut writer, &one("张三"));
    drop(writer);

    let damaged = std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path());
    let damaged = damaged.into_iter().find(|file| file.extension().is_some_and(|kind| kind == "idx")).unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[0] ^= 0xff;
    std::fs::write(&damaged, bytes).unwrap();
    let (index, writer, mark) = open();
    assert_eq!((mark, index.len()), (None, 0), "a changed byte is seen");
    drop(writer);

    fill(&mut open().1, &one("张三"));
    for file in std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|kind| kind == "term") {
            std::fs::write(file, b"cut off").unwrap();
        }
    }
    assert_eq!(open().2, None);

    std::fs::write(path.join("meta.json"), b"{").unwrap();
    assert_eq!(open().2, None);
}

#[test]
fn what_is_forgotten_leaves_nothing_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let (index, mut writer, _) = Index::open(&path).unwrap();
    let mut rows = one("secretword");
    rows.extend((2..200).map(|id| (id, (format!("other {id}"), String::new(), String::new(), 0, 0))));
    fill(&mut writer, &rows);
    fill(&mut writer, &one("乙丙")); // what it was before is of it too
    let terms = terms_on_disk(&path).unwrap();
    assert!(["secretword", "h乙丙", "other"].iter().all(|term| terms.contains(*term)), "{terms:?}");
    assert_eq!(ids(&index, "乙丙"), [1]);

    writer.forget(&[1]).unwrap();
    let terms = terms_on_disk(&path).unwrap();
    let traces = ["secretword", "h乙丙", "h乙", "h丙", "^h乙", "=secretword", "ssecretword", "yyi", "py b", "py bing"];
    assert!(traces.iter().all(|term| !terms.contains(*term)), "{terms:?}");
    assert!(terms.contains("other"));
    assert_eq!(ids(&index, "乙丙"), [0; 0]);
    assert_eq!(index.len(), 198);
    writer.forget(&[1]).unwrap();
    drop(writer);
    assert_eq!(Index::open(&path).unwrap().2, Some(Mark { seq: 1, at: 2, cleared: 0 }), "the mark stays");
}
