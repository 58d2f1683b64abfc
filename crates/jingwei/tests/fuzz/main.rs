//! Good bodies, made bad in every way that chance finds: what takes bytes from outside answers yes or no, in little time and
//! memory, and never ends.
//!
//! A few thousand in the ordinary run; a hundred times as many in `cargo xtask check fuzz`. `JINGWEI_SEED` asks for others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it did"
)]

#[path = "../support/dice.rs"]
mod dice;
mod frames;
mod meter;
mod mutate;
#[path = "../support/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use base::{Clock as _, SystemClock};
use connect::csv_map::{CsvFile, Mapping};
use connect::segment::Endpoint;
use connect::{cloudevents, gzip, segment};
use dice::Dice;
use domain::{Incoming, Kinds, Rejection};
use lexicon::{Context, Reader, Reading};
use mutate::Mutator;
use ops::intake::Format;
use pipeline::{Recogniser, Secrets};
use world::World;

/// The longest that one body may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most memory that each byte of a body may take.
const BYTES_EACH: usize = 200;

fn seed() -> u64 {
    std::env::var("JINGWEI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_605)
}

/// How many bodies: so many, or a hundred times that in the full run.
fn cases(usual: u64) -> u64 {
    if std::env::var_os("JINGWEI_FULL").is_some() { usual * 100 } else { usual }
}

/// The body that is being taken, by its number, and since when.
static TAKEN: Mutex<Option<(u64, Vec<u8>, Instant)>> = Mutex::new(None);
/// Panics, also on threads that nobody waits for.
static PANICS: AtomicU64 = AtomicU64::new(0);

fn show() {
    if let Some((number, bytes, _)) = &*TAKEN.lock().unwrap_or_else(PoisonError::into_inner) {
        println!("--- body {number} of seed {}:\n{}", seed(), bytes.escape_ascii());
    }
}

/// Counts panics and shows the body at which one came; ends everything when a body never ends.
fn watch() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
        show();
    }));
    let is_stuck = || {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        taken.as_ref().is_some_and(|(.., since)| since.elapsed() > 12 * PATIENCE)
    };
    std::thread::spawn(move || {
        while !is_stuck() {
            std::thread::sleep(PATIENCE);
        }
        println!("a body is being taken and never ends");
        show();
        std::process::abort();
    });
}

/// Makes bodies and has them taken, one after the other; `take` says whether a body is good.
fn fuzz(
    name: &str,
    cases: u64,
    memory: usize,
    mut make: impl FnMut(u64) -> Vec<u8>,
    mut take: impl FnMut(&[u8]) -> bool,
) {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    static WATCH: Once = Once::new();
    WATCH.call_once(watch);
    let (mut good, mut longest, mut most) = (0, Duration::ZERO, 0);
    for number in 0..cases {
        let bytes = make(number);
        let start = Instant::now();
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, bytes.clone(), start));
        let (is_good, taken) = meter::measured(|| take(&bytes));
        (longest, most) = (longest.max(start.elapsed()), most.max(taken));
        assert!(start.elapsed() < PATIENCE, "{:?} for {} bytes", start.elapsed(), bytes.len());
        assert!(taken < memory + BYTES_EACH * bytes.len(), "{taken} bytes of memory for {} bytes", bytes.len());
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "a thread panicked");
        good += u64::from(is_good);
    }
    *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
    println!("{name}: {cases} bodies, {good} good, at most {} ms and {} kB each", longest.as_millis(), most / 1024);
    assert!(0 < good && good < cases, "{name}: bodies of one sort only");
}

/// A fixture of every kind of event, each on one line.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let line = |path| serde_json::from_slice::<serde_json::Value>(&std::fs::read(path).unwrap()).unwrap().to_string();
    paths.into_iter().map(|path| line(path).into_bytes()).collect()
}

/// Arrays, lines and single events.
fn events() -> Vec<Vec<u8>> {
    let one = fixtures();
    let array = [&b"["[..], &one.join(&b","[..]), b"]"].concat();
    let mut all: Vec<Vec<u8>> = one.chunks(5).map(|some| some.join(&b"\n"[..])).collect();
    all.push(array);
    all.extend(one);
    all
}

const JSON_WORDS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "1e999",
    "-",
    "\n",
    "\r\n",
    "\u{feff}",
    "\"who\":[",
    "\"data\":{",
    "\"id\":\"\"",
    "\"specversion\":\"1.0\"",
    "\"data_base64\":\"AA\"",
    "\u{0}",
    "９",
];

fn json_mutator(good: Vec<Vec<u8>>) -> Mutator {
    Mutator { good, words: JSON_WORDS.to_vec(), dice: Dice(seed()) }
}

/// Gives members their places and identifiers their normal form, as far as events are good.
fn recognised<'a>(events: impl Iterator<Item = Result<Incoming<'a>, Rejection>>) -> bool {
    let (kinds, secrets) = (Kinds::standard(), Secrets::derive(&[7; 32]));
    let recogniser = Recogniser { kinds: &kinds, secrets: &secrets, now: SystemClock.now(), history: false };
    events.filter_map(Result::ok).filter(|incoming| recogniser.recognise(incoming).is_ok()).count() > 0
}

