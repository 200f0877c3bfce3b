//! Was a request body added or taken away, must it be sent now, and in which media types?
//!
//! ```yaml old operation
//! requestBody: { content: { application/json: { schema: { type: object } }, text/csv: {} } }
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! requestBody: { required: true, content: { application/json: { schema: { type: object } } } }
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! request-body-became-required request-body-media-type-removed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "request_bodies",
    checks: &[
        single_checks! { Existence;
            "request-body-added-required" = E (Request Body): "An operation has a body now that must be sent";
            "request-body-added-optional" = I (Request Body): "An operation has a body now that may be sent";
            "request-body-removed" = E (Request Body): "An operation takes no body any more";
            "request-body-media-type-added" = I (Request Body): "A body may be sent in a further media type";
            "request-body-media-type-removed" = E (Request Body): "A body may not be sent in a media type any more";
            "request-body-media-type-schema-added" = E (Request Body): "A body must follow a schema now";
            "request-body-media-type-schema-removed" = I (Request Body): "A body need not follow a schema any more";
        },
        single_checks! { Requiredness;
            "request-body-became-required" = E (Request Body): "A body must be sent now";
            "request-body-became-optional" = I (Request Body): "A body need not be sent any more";
        },
        single_checks! { Type;
            "request-body-media-type-name-changed" = w (Request Body): "The name of a body's media type changed";
            "request-body-encoding-changed" = w (Request Body): "It changed how the parts of a form are written";
        },
    ],
    keywords: &[],
    source: include_str!("request_bodies.rs"),
};

pub(in super::super) fn look_at_body<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = (endpoint.old.get("requestBody"), endpoint.new.get("requestBody"));
    let required = |body: Node<'d>| body.get("required").and_then(Node::as_bool) == Some(true);
    let Some(id_text) = (match (old, new) {
        (None, None) => return,
        (None, Some(body)) if required(ledger.books.new.sources.follow(body)) => {
            Some(("request-body-added-required", "a body must be sent now"))
        }
        (None, Some(_)) => Some(("request-body-added-optional", "a body may be sent now")),
        (Some(_), None) => Some(("request-body-removed", "no body is taken any more")),
        (Some(_), Some(_)) => None,
    }) else {
        return look_inside(endpoint, ledger, old, new);
    };
    ledger.enter_as(id_text.0, Some(&endpoint.operation), (old, new), id_text.1.to_owned());
}

fn look_inside<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>, old: Option<Node<'d>>, new: Option<Node<'d>>) {
    let (Some(old), Some(new)) = (old, new) else {
        return;
    };
    let (old, new) = (ledger.books.old.sources.follow(old), ledger.books.new.sources.follow(new));
    let required = |body: Node<'d>| body.get("required").and_then(Node::as_bool) == Some(true);
    let operation = Some(&endpoint.operation);
    let nodes = (old.get("required").or(Some(old)), new.get("required").or(Some(new)));
    match (required(old), required(new)) {
        (false, true) => {
            ledger.enter_as("request-body-became-required", operation, nodes, "the body must be sent now".to_owned());
        }
        (true, false) => {
            let text = "the body need not be sent any more".to_owned();
            ledger.enter_as("request-body-became-optional", operation, nodes, text);
        }
        _ => {}
    }
    let (gone, came) = unmatched(&endpoint.bodies, old.get("content"), new.get("content"));
    for (name, node) in came {
        let text = format!("the body may be sent as `{name}` too");
        ledger.enter_as("request-body-media-type-added", operation, (old.get("content"), Some(node)), text);
    }
    for (name, node) in gone {
        let text = format!("the body may not be sent as `{name}` any more");
        ledger.enter_as("request-body-media-type-removed", operation, (Some(node), new.get("content")), text);
    }
    for pair in &endpoint.bodies {
        look_at_media(pair, operation, ledger);
    }
}

fn look_at_media<'d>(pair: &MediaPair<'d>, operation: Option<&Arc<Operation>>, ledger: &mut Ledger<'_, 'd>) {
    let schemas = (pair.old.get("schema"), pair.new.get("schema"));
    let nodes = (schemas.0.or(Some(pair.old)), schemas.1.or(Some(pair.new)));
    match schemas {
        (None, Some(_)) => {
            let text = format!("the body `{}` must follow a schema now", pair.name);
            ledger.enter_as("request-body-media-type-schema-added", operation, nodes, text);
        }
        (Some(_), None) => {
            let text = format!("the body `{}` need not follow a schema any more", pair.name);
            ledger.enter_as("request-body-media-type-schema-removed", operation, nodes, text);
        }
        _ => {}
    }
    if pair.old_name != pair.name {
        let text = format!("the body's media type changed from `{}` to `{}`", pair.old_name, pair.name);
        ledger.enter_as("request-body-media-type-name-changed", operation, (Some(pair.old), Some(pair.new)), text);
    }
    let encodings = (pair.old.get("encoding"), pair.new.get("encoding"));
    if ledger.differs(encodings.0, encodings.1) {
        let text = format!("how the parts of the body `{}` are written changed (`encoding`)", pair.name);
        ledger.enter_as("request-body-encoding-changed", operation, encodings, text);
    }
}
