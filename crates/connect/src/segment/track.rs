//! What a user did. Names of Segment's specs become standard kinds, others `track.<name>`.

use std::borrow::Cow;

use base::Decimal;
use domain::kind::is_kind_name;
use domain::{IncomingValue, Rejection};

use super::bag::Bag;
use super::message::Draft;
use super::number;
use crate::json;

/// A track message; gives the event's kind.
pub(super) fn event<'a>(bag: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Cow<'a, str>, Rejection> {
    let name = bag.take_text("event").ok_or_else(|| Rejection::missing("event"))?;
    let mut properties = Bag::of(bag.take("properties"), "properties")?;
    draft.know("order_no", properties.take_text("order_id"))?;
    let slug = slug(&name);
    let standard = standard(slug.as_deref().unwrap_or_default(), &mut properties, draft)?;
    let kind = match (standard, slug.map(|slug| format!("track.{slug}"))) {
        (Some(kind), _) => Cow::Borrowed(kind),
        (None, Some(own)) if is_kind_name(&own) => Cow::Owned(own),
        (None, _) => {
            draft.set("event_name", IncomingValue::Text(name))?;
            Cow::Borrowed("track.event")
        }
    };
    draft.keep(properties, "")?;
    Ok(kind)
}

/// The standard kind of a name, with its fields filled; none if the name is the sender's own.
fn standard<'a>(slug: &str, from: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<Option<&'static str>, Rejection> {
    Ok(Some(match slug {
        "order_completed" => {
            amount(&["total", "revenue", "value", "amount"], from, draft)?;
            products(from, draft)?;
            "order.placed"
        }
        "order_refunded" => {
            amount(&["total", "revenue", "value", "amount"], from, draft)?;
            "order.refunded"
        }
        "order_cancelled" => {
            draft.set("to", IncomingValue::Text(Cow::Borrowed("cancelled")))?;
            "order.status_changed"
        }
        "product_added" => {
            line_amount(from, draft)?;
            "cart.added"
        }
        "coupon_applied" => {
            amount(&["discount", "amount"], from, draft)?;
            first_text(&["coupon_id", "coupon", "coupon_name", "code"], from, draft, "code")?;
            "coupon.used"
        }
        "email_opened" => campaign(from, draft, "email.opened")?,
        "email_link_clicked" => campaign(from, draft, "email.clicked")?,
        "form_submitted" => {
            first_text(&["form_name", "form_id", "form"], from, draft, "form")?;
            "form.submitted"
        }
        "product_reviewed" => {
            first_text(&["review_body"], from, draft, "text")?;
            if let Some(score) = from.get("rating").and_then(number::decimal) {
                from.take("rating");
                draft.set("score", IncomingValue::Number(Cow::Owned(score.to_string())))?;
            }
            "survey.answered"
        }
        _ => return Ok(None),
    }))
}

/// The first of these that is a number, as money in the message's currency or the workspace's.
fn amount<'a>(names: &[&str], from: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    let found = names.iter().find_map(|name| Some((*name, number::decimal(from.get(name)?)?)));
    let Some((name, value)) = found else { return Ok(()) };
    from.take(name);
    money(value, from, draft)
}

fn money<'a>(value: Decimal, from: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    let currency = from.take_text("currency").unwrap_or(Cow::Borrowed(draft.currency));
    let is_upper = currency.bytes().all(|letter| letter.is_ascii_uppercase());
    let currency = if is_upper { currency } else { Cow::Owned(currency.to_ascii_uppercase()) };
    draft.set("amount", IncomingValue::Money(Cow::Owned(value.to_string()), currency))
}

/// Price times quantity, which is 1 when absent.
fn line_amount<'a>(from: &mut Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    let read = |name: &str| from.get(name).and_then(number::decimal);
    let quantity = read("quantity").unwrap_or(Decimal::from_scaled(Decimal::SCALE));
    match read("price").and_then(|price| number::times(price, quantity)) {
        Some(value) => money(value, from, draft),
        None => amount(&["value", "amount"], from, draft),
    }
}

/// How many items, and the category of the first; the products themselves stay as they are.
fn products<'a>(from: &Bag<'a>, draft: &mut Draft<'a>) -> Result<(), Rejection> {
    let Some(IncomingValue::Json(Cow::Borrowed(text))) = from.get("products") else {
        return Ok(());
    };
    let products = json::items(text)?.unwrap_or_default();
    let products: Vec<Bag<'a>> = products.into_iter().filter_map(|text| Bag::read(text, "products").ok()).collect();
    let one = Decimal::from_scaled(Decimal::SCALE);
    let items: Decimal = products.iter().map(|bag| bag.get("quantity").and_then(number::decimal).unwrap_or(one)).sum();
    if from.get("items").is_none() && !products.is_empty() {
        draft.set("items", IncomingValue::Number(Cow::Owned(items.to_string())))?;
    }
    let category = products.into_iter().next().and_then(|mut bag| bag.take_text("category"));
    if from.get("category").is_none() { draft.set_text("category", category) } else { Ok(()) }
}

fn campaign<'a>(from: &mut Bag<'a>, draft: &mut Draft<'a>, kind: &'static str) -> Result<&'static str, Rejection> {
    if !first_text(&["campaign_name", "campaign_id", "campaign"], from, draft, "campaign")? {
        let campaign = draft.campaign.take();
        draft.set_text("campaign", campaign)?;
    }
    Ok(kind)
}

/// Takes the first of these that is a text for a field of the kind; whether there was one.
fn first_text<'a>(
    names: &[&str],
    from: &mut Bag<'a>,
    draft: &mut Draft<'a>,
    field: &'static str,
) -> Result<bool, Rejection> {
    let text = names.iter().find_map(|name| from.take_text(name));
    let found = text.is_some();
    draft.set_text(field, text).map(|()| found)
}

/// `Order Completed` and `orderCompleted` are `order_completed`. None where letters outside ASCII would
/// be lost, since two names could then become one.
fn slug(name: &str) -> Option<String> {
    let mut slug = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_ascii() && letter.is_alphanumeric() {
            return None;
        }
        let is_break = !letter.is_ascii_alphanumeric() || (was_lower && letter.is_ascii_uppercase());
        if is_break && !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    let length = slug.trim_end_matches('_').len();
    slug.truncate(length);
    (length > 0).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, expected) in [
            ("Order Completed", Some("order_completed")),
            ("orderCompleted", Some("order_completed")),
            ("  Video -- Played! ", Some("video_played")),
            ("API Key Added", Some("api_key_added")),
            ("打开App页", None),
            ("***", None),
            ("", None),
        ] {
            assert_eq!(slug(name).as_deref(), expected, "{name}");
        }
    }
}
