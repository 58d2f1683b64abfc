//! Free words: the name of a tag, the text of a task, a value where one is due. They end where a sentence goes on.

use crate::frame::{Frame, Name, Source, Value};
use crate::normal::{Sentence, is_han};
use crate::number::number_at;
use crate::values::{Found, values_at};

const STOPS: &str = ",.。;!?():\"'「」『』《》【】、";
/// Where an English sentence that begins with the action goes on.
const GOES_ON: &[&str] = &[
    "when",
    "if",
    "once",
    "while",
    "as long as",
    "as soon as",
    "whenever",
    "in case",
    "so long as",
    "who",
    "automatically",
    "immediately",
    "right away",
    "please",
    "within",
    "until",
    "tomorrow",
    "every",
    "after",
    "before",
    "and then",
];
const LABEL: &[&str] = &["标签", "tag", "label"];
const END: &[&str] = &["吧", "了", "即可", "的"];
/// With these a name would begin in the middle of the verb before it.
const NOT_FIRST: &[&str] = &["上", "为", "成", "个", "到", "the", "a", "an", "as", "to"];
const NOT_FIRST_IN_TASKS: &[&str] = &["to", "called", "named", "saying", "for", "that"];
/// What a name may end with but not hold before its end.
const ONLY_LAST: &[&str] = &["客户", "会员", "customers", "customer"];
/// What a name does not hold unless it is known or in quotes: it would swallow a second action or a time.
const NOT_IN_NAMES: &[&str] = &[
    "并",
    "且",
    "同时",
    "以及",
    "然后",
    "提醒",
    "创建",
    "发送",
    "通知",
    "推送",
    "发放",
    "赠",
    "移除",
    "取消",
    "任务",
    "标记",
    "升级",
    "当",
    "如果",
    "只要",
    "一旦",
    "除非",
    "直到",
    "否则",
    "或者",
    "每",
    "之后",
    "下次",
    "不",
    "and",
    "then",
    "or",
    "for",
    "until",
    "if",
    "when",
    "unless",
    "within",
    "after",
    "before",
    "send",
    "notify",
    "remind",
    "create",
    "remove",
    "otherwise",
    "but",
    "not",
    "every",
    "each",
    "again",
    "with",
    "from",
];
const NOT_IN_TASKS: &[&str] = &[
    "并",
    "然后",
    "否则",
    "打上",
    "标记为",
    "升级为",
    "移除",
    "直到",
    "除非",
    "如果",
    "当客户",
    "一旦",
    "只要",
    "每天",
    "每周",
    "每月",
    "明天",
    "后天",
    "下周",
    "发送",
    "创建",
    "tag",
    "mark",
    "upgrade",
    "then",
    "until",
    "unless",
    "otherwise",
    "within",
    "tomorrow",
    "every",
    "after",
    "before",
    "when",
    "if",
    "next",
    "send",
];
/// A task that is its own verb.
const TASKS: &[&str] = &["提醒", "安排", "remind", "schedule"];
/// What an unquoted Chinese value does not hold.
const NOT_IN_VALUES: &str = "的了且或并没未超满次笔元过在从是为时后就则";

/// Where free words can stand, found once for a sentence.
pub(crate) struct Free<'s> {
    sentence: &'s Sentence,
    goes_on: Vec<bool>,
    labels: Vec<bool>,
    not_in_names: Vec<usize>,
    only_last: Vec<usize>,
    not_in_tasks: Vec<usize>,
    /// Where a length of time, a price or a share that begins here ends: free words end before it.
    lengths: Vec<usize>,
}

impl<'s> Free<'s> {
    pub(crate) fn new(sentence: &'s Sentence) -> Self {
        let places = || 0..sentence.len();
        let ends = |words: &[&str]| {
            places().map(|place| first_end(sentence, place, words).unwrap_or(usize::MAX)).collect::<Vec<_>>()
        };
        let stands =
            |words: &[&str]| places().map(|place| first_end(sentence, place, words).is_some()).collect::<Vec<_>>();
        Self {
            sentence,
            goes_on: stands(GOES_ON),
            labels: stands(LABEL),
            not_in_names: ends(NOT_IN_NAMES),
            only_last: ends(ONLY_LAST),
            not_in_tasks: ends(NOT_IN_TASKS),
            lengths: places().map(|place| length_end(sentence, place).unwrap_or(usize::MAX)).collect(),
        }
    }

    /// The free words that can begin at a place; `is_word` tells where known words begin.
    pub(crate) fn at(&self, place: usize, is_word: &dyn Fn(usize) -> bool) -> Vec<Found> {
        if self.sentence.at(place) == ' ' {
            return Vec::new();
        }
        let name_end = self.run_end(place, true);
        let task_end = self.run_end(place, false);
        let is_task = first_end(self.sentence, place, TASKS).is_some();
        let goes_on = self.only_last.get(place..name_end).is_some_and(|ends| ends.iter().any(|stop| *stop < name_end));
        let name = self.name(place, name_end, "freetag", &self.not_in_names, 24).filter(|_| !goes_on);
        let task = || self.name(place, task_end, "freetask", &self.not_in_tasks, 60);
        let line = || self.name(place, task_end, "taskline", &self.not_in_tasks, 60);
        let is_name = first_end(self.sentence, place, NOT_FIRST).is_none();
        let is_title = first_end(self.sentence, place, NOT_FIRST_IN_TASKS).is_none();
        let named = name
            .filter(|_| is_name)
            .into_iter()
            .chain(is_title.then(task).flatten())
            .chain(is_task.then(line).flatten());
        named.chain(taken(self.sentence, place, is_word)).collect()
    }

