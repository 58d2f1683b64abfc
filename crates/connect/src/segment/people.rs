//! Who a user is: identify, group, alias. All three become `customer.identified`.

use std::borrow::Cow;

use domain::{IncomingValue, Rejection};

use super::bag::Bag;
use super::message::Draft;

const KIND: Cow<'static, str> = Cow::Borrowed("customer.identified");

/// Traits that the kind declares, as they are.
const DECLARED: [&str; 5] = ["title", "birthday", "gender", "city", "tier"];

/// E-mail and phone become identifiers; the kind has no fields for them.
pub(super) fn identify<'a>(bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    let mut traits = Bag::of(bag.take("traits"), "traits")?;
    draft.know("email", traits.take_text("email"))?;
    draft.know("phone", traits.take_text("phone"))?;
    let name = traits.take_text("name").or_else(|| full_name(&mut traits));
    draft.set_text("name", name)?;
    company(&mut traits, draft)?;
    address(&mut traits, draft)?;
    for field in DECLARED {
        let text = traits.take_text(field);
        draft.set_text(field, text)?;
    }
    draft.keep(traits, "")?;
    Ok(KIND)
}

/// Family name first and no space where the name is written in Han.
fn full_name<'a>(traits: &mut Bag<'a>) -> Option<Cow<'a, str>> {
    match (traits.take_text("firstName"), traits.take_text("lastName")) {
        (Some(first), Some(last)) if is_han(&first) && is_han(&last) => Some(Cow::Owned(format!("{last}{first}"))),
        (Some(first), Some(last)) => Some(Cow::Owned(format!("{first} {last}"))),
        (first, last) => first.or(last),
    }
}

fn is_han(text: &str) -> bool {
    text.chars().all(|letter| ('\u{3400}'..='\u{9fff}').contains(&letter))
}

/// A company is a name, or an object whose other members are kept.
fn company<'a>(traits: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    if let Some(name) = traits.take_text("company") {
        return draft.set_text("company", Some(name));
    }
    let Some(text) = traits.take_json("company") else { return Ok(()) };
    let mut details = Bag::read(text, "traits.company")?;
    draft.set_text("company", details.take_text("name"))?;
    draft.keep(details, "company_")
}

/// An address is a text, or an object written out from the largest part to the smallest.
fn address<'a>(traits: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    if let Some(text) = traits.take_text("address") {
        return draft.set_text("address", Some(text));
    }
    let Some(text) = traits.take_json("address") else { return Ok(()) };
    let mut parts = Bag::read(text, "traits.address")?;
    let city = parts.take_text("city");
    let all = [parts.take_text("country"), parts.take_text("state"), city.clone(), parts.take_text("street")];
    let all: Vec<_> = all.into_iter().chain([parts.take_text("postalCode")]).flatten().collect();
    draft.set_text("address", Some(all.join(" ").into()).filter(|text: &Cow<'_, str>| !text.is_empty()))?;
    if traits.get("city").is_none() {
        draft.set_text("city", city)?;
    }
    draft.keep(parts, "address_")
}

/// A group's traits are the company's, so its phone or address is never taken for the user's.
pub(super) fn group<'a>(bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    let mut traits = Bag::of(bag.take("traits"), "traits")?;
    draft.set_text("company", traits.take_text("name"))?;
    let id = bag.take_text("groupId").ok_or_else(|| Rejection::missing("groupId"))?;
    draft.set("group_id", IncomingValue::Text(id))?;
    draft.keep(traits, "group_")?;
    Ok(KIND)
}

/// The previous id may be of either kind; a user id joins on its own, an anonymous one is evidence.
pub(super) fn alias<'a>(bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    let previous = bag.take_text("previousId").ok_or_else(|| Rejection::missing("previousId"))?;
    draft.know("user_id", Some(previous.clone()))?;
    draft.know("anonymous_id", Some(previous))?;
    Ok(KIND)
}
