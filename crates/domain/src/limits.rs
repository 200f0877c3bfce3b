//! How much, how fast?

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::invalid::{Invalid, quoted, word_as_text};

/// So many requests in so much time, written `600/minute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests, 1 to 1,000,000,000.
    pub requests: u32,
    /// The window in seconds: 1, 60, 3600 or 86400.
    pub seconds: u32,
}

const WINDOWS: [(&str, u32); 4] = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)];

impl FromStr for Rate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.split_once('/')
            .and_then(|(count, window)| {
                let requests = count.parse().ok().filter(|n| (1..=1_000_000_000).contains(n))?;
                let (_, seconds) = WINDOWS.into_iter().find(|(name, _)| *name == window)?;
                count.bytes().all(|b| b.is_ascii_digit()).then_some(Self { requests, seconds })
            })
            .ok_or_else(|| {
                Invalid::new(format!(
                    "{} is no rate; write a number and second, minute, hour or day, such as 600/minute",
                    quoted(text)
                ))
            })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let window = WINDOWS.iter().find(|(_, seconds)| *seconds == self.seconds).map_or("second", |(name, _)| name);
        write!(f, "{}/{window}", self.requests)
    }
}

word_as_text!(Rate);

/// The limits of a version, counted per consumer: per application, person or (where anyone may call) address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The long-run rate.
    pub per_consumer: Rate,
    /// How many requests may come at once above the even pace.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_consumer: Rate { requests: 600, seconds: 60 }, burst: 50 }
    }
}
