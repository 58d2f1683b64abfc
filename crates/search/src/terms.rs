//! By which terms texts are kept in the index, and which terms texts must have that have what is looked for.
//!
//! The second are always among the first: what [`crate::Needle::look`] finds, the index finds. Not the other way round: terms have no
//! places, so that the index finds more, which is then looked through. A term begins with a letter that says what it is:
//!
//! | | |
//! |---|---|
//! | `h` | one sign, or two side by side |
//! | `d` | three digits side by side |
//! | `n` | the first one or two digits of a number |
//! | `s` | a stem |
//! | `y` | the beginning of a syllable |
//! | `p` | the beginnings of the syllables of two signs side by side, one of them its initial |
//! | `=` | a whole title, or its first letters |
//! | `^` | one of the others, with which a title begins; `^w` with the first letters of a word |

use std::collections::HashSet;

use crate::letters::{Class, Piece};
use crate::needle::{DIGITS, Kind, Needle, Rank, Word, stem, wholes};
use crate::sound::syllables;

/// How many letters of a word are kept.
const WORD: usize = 64;
/// How many letters of a whole title are kept.
const WHOLE: usize = 40;
/// By how many first letters a title is found that begins with a word.
const START: usize = 3;

/// The terms of a text, or of several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Those that are found as they are.
    pub(crate) exact: HashSet<String>,
    /// Words, which are also found by how they begin, and though mistyped.
    pub(crate) words: HashSet<String>,
}

/// What documents must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Must {
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// A term.
    Term(Place, String),
    /// A word that begins so.
    Begins(Place, String),
    /// A word that is like this.
    Like(String),
}

/// Where in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Title,
    Anywhere,
}

