//! The index on disk: made, kept true, and asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::{BooleanQuery, EmptyQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::candidates::{Candidate, Latest, Part};
use crate::needle::{Kind, Needle, Rank};
use crate::terms::{Must, Place, Terms, must};

/// The form of the terms; an index of another is made anew.
const FORM: u32 = 1;
/// How much memory documents may take before they are written, in bytes.
const MEMORY: usize = 48 << 20;
/// How often what is to be forgotten is looked for again, while the index is busy with itself.
const TRIES: u32 = 600;
/// How long is waited in between.
const PAUSE: Duration = Duration::from_millis(100);

/// What goes wrong with the index. None of it is lost: it is made anew from what it was made of.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Its files cannot be read or written, or are damaged.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// Its folder cannot be made or removed.
    #[error("the folder of the search index: {0}")]
    Folder(#[from] std::io::Error),
    /// It was busy with itself for too long.
    #[error("the search index is busy; what was to be forgotten is not yet")]
    Busy,
}

/// Up to where the index is true of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The place of the last change in it.
    pub seq: u64,
    /// When that change was made: a log that has another at this place is another log. In milliseconds since 1970.
    pub at: i64,
    /// The place of the last erasure of whose texts no file has anything left.
    #[serde(default)]
    pub cleared: u64,
}

/// What is kept with each commit.
#[derive(Serialize, Deserialize)]
struct Payload {
    form: u32,
    mark: Option<Mark>,
}

/// Something that can be found.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// Its id, unlike all others.
    pub id: u64,
    /// What it belongs to.
    pub group: u64,
    /// Whose it is; nought for nobody's.
    pub owner: u64,
    /// When it was changed, in milliseconds since 1970: the latest are found first.
    pub at: i64,
    /// Its texts. The title, if it has one, is the first.
    pub texts: &'d [(Kind, &'d str)],
}

#[derive(Clone, Copy)]
struct Fields {
    id: Field,
    title: Field,
    all: Field,
    title_words: Field,
    words: Field,
    group: Field,
    owner: Field,
    at: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default().set_fieldnorms(false).set_index_option(IndexRecordOption::Basic);
    let text = TextOptions::default().set_indexing_options(indexing);
    let number = NumericOptions::default().set_fast();
    let fields = Fields {
        id: schema.add_u64_field(Candidate::ID, number.clone().set_indexed()),
        title: schema.add_text_field("title", text.clone()),
        all: schema.add_text_field("all", text.clone()),
        title_words: schema.add_text_field("title_words", text.clone()),
        words: schema.add_text_field("words", text),
        group: schema.add_u64_field(Candidate::GROUP, number.clone()),
        owner: schema.add_u64_field(Candidate::OWNER, number.clone()),
        at: schema.add_i64_field(Candidate::AT, number),
    };
    (schema.build(), fields)
}

/// The index, to be asked. Clones ask the same one.
#[derive(Clone)]
pub struct Index {
    reader: IndexReader,
    fields: Fields,
}

/// What keeps the index true. There is one.
pub struct Writer {
    index: tantivy::Index,
    writer: IndexWriter,
    reader: IndexReader,
    fields: Fields,
    mark: Option<Mark>,
}

impl Index {
    /// Opens the index of a folder, with the mark of its last commit. One that is not there, is damaged, or is of another form is made anew: then
    /// it is empty, and there is no mark.
    ///
    /// # Errors
    /// The folder cannot be made, or not be written to.
    pub fn open(folder: &Path) -> Result<(Self, Writer, Option<Mark>), SearchError> {
        // Of a file that is cut off the library does not return an error, but panics.
        let known = std::panic::catch_unwind(|| known(folder)).unwrap_or_else(|_| Ok(None)).unwrap_or_else(|error| {
            tracing::warn!(%error, "the search index cannot be read");
            None
        });
        if known.is_none() && folder.exists() {
            tracing::warn!("the search index is made anew");
        }
        let (index, mark) = match known {
            Some((index, mark)) => (index, Some(mark)),
            None => (anew(folder)?, None),
        };
        let fields = schema().1;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let options = IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(MEMORY);
        let writer = index.writer_with_options(options.num_merge_threads(1).build())?;
        let asked = Self { reader: IndexReader::clone(&reader), fields };
        Ok((asked, Writer { index, writer, reader, fields, mark }, mark))
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Documents of these parts that may have what is looked for this well or better: of each group the latest, up to `each`; those of a group are in order.
    ///
    /// # Errors
    /// The index's.
    pub fn candidates(
        &self,
        needle: &Needle,
        rank: Rank,
        parts: &[Part],
        each: usize,
    ) -> Result<Vec<Candidate>, SearchError> {
        let query = self.query(&must(needle, rank));
        Ok(self.reader.searcher().search(&*query, &Latest { parts: parts.to_vec(), each })?)
    }

    fn query(&self, must: &Must) -> Box<dyn Query> {
        let (title, all, title_words, words) =
            (self.fields.title, self.fields.all, self.fields.title_words, self.fields.words);
        let joined = |parts: &[Must], occur: Occur| -> Box<dyn Query> {
            match parts {
                [] => Box::new(EmptyQuery),
                [one] => self.query(one),
                many => Box::new(BooleanQuery::new(many.iter().map(|one| (occur, self.query(one))).collect())),
            }
        };
        match must {
            Must::All(parts) => joined(parts, Occur::Must),
            Must::Any(parts) => joined(parts, Occur::Should),
            Must::Term(place, text) => {
                let field = if *place == Place::Title { title } else { all };
                Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
            }
            Must::Begins(place, text) => {
                let field = if *place == Place::Title { title_words } else { words };
                Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, text), 0, false))
            }
            Must::Like(text) => Box::new(FuzzyTermQuery::new(Term::from_field_text(words, text), 1, true)),
        }
    }
}

