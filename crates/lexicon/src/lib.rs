//! The definition language: what a business means, as data; read from a sentence, said back in both languages.
//!
//! Pure. Knows no storage and no clock.

pub mod definition;
pub mod window;

pub use definition::{
    Action, Comparator, Condition, Definition, DefinitionError, Function, Literal, Measure, Predicate, Trigger,
};
pub use window::{Length, Unit, Window};
