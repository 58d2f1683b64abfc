//! Something that a customer does, and how it is told as a CloudEvent.

use crate::person::{Channel, Person, Role};
use crate::rng::Rng;
use crate::words::calls::CALLS;
use crate::words::complaints::{COMPLAINTS, Complaint};
use crate::words::goods::{CATEGORIES, PRODUCTS, Product};
use crate::words::messages::{MESSAGES, REVIEWS};
use crate::words::names::{STORES, Store};
use crate::words::{Blanks, fill};
use crate::write::EventWriter;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Becomes a member, or in a split life a stranger with an account.
    Signed,
    /// Ties a further channel to the membership.
    Bound,
    /// Ties the two halves of a split life.
    Joined,
    Consent,
    Page,
    Cart,
    Order,
    Coupon,
    Refund,
    Visit,
    Message,
    Call,
    Complaint,
    TicketOpen,
    TicketClose,
    Survey,
    MailOpened,
    MailClicked,
    Device,
}

/// Something that a customer does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Happening {
    /// When.
    pub(crate) at_ms: i64,
    /// When the company hears of it.
    pub(crate) came_ms: i64,
    /// Who.
    pub(crate) person: u32,
    pub(crate) what: What,
    pub(crate) channel: Channel,
    pub(crate) cents: u64,
    /// The order it belongs to; 0 if none.
    pub(crate) order: u64,
    /// Decides the details.
    pub(crate) roll: u64,
    /// Its number under its id's prefix.
    pub(crate) number: u64,
}

/// The scopes of identifiers that are unique beyond their source.
const BRAND: &str = "yunhe";
/// Where most messages come in.
const OFFICIAL_ACCOUNT: &str = "wechat/mp";
const MINI_APP: &str = "wx-yunhe-mini";

impl Happening {
    /// As a CloudEvent, its id beginning with `prefix`.
    pub(crate) fn write(&self, person: &Person, prefix: &str, out: &mut Vec<u8>) {
        let mut rng = Rng::new(self.roll, 1);
        let source = self.source(&mut rng);
        let mut event = EventWriter::begin(out, source, self.kind(), (prefix, self.number), self.at_ms);
        if source == OFFICIAL_ACCOUNT {
            event.who("wechat_openid", (&person.openid_official, None), "wx-yunhe-mp");
            event.who("wechat_unionid", (&person.unionid, None), "");
        } else {
            self.identify(person, &mut rng, &mut event);
        }
        if self.order > 0 {
            event.who("order_no", (prefix, Some((self.order, 10))), BRAND);
        }
        self.content(person, &mut rng, &mut event);
        event.end();
    }

