//! The platform itself and the people on it.

pub(crate) mod about;
pub(crate) mod accessibility;
pub(crate) mod account;
pub(crate) mod audit;
