//! Does a text match a regular expression of JavaScript, in bounded time?
//!
//! Rulesets and schemas write their patterns in the regular expressions of ECMAScript. They are translated, character
//! class by character class, into those of `fancy-regex`: a pattern without look-around and back-references runs in
//! linear time, the others within a bound, and reaching it is an answer of its own: [`Cut`].
//!
//! Known differences: a text is a row of characters here, not of UTF-16 halves (as with JavaScript's flag `u`), and
//! letters are compared by Unicode's simple folding where the flag `i` is set.

mod class;
mod translate;

use std::sync::atomic::{AtomicU32, Ordering};

use fancy_regex::{Regex, RegexBuilder};

use crate::fault::quoted;

/// How long a pattern may be, in characters.
const LONGEST: usize = 10_000;
/// How long a text may be, in bytes, for a pattern that may have to try again.
const LONGEST_TEXT: usize = 32 * 1024;
/// How often a pattern may go back and try again on one text.
const MOST_TRIES: usize = 100_000;
/// How large a pattern may be once it is compiled, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// A pattern that was cut so often is not tried again.
const MOST_CUTS: u32 = 10;

/// A regular expression of JavaScript.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
    /// Whether it may have to try again.
    tries: bool,
    cuts: AtomicU32,
}

/// Why a text is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {mend}")]
pub struct PatternFault {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl PatternFault {
    fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }
}

/// A pattern took too long for a text, and whether it matches is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pattern takes too long for this text; write it without nested repetitions")]
pub struct Cut;

/// What a pattern and its groups matched, in bytes of the text. None for a group that took no part.
pub type Captures = Vec<Option<std::ops::Range<usize>>>;

impl Pattern {
    /// Reads `/pattern/flags`, or a pattern by itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, PatternFault> {
        let literal = || {
            let (inner, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
            let flagged = flags.bytes().all(|b| b.is_ascii_lowercase());
            (flagged && !inner.is_empty()).then_some((inner, flags))
        };
        match literal() {
            Some((inner, flags)) => Self::with_flags(inner, flags),
            None => Self::with_flags(text, ""),
        }
    }

    /// Reads a pattern and its flags apart.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn with_flags(text: &str, flags: &str) -> Result<Pattern, PatternFault> {
        let length = text.chars().count();
        if length > LONGEST {
            let what = format!("the pattern has {length} characters, more than {LONGEST}");
            return Err(PatternFault::new(what, "use a shorter one"));
        }
        let flags = translate::Flags::read(flags)?;
        let translated = translate::translate(text, flags)?;
        let regex = RegexBuilder::new(&translated.text)
            .case_insensitive(flags.ignore_case)
            .backtrack_limit(MOST_TRIES)
            .delegate_size_limit(LARGEST)
            .build()
            .map_err(|error| {
                let what = format!("{} is no regular expression that can be run: {error}", quoted(text));
                PatternFault::new(what.replace('\n', " "), "write it in JavaScript's syntax, and smaller")
            })?;
        Ok(Pattern { text: text.to_owned(), regex, tries: translated.tries, cuts: AtomicU32::new(0) })
    }

    /// The pattern as it was written, without its flags.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches anywhere in a text.
    ///
    /// # Errors
    /// It took too long.
    pub fn is_match(&self, text: &str) -> Result<bool, Cut> {
        self.bounded(text, |regex| regex.is_match(text))
    }

    /// What it matches first in a text, from a byte on: the whole, then its groups.
    ///
    /// # Errors
    /// It took too long.
    pub fn captures(&self, text: &str, from: usize) -> Result<Option<Captures>, Cut> {
        let captured = self.bounded(text, |regex| regex.captures_from_pos(text, from))?;
        Ok(captured.map(|groups| groups.iter().map(|group| group.map(|group| group.range())).collect()))
    }

    fn bounded<'t, T>(
        &'t self,
        text: &'t str,
        run: impl FnOnce(&'t Regex) -> fancy_regex::Result<T>,
    ) -> Result<T, Cut> {
        let hopeless = self.cuts.load(Ordering::Relaxed) >= MOST_CUTS;
        if self.tries && (hopeless || text.len() > LONGEST_TEXT) {
            return Err(Cut);
        }
        run(&self.regex).map_err(|_| {
            self.cuts.fetch_add(1, Ordering::Relaxed);
            Cut
        })
    }
}
