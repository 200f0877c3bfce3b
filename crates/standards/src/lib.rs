//! Is this contract good, and what changed since the last?
//!
//! The room reads what a producer wrote and says what it means, or where it is wrong. A text becomes a
//! [`Document`] (every node with its line and column, everything bounded); a document that is an OpenAPI 3.0, 3.1
//! or 3.2 contract becomes a [`Contract`], and a `Contract` is a promise: every operation has a unique id, no two
//! path templates collide, every `$ref` is local and finite. Whoever holds one may route by it. What is wrong is
//! a list of [`Fault`]s, each with a place and with what to do.
//!
//! The room knows nothing of the platform around it: no slugs, no grants, no database, no network, no files.

mod backtracking;
pub mod badge;
mod casing;
pub mod contract;
mod contradiction;
mod date;
mod declared;
pub mod difference;
pub mod document;
pub mod explanation;
pub mod fault;
pub mod finding;
mod keeping;
pub mod lint;
mod media_type;
pub mod mending;
mod nearest;
mod once;
pub mod pattern;
mod plural;
mod problem;
pub mod profile;
pub mod query;
mod references;
pub mod report;
mod rewriting;
pub mod rule;
pub mod rules;
pub mod ruleset;
mod schema_words;
mod schemes;
pub mod scorecard;
mod server;
mod shape;
pub mod sources;
mod status;
mod structure;
pub mod survey;
mod template;
mod transport;

pub use contract::Contract;
pub use document::{Document, Limits, Node, Place, Span};
pub use fault::Fault;
pub use finding::{Complaint, Edit, Finding, Fix, Level};
pub use lint::{Outcome, Verdict, lint};
pub use profile::Profile;
pub use rule::Rule;
pub use ruleset::Ruleset;
pub use scorecard::Scorecard;
pub use sources::Sources;
pub use survey::{Facts, Neighbour, Survey};
