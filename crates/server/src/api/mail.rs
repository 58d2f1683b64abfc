//! Letters: the mail server's settings, and a letter to try them.

use std::sync::Arc;

use axum::Json;
use base::Locale;
use ops::mail::{self, MailRequest, MailSettings, MailTestRequest};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller, Done};
use crate::input::{Body, Query};
use crate::state::Server;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Letter {
    /// `zh` or `en`.
    #[param(value_type = Option<String>)]
    #[serde(default)]
    language: Locale,
}

/// Tell how letters are sent.
#[utoipa::path(get, operation_id = "get_mail", path = "/v1/mail", tag = "mail", responses((status = 200, body = MailSettings)))]
async fn get(caller: Caller) -> Answer<MailSettings> {
    caller.run(mail::get).await
}

/// Change how letters are sent; the password is never told again. Without a server, none are sent.
#[utoipa::path(put, operation_id = "set_mail", path = "/v1/mail", tag = "mail", request_body = MailRequest, responses((status = 200, body = MailSettings)))]
async fn set(caller: Caller, Body(request): Body<MailRequest>) -> Answer<MailSettings> {
    caller.run(move |app, actor| mail::set(app, actor, &request)).await
}

/// Send a letter to try the settings; that the server took it is all that is known then.
#[utoipa::path(post, operation_id = "test_mail", path = "/v1/mail/test", tag = "mail", params(Letter), request_body = MailTestRequest, responses((status = 200, body = Done)))]
async fn test(caller: Caller, Query(letter): Query<Letter>, Body(request): Body<MailTestRequest>) -> Answer<Done> {
    let Caller { server, actor, .. } = caller;
    let send = move |server: &Server| mail::test(&server.app, &actor, &request, letter.language);
    Arc::clone(&server).run_within(&server.abroad, send).await.map(|()| Json(Done {}))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(get, set)).routes(routes!(test))
}
