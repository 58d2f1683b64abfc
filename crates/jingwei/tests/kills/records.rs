//! Records that are written while the server is killed, with comments and files, and what must be there of them after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Told;
use crate::dice::Dice;
use crate::support::{Answer, Server};

/// The most bytes of a file: more than a part of it takes.
const FILE_BYTES: u64 = 300_000;
/// How long a writer rests between two steps at most, in milliseconds.
const REST_MS: u64 = 12;

/// Things by name that were sent, and whether they were acknowledged.
type Sent = BTreeMap<String, bool>;

/// What one writer knows of one deal.
#[derive(Default)]
pub(crate) struct Written {
    name: String,
    /// Its path; none where it was not acknowledged: then it is there or is not.
    path: Option<String>,
    /// The amount and version acknowledged last, and the amounts sent since.
    amount: u64,
    version: u64,
    since: Vec<u64>,
    comments: Sent,
    files: Sent,
    quotes: Sent,
}

fn field(server: &Server, body: &Value) {
    let made = server.post("/v1/objects/deal/fields", body);
    assert_eq!(made.status, 200, "{}", made.body);
}

/// Fields that follow from others: what the quotes of a deal come to, and what is left.
pub(crate) fn begin(server: &Server) {
    let label = |name: &str| json!({"zh": name, "en": name});
    let rollup = json!({"object": "quote", "by": "deal", "how": "sum", "of": "amount"});
    field(server, &json!({"label": label("quoted"), "name": "quoted", "type": "rollup", "rollup": rollup}));
    field(server, &json!({"label": label("left"), "name": "left", "type": "formula", "formula": "amount - quoted"}));
}

/// The bytes of a file, by its name.
fn bytes(name: &str) -> Vec<u8> {
    let mut dice = Dice(name.bytes().fold(7, |sum, byte| sum * 131 % 1_000_003 + u64::from(byte)));
    (0..dice.next(FILE_BYTES)).map(|_| dice.next(256) as u8).collect()
}

/// What was answered, if it acknowledges; one that does not must say that trying again will help.
fn acknowledged(answer: Option<Answer>, told: &Told) -> Option<Value> {
    let answer = answer?;
    match answer.status {
        200 => return Some(answer.body),
        503 if answer.retry_after => drop(told.later.fetch_add(1, Ordering::SeqCst)),
        401 => {} // a token of the app that was killed
        _ => told.odd.lock().unwrap().push(format!("{}: {}", answer.status, answer.body)),
    }
    None
}

/// Writes until it is stopped: a deal, changes of it, comments, files and quotes, then another deal.
pub(crate) fn write(server: &Server, writer: u64, mut dice: Dice, stopped: &AtomicBool, told: &Told) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    let mut step = 0;
    while !stopped.load(Ordering::SeqCst) {
        step += 1;
        std::thread::sleep(Duration::from_millis(dice.next(REST_MS)));
        let post = |path: &str, body: &Value| {
            acknowledged(server.try_ask("POST", path, None, body.to_string().as_bytes()), told)
        };
        let Some((deal, path)) =
            all.last_mut().and_then(|deal| Some((deal.path.clone()?, deal))).map(|(path, deal)| (deal, path))
        else {
            all.push(begun(&format!("{writer}.{step}"), post));
            continue;
        };
        let name = format!("{}.{step}", deal.name);
        match dice.next(12) {
            0 => all.push(begun(&format!("{writer}.{step}"), post)),
            1..=4 => {
                deal.since.push(step);
                let body = json!({"values": {"amount": step}}).to_string();
                if let Some(done) = acknowledged(server.try_ask("PATCH", &path, None, body.as_bytes()), told) {
                    let version = done["detail"]["record"]["version"].as_u64().unwrap();
                    assert!(version > deal.version, "{name}: version {version} after {}", deal.version);
                    (deal.amount, deal.version) = (step, version);
                    deal.since.clear();
                }
            }
            5..=7 => {
                let said = post(&format!("{path}/comments"), &json!({"text": name}));
                deal.comments.insert(name, said.is_some());
            }
            8 | 9 => {
                let sent = server.try_ask("POST", &format!("{path}/attachments"), Some(&name), &bytes(&name));
                deal.files.insert(name, acknowledged(sent, told).is_some());
            }
            _ => {
                let id = path.rsplit('/').next().unwrap();
                let quote = json!({"values": {"name": name, "deal": id, "amount": step}});
                let made = post("/v1/objects/quote/records", &quote);
                deal.quotes.insert(name, made.is_some());
            }
        }
    }
    all
}

fn begun(name: &str, post: impl Fn(&str, &Value) -> Option<Value>) -> Written {
    let made = post("/v1/objects/deal/records", &json!({"values": {"name": name, "amount": 0}}));
    let id = made.map(|made| made["record"]["id"].as_str().unwrap().to_owned());
    Written {
        name: name.to_owned(),
        path: id.map(|id| format!("/v1/objects/deal/records/{id}")),
        version: 1,
        ..Written::default()
    }
}

