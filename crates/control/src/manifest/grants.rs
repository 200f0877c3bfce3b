//! What does a manifest say of grants?

use hansom_standards::Node;

use super::Reader;
use crate::terms::GrantTerms;

/// How grants for an API are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granting {
    /// A grant lasts so many months at most; as long as the platform allows, if it does not say.
    pub longest_months: Option<u16>,
    /// Whether requests for the sandbox may be granted at once.
    pub sandbox_at_once: bool,
}

impl Default for Granting {
    fn default() -> Self {
        Self { longest_months: None, sandbox_at_once: true }
    }
}

impl Granting {
    /// A grant lasts so many months at most, as API and platform allow.
    pub(crate) fn longest(&self, terms: &GrantTerms) -> u16 {
        self.longest_months.map_or(terms.most_months, |months| months.min(terms.most_months)).max(1)
    }
}

impl Reader {
    pub(super) fn granting(&mut self, root: Node<'_>) -> Granting {
        let mut granting = Granting::default();
        let Some(node) = root.get("grants") else { return granting };
        if self.known_keys(node, &["longest_months", "sandbox"]).is_none() {
            return granting;
        }
        if let Some(found) = node.get("longest_months") {
            granting.longest_months = found
                .as_i64()
                .and_then(|months| u16::try_from(months).ok())
                .filter(|months| (1..=120).contains(months));
            if granting.longest_months.is_none() {
                self.complain(found.place(), "`longest_months` is no number of months", "write a number from 1 to 120");
            }
        }
        if let Some(found) = node.get("sandbox") {
            match found.as_str() {
                Some("at_once") => granting.sandbox_at_once = true,
                Some("decided") => granting.sandbox_at_once = false,
                _ => self.complain(found.place(), "`sandbox` is none of its two words", "write at_once or decided"),
            }
        }
        granting
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_manifest;
    use super::*;

    fn read(grants: &str) -> Result<Granting, String> {
        let text = format!(
            "api: repairs\nowner: a@b.example\nkind: platform\naudience: internal\nstatus: beta\n\
             contract: openapi.yaml\nenvironments: {{ sandbox: {{ mock: true }} }}\n\
             access: [{{ operations: [\"*\"], applications: granted }}]\n{grants}"
        );
        let read = read_manifest(&text).map(|manifest| manifest.grants);
        read.map_err(|faults| faults.iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect())
    }

    #[test]
    fn a_manifest_bounds_grants_and_may_have_the_sandbox_decided() {
        let terms = GrantTerms::default();
        assert_eq!(read(""), Ok(Granting::default()));
        let bounded = read("grants: { longest_months: 6, sandbox: decided }").unwrap();
        assert_eq!((bounded.longest(&terms), bounded.sandbox_at_once), (6, false));
        assert_eq!(read("grants: { longest_months: 60 }").unwrap().longest(&terms), 24, "the platform's bound holds");
        for wrong in ["{ longest_months: 0 }", "{ longest_months: soon }", "{ sandbox: maybe }", "{ forever: true }"] {
            assert!(read(&format!("grants: {wrong}")).is_err(), "{wrong}");
        }
    }
}
