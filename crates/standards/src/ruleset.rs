//! What do an organisation's own rules, written in Spectral's format, find in a contract?
//!
//! A ruleset is read whole before it is used: what it extends, its expressions and the options of its functions. Then it
//! runs over as many contracts as one likes. Nothing is ever fetched, no program of the ruleset is run, one rule that
//! fails stops no other, and what was skipped or cut is named.

mod collation;
mod custom;
mod definition;
pub(crate) mod ecmascript;
mod effective;
pub(crate) mod expression;
mod field;
mod foreign;
mod format;
mod function;
mod glob;
#[cfg(feature = "javascript")]
mod javascript;
mod level;
mod library;
mod locating;
mod message;
mod range;
mod reading;
mod reference;
mod running;
pub(crate) mod schema;
pub(crate) mod view;

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::Serialize;

use self::definition::Definition;
use crate::{fault::Fault, finding::Finding, query::Query, sources::Sources};

/// Opens the file of a name, relative to where the ruleset lies. The error says why not.
pub type Opener<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

/// A set of rules that has been read.
#[derive(Debug)]
pub struct Ruleset {
    definition: Arc<Definition>,
    name: String,
    queries: HashMap<String, Arc<Query>>,
}

/// What a ruleset found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RulesetVerdict {
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
    /// What was not looked at, since something that it needs is not run or not fetched.
    pub skipped: Vec<Notice>,
    /// Rules that were cut before they had looked at everything.
    pub cut: Vec<Notice>,
    /// Rules that could not work something out at a place and went on.
    pub notes: Vec<Notice>,
}

/// Something to know about a rule's run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The rule.
    pub rule: Arc<str>,
    /// What happened.
    pub why: String,
}

/// How much a run may cost.
#[derive(Clone, Copy)]
pub struct Allowance<'a> {
    /// The steps that each rule may take.
    pub steps: u64,
    /// How long all rules together may take, if there is a clock.
    pub time: Duration,
    /// Tells how late it is, from any moment on.
    pub clock: Option<&'a dyn Fn() -> Duration>,
    /// How late it was when the run began.
    pub started: Duration,
    /// Whether functions that a ruleset brings in JavaScript may run. Without the feature `javascript` they never do.
    pub javascript: bool,
}

impl Default for Allowance<'_> {
    fn default() -> Self {
        Self { steps: running::STEPS, time: running::TIME, clock: None, started: Duration::ZERO, javascript: false }
    }
}

impl Ruleset {
    /// Reads a ruleset from YAML or JSON. `name` is the name of its file, from where patterns of file names and what it
    /// extends are understood.
    ///
    /// # Errors
    /// Everything that is wrong with it, or with what it extends; at most 100 faults.
    pub fn read(text: &str, name: &str, open: Opener<'_>) -> Result<Ruleset, Vec<Fault>> {
        let definition = reading::Reading::new(open).read(text, name)?;
        let mut ruleset = Ruleset { definition, name: name.to_owned(), queries: HashMap::new() };
        let definition = Arc::clone(&ruleset.definition);
        ruleset.parse_queries(&definition);
        Ok(ruleset)
    }

    /// Reads every expression once, whichever formats it is for.
    fn parse_queries(&mut self, definition: &Arc<Definition>) {
        for (extended, _) in &definition.extends {
            self.parse_queries(extended);
        }
        for part in &definition.overrides {
            self.parse_queries(&part.definition);
        }
        for (_, entry) in &definition.rules {
            let definition::Entry::Rule(statement) = entry else {
                continue;
            };
            for given in statement.given.iter().flatten() {
                for formats in definition.scoped_formats() {
                    for expression in definition.expand(given, formats).unwrap_or_default() {
                        if !self.queries.contains_key(&expression)
                            && let Ok(query) = Query::parse(&expression)
                        {
                            self.queries.insert(expression, Arc::new(query));
                        }
                    }
                }
            }
        }
    }

    fn query(&self, expression: &str) -> Option<Arc<Query>> {
        self.queries.get(expression).map(Arc::clone).or_else(|| Query::parse(expression).ok().map(Arc::new))
    }

    /// The name of a file as seen from where the ruleset lies.
    fn relative(&self, file: &str) -> String {
        let folder = self.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file = file.strip_prefix("./").unwrap_or(file);
        match file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) if !folder.is_empty() => rest.to_owned(),
            _ => file.to_owned(),
        }
    }
}

/// Runs a ruleset over a contract with all its files. The sources are best read leniently, so that the ruleset can say how
/// much keys that are written twice weigh.
pub fn run(sources: &Sources, ruleset: &Ruleset, allowance: &Allowance<'_>) -> RulesetVerdict {
    running::run(sources, ruleset, allowance)
}
