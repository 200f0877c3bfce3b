//! Is everything of an operation seen that is not in a schema?

use std::collections::BTreeSet;

use hansom_standards::{difference::catalogue, finding::Level};

use crate::{
    contract::{around_document, around_operation, around_path, compare, compare_published, ids},
    schemas::{EVERYWHERE, SOMEWHERE, everywhere},
};

const FINE: &str = "responses: { '200': { description: fine } }";

/// The frame of an example: an operation, a path item, the document.
#[derive(Clone, Copy)]
enum In {
    Operation,
    Path,
    Document,
}

impl In {
    fn around(self, fields: &str) -> String {
        match self {
            In::Operation if fields.contains("responses:") => around_operation(fields),
            In::Operation => around_operation(&format!("{fields}\n{FINE}")),
            In::Path => around_path(fields),
            In::Document => around_document(fields),
        }
    }
}

const BEFORE: &str = "deprecated: true\nx-sunset: '2026-01-01'";
const LATER: &str = "deprecated: true\nx-sunset: '2030-01-01'";
const WRONG: &str = "deprecated: true\nx-sunset: soon";

/// Old fields, new fields, and the ids of all changes.
const CASES: &[(In, &str, &str, &str)] = &[
    (In::Path, "get: {}", "get: {}\npost: {}", "endpoint-added"),
    (In::Path, "get: {}\npost: {}", "get: {}", "api-removed-without-deprecation"),
    (In::Path, "get: {}\npost: { deprecated: true }", "get: {}", "api-removed-with-deprecation"),
    (
        In::Path,
        "get: {}\npost: { deprecated: true, x-sunset: '2026-11-25' }",
        "get: {}",
        "api-removed-with-deprecation",
    ),
    (In::Path, "get: {}\npost: { deprecated: true, x-sunset: '2026-11-26' }", "get: {}", "api-removed-before-sunset"),
    (In::Path, "get: {}\npost: { deprecated: true, x-sunset: later }", "get: {}", "api-path-sunset-parse"),
    (In::Path, "get: {}\npost: { x-stability-level: alpha }", "get: {}", ""),
    (In::Path, "get: {}\npost: { x-stability-level: solid }", "get: {}", "api-invalid-stability-level"),
    (In::Operation, "", "deprecated: true", "endpoint-deprecated"),
    (In::Operation, "", LATER, "endpoint-deprecated-with-sunset"),
    (In::Operation, "", WRONG, "api-deprecated-sunset-parse"),
    (In::Operation, "", BEFORE, "api-sunset-date-too-small"),
    (In::Operation, "deprecated: true", "", "endpoint-reactivated"),
    (In::Operation, LATER, "deprecated: true", "sunset-deleted"),
    (In::Operation, LATER, WRONG, "api-path-sunset-parse"),
    (In::Operation, LATER, BEFORE, "api-sunset-date-changed-too-small"),
    (In::Operation, "x-stability-level: beta", "", "api-stability-increased"),
    (In::Operation, "", "x-stability-level: draft", "api-stability-decreased"),
    (In::Operation, "operationId: a", "operationId: b", "api-operation-id-removed"),
    (In::Operation, "", "operationId: b", "api-operation-id-added"),
    (In::Operation, "tags: [a]", "tags: [b]", "api-tag-removed api-tag-added"),
    (In::Operation, "", "requestBody: { content: {} }", "request-body-added-optional"),
    (In::Operation, "", "requestBody: { required: true, content: {} }", "request-body-added-required"),
    (In::Operation, "requestBody: { content: {} }", "", "request-body-removed"),
    (
        In::Operation,
        "requestBody: { content: {} }",
        "requestBody: { required: true, content: {} }",
        "request-body-became-required",
    ),
    (
        In::Operation,
        "requestBody: { required: true, content: {} }",
        "requestBody: { content: {} }",
        "request-body-became-optional",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: {} } }",
        "requestBody: { content: { text/csv: {}, text/plain: {} } }",
        "request-body-media-type-added",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: {}, text/plain: {} } }",
        "requestBody: { content: { text/csv: {} } }",
        "request-body-media-type-removed",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: {} } }",
        "requestBody: { content: { text/csv: { schema: {} } } }",
        "request-body-media-type-schema-added",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: { schema: {} } } }",
        "requestBody: { content: { text/csv: {} } }",
        "request-body-media-type-schema-removed",
    ),
    (
        In::Operation,
        "requestBody: { content: { application/json: {} } }",
        "requestBody: { content: { application/merge-patch+json: {} } }",
        "request-body-media-type-name-changed",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: { encoding: { a: {} } } } }",
        "requestBody: { content: { text/csv: { encoding: { b: {} } } } }",
        "request-body-encoding-changed",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: { schema: { type: object } } } }",
        "requestBody: { content: { text/csv: { schema: { type: string } } } }",
        "request-body-type-compatible",
    ),
    (
        In::Operation,
        "requestBody: { content: { text/csv: { schema: { properties: { a: { type: object } } } } } }",
        "requestBody: { content: { text/csv: { schema: { properties: { a: { type: string } } } } } }",
        "request-property-type-compatible",
    ),
    (
        In::Operation,
        FINE,
        "responses: { '200': { description: fine }, '201': { description: new } }",
        "response-success-status-added",
    ),
    (
        In::Operation,
        "responses: { '200': { description: fine }, '201': { description: new } }",
        FINE,
        "response-success-status-removed",
    ),
    (
        In::Operation,
        FINE,
        "responses: { '200': { description: fine }, '404': { description: none } }",
        "response-non-success-status-added",
    ),
    (
        In::Operation,
        "responses: { '200': { description: fine }, '404': { description: none } }",
        FINE,
        "response-non-success-status-removed",
    ),
    (
        In::Operation,
        FINE,
        "responses: { '200': { description: fine }, default: { description: bad } }",
        "response-status-range-added",
    ),
    (
        In::Operation,
        "responses: { '200': { description: fine }, 4XX: { description: bad } }",
        FINE,
        "response-status-range-removed",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: {} } } }",
        "responses: { '200': { content: { text/csv: {}, text/plain: {} } } }",
        "response-media-type-added",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: {}, text/plain: {} } } }",
        "responses: { '200': { content: { text/csv: {} } } }",
        "response-media-type-removed",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: {} } } }",
        "responses: { '200': { content: { text/csv: { schema: {} } } } }",
        "response-body-media-type-schema-added",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: { schema: {} } } } }",
        "responses: { '200': { content: { text/csv: {} } } }",
        "response-body-media-type-schema-removed",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { application/json: {} } } }",
        "responses: { '200': { content: { application/problem+json: {} } } }",
        "response-media-type-name-specialized",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { application/problem+json: {} } } }",
        "responses: { '200': { content: { application/json: {} } } }",
        "response-media-type-name-generalized",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: {} } } }",
        "responses: { '200': { content: { 'text/csv; charset=utf-8': {} } } }",
        "response-media-type-name-changed",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: { schema: { type: string } } } } }",
        "responses: { '200': { content: { text/csv: { schema: { type: object } } } } }",
        "response-body-type-compatible",
    ),
    (
        In::Operation,
        "responses: { '200': { content: { text/csv: { schema: { properties: { a: { type: string } } } } } } }",
        "responses: { '200': { content: { text/csv: { schema: { properties: { a: { type: object } } } } } } }",
        "response-property-type-compatible",
    ),
    (
        In::Operation,
        "responses: { '200': { links: { a: {} } } }",
        "responses: { '200': { links: { b: {} } } }",
        "response-link-removed response-link-added",
    ),
    (
        In::Operation,
        "responses: { '200': { links: { a: { operationId: a } } } }",
        "responses: { '200': { links: { a: { operationId: b } } } }",
        "response-link-changed",
    ),
    (In::Operation, FINE, "responses: { '200': { description: fine, headers: { X-A: {} } } }", "response-header-added"),
    (
        In::Operation,
        "responses: { '200': { headers: { X-A: {} } } }",
        "responses: { '200': {} }",
        "optional-response-header-removed",
    ),
    (
        In::Operation,
        "responses: { '200': { headers: { X-A: { required: true } } } }",
        "responses: { '200': {} }",
        "required-response-header-removed",
    ),
    (
        In::Operation,
        "responses: { '200': { headers: { X-A: { required: true } } } }",
        "responses: { '200': { headers: { X-A: {} } } }",
        "response-header-became-optional",
    ),
    (
        In::Operation,
        "responses: { '200': { headers: { X-A: {} } } }",
        "responses: { '200': { headers: { X-A: { required: true } } } }",
        "response-header-became-required",
    ),
    (In::Operation, "", "parameters: [{ in: query, name: a }]", "new-optional-request-parameter"),
    (In::Operation, "", "parameters: [{ in: query, name: a, required: true }]", "new-required-request-parameter"),
    (In::Operation, "", "parameters: [{ in: path, name: a, required: true }]", "new-request-path-parameter"),
    (In::Operation, "parameters: [{ in: query, name: a }]", "", "request-parameter-removed"),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true }]",
        "",
        "request-parameter-removed-with-deprecation",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: '2020-01-01' }]",
        "",
        "request-parameter-removed-with-deprecation",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: '2030-01-01' }]",
        "",
        "request-parameter-removed-before-sunset",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: soon }]",
        "",
        "request-parameter-sunset-parse",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: header, name: a }]",
        "request-parameter-removed new-optional-request-parameter",
    ),
    (In::Operation, "parameters: [{ in: header, name: X-A }]", "parameters: [{ in: header, name: x-a }]", ""),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: query, name: a, required: true }]",
        "request-parameter-became-required",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, required: true }]",
        "parameters: [{ in: query, name: a }]",
        "request-parameter-became-optional",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: query, name: a, style: pipeDelimited }]",
        "request-parameter-style-changed",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: query, name: a, allowReserved: true }]",
        "request-parameter-reserved-changed",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: query, name: a, allowEmptyValue: true }]",
        "request-parameter-empty-value-changed",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, content: { text/csv: {} } }]",
        "parameters: [{ in: query, name: a, content: { text/plain: {} } }]",
        "request-parameter-content-changed",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, content: { a/json: { schema: { type: array, maxItems: 2 } } } }]",
        "parameters: [{ in: query, name: a, content: { a/json: { schema: { type: array, maxItems: 1 } } } }]",
        "request-parameter-max-items-decreased",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a }]",
        "parameters: [{ in: query, name: a, deprecated: true }]",
        "request-parameter-deprecated",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true }]",
        "parameters: [{ in: query, name: a }]",
        "request-parameter-reactivated",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: '2030-01-01' }]",
        "parameters: [{ in: query, name: a, deprecated: true }]",
        "request-parameter-sunset-deleted",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: '2030-01-01' }]",
        "parameters: [{ in: query, name: a, deprecated: true, x-sunset: '2020-01-01' }]",
        "request-parameter-sunset-date-changed-too-small",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, schema: { type: string } }]",
        "parameters: [{ in: query, name: a, schema: { type: array, items: { type: string } } }]",
        "request-parameter-type-generalized request-parameter-items-added",
    ),
    (
        In::Operation,
        "parameters: [{ in: query, name: a, schema: { type: string } }, { in: query, name: b, schema: { type: string } }]",
        "parameters: [{ in: query, name: c, style: form, explode: true, schema: { type: object, properties: { a: { type: string }, b: { type: string } } } }]",
        "",
    ),
    (
        In::Operation,
        "parameters: [{ in: header, name: A, schema: { properties: { a: {} } } }]",
        "parameters: [{ in: header, name: A, schema: { required: [a, b], properties: { a: {}, b: {} } } }]",
        "request-header-property-became-required new-required-request-header-property",
    ),
    (
        In::Path,
        "get: {}",
        "parameters: [{ in: query, name: a }]\nget: {}",
        "new-optional-request-default-parameter-to-existing-path",
    ),
    (
        In::Path,
        "get: {}",
        "parameters: [{ in: query, name: a, required: true }]\nget: {}",
        "new-required-request-default-parameter-to-existing-path",
    ),
    (In::Path, "parameters: [{ in: query, name: a }]\nget: {}", "get: { parameters: [{ in: query, name: a }] }", ""),
    (In::Path, "parameters: [{ in: query, name: a }]\nget: {}", "get: {}", "request-parameter-removed"),
    (In::Operation, "security: []", "security: [{ a: [] }]", "api-security-added access-security-required"),
    (In::Operation, "security: [{ a: [] }]", "security: []", "api-security-removed access-security-opened"),
    (In::Operation, "security: [{ a: [] }]", "security: [{ a: [] }, { b: [] }]", "api-security-added"),
    (
        In::Operation,
        "security: [{ a: [] }, { b: [] }]",
        "security: [{ a: [] }]",
        "api-security-removed access-security-tightened",
    ),
    (
        In::Operation,
        "security: [{ a: [x] }]",
        "security: [{ a: [x, y] }]",
        "api-security-scope-added access-security-tightened",
    ),
    (In::Operation, "security: [{ a: [x, y] }]", "security: [{ a: [x] }]", "api-security-scope-removed"),
    (In::Operation, "security: [{ a: [x] }, { a: [y] }]", "security: [{ a: [y] }, { a: [x] }]", ""),
    (
        In::Document,
        "security: [{ a: [x] }]",
        "security: [{ a: [x, y] }]",
        "api-global-security-scope-added access-security-tightened",
    ),
    (In::Document, "security: [{ a: [x, y] }]", "security: [{ a: [x] }]", "api-global-security-scope-removed"),
    (In::Document, "", "security: [{ a: [] }]", "api-global-security-added access-security-required"),
    (
        In::Document,
        "security: [{ a: [] }, { b: [] }]",
        "security: [{ a: [] }]",
        "api-global-security-removed access-security-tightened",
    ),
    (In::Document, "servers: [{ url: /a }]", "servers: [{ url: /b }]", "server-removed server-added"),
    (In::Document, "servers: [{ url: /a }]", "servers: [{ url: /a/ }]", ""),
    (In::Document, "components: { schemas: { A: {} } }", "components: {}", "api-schema-removed"),
    (
        In::Document,
        "components: { securitySchemes: { a: {} } }",
        "components: { securitySchemes: { b: {} } }",
        "api-security-component-removed api-security-component-added",
    ),
    (
        In::Document,
        "components: { securitySchemes: { a: { type: http, scheme: basic } } }",
        "components: { securitySchemes: { a: { type: http, scheme: bearer } } }",
        "access-scheme-changed",
    ),
    (
        In::Document,
        "components: { securitySchemes: { a: { type: oauth2 } } }",
        "components: { securitySchemes: { a: { type: openIdConnect } } }",
        "api-security-component-type-changed",
    ),
    (
        In::Document,
        "components: { securitySchemes: { a: { flows: { implicit: {} } } } }",
        "components: { securitySchemes: { a: { flows: { clientCredentials: {} } } } }",
        "access-flow-removed access-flow-added",
    ),
    (
        In::Document,
        "components: { securitySchemes: { a: { flows: { clientCredentials: { authorizationUrl: a, tokenUrl: a, scopes: { x: a, y: a } } } } } }",
        "components: { securitySchemes: { a: { flows: { clientCredentials: { authorizationUrl: b, tokenUrl: b, scopes: { x: b, z: a } } } } } }",
        "api-security-component-oauth-url-changed api-security-component-oauth-token-url-changed api-security-component-oauth-scope-added \
         api-security-component-oauth-scope-removed api-security-component-oauth-scope-changed",
    ),
    (In::Document, "webhooks: { a: {} }", "webhooks: { b: {} }", "webhook-removed webhook-added"),
    (In::Operation, "callbacks: { a: {} }", "callbacks: { b: {} }", "callback-removed callback-added"),
];

