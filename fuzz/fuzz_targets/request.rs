//! Has the head of any request one reading or none?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::request(bytes));
