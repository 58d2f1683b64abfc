//! Numbers in digits, in Chinese and in English words.

use base::Decimal;

use crate::normal::Sentence;

/// A number that stands in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) value: Decimal,
    /// What a stricter reader would take the same words for: 两千五 is 2500, or 2005.
    pub(crate) other: Option<Decimal>,
    pub(crate) end: usize,
}

const DIGITS: &str = "零一二三四五六七八九";
const ENGLISH: [(&str, i64); 30] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("a hundred", 100),
    ("one hundred", 100),
    ("a thousand", 1_000),
];

fn digit(letter: char) -> Option<i64> {
    let place = match letter {
        '两' | '俩' => 2,
        '〇' => 0,
        _ => DIGITS.chars().position(|known| known == letter)?,
    };
    i64::try_from(place).ok()
}

fn scale(letter: char) -> Option<i64> {
    Some(match letter {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

/// The number that begins here, read as far as it goes.
pub(crate) fn number_at(sentence: &Sentence, place: usize) -> Option<Number> {
    let first = sentence.at(place);
    let is_signed = first == '-' && sentence.at(place + 1).is_ascii_digit();
    let before = sentence.before(place);
    if first.is_ascii_digit() || is_signed {
        let continues = before.is_ascii_digit() || (before == '.' && sentence.before(place - 1).is_ascii_digit());
        return if continues || (is_signed && before.is_alphanumeric()) { None } else { digits(sentence, place) };
    }
    if digit(first).is_some() || first == '十' {
        let is_inside = digit(before).is_some() || scale(before).is_some();
        return if is_inside { None } else { chinese(sentence, place) };
    }
    english(sentence, place)
}

fn run(sentence: &Sentence, mut place: usize, text: &mut String) -> usize {
    while sentence.at(place).is_ascii_digit() {
        text.push(sentence.at(place));
        place += 1;
    }
    place
}

/// `1,000` but not `1,00` and not `1,0000`.
fn thousands(sentence: &Sentence, place: usize) -> bool {
    let is_digit = |offset: usize| sentence.at(place + offset).is_ascii_digit();
    sentence.at(place) == ',' && is_digit(1) && is_digit(2) && is_digit(3) && !is_digit(4)
}

fn digits(sentence: &Sentence, start: usize) -> Option<Number> {
    let mut text = String::new();
    let mut place = start;
    if sentence.at(place) == '-' {
        text.push('-');
        place += 1;
    }
    let first = place;
    place = run(sentence, place, &mut text);
    while place - first <= 3 + 4 * 4 && thousands(sentence, place) && text.trim_start_matches('-').len() <= 15 {
        place = run(sentence, place + 1, &mut text);
    }
    if sentence.at(place) == '.' && sentence.at(place + 1).is_ascii_digit() {
        text.push('.');
        place = run(sentence, place + 1, &mut text);
    }
    let value: Decimal = text.parse().ok()?;
    scaled(sentence, value, place)
}

/// 3.5万, 1万2, 5千, 10k.
fn scaled(sentence: &Sentence, value: Decimal, end: usize) -> Option<Number> {
    let after = sentence.at(end);
    if after == 'k' && sentence.is_whole(end, end + 1) {
        return Some(Number { value: times(value, 1_000)?, other: None, end: end + 1 });
    }
    let Some(by) = scale(after).filter(|by| *by >= 100) else {
        return Some(Number { value, other: None, end });
    };
    let whole = times(value, by)?;
    let mut rest = String::new();
    let stop = run(sentence, end + 1, &mut rest);
    let tail = if rest.is_empty() { digit(sentence.at(end + 1)).map(|tail| (tail, end + 2)) } else { None };
    let tail = if rest.len() == 1 { rest.parse().ok().map(|tail: i64| (tail, stop)) } else { tail };
    match tail {
        None if rest.is_empty() => Some(Number { value: whole, other: None, end: end + 1 }),
        None => None,
        Some((tail, stop)) if scale(sentence.at(stop)).is_none() => Some(Number {
            value: whole + Decimal::whole(tail * by / 10).ok()?,
            other: Some(whole + Decimal::whole(tail).ok()?),
            end: stop,
        }),
        Some(_) => None,
    }
}

fn times(value: Decimal, by: i64) -> Option<Decimal> {
    value.scaled().checked_mul(by).map(Decimal::from_scaled)
}

/// Chinese numerals up to 亿; 一百二 is 120, with 102 as the other reading.
fn chinese(sentence: &Sentence, start: usize) -> Option<Number> {
    let mut place = start;
    let (mut total, mut section, mut current) = (0_i64, 0_i64, None::<i64>);
    let (mut last_scale, mut is_loose) = (1_i64, false);
    loop {
        let letter = sentence.at(place);
        if let Some(found) = digit(letter) {
            if current.is_some_and(|current| current != 0) {
                return None;
            }
            is_loose = last_scale >= 100 && current.is_none();
            current = Some(found);
        } else if let Some(by) = scale(letter) {
            if by >= 10_000 {
                total = (total + section + current.unwrap_or(0)).checked_mul(by)?;
                section = 0;
            } else {
                section += current.unwrap_or(1) * by;
            }
            current = None;
            last_scale = by;
            is_loose = false;
        } else {
            break;
        }
        place += 1;
    }
    let base = total.checked_add(section)?;
    let tail = current.unwrap_or(0);
    let whole = |number: i64| Decimal::whole(number).ok();
    if is_loose && tail > 0 {
        return Some(Number { value: whole(base + tail * last_scale / 10)?, other: whole(base + tail), end: place });
    }
    Some(Number { value: whole(base + tail)?, other: None, end: place })
}

fn english(sentence: &Sentence, place: usize) -> Option<Number> {
    let word = |word: &str| sentence.stands(place, word);
    let (end, value) = ENGLISH.iter().filter_map(|(text, value)| Some((word(text)?, *value))).max()?;
    let by = [("hundred", 100), ("thousand", 1_000), ("million", 1_000_000)];
    let more = by.iter().find_map(|(text, by)| {
        let stop = sentence.stands(end + 1, text)?;
        (sentence.at(end) == ' ').then_some((stop, *by))
    });
    let (end, value) = more.map_or((end, value), |(stop, by)| (stop, value * by));
    Some(Number { value: Decimal::whole(value).ok()?, other: None, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<String>, usize)> {
        number_at(&Sentence::new(text), 0).map(|n| (n.value.to_string(), n.other.map(|o| o.to_string()), n.end))
    }

    #[test]
    fn reads_digits_and_scales() {
        for (text, value) in [
            ("30", "30"),
            ("1,000", "1000"),
            ("１，０００", "1000"),
            ("3.5万", "35000"),
            ("1.2亿", "120000000"),
            ("-5", "-5"),
            ("5千", "5000"),
            ("10k", "10000"),
            ("十二", "12"),
            ("两", "2"),
            ("二十", "20"),
            ("一百零二", "102"),
            ("三万五千", "35000"),
            ("一千二百", "1200"),
            ("三十五", "35"),
            ("一百二十", "120"),
            ("two hundred", "200"),
            ("five", "5"),
            ("a hundred", "100"),
            ("一千零五十", "1050"),
            ("1,234,567.5", "1234567.5"),
        ] {
            let found = read(text).unwrap();
            assert_eq!((found.0.as_str(), found.1, found.2), (value, None, text.chars().count()), "{text}");
        }
    }

    #[test]
    fn a_short_tail_has_two_readings() {
        for (text, value, other) in [
            ("两千五", "2500", "2005"),
            ("一百二", "120", "102"),
            ("1万2", "12000", "10002"),
            ("三万五", "35000", "30005"),
            ("3万五", "35000", "30005"),
        ] {
            assert_eq!(read(text).unwrap(), (value.to_owned(), Some(other.to_owned()), text.chars().count()), "{text}");
        }
    }

    #[test]
    fn does_not_begin_inside_a_number() {
        assert_eq!(number_at(&Sentence::new("1234"), 1), None);
        assert_eq!(number_at(&Sentence::new("三十五"), 1), None);
        assert_eq!(read("一二"), None);
        assert_eq!(read("someone"), None);
    }
}
