//! One e-mail as a message file (RFC 5322, MIME as in RFC 2045 and 2047).

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Which way an e-mail went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From the customer.
    In,
    /// To the customer.
    Out,
    /// To the customer, never sent.
    Draft,
}

/// An e-mail.
#[derive(Debug, Clone)]
pub(super) struct Mail<'m> {
    /// The event's id.
    pub(super) id: &'m str,
    pub(super) time: Timestamp,
    pub(super) way: Way,
    /// The customer's address.
    pub(super) customer: Option<&'m str>,
    pub(super) subject: Option<&'m str>,
    pub(super) body: &'m [u8],
}

/// The e-mail as a message. The company's own address is not known, so it stands as an empty group (RFC 6854).
pub(super) fn message(mail: &Mail<'_>) -> String {
    let customer = mail
        .customer
        .filter(|address| is_address(address))
        .map_or_else(|| "customer:;".to_owned(), |address| format!("<{address}>"));
    let company = "company:;".to_owned();
    let (from, to) = if mail.way == Way::In { (customer, company) } else { (company, customer) };
    let date = mail.time.to_jiff().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let mut text = format!("Date: {date}\r\nFrom: {from}\r\nTo: {to}\r\nMessage-ID: <{}@jingwei.invalid>\r\n", mail.id);
    if mail.way == Way::Draft {
        text.push_str("X-Unsent: 1\r\n");
    }
    text.push_str(&format!("Subject:{}\r\n", words(mail.subject.unwrap_or_default())));
    text.push_str(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    let body = STANDARD.encode(mail.body);
    for line in body.as_bytes().chunks(76) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push_str("\r\n");
    }
    text
}

/// An address that cannot end its header.
fn is_address(address: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'(' | b')' | b',' | b';' | b':' | b'"' | b'\\')
    };
    address.contains('@') && address.len() <= 254 && address.bytes().all(is_plain)
}

/// A text as encoded words, each within 75 characters and each whole in itself (RFC 2047, section 2).
fn words(text: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if word.len() + letter.len_utf8() > 39 {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| format!(" =?utf-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_cannot_add_a_header() {
        let subject = format!("发票\r\nBcc: a@b.example {}", "长".repeat(60));
        let mail = Mail {
            id: "evt_00000001",
            time: Timestamp::from_ms(1_750_000_000_000),
            way: Way::Draft,
            customer: Some("li@example.com>\r\nBcc: x@y.example"),
            subject: Some(&subject),
            body: "您好".as_bytes(),
        };
        let text = message(&mail);
        assert!(!text.contains("Bcc"), "{text}");
        assert!(text.contains("To: customer:;\r\n") && text.contains("X-Unsent: 1\r\n"), "{text}");
        assert!(text.starts_with("Date: Sun, 15 Jun 2025 15:06:40 +0000\r\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 78));
        assert!(text.ends_with("\r\n\r\n5oKo5aW9\r\n"));
    }
}
