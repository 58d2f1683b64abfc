//! Formulas as people write them: read, and held to the types of what they speak of.

use base::Text;
use domain::object::{Field, Object};
use rust_decimal::Decimal;
use thiserror::Error;

use super::say::{NOT, SIGN};
use super::{Between, FORMULA_CHARS, FORMULA_DEPTH, FORMULA_PARTS, FUNCTIONS, Formula, Function, Kind, Part};

/// Why a text is no formula.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", why.en)]
pub struct Fault {
    /// Where: before which character, from 0.
    pub at: usize,
    /// Why, in both languages.
    pub why: Text,
}

fn fault<T>(at: usize, zh: &str, en: &str) -> Result<T, Fault> {
    Err(Fault { at, why: Text::new(zh, en) })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A number as it was written, and whether it is a percentage.
    Number(Decimal, bool),
    Text(String),
    /// A word, and whether it stood between braces.
    Word(String, bool),
    Sign(&'static str),
}

/// The signs, the longer ones first; what is written in Chinese or in other programs' ways is the same sign.
const SIGNS: [(&str, &str); 35] = [
    ("<=", "<="),
    (">=", ">="),
    ("<>", "!="),
    ("!=", "!="),
    ("==", "="),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("=", "="),
    ("＝", "="),
    ("<", "<"),
    ("＜", "<"),
    (">", ">"),
    ("＞", ">"),
    ("&", "&"),
    ("＆", "&"),
    ("+", "+"),
    ("＋", "+"),
    ("-", "-"),
    ("－", "-"),
    ("−", "-"),
    ("*", "*"),
    ("＊", "*"),
    ("×", "*"),
    ("/", "/"),
    ("／", "/"),
    ("÷", "/"),
    ("(", "("),
    ("（", "("),
    (")", ")"),
    ("）", ")"),
    (",", ","),
    ("，", ","),
];

/// Words that are no fields unless they stand between braces.
const KEPT: [(&str, &str); 11] = [
    ("and", "and"),
    ("且", "and"),
    ("or", "or"),
    ("或", "or"),
    ("not", "not"),
    ("非", "not"),
    ("true", "true"),
    ("真", "true"),
    ("false", "false"),
    ("假", "false"),
    ("none", "none"),
];

fn kept(word: &str) -> Option<&'static str> {
    if word == "空" {
        return Some("none");
    }
    KEPT.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, means)| *means)
}

pub(super) fn is_kept(word: &str) -> bool {
    kept(word).is_some() || FUNCTIONS.iter().any(|(_, en, zh, _)| word.eq_ignore_ascii_case(en) || word == *zh)
}

pub(super) fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The field that is called so, by its name in the API or by its label; none where none is, or two are by their labels.
pub(super) fn called<'o>(object: &'o Object, word: &str) -> Option<&'o Field> {
    let living = || object.fields.iter().filter(|field| !field.archived);
    if let Some(named) = living().find(|field| field.name == word) {
        return Some(named);
    }
    let lower = word.to_lowercase();
    let mut labelled = living().filter(|field| field.label.zh == word || field.label.en.to_lowercase() == lower);
    labelled.next().filter(|_| labelled.next().is_none())
}

/// Cuts a text into tokens, each with the place where it begins.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = letters.get(at).copied() {
        let start = at;
        let rest = || letters.get(at..).unwrap_or_default();
        let run = |passes: fn(char) -> bool| rest().iter().take_while(|letter| passes(**letter)).collect::<String>();
        if first.is_whitespace() {
            at += 1;
            continue;
        }
        let token = if first.is_ascii_digit() {
            let digits = run(|letter| letter.is_ascii_digit() || letter == '.');
            at += digits.chars().count();
            let Ok(number) = digits.parse::<Decimal>() else { return fault(start, "数字不正确", "not a number") };
            let is_share = matches!(letters.get(at), Some('%' | '％'));
            at += usize::from(is_share);
            Token::Number(number, is_share)
        } else if let Some(closing) = closing(first) {
            let mut inner = String::new();
            at += 1;
            loop {
                match letters.get(at) {
                    None => return fault(start, "引号没有结束", "a quotation has no end"),
                    // Twice it stands for itself.
                    Some(letter) if *letter == closing && closing == first && letters.get(at + 1) == Some(&closing) => {
                        inner.push(closing);
                        at += 2;
                    }
                    Some(letter) if *letter == closing => break,
                    Some(letter) => {
                        inner.push(*letter);
                        at += 1;
                    }
                }
            }
            at += 1;
            if first == '{' { Token::Word(inner.trim().to_owned(), true) } else { Token::Text(inner) }
        } else if is_of_word(first) {
            let word = run(is_of_word);
            at += word.chars().count();
            Token::Word(word, false)
        } else {
            let follows = |sign: &&(&str, &str)| sign.0.chars().eq(rest().iter().copied().take(sign.0.chars().count()));
            let Some((sign, means)) = SIGNS.iter().find(follows) else {
                let (zh, en) = (format!("不认识的符号「{first}」"), format!("'{first}' means nothing here"));
                return fault(start, &zh, &en);
            };
            at += sign.chars().count();
            match *means {
                "and" | "or" => Token::Word((*means).to_owned(), false),
                means => Token::Sign(means),
            }
        };
        found.push((start, token));
    }
    Ok(found)
}

