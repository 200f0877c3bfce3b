//! Query parameters are written in one casing.
//!
//! Every name in the query follows the casing of the profile: snake_case (`tenancy_id`) unless it says otherwise. Each
//! part of a name with brackets or dots is judged by itself: `filter[due_by]`.
//!
//! # Why
//!
//! Names are case-sensitive. A filter that is misspelt by one capital is ignored, and the answer is the whole list,
//! which looks right.
//!
//! # What to do
//!
//! Write the name in the profile's casing. In an API that is in use, take both for a while and deprecate the old one.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - name: tenancyId # wrong
//!           in: query
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - name: tenancy_id
//!           in: query
//!         - name: filter[due_by]
//!           in: query
//! ```
//!
//! # Sources
//!
//! - Hackney, API playbook: snake_case for query parameters
//! - Zalando, RESTful API Guidelines: rule 130
//! - Logius, API Design Rules: `query-keys-camel-case` (which asks for the opposite)

use crate::{
    casing::Casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "NAME-01",
    name: "query-key-casing",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter { name: "casing", default: r#""snake_case""#, about: "snake_case, camelCase or kebab-case" },
        Parameter { name: "exempt", default: "[]", about: "names that may be written otherwise" },
    ],
    check: Some(check),
    text: include_str!("query_key_casing.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let casing = Casing::named(settings.text("casing")).unwrap_or(Casing::Snake);
    for parameter in survey.parameters.iter().filter(|parameter| parameter.location == "query" && !parameter.answers) {
        let exempt = settings.list("exempt").any(|name| name == parameter.name);
        let parts = parameter.name.split(['[', ']', '.']).map(|part| part.trim_start_matches(['$', '@']));
        let fits = parameter.name.split(['[', ']', '.']).any(|part| !part.is_empty())
            && parts.filter(|part| !part.is_empty()).all(|part| casing.fits(part));
        found.expect(exempt || fits, || {
            let place = parameter.node.get("name").unwrap_or(parameter.node);
            let what = format!("the query parameter {} is not {}", quoted(parameter.name), casing.as_str());
            Complaint::at(place, what).mend(format!("write {}", quoted(&casing.of(parameter.name))))
        });
    }
}
