//! What is in the demo that no real platform has: a town with people, services and keys of its own.

pub(crate) mod folder;
pub(crate) mod mailbox;
pub(crate) mod people;
pub(crate) mod provider;
pub(crate) mod town;
pub(crate) mod upstream;