#[test]
fn cloudevents_in_every_form() {
    let mut mutator = json_mutator(events());
    fuzz(
        "CloudEvents",
        cases(3_000),
        1 << 20,
        |_| mutator.body(),
        |bytes| {
            let one = cloudevents::read_one(bytes).is_ok();
            let batch = cloudevents::read_batch(bytes).is_ok_and(|all| recognised(all.into_iter()));
            let lines = recognised(cloudevents::lines(bytes).map(|(_, event)| event));
            one || batch || lines
        },
    );
}

fn segment_bodies() -> Vec<Vec<u8>> {
    let calls = [
        r#"{"messageId":"m1","userId":"u1","event":"Order Completed","timestamp":"2026-06-03T02:15:00Z","properties":{"revenue":512.5,"currency":"CNY","products":[{"sku":"a"}],"order_id":"A-1"}}"#,
        r#"{"messageId":"m2","anonymousId":"a1","traits":{"phone":"13800138000","email":"a@example.com","firstName":"Ada","lastName":"Byron"}}"#,
        r#"{"messageId":"m3","userId":"u1","name":"首页","properties":{"url":"https://example.com/","path":"/"}}"#,
        r#"{"messageId":"m4","userId":"u1","groupId":"g1","traits":{"name":"公司"}}"#,
        r#"{"messageId":"m5","userId":"u1","previousId":"a1"}"#,
    ];
    let batch = include_bytes!("../../../connect/tests/segment/node-batch.json").to_vec();
    calls.into_iter().map(|call| call.as_bytes().to_vec()).chain([batch]).collect()
}

#[test]
fn segment_calls() {
    use Endpoint::{Alias, Batch, Group, Identify, Page, Screen, Track};
    let endpoints = [Alias, Batch, Group, Identify, Page, Screen, Track];
    let (mut mutator, mut dice) = (json_mutator(segment_bodies()), Dice(seed()));
    fuzz(
        "Segment",
        cases(3_000),
        1 << 20,
        |_| mutator.body(),
        |bytes| {
            let endpoint = endpoints[usize::try_from(dice.next(7)).unwrap()];
            segment::read(bytes, endpoint, "shop/web", "CNY").is_ok_and(|events| recognised(events.into_iter()))
        },
    );
}

const MAPPING: &str = r#"{"name":"门店订单","format":{"delimiter":","},"source":"import/pos","kind":"order.placed","id":{"column":"单号"},"time":{"column":"时间","format":"%Y/%m/%d %H:%M","zone":"Asia/Shanghai"},"who":[{"scheme":"phone","column":"手机"},{"scheme":"pos_no","column":2,"scope":"pos","prefix":"P-"}],"fields":{"amount":{"column":"金额","currency_column":"币种"},"items":{"column":"件数","type":"number"},"channel":{"const":"pos"},"member":{"column":"会员","type":"bool"}}}"#;
const GBK_MAPPING: &str = r#"{"name":"n","format":{"delimiter":"\t","header":false,"skip_lines":1,"encoding":"gbk"},"source":"s","kind":"note.added","id":"line","who":[{"scheme":"phone","column":2}]}"#;
const TABLE: &str = "单号,卡号,时间,手机,金额,币种,件数,会员,备注\nA1, 77 ,2026/6/3 10:15,13800138000,\"¥1,512.50\",cny,2,是,\"送到\n后门\"\nA2,78,2026/6/4 11:00,13900139000,12,CNY,1,否,\n";

fn rows(table: &[u8], mapping: &Mapping) -> bool {
    CsvFile::open(table, mapping, "hash").is_ok_and(|rows| recognised(rows.map(|(_, row)| row)))
}

#[test]
fn tables_and_their_mappings() {
    let mappings = [MAPPING, GBK_MAPPING].map(|text| Mapping::read(text.as_bytes()).unwrap());
    let gbk = "note\na\t13800138000\nb\t13900139000\n";
    let words =
        vec![",", "\"", "\n", "\r", "\t", "\"\"", "\u{feff}", "¥", "(1)", "2026/02/30 25:61", "1e9", "\u{0}", "是"];
    let mut tables = Mutator { good: vec![TABLE.into(), gbk.into()], words, dice: Dice(seed()) };
    fuzz(
        "tables",
        cases(2_000),
        4 << 20,
        |_| tables.body(),
        |bytes| mappings.iter().any(|mapping| rows(bytes, mapping)),
    );
    let mut made = json_mutator(vec![MAPPING.into(), GBK_MAPPING.into()]);
    fuzz(
        "mappings",
        cases(2_000),
        4 << 20,
        |_| made.body(),
        |bytes| {
            let Ok(mapping) = Mapping::read(bytes) else { return false };
            let _ = (rows(TABLE.as_bytes(), &mapping), rows(gbk.as_bytes(), &mapping));
            true
        },
    );
}