/// The index of a folder, if it is whole and of this form.
fn known(folder: &Path) -> Result<Option<(tantivy::Index, Mark)>, SearchError> {
    if !folder.join("meta.json").exists() {
        return Ok(None);
    }
    let index = tantivy::Index::open_in_dir(folder)?;
    let payload = index.load_metas()?.payload.and_then(|text| serde_json::from_str::<Payload>(&text).ok());
    let mark = payload.filter(|payload| payload.form == FORM).and_then(|payload| payload.mark);
    if index.schema() != schema().0 {
        return Ok(None);
    }
    let damaged = index.validate_checksum()?;
    if let Some(file) = damaged.iter().next() {
        let file = file.display();
        tracing::warn!(%file, "a file of the search index is damaged; the index is made anew");
        return Ok(None);
    }
    Ok(mark.map(|mark| (index, mark)))
}

fn anew(folder: &Path) -> Result<tantivy::Index, SearchError> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    Ok(tantivy::Index::create(directory, schema().0, tantivy::IndexSettings::default())?)
}

fn pre_tokenized(terms: impl IntoIterator<Item = String>) -> PreTokenizedString {
    let token = |text| Token { text, position: 0, ..Token::default() };
    PreTokenizedString { text: String::new(), tokens: terms.into_iter().map(token).collect() }
}

impl Writer {
    /// Adds a document, or puts it in place of the one with its id. It is found once it is committed.
    ///
    /// # Errors
    /// The index's.
    pub fn put(&mut self, document: &Document<'_>) -> Result<(), SearchError> {
        self.remove(document.id);
        self.add(document)
    }

    /// Adds a document whose id is not there yet.
    ///
    /// # Errors
    /// The index's.
    pub fn add(&mut self, document: &Document<'_>) -> Result<(), SearchError> {
        let (mut title, mut all) = (Terms::default(), Terms::default());
        for (kind, text) in document.texts {
            let is_title = *kind == Kind::Title;
            if is_title { &mut title } else { &mut all }.add(*kind, text);
        }
        all.exact.extend(title.exact.iter().filter(|term| !term.starts_with(['=', '^'])).cloned());
        all.words.extend(title.words.iter().cloned());
        let mut added = TantivyDocument::default();
        let fields = self.fields;
        added.add_u64(fields.id, document.id);
        added.add_u64(fields.group, document.group);
        added.add_u64(fields.owner, document.owner);
        added.add_i64(fields.at, document.at);
        added.add_pre_tokenized_text(fields.title, pre_tokenized(title.exact));
        added.add_pre_tokenized_text(fields.title_words, pre_tokenized(title.words));
        added.add_pre_tokenized_text(fields.all, pre_tokenized(all.exact));
        added.add_pre_tokenized_text(fields.words, pre_tokenized(all.words));
        self.writer.add_document(added)?;
        Ok(())
    }

    /// Takes a document away, if it is there. It is found until that is committed.
    pub fn remove(&mut self, id: u64) {
        self.writer.delete_term(Term::from_field_u64(self.fields.id, id));
    }

    /// Takes all documents away.
    ///
    /// # Errors
    /// The index's.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.writer.delete_all_documents()?;
        self.commit(None)
    }

    /// Writes what was added and taken away, for good, and shows it to whoever asks from now on. Without a mark the index is made anew when it is
    /// opened next.
    ///
    /// # Errors
    /// The index's: the writer must then be opened again.
    pub fn commit(&mut self, mark: Option<Mark>) -> Result<(), SearchError> {
        let payload = serde_json::to_string(&Payload { form: FORM, mark }).unwrap_or_default();
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.mark = mark;
        Ok(self.reader.reload()?)
    }

    /// Takes documents away so that nothing is left of their texts in any file, which takes longer: what lay beside them is written anew.
    ///
    /// # Errors
    /// The index's, or it was busy for too long.
    pub fn forget(&mut self, ids: &[u64]) -> Result<(), SearchError> {
        ids.iter().for_each(|id| self.remove(*id));
        self.commit(self.mark)?;
        for _ in 0..TRIES {
            // What was taken away earlier, or was written anew since, may also be of these documents.
            let all = self.index.searchable_segment_metas()?;
            let with_traces: Vec<_> =
                all.iter().filter(|one| one.has_deletes()).map(tantivy::SegmentMeta::id).collect();
            drop(all);
            if with_traces.is_empty() {
                self.reader.reload()?;
                self.writer.garbage_collect_files().wait()?;
                if self.is_tidy()? {
                    return Ok(());
                }
            } else if let Err(error) = self.writer.merge(&with_traces).wait() {
                tracing::debug!(%error, "what is to be forgotten is being written anew already");
            }
            std::thread::sleep(PAUSE);
        }
        Err(SearchError::Busy)
    }

    /// Whether no files are left but those of what can be found.
    fn is_tidy(&self) -> Result<bool, SearchError> {
        let living: Vec<String> =
            self.index.searchable_segment_ids()?.iter().map(tantivy::index::SegmentId::uuid_string).collect();
        let managed = self.index.directory().list_managed_files();
        let is_known = |file: &PathBuf| {
            let name = file.to_string_lossy();
            name.ends_with(".json") || living.iter().any(|segment| name.starts_with(segment.as_str()))
        };
        Ok(managed.iter().all(is_known))
    }
}
