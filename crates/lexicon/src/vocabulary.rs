//! The closed words of the grammar, both languages side by side: the first of each is the one that is said.
//!
//! To extend the language, add words to a row; to teach a new class, add a row and use the class in
//! `phrases.rs`. Chinese words are separated by spaces, English ones by bars.

use crate::Unit;
use crate::frame::{Act, Quantity, flag};
use crate::words::{Conn, Mark};
use crate::{Comparator, Function};

/// A row: a class of words that mean the same.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) class: &'static str,
    pub(crate) mark: Mark,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

const fn row(class: &'static str, mark: Mark, zh: &'static str, en: &'static str) -> Row {
    Row { class, mark, zh, en }
}

use Comparator::{Eq, Ge, Gt, Le, Lt, Ne};
use Mark::{Bool, Calendar, Count, Field, Flag, Kind, Lifetime, Nothing, Op};

/// How two values stand to each other. 以上, 以下, 以内, 满, 达到 include the boundary; 超过, 不满 do not.
pub(crate) const COMPARATORS: &[Row] = &[
    row(
        "op",
        Op(Ge),
        "≥ >= => 大于等于 大于或等于 不小于 不少于 不低于 至少 最少 起码 满 达到 达 已满 已达 已达到 满足至少 至少为 不下",
        "≥|>=|=>|at least|no less than|no fewer than|not less than|not fewer than|greater than or equal to|more than or equal to|a minimum of|minimum of|reaches|reach|reached|reaching",
    ),
    row(
        "op",
        Op(Gt),
        "> 大于 超过 超出 超 多于 高于 突破 长于 大过 高过 多过",
        ">|more than|over|greater than|above|exceeds|exceed|exceeded|exceeding|higher than|larger than|bigger than|longer than|in excess of",
    ),
    row(
        "op",
        Op(Le),
        "≤ <= =< 小于等于 小于或等于 少于等于 不超过 不大于 不多于 不高于 至多 最多 没超过 没有超过 未超过 不超",
        "≤|<=|=<|at most|no more than|not more than|not over|not exceeding|not above|up to|does not exceed|do not exceed|doesn't exceed|less than or equal to|a maximum of|maximum of|no greater than|no higher than",
    ),
    row(
        "op",
        Op(Lt),
        "< 小于 少于 低于 不满 不到 不足 未满 未达 未达到 没达到 没有达到 没到 短于 没满",
        "<|less than|fewer than|under|below|lower than|smaller than|shorter than",
    ),
    row(
        "op",
        Op(Eq),
        "= 等于 正好 恰好 刚好 正好是 恰好是 刚好是 == 只 仅 只有 仅仅",
        "=|exactly|equal to|equals|precisely|is equal to|==|only|just",
    ),
    row(
        "op",
        Op(Ne),
        "≠ 不等于 不为 不是 != <>",
        "≠|!=|<>|is not|isn't|not equal to|is not equal to|does not equal|are not|was not|wasn't",
    ),
    row(
        "post",
        Op(Ge),
        "以上 及以上 或以上 或更多 (含)以上 以上(含) 起",
        "or more|or above|and above|and up|or over|or higher|+|plus|or longer|and more",
    ),
    row(
        "post",
        Op(Le),
        "以下 及以下 或以下 以内 或更少 以下(含)",
        "or less|or fewer|or below|and below|or lower|at most|or under",
    ),
    row("is", Nothing, "为 是 在 有 有了 已 已经", "is|are|was|were|has been|have been|of|comes to|amounts to|totals"),
    row("isq", Op(Eq), "为 是", "is|are|was|were"),
    row("to", Nothing, "到 至 ~ -", "to|~|-"),
    row("bool", Bool(true), "是", "yes|true"),
    row("bool", Bool(false), "否", "no|false"),
];

