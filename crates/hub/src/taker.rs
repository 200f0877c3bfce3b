//! Who takes a file away: a visitor by their session, or a program by its token?

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{Hub, api::Viewer, session::Visitor};

/// Somebody who takes a file away. A token that is sent is the only proof that counts, as at the control API.
pub(crate) struct Taker(pub(crate) Visitor);

impl FromRequestParts<Hub> for Taker {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Response> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            let visitor = Visitor::from_request_parts(parts, hub).await;
            return visitor.map(Self).map_err(IntoResponse::into_response);
        }
        let viewer = Viewer::from_request_parts(parts, hub).await;
        let Viewer(proven) = viewer.map_err(IntoResponse::into_response)?;
        let path = parts.uri.path().to_owned();
        Ok(Self(Visitor { hub: hub.clone(), session: None, proven, path }))
    }
}
