//! Are any chunks the same however they come?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::chunks(bytes));