/// What ends what begins with this.
const fn closing(first: char) -> Option<char> {
    match first {
        '"' | '\'' => Some(first),
        '“' => Some('”'),
        '「' => Some('」'),
        '{' => Some('}'),
        _ => None,
    }
}

impl Formula {
    /// Reads a formula over the fields of an object. Fields are called by their labels or by their names in the API, between braces where
    /// a label is more than a word.
    ///
    /// # Errors
    /// It is none, or speaks of what cannot be computed so; where, and why.
    pub fn read(text: &str, object: &Object) -> Result<Self, Fault> {
        let (kind, of) = read(text, object)?;
        if kind.holds().is_none() {
            return fault(
                0,
                "公式的结果应为数字、日期、是否或文本",
                "a formula comes to a number, a date, yes or no, or text",
            );
        }
        Ok(Self { gives: kind, of })
    }

    /// Reads a condition: a formula that is true or not.
    ///
    /// # Errors
    /// As [`Formula::read`]; or it comes to something else.
    pub fn condition(text: &str, object: &Object) -> Result<Self, Fault> {
        let (gives, of) = read(text, object)?;
        if gives != Kind::Bool {
            return fault(0, "条件的结果应为是或否，如 金额 > 100", "a condition is true or not, as amount > 100 is");
        }
        Ok(Self { gives, of })
    }
}

fn read(text: &str, object: &Object) -> Result<(Kind, Part), Fault> {
    if text.chars().count() > FORMULA_CHARS {
        return fault(FORMULA_CHARS, "公式最多 2000 个字符", "a formula has at most 2,000 characters");
    }
    let tokens = tokens(text)?;
    let end = text.chars().count();
    let mut reader = Reader { object, tokens, next: 0, end, parts: 0, depth: 0 };
    let whole = reader.part(0)?;
    if let Some((at, _)) = reader.tokens.get(reader.next) {
        return fault(*at, "这里多出了内容", "there is more here than a formula");
    }
    Ok((whole.kind, whole.part))
}

/// A part that was read.
struct Found {
    kind: Kind,
    part: Part,
    at: usize,
}

struct Reader<'r> {
    object: &'r Object,
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    parts: usize,
    depth: usize,
}

