//! What does the contract say beyond what is written at each operation?
//!
//! What every answer carries, what every call may carry, whose API it is, and what real answers look like: said once, here
//! and in the two files beside, and put in its places.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::openapi::VERSION;

/// The schemas of what is stored as JSON: verdicts, differences, keys, the contract itself.
const SCHEMAS: &str = include_str!("contract/schemas.json");
/// An answer of each kind, with made-up people.
const EXAMPLES: &str = include_str!("contract/examples.json");

/// Where those schemas stand in for an object of which the annotations say nothing.
const STORED: [(&str, &str); 5] = [
    ("/paths/~1openapi.json/get/responses/200/content/application~1json/schema", "Contract"),
    (
        "/paths/~1apis~1{slug}~1versions~1{major}~1differences~1{number}/get/responses/200/content/application~1json/schema",
        "Difference",
    ),
    ("/components/schemas/ReleaseVerdict/properties/detail", "VerdictDetail"),
    ("/components/schemas/AuditEntry/properties/detail", "AuditDetail"),
    ("/components/schemas/Credential/properties/publicKey", "Jwk"),
];

/// Headers of every answer.
const OF_EVERY_ANSWER: [&str; 5] = ["API-Version", "Cache-Control", "RateLimit", "RateLimit-Policy", "Request-Id"];

/// What the contract needs to know of the platform.
pub(crate) struct Platform<'p> {
    /// Where its pages are, for links: an address that begins with `https://`.
    pub(crate) pages: &'p str,
    /// The group that runs it.
    pub(crate) administrators: &'p str,
}

/// The whole contract.
pub(crate) fn completed(contract: &OpenApi, platform: &Platform<'_>) -> Value {
    let mut document = serde_json::to_value(contract).unwrap_or_default();
    name_pages(&mut document);
    describe_stored(&mut document);
    show_examples(&mut document);
    introduce(&mut document, platform);
    for_every_call(&mut document);
    document
}

/// Gives the pieces of lists names of their own, and lets them refer to what they hold.
fn name_pages(document: &mut Value) {
    rename(document);
    let Some(schemas) = members(document, "/components/schemas") else { return };
    let pieces: Vec<String> = schemas.keys().filter(|name| name.starts_with("Page_")).cloned().collect();
    for piece in pieces {
        let Some(mut schema) = schemas.shift_remove(&piece) else { continue };
        let held = piece.trim_start_matches("Page_");
        if let Some(items) = schema.pointer_mut("/properties/items/items") {
            *items = reference("schemas", held);
        }
        schemas.insert(format!("{held}Page"), schema);
    }
}

