//! How is a refusal told to a client of gRPC?
//!
//! By a trailers-only answer: one block of fields with the status 200, the gRPC status and the sentence in words. Anything else
//! the client's library would tell its caller as "unknown", or by a number alone.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in `grpc-message` as it is: all but printable ASCII, and the percent sign.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// Whether the request is of gRPC. gRPC-Web is not: it has its own framing, in HTTP/1.1 too, and its libraries read statuses.
pub(crate) fn is_asked_for(fields: &HeaderMap) -> bool {
    let value = fields.get(header::CONTENT_TYPE).map_or(&[][..], |value| value.as_bytes());
    let rest = value.strip_prefix(b"application/grpc");
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Tells a refusal in gRPC's way.
pub(crate) fn retell(answer: &mut Response<Bytes>, detail: &str) {
    let code = code(answer.status().as_u16());
    *answer.status_mut() = StatusCode::OK;
    answer.body_mut().clear();
    let fields = answer.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    fields.insert("grpc-status", code.into());
    let message = utf8_percent_encode(detail, ESCAPED).to_string();
    if let Ok(message) = HeaderValue::try_from(message) {
        fields.insert("grpc-message", message);
    }
}

/// gRPC's code for a status.
fn code(status: u16) -> u16 {
    const INVALID_ARGUMENT: u16 = 3;
    const DEADLINE_EXCEEDED: u16 = 4;
    const PERMISSION_DENIED: u16 = 7;
    const RESOURCE_EXHAUSTED: u16 = 8;
    const UNIMPLEMENTED: u16 = 12;
    const INTERNAL: u16 = 13;
    const UNAVAILABLE: u16 = 14;
    const UNAUTHENTICATED: u16 = 16;
    match status {
        401 => UNAUTHENTICATED,
        403 => PERMISSION_DENIED,
        404 | 405 | 410 => UNIMPLEMENTED,
        408 | 504 => DEADLINE_EXCEEDED,
        413 | 429 | 431 => RESOURCE_EXHAUSTED,
        502 | 503 => UNAVAILABLE,
        400..500 => INVALID_ARGUMENT,
        _ => INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_grpc_is_known_by_its_media_type() {
        for (value, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;x=1", true),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let fields = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]);
            assert_eq!(is_asked_for(&fields), expected, "{value}");
        }
        assert!(!is_asked_for(&HeaderMap::new()));
    }

    #[test]
    fn a_refusal_keeps_its_sentence_and_loses_its_body() {
        let mut answer = Response::new(Bytes::from("{}"));
        *answer.status_mut() = StatusCode::FORBIDDEN;
        retell(&mut answer, "100 % of „it“\nis closed.");
        assert_eq!(answer.status(), 200);
        assert!(answer.body().is_empty());
        assert_eq!(answer.headers()["grpc-status"], "7");
        assert_eq!(answer.headers()["grpc-message"], "100 %25 of %E2%80%9Eit%E2%80%9C%0Ais closed.");
    }
}
