//! What happens from now on: several events a second at first, so that the screen moves, then one every
//! second or two, for ever.

use base::Timestamp;

use crate::company::{People, told};
use crate::happening::{Happening, What, price};
use crate::person::{Channel, Person, Role, SOON_COUNT};
use crate::rng::Rng;

/// For each customer who is about to buy again: when the second and the third order within 30 days come.
pub(crate) const SOON_ORDERS: [(i64, i64); 6] =
    [(8_000, 24_000), (15_000, 38_000), (23_000, 52_000), (33_000, 66_000), (45_000, 80_000), (58_000, 95_000)];

/// The events of a company's present, without end.
#[derive(Clone)]
pub struct Live {
    people: People,
    rng: Rng,
    elapsed_ms: i64,
    number: u64,
    script: Vec<Cue>,
}

#[derive(Clone, Copy)]
struct Cue {
    at_ms: i64,
    person: u32,
    what: What,
    cents: u64,
}

/// One event of the present; its time and id come with the moment it is told.
#[derive(Clone)]
pub struct Beat {
    /// When to tell it, from the start.
    pub offset_ms: i64,
    happening: Happening,
    people: People,
}

impl Beat {
    /// The number of the customer, as in the member number.
    #[must_use]
    pub fn customer(&self) -> u32 {
        self.happening.person
    }

    /// The CloudEvent, as of `now`. Its id holds the moment, so that no two plays of a demo share one.
    #[must_use]
    pub fn json(&self, now: Timestamp) -> String {
        let happening = Happening { at_ms: now.ms(), ..self.happening };
        told(&happening, &self.people, &format!("l{}-", now.ms()))
    }
}

impl Live {
    pub(crate) fn new(seed: u64, people: People) -> Self {
        Self { people, rng: Rng::new(seed, u64::MAX), elapsed_ms: 0, number: 0, script: script() }
    }

    fn gap_ms(&mut self) -> i64 {
        match self.elapsed_ms {
            ..60_000 => self.rng.between(120, 420),
            60_000..180_000 => self.rng.between(350, 1100),
            _ => self.rng.between(1000, 2000),
        }
    }

    /// Anybody but those with a cue does what people do.
    fn anything(&mut self) -> Cue {
        let others = (self.people.len() as u64).saturating_sub(SOON_COUNT);
        let person = SOON_COUNT + self.rng.below(others);
        let what = DEEDS.get(self.rng.weighted(&WEIGHTS)).copied().unwrap_or(What::Page);
        Cue { at_ms: self.elapsed_ms, person: u32::try_from(person).unwrap_or(0), what, cents: 0 }
    }

    fn happening(&mut self, cue: Cue) -> Happening {
        let people = self.people.clone();
        let person = usize::try_from(cue.person).ok().and_then(|place| people.get(place));
        let (what, channel, cents) = match person {
            Some(person) => fit(person, cue, &mut self.rng),
            None => (cue.what, Channel::App, cue.cents),
        };
        self.number += 1;
        let order = if what == What::Order { self.number } else { 0 };
        Happening {
            at_ms: 0,
            came_ms: 0,
            person: cue.person,
            what,
            channel,
            cents,
            order,
            roll: self.rng.next(),
            number: self.number,
        }
    }
}

const DEEDS: [What; 11] = [
    What::Page,
    What::Cart,
    What::Order,
    What::Visit,
    What::Message,
    What::Coupon,
    What::Call,
    What::Complaint,
    What::Survey,
    What::TicketOpen,
    What::Device,
];
const WEIGHTS: [u32; 11] = [40, 14, 16, 8, 8, 4, 3, 2, 2, 1, 2];

/// The cues of those who are about to buy again: a look, a basket, an order; and the like once more.
fn script() -> Vec<Cue> {
    let mut cues = Vec::new();
    for (person, (second, third)) in (0..).zip(SOON_ORDERS) {
        let cents = 62_900 + 8_000 * u64::from(person);
        for (order_ms, cents) in [(second, cents), (third, cents + 5_000)] {
            let lead = [(What::Page, 5_000), (What::Cart, 2_000), (What::Order, 0)];
            cues.extend(lead.map(|(what, before)| Cue { at_ms: order_ms - before, person, what, cents }));
        }
    }
    cues.sort_by_key(|cue| std::cmp::Reverse(cue.at_ms));
    cues
}

/// A deed, where and for how much, as it fits the person: nobody visits a shop by app, nor is called who left
/// no phone of their own.
fn fit(person: &Person, cue: Cue, rng: &mut Rng) -> (What, Channel, u64) {
    let screen = person.screen(rng);
    let (what, channel) = match (cue.what, screen) {
        (What::Visit, _) if person.is_in(Channel::Pos) => (What::Visit, Channel::Pos),
        (What::Call | What::Complaint | What::TicketOpen, _) if !is_shared(person) => (cue.what, Channel::Call),
        (What::Device, Some(screen)) if !person.has_device => (What::Page, screen),
        (What::Order | What::Survey | What::Coupon, _) => (cue.what, person.channel(rng)),
        (What::Visit | What::Call | What::Complaint | What::TicketOpen, Some(screen)) => (What::Page, screen),
        (what, Some(screen)) => (what, screen),
        (_, None) => (What::Visit, Channel::Pos),
    };
    let cents = match what {
        _ if cue.cents > 0 => cue.cents,
        What::Order | What::Cart => price(person, rng),
        What::Coupon => 1000 * (1 + rng.below(6)),
        _ => 40 + rng.below(60),
    };
    (what, channel, cents)
}

fn is_shared(person: &Person) -> bool {
    person.role == Role::Hub
}

impl Iterator for Live {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        let next_ms = self.elapsed_ms + self.gap_ms();
        let cue = match self.script.pop_if(|cue| cue.at_ms <= next_ms) {
            Some(cue) => {
                self.elapsed_ms = self.elapsed_ms.max(cue.at_ms);
                cue
            }
            None => {
                self.elapsed_ms = next_ms;
                self.anything()
            }
        };
        let happening = self.happening(cue);
        Some(Beat { offset_ms: self.elapsed_ms, happening, people: self.people.clone() })
    }
}
