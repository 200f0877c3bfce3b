//! What does a council service say when it cannot do what was asked?

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// Why there is no answer.
#[derive(Debug)]
pub struct No {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<Value>,
    allow: Option<String>,
}

impl No {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), errors: vec![], allow: None }
    }

    /// The request breaks the contract at these places.
    pub fn invalid(detail: &str, errors: Vec<Value>) -> Self {
        let mut no = Self::new(StatusCode::BAD_REQUEST, "invalid-request", "The request is not valid", detail);
        no.errors = errors;
        no
    }

    /// One parameter breaks the contract.
    pub fn parameter(name: &str, detail: &str) -> Self {
        Self::invalid(
            "A parameter is not valid. Correct it and send the request again.",
            vec![json!({"parameter": name, "detail": detail})],
        )
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            "There is nothing at this address. Check the id and send the request again.",
        )
    }

    /// There are only these other methods.
    pub fn method(allow: &[&str]) -> Self {
        let allow = allow.join(", ");
        let mut no = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            format!("Send one of {allow}."),
        );
        no.allow = Some(allow);
        no
    }

    /// The present state forbids it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "The present state forbids this", detail)
    }

    /// The record has changed since it was read.
    pub fn precondition() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            "The resource has changed",
            "If-Match does not match the present ETag. Read the resource again, then repeat the change.",
        )
    }

    /// The body is too long.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "content-too-large",
            "The body is too large",
            "Send a body of at most 64 KiB.",
        )
    }

    /// The body is no such JSON.
    pub fn media_type(expected: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
            format!("Send the body as {expected}."),
        )
    }

    /// Memory for the demo's records is used up.
    pub fn full() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "This is not available now",
            "The demo holds as many records as it can. Start it again to begin afresh.",
        )
    }

    /// The answer, for the request of this id.
    pub fn answer(self, instance: &str) -> Response {
        let mut body = json!({
            "type": format!("https://hub.hackney.example/problems/{}", self.code),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        });
        if let (false, Some(body)) = (self.errors.is_empty(), body.as_object_mut()) {
            body.insert("errors".into(), self.errors.into());
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(allow) = self.allow.and_then(|allow| allow.try_into().ok()) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}
