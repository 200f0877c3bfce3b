//! What does a rule complain about, where, why does it matter, and what should be done?

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::document::{Node, Span};

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// MUST: a release with such a finding is not published.
    Error,
    /// SHOULD
    Warning,
    /// MAY
    Information,
    /// Less than that; only rulesets in Spectral's format use it.
    Hint,
}

impl Level {
    /// The word of the standards for it (RFC 2119).
    pub fn requirement(self) -> &'static str {
        match self {
            Level::Error => "MUST",
            Level::Warning => "SHOULD",
            Level::Information | Level::Hint => "MAY",
        }
    }

    /// The word for it in configuration and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Information => "information",
            Level::Hint => "hint",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule's complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id: `URL-01`, or a name of a Spectral ruleset.
    pub rule: Arc<str>,
    /// How much it weighs, by the profile.
    pub level: Level,
    /// Which file: the name that it was read under.
    pub file: Arc<str>,
    /// Where in the file.
    pub span: Span,
    /// The JSON pointer (RFC 6901) to the place inside the file.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// Why it matters.
    pub why: Arc<str>,
    /// What to do.
    pub mend: Arc<str>,
    /// Where more is said: a page of the playbook or a ruleset's `documentationUrl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Arc<str>>,
    /// How to mend it mechanically, where that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change of the text that mends a finding and changes no meaning beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does: `write the segment as kebab-case`.
    pub title: String,
    /// Replacements in the finding's file. They do not overlap.
    pub edits: Vec<Edit>,
}

/// A stretch of the text and what should stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced; where start and end are the same, something is put in.
    pub span: Span,
    /// What stands there then.
    pub text: String,
}

impl Fix {
    /// A change of one plain or quoted text into another that needs no escapes. None where the text was written in
    /// another way (over several lines, with escapes), so that a careless edit could break it.
    pub fn rewording(title: impl Into<String>, span: Span, was: &str, becomes: &str) -> Option<Fix> {
        let length = u32::try_from(was.chars().count()).ok()?;
        let one_line = span.start.line == span.end.line;
        let taken = span.end.column.checked_sub(span.start.column).filter(|_| one_line)?;
        let text = match taken.checked_sub(length)? {
            0 => becomes.to_owned(),
            2 => format!("\"{becomes}\""),
            _ => return None,
        };
        Some(Fix { title: title.into(), edits: vec![Edit { span, text }] })
    }
}

/// One complaint of a rule of the playbook, before the linter has added what the rule's page and the profile say.
#[derive(Clone, Debug)]
pub struct Complaint<'d> {
    /// The node that is wrong.
    pub node: Node<'d>,
    /// Whether the key is meant, not the value.
    pub at_key: bool,
    /// What is wrong.
    pub what: String,
    /// What to do, if that can be said more exactly than on the rule's page.
    pub mend: Option<String>,
    /// How to mend it mechanically.
    pub fix: Option<Fix>,
}

impl<'d> Complaint<'d> {
    /// Something is wrong with the value of a node.
    pub fn at(node: Node<'d>, what: impl Into<String>) -> Self {
        Self { node, at_key: false, what: what.into(), mend: None, fix: None }
    }

    /// Something is wrong with the key under which a node stands.
    pub fn at_key(node: Node<'d>, what: impl Into<String>) -> Self {
        Self { node, at_key: true, what: what.into(), mend: None, fix: None }
    }

    /// With what to do in this very case.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// With a mechanical fix, where there is one.
    #[must_use]
    pub fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// With a mechanical fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
