//! What columns tell is what the database tells: random records, changes, tests, orders and pages, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{CustomerId, ObjectId, RecordId, Text, Timestamp};
use columns::Columns;
use domain::object::{CUSTOMER, Cell, Choice, Field, FieldNumber, NewField, NewObject, Object, Objects, Type, several};
use store::record::group::{By, Group, Grouping, Shift};
use store::record::query::{Comparison, Order, Query, Test};
use store::{Connection, Location, ObjectRow, RecordRow, RecordRows, Store, Unit, Value};

/// Numbers that look random, the same for a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// The field that leads to several records.
const SEVERAL: FieldNumber = FieldNumber(20);

/// The field that names a customer.
const WHO: FieldNumber = FieldNumber(21);
/// The object of customers' records, and how many of those there may be.
const CUSTOMERS: (ObjectId, u64) = (ObjectId::new(3), 20);

const WORDS: [&str; 8] = ["张三", "张四", "Anna", "anna b", "李", "50%_x", "Zoë", "王小明"];

fn object(id: u64, name: &str, to: &str) -> Object {
    let field = |name: &str, holds| NewField::plain(name, Text::same(name), holds);
    let choices = (0..4)
        .map(|number| Choice { number, label: Text::same(number.to_string()), archived: false, wants: Vec::new() })
        .collect::<Vec<_>>();
    let fields = vec![
        field("name", Type::Text),
        field("phone", Type::Phone),
        field("stage", Type::Choice { choices: choices.clone() }),
        field("tags", Type::MultiChoice { choices }),
        field("amount", Type::Money),
        field("active", Type::Bool),
        field("to", Type::Relation { to: to.to_owned() }),
        field("note", Type::LongText),
        field("closed_at", Type::Instant),
        field("huge", Type::Number),
        field("several", Type::Relations { to: to.to_owned() }),
        field("who", Type::Customer),
    ];
    let new = NewObject { name: name.to_owned(), label: Text::same("o"), icon: "note".to_owned(), fields };
    new.numbered(ObjectId::new(id))
}

struct World {
    dice: Dice,
    store: Store,
    writer: Connection,
    objects: Objects,
    columns: Columns,
    records: BTreeMap<RecordId, (ObjectId, RecordRow)>,
}

impl World {
    fn new(seed: u64, location: Location) -> Self {
        let store = Store::open(location).unwrap();
        let mut writer = store.writer().unwrap();
        let all = [object(1, "o1", "o2"), object(2, "o2", "o2"), object(3, CUSTOMER, "o2")];
        let (columns, none) = (Columns::new(1 << 30), Objects::default());
        columns.load(columns.begin(&none), &store, &none).unwrap();
        let rows = all.iter().map(|object| ObjectRow { object: Arc::new(object.clone()), before: None }).collect();
        let customers = (1..=CUSTOMERS.1).map(|number| (CustomerId::new(number), None)).collect();
        let unit = Unit { seq: writer.next_seq().unwrap(), objects: rows, customers, ..Unit::default() };
        unit.commit(&mut writer).unwrap();
        all.iter().for_each(|object| columns.add(object.id));
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Self { dice, store, writer, objects: Objects::new(all.to_vec()), columns, records: BTreeMap::new() }
    }

    fn word(&mut self) -> String {
        let place = self.dice.below(WORDS.len() as u64) as usize;
        WORDS[place].to_owned()
    }

    fn cell(&mut self, field: &Field) -> Option<Cell> {
        if self.dice.below(4) == 0 {
            return None;
        }
        Some(match &field.holds {
            Type::Choice { .. } => Cell::Int(self.dice.below(4).cast_signed()),
            Type::MultiChoice { .. } => Cell::Int(1 + self.dice.below(15).cast_signed()),
            Type::Bool => Cell::Int(self.dice.below(2).cast_signed()),
            Type::Relation { .. } => Cell::Int(1 + self.dice.below(60).cast_signed()),
            Type::Instant => Cell::Int((self.dice.below(240).cast_signed() - 90) * 3_600_000),
            Type::Relations { .. } => {
                let some: Vec<u64> = (0..self.dice.below(4)).map(|_| 1 + self.dice.below(60)).collect();
                return several::text(some).map(Cell::Text);
            }
            Type::Customer => Cell::Int(1 + self.dice.below(CUSTOMERS.1).cast_signed()),
            Type::Number => Cell::Int(i64::MAX - self.dice.below(3).cast_signed()),
            Type::Money | Type::User => Cell::Int(self.dice.below(6).cast_signed() - 3),
            _ => Cell::Text(self.word()),
        })
    }

