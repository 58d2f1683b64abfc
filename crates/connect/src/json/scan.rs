//! What is inside a JSON string or number.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// How many bytes come before the next quote, backslash or control character, eight at a time.
///
/// Bit tricks as in Warren, Hacker's Delight, 2nd ed., 6-1: a byte's high bit is set where the byte is
/// nought (or below 32). A borrow can set wrong bits only above the lowest right one, which is the one read.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut run = 0;
    for word in words {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return run + (found.trailing_zeros() / 8) as usize;
        }
        run += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=31);
    run + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[inline]
fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    (zero(quote) | zero(backslash) | (word.wrapping_sub(ONES * 0x20) & !word)) & HIGHS
}

/// The length of the JSON number that the bytes begin with; 0 if they do not.
pub(super) fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(start);
    if whole == start || (bytes.get(start) == Some(&b'0') && whole > start + 1) {
        return 0;
    }
    let places = if bytes.get(whole) == Some(&b'.') { digits(whole + 1) } else { whole };
    if places == whole + 1 {
        return 0;
    }
    if !matches!(bytes.get(places), Some(b'e' | b'E')) {
        return places;
    }
    let sign = usize::from(matches!(bytes.get(places + 1), Some(b'+' | b'-')));
    let power = digits(places + 1 + sign);
    if power == places + 1 + sign { 0 } else { power }
}

/// The text that a string's inside stands for; none if an escape is wrong.
pub(super) fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(place) = rest.find('\\') {
        text.push_str(rest.get(..place)?);
        let mut after = rest.get(place + 1..)?.chars();
        text.push(match after.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut after)?,
            same @ ('"' | '\\' | '/') => same,
            _ => return None,
        });
        rest = after.as_str();
    }
    text.push_str(rest);
    Some(text)
}

fn unicode(after: &mut std::str::Chars<'_>) -> Option<char> {
    let high = hex4(after)?;
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    if (after.next()?, after.next()?) != ('\\', 'u') {
        return None;
    }
    let low = hex4(after)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)
}

fn hex4(after: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |sum, _| Some(sum * 16 + after.next()?.to_digit(16)?))
}
