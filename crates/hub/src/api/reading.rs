//! How is a request read?

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use hansom_domain::ProblemCode;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{answer::Failure, problem::Fault};
use crate::Hub;

/// Enough for every body but a publication.
pub(crate) const SMALL: usize = 64 * 1024;

/// Names in the path, parsed into words of the domain. What is no such word is not there.
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Hub> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        let Path(names) = Path::from_request_parts(parts, hub).await.map_err(|_| Failure::not_found("thing"))?;
        Ok(Self(names))
    }
}

/// The query, without any parameter that the operation does not know.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Hub> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        let Query(asked) = Query::from_request_parts(parts, hub).await.map_err(|rejection| {
            Failure::malformed(format!("The query could not be read: {}", rejection.body_text()))
        })?;
        Ok(Self(asked))
    }
}

/// A JSON body of at most `LIMIT` bytes, without any member that the operation does not know.
pub(crate) struct Sent<T, const LIMIT: usize = SMALL>(pub(crate) T);

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<Hub> for Sent<T, LIMIT> {
    type Rejection = Failure;

    async fn from_request(mut request: Request, hub: &Hub) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::new(
                ProblemCode::UnsupportedMediaType,
                "Send the body as JSON, with the header Content-Type: application/json.",
            ));
        }
        DefaultBodyLimit::max(LIMIT).apply(&mut request);
        let body = Bytes::from_request(request, hub).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Failure::new(ProblemCode::BodyTooLarge, format!("The body may have {LIMIT} bytes. Send less."))
            } else {
                Failure::malformed("The body broke off. Send the request again.")
            }
        })?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let pointer = pointer(error.path());
            refused(pointer, error.into_inner())
        })?;
        reader.end().map_err(|error| refused(String::new(), error))?;
        Ok(Self(read))
    }
}

fn refused(pointer: String, error: serde_json::Error) -> Failure {
    let what = error.to_string();
    Failure::malformed(format!("The body could not be read: {what}.")).at(Fault::at(pointer, &what))
}

/// The way into a body as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |pointer, step| match step {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        Segment::Unknown => pointer,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}
