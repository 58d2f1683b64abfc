//! One cell: from bytes to text, from text to a value.

use base::{Decimal, TimeZone, Timestamp};
use csv::ByteRecord;
use domain::{IncomingValue, Rejection, RejectionCode};
use encoding_rs::GB18030;
use jiff::civil::Time;
use jiff::fmt::strtime::BrokenDownTime;

use super::mapping::{Encoding, ValueType};
use crate::{fault, instant, limits};

/// Every cell as text.
pub(super) fn all(record: &ByteRecord, encoding: Encoding) -> Result<Vec<String>, Rejection> {
    record.iter().map(|cell| text(cell, encoding)).collect()
}

/// A cell as text, without the blanks around it. Delimiters and quotes are no part of any GBK character,
/// so cells can be decoded one by one.
fn text(cell: &[u8], encoding: Encoding) -> Result<String, Rejection> {
    let text = match encoding {
        Encoding::Utf8 => std::str::from_utf8(cell).ok().map(|text| text.trim().to_owned()),
        Encoding::Gbk => {
            GB18030.decode_without_bom_handling_and_without_replacement(cell).map(|text| text.trim().to_owned())
        }
    };
    text.ok_or_else(|| match encoding {
        Encoding::Utf8 => wrong_encoding("UTF-8"),
        Encoding::Gbk => wrong_encoding("GBK"),
    })
}

fn wrong_encoding(name: &str) -> Rejection {
    let zh = format!("不是 {name} 编码；请在映射的 format.encoding 中改正");
    let en = format!("not {name}; set format.encoding in the mapping");
    Rejection::new(RejectionCode::Syntax, "file", zh, en)
}

/// A cell as a value of a type other than money.
pub(super) fn value(field: &str, text: String, value_type: ValueType) -> Result<IncomingValue<'static>, Rejection> {
    Ok(match value_type {
        ValueType::Text if text.len() > limits::FIELD_BYTES => {
            return Err(Rejection::too_large(field, limits::FIELD_BYTES));
        }
        ValueType::Text => IncomingValue::Text(text.into()),
        ValueType::Number | ValueType::Money => IncomingValue::Number(number(field, &text)?.into()),
        ValueType::Bool => IncomingValue::Bool(boolean(field, &text)?),
    })
}

/// A number without the commas between thousands and the sign of a currency before it.
pub(super) fn number(field: &str, text: &str) -> Result<String, Rejection> {
    let plain = text.trim_start_matches(['¥', '￥', '$']).trim_start().replace([',', '，'], "");
    match plain.trim_start_matches('+').parse::<Decimal>() {
        Ok(number) => Ok(number.to_string()),
        Err(_) => Err(Rejection::invalid(
            field,
            "必须是数字，最多四位小数",
            "must be a number with at most four decimal places",
        )),
    }
}

fn boolean(field: &str, text: &str) -> Result<bool, Rejection> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" => Ok(true),
        "false" | "no" | "n" | "0" | "否" => Ok(false),
        _ => Err(Rejection::invalid(field, "必须是“是”或“否”", "must be true or false")),
    }
}

/// A cell as an instant, in `zone` unless it names an offset; a date alone is its midnight.
pub(super) fn time(text: &str, format: &str, zone: &TimeZone) -> Result<Timestamp, Rejection> {
    if format == "rfc3339" {
        return instant::rfc3339(text).ok_or_else(|| fault::not_instant("time"));
    }
    let wrong =
        |_| Rejection::invalid("time", "与映射的 time.format 不符", "does not match time.format of the mapping");
    let read = BrokenDownTime::parse(format, text).map_err(wrong)?;
    if let Ok(instant) = read.to_timestamp() {
        return Ok(Timestamp::from_jiff(instant));
    }
    let clock = if read.hour().is_some() { read.to_time().map_err(wrong)? } else { Time::midnight() };
    let civil = read.to_date().map_err(wrong)?.to_datetime(clock);
    zone.to_ambiguous_timestamp(civil).compatible().map(Timestamp::from_jiff).map_err(wrong)
}
