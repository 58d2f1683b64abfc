//! Texts as they are compared: letters in one form, in pieces of signs, letters and digits.
//!
//! A *sign* is a letter of a script that is written without spaces: Chinese, kana, Hangul. Signs that stand side by side are a piece, as are
//! Latin (or other) letters, and digits; whatever else stands between them parts them and is not looked for.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// What a piece of a text consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Signs,
    Letters,
    Digits,
}

/// A letter in the form in which it is compared, and where it stands in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    form: char,
    from: usize,
    to: usize,
}

/// A text in pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letters {
    letters: Vec<Letter>,
    pieces: Vec<(Class, Range<usize>)>,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'t> {
    pub(crate) class: Class,
    letters: &'t [Letter],
}

/// Whether a letter is of a script that is written without spaces.
pub(crate) const fn is_sign(letter: char) -> bool {
    matches!(
        letter,
        '\u{3005}'..='\u{3007}' // 々〆〇
            | '\u{3040}'..='\u{30ff}' // kana
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}' // Hangul
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{323af}'
    )
}

/// What stands within a name and says nothing: the dot in 买买提·艾力, and marks that have no width.
const fn is_passed_over(letter: char) -> bool {
    matches!(letter, '·' | '•' | '‧' | '・' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

fn class(form: char) -> Option<Class> {
    if is_sign(form) {
        return Some(Class::Signs);
    }
    if form.is_ascii_digit() {
        return Some(Class::Digits);
    }
    form.is_alphanumeric().then_some(Class::Letters)
}

/// Calls `each` with a letter in the forms in which it is compared: of full and half width, in lower case, without accents.
fn forms(letter: char, mut each: impl FnMut(char)) {
    if letter.is_ascii() {
        return each(letter.to_ascii_lowercase());
    }
    if ('\u{4e00}'..='\u{9fff}').contains(&letter) {
        return each(letter);
    }
    for lower in letter.nfkc().flat_map(char::to_lowercase) {
        if is_sign(lower) {
            each(lower);
        } else {
            decompose_canonical(lower, |part| {
                if !is_combining_mark(part) {
                    each(part);
                }
            });
        }
    }
}

impl Letters {
    /// A text in pieces.
    pub(crate) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut last: Option<Class> = None;
        for (from, letter) in text.char_indices() {
            let to = from + letter.len_utf8();
            if is_passed_over(letter) || is_combining_mark(letter) {
                continue;
            }
            forms(letter, |form| {
                let class = class(form);
                if let Some(class) = class {
                    found.push(class, last == Some(class), Letter { form, from, to });
                }
                last = class;
            });
        }
        found
    }

    /// The digits of a text as one piece, as in a phone number.
    pub(crate) fn digits_of(text: &str) -> Self {
        let mut found = Self::default();
        for (from, letter) in text.char_indices() {
            let to = from + letter.len_utf8();
            forms(letter, |form| {
                if form.is_ascii_digit() {
                    found.push(Class::Digits, true, Letter { form, from, to });
                }
            });
        }
        found
    }

    fn push(&mut self, class: Class, goes_on: bool, letter: Letter) {
        let at = self.letters.len();
        self.letters.push(letter);
        match self.pieces.last_mut() {
            Some((_, range)) if goes_on => range.end = at + 1,
            _ => self.pieces.push((class, at..at + 1)),
        }
    }

    /// Its pieces in order.
    pub(crate) fn pieces(&self) -> impl DoubleEndedIterator<Item = Piece<'_>> {
        let piece = |(class, range): &(Class, Range<usize>)| {
            Some(Piece { class: *class, letters: self.letters.get(range.clone())? })
        };
        self.pieces.iter().filter_map(piece)
    }

    /// All its letters, without what parts them.
    pub(crate) fn whole(&self) -> String {
        self.letters.iter().map(|letter| letter.form).collect()
    }
}

impl Piece<'_> {
    /// How many letters it has.
    pub(crate) const fn len(&self) -> usize {
        self.letters.len()
    }

    /// Its letters.
    pub(crate) fn forms(&self) -> impl Iterator<Item = char> + Clone {
        self.letters.iter().map(|letter| letter.form)
    }

    /// Its letters as text.
    pub(crate) fn text(&self) -> String {
        self.forms().collect()
    }

    /// Whether it has these letters from a place on.
    pub(crate) fn has_at(&self, at: usize, letters: &str) -> bool {
        let mut own = self.forms().skip(at);
        letters.chars().all(|letter| own.next() == Some(letter))
    }

    /// Where it has these letters first.
    pub(crate) fn find(&self, letters: &str) -> Option<usize> {
        (0..self.len()).find(|at| self.has_at(*at, letters))
    }

    /// Where letters of it stand in the text, in bytes.
    pub(crate) fn range(&self, letters: Range<usize>) -> Option<Range<usize>> {
        let letters = self.letters.get(letters)?;
        Some(letters.first()?.from..letters.last()?.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        Letters::of(text).pieces().map(|piece| piece.text()).collect()
    }

    #[test]
    fn texts_come_in_pieces_of_one_form() {
        assert_eq!(pieces("ＡＢＣ１２３华兴"), ["abc", "123", "华兴"]);
        assert_eq!(pieces("Café Müller-Łódź"), ["cafe", "muller", "łodz"]);
        assert_eq!(pieces("张三(上海)有限公司"), ["张三", "上海", "有限公司"]);
        assert_eq!(pieces("买买提·艾力"), ["买买提艾力"]);
        assert_eq!(pieces("がんばる 한국어"), ["がんばる", "한국어"]);
        assert_eq!(pieces("zhang.wei@huaxing.com.cn"), ["zhang", "wei", "huaxing", "com", "cn"]);
        assert_eq!(pieces("  —— "), [""; 0]);
        assert_eq!(Letters::digits_of("+86 138-1234 5678").whole(), "8613812345678");
    }

    #[test]
    fn a_piece_knows_where_it_stands() {
        let text = "（㈱）Ｍüller";
        let letters = Letters::of(text);
        let last = letters.pieces().last().unwrap();
        assert_eq!(last.text(), "muller");
        assert_eq!(&text[last.range(0..3).unwrap()], "Ｍül");
        let first = letters.pieces().next().unwrap();
        assert_eq!(&text[first.range(0..1).unwrap()], "㈱");
    }
}
