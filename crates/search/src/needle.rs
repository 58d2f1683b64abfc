//! What someone looks for, and whether texts have it. This says what a search finds; the index only knows where to look.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::letters::{Class, Letters, Piece};
use crate::sound;

/// The longest text that is looked for, in characters.
pub const NEEDLE_CHARS: usize = 100;
/// The most words that are looked for at once.
pub const NEEDLE_WORDS: usize = 10;
/// From how many letters on a word may be mistyped.
const MISTYPED_FROM: usize = 5;
/// From how many letters on a word is reduced to its stem.
pub(crate) const STEM_FROM: usize = 3;
/// Fewer digits than this are looked for only where digits begin.
pub(crate) const DIGITS: usize = 3;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What something is called: also found by pinyin. What stands here counts before what stands elsewhere.
    Title,
    /// A line of text: also found by pinyin.
    Line,
    /// Text of any length.
    Long,
    /// A phone number: its digits, whatever parts them.
    Phone,
}

impl Kind {
    /// Whether its signs are found by pinyin.
    pub(crate) const fn sounds(self) -> bool {
        matches!(self, Self::Title | Self::Line)
    }

    pub(crate) fn letters(self, text: &str) -> Letters {
        if self == Self::Phone { Letters::digits_of(text) } else { Letters::of(text) }
    }
}

/// How well something is found. The least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It is called just so.
    Whole,
    /// What it is called begins so.
    Start,
    /// It is called something with this in it.
    Title,
    /// It has this somewhere.
    Anywhere,
    /// It has something like this: a letter is wrong, missing, too many, or two are the wrong way round.
    Near,
}

impl Rank {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::Whole, Self::Start, Self::Title, Self::Anywhere, Self::Near];
}

/// How texts have what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How well.
    pub rank: Rank,
    /// Where, by the place of the text: ranges of bytes, in order, that do not overlap.
    pub marks: BTreeMap<usize, Vec<Range<usize>>>,
}

/// A word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// Signs that stand side by side.
    Signs(String),
    /// The beginning of a word, a form of it, or pinyin taken apart in these ways.
    Letters { text: String, stem: Option<String>, ways: Vec<Vec<String>> },
    /// A part of a number.
    Digits(String),
}

/// What someone looks for: words that must all be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// The words; where there are several rows, each would do.
    pub(crate) rows: Vec<Vec<Word>>,
    /// All of it without what parts it.
    pub(crate) whole: String,
}

/// Why something cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoNeedle {
    /// There is no letter and no digit in it.
    #[error("there is no letter and no digit in it")]
    Empty,
    /// It is too long.
    #[error("it has more than {NEEDLE_CHARS} characters or {NEEDLE_WORDS} words")]
    Long,
}

/// The stem of an English word.
pub(crate) fn stem(word: &str) -> Option<String> {
    if word.len() < STEM_FROM || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return None;
    }
    Some(frostem::Stemmer::new(frostem::Algorithm::English).stem(word).into_owned())
}

/// Texts ready to be looked through.
struct Texts(Vec<(Kind, Letters)>);

impl Needle {
    /// What a typed text looks for.
    ///
    /// # Errors
    /// It has no letters, or too many.
    pub fn new(typed: &str) -> Result<Self, NoNeedle> {
        if typed.chars().count() > NEEDLE_CHARS {
            return Err(NoNeedle::Long);
        }
        let letters = Letters::of(typed);
        let mut words: Vec<Word> = Vec::new();
        for word in letters.pieces().map(word) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if words.is_empty() {
            return Err(NoNeedle::Empty);
        }
        if words.len() > NEEDLE_WORDS {
            return Err(NoNeedle::Long);
        }
        let whole = letters.whole();
        let is_number = letters.pieces().all(|piece| piece.class == Class::Digits);
        let mut rows = vec![words];
        if is_number {
            // A phone number may be typed with spaces and hyphens, and with the country where it is kept without.
            let without = ["0086", "86"].iter().filter_map(|country| whole.strip_prefix(country));
            let numbers = std::iter::once(whole.as_str()).chain(without.filter(|rest| rest.len() >= 10));
            for row in numbers.map(|digits| vec![Word::Digits(digits.to_owned())]) {
                if !rows.contains(&row) {
                    rows.push(row);
                }
            }
        }
        Ok(Self { rows, whole })
    }

