//! Step 1: what an incoming event is. Each member goes where its class allows: plain to the log, personal to the
//! profile, everything else, declared original or not declared at all, to the raw zone.

use base::{Decimal, Money, Timestamp};
use domain::{
    Class, Field, FieldId, FieldType, Identifier, Incoming, IncomingValue, Kind, KindId, Kinds, Rejection,
    RejectionCode, Value,
};
use store::log::Part;
use vault::SealBody;

use crate::secrets::Secrets;

/// How far ahead of the clock an event's time may be, in milliseconds.
pub const FUTURE_LIMIT_MS: i64 = 10 * 60 * 1000;
/// The longest plain or personal text, in characters.
pub const TEXT_LIMIT: usize = 1024;
/// 1900-01-01.
const EARLIEST: Timestamp = Timestamp::from_ms(-2_208_988_800_000);

/// What kind an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindName {
    /// A declared one.
    Known(KindId),
    /// One nobody declared: all its members are originals.
    New(String),
}

/// An original on its way to the raw zone.
#[derive(Clone)]
pub struct Original {
    /// What it is of its event.
    pub part: Part,
    /// Its media type.
    pub media_type: String,
    /// A file's name.
    pub name: Option<String>,
    /// Its bytes, or the hash under which they were uploaded.
    pub body: SealBody,
}

/// An event whose every member has its place.
#[derive(Clone)]
pub struct Recognised {
    /// Its source.
    pub source: String,
    /// The keyed digest of source and id.
    pub digest: [u8; 16],
    /// Its kind.
    pub kind: KindName,
    /// When it happened.
    pub time: Timestamp,
    /// Whether it is history: tags follow, effects don't.
    pub history: bool,
    /// Its identifiers with their hashes, strongest first.
    pub who: Vec<(Identifier, [u8; 16])>,
    /// Plain values.
    pub plain: Vec<(FieldId, Value)>,
    /// Personal values.
    pub personal: Vec<(FieldId, Value)>,
    /// Originals.
    pub originals: Vec<Original>,
}

/// What recognising needs to know.
pub struct Recogniser<'r> {
    /// The declared kinds.
    pub kinds: &'r Kinds,
    /// The keys.
    pub secrets: &'r Secrets,
    /// The present instant.
    pub now: Timestamp,
    /// Whether what comes is history.
    pub history: bool,
}

impl Recogniser<'_> {
    /// Recognises one event.
    ///
    /// # Errors
    /// What is wrong, and where; never the value.
    pub fn recognise(&self, incoming: &Incoming<'_>) -> Result<Recognised, Rejection> {
        let kind = self.kinds.by_name(&incoming.kind);
        let mut event = Recognised {
            source: incoming.source.clone().into_owned(),
            digest: self.secrets.digest(&incoming.source, &incoming.id),
            kind: kind
                .map_or_else(|| KindName::New(incoming.kind.clone().into_owned()), |kind| KindName::Known(kind.id)),
            time: self.time(incoming.time)?,
            history: self.history,
            who: self.who(incoming)?,
            plain: Vec::new(),
            personal: Vec::new(),
            originals: Vec::new(),
        };
        let undeclared = event.fields(kind, &incoming.fields)?;
        if !undeclared.is_empty() {
            let body = SealBody::Bytes(serde_json::to_vec(&undeclared).unwrap_or_default());
            let media_type = "application/json".to_owned();
            event.originals.push(Original { part: Part::Undeclared, media_type, name: None, body });
        }
        event.attachments(incoming)?;
        Ok(event)
    }

    fn time(&self, time: Option<Timestamp>) -> Result<Timestamp, Rejection> {
        let time = time.unwrap_or(self.now);
        if time > self.now.plus_ms(FUTURE_LIMIT_MS) {
            let (zh, en) = ("时间在未来，请检查时区", "the time lies in the future; check its zone");
            return Err(Rejection::new(RejectionCode::Future, "time", zh, en));
        }
        if time < EARLIEST {
            return Err(Rejection::invalid("time", "早于 1900 年", "it lies before the year 1900"));
        }
        Ok(time)
    }

    fn who(&self, incoming: &Incoming<'_>) -> Result<Vec<(Identifier, [u8; 16])>, Rejection> {
        let read = |raw| {
            let identifier = identity::normal::identifier(raw, &incoming.source)?;
            let hash = self.secrets.identity(&identifier);
            Ok((identifier, hash))
        };
        let mut who = incoming.who.iter().map(read).collect::<Result<Vec<_>, Rejection>>()?;
        who.sort_by(|(a, _), (b, _)| (a.scheme.rank(), a).cmp(&(b.scheme.rank(), b)));
        who.dedup_by(|(_, a), (_, b)| a == b);
        Ok(who)
    }
}

impl Recognised {
    /// The name of its kind, if nobody had declared it.
    pub(crate) fn new_kind(&self) -> Option<&str> {
        match &self.kind {
            KindName::New(name) => Some(name),
            KindName::Known(_) => None,
        }
    }

    /// Sorts the members of `data` to their places; what nobody declared comes back as JSON.
    fn fields(
        &mut self,
        kind: Option<&Kind>,
        fields: &[(std::borrow::Cow<'_, str>, IncomingValue<'_>)],
    ) -> Result<serde_json::Map<String, serde_json::Value>, Rejection> {
        let mut undeclared = serde_json::Map::new();
        for (name, value) in fields {
            match kind.and_then(|kind| kind.field_id(name)) {
                _ if *value == IncomingValue::Null => {}
                Some((id, field)) => self.field(id, field, value)?,
                None => {
                    undeclared.insert(name.clone().into_owned(), json(value));
                }
            }
        }
        Ok(undeclared)
    }

