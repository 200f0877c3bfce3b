//! Which weights does somebody give to changes instead of the playbook's?
//!
//! The form is oasdiff's, so that a file moves over as it is: a line for each id, with `err`, `warn`, `info` or `none`
//! behind it. Empty lines, and what stands behind `#`, say nothing.

use std::collections::BTreeMap;

use crate::{
    document::Place,
    fault::{Fault, quoted},
    finding::Level,
};

use super::catalogue;

/// Weights by the ids of checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    given: BTreeMap<&'static str, Option<Level>>,
}

impl Levels {
    /// Reads weights.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Levels, Fault> {
        let mut given = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let place = Place { line: u32::try_from(number + 1).unwrap_or(u32::MAX), column: 1 };
            let line = line.split_once('#').map_or(line, |(line, _)| line);
            let mut words = line.split_whitespace();
            let Some(id) = words.next() else {
                continue;
            };
            let Some(check) = catalogue::find(id) else {
                let what = format!("there is no change {}", quoted(id));
                return Err(Fault::new(place, what, "write an id that `hansom diff` tells"));
            };
            let level = match (words.next().map(str::to_ascii_lowercase).as_deref(), words.next()) {
                (Some("err" | "error"), None) => Some(Level::Error),
                (Some("warn" | "warning"), None) => Some(Level::Warning),
                (Some("info" | "information"), None) => Some(Level::Information),
                (Some("none"), None) => None,
                _ => {
                    let what = format!("{} has no weight", quoted(id));
                    return Err(Fault::new(place, what, "write one of err, warn, info, none behind the id"));
                }
            };
            given.insert(check.id, level);
        }
        Ok(Levels { given })
    }

    /// The weight given to a check: none if none is given, and a none inside if it does not count.
    pub(super) fn of(&self, id: &str) -> Option<Option<Level>> {
        self.given.get(id).copied()
    }
}