    fn source(&self, rng: &mut Rng) -> &'static str {
        match self.what {
            What::TicketOpen | What::TicketClose => "desk",
            What::Survey => "survey",
            What::MailOpened | What::MailClicked => "mail",
            What::Device => "iot",
            What::Message if self.channel == Channel::Mini && rng.chance(0.7) => OFFICIAL_ACCOUNT,
            _ => self.channel.source(),
        }
    }

    fn kind(&self) -> &'static str {
        match self.what {
            What::Signed | What::Bound | What::Joined => "customer.identified",
            What::Consent => "consent.given",
            What::Page => "page.viewed",
            What::Cart => "cart.added",
            What::Order => "order.placed",
            What::Coupon => "coupon.used",
            What::Refund => "order.refunded",
            What::Visit => "store.visited",
            What::Message => "message.received",
            What::Call => "call.ended",
            What::Complaint => "complaint.received",
            What::TicketOpen => "ticket.opened",
            What::TicketClose => "ticket.closed",
            What::Survey => "survey.answered",
            What::MailOpened => "email.opened",
            What::MailClicked => "email.clicked",
            What::Device => "device.reading",
        }
    }

    fn identify(&self, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
        match self.what {
            What::MailOpened | What::MailClicked => {
                return event.who("email", (&person.email, None), "");
            }
            What::Device => {
                event.who("device_id", ("YH-D", Some((person.number, 7))), "");
                return member(person, event);
            }
            _ => in_channel(self.channel, person, rng, event),
        }
        let is_membership = matches!(self.what, What::Signed | What::Bound | What::Joined);
        if is_membership && person.is_joined(self.at_ms) {
            member(person, event);
            if self.what == What::Joined {
                in_channel(Channel::App, person, rng, event);
            }
            if person.role != Role::Hub {
                event.who("phone", (&person.phone, None), "");
            }
            if self.what == What::Signed && !person.email.is_empty() {
                event.who("email", (&person.email, None), "");
            }
        } else if person.is_joined(self.at_ms) && (self.channel == Channel::Pos || rng.chance(0.25)) {
            member(person, event);
        }
    }

    fn content(&self, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
        match self.what {
            What::Signed | What::Joined => self.profile(person, event),
            What::Bound => event.plain("city", person.city.name),
            What::Consent => {
                event.plain("purpose", rng.pick(&["营销短信", "会员服务", "个性化推荐"]));
            }
            What::Page => self.page(person, rng, event),
            What::Cart | What::Order => self.basket(person, rng, event),
            What::Coupon => {
                event.yuan("amount", self.cents);
                event.plain("code", rng.pick(&["新人礼", "会员日", "满300减40", "生日券"]));
            }
            What::Refund => {
                event.yuan("amount", self.cents);
                event.plain("reason", rng.pick(&["不想要了", "质量问题", "发错货", "尺寸不合适", "买重了"]));
            }
            What::Visit => {
                event.plain("store", person.store.code);
                event.number("minutes", 4 + rng.below(50));
            }
            _ => self.talk(person, rng, event),
        }
    }

    fn profile(&self, person: &Person, event: &mut EventWriter<'_>) {
        if person.is_joined(self.at_ms) {
            event.plain("name", &person.name);
            event.plain("gender", if person.is_woman { "女" } else { "男" });
            event.plain("birthday", &person.birthday);
            event.plain("address", &person.address);
            event.plain("tier", person.tier);
        }
        event.plain("city", person.city.name);
    }

    fn page(&self, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
        let product = product(person, rng);
        event.plain("page", rng.pick(&["/", "/search", "/item", "/item", "/item", "/cart", "/member", "/coupon"]));
        event.plain("category", category(product));
        event.number("seconds", 3 + rng.below(180));
    }

    fn basket(&self, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
        event.yuan("amount", self.cents);
        if self.what == What::Order {
            event.number("items", 1 + u64::try_from(rng.weighted(&[55, 25, 12, 8])).unwrap_or(0));
            event.plain("channel", self.channel.label());
            if self.channel == Channel::Pos {
                event.plain("store", shop(person, rng).code);
            }
        }
        event.plain("category", category(product(person, rng)));
    }

    fn talk(&self, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
        let (product, store) = (product(person, rng), shop(person, rng));
        let address = person.address_form();
        let blanks = Blanks { product: product.name, city: person.city.name, store: store.name, address: &address };
        match self.what {
            What::Message => {
                let (mood, text) = rng.pick(&MESSAGES);
                event.plain("channel", self.channel.label());
                event.plain("mood", mood);
                event.text("text", &fill(text, &blanks));
            }
            What::Call => {
                let call = rng.pick(&CALLS);
                event.number("seconds", 40 + rng.below(560));
                event.plain("direction", call.direction);
                event.plain("mood", call.mood);
                event.text("transcript", &fill(call.lines, &blanks));
            }
            What::Complaint => {
                let complaint = self.complaint();
                event.plain("topic", complaint.topic);
                event.plain("severity", complaint.severity);
                event.text("text", &fill(complaint.text, &blanks));
            }
            What::Survey => {
                let place = rng.weighted(&[62, 24, 14]);
                let reviews = REVIEWS.chunks(6).nth(place).unwrap_or_default();
                let score = [9, 6, 2].get(place).copied().unwrap_or(9) + rng.below(2);
                event.number("score", score);
                event.text("text", &fill(rng.pick(reviews).1, &blanks));
            }
            _ => self.service(product, rng, event),
        }
    }

    /// What is complained about: the same in the complaint and in the ticket that it becomes.
    fn complaint(&self) -> Complaint {
        Rng::new(if self.order > 0 { self.order } else { self.roll }, 3).pick(&COMPLAINTS)
    }

    fn service(&self, product: Product, rng: &mut Rng, event: &mut EventWriter<'_>) {
        match self.what {
            What::TicketOpen | What::TicketClose => {
                let complaint = self.complaint();
                event.plain("category", complaint.topic);
                event.plain("priority", if complaint.severity == "严重" { "高" } else { "中" });
                if self.what == What::TicketClose {
                    event.number("hours", self.cents);
                    event.number("satisfaction", 1 + u64::try_from(rng.weighted(&[5, 8, 17, 40, 30])).unwrap_or(3));
                } else {
                    event.parts("subject", &[product.name, "的售后问题"]);
                }
            }
            What::MailOpened | What::MailClicked => {
                event.plain("campaign", Rng::new(self.cents, 4).pick(&["会员日", "新品周", "换季焕新", "生日礼"]));
            }
            _ => {
                event.plain("metric", rng.pick(&["电池健康", "滤芯剩余", "使用时长"]));
                event.number("value", self.cents);
            }
        }
    }
}

