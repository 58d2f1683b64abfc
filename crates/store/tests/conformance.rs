//! One suite on both databases: what a unit writes comes back, whole or not at all.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail by panicking and says what it skips")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::{CustomerId, DecisionId, IdentityId, ObjectId, RecordId, RuleId, Text, Timestamp};
use domain::KindId;
use domain::object::{Cell, FieldNumber, NewField, NewObject, Type};
use store::log::{Entry, Event};
use store::record::query::Test;
use store::{
    Connection, DecisionRow, IdentityRow, Location, ObjectRow, RUN_EVENTS, RecordRow, RecordRows, Seen, StateRow,
    Store, StoreError, TagRow, Unit,
};

fn stores(test: impl Fn(&Store)) {
    let folder = tempfile::tempdir().unwrap();
    test(&Store::open(Location::Sqlite(folder.path().join("jingwei.db"))).unwrap());
    let Ok(url) = std::env::var("JINGWEI_TEST_POSTGRES") else {
        println!("JINGWEI_TEST_POSTGRES is not set: PostgreSQL is skipped");
        return;
    };
    let mut server = Connection::open(&Location::Postgres(url.clone())).unwrap();
    let name = format!(
        "store_{}_{}",
        std::process::id(),
        folder.path().file_name().unwrap().to_string_lossy().replace(['.', '-'], "").to_lowercase()
    );
    server.batch(&format!("CREATE DATABASE {name}")).unwrap();
    let (head, _) = url.rsplit_once('/').unwrap();
    test(&Store::open(Location::Postgres(format!("{head}/{name}"))).unwrap());
}

fn event(number: u8) -> Entry {
    Entry::Event(Event {
        digest: [number; 16],
        source: 1,
        kind: KindId(1),
        time: Timestamp::from_ms(i64::from(number) * 1000),
        history: false,
        who: vec![IdentityId::new(1)],
        plain: Vec::new(),
        personal: vec![1, 2, 3],
        originals: Vec::new(),
    })
}

fn identity(customer: u64) -> IdentityRow {
    IdentityRow {
        key_hash: [7; 16],
        scheme: "phone".into(),
        scope: String::new(),
        value: Some("+8613800138000".into()),
        standing: 0,
        degree: 0,
        demoted: 0,
        customer: CustomerId::new(customer),
    }
}

fn decision() -> DecisionRow {
    DecisionRow {
        customer: CustomerId::new(1),
        rule: RuleId::new(1),
        version: 1,
        outcome: "set_tag".into(),
        name: "钻石会员".into(),
        as_of: Timestamp::from_ms(1),
        at: Timestamp::from_ms(2),
        reason: "event".into(),
        corrects: None,
        superseded: false,
        history: false,
        detail: vec![1],
    }
}

#[test]
fn a_unit_comes_back_as_it_was_written() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        let (customer, rule) = (CustomerId::new(1), RuleId::new(1));
        let state = StateRow {
            seq: 3,
            due: Some(Timestamp::from_ms(50)),
            seen: Some((Timestamp::from_ms(1), Timestamp::from_ms(2))),
            events: 2,
            body: vec![9],
        };
        let tag = TagRow { since: Timestamp::from_ms(4), decision: DecisionId::new(5), recomputing: false };
        let unit = Unit {
            seq: writer.next_seq().unwrap(),
            received_at: Timestamp::from_ms(10),
            entries: vec![event(1), event(2)],
            digests: vec![[1; 16], [2; 16]],
            identities: BTreeMap::from([(IdentityId::new(1), identity(1))]),
            customers: BTreeMap::from([(customer, None)]),
            states: BTreeMap::from([(customer, Some(state))]),
            tags: BTreeMap::from([((customer, "钻石会员".to_owned(), rule), Some(tag.clone()))]),
            keys: vec![("zs".into(), customer), ("张三".into(), customer)],
            ..Unit::default()
        };
        unit.commit(&mut writer).unwrap();
        assert_eq!(writer.next_seq().unwrap(), 3);
        let block = writer.block_of(2).unwrap().unwrap();
        assert_eq!(
            (block.seq, block.received_at, block.entries),
            (1, Timestamp::from_ms(10), vec![event(1), event(2)])
        );
        store
            .read::<_, store::StoreError>(|db| {
                assert_eq!(db.tags_of(customer)?, vec![("钻石会员".to_owned(), rule, tag.clone())]);
                let (none, due) = ((Timestamp::MIN, CustomerId::new(0)), (Timestamp::from_ms(50), customer));
                assert_eq!(db.due(none, due.0, 10)?, vec![due]);
                assert_eq!(db.due(none, Timestamp::from_ms(49), 10)?, vec![]);
                assert_eq!(db.due(due, Timestamp::from_ms(51), 10)?, vec![]);
                assert_eq!(db.identities_by_value("+8613800138000")?.len(), 1);
                assert!(db.identities_by_hash(&[[7; 16], [8; 16]])?.is_empty(), "it waits for a sweep");
                for (beginning, name) in [("+86138", "none"), ("none", "张"), ("none", "z")] {
                    let found = db.find_customers(&[beginning.to_owned()], &[name.to_owned()], 10)?;
                    assert_eq!(found, [customer], "{beginning} {name}");
                }
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn a_unit_that_fails_leaves_nothing() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        let unit = |id| Unit {
            seq: 1,
            entries: vec![event(1)],
            digests: vec![[1; 16]],
            identities: BTreeMap::from([(IdentityId::new(id), identity(1))]),
            ..Unit::default()
        };
        unit(1).commit(&mut writer).unwrap();
        let mut clash = unit(1);
        clash.seq = 2;
        clash.identities.insert(IdentityId::new(0), identity(1));
        assert!(clash.commit(&mut writer).is_err(), "two identities cannot share a number");
        assert_eq!(writer.next_seq().unwrap(), 2);
        assert!(writer.identity(IdentityId::new(0)).unwrap().is_none());
    });
}

