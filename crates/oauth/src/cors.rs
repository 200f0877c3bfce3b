//! Which pages of other sites may read the answers of the server?
//!
//! Public applications in a browser need the endpoints that give, push and take back, from the origins that they registered.
//! No cookie plays a part there, and none is allowed.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::OAuth;

const MOST_ORIGIN_BYTES: usize = 300;

/// Anybody's page may read it.
pub(crate) const ANYBODY: (HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");

/// Lets the pages of public applications read the answers.
pub(crate) async fn for_public_clients(State(oauth): State<OAuth>, request: Request, next: Next) -> Response {
    let origin = oauth.known_origin(request.headers()).await;
    let is_question = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && origin.is_some();
    let mut response = if is_question { may_ask() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("dpop-nonce, request-id, retry-after"),
        );
    }
    response
}

fn may_ask() -> Response {
    let told = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, dpop"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, told).into_response()
}

impl OAuth {
    /// The origin of a request, if a public application lives there. Where the store does not answer, nobody does.
    async fn known_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let text = origin.to_str().ok().filter(|text| text.len() <= MOST_ORIGIN_BYTES)?;
        let is_known = self.control().is_origin_of_public_client(text).await.unwrap_or_default();
        is_known.then(|| origin.clone())
    }
}
