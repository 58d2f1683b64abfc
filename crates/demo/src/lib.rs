//! Believable companies and measured workloads, from a seed.
//!
//! The same seed gives the same bytes. Nobody in here exists: names come from lists of common characters,
//! phone numbers from ranges no operator has, mail from `example.com`. Knows nothing of the rest of Jingwei;
//! what it writes is CloudEvents as anybody could send them.
//!
//! ```
//! let spec = demo::WorkloadSpec { events: 1000, ..Default::default() };
//! let mut lines = Vec::new();
//! demo::workload(spec).write_many(1000, &mut lines);
//! let read = connect::cloudevents::lines(&lines).filter(|(_, event)| event.is_ok()).count();
//! assert_eq!(read, 1000);
//! ```

mod company;
mod happening;
mod life;
mod live;
mod person;
mod records;
mod rng;
mod words;
mod workload;
mod write;
mod zipf;

pub use company::{Company, History, Soon, company};
pub use live::{Beat, Live};
pub use records::{Record, Written, records};
pub use workload::{Workload, WorkloadSpec, workload};
