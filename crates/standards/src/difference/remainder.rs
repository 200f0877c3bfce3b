//! What differs around schemas that no check looks at?
//!
//! Words for people are counted. Anything else is said aloud.

use std::sync::Arc;

use crate::document::{Kind, Node};

use super::{
    change::{Operation, Unhandled},
    endpoint::{Endpoint, headers_of},
    ledger::Ledger,
};

/// Fields that checks look at, or the comparison itself.
const OF_DOCUMENT: &[&str] = &["paths", "webhooks", "components", "security", "servers", "info"];
const OF_INFO: &[&str] = &["version"];
const OF_PATH: &[&str] = &[
    "get",
    "head",
    "post",
    "put",
    "patch",
    "delete",
    "options",
    "trace",
    "query",
    "connect",
    "additionalOperations",
    "parameters",
    "servers",
    "$ref",
];
const OF_OPERATION: &[&str] = &[
    "operationId",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "security",
    "servers",
    "deprecated",
    "x-sunset",
    "x-stability-level",
];
const OF_PARAMETER: &[&str] = &[
    "name",
    "in",
    "required",
    "schema",
    "content",
    "style",
    "explode",
    "allowReserved",
    "allowEmptyValue",
    "deprecated",
    "x-sunset",
];
const OF_BODY: &[&str] = &["content", "required"];
const OF_MEDIA: &[&str] = &["schema", "itemSchema", "encoding"];
const OF_RESPONSE: &[&str] = &["headers", "content", "links"];
const OF_HEADER: &[&str] = &["schema", "required"];
/// Fields that hold words for people.
const WORDS: &[&str] = &[
    "summary",
    "description",
    "title",
    "externalDocs",
    "example",
    "examples",
    "tags",
    "contact",
    "license",
    "termsOfService",
    "openapi",
    "$self",
];

/// Looks at what is around all operations.
pub(super) fn look_at_document<'d>((old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    rest(ledger, None, OF_DOCUMENT, "the document", (Some(old), Some(new)));
    rest(ledger, None, OF_INFO, "`info`", (old.get("info"), new.get("info")));
}

/// Looks at what is around the operations of a path.
pub(super) fn look_at_path<'d>(path: &str, (old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    rest(ledger, None, OF_PATH, &format!("the path `{path}`"), (Some(old), Some(new)));
}

/// Looks at an operation and its parts.
pub(super) fn look_at_operation<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let operation = Some(&endpoint.operation);
    rest(ledger, operation, OF_OPERATION, "the operation", (Some(endpoint.old), Some(endpoint.new)));
    for pair in &endpoint.parameters {
        if pair.old.is_some() && pair.new.is_some() {
            rest(ledger, operation, OF_PARAMETER, &pair.title(), pair.nodes());
        }
    }
    let books = ledger.books;
    let body = |node: Node<'d>| node.get("requestBody");
    if let (Some(old), Some(new)) = (body(endpoint.old), body(endpoint.new)) {
        let nodes = (Some(books.old.sources.follow(old)), Some(books.new.sources.follow(new)));
        rest(ledger, operation, OF_BODY, "the request body", nodes);
    }
    for pair in &endpoint.bodies {
        rest(ledger, operation, OF_MEDIA, &format!("the body `{}`", pair.name), (Some(pair.old), Some(pair.new)));
    }
    for response in &endpoint.responses {
        let name = format!("the response `{}`", response.status);
        rest(ledger, operation, OF_RESPONSE, &name, (Some(response.old), Some(response.new)));
        for pair in &response.content {
            rest(ledger, operation, OF_MEDIA, &format!("{name} ({})", pair.name), (Some(pair.old), Some(pair.new)));
        }
        for (header, old, new) in headers_of(response, books) {
            rest(ledger, operation, OF_HEADER, &format!("the header `{header}` of {name}"), (Some(old), Some(new)));
        }
    }
}

fn rest<'d>(
    ledger: &mut Ledger<'_, 'd>,
    operation: Option<&Arc<Operation>>,
    looked_at: &[&str],
    subject: &str,
    (old, new): (Option<Node<'d>>, Option<Node<'d>>),
) {
    if !ledger.differs(old, new) {
        return;
    }
    let entries = |node: Option<Node<'d>>| node.into_iter().flat_map(Node::entries);
    let gone_or_changed = entries(old).map(|(key, node)| (key.text, Some(node), new.and_then(|new| new.get(key.text))));
    let came = entries(new)
        .filter(|(key, _)| old.and_then(|old| old.get(key.text)).is_none())
        .map(|(key, node)| (key.text, None, Some(node)));
    let fields: Vec<_> = gone_or_changed.chain(came).filter(|(name, ..)| !looked_at.contains(name)).collect();
    for (name, before, after) in fields {
        if !ledger.differs(before, after) || is_false(before, after) {
            continue;
        }
        if WORDS.contains(&name) || name.starts_with("x-") {
            ledger.words += 1;
            continue;
        }
        let spot = |node: Option<Node<'d>>, old: bool| {
            node.map(|node| if old { ledger.books.old.key_spot(node) } else { ledger.books.new.key_spot(node) })
        };
        let unhandled = Unhandled {
            keyword: name.to_owned(),
            operation: operation.cloned(),
            old: spot(before, true),
            new: spot(after, false),
            text: format!("{subject}: `{name}` differs"),
        };
        ledger.unhandled.push(unhandled);
    }
}

/// Whether one side says nothing and the other `false`.
fn is_false(old: Option<Node<'_>>, new: Option<Node<'_>>) -> bool {
    let nothing =
        |node: Option<Node<'_>>| node.is_none_or(|node| node.as_bool() == Some(false) || node.kind() == Kind::Null);
    nothing(old) && nothing(new)
}
