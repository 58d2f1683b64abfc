//! What can be read of texts in the files of an index.

use std::collections::BTreeSet;
use std::path::Path;

/// Every term in any file of the index; none while there are files of segments that are read no more. The files keep terms in a form of their own, in
/// which a text is not to be seen as it is.
pub fn terms_on_disk(folder: &Path) -> Option<BTreeSet<String>> {
    let index = tantivy::Index::open_in_dir(folder).ok()?;
    let living: Vec<String> =
        index.searchable_segment_ids().ok()?.iter().map(tantivy::index::SegmentId::uuid_string).collect();
    for file in std::fs::read_dir(folder).ok()? {
        let name = file.ok()?.file_name().into_string().ok()?;
        let is_known = name.ends_with(".json") || name.ends_with(".lock");
        if !is_known && !living.iter().any(|segment| name.starts_with(segment.as_str())) {
            return None;
        }
    }
    let mut found = BTreeSet::new();
    let reader = index.reader().ok()?;
    for segment in reader.searcher().segment_readers() {
        for (field, _) in index.schema().fields() {
            let inverted = segment.inverted_index(field).ok()?;
            let mut terms = inverted.terms().stream().ok()?;
            while terms.advance() {
                found.insert(String::from_utf8_lossy(terms.key()).into_owned());
            }
        }
    }
    Some(found)
}
