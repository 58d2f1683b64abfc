//! The sentence in one width, one case and simplified characters, position by position the same as typed.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional characters of the words the grammar itself knows, each followed by its simplified form.
const SIMPLIFIED: &str = "當当內内後后時时購购買买單单複复復复過过門门類类額额數数總总計计個个萬万億亿兩两週周標标籤签記记為为會会員员\
顧顾戶户請请動动級级則则從从沒没無无達达滿满於于筆笔價价幣币塊块間间現现鐘钟鍾钟評评訴诉貨货電电話话來来訪访瀏浏覽览進进務务創创給给將将貼贴負负\
緒绪嚴严種种條条場场歷历這这誰谁們们與与並并還还對对開开關关閉闭贏赢輸输產产線线機机設设備备讀读費费錄录變变資资職职運运頁页長长發发優优幾几\
圓元傳传遞递訂订鋪铺組组處处別别實实際际續续間间連连儲储約约較较節节認认證证贈赠簽签應应該该嗎吗係系統统動动轉转歸归晉晋調调視视權权銷销\
選选擇择樣样買买週周號号碼码終终結结數数據据減减屬属陸陆鑽钻銀银賬账點点餘余網网頻频訊讯郵邮檔档鏈链";

/// A sentence, normalised for matching.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    original: Vec<char>,
    chars: Vec<char>,
}

impl Sentence {
    pub(crate) fn new(text: &str) -> Self {
        let original: Vec<char> = text.chars().collect();
        let chars = original.iter().map(|letter| normal(*letter)).collect();
        Self { original, chars }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The normalised character at a place; a space beyond the ends.
    pub(crate) fn at(&self, place: usize) -> char {
        self.chars.get(place).copied().unwrap_or(' ')
    }

    /// The character before a place.
    pub(crate) fn before(&self, place: usize) -> char {
        place.checked_sub(1).map_or(' ', |place| self.at(place))
    }

    /// The words between two places, as typed.
    pub(crate) fn typed(&self, start: usize, end: usize) -> String {
        self.original.get(start..end).unwrap_or_default().iter().collect::<String>().trim().to_owned()
    }

    /// The words between two places, exactly as typed.
    pub(crate) fn exactly(&self, start: usize, end: usize) -> String {
        self.original.get(start..end).unwrap_or_default().iter().collect()
    }

    /// Whether these words stand here, whole; where they end.
    pub(crate) fn matches(&self, place: usize, word: &[char]) -> Option<usize> {
        let end = place + word.len();
        let stands = self.chars.get(place..end)? == word;
        (stands && self.is_whole(place, end)).then_some(end)
    }

    /// As [`Self::matches`], for a word of a table, which is written in normal form.
    pub(crate) fn stands(&self, place: usize, word: &str) -> Option<usize> {
        let mut end = place;
        for letter in word.chars() {
            if self.chars.get(end) != Some(&letter) {
                return None;
            }
            end += 1;
        }
        self.is_whole(place, end).then_some(end)
    }

    /// As [`Self::stands`], but a digit may follow at once: RMB500.
    pub(crate) fn stands_before_number(&self, place: usize, word: &str) -> Option<usize> {
        let end = place + word.chars().count();
        let is_it = self.chars.get(place..end)?.iter().copied().eq(word.chars());
        let is_free = self.is_whole(place, place) && (self.at(end).is_ascii_digit() || self.is_whole(end, end));
        (is_it && is_free).then_some(end)
    }

    /// Whether no Latin word or number is cut at either end.
    pub(crate) fn is_whole(&self, start: usize, end: usize) -> bool {
        !cuts(self.before(start), self.at(start)) && !cuts(self.before(end), self.at(end))
    }
}

fn cuts(left: char, right: char) -> bool {
    let is_letter = |letter: char| letter.is_alphabetic() && !is_han(letter);
    (is_letter(left) && (is_letter(right) || right.is_ascii_digit()))
        || (left.is_ascii_digit() && right.is_ascii_digit())
}

/// Whether a character is a Chinese one.
pub(crate) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Words of a table or a workspace, as they are matched.
pub(crate) fn normal_word(word: &str) -> Vec<char> {
    word.trim().chars().map(normal).collect()
}

fn normal(letter: char) -> char {
    let letter = half_width(letter);
    let mut lower = letter.to_lowercase();
    let letter = match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => letter,
    };
    if is_han(letter) { simplified(letter) } else { letter }
}

fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '“' | '”' | '„' => '"',
        '‘' | '’' | '`' => '\'',
        '—' | '–' | '−' => '-',
        '≧' => '≥',
        '≦' => '≤',
        '￥' => '¥',
        '\u{200b}' | '\u{feff}' => ' ',
        space if space.is_whitespace() => ' ',
        other => other,
    }
}

fn simplified(letter: char) -> char {
    static PAIRS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let letters: Vec<char> = SIMPLIFIED.chars().collect();
        letters.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
    });
    PAIRS.get(&letter).copied().unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_cases_and_characters_become_one() {
        let sentence = Sentence::new("當客戶３０天內ＶＩＰ＞５００，");
        let normal: String = (0..sentence.len()).map(|place| sentence.at(place)).collect();
        assert_eq!(normal, "当客户30天内vip>500,");
        assert_eq!(sentence.typed(1, 3), "客戶");
    }

    #[test]
    fn the_table_pairs_up() {
        let letters: Vec<char> = SIMPLIFIED.chars().collect();
        assert_eq!(letters.len() % 2, 0);
        assert!(letters.chunks(2).all(|pair| pair[0] != pair[1]), "{:?}", letters.chunks(2).find(|p| p[0] == p[1]));
    }

    #[test]
    fn a_latin_word_is_not_cut() {
        let sentence = Sentence::new("reorder 30days");
        assert_eq!(sentence.matches(2, &normal_word("order")), None);
        assert_eq!(sentence.matches(10, &normal_word("days")), Some(14));
        assert_eq!(sentence.matches(8, &normal_word("3")), None);
    }
}