    fn run_end(&self, place: usize, to_label: bool) -> usize {
        let is_at = |marks: &[bool], at: usize| marks.get(at).copied().unwrap_or(false);
        let ends = |at: &usize| {
            let is_length = self.lengths.get(*at).is_some_and(|end| *end != usize::MAX);
            let goes_on =
                *at > place && (is_length || is_at(&self.goes_on, *at) || (to_label && is_at(&self.labels, *at)));
            goes_on || STOPS.contains(self.sentence.at(*at))
        };
        (place..self.sentence.len()).find(ends).unwrap_or(self.sentence.len())
    }

    fn name(&self, place: usize, end: usize, class: &'static str, barred: &[usize], most: usize) -> Option<Found> {
        let mut text = self.sentence.typed(place, end);
        if let Some(shorter) = END.iter().find_map(|particle| text.strip_suffix(particle)) {
            text = shorter.trim().to_owned();
        }
        let holds = |ends: &[usize]| ends.get(place..end).is_some_and(|ends| ends.iter().any(|stop| *stop <= end));
        let is_fit = !text.is_empty() && text.chars().count() <= most && !holds(barred) && !holds(&self.lengths);
        let name = Name { text, source: Source::Taken };
        is_fit.then(|| (class, end, Frame { name: Some(name), ..Frame::default() }))
    }
}

fn first_end(sentence: &Sentence, place: usize, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| sentence.stands(place, word))
}

/// A length of time within free words would be a deadline, which nothing here can keep.
fn length_end(sentence: &Sentence, place: usize) -> Option<usize> {
    number_at(sentence, place)?;
    let found = values_at(sentence, place, base::Currency::CNY);
    found.iter().find(|(class, ..)| matches!(*class, "span" | "timed" | "money" | "percent")).map(|(_, end, _)| *end)
}

/// An unquoted value where one is due: one Latin word, or Chinese characters up to the next known word.
fn taken(sentence: &Sentence, place: usize, is_word: &dyn Fn(usize) -> bool) -> Vec<Found> {
    let first = sentence.at(place);
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let is_barred = first_end(sentence, place, NOT_VALUES).is_some();
    if is_barred || !is_part(first) || first == '-' || is_word(place) || !sentence.is_whole(place, place) {
        return Vec::new();
    }
    let run = |is_in: &dyn Fn(char) -> bool| (place..sentence.len()).take_while(|at| is_in(sentence.at(*at))).count();
    if !is_han(first) {
        let end = place + run(&|letter| is_part(letter) && !is_han(letter));
        let is_number = (place..end).all(|at| sentence.at(at).is_numeric());
        return if is_number { Vec::new() } else { vec![text(sentence, place, end)] };
    }
    let is_in = |letter: char| is_han(letter) && !NOT_IN_VALUES.contains(letter);
    let end = place + run(&is_in).min(10);
    let end = (place + 1..end).find(|at| is_word(*at)).unwrap_or(end);
    if end > place { vec![text(sentence, place, end)] } else { Vec::new() }
}

/// What no value begins with: these quantify or compare.
const NOT_VALUES: &[&str] = &[
    "每",
    "各",
    "同",
    "某",
    "任",
    "其",
    "哪",
    "这",
    "那",
    "所有",
    "全部",
    "多",
    "不",
    "新",
    "老",
    "热门",
    "相同",
    "单",
    "几",
    "两",
    "一",
    "个",
    "和",
    "或",
    "与",
    "及",
    "有",
    "已",
    "前",
    "内",
    "还",
    "也",
    "才",
    "过",
    "都",
    "再",
    "又",
    "没",
    "未",
    "被",
    "把",
    "给",
    "向",
    "后",
    "时",
    "中",
    "each",
    "same",
    "per",
    "every",
    "other",
    "another",
    "which",
    "what",
    "new",
    "old",
    "best",
    "favorite",
    "favourite",
    "popular",
    "all",
    "our",
    "top",
    "most",
    "more",
    "multiple",
    "one",
    "two",
    "three",
    "any",
    "some",
    "only",
    "just",
    "not",
    "certain",
    "least",
    "than",
    "less",
    "month",
    "months",
    "day",
    "days",
    "week",
    "weeks",
    "year",
    "years",
    "quarter",
    "hour",
    "hours",
    "minute",
    "minutes",
    "time",
    "average",
    "total",
    "number",
    "much",
    "very",
    "being",
    "having",
    "it",
    "them",
    "they",
    "so",
    "such",
];

fn text(sentence: &Sentence, place: usize, end: usize) -> Found {
    let text = sentence.typed(place, end);
    let value = Value::Text { typed: text.clone(), text, source: Source::Taken };
    ("raw", end, Frame { value: Some(value), ..Frame::default() })
}
