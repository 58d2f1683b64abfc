//! Keeps definitions true per customer, event by event.
//!
//! Pure: takes rows and instants, returns transitions. Knows no storage, no clock and no text: fields are words in a
//! row ([`Layout`]), texts are symbols.
//!
//! ```
//! use base::{Decimal, RuleId, TimeZone, Timestamp};
//! use domain::Kinds;
//! use lexicon::{Action, Comparator, Condition, Definition, Function, Literal, Measure, Trigger, Window};
//! use signals::{Cause, Customer, Layouts, Program, Reason, Rule, Scratch};
//!
//! let kinds = Kinds::standard();
//! let orders = Measure { function: Function::Count, kind: "order.placed".into(), field: None, filter: vec![], window: Window::days(30) };
//! let definition = Definition {
//!     condition: Condition::compare(orders, Comparator::Ge, Literal::Number(Decimal::whole(2).unwrap())),
//!     trigger: Trigger::While,
//!     action: Some(Action::SetTag { tag: "loyal".into() }),
//! };
//! let rule = Rule { id: RuleId::new(1), version: 1, definition, since: Timestamp::MIN, existing: true };
//! let program = Program::compile(&[rule], &kinds, TimeZone::UTC).unwrap();
//!
//! let kind = kinds.by_name("order.placed").unwrap().id;
//! let layouts = Layouts::of(&kinds);
//! let (mut customer, mut scratch, mut row) = (Customer::default(), Scratch::default(), Vec::new());
//! let mut order = |time, seq: u64| {
//!     layouts.get(kind).unwrap().write(&mut row, [time, seq as i64, 1], std::iter::empty());
//!     customer.event(&program, &mut scratch, kind, &row, Cause { seq, reason: Reason::Event }).len()
//! };
//! assert_eq!(order(1_000, 1), 0);
//! assert_eq!(order(2_000, 2), 1);
//! assert_eq!(customer.due(), Some(Timestamp::from_ms(1_000 + 30 * base::DAY_MS + 1)));
//! ```

mod customer;
mod evaluate;
mod fold;
mod history;
mod joined;
mod layout;
mod measured;
mod program;
mod reach;
mod renew;
mod segment;
mod standing;
mod stored;

pub use customer::{Cause, Customer, EVIDENCE_LIMIT, Outcome, Reason, Transition, cause_of, first_caused_at};
pub use evaluate::{Scratch, Truth};
pub use history::History;
pub use layout::{ABSENT, Layout, Layouts, symbol};
pub use measured::Measured;
pub use program::{CompiledRule, Program, Rule};
pub use renew::Renewal;
pub use segment::SEGMENT_ROWS;
pub use stored::{SegmentKey, Stored, StoredError};
