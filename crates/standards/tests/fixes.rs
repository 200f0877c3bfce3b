//! Does a fix mend what it is offered for, in every form of YAML and JSON, and change nothing else?

use hansom_standards::{Facts, Finding, Fix, Profile, Sources, document::Limits, lint, mending::mend};
use serde_json::{Value, json};

fn read(text: &str) -> Sources {
    Sources::of_text("openapi.yaml", text, &Limits::default()).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn findings(rule: &str, text: &str, facts: Facts) -> Vec<Finding> {
    let profile = format!("profile: one\nedition: none\nothers: off\nrules: {{ {rule}: on }}\n");
    lint(&read(text), facts, &Profile::read(&profile).expect("the profile reads")).findings
}

fn fixes(rule: &str, text: &str) -> Vec<Fix> {
    findings(rule, text, Facts::default()).into_iter().filter_map(|finding| finding.fix).collect()
}

/// Applies every fix that a rule offers, in the three ways of writing one document.
fn check(rule: &str, contract: &Value, expected: &Value) {
    let block = block(contract, 0);
    let flow = flow(contract);
    let json = serde_json::to_string_pretty(contract).expect("it is JSON");
    for text in [&block, &flow, &json] {
        assert_eq!(read(text).root().to_json(), *contract, "the form says the same:\n{text}");
        let fixes = fixes(rule, text);
        assert!(!fixes.is_empty(), "{rule} offers a fix:\n{text}");
        let mended = mend(text, &fixes).text;
        assert_eq!(read(&mended).root().to_json(), *expected, "{rule} mends\n{text}to\n{mended}");
        let left = findings(rule, &mended, Facts::default());
        assert!(left.iter().all(|finding| finding.fix.is_none()), "{rule} has nothing more to mend: {left:?}");
        assert!(
            serde_json::from_str::<Value>(&json).is_ok()
                && (text != &json || serde_json::from_str::<Value>(&mended).is_ok())
        );
    }
}

/// A document as YAML without brackets.
fn block(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(inner) if !inner.is_empty() => format!("{indent}{key}:\n{}", block(value, depth + 1)),
                Value::Array(items) if !items.is_empty() => {
                    let items = items.iter().map(|item| format!("{indent}  - {}\n", flow(item))).collect::<String>();
                    format!("{indent}{key}:\n{items}")
                }
                other => format!("{indent}{key}: {}\n", flow(other)),
            })
            .collect(),
        other => flow(other),
    }
}

/// A document as YAML in brackets, without quotes where that is possible.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", bare(key), flow(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => bare(text),
        other => other.to_string(),
    }
}

fn bare(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.:".contains(c);
    let letters = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    if letters && text.chars().all(plain) { text.to_owned() } else { format!("'{text}'") }
}

#[test]
fn segments_are_written_in_kebab_case() {
    check(
        "URL-01",
        &json!({"openapi": "3.1.0", "paths": {"/councilTax/bands_of": {}, "/fine": {}}}),
        &json!({"openapi": "3.1.0", "paths": {"/council-tax/bands-of": {}, "/fine": {}}}),
    );
}

#[test]
fn slashes_at_the_end_are_left_away() {
    check(
        "URL-02",
        &json!({"openapi": "3.1.0", "paths": {"/repairs/": {}}}),
        &json!({"openapi": "3.1.0", "paths": {"/repairs": {}}}),
    );
}

#[test]
fn addresses_are_made_safe() {
    check(
        "META-03",
        &json!({"info": {"contact": {"url": "http://hub.hackney.example/repairs"}}}),
        &json!({"info": {"contact": {"url": "https://hub.hackney.example/repairs"}}}),
    );
    check(
        "META-06",
        &json!({"info": {"termsOfService": "http://hub.hackney.example/terms"}}),
        &json!({"info": {"termsOfService": "https://hub.hackney.example/terms"}}),
    );
}

#[test]
fn ids_are_written_in_the_casing() {
    check(
        "OAS-05",
        &json!({"paths": {"/a": {"get": {"operationId": "list_repairs"}}}}),
        &json!({"paths": {"/a": {"get": {"operationId": "listRepairs"}}}}),
    );
}

#[test]
fn parameters_in_the_path_are_said_to_be_required() {
    check(
        "OAS-01",
        &json!({"openapi": "3.1.0", "info": {"title": "a", "version": "b"}, "paths": {"/a/x": {}},
            "components": {"parameters": {"Id": {"name": "id", "in": "path", "schema": {}}}}}),
        &json!({"openapi": "3.1.0", "info": {"title": "a", "version": "b"}, "paths": {"/a/x": {}},
            "components": {"parameters": {"Id": {"required": true, "name": "id", "in": "path", "schema": {}}}}}),
    );
}

#[test]
fn bodies_say_that_they_are_optional_where_they_are() {
    check(
        "OAS-10",
        &json!({"paths": {"/a": {"post": {"requestBody": {"content": {}}}}}}),
        &json!({"paths": {"/a": {"post": {"requestBody": {"required": false, "content": {}}}}}}),
    );
}

#[test]
fn a_path_that_something_refers_to_is_not_renamed() {
    let referred = "paths:\n  /aB: {}\n  /c:\n    $ref: '#/paths/~1aB'\n";
    assert_eq!(fixes("URL-01", referred), []);
    let linked = "paths: { /aB: {}, /c: { get: { responses: { '200': { links: { l: { operationRef: '#/paths/~1aB/get' } } } } } } }";
    assert_eq!(fixes("URL-01", linked), []);
}

#[test]
fn no_fix_makes_two_things_one() {
    assert_eq!(fixes("URL-01", "paths:\n  /aB: {}\n  /a-b: {}\n"), []);
    assert_eq!(fixes("URL-01", "paths:\n  /aB: {}\n  /a_b: {}\n").len(), 1, "the first takes the name");
    assert_eq!(fixes("URL-02", "paths:\n  /a: {}\n  /a/: {}\n"), []);
    let ids = "paths:\n  /a:\n    get: { operationId: list_a }\n    put: { operationId: listA }\n";
    assert_eq!(fixes("OAS-05", ids), []);
}

#[test]
fn an_id_that_others_use_is_not_renamed() {
    let linked = "paths: { /a: { get: { operationId: list_a, responses: { '200': { links: { next: { operationId: list_a } } } } } } }";
    assert_eq!(fixes("OAS-05", linked), []);
    let with_manifest = Facts { api: Some("repairs".to_owned()), ..Facts::default() };
    let found = findings("OAS-05", "paths: { /a: { get: { operationId: list_a } } }", with_manifest);
    assert!(found.len() == 1 && found.iter().all(|finding| finding.fix.is_none()), "the manifest names it: {found:?}");
}

#[test]
fn a_text_that_is_written_with_escapes_is_left_to_its_author() {
    assert_eq!(fixes("OAS-05", "paths: { /a: { get: { operationId: \"list\\x5Fa\" } } }"), []);
    assert_eq!(fixes("URL-01", "paths: { \"/a\\x42\": {} }"), []);
}
