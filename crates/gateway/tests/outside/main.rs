//! Does the gateway do, seen from outside, what it promises?

#![expect(clippy::disallowed_methods, reason = "a test has a real clock for its own patience")]

mod answers;
mod authz;
mod conformance;
mod cors;
mod deltas;
mod differential;
mod entrances;
mod faults;
mod forwarding;
mod framing;
mod http2;
mod http2_upstreams;
mod kept;
mod life;
mod limits;
mod metrics;
mod mocks;
mod paths;
mod pretence;
mod proofs;
mod raw_frames;
mod scripted;
mod security;
mod silence;
mod slow;
mod stage;
mod syntax;
mod tokens;
mod traces;
mod upstreams;