/// What one is known by in a channel.
fn in_channel(channel: Channel, person: &Person, rng: &mut Rng, event: &mut EventWriter<'_>) {
    let number = person.number;
    match channel {
        Channel::Pos => event.who("pos_no", ("P", Some((number, 8))), "pos"),
        Channel::App => {
            event.who("user_id", ("u", Some((number, 8))), "app");
            if rng.chance(0.5) {
                event.who("device_id", ("A-", Some((number.wrapping_mul(2_654_435_761) % 1_000_000_000, 9))), "");
            }
        }
        Channel::Mini => {
            event.who("wechat_openid", (&person.openid, None), MINI_APP);
            event.who("wechat_unionid", (&person.unionid, None), "");
        }
        Channel::Tmall => event.who("user_id", ("tb", Some((number, 8))), "shop/tmall"),
        Channel::Call => {
            event.who("phone", (&person.phone, None), "");
            event.who("call_uuid", ("c", Some((rng.next() % 1_000_000_000_000, 12))), "call");
        }
    }
}

fn member(person: &Person, event: &mut EventWriter<'_>) {
    event.who("member_no", ("M", Some((person.number, 6))), BRAND);
    if person.role == Role::Hub {
        event.who("phone", (&person.phone, None), "");
    }
}

/// A product, most often of the favourite category.
fn product(person: &Person, rng: &mut Rng) -> Product {
    let first = rng.pick(&PRODUCTS);
    if first.category == person.favourite || !rng.chance(0.6) {
        return first;
    }
    let favourites: Vec<Product> =
        PRODUCTS.iter().filter(|product| product.category == person.favourite).copied().collect();
    rng.pick(&favourites)
}

fn category(product: Product) -> &'static str {
    CATEGORIES.get(product.category).copied().unwrap_or("家居")
}

/// The home shop, now and then another.
fn shop(person: &Person, rng: &mut Rng) -> Store {
    if rng.chance(0.9) { person.store } else { rng.pick(&STORES) }
}

/// What a basket comes to, in cents.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "prices are small, and a cast from float saturates"
)]
pub(crate) fn price(person: &Person, rng: &mut Rng) -> u64 {
    let product = product(person, rng);
    let yuan = rng.between(product.low, product.high) as f64 * person.spend;
    let pieces = if yuan < 200.0 { 1 + rng.below(3) } else { 1 };
    let whole = ((yuan as u64) / 10 * 10 + 9).max(19) * pieces;
    whole * 100 + rng.pick(&[0, 0, 0, 90, 50])
}
