//! No credential and no personal identifier is seen in a real address.
//!
//! The gateway looks for values that pass the checksum or the pattern of a National Insurance number, an NHS number, a
//! mail address, a payment card or a token in the addresses of sampled calls.
//!
//! # Why
//!
//! A contract names its parameters harmlessly and clients put people's numbers into a free-text search all the same.
//!
//! # What to do
//!
//! Find out who sends it (the finding names the application, never the value), give them a way through a body, and
//! refuse such values in the query.
//!
//! # Bad
//!
//! `GET /people?search=QQ123456C`
//!
//! # Good
//!
//! `POST /people/searches` with `{"nationalInsuranceNumber": "…"}` in its body.
//!
//! # Sources
//!
//! - Logius, API Design Rules: `transport/no-sensitive-uris`
//! - Belgif, REST guide: `sens-dat`
//! - api.data.gov: keys are removed from logs

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-11",
    name: "no-secrets-in-traffic",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("no_secrets_in_traffic.rs"),
};
