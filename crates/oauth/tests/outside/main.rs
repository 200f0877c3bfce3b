//! What do programs and people see of the authorisation server from outside?

mod attacks;
mod provider;
mod return_path;
mod sign_in;
mod tokens;
mod town;
mod wrong_proofs;
