//! The definition language: what a business means, as data; read from a sentence, said back in both languages.
//!
//! Pure. Knows no storage and no clock.
//!
//! # From a sentence to a definition
//!
//! 1. The sentence is brought to one width, one case and simplified characters, place by place
//!    (`normal.rs`).
//! 2. At every place every word that could begin there is looked up: the closed words of `vocabulary.rs`, what the
//!    workspace calls its kinds and fields, the values it knows, numbers, amounts, lengths of time (`lattice.rs`).
//! 3. A chart finds every way in which the phrases of `phrases.rs` fit over those words (`chart.rs`). A phrase fills
//!    slots (`frame.rs`); what does not fit by type is dropped on the way (`close.rs`).
//! 4. Readings are ranked by whole numbers; those that mean the same are one. What a sentence leaves open is asked
//!    where readings differ, and otherwise assumed visibly (`settle.rs`, `clause.rs`).
//! 5. A word that means something and found no place makes the sentence refused, by name (`refuse.rs`).
//! 6. What was understood is said from the same tables (`say.rs`), so that it reads back as itself.
//!
//! ```
//! use std::collections::BTreeMap;
//! use lexicon::{Context, Reader, Reading};
//! let reader = Reader::new(&domain::Kinds::standard(), &Context::default());
//! let none = BTreeMap::new();
//!
//! let Reading::Understood(rule) = reader.read("只要30天内投诉至少2次，就打上标签「需关怀」", &none) else { panic!() };
//! assert_eq!(
//!     rule.said.en,
//!     "When the number of complaints in the last 30 days ≥ 2, set the tag \"需关怀\" until it no longer holds",
//! );
//! let Reading::Understood(again) = reader.read(&rule.said.en, &none) else { panic!() };
//! assert_eq!(again.definition, rule.definition);
//!
//! let Reading::Refused(refused) = reader.read("老客户30天内下单两次", &none) else { panic!() };
//! assert_eq!(refused.unused, ["老"]);
//! assert_eq!(refused.near[0].zh, "最近30天内下单次数≥2");
//! ```

mod bits;
mod chart;
mod clause;
mod close;
mod decide;
pub mod definition;
pub mod formula;
mod frame;
mod free;
mod grammar;
mod inflect;
mod lattice;
mod names;
mod normal;
mod number;
mod phrases;
mod reader;
pub mod reading;
mod refuse;
mod say;
mod settle;
mod sides;
mod values;
mod vocabulary;
pub mod window;
mod words;

pub use definition::{
    Action, Comparator, Condition, Definition, DefinitionError, Function, Literal, Measure, Predicate, Trigger,
};
pub use reader::{MAX_SENTENCE, Reader};
pub use reading::{Ask, Assumption, Choice, Context, FieldValue, Question, Reading, Refused, Understood};
pub use say::{say, say_condition};
pub use window::{Length, Unit, Window};
