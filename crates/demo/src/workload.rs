//! A measured workload: any number of events over any number of customers, a million a second to write.
//!
//! Event number n depends on the seed and n alone, so a workload can be repeated, or split; those of two seeds
//! are different events of the same customers. Each customer has a member number and up to four more identifiers,
//! [`WorkloadSpec::identifiers_mean`] of them on average;
//! an event carries the member number and about half of the others. Nothing is known under two names, but
//! for guests: in every `1 / merge_share` events one comes from a guest, and a later one carries the guest's
//! identifier with a member's, which joins the two.
//!
//! The same bytes on every run of one build; across platforms the last bit of a logarithm may differ.

use base::{DAY_MS, Timestamp};

use crate::rng::{Rng, mix};
use crate::words::workload::{CATEGORIES, CHANNELS, PAGES, REASONS, SENTENCES, STORES, TOPICS};
use crate::write::EventWriter;
use crate::zipf::Zipf;

/// What a workload is like.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadSpec {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many customers there are.
    pub customers: u64,
    /// How uneven they are: customer k comes with a share of k^-exponent. Above 0.
    pub zipf_exponent: f64,
    /// How many lines are written, repeats among them.
    pub events: u64,
    /// The share of events that carry a text or a transcript.
    pub originals_share: f64,
    /// How long that is, in bytes of UTF-8, a few less where a letter would be cut.
    pub original_bytes: usize,
    /// The share of events that come up to three days late.
    pub late_share: f64,
    /// The share of lines that repeat one of the last thousand events.
    pub repeat_share: f64,
    /// The share of events that join a guest to a member.
    pub merge_share: f64,
    /// How many identifiers a customer has on average, from 1 to 5.
    pub identifiers_mean: f64,
    /// When the first event comes in.
    pub start: Timestamp,
    /// How long it takes until the last one does.
    pub span_ms: i64,
}

impl Default for WorkloadSpec {
    fn default() -> Self {
        Self {
            seed: 1,
            customers: 1_000_000,
            zipf_exponent: 1.05,
            events: 1_000_000,
            originals_share: 0.10,
            original_bytes: 300,
            late_share: 0.05,
            repeat_share: 0.01,
            merge_share: 0.001,
            identifiers_mean: 2.5,
            start: Timestamp::from_ms(1_767_196_800_000),
            span_ms: 90 * DAY_MS,
        }
    }
}

/// A workload being written.
#[derive(Debug, Clone)]
pub struct Workload {
    spec: WorkloadSpec,
    zipf: Zipf,
    /// One guest and one joining in so many events; none at all if 0.
    merge_every: u64,
    next: u64,
}

/// Begins a workload.
///
/// ```
/// let mut all = demo::workload(demo::WorkloadSpec { events: 3, ..Default::default() });
/// let mut lines = Vec::new();
/// while all.write_next(&mut lines) {}
/// assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 3);
/// ```
#[must_use]
pub fn workload(spec: WorkloadSpec) -> Workload {
    let zipf = Zipf::new(spec.customers, spec.zipf_exponent);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
    let merge_every = if spec.merge_share > 0.0 { (1.0 / spec.merge_share).max(2.0) as u64 } else { 0 };
    Workload { spec, zipf, merge_every, next: 0 }
}

impl Workload {
    /// Appends the next event and a line feed; false when all are written.
    pub fn write_next(&mut self, out: &mut Vec<u8>) -> bool {
        if self.next >= self.spec.events {
            return false;
        }
        let mut rng = Rng::new(self.spec.seed, self.next.wrapping_mul(2).wrapping_add(1));
        let back = if rng.chance(self.spec.repeat_share) { 1 + rng.below(1000) } else { 0 };
        self.write(self.next.saturating_sub(back), out);
        out.push(b'\n');
        self.next += 1;
        true
    }

    /// Appends up to `lines` events; how many there were left to append.
    pub fn write_many(&mut self, lines: usize, out: &mut Vec<u8>) -> usize {
        (0..lines).take_while(|_| self.write_next(out)).count()
    }

