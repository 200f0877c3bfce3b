//! Can whatever is read of a kept snapshot be read again?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::snapshot(bytes));
