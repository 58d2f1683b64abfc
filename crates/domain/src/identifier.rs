//! Identifiers: typed handles for a person in one channel, and how much each proves.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kind of handle an identifier is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// One this crate knows; an index into the table of schemes, highest rank first.
    Known(u8),
    /// One that only its source knows; evidence, scoped to the source.
    Other(String),
}

/// Whether an identifier joins customers on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Joins on its own.
    Key,
    /// Only counts towards a match.
    Evidence,
}

/// How far an identifier's value is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    World,
    /// Within one app, which the sender names.
    App,
    /// Within its source.
    Source,
}

struct Entry {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    strength: Strength,
    reach: Reach,
}

const fn key(name: &'static str, zh: &'static str, en: &'static str, reach: Reach) -> Entry {
    Entry { name, zh, en, strength: Strength::Key, reach }
}

const fn evidence(name: &'static str, zh: &'static str, en: &'static str, reach: Reach) -> Entry {
    Entry { name, zh, en, strength: Strength::Evidence, reach }
}

/// Every known scheme. The order is the rank: an event is sealed under its first, and never changes,
/// since stored events and keys depend on it; new schemes go to the end.
const SCHEMES: [Entry; 19] = [
    key("wechat_unionid", "微信 UnionID", "WeChat UnionID", Reach::World),
    key("wechat_openid", "微信 OpenID", "WeChat OpenID", Reach::App),
    key("member_no", "会员号", "member number", Reach::Source),
    key("pos_no", "POS 会员号", "POS member number", Reach::Source),
    key("id_card", "身份证号", "resident ID", Reach::World),
    key("user_id", "用户 ID", "user ID", Reach::Source),
    key("phone", "手机号", "phone", Reach::World),
    key("email", "邮箱", "e-mail", Reach::World),
    evidence("wecom_external_userid", "企业微信外部联系人", "WeCom external user", Reach::World),
    evidence("dingtalk_userid", "钉钉用户", "DingTalk user", Reach::Source),
    evidence("device_id", "设备号", "device", Reach::World),
    evidence("cookie_id", "Cookie", "cookie", Reach::Source),
    evidence("anonymous_id", "匿名 ID", "anonymous ID", Reach::Source),
    evidence("call_uuid", "通话编号", "call ID", Reach::Source),
    evidence("order_no", "订单号", "order number", Reach::Source),
    evidence("plate_no", "车牌号", "number plate", Reach::World),
    evidence("wifi_mac", "Wi-Fi MAC", "Wi-Fi MAC", Reach::World),
    evidence("address", "地址", "address", Reach::World),
    evidence("name", "姓名", "name", Reach::World),
];

impl Scheme {
    /// The phone scheme.
    pub const PHONE: Self = Self::Known(6);
    /// The e-mail scheme.
    pub const EMAIL: Self = Self::Known(7);
    /// The name scheme.
    pub const NAME: Self = Self::Known(18);

    /// The scheme of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let place = SCHEMES.iter().position(|entry| entry.name == name);
        match place.and_then(|place| u8::try_from(place).ok()) {
            Some(place) => Self::Known(place),
            None => Self::Other(name.to_owned()),
        }
    }

    /// All known schemes, highest rank first.
    pub fn known() -> impl Iterator<Item = Self> {
        (0..SCHEMES.len()).filter_map(|place| u8::try_from(place).ok()).map(Self::Known)
    }

    fn entry(&self) -> Option<&'static Entry> {
        match self {
            Self::Known(place) => SCHEMES.get(usize::from(*place)),
            Self::Other(_) => None,
        }
    }

    /// As on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(_) => self.entry().map_or("", |entry| entry.name),
            Self::Other(name) => name,
        }
    }

    /// As people call it.
    #[must_use]
    pub fn label(&self) -> base::Text {
        match self.entry() {
            Some(entry) => base::Text::new(entry.zh, entry.en),
            None => base::Text::same(self.name()),
        }
    }

    /// Whether it joins on its own.
    #[must_use]
    pub fn strength(&self) -> Strength {
        self.entry().map_or(Strength::Evidence, |entry| entry.strength)
    }

    /// How far its values are unique when the sender gives no scope.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.entry().map_or(Reach::Source, |entry| entry.reach)
    }

    /// The place in the order of proof, from 0, the strongest.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Known(place) => *place,
            Self::Other(_) => u8::MAX,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::named(&std::borrow::Cow::<'de, str>::deserialize(from)?))
    }
}

/// A typed handle with its normalised value, unique in its scope. `Debug` hides the value.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// What kind of handle.
    pub scheme: Scheme,
    /// Where the value is unique: empty for the world, else a source or an app.
    pub scope: String,
    /// The value in normal form.
    pub value: String,
}

impl fmt::Debug for Identifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}:…", self.scheme, self.scope)
    }
}
