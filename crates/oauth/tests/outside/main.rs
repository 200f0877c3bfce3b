//! What do programs and people see of the authorisation server from outside?

mod attacks;
mod authorization;
mod back_channel;
mod bound_tokens;
mod codes;
mod consents;
mod credentials;
mod devices;
mod exchange;
mod flows;
mod google;
mod leaks;
mod pipelines;
mod provider;
mod pushed;
mod refreshing;
mod return_path;
mod sign_in;
mod tokens;
mod town;
mod wrong_proofs;
