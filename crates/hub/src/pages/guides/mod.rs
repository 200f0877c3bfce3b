//! How is the hub used, and what holds here?

pub(crate) mod guide;
pub(crate) mod list;
