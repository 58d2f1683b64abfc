//! A customer of the demo company: who they are, how they are known, how they shop.

use base::DAY_MS;

use crate::rng::{Rng, mix};
use crate::words::names::{CITIES, City, MEN, MEN_SECOND, ROADS, SOON, STORES, SURNAMES, Store, WOMEN, WOMEN_SECOND};

/// Where a customer meets the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Pos,
    App,
    Mini,
    Tmall,
    Call,
}

impl Channel {
    pub(crate) const ALL: [Self; 5] = [Self::Pos, Self::App, Self::Mini, Self::Tmall, Self::Call];

    /// The source of its events.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Pos => "pos",
            Self::App => "app",
            Self::Mini => "wechat/mini",
            Self::Tmall => "shop/tmall",
            Self::Call => "call",
        }
    }

    /// As people call it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Pos => "门店",
            Self::App => "App",
            Self::Mini => "小程序",
            Self::Tmall => "天猫",
            Self::Call => "电话",
        }
    }
}

/// What part a customer plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// No special one.
    Usual,
    /// Has bought three times or more within the last 30 days, for more than 500 yuan on average.
    Star,
    /// Is about to.
    Soon,
    /// Was signed up in a shop under the shop's own phone.
    Hub,
    /// Is known in the app and in WeChat apart, until one event names both.
    Split {
        /// When that is.
        joined_ms: i64,
    },
}

/// A customer.
pub(crate) struct Person {
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) is_woman: bool,
    pub(crate) birthday: String,
    pub(crate) city: City,
    pub(crate) address: String,
    pub(crate) store: Store,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) unionid: String,
    pub(crate) openid: String,
    /// In the company's official account, which is another app.
    pub(crate) openid_official: String,
    pub(crate) tier: &'static str,
    pub(crate) role: Role,
    /// By the place of the channel; 0 where it is not used.
    pub(crate) uses: [u32; 5],
    /// When the company first meets them.
    pub(crate) since_ms: i64,
    /// Days between orders, on average.
    pub(crate) gap_days: f64,
    /// How much dearer than others they buy.
    pub(crate) spend: f64,
    /// How often they write, call and complain; 1 is usual.
    pub(crate) talkative: f64,
    pub(crate) favourite: usize,
    pub(crate) has_device: bool,
}

/// How many are about to buy again.
pub(crate) const SOON_COUNT: u64 = SOON.len() as u64;
const HUBS: u64 = 4;
const HUB_MEMBERS: u64 = 9;
const HUB_FROM: u64 = 10;

impl Person {
    /// The customer of this number, in a company whose history begins at `from_ms` and ends at `now_ms`.
    pub(crate) fn new(seed: u64, number: u64, from_ms: i64, now_ms: i64) -> Self {
        let mut rng = Rng::new(seed, number);
        let role = role(number, &mut rng, from_ms, now_ms);
        let (name, is_woman) = name(number, &mut rng);
        let store = home(role, number, &mut rng);
        let city = CITIES.get(store.city).copied().unwrap_or_default();
        let is_new = role == Role::Usual && rng.chance(0.3);
        let months = if is_new { 150 } else { 12 };
        let (gap_days, tier) = habit(&mut rng);
        Self {
            number,
            name,
            is_woman,
            birthday: format!("{}-{:02}-{:02}", rng.between(1962, 2004), rng.between(1, 12), rng.between(1, 28)),
            city,
            address: address(city, &mut rng),
            store,
            phone: phone(role, number, seed),
            email: if rng.chance(0.35) { format!("user{number}@example.com") } else { String::new() },
            unionid: token("oU", seed ^ 1, number),
            openid: token("oM", seed ^ 2, number),
            openid_official: token("oG", seed ^ 4, number),
            tier,
            role,
            uses: channels(role, &mut rng),
            since_ms: from_ms + rng.between(0, months * DAY_MS),
            gap_days,
            spend: rng.factor(1.35),
            talkative: rng.factor(2.0),
            favourite: rng.weighted(&[34, 20, 22, 13, 11]),
            has_device: rng.chance(0.06),
        }
    }

    /// Whether app and WeChat are known to be one person.
    pub(crate) fn is_joined(&self, at_ms: i64) -> bool {
        !matches!(self.role, Role::Split { joined_ms } if at_ms < joined_ms)
    }

    /// How a clerk says it.
    pub(crate) fn address_form(&self) -> String {
        let surname: String = self.name.chars().take(if self.name.starts_with("欧阳") { 2 } else { 1 }).collect();
        format!("{surname}{}", if self.is_woman { "女士" } else { "先生" })
    }

    /// One of the channels used, by how much.
    pub(crate) fn channel(&self, rng: &mut Rng) -> Channel {
        Channel::ALL.get(rng.weighted(&self.uses)).copied().unwrap_or(Channel::Pos)
    }

    /// One of the channels with a screen; none if only shops are used.
    pub(crate) fn screen(&self, rng: &mut Rng) -> Option<Channel> {
        let [_, app, mini, tmall, _] = self.uses;
        let screens = [0, app, mini, tmall, 0];
        let has_one = screens.iter().any(|weight| *weight > 0);
        has_one.then(|| Channel::ALL.get(rng.weighted(&screens)).copied()).flatten()
    }