    /// Writes some new and some changed records, and tells the columns.
    fn write(&mut self) {
        let mut rows: BTreeMap<ObjectId, RecordRows> = BTreeMap::new();
        for _ in 0..15 {
            let number = 1 + self.dice.below(60);
            let (id, object) = match self.dice.below(4) {
                0 => (RecordId::of_customer(CustomerId::new(1 + number % CUSTOMERS.1)), CUSTOMERS.0),
                _ => (RecordId::new(number), ObjectId::new(1 + number % 2)),
            };
            let known = self.records.get(&id).cloned();
            let object = Arc::new(self.objects.by_id(object).unwrap().clone());
            let mut cells: BTreeMap<FieldNumber, Cell> =
                object.fields.iter().filter_map(|field| Some((field.number, self.cell(field)?))).collect();
            cells.insert(FieldNumber::CHANGED, Cell::Int(self.dice.below(5).cast_signed()));
            cells.insert(FieldNumber::CREATED, Cell::Int(1));
            let sort = cells.get(&FieldNumber::FIRST).and_then(|cell| match cell {
                Cell::Text(text) => Some((FieldNumber::FIRST, text.chars().rev().collect())),
                Cell::Int(_) => None,
            });
            let row = RecordRow {
                version: known.map_or(0, |(_, row)| row.version) + 1,
                created_by: "local".to_owned(),
                changed_by: "local".to_owned(),
                trashed_at: (self.dice.below(6) == 0).then_some(Timestamp::from_ms(5)),
                cells,
                sort: sort.into_iter().collect(),
            };
            self.records.insert(id, (object.id, row.clone()));
            let rows = rows.entry(object.id);
            rows.or_insert_with(|| RecordRows { object, rows: BTreeMap::new() }).rows.insert(id, row);
        }
        // Some become part of an earlier one, be it through a third, and some stand by themselves again.
        let customers: BTreeMap<CustomerId, Option<CustomerId>> = (0..6)
            .map(|_| {
                let part = 2 + self.dice.below(CUSTOMERS.1 - 1);
                let into = (self.dice.below(3) > 0).then(|| CustomerId::new(1 + self.dice.below(part - 1)));
                (CustomerId::new(part), into)
            })
            .collect();
        self.columns.join(&customers);
        let seq = self.writer.next_seq().unwrap();
        let unit = Unit { seq, customers, records: rows.clone(), ..Unit::default() };
        unit.commit(&mut self.writer).unwrap();
        rows.values().for_each(|rows| self.columns.put(rows));
    }

    fn value(&mut self, field: &Field) -> Value {
        match self.cell(field) {
            Some(Cell::Int(number)) => Value::Int(number),
            Some(Cell::Text(text)) => Value::Text(text),
            None => Value::Null,
        }
    }

    fn test(&mut self, object: &Object, depth: u64) -> Test {
        let field = object.fields[self.dice.below(object.fields.len() as u64 - 8) as usize].clone();
        let is_text = !matches!(self.cell(&Field { holds: field.holds.clone(), ..field.clone() }), Some(Cell::Int(_)))
            && matches!(field.holds, Type::Text | Type::Phone);
        let some = |world: &mut Self, object: &Object| {
            (0..world.dice.below(3)).map(|_| world.test(object, depth + 1)).collect()
        };
        match self.dice.below(if depth < 3 { 18 } else { 9 }) {
            0 | 1 => {
                let how =
                    [Comparison::Equal, Comparison::Less, Comparison::AtMost, Comparison::More, Comparison::AtLeast];
                Test::Compare(field.number, how[self.dice.below(5) as usize], self.value(&field))
            }
            2 => Test::OneOf(field.number, (0..self.dice.below(12)).map(|_| self.value(&field)).collect()),
            3 if is_text => Test::Contains(
                field.number,
                ["三", "ann", "%", "_", "小明", "A"][self.dice.below(6) as usize].to_owned(),
            ),
            3 | 4 => Test::Present(field.number),
            5 => Test::AnyBit(FieldNumber(13), self.dice.below(16).cast_signed()),
            6 => Test::Among((0..self.dice.below(20)).map(|_| self.id()).collect()),
            7 if self.dice.below(5) == 0 => Test::Trashed,
            7 => Test::Present(FieldNumber::OWNER),
            8 => Test::Contains(SEVERAL, format!("\n{}\n", 1 + self.dice.below(60))),
            9 => Test::All(some(self, object)),
            10 => Test::Any(some(self, object)),
            11 => Test::Not(Box::new(self.test(object, depth + 1))),
            12 => {
                let target = self.objects.by_name("o2").unwrap().clone();
                Test::ToSome((object.id, SEVERAL), target.id, Box::new(self.test(&target, depth + 1)))
            }
            13 => {
                let from = self.objects.by_name(if self.dice.below(2) == 0 { "o1" } else { "o2" }).unwrap().clone();
                Test::FromSome(from.id, SEVERAL, Box::new(self.test(&from, depth + 1)))
            }
            14 => {
                let target = self.objects.by_name("o2").unwrap().clone();
                Test::To(FieldNumber(16), target.id, Box::new(self.test(&target, depth + 1)))
            }
            15 => {
                let from = self.objects.by_name(if self.dice.below(2) == 0 { "o1" } else { "o2" }).unwrap().clone();
                Test::From(from.id, FieldNumber(16), Box::new(self.test(&from, depth + 1)))
            }
            16 => {
                let customers = self.objects.by_name(CUSTOMER).unwrap().clone();
                Test::ToCustomer(WHO, customers.id, Box::new(self.test(&customers, depth + 1)))
            }
            _ => {
                let from = self.objects.by_name(if self.dice.below(2) == 0 { "o1" } else { "o2" }).unwrap().clone();
                Test::FromCustomer(from.id, WHO, Box::new(self.test(&from, depth + 1)))
            }
        }
    }

