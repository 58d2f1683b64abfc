//! What the first grammar does not read, each with the reason and something near that it does.

use base::Text;

use crate::normal::{Sentence, normal_word};
use crate::words::rows;

struct Row {
    /// Whether the sentence without the word is near to what was meant.
    is_near: bool,
    zh: &'static str,
    en: &'static str,
    why_zh: &'static str,
    why_en: &'static str,
}

const fn row(zh: &'static str, en: &'static str, why_zh: &'static str, why_en: &'static str) -> Row {
    Row { is_near: false, zh, en, why_zh, why_en }
}

const fn vague(zh: &'static str, en: &'static str, why_zh: &'static str, why_en: &'static str) -> Row {
    Row { is_near: true, ..row(zh, en, why_zh, why_en) }
}

/// Words by what stands behind them.
const ROWS: &[Row] = &[
    vague(
        "老 新 忠诚 忠实 高价值 优质 重要 活跃 沉睡 流失 潜在 意向",
        "loyal|big spender|big spenders|high value|high-value|valuable|active|inactive|dormant|churned|new|existing|frequent|best|good|lapsed|important",
        "没有写明它的含义：请用次数、金额和时间范围来说",
        "what it means is not written down: say it with counts, amounts and a period",
    ),
    row(
        "预测 概率 可能 可能性 评分模型 倾向 风险 推荐",
        "likely|probability|predicted|predict|churn risk|propensity|risk|model",
        "规则不读模型的预测",
        "rules do not read what a model predicts",
    ),
    vague(
        "不满意 满意 喜欢 抱怨 生气 开心 情感",
        "happy|unhappy|sentiment|satisfied|dissatisfied|angry|upset|annoyed|likes",
        "感受不能直接读：请用情绪、评分或投诉来说",
        "feelings are not read as such: say it with the mood, a score or complaints",
    ),
    row(
        "增长 下降 环比 同比 比上月 比上个月 比去年 比上周 增加 减少 上升 翻倍 相比 比",
        "growth|grew|increase|increased|decrease|decreased|dropped|fell|compared|compared to|than last|than the previous|twice as|doubled|vs|versus|rose|declined",
        "还不能比较两个时期",
        "two periods cannot be compared yet",
    ),
    row(
        "先 再 然后 接着 随后 之后又 后又 后再 后",
        "then|after|before|followed by|afterwards|subsequently|later",
        "还不能读先后次序",
        "an order of events cannot be read yet",
    ),
    row(
        "连续 每天都 每月都 每周都 每日 每周 每月 每年 每天",
        "consecutive|in a row|streak|every day|every week|every month|each month|per month|per week|monthly|weekly|daily|straight|per day|each week|every",
        "还不能读连续或逐期的条件",
        "streaks and conditions on each period cannot be read yet",
    ),
    row(
        "% ％ 百分之 占比 比例 百分比 比率 转化率 复购率 率 一半 成",
        "%|percent|percentage|share|ratio|rate|half of|proportion|fraction",
        "还不能读比例",
        "shares and percentages cannot be read yet",
    ),
    row(
        "每个门店 各门店 每家 各 每个 每家门店 同一 同一家 同一门店 同一个 每种",
        "per store|each store|per company|each company|per category|per|same store|same|each",
        "还不能按门店、公司等分组",
        "grouping by store, company and the like cannot be read yet",
    ),
    row(
        "公司 企业 产线 设备 商机 门店的 部门",
        "company|companies|account|accounts|production line|line|device|deal|stores that",
        "规则只说客户，不说别的主体",
        "rules speak of customers only, not of other subjects",
    ),
    row(
        "工作日 节假日 周末 国庆 春节 双十一 双11 月底 月初 年底 生日 截止 凌晨 上午 下午 晚上 点钟",
        "business days|working days|weekend|weekends|holiday|christmas|birthday|deadline|morning|evening|night|end of month|january|february|march|april|june|july|august|september|october|november|december",
        "还不能读工作日、节日和具体日期",
        "working days, holidays and dates cannot be read yet",
    ),
    vague(
        "左右 大约 大概 约 差不多 几 多次 经常 频繁 偶尔 很多 大量 若干 数次 近期 近来 不久 高 低 多 少 大额 小额",
        "about|around|roughly|approximately|nearly|almost|several|many|often|frequently|a few|some|recently|lots|few|a lot|regularly|occasionally|large|small|high|low|most|top",
        "没有确定的数：请给出次数、金额或天数",
        "not a definite number: give a count, an amount or days",
    ),
    row(
        "都 全部 所有 全都 均",
        "all|both|only those|every order|each order",
        "还不能读「都」「所有」：可以说最小值",
        "'all' and 'every' cannot be read yet: say it with the lowest value",
    ),
    row(
        "除非 除了 否则 直到 不包括 排除 以外 除",
        "unless|except|otherwise|until|excluding|other than|else|besides",
        "还不能读例外",
        "exceptions cannot be read yet",
    ),
    row(
        "发送 发短信 短信 发券 推送 通知 赠送 发放 送 打折 优惠",
        "send|sms|notify|email them|give a coupon|discount|offer|push|text them|alert",
        "能做的只有：打标签、去标签、创建任务",
        "all it can do is set a tag, remove a tag, or create a task",
    ),
    row(
        "并提醒 并创建 并打 并标记 并通知 并发送",
        "and create|and tag|and mark|and remind|and notify|and send|and set|and add",
        "一条规则只做一件事：请分成几条",
        "a rule does one thing: write one rule for each",
    ),
    row(
        "天后 小时后 天内联系 天之后 明天 分钟后 周后",
        "later|tomorrow|in advance|days later|after that",
        "还不能读期限和延后",
        "deadlines and delays cannot be read yet",
    ),
];

