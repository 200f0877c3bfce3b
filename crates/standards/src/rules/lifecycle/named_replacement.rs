//! What is deprecated is marked so, and names its replacement.
//!
//! An operation, parameter or schema whose description says that it is deprecated or obsolete has `deprecated: true`;
//! and what has `deprecated: true` says in its description what to use instead, or that there is nothing.
//!
//! # Why
//!
//! Tools read the mark, people read the sentence. With the mark alone, everybody has to ask; with the sentence alone,
//! nobody is warned.
//!
//! # What to do
//!
//! Set `deprecated: true` and write `Use … instead`, with the date of the end.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /jobs:
//!     get: # wrong
//!       deprecated: true
//!       description: Lists the jobs.
//!     post: # wrong
//!       description: Deprecated since 1.4. Use `POST /repairs` instead.
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /jobs:
//!     get:
//!       deprecated: true
//!       description: Lists the jobs. Use `GET /repairs` instead; this ends on 1 September 2027.
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 187
//! - Belgif, REST guide: `evo-deprec`
//! - Hackney, API playbook: say what to use and until when

use crate::{
    document::Node,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-01",
    name: "named-replacement",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "marks",
            default: r#"["deprecated", "obsolete", "do not use", "no longer supported"]"#,
            about: "how a description begins that says that something is deprecated",
        },
        Parameter {
            name: "replacements",
            default: r#"["use ", "instead", "replaced by", "superseded by", "successor", "moved to", "in favour of", "in favor of", "no replacement", "without replacement", "nothing replaces"]"#,
            about: "words of a description that names what to use, or says that there is nothing",
        },
    ],
    check: Some(check),
    text: include_str!("named_replacement.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let operations = survey.operations.iter().map(|operation| (operation.node, "operation"));
    let parameters = survey.parameters.iter().map(|parameter| (parameter.node, "parameter"));
    let schemas = survey.schemas.iter().map(|schema| (schema.node, "schema"));
    for (node, called) in operations.chain(parameters).chain(schemas) {
        let description = said(node, "description").unwrap_or_default().to_lowercase();
        let marked = node.get("deprecated").and_then(Node::as_bool) == Some(true);
        if marked {
            let names = settings.list("replacements").any(|word| description.contains(word));
            found.expect(names, || {
                Complaint::at(node, format!("the {called} is deprecated, and its description names no replacement"))
            });
        } else {
            // Only at its beginning: "when the old form is deprecated" is about something else.
            let start = description.trim_start_matches(|c: char| !c.is_alphabetic());
            let says = settings.list("marks").any(|mark| start.starts_with(mark));
            if says {
                found.complain(
                    Complaint::at(node, format!("the {called} says that it is deprecated, and has no `deprecated: true`"))
                        .mend("add `deprecated: true`"),
                );
            }
        }
    }
}
