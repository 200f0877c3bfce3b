//! Does any access token hold, once its signature were right?
#![no_main]

use hansom_gateway::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::token(bytes));
