//! How does a command end when it could not do it?

use std::{
    fmt::{self, Display},
    process::ExitCode,
};

use hansom_standards::report::harmless;

use crate::saying;

/// Why a command ends, in lines for a person, with its exit code: 1 refused or findings, 2 wrong use, 3 it broke.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// The answer is no, or there are findings.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self { code: 1, text: text.into() }
    }

    /// The command was used wrongly.
    pub(crate) fn wrong_use(text: impl Into<String>) -> Self {
        Self { code: 2, text: text.into() }
    }

    /// There are findings, and they are printed already.
    pub(crate) fn found() -> Self {
        Self::refused("")
    }

    /// The lines.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything about it is printed already.
    pub(crate) fn is_said(&self) -> bool {
        self.text.is_empty()
    }

    /// Something broke.
    pub(crate) fn broke(text: impl Into<String>) -> Self {
        Self { code: 3, text: text.into() }
    }

    /// Prints the lines and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        if !self.text.is_empty() {
            // Names and texts of others may be in it; only line ends of our own are let through.
            let lines: Vec<_> = self.text.split('\n').map(harmless).collect();
            saying::tell(&lines.join("\n"));
        }
        ExitCode::from(self.code)
    }
}

/// Gives an error of any kind the words of what was being done.
pub(crate) trait Doing<T> {
    /// The value, or a failure that says what was being done.
    fn doing(self, what: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::broke(format!("{what}: {error}")))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
