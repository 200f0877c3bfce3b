//! Are any frames of HTTP/2 the same however they come?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::frames(bytes));
