//! Pages and screens seen.

use std::borrow::Cow;

use domain::Rejection;

use super::bag::Bag;
use super::message::Draft;

/// The page is its path, else its name. A query can carry personal data: it is kept, but not in `page`.
pub(super) fn view<'a>(bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    let mut properties = Bag::of(bag.take("properties"), "properties")?;
    let name = bag.take_text("name").or_else(|| properties.take_text("name"));
    let given = properties.take_text("path");
    let path = given.as_ref().map(|path| without_query(path.clone())).filter(|path| !path.is_empty());
    let has_query = given.as_ref().zip(path.as_ref()).is_some_and(|(given, path)| given != path);
    let category = bag.take_text("category").or_else(|| properties.take_text("category"));
    let _same = properties.take_text("category");
    if path.is_some() {
        draft.set_text("page_name", name.clone())?;
    }
    draft.set_text("page", path.or(name))?;
    draft.set_text("category", category)?;
    draft.set_text("path", given.filter(|_| has_query))?;
    draft.keep(properties, "")?;
    Ok(Cow::Borrowed("page.viewed"))
}

fn without_query(path: Cow<'_, str>) -> Cow<'_, str> {
    let length = path.find(['?', '#']).unwrap_or(path.len());
    match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.get(..length).unwrap_or_default()),
        Cow::Owned(path) => Cow::Owned(path.get(..length).unwrap_or_default().to_owned()),
    }
}
