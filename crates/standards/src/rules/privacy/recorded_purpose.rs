//! Access to personal data is granted for a purpose, on a legal basis, by somebody.
//!
//! Each grant to an API that carries personal data records what the data are used for, the legal basis, and who
//! approved it. The approver is not the one who asked.
//!
//! The platform's own records show it: a request for such an API cannot be sent without purpose and legal basis.
//!
//! # Why
//!
//! The UK GDPR asks for both before the first record is read. And whoever wants to know in two years why an
//! application reads rent accounts finds the answer in the grant, not in somebody's mailbox.
//!
//! # What to do
//!
//! Ask the information asset owner, write the purpose in one plain sentence, and name the legal basis. Where a grant
//! has none, add it or withdraw the grant.
//!
//! # Bad
//!
//! ```text
//! {"application": "housing-app", "api": "rents", "purpose": "", "approvedBy": "asked@example.gov.uk"}
//! ```
//!
//! # Good
//!
//! ```text
//! {"application": "housing-app", "api": "rents", "purpose": "Show tenants their own balance",
//!  "legalBasis": "public task", "requestedBy": "a.officer@example.gov.uk", "approvedBy": "rents-owner@example.gov.uk"}
//! ```
//!
//! # Sources
//!
//! - UK GDPR, articles 5, 6 and 30
//! - PDND (Italy): purposes
//! - DataPass (France): requests with a legal basis
//! - UK data marketplace: data sharing requests

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "PRIV-01",
    name: "recorded-purpose",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("recorded_purpose.rs"),
};
