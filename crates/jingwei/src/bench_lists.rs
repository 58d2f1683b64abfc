//! Lists of records at size: a published mix of questions, asked by several people at once who see different records.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, ExitCode};
use std::time::{Duration, Instant};

use base::{RecordId, RoleId, Text, UserId};
use clap::Args;
use domain::object::{Cell, FieldNumber, Object};
use ops::account::session::Entry;
use ops::account::{invitation, role, team};
use ops::{Actor, App};
use pipeline::record::{Batch, RecordWrite, RecordWrites};
use serde::Deserialize;
use serde_json::{Value, json};
use store::log::RecordAct;

use crate::Failure;
use crate::bench::serve;
use crate::bench_search::pinyin;
use crate::folder::{Folder, Running};
use crate::local::Local;

/// The questions.
const MIX: &str = include_str!("../../../bench/lists.json");
/// How many records are written in one commit.
const STEP: u64 = 2_000;
/// Choices of fields, in the order in which they are made.
const CITIES: u64 = 20;
const STAGES: u64 = 20;
const LEVELS: u64 = 5;
const TAGS: u64 = 10;
const STATUSES: u64 = 6;
const CHANNELS: u64 = 8;

/// Lists of records.
#[derive(Args)]
pub(crate) struct Lists {
    /// How many accounts.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) accounts: u64,
    /// How many purchases, each of an account.
    #[arg(long, default_value_t = 3_000_000)]
    pub(crate) purchases: u64,
    /// How many people ask at once.
    #[arg(long, default_value_t = 20)]
    pub(crate) people: usize,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
    /// How long each waits between an answer and their next question, in milliseconds, on average.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) pause: u64,
    /// Only questions whose name has this part.
    #[arg(long)]
    pub(crate) only: Option<String>,
    /// A PostgreSQL URL; a SQLite file if absent.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Where the data goes; a temporary folder if absent. One that is there already is asked as it is.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
}

/// A question of the mix.
#[derive(Deserialize)]
struct Question {
    class: String,
    name: String,
    path: String,
    /// What is posted; a question without it gets.
    #[serde(default)]
    body: Option<Value>,
}

/// Numbers that look random, the same for a seed (splitmix64, Vigna 2015).
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

/// One who asks: their session.
struct Person {
    id: UserId,
    session: String,
}

