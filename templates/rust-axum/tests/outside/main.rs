//! Does the service keep its promises? Every test calls it over HTTP, with a database of its own and a platform that signs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

// hansom: for each resource
mod street_lights;

// hansom: end
mod as_a_whole;
mod contract_checks;
mod events;
mod identity;
mod outbound;
mod world;
