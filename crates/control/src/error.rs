//! Why was it not done?

use hansom_domain::{Invalid, ProblemCode};
use serde::Serialize;

/// A fault in a manifest or contract, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishFault {
    /// `api.yaml` or `openapi.yaml`, the usual names of manifest and contract.
    pub file: String,
    /// Line, from 1; 0 where the fault is in no line.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub mend: String,
    /// The standard that is broken (`URL-01`), or the check of the difference that says so; none where the text does not
    /// read at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

impl std::fmt::Display for PublishFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}; {}", self.file, self.line, self.column, self.what, self.mend)?;
        self.rule.as_ref().map_or(Ok(()), |rule| write!(f, " [{rule}]"))
    }
}

/// Why a verb did not do it. The text is fit for the caller; causes inside the platform are told by [`Error::private`] only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor may not.
    #[error("{0}")]
    NotAllowed(String),
    /// There is no such thing, or the actor may not know of it.
    #[error("{0}")]
    NotFound(String),
    /// It does not fit what is there.
    #[error("{0}")]
    Conflict(String),
    /// What was sent is not what the verb takes.
    #[error("{0}")]
    Invalid(String),
    /// The manifest or contract has faults.
    #[error("{} in what was sent", count(.0.len()))]
    Faults(Vec<PublishFault>),
    /// The directory has been silent too long to know the person's groups.
    #[error(
        "the directory has been silent for too long, so that your groups are not known at the moment; nothing was decided, try again in a while"
    )]
    GroupsUnknown,
    /// The store failed.
    #[error("the platform's database did not answer; try again in a while")]
    Store(hansom_store::Error),
    /// The platform failed.
    #[error("the platform failed; tell its operators the request id")]
    Internal(String),
}

fn count(faults: usize) -> String {
    if faults == 1 { "one fault".into() } else { format!("{faults} faults") }
}

impl Error {
    /// The code for the caller.
    pub fn code(&self) -> ProblemCode {
        match self {
            Error::NotAllowed(_) => ProblemCode::NotAllowed,
            Error::NotFound(_) => ProblemCode::NotFound,
            Error::Conflict(_) => ProblemCode::Conflict,
            Error::Invalid(_) => ProblemCode::BadRequest,
            Error::Faults(_) => ProblemCode::Unprocessable,
            Error::GroupsUnknown => ProblemCode::GroupsUnknown,
            Error::Store(_) => ProblemCode::Unavailable,
            Error::Internal(_) => ProblemCode::Internal,
        }
    }

    /// The sentence for the caller.
    pub fn detail(&self) -> String {
        self.to_string()
    }

    /// The cause for the operators' log; `None` where the caller is told all.
    pub fn private(&self) -> Option<String> {
        match self {
            Error::Store(error) => Some(error.to_string()),
            Error::Internal(cause) => Some(cause.clone()),
            Error::NotAllowed(_)
            | Error::NotFound(_)
            | Error::Conflict(_)
            | Error::Invalid(_)
            | Error::Faults(_)
            | Error::GroupsUnknown => None,
        }
    }
}

impl From<hansom_store::Error> for Error {
    fn from(error: hansom_store::Error) -> Self {
        match error {
            hansom_store::Error::Taken => Error::Conflict(
                "somebody else changed the same thing at the same moment; load it again and try once more".into(),
            ),
            other => Error::Store(other),
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::Invalid(invalid.to_string())
    }
}
