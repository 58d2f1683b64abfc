//! Good bodies made bad: bytes changed anywhere, and values changed where they stand.

use serde_json::{Value, json};

use crate::dice::Dice;

/// The longest body that is made.
const LONGEST: usize = 64 << 10;

/// Makes bodies from good ones.
pub(crate) struct Mutator {
    pub(crate) good: Vec<Vec<u8>>,
    /// Pieces that such bodies are made of.
    pub(crate) words: Vec<&'static str>,
    pub(crate) dice: Dice,
}

const NUMBERS: [&str; 10] = [
    "0",
    "-0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "1e-308",
    "00",
    "99999999999999999999",
    "1.00000000001",
];

impl Mutator {
    pub(crate) fn below(&mut self, number: usize) -> usize {
        usize::try_from(self.dice.next(number as u64)).unwrap()
    }

    pub(crate) fn one_good(&mut self) -> Vec<u8> {
        let place = self.below(self.good.len());
        self.good[place].clone()
    }

    /// The next body; one in sixteen is good.
    pub(crate) fn body(&mut self) -> Vec<u8> {
        let mut bytes = self.one_good();
        if self.dice.next(16) == 0 {
            return bytes;
        }
        let tree = if self.dice.next(2) == 0 { serde_json::from_slice::<Value>(&bytes).ok() } else { None };
        let changes = match tree {
            Some(mut value) => {
                self.touch(&mut value);
                bytes = value.to_string().into_bytes();
                self.below(2)
            }
            None => 1 + self.below(4),
        };
        (0..changes).for_each(|_| self.change(&mut bytes));
        bytes.truncate(LONGEST);
        bytes
    }

    /// Changes bytes somewhere.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(24)).min(bytes.len());
        let piece = bytes[at..end].to_vec();
        match self.below(9) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.dice.next(8)),
            1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = self.dice.next(256).to_le_bytes()[0]),
            2 => drop(bytes.splice(at..at, self.word())),
            3 => drop(bytes.splice(at..end, self.word())),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let most = if self.dice.next(8) == 0 { 2_000 } else { 3 };
                drop(bytes.splice(at..at, piece.repeat(1 + self.below(most))));
            }
            6 => {
                let other = self.one_good();
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            7 => bytes.truncate(at),
            _ => self.number(bytes, at),
        }
    }

    fn word(&mut self) -> Vec<u8> {
        let place = self.below(self.words.len());
        self.words[place].as_bytes().to_vec()
    }

    /// Another number in place of the next one.
    fn number(&mut self, bytes: &mut Vec<u8>, from: usize) {
        let Some(start) = bytes[from..].iter().position(u8::is_ascii_digit).map(|place| from + place) else { return };
        let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = NUMBERS[self.below(NUMBERS.len())];
        bytes.splice(start..start + digits, number.bytes());
    }

    /// Changes a value somewhere in a tree.
    fn touch(&mut self, value: &mut Value) {
        let deeper = self.dice.next(5) > 0;
        match value {
            Value::Array(all) if deeper && !all.is_empty() => {
                let place = self.below(all.len());
                if self.dice.next(6) == 0 {
                    let copy = all[place].clone();
                    all.extend(std::iter::repeat_n(copy, 40));
                } else {
                    self.touch(&mut all[place]);
                }
            }
            Value::Object(all) if deeper && !all.is_empty() => {
                let place = self.below(all.len());
                let name = all.keys().nth(place).unwrap().clone();
                match self.dice.next(8) {
                    0 => drop(all.remove(&name)),
                    1 => drop(all.insert(format!("{name}{name}"), self.odd())),
                    _ => self.touch(all.get_mut(&name).unwrap()),
                }
            }
            other => *other = self.odd(),
        }
    }

    fn odd(&mut self) -> Value {
        match self.below(16) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(""),
            3 => json!("长".repeat(1 + self.below(400))),
            4 => json!("x".repeat(1 + self.below(5_000))),
            5 => json!(i64::MAX),
            6 => json!(-1.5e300),
            7 => json!({"value": "-0.00000001", "currency": "CNY"}),
            8 => json!({"value": 1e30, "currency": "XXX"}),
            9 => json!([{"scheme": "phone", "value": "+"}, {"scheme": "email", "value": "@"}]),
            10 => json!({"scheme": "phone", "value": "１３８００１３８０００", "scope": "x"}),
            11 => (0..1 + self.below(60)).fold(json!(1), |inner, _| json!([inner])),
            12 => json!("a\u{0}b\u{202e}c\u{feff}\u{1f600}"),
            13 => json!("9999-12-31T23:59:60+23:59"),
            14 => json!("-0001-01-01T00:00:00Z"),
            _ => json!(self.dice.next(u64::MAX)),
        }
    }
}
