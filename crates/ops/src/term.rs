//! Trying a sentence: what it means, what is not clear, and for whom it holds.

use std::collections::BTreeMap;

use base::{Currency, CustomerId, Text, TimeZone, Timestamp};
use domain::Kinds;
use lexicon::{Assumption, Context, Definition, Question, Reader, Reading};
use serde::Serialize;
use store::Connection;
use utoipa::ToSchema;

use crate::OpError;
use crate::population::{Matches, Population, Vocabulary};

/// What the reader of sentences knows besides the sentence.
pub struct Ground<'g> {
    /// The declared kinds.
    pub kinds: &'g Kinds,
    /// The workspace's zone.
    pub zone: &'g TimeZone,
    /// The workspace's currency.
    pub currency: Currency,
}

/// What a sentence came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tried {
    /// `understood`, `ask` or `refused`.
    pub status: &'static str,
    /// What was understood, or would be under the default choices.
    pub understood: Option<Text>,
    /// Words that found no place.
    pub unused: Vec<String>,
    /// Why it was refused.
    pub reason: Option<Text>,
    /// Sentences near to it that are understood.
    pub near: Vec<Text>,
    /// What has to be answered.
    pub questions: Vec<TriedQuestion>,
    /// Defaults taken; an answer changes one.
    pub assumptions: Vec<TriedAssumption>,
    /// The definition.
    #[schema(value_type = Option<Object>)]
    pub definition: Option<Definition>,
}

/// A question with, for each choice, how many it would hit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedQuestion {
    /// Stable.
    pub id: String,
    /// The question.
    pub text: Text,
    /// What can be answered; the first is the default.
    pub choices: Vec<TriedChoice>,
}

/// A choice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedChoice {
    /// Stable.
    pub id: String,
    /// The answer.
    pub text: Text,
    /// For how many customers the whole would hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// A default that was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedAssumption {
    /// Stable.
    pub id: String,
    /// What was assumed.
    pub text: Text,
    /// The choice taken.
    pub chosen: String,
    /// What it could be.
    pub choices: Vec<TriedChoice>,
}

/// A sentence with its population, for whoever wants to go on.
pub struct Trial {
    /// For people.
    pub tried: Tried,
    /// Everyone, when the sentence was read.
    pub population: Option<Population>,
}

/// Reads a sentence and, where it asks, counts for each choice how many it would hit at `at`.
///
/// # Errors
/// The database's.
pub fn read(
    db: &mut Connection,
    ground: &Ground<'_>,
    vocabulary: &mut Vocabulary,
    sentence: &str,
    answers: &BTreeMap<String, String>,
    at: Timestamp,
) -> Result<Trial, OpError> {
    vocabulary.refresh(db)?;
    let tags = tags(db)?;
    let context = Context { tags, currency: ground.currency, values: vocabulary.values(ground.kinds) };
    match Reader::new(ground.kinds, &context).read(sentence, answers) {
        Reading::Refused(refused) => Ok(Trial {
            tried: Tried {
                reason: Some(refused.reason),
                near: refused.near,
                unused: refused.unused,
                ..Tried::new("refused")
            },
            population: None,
        }),
        Reading::Understood(found) => {
            let population = Population::load(db, ground.kinds, &[&found.definition], ground.zone)?;
            let tried = Tried {
                understood: Some(found.said),
                unused: found.unused,
                assumptions: assumptions(found.assumptions),
                definition: Some(found.definition),
                ..Tried::new("understood")
            };
            Ok(Trial { tried, population: Some(population) })
        }
        Reading::Ask(ask) => {
            let definitions: Vec<&Definition> = ask
                .questions
                .iter()
                .flat_map(|question| question.choices.iter().map(|choice| &choice.definition))
                .collect();
            let mut population = Population::load(db, ground.kinds, &definitions, ground.zone)?;
            let count = |question| counted(question, &mut population, ground.kinds, at);
            let questions = ask.questions.into_iter().map(count).collect::<Result<Vec<_>, _>>()?;
            let tried = Tried {
                understood: Some(ask.said),
                unused: ask.unused,
                questions,
                assumptions: assumptions(ask.assumptions),
                definition: Some(ask.definition),
                ..Tried::new("ask")
            };
            Ok(Trial { tried, population: Some(population) })
        }
    }
}

