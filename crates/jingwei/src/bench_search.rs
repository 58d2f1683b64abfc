//! Measuring the search over many records, through the use case that the API calls.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use domain::object::{Cell, FieldNumber, Object};
use ops::search::{IndexState, Query, find};
use ops::{Actor, App};
use pipeline::record::{Batch, RecordWrite, RecordWrites};
use pipeline::{Command, Outcome};
use serde_json::{Value, json};
use store::log::RecordAct;

use crate::Failure;
use crate::folder::Folder;
use crate::local::Local;

/// How many records are written in a commit.
const BATCH: u64 = 5_000;

/// Search over many records.
#[derive(Args)]
pub(crate) struct Search {
    /// How many records: leads, deals and tickets in turn.
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// How many questions of each kind.
    #[arg(long, default_value_t = 500)]
    questions: u64,
    /// How many people ask at once.
    #[arg(long, default_value_t = 1)]
    people: u64,
    /// How long each waits before a question, in milliseconds, on average.
    #[arg(long, default_value_t = 0)]
    pause: u64,
    /// A PostgreSQL URL; a SQLite file if absent.
    #[arg(long)]
    database: Option<String>,
    /// Where the data goes; a temporary folder if absent.
    #[arg(long)]
    data: Option<PathBuf>,
}

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建华飞斌波宁志海燕云龙玉春梅雪林鹏宇浩然子轩梓涵欣怡雨嘉琪思远博睿晨曦诗佳俊豪天翔雅婷若彤瑞阳泽乐安琳倩薇哲凯";
const PLACES: [&str; 12] =
    ["上海", "北京", "深圳", "广州", "杭州", "成都", "南京", "武汉", "苏州", "西安", "重庆", "青岛"];
const TRADES: [&str; 12] = [
    "科技",
    "贸易",
    "物流",
    "纺织",
    "医疗器械",
    "食品",
    "装饰工程",
    "精密机械",
    "文化传媒",
    "新能源",
    "母婴用品",
    "信息技术",
];
const MATTERS: [&str; 10] = [
    "年度框架",
    "设备采购",
    "续约",
    "样机试用",
    "增购席位",
    "退款申请",
    "质量投诉",
    "发货延迟",
    "安装预约",
    "保养服务",
];
const WORDS: [&str; 20] = [
    "international",
    "logistics",
    "running",
    "solutions",
    "harbour",
    "premium",
    "services",
    "systems",
    "holdings",
    "trading",
    "medical",
    "delivery",
    "network",
    "quality",
    "software",
    "partners",
    "electric",
    "materials",
    "capital",
    "global",
];

/// Numbers that look drawn and are the same each time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let sides = u64::try_from(sides.max(1)).unwrap_or(1);
        usize::try_from((mixed ^ (mixed >> 31)) % sides).unwrap_or(0)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(self.roll(all.len())).copied().unwrap_or_default()
    }

    fn letter(&mut self, of: &str) -> char {
        of.chars().nth(self.roll(of.chars().count())).unwrap_or('王')
    }
}

/// A record that could be.
struct Sample {
    person: String,
    company: String,
    matter: &'static str,
    words: String,
    phone: String,
}

fn sample(number: u64) -> Sample {
    let mut dice = Dice(number.wrapping_mul(31) + 7);
    let mut person = String::from(dice.letter(SURNAMES));
    (0..1 + dice.roll(2)).for_each(|_| person.push(dice.letter(GIVEN)));
    let name: String = (0..2).map(|_| dice.letter(GIVEN)).collect();
    let company = format!("{}{name}{}有限公司", dice.of(&PLACES), dice.of(&TRADES));
    let words = format!("{} {} {}", dice.of(&WORDS), dice.of(&WORDS), number % 10_000);
    let phone = format!("1{}{:08}", [38, 39, 50, 58, 86].get(dice.roll(5)).unwrap_or(&38), dice.roll(100_000_000));
    Sample { person, company, matter: dice.of(&MATTERS), words, phone }
}

impl Search {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let temporary = tempfile::tempdir()?;
        let root = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let folder = Folder::open(&root, self.database.as_deref())?;
        let mut local = Local::open(&folder)?.ok_or("another jingwei is using this data")?;
        let (began, known) = (Instant::now(), local.app()?.store.read(store::Connection::last_record)?);
        (known..self.records)
            .step_by(usize::try_from(BATCH)?)
            .try_for_each(|from| write(local.app()?, from, self.records))?;
        let written = began.elapsed().as_secs_f64();
        let began = Instant::now();
        local.start_search(&folder);
        while local.app()?.search.state() != IndexState::Ready {
            std::thread::sleep(Duration::from_millis(50));
        }
        let built = began.elapsed().as_secs_f64();
        let app = local.app()?;
        let asked = std::thread::scope(|scope| {
            let people: Vec<_> = (0..self.people).map(|person| scope.spawn(move || self.ask(app, person))).collect();
            let joined = people.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("one failed".into())));
            joined.collect::<Result<Vec<_>, Failure>>()
        })?;
        let asked = asked.concat();
        let kinds = KINDS.iter().enumerate().map(|(kind, (name, _))| {
            ((*name).to_owned(), summary(&asked.iter().filter(|one| one.kind == kind).collect::<Vec<_>>()))
        });
        let kinds: serde_json::Map<String, Value> = kinds.collect();
        let measured = json!({
            "records": self.records,
            "people": self.people,
            "pause_ms": self.pause,
            "database": folder.location().name(),
            "write_seconds": written,
            "build_seconds": built,
            "index_mb": size(&folder.index())? >> 20,
            "answers_ms": kinds,
        });
        println!("{}", serde_json::to_string_pretty(&measured)?);
        Ok(ExitCode::SUCCESS)
    }

    /// A person's share of the questions, of each kind in turn.
    fn ask(&self, app: &App, person: u64) -> Result<Vec<Asked>, Failure> {
        let (mut asked, mut dice) = (Vec::new(), Dice(person + 1));
        for _ in (person..self.questions).step_by(usize::try_from(self.people)?) {
            for (kind, (_, question)) in KINDS.iter().enumerate() {
                let number = dice.roll(usize::try_from(self.records)?);
                let text = question(&sample(u64::try_from(number)?), &mut dice);
                let pause = dice.roll(usize::try_from(2 * self.pause)?);
                std::thread::sleep(Duration::from_millis(u64::try_from(pause)?));
                let began = Instant::now();
                let page = find(app, &Actor::local(), &Query { text, objects: Vec::new(), limit: 5 })?;
                let ms = began.elapsed().as_secs_f64() * 1_000.0;
                asked.push(Asked { kind, ms, is_found: !page.items.is_empty(), is_complete: page.complete });
            }
        }
        Ok(asked)
    }
}