#[test]
fn decisions_are_found_and_tags_counted_before_and_after_a_sweep() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        let (customer, rule, other) = (CustomerId::new(1), RuleId::new(1), RuleId::new(2));
        let mut decided = store::Decided::load(&mut writer).unwrap();
        let made = |of| DecisionRow { customer, rule: of, ..decision() };
        let tag =
            |number| TagRow { since: Timestamp::from_ms(1), decision: DecisionId::new(number), recomputing: false };
        for (seq, of) in [(1, rule), (2, other), (3, rule)] {
            let id = DecisionId::new(seq);
            decided.add(id, &made(of));
            let tags = BTreeMap::from([((customer, "钻石会员".to_owned(), of), Some(tag(seq)))]);
            Unit { seq, entries: vec![event(1)], decisions: BTreeMap::from([(id, made(of))]), tags, ..Unit::default() }
                .commit(&mut writer)
                .unwrap();
            if seq == 2 {
                assert!(decided.stretch(1, false).is_empty(), "too few to begin");
                let half = decided.stretch(1, true);
                assert_eq!((half.by_customer.len(), half.upto), (1, None), "nothing is said to be found before it is");
                Unit { seq: 3, decided: half, ..Unit::default() }.commit(&mut writer).unwrap();
            }
            let numbers = |rows: Vec<store::Decision>| rows.iter().map(|(id, _)| id.number()).collect::<Vec<_>>();
            let all: Vec<u64> = (1..=seq).rev().collect();
            assert_eq!(numbers(writer.decisions_of(customer, 10).unwrap()), all);
            assert_eq!(numbers(writer.decisions_of(customer, 1).unwrap()), all[..1]);
            let last = |of| (1..=seq).filter(|seq| (*seq == 2) == (of == other)).max();
            let tags = [rule, other].into_iter().filter_map(|of| Some(("钻石会员".to_owned(), of, tag(last(of)?))));
            assert_eq!(writer.tags_of(customer).unwrap(), tags.collect::<Vec<_>>());
        }
        let counts = |writer: &mut store::Connection, first| {
            let decided = writer.decided(&[rule, other], DecisionId::new(first)).unwrap();
            (decided[&rule], decided[&other], writer.holding().unwrap())
        };
        let holding = BTreeMap::from([(rule, 1), (other, 1)]);
        assert_eq!(counts(&mut writer, 0), (2, 1, holding.clone()));
        while decided.unwritten() > 0 {
            Unit { seq: 4, decided: decided.stretch(10, true), ..Unit::default() }.commit(&mut writer).unwrap();
        }
        assert_eq!(counts(&mut writer, 0), (2, 1, holding));
        assert_eq!(counts(&mut writer, 2).0, 1);
        assert_eq!(writer.decided_counts().unwrap(), [3; 3]);
        assert_eq!(writer.decisions_by(rule, 10).unwrap().len(), 2);
        let tags = BTreeMap::from([((customer, "钻石会员".to_owned(), rule), None)]);
        Unit { seq: 4, entries: vec![event(1)], tags, ..Unit::default() }.commit(&mut writer).unwrap();
        assert_eq!(writer.holding().unwrap(), BTreeMap::from([(other, 1)]));
    });
}

