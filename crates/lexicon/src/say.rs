//! Says a definition back: the inverse of reading, from the same tables. What is said reads as exactly what was said.

use base::{Currency, Locale, Text};
use domain::{Class, Field, Kind, Kinds};

use crate::close::field_seconds;
use crate::grammar::{literal, parts};
use crate::inflect::plural;
use crate::normal::normal_word;
use crate::phrases::{SAID, SAID_WHETHER};
use crate::values::{BACK_EN, BACK_ZH, calendar_name};
use crate::vocabulary::{LENGTHS, LengthUnit};
use crate::words::{said, said_calendar, said_op};
use crate::{
    Action, Comparator, Condition, Definition, Function, Length, Literal, Measure, Predicate, Trigger, Unit, Window,
};

/// A definition in both languages.
///
/// For every definition that [`Definition::check`] passes and whose groups hold at least two parts each,
/// [`crate::Reader`] reads either wording as that definition, if it is no longer than a sentence may be.
#[must_use]
pub fn say(definition: &Definition, kinds: &Kinds) -> Text {
    let Text { zh, en } = say_condition(&definition.condition, kinds);
    let Some(action) = &definition.action else { return Text::new(zh, en) };
    let done = said_action(action, definition.trigger);
    let (who_zh, who_en) = subject(&definition.condition);
    Text::new(format!("当{who_zh}{zh}时，{}", done.zh), format!("When {who_en}{en}, {}", done.en))
}

/// A condition in both languages.
#[must_use]
pub fn say_condition(condition: &Condition, kinds: &Kinds) -> Text {
    Text::new(
        Speaker { kinds, locale: Locale::Zh }.condition(condition),
        Speaker { kinds, locale: Locale::En }.condition(condition),
    )
}

fn said_action(action: &Action, trigger: Trigger) -> Text {
    let class = match action {
        Action::SetTag { .. } => "set",
        Action::ClearTag { .. } => "clearlabel",
        Action::AddTask { .. } => "task",
    };
    let after = match (action, trigger) {
        (Action::SetTag { .. }, Trigger::Becomes) => said("stays"),
        (Action::SetTag { .. }, Trigger::While) => said("lapses"),
        _ => ("", ""),
    };
    let (zh, en) = said(class);
    let name = action.name();
    let space = if after.1.is_empty() { "" } else { " " };
    Text::new(
        format!("{zh}{}{}", quoted(name, Locale::Zh), after.0),
        format!("{en} {}{space}{}", quoted(name, Locale::En), after.1),
    )
}

/// The customer, where a condition begins with a comparison that can be said of one.
fn subject(condition: &Condition) -> (&'static str, &'static str) {
    let first = match condition {
        Condition::All { of } | Condition::Any { of } => of.first(),
        other => Some(other),
    };
    match first {
        Some(Condition::Compare { measure, op: Comparator::Eq, value: Literal::Bool(true) })
            if measure.function == Function::Exists =>
        {
            ("客户", "a customer ")
        }
        Some(Condition::Compare { .. }) => ("客户", ""),
        _ => ("", ""),
    }
}

/// In quotes; a closing quote within is doubled.
fn quoted(text: &str, locale: Locale) -> String {
    let (open, close) = match locale {
        Locale::Zh => ('「', '」'),
        Locale::En => ('"', '"'),
    };
    let mut out = String::from(open);
    for letter in text.chars() {
        out.push(letter);
        if normal_word(&letter.to_string()).first() == Some(&close) {
            out.push(letter);
        }
    }
    out.push(close);
    out
}

struct Speaker<'a> {
    kinds: &'a Kinds,
    locale: Locale,
}

