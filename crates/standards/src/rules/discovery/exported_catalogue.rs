//! The catalogue can be taken over by the catalogues of the country.
//!
//! The hub exports its public APIs as DCAT (`dcat:DataService`, in JSON-LD) and as the CSV that the API catalogue of
//! the United Kingdom reads. Both hold what the catalogue itself shows: name, description, owner, licence, address of
//! the documentation, dates.
//!
//! The hub makes both from its records; a probe shows that they answer and are complete.
//!
//! # Why
//!
//! Whoever looks for an API looks in the country's catalogue first. Entries that are typed in by hand are wrong
//! within a year; those that are exported are as right as the source.
//!
//! # What to do
//!
//! There is nothing to do for a producer but to keep the contract's `info` and the manifest true. Operators tell the
//! catalogue of the country where the exports are.
//!
//! # Bad
//!
//! ```http
//! GET /catalogue.jsonld HTTP/1.1
//!
//! HTTP/1.1 404 Not Found
//! ```
//!
//! # Good
//!
//! ```http
//! GET /catalogue.jsonld HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! Content-Type: application/ld+json
//!
//! {"@type": "dcat:Catalog", "dcat:service": [{"@type": "dcat:DataService", "dct:title": "Bulky waste"}]}
//! ```
//!
//! # Sources
//!
//! - W3C, Data Catalog Vocabulary (DCAT), version 3
//! - UK Government API catalogue: the CSV of entries
//! - DCAT-AP-NO (Norway) and the JSON-LD of the Dutch register

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "DISC-02",
    name: "exported-catalogue",
    level: Level::Information,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("exported_catalogue.rs"),
};
