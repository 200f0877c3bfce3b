//! A token for oneself.

pub(crate) mod token;
