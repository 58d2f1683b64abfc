//! Half a year of a customer's life with the company.

use base::{DAY_MS, HOUR_MS};

use crate::happening::{Happening, What, price};
use crate::person::{Channel, Person, Role};
use crate::rng::Rng;
use crate::write::midnight;

/// When the history begins, when it ends, and when "now" is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    pub(crate) now_ms: i64,
}

/// The share of happenings that the company hears of late, and of those that it hears of twice.
const LATE: f64 = 0.03;
const TWICE: f64 = 0.005;
const MINUTE_MS: i64 = 60_000;

struct Life<'a> {
    person: &'a Person,
    window: Window,
    rng: Rng,
    all: Vec<Happening>,
    orders: u64,
}

/// Everything that a customer does within the window.
pub(crate) fn lead(person: &Person, seed: u64, window: Window) -> Vec<Happening> {
    let rng = Rng::new(seed ^ 0x11fe, person.number);
    let mut life = Life { person, window, rng, all: Vec::new(), orders: 0 };
    life.sign_up();
    life.shop();
    life.browse();
    life.talk();
    life.read_mail();
    life.use_device();
    life.all
}

impl Life<'_> {
    fn add(&mut self, at_ms: i64, what: What, channel: Channel, cents: u64) {
        self.add_for(at_ms, what, channel, cents, 0);
    }

    fn add_for(&mut self, at_ms: i64, what: What, channel: Channel, cents: u64, order: u64) {
        if !(self.window.from_ms..=self.window.to_ms).contains(&at_ms) {
            return;
        }
        let is_first = matches!(what, What::Signed | What::Bound | What::Joined);
        let is_late = !is_first && self.rng.chance(LATE);
        let delay = if is_late { self.rng.between(HOUR_MS, 3 * DAY_MS) } else { 0 };
        let happening = Happening {
            at_ms,
            came_ms: (at_ms + delay).min(self.window.to_ms),
            person: u32::try_from(self.person.number).unwrap_or(0),
            what,
            channel,
            cents,
            order,
            roll: self.rng.next(),
            number: self.person.number * 10_000 + self.all.len() as u64 + 1,
        };
        self.all.push(happening);
        if self.rng.chance(TWICE) {
            let came_ms = (happening.came_ms + self.rng.between(1000, 5 * MINUTE_MS)).min(self.window.to_ms);
            self.all.push(Happening { came_ms, ..happening });
        }
    }

    /// On the same day, at an hour when people shop.
    fn at_hour(&mut self, day_ms: i64, channel: Channel) -> i64 {
        let screens = [2, 1, 0, 0, 0, 0, 1, 3, 5, 6, 7, 7, 9, 7, 5, 5, 5, 6, 8, 11, 14, 15, 12, 6];
        let shops = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 7, 6, 7, 8, 9, 10, 12, 13, 10, 5, 0, 0];
        let hours = if matches!(channel, Channel::Pos | Channel::Call) { shops } else { screens };
        let hour = i64::try_from(self.rng.weighted(&hours)).unwrap_or(12);
        midnight(day_ms) + hour * HOUR_MS + self.rng.between(0, HOUR_MS - 1000) / 1000 * 1000
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days are small numbers")]
    fn after_days(&mut self, mean: f64) -> i64 {
        (self.rng.wait(mean) * DAY_MS as f64) as i64
    }

    /// One registration joins member number, phone and the first channel; the others follow within days. A
    /// split life signs up twice as a stranger.
    fn sign_up(&mut self) {
        let since = self.person.since_ms;
        let used = Channel::ALL.into_iter().filter(|channel| self.person.is_in(*channel));
        let (mut at, mut what) = (since, What::Signed);
        for channel in used.collect::<Vec<_>>() {
            self.add(at, what, channel, 0);
            if what == What::Signed && self.rng.chance(0.6) {
                self.add(at + 5000, What::Consent, channel, 0);
            }
            at += self.rng.between(2 * MINUTE_MS, 4 * HOUR_MS);
            what = if matches!(self.person.role, Role::Split { .. }) { What::Signed } else { What::Bound };
        }
        if let Role::Split { joined_ms } = self.person.role {
            self.add(joined_ms, What::Joined, Channel::Mini, 0);
        }
    }

    fn shop(&mut self) {
        let last = match self.person.role {
            Role::Star => self.window.now_ms - 33 * DAY_MS,
            Role::Soon => self.window.now_ms - 45 * DAY_MS,
            _ => self.window.to_ms,
        };
        let mut day = self.person.since_ms + DAY_MS + self.after_days(self.person.gap_days * 0.5);
        while day < last {
            let cents = price(self.person, &mut self.rng);
            self.buy(day, cents);
            day += DAY_MS + self.after_days(self.person.gap_days);
        }
        match self.person.role {
            Role::Star => (0..4).for_each(|turn| {
                let cents = u64::try_from(self.rng.between(560, 1680)).unwrap_or(600) * 100;
                self.buy(self.window.now_ms - (26 - 7 * turn) * DAY_MS, cents);
            }),
            Role::Soon => self.buy(self.window.now_ms - 12 * DAY_MS, 68_000),
            _ => {}
        }
    }

    /// An order with what leads to it and what follows.
    fn buy(&mut self, day: i64, cents: u64) {
        let channel = self.person.channel(&mut self.rng);
        let at = self.at_hour(day, channel);
        self.orders += 1;
        let order = self.person.number * 1000 + self.orders;
        if channel == Channel::Pos {
            let before = self.minutes(8, 40);
            self.add(at - before, What::Visit, channel, 0);
        } else {
            (0..self.rng.below(4)).for_each(|_| {
                let before = self.minutes(2, 40);
                self.add(at - before, What::Page, channel, 0);
            });
            if self.rng.chance(0.4) {
                let before = self.minutes(1, 3);
                self.add(at - before, What::Cart, channel, cents);
            }
        }
        self.add_for(at, What::Order, channel, cents, order);
        if self.rng.chance(0.22) {
            let face = 1000 * (1 + self.rng.below(6));
            self.add_for(at + 1000, What::Coupon, channel, face, order);
        }
        self.after(at, channel, cents, order);
    }

    fn minutes(&mut self, low: i64, high: i64) -> i64 {
        self.rng.between(low * MINUTE_MS, high * MINUTE_MS) / 1000 * 1000
    }

    fn after(&mut self, at: i64, channel: Channel, cents: u64, order: u64) {
        let is_usual = !matches!(self.person.role, Role::Star | Role::Soon);
        if is_usual && self.rng.chance(0.05) {
            let later = at + self.rng.between(2 * DAY_MS, 9 * DAY_MS);
            let later = self.at_hour(later, channel);
            self.add_for(later, What::Refund, channel, cents, order);
        }
        if self.rng.chance(0.14) {
            let later = at + self.rng.between(2 * DAY_MS, 6 * DAY_MS);
            let later = self.at_hour(later, channel);
            self.add_for(later, What::Survey, channel, 0, order);
        }
        if self.rng.chance(0.03 * self.person.talkative) {
            let later = at + self.rng.between(2 * DAY_MS, 8 * DAY_MS);
            self.complain(later, channel, order);
        }
    }

    /// A complaint, the ticket that it becomes, perhaps a call about it.
    fn complain(&mut self, at: i64, channel: Channel, order: u64) {
        let at = self.at_hour(at, channel);
        let hours = 1 + self.rng.below(70);
        let closed = at + i64::try_from(hours).unwrap_or(1) * HOUR_MS;
        self.add_for(at, What::Complaint, channel, 0, order);
        self.add_for(at + 3 * MINUTE_MS, What::TicketOpen, channel, 0, order);
        if self.person.is_joined(at) && self.person.role != Role::Hub && self.rng.chance(0.6) {
            let later = at + self.minutes(10, 300);
            self.add(later, What::Call, Channel::Call, 0);
        }
        self.add_for(closed, What::TicketClose, channel, hours, order);
    }

    /// Looking around without buying.
    fn browse(&mut self) {
        let mut day = self.person.since_ms + DAY_MS;
        while day < self.window.to_ms {
            match self.person.screen(&mut self.rng) {
                Some(channel) if !self.person.is_in(Channel::Pos) || self.rng.chance(0.8) => {
                    self.session(day, channel);
                }
                _ => {
                    let at = self.at_hour(day, Channel::Pos);
                    self.add(at, What::Visit, Channel::Pos, 0);
                }
            }
            day += DAY_MS / 2 + self.after_days(self.person.gap_days * 0.9);
        }
    }

    fn session(&mut self, day: i64, channel: Channel) {
        let mut at = self.at_hour(day, channel);
        for _ in 0..=self.rng.below(4) {
            self.add(at, What::Page, channel, 0);
            at += self.rng.between(5000, 180_000) / 1000 * 1000;
        }
        if self.rng.chance(0.2) {
            let cents = price(self.person, &mut self.rng);
            self.add(at, What::Cart, channel, cents);
        }
    }

    /// Messages and calls that no order caused.
    fn talk(&mut self) {
        let mut day = self.person.since_ms + self.after_days(40.0);
        while day < self.window.to_ms {
            let is_known = self.person.is_joined(day) && self.person.role != Role::Hub;
            match self.person.screen(&mut self.rng) {
                Some(channel) if self.rng.chance(0.75) => {
                    let at = self.at_hour(day, channel);
                    self.add(at, What::Message, channel, 0);
                }
                _ if is_known => {
                    let at = self.at_hour(day, Channel::Call);
                    self.add(at, What::Call, Channel::Call, 0);
                }
                _ => {}
            }
            day += DAY_MS + self.after_days(48.0 / self.person.talkative);
        }
    }

    fn read_mail(&mut self) {
        if self.person.email.is_empty() || !self.person.is_joined(self.person.since_ms) {
            return;
        }
        for campaign in 1..12 {
            let sent = self.window.from_ms + campaign * 15 * DAY_MS + 9 * HOUR_MS;
            let opened = sent + self.rng.between(5 * MINUTE_MS, 20 * HOUR_MS);
            if opened > self.person.since_ms + DAY_MS && self.rng.chance(0.3) {
                let mail = campaign.unsigned_abs();
                self.add(opened, What::MailOpened, Channel::App, mail);
                if self.rng.chance(0.25) {
                    self.add(opened + 20_000, What::MailClicked, Channel::App, mail);
                }
            }
        }
    }

    /// A device at home tells its state every week, and wears.
    fn use_device(&mut self) {
        if !self.person.has_device || !self.person.is_joined(self.person.since_ms) {
            return;
        }
        let (mut at, mut left) = (self.person.since_ms + 10 * DAY_MS, 100u64);
        while at < self.window.to_ms && left > 5 {
            self.add(at, What::Device, Channel::App, left);
            at += 7 * DAY_MS;
            left = left.saturating_sub(self.rng.below(5));
        }
    }
}
