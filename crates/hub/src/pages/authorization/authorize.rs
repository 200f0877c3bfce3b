//! Which request has an application sent this person with?

use axum::{
    body::to_bytes,
    extract::{RawQuery, Request},
    response::Response,
};
use hansom_domain::ProblemCode;

use super::follow;
use crate::{answer::Refusal, form::is_form, session::Visitor};

const MOST_BYTES: usize = 64 * 1024;

/// `GET /oauth/authorize`
pub(crate) async fn open(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let step = visitor.hub.oauth.authorize(query.as_bytes(), visitor.session.as_ref()).await?;
    follow(&visitor, step).await
}

/// `POST /oauth/authorize`: the same as a form, which may come from any site, since it asks and changes nothing.
pub(crate) async fn send(visitor: Visitor, request: Request) -> Result<Response, Refusal> {
    if !is_form(request.headers()) {
        return Err(Refusal::new(
            ProblemCode::UnsupportedMediaType,
            "This address takes forms, application/x-www-form-urlencoded.",
        ));
    }
    let body = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| {
        Refusal::new(ProblemCode::BodyTooLarge, "The request of the application is larger than 64 KiB.")
    })?;
    let step = visitor.hub.oauth.authorize(&body, visitor.session.as_ref()).await?;
    follow(&visitor, step).await
}