impl Tried {
    fn new(status: &'static str) -> Self {
        Self {
            status,
            understood: None,
            unused: Vec::new(),
            reason: None,
            near: Vec::new(),
            questions: Vec::new(),
            assumptions: Vec::new(),
            definition: None,
        }
    }
}

fn tags(db: &mut Connection) -> Result<Vec<String>, OpError> {
    let rules = db.rules()?;
    let definitions = rules.iter().filter_map(|(_, row)| serde_json::from_str::<Definition>(&row.definition).ok());
    let mut tags: Vec<String> = definitions
        .filter_map(|definition| match definition.action {
            Some(lexicon::Action::SetTag { tag } | lexicon::Action::ClearTag { tag }) => Some(tag),
            _ => None,
        })
        .collect();
    tags.sort();
    tags.dedup();
    Ok(tags)
}

fn counted(
    question: Question,
    population: &mut Population,
    kinds: &Kinds,
    at: Timestamp,
) -> Result<TriedQuestion, OpError> {
    let choices = question.choices.into_iter().map(|choice| {
        let matches = population.matches(&choice.definition, kinds, at)?;
        Ok(TriedChoice { id: choice.id, text: choice.text, count: u64::try_from(matches.customers.len()).ok() })
    });
    Ok(TriedQuestion { id: question.id, text: question.text, choices: choices.collect::<Result<_, OpError>>()? })
}

fn assumptions(all: Vec<Assumption>) -> Vec<TriedAssumption> {
    all.into_iter()
        .map(|one| TriedAssumption {
            id: one.id,
            text: one.text,
            chosen: one.chosen,
            choices: one
                .choices
                .into_iter()
                .map(|choice| TriedChoice { id: choice.id, text: choice.text, count: None })
                .collect(),
        })
        .collect()
}

/// A customer for whom a sentence holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Match {
    /// Who.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// By what it is known.
    pub identifiers: Vec<MatchIdentifier>,
}

/// An identifier in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MatchIdentifier {
    /// Its scheme.
    pub scheme: String,
    /// Its value.
    pub value: String,
}

/// The command line's answer: a sentence tried, with everyone for whom it holds.
#[derive(Debug, Clone, Serialize)]
pub struct TryAnswer {
    /// What the sentence came to.
    #[serde(flatten)]
    pub tried: Tried,
    /// For whom it holds; only when understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<Vec<Match>>,
}

/// Tries a sentence over the log and lists everyone for whom it holds at `at`.
///
/// # Errors
/// The database's.
pub fn try_sentence(
    db: &mut Connection,
    ground: &Ground<'_>,
    sentence: &str,
    answers: &BTreeMap<String, String>,
    at: Timestamp,
) -> Result<TryAnswer, OpError> {
    let mut vocabulary = Vocabulary::default();
    let trial = read(db, ground, &mut vocabulary, sentence, answers, at)?;
    let matches = match (trial.tried.status, &trial.tried.definition, trial.population) {
        ("understood", Some(definition), Some(mut population)) => {
            let Matches { customers, .. } = population.matches(definition, ground.kinds, at)?;
            Some(customers.into_iter().map(|customer| named(db, customer)).collect::<Result<Vec<_>, _>>()?)
        }
        _ => None,
    };
    Ok(TryAnswer { tried: trial.tried, matches })
}

fn named(db: &mut Connection, customer: CustomerId) -> Result<Match, OpError> {
    let identifiers = db
        .identities_of(customer)?
        .into_iter()
        .filter_map(|(_, row)| Some(MatchIdentifier { scheme: row.scheme, value: row.value? }));
    Ok(Match { customer, identifiers: identifiers.collect() })
}
