//! CSV and other tables, read by a saved mapping from columns to an event.
//!
//! A mapping is JSON; [`Mapping`] tells each member. This one, shipped as `mappings/cdnow.json`, reads the
//! CDNOW purchases, a table with blanks between its columns and a header:
//!
//! ```text
#![doc = include_str!("../../mappings/cdnow.json")]
//! ```
//!
//! Its customer number becomes a `member_no`, its dates begin at midnight in Shanghai. Rows of that table
//! repeat exactly and each is a purchase, so the id is the place in the file: hash and line.
//!
//! Rows stream: a file of any length takes the memory of one record. Cells are trimmed, and an empty cell
//! is an absent value. A row with more or fewer cells than the header is refused, a blank one passed over.
//!
//! ```
//! use connect::csv_map::{CsvFile, Mapping};
//! let mapping = Mapping::read(include_bytes!("../../mappings/cdnow.json")).unwrap();
//! let table = " customer_id date number_of_cds dollar_value\r\n 00001 19970101 1 11.77\r\n";
//! let mut rows = CsvFile::open(table.as_bytes(), &mapping, "5f1c").unwrap();
//! let (line, event) = rows.next().unwrap();
//! let event = event.unwrap();
//! assert_eq!((line, event.id.as_ref()), (2, "5f1c:2"));
//! assert_eq!(event.time, "1996-12-31T16:00:00Z".parse().ok());
//! assert_eq!(event.fields[0].1, domain::IncomingValue::Money("11.77".into(), "USD".into()));
//! ```

mod cell;
mod mapping;
mod plan;
mod record;

use std::io::Read;

use csv::ByteRecord;
use domain::{Incoming, Rejection};

pub use self::mapping::{
    ColumnId, Encoding, FieldRule, Format, IdColumn, IdRule, LineWord, Mapping, TimeRule, Unmapped, ValueType, WhoRule,
};
use self::plan::Plan;
use self::record::Records;

/// A table being read: gives each row's line, counted from 1, with its event.
pub struct CsvFile<R: Read> {
    records: Records<R>,
    record: ByteRecord,
    plan: Plan,
    is_done: bool,
}

impl<R: Read> CsvFile<R> {
    /// Opens a table. `file_hash` names the file in ids that are made of lines.
    ///
    /// # Errors
    /// If the mapping names a column that the header does not have, or the file cannot be read.
    pub fn open(file: R, mapping: &Mapping, file_hash: &str) -> Result<Self, Rejection> {
        let mut records = Records::open(file, &mapping.format)?;
        let mut record = ByteRecord::new();
        let header = match mapping.format.header && records.next(&mut record)?.is_some() {
            true => Some(cell::all(&record, mapping.format.encoding)?),
            false => None,
        };
        let plan = Plan::new(mapping, header.as_deref(), file_hash)?;
        Ok(Self { records, record, plan, is_done: false })
    }
}

impl<R: Read> Iterator for CsvFile<R> {
    type Item = (usize, Result<Incoming<'static>, Rejection>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        match self.records.next(&mut self.record) {
            Ok(found) => found.map(|line| (line, self.plan.event(&self.record, line))),
            Err(reason) => {
                self.is_done = true;
                Some((self.records.line(), Err(reason)))
            }
        }
    }
}
