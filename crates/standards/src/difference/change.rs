//! What is one change between two contracts, and where was it written?

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::finding::Level;

use super::catalogue::Check;

/// Which way the data flows that a change is about, seen from whoever calls the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What the caller sends.
    Request,
    /// What the caller gets.
    Response,
    /// The operation as a whole.
    Both,
    /// Something that belongs to no operation.
    Document,
}

impl Direction {
    /// The word for it in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
            Direction::Both => "both",
            Direction::Document => "document",
        }
    }
}

/// The operation that a change concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Operation {
    /// The method in capital letters.
    pub method: String,
    /// The path template as the old contract writes it (the new one if the path is new); `webhook:name` for a webhook.
    pub path: String,
    /// The `operationId`, if there is one.
    #[serde(rename = "operationId", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Spot {
    /// The name of the file.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            return write!(f, "{}:{}", self.line, self.column);
        }
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The stable id of the check that noticed it.
    pub id: &'static str,
    /// How much it weighs: an error breaks callers, a warning may, an information does not.
    pub level: Level,
    /// Which way the data flows that it is about.
    pub direction: Direction,
    /// The operation, unless it concerns the whole document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Arc<Operation>>,
    /// Where the old contract says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Spot>,
    /// Where the new contract says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Spot>,
    /// What changed, in plain words.
    pub text: String,
    /// The check behind the id.
    #[serde(skip)]
    pub check: &'static Check,
}

impl Change {
    /// Whether callers that follow the old contract may fail under the new one for certain.
    pub fn is_breaking(&self) -> bool {
        self.level == Level::Error
    }
}

/// A difference that no check understands. It may break callers or not: a person has to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unhandled {
    /// The keyword that differs.
    pub keyword: String,
    /// The first operation that it concerns, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Arc<Operation>>,
    /// Where the old contract says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Spot>,
    /// Where the new contract says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Spot>,
    /// What differs, in plain words.
    pub text: String,
}
