//! From a sentence to a reading: parse, rank, settle, and then say it, ask about it, or refuse it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use base::Text;
use domain::Kinds;

use crate::chart::{Chart, Edge, MARGIN, TooMuch};
use crate::decide::Decision;
use crate::frame::Item;
use crate::grammar::Grammar;
use crate::lattice::{Lattice, Skip};
use crate::names::Names;
use crate::normal::Sentence;
use crate::reading::{Ask, Assumption, Choice, Context, Question, Reading, Refused, Understood};
use crate::refuse::{examples, explain};
use crate::say::say;
use crate::settle::{Settled, settle};

/// The longest sentence, in characters.
pub const MAX_SENTENCE: usize = 500;
/// What it costs to take a sentence as being about one more kind of event.
const ANOTHER_KIND: u32 = 8;
/// The most meanings that are worth a question.
const MAX_MEANINGS: usize = 8;
/// The most questions at a time.
const MAX_QUESTIONS: usize = 3;

/// Reads sentences over the kinds of a workspace.
///
/// The same sentence, answers and context always give the same reading.
///
/// ```
/// use std::collections::BTreeMap;
/// use lexicon::{Context, Reader, Reading};
/// let reader = Reader::new(&domain::Kinds::standard(), &Context::default());
/// let sentence = "当客户30天内复购两次且客单价>500元，自动升级为钻石会员";
/// let Reading::Ask(ask) = reader.read(sentence, &BTreeMap::new()) else { panic!() };
/// assert_eq!(ask.questions[0].id, "first_purchase");
/// let answers = BTreeMap::from([("first_purchase".to_owned(), "yes".to_owned())]);
/// let Reading::Understood(rule) = reader.read(sentence, &answers) else { panic!() };
/// assert_eq!(rule.said.zh, "当客户最近30天内下单次数≥2，且最近30天内下单的金额平均值>500元时，打上标签「钻石会员」并保留");
/// ```
#[derive(Debug, Clone)]
pub struct Reader {
    kinds: Kinds,
    context: Context,
    grammar: Grammar,
    names: Names,
}

/// One meaning of a sentence.
struct Meaning {
    frame: Rc<crate::frame::Frame>,
    settled: Settled,
    passed: Vec<(usize, usize)>,
}

impl Reader {
    /// For the kinds and the context of a workspace.
    #[must_use]
    pub fn new(kinds: &Kinds, context: &Context) -> Self {
        let grammar = Grammar::new();
        let names = Names::new(kinds, context, &grammar);
        Self { kinds: kinds.clone(), context: context.clone(), grammar, names }
    }

    /// Reads a sentence, with answers to questions and changes to assumptions from an earlier reading of it.
    #[must_use]
    pub fn read(&self, sentence: &str, answers: &BTreeMap<String, String>) -> Reading {
        let sentence = Sentence::new(sentence);
        if sentence.len() > MAX_SENTENCE {
            let zh = format!("一句话最多{MAX_SENTENCE}个字符");
            return refused(
                Text::new(zh, format!("a sentence has at most {MAX_SENTENCE} characters")),
                Vec::new(),
                examples(),
            );
        }
        match self.meanings(&sentence, Skip::Harmless) {
            Err(TooMuch) => refused(too_much(), Vec::new(), examples()),
            Ok(found) if found.is_empty() => self.refuse(&sentence),
            Ok(found) => self.judge(&sentence, found, answers),
        }
    }

    /// The work that reading a sentence takes, in steps; never more than a fixed bound.
    #[doc(hidden)]
    #[must_use]
    pub fn work(&self, sentence: &str) -> u32 {
        let sentence = Sentence::new(sentence);
        let lattice = Lattice::new(&sentence, &self.names, &self.grammar, self.context.currency, Skip::Harmless);
        let mut chart = Chart::new(&self.grammar, &lattice, &self.kinds);
        let _ = self.grammar.symbol("top").map(|top| chart.read(top, 0));
        chart.work
    }

    fn edges(&self, sentence: &Sentence, skip: Skip) -> Result<Vec<Edge>, TooMuch> {
        let lattice = Lattice::new(sentence, &self.names, &self.grammar, self.context.currency, skip);
        let mut chart = Chart::new(&self.grammar, &lattice, &self.kinds);
        let Some(top) = self.grammar.symbol("top") else { return Ok(Vec::new()) };
        let mut whole = Vec::new();
        for edge in chart.read(top, 0)?.iter() {
            let Some(last) = lattice.steps(edge.end).iter().find(|step| step.place == sentence.len()) else { continue };
            let passed = edge.passed.iter().chain(&last.passed).copied().collect();
            whole.push(Edge { cost: edge.cost + last.cost + kinds_cost(&edge.frame.items), passed, ..edge.clone() });
        }
        whole.sort_by_key(|edge| edge.cost);
        Ok(whole)
    }

    /// The meanings of a sentence, cheapest first, each once.
    fn meanings(&self, sentence: &Sentence, skip: Skip) -> Result<Vec<Result<Meaning, Text>>, TooMuch> {
        let none = BTreeMap::new();
        let mut found: Vec<Result<Meaning, Text>> = Vec::new();
        let mut cheapest = None;
        for edge in self.edges(sentence, skip)? {
            if edge.cost > cheapest.unwrap_or(edge.cost) + MARGIN {
                break;
            }
            let settled = settle(&edge.frame, &self.kinds, &self.context, &none);
            if settled.is_err() && skip != Skip::Harmless {
                continue;
            }
            cheapest = cheapest.or(Some(edge.cost));
            match settled {
                Ok(settled)
                    if found.iter().flatten().any(|known: &Meaning| known.settled.definition == settled.definition) => {
                }
                Ok(settled) => found.push(Ok(Meaning { frame: edge.frame, settled, passed: edge.passed })),
                Err(why) => found.push(Err(why)),
            }
        }
        Ok(found)
    }

