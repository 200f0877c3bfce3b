//! What does a manifest say of limits and quotas?

use std::collections::BTreeMap;

use hansom_domain::{Limit, Limits, Quotas, Rate};
use hansom_standards::{Node, Place};

use super::Reader;

const MOST_OPERATIONS: usize = 500;
const MOST_BURST: u32 = 1_000_000_000;
const MOST_CALLS: u64 = 1_000_000_000_000;
const LARGEST_BODY: u64 = 1 << 40;
const UNITS: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

impl Reader {
    /// The limits; `named` takes the operations that they name, with the places.
    pub(super) fn limits(&mut self, root: Node<'_>, named: &mut Vec<(String, Place)>) -> Limits {
        let mut limits = Limits::default();
        let Some(node) = root.get("limits") else {
            return limits;
        };
        let keys = ["per_consumer", "burst", "per_person", "per_address", "operations", "body"];
        if self.known_keys(node, &keys).is_none() {
            return limits;
        }
        if let Some(rate) = node.get("per_consumer").and_then(|rate| self.parsed::<Rate>(rate, "per_consumer")) {
            limits.per_consumer = rate;
        }
        if let Some(burst) = node.get("burst").and_then(|burst| self.burst(burst)) {
            limits.burst = burst;
        }
        limits.per_person = node.get("per_person").and_then(|limit| self.limit(limit, "per_person"));
        limits.per_address = node.get("per_address").and_then(|limit| self.limit(limit, "per_address"));
        limits.operations = node.get("operations").map(|map| self.of_operations(map, named)).unwrap_or_default();
        limits.body = node.get("body").and_then(|size| self.size(size));
        limits
    }

    fn of_operations(&mut self, map: Node<'_>, named: &mut Vec<(String, Place)>) -> BTreeMap<String, Limit> {
        let mut limits = BTreeMap::new();
        if map.entries().next().is_none() || map.entries().count() > MOST_OPERATIONS {
            self.complain(
                map.place(),
                format!("`operations` is no map of 1 to {MOST_OPERATIONS} operations to rates"),
                "write a map such as { listRepairs: 60/minute }",
            );
            return limits;
        }
        for (key, value) in map.entries() {
            named.push((key.text.to_string(), key.place()));
            if let Some(limit) = self.limit(value, "operations") {
                limits.insert(key.text.to_string(), limit);
            }
        }
        limits
    }

    /// A rate, or a map of a rate and a burst.
    fn limit(&mut self, node: Node<'_>, key: &str) -> Option<Limit> {
        if node.entries().next().is_none() {
            return self.parsed(node, key).map(Limit::of);
        }
        self.known_keys(node, &["rate", "burst"])?;
        let rate = self.needed(node, "rate").and_then(|rate| self.parsed(rate, "rate"))?;
        let limit = Limit::of(rate);
        let burst = node.get("burst").map_or(Some(limit.burst), |burst| self.burst(burst))?;
        Some(Limit { burst, ..limit })
    }

    fn burst(&mut self, node: Node<'_>) -> Option<u32> {
        let burst = node.as_i64().and_then(|burst| u32::try_from(burst).ok()).filter(|burst| *burst <= MOST_BURST);
        if burst.is_none() {
            self.complain(node.place(), "`burst` is no whole number", "write a number such as 50");
        }
        burst
    }

    fn size(&mut self, node: Node<'_>) -> Option<u64> {
        let in_units = |text: &str| {
            let (number, unit) = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            is_number.then_some(number)?.parse::<u64>().ok()?.checked_mul(unit)
        };
        let plain = node.as_i64().and_then(|bytes| u64::try_from(bytes).ok());
        let size = plain.or_else(|| node.as_str().and_then(in_units)).filter(|size| (1..=LARGEST_BODY).contains(size));
        if size.is_none() {
            self.complain(node.place(), "`body` is no size", "write a number of bytes, or one such as 64KiB or 1MiB");
        }
        size
    }