/// What a number counts.
pub(crate) const UNITS: &[Row] = &[
    row("unit", Mark::Unit(Quantity::Times), "次 笔 单 回 遍 趟 宗 起 场 通 封 篇", "times|time|x"),
    row("unit", Mark::Unit(Quantity::Some), "个 条 张 份", ""),
    row("unit", Mark::Unit(Quantity::Things), "家 种 类 款 间 样", ""),
    row("unit", Mark::Unit(Quantity::Pieces), "件", "items|item|pieces|piece"),
    row("unit", Mark::Unit(Quantity::Points), "分 星 颗星", "points|point|stars|star"),
    row("twice", Count(2), "", "twice"),
    row("twice", Count(1), "", "once"),
    row("twice", Count(3), "", "thrice"),
    row("different", Nothing, "不同 不同的 不一样的", "different|distinct|unique|separate|various"),
];

/// What is made of events.
pub(crate) const FUNCTIONS: &[Row] = &[
    row("countword", Nothing, "次数 总次数 数 数量 笔数 单数 总数 总笔数 频次 量", "count|counts"),
    row("numberof", Nothing, "", "number of|count of|total number of|the number of|how many"),
    row(
        "agg",
        Mark::Function(Function::Sum),
        "总 合计 总计 合计的 总的",
        "total|sum of|total of|sum of all|combined|cumulative|overall",
    ),
    row(
        "agg",
        Mark::Function(Function::Avg),
        "平均 平均每单 平均每笔 平均每次 每单平均 每笔平均 均",
        "average|mean|avg|average of|mean of",
    ),
    row(
        "agg",
        Mark::Function(Function::Max),
        "最大 最高 最大单笔 单笔最大 最高单笔 单笔最高 最大一笔 最大的一笔 最长 最大单次 单次最长",
        "highest|largest|biggest|maximum|max|greatest|largest single|biggest single|highest single|maximum of|longest",
    ),
    row(
        "agg",
        Mark::Function(Function::Min),
        "最小 最低 最小单笔 单笔最小 最低单笔 单笔最低 最小一笔 最短",
        "lowest|smallest|minimum|min|smallest single|lowest single|minimum of|shortest",
    ),
    row("amountpost", Mark::Function(Function::Sum), "总额 总金额", ""),
    row("aggpost", Mark::Function(Function::Sum), "总额", ""),
    row("aggpost", Mark::Function(Function::Sum), "合计 总和 之和 总计 总值 总量", "total|sum"),
    row("aggpost", Mark::Function(Function::Avg), "平均值 均值 平均数 平均", "average|mean"),
    row("aggpost", Mark::Function(Function::Max), "最大值 最高值", "maximum|max"),
    row("aggpost", Mark::Function(Function::Min), "最小值 最低值", "minimum|min"),
    row("single", Mark::Function(Function::Max), "单笔 单次 单个 单一 任一笔 任意一笔", "single|any single"),
    row(
        "ordinal",
        Mark::Function(Function::First),
        "首次 第一次 首笔 第一笔 首个 第一个 首张",
        "first|earliest|very first",
    ),
    row(
        "ordinal",
        Mark::Function(Function::Last),
        "最后一次 最近一次 上次 上一次 最近一笔 最后一笔 上一笔 末次 最新一次 最近的一次",
        "last|latest|most recent",
    ),
    row("first", Nothing, "首次 第一次 首笔 第一笔 首个", "first|very first"),
    row("recentone", Nothing, "最后一次 最近一次 上次 上一次 最近一笔 最后一笔 末次", "last|latest|most recent"),
    row("firstorder", Kind("order.placed"), "首单 第一单", ""),
    row("firstof", Kind("order.placed"), "首单 第一单", ""),
    row("lastof", Kind("order.placed"), "末单 尾单 最近一单 最后一单 上一单", ""),
    row(
        "measure",
        Field("order.placed", "amount"),
        "客单价 平均客单价",
        "average order value|aov|average basket|average basket value|average basket size|average spend per order",
    ),
    row("field", Field("order.placed", "amount"), "消费额 订单额 下单金额 购买金额", "purchase amount|purchase value"),
    row("spend", Field("order.placed", "amount"), "花费 花了 花", "spends|spent|spend|spending|has spent|have spent"),
    row(
        "repeat",
        Kind("order.placed"),
        "复购 回购 重复购买 重复下单 再购",
        "repurchases|repurchase|repurchased|has repurchased|repeat purchase|repeat purchases|repeat order|repeat orders|reorders|reorder|reordered|re-orders|re-ordered|repeat-purchases",
    ),
    row("again", Flag(flag::AGAIN), "再次 再一次 又一次", "again|once more|once again"),
    row("xia", Kind("order.placed"), "下", ""),
    row(
        "total",
        Flag(flag::TOTAL),
        "累计 总共 一共 合计 总计 共计 共 累积",
        "in total|a total of|altogether|cumulatively|in all|total of",
    ),
];

