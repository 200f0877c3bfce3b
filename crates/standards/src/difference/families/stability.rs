//! How stable is something promised to be?

use std::fmt;

use super::*;

/// What `x-stability-level` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Stability {
    Draft,
    Alpha,
    Beta,
    Stable,
}

/// What is written is no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct NoLevel;

impl Stability {
    /// What is said; nothing means stable.
    pub(in super::super) fn of(node: Option<Node<'_>>) -> Result<Stability, NoLevel> {
        let Some(node) = node.filter(|node| node.kind() != Kind::Null) else {
            return Ok(Stability::Stable);
        };
        match node.as_str() {
            Some("draft") => Ok(Stability::Draft),
            Some("alpha") => Ok(Stability::Alpha),
            Some("beta") => Ok(Stability::Beta),
            Some("stable") => Ok(Stability::Stable),
            _ => Err(NoLevel),
        }
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stability::Draft => "draft",
            Stability::Alpha => "alpha",
            Stability::Beta => "beta",
            Stability::Stable => "stable",
        })
    }
}