/// `#/components/schemas/Page_Api` becomes `#/components/schemas/ApiPage`, everywhere.
fn rename(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().and_then(|text| text.strip_prefix("#/components/schemas/Page_")) {
                    Some(held) if name == "$ref" => *value = json!(format!("#/components/schemas/{held}Page")),
                    _ => rename(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn describe_stored(document: &mut Value) {
    let Ok(Value::Object(stored)) = serde_json::from_str(SCHEMAS) else { return };
    if let Some(schemas) = members(document, "/components/schemas") {
        schemas.extend(stored);
    }
    for (place, name) in STORED {
        let Some(schema) = document.pointer_mut(place) else { continue };
        let description = schema.get("description").cloned();
        *schema = reference("schemas", name);
        if let (Some(description), Some(members)) = (description, schema.as_object_mut()) {
            members.insert("description".into(), description);
        }
    }
}

fn show_examples(document: &mut Value) {
    let Ok(Value::Object(examples)) = serde_json::from_str::<Value>(EXAMPLES) else { return };
    let Some(schemas) = members(document, "/components/schemas") else { return };
    for (name, example) in examples {
        let piece = json!([{ "items": [&example], "nextCursor": "cmVwYWlycw" }]);
        for (name, shown) in [(format!("{name}Page"), piece), (name, json!([example]))] {
            if let Some(schema) = schemas.get_mut(&name).and_then(Value::as_object_mut) {
                schema.insert("examples".into(), shown);
            }
        }
    }
}

/// Says what the API is, for whom, and whom to ask.
fn introduce(document: &mut Value, platform: &Platform<'_>) {
    let Some(info) = members(document, "/info") else { return };
    let pages = platform.pages;
    let about = json!({
        "summary": "Publish APIs, find them, and decide who may call them, from scripts and pipelines.",
        "termsOfService": format!("{pages}/about"),
        "contact": {
            "name": "The team that runs this platform",
            "email": platform.administrators,
            "url": format!("{pages}/about"),
        },
        "x-api-id": "0c6f2c1e-6b0e-4a52-9d0d-5a3b8b6f7c21",
        "x-audience": "public",
        "x-status": "beta",
        "x-owner": pages,
        "x-category": "platform",
        "x-personal-data": true,
        "x-marking": "OFFICIAL",
        "x-service-level": {
            "availability": 99.5,
            "latency": "Most answers within a second; publishing takes as long as the contract is large.",
            "support": "By the team that runs this platform, in office hours.",
        },
    });
    if let Value::Object(about) = about {
        info.extend(about);
    }
}

/// Declares the headers of every answer, and the key that makes a POST repeatable.
fn for_every_call(document: &mut Value) {
    if let Some(components) = members(document, "/components") {
        components.insert("headers".into(), headers());
        components.insert("parameters".into(), json!({ "IdempotencyKey": idempotency_key() }));
        for response in components.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            declare_headers(response.1, false);
        }
    }
    let Some(paths) = members(document, "/paths") else { return };
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flatten();
    for (method, operation) in operations {
        let posts = method == "post";
        if let Some(operation) = operation.as_object_mut().filter(|_| posts) {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            if let Some(parameters) = parameters.as_array_mut() {
                parameters.push(reference("parameters", "IdempotencyKey"));
            }
        }
        for response in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            if response.1.get("$ref").is_none() {
                declare_headers(response.1, posts);
            }
        }
    }
}

fn declare_headers(response: &mut Value, repeatable: bool) {
    let Some(response) = response.as_object_mut() else { return };
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    let Some(headers) = headers.as_object_mut() else { return };
    for (name, header) in headers.iter_mut() {
        *header = reference("headers", name);
    }
    for name in OF_EVERY_ANSWER.into_iter().chain(repeatable.then_some("Idempotency-Replayed")) {
        headers.insert(name.into(), reference("headers", name));
    }
}

fn headers() -> Value {
    let text = |description: &str, most: u32, example: &str| {
        json!({
            "description": description,
            "schema": { "type": "string", "maxLength": most, "examples": [example] },
        })
    };
    json!({
        "API-Version": text("The version of this contract.", 20, VERSION),
        "Cache-Control": {
            "description": "What one caller may see another may not: nothing is kept.",
            "schema": { "type": "string", "const": "no-store" },
        },
        "Idempotency-Replayed": {
            "description": "That this is the answer to an earlier call with the same `Idempotency-Key`; absent where not.",
            "schema": { "type": "string", "const": "true" },
        },
        "Location": {
            "description": "The address of what was made.",
            "schema": {
                "type": "string",
                "format": "uri-reference",
                "maxLength": 2000,
                "examples": ["/api/v1/grants/5d1f0a4c9b7e48d2a3c6e1f08b92d475"],
            },
        },
        "RateLimit": text("How many calls are left to the caller, and for how many seconds.", 100, "\"control-api\";r=599;t=60"),
        "RateLimit-Policy": text("How many calls a caller has, in how many seconds.", 100, "\"control-api\";q=600;w=60"),
        "Request-Id": text("The id of the request: the `instance` of a problem.", 100, "5d1f0a4c9b7e48d2a3c6e1f08b92d475"),
        "Retry-After": {
            "description": "After how many seconds it is worth trying again.",
            "schema": { "type": "integer", "format": "int32", "minimum": 1, "maximum": 3600, "examples": [10] },
        },
        "WWW-Authenticate": text("The scheme to prove oneself with (RFC 6750).", 200, "Bearer realm=\"hansom\""),
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "A key of the caller's choice. Within a day, the same call with the same key is done once and answered \
            with the first answer; another call with the same key is refused with 422. A call that was refused may be sent \
            again with its key.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~]+$",
            "examples": ["6f1f7a36-3f0e-4f6e-8f0a-1d2c3b4a5968"],
        },
    })
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn members<'d>(document: &'d mut Value, place: &str) -> Option<&'d mut Map<String, Value>> {
    document.pointer_mut(place).and_then(Value::as_object_mut)
}
