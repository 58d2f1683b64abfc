//! How words go together: each row a phrase, its Chinese and its English forms side by side.
//!
//! A form is a row of symbols: a phrase of this table, a class of `vocabulary.rs` or of the values, or a word in
//! quotes; `?` makes one optional. Forms are separated by bars. What a phrase means is the union of what its
//! parts contribute, with the row's marks; [`Wrap`] says what happens when it is complete.

use crate::Function;
use crate::frame::{Act, flag};
use crate::words::Mark;

/// What happens to the slots when a phrase is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// They stay as they are.
    Keep,
    /// A value becomes the upper end of a range.
    Upper,
    /// Number, unit and comparator become one.
    Bound,
    /// Field, comparator and value become a test on the events.
    Filter,
    /// A length becomes a window back from now.
    Window,
    /// A length of absence becomes a window; "over" adds nothing to it.
    Absence,
    /// A quoted text becomes a name.
    Name,
    /// The one test on the last event becomes what is compared.
    Placed,
    /// The slots become a comparison.
    Clause,
    /// "No orders or complaints": none of either.
    Neither,
    /// A comparison alone, against what was measured before.
    Ellipsis,
    /// Parts become one part.
    Group,
    /// Parts become one part that must not hold.
    Not,
}

/// A row of the grammar.
pub(crate) struct Phrase {
    pub(crate) name: &'static str,
    pub(crate) wrap: Wrap,
    pub(crate) marks: &'static [Mark],
    pub(crate) cost: u16,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

pub(crate) const fn phrase(
    name: &'static str,
    wrap: Wrap,
    marks: &'static [Mark],
    cost: u16,
    zh: &'static str,
    en: &'static str,
) -> Phrase {
    Phrase { name, wrap, marks, cost, zh, en }
}

use Mark::{Flag, Function as Make};
use Wrap::{Absence, Bound, Clause, Ellipsis, Filter, Group, Keep, Name, Neither, Not, Placed, Upper, Window};

const COUNT: Mark = Make(Function::Count);
const NONE: Mark = Flag(flag::NONE);
const TIMES: Mark = Flag(flag::TIMES);
const BARE: Mark = Flag(flag::BARE);
const KINDLESS: Mark = Flag(flag::KINDLESS);

/// A guess about what was left unsaid, against the same words read as they stand.
const GUESS: u16 = 10;

/// What the paraphrase says, by function: read like any other form, and the only ones written.
pub(crate) const SAID: &[(Function, &str, &str)] = &[
    (Function::Count, "window? prefs? kind '次数' bound", "'the number of' kind postfs? window? bound"),
    (Function::Exists, "window? '有' prefs? kind", "'has' kind postfs? window?"),
    (Function::Sum, "window? prefs? kind '的' field '合计' bound", "'the total' field 'of' kind postfs? window? bound"),
    (
        Function::Avg,
        "window? prefs? kind '的' field '平均值' bound",
        "'the average' field 'of' kind postfs? window? bound",
    ),
    (
        Function::Min,
        "window? prefs? kind '的' field '最小值' bound",
        "'the lowest' field 'of' kind postfs? window? bound",
    ),
    (
        Function::Max,
        "window? prefs? kind '的' field '最大值' bound",
        "'the highest' field 'of' kind postfs? window? bound",
    ),
    (
        Function::First,
        "window? '首次' prefs? kind '的' field compared",
        "'the' field 'of the first' one postfs? window? compared",
    ),
    (
        Function::Last,
        "window? '最后一次' prefs? kind '的' field compared",
        "'the' field 'of the last' one postfs? window? compared",
    ),
    (
        Function::Distinct,
        "window? prefs? kind '的不同' field '数' bound",
        "'the number of different' field 'of' kind postfs? window? bound",
    ),
];
/// How a yes-or-no measure is compared with anything but a plain yes.
pub(crate) const SAID_WHETHER: (&str, &str) =
    ("window? '是否有' prefs? kind compared", "'whether there are' kind postfs? window? compared");

/// Comparisons and the tests on single events.
const TESTS: &[Phrase] = &[
    phrase("val", Bound, &[], 0, "number|money|timed|number unit|twice", ""),
    phrase("upper", Upper, &[], 0, "val", ""),
    phrase("text", Keep, &[], 0, "quoted|known|bool", ""),
    phrase("text", Keep, &[], 6, "raw", ""),
    phrase("sure", Keep, &[], 0, "quoted|known", ""),
    phrase(
        "bound",
        Bound,
        &[],
        0,
        "op val post?|val post|is op val post?|is val post|isq val|val",
        "number post unit|op number post unit",
    ),
    phrase(
        "bound",
        Bound,
        &[],
        0,
        "is? val to upper|is? '在' val to upper '之间'|is? val to upper '之间'|'介于' val to upper '之间'|'介于' val '和' upper '之间'|is? val '和' upper '之间'",
        "is? 'between' val 'and' upper|is? 'from' val 'to' upper",
    ),
    phrase(
        "counted",
        Bound,
        &[],
        0,
        "op? number unit post?|is op number unit post?|is number unit post?|is? op? twice",
        "",
    ),
    phrase("texted", Keep, &[], 0, "isq text|op text|is op text", ""),
    phrase("compared", Keep, &[], 0, "bound|texted", ""),
    phrase(
        "pref",
        Filter,
        &[],
        0,
        "field compared|field sure|op val|val post|text field|known|at text field|at known|at field text",
        "",
    ),
    phrase("prefs", Keep, &[], 0, "pref|pref and? prefs", ""),
    phrase("fieldtest", Filter, &[], 0, "", "field compared|field text|text field|known"),
    phrase("fieldtests", Keep, &[], 0, "", "fieldtest|fieldtest and fieldtests"),
    phrase(
        "posttest",
        Filter,
        &[],
        0,
        "",
        "op val|val post|'worth' op val|'worth' val post|'of' op val|'of' val post|at text field|at field text|at known|'about' text|'of' 'more than' val",
    ),
    phrase(
        "postf",
        Keep,
        &[],
        0,
        "",
        "posttest|'with' fieldtests|'where' fieldtests|'whose' fieldtests|'that have' fieldtests",
    ),
    phrase("postfs", Keep, &[], 0, "", "postf|postf postfs"),
    phrase("place", Filter, &[], 0, "at text field|at known|at field text|at known field", ""),
    phrase("one", Keep, &[], 0, "kind", ""),
    phrase("nom", Keep, &[], 0, "prefs? kind postfs?", ""),
];

/// Windows and what else stands around the core of a clause.
const AROUND: &[Phrase] = &[
    phrase(
        "window",
        Window,
        &[],
        0,
        "recent span inner?|span inner|'在' recent? span inner|'在' recent span|calendar inner?|lifetime|recent months inner?",
        "within span|within recent span|lately lone|during span|'over a' span 'period'|'in a' span 'period'|'in any' span|'within' 'a' span 'period'",
    ),
    phrase("window", Window, &[], GUESS, "'在' calendar inner?", "during calendar"),
    phrase(
        "window",
        Window,
        &[Flag(flag::SINCE_FIRST)],
        0,
        "firstk sincepost? span inner|'自'? firstk sincestart|firstk sincepost",
        "within span 'of' firstk|within span 'after' firstk|during span 'after' firstk|'in the first' span 'after' firstk|'since' firstk|'since' 'the' firstk|'from' firstk 'on'",
    ),
    phrase("firstk", Keep, &[], 0, "first kind|firstorder", ""),
    phrase("lastk", Keep, &[], 0, "recentone kind|lastof", ""),
    phrase(
        "absence",
        Absence,
        &[],
        0,
        "straight? op? span post? inner?|straight recent span inner?",
        "'for' op? span|'in' op? span|'in over' span|'for over' span|'for' 'the last' span",
    ),
    phrase("mid", Keep, &[], 0, "window|total|same|window total|total window", ""),
    phrase("adverb", Keep, &[], 0, "window|total|same|place", ""),
    phrase("pre", Keep, &[], 0, "lead comma?|lead comma? pre", ""),
    phrase("lead", Keep, &[], 0, "adverb|subject|who|bare", "'with'"),
    phrase("bare", Window, &[], 0, "span", ""),
    phrase("tail", Keep, &[Flag(flag::TRAILING)], 0, "adverb|adverb tail|open window shut", ""),
];

/// Counting, being there at all, and being there not at all.
const COUNTS: &[Phrase] = &[
    phrase(
        "core",
        Keep,
        &[COUNT, TIMES],
        0,
        "hasdone? did aspect? mid? bound|op did aspect? val|hasdone? did aspect? place bound",
        "",
    ),
    phrase(
        "core",
        Keep,
        &[COUNT],
        0,
        "nom countword mid? bound|nom mid? counted|'总' nom countword mid? bound",
        "numberof nom mid? bound",
    ),
    phrase("core", Keep, &[COUNT, Flag(flag::BEFORE_NOUN)], 0, "have? bound nom", ""),
    phrase("core", Keep, &[COUNT], 0, "xia aspect? op? number '单' post?", ""),
    phrase("core", Keep, &[COUNT, TIMES], 0, "did aspect? object mid? bound", ""),
    phrase("core", Keep, &[COUNT], 0, "did object countword mid? bound", ""),
    phrase("core", Keep, &[Make(Function::Exists)], 0, "xia aspect '单'|did past object|have did object", ""),
    phrase("core", Keep, &[Make(Function::Exists), Flag(flag::EVENT)], GUESS, "did object", ""),
    phrase("core", Keep, &[Make(Function::Exists), Flag(flag::EVENT)], GUESS + 6, "nom", ""),
    phrase("object", Filter, &[], 0, "text field|known field?", ""),
    phrase(
        "core",
        Keep,
        &[COUNT, Flag(flag::REPEAT)],
        0,
        "repeat aspect? mid? bound|repeat countword mid? bound|have? bound repeat|have repeat|repeat past|have repeat record",
        "repeat|numberof repeat mid? bound",
    ),
    phrase("core", Keep, &[COUNT, Flag(flag::AGAIN)], 0, "again did aspect?", "hasdone? did again|have 'another' kind"),
    phrase(
        "core",
        Keep,
        &[Make(Function::Exists)],
        0,
        "have any? nom record?|did past record?|have did|place did past",
        "hasdone did",
    ),
    phrase("core", Keep, &[Make(Function::Exists), Flag(flag::EVENT)], GUESS, "did", ""),
    phrase(
        "core",
        Keep,
        &[Make(Function::Exists), Flag(flag::FIRST_TIME)],
        0,
        "first did aspect?",
        "have first kind|did 'for the first time'|first kind 'is placed'",
    ),
    phrase(
        "negcore",
        Keep,
        &[COUNT],
        0,
        "none any? nom record?|none place? did aspect?|none have? any? nom|no nom record?|none did any?|none did aspect? object|none xia aspect? '单'",
        "",
    ),
    phrase("core", Keep, &[COUNT, NONE], 0, "negcore|absence comma? negcore|absence comma? not did", "negcore absence"),
    phrase(
        "item",
        Neither,
        &[NONE],
        0,
        "pre? none any? kindonly oror kindonly tail?|pre? absence none kindonly oror kindonly|pre? no kindonly oror kindonly tail?",
        "pre? no kindonly oror kindonly absence|pre? none any? kindonly oror kindonly absence",
    ),
    phrase("kindonly", Clause, &[COUNT, NONE], 0, "did aspect?|nom", ""),
];

/// Totals, means, extremes, firsts, lasts, differents.
const MEASURES: &[Phrase] = &[
    phrase(
        "core",
        Keep,
        &[],
        0,
        "agg nom field mid? bound|nom agg field mid? bound|nom field aggpost mid? bound|single nom field mid? bound|nom single field mid? bound",
        "agg field 'of' nom mid? bound|agg field 'of all' nom mid? bound",
    ),
    phrase(
        "core",
        Keep,
        &[KINDLESS],
        0,
        "agg field mid? bound|field aggpost mid? bound|single field mid? bound",
        "agg field 'per order' mid? bound",
    ),
    phrase("core", Keep, &[KINDLESS], 5, "ordinal field mid? compared", ""),
    phrase("core", Keep, &[BARE, KINDLESS], GUESS, "field mid? bound|field texted", ""),
    phrase(
        "core",
        Keep,
        &[],
        5,
        "agg nom mid? bound|nom agg mid? bound|have? single nom mid? bound|nom aggpost mid? bound|did object agg field mid? bound",
        "",
    ),
    phrase("core", Keep, &[Flag(flag::SPEND)], 0, "nom amountpost mid? bound", ""),
    phrase("core", Keep, &[Make(Function::Avg), Flag(flag::PER_ORDER)], 0, "prefs? measure mid? bound", ""),
    phrase("core", Keep, &[BARE, Flag(flag::SPEND)], 0, "", "hasdone? spend mid? bound"),
    phrase(
        "core",
        Keep,
        &[BARE],
        GUESS,
        "nom field mid? bound|nom mid? bound|nom field texted|prefs total kind field? mid? bound|did object field mid? bound|spend mid? bound",
        "hasdone? did mid? bound",
    ),
    phrase(
        "core",
        Keep,
        &[],
        0,
        "ordinal nom field mid? compared",
        "field 'of' ordinal nom mid? compared|ordinal field 'of' nom mid? compared|ordinal kind '\'s' field compared",
    ),
    phrase("core", Keep, &[], 5, "ordinal nom mid? bound", ""),
    phrase("core", Keep, &[Make(Function::First)], 5, "firstof mid? bound", ""),
    phrase("core", Keep, &[Make(Function::Last)], 5, "lastof mid? bound", ""),
    phrase("core", Keep, &[Make(Function::First)], 0, "firstof field compared", ""),
    phrase("core", Keep, &[Make(Function::Last)], 0, "lastof field compared", ""),
    phrase("core", Placed, &[], 0, "ordinal kind is? place|ordinal kind is object", ""),
    phrase("core", Placed, &[Make(Function::First)], 0, "firstof is? place|firstof is object", ""),
    phrase("core", Placed, &[Make(Function::Last)], 0, "lastof is? place|lastof is object", ""),
    phrase(
        "core",
        Keep,
        &[Make(Function::Distinct)],
        0,
        "did aspect? bound different field|nom different field countword mid? bound",
        "numberof different field 'of' nom mid? bound",
    ),
    phrase(
        "core",
        Keep,
        &[Make(Function::Distinct), TIMES],
        0,
        "did aspect? things field|'在' things different? field have? did aspect?|nom field countword mid? bound",
        "hasdone? did at bound different? field|have? nom at bound different? field",
    ),
    phrase("things", Bound, &[], 0, "op? number thing post?", ""),
    phrase("thing", Keep, &[], 0, "unit", ""),
    phrase(
        "core",
        Keep,
        &[Make(Function::Exists), Flag(flag::LONG_AGO)],
        0,
        "since? lastk passed? op span post?|since? lastk passed? span post|lastk is? op span post? ago?|lastk is? span post ago?|lastk is? span ago|lastk is? '距今' op? span post?",
        "lastk is op? span ago|op span 'since' lastk|'it has been' op? span 'since' lastk",
    ),
    phrase("core", Keep, &[Make(Function::Exists)], 0, "lastk is? window", ""),
    phrase("core", Keep, &[COUNT], 0, "", "hasdone? doing bound doneto"),
    phrase("core", Keep, &[Make(Function::Exists)], 0, "", "hasdone? doing any? doneto"),
    phrase("negcore", Keep, &[COUNT], 0, "", "none doing any? doneto|doing no doneto"),
];

/// Conditions, actions, sentences.
const SENTENCES: &[Phrase] = &[
    phrase("item", Clause, &[], 0, "pre? core tail?", ""),
    phrase("item", Ellipsis, &[], GUESS, "bound tail?", ""),
    phrase("item", Group, &[], 0, "open conds shut|pre open conds shut", ""),
    phrase("item", Not, &[], 0, "negate open conds shut", ""),
    phrase(
        "conds",
        Keep,
        &[],
        0,
        "item|item conn conds|item conn conn conds",
        "'both' item conn conds|'either' item conn conds",
    ),
    phrase("part", Group, &[], 0, "conds", ""),
    phrase("related", Keep, &[], 5, "part subject part", ""),
    phrase("cond", Keep, &[], 0, "conds|related", ""),
    phrase("tagname", Name, &[], 0, "quoted|tag", ""),
    phrase("tagname", Keep, &[], GUESS, "freetag", ""),
    phrase("taskname", Name, &[], 0, "quoted|freetask", ""),
    phrase("whom", Keep, &[], 0, "give|give subject|subject", "target"),
    phrase("courtesy", Keep, &[], 0, "please|auto|please auto", ""),
    phrase("forwhom", Keep, &[], 0, "courtesy|courtesy? whom courtesy?", ""),
    phrase(
        "action",
        Keep,
        &[],
        0,
        "forwhom? set comma? tagname label?|forwhom? put tagname label|courtesy? give tagname label? clear|forwhom? clear tagname label|forwhom? clearlabel comma? tagname",
        "courtesy? tagobject target? as tagname label?|courtesy? tagobject target tagname|courtesy? riseobject target? into tagname label?|courtesy? set tagname label?|courtesy? clear tagname label 'from' target|courtesy? clearlabel tagname 'from' target",
    ),
    phrase("action", Keep, &[], 0, "forwhom? set tagname label? stays|forwhom? set tagname label? lapses", ""),
    phrase("action", Keep, &[], 0, "forwhom? task comma? taskname", ""),
    phrase("action", Keep, &[Mark::Act(Act::Task, 0)], 0, "courtesy? taskline", ""),
    phrase("top", Keep, &[], 0, "please? sentence auto?", ""),
    phrase(
        "sentence",
        Keep,
        &[],
        0,
        "when? satisfy? cond close? comma? then? action|give cond subject? comma? action|cond subject comma? then? action|find? cond|find? cond subject|tagdefined define cond subject?",
        "action auto? comma? when cond|courtesy? tagobject cond as tagname label?|courtesy? riseobject cond into tagname label?|find? subject who? cond",
    ),
    phrase("tagdefined", Name, &[], 0, "quoted|tag", ""),
];

/// Every phrase.
pub(crate) fn phrases() -> impl Iterator<Item = &'static Phrase> {
    [TESTS, AROUND, COUNTS, MEASURES, SENTENCES].into_iter().flatten()
}
