//! Was a response added or taken away, or a media type in which it comes?
//!
//! A caller may wait for the one status that means success, so that must not go. `default` and `4XX` stand for all that
//! are not named.
//!
//! ```yaml old operation
//! responses: { '200': { description: fine }, '404': { description: none } }
//! ```
//! ```yaml new operation
//! responses: { '201': { description: fine } }
//! ```
//! ```changes
//! response-success-status-removed response-success-status-added response-non-success-status-removed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "responses",
    checks: &[
        single_checks! { Existence;
            "response-success-status-added" = I (Response Responses): "An operation may answer with a further status of success";
            "response-success-status-removed" = E (Response Responses): "An operation does not answer with a status of success any more";
            "response-non-success-status-added" = I (Response Responses): "An operation may answer with a further status that is no success";
            "response-non-success-status-removed" = I (Response Responses): "An operation does not answer with a status any more that was no success";
            "response-status-range-added" = i (Response Responses): "There is a response now for all statuses that are not named";
            "response-status-range-removed" = w (Response Responses): "There is no response any more for statuses that are not named";
            "response-media-type-added" = I (Response Responses): "A response may come in a further media type";
            "response-media-type-removed" = E (Response Responses): "A response does not come in a media type any more";
            "response-body-media-type-schema-added" = I (Response Responses): "A response's body follows a schema now";
            "response-body-media-type-schema-removed" = W (Response Responses): "A response's body follows no schema any more";
            "response-link-added" = i (Response Responses): "A response has a further link";
            "response-link-removed" = w (Response Responses): "A link was taken from a response";
            "response-link-changed" = w (Response Responses): "A link of a response changed";
        },
        single_checks! { Type;
            "response-media-type-name-changed" = I (Response Responses): "The parameters of a response's media type changed";
            "response-media-type-name-generalized" = E (Response Responses): "A response's media type became more general";
            "response-media-type-name-specialized" = I (Response Responses): "A response's media type became more special";
        },
    ],
    keywords: &[],
    source: include_str!("responses.rs"),
};

pub(in super::super) fn look_at_responses<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = (endpoint.old.get("responses"), endpoint.new.get("responses"));
    let entries =
        |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries).filter(|(key, _)| !key.text.starts_with("x-"));
    for (key, node) in entries(old).filter(|(key, _)| new.and_then(|map| map.get(key.text)).is_none()) {
        let id = format!("{}-removed", kind_of(key.text));
        let text = format!("the response `{}` was taken away", key.text);
        ledger.enter_as(&id, Some(&endpoint.operation), (Some(node), new), text);
    }
    for (key, node) in entries(new).filter(|(key, _)| old.and_then(|map| map.get(key.text)).is_none()) {
        let id = format!("{}-added", kind_of(key.text));
        let text = format!("the response `{}` was added", key.text);
        ledger.enter_as(&id, Some(&endpoint.operation), (old, Some(node)), text);
    }
    for response in &endpoint.responses {
        look_at_content(endpoint, response, ledger);
        response_headers::look_at_headers(endpoint, response, ledger);
        look_at_links(endpoint, response, ledger);
    }
}

fn kind_of(status: &str) -> &'static str {
    match status.parse::<u32>() {
        Ok(200..=299) => "response-success-status",
        Ok(_) => "response-non-success-status",
        Err(_) => "response-status-range",
    }
}

fn look_at_content<'d>(endpoint: &Endpoint<'d>, response: &ResponsePair<'d>, ledger: &mut Ledger<'_, 'd>) {
    let operation = Some(&endpoint.operation);
    let contents = (response.old.get("content"), response.new.get("content"));
    let (gone, came) = unmatched(&response.content, contents.0, contents.1);
    let status = response.status;
    for (name, node) in gone {
        let text = format!("the response `{status}` does not come as `{name}` any more");
        let nodes = (Some(node), contents.1.or(Some(response.new)));
        ledger.enter_as("response-media-type-removed", operation, nodes, text);
    }
    for (name, node) in came {
        let text = format!("the response `{status}` may come as `{name}` too");
        let nodes = (contents.0.or(Some(response.old)), Some(node));
        ledger.enter_as("response-media-type-added", operation, nodes, text);
    }
    for pair in &response.content {
        let nodes = (Some(pair.old), Some(pair.new));
        match (pair.old.get("schema").is_some(), pair.new.get("schema").is_some()) {
            (false, true) => {
                let text = format!("the body of response `{status}` ({}) follows a schema now", pair.name);
                ledger.enter_as("response-body-media-type-schema-added", operation, nodes, text);
            }
            (true, false) => {
                let text = format!("the body of response `{status}` ({}) follows no schema any more", pair.name);
                ledger.enter_as("response-body-media-type-schema-removed", operation, nodes, text);
            }
            _ => {}
        }
        if pair.old_name != pair.name {
            let id = match (content::parameters(pair.old_name) == content::parameters(pair.name), pair) {
                (false, _) => "response-media-type-name-changed",
                (true, pair) if content::covers(pair.old_name, pair.name) => "response-media-type-name-specialized",
                _ => "response-media-type-name-generalized",
            };
            let text = format!("the response `{status}` comes as `{}` instead of `{}`", pair.name, pair.old_name);
            ledger.enter_as(id, operation, nodes, text);
        }
    }
}

fn look_at_links<'d>(endpoint: &Endpoint<'d>, response: &ResponsePair<'d>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = (response.old.get("links"), response.new.get("links"));
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    let mut notes = Vec::new();
    for (key, node) in entries(old) {
        match new.and_then(|map| map.get(key.text)) {
            None => notes.push(("response-link-removed", (Some(node), new), key.text, "was taken away")),
            Some(other) if ledger.differs(Some(node), Some(other)) => {
                notes.push(("response-link-changed", (Some(node), Some(other)), key.text, "changed"));
            }
            Some(_) => {}
        }
    }
    for (key, node) in entries(new).filter(|(key, _)| old.and_then(|map| map.get(key.text)).is_none()) {
        notes.push(("response-link-added", (old, Some(node)), key.text, "was added"));
    }
    for (id, nodes, name, what) in notes {
        let text = format!("the link `{name}` of response `{}` {what}", response.status);
        ledger.enter_as(id, Some(&endpoint.operation), nodes, text);
    }
}
