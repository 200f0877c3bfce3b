//! What is there to call, and how?

pub(crate) mod catalogue;
pub(crate) mod contract;
pub(crate) mod downloads;
pub(crate) mod existing;
pub(crate) mod guide;
pub(crate) mod operation;
mod outline;
pub(crate) mod pipelines;
mod refusals;
pub(crate) mod schema;
mod seen;
mod tags;
pub(crate) mod try_it;
pub(crate) mod version;

pub(crate) use seen::{Seen, who_may_call};
