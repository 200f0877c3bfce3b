//! The media type says what the body is, and what cannot be served is refused as such.
//!
//! `Content-Type` names what the body really is; texts are UTF-8. A request body in a media type that the operation
//! does not take is answered with 415, and a request whose `Accept` allows none of the media types that the operation
//! has with 406.
//!
//! A contract cannot show it: samples of answers and a probe do. The gateway refuses bodies in a media type that the
//! contract does not name for the operation.
//!
//! # Why
//!
//! A client chooses its parser by the media type. JSON that is called text is shown instead of read; Latin-1 that is
//! called UTF-8 turns a resident's name into question marks.
//!
//! # What to do
//!
//! Set the media type where the body is written, and write UTF-8. Let the framework check `Content-Type` and `Accept`
//! before the request is handled. For JSON no `charset` is needed: it is always UTF-8.
//!
//! # Bad
//!
//! ```http
//! POST /repairs/v1/repairs HTTP/1.1
//! Content-Type: application/xml
//!
//! HTTP/1.1 500 Internal Server Error
//! ```
//!
//! # Good
//!
//! ```http
//! POST /repairs/v1/repairs HTTP/1.1
//! Content-Type: application/xml
//!
//! HTTP/1.1 415 Unsupported Media Type
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - RFC 9110, sections 8.3, 15.5.7 and 15.5.16
//! - RFC 8259, section 8.1
//! - Logius, API Design Rules: content types
//! - Belgif, REST guide: `cnt-negot`
//! - GDS, API technical and data standards: Unicode

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-02",
    name: "matching-content-type",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("matching_content_type.rs"),
};
