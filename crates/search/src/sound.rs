//! How Chinese signs are spelled in pinyin, and how what someone types may be meant as pinyin: in full, as initials, or as any mixture.

use std::collections::HashSet;
use std::sync::OnceLock;

use pinyin::ToPinyinMulti;

/// The longest that is looked at as pinyin, in letters.
const LETTERS: usize = 24;
/// In how many ways it is taken apart at most.
const WAYS: usize = 16;

/// The syllables of a sign, without tones; none for what is no Chinese sign.
pub(crate) fn syllables(sign: char) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for syllable in sign.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain) {
        if syllable.is_ascii() && !syllable.is_empty() && !found.contains(&syllable) {
            found.push(syllable);
        }
    }
    found
}

/// Every beginning of every syllable.
fn beginnings() -> &'static HashSet<&'static str> {
    static ALL: OnceLock<HashSet<&'static str>> = OnceLock::new();
    ALL.get_or_init(|| {
        let syllables = ('\u{4e00}'..='\u{9fff}').flat_map(syllables);
        syllables.flat_map(|syllable| (1..=syllable.len()).filter_map(|end| syllable.get(..end))).collect()
    })
}

/// In which ways a text may be meant as pinyin: each a row of beginnings of syllables. The ways with long parts come first; the one with
/// initials only is always among them, where there is one.
pub(crate) fn ways(typed: &str) -> Vec<Vec<String>> {
    if typed.is_empty() || typed.len() > LETTERS || !typed.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return Vec::new();
    }
    // From which places the end can be reached at all: without it, what ends in no syllable would be gone through in every way.
    let mut ends = vec![false; typed.len() + 1];
    for at in (0..=typed.len()).rev() {
        let is_end = at == typed.len() || parts(typed, at).any(|part| ends.get(at + part.len()) == Some(&true));
        ends.get_mut(at).into_iter().for_each(|end| *end = is_end);
    }
    let mut found = Vec::new();
    take_apart((typed, &ends), 0, &mut Vec::new(), &mut found);
    let initials: Vec<String> = typed.chars().map(String::from).collect();
    if initials.iter().all(|initial| beginnings().contains(initial.as_str())) && !found.contains(&initials) {
        found.push(initials);
    }
    found
}

/// The beginnings of syllables that stand at a place, the longest first.
fn parts(typed: &str, at: usize) -> impl Iterator<Item = &str> {
    const LONGEST: usize = 6; // zhuang
    (1..=LONGEST).rev().filter_map(move |len| typed.get(at..at + len)).filter(|part| beginnings().contains(part))
}

fn take_apart<'t>(
    (typed, ends): (&'t str, &[bool]),
    at: usize,
    so_far: &mut Vec<&'t str>,
    found: &mut Vec<Vec<String>>,
) {
    if at == typed.len() {
        return found.push(so_far.iter().map(|part| (*part).to_owned()).collect());
    }
    for part in parts(typed, at) {
        if found.len() < WAYS && ends.get(at + part.len()) == Some(&true) {
            so_far.push(part);
            take_apart((typed, ends), at + part.len(), so_far, found);
            so_far.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways_of(typed: &str) -> Vec<String> {
        ways(typed).iter().map(|way| way.join(" ")).collect()
    }

    #[test]
    fn what_is_typed_is_taken_apart() {
        assert_eq!(ways_of("zs"), ["z s"]);
        assert_eq!(ways_of("zhangs").first().unwrap(), "zhang s");
        assert!(ways_of("zhangsan").contains(&"zhang san".to_owned()));
        assert!(ways_of("xian").contains(&"xian".to_owned()));
        assert!(ways_of("xian").contains(&"xi an".to_owned()));
        assert!(ways_of("zhsf").contains(&"zh s f".to_owned()));
        assert_eq!(ways_of("iv"), [""; 0], "no syllable begins so");
        assert_eq!(ways_of("zhonghuarenmingongheguo").len(), WAYS);
        assert_eq!(ways_of("a-b"), [""; 0]);
    }

    #[test]
    fn a_sign_may_sound_in_several_ways() {
        assert!(syllables('重').contains(&"zhong") && syllables('重').contains(&"chong"));
        assert_eq!(syllables('x'), [""; 0]);
    }
}