/// A question that was asked.
#[derive(Clone)]
struct Asked {
    kind: usize,
    ms: f64,
    is_found: bool,
    is_complete: bool,
}

fn summary(asked: &[&Asked]) -> Value {
    let mut times: Vec<f64> = asked.iter().map(|one| one.ms).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).or(times.last()).copied().unwrap_or(0.0);
    let found = asked.iter().filter(|one| one.is_found).count();
    let incomplete = asked.iter().filter(|one| !one.is_complete).count();
    json!({"count": asked.len(), "p50": at(0.50), "p99": at(0.99), "max": at(1.0), "found": found, "incomplete": incomplete})
}

/// What someone types to find a record.
type Question = fn(&Sample, &mut Dice) -> String;

const KINDS: &[(&str, Question)] = &[
    ("chinese_name", |sample, _| sample.person.clone()),
    ("chinese_part", |sample, dice| {
        let letters: Vec<char> = sample.company.chars().collect();
        let at = dice.roll(letters.len() - 1);
        letters.get(at..(at + 2 + dice.roll(3)).min(letters.len())).unwrap_or_default().iter().collect()
    }),
    ("pinyin_initials", |sample, _| pinyin(&sample.person, usize::MIN)),
    ("pinyin_full", |sample, _| pinyin(&sample.person, usize::MAX)),
    ("pinyin_begun", |sample, _| pinyin(&sample.person, usize::MAX).chars().take(6).collect()),
    ("english", |sample, _| sample.words.split(' ').take(2).collect::<Vec<_>>().join(" ")),
    ("english_begun", |sample, dice| sample.words.chars().take(3 + dice.roll(3)).collect()),
    ("english_mistyped", |sample, _| {
        let mut letters: Vec<char> = sample.words.split(' ').next().unwrap_or_default().chars().collect();
        letters.swap(2, 3);
        letters.into_iter().collect()
    }),
    ("digits_last_four", |sample, _| sample.phone.chars().skip(7).collect()),
    ("digits_all", |sample, _| sample.phone.clone()),
    ("one_letter", |sample, _| sample.words.chars().take(1).collect()),
    ("ten_letters", |_, _| "a b c d e f g h l m".to_owned()),
    ("two_words", |sample, _| format!("{} {}", sample.person, sample.matter)),
];

/// A name spelled: the longest of the forms it is found by, or the shortest.
pub(crate) fn pinyin(name: &str, len: usize) -> String {
    let keys = pipeline::profile::search_keys(name).into_iter().filter(|key| key.is_ascii());
    if len == usize::MAX { keys.max_by_key(String::len) } else { keys.min_by_key(String::len) }.unwrap_or_default()
}

/// Writes some of the records.
fn write(app: &App, from: u64, to: u64) -> Result<(), Failure> {
    let objects = app.pipeline.objects();
    let named = |name: &str| objects.by_name(name).cloned().ok_or("there are no standard objects");
    let all: [Object; 3] = [named("lead")?, named("deal")?, named("ticket")?];
    let new = |number: u64| {
        let object = all.get(usize::try_from(number % 3).unwrap_or(0)).or(all.first());
        let object = object.ok_or("there are no standard objects")?;
        let Sample { person, company, matter, words, phone } = sample(number);
        let email =
            format!("{}.{number}@{}.com", pinyin(&person, usize::MAX), words.split(' ').next().unwrap_or_default());
        let values = match number % 3 {
            0 => vec![("name", person), ("company", company), ("phone", phone), ("email", email), ("note", words)],
            1 => vec![
                ("name", format!("{company}{matter}")),
                ("next_step", format!("{person} {phone}")),
                ("note", words),
            ],
            _ => vec![("subject", format!("{person}:{matter} {words}")), ("description", format!("{company} {phone}"))],
        };
        let cell = |(name, text): (&str, String)| Some((object.field(name)?.number, Some(Cell::Text(text))));
        let values: Vec<(FieldNumber, Option<Cell>)> = values.into_iter().filter_map(cell).collect();
        let act = RecordAct::Added;
        Ok(RecordWrite { object: object.id, record: None, version: None, act, values, undoes: None })
    };
    let writes = (from..(from + BATCH).min(to)).map(new).collect::<Result<Vec<_>, Failure>>()?;
    let writes = RecordWrites { actor: "local".to_owned(), batch: Batch::Single, writes };
    match app.pipeline.command(Command::WriteRecords(writes))? {
        Outcome::Written(_) => Ok(()),
        _ => Err("the records were not written".into()),
    }
}

/// How many bytes the files of a folder have.
fn size(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for file in std::fs::read_dir(folder)? {
        bytes += file?.metadata()?.len();
    }
    Ok(bytes)
}