#[test]
fn an_instant_finds_its_place_in_the_log() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        assert_eq!(writer.seq_at(Timestamp::MIN).unwrap(), 1);
        for (seq, count, at) in [(1, 3, 10), (4, 1, 20), (5, 2, 20), (7, 4, 30)] {
            let entries = vec![event(1); count];
            let received_at = Timestamp::from_ms(at);
            Unit { seq, entries, received_at, ..Unit::default() }.commit(&mut writer).unwrap();
        }
        let places = [5, 10, 11, 20, 21, 30, 31].map(|at| writer.seq_at(Timestamp::from_ms(at)).unwrap());
        assert_eq!(places, [1, 1, 4, 4, 7, 7, 11]);
    });
}

#[test]
fn what_was_seen_is_known_for_good() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        let mut seen = Seen::load(&mut writer).unwrap();
        let digest = |number: usize| {
            let mixed = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            mixed.to_be_bytes()
        };
        for number in 0..RUN_EVENTS {
            assert!(seen.add(&digest(number), &mut writer).unwrap());
        }
        let first = Unit { seq: 1, entries: vec![event(1)], seen: seen.stretch(2), ..Unit::default() };
        assert!(!first.seen.is_empty());
        first.commit(&mut writer).unwrap();
        assert!(!seen.add(&digest(RUN_EVENTS / 2), &mut writer).unwrap(), "while the run is being written");
        let mut is_whole = false;
        while !is_whole {
            let unit = Unit { seq: 2, seen: seen.stretch(2), ..Unit::default() };
            is_whole = unit.seen.is_last();
            unit.commit(&mut writer).unwrap();
        }
        let mut again = Seen::load(&mut writer).unwrap();
        for number in (0..RUN_EVENTS).step_by(4_999) {
            assert!(!seen.add(&digest(number), &mut writer).unwrap());
            assert!(!again.add(&digest(number), &mut writer).unwrap());
        }
        assert!(again.add(&digest(RUN_EVENTS + 1), &mut writer).unwrap());
        again.forget(&digest(RUN_EVENTS + 1));
        assert!(again.add(&digest(RUN_EVENTS + 1), &mut writer).unwrap());
    });
}

#[test]
fn identities_are_found_before_and_after_a_sweep() {
    stores(|store| {
        let mut writer = store.writer().unwrap();
        let identities = BTreeMap::from([(IdentityId::new(1), identity(1))]);
        let unit = Unit { seq: 1, entries: vec![event(1)], identities, ..Unit::default() };
        unit.commit(&mut writer).unwrap();
        let mut lookup = store::Lookup::load(&mut writer).unwrap();
        assert_eq!(lookup.waiting().collect::<Vec<_>>(), [([7; 16], IdentityId::new(1))]);
        Unit { seq: 2, found: lookup.stretch(10, true), ..Unit::default() }.commit(&mut writer).unwrap();
        assert_eq!(store::Lookup::load(&mut writer).unwrap().unwritten(), 0);
        store
            .read::<_, store::StoreError>(|db| {
                assert_eq!(db.identities_by_hash(&[[7; 16], [8; 16]])?.len(), 1);
                assert_eq!(db.identities_by_value("+8613800138000")?.len(), 1);
                let found = db.find_customers(&["+86138".to_owned()], &[], 10)?;
                assert_eq!(found, [identity(1).customer]);
                Ok(())
            })
            .unwrap();
        writer.clear().unwrap();
        assert!(!store::Lookup::load(&mut writer).unwrap().may_have(&[7; 16]));
        let unit = Unit {
            seq: 1,
            entries: vec![event(1)],
            identities: BTreeMap::from([(IdentityId::new(1), identity(1))]),
            ..Unit::default()
        };
        unit.commit(&mut writer).unwrap();
        let lookup = store::Lookup::load(&mut writer).unwrap();
        assert_eq!(lookup.waiting().count(), 1, "what is new after clearing is not taken for found");
    });
}

/// A server that was started again goes unnoticed by who reads next, and no setting of its makes a commit less than flushed.
#[test]
fn connections_that_ended_are_not_lent_and_commits_are_flushed() {
    stores(|store| {
        let next = |store: &Store| store.read(Connection::next_seq);
        let people = |store: &Store| store.write(Connection::has_people);
        assert_eq!((next(store).unwrap(), people(store).unwrap()), (1, false));
        if let Location::Postgres(_) = store.location() {
            let mut other = Connection::open(store.location()).unwrap();
            let off = "ALTER DATABASE %I SET synchronous_commit = off";
            other.batch(&format!("DO $$ BEGIN EXECUTE format('{off}', current_database()); END $$")).unwrap();
            let sql = "SELECT pg_terminate_backend(pid)::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            // One that was used a moment ago finds out with its first statement; one that was not is asked before it is lent.
            for idle_ms in [200, 1_200] {
                assert!(other.query(sql, &[]).unwrap().len() >= 2);
                std::thread::sleep(Duration::from_millis(idle_ms));
                assert_eq!((next(store).unwrap(), people(store).unwrap()), (1, false));
            }
            let setting = store.writer().unwrap().query_one("SELECT current_setting('synchronous_commit')", &[]);
            assert_eq!(setting.unwrap().unwrap().text(0), "on");
        }
    });
}

