//! Does a text match a pattern of a ruleset or of a schema? Patterns are read once and kept.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use crate::pattern::Pattern;

/// How many patterns are kept.
const MOST: usize = 10_000;

/// The patterns that were read so far.
#[derive(Default)]
pub(crate) struct Expressions {
    known: RefCell<HashMap<String, Option<Rc<Pattern>>>>,
    cut: Cell<bool>,
}

impl Expressions {
    /// Whether a text is a pattern at all.
    pub(crate) fn is_valid(&self, pattern: &str) -> bool {
        self.get(pattern).is_some()
    }

    /// Whether a text matches a pattern. What took too long counts as a match, and [`Expressions::were_cut`] tells.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> bool {
        let Some(pattern) = self.get(pattern) else {
            return true;
        };
        self.judge(&pattern, text).unwrap_or(true)
    }

    /// Whether a text matches a pattern that was read before; none if it took too long.
    pub(crate) fn judge(&self, pattern: &Pattern, text: &str) -> Option<bool> {
        match pattern.is_match(text) {
            Ok(matches) => Some(matches),
            Err(_) => {
                self.cut.set(true);
                None
            }
        }
    }

    /// Whether any pattern took too long since this was last asked.
    pub(crate) fn were_cut(&self) -> bool {
        self.cut.replace(false)
    }

    fn get(&self, text: &str) -> Option<Rc<Pattern>> {
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        let pattern = Pattern::with_flags(text, "").ok().map(Rc::new);
        let mut known = self.known.borrow_mut();
        if known.len() < MOST {
            known.insert(text.to_owned(), pattern.clone());
        }
        pattern
    }
}
