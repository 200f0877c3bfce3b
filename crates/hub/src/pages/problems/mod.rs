//! What does each "no" mean, and how is it mended?

pub(crate) mod list;
pub(crate) mod problem;
