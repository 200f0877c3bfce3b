//! How does `hansom serve` begin, end, hand over and go on, whatever its surroundings do?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files and a clock")]

mod faults;
mod life;
mod nodes;
mod observation;
mod running;
mod secure;
mod snapshots;
mod streams;
mod village;