/// Why a sentence with these stretches left over is refused, and the words to name.
pub(crate) fn explain(sentence: &Sentence, left: &[(usize, usize)], tags: &[String]) -> Refusal {
    let refused = refused_words(sentence);
    let mut why = None;
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (start, end) in left {
        let is_it = |from: usize, to: usize| {
            if to == from + 1 { (from, to) == (*start, *end) } else { from < *end && to > *start }
        };
        let known = refused.iter().find(|(from, to, _)| is_it(*from, *to));
        let (start, end) = known.map_or((*start, *end), |(from, to, _)| (*start.min(from), *end.max(to)));
        why = why.or(known.map(|(.., row)| *row));
        match spans.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => spans.push((start, end)),
        }
    }
    let mut unused: Vec<String> = spans.iter().map(|(start, end)| sentence.typed(*start, *end)).collect();
    unused.retain(|word| word.chars().any(char::is_alphanumeric) || word.contains('%'));
    unused.dedup();
    let first = refused.first().filter(|_| unused.is_empty());
    if let (None, Some((from, to, row))) = (why, first) {
        unused = vec![sentence.typed(*from, *to)];
        why = Some(*row);
    }
    let is_near = why.is_none_or(|row| row.is_near);
    let is_tag = |word: &&String| tags.iter().any(|tag| normal_word(tag) == normal_word(word));
    let reason = match why {
        None if unused.iter().any(|word| is_tag(&word)) => {
            named(&unused, "条件里还不能用标签", "tags cannot be used in conditions yet")
        }
        Some(row) => named(&unused, row.why_zh, row.why_en),
        None if unused.is_empty() => incomplete(sentence),
        None => {
            let (zh, en) = half(sentence).unwrap_or(("不知道它在这里的意思", "what it means here is not known"));
            named(&unused, zh, en)
        }
    };
    Refusal { reason, unused, is_near }
}

/// Why a sentence is refused.
pub(crate) struct Refusal {
    pub(crate) reason: Text,
    /// The words that found no place, as typed.
    pub(crate) unused: Vec<String>,
    /// Whether the sentence without them is worth offering.
    pub(crate) is_near: bool,
}

fn named(unused: &[String], zh: &str, en: &str) -> Text {
    let names = |open: &str, close: &str, by: &str| {
        unused.iter().map(|word| format!("{open}{word}{close}")).collect::<Vec<_>>().join(by)
    };
    Text::new(
        format!("没有用上{}：{zh}", names("「", "」", "、")),
        format!("I did not use {}: {en}", names("\"", "\"", ", ")),
    )
}

fn incomplete(sentence: &Sentence) -> Text {
    let (zh, en) = half(sentence)
        .unwrap_or(("读不懂这句话：请换一种说法", "this sentence cannot be read: please put it differently"));
    Text::new(zh, en)
}

/// A condition without an action, or an action without a condition.
fn half(sentence: &Sentence) -> Option<(&'static str, &'static str)> {
    let stands = |class: &str, at: usize| {
        let words = rows().filter(|row| row.class == class).flat_map(|row| row.zh.split(' ').chain(row.en.split('|')));
        words.filter(|word| !word.is_empty()).any(|word| sentence.stands(at, word).is_some())
    };
    let anywhere = |classes: &[&str]| (0..sentence.len()).any(|at| classes.iter().any(|class| stands(class, at)));
    let acts = anywhere(&["set", "put", "clear", "clearlabel", "task", "tagobject", "riseobject"]);
    match (stands("when", 0), acts) {
        (true, false) => Some(("说了什么时候，没有说要做什么", "it says when, but not what to do")),
        (false, true) if !anywhere(&["when"]) => {
            Some(("说了要做什么，没有读懂什么时候", "it says what to do, but when could not be read"))
        }
        _ => None,
    }
}

/// The refused words of a sentence, by start and end, the longest at each place.
fn refused_words(sentence: &Sentence) -> Vec<(usize, usize, &'static Row)> {
    let mut found: Vec<(usize, usize, &'static Row)> = Vec::new();
    for place in 0..sentence.len() {
        let ends = |row: &'static Row| {
            let words = row.zh.split(' ').chain(row.en.split('|'));
            words.filter_map(|word| sentence.stands(place, word)).max().map(|end| (end, row))
        };
        let longest = ROWS.iter().filter_map(ends).max_by_key(|(end, _)| *end);
        found.extend(longest.map(|(end, row)| (place, end, row)));
    }
    found
}

/// Sentences that read as understood, for someone who was refused.
pub(crate) fn examples() -> Vec<Text> {
    let rows = [
        ("最近30天内下单次数≥2", "the number of orders in the last 30 days ≥ 2"),
        ("累计订单金额合计超过5000元的客户", "customers whose total order amount so far is over 5000 yuan"),
        (
            "只要30天内投诉至少2次，就打上标签「需关怀」",
            "as long as a customer has at least 2 complaints in the last 30 days, tag as \"需关怀\"",
        ),
    ];
    rows.into_iter().map(|(zh, en)| Text::new(zh, en)).collect()
}
