//! What does a manifest say of a version's end?

use std::{fmt, str::FromStr};

use hansom_domain::{ApiSlug, Invalid, Major, Status, Timestamp};
use hansom_standards::{Node, Place, difference::Day};

use super::Reader;

/// What to use in place of a version that is deprecated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Successor {
    /// Nothing: what it did is not done any more.
    Nothing,
    /// Another version of the same API.
    Version(Major),
    /// A version of another API.
    Other(ApiSlug, Major),
    /// Something outside of the platform.
    Address(String),
}

/// When a version ends, and what comes after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The day on which it stops answering.
    pub sunset: Option<Timestamp>,
    /// What to use in its place.
    pub successor: Option<Successor>,
    /// Where the manifest speaks of it.
    pub(crate) place: Place,
}

impl FromStr for Successor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let no_successor = || {
            Invalid::new(
                "this is neither a version nor an address; write v2, another-api/v1, an address that begins with https://, \
                 or none",
            )
        };
        if text == "none" {
            return Ok(Self::Nothing);
        }
        if text.contains("://") {
            let is_plain =
                text.len() <= 500 && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte));
            let url = url::Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.host().is_some());
            let url = url.filter(|url| is_plain && url.username().is_empty() && url.password().is_none());
            return url.map(|_| Self::Address(text.to_owned())).ok_or_else(no_successor);
        }
        match text.split_once('/') {
            Some((api, major)) => {
                Ok(Self::Other(api.parse().map_err(|_| no_successor())?, major.parse().map_err(|_| no_successor())?))
            }
            None => text.parse().map(Self::Version).map_err(|_| no_successor()),
        }
    }
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("none"),
            Self::Version(major) => write!(f, "{major}"),
            Self::Other(api, major) => write!(f, "{api}/{major}"),
            Self::Address(address) => f.write_str(address),
        }
    }
}

impl Reader {
    /// What is said of the end; only what is deprecated or retired has one.
    pub(super) fn ending(&mut self, root: Node<'_>, status: Option<Status>) -> Ending {
        let place = ["sunset", "successor", "status"].iter().find_map(|key| root.get(key)).unwrap_or(root).place();
        let ends = status.is_none_or(|status| matches!(status, Status::Deprecated | Status::Retired));
        for key in ["sunset", "successor"] {
            if let Some(node) = root.get(key).filter(|_| !ends) {
                self.complain(
                    node.place(),
                    format!("`{key}` is said of a version that is not deprecated"),
                    "take the key out, or write status: deprecated",
                );
            }
        }
        Ending {
            sunset: root.get("sunset").and_then(|node| self.sunset(node)),
            successor: root.get("successor").and_then(|node| self.parsed(node, "successor")),
            place,
        }
    }

    fn sunset(&mut self, node: Node<'_>) -> Option<Timestamp> {
        let day = node.as_str().filter(|text| text.len() == 10).and_then(Day::parse);
        if day.is_none() {
            self.complain(node.place(), "`sunset` is no day", "write a day such as 2027-04-01");
        }
        day.map(|day| Timestamp::from_seconds(day.days_after(Day::of_seconds(0)) * 86_400))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_manifest;
    use super::*;

    fn read(status: &str) -> Result<Ending, String> {
        let text = format!(
            "api: repairs\nowner: a@b.example\nkind: platform\naudience: internal\ncontract: openapi.yaml\n\
             environments: {{ sandbox: {{ mock: true }} }}\n\
             access: [{{ operations: [\"*\"], applications: granted }}]\nstatus: {status}"
        );
        let read = read_manifest(&text).map(|manifest| manifest.ending);
        read.map_err(|faults| faults.iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect())
    }

    #[test]
    fn a_deprecated_version_says_until_when_and_what_instead() {
        let ending = read("deprecated\nsunset: 2027-04-01\nsuccessor: v2").unwrap();
        assert_eq!(ending.sunset, Some(Timestamp::from_seconds(1_806_537_600)));
        for successor in ["none", "v2", "tenancies/v1", "https://www.hackney.example/new"] {
            let read = read(&format!("retired\nsuccessor: {successor}")).unwrap().successor.unwrap();
            assert_eq!(read.to_string(), successor);
        }
    }

    #[test]
    fn what_is_no_end_is_refused_at_its_line() {
        for (wrong, what) in [
            ("live\nsunset: 2027-04-01", "is said of a version that is not deprecated"),
            ("beta\nsuccessor: v2", "is said of a version that is not deprecated"),
            ("deprecated\nsunset: 2027-02-30", "`sunset` is no day"),
            ("deprecated\nsunset: soon", "`sunset` is no day"),
            ("deprecated\nsunset: 20270401", "`sunset` is no day"),
            ("deprecated\nsuccessor: version two", "neither a version nor an address"),
            ("deprecated\nsuccessor: http://a.example/", "neither a version nor an address"),
            ("deprecated\nsuccessor: 'https://a.example/>x'", "neither a version nor an address"),
            ("deprecated\nsuccessor: https://me@a.example/", "neither a version nor an address"),
            ("deprecated\nsuccessor: ../v2", "neither a version nor an address"),
        ] {
            let told = read(wrong).unwrap_err();
            assert!(told.starts_with("9: ") && told.contains(what), "{wrong}: {told}");
        }
    }
}