    fn id(&mut self) -> RecordId {
        let number = 1 + self.dice.below(70);
        if number > 60 { RecordId::of_customer(CustomerId::new(number - 60)) } else { RecordId::new(number) }
    }

    /// One question, asked of both, from its first page to its last.
    fn ask(&mut self, columns: &Columns, seed: u64) {
        // Only what leads to these objects' records can be led from.
        let object = self.objects.by_name(if self.dice.below(3) == 0 { CUSTOMER } else { "o2" }).unwrap().clone();
        let test = self.test(&object, 0);
        let by = [FieldNumber::FIRST, FieldNumber(11), FieldNumber(12), FieldNumber(14), FieldNumber::CHANGED];
        let order = (0..self.dice.below(3))
            .map(|_| Order { field: by[self.dice.below(5) as usize], descending: self.dice.below(2) == 0 });
        let mut query = Query { test, order: order.collect(), after: None, limit: 1 + self.dice.below(12) as u32 };
        loop {
            let stored = self.store.read(|db| db.list_records(&object, &query)).unwrap();
            let stored: Vec<_> = stored.into_iter().map(|one| (one.id, one.place)).collect();
            let held = columns.list(&self.objects, object.id, &query).expect("all is held that this test asks of");
            assert_eq!(held, stored, "seed {seed}: {query:?}");
            let Some((id, place)) = stored.last().filter(|_| stored.len() == query.limit as usize) else { break };
            query.after = Some((place.clone(), *id));
        }
        let count = self.store.read(|db| db.count_records(&object, &query.test, 1_000)).unwrap();
        assert_eq!(columns.count(&self.objects, object.id, &query.test), Some(count), "seed {seed}: {query:?}");
        // A board: its counts and sums, and each column as a list of its own.
        let (stage, amount) = (FieldNumber(12), FieldNumber(14));
        query.after = None;
        let grouping =
            Grouping { by: Some(By::Value(stage)), split: None, sums: vec![amount], latest: false, limit: 100 };
        let stored = self.store.read(|db| db.group_records(&object, &query.test, &grouping)).unwrap();
        let held = columns.board(&self.objects, object.id, &query, stage, Some(amount)).unwrap();
        let sorted = |mut groups: Vec<Group>| {
            groups.sort_by_key(Group::number);
            groups
        };
        assert_eq!(
            sorted(held.iter().map(|(group, _)| group.clone()).collect()),
            sorted(stored),
            "seed {seed}: {query:?}"
        );
        self.ask_groups(columns, &object, &query.test, seed);
        self.ask_among(&object, &query.test, seed);
        for (group, first) in held {
            let of = match group.number() {
                Some(value) => Test::Compare(stage, Comparison::Equal, Value::Int(value)),
                None => Test::Not(Box::new(Test::Present(stage))),
            };
            let column = Query { test: Test::All(vec![query.test.clone(), of]), ..query.clone() };
            assert_eq!(Some(first), columns.list(&self.objects, object.id, &column), "seed {seed}: {column:?}");
        }
    }
}

