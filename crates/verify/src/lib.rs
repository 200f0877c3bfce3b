//! Does a running service keep its contract?
//!
//! Requests are made from the contract's schemas and examples: good ones, which must be taken, and ones with exactly one fault,
//! which must be refused. Every answer is held against what the contract says of it; some promises that a contract makes are
//! tried by several requests together: pages are walked, a key is sent twice, a state is changed under somebody's hands.
//!
//! The room sends nothing itself: whoever calls it brings a [`Service`] that does. It is bounded: so many requests, of such a size.
//! Unless somebody says otherwise nothing is asked that could change anything; where writing is allowed, only records that this
//! very run has made are changed and removed.

mod call;
mod check;
mod dice;
mod draft;
mod judge;
mod known;
mod ledger;
mod making;
mod opening;
mod probes;
mod problem;
pub mod report;
mod spelling;
mod story;
mod subject;
mod validity;

pub use call::{Answer, Call, Caller, Service, Silence};
pub use check::Check;
pub use ledger::{Entry, Failing, Report};
pub use opening::opening;
pub use story::{Bounds, Unfit, verify};
