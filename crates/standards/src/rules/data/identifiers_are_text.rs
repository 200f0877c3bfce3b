//! Identifiers that may begin with a nought are texts with a pattern.
//!
//! Properties and parameters that are called like one of the identifiers that the parameter `names` lists (UPRN, NHS
//! number, sort code, telephone number and so on, in any casing, also at the end of a longer name) are of type `string`
//! and have a `pattern`, a closed list of values or a format. Identifiers of one's own are not judged: whether they can
//! begin with a nought, nobody sees from their name.
//!
//! # Why
//!
//! Read as a number, 00023010 becomes 23010 and is another account. Large numbers lose their last digits in JavaScript,
//! and nobody calculates with an identifier.
//!
//! # What to do
//!
//! Make it `type: string` with the `pattern` of the register that gives it out: `^[0-9]{1,12}$` for a UPRN.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /properties/{uprn}:
//!     get:
//!       parameters:
//!         - name: uprn
//!           in: path
//!           required: true
//!           schema: # wrong
//!             type: integer
//!       responses: { '200': { description: The property } }
//! components:
//!   schemas:
//!     Account:
//!       type: object
//!       properties:
//!         sortCode: # wrong
//!           type: string
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /properties/{uprn}:
//!     get:
//!       parameters:
//!         - { name: uprn, in: path, required: true, schema: { type: string, pattern: '^[0-9]{1,12}$' } }
//!       responses: { '200': { description: The property } }
//! components:
//!   schemas:
//!     Account:
//!       type: object
//!       properties:
//!         sortCode: { type: string, pattern: '^[0-9]{6}$' }
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `id-numer`
//! - GeoPlace, the Unique Property Reference Number: up to twelve digits
//! - Hackney, API Playbook: identifiers are made of letters, digits and `:._-`

use crate::{
    casing::plain,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-08",
    name: "identifiers-are-text",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "names",
        default: r#"["uprn", "usrn", "nhs number", "sort code", "account number", "company number", "vat number", "payroll number", "phone number", "telephone", "telephone number", "mobile number", "fax number"]"#,
        about: "names of identifiers that may begin with a nought",
    }],
    check: Some(check),
    text: include_str!("identifiers_are_text.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let names: Vec<String> = settings.list("names").map(plain).collect();
    for parameter in &survey.parameters {
        if let Some(schema) = parameter.node.get("schema").filter(|_| is_identifier(parameter.name, &names)) {
            identifier(survey, parameter.name, schema, found);
        }
    }
    for schema in &survey.schemas {
        for (name, property) in entries(schema.node, "properties") {
            if is_identifier(name, &names) {
                identifier(survey, name, property, found);
            }
        }
    }
}

fn is_identifier(name: &str, names: &[String]) -> bool {
    let name = plain(name);
    names.iter().any(|identifier| name.ends_with(identifier.as_str()))
}

fn identifier<'d>(survey: &Survey<'d>, name: &str, schema: Node<'d>, found: &mut Found<'d>) {
    let shape = Shape::with_branches(survey, schema);
    let number = shape.may_be("integer") || shape.may_be("number");
    if !number && !shape.may_be("string") {
        return;
    }
    let patterned = shape.has_any(&["pattern", "enum", "const", "format"]);
    found.expect(!number && patterned, || {
        let so = if number { "is a number" } else { "is a text without a pattern" };
        Complaint::at_key(schema, format!("the identifier {} {so}", quoted(name)))
    });
}
