//! Values that stand in a sentence: amounts, lengths of time, quoted texts.

use base::Currency;

use crate::frame::{Frame, Quantity, Source, Value};
use crate::normal::Sentence;
use crate::number::{Number, number_at};
use crate::vocabulary::{CURRENCIES, LENGTHS, LengthUnit};
use crate::words::currency;
use crate::{Unit, Window};

/// A value with where it ends and the class it is found under.
pub(crate) type Found = (&'static str, usize, Frame);

/// The values that begin at a place.
pub(crate) fn values_at(sentence: &Sentence, place: usize, own: Currency) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(number) = number_at(sentence, place) {
        found.push(("number", number.end, plain(number)));
        after_number(sentence, number, &mut found);
    }
    found.extend(leading_currency(sentence, place, own));
    found.extend(halves(sentence, place));
    found.extend(unit_alone(sentence, place));
    found.extend(calendar_back(sentence, place));
    found.extend(quoted(sentence, place));
    found
}

fn plain(number: Number) -> Frame {
    Frame::amount(number.value, number.other, Quantity::Plain)
}

fn spaced(sentence: &Sentence, mut place: usize) -> usize {
    while sentence.at(place) == ' ' && place < sentence.len() {
        place += 1;
    }
    place
}

/// The longest of these words that stands here.
fn longest(sentence: &Sentence, place: usize, words: &str, by: char) -> Option<usize> {
    words.split(by).filter(|word| !word.is_empty()).filter_map(|word| sentence.stands(place, word)).max()
}

fn after_number(sentence: &Sentence, number: Number, found: &mut Vec<Found>) {
    let place = spaced(sentence, number.end);
    for word in CURRENCIES {
        if let (Some(end), Some(currency)) = (longest(sentence, place, word.after, ' '), currency(word)) {
            found.push(("money", end, Frame::amount(number.value, number.other, Quantity::Money(currency))));
        }
    }
    if sentence.at(place) == '%' || sentence.at(place) == '‰' {
        found.push(("percent", place + 1, Frame::amount(number.value, None, Quantity::Percent)));
    }
    let hyphen = if sentence.at(place) == '-' { place + 1 } else { place };
    for unit in LENGTHS {
        let zh = longest(sentence, place, unit.zh, ' ');
        let end = zh.max(longest(sentence, hyphen, unit.en, '|'));
        if let Some(end) = end {
            push_length(sentence, number, unit.unit, unit.seconds, end, found);
        }
    }
    if let Some(end) = sentence.stands(place, "月") {
        found.extend(bare_months(number, end));
    }
}

/// 3月 is a month of the year; only 近3月 is a length.
fn bare_months(number: Number, end: usize) -> Option<Found> {
    Some(("months", end, Frame::length(count(number)?, Unit::Month)))
}

fn count(number: Number) -> Option<u32> {
    let scaled = number.value.scaled();
    if number.other.is_some() || scaled <= 0 || !number.value.is_whole() {
        return None;
    }
    u32::try_from(scaled / base::Decimal::SCALE).ok()
}

fn push_length(
    sentence: &Sentence,
    number: Number,
    unit: Option<Unit>,
    seconds: u32,
    end: usize,
    found: &mut Vec<Found>,
) {
    if seconds > 0 {
        found.push(("timed", end, Frame::amount(number.value, number.other, Quantity::Seconds(seconds))));
    }
    let (Some(unit), Some(count)) = (unit, count(number)) else { return };
    let half = sentence.at(end) == '半';
    match (half, unit) {
        (false, _) => found.push(("span", end, Frame::length(count, unit))),
        (true, Unit::Year) => {
            found.push(("span", end + 1, Frame::length(count.saturating_mul(12).saturating_add(6), Unit::Month)));
        }
        (true, _) => {}
    }
}

/// ¥500, CNY 500, $30.
fn leading_currency(sentence: &Sentence, place: usize, own: Currency) -> Vec<Found> {
    let amounts = CURRENCIES.iter().filter_map(|word| {
        let words = word.before.split(' ');
        let end = words.filter_map(|word| sentence.stands_before_number(place, word)).max()?;
        let number = number_at(sentence, spaced(sentence, end))?;
        let is_yen = sentence.at(place) == '¥' && own.code() == "JPY";
        let currency = if is_yen { own } else { currency(word)? };
        Some(("money", number.end, Frame::amount(number.value, number.other, Quantity::Money(currency))))
    });
    let named = amounts.collect::<Vec<_>>();
    if named.is_empty() { by_code(sentence, place).into_iter().collect() } else { named }
}

