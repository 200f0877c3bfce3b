//! Tokens end soon, are for one audience and cannot be forged by those who check them.
//!
//! An access token has an end (at most as far away as the parameters say), names the audience it is for, and is
//! signed with an asymmetric algorithm. Grants that nobody uses lapse.
//!
//! The platform issues the tokens and refuses others; its records show it.
//!
//! # Why
//!
//! A token without an end opens the door for somebody who left years ago. One without an audience opens every door.
//! And with one shared secret, each application that can check a token can also make one.
//!
//! # What to do
//!
//! Use the platform's tokens. Ask for a new one shortly before the old one ends, and do not keep tokens in files or
//! databases.
//!
//! # Bad
//!
//! ```text
//! {"alg": "HS256"}
//! {"consumerName": "Housing app", "exp": 2110000000}
//! ```
//!
//! # Good
//!
//! ```text
//! {"alg": "ES256", "typ": "at+jwt", "kid": "2026-11"}
//! {"iss": "https://hub.example.gov.uk", "aud": "https://api.example.gov.uk", "client_id": "housing-app",
//!  "scope": "repairs:read", "exp": 1763988000}
//! ```
//!
//! # Sources
//!
//! - RFC 9068, JWT Profile for OAuth 2.0 Access Tokens
//! - RFC 8725, JSON Web Token Best Current Practices
//! - HMRC: tokens of four hours, applications that lapse when they are not used
//! - PDND: purposes and the end of grants

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-08",
    name: "short-lived-tokens",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "people_minutes", default: "15", about: "how long a token of a person may last" },
        Parameter { name: "application_minutes", default: "60", about: "how long a token of an application may last" },
    ],
    check: None,
    text: include_str!("short_lived_tokens.rs"),
};
