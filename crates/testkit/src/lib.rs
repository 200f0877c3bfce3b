//! A small town to test in.