    /// Whether a channel is used.
    pub(crate) fn is_in(&self, channel: Channel) -> bool {
        let place = Channel::ALL.iter().position(|known| *known == channel);
        place.and_then(|place| self.uses.get(place)).is_some_and(|weight| *weight > 0)
    }
}

fn role(number: u64, rng: &mut Rng, from_ms: i64, now_ms: i64) -> Role {
    if number < SOON_COUNT {
        return Role::Soon;
    }
    if (HUB_FROM..HUB_FROM + HUBS * HUB_MEMBERS).contains(&number) {
        return Role::Hub;
    }
    match number % 50 {
        49 => Role::Star,
        rest if rest % 9 == 8 => {
            let late = now_ms - 2 * DAY_MS;
            Role::Split { joined_ms: rng.between((from_ms + 40 * DAY_MS).min(late), late) }
        }
        _ => Role::Usual,
    }
}

fn name(number: u64, rng: &mut Rng) -> (String, bool) {
    let given = usize::try_from(number).ok().and_then(|place| SOON.get(place));
    if let Some((name, is_woman)) = given {
        return ((*name).to_owned(), *is_woman);
    }
    let is_woman = rng.chance(0.62);
    // The square makes the first surnames the commonest.
    let place = rng.below(SURNAMES.len() as u64) * rng.below(SURNAMES.len() as u64) / SURNAMES.len() as u64;
    let surname = usize::try_from(place).ok().and_then(|place| SURNAMES.get(place)).copied().unwrap_or("王");
    let (first, second) = if is_woman { (&WOMEN, &WOMEN_SECOND) } else { (&MEN, &MEN_SECOND) };
    let first = rng.pick(first);
    let second = if rng.chance(0.82) { rng.pick(second) } else { "" };
    (format!("{surname}{first}{second}"), is_woman)
}

fn home(role: Role, number: u64, rng: &mut Rng) -> Store {
    if role == Role::Hub {
        let hub = usize::try_from((number - HUB_FROM) / HUB_MEMBERS).unwrap_or(0);
        return STORES.get(hub * 3).copied().unwrap_or_default();
    }
    let weights = [12, 10, 11, 8, 11, 9, 8, 7, 5, 6, 5, 4, 2, 2];
    STORES.get(rng.weighted(&weights)).copied().unwrap_or_default()
}

/// Days between orders and the tier that goes with it.
fn habit(rng: &mut Rng) -> (f64, &'static str) {
    let (low, high, tier) = match rng.weighted(&[8, 14, 45, 33]) {
        0 => (12, 20, "铂金"),
        1 => (20, 35, "黄金"),
        2 => (38, 75, "银卡"),
        _ => (90, 180, "普通"),
    };
    #[expect(clippy::cast_precision_loss, reason = "days are small numbers")]
    let days = rng.between(low, high) as f64;
    (days, tier)
}

fn address(city: City, rng: &mut Rng) -> String {
    let (district, road) = (rng.pick(&city.districts), rng.pick(&ROADS));
    let (house, block, flat) = (rng.between(1, 980), rng.between(1, 18), rng.between(1, 28) * 100 + rng.between(1, 4));
    format!("{}市{district}{road}{house}号{block}幢{flat}室", city.name)
}

/// From ranges that no operator has, so that nobody's phone rings; a hub's is its shop's.
fn phone(role: Role, number: u64, seed: u64) -> String {
    if role == Role::Hub {
        return format!("1690000{:04}", (number - HUB_FROM) / HUB_MEMBERS);
    }
    const PREFIXES: [&str; 6] = ["154", "160", "161", "163", "164", "168"];
    let prefix = usize::try_from(number % 6).ok().and_then(|place| PREFIXES.get(place)).copied();
    // An odd factor keeps numbers apart: no two customers share one.
    let digits = number.wrapping_mul(7_919_137).wrapping_add(seed % 100_000_000) % 100_000_000;
    format!("{}{digits:08}", prefix.unwrap_or("168"))
}

fn token(lead: &str, seed: u64, number: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let base = mix(mix(seed) ^ number);
    let words = [mix(base), mix(base ^ 1)];
    let letters = words.iter().flat_map(|word| (0..10).map(move |place| (word >> (place * 6)) & 63));
    let text = letters.filter_map(|place| LETTERS.get(usize::try_from(place).ok()?).copied().map(char::from));
    lead.chars().chain(text).collect()
}

fn channels(role: Role, rng: &mut Rng) -> [u32; 5] {
    match role {
        Role::Hub => return [1, 0, 0, 0, 0],
        Role::Split { .. } => return [0, 5, 5, 0, 0],
        _ => {}
    }
    let mut uses = [0; 5];
    for (weight, (share, most)) in uses.iter_mut().zip([(0.62, 9), (0.42, 8), (0.66, 9), (0.34, 6)]) {
        if rng.chance(share) {
            *weight = u32::try_from(rng.between(2, most)).unwrap_or(2);
        }
    }
    if uses == [0; 5] { [0, 0, 5, 0, 0] } else { uses }
}
