//! Has the head of any answer one reading or none, and what is passed on of it?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::answer(bytes));
