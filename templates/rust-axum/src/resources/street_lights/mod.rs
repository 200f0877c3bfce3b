//! Street lights: from the request to the answer in three files.

pub mod routes;
pub mod rules;
pub mod storage;
