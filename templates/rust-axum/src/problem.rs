//! What does a "no" look like? One shape for every error: RFC 9457.

use std::{borrow::Cow, error::Error};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use uuid::Uuid;

/// As many faults of one request are told.
const MOST_FAULTS: usize = 100;

/// Why a request is refused, or could not be answered.
#[derive(Clone, Debug)]
pub enum Problem {
    /// It does not fit the contract.
    Invalid(Vec<Fault>),
    /// It is not known who calls.
    Unauthenticated,
    /// Whoever calls is in no group that may.
    NotAllowed,
    /// There is nothing at this address.
    NothingHere,
    /// There is no record with this identifier.
    NoSuchRecord,
    /// The address is there, but not for this method.
    MethodNotAllowed,
    /// The answer cannot be written as the caller wants it.
    NotAcceptable,
    /// The body did not come in time.
    RequestTimeout,
    /// Another record has the reference.
    ReferenceTaken,
    /// What is closed is not changed any more.
    AlreadyClosed,
    /// The first try with this key is still running.
    RequestInProgress,
    /// The change is based on an older state.
    PreconditionFailed,
    /// The body has too many bytes.
    BodyTooLarge,
    /// The body is of another media type than this one.
    UnsupportedMediaType(String),
    /// The key came with another request before.
    KeyReused,
    /// The request does not say on which state it is based.
    PreconditionRequired,
    /// Our fault; the cause is for the log alone.
    Internal(Cause),
    /// The database, the platform's keys or the time are at fault; the cause is for the log alone.
    Unavailable(Cause),
}

/// What went wrong below us.
pub type Cause = std::sync::Arc<dyn Error + Send + Sync>;

/// One fault of a request, and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// In the body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// In a parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong there, without what was sent: that may be personal data.
    pub detail: String,
}

/// A problem as callers read it.
#[derive(Debug, Serialize)]
pub struct Body {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    instance: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
}

impl Problem {
    /// A single fault of a parameter or header.
    pub fn parameter(name: &str, detail: &str) -> Self {
        Self::Invalid(vec![Fault::parameter(name, detail)])
    }

    /// A failure that nobody foresaw.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into().into())
    }

    /// Something that we need is away.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into().into())
    }

    /// What the log is told, and the caller is not.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(cause),
            _ => None,
        }
    }

    /// The body of the answer.
    pub fn body(&self, hub_url: &str, request_id: Uuid) -> Body {
        let (status, code, title) = self.kind();
        let errors = match self {
            Self::Invalid(faults) => faults.iter().take(MOST_FAULTS).cloned().collect(),
            Self::ReferenceTaken => vec![Fault::pointer("/reference", "Is taken.")],
            _ => vec![],
        };
        Body {
            kind: format!("{hub_url}/problems/{code}"),
            title,
            status,
            detail: self.detail(),
            instance: format!("urn:uuid:{request_id}"),
            code,
            errors,
        }
    }

    /// Status, code and title. The code is the last segment of `type`, which leads to a page of the developer hub.
    fn kind(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Invalid(_) => (400, "invalid-request", "The request does not fit the contract"),
            Self::Unauthenticated => (401, "unauthenticated", "It is not known who calls"),
            Self::NotAllowed => (403, "not-allowed", "This is not allowed"),
            Self::NothingHere | Self::NoSuchRecord => (404, "not-found", "It is not there"),
            Self::MethodNotAllowed => (405, "method-not-allowed", "The operation does not take this method"),
            Self::NotAcceptable => (406, "not-acceptable", "The answer cannot be written in that form"),
            Self::RequestTimeout => (408, "request-timeout", "The request came too slowly"),
            Self::ReferenceTaken => (409, "reference-taken", "The reference is taken"),
            Self::AlreadyClosed => (409, "already-closed", "It is closed"),
            Self::RequestInProgress => (409, "request-in-progress", "The first try is still running"),
            Self::PreconditionFailed => (412, "precondition-failed", "It has changed since you read it"),
            Self::BodyTooLarge => (413, "body-too-large", "The body is too large"),
            Self::UnsupportedMediaType(_) => (415, "unsupported-media-type", "The media type is not read here"),
            Self::KeyReused => (422, "idempotency-key-reused", "The key belongs to another request"),
            Self::PreconditionRequired => (428, "precondition-required", "Say which state you have seen"),
            Self::Internal(_) => (500, "internal", "The service failed"),
            Self::Unavailable(_) => (503, "unavailable", "The service cannot answer at present"),
        }
    }

    /// What happened this time, and what to do.
    fn detail(&self) -> Cow<'static, str> {
        let detail = match self {
            Self::Invalid(faults) if faults.len() == 1 => "The request has a fault. Correct it and send it again.",
            Self::Invalid(faults) => {
                return format!("The request has {} faults. Correct them and send it again.", faults.len()).into();
            }
            Self::Unauthenticated => "Call through the platform with an access token.",
            Self::NotAllowed => "You are in no group that may do this. Ask the owner of this API.",
            Self::NothingHere => "There is nothing at this address.",
            Self::NoSuchRecord => "There is none with this identifier.",
            Self::MethodNotAllowed => "Use one of the methods that Allow names.",
            Self::NotAcceptable => "Accept application/json.",
            Self::RequestTimeout => "Send the request without long pauses.",
            Self::ReferenceTaken => "Another record has this reference. Choose another, or change that record.",
            Self::AlreadyClosed => "What is closed cannot be changed. Create a new one.",
            Self::RequestInProgress => "A request with this Idempotency-Key is being worked on. Try again in a moment.",
            Self::PreconditionFailed => "Read it again, and base your change on what you get.",
            Self::BodyTooLarge => "Send at most 65536 bytes.",
            Self::UnsupportedMediaType(expected) => return format!("Send {expected}.").into(),
            Self::KeyReused => {
                "This Idempotency-Key came with another request before. Make a new key for each request."
            }
            Self::PreconditionRequired => "Read the record, and send its ETag as If-Match.",
            Self::Internal(_) => "Try again in a while. If that does not help, tell the owner and quote the instance.",
            Self::Unavailable(_) => "Try again in a moment.",
        };
        detail.into()
    }

    /// What a program reads besides the status.
    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::RequestInProgress => Some((header::RETRY_AFTER, "1")),
            Self::Unavailable(_) => Some((header::RETRY_AFTER, "5")),
            _ => None,
        }
    }
}

impl Fault {
    /// In the body.
    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, detail: detail.into() }
    }

    /// In a parameter or header.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(name.into()), detail: detail.into() }
    }
}

/// Its body is written in `answers`, where the request's id is known.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) { Self::unavailable(error) } else { Self::internal(error) }
    }
}

/// Whether the database, or the way to it, is at fault: it is away, full, stopping, or took too long.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            let of_class = ["08", "53", "57"].iter().any(|class| code.starts_with(class));
            of_class || ["40001", "40P01", "55P03"].contains(&&*code)
        }),
        _ => false,
    }
}
