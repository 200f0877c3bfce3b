//! What are the steps of a query, once its dialect is forgotten?

use super::expression::{Dialect, Expression};

/// One step. Those up to `Filter` choose among the values inside a list or map; the others act where the query stands.
#[derive(Debug)]
pub(crate) enum Step {
    /// Every value.
    Any,
    /// The values under these names.
    Names(Vec<Box<str>>),
    /// The items of a list at these positions.
    Slice(Slice),
    /// The values for which an expression is true.
    Filter(Expression),
    /// The values that any of these steps choose.
    Either(Vec<Step>),
    /// This place, and every list and map anywhere inside it; the fallback takes `null` for one.
    Descend(Dialect),
    /// The list or map around this place.
    Up,
    /// The name under which this place stands. Ends the query.
    Key,
    /// The whole document.
    Root,
    /// This place, if its value is of a sort. Ends the query.
    Sort(Sort),
    /// The value under the name that an expression gives.
    Computed(Expression),
}

impl Step {
    /// Whether it chooses among the values inside a list or map.
    pub(crate) fn chooses(&self) -> bool {
        matches!(self, Step::Any | Step::Names(_) | Step::Slice(_) | Step::Filter(_) | Step::Either(_))
    }

    /// Whether any part of its expressions is such.
    pub(crate) fn mentions(&self, is: &dyn Fn(&Expression) -> bool) -> bool {
        match self {
            Step::Filter(expression) | Step::Computed(expression) => expression.any(is),
            Step::Either(steps) => steps.iter().any(|step| step.mentions(is)),
            _ => false,
        }
    }
}

/// Positions in a list. The two dialects count differently where steps are longer than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) step: i64,
    pub(crate) primary: bool,
}

impl Slice {
    /// Whether a position of a list of so many items is meant.
    pub(crate) fn contains(self, position: usize, length: usize) -> bool {
        let (Ok(position), Ok(length)) = (i64::try_from(position), i64::try_from(length)) else {
            return false;
        };
        let bounded = |place: i64| if place < 0 { (place + length).max(0) } else { place.min(length) };
        let start = bounded(self.start);
        let end = self.end.map_or(length, bounded);
        if position < start || position >= end {
            return false;
        }
        match (self.step, self.primary) {
            (1, _) => true,
            (0, _) => false,
            (step, false) => (position - start) % step == 0,
            (step, true) if self.start < 0 || self.end.is_some_and(|end| end < 0) => {
                end - step.abs() > 0 && (position + self.start) % step == 0
            }
            (step, true) => position == self.start || position % step == self.start,
        }
    }
}

/// What `@string()` and the like ask of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Scalar,
    Boolean,
    Text,
    Integer,
    Number,
    Map,
    List,
    Null,
    Undefined,
}

impl Sort {
    /// The sort that a word names: `string`.
    pub(crate) fn named(word: &str) -> Option<Sort> {
        Some(match word {
            "scalar" => Sort::Scalar,
            "boolean" => Sort::Boolean,
            "string" => Sort::Text,
            "integer" => Sort::Integer,
            "number" => Sort::Number,
            "object" => Sort::Map,
            "array" => Sort::List,
            "null" => Sort::Null,
            "undefined" | "function" | "nonFinite" => Sort::Undefined,
            _ => return None,
        })
    }
}