impl Speaker<'_> {
    fn pick<T>(&self, zh: T, en: T) -> T {
        match self.locale {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::All { of } => self.joined(of, self.pick("，且", ", and ")),
            Condition::Any { of } => self.joined(of, self.pick("，或", ", or ")),
            Condition::Not { of } => {
                self.pick(format!("并非（{}）", self.condition(of)), format!("not ({})", self.condition(of)))
            }
            Condition::Compare { measure, op, value } => self.compare(measure, *op, value),
        }
    }

    fn joined(&self, of: &[Condition], by: &str) -> String {
        let said: Vec<String> = of.iter().map(|part| self.part(part, of.len() > 1)).collect();
        said.join(by)
    }

    fn part(&self, part: &Condition, is_nested: bool) -> String {
        let said = self.condition(part);
        match part {
            Condition::All { of } | Condition::Any { of } if is_nested && of.len() > 1 => {
                self.pick(format!("（{said}）"), format!("({said})"))
            }
            _ => said,
        }
    }

    fn compare(&self, measure: &Measure, op: Comparator, value: &Literal) -> String {
        let is_plain = op == Comparator::Eq && *value == Literal::Bool(true);
        let (zh, en) = match SAID.iter().find(|(function, ..)| *function == measure.function) {
            Some((Function::Exists, ..)) if !is_plain => SAID_WHETHER,
            Some((_, zh, en)) => (*zh, *en),
            None => return String::new(),
        };
        let form = self.pick(zh, en);
        let words: Vec<String> = parts(form)
            .into_iter()
            .map(|(part, _)| literal(part).map_or_else(|| self.slot(part, measure, op, value), str::to_owned))
            .filter(|word| !word.is_empty())
            .collect();
        words.join(self.pick("", " "))
    }

    fn slot(&self, slot: &str, measure: &Measure, op: Comparator, value: &Literal) -> String {
        let kind = self.kinds.by_name(&measure.kind);
        let field = kind.zip(measure.field.as_deref()).and_then(|(kind, field)| kind.field(field));
        match slot {
            "window" => self.window(measure.window, measure),
            "one" => self.kind(measure),
            "kind" => self.pick(self.kind(measure), plural_of(&self.kind(measure))),
            "field" => kind
                .zip(field)
                .map_or_else(String::new, |(kind, field)| self.measured_field(kind, field, measure.function)),
            "prefs" | "postfs" => self.filter(measure),
            _ => self.against(op, value, field.filter(|_| measure.function != Function::Distinct)),
        }
    }

    fn measured_field(&self, kind: &Kind, field: &Field, function: Function) -> String {
        let label = self.field(kind, field);
        if function == Function::Distinct { self.pick(label.clone(), plural_of(&label)) } else { label }
    }

    fn kind(&self, measure: &Measure) -> String {
        let Some(kind) = self.kinds.by_name(&measure.kind) else { return measure.kind.clone() };
        let label = kind.label.get(self.locale);
        let is_same = |word: &String| normal_word(word) == normal_word(label);
        let others = self.kinds.iter().filter(|other| other.name != kind.name);
        let mut names = others.flat_map(|other| {
            [&other.label.zh, &other.label.en].into_iter().chain(&other.words_zh).chain(&other.words_en)
        });
        if names.any(is_same) { kind.name.clone() } else { label.to_owned() }
    }

    fn field(&self, kind: &Kind, field: &Field) -> String {
        let label = field.label.get(self.locale);
        let is_same = |word: &String| normal_word(word) == normal_word(label);
        let others = kind.fields.iter().filter(|other| other.name != field.name && other.class == Class::Plain);
        let mut names = others.flat_map(|other| {
            [&other.label.zh, &other.label.en, &other.name].into_iter().chain(&other.words_zh).chain(&other.words_en)
        });
        if names.any(is_same) { field.name.clone() } else { label.to_owned() }
    }

    fn filter(&self, measure: &Measure) -> String {
        let Some(kind) = self.kinds.by_name(&measure.kind) else { return String::new() };
        let tests: Vec<String> = measure.filter.iter().map(|test| self.test(kind, test)).collect();
        match self.locale {
            _ if tests.is_empty() => String::new(),
            Locale::Zh => format!("{}的", tests.join("、")),
            Locale::En => format!("with {}", tests.join(" and ")),
        }
    }

    fn test(&self, kind: &Kind, test: &Predicate) -> String {
        let Some(field) = kind.field(&test.field) else { return test.field.clone() };
        let against = self.against(test.op, &test.value, Some(field));
        format!("{}{}{against}", self.field(kind, field), self.pick("", " "))
    }

    fn against(&self, op: Comparator, value: &Literal, field: Option<&Field>) -> String {
        if *value == Literal::Bool(true) && op == Comparator::Eq && field.is_none() {
            return format!("={}", self.pick("是", " yes"));
        }
        format!("{}{}{}", said_op(op), self.pick("", " "), self.literal(value, field))
    }

    fn literal(&self, value: &Literal, field: Option<&Field>) -> String {
        match value {
            Literal::Bool(true) => self.pick("是", "yes").to_owned(),
            Literal::Bool(false) => self.pick("否", "no").to_owned(),
            Literal::Text(text) => quoted(text, self.locale),
            Literal::Money(money) if money.currency == Currency::CNY && self.locale == Locale::Zh => {
                format!("{}元", money.value)
            }
            Literal::Money(money) => money.to_string(),
            Literal::Number(number) => match field.and_then(field_seconds).and_then(unit_of_seconds) {
                Some(unit) => self.pick(format!("{number}{}", first(unit).0), format!("{number} {}", first(unit).1)),
                None => number.to_string(),
            },
        }
    }

    fn window(&self, window: Window, measure: &Measure) -> String {
        match window {
            Window::Lifetime => self.pick(said("lifetime").0, said("lifetime").1).to_owned(),
            Window::Sliding { length } => {
                let length = self.length(length);
                self.pick(
                    format!("{}{length}{}", said("recent").0, said("inner").0),
                    format!("{} {length}", said("recent").1),
                )
            }
            Window::Calendar { unit, offset } => self.calendar(unit, offset),
            Window::SinceFirst { length: None } => {
                let kind = self.kind(measure);
                self.pick(
                    format!("{}{kind}{}", said("first").0, said("sincestart").0),
                    format!("since the first {kind}"),
                )
            }
            Window::SinceFirst { length: Some(length) } => {
                let (kind, length) = (self.kind(measure), self.length(length));
                let zh = format!("{}{kind}{}{length}{}", said("first").0, said("sincepost").0, said("inner").0);
                self.pick(zh, format!("within {length} of the first {kind}"))
            }
        }
    }

    fn length(&self, length: Length) -> String {
        let Some(unit) = unit_row(length.unit) else { return length.count.to_string() };
        let (zh, en) = (first(unit).0, if length.count == 1 { calendar_name(unit).1 } else { first(unit).1 });
        self.pick(format!("{}{zh}", length.count), format!("{} {en}", length.count))
    }

    fn calendar(&self, unit: Unit, offset: i32) -> String {
        if let Some((zh, en)) = said_calendar(unit, offset) {
            return self.pick(zh, en).to_owned();
        }
        let Some(row) = unit_row(unit) else { return String::new() };
        let (zh, en) = calendar_name(row);
        let back = -offset;
        self.pick(format!("{}{back}{}{zh}", BACK_ZH.0, BACK_ZH.1), format!("{} {en} {back} {}", BACK_EN.0, BACK_EN.1))
    }
}

/// A kind in the plural; its name on the wire stays as it is.
fn plural_of(noun: &str) -> String {
    if noun.contains('.') { noun.to_owned() } else { plural(noun) }
}

fn first(unit: &LengthUnit) -> (&'static str, &'static str) {
    (unit.zh.split(' ').next().unwrap_or(""), unit.en.split('|').next().unwrap_or(""))
}

fn unit_row(unit: Unit) -> Option<&'static LengthUnit> {
    LENGTHS.iter().find(|row| row.unit == Some(unit))
}

fn unit_of_seconds(seconds: u32) -> Option<&'static LengthUnit> {
    LENGTHS.iter().find(|row| row.seconds == seconds)
}
