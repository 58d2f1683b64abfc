//! The timeline as one collection of ActivityStreams 2.0 (W3C Recommendation, 23 May 2017), with terms of its vocabulary.

use base::{CustomerId, EventId, Text, Timestamp};
use serde::Serialize;

use super::story::Told;

/// The document's context.
pub(super) const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// A natural-language value in both languages.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    zh: String,
    en: String,
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self { zh: text.zh.clone(), en: text.en.clone() }
    }
}

/// Anything an activity speaks of.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_map: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary_map: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<Object>,
}

/// Something that happened.
#[derive(Debug, Serialize)]
pub(super) struct Activity {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    #[serde(rename = "nameMap")]
    name: Words,
    actor: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Object>,
    object: Object,
    #[serde(rename = "startTime")]
    start: Timestamp,
    published: Timestamp,
    instrument: Object,
}

/// The address of a thing of ours.
fn address(id: impl std::fmt::Display) -> String {
    format!("urn:jingwei:{id}")
}

/// The type of the activity and of its object, and whether the customer is who acts.
fn types(kind: &str) -> (&'static str, &'static str, bool) {
    match kind {
        "message.received" | "email.received" | "post.published" | "survey.answered" => ("Create", "Note", true),
        "message.sent" | "email.sent" | "email.drafted" => ("Create", "Note", false),
        "note.added" => ("Add", "Note", false),
        "complaint.received" => ("Flag", "Note", true),
        "form.submitted" | "ticket.opened" | "order.placed" => ("Create", "Object", true),
        "page.viewed" | "email.clicked" => ("View", "Page", true),
        "document.opened" | "email.opened" => ("Read", "Document", true),
        "store.visited" | "wifi.seen" => ("Arrive", "Place", true),
        "cart.added" => ("Add", "Object", true),
        "order.refunded" => ("Undo", "Object", true),
        "customer.identified" => ("Update", "Profile", true),
        "record.changed" | "order.status_changed" | "deal.stage_changed" | "task.done" | "task.reopened" => {
            ("Update", "Object", false)
        }
        "consent.given" => ("Accept", "Object", true),
        "consent.withdrawn" => ("Reject", "Object", true),
        "account.closed" => ("Leave", "Object", true),
        _ => ("Activity", "Object", true),
    }
}

/// An event as an activity. `path` gives the file of an original; the document stands one folder below them.
pub(super) fn activity(
    customer: CustomerId,
    name: Option<&str>,
    told: &Told,
    gist: &Text,
    path: impl Fn(EventId, u32) -> Option<String>,
) -> Activity {
    let (kind, object, is_customers) = types(&told.kind);
    let person =
        Object { kind: "Person", id: Some(address(customer)), name: name.map(str::to_owned), ..Object::default() };
    let company = Object {
        kind: "Organization",
        name_map: Some(Words::from(&Text::new("商家", "the company"))),
        ..Object::default()
    };
    let (actor, target) = if is_customers { (person, None) } else { (company, Some(person)) };
    let attachment = told.originals.iter().filter_map(|reference| {
        let url = Some(format!("../{}", path(told.event, reference.index)?));
        Some(Object { kind: "Document", name_map: Some(Words::from(&reference.label)), url, ..Object::default() })
    });
    let summary_map = (!gist.zh.is_empty()).then(|| Words::from(gist));
    Activity {
        kind,
        id: address(told.event),
        name: Words::from(&told.label),
        actor,
        target,
        object: Object {
            kind: object,
            name: Some(told.kind.clone()),
            summary_map,
            attachment: attachment.collect(),
            ..Object::default()
        },
        start: told.time,
        published: told.received_at,
        instrument: Object { kind: "Service", name: Some(told.source.clone()), ..Object::default() },
    }
}
