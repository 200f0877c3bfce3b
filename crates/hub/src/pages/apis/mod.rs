//! What is there to call, and how?

pub(crate) mod catalogue;
pub(crate) mod contract;
pub(crate) mod existing;
pub(crate) mod operation;
mod outline;
pub(crate) mod schema;
mod seen;
pub(crate) mod version;

pub(crate) use seen::{Seen, who_may_call};