    fn field(&mut self, id: FieldId, field: &Field, value: &IncomingValue<'_>) -> Result<(), Rejection> {
        let is_original = field.class == Class::Original || field.class == Class::Personal && self.who.is_empty();
        if is_original {
            let body = SealBody::Bytes(original_bytes(value));
            let media_type = "text/plain; charset=utf-8".to_owned();
            self.originals.push(Original { part: Part::Field(id), media_type, name: None, body });
            return Ok(());
        }
        let value = typed(field, value)?;
        let place = if field.class == Class::Plain { &mut self.plain } else { &mut self.personal };
        place.push((id, value));
        Ok(())
    }

    fn attachments(&mut self, incoming: &Incoming<'_>) -> Result<(), Rejection> {
        for (place, attachment) in (0u16..).zip(&incoming.attachments) {
            let sha256 = hex(&attachment.sha256).ok_or_else(|| {
                Rejection::invalid("data.attachments.sha256", "应为 64 位十六进制", "64 hexadecimal digits are wanted")
            })?;
            self.originals.push(Original {
                part: Part::Attachment(place),
                media_type: attachment.media_type.clone().into_owned(),
                name: Some(attachment.name.clone().into_owned()),
                body: SealBody::Object { sha256 },
            });
        }
        Ok(())
    }
}

/// 32 bytes from 64 hexadecimal digits.
#[must_use]
pub fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn original_bytes(value: &IncomingValue<'_>) -> Vec<u8> {
    match value {
        IncomingValue::Text(text) => text.as_bytes().to_vec(),
        other => json(other).to_string().into_bytes(),
    }
}

fn json(value: &IncomingValue<'_>) -> serde_json::Value {
    match value {
        IncomingValue::Null => serde_json::Value::Null,
        IncomingValue::Bool(value) => (*value).into(),
        IncomingValue::Text(text) => text.as_ref().into(),
        IncomingValue::Number(text) | IncomingValue::Json(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| text.as_ref().into())
        }
        IncomingValue::Money(value, currency) => serde_json::json!({"value": value, "currency": currency}),
    }
}

fn typed(field: &Field, value: &IncomingValue<'_>) -> Result<Value, Rejection> {
    let name = format!("data.{}", field.name);
    let invalid = |zh: &str, en: &str| Rejection::invalid(&name, zh, en);
    match (field.field_type, value) {
        (FieldType::Text, IncomingValue::Text(text)) => text_value(&name, text),
        (FieldType::Text, IncomingValue::Number(text)) => Ok(Value::Text(text.clone().into_owned())),
        (FieldType::Text, IncomingValue::Bool(value)) => Ok(Value::Text(value.to_string())),
        (FieldType::Number, IncomingValue::Number(text) | IncomingValue::Text(text)) => {
            number(&name, text).map(Value::Number)
        }
        (FieldType::Money, IncomingValue::Money(value, currency)) => {
            let currency = currency.parse().map_err(|_| {
                Rejection::invalid(
                    &format!("{name}.currency"),
                    "应为三位大写货币代码，如 CNY",
                    "three capital letters such as CNY are wanted",
                )
            })?;
            Ok(Value::Money(Money { value: number(&format!("{name}.value"), value)?, currency }))
        }
        (FieldType::Bool, IncomingValue::Bool(value)) => Ok(Value::Bool(*value)),
        (FieldType::Time, IncomingValue::Text(text)) => {
            text.parse().map(Value::Time).map_err(|_| invalid("应为带时区的时间", "a time with its zone is wanted"))
        }
        (FieldType::Text, _) => Err(invalid("应为文本", "a text is wanted")),
        (FieldType::Number, _) => Err(invalid("应为数字", "a number is wanted")),
        (FieldType::Money, _) => Err(invalid(
            "应为 {\"value\": 金额, \"currency\": 货币}",
            "{\"value\": amount, \"currency\": code} is wanted",
        )),
        (FieldType::Bool, _) => Err(invalid("应为 true 或 false", "true or false is wanted")),
        (FieldType::Time, _) => Err(invalid("应为带时区的时间", "a time with its zone is wanted")),
    }
}

fn text_value(name: &str, text: &str) -> Result<Value, Rejection> {
    if text.len() > TEXT_LIMIT && text.chars().count() > TEXT_LIMIT {
        return Err(Rejection::too_large(name, TEXT_LIMIT));
    }
    if text.contains('\0') {
        return Err(Rejection::invalid(name, "含有空字符 U+0000", "it has the character U+0000"));
    }
    Ok(Value::Text(text.to_owned()))
}

fn number(name: &str, text: &str) -> Result<Decimal, Rejection> {
    let parsed = text.trim().parse::<Decimal>().or_else(|error| match text.trim().parse::<f64>() {
        Ok(number) if text.contains(['e', 'E']) => Decimal::from_f64(number),
        _ => Err(error),
    });
    parsed.map_err(|error| {
        let zh = match error {
            base::DecimalError::Syntax => "不是数字",
            base::DecimalError::Places => "小数超过四位",
            base::DecimalError::Range => "数字过大",
        };
        Rejection::invalid(name, zh, &error.to_string())
    })
}