/// When.
pub(crate) const WINDOWS: &[Row] = &[
    row(
        "lately",
        Nothing,
        "",
        "in the last|within the last|over the last|during the last|in the past|within the past|over the past|during the past|the past|past|for the past|for the last|over last",
    ),
    row(
        "recent",
        Nothing,
        "最近 过去 近 过去的 最近的 前 这 之前 此前",
        "in the last|within the last|over the last|during the last|in the past|within the past|over the past|during the past|for the last|for the past|in last|last|past|the last|the past|in past|over last|over past|within last|throughout the last|in the previous|over the previous|in the most recent",
    ),
    row("inner", Nothing, "内 以内 之内 里 中 间 之中 期间 以来 来", ""),
    row("within", Nothing, "", "within|in|inside|in under|within a|inside of"),
    row("during", Nothing, "在 于", "in|during|within"),
    row(
        "lifetime",
        Lifetime,
        "历史上 历史 有史以来 至今 迄今 截至目前 截止目前 从始至终 全部历史",
        "so far|ever|of all time|in their lifetime|lifetime|all time|all-time|over all time|to date|in history|since the beginning|since forever",
    ),
    row("calendar", Calendar(Unit::Day, 0), "今天 今日 当天 当日", "today|this calendar day"),
    row("calendar", Calendar(Unit::Day, -1), "昨天 昨日", "yesterday|last calendar day"),
    row("calendar", Calendar(Unit::Day, -2), "前天 前日", "the day before yesterday"),
    row(
        "calendar",
        Calendar(Unit::Week, 0),
        "本周 这周 这个星期 本星期 这星期 当周 这一周",
        "this calendar week|this week|the current week|current week|week to date",
    ),
    row(
        "calendar",
        Calendar(Unit::Week, -1),
        "上周 上星期 上个星期 上一周",
        "last calendar week|last week|the previous week|previous week|the week before",
    ),
    row(
        "calendar",
        Calendar(Unit::Month, 0),
        "本月 这个月 当月 这月 本自然月",
        "this calendar month|this month|the current month|current month|month to date",
    ),
    row(
        "calendar",
        Calendar(Unit::Month, -1),
        "上月 上个月 上一个月 上一自然月",
        "last calendar month|last month|the previous month|previous month",
    ),
    row("calendar", Calendar(Unit::Month, -2), "上上个月 上上月", "the month before last"),
    row(
        "calendar",
        Calendar(Unit::Quarter, 0),
        "本季度 这个季度 当季 这季度 本季",
        "this calendar quarter|this quarter|the current quarter|current quarter|quarter to date",
    ),
    row(
        "calendar",
        Calendar(Unit::Quarter, -1),
        "上季度 上个季度 上一季度 上一个季度",
        "last calendar quarter|last quarter|the previous quarter|previous quarter",
    ),
    row(
        "calendar",
        Calendar(Unit::Year, 0),
        "今年 本年 当年 本年度 这一年",
        "this calendar year|this year|the current year|current year|year to date|ytd",
    ),
    row(
        "calendar",
        Calendar(Unit::Year, -1),
        "去年 上年 上一年 上年度",
        "last calendar year|last year|the previous year|previous year",
    ),
    row("calendar", Calendar(Unit::Year, -2), "前年", "the year before last"),
    row(
        "same",
        Flag(flag::SAME),
        "同期 同期内 期间 在此期间 期间内 同一时期 同一期间 这期间 在这期间",
        "in the same period|in that period|during that time|in the same time|over the same period|within the same period|in the same window|during the same period|in that time",
    ),
    row("ago", Nothing, "前 之前 以前", "ago|before now"),
];

