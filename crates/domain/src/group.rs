//! Which people, taken together?

use std::{fmt, str::FromStr, sync::Arc};

use crate::invalid::{Invalid, quoted, word_as_text};

/// A group by its e-mail-like address, `housing-officers@hackney.example`; kept in lower case, at most 254 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupAddress(Arc<str>);

impl GroupAddress {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+')
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

impl FromStr for GroupAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = text.len() <= 254
            && text.split_once('@').is_some_and(|(name, domain)| {
                !name.is_empty() && name.len() <= 64 && name.bytes().all(is_name_byte) && is_domain(domain)
            });
        if !fits {
            return Err(Invalid::new(format!(
                "{} is no group address; write it like housing-officers@hackney.example",
                quoted(text)
            )));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for GroupAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

word_as_text!(GroupAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_an_address_and_case_does_not_matter() {
        let group: GroupAddress = "Housing-Officers@Hackney.Example".parse().unwrap();
        assert_eq!(group.as_str(), "housing-officers@hackney.example");
        for bad in [
            "",
            "officers",
            "@hackney.example",
            "a@b",
            "a b@c.example",
            "a@b@c.example",
            "a@.example",
            "a@-x.example",
            "<a@b.example>",
            "a@b.example\n",
        ] {
            assert!(bad.parse::<GroupAddress>().is_err(), "{bad:?} must be refused");
        }
    }
}
