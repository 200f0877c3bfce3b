//! What everybody has is called what everybody calls it.
//!
//! People, addresses and money have a shared vocabulary: `givenName`, `familyName`, `dateOfBirth`, `postcode`,
//! `uprn`, … A property that means one of these is called by it, in the casing of the API.
//!
//! # Why
//!
//! A resident is in ten systems. If one says `surname`, one `lastName` and one `sname`, each consumer writes the same
//! table of translations.
//!
//! # What to do
//!
//! Use the shared word in the next major version, or from the start.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Tenant:
//!       properties:
//!         surname: { type: string } # wrong
//!         zipCode: { type: string } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Tenant:
//!       properties:
//!         familyName: { type: string }
//!         postcode: { type: string }
//! ```
//!
//! # Sources
//!
//! - AgID (Italy), OpenAPI rules: `use-recommended-names`
//! - Zalando, RESTful API Guidelines: rules 173, 174 and 249
//! - Belgif, REST guide: `oas-comdef`

use std::collections::HashMap;

use crate::{
    casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "NAME-05",
    name: "shared-vocabulary",
    level: Level::Information,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "words",
        default: r#"["firstName = givenName", "forename = givenName", "fname = givenName", "christianName = givenName", "surname = familyName", "lastName = familyName", "sname = familyName", "lname = familyName", "dob = dateOfBirth", "birthDate = dateOfBirth", "birthday = dateOfBirth", "zip = postcode", "zipCode = postcode", "postalCode = postcode", "emailAddress = email", "eMailAddress = email", "telephoneNumber = phone", "phoneNumber = phone", "telNo = phone", "addressLine1 = line1", "address1 = line1", "addressLine2 = line2", "address2 = line2", "uniquePropertyReferenceNumber = uprn", "niNumber = nationalInsuranceNumber", "nino = nationalInsuranceNumber", "currencyCode = currency"]"#,
        about: "`what some say = what all should say`",
    }],
    check: Some(check),
    text: include_str!("shared_vocabulary.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let words: HashMap<String, &str> = settings
        .list("words")
        .filter_map(|line| line.split_once('='))
        .map(|(some, all)| (casing::plain(some), all.trim()))
        .collect();
    for (name, node) in survey.schemas.iter().flat_map(|schema| entries(schema.node, "properties")) {
        let shared = words.get(&casing::plain(name)).copied();
        found.expect(shared.is_none(), || {
            let shared = quoted(shared.unwrap_or_default());
            Complaint::at_key(node, format!("{} is called {shared} elsewhere", quoted(name)))
        });
    }
}