/// All records of an object, by name.
fn rows(server: &Server, object: &str) -> BTreeMap<String, Value> {
    let (mut all, mut cursor) = (BTreeMap::new(), Value::Null);
    loop {
        let page = server.post(&format!("/v1/objects/{object}/list"), &json!({"limit": 200, "cursor": cursor})).body;
        for row in page["items"].as_array().unwrap() {
            let before = all.insert(row["title"].as_str().unwrap().to_owned(), row.clone());
            assert!(before.is_none(), "twice: {row}");
        }
        cursor = page["next"].clone();
        if cursor.is_null() {
            return all;
        }
    }
}

/// Of what was sent all that was acknowledged is there, and nothing else.
fn holds(sent: &Sent, found: &BTreeSet<String>, what: &str) {
    let lost: Vec<&String> =
        sent.iter().filter(|(name, known)| **known && !found.contains(*name)).map(|(name, _)| name).collect();
    let odd: Vec<&String> = found.iter().filter(|name| !sent.contains_key(*name)).collect();
    assert!(lost.is_empty() && odd.is_empty(), "{what}: {lost:?} were acknowledged and are lost, nobody sent {odd:?}");
}

fn names(items: &Value, of: impl Fn(&Value) -> &Value) -> BTreeSet<String> {
    let items = items.as_array().unwrap();
    let names: BTreeSet<String> = items.iter().map(|item| of(item).as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), items.len(), "one is there twice: {names:?}");
    names
}

fn number(row: &Value, field: &str) -> u64 {
    row["values"][field].as_str().map_or(0, |text| text.parse().unwrap())
}

/// The comments and files of a deal that is there; how many files.
fn check_one(server: &Server, deal: &Written, id: &str) -> usize {
    let path = format!("/v1/objects/deal/records/{id}");
    let row = server.get(&path)["record"].clone();
    let amount = row["values"]["amount"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(amount == deal.amount || deal.since.contains(&amount), "{}: {amount} is not {}", deal.name, deal.amount);
    assert!(row["version"].as_u64().unwrap() >= deal.version, "{}: {row}", deal.name);
    let said = server.get(&format!("{path}/timeline?sorts=comments"))["items"].clone();
    holds(&deal.comments, &names(&said, |entry| &entry["comment"]["text"]), &deal.name);
    let files = server.get(&format!("{path}/attachments"))["items"].clone();
    holds(&deal.files, &names(&files, |file| &file["name"]), &deal.name);
    for file in files.as_array().unwrap() {
        let (name, id) = (file["name"].as_str().unwrap(), file["id"].as_str().unwrap());
        assert!(server.bytes(&format!("{path}/attachments/{id}")) == bytes(name), "{name} is another file");
    }
    files.as_array().unwrap().len()
}

/// What the writers were told is true, and what follows from it; in a few words.
pub(crate) fn check(server: &Server, written: &[Written]) -> String {
    let (deals, quotes) = (rows(server, "deal"), rows(server, "quote"));
    let sent: Sent = written.iter().map(|deal| (deal.name.clone(), deal.path.is_some())).collect();
    holds(&sent, &deals.keys().cloned().collect(), "deals");
    let offered: Sent = written.iter().flat_map(|deal| deal.quotes.clone()).collect();
    holds(&offered, &quotes.keys().cloned().collect(), "quotes");
    let (mut files, mut sum) = (0, 0);
    for deal in written.iter().filter(|deal| deals.contains_key(&deal.name)) {
        let row = &deals[&deal.name];
        let of = |quote: &&Value| quote["values"]["deal"] == row["id"];
        let quoted: u64 = quotes.values().filter(of).map(|quote| number(quote, "amount")).sum();
        assert_eq!(number(row, "quoted"), quoted, "{row}");
        let left = row["values"]["left"].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(left, number(row, "amount").cast_signed() - quoted.cast_signed(), "{row}");
        sum += number(row, "amount");
        files += check_one(server, deal, row["id"].as_str().unwrap());
    }
    // The columns in memory say what the tables do.
    let total = server.post("/v1/objects/deal/groups", &json!({"by": {"field": "stage"}, "sums": ["amount"]})).body;
    assert_eq!(
        (&total["total"]["count"], &total["total"]["sums"][0]["sum"]),
        (&json!(deals.len()), &json!(sum.to_string()))
    );
    // Beside the files that records name the raw zone has at most what was sent and not acknowledged: it keeps that for a day.
    let kept = std::fs::read_dir(server.folder.join("raw/objects")).map_or(0, Iterator::count);
    let lost = written.iter().flat_map(|deal| deal.files.values()).filter(|known| !**known).count();
    assert!(
        (files..=files + lost).contains(&kept),
        "records name {files} files, {lost} uploads broke, the raw zone has {kept}"
    );
    let comments: usize = written.iter().map(|deal| deal.comments.len()).sum();
    format!("{} deals with {comments} comments and {files} files", deals.len())
}
