//! The normal form of each identifier, so that the same handle written two ways is one.

use domain::identifier::Reach;
use domain::{Identifier, IncomingIdentifier, Rejection, Scheme};

/// The longest value, in characters.
pub const MAX_VALUE: usize = 256;

/// Brings an identifier to normal form and gives it its scope.
///
/// `source` is the event's source, the scope of identifiers that only it knows.
///
/// # Errors
/// A value that is empty, too long or not of its scheme's shape; the value itself is never quoted.
pub fn identifier(incoming: &IncomingIdentifier<'_>, source: &str) -> Result<Identifier, Rejection> {
    let scheme = Scheme::named(&incoming.scheme);
    let value = value(&scheme, incoming.value.trim())?;
    let scope = match (&incoming.scope, scheme.reach()) {
        (_, Reach::World) => String::new(),
        (Some(scope), _) => scope.trim().to_owned(),
        (None, _) => source.to_owned(),
    };
    if scope.chars().count() > MAX_VALUE {
        return Err(Rejection::too_large("data.who.scope", MAX_VALUE));
    }
    if scope.chars().any(char::is_control) {
        return Err(unprintable("data.who.scope"));
    }
    Ok(Identifier { scheme, scope, value })
}

fn value(scheme: &Scheme, value: &str) -> Result<String, Rejection> {
    if value.is_empty() {
        return Err(Rejection::missing("data.who.value"));
    }
    if value.chars().count() > MAX_VALUE {
        return Err(Rejection::too_large("data.who.value", MAX_VALUE));
    }
    if value.chars().any(char::is_control) {
        return Err(unprintable("data.who.value"));
    }
    match scheme.name() {
        "phone" => phone(value),
        "email" => email(value),
        "id_card" => id_card(value),
        "wifi_mac" => Ok(value.to_ascii_lowercase().replace('-', ":")),
        "plate_no" => Ok(value.to_uppercase().replace([' ', '·', '-'], "")),
        _ => Ok(value.to_owned()),
    }
}

/// Nobody can see such a value or type it in again.
fn unprintable(field: &str) -> Rejection {
    Rejection::invalid(field, "含有控制字符", "it has control characters")
}

fn half_width(letter: char) -> char {
    let code = u32::from(letter);
    if (0xff01..=0xff5e).contains(&code) { char::from_u32(code - 0xfee0).unwrap_or(letter) } else { letter }
}

/// E.164; a number without a country code is Chinese.
fn phone(value: &str) -> Result<String, Rejection> {
    let text: String = value.chars().map(half_width).filter(|c| !" -().\u{a0}".contains(*c)).collect();
    let bad = || Rejection::invalid("data.who.value", "不是电话号码", "not a phone number");
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).map(str::to_owned);
    let digits = digits.unwrap_or_else(|| national(&text));
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(format!("+{digits}")) } else { Err(bad()) }
}

fn national(text: &str) -> String {
    if text.len() == 13 && text.starts_with("86") {
        return text.to_owned();
    }
    format!("86{}", text.strip_prefix('0').unwrap_or(text))
}

fn email(value: &str) -> Result<String, Rejection> {
    let text: String = value.chars().map(half_width).collect::<String>().to_lowercase();
    let fits = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    });
    if fits {
        Ok(text)
    } else {
        Err(Rejection::invalid("data.who.value", "不是邮箱地址", "not an e-mail address"))
    }
}

/// Eighteen characters whose last is the check digit of GB 11643 (ISO 7064 MOD 11-2).
fn id_card(value: &str) -> Result<String, Rejection> {
    const CHECKS: &[u8] = b"10X98765432";
    let text = value.to_ascii_uppercase();
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = text.get(..17).filter(|body| text.len() == 18 && body.bytes().all(|b| b.is_ascii_digit()));
    let sum =
        body.map(|body| body.bytes().zip(weights).map(|(b, weight)| usize::from(b - b'0') * weight).sum::<usize>());
    let check = sum.and_then(|sum| CHECKS.get(sum % 11));
    if check.is_some_and(|check| text.as_bytes().last() == Some(check)) {
        Ok(text)
    } else {
        Err(Rejection::invalid("data.who.value", "身份证号校验不通过", "not a valid resident ID number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(scheme: &str, value: &str) -> Option<String> {
        super::value(&Scheme::named(scheme), value).ok()
    }

    #[test]
    fn one_phone_has_one_form() {
        for text in ["13800138000", "+86 138-0013-8000", "0086 13800138000", "8613800138000", "１３８００１３８０００"]
        {
            assert_eq!(read("phone", text).as_deref(), Some("+8613800138000"), "{text}");
        }
        assert_eq!(read("phone", "021-6123 4567").as_deref(), Some("+862161234567"));
        assert_eq!(read("phone", "+1 415 555 0100").as_deref(), Some("+14155550100"));
        assert_eq!(read("phone", "call me"), None);
    }

    #[test]
    fn addresses_fold_case_and_ids_are_checked() {
        assert_eq!(read("email", "Li.Lei@Example.COM").as_deref(), Some("li.lei@example.com"));
        assert_eq!(read("email", "li lei@example.com"), None);
        assert_eq!(read("id_card", "11010519491231002x").as_deref(), Some("11010519491231002X"));
        assert_eq!(read("id_card", "110105194912310021"), None);
        assert_eq!(read("member_no", "a\0b"), None);
    }

    #[test]
    fn scope_defaults_to_the_source_unless_the_value_is_known_everywhere() {
        let incoming = |scheme: &'static str| IncomingIdentifier {
            scheme: scheme.into(),
            value: "13800138000".into(),
            scope: None,
        };
        assert_eq!(identifier(&incoming("member_no"), "shop").map(|id| id.scope).as_deref(), Ok("shop"));
        assert_eq!(identifier(&incoming("phone"), "shop").map(|id| id.scope).as_deref(), Ok(""));
    }
}
