//! Which limits hold for the callers of an operation?
//!
//! Worked out when a version is compiled, with the text of `RateLimit-Policy`, so that a request finds everything ready.

use std::{collections::HashMap, sync::Arc};

use hansom_domain::{Limit, Limits, Quotas, Rate};

use super::standing::Left;

const NANOS: u64 = 1_000_000_000;
const LONGEST_NAME: usize = 80;

/// At most so many limits hold for one request: one of each [`Kind`].
pub(crate) const MOST_POLICIES: usize = 6;

/// The plans of a version's operations.
pub(crate) struct Plans<'d> {
    usual: Arc<Plan>,
    special: HashMap<&'d str, Arc<Plan>>,
}

/// What holds for the callers of one operation.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) application: Line,
    pub(crate) person: Line,
    pub(crate) anonymous: Line,
}

/// What holds for one kind of callers of one operation.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) policies: Box<[Policy]>,
    /// The value of `RateLimit-Policy`.
    pub(crate) text: Box<str>,
    pub(crate) has_address: bool,
    pub(crate) has_quotas: bool,
}

/// One limit.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) kind: Kind,
    pub(crate) quota: u64,
    pub(crate) seconds: u32,
    pub(crate) pace: Pace,
    /// The item of `RateLimit` up to the number of what is left: `"default";r=`.
    pub(crate) opening: Box<str>,
    /// The operation's id, if it is of one.
    pub(crate) operation: Option<Arc<str>>,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Consumer,
    Person,
    Address,
    Operation,
    Day,
    Month,
}

/// The generic cell rate algorithm's two numbers, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// Between two requests at an even pace.
    pub(crate) step: u64,
    /// How far ahead of it a consumer may be before a request.
    pub(crate) tolerance: u64,
}

impl Pace {
    pub(crate) fn of(limit: Limit) -> Self {
        // Rounded up, so that a rate is never exceeded by a fraction.
        let window = u64::from(limit.rate.seconds).saturating_mul(NANOS);
        let step = window.div_ceil(u64::from(limit.rate.requests.max(1))).max(1);
        Self { step, tolerance: step.saturating_mul(u64::from(limit.burst)) }
    }

    /// The same for one of several nodes that count by themselves: each has its part of the rate. As its requests are further
    /// apart, the tolerance is its part of the burst, too; one request comes through it in any case.
    pub(super) fn among(self, nodes: u32) -> Self {
        Self { step: self.step.saturating_mul(u64::from(nodes)), ..self }
    }

    /// How far ahead a consumer can be after a request.
    pub(crate) fn room(self) -> u64 {
        self.tolerance.saturating_add(self.step)
    }
}

impl<'d> Plans<'d> {
    pub(crate) fn compile(limits: &'d Limits, quotas: Quotas) -> Self {
        let usual = Arc::new(Plan::compile(limits, quotas, None));
        let special = limits
            .operations
            .iter()
            .map(|(id, limit)| (id.as_str(), Arc::new(Plan::compile(limits, quotas, Some((id, *limit))))))
            .collect();
        Self { usual, special }
    }

    /// The plan of the operation with that id.
    pub(crate) fn of(&self, operation: &str) -> Arc<Plan> {
        Arc::clone(self.special.get(operation).unwrap_or(&self.usual))
    }
}

impl Plan {
    fn compile(limits: &Limits, quotas: Quotas, operation: Option<(&str, Limit)>) -> Self {
        let consumer = Limit { rate: limits.per_consumer, burst: limits.burst };
        let line = |is_person: bool, is_known: bool| {
            let mut policies = vec![Policy::rate(Kind::Consumer, "default", consumer)];
            let person = limits.per_person.filter(|_| is_person);
            policies.extend(person.map(|limit| Policy::rate(Kind::Person, "person", limit)));
            policies.extend(limits.per_address.map(|limit| Policy::rate(Kind::Address, "address", limit)));
            policies.extend(operation.map(|(id, limit)| Policy::of_operation(id, limit)));
            let quotas = if is_known { quotas } else { Quotas::default() };
            policies.extend(quotas.per_day.map(|calls| Policy::quota(Kind::Day, "day", calls)));
            policies.extend(quotas.per_month.map(|calls| Policy::quota(Kind::Month, "month", calls)));
            Line::new(policies)
        };
        Self { application: line(false, true), person: line(true, true), anonymous: line(false, false) }
    }
}

impl Line {
    pub(crate) fn new(policies: Vec<Policy>) -> Self {
        let has = |kind| policies.iter().any(|policy| policy.kind == kind);
        let (has_address, has_quotas) = (has(Kind::Address), has(Kind::Day) || has(Kind::Month));
        let items: Vec<String> = policies.iter().map(Policy::item).collect();
        Self { policies: policies.into(), text: items.join(", ").into(), has_address, has_quotas }
    }
}