#[test]
fn every_part_of_an_operation_is_seen() {
    for (frame, old, new, expected) in CASES {
        let difference = compare(&frame.around(old), &frame.around(new));
        let expected: BTreeSet<&str> = expected.split_whitespace().collect();
        assert_eq!(ids(&difference), expected, "{old} → {new}");
        assert!(difference.unhandled.is_empty(), "{old} → {new}: {:?}", difference.unhandled);
    }
}

/// Ids that these tests reach elsewhere, or that only a policy of notice or oasdiff's reading leads to.
const REACHED_ELSEWHERE: &[&str] = &[
    "request-header-property-became-enum",
    "api-deprecated-sunset-missing",
    "request-parameter-deprecated-sunset-missing",
    "request-parameter-property-deprecated-sunset-missing",
    "request-body-deprecated-sunset-missing",
    "request-property-deprecated-sunset-missing",
    "response-body-deprecated-sunset-missing",
    "response-property-deprecated-sunset-missing",
    "response-header-deprecated-sunset-missing",
    "api-path-removed-without-deprecation",
    "api-path-removed-with-deprecation",
    "api-path-removed-before-sunset",
];

#[test]
fn every_check_of_the_catalogue_is_reached() {
    let mut reached: BTreeSet<String> = EVERYWHERE.iter().flat_map(|(_, _, action)| everywhere(action)).collect();
    let named = CASES.iter().map(|(.., ids)| *ids).chain(SOMEWHERE.iter().map(|(.., ids)| *ids));
    reached.extend(named.flat_map(str::split_whitespace).map(str::to_owned));
    reached.extend(REACHED_ELSEWHERE.iter().map(|id| (*id).to_owned()));
    let elsewhere = ["access", "versions"];
    let families = catalogue::all_families().iter().filter(|family| !elsewhere.contains(&family.name));
    let missing: Vec<&str> =
        families.flat_map(|family| family.all()).map(|check| check.id).filter(|id| !reached.contains(*id)).collect();
    assert!(missing.is_empty(), "no test reaches these: {missing:#?}");
}