    /// The quotas; none where none are written.
    pub(super) fn quotas(&mut self, root: Node<'_>) -> Quotas {
        let mut quotas = Quotas::default();
        let Some(node) = root.get("quotas") else {
            return quotas;
        };
        if self.known_keys(node, &["per_day", "per_month"]).is_some() {
            quotas.per_day = self.calls(node, "per_day");
            quotas.per_month = self.calls(node, "per_month");
        }
        if let Quotas { per_day: Some(day), per_month: Some(month) } = quotas
            && day > month
        {
            self.complain(
                node.place(),
                "more calls are allowed in a day than in the whole month",
                "make per_day smaller, or leave it out",
            );
        }
        quotas
    }

    fn calls(&mut self, node: Node<'_>, key: &str) -> Option<u64> {
        let found = node.get(key)?;
        let calls = found.as_i64().and_then(|calls| u64::try_from(calls).ok());
        let calls = calls.filter(|calls| (1..=MOST_CALLS).contains(calls));
        if calls.is_none() {
            self.complain(found.place(), format!("`{key}` is no number of calls"), "write a number such as 10000");
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_manifest;
    use super::*;

    const REST: &str = "api: repairs\nowner: a@b.example\nkind: platform\naudience: internal\nstatus: beta\n\
        contract: openapi.yaml\nenvironments: { sandbox: { mock: true } }\n\
        access: [{ operations: [\"*\"], applications: granted }]\n";

    fn limit(rate: &str, burst: u32) -> Limit {
        Limit { rate: rate.parse().unwrap(), burst }
    }

    #[test]
    fn a_manifest_says_what_holds_for_whom() {
        let manifest = read_manifest(&format!(
            "{REST}limits:\n  per_consumer: 600/minute\n  burst: 50\n  per_person: 60/minute\n  \
             per_address: {{ rate: 5/day, burst: 0 }}\n  operations: {{ listRepairs: 3/second }}\n  body: 64KiB\n\
             quotas: {{ per_day: 10000, per_month: 200000 }}\n"
        ))
        .unwrap();
        let limits = &manifest.limits;
        assert_eq!(limits.per_person, Some(limit("60/minute", 50)));
        assert_eq!(limits.per_address, Some(limit("5/day", 0)));
        assert_eq!(limits.operations, [("listRepairs".to_owned(), limit("3/second", 2))].into());
        assert_eq!(limits.body, Some(65_536));
        assert_eq!(manifest.quotas, Quotas { per_day: Some(10_000), per_month: Some(200_000) });
        let named: Vec<_> = manifest.named_operations.iter().map(|(id, place)| (id.as_str(), place.line)).collect();
        assert_eq!(named, [("listRepairs", 14)], "so that an operation that is not in the contract is found");
        assert_eq!(read_manifest(REST).unwrap().limits, Limits::default());
    }

    #[test]
    fn what_is_no_limit_is_refused_at_its_line() {
        for (text, what) in [
            ("limits: { per_user: 6/minute }", "`per_user` is no key"),
            ("limits: { per_person: 6 }", "is no"),
            ("limits: { per_person: { burst: 6 } }", "`rate` is missing"),
            ("limits: { per_address: { rate: 6/minute, burst: -1 } }", "`burst` is no whole number"),
            ("limits: { operations: {} }", "`operations` is no map"),
            ("limits: { operations: { list: 6/week } }", "is no rate"),
            ("limits: { body: 1MB }", "`body` is no size"),
            ("limits: { body: 0 }", "`body` is no size"),
            ("limits: { body: -1 }", "`body` is no size"),
            ("limits: { body: +1KiB }", "`body` is no size"),
            ("limits: { body: 99999999999999GiB }", "`body` is no size"),
            ("quotas: { per_day: 0 }", "`per_day` is no number of calls"),
            ("quotas: { per_year: 5 }", "`per_year` is no key"),
            ("quotas: { per_day: 5, per_month: 4 }", "more calls are allowed in a day"),
        ] {
            let faults = read_manifest(&format!("{REST}{text}")).unwrap_err();
            let told: Vec<_> = faults.iter().map(|fault| (fault.line, fault.what.as_str())).collect();
            assert!(told.iter().any(|(line, told)| *line == 9 && told.contains(what)), "{text}: {told:?}");
        }
    }
}