#[test]
fn gzip_within_its_limit() {
    const LIMIT: usize = 256 << 10;
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut good: Vec<Vec<u8>> = fixtures().iter().map(|body| pack(body)).collect();
    good.push(pack(&vec![b'x'; 4 * LIMIT]));
    let mut mutator = Mutator { good, words: vec!["\u{1f}", "\0\0", "\u{3}", "\u{8}"], dice: Dice(seed()) };
    fuzz(
        "gzip",
        cases(3_000),
        4 * LIMIT,
        |_| mutator.body(),
        |bytes| {
            let limit = u64::try_from(LIMIT).unwrap();
            let read = gzip::open(bytes, limit).and_then(|mut file| file.read_to_end(&mut Vec::new()));
            assert!(read.is_err() || read.is_ok_and(|length| length <= LIMIT));
            gzip::body(bytes, Some("gzip"), LIMIT).is_ok_and(|body| body.len() <= LIMIT)
        },
    );
}

const SENTENCES: [&str; 12] = [
    "当客户30天内复购两次且客单价>500元,自动升级为钻石会员",
    "最近30天在SH-03门店购买母婴品类至少2次且累计消费超过5000元或本月投诉3次以上",
    "只要客户累计消费超过3000元,就标记为高消费",
    "90天没有下单或投诉过",
    "本月通话总时长超过1小时",
    "首单品类为母婴",
    "When a customer repurchases twice within 30 days and the average order value is over 500 yuan, automatically upgrade to VIP",
    "customers with at least 3 orders over 500 yuan in the last 30 days and no complaints this year",
    "between 3 and 5 orders in the last 30 days",
    "create a task \"call back\" when a customer has at least 2 complaints this week",
    "orders in at least 3 different categories this year",
    "at least 2 calls longer than 300 seconds this week",
];

#[test]
fn sentences_in_both_languages() {
    let reader = Reader::new(&Kinds::standard(), &Context::default());
    let words = vec![
        "且", "或", "没有", "(", "（", "「", "\"", "30天内", "超过", "次", "not ", "and ", "0", "十亿", ",",
        "\u{200b}", "é", "🙂",
    ];
    let good = SENTENCES.map(|sentence| sentence.as_bytes().to_vec()).to_vec();
    let mut mutator = Mutator { good, words, dice: Dice(seed()) };
    fuzz(
        "sentences",
        cases(500),
        64 << 20,
        |_| mutator.body(),
        |bytes| !matches!(reader.read(&String::from_utf8_lossy(bytes), &BTreeMap::new()), Reading::Refused(_)),
    );
}

/// The longest sentences of one condition after another: every stretch of them is a phrase of its own.
#[test]
fn conditions_one_after_another() {
    let reader = Reader::new(&Kinds::standard(), &Context::default());
    let chains = [
        ("90天没有下单", "或投诉过"),
        ("30天内下过单", "且没有投诉过"),
        ("has an order", " or a complaint"),
        ("下过单", ",投诉过"),
    ];
    let chain = |number: u64| {
        let (head, link) = chains[usize::try_from(number).unwrap()];
        let more = (lexicon::MAX_SENTENCE - head.chars().count()) / link.chars().count();
        format!("{head}{}", link.repeat(more)).into_bytes()
    };
    fuzz("chains of conditions", 4, 64 << 20, chain, |bytes| {
        !matches!(reader.read(&String::from_utf8_lossy(bytes), &BTreeMap::new()), Reading::Refused(_))
    });
}

/// A body whose events were not sent before: with another beginning of each id.
fn fresh(body: Vec<u8>, number: u64) -> Vec<u8> {
    let named = |text: String| {
        ["\"id\":\"", "\"messageId\":\""].into_iter().fold(text, |text, id| text.replace(id, &format!("{id}{number}-")))
    };
    String::from_utf8(body).map_or_else(std::string::FromUtf8Error::into_bytes, |text| named(text).into_bytes())
}

/// All the way: whatever is sent is taken or refused by a reason, and the log explains what is stored.
#[test]
fn bodies_through_a_whole_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(folder.path(), None);
    let (mut lines, mut calls, mut dice) = (json_mutator(events()), json_mutator(segment_bodies()), Dice(seed()));
    let formats = [Format::Json, Format::Ndjson, Format::Segment(Endpoint::Batch), Format::Segment(Endpoint::Track)];
    let make = |number: u64| {
        let body = if number % 4 < 2 { lines.body() } else { calls.body() };
        fresh(body, number)
    };
    fuzz("bodies through a workspace", cases(300), 64 << 20, make, |bytes| {
        let place = dice.next(2) + if bytes.windows(11).any(|part| part == b"specversion") { 0 } else { 2 };
        match world.take(bytes, formats[usize::try_from(place).unwrap()]) {
            Ok(receipt) => receipt.accepted > 0,
            Err(error) => {
                assert_eq!(error.fault, ops::Fault::Request, "{error}");
                false
            }
        }
    });
    let logged = world.logged();
    let sealed: Vec<_> = logged.events.values().filter(|event| !event.originals.is_empty()).collect();
    assert_eq!(world.originals(&logged, &sealed).len(), sealed.len());
    println!("{} events were taken, {} with originals, and replay is clean", logged.events.len(), sealed.len());
}
