//! What became of a call?

pub(crate) mod refusal;