impl Lists {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let temporary = tempfile::tempdir()?;
        let root = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let folder = Folder::open(&root, self.database.as_deref())?;
        let (people, loaded) = self.prepare(&folder)?;
        let measured = serve(&folder, |running, child| self.measure(running, child, &people))?;
        let result = json!({
            "workload": {"accounts": self.accounts, "purchases": self.purchases, "people": self.people, "seconds": self.seconds, "pause_ms": self.pause},
            "database": folder.location().name(), "load": loaded, "asked": measured,
        });
        println!("{}", serde_json::to_string_pretty(&result)?);
        Ok(ExitCode::SUCCESS)
    }

    /// Makes people and records, unless they are there; tells how fast.
    fn prepare(&self, folder: &Folder) -> Result<(Vec<Person>, Value), Failure> {
        let local = Local::open(folder)?.ok_or("another jingwei is using this data")?;
        let app = local.app()?;
        let is_new = app.pipeline.objects().by_name("account").is_none();
        if !is_new {
            return Ok((self.people(app, is_new)?, Value::Null));
        }
        let (accounts, purchases) = (accounts(app)?, purchases(app)?);
        let people = self.people(app, is_new)?;
        let owners: Vec<UserId> = people.iter().map(|person| person.id).collect();
        let first = app.store.read(store::Connection::last_record)? + 1;
        let start = Instant::now();
        let mut dice = Dice(1);
        load(app, &accounts, self.accounts, |number| account(&mut dice, number, &owners))?;
        load(app, &purchases, self.purchases, |number| purchase(&mut dice, number, &owners, first, self.accounts))?;
        let seconds = start.elapsed().as_secs_f64();
        let rate = (self.accounts + self.purchases) as f64 / seconds;
        Ok((people, json!({"seconds": seconds, "records_per_second": rate})))
    }

    /// People of three roles: who see all, who see by a condition, and who see what their team has.
    fn people(&self, app: &App, is_new: bool) -> Result<Vec<Person>, Failure> {
        let local = Actor::local();
        let role_of = |name: &str, account: Value| {
            let records = json!({"others": {"read": "all", "write": "own"}, "objects": {"account": account}});
            let request = json!({"name": name, "rights": [], "records": records});
            let request: role::RoleRequest = serde_json::from_value(request)?;
            Ok::<RoleId, Failure>(role::add(app, &local, &request)?.id)
        };
        let mut roles = Vec::new();
        if is_new {
            roles.push(role_of("all", json!({"read": "all", "write": "own"}))?);
            roles.push(role_of("team", json!({"read": "subtree", "write": "own"}))?);
        }
        let mut people = Vec::new();
        for number in 0..self.people {
            let email = format!("p{number}@example.com");
            let password = "a password of the bench";
            let session = match roles.get(usize::from(number % 4 == 3)) {
                Some(role) => {
                    let request = serde_json::from_value(json!({"email": email, "role": role}))?;
                    let token = invitation::add(app, &local, &request)?.token;
                    let request = json!({"token": token, "name": email, "password": password});
                    invitation::accept(app, &serde_json::from_value(request)?, "bench")?
                }
                None => {
                    let request = serde_json::from_value(json!({"email": email, "password": password}))?;
                    match ops::account::session::sign_in(app, &request, "bench")? {
                        Entry::Open(session) => session,
                        Entry::Code(_) => return Err("nobody of the bench has a second factor".into()),
                    }
                }
            };
            let signed_in = ops::account::session::signed_in(app, &session)?.ok_or("nobody signed in")?;
            people.push(Person { id: signed_in.person.id, session });
        }
        if is_new {
            for (number, some) in people.chunks(4).enumerate() {
                let members: Vec<UserId> = some.iter().map(|person| person.id).collect();
                let request = json!({"name": format!("team {number}"), "members": members});
                team::add(app, &local, &serde_json::from_value(request)?)?;
            }
        }
        Ok(people)
    }

    fn measure(&self, running: &Running, _child: &Child, people: &[Person]) -> Result<Value, Failure> {
        let mut questions: Vec<Question> = serde_json::from_str(MIX)?;
        questions.retain(|one| self.only.as_ref().is_none_or(|part| one.name.contains(part)));
        settled(&running.url)?;
        let until = Instant::now() + Duration::from_secs(self.seconds);
        let asked = std::thread::scope(|scope| {
            let questions = &questions;
            let askers = people.iter().enumerate().map(|(number, person)| {
                scope.spawn(move || self.ask(&running.url, person, number as u64 + 1, questions, until))
            });
            let askers: Vec<_> = askers.collect();
            let joined = askers.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("one failed".into())));
            joined.collect::<Result<Vec<_>, Failure>>()
        })?;
        Ok(summary(&questions, &asked.concat(), self.seconds as f64))
    }

    /// Asks until the time is over: which question, and how long its answer took.
    fn ask(
        &self,
        url: &str,
        person: &Person,
        seed: u64,
        questions: &[Question],
        until: Instant,
    ) -> Result<Vec<(usize, f64)>, Failure> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let (mut dice, mut times) = (Dice(seed), Vec::new());
        let mut cursors: BTreeMap<usize, Value> = BTreeMap::new();
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(dice.below(2 * self.pause)));
            let place = dice.below(questions.len() as u64) as usize;
            let Some(question) = questions.get(place) else { continue };
            let cursor = cursors.get(&place).cloned().unwrap_or_default();
            let body = question.body.clone().map(|body| self.filled(&mut dice, body, &cursor));
            let path = self.path(&mut dice, &question.path);
            let request = ureq::http::Request::builder().uri(format!("{url}{path}"));
            let request = request.header("cookie", format!("jw_session={}", person.session)).header("x-jingwei", "1");
            let start = Instant::now();
            let mut answer = match &body {
                Some(body) => {
                    let request = request.method("POST").header("content-type", "application/json");
                    agent.run(request.body(body.to_string())?)?
                }
                None => agent.run(request.method("GET").body(())?)?,
            };
            let status = answer.status().as_u16();
            let read = answer.body_mut().read_to_vec()?;
            times.push((place, start.elapsed().as_secs_f64() * 1_000.0));
            if !matches!(status, 200 | 404) {
                let said = String::from_utf8_lossy(&read).into_owned();
                if !said.contains("too_slow") {
                    return Err(format!("{}: {status} {said}", question.name).into());
                }
            }
            if question.name.starts_with("second page") {
                let page: Value = serde_json::from_slice(&read)?;
                // A cursor fits the same filter only; it is asked for anew with each first page.
                cursors.insert(place, page.get("next").cloned().filter(|_| cursor.is_null()).unwrap_or_default());
            }
        }
        Ok(times)
    }

    /// A path with a value in place of a name.
    fn path(&self, dice: &mut Dice, path: &str) -> String {
        let Some((path, name)) = path.split_once('$') else { return path.to_owned() };
        let (name, rest) = name.split_at(name.find('/').unwrap_or(name.len()));
        let value = match name {
            "account" => RecordId::new(1 + dice.below(self.accounts)).to_string(),
            "purchase" => RecordId::new(1 + self.accounts + dice.below(self.purchases)).to_string(),
            "part" => given(dice),
            "name" => name_of(dice),
            "initials" => pinyin(&name_of(dice), usize::MIN),
            "pinyin" => pinyin(&name_of(dice), usize::MAX),
            "digits" => format!("{:04}", dice.below(10_000)),
            "mail" => format!("u{}", dice.below(self.accounts)),
            _ => format!("PO{:08}", dice.below(self.purchases)),
        };
        let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("{path}{value}{rest}")
    }

    /// A question with values in place of its names.
    fn filled(&self, dice: &mut Dice, body: Value, cursor: &Value) -> Value {
        match body {
            Value::String(name) if name.starts_with('$') => match name.as_str() {
                "$city" => json!(dice.below(CITIES)),
                "$stage" => json!(dice.below(STAGES)),
                "$level" => json!(dice.below(LEVELS)),
                "$tag" => json!([dice.below(TAGS)]),
                "$status" => json!(dice.below(STATUSES)),
                "$channel" => json!(dice.below(CHANNELS)),
                "$amount" => json!(dice.below(80_000)),
                "$more" => json!(80_000 + dice.below(20_000)),
                "$part" => json!(given(dice)),
                "$digits" => json!(format!("{:04}", dice.below(10_000))),
                "$account" => json!(RecordId::new(1 + dice.below(self.accounts)).to_string()),
                _ => cursor.clone(),
            },
            Value::Array(all) => all.into_iter().map(|one| self.filled(dice, one, cursor)).collect(),
            Value::Object(all) => all.into_iter().map(|(name, one)| (name, self.filled(dice, one, cursor))).collect(),
            other => other,
        }
    }
}

