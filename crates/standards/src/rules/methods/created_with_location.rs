//! Creation answers 201 with `Location`; a long job answers 202 with an address where its state is told.
//!
//! - A POST that declares 201 declares the header `Location` with it.
//! - An operation that declares 202 says where to look: by the header `Location`, `Content-Location` or `Link`, by an
//!   OpenAPI link, or by a property of the body that holds an address (its format is `uri` or `uri-reference`, or it is
//!   called `links`, `href`, `self` or ends in Url or Uri).
//! - A POST to a collection whose members have a path of their own (`/repairs` beside `/repairs/{repairId}`) declares
//!   201, 202, 204, 207 or 303, not just 200.
//!
//! A POST to any other path is not taken for a creation: it may search, calculate or check.
//!
//! # Why
//!
//! Whoever has created something wants to read or change it next. Without its address the client has to know how
//! addresses are made, and then they can never change. A job without an address cannot be followed at all.
//!
//! # What to do
//!
//! Declare 201 with a `Location` header that holds the address of the new resource; for a job, 202 with the address of
//! its state.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       responses:
//!         '201': # wrong
//!           description: Created
//!   /repairs/{repairId}:
//!     get: { responses: { '200': { description: The repair } } }
//!   /reports:
//!     post:
//!       responses:
//!         '202': # wrong
//!           description: Accepted
//!   /notes:
//!     post: # wrong
//!       responses: { '200': { description: The note } }
//!   /notes/{noteId}:
//!     get: { responses: { '200': { description: The note } } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       responses:
//!         '201':
//!           description: Created
//!           headers: { Location: { schema: { type: string, format: uri-reference } } }
//!   /repairs/{repairId}:
//!     get: { responses: { '200': { description: The repair } } }
//!   /reports:
//!     post:
//!       responses:
//!         '202':
//!           description: Accepted
//!           headers: { Location: { schema: { type: string, format: uri-reference } } }
//!   /band-estimates:
//!     post: { responses: { '200': { description: What the band would be } } }
//! ```
//!
//! # Sources
//!
//! - RFC 9110, sections 10.2.2, 15.3.2 and 15.3.3
//! - Zalando, RESTful API Guidelines: rules 180 and 253
//! - Belgif, REST guide: `lng-task`
//! - GDS, API technical and data standards: use the right status codes

use std::collections::HashSet;

use crate::{
    document::Node,
    finding::{Complaint, Level},
    once::{Known, Once},
    rule::{Evidence, Found, Rule, Settings},
    shape::Shape,
    survey::{Operation, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-05",
    name: "created-with-location",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("created_with_location.rs"),
};

/// Answers that a creation may give.
const OF_CREATION: [&str; 7] = ["201", "202", "204", "207", "303", "2XX", "3XX"];

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let collections: HashSet<&str> = survey.paths.iter().filter_map(|path| collection_of(path.template)).collect();
    let (mut once, mut known) = (Once::default(), Known::nothing());
    for operation in &survey.operations {
        for (status, response) in &operation.responses {
            let judged = *status == "202" || (*status == "201" && operation.method == "post");
            if !judged || !once.is_new(*response) {
                continue;
            }
            let told = has_header(*response, &["location"]) || (*status == "202" && tells_where(survey, *response, &mut known));
            found.expect(told, || Complaint::at_key(*response, what(operation, status)));
        }
        if operation.method == "post" && collections.contains(operation.path) {
            let declares = |wanted: &&str| operation.responses.iter().any(|(status, _)| status == wanted);
            let says_ok_alone = declares(&"200") && !OF_CREATION.iter().any(declares);
            found.expect(!says_ok_alone, || {
                let what = format!("{operation} adds to a collection and answers 200, not 201 with the new address");
                Complaint::at_key(operation.node, what)
            });
        }
    }
}

fn what(operation: &Operation<'_>, status: &str) -> String {
    if status == "201" {
        format!("{operation} answers 201 without the header `Location`")
    } else {
        format!("{operation} answers 202 and does not say where the state of the job is told")
    }
}

/// `/repairs` of `/repairs/{repairId}`
fn collection_of(template: &str) -> Option<&str> {
    let (collection, last) = template.rsplit_once('/')?;
    (last.starts_with('{') && last.ends_with('}')).then_some(collection)
}

fn has_header(response: Node<'_>, names: &[&str]) -> bool {
    entries(response, "headers").any(|(header, _)| names.iter().any(|name| header.eq_ignore_ascii_case(name)))
}

fn tells_where<'d>(survey: &Survey<'d>, response: Node<'d>, known: &mut Known<bool>) -> bool {
    has_header(response, &["content-location", "operation-location", "link"])
        || entries(response, "links").next().is_some()
        || entries(response, "content")
            .filter_map(|(_, media_type)| media_type.get("schema"))
            .any(|schema| {
                let tells = || Shape::with_branches(survey, schema).properties().any(|one| holds_address(survey, one));
                known.of(survey.follow(schema), tells)
            })
}

fn holds_address<'d>(survey: &Survey<'d>, (name, schema): (&'d str, Node<'d>)) -> bool {
    let format = survey.follow(schema).get("format").and_then(Node::as_str);
    let name = name.to_ascii_lowercase();
    matches!(format, Some("uri" | "uri-reference" | "iri" | "iri-reference" | "url"))
        || matches!(name.as_str(), "links" | "_links" | "href" | "self" | "location")
        || name.ends_with("url")
        || name.ends_with("uri")
}
