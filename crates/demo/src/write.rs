//! Writes CloudEvents as JSON straight into bytes: a workload needs a million a second.

/// China has one zone, eight hours before UTC and without summer time.
const ZONE_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// An event being written: first who it is about, then its fields.
pub(crate) struct EventWriter<'a> {
    out: &'a mut Vec<u8>,
    has_who: bool,
    in_who: bool,
}

impl<'a> EventWriter<'a> {
    /// Begins an event. The parts of its id are joined.
    pub(crate) fn begin(out: &'a mut Vec<u8>, source: &str, kind: &str, id: (&str, u64), at_ms: i64) -> Self {
        put(out, r#"{"specversion":"1.0","id":""#);
        put(out, id.0);
        number(out, id.1);
        put(out, r#"","source":""#);
        put(out, source);
        put(out, r#"","type":""#);
        put(out, kind);
        put(out, r#"","time":""#);
        instant(out, at_ms);
        put(out, r#"","data":{"who":["#);
        Self { out, has_who: false, in_who: true }
    }

    /// An identifier; its value comes in two parts, a text and perhaps a number of so many digits.
    pub(crate) fn who(&mut self, scheme: &str, value: (&str, Option<(u64, usize)>), scope: &str) {
        put(self.out, if self.has_who { r#",{"scheme":""# } else { r#"{"scheme":""# });
        self.has_who = true;
        put(self.out, scheme);
        put(self.out, r#"","value":""#);
        put(self.out, value.0);
        if let Some((digits, width)) = value.1 {
            padded(self.out, digits, width);
        }
        if !scope.is_empty() {
            put(self.out, r#"","scope":""#);
            put(self.out, scope);
        }
        put(self.out, r#""}"#);
    }

    fn name(&mut self, name: &str) {
        put(self.out, if std::mem::take(&mut self.in_who) { r#"],""# } else { r#",""# });
        put(self.out, name);
        put(self.out, r#"":"#);
    }

    /// A text that needs no escapes.
    pub(crate) fn plain(&mut self, name: &str, text: &str) {
        self.parts(name, &[text]);
    }

    /// A text in parts that need no escapes.
    pub(crate) fn parts(&mut self, name: &str, parts: &[&str]) {
        self.name(name);
        self.out.push(b'"');
        parts.iter().for_each(|part| put(self.out, part));
        self.out.push(b'"');
    }

    /// Any text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.out.push(b'"');
        for letter in text.bytes() {
            match letter {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', letter]),
                b'\n' => put(self.out, "\\n"),
                0..=31 => {}
                _ => self.out.push(letter),
            }
        }
        self.out.push(b'"');
    }

    /// A whole number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        number(self.out, value);
    }

    /// An amount in yuan.
    pub(crate) fn yuan(&mut self, name: &str, cents: u64) {
        self.name(name);
        put(self.out, r#"{"value":""#);
        number(self.out, cents / 100);
        self.out.push(b'.');
        padded(self.out, cents % 100, 2);
        put(self.out, r#"","currency":"CNY"}"#);
    }

    /// Ends the event, without a line feed.
    pub(crate) fn end(self) {
        put(self.out, if self.in_who { "]}}" } else { "}}" });
    }
}

pub(crate) fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn number(out: &mut Vec<u8>, value: u64) {
    let digits = value.checked_ilog10().unwrap_or(0) as usize + 1;
    padded(out, value, digits);
}

/// The last `width` digits of a number, noughts before them.
pub(crate) fn padded(out: &mut Vec<u8>, value: u64, width: usize) {
    let (mut digits, mut left) = ([b'0'; 20], value);
    let from = digits.len().saturating_sub(width);
    for digit in digits.iter_mut().rev().take(width) {
        *digit = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    out.extend_from_slice(digits.get(from..).unwrap_or_default());
}

/// RFC 3339 with China's offset; milliseconds where there are any.
fn instant(out: &mut Vec<u8>, at_ms: i64) {
    let local = at_ms + ZONE_MS;
    let (days, ms) = (local.div_euclid(DAY_MS), u64::try_from(local.rem_euclid(DAY_MS)).unwrap_or(0));
    let (year, month, day) = civil(days);
    padded(out, year, 4);
    for (mark, part) in
        [(b'-', month), (b'-', day), (b'T', ms / 3_600_000), (b':', ms / 60_000 % 60), (b':', ms / 1000 % 60)]
    {
        out.push(mark);
        padded(out, part, 2);
    }
    if !ms.is_multiple_of(1000) {
        out.push(b'.');
        padded(out, ms % 1000, 3);
    }
    put(out, "+08:00");
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil(days: i64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let whole = |part: i64| u64::try_from(part).unwrap_or(0);
    (whole(year), whole(month), whole(day))
}

/// Midnight in China on or before an instant.
pub(crate) fn midnight(at_ms: i64) -> i64 {
    (at_ms + ZONE_MS).div_euclid(DAY_MS) * DAY_MS - ZONE_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Timestamp;

    #[test]
    fn instants_read_back() {
        for ms in [0, -1, 951_782_400_000, 1_780_452_900_123, 4_102_444_799_999] {
            let mut out = Vec::new();
            instant(&mut out, ms);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.parse(), Ok(Timestamp::from_ms(ms)), "{text}");
        }
    }

    #[test]
    fn an_event_is_json() {
        let mut out = Vec::new();
        let mut event = EventWriter::begin(&mut out, "pos", "order.placed", ("O", 7), 1_780_452_900_000);
        event.who("member_no", ("M", Some((17, 6))), "yunhe");
        event.who("phone", ("16800000001", None), "");
        event.yuan("amount", 51_205);
        event.text("text", "他说\"好\"\\\n行");
        event.end();
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(read["time"], "2026-06-03T10:15:00+08:00");
        assert_eq!(read["data"]["who"][0]["value"], "M000017");
        assert_eq!(read["data"]["amount"]["value"], "512.05");
        assert_eq!(read["data"]["text"], "他说\"好\"\\\n行");
    }

    #[test]
    fn midnight_is_chinas() {
        assert_eq!(Timestamp::from_ms(midnight(1_780_452_900_000)).to_string(), "2026-06-02T16:00:00Z");
    }
}
