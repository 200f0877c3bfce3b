//! What are the words, and what can they not mean?
