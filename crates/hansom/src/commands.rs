//! Which verbs are there? One per file.

pub(crate) mod check;
pub(crate) mod confirm;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod keys;
pub(crate) mod lint;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod lsp;
pub(crate) mod mock;
pub(crate) mod new;
pub(crate) mod playbook;
pub(crate) mod publish;
pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod update;
pub(crate) mod verify;
pub(crate) mod why;
