//! Formulas in words: with the fields' present labels, so that they read back as themselves.

use base::Text;
use domain::object::{Field, FieldNumber, Object};

use super::{Between, FUNCTIONS, Formula, Part};

/// One language's side of a text.
type Side = fn(&Text) -> &str;

fn zh(text: &Text) -> &str {
    &text.zh
}

fn en(text: &Text) -> &str {
    &text.en
}

impl Formula {
    /// The formula as people write it, in both languages.
    #[must_use]
    pub fn say(&self, object: &Object) -> Text {
        Text::new(
            Saying { object, side: zh, chinese: true }.part(&self.of, 0),
            Saying { object, side: en, chinese: false }.part(&self.of, 0),
        )
    }
}

struct Saying<'s> {
    object: &'s Object,
    side: Side,
    chinese: bool,
}

impl Between {
    /// How tightly it binds.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual | Self::Less | Self::AtMost | Self::More | Self::AtLeast => 4,
            Self::Joined => 5,
            Self::Plus | Self::Minus => 6,
            Self::Times | Self::By => 7,
        }
    }
}

/// How tightly `not` binds, and a sign.
pub(super) const NOT: u8 = 3;
pub(super) const SIGN: u8 = 8;

impl Saying<'_> {
    /// A part, between brackets where what is around it binds more tightly.
    fn part(&self, part: &Part, around: u8) -> String {
        let within = |rank: u8, said: String| if rank < around { format!("({said})") } else { said };
        match part {
            Part::Field(number, _) => self.field(*number),
            Part::Number(number) => number.normalize().to_string(),
            Part::Percent(share) => format!("{}%", (*share * rust_decimal::Decimal::ONE_HUNDRED).normalize()),
            Part::Text(text) => quoted(text),
            Part::Bool(is) => self.word(if *is { ("真", "true") } else { ("假", "false") }).to_owned(),
            Part::Date(days) => quoted(&super::value::day(*days)),
            Part::Choice(field, number) => quoted(&self.choice(*field, *number)),
            Part::Nothing => self.word(("空", "none")).to_owned(),
            Part::Minus(part) => within(SIGN, format!("-{}", self.part(part, SIGN))),
            Part::Not(part) => {
                let not = self.word(("非 ", "not "));
                within(NOT, format!("{not}{}", self.part(part, NOT)))
            }
            Part::Two(between, one, other) => {
                let rank = between.rank();
                let (one, other) = (self.part(one, rank), self.part(other, rank + 1));
                within(rank, format!("{one} {} {other}", self.between(*between)))
            }
            Part::Call(function, parts) => {
                let known = FUNCTIONS.iter().find(|(known, ..)| known == function);
                let name = known.map_or("", |(_, en, zh, _)| self.word((zh, en)));
                let parts: Vec<String> = parts.iter().map(|part| self.part(part, 0)).collect();
                format!("{name}({})", parts.join(", "))
            }
        }
    }

    fn word<'w>(&self, (zh, en): (&'w str, &'w str)) -> &'w str {
        if self.chinese { zh } else { en }
    }

    fn between(&self, between: Between) -> &'static str {
        match between {
            Between::Or => self.word(("或", "or")),
            Between::And => self.word(("且", "and")),
            Between::Equal => "=",
            Between::NotEqual => "≠",
            Between::Less => "<",
            Between::AtMost => "≤",
            Between::More => ">",
            Between::AtLeast => "≥",
            Between::Joined => "&",
            Between::Plus => "+",
            Between::Minus => "-",
            Between::Times => self.word(("×", "*")),
            Between::By => self.word(("÷", "/")),
        }
    }

    /// By its label; by its name in the API where that alone says which is meant.
    fn field(&self, number: FieldNumber) -> String {
        let Some(field) = self.object.numbered_field(number) else { return String::new() };
        let label = (self.side)(&field.label);
        let is_it = |known: Option<&Field>| known.is_some_and(|known| known.number == number);
        let called = if is_it(super::read::called(self.object, label)) { label } else { &field.name };
        let is_word = called.chars().all(super::read::is_of_word)
            && !super::read::is_kept(called)
            && !called.starts_with(|first: char| first.is_ascii_digit());
        if is_word { called.to_owned() } else { format!("{{{called}}}") }
    }

    fn choice(&self, field: FieldNumber, number: u8) -> String {
        let choices = self.object.numbered_field(field).map(|field| field.holds.choices()).unwrap_or_default();
        let choice = choices.iter().find(|choice| choice.number == number);
        choice.map_or_else(String::new, |choice| (self.side)(&choice.label).to_owned())
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