/// Waits until a server does nothing behind that it does at its start.
fn settled(url: &str) -> Result<(), Failure> {
    loop {
        let health: Value =
            serde_json::from_slice(&ureq::get(format!("{url}/healthz")).call()?.body_mut().read_to_vec()?)?;
        if ["lists", "search"].iter().all(|what| health.get(what).is_some_and(|state| state == "ready")) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Times by class and by question: how many, and percentiles in milliseconds.
fn summary(questions: &[Question], asked: &[(usize, f64)], seconds: f64) -> Value {
    let percentiles = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            (times.get(place).copied().unwrap_or(0.0) * 10.0).round() / 10.0
        };
        json!({"count": times.len(), "p50": at(0.50), "p99": at(0.99), "max": at(1.0)})
    };
    let of = |fits: &dyn Fn(usize) -> bool| {
        percentiles(asked.iter().filter(|(place, _)| fits(*place)).map(|(_, ms)| *ms).collect())
    };
    let class = |place: usize| questions.get(place).map(|one| one.class.clone()).unwrap_or_default();
    let mut classes: Vec<String> = questions.iter().map(|one| one.class.clone()).collect();
    classes.sort();
    classes.dedup();
    let by_class: BTreeMap<_, _> =
        classes.into_iter().map(|name| (name.clone(), of(&|place| class(place) == name))).collect();
    let by_name: BTreeMap<_, _> = questions
        .iter()
        .enumerate()
        .map(|(place, one)| (format!("{}: {}", one.class, one.name), of(&|at| at == place)))
        .collect();
    json!({"a_second": asked.len() as f64 / seconds, "classes": by_class, "questions": by_name})
}

/// Makes an object with fields: name, type, and how many choices or where it leads.
fn object(app: &App, name: &str, fields: &[(&str, &str, Value)]) -> Result<Object, Failure> {
    let local = Actor::local();
    let request = json!({"label": {"zh": name, "en": name}, "name": name});
    ops::object::add(app, &local, &serde_json::from_value(request)?)?;
    for (field, holds, more) in fields {
        let choices: Vec<Text> =
            (0..more.as_u64().unwrap_or(0)).map(|number| Text::same(format!("{field} {number}"))).collect();
        let request = json!({"label": {"zh": field, "en": field}, "name": field, "type": holds, "choices": choices, "to": more.as_str()});
        ops::object::add_field(app, &local, name, &serde_json::from_value(request)?)?;
    }
    app.pipeline.objects().by_name(name).cloned().ok_or_else(|| "no object".into())
}

