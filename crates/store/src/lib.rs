//! Which SQL is there?
