//! What do people get to see at the hub?

mod authorization;
mod catalogue;
mod lasting;
mod pages;
mod people;
mod playbook;
mod standards;
mod town;