fn accounts(app: &App) -> Result<Object, Failure> {
    let fields = [
        ("phone", "phone", Value::Null),
        ("email", "email", Value::Null),
        ("city", "choice", json!(CITIES)),
        ("stage", "choice", json!(STAGES)),
        ("level", "choice", json!(LEVELS)),
        ("active", "bool", Value::Null),
        ("amount", "money", Value::Null),
        ("score", "number", Value::Null),
        ("since", "date", Value::Null),
        ("tags", "multi_choice", json!(TAGS)),
    ];
    object(app, "account", &fields)
}

fn purchases(app: &App) -> Result<Object, Failure> {
    let fields = [
        ("account", "relation", json!("account")),
        ("status", "choice", json!(STATUSES)),
        ("channel", "choice", json!(CHANNELS)),
        ("amount", "money", Value::Null),
        ("paid_on", "date", Value::Null),
    ];
    object(app, "purchase", &fields)
}

/// Two characters of a given name.
fn given(dice: &mut Dice) -> String {
    let all: Vec<char> = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文云建国华玉红春梅志海晓燕鹏飞宇浩然子涵欣怡"
        .chars()
        .collect();
    let mut one = || all.get(dice.below(all.len() as u64) as usize).copied().unwrap_or('云');
    [one(), one()].iter().collect()
}

/// What somebody is called.
fn name_of(dice: &mut Dice) -> String {
    let surnames: Vec<char> = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗".chars().collect();
    let surname = surnames.get(dice.below(surnames.len() as u64) as usize).copied().unwrap_or('王');
    format!("{surname}{}", given(dice))
}

fn account(dice: &mut Dice, number: u64, owners: &[UserId]) -> Vec<Option<Cell>> {
    let int = |number: u64| Some(Cell::Int(number.cast_signed()));
    vec![
        Some(Cell::Text(name_of(dice))),
        Some(Cell::Text(format!("1{:02}{:08}", dice.below(100), dice.below(100_000_000)))),
        Some(Cell::Text(format!("u{number}@example.com"))),
        int(dice.below(CITIES)),
        int(dice.below(STAGES)),
        int(dice.below(LEVELS)).filter(|_| !number.is_multiple_of(10)),
        int(dice.below(2)),
        int(dice.below(100_000) * 10_000).filter(|_| !number.is_multiple_of(20)),
        int(dice.below(1_000) * 10_000),
        int(20_780 - dice.below(2_000)),
        int(dice.next() & dice.next() & dice.next() & 0x3ff).filter(|bits| *bits != Cell::Int(0)),
        owner(dice, owners),
    ]
}

fn owner(dice: &mut Dice, owners: &[UserId]) -> Option<Cell> {
    let owner = owners.get(dice.below(owners.len() as u64) as usize);
    owner.map(|owner| Cell::Int(owner.number().cast_signed()))
}

fn purchase(dice: &mut Dice, number: u64, owners: &[UserId], first: u64, accounts: u64) -> Vec<Option<Cell>> {
    let int = |number: u64| Some(Cell::Int(number.cast_signed()));
    vec![
        Some(Cell::Text(format!("PO{number:08}"))),
        int(first + dice.below(accounts)),
        int(dice.below(STATUSES)),
        int(dice.below(CHANNELS)),
        int(dice.below(50_000) * 10_000),
        int(20_780 - dice.below(1_000)),
        owner(dice, owners),
    ]
}

/// Writes records as anybody's are written, in the order of the object's own fields and its owner.
fn load(app: &App, object: &Object, count: u64, mut make: impl FnMut(u64) -> Vec<Option<Cell>>) -> Result<(), Failure> {
    let own = object.fields.iter().map(|field| field.number).filter(|number| *number >= FieldNumber::FIRST);
    let fields: Vec<FieldNumber> = own.chain([FieldNumber::OWNER]).collect();
    let mut done = 0;
    while done < count {
        let until = (done + STEP).min(count);
        let writes = (done..until).map(|number| RecordWrite {
            object: object.id,
            record: None,
            version: None,
            act: RecordAct::Added,
            values: fields.iter().copied().zip(make(number)).collect(),
            undoes: None,
        });
        let writes = RecordWrites { actor: "local".to_owned(), batch: Batch::Single, writes: writes.collect() };
        app.pipeline.command(pipeline::Command::WriteRecords(writes))?;
        done = until;
    }
    Ok(())
}