    fn judge(
        &self,
        sentence: &Sentence,
        found: Vec<Result<Meaning, Text>>,
        answers: &BTreeMap<String, String>,
    ) -> Reading {
        let (meanings, faults): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
        let meanings: Vec<Meaning> = meanings.into_iter().flatten().collect();
        let Some(first) = meanings.first() else {
            let why = faults.into_iter().find_map(Result::err).unwrap_or_else(too_much);
            return refused(why, Vec::new(), examples());
        };
        if meanings.len() > MAX_MEANINGS {
            let zh = "这句话有太多读法：请说清是哪种事件的哪个字段";
            let why = Text::new(zh, "this can be read in too many ways: say which event and which field is meant");
            return refused(why, Vec::new(), examples());
        }
        let chosen = match answers.get("reading") {
            None => Some(0),
            Some(answer) => answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|_| meanings.len() > 1),
        };
        let Some(meaning) = chosen.and_then(|chosen| meanings.get(chosen)) else { return stranger("reading") };
        let unused: Vec<String> = first.passed.iter().map(|(start, end)| sentence.typed(*start, *end)).collect();
        self.settle_with(meaning, &meanings, answers, unused)
    }

    fn settle_with(
        &self,
        meaning: &Meaning,
        all: &[Meaning],
        answers: &BTreeMap<String, String>,
        unused: Vec<String>,
    ) -> Reading {
        let mut own = answers.clone();
        own.remove("reading");
        let settled = match settle(&meaning.frame, &self.kinds, &self.context, &own) {
            Ok(settled) => settled,
            Err(why) => return refused(why, Vec::new(), examples()),
        };
        if let Some(id) = &settled.stranger {
            return stranger(id);
        }
        let said = say(&settled.definition, &self.kinds);
        let mut questions: Vec<Question> = Vec::new();
        if all.len() > 1 && !answers.contains_key("reading") {
            questions.push(self.which(all));
        }
        let mut assumptions = Vec::new();
        for decision in &settled.decisions {
            let choices = self.choices(meaning, decision, &own);
            if decision.asks && !decision.is_answered && questions.len() < MAX_QUESTIONS {
                questions.push(Question { id: decision.id.clone(), text: decision.text.clone(), choices });
            } else {
                let chosen = decision.choices.get(decision.chosen).map(|(id, _)| id.clone()).unwrap_or_default();
                assumptions.push(Assumption { id: decision.id.clone(), text: decision.text.clone(), choices, chosen });
            }
        }
        let definition = settled.definition;
        if questions.is_empty() {
            Reading::Understood(Understood { definition, said, assumptions, unused })
        } else {
            Reading::Ask(Ask { said, definition, questions, assumptions, unused })
        }
    }

    fn which(&self, all: &[Meaning]) -> Question {
        let choices = all.iter().enumerate().map(|(place, meaning)| {
            let definition = meaning.settled.definition.clone();
            Choice { id: (place + 1).to_string(), text: say(&definition, &self.kinds), definition }
        });
        Question {
            id: "reading".to_owned(),
            text: Text::new(
                "这句话有不同的读法，是哪一种？",
                "This can be read in different ways. Which one is meant?",
            ),
            choices: choices.collect(),
        }
    }

    fn choices(&self, meaning: &Meaning, decision: &Decision, answers: &BTreeMap<String, String>) -> Vec<Choice> {
        let choice = |(id, text): &(String, Text)| {
            let mut with = answers.clone();
            with.insert(decision.id.clone(), id.clone());
            let settled = settle(&meaning.frame, &self.kinds, &self.context, &with).ok()?;
            Some(Choice { id: id.clone(), text: text.clone(), definition: settled.definition })
        };
        decision.choices.iter().filter_map(choice).collect()
    }

    /// Finds the words that stand in the way, and what the sentence would mean without them.
    fn refuse(&self, sentence: &Sentence) -> Reading {
        for skip in [Skip::Unknown, Skip::Any] {
            let Ok(found) = self.meanings(sentence, skip) else { continue };
            let Some(meaning) = found.into_iter().flatten().next() else { continue };
            let found = explain(sentence, &meaning.passed, &self.context.tags);
            let is_near = found.is_near && found.unused.len() <= 1;
            let near = if is_near { vec![say(&meaning.settled.definition, &self.kinds)] } else { examples() };
            return refused(found.reason, found.unused, near);
        }
        let lattice = Lattice::new(sentence, &self.names, &self.grammar, self.context.currency, Skip::Unknown);
        let found = explain(sentence, lattice.unknown(), &self.context.tags);
        refused(found.reason, found.unused, examples())
    }
}

/// 「下单两次且最大金额超过500」: the amount is the order's.
fn kinds_cost(items: &[Item]) -> u32 {
    let kinds: BTreeSet<u16> = items.iter().flat_map(Item::kinds).collect();
    u32::try_from(kinds.len()).unwrap_or(u32::MAX).saturating_sub(1).saturating_mul(ANOTHER_KIND)
}

fn refused(reason: Text, unused: Vec<String>, near: Vec<Text>) -> Reading {
    Reading::Refused(Refused { reason, unused, near })
}

fn stranger(id: &str) -> Reading {
    let zh = format!("没有这个问题或选项：{id}");
    refused(Text::new(zh, format!("there is no such question or choice: {id}")), Vec::new(), Vec::new())
}

fn too_much() -> Text {
    Text::new("这句话太复杂：请分成几句", "this sentence is too complex: split it into several")
}
