//! How does an application push its request, so that the browser carries no more than a name (RFC 9126)?

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hansom_control::PUSHED_SECONDS;
use serde_json::json;

use crate::{Error, OAuth, authorization_request::Fault, authorize::REQUEST_URI_PREFIX, form::Form, refusal::unkept};

pub(crate) const PAR_PATH: &str = "/oauth/par";

/// `POST /oauth/par`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.push(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn push(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        if form.get("request_uri").is_some() {
            return Err(Error::Malformed("a pushed request names no other one; leave request_uri out".into()));
        }
        if client.credential.is_none() {
            // Nobody has proven anything: no single address may fill the list of a public application.
            self.refuse_if_asked_too_often(&form)?;
        }
        let jkt = self.proven_key(&form.headers, PAR_PATH).await?;
        let mut asked = match self.read_authorization(&client.client, form.parameters()) {
            Ok(asked) => asked,
            Err(Fault::Shown(error)) => return Err(error),
            Err(Fault::Told(_, told)) => return Err(told.into()),
        };
        // RFC 9449 section 10.1: a proof binds the code to its key, and must not contradict what was asked.
        if let (Some(proven), Some(told)) = (&jkt, &asked.dpop_jkt)
            && proven != told
        {
            return Err(Error::Proof("dpop_jkt names another key than the proof"));
        }
        asked.dpop_jkt = jkt.or(asked.dpop_jkt);
        let text = serde_json::to_string(&asked)
            .map_err(|error| hansom_control::Error::Internal(format!("a request cannot be written: {error}")))?;
        let id = self.control().push_authorization(&client.client.id, text).await?;
        let body = json!({ "request_uri": format!("{REQUEST_URI_PREFIX}{id}"), "expires_in": PUSHED_SECONDS });
        Ok(unkept((StatusCode::CREATED, Json(body)).into_response()))
    }
}
