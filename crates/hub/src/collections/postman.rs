//! How does Postman read an API? As a collection of version 2.1.

use hansom_standards::contract::{Operation, Parameter};
use serde_json::{Value, json};

use super::{Material, Parts, is_word, path, title};
use crate::calling::example;

const FORMAT: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The collection of a version.
pub(crate) fn collection(material: &Material<'_>) -> Value {
    let folders = material.folders().into_iter().map(|(name, operations)| {
        let items: Vec<Value> = operations.into_iter().map(|operation| item(material, operation)).collect();
        json!({ "name": name, "item": items })
    });
    json!({
        "info": {
            "name": material.name,
            "description": material.published.contract.description.as_deref().unwrap_or_default(),
            "version": material.published.contract.version,
            "schema": FORMAT,
        },
        "auth": authorisation(material),
        "variable": variables(material),
        "item": folders.collect::<Vec<_>>(),
    })
}

fn authorisation(material: &Material<'_>) -> Value {
    let text = |key: &str, value: &str| json!({ "key": key, "value": value, "type": "string" });
    json!({
        "type": "oauth2",
        "oauth2": [
            text("grant_type", "client_credentials"),
            text("accessTokenUrl", &material.token_endpoint),
            text("clientId", "{{clientId}}"),
            text("clientSecret", "{{clientSecret}}"),
            text("client_authentication", "body"),
            text("addTokenTo", "header"),
            text("headerPrefix", "Bearer"),
            text("tokenName", &material.name),
            {
                "key": "tokenRequestParams",
                "value": [{ "key": "resource", "value": "{{resource}}", "enabled": true, "send_as": "request_body" }],
                "type": "any",
            },
        ],
    })
}

/// The first environment is what calls go to; the values of the others stand beside it.
fn variables(material: &Material<'_>) -> Vec<Value> {
    let text = |key: String, value: &str| json!({ "key": key, "value": value, "type": "string" });
    let mut variables = vec![];
    if let Some(first) = material.environments.first() {
        variables.push(text("baseUrl".into(), &first.base));
        variables.push(text("resource".into(), &first.audience));
    }
    variables.push(text("clientId".into(), ""));
    variables.push(json!({ "key": "clientSecret", "value": "", "type": "secret" }));
    for place in material.environments.iter().skip(1) {
        variables.push(text(format!("baseUrl-{}", place.name), &place.base));
        variables.push(text(format!("resource-{}", place.name), &place.audience));
    }
    variables
}

fn item(material: &Material<'_>, operation: &Operation) -> Value {
    let parts = Parts::of(operation);
    let described = |it: &Parameter| it.description.clone().unwrap_or_default();
    let segments = path(operation, &parts);
    let query: Vec<Value> = parts
        .query
        .iter()
        .map(|it| json!({ "key": it.name, "value": example(it), "description": described(it), "disabled": !it.required }))
        .collect();
    let named = parts.path.iter().filter(|it| is_word(&it.name) && segments.contains(&format!(":{}", it.name)));
    let variables: Vec<Value> =
        named.map(|it| json!({ "key": it.name, "value": example(it), "description": described(it) })).collect();
    let mut fields: Vec<Value> =
        parts.fields.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    if let Some(body) = &parts.body {
        fields.push(json!({ "key": "Content-Type", "value": body.media_type }));
    }
    let mut request = json!({
        "method": operation.method,
        "description": operation.description.as_deref().unwrap_or_default(),
        "header": fields,
        "url": {
            "raw": format!("{{{{baseUrl}}}}/{}", segments.join("/")),
            "host": ["{{baseUrl}}"],
            "path": segments,
            "query": query,
            "variable": variables,
        },
    });
    let Some(members) = request.as_object_mut() else { return request };
    if let Some(body) = &parts.body {
        let (text, language) = match &body.json {
            Some(value) => (serde_json::to_string_pretty(value).unwrap_or_default(), "json"),
            None => (body.text.clone(), "text"),
        };
        members.insert(
            "body".into(),
            json!({ "mode": "raw", "raw": text, "options": { "raw": { "language": language } } }),
        );
    }
    if material.is_open(operation) {
        members.insert("auth".into(), json!({ "type": "noauth" }));
    }
    json!({ "name": title(operation), "request": request, "response": [] })
}
