//! How much, how fast?

use std::{collections::BTreeMap, fmt, str::FromStr};

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

impl Rate {
    /// The word for the window: `minute`.
    pub fn window(self) -> &'static str {
        WINDOWS.iter().find(|(_, seconds)| *seconds == self.seconds).map_or("second", |(name, _)| name)
    }
}

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
        write!(f, "{}/{}", self.requests, self.window())
    }
}

word_as_text!(Rate);

/// A rate, and how many requests may come at once above its even pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The long-run rate.
    pub rate: Rate,
    /// How many requests may come at once above the even pace.
    pub burst: u32,
}

impl Limit {
    /// A rate with the burst that holds where none is written: a whole window's requests at once, but not more than 51.
    pub fn of(rate: Rate) -> Self {
        Self { rate, burst: rate.requests.saturating_sub(1).min(50) }
    }
}

/// The limits of a version. Several hold at once; the strictest of them refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The long-run rate of each consumer: of each application, person or (where anyone may call) address.
    pub per_consumer: Rate,
    /// How many requests of a consumer may come at once above the even pace.
    pub burst: u32,
    /// What holds for each person besides.
    #[serde(default)]
    pub per_person: Option<Limit>,
    /// What holds for each address besides, whoever calls from it.
    #[serde(default)]
    pub per_address: Option<Limit>,
    /// What holds for each consumer of an operation besides, by the operation's id.
    #[serde(default)]
    pub operations: BTreeMap<String, Limit>,
    /// Bytes that a request's body may have; else what the platform takes.
    #[serde(default)]
    pub body: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_consumer: Rate { requests: 600, seconds: 60 },
            burst: 50,
            per_person: None,
            per_address: None,
            operations: BTreeMap::new(),
            body: None,
        }
    }
}

impl fmt::Display for Limits {
    /// For people: `600 requests a minute, and 50 more at once; of each person 60 a minute`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rate { requests, .. } = self.per_consumer;
        write!(f, "{requests} requests a {}, and {} more at once", self.per_consumer.window(), self.burst)?;
        for (whose, limit) in [("each person", self.per_person), ("each address", self.per_address)] {
            if let Some(Limit { rate, .. }) = limit {
                write!(f, "; of {whose} {} a {}", rate.requests, rate.window())?;
            }
        }
        for (operation, Limit { rate, .. }) in &self.operations {
            write!(f, "; of {operation} {} a {}", rate.requests, rate.window())?;
        }
        Ok(())
    }
}

/// How many calls each application or person has in a whole day and a whole month, by UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotas {
    /// Calls from 00:00 UTC to 24:00 UTC.
    pub per_day: Option<u64>,
    /// Calls from the first of a month, 00:00 UTC, to its end.
    pub per_month: Option<u64>,
}

impl fmt::Display for Quotas {
    /// For people: `10000 calls a day, 200000 a month`; nothing where there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.per_day, self.per_month) {
            (None, None) => Ok(()),
            (Some(day), None) => write!(f, "{day} calls a day"),
            (None, Some(month)) => write!(f, "{month} calls a month"),
            (Some(day), Some(month)) => write!(f, "{day} calls a day, {month} a month"),
        }
    }
}

/// Which pages of other origins may call a version from a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossOrigin {
    /// Origins as browsers send them, such as `https://www.hackney.example`; or `*` alone.
    pub origins: Vec<String>,
    /// Whether browsers may send what they keep of the user; never with `*`.
    pub credentials: bool,
    /// How long a browser may remember the answer to a preflight.
    pub max_age_seconds: u32,
}
