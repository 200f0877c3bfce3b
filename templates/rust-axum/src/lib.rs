//! What is the service made of?
//!
//! A request comes in by [`server`], gets what all answers share in [`answers`], and becomes a checked and permitted [`api::Call`] in
//! [`api`]. From there it is three files to the database, for each of the [`resources`]: routes, rules, storage.

pub mod access;
pub mod answers;
pub mod api;
pub mod app;
pub mod contract;
pub mod database;
pub mod events;
pub mod health;
pub mod housekeeping;
pub mod idempotency;
pub mod identity;
pub mod journal;
pub mod keys;
pub mod listener;
pub mod merge_patch;
pub mod metrics;
pub mod outbound;
pub mod pages;
pub mod preconditions;
pub mod problem;
pub mod publisher;
pub mod resources;
pub mod server;
pub mod settings;
pub mod tokens;
pub mod traces;
pub mod united_kingdom;
pub mod validation;

/// What the project is called, as in `api.yaml`.
pub const NAME: &str = env!("CARGO_PKG_NAME");