#[test]
fn a_unit_of_names_alone_is_written() {
    stores(|store| {
        let (mut writer, customer) = (store.writer().unwrap(), CustomerId::new(1));
        let customers = BTreeMap::from([(customer, None)]);
        Unit { seq: 1, entries: vec![event(1)], customers, ..Unit::default() }.commit(&mut writer).unwrap();
        let names = BTreeMap::from([(customer, Some("张三".to_owned()))]);
        let unit = Unit { seq: 2, names, keys: vec![("zs".into(), customer)], ..Unit::default() };
        assert!(!unit.is_empty(), "the writer passes over what is empty");
        unit.commit(&mut writer).unwrap();
        let found = store.read(|db| db.find_customers(&[], &["zs".to_owned()], 10)).unwrap();
        assert_eq!(found, [customer]);
        let known = store.read(|db| db.known_of(&found)).unwrap();
        assert_eq!(known[&customer].name.as_deref(), Some("张三"));
    });
}

#[test]
fn records_are_found_by_their_ids_however_many_there_have_come_to_be() {
    stores(|store| {
        let fields = vec![NewField::plain("name", Text::same("name"), Type::Text)];
        let new = NewObject { name: "deal".into(), label: Text::same("deal"), icon: "note".into(), fields };
        let object = Arc::new(new.numbered(ObjectId::new(1)));
        let mut writer = store.writer().unwrap();
        let mut add = |ids: std::ops::Range<u64>, objects: Vec<ObjectRow>| {
            let row = |id| {
                let cells = BTreeMap::from([(FieldNumber::FIRST, Cell::Text("x".into()))]);
                let by = || "local".to_owned();
                let row = RecordRow {
                    version: 1,
                    created_by: by(),
                    changed_by: by(),
                    trashed_at: None,
                    cells,
                    sort: BTreeMap::new(),
                };
                (RecordId::new(id), row)
            };
            let rows = RecordRows { object: Arc::clone(&object), rows: ids.map(row).collect() };
            let records = BTreeMap::from([(object.id, rows)]);
            Unit { seq: writer.next_seq().unwrap(), objects, records, ..Unit::default() }.commit(&mut writer).unwrap();
        };
        add(1..11, vec![ObjectRow { object: Arc::clone(&object), before: None }]);
        let mut db = Connection::open_reader(store.location()).unwrap();
        let (ids, test) = ([1, 2, 700].map(RecordId::new), Test::Present(FieldNumber::FIRST));
        let found = |db: &mut Connection| db.records_among(&object, &ids, &test, &Test::Trashed).unwrap().len();
        assert_eq!(found(&mut db), 2);
        add(11..5_000, Vec::new());
        assert_eq!(found(&mut db), 3);
        if let Connection::Postgres(_) = db {
            // The plan that was made for ten records, and kept, reads no more than it is asked for.
            let sql =
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT t0.id%' AND generic_plans > 0";
            let name = db.query_one(sql, &[]).unwrap().unwrap();
            db.batch("SET plan_cache_mode = force_generic_plan").unwrap();
            let plan = db.query(&format!("EXPLAIN EXECUTE {}('{{1}}')", name.text(0)), &[]).unwrap();
            let plan: Vec<&str> = plan.iter().map(|line| line.text(0)).collect();
            assert!(plan.iter().any(|line| line.contains("o_1_pkey")), "{plan:?}");
        }
    });
}

#[test]
fn a_question_that_takes_too_long_is_cut_off_and_the_next_is_answered() {
    stores(|store| {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT (i + 1) % 7 FROM n) SELECT COUNT(*) FROM n";
        let mut db = Connection::open_reader(store.location()).unwrap();
        let cut = db.within(Duration::from_millis(50), |db| db.query(endless, &[]));
        assert!(matches!(cut, Err(StoreError::TooLong)), "{cut:?}");
        assert_eq!(db.within(Duration::from_secs(5), Connection::next_seq).unwrap(), 1);
        assert_eq!(db.query_one("SELECT 7", &[]).unwrap().unwrap().int(0), 7);
    });
}