    /// Whether, and how, these texts have it. A title is the first of them.
    #[must_use]
    pub fn look(&self, texts: &[(Kind, &str)]) -> Option<Found> {
        let texts = Texts(texts.iter().map(|(kind, text)| (*kind, kind.letters(text))).collect());
        let exact = self.rows.iter().filter_map(|row| self.row(row, &texts, false));
        let near = || self.rows.iter().filter_map(|row| self.row(row, &texts, true)).next();
        exact.min_by_key(|found| found.rank).or_else(near)
    }

    fn row(&self, row: &[Word], texts: &Texts, is_near: bool) -> Option<Found> {
        let mut marks: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
        let (mut in_title, mut at_start) = (true, false);
        for (place, word) in row.iter().enumerate() {
            let mut is_found = false;
            for (at, (kind, letters)) in texts.0.iter().enumerate() {
                let start = (place == 0 && *kind == Kind::Title).then(|| word.starts(letters)).flatten();
                at_start |= start.is_some();
                let mark = start.or_else(|| word.find(*kind, letters, is_near));
                is_found |= mark.is_some();
                in_title &= mark.is_some() || *kind != Kind::Title;
                marks.entry(at).or_default().extend(mark);
            }
            if !is_found {
                return None;
            }
        }
        let has_title = texts.0.first().is_some_and(|(kind, _)| *kind == Kind::Title);
        marks.retain(|_, marks| !marks.is_empty());
        marks.values_mut().for_each(joined);
        let rank = match () {
            () if is_near => Rank::Near,
            () if has_title && texts.is_called(&self.whole) => Rank::Whole,
            () if at_start => Rank::Start,
            () if has_title && in_title => Rank::Title,
            () => Rank::Anywhere,
        };
        Some(Found { rank, marks })
    }
}

/// Puts ranges in order, and those that touch into one.
fn joined(marks: &mut Vec<Range<usize>>) {
    marks.sort_by_key(|range| (range.start, range.end));
    let mut done: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for range in marks.drain(..) {
        match done.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => done.push(range),
        }
    }
    *marks = done;
}

fn word(piece: Piece<'_>) -> Word {
    let text = piece.text();
    match piece.class {
        Class::Signs => Word::Signs(text),
        Class::Digits => Word::Digits(text),
        Class::Letters => Word::Letters { stem: stem(&text), ways: sound::ways(&text), text },
    }
}

/// In which forms a title is what someone types in full: as it is, spelled, and as its initials.
pub(crate) fn wholes(title: &Letters) -> Vec<String> {
    const SPELLED: usize = 4;
    let mut all = vec![title.whole()];
    if title.pieces().all(|piece| piece.class == Class::Signs) {
        let mut spelled = vec![(String::new(), String::new())];
        for sign in all.first().cloned().unwrap_or_default().chars() {
            let syllables = sound::syllables(sign);
            let longer = spelled.iter().flat_map(|(full, initials)| {
                let longer = |one: &&str| Some((format!("{full}{one}"), format!("{initials}{}", one.get(..1)?)));
                syllables.iter().filter_map(longer).collect::<Vec<_>>()
            });
            spelled = longer.take(SPELLED).collect();
        }
        all.extend(spelled.into_iter().flat_map(|(full, initials)| [full, initials]));
    }
    all
}

impl Texts {
    fn is_called(&self, whole: &str) -> bool {
        self.0.first().is_some_and(|(_, title)| wholes(title).iter().any(|one| one == whole))
    }
}

impl Word {
    /// Where a title begins with it.
    fn starts(&self, title: &Letters) -> Option<Range<usize>> {
        let first = title.pieces().next()?;
        let len = match (self, first.class) {
            (Self::Signs(text), Class::Signs)
            | (Self::Digits(text), Class::Digits)
            | (Self::Letters { text, .. }, Class::Letters)
                if first.has_at(0, text) =>
            {
                text.chars().count()
            }
            (Self::Letters { ways, .. }, Class::Signs) => spelled_at(&first, 0, ways)?,
            _ => return None,
        };
        first.range(0..len)
    }