#[test]
fn a_path_that_goes_takes_its_operations_with_it() {
    for (fields, expected) in [
        ("get: {}", "api-path-removed-without-deprecation"),
        ("get: { deprecated: true }", "api-path-removed-with-deprecation"),
        ("get: { deprecated: true, x-sunset: '2030-01-01' }", "api-path-removed-before-sunset"),
        ("get: { deprecated: true, x-sunset: '2020-01-01' }", "api-path-removed-with-deprecation"),
    ] {
        let difference = compare(&around_path(fields), &around_document(""));
        assert_eq!(ids(&difference), BTreeSet::from([expected]), "{fields}");
    }
}

#[test]
fn a_variable_of_a_path_may_be_renamed() {
    let of = |path: &str, name: &str, schema: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n  {path}:\n    get:\n      \
             parameters: [{{ in: path, name: {name}, required: true, schema: {schema} }}]\n"
        )
    };
    let old = of("/things/{id}", "id", "{ type: string }");
    assert!(ids(&compare(&old, &of("/things/{thing}", "thing", "{ type: string }"))).is_empty());
    let narrowed = compare(&old, &of("/things/{thing}", "thing", "{ type: string, maxLength: 3 }"));
    assert_eq!(ids(&narrowed), BTreeSet::from(["request-parameter-max-length-set"]));
    let change = narrowed.changes.first().expect("there is a change");
    assert_eq!(change.operation.as_ref().map(|operation| operation.path.as_str()), Some("/things/{id}"));
}

