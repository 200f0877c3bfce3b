//! What do people get to see at the hub?

mod authorization;
mod catalogue;
mod community;
mod files;
mod first_call;
mod gateways;
mod guides;
mod hub_guides;
mod lasting;
mod look;
mod machines;
mod managing;
mod operators;
mod pages;
mod people;
mod playbook;
mod publishing;
mod reference;
mod reuse;
mod standards;
mod status;
mod stewards;
mod strangers;
mod town;
mod try_it;
mod usage;