    /// Event number n.
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let mut rng = Rng::new(self.spec.seed, n.wrapping_mul(2));
        let at_ms = self.at_ms(n, &mut rng);
        let customer = self.zipf.sample(&mut rng);
        let turn = n.checked_rem(self.merge_every);
        if turn == Some(self.merge_every / 2) {
            return self.guest(n, at_ms, out);
        }
        let source = rng.pick(&SOURCES);
        let content = if rng.chance(self.spec.originals_share) { Content::Original } else { Content::Plain };
        let kind = content.kind(&mut rng);
        let mut event = EventWriter::begin(out, source, kind, ("w", self.own(n)), at_ms);
        self.identify(customer, &mut rng, &mut event);
        if turn == Some(self.merge_every.saturating_sub(1)) {
            event.who("user_id", ("g", Some((self.own(n / self.merge_every.max(1)), 9))), "guest");
        }
        self.content(kind, &mut rng, &mut event);
        event.end();
    }

    fn at_ms(&self, n: u64, rng: &mut Rng) -> i64 {
        let share = i128::from(n) * i128::from(self.spec.span_ms) / i128::from(self.spec.events.max(1));
        let came = self.spec.start.ms().saturating_add(i64::try_from(share).unwrap_or(0));
        if rng.chance(self.spec.late_share) { came - rng.between(60_000, 3 * DAY_MS) } else { came }
    }

    /// A number that no workload of another seed has.
    const fn own(&self, n: u64) -> u64 {
        self.spec.seed << 40 | n
    }

    fn guest(&self, n: u64, at_ms: i64, out: &mut Vec<u8>) {
        let mut event = EventWriter::begin(out, "web", "page.viewed", ("w", self.own(n)), at_ms);
        event.who("user_id", ("g", Some((self.own(n / self.merge_every.max(1)), 9))), "guest");
        event.plain("page", "/");
        event.end();
    }

    /// The member number and about half of what else the customer has.
    fn identify(&self, customer: u64, rng: &mut Rng, event: &mut EventWriter<'_>) {
        event.who("member_no", ("M", Some((customer, 8))), "brand");
        let (mut has, carries) = (Rng::new(0x1d, customer), rng.next()); // of every workload alike
        let share = (self.spec.identifiers_mean - 1.0) / 4.0;
        for (place, (scheme, lead, scope)) in OTHERS.into_iter().enumerate() {
            if has.chance(share) && carries >> place & 1 == 1 {
                event.who(scheme, (lead, Some((customer, 8))), scope);
            }
        }
    }

    fn content(&self, kind: &str, rng: &mut Rng, event: &mut EventWriter<'_>) {
        let category = rng.pick(&CATEGORIES);
        match kind {
            "order.placed" => {
                event.yuan("amount", cents(rng));
                event.number("items", 1 + rng.below(4));
                event.plain("category", category);
                event.plain("channel", rng.pick(&CHANNELS));
                event.plain("store", rng.pick(&STORES));
            }
            "order.refunded" => {
                event.yuan("amount", cents(rng));
                event.plain("reason", rng.pick(&REASONS));
            }
            "cart.added" => {
                event.yuan("amount", cents(rng));
                event.plain("category", category);
            }
            "coupon.used" => {
                event.yuan("amount", 500 + 500 * rng.below(20));
                event.plain("code", "WELCOME");
            }
            "store.visited" => {
                event.plain("store", rng.pick(&STORES));
                event.number("minutes", 2 + rng.below(58));
            }
            "message.received" => self.original("text", rng, event),
            "call.ended" => {
                event.number("seconds", 20 + rng.below(900));
                event.plain("direction", "in");
                self.original("transcript", rng, event);
            }
            "complaint.received" => {
                event.plain("topic", rng.pick(&TOPICS));
                self.original("text", rng, event);
            }
            _ => {
                event.plain("page", rng.pick(&PAGES));
                event.plain("category", category);
                event.number("seconds", 1 + rng.below(240));
            }
        }
    }

    /// Sentences up to the wanted length.
    fn original(&self, name: &str, rng: &mut Rng, event: &mut EventWriter<'_>) {
        let (mut parts, mut left) = ([""; 64], self.spec.original_bytes);
        for part in &mut parts {
            let sentence = rng.pick(&SENTENCES);
            *part = sentence.get(..sentence.floor_char_boundary(left)).unwrap_or_default();
            left -= part.len();
            if part.len() < sentence.len() {
                break;
            }
        }
        event.parts(name, &parts);
    }
}

/// What else than a member number a customer can have: scheme, what comes before the number, scope.
const OTHERS: [(&str, &str, &str); 4] =
    [("phone", "168", ""), ("wechat_openid", "oW", "wx-mini"), ("user_id", "u", "app"), ("device_id", "d", "")];

const SOURCES: [&str; 5] = ["shop/app", "shop/mini", "shop/tmall", "pos", "call"];

#[derive(Clone, Copy)]
enum Content {
    Original,
    Plain,
}

impl Content {
    fn kind(self, rng: &mut Rng) -> &'static str {
        let (kinds, weights): (&[&str], &[u32]) = match self {
            Self::Original => (&["message.received", "call.ended", "complaint.received"], &[60, 30, 10]),
            Self::Plain => (
                &["page.viewed", "order.placed", "cart.added", "store.visited", "coupon.used", "order.refunded"],
                &[45, 20, 15, 10, 6, 4],
            ),
        };
        kinds.get(rng.weighted(weights)).copied().unwrap_or("page.viewed")
    }
}

/// From about 20 to 3,000 yuan, most near 200; without a logarithm.
fn cents(rng: &mut Rng) -> u64 {
    let word = mix(rng.next());
    (2000 + word % 3000) << (word >> 60).count_ones() << (word >> 56 & 3).count_ones()
}