#[test]
fn what_an_api_sends_by_itself_its_receivers_read() {
    let of = |schema: &str| {
        let webhook = format!(
            "webhooks:\n  done:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}\n"
        );
        around_document(&webhook)
    };
    let (old, new) =
        (of("{ type: object, properties: { a: {}, b: {} } }"), of("{ type: object, properties: { a: {} } }"));
    let difference = compare(&old, &new);
    assert_eq!(ids(&difference), BTreeSet::from(["response-optional-property-removed"]));
    assert_eq!(ids(&compare_published(&old, &new)), BTreeSet::from(["request-property-removed"]));
    let wider = compare(&of("{ type: integer }"), &of("{ type: number }"));
    assert!(wider.changes.iter().any(|change| change.level == Level::Error), "{wider:?}");
}

#[test]
fn callbacks_are_compared_like_webhooks() {
    let of = |schema: &str| {
        let callback = format!(
            "callbacks: {{ done: {{ '{{$request.body#/url}}': {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }} }}"
        );
        In::Operation.around(&callback)
    };
    let difference = compare(&of("{ type: object, properties: { a: {} } }"), &of("{ type: object }"));
    assert_eq!(ids(&difference), BTreeSet::from(["response-optional-property-removed"]));
    let operation =
        difference.changes.first().and_then(|change| change.operation.clone()).expect("it has an operation");
    assert_eq!(operation.to_string(), "POST /things GET callback:done");
}

#[test]
fn every_change_says_where_it_was_written() {
    let old = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          content:\n            application/json:\n              schema:\n                type: integer\n                maximum: 5\n";
    let new = old.replace("maximum: 5", "maximum: 9");
    let difference = compare(old, &new);
    let change = difference.changes.first().expect("there is a change");
    assert_eq!(change.id, "response-body-max-increased");
    assert_eq!(change.old.as_ref().map(ToString::to_string).as_deref(), Some("old.yaml:12:17"));
    assert_eq!(change.new.as_ref().map(ToString::to_string).as_deref(), Some("new.yaml:12:17"));
    assert_eq!(change.text, "body of response `200`: `maximum` went up from `5` to `9`");
}
