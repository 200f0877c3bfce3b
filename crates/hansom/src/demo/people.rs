//! Who lives in the demo's town?

use hansom_domain::GroupAddress;

/// A member of staff of the demo council, as its identity provider and its directory know them.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// The provider's `sub`: never reused, says nothing about the person.
    pub subject: &'static str,
    /// The e-mail address.
    pub email: &'static str,
    /// The full name.
    pub name: &'static str,
    /// Every group the person is in, with nested groups already followed.
    pub groups: Vec<String>,
}

/// Everybody one can sign in as. Nobody is in every group, so that each of them meets a door that stays shut.
pub fn people() -> Vec<DemoPerson> {
    let person = |subject, email, name, groups: &[&str]| DemoPerson {
        subject,
        email,
        name,
        groups: groups.iter().map(ToString::to_string).collect(),
    };
    vec![
        person(
            "104417250038861920011",
            "amina.yusuf@hackney.example",
            "Amina Yusuf",
            &["housing-officers@hackney.example"],
        ),
        person(
            "104417250038861920028",
            "ben.carter@hackney.example",
            "Ben Carter",
            &["digital-services@hackney.example"],
        ),
        person(
            "104417250038861920035",
            "chloe.martin@hackney.example",
            "Chloe Martin",
            &["housing-repairs@hackney.example"],
        ),
        person(
            "104417250038861920042",
            "dev.patel@hackney.example",
            "Dev Patel",
            &["income-services@hackney.example", "revenues-officers@hackney.example"],
        ),
        person(
            "104417250038861920059",
            "esther.cole@hackney.example",
            "Esther Cole",
            &["waste-services@hackney.example", "contact-centre@hackney.example"],
        ),
        person(
            "104417250038861920066",
            "farid.rahman@hackney.example",
            "Farid Rahman",
            &["council-tax@hackney.example"],
        ),
        person("104417250038861920073", "grace.obi@hackney.example", "Grace Obi", &["api-platform@hackney.example"]),
        person("104417250038861920080", "hana.lind@hackney.example", "Hana Lind", &["api-standards@hackney.example"]),
    ]
}

/// The same people, the first of whom is in these groups, too: those of an API that somebody tries out.
pub fn people_joining(groups: &[GroupAddress]) -> Vec<DemoPerson> {
    let mut people = people();
    if let Some(first) = people.first_mut() {
        first.groups.extend(groups.iter().map(ToString::to_string));
    }
    people
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_has_a_subject_of_their_own_and_groups_that_are_addresses() {
        let people = people();
        let subjects: HashSet<_> = people.iter().map(|person| person.subject).collect();
        assert_eq!(subjects.len(), people.len());
        for group in people.iter().flat_map(|person| &person.groups) {
            assert!(group.parse::<GroupAddress>().is_ok(), "{group} is no group address");
        }
    }

    #[test]
    fn every_group_has_somebody_outside_it() {
        let people = people();
        for group in people.iter().flat_map(|person| &person.groups) {
            assert!(people.iter().any(|person| !person.groups.contains(group)), "everybody is in {group}");
        }
    }
}