impl Reader<'_> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.next), Some((_, Token::Sign(known))) if *known == sign)
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Fault> {
        if !self.is_sign(sign) {
            return fault(self.at(), &format!("这里应为「{sign}」"), &format!("'{sign}' is wanted here"));
        }
        self.next += 1;
        Ok(())
    }

    /// What stands here between two parts, if something does.
    fn between(&self) -> Option<Between> {
        match &self.tokens.get(self.next)?.1 {
            Token::Word(word, false) => match kept(word)? {
                "and" => Some(Between::And),
                "or" => Some(Between::Or),
                _ => None,
            },
            Token::Sign(sign) => Some(match *sign {
                "=" => Between::Equal,
                "!=" => Between::NotEqual,
                "<" => Between::Less,
                "<=" => Between::AtMost,
                ">" => Between::More,
                ">=" => Between::AtLeast,
                "&" => Between::Joined,
                "+" => Between::Plus,
                "-" => Between::Minus,
                "*" => Between::Times,
                "/" => Between::By,
                _ => return None,
            }),
            _ => None,
        }
    }

    /// A part in which nothing binds more loosely than `least`.
    fn part(&mut self, least: u8) -> Result<Found, Fault> {
        self.depth += 1;
        if self.depth > FORMULA_DEPTH {
            return fault(self.at(), "公式嵌套过深", "the formula goes too deep");
        }
        let mut left = self.single()?;
        while let Some(between) = self.between().filter(|between| between.rank() >= least) {
            self.next += 1;
            let right = self.part(between.rank() + 1)?;
            left = self.joined(between, left, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn single(&mut self) -> Result<Found, Fault> {
        self.parts += 1;
        let at = self.at();
        if self.parts > FORMULA_PARTS {
            return fault(at, "公式的组成部分过多", "the formula has too many parts");
        }
        let Some((_, token)) = self.tokens.get(self.next).cloned() else {
            return fault(at, "这里缺少内容", "something is wanted here");
        };
        self.next += 1;
        let found = |kind, part| Ok(Found { kind, part, at });
        match token {
            Token::Number(number, false) => found(Kind::Number, Part::Number(number)),
            Token::Number(number, true) => found(Kind::Percent, Part::Percent(number / Decimal::ONE_HUNDRED)),
            Token::Text(text) => found(Kind::Text, Part::Text(text)),
            Token::Sign("(") => {
                let inner = self.part(0)?;
                self.sign(")")?;
                Ok(inner)
            }
            Token::Sign("-") => {
                let inner = self.part(SIGN)?;
                if !inner.kind.is_numeric() {
                    return fault(at, "只有数字可以取负", "only a number can be less than nought");
                }
                found(inner.kind, Part::Minus(Box::new(inner.part)))
            }
            Token::Word(word, braced) => self.word(&word, braced, at),
            Token::Sign(_) => fault(at, "这里缺少内容", "something is wanted here"),
        }
    }

    fn word(&mut self, word: &str, braced: bool, at: usize) -> Result<Found, Fault> {
        let found = |kind, part| Ok(Found { kind, part, at });
        if !braced {
            let function = FUNCTIONS.iter().find(|(_, en, zh, _)| word.eq_ignore_ascii_case(en) || word == *zh);
            if let Some((function, _, _, takes)) = function.filter(|_| self.is_sign("(")) {
                return self.call(*function, takes, at);
            }
            match kept(word) {
                Some("not") => {
                    let inner = self.part(NOT)?;
                    if inner.kind != Kind::Bool {
                        return fault(at, "「非」后应为是或否", "'not' is said of what is true or not");
                    }
                    return found(Kind::Bool, Part::Not(Box::new(inner.part)));
                }
                Some("true") => return found(Kind::Bool, Part::Bool(true)),
                Some("false") => return found(Kind::Bool, Part::Bool(false)),
                Some("none") => return found(Kind::Nothing, Part::Nothing),
                Some(_) => return fault(at, "这里缺少内容", "something is wanted here"),
                None => {}
            }
        }
        let Some(field) = called(self.object, word) else {
            let (zh, en) = (format!("没有字段「{word}」"), format!("there is no field '{word}'"));
            return fault(at, &zh, &en);
        };
        let Some(kind) = Kind::of(field) else {
            return fault(
                at,
                &format!("「{}」不能用于公式", field.label.zh),
                &format!("'{}' is nothing to compute with", field.label.en),
            );
        };
        found(kind, Part::Field(field.number, kind))
    }

    fn call(&mut self, function: Function, takes: &std::ops::RangeInclusive<usize>, at: usize) -> Result<Found, Fault> {
        self.sign("(")?;
        let mut parts = Vec::new();
        while !self.is_sign(")") {
            if !parts.is_empty() {
                self.sign(",")?;
            }
            parts.push(self.part(0)?);
        }
        self.sign(")")?;
        if !takes.contains(&parts.len()) {
            let (least, most) = (takes.start(), takes.end());
            let zh =
                if least == most { format!("应有 {least} 项") } else { format!("应有 {least} 至 {most} 项") };
            let en = if least == most {
                format!("{least} parts are wanted")
            } else {
                format!("{least} to {most} parts are wanted")
            };
            return fault(at, &zh, &en);
        }
        let kind = self.kind_of(function, &mut parts, at)?;
        Ok(Found { kind, part: Part::Call(function, parts.into_iter().map(|found| found.part).collect()), at })
    }

    /// What a function comes to, if its parts are of the right kinds.
    fn kind_of(&self, function: Function, parts: &mut [Found], at: usize) -> Result<Kind, Fault> {
        if let [one, other] = parts
            && matches!(function, Function::Has | Function::IfEmpty)
        {
            meet(self.object, one, other);
        }
        if let [_, one, other] = parts {
            meet(self.object, one, other);
        }
        let kinds: Vec<Kind> = parts.iter().map(|found| found.kind).collect();
        let first = kinds.first().copied().unwrap_or(Kind::Nothing);
        let all = |fits: fn(Kind) -> bool, kind: Kind| kinds.iter().all(|kind| fits(*kind)).then_some(kind);
        let either = |kinds: &[Kind]| {
            kinds.iter().copied().try_fold(Kind::Nothing, Kind::either).filter(|kind| *kind != Kind::Nothing)
        };
        let is_text = |kind: Kind| kind == Kind::Text;
        let is_day = |kind: Kind| matches!(kind, Kind::Date | Kind::Instant);
        let kind = match function {
            Function::If if first == Kind::Bool => either(kinds.get(1..).unwrap_or_default()),
            Function::If => None,
            Function::IfEmpty => either(&kinds),
            Function::Empty => Some(Kind::Bool),
            Function::Has => match kinds.as_slice() {
                [Kind::Set(of), Kind::Choice(among)] if of == among => Some(Kind::Bool),
                [Kind::Tags, Kind::Text] => Some(Kind::Bool),
                _ => None,
            },
            Function::Contains => all(is_text, Kind::Bool),
            Function::Round | Function::Floor | Function::Ceil | Function::Abs => all(Kind::is_numeric, first),
            Function::Min | Function::Max => either(&kinds).filter(|kind| kind.is_numeric() || is_day(*kind)),
            Function::Percent => all(Kind::is_numeric, Kind::Percent),
            Function::Number => all(Kind::is_numeric, Kind::Number),
            Function::Money => all(|kind| matches!(kind, Kind::Number | Kind::Money), Kind::Money),
            Function::Text => {
                all(|kind| kind.is_numeric() || matches!(kind, Kind::Date | Kind::Instant | Kind::Text), Kind::Text)
            }
            Function::Length => all(is_text, Kind::Number),
            Function::Date => all(|kind| kind == Kind::Number, Kind::Date),
            Function::Day => all(is_day, Kind::Date),
            Function::Year | Function::Month => all(is_day, Kind::Number),
        };
        kind.map_or_else(|| fault(at, "这个函数不能这样用", "this function is not for such parts"), Ok)
    }

    fn joined(&self, between: Between, mut left: Found, mut right: Found) -> Result<Found, Fault> {
        meet(self.object, &mut left, &mut right);
        let at = left.at;
        let kind = between.kind(left.kind, right.kind);
        let Some(kind) = kind else {
            let is_odd = |found: &&Found| !found.kind.is_numeric();
            let odd = [&left, &right].into_iter().find(is_odd);
            let named = match odd.map(|found| &found.part) {
                Some(Part::Field(number, _)) => self.object.numbered_field(*number).map(|field| &field.label),
                _ => None,
            };
            let at = odd.map_or(at, |found| found.at);
            return match named {
                Some(Text { zh, en }) => {
                    fault(at, &format!("「{zh}」不能这样计算"), &format!("'{en}' cannot be computed so"))
                }
                None => fault(at, "这两项不能这样计算", "these two do not go together so"),
            };
        };
        Ok(Found { kind, part: Part::Two(between, Box::new(left.part), Box::new(right.part)), at })
    }
}

/// Reads a text beside a choice as one of its field's, and beside a day as a day.
fn meet(object: &Object, one: &mut Found, other: &mut Found) {
    let read = |found: &Found, beside: Kind| -> Option<(Kind, Part)> {
        let Part::Text(text) = &found.part else { return None };
        match beside {
            Kind::Choice(number) | Kind::Set(number) => {
                let choices = object.numbered_field(number)?.holds.choices();
                let is_it = |label: &Text| label.zh == text.trim() || label.en.eq_ignore_ascii_case(text.trim());
                let choice = choices.iter().find(|choice| is_it(&choice.label))?;
                Some((Kind::Choice(number), Part::Choice(number, choice.number)))
            }
            Kind::Date => {
                let days = super::value::days_of(text.trim())?;
                Some((Kind::Date, Part::Date(days)))
            }
            _ => None,
        }
    };
    if let Some((kind, part)) = read(one, other.kind) {
        (one.kind, one.part) = (kind, part);
    } else if let Some((kind, part)) = read(other, one.kind) {
        (other.kind, other.part) = (kind, part);
    }
}
