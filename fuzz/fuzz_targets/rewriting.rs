//! Is what is passed on of any request made of fields that may be?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::rewriting(bytes));
