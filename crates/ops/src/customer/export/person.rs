//! Who the customer is: for the contact card, and as schema.org Person (JSON-LD 1.1).

use base::{CustomerId, Timestamp};
use serde_json::{Value, json};

use super::manifest::Identity;
use super::vcard::Card;

/// What is known of a customer: field, value, since when.
pub(super) type Profile = [(String, String, Timestamp)];

fn known(profile: &Profile, field: &str) -> Option<String> {
    profile.iter().find(|(name, ..)| name == field).map(|(_, value, _)| value.clone())
}

/// The values of one scheme.
pub(super) fn values(identities: &[Identity], scheme: &str) -> Vec<String> {
    identities
        .iter()
        .filter(|identity| identity.scheme == scheme)
        .filter_map(|identity| identity.value.clone())
        .collect()
}

/// The contact card.
pub(super) fn card(id: CustomerId, profile: &Profile, identities: &[Identity], now: Timestamp) -> Card {
    Card {
        id: id.to_string(),
        revised: now.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string(),
        name: known(profile, "name"),
        company: known(profile, "company"),
        title: known(profile, "title"),
        birthday: known(profile, "birthday"),
        address: known(profile, "address"),
        city: known(profile, "city"),
        gender: known(profile, "gender"),
        phones: values(identities, "phone"),
        emails: values(identities, "email"),
    }
}

/// The person in schema.org's words. Every identity stands under `identifier`.
pub(super) fn json_ld(id: CustomerId, profile: &Profile, identities: &[Identity]) -> Value {
    let identifiers = identities.iter().filter_map(|identity| {
        let value = identity.value.as_deref()?;
        let scope = Some(identity.scope.as_str()).filter(|scope| !scope.is_empty());
        Some(json!({"@type": "PropertyValue", "propertyID": identity.scheme, "value": value, "description": scope}))
    });
    let own = json!({"@type": "PropertyValue", "propertyID": "customer", "value": id});
    let address = json!({"@type": "PostalAddress", "streetAddress": known(profile, "address"), "addressLocality": known(profile, "city")});
    let mut person = json!({
        "@context": "https://schema.org",
        "@type": "Person",
        "@id": format!("urn:jingwei:{id}"),
        "name": known(profile, "name"),
        "jobTitle": known(profile, "title"),
        "birthDate": known(profile, "birthday"),
        "gender": known(profile, "gender"),
        "worksFor": known(profile, "company").map(|name| json!({"@type": "Organization", "name": name})),
        "memberOf": known(profile, "tier").map(|name| json!({"@type": "ProgramMembership", "programName": name})),
        "address": address,
        "telephone": values(identities, "phone"),
        "email": values(identities, "email"),
        "identifier": std::iter::once(own).chain(identifiers).collect::<Vec<_>>(),
    });
    without_nulls(&mut person);
    person
}

/// Takes out members that say nothing.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(without_nulls);
            members.retain(|_, member| !member.is_null() && !member.as_array().is_some_and(Vec::is_empty));
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}
