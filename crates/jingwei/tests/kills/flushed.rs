//! The power fails at random moments under load, and what was not flushed is gone: nothing acknowledged may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ops::Actor;
use ops::intake::Format;
use ops::rule::AddRequest;
use serde_json::Value;

use crate::disk::{self, Image, Moment};
use crate::world::World;
use crate::{Dice, SENTENCES, batch, number, times};

/// What was sent and acknowledged so far, over all failures.
struct Senders {
    sent: AtomicU64,
    acknowledged: Arc<Mutex<BTreeSet<u64>>>,
}

impl Senders {
    /// The batch to be sent next: one that was not acknowledged before a failure, or a new one.
    fn next(&self, again: &Mutex<Vec<u64>>) -> u64 {
        let waiting = again.lock().unwrap().pop();
        waiting.unwrap_or_else(|| self.sent.fetch_add(1, Ordering::SeqCst))
    }

    /// Sends until the power has failed, and gives the image that was left.
    fn load(&self, world: &World) -> Image {
        let all = 0..self.sent.load(Ordering::SeqCst);
        let known = self.acknowledged.lock().unwrap().clone();
        let again = Mutex::new(all.filter(|number| !known.contains(number)).collect());
        let stopped = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !stopped.load(Ordering::SeqCst) {
                        let number = self.next(&again);
                        deliver(world, number);
                        self.acknowledged.lock().unwrap().insert(number);
                    }
                });
            }
            let start = Instant::now();
            let image = loop {
                match disk::failed() {
                    Some(image) => break image,
                    None if start.elapsed() > Duration::from_secs(20) => break disk::fail(),
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            };
            stopped.store(true, Ordering::SeqCst);
            image
        })
    }
}

/// Sends a batch, which nothing stands in the way of; gives how many of its events are new.
fn deliver(world: &World, number: u64) -> u64 {
    let lines: Vec<String> = batch(number).iter().map(Value::to_string).collect();
    let receipt = world.take(lines.join("\n").as_bytes(), Format::Ndjson).unwrap();
    assert!(receipt.rejected.is_empty(), "{:?}", receipt.rejected);
    assert_eq!(receipt.accepted + receipt.duplicates, 20);
    receipt.accepted
}

/// Makes the rules that are not there.
fn add_rules(world: &World) {
    let known = ops::rule::list(world.app(), &Actor::local()).unwrap().items.len();
    for sentence in SENTENCES.into_iter().skip(known) {
        let (sentence, answers) = (sentence.to_owned(), BTreeMap::new());
        let request = AddRequest { sentence, answers, name: None, existing: true };
        ops::rule::add(world.app(), &Actor::local(), request).unwrap();
    }
}

/// Every acknowledged event is in the log, once, and its original opens.
pub(crate) fn check(world: &World, acknowledged: &BTreeSet<u64>) -> u64 {
    let logged = world.logged();
    let (mut events, mut texts) = (Vec::new(), Vec::new());
    for id in acknowledged.iter().flat_map(|number| number * 20..number * 20 + 20) {
        let digest = world.app().secrets.digest("shop", &format!("k{id}"));
        let event = logged.events.get(&digest).unwrap_or_else(|| panic!("k{id} was acknowledged and is lost"));
        if id % 5 == 0 {
            events.push(event);
            texts.push(format!("第{id}条"));
        }
    }
    assert_eq!(world.originals(&logged, &events), texts);
    world.app().vault.verify_audit_chain().unwrap();
    logged.report.events
}

/// Every database below a folder is whole.
fn is_sound(root: &Path) {
    for file in ["master/jingwei.db", "raw/raw.db", "raw/keys.db", "raw/audit.db"] {
        let db = rusqlite::Connection::open(root.join(file)).unwrap();
        let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok", "{file}");
    }
}

/// A new folder that holds what the disk did. Keys were flushed, with their folder, before anything was derived from them.
fn restore(image: &Image, from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("keys")).unwrap();
    for key in std::fs::read_dir(from.join("keys")).into_iter().flatten().filter_map(Result::ok) {
        std::fs::copy(key.path(), to.join("keys").join(key.file_name())).unwrap();
    }
    for (path, bytes) in &image.files {
        let path = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Most often in the midst of the load, now and then while the workspace is being opened or its logs are written back.
fn moment(dice: &mut Dice) -> Moment {
    match dice.next(5) {
        0 => Moment::Operation(1 + dice.next(80)),
        1 => Moment::WriteBack(1 + dice.next(120)),
        _ => Moment::Operation(1 + dice.next(1_500)),
    }
}

#[test]
fn what_was_acknowledged_outlives_the_power() {
    let (failures, seed) = (times(), number("JINGWEI_SEED", 20_260_604));
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut root = folder.path().join("0");
    let senders = Senders { sent: AtomicU64::new(0), acknowledged: Arc::default() };
    let (mut operations, mut written_back) = (0, 0);
    for failure in 1..=failures {
        disk::watch(&root, moment(&mut dice), Dice(dice.next(u64::MAX)), Arc::clone(&senders.acknowledged));
        let world = World::open(&root, None);
        let before = senders.acknowledged.lock().unwrap().clone();
        check(&world, &before);
        add_rules(&world);
        let image = senders.load(&world);
        drop(world);
        (operations, written_back) = (operations + image.operations, written_back + image.written_back);
        let next = folder.path().join(failure.to_string());
        restore(&image, &root, &next);
        std::fs::remove_dir_all(&root).ok();
        root = next;
        *senders.acknowledged.lock().unwrap() = image.acknowledged;
    }
    let acknowledged = senders.acknowledged.lock().unwrap().clone();
    let world = World::open(&root, None);
    check(&world, &acknowledged);
    let sent = senders.sent.load(Ordering::SeqCst);
    for number in 0..sent {
        let new = deliver(&world, number);
        assert!(new == 0 || !acknowledged.contains(&number), "batch {number} was acknowledged and is not known");
        assert_eq!(deliver(&world, number), 0, "each counts once");
    }
    let events = check(&world, &(0..sent).collect());
    assert_eq!(events, sent * 20);
    drop(world);
    is_sound(&root);
    println!(
        "SQLite without what was not flushed: {failures} power failures over {operations} file operations and {written_back} logs written back, \
         {} events acknowledged meanwhile, seed {seed}: {events} events, clean",
        acknowledged.len() * 20
    );
}
