//! What live streams tell: of each change, everybody hears which objects it touched that they see any records of, of customers who may see them,
//! that there is something to be noticed whom it concerns, and nothing besides.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::dice::Dice;
use super::rule::Role;
use super::world::{PEOPLE, World};
use crate::records::{add, path};
use crate::support::{Server, event};

/// How long anything may stand still.
const PATIENCE: Duration = Duration::from_secs(30);

/// One person's stream, open until it is dropped.
struct Stream {
    socket: TcpStream,
    heard: Receiver<(String, Value)>,
    /// How often they were told that there is something to be noticed.
    notices: usize,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.socket.shutdown(Shutdown::Both).ok();
    }
}

impl Stream {
    /// Opens the stream of someone signed in. Whatever is committed from now on is heard.
    fn open(server: &Server, cookie: &str) -> Self {
        let at = server.url().trim_start_matches("http://").to_owned();
        let mut socket = TcpStream::connect(&at).unwrap();
        let request = format!("GET /v1/live HTTP/1.0\r\nhost: {at}\r\ncookie: {cookie}\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
        assert!(lines.next().unwrap().contains("200"));
        lines.by_ref().find(String::is_empty).unwrap();
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let mut name = String::new();
            for line in lines {
                match line.split_once(": ") {
                    Some(("event", called)) => called.clone_into(&mut name),
                    Some(("data", data)) => {
                        let told = tell.send((name.clone(), serde_json::from_str(data).unwrap()));
                        if told.is_err() {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        });
        Self { socket, heard, notices: 0 }
    }

    fn next(&mut self, told: &str) -> (String, Value) {
        let heard = self.heard.recv_timeout(PATIENCE).ok();
        assert!(heard.is_some(), "{told}: nothing more is heard");
        let heard = heard.unwrap();
        self.notices += usize::from(heard.0 == "notices");
        heard
    }

    /// What was heard before the change of an object that everybody is told of: which objects, and how often of customers.
    fn until_all_hear(&mut self, told: &str) -> (BTreeSet<String>, usize) {
        let (mut objects, mut commits) = (BTreeSet::new(), 0);
        loop {
            let (name, data) = self.next(told);
            match name.as_str() {
                "records" => {
                    let (named, is_last) = (data["objects"].as_array().unwrap(), data["schema"] == true);
                    assert!(is_last || !named.is_empty(), "{told}: {data}");
                    assert!(!is_last || named.iter().all(|name| name == "customer"), "{told}: {data}");
                    objects.extend(named.iter().map(|name| name.as_str().unwrap().to_owned()));
                    if is_last {
                        return (objects, commits);
                    }
                }
                "commit" => commits += 1,
                _ => assert_eq!((name.as_str(), data), ("notices", json!({})), "{told}"),
            }
        }
    }

    /// How often there was something to be noticed, before a change of quotes that everybody is told of.
    fn until_quotes(&mut self, told: &str) -> usize {
        while !self.next(told).1["objects"].as_array().is_some_and(|objects| objects.contains(&json!("quote"))) {}
        self.notices
    }
}

/// What a change is to be told of.
struct Touched {
    what: &'static str,
    objects: &'static [&'static str],
    customers: bool,
}

/// A change of something. Deals are changed with the quotes that they follow from.
fn change(world: &mut World, dice: &mut Dice, seed: u64, turn: usize) -> Touched {
    let records = |what, objects| Touched { what, objects, customers: false };
    let deal = dice.below(world.deals.len());
    match dice.below(6) {
        0 => {
            world.make_quote(dice, deal);
            records("an offer", &["deal", "quote"])
        }
        1 if !world.deals[deal].quotes.is_empty() => match world.change_quote(dice, deal) {
            true => records("another offer", &["deal", "quote"]),
            false => records("an offer that comes to the same", &["quote"]),
        },
        2 => {
            add(&world.server, "ticket", &json!({"subject": "工单"}));
            records("a ticket", &["ticket"])
        }
        3 => {
            add(&world.server, "lead", &json!({"name": "线索"}));
            records("a lead", &["lead"])
        }
        4 => {
            let who = json!([{"scheme": "member_no", "value": format!("M{}", dice.below(9))}]);
            let order = json!({"who": who, "amount": {"value": 5, "currency": "CNY"}});
            let sent =
                world.server.send(&[event(&format!("{seed} {turn}"), "order.placed", "2026-06-01T10:00:00Z", order)]);
            assert_eq!(sent.body["accepted"], 1, "{}", sent.body);
            Touched { what: "an order", objects: &[], customers: true }
        }
        _ => {
            let step = json!({"values": {"next_step": format!("{seed} {turn}")}});
            // Without an owner nobody is concerned.
            let free = world.deals[..10].iter().find(|deal| deal.owner.is_none()).unwrap();
            assert_eq!(world.server.patch(&path("deal", &free.record), &step).status, 200);
            records("a step", &["deal"])
        }
    }
}

fn all_hear(server: &Server, text: &str) {
    let renamed = server.patch("/v1/objects/note", &json!({"label": {"zh": text, "en": text}}));
    assert_eq!(renamed.status, 200, "{}", renamed.body);
}

/// Comments on a record and names people; whether that was taken.
fn say(server: &Server, object: &str, record: &Value, who: &[&str]) -> bool {
    let text: String = who.iter().map(|one| format!("@[{one}] ")).collect();
    let said = server.post(&format!("{}/comments", path(object, record)), &json!({"text": text + "?"}));
    assert!(said.status == 200 || said.body["field"] == "text", "{}", said.body);
    said.status == 200
}

/// Waits until everybody was told of all that concerns them: twice, since changes are read before comments.
fn settle(world: &mut World) {
    let me = world.owner.get(&world.server, "/v1/session").body["user"]["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let ticket = add(&world.server, "ticket", &json!({"subject": "问"}));
        assert!(say(&world.server, "ticket", &ticket, &[&me]));
        let start = Instant::now();
        let is_told = |page: &Value| page["items"].as_array().unwrap().iter().any(|one| one["record"] == ticket["id"]);
        while !is_told(&world.owner.get(&world.server, "/v1/notices").body) {
            assert!(start.elapsed() < PATIENCE, "nobody is told of {ticket}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A deal's owner is told that it is theirs and of what is said of it, and who is named there of that: nobody else, and nothing more.
fn concern(world: &mut World, dice: &mut Dice, streams: &mut [Stream], told: &str) {
    world.make_deal(dice);
    let deal = world.deals.last().unwrap();
    let sees = |one: &usize| world.people[*one].role.allows(&world.teams, &world.products, *one, deal, false);
    let (seeing, blind): (Vec<usize>, Vec<usize>) = dice.some(&[0, 1, 2, 3]).into_iter().partition(sees);
    let said = |who: &[usize]| {
        let ids: Vec<&str> = who.iter().map(|one| world.people[*one].id.as_str()).collect();
        say(&world.server, "deal", &deal.record, &ids)
    };
    assert!(said(&seeing), "{told}: {seeing:?}");
    assert!(blind.iter().all(|one| !said(&[*one])), "{told}: who does not see it cannot be named: {blind:?}");
    let owner = deal.owner;
    settle(world);
    add(&world.server, "quote", &json!({"name": "报价"}));
    for (number, stream) in streams.iter_mut().enumerate() {
        let is_owner = owner == Some(number);
        let expected = usize::from(is_owner) + usize::from(is_owner || seeing.contains(&number));
        assert_eq!(stream.until_quotes(told), expected, "{told}: notices of person {number}, {owner:?} {seeing:?}");
    }
}

pub(super) fn check(world: &mut World, dice: &mut Dice, seed: u64) {
    settle(world);
    let mut streams: Vec<Stream> =
        world.people.iter().map(|person| Stream::open(&world.server, &person.browser.cookie)).collect();
    for turn in 0..6 {
        let touched = change(world, dice, seed, turn);
        all_hear(&world.server, &format!("{seed} {turn}"));
        for (number, stream) in streams.iter_mut().enumerate() {
            let role: &Role = &world.people[number].role;
            let told = format!("seed {seed}, {} is told person {number}, {}", touched.what, role.json(&world.products));
            let (mut objects, commits) = stream.until_all_hear(&told);
            let is_late = objects.remove("customer"); // their records follow behind
            assert!(!is_late || role.sees_any("customer"), "{told}: of a customer");
            let seen = touched.objects.iter().filter(|object| role.sees_any(object)).map(|&object| object.to_owned());
            assert_eq!(objects, seen.collect(), "{told}");
            assert_eq!(commits, usize::from(touched.customers && role.sees_all_customers()), "{told}: of customers");
        }
    }
    assert_eq!(streams.len(), PEOPLE);
    concern(world, dice, &mut streams, &format!("seed {seed}"));
}
