//! Beside Directus: the same rows in the same PostgreSQL, the same questions by the same clients, one after the other in turn.
//!
//! Nothing is measured before both have given the same records, in the same order, for sampled questions of each kind.

mod load;
mod peer;
mod question;

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use self::load::{CLIENTS, Outcome, Target, memory_mb};
use self::question::{Dice, Kind, Peer};
use crate::http::{Connection, Request};
use crate::server::{self, Server};
use crate::test::postgres;
use crate::{Failure, program, tree};

/// How many questions of each kind must have equal answers.
const SAMPLES: u64 = 40;
/// How many purchases an account has on average.
const PURCHASES: u64 = 3;
/// Whoever sees everything in the workload of `jingwei bench lists`.
const PERSON: (&str, &str) = ("p0@example.com", "a password of the bench");

/// How long is asked.
pub(crate) struct Plan {
    pub(crate) accounts: u64,
    /// How often each is asked, in turn.
    pub(crate) rounds: u64,
    /// How long each time, in seconds: before what counts, and counted.
    pub(crate) warm: u64,
    pub(crate) counted: u64,
}

pub(crate) fn run(plan: &Plan) -> Result<Vec<Value>, Failure> {
    let directus = peer::Directus::install()?;
    let data = tree::target().join("tmp/directus");
    std::fs::remove_dir_all(&data).ok();
    let done = run_in(&data, &directus, plan);
    std::fs::remove_dir_all(&data).ok();
    done
}

fn run_in(data: &std::path::Path, directus: &peer::Directus, plan: &Plan) -> Result<Vec<Value>, Failure> {
    let postgres = postgres::start_durable()?;
    let databases = [postgres.database("jingwei")?, postgres.database("directus")?];
    let [ours, theirs] = &databases;
    let (accounts, purchases) = (plan.accounts.to_string(), (plan.accounts * PURCHASES).to_string());
    println!("\n== {accounts} accounts and {purchases} purchases into Jingwei");
    let mut fill = Command::new(program::jingwei());
    fill.args([
        "bench",
        "lists",
        "--accounts",
        &accounts,
        "--purchases",
        &purchases,
        "--people",
        "4",
        "--seconds",
        "1",
    ]);
    program::output(fill.args(["--database", ours, "--data"]).arg(data))?;
    println!("== the same into Directus");
    let (their_server, their_head) = directus.start(theirs)?;
    peer::copy(ours, theirs)?;
    peer::settle(&[ours, theirs])?;
    let at = server::free()?;
    let mut serve = Command::new(program::jingwei());
    serve.args(["serve", "--listen", &at.to_string(), "--data"]).arg(data).stdin(Stdio::null()).stdout(Stdio::null());
    let mut our_server = Server::start(&mut serve, at, "/healthz")?;
    our_server.settled()?;
    let target = |peer, server: &Server, head| Target { peer, at: server.at, head, process: server.process() };
    let targets = [
        target(Peer::Jingwei, &our_server, signed_in(&our_server)?),
        target(Peer::Directus, &their_server, their_head),
    ];
    println!("== equal answers to {SAMPLES} questions of each kind");
    if let Err(why) = equal(&targets, plan.accounts) {
        return Ok(vec![json!({ "name": "equal answers", "words": plan.words(), "failed": why.to_string() })]);
    }
    Ok(Kind::ALL.iter().map(|kind| compare(*kind, &targets, plan, postgres.process())).collect())
}

/// The headers of someone who is signed in and sees everything.
fn signed_in(server: &Server) -> Result<String, Failure> {
    let head = "x-jingwei: 1\r\n";
    let body = json!({"email": PERSON.0, "password": PERSON.1});
    let request = Request { method: "POST", path: "/v1/session".to_owned(), body: Some(body) };
    let answer = Connection::open(server.at, head)?.ask(&request)?;
    answer.json()?;
    Ok(format!("{head}cookie: {}\r\n", answer.cookie.ok_or("nobody was signed in")?))
}

/// Fails where the two differ by a record, its place, or what it says.
fn equal(targets: &[Target; 2], accounts: u64) -> Result<(), Failure> {
    for kind in [Kind::List, Kind::Many, Kind::Read] {
        let mut found = 0;
        for seed in 0..SAMPLES {
            let answers = targets.each_ref().map(|target| -> Result<_, Failure> {
                let request = target.peer.question(kind, &mut Dice(seed), accounts);
                let answer = target.connect()?.ask(&request)?.json();
                target
                    .peer
                    .records(&answer.map_err(|error| format!("{}, {}: {error}", target.peer.name(), request.path))?)
            });
            let [ours, theirs] = answers;
            let (ours, theirs) = (ours?, theirs?);
            found += ours.len();
            if ours != theirs {
                let ids = |all: &[(u64, Vec<Value>)]| all.iter().map(|(id, _)| *id).collect::<Vec<_>>();
                return Err(format!("{}, question {seed}: {:?} and {:?}", kind.name(), ids(&ours), ids(&theirs)).into());
            }
        }
        if found == 0 {
            return Err(format!("{}: nothing was found", kind.name()).into());
        }
    }
    Ok(())
}

/// Asks both in turn; what each came to, and how many times as much Jingwei answers.
fn compare(kind: Kind, targets: &[Target; 2], plan: &Plan, postgres: u32) -> Value {
    println!("\n== {}", kind.name());
    let mut outcomes = [Outcome::default(), Outcome::default()];
    for round in 0..plan.rounds {
        let (warm, counted) = (Duration::from_secs(plan.warm), Duration::from_secs(plan.counted));
        outcomes = std::array::from_fn(|place| {
            let outcome = std::mem::take(&mut outcomes[place]);
            let Some(target) = targets.get(place) else { return outcome };
            let more = target.load(kind, round + 1, plan.accounts, warm, counted, postgres);
            println!("{:<10}{:>10.1} a second, {} failed", target.peer.name(), more.a_second(), more.failed);
            outcome.with(more)
        });
    }
    let [ours, theirs] = outcomes;
    let ratio = (theirs.a_second() > 0.0).then(|| (ours.a_second() / theirs.a_second() * 10.0).round() / 10.0);
    let [our_memory, their_memory] = targets.each_ref().map(|target| memory_mb(target.process));
    let measures = json!({"ratio": ratio, "jingwei": ours.told(our_memory), "directus": theirs.told(their_memory)});
    json!({ "name": kind.name(), "words": plan.words(), "measures": measures })
}

impl Plan {
    /// What is measured for its figures, or quickly, to see that it works.
    pub(crate) const fn new(accounts: u64, is_quick: bool) -> Self {
        if is_quick {
            Self { accounts, rounds: 1, warm: 1, counted: 4 }
        } else {
            Self { accounts, rounds: 2, warm: 5, counted: 30 }
        }
    }

    fn words(&self) -> String {
        let Self { accounts, rounds, warm, counted } = self;
        let purchases = accounts * PURCHASES;
        format!(
            "{accounts} accounts, {purchases} purchases, {CLIENTS} clients, {rounds} × {counted} s each after {warm} s, {}",
            peer::DIRECTUS
        )
    }
}