    /// Where it stands in a text first.
    fn find(&self, kind: Kind, letters: &Letters, is_near: bool) -> Option<Range<usize>> {
        letters.pieces().find_map(|piece| match (self, piece.class) {
            (Self::Signs(text), Class::Signs) => part(&piece, text),
            (Self::Digits(text), Class::Digits) if text.len() >= DIGITS => part(&piece, text),
            (Self::Digits(text), Class::Digits) if piece.has_at(0, text) => piece.range(0..text.len()),
            (Self::Letters { text, .. }, Class::Letters) if piece.has_at(0, text) => {
                piece.range(0..text.chars().count())
            }
            (Self::Letters { text, stem: own, .. }, Class::Letters) => {
                let found = piece.text();
                let is_form = own.is_some() && *own == stem(&found);
                (is_form || (is_near && is_mistyped(text, &found))).then(|| piece.range(0..piece.len())).flatten()
            }
            (Self::Letters { ways, .. }, Class::Signs) if kind.sounds() => spelled(&piece, ways),
            _ => None,
        })
    }

    /// Whether it may be mistyped.
    pub(crate) fn may_be_mistyped(&self) -> bool {
        matches!(self, Self::Letters { text, .. } if text.chars().count() >= MISTYPED_FROM)
    }
}

fn part(piece: &Piece<'_>, text: &str) -> Option<Range<usize>> {
    let at = piece.find(text)?;
    piece.range(at..at + text.chars().count())
}

/// Where signs are spelled so.
fn spelled(piece: &Piece<'_>, ways: &[Vec<String>]) -> Option<Range<usize>> {
    if ways.is_empty() {
        return None;
    }
    (0..piece.len()).find_map(|at| piece.range(at..at + spelled_at(piece, at, ways)?))
}

/// How many signs from a place on are spelled so.
fn spelled_at(piece: &Piece<'_>, at: usize, ways: &[Vec<String>]) -> Option<usize> {
    let is_so = |way: &&Vec<String>| {
        let mut signs = piece.forms().skip(at);
        let sounds = |part: &String| {
            let sign = signs.next();
            sign.is_some_and(|sign| sound::syllables(sign).iter().any(|one| one.starts_with(part.as_str())))
        };
        way.iter().all(sounds)
    };
    ways.iter().find(is_so).map(Vec::len)
}