impl World {
    /// Some records by their ids: those that a list has of them, and a further test as if it were asked alone.
    fn ask_among(&mut self, object: &Object, test: &Test, seed: u64) {
        let ids: BTreeSet<RecordId> = (0..self.dice.below(50)).map(|_| self.id()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let further = self.test(object, 0);
        let listed = |test: &[&Test]| -> BTreeSet<RecordId> {
            let all = std::iter::once(Test::Among(ids.clone())).chain(test.iter().map(|test| (*test).clone()));
            let query = Query { test: Test::All(all.collect()), order: Vec::new(), after: None, limit: 100 };
            self.store.read(|db| db.list_records(object, &query)).unwrap().into_iter().map(|one| one.id).collect()
        };
        let (passing, marked) = (listed(&[test]), listed(&[&Test::Anywhere, &further]));
        let found = self.store.read(|db| db.records_among(object, &ids, test, &further)).unwrap();
        let known: BTreeMap<_, _> = found.into_iter().map(|one| (one.id, (one.row.version, one.passes))).collect();
        let wanted = passing.iter().map(|id| (*id, (self.records[id].1.version, marked.contains(id)))).collect();
        assert_eq!(known, wanted, "seed {seed}: {ids:?} {test:?} {further:?}");
    }

    /// Groups of all sorts, asked of both.
    fn ask_groups(&mut self, columns: &Columns, object: &Object, test: &Test, seed: u64) {
        let day_ms = 86_400_000;
        let shifts = vec![
            Shift { from_ms: i64::MIN, ahead_ms: 3_600_000 },
            Shift { from_ms: -day_ms, ahead_ms: -5 * 3_600_000 },
            Shift { from_ms: 3 * day_ms, ahead_ms: 8 * 3_600_000 },
        ];
        let by = match self.dice.below(6) {
            0 => None,
            1 => Some(By::Day(FieldNumber(18), shifts)),
            place => Some(By::Value(FieldNumber([0, 0, 10, 12, 15, 16][usize::try_from(place).unwrap()]))),
        };
        let split = (self.dice.below(3) == 0).then_some(FieldNumber(12));
        let sums = [FieldNumber(14), FieldNumber(19)].into_iter().take(self.dice.below(3) as usize).collect();
        let latest = self.dice.below(2) == 0;
        let grouping = Grouping { by, split, sums, latest, limit: 1 + self.dice.below(9) as u32 };
        let stored = self.store.read(|db| db.group_records(object, test, &grouping)).unwrap();
        let held = columns.groups(&self.objects, object.id, test, &grouping);
        assert_eq!(held, Some(stored), "seed {seed}: {test:?} {grouping:?}");
    }
}

fn run(locations: impl Fn(u64) -> Location) {
    for seed in 1..=8 {
        let mut world = World::new(seed, locations(seed));
        for _ in 0..4 {
            world.write();
            for _ in 0..25 {
                let columns = std::mem::replace(&mut world.columns, Columns::new(0));
                world.ask(&columns, seed);
                world.columns = columns;
            }
        }
        // Read anew from the database.
        let again = Columns::new(1 << 30);
        let load = again.begin(&world.objects);
        assert_eq!(
            again.count(&world.objects, ObjectId::new(2), &Test::Anywhere),
            None,
            "nothing is told before all is there"
        );
        again.load(load, &world.store, &world.objects).unwrap();
        (0..25).for_each(|_| world.ask(&again, seed));
        // What does not fit is left to the database.
        let small = Columns::new(10);
        small.load(small.begin(&world.objects), &world.store, &world.objects).unwrap();
        assert_eq!(small.count(&world.objects, ObjectId::new(2), &Test::Anywhere), None);
    }
}

#[test]
fn columns_tell_what_sqlite_tells() {
    let folder = tempfile::tempdir().unwrap();
    run(|seed| Location::Sqlite(folder.path().join(format!("{seed}.db"))));
}

#[test]
fn columns_tell_what_postgresql_tells() {
    let Ok(url) = std::env::var("JINGWEI_TEST_POSTGRES") else {
        println!("skipped: JINGWEI_TEST_POSTGRES is not set");
        return;
    };
    run(|seed| {
        let name = format!("columns_{}_{seed}", std::process::id());
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}; ")).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let base = url.rsplit_once('/').unwrap().0;
        Location::Postgres(format!("{base}/{name}"))
    });
}
