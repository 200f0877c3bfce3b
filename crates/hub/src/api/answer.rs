//! What goes back, and what does every answer carry?

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hansom_domain::{Problem, ProblemCode, RequestId};
use serde::Serialize;
use serde_json::Value;

use super::problem::{Fault, ProblemDocument};
use crate::Hub;

/// The header in which every answer names its request.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// The header in which every answer names the contract's version.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A "no" of the control API. It becomes a problem document where the request id is known: in [`finish`].
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    code: ProblemCode,
    detail: String,
    errors: Vec<Value>,
    challenge: Option<&'static str>,
    retry_after: Option<u32>,
    /// The nonce that a proof of a key needs (RFC 9449 section 9).
    nonce: Option<Box<str>>,
    private: Option<String>,
}

impl Failure {
    /// A "no" of `code` with a sentence that says what is wrong and what to do.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: vec![],
            challenge: None,
            retry_after: None,
            nonce: None,
            private: None,
        }
    }

    /// A "no" to whoever has not proven who they are, with the challenge that RFC 6750 section 3 asks for.
    pub(crate) fn unproven(code: ProblemCode, detail: impl Into<String>, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..Self::new(code, detail) }
    }

    /// The same "no" with the nonce that the next proof needs.
    pub(crate) fn with_nonce(self, nonce: String) -> Self {
        Self { nonce: Some(nonce.into()), ..self }
    }

    /// A "no" to whoever called too often, with the seconds after which it may call again.
    pub(crate) fn too_many(detail: impl Into<String>, retry_after: i64) -> Self {
        Self { retry_after: u32::try_from(retry_after).ok(), ..Self::new(ProblemCode::LimitReached, detail) }
    }

    /// The same "no" with the place of one more fault.
    pub(crate) fn at(mut self, fault: Fault) -> Self {
        self.errors.extend(serde_json::to_value(fault));
        self
    }

    /// The same "no" with its cause for the operators' log.
    pub(crate) fn because(self, private: Option<String>) -> Self {
        Self { private, ..self }
    }

    /// The request could not be read.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::BadRequest, detail)
    }

    /// It is not there, or the caller may not know of it: the same words for both.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            ProblemCode::NotFound,
            format!("There is no such {what}, or you may not see it. Check the address and who you are."),
        )
    }

    fn write(self, mut response: Response, hub: &str, id: &RequestId) -> Response {
        if let Some(cause) = &self.private {
            tracing::error!(request_id = %id, code = self.code.as_str(), cause, "the control API failed");
        }
        let mut problem = Problem::new(self.code, self.detail, hub, id);
        problem.errors = self.errors;
        let text = serde_json::to_vec(&ProblemDocument::from(problem)).unwrap_or_default();
        *response.body_mut() = Body::from(text);
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(nonce) = self.nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
            headers.insert(HeaderName::from_static("dpop-nonce"), nonce);
        }
        if let Some(seconds) = self.retry_after.or_else(|| worth_trying_after(self.code)) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<hansom_control::Error> for Failure {
    fn from(error: hansom_control::Error) -> Self {
        let mut failure = Self::new(error.code(), error.detail()).because(error.private());
        if let hansom_control::Error::Faults(faults) = error {
            failure.errors =
                faults.into_iter().filter_map(|fault| serde_json::to_value(Fault::from(fault)).ok()).collect();
        }
        failure
    }
}

impl From<hansom_oauth::SignInError> for Failure {
    fn from(error: hansom_oauth::SignInError) -> Self {
        Self::new(error.code(), error.to_string()).because(error.private())
    }
}

impl From<hansom_store::Error> for Failure {
    fn from(error: hansom_store::Error) -> Self {
        hansom_control::Error::Store(error).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Something new: 201 with its address and itself.
pub(crate) struct Created<T> {
    /// The address under [`super::ROOT`], where it has one of its own.
    pub(crate) location: Option<String>,
    /// The thing as a later GET would show it, or as it can be shown this once.
    pub(crate) body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.body)).into_response();
        let location = self.location.and_then(|path| HeaderValue::try_from(format!("{}{path}", super::ROOT)).ok());
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Gives every request its id, every "no" its problem document, and keeps answers out of caches.
pub(crate) async fn finish(State(hub): State<Hub>, mut request: Request, next: Next) -> Response {
    let id = match request.extensions().get::<RequestId>() {
        Some(id) => id.clone(),
        None => RequestId::random(hub.control.chance()),
    };
    request.extensions_mut().insert(id.clone());
    let mut response = told(next.run(request).await, &hub, &id);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(API_VERSION, HeaderValue::from_static(super::openapi::VERSION));
    // What one caller may see another may not: no cache may keep it, and never the answer that shows a secret.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The same for what is not of the control API but asks who calls as it does.
pub(crate) async fn tell(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.unwrap_or_else(|| RequestId::random(hub.control.chance()));
    told(next.run(request).await, &hub, &id)
}

/// A "no" with its problem document.
fn told(mut response: Response, hub: &Hub, id: &RequestId) -> Response {
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure.write(response, &hub.hub, id),
        None => response,
    }
}

/// After how many seconds it is worth trying again where the platform cannot answer now.
fn worth_trying_after(code: ProblemCode) -> Option<u32> {
    (code == ProblemCode::Unavailable).then_some(10)
}

/// No endpoint of that path.
pub(crate) async fn nothing_here() -> Failure {
    Failure::new(
        ProblemCode::NotFound,
        format!("The control API has no such path. {}/openapi.json lists those that it has.", super::ROOT),
    )
}

/// The path is there, the method is not.
pub(crate) async fn other_method(method: Method) -> Failure {
    Failure::new(
        ProblemCode::MethodNotAllowed,
        format!("The path does not take {method}. The header Allow names the methods that it takes."),
    )
}
