//! Resources follow what users need, not the tables of a database.
//!
//! Each resource is something its users speak of; the API is about one domain, and whole in it.
//!
//! # Why
//!
//! Tables change with the system and the supplier. An API that shows them takes every consumer along on each move.
//!
//! # What to do
//!
//! Write down who needs what, then name the resources. Leave out of the answer what no need was found for.
//!
//! # Bad
//!
//! `GET /tbl-wo-hdr/{woh_seq}`, then five further calls to know when the plumber comes.
//!
//! # Good
//!
//! `GET /repairs/{repairId}` says what is broken, how it stands and when somebody comes.
//!
//! # Sources
//!
//! - Logius, API Design Rules: `hide-implementation`
//! - GDS, API technical and data standards: design for users
//! - Belgif, REST guide: `api-scope`

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-02",
    name: "user-needs",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("user_needs.rs"),
};
