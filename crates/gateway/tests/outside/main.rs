//! Does the gateway do, seen from outside, what it promises?

#![expect(clippy::disallowed_methods, reason = "a test has a real clock for its own patience")]

mod bad_input;
mod cors;
mod entrances;
mod forwarding;
mod kept;
mod life;
mod limits;
mod mocks;
mod stage;
mod tokens;
mod upstreams;