/// Any other ISO 4217 code before a number, in capitals as typed.
fn by_code(sentence: &Sentence, place: usize) -> Option<Found> {
    let end = place + 3;
    let code: Currency = sentence.exactly(place, end).parse().ok()?;
    let number = sentence.is_whole(place, end).then(|| number_at(sentence, spaced(sentence, end))).flatten()?;
    Some(("money", number.end, Frame::amount(number.value, number.other, Quantity::Money(code))))
}

/// 半年, 半个月, 半小时, half a year.
fn halves(sentence: &Sentence, place: usize) -> Option<Found> {
    let rows = [
        ("半年", "half a year|half year", 6, Unit::Month),
        ("半个月", "half a month", 15, Unit::Day),
        ("半月", "", 15, Unit::Day),
        ("半天", "half a day", 12, Unit::Hour),
        ("半个小时", "half an hour", 30, Unit::Minute),
        ("半小时", "half hour", 30, Unit::Minute),
    ];
    rows.into_iter().find_map(|(zh, en, count, unit)| {
        let end = longest(sentence, place, zh, ' ').or_else(|| longest(sentence, place, en, '|'))?;
        Some(("span", end, Frame::length(count, unit)))
    })
}

/// "the last month" and "a week": one of it.
fn unit_alone(sentence: &Sentence, place: usize) -> Option<Found> {
    let after = ["a", "an"].iter().find_map(|article| sentence.stands(place, article));
    let (class, start) = after.map_or(("lone", place), |end| ("span", spaced(sentence, end)));
    LENGTHS.iter().find_map(|row| {
        let end = longest(sentence, start, row.en.split('|').nth(1)?, '|')?;
        Some((class, end, Frame::length(1, row.unit?)))
    })
}

/// How a calendar unit without a name of its own is said: before its number, and after its unit.
pub(crate) const BACK_ZH: (&str, &str) = ("往前第", "个自然");
/// The same in English.
pub(crate) const BACK_EN: (&str, &str) = ("the calendar", "back");

/// 往前第3个自然月, the calendar month 3 back.
fn calendar_back(sentence: &Sentence, place: usize) -> Option<Found> {
    let zh = sentence.stands(place, BACK_ZH.0).and_then(|end| {
        let number = number_at(sentence, end)?;
        let start = sentence.stands(number.end, BACK_ZH.1)?;
        let (unit, end) = unit_at(sentence, start)?;
        Some((unit, number, end))
    });
    let found = zh.or_else(|| {
        let start = spaced(sentence, sentence.stands(place, BACK_EN.0)?);
        let (unit, end) = unit_at(sentence, start)?;
        let number = number_at(sentence, spaced(sentence, end))?;
        let end = sentence.stands(spaced(sentence, number.end), BACK_EN.1)?;
        Some((unit, number, end))
    });
    let (unit, number, end) = found?;
    let offset =
        i32::try_from(number.value.scaled() / base::Decimal::SCALE).ok().filter(|_| number.value.is_whole())?;
    Some(("calendar", end, Frame { window: Some(Window::Calendar { unit, offset: -offset }), ..Frame::default() }))
}

fn unit_at(sentence: &Sentence, place: usize) -> Option<(Unit, usize)> {
    LENGTHS.iter().find_map(|row| {
        let zh = sentence.stands(place, calendar_name(row).0);
        let end = zh.or_else(|| sentence.stands(place, calendar_name(row).1))?;
        Some((row.unit?, end))
    })
}

/// A unit as a stretch of the calendar: 月, month.
pub(crate) fn calendar_name(row: &LengthUnit) -> (&'static str, &'static str) {
    let zh = row.zh.split(' ').next().unwrap_or("");
    (zh.trim_start_matches('个'), row.en.split('|').nth(1).unwrap_or(""))
}

const QUOTES: [(char, char); 6] = [('"', '"'), ('\'', '\''), ('「', '」'), ('『', '』'), ('《', '》'), ('【', '】')];

/// A text in quotes; the closing quote doubled stands for itself.
fn quoted(sentence: &Sentence, place: usize) -> Option<Found> {
    let close = QUOTES.iter().find(|(open, _)| *open == sentence.at(place))?.1;
    let mut text = String::new();
    let mut at = place + 1;
    loop {
        if at >= sentence.len() {
            return None;
        }
        if sentence.at(at) != close {
            text.push_str(&sentence.exactly(at, at + 1));
            at += 1;
        } else if sentence.at(at + 1) == close && at + 1 < sentence.len() {
            text.push_str(&sentence.exactly(at, at + 1));
            at += 2;
        } else {
            break;
        }
    }
    let value = Value::Text { typed: text.clone(), text, source: Source::Quoted };
    Some(("quoted", at + 1, Frame { value: Some(value), ..Frame::default() }))
}
