//! How does a caller stand with all the limits that hold for it, and how is that told?
//!
//! By `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), with one item for each limit, and for older
//! clients by the three fields that begin with `X-RateLimit-`, which speak of the strictest limit alone.

use std::cmp::Reverse;

use super::plan::{Kind, Line, MOST_POLICIES, Policy};

const LONGEST_TEXT: usize = 640;

/// What is left of one limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    pub(crate) requests: u64,
    /// Until all of it is there again.
    pub(crate) seconds: u64,
}

/// How a caller stands with all limits that hold for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'s> {
    line: &'s Line,
    left: [Left; MOST_POLICIES],
    strictest: usize,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached {
    kind: Kind,
    quota: u64,
    seconds: u32,
    pub(crate) retry_after_seconds: u64,
}

impl<'s> Standing<'s> {
    /// `refusing` is the place of the limit that refuses; where none does, the one with the least left is the strictest.
    pub(crate) fn new(line: &'s Line, left: [Left; MOST_POLICIES], refusing: Option<usize>) -> Self {
        let by_least = || {
            let places = left.iter().take(line.policies.len()).enumerate();
            places.min_by_key(|(_, left)| (left.requests, Reverse(left.seconds))).map_or(0, |(place, _)| place)
        };
        Self { line, left, strictest: refusing.unwrap_or_else(by_least) }
    }

    /// Writes its fields. Each is written once, and nothing that an upstream says takes their place.
    pub(crate) fn fields(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        put("ratelimit-policy", self.line.text.as_bytes());
        let mut text = Text::default();
        for (policy, left) in self.line.policies.iter().zip(&self.left) {
            let separator = if text.length == 0 { "" } else { ", " };
            text.push(separator.as_bytes());
            text.push(policy.opening.as_bytes());
            text.push_number(left.requests);
            text.push(b";t=");
            text.push_number(left.seconds);
        }
        put("ratelimit", text.as_bytes());
        let (Some(policy), Some(left)) = (self.line.policies.get(self.strictest), self.left.get(self.strictest)) else {
            return;
        };
        for (name, number) in [
            ("x-ratelimit-limit", policy.quota),
            ("x-ratelimit-remaining", left.requests),
            ("x-ratelimit-reset", left.seconds),
        ] {
            put(name, itoa::Buffer::new().format(number).as_bytes());
        }
    }
}

impl Reached {
    pub(crate) fn new(policy: &Policy, retry_after_seconds: u64) -> Self {
        Self { kind: policy.kind, quota: policy.quota, seconds: policy.seconds, retry_after_seconds }
    }

    /// What the caller is told.
    pub(crate) fn sentence(&self) -> String {
        let Self { quota, seconds, retry_after_seconds: wait, .. } = self;
        let rate = |whose: &str| format!("The limit{whose} is {quota} requests in {seconds} seconds. Wait {wait} s.");
        match self.kind {
            Kind::Consumer => rate(""),
            Kind::Person => rate(" of each person"),
            Kind::Address => rate(" of each address"),
            Kind::Operation => rate(" of this operation"),
            Kind::Day => format!(
                "The quota of {quota} requests a day is used up. The next day begins at 00:00 UTC, in {wait} s."
            ),
            Kind::Month => {
                format!(
                    "The quota of {quota} requests a month is used up. The next month begins at 00:00 UTC, in {wait} s."
                )
            }
        }
    }
}

/// Text on the stack. What does not fit is left out; the bound above leaves room for the longest there can be.
struct Text {
    bytes: [u8; LONGEST_TEXT],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: [0; LONGEST_TEXT], length: 0 }
    }
}

impl Text {
    fn push(&mut self, more: &[u8]) {
        let end = self.length.saturating_add(more.len());
        if let Some(space) = self.bytes.get_mut(self.length..end) {
            space.copy_from_slice(more);
            self.length = end;
        }
    }

    fn push_number(&mut self, number: u64) {
        self.push(itoa::Buffer::new().format(number).as_bytes());
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use hansom_domain::Limit;

    use super::*;

    #[test]
    fn rfc_draft_ratelimit_10_fields_have_one_item_for_each_limit_and_the_trio_speaks_of_the_strictest() {
        let limit = Limit { rate: "600/minute".parse().unwrap(), burst: 50 };
        let line =
            Line::new(vec![Policy::rate(Kind::Consumer, "default", limit), Policy::quota(Kind::Day, "day", u64::MAX)]);
        let mut left = [Left::default(); MOST_POLICIES];
        left[0] = Left { requests: 49, seconds: 3 };
        left[1] = Left { requests: u64::MAX - 1, seconds: 0 };
        let told = |refusing| {
            let mut told = vec![];
            let mut put =
                |name: &'static str, value: &[u8]| told.push(format!("{name}: {}", String::from_utf8_lossy(value)));
            Standing::new(&line, left, refusing).fields(&mut put);
            told
        };
        let max = u64::MAX;
        let common = [
            format!("ratelimit-policy: \"default\";q=600;w=60, \"day\";q={max};w=86400"),
            format!("ratelimit: \"default\";r=49;t=3, \"day\";r={};t=0", max - 1),
        ];
        let trio = ["x-ratelimit-limit: 600", "x-ratelimit-remaining: 49", "x-ratelimit-reset: 3"].map(str::to_owned);
        assert_eq!(told(None), [&common[..], &trio[..]].concat());
        assert_eq!(told(Some(1))[2], format!("x-ratelimit-limit: {max}"));
    }

    #[test]
    fn the_longest_fields_that_there_can_be_fit() {
        let limit = Limit { rate: "1000000000/day".parse().unwrap(), burst: 1_000_000_000 };
        let mut policies: Vec<_> = [Kind::Consumer, Kind::Person, Kind::Address]
            .into_iter()
            .map(|kind| Policy::rate(kind, "address", limit))
            .collect();
        policies.push(Policy::of_operation(&"o".repeat(80), limit));
        policies.extend([Policy::quota(Kind::Day, "day", u64::MAX), Policy::quota(Kind::Month, "month", u64::MAX)]);
        let line = Line::new(policies);
        let left = [Left { requests: u64::MAX, seconds: u64::MAX }; MOST_POLICIES];
        let mut longest = String::new();
        Standing::new(&line, left, None).fields(&mut |name, value| {
            if name == "ratelimit" {
                longest = String::from_utf8_lossy(value).into_owned();
            }
        });
        assert_eq!(longest.matches(&format!(";t={}", u64::MAX)).count(), MOST_POLICIES, "{longest}");
    }
}
