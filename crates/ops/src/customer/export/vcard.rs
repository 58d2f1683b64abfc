//! A contact as vCard 4.0 (RFC 6350).

/// What is known of a contact.
#[derive(Debug, Clone, Default)]
pub(super) struct Card {
    /// The customer's id.
    pub(super) id: String,
    /// When this was so, as `20260603T021500Z`.
    pub(super) revised: String,
    pub(super) name: Option<String>,
    pub(super) company: Option<String>,
    pub(super) title: Option<String>,
    pub(super) birthday: Option<String>,
    pub(super) address: Option<String>,
    pub(super) city: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) phones: Vec<String>,
    pub(super) emails: Vec<String>,
}

/// The most octets in a line, without its end (section 3.2).
const LINE: usize = 75;

/// The card as text, its lines folded and ended by CR LF.
pub(super) fn vcard(card: &Card) -> String {
    let mut lines = vec!["BEGIN:VCARD".to_owned(), "VERSION:4.0".to_owned(), "KIND:individual".to_owned()];
    lines.push("PRODID:-//Jingwei//Export 1//ZH".to_owned());
    lines.push(format!("UID;VALUE=text:{}", escaped(&card.id)));
    lines.push(format!("FN:{}", escaped(card.name.as_deref().unwrap_or(&card.id))));
    let mut add = |property: &str, value: Option<String>| lines.extend(value.map(|value| format!("{property}{value}")));
    add("ORG:", card.company.as_deref().map(escaped));
    add("TITLE:", card.title.as_deref().map(escaped));
    add("BDAY", card.birthday.as_deref().map(birthday));
    add("GENDER:", card.gender.as_deref().map(gender));
    if card.address.is_some() || card.city.is_some() {
        let part = |value: &Option<String>| value.as_deref().map(escaped).unwrap_or_default();
        add("ADR:;;", Some(format!("{};{};;;", part(&card.address), part(&card.city))));
    }
    card.phones.iter().for_each(|phone| add("TEL", Some(telephone(phone))));
    card.emails.iter().for_each(|email| add("EMAIL:", Some(escaped(email))));
    lines.push(format!("REV:{}", card.revised));
    lines.push("END:VCARD".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

/// A value as text: backslash, comma, semicolon and line ends escaped, other control characters left out (section 3.4).
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for letter in value.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ',' | ';' => text.extend(['\\', letter]),
            '\n' | '\r' => text.push_str("\\n"),
            '\t' => text.push('\t'),
            letter if letter.is_control() => {}
            letter => text.push(letter),
        }
    }
    text
}

/// A date as `20000131` (section 4.3.1), anything else as text.
fn birthday(value: &str) -> String {
    let digits: String = value.trim().split('-').collect();
    let is_date = value.trim().len() == 10 && digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_date { format!(":{digits}") } else { format!(";VALUE=text:{}", escaped(value)) }
}

/// A sex and what the person calls it (section 6.2.7).
fn gender(value: &str) -> String {
    match value.trim().to_lowercase().as_str() {
        "男" | "m" | "male" => "M".to_owned(),
        "女" | "f" | "female" => "F".to_owned(),
        _ => format!(";{}", escaped(value)),
    }
}

/// A number as a `tel` address (RFC 3966), anything else as text.
fn telephone(value: &str) -> String {
    let digits = value.strip_prefix('+').unwrap_or(value);
    let is_global =
        digits.len() < value.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_global { format!(";VALUE=uri:tel:{value}") } else { format!(";VALUE=text:{}", escaped(value)) }
}

/// A line cut so that no piece is longer than 75 octets and no character is torn; further pieces begin with a space.
fn folded(line: &str) -> String {
    let (mut text, mut used) = (String::with_capacity(line.len() + 8), 0);
    for letter in line.chars() {
        if used + letter.len_utf8() > LINE {
            text.push_str("\r\n ");
            used = 1;
        }
        text.push(letter);
        used += letter.len_utf8();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_stays_one_card_whatever_the_name_is() {
        let card = Card {
            id: "cus_0000002a".into(),
            revised: "20260603T021500Z".into(),
            name: Some("张三,\r\nEND:VCARD\r\nBEGIN:VCARD;\u{0}\\".into()),
            birthday: Some("1990-02-03".into()),
            phones: vec!["+8613800000000".into(), "内线 8001".into()],
            gender: Some("女".into()),
            city: Some("杭州".into()),
            ..Card::default()
        };
        let text = vcard(&card);
        assert_eq!(text.matches("END:VCARD\r\n").count(), 1, "{text}");
        assert!(text.contains("FN:张三\\,\\nEND:VCARD\\nBEGIN:VCARD\\;\\\\\r\n"), "{text}");
        assert!(text.contains("BDAY:19900203\r\n") && text.contains("TEL;VALUE=uri:tel:+8613800000000\r\n"), "{text}");
        assert!(
            text.contains("TEL;VALUE=text:内线 8001\r\n") && text.contains("GENDER:F\r\nADR:;;;杭州;;;\r\n"),
            "{text}"
        );
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let name = "经纬".repeat(80);
        let text = vcard(&Card { name: Some(name.clone()), ..Card::default() });
        assert!(text.split("\r\n").all(|line| line.len() <= LINE));
        assert!(text.replace("\r\n ", "").contains(&format!("FN:{name}\r\n")));
    }
}