/// Whether one edit makes one word of the other: a letter changed, left out, put in, or two side by side exchanged.
fn is_mistyped(typed: &str, meant: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), meant.chars().collect());
    if a.len() < MISTYPED_FROM || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let rest = |text: &[char], from: usize| text.get(from..).unwrap_or_default().to_vec();
    let is_exchanged =
        a.len() >= 2 && b.len() >= 2 && a.first() == b.get(1) && a.get(1) == b.first() && rest(a, 2) == rest(b, 2);
    is_exchanged || rest(a, 1) == rest(b, 1) || rest(a, 1) == *b || *a == rest(b, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(typed: &str, texts: &[(Kind, &str)]) -> Option<Rank> {
        Needle::new(typed).unwrap().look(texts).map(|found| found.rank)
    }

    fn marked(typed: &str, kind: Kind, text: &str) -> Option<String> {
        let found = Needle::new(typed).unwrap().look(&[(kind, text)])?;
        let mut marked = text.to_owned();
        for range in found.marks[&0].iter().rev() {
            marked.insert(range.end, ']');
            marked.insert(range.start, '[');
        }
        Some(marked)
    }

    #[test]
    fn names_are_found_by_their_parts_and_by_pinyin() {
        for (typed, marks) in [
            ("张三", "[张三]丰"),
            ("三丰", "张[三丰]"),
            ("丰", "张三[丰]"),
            ("zhangsanfeng", "[张三丰]"),
            ("zsf", "[张三丰]"),
            ("zhangs", "[张三]丰"),
            ("zhsanf", "[张三丰]"),
            ("sf", "张[三丰]"),
            ("san", "张[三]丰"),
            ("zhang san", "[张三]丰"),
            ("张san", "[张三]丰"),
            ("ZS", "[张三]丰"),
        ] {
            assert_eq!(marked(typed, Kind::Title, "张三丰").as_deref(), Some(marks), "{typed}");
        }
        for typed in ["张丰", "zf", "lisi", "zhangf", "三张"] {
            assert_eq!(marked(typed, Kind::Title, "张三丰"), None, "{typed}");
        }
        assert_eq!(marked("zs", Kind::Long, "张三丰"), None, "long texts are not spelled");
        assert_eq!(marked("cq", Kind::Line, "重庆").as_deref(), Some("[重庆]"));
        assert_eq!(marked("zq", Kind::Line, "重庆").as_deref(), Some("[重庆]"), "a sign of several sounds");
    }

    #[test]
    fn words_are_found_by_beginnings_forms_and_though_mistyped() {
        let title = "Running Shoes, International";
        assert_eq!(marked("shoe", Kind::Title, title).as_deref(), Some("Running [Shoe]s, International"));
        assert_eq!(marked("runs", Kind::Title, title).as_deref(), Some("[Running] Shoes, International"));
        for typed in ["intrenational", "internatoinal", "internationl", "internationall", "unternational"] {
            assert_eq!(rank(typed, &[(Kind::Title, title)]), Some(Rank::Near), "{typed}");
        }
        assert_eq!(rank("shoez", &[(Kind::Title, title)]), Some(Rank::Near));
        assert_eq!(rank("sheos", &[(Kind::Title, title)]), Some(Rank::Near));
        assert_eq!(rank("shos", &[(Kind::Title, title)]), None, "four letters are too few to guess");
        assert_eq!(rank("itnernatoinal", &[(Kind::Title, title)]), None, "two edits");
    }

    #[test]
    fn numbers_are_found_by_any_part() {
        for typed in
            ["138", "1234", "5678", "13812345678", "138-1234", "138 1234 5678", "+86 13812345678", "0086-138 1234 5678"]
        {
            assert!(rank(typed, &[(Kind::Phone, "138 1234-5678")]).is_some(), "{typed}");
        }
        assert!(rank("13812345678", &[(Kind::Phone, "+86 138-1234-5678")]).is_some());
        assert_eq!(rank("23", &[(Kind::Phone, "13812345678")]), None);
        assert_eq!(rank("2026-11", &[(Kind::Long, "on 2026-11-23")]), Some(Rank::Anywhere));
        assert_eq!(rank("ht2026", &[(Kind::Title, "HT-2026-0081")]), Some(Rank::Start));
        assert_eq!(rank("0081", &[(Kind::Title, "HT-2026-0081")]), Some(Rank::Title));
    }

    #[test]
    fn what_is_called_so_comes_first() {
        let look = |typed: &str, title: &str, note: &str| rank(typed, &[(Kind::Title, title), (Kind::Long, note)]);
        assert_eq!(look("张三", "张三", ""), Some(Rank::Whole));
        assert_eq!(look("zhangsan", "张三", ""), Some(Rank::Whole));
        assert_eq!(look("zs", "张三", ""), Some(Rank::Whole));
        assert_eq!(look("zs", "张三丰", ""), Some(Rank::Start));
        assert_eq!(look("Li Lei", "li-lei", ""), Some(Rank::Whole));
        assert_eq!(look("张", "张三", ""), Some(Rank::Start));
        assert_eq!(look("zs", "张三的订单", ""), Some(Rank::Start));
        assert_eq!(look("订单", "张三的订单", "订单"), Some(Rank::Title));
        assert_eq!(look("订单", "张三", "订单"), Some(Rank::Anywhere));
        assert_eq!(look("张三 退款", "张三", "要求退款"), Some(Rank::Start));
        assert_eq!(look("退款 张三", "张三", "要求退款"), Some(Rank::Anywhere));
        assert_eq!(look("订单 退货", "张三", "订单"), None);
    }

    #[test]
    fn what_cannot_be_looked_for_is_refused() {
        assert_eq!(Needle::new("a a a a a a a a a a a").unwrap().rows, Needle::new("a").unwrap().rows);
        assert_eq!(Needle::new(" ,。 "), Err(NoNeedle::Empty));
        assert_eq!(Needle::new(&"x".repeat(NEEDLE_CHARS + 1)), Err(NoNeedle::Long));
        assert_eq!(Needle::new("a b c d e f g h i j k"), Err(NoNeedle::Long));
    }
}
