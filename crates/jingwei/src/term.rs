//! Trying a sentence on the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use base::{Clock as _, Locale, Timestamp};
use clap::Subcommand;
use ops::term::{Ground, TryAnswer, try_sentence};
use store::{Connection, Store};

use crate::Failure;
use crate::folder::Folder;

/// Try sentences.
#[derive(Subcommand)]
pub(crate) enum Term {
    /// Read a sentence, say what it means, and list for whom it holds.
    Try {
        /// The sentence, in Chinese or English.
        sentence: String,
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// As of when: a date (its first instant, in the workspace's zone) or an instant with its offset; now if absent.
        #[arg(long)]
        at: Option<String>,
        /// The language of the answer: zh or en; the machine's if absent.
        #[arg(long)]
        lang: Option<String>,
        /// An answer to a question, as ID=CHOICE.
        #[arg(long = "answer", value_name = "ID=CHOICE")]
        answers: Vec<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A person's language, by flag or by the machine.
pub(crate) fn locale(flag: Option<&str>) -> Result<Locale, Failure> {
    if let Some(flag) = flag {
        return Ok(flag.parse()?);
    }
    let machine = std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    Ok(if machine.starts_with("zh") { Locale::Zh } else { Locale::En })
}

fn instant(text: &str, folder: &Folder) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let wanted = "a date such as 2026-06-03, or an instant such as 2026-06-03T10:15:00+08:00";
    let day = Timestamp::of_day(text, &folder.zone()?).map_err(|_| format!("--at {text}: {wanted}"))?;
    Ok(day)
}

impl Term {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let Self::Try { sentence, data, at, lang, answers, json } = self;
        let (folder, locale) = (Folder::existing(data)?, locale(lang.as_deref())?);
        Store::open(folder.location())?;
        let mut db = Connection::open_reader(&folder.location())?;
        let kinds = pipeline::load_kinds(&mut db)?;
        let at = at.as_deref().map_or_else(|| Ok(base::SystemClock.now()), |text| instant(text, &folder))?;
        let pairs = answers.iter().map(|pair| {
            let (id, choice) = pair.split_once('=').ok_or_else(|| format!("--answer {pair}: ID=CHOICE is wanted"))?;
            Ok((id.to_owned(), choice.to_owned()))
        });
        let answers = pairs.collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let zone = folder.zone()?;
        let ground = Ground { kinds: &kinds, zone: &zone, currency: folder.currency()? };
        let answer = try_sentence(&mut db, &ground, sentence, &answers, at)?;
        crate::tell(&if *json { serde_json::to_string_pretty(&answer)? } else { plain(&answer, locale) })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn plain(answer: &TryAnswer, locale: Locale) -> String {
    let tried = &answer.tried;
    let mut lines: Vec<String> = Vec::new();
    lines.extend(tried.understood.iter().flat_map(|text| [text.zh.clone(), text.en.clone()]));
    lines.extend(tried.reason.iter().map(|reason| reason.get(locale).to_owned()));
    lines.extend(tried.unused.iter().map(|word| format!("? {word}")));
    lines.extend(tried.near.iter().map(|near| format!("~ {}", near.get(locale))));
    for assumption in &tried.assumptions {
        let choices: Vec<&str> = assumption.choices.iter().map(|choice| choice.id.as_str()).collect();
        lines.push(format!("= {} (--answer {}={})", assumption.text.get(locale), assumption.id, choices.join("|")));
    }
    for question in &tried.questions {
        lines.push(question.text.get(locale).to_owned());
        for choice in &question.choices {
            let count = choice.count.unwrap_or(0);
            lines.push(format!("  --answer {}={}  {} ({count})", question.id, choice.id, choice.text.get(locale)));
        }
    }
    for found in answer.matches.iter().flatten() {
        let known: Vec<String> =
            found.identifiers.iter().map(|known| format!("{}:{}", known.scheme, known.value)).collect();
        lines.push(format!("{}\t{}", found.customer, known.join(" ")));
    }
    lines.extend(answer.matches.as_ref().map(|matches| format!("{} customers", matches.len())));
    lines.join("\n")
}
