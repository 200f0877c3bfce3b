//! Does an answer look as the contract promises? Its status, its headers and its body.

use serde_json::{Value, json};
use service::contract::{Contract, TEXT};

use crate::world::Answered;

/// Holds an answer against what the contract says of the operation.
#[track_caller]
pub fn fits(answered: &Answered, method: &str, path: &str) {
    let contract = Contract::read(TEXT).unwrap();
    let responses = &contract.document["paths"][path][method.to_lowercase()]["responses"];
    let response = &responses[answered.status.to_string()];
    assert!(!response.is_null(), "{method} {path} does not say that it answers {}", answered.status);
    let response = resolved(&contract.document, response);
    for name in members(&response["headers"]) {
        assert!(answered.headers.contains_key(name), "{method} {path} {} has no {name}", answered.status);
    }
    let Some(media_type) = members(&response["content"]).next() else { return };
    assert!(answered.header("content-type").starts_with(media_type), "{method} {path} is no {media_type}");
    let schema = &response["content"][media_type]["schema"];
    let whole = json!({ "$ref": schema["$ref"], "components": contract.document["components"] });
    if let Err(error) = jsonschema::validate(&whole, &answered.json) {
        panic!("{method} {path}: {error} at {}\n{}", error.instance_path(), answered.text);
    }
    let promised = resolved(&contract.document, schema);
    for name in members(&answered.json) {
        assert!(
            promised["properties"].get(name).is_some(),
            "{method} {path} answers {name}, which the contract does not name"
        );
    }
}

fn resolved<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    node["$ref"].as_str().map_or(node, |reference| document.pointer(reference.trim_start_matches('#')).unwrap())
}

fn members(node: &Value) -> impl Iterator<Item = &str> {
    node.as_object().into_iter().flatten().map(|(name, _)| name.as_str())
}
