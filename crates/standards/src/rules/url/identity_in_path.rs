//! What identifies a thing stands in the path; what is done is the method.
//!
//! No `GET` has an identifier as its only required query parameter, and no query parameter chooses what is done
//! (`action`, `method`).
//!
//! # Why
//!
//! A thing with an address of its own can be linked, cached and guarded. Hidden in the query it is one more way to
//! call the list, and a proxy that logs or limits by path cannot tell reading from deleting.
//!
//! # What to do
//!
//! Move the identifier into the path: `/repairs/{repairId}`. Give each action its own method or resource.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repair:
//!     get:
//!       parameters:
//!         - name: repair_id # wrong
//!           in: query
//!           required: true
//!         - name: action # wrong
//!           in: query
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     get:
//!       parameters:
//!         - name: repairId
//!           in: path
//!           required: true
//!         - name: method
//!           in: query
//!           schema: { type: string, enum: [cash, card] }
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: query arguments
//! - Hackney, API playbook: sub-resources by path

use crate::{
    casing,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey},
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-07",
    name: "identity-in-path",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "identifiers",
            default: r#"["id", "uuid", "guid", "identifier"]"#,
            about: "last words of names that are identifiers",
        },
        Parameter {
            name: "actions",
            default: r#"["action", "method", "operation", "command", "cmd"]"#,
            about: "names of query parameters that choose what is done",
        },
    ],
    check: Some(check),
    text: include_str!("identity_in_path.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for operation in &survey.operations {
        found.applies();
        if operation.method == "get" {
            identifiers(operation, settings, found);
        }
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "query") {
            let named = settings.list("actions").any(|action| parameter.name.eq_ignore_ascii_case(action));
            if named && may_act(survey, parameter.node) {
                let place = parameter.node.get("name").unwrap_or(parameter.node);
                let what = format!("the query parameter {} chooses what is done", quoted(parameter.name));
                found.complain(Complaint::at(place, what));
            }
        }
    }
}

/// Whether a parameter's values may be actions: they are not listed, or one of them is a verb. A `method` of payment
/// lists `cash` and `card`.
fn may_act<'d>(survey: &Survey<'d>, parameter: Node<'d>) -> bool {
    const VERBS: [&str; 14] = [
        "get", "post", "put", "patch", "delete", "create", "update", "remove", "list", "read", "write", "add", "edit",
        "cancel",
    ];
    let schema = parameter.get("schema").map(|schema| survey.follow(schema));
    let Some(values) = schema.and_then(|schema| schema.get("enum")) else { return true };
    let first_word = |value: Node<'d>| casing::words(value.as_str()?).first().map(|word| word.to_lowercase());
    values.items().filter_map(first_word).any(|word| VERBS.contains(&word.as_str()))
}

fn identifiers<'d>(operation: &Operation<'d>, settings: &Settings, found: &mut Found<'d>) {
    let required = |parameter: &&crate::survey::Parameter<'d>| {
        parameter.location == "query" && parameter.node.get("required").and_then(|node| node.as_bool()) == Some(true)
    };
    let mut required = operation.parameters.iter().filter(required);
    let (Some(only), None) = (required.next(), required.next()) else { return };
    let words = casing::words(only.name);
    let identifies = words.last().is_some_and(|last| settings.list("identifiers").any(|word| word.eq_ignore_ascii_case(last)));
    if identifies {
        let place = only.node.get("name").unwrap_or(only.node);
        let what = format!("{} identifies what is asked for and stands in the query", quoted(only.name));
        found.complain(Complaint::at(place, what));
    }
}
