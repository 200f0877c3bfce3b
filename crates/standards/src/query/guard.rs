//! What must stand at a place for a filter to be true there, so that it need not be worked out at all others?
//!
//! Most filters begin alike: `@ && @.type == "string" && …`. Such a filter is false, and throws nothing, wherever that
//! member is not: at every text and number of a contract, and at every map of another type.

use super::{
    expression::{Binary, Expression},
    member::is_inherited,
    tree::Tree,
};
use crate::document::{Kind, Node};

/// A member that a map must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guard<'q> {
    /// Its name.
    pub(super) name: &'q str,
    /// The text that it must be; none if it may be anything.
    pub(super) text: Option<&'q str>,
}

impl<'q> Guard<'q> {
    /// The guard of a filter, if it begins with one.
    pub(super) fn of(filter: &'q Expression) -> Option<Guard<'q>> {
        match filter {
            // What comes before the guard must not throw where the guard does not hold.
            Expression::All(parts) => parts.iter().find(|part| !matches!(part, Expression::Value)).and_then(Guard::of),
            Expression::Binary(Binary::Equal | Binary::LooselyEqual, pair) => match &**pair {
                (of, Expression::Text(text)) => Some(Guard { name: member(of)?, text: Some(text) }),
                _ => None,
            },
            part => Some(Guard { name: member(part)?, text: None }),
        }
    }

    /// Whether a map with this member, where it has one, may be one for which the filter is true.
    pub(super) fn admits<'d>(self, member: Option<Node<'d>>, tree: &Tree<'d>) -> bool {
        let (Some(member), Some(text)) = (member.map(|member| tree.follow(member)), self.text) else {
            return member.is_some();
        };
        match member.kind() {
            Kind::Text => member.as_str() == Some(text),
            Kind::Null => false,
            // JavaScript's `==` has its own way with these.
            _ => true,
        }
    }
}

/// The name of `@.name` and `@["name"]`, unless values have it that are no maps.
fn member(expression: &Expression) -> Option<&str> {
    let name: &str = match expression {
        Expression::Member(of, name) if matches!(**of, Expression::Value) => name,
        Expression::Element(pair) => match &**pair {
            (Expression::Value, Expression::Text(name)) => name,
            _ => return None,
        },
        _ => return None,
    };
    (!is_inherited(name)).then_some(name)
}
