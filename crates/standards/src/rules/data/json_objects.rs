//! JSON is offered, and a body in JSON is an object, never a bare list.
//!
//! A successful answer that holds data offers JSON, whatever else it offers. Pictures, sound, documents and archives are
//! no data in this sense: see the parameter `not_data`. The top level of a body in JSON, asked or answered, is an object;
//! a JSON patch is a list by its own standard and exempt.
//!
//! # Why
//!
//! A bare list cannot grow: there is no place for the link to the next page or for the total. An object takes another
//! property, and nobody's program breaks. JSON is what every language reads without more software.
//!
//! # What to do
//!
//! Put the list into an object under the plural of its things: `{"repairs": […]}`. Offer `application/json` beside other
//! media types.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           description: Repairs
//!           content:
//!             application/json: # wrong
//!               schema: { type: array, items: { type: object } }
//!   /trades:
//!     get:
//!       responses:
//!         '200':
//!           description: Trades
//!           content:
//!             application/xml: # wrong
//!               schema: { type: object }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           description: Repairs
//!           content:
//!             application/json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   repairs: { type: array, items: { type: object } }
//!   /repairs/{repairId}/photo:
//!     get:
//!       responses:
//!         '200':
//!           description: The photograph
//!           content:
//!             image/jpeg: {}
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: use JSON, with an object at its top
//! - Zalando, RESTful API Guidelines: rules 110 and 167
//! - Belgif, REST guide: `evo-object`
//! - Hackney, API Playbook: a collection under the plural of its name

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    media_type,
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    status,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-01",
    name: "json-objects",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "not_data",
            default: r#"["image/*", "audio/*", "video/*", "font/*", "model/*", "application/pdf", "application/zip", "application/gzip", "application/octet-stream", "application/vnd.*", "text/calendar", "text/event-stream", "multipart/*"]"#,
            about: "media types of what cannot be told as JSON, by name or by beginning",
        },
        Parameter {
            name: "lists",
            default: r#"["application/json-patch+json"]"#,
            about: "media types in JSON whose bodies are lists by their own standard",
        },
    ],
    check: Some(check),
    text: include_str!("json_objects.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    offers(survey, settings, found);
    for body in &survey.bodies {
        let judged = media_type::is_json(body.media_type) && !media_type::is_among(body.media_type, settings.list("lists"));
        let Some(schema) = body.node.get("schema").filter(|_| judged && !is_of_parameter(body.node)) else { continue };
        let whole = Shape::of(survey, schema);
        let branches = Shape::with_branches(survey, schema);
        let scalar = ["string", "integer", "number", "boolean"].into_iter().find(|kind| whole.may_be(kind));
        let wrong = match scalar {
            _ if branches.is_array() => Some("a list"),
            Some(_) if !branches.is_object() => Some("a single value"),
            _ => None,
        };
        found.expect(wrong.is_none(), || {
            let what = format!("the body in {} is {}, not an object", quoted(body.media_type), wrong.unwrap_or_default());
            Complaint::at_key(body.node, what)
        });
    }
}

/// Expects JSON wherever data is answered.
fn offers<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    let answers = survey.operations.iter().flat_map(|one| one.responses.iter().map(move |answer| (one, answer)));
    for (operation, (status, response)) in answers {
        if status::class(status) != Some(2) || !once.is_new(*response) {
            continue;
        }
        let bodies: Vec<(&str, Node<'d>)> = entries(*response, "content").collect();
        let data = bodies.iter().find(|(name, _)| !media_type::is_among(name, settings.list("not_data")));
        let Some((name, body)) = data else { continue };
        let json = bodies.iter().any(|(name, _)| media_type::is_json(name) || media_type::essence(name) == "*/*");
        found.expect(json, || Complaint::at_key(*body, format!("{operation} answers {} and no JSON", quoted(name))));
    }
}

/// Whether it is the content of a parameter or of a header, not a body.
fn is_of_parameter(media_type: Node<'_>) -> bool {
    let Some(owner) = media_type.parent().and_then(Node::parent) else { return false };
    let in_headers = owner.parent().and_then(Node::key).is_some_and(|key| key.text == "headers");
    owner.get("in").is_some() || in_headers
}
