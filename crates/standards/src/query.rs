//! Which places of a contract does a JSONPath expression of a ruleset mean?
//!
//! Rulesets in Spectral's format are written in two dialects, and which one an expression is in is decided by whether
//! the first can read it, as Spectral does: [`primary`] is tried, then [`fallback`]. Both become the same list of
//! [`step::Step`]s, and one walk over the tree answers any number of them.
//!
//! Of 543 expressions of 27 published rulesets all can be read, and on 144 documents 542 of them mean what they mean in
//! Spectral 6.16.3. Where the two engines behind Spectral go wrong, this does not follow them:
//!
//! - A filter, union or slice between two scans (`$..properties[date,datum]..format`): the first engine looks at the
//!   first such name of a path only, and works filters out at the end of the path. Here each place counts.
//! - A filter directly on the document before further steps (`$[?(@.get)].get`): the same.
//! - A caret right after a scan (`$..^.a`), or two after one: the second engine stays where it is.
//! - Positions of a text (`$..x[0]`): the second engine finds its characters. Here a text has nothing inside.
//! - A filter that is no JavaScript is refused when it is read, not only when it is first needed.
//!
//! Where a filter would throw in JavaScript (a member of `undefined`), Spectral gives up the whole run; here it is no
//! match, and [`Outcome::notes`] names the query once.

mod budget;
mod evaluate;
mod expression;
mod fallback;
mod found;
mod guard;
mod member;
mod primary;
mod step;
mod tree;
mod value;
mod walk;

use crate::fault::quoted;

pub use budget::Budget;
pub use found::{Match, Note, Outcome, Property};
pub use tree::{Reading, Tree};
pub use walk::select_all;
pub(crate) use walk::select_from;

/// How long an expression may be, in characters.
const LONGEST: usize = 10_000;

/// A JSONPath expression that has been read.
#[derive(Debug)]
pub struct Query {
    text: String,
    steps: Vec<step::Step>,
}

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}; {mend}")]
pub struct QueryFault {
    /// What is wrong.
    pub what: String,
    /// The character at which it is wrong, from 1.
    pub column: usize,
    /// What to do about it.
    pub mend: String,
}

impl QueryFault {
    pub(crate) fn new(column: usize, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), column, mend: mend.into() }
    }
}

impl Query {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, and at which character.
    pub fn parse(text: &str) -> Result<Query, QueryFault> {
        let length = text.chars().count();
        if length > LONGEST {
            let what = format!("the expression has {length} characters, more than {LONGEST}");
            return Err(QueryFault::new(LONGEST + 1, what, "split it into several"));
        }
        if !text.starts_with('$') {
            let what = format!("{} does not begin with `$`", quoted(text));
            return Err(QueryFault::new(1, what, "begin with `$`, the whole document"));
        }
        let steps = match primary::read(text)? {
            Some(steps) => steps,
            None => fallback::read(text)?,
        };
        Ok(Query { text: text.to_owned(), steps })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Finds every place that the expression means. A place is found again for every way that leads to it.
    pub fn select<'d>(
        &self,
        tree: &Tree<'d>,
        budget: &mut Budget,
        found: &mut dyn FnMut(&Match<'_, 'd>),
    ) -> Outcome<'d> {
        select_all(&[self], tree, budget, &mut |_, place| found(place))
    }
}
