//! What are the groups of standards called?
//!
//! The first part of a standard's id names its group; here are the words for people.

use hansom_standards::{Rule, rules};

/// A group of standards.
#[derive(Debug)]
pub(crate) struct Family {
    /// `URL`
    pub(crate) code: &'static str,
    /// `Addresses`
    pub(crate) title: &'static str,
    /// The standards, in the order of the catalogue.
    pub(crate) rules: Vec<&'static Rule>,
}

const TITLES: [(&str, &str); 20] = [
    ("META", "What the catalogue must know"),
    ("OAS", "The contract itself"),
    ("URL", "Addresses"),
    ("NAME", "Names"),
    ("METH", "Methods"),
    ("STAT", "Status codes"),
    ("ERR", "Errors"),
    ("DATA", "Data"),
    ("TIME", "Dates and times"),
    ("PAGE", "Paging"),
    ("CACHE", "Caching"),
    ("RATE", "Limits"),
    ("VER", "Versions and change"),
    ("LIFE", "Deprecation and the end"),
    ("SEC", "Transport and browsers"),
    ("AUTH", "Access and tokens"),
    ("PRIV", "Personal data"),
    ("OPS", "Operations"),
    ("DISC", "Discovery"),
    ("HUM", "What only people can judge"),
];

/// The title of the group that a standard belongs to.
pub(crate) fn title(rule: &Rule) -> &'static str {
    title_of(rule.chapter())
}

/// The groups that have one of these standards, in the order of the catalogue.
pub(crate) fn families(wanted: impl Fn(&Rule) -> bool) -> Vec<Family> {
    let mut families: Vec<Family> = vec![];
    for rule in rules::ALL.iter().copied().filter(|rule| wanted(rule)) {
        match families.iter_mut().find(|family| family.code == rule.chapter()) {
            Some(family) => family.rules.push(rule),
            None => families.push(Family { code: rule.chapter(), title: title(rule), rules: vec![rule] }),
        }
    }
    families
}

fn title_of(code: &'static str) -> &'static str {
    TITLES.iter().find(|(known, _)| *known == code).map_or(code, |(_, title)| title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_a_name_for_people_and_none_is_named_in_vain() {
        let families = families(|_| true);
        for family in &families {
            assert_ne!(family.title, family.code, "write the title of {} into TITLES", family.code);
        }
        assert_eq!(families.len(), TITLES.len());
        assert_eq!(families.iter().map(|family| family.rules.len()).sum::<usize>(), rules::ALL.len());
    }
}
