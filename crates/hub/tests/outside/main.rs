//! What do people get to see at the hub?

mod authorization;
mod catalogue;
mod files;
mod first_call;
mod gateways;
mod guides;
mod lasting;
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
mod stewards;
mod strangers;
mod town;
mod try_it;
mod usage;
