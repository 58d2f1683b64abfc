//! The full-text index: texts in, ids out.
//!
//! It knows Chinese by its signs and by pinyin, other languages by words, and numbers by their digits; it never knows rights or SQL. What is found
//! is decided by [`Needle::look`], on the texts themselves as they are now and as the reader sees them. The index only names documents that may
//! have what is looked for, the latest first; so it can neither show what someone may not see nor what is there no more.
//!
//! ```
//! use search::{Document, Index, Kind, Needle, Part, Rank};
//! # let folder = tempfile::tempdir().unwrap();
//! let (index, mut writer, _) = Index::open(&folder.path().join("index")).unwrap();
//! let texts = [(Kind::Title, "张三"), (Kind::Phone, "138-1234-5678")];
//! writer.put(&Document { id: 7, group: 1, owner: 0, at: 0, texts: &texts }).unwrap();
//! writer.commit(None).unwrap();
//! let needle = Needle::new("zhangs").unwrap();
//! let parts = [Part { group: 1, owner: None }];
//! assert_eq!(index.candidates(&needle, Rank::Start, &parts, 10).unwrap()[0].id, 7);
//! assert_eq!(needle.look(&texts).unwrap().rank, Rank::Start);
//! ```

mod candidates;
mod index;
mod letters;
mod needle;
mod sound;
mod terms;

pub use candidates::{Candidate, Part};
pub use index::{Document, Index, Mark, SearchError, Writer};
pub use needle::{Found, Kind, NEEDLE_CHARS, NEEDLE_WORDS, Needle, NoNeedle, Rank};
