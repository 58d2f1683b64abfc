//! The API, one file per noun.

mod api_keys;
mod attachments;
mod audit;
mod bulk;
mod customers;
mod decisions;
mod events;
mod favourites;
mod health;
mod intake;
mod invitations;
mod kinds;
mod mail;
mod notices;
mod objects;
mod own;
mod passkeys;
mod people;
mod providers;
mod records;
mod roles;
mod rules;
mod search;
mod session;
mod sources;
mod talk;
mod tasks;
mod teams;
mod views;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use ops::OpError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use health::Found;

use crate::live;
use crate::state::Server;

/// The largest body, in bytes, of what is written by hand.
const BODY_LIMIT: usize = 16 << 10;

/// The largest body, in bytes, of a record or a filter.
const RECORD_LIMIT: usize = 1 << 20;

/// Reads an id from a path; one that is none names nothing.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, OpError> {
    text.parse().map_err(|_| OpError::not_found())
}

/// Every operation, with its description.
pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    let by_hand = session::routes()
        .merge(own::routes())
        .merge(passkeys::routes())
        .merge(providers::routes())
        .merge(mail::routes())
        .merge(people::routes())
        .merge(roles::routes())
        .merge(teams::routes())
        .merge(invitations::routes())
        .merge(api_keys::routes())
        .merge(objects::routes())
        .merge(views::routes())
        .merge(favourites::routes())
        .merge(notices::routes())
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    OpenApiRouter::new()
        .merge(health::routes())
        .merge(by_hand)
        .merge(audit::routes())
        .merge(records::routes().merge(bulk::routes()).merge(talk::routes()).layer(DefaultBodyLimit::max(RECORD_LIMIT)))
        .merge(attachments::routes())
        .merge(search::routes())
        .merge(intake::routes())
        .merge(customers::routes())
        .merge(decisions::routes())
        .merge(rules::routes())
        .merge(events::routes())
        .merge(kinds::routes())
        .merge(sources::routes())
        .merge(tasks::routes())
        .routes(routes!(live::live))
}