/// Units of lengths: their seconds as values, and how they are said.
pub(crate) struct LengthUnit {
    pub(crate) unit: Option<Unit>,
    pub(crate) seconds: u32,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// Shortest first; the first word is the one that is said.
pub(crate) const LENGTHS: &[LengthUnit] = &[
    LengthUnit { unit: None, seconds: 1, zh: "秒 秒钟", en: "seconds|second|secs|sec" },
    LengthUnit { unit: Some(Unit::Minute), seconds: 60, zh: "分钟 分", en: "minutes|minute|mins|min" },
    LengthUnit {
        unit: Some(Unit::Hour), seconds: 3_600, zh: "小时 个小时 钟头 个钟头", en: "hours|hour|hrs|hr"
    },
    LengthUnit { unit: Some(Unit::Day), seconds: 86_400, zh: "天 日", en: "days|day" },
    LengthUnit {
        unit: Some(Unit::Week), seconds: 604_800, zh: "周 个星期 星期 个礼拜 礼拜", en: "weeks|week|wks|wk"
    },
    LengthUnit { unit: Some(Unit::Month), seconds: 0, zh: "个月", en: "months|month" },
    LengthUnit { unit: Some(Unit::Quarter), seconds: 0, zh: "个季度 季度", en: "quarters|quarter" },
    LengthUnit { unit: Some(Unit::Year), seconds: 0, zh: "年", en: "years|year" },
];

/// Currencies by the words that follow or lead an amount.
pub(crate) struct CurrencyWord {
    pub(crate) code: &'static str,
    pub(crate) after: &'static str,
    pub(crate) before: &'static str,
}

/// An amount in 元 is in yuan.
pub(crate) const CURRENCIES: &[CurrencyWord] = &[
    CurrencyWord {
        code: "CNY",
        after: "元 块 块钱 元钱 元人民币 人民币 yuan rmb cny kuai",
        before: "¥ cny rmb 人民币 cn¥",
    },
    CurrencyWord {
        code: "USD", after: "美元 美金 dollars dollar usd bucks us-dollars", before: "$ usd us$ 美元"
    },
    CurrencyWord { code: "EUR", after: "欧元 euros euro eur €", before: "€ eur" },
    CurrencyWord { code: "GBP", after: "英镑 pounds gbp", before: "£ gbp" },
    CurrencyWord { code: "JPY", after: "日元 yen jpy", before: "jpy" },
    CurrencyWord { code: "HKD", after: "港币 港元 hkd", before: "hk$ hkd" },
];

/// What holds a sentence together.
pub(crate) const FRAMEWORK: &[Row] = &[
    row(
        "subject",
        Nothing,
        "客户 会员 顾客 用户 买家 消费者 谁 某个客户 一个客户 某客户 任何客户 每个客户 每位客户 任意客户 所有客户 该客户 这个客户 有客户 他 她 其 他们 这些客户",
        "customer|customers|member|members|user|users|buyer|buyers|shopper|shoppers|client|clients|anyone|anybody|everyone|everybody|someone|somebody|any customer|every customer|each customer|all customers|any member|people|person|those|he|she|they|their|his|her|its|customer's|whoever",
    ),
    row("who", Nothing, "", "who|that|which|whose|where"),
    row(
        "have",
        Nothing,
        "有 有过 有了 发生 发生过 发生了 产生 产生过 产生了 存在 出现 出现过 做过 下过",
        "has|have|had|having|with|made|makes|make|placed|places|place|has made|has placed|has had|have had|have made|have placed|gets|got|there is|there are|has a history of",
    ),
    row("hasdone", Nothing, "", "has|have|had|has ever|have ever|has already|have already"),
    row("past", Nothing, "过 过了", ""),
    row("aspect", Nothing, "过 了 过了", ""),
    row(
        "none",
        Flag(flag::NONE),
        "没有 没 未 未曾 从未 从没 从来没有 从来没 不曾 无 没有过 未有 并未 均未 都没有 都没 都未 都不曾 一直没有 一直未",
        "has not|have not|hasn't|haven't|had not|hadn't|did not|didn't|does not|doesn't|do not|don't|never|has never|have never|had never|not|not had|has not had|have not had|hasn't had|haven't had|has not made|has not placed|have not placed|hasn't placed|has never had|has never made|has never placed|have never made|did not make|did not place|didn't make|has not made any",
    ),
    row(
        "no",
        Flag(flag::NONE),
        "没有任何 无任何",
        "no|has no|have no|had no|without|without any|with no|with zero|has zero|there are no|there is no|zero|made no|placed no|not any",
    ),
    row("not", Flag(flag::NONE), "不", ""),
    row("any", Nothing, "任何 任意 单笔 单次", "any"),
    row("record", Nothing, "记录 行为 历史", "history"),
    row("straight", Nothing, "连续 已 已经 已有 整整", ""),
    row(
        "conn",
        Mark::Conn(Conn::And),
        "且 并且 而且 和 同时 以及 并 也 还 与 及 且同时 并且同时 同时还 同时也 但 但是 且也 同时且 还要",
        "and|and also|as well as|but|and has also|while also|and at the same time|&|but also",
    ),
    row("conn", Mark::Conn(Conn::Or), "或 或者 或是 要么", "or|or else|or has"),
    row("conn", Mark::Conn(Conn::Comma), ", ; 、", ",|;"),
    row("and", Nothing, "且 和 、 , 并且 与", "and|,|and with"),
    row("oror", Nothing, "或 或者 和 且 也没有 、", "or|nor|and|and no"),
    row("comma", Nothing, ", : ;", ",|:"),
    row("when", Nothing, "当 如果 若 假如 倘若 要是 凡 凡是 对于 若是 如", "when|if|in case|whenever|where"),
    row("when", Flag(flag::ONCE), "一旦", "once|as soon as|after"),
    row("when", Flag(flag::HOLDS), "只要 只要是", "while|as long as|so long as"),
    row("satisfy", Nothing, "满足 满足: 符合 满足条件 满足以下条件", ""),
    row("close", Nothing, "时 的时候 时候 的话 之时", ""),
    row("close", Flag(flag::ONCE), "后 之后 以后", ""),
    row("then", Nothing, "就 则 那么 便", "then"),
    row(
        "find",
        Nothing,
        "找出 查找 筛选 筛选出 列出 查询 哪些 圈选 选出 找到 找 有哪些 列出所有",
        "find|list|show|select|which|get|find me|show me|get me|give me",
    ),
    row("give", Nothing, "给 把 将 对 为 让", ""),
    row("at", Nothing, "在 于 从 通过 经 经由 用 由 来自", "in|from|at|via|through|on|by|using|across"),
    row(
        "define",
        Mark::Act(Act::Set, flag::HOLDS),
        "是指 指的是 指 定义为 的定义是 :",
        "means|is defined as|are defined as|are those|:",
    ),
    row("since", Nothing, "距离 距 离 自", "since"),
    row("passed", Nothing, "已 已经 距今 至今 过去 过 距离现在", ""),
    row("sincepost", Nothing, "起 后 之后 以后 后的", ""),
    row("sincestart", Nothing, "以来 起 至今", ""),
    row("open", Nothing, "(", "("),
    row("shut", Nothing, ")", ")"),
    row("negate", Nothing, "并非", "not"),
    row("stop", Nothing, "。 . ! ? 吗 呢 , ;", ".|!|?|,|;"),
];

/// Words that only help a sentence along.
pub(crate) const PARTICLES: &[Row] = &[
    row("particle", Nothing, "的 了 已 已经 曾 曾经 会 就 则 应 应该", "the|a|an|also|their|his|her|been|will"),
    row("harmless", Nothing, "请 自动 自动地 帮我 麻烦 系统 立即 马上", "please|automatically|kindly|auto|immediately"),
];

/// Words that say nothing where they stand: asking kindly at the beginning, and that what a rule does is done by itself and
/// at once, which it always is. Anywhere else they may mean something, and are reported as passed over.
pub(crate) const COURTESIES: &[Row] = &[
    row(
        "please",
        Nothing,
        "请 帮我 请帮我 请帮忙 帮忙 麻烦 麻烦你 麻烦您 麻烦帮我 劳驾 我想 我要 我想要 我希望 希望",
        "please|kindly|could you|can you|would you|could you please|can you please|help me|help me to|please help me|i want to|we want to|i would like to|i'd like to|we would like to|let's",
    ),
    row(
        "auto",
        Nothing,
        "自动 自动地 系统 系统自动 系统会 系统会自动 由系统 由系统自动 立即 立即自动 立刻 马上 自动立即",
        "automatically|auto|immediately|instantly|right away|straight away|the system should|the system will|the system should automatically|the system will automatically|system should|system will",
    ),
];

/// What follows.
pub(crate) const ACTIONS: &[Row] = &[
    row(
        "set",
        Mark::Act(Act::Set, 0),
        "打上标签 设置标签为 设标签为 标签设置为 标记为 标记成 标为 标注为 记为 设为 设置为 设成 归为 归类为 归入 加入 列为 列入 评为 视为 认定为 打标为 打上标签: 贴上标签 打标签 贴标签 加标签 加上标签 添加标签 打标签为 标签设为 转为 调整为 算作 称为 即为 就是 设置标签为 打上标签为",
        "set the tag|tag as|tag them as|tag him as|tag it as|mark as|mark them as|mark it as|mark him as|label as|label them as|label it as|flag as|flag them as|set tag|add the tag|add tag|apply the tag|apply tag|give the tag|assign the tag|give them the tag|set the tag to|classify as|classify them as|add to|add them to|tagged as|marked as|labelled as|labeled as|flagged as|is tagged as|are tagged as|is marked as|are marked as|is labelled as|are labelled as|should be tagged as|should be marked as|gets the tag|get the tag|is tagged|are tagged|count as|counts as|tag with|tag them with",
    ),
    row(
        "set",
        Mark::Act(Act::Set, flag::RISES),
        "升级为 升级成 升级到 升为 升至 升成 晋升为 晋级为 成为 变为 变成 降级为 降为",
        "upgrade to|upgrade them to|upgrade him to|upgrade it to|promote to|promote them to|promote it to|upgraded to|is upgraded to|are upgraded to|gets upgraded to|promoted to|becomes|become|becomes a|is promoted to|are promoted to|move to|move them to|should become|should be upgraded to|make them|make it",
    ),
    row(
        "put",
        Mark::Act(Act::Set, 0),
        "打上 打 贴上 贴 加上 添加 加 赋予 给予 贴个 打个",
        "add the|add|apply the|give the|give them the|assign the|set the|apply|assign",
    ),
    row("tagobject", Mark::Act(Act::Set, 0), "", "tag|mark|label|flag|classify"),
    row("riseobject", Mark::Act(Act::Set, flag::RISES), "", "upgrade|promote|move"),
    row("as", Nothing, "为 成", "as|with|as a|as an"),
    row("into", Nothing, "", "to|to a|into"),
    row(
        "target",
        Nothing,
        "",
        "customer|the customer|them|him|her|it|customers|those customers|this customer|that customer|these customers|the member|member|members",
    ),
    row(
        "clearlabel",
        Mark::Act(Act::Clear, 0),
        "移除标签 取消标签 去掉标签 去除标签 删除标签 清除标签 摘掉标签",
        "remove the tag|remove tag|clear the tag|clear tag|drop the tag|take away the tag|delete the tag|untag|take off the tag|remove the label",
    ),
    row(
        "clear",
        Mark::Act(Act::Clear, 0),
        "移除 取消 去掉 去除 删除 清除 摘掉 撤掉 拿掉",
        "remove|remove the|clear the|take away the|remove their|delete the|drop the",
    ),
    row("label", Nothing, "标签 的标签", "tag|label"),
    row(
        "task",
        Mark::Act(Act::Task, 0),
        "创建任务 新建任务 生成任务 添加任务 写任务 写个任务 派任务 派发任务 加任务 建任务 建个任务 建一个任务 创建一个任务 创建一条任务 新增任务 写一个任务 写一条任务 生成一个任务",
        "create a task|create task|create the task|add a task|add task|write a task|open a task|make a task|assign a task|add the task|create a task to|add a task to|write a task to|create a task called|create a task named|create a task saying",
    ),
    row("stays", Flag(flag::ONCE | flag::EXPLICIT), "并保留 且一直保留", "and keep it"),
    row("lapses", Flag(flag::HOLDS | flag::EXPLICIT), "直到不再满足", "until it no longer holds"),
];
