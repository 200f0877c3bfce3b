//! Which mails did the demo's people get?

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// The most mails that are kept.
const MOST_LETTERS: usize = 100;

/// The mails of everybody in the demo, the newest first; nothing leaves this machine.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Letter>>>);

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To which address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub body: String,
}

impl Mailbox {
    /// Takes a mail in.
    pub fn put(&self, to: &str, subject: &str, body: &str) {
        let letter = Letter { to: to.into(), subject: subject.into(), body: body.into() };
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push_front(letter);
        letters.truncate(MOST_LETTERS);
    }

    /// Every mail, the newest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
