//! Where does a version run?

use std::{fmt, str::FromStr, sync::Arc};

use crate::invalid::{Invalid, quoted, word_as_text};

/// `sandbox`, `production`, or another of the platform's environments: lower-case, 2 to 20 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentName(Arc<str>);

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The environment with real data.
    pub fn production() -> Self {
        Self("production".into())
    }

    /// The environment to try things in.
    pub fn sandbox() -> Self {
        Self("sandbox".into())
    }
}

impl FromStr for EnvironmentName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = (2..=20).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
            && !text.ends_with('-');
        if !fits {
            return Err(Invalid::new(format!(
                "{} is no environment name; use 2 to 20 lower-case letters, digits and hyphens, such as sandbox or production",
                quoted(text)
            )));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

word_as_text!(EnvironmentName);