fn first(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

/// A text's letters side by side, so many at a time.
fn side_by_side(text: &str, letters: usize) -> impl Iterator<Item = String> {
    let all: Vec<char> = text.chars().collect();
    let ends = (letters..=all.len()).collect::<Vec<_>>();
    ends.into_iter().map(move |end| all.get(end - letters..end).unwrap_or_default().iter().collect())
}

impl Terms {
    /// Adds the terms of a text.
    pub(crate) fn add(&mut self, kind: Kind, text: &str) {
        let letters = kind.letters(text);
        letters.pieces().for_each(|piece| self.piece(kind, &piece));
        if kind == Kind::Title {
            self.exact.extend(wholes(&letters).iter().map(|whole| format!("={}", first(whole, WHOLE))));
            letters.pieces().next().into_iter().for_each(|piece| self.start(&piece));
        }
    }

    fn piece(&mut self, kind: Kind, piece: &Piece<'_>) {
        let text = piece.text();
        match piece.class {
            Class::Signs => {
                self.exact
                    .extend([1, 2].into_iter().flat_map(|many| side_by_side(&text, many)).map(|s| format!("h{s}")));
                if kind.sounds() {
                    let mut before: Vec<&str> = Vec::new();
                    for sign in piece.forms() {
                        let sounds = syllables(sign);
                        self.sound("", &sounds);
                        self.pairs("", &before, &sounds);
                        before = sounds;
                    }
                }
            }
            Class::Digits => {
                self.exact.extend(side_by_side(&text, DIGITS).map(|part| format!("d{part}")));
                self.exact.extend((1..DIGITS).filter_map(|end| text.get(..end)).map(|part| format!("n{part}")));
            }
            Class::Letters => {
                self.exact.extend(stem(&text).map(|stem| format!("s{}", first(&stem, WORD))));
                self.words.insert(first(&text, WORD));
            }
        }
    }

    /// The terms by which a sign is spelled.
    fn sound(&mut self, of: &str, sounds: &[&str]) {
        let all = sounds.iter().flat_map(|syllable| beginnings(syllable));
        self.exact.extend(all.map(|beginning| format!("{of}y{beginning}")));
    }

    /// The terms by which two signs side by side are spelled.
    fn pairs(&mut self, of: &str, before: &[&str], sounds: &[&str]) {
        for syllable in sounds {
            for before in before {
                let of_both = beginnings(before).map(|beginning| pair(beginning, syllable, false));
                let of_both = of_both.chain(beginnings(syllable).map(|beginning| pair(before, beginning, true)));
                self.exact.extend(of_both.map(|pair| format!("{of}{pair}")));
            }
        }
    }

    /// The terms of the first piece of a title.
    fn start(&mut self, piece: &Piece<'_>) {
        let text = piece.text();
        match piece.class {
            Class::Signs => {
                self.exact.extend([1, 2].map(|many| format!("^h{}", first(&text, many))));
                let mut signs = piece.forms().map(syllables);
                let (one, two) = (signs.next().unwrap_or_default(), signs.next().unwrap_or_default());
                self.sound("^", &one);
                self.pairs("^", &one, &two);
            }
            Class::Digits | Class::Letters => {
                self.exact.extend((1..=START).map(|many| format!("^w{}", first(&text, many))));
            }
        }
    }
}

/// What documents must have in which this may be found so well.
pub(crate) fn must(needle: &Needle, rank: Rank) -> Must {
    let term = |text: String| Must::Term(Place::Title, text);
    let all = |row: &Vec<Word>, place, near| Must::All(row.iter().map(|word| anywhere(word, place, near)).collect());
    let rows = needle.rows.iter();
    Must::Any(match rank {
        Rank::Whole => vec![term(format!("={}", first(&needle.whole, WHOLE)))],
        Rank::Start => rows
            .map(|row| {
                let others = row.iter().skip(1).map(|word| anywhere(word, Place::Anywhere, false));
                Must::All(row.first().map(at_start).into_iter().chain(others).collect())
            })
            .collect(),
        Rank::Title => rows.map(|row| all(row, Place::Title, false)).collect(),
        Rank::Anywhere => rows.map(|row| all(row, Place::Anywhere, false)).collect(),
        Rank::Near => {
            let rows = rows.filter(|row| row.iter().any(Word::may_be_mistyped));
            rows.map(|row| all(row, Place::Anywhere, true)).collect()
        }
    })
}

fn anywhere(word: &Word, place: Place, is_near: bool) -> Must {
    let term = |text: String| Must::Term(place, text);
    match word {
        Word::Signs(text) => {
            let many = text.chars().count().min(2);
            Must::All(side_by_side(text, many).map(|part| term(format!("h{part}"))).collect())
        }
        Word::Digits(text) if text.len() < DIGITS => term(format!("n{text}")),
        Word::Digits(text) => Must::All(side_by_side(text, DIGITS).map(|part| term(format!("d{part}"))).collect()),
        Word::Letters { text, stem, ways } => {
            let stem = stem.iter().map(|stem| term(format!("s{}", first(stem, WORD))));
            let near = (is_near && word.may_be_mistyped()).then(|| Must::Like(first(text, WORD)));
            let spelled = ways.iter().map(|way| spelled(way, place));
            let begins = Must::Begins(place, first(text, WORD));
            Must::Any(std::iter::once(begins).chain(stem).chain(near).chain(spelled).collect())
        }
    }
}

/// What a text must have that is spelled in a way.
fn spelled(way: &[String], place: Place) -> Must {
    Must::All(sounds(way).into_iter().map(|term| Must::Term(place, term)).collect())
}

/// The terms of a way: of its only part, or of its parts two by two.
fn sounds(way: &[String]) -> Vec<String> {
    if let [only] = way {
        return vec![format!("y{only}")];
    }
    let mut terms = Vec::new();
    for (one, two) in way.iter().zip(way.iter().skip(1)) {
        terms.push(pair(one, two, false));
        if two.len() > 1 {
            terms.push(pair(one, two, true));
        }
    }
    terms
}

/// The beginnings of a syllable.
fn beginnings(syllable: &str) -> impl Iterator<Item = &str> {
    (1..=syllable.len()).filter_map(move |end| syllable.get(..end))
}

/// The term of two beginnings side by side: the initial of one and all of the other.
fn pair(one: &str, two: &str, of_first_initial: bool) -> String {
    let initial = |text: &str| first(text, 1);
    if of_first_initial { format!("p{} {two}", initial(one)) } else { format!("p{one} {}", initial(two)) }
}

/// What a title must have that begins with a word.
fn at_start(word: &Word) -> Must {
    let term = |text: String| Must::Term(Place::Title, text);
    match word {
        Word::Signs(text) => {
            Must::All(vec![term(format!("^h{}", first(text, 2))), anywhere(word, Place::Title, false)])
        }
        Word::Digits(text) => {
            Must::All(vec![term(format!("^w{}", first(text, START))), anywhere(word, Place::Title, false)])
        }
        Word::Letters { text, ways, .. } => {
            let mut begins = vec![term(format!("^w{}", first(text, START)))];
            if text.chars().count() > START {
                begins.push(Must::Begins(Place::Title, first(text, WORD)));
            }
            let spelled = ways.iter().map(|way| {
                let first = way.get(..2).unwrap_or(way);
                let start = sounds(first).into_iter().map(|sound| term(format!("^{sound}")));
                Must::All(start.chain([spelled(way, Place::Title)]).collect())
            });
            Must::Any(std::iter::once(Must::All(begins)).chain(spelled).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether texts have what they must.
    fn holds(must: &Must, title: &Terms, all: &Terms) -> bool {
        let of = |place: &Place| if *place == Place::Title { title } else { all };
        match must {
            Must::All(parts) => parts.iter().all(|part| holds(part, title, all)),
            Must::Any(parts) => parts.iter().any(|part| holds(part, title, all)),
            Must::Term(place, term) => of(place).exact.contains(term),
            Must::Begins(place, text) => of(place).words.iter().any(|word| word.starts_with(text.as_str())),
            Must::Like(_) => true, // how the index finds these is shown with the index
        }
    }

    fn texts() -> impl Strategy<Value = (String, String, String)> {
        let title = "[张三李四重庆行长曾单 ·abzs1A2é-]{0,8}";
        (title, "[张三的退款hnran AR0-9.@]{0,12}", "[0-9 +-]{0,14}")
    }

    proptest! {
        #[test]
        fn what_is_found_is_found_by_its_terms((title, note, phone) in texts(), typed in "[张三重庆 azhsn138é]{1,6}") {
            let texts = [(Kind::Title, title.as_str()), (Kind::Long, note.as_str()), (Kind::Phone, phone.as_str())];
            if let Ok(needle) = Needle::new(&typed)
                && let Some(found) = needle.look(&texts)
            {
                let (mut in_title, mut all) = (Terms::default(), Terms::default());
                in_title.add(Kind::Title, &title);
                texts.iter().for_each(|(kind, text)| all.add(*kind, text));
                prop_assert!(holds(&must(&needle, found.rank), &in_title, &all), "{:?}", found);
                if found.rank < Rank::Anywhere {
                    prop_assert!(holds(&must(&needle, Rank::Anywhere), &in_title, &all), "the ranks are wider one after the other");
                }
            }
        }

        #[test]
        fn every_part_of_a_text_finds_it(text in "[一-龥ぁ-ん]{2,12}", ends in (0usize..12, 0usize..12)) {
            let signs: Vec<char> = text.chars().collect();
            let (from, to) = (ends.0.min(ends.1) % signs.len(), signs.len().min(ends.0.max(ends.1) + 2));
            let part: String = signs[from.min(to - 1)..to].iter().collect();
            let found = Needle::new(&part).unwrap().look(&[(Kind::Long, &text)]);
            prop_assert!(found.is_some(), "{part} in {text}");
        }

        #[test]
        fn every_part_of_a_phone_finds_it(phone in "1[3-9][0-9]{9}", from in 0usize..9, len in 3usize..11) {
            let part = &phone[from..(from + len).min(11)];
            let written = format!("+86 {} {}-{}", &phone[..3], &phone[3..7], &phone[7..]);
            prop_assert!(Needle::new(part).unwrap().look(&[(Kind::Phone, &written)]).is_some());
        }
    }
}