impl Policy {
    pub(crate) fn rate(kind: Kind, name: &str, limit: Limit) -> Self {
        let Rate { requests, seconds } = limit.rate;
        Self {
            kind,
            quota: requests.into(),
            seconds,
            pace: Pace::of(limit),
            opening: format!("\"{name}\";r=").into(),
            operation: None,
        }
    }

    pub(crate) fn of_operation(id: &str, limit: Limit) -> Self {
        let is_plain =
            id.len() <= LONGEST_NAME && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\'));
        let name = if is_plain { format!("operation:{id}") } else { "operation".into() };
        Self { operation: Some(id.into()), ..Self::rate(Kind::Operation, &name, limit) }
    }

    pub(crate) fn quota(kind: Kind, name: &str, calls: u64) -> Self {
        // A month has no one length, so its window is not told.
        let seconds = if kind == Kind::Day { 86_400 } else { 0 };
        let opening = format!("\"{name}\";r=").into();
        Self { kind, quota: calls, seconds, pace: Pace::default(), opening, operation: None }
    }

    /// What one request takes at one of several nodes: time of a pace, or one call of a quota, which all count together.
    pub(crate) fn cost(&self, nodes: u32) -> u64 {
        if self.is_quota() { 1 } else { self.pace.among(nodes).step }
    }

    fn is_quota(&self) -> bool {
        matches!(self.kind, Kind::Day | Kind::Month)
    }

    /// How many seconds a caller has to wait who has used so much; none where one more request fits. A quota's period
    /// ends in `end` seconds.
    pub(crate) fn wait(&self, used: u64, end: u64) -> Option<u64> {
        if self.is_quota() {
            return (used >= self.quota).then_some(end.max(1));
        }
        let over = used.saturating_sub(self.pace.tolerance);
        (over > 0).then(|| over.div_ceil(NANOS).max(1))
    }

    /// What is left, at one of several nodes, to a caller who has used so much there.
    pub(crate) fn left(&self, used: u64, end: u64, nodes: u32) -> Left {
        if self.is_quota() {
            return Left { requests: self.quota.saturating_sub(used), seconds: end };
        }
        let pace = self.pace.among(nodes);
        let requests = pace.room().saturating_sub(used).checked_div(pace.step).unwrap_or_default();
        Left { requests, seconds: used.div_ceil(NANOS) }
    }

    /// Its item of `RateLimit-Policy`.
    fn item(&self) -> String {
        let name = self.opening.trim_end_matches(";r=");
        let window = if self.seconds > 0 { format!(";w={}", self.seconds) } else { String::new() };
        format!("{name};q={}{window}", self.quota)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str, burst: u32) -> Limit {
        Limit { rate: text.parse().unwrap(), burst }
    }

    #[test]
    fn rfc_draft_ratelimit_10_policy_names_each_limit_in_force_with_quota_and_window() {
        let mut limits = Limits { per_person: Some(limit("60/minute", 5)), ..Limits::default() };
        limits.per_address = Some(limit("1000/hour", 5));
        limits.operations =
            [("listRepairs".to_owned(), limit("10/second", 5)), ("\"odd\"".into(), limit("1/day", 0))].into();
        let quotas = Quotas { per_day: Some(10_000), per_month: Some(200_000) };
        let plans = Plans::compile(&limits, quotas);
        let (listing, other) = (plans.of("listRepairs"), plans.of("getRepair"));
        let default = "\"default\";q=600;w=60";
        let (address, calendar) = ("\"address\";q=1000;w=3600", "\"day\";q=10000;w=86400, \"month\";q=200000");
        let operation = "\"operation:listRepairs\";q=10;w=1";
        assert_eq!(*other.application.text, format!("{default}, {address}, {calendar}"));
        assert_eq!(*other.person.text, format!("{default}, \"person\";q=60;w=60, {address}, {calendar}"));
        assert_eq!(*other.anonymous.text, format!("{default}, {address}"), "nobody has no quota");
        assert_eq!(*listing.application.text, format!("{default}, {address}, {operation}, {calendar}"));
        assert!(plans.of("\"odd\"").anonymous.text.contains("\"operation\";q=1;w=86400"), "an odd name is not told");
    }

    #[test]
    fn a_pace_is_never_faster_than_its_rate() {
        for (text, step) in [("7/second", 142_857_143), ("1000000000/second", 1), ("1/day", 86_400 * NANOS)] {
            assert_eq!(Pace::of(limit(text, 0)).step, step, "{text}");
        }
        assert_eq!(Pace::of(limit("1/day", 1_000_000_000)).room(), u64::MAX, "a huge burst does not overflow");
    }
}
