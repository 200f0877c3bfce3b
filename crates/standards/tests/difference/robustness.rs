//! Does the differ hold, whatever it is given?

use std::fmt::Write;

use hansom_standards::{
    Limits, Sources,
    difference::{self, Bump, Difference, Question, Reading},
    finding::Level,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::contract::{around_schema, compare, ids, read, today};

const COUNCIL: [(&str, &str); 4] = [
    ("bulky-waste", include_str!("../../../../examples/council/bulky-waste/openapi.yaml")),
    ("council-tax", include_str!("../../../../examples/council/council-tax/openapi.yaml")),
    ("rents", include_str!("../../../../examples/council/rents/openapi.yaml")),
    ("repairs", include_str!("../../../../examples/council/repairs/openapi.yaml")),
];

#[test]
fn a_contract_does_not_differ_from_itself() {
    for (name, text) in COUNCIL {
        let found = compare(text, text);
        assert!(found.is_empty(), "{name}: {found:?}");
        assert_eq!(found.needed.bump, Bump::None);
    }
}

#[test]
fn different_contracts_are_compared_both_ways() {
    for (_, old) in COUNCIL {
        for (_, new) in COUNCIL.iter().filter(|(_, new)| *new != old) {
            assert!(compare(old, new).is_breaking());
        }
    }
}

#[test]
fn schemas_that_refer_to_themselves_are_compared_to_the_end() {
    let of = |size: &str, leaf: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n  /a:\n    get:\n      responses: {{ '200': {{ content: {{ \
             application/json: {{ schema: {{ $ref: '#/components/schemas/A' }} }} }} }} }}\ncomponents:\n  schemas:\n    \
             A: {{ type: object, properties: {{ next: {{ $ref: '#/components/schemas/B' }}, self: {{ $ref: '#/components/schemas/A' }}, size: {size} }} }}\n    \
             B: {{ oneOf: [{{ $ref: '#/components/schemas/A' }}, {{ $ref: '#/components/schemas/C' }}] }}\n    \
             C: {{ type: array, items: {{ $ref: '#/components/schemas/B' }}, {leaf} }}\n    \
             Loop: {{ $ref: '#/components/schemas/Loop' }}\n"
        )
    };
    let old = of("{ type: integer }", "minItems: 2");
    assert!(compare(&old, &old).is_empty());
    let found = compare(&old, &of("{ type: number }", "minItems: 1"));
    assert!(ids(&found).contains("response-property-type-generalized"), "{found:?}");
    assert!(ids(&found).contains("response-property-min-items-decreased"), "{found:?}");
}

#[test]
fn a_reference_that_leads_nowhere_is_no_panic() {
    let broken = "{ $ref: '#/components/schemas/None' }";
    let missing = "{ $ref: 'other.yaml#/A' }";
    let circle = "{ $ref: '#/paths/~1things/post/requestBody/content/application~1json/schema' }";
    for old in [broken, missing, circle, "{ type: string }", "[]", "7", "''"] {
        for new in [broken, missing, circle, "{ type: string }", "[]", "7", "''"] {
            let found = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
            assert_eq!(found.is_empty(), old == new, "{old} → {new}: {found:?}");
        }
    }
}

/// Many schemas that all refer to each other, so that there are more ways through them than anybody can go.
fn tangle(size: usize, leaf: &str) -> String {
    let mut text = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths:\n".to_owned();
    for number in 0..20 {
        let _ = writeln!(
            text,
            "  /{number}: {{ get: {{ responses: {{ '200': {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }} }}"
        );
    }
    text.push_str("components:\n  schemas:\n");
    for number in 0..size {
        let _ = write!(text, "    S{number}:\n      type: object\n      properties:\n        leaf: {leaf}\n");
        for other in 0..size {
            let _ = writeln!(text, "        to{other}: {{ $ref: '#/components/schemas/S{other}' }}");
        }
    }
    text
}

#[test]
fn a_tangle_of_schemas_costs_no_more_than_its_size() {
    let (old, new) = (tangle(40, "{ maximum: 1 }"), tangle(40, "{ maximum: 2 }"));
    let found = compare(&old, &new);
    assert!(found.is_breaking());
    // 20 operations, 40 schemas, few names each.
    assert!(found.changes.len() < 20 * 40 * 10, "{} changes", found.changes.len());
    assert!(found.shortened > 0, "what was left out is counted");
}

#[test]
fn a_chain_of_schemas_longer_than_anybody_names_is_said_aloud() {
    let of = |leaf: &str| {
        let mut text = around_schema("3.1.0", "{ $ref: '#/components/schemas/L0' }");
        for number in 0..5_000 {
            let next = number + 1;
            let _ = writeln!(
                text,
                "    L{number}: {{ type: object, properties: {{ n: {{ $ref: '#/components/schemas/L{next}' }} }} }}"
            );
        }
        let _ = writeln!(text, "    L5000: {leaf}");
        text
    };
    let found = compare(&of("{ maximum: 1 }"), &of("{ maximum: 2 }"));
    assert!(ids(&found).is_empty() && !found.unhandled.is_empty(), "{:?}", ids(&found));
    assert!(found.needed.bump >= Bump::Minor);
}

#[test]
fn deep_choices_are_compared_within_bounds() {
    let of = |leaf: &str| {
        (0..40).fold(leaf.to_owned(), |inner, _| {
            format!("{{ anyOf: [{inner}, {{ type: array, items: {inner_short} }}] }}", inner_short = "{}")
        })
    };
    let found = compare(&around_schema("3.1.0", &of("{ maximum: 1 }")), &around_schema("3.1.0", &of("{ maximum: 2 }")));
    assert!(!found.is_empty());
}

/// What a schema may be.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({ "type": "string" })),
        (0u32..9).prop_map(|most| json!({ "type": "string", "maxLength": most })),
        (0i32..9, 9i32..20).prop_map(|(least, most)| json!({ "type": "integer", "minimum": least, "maximum": most })),
        prop::collection::btree_set("[a-d]", 1..4).prop_map(|values| json!({ "type": "string", "enum": values })),
        Just(json!({ "type": ["string", "null"] })),
        Just(json!({ "$ref": "#/components/schemas/Node" })),
        Just(json!({ "$ref": "#/components/schemas/Leaf" })),
        Just(json!(true)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            prop::collection::btree_map("[a-e]", inner.clone(), 0..4).prop_map(|properties| {
                let required: Vec<&String> = properties.keys().take(1).collect();
                json!({ "type": "object", "required": required, "properties": properties })
            }),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| json!({ "oneOf": all })),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| json!({ "anyOf": all })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|all| json!({ "allOf": all })),
            inner.clone().prop_map(|not| json!({ "not": not })),
            inner.prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
        ]
    })
}

/// What a contract may be: operations whose parameters, bodies and responses hold such schemas.
fn contract() -> impl Strategy<Value = Value> {
    let operation = (schema(), schema(), schema(), any::<bool>()).prop_map(|(parameter, body, answer, deprecated)| {
        json!({
            "deprecated": deprecated,
            "parameters": [{ "name": "q", "in": "query", "schema": parameter }],
            "requestBody": { "content": { "application/json": { "schema": body } } },
            "responses": { "200": { "description": "d", "content": { "application/json": { "schema": answer } } } },
        })
    });
    let paths = prop::collection::btree_map(
        "/[a-c](/\\{[xy]\\})?",
        prop::collection::btree_map("get|post", operation, 1..3),
        1..4,
    );
    (paths, schema(), schema()).prop_map(|(paths, node, leaf)| {
        json!({
            "openapi": "3.1.0",
            "info": { "title": "T", "version": "1.0.0" },
            "paths": paths,
            "components": { "schemas": {
                "Node": { "type": "object", "properties": { "next": { "$ref": "#/components/schemas/Node" }, "value": node } },
                "Leaf": leaf,
            } },
        })
    })
}

fn hold(old: &Value, new: &Value, reading: Reading) -> Difference {
    let read =
        |value: &Value| Sources::of_text("contract", &value.to_string(), &Limits::default()).expect("it is JSON");
    difference::compare(&read(old), &read(new), &Question { reading, ..Question::on(today()) })
}

/// One thing that breaks callers, at a place in the contract that is always there.
#[derive(Clone, Copy, Debug)]
enum Break {
    RemoveOperation,
    RequireParameter,
    RemoveResponse,
    AskForMore,
}

const BREAKS: [(Break, &str); 4] = [
    (Break::RemoveOperation, "api-path-removed-without-deprecation"),
    (Break::RequireParameter, "new-required-request-parameter"),
    (Break::RemoveResponse, "response-success-status-removed"),
    (Break::AskForMore, "new-required-request-property"),
];

/// A contract with one more path for each break, so that the breaks do not touch each other.
fn with_targets(mut contract: Value) -> Value {
    for number in 0..BREAKS.len() {
        contract["paths"][format!("/target{number}")] = json!({ "post": {
            "parameters": [],
            "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": { "a": {} } } } } },
            "responses": { "200": { "description": "d" }, "404": { "description": "d" } },
        } });
    }
    contract
}

fn broken(contract: &Value, number: usize) -> Value {
    let mut contract = contract.clone();
    let path = format!("/target{number}");
    match BREAKS[number].0 {
        Break::RemoveOperation => {
            contract["paths"].as_object_mut().expect("paths are a map").remove(&path);
        }
        Break::RequireParameter => {
            contract["paths"][path]["post"]["parameters"] = json!([{ "name": "n", "in": "query", "required": true }]);
        }
        Break::RemoveResponse => {
            let responses = &mut contract["paths"][path]["post"]["responses"];
            responses.as_object_mut().expect("responses are a map").remove("200");
        }
        Break::AskForMore => {
            contract["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"] =
                json!({ "type": "object", "required": ["b"], "properties": { "a": {}, "b": {} } });
        }
    }
    contract
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(contract in contract()) {
        for reading in [Reading::Hansom, Reading::Published] {
            let found = hold(&contract, &contract, reading);
            prop_assert!(found.is_empty(), "{:?}", found);
        }
    }

    #[test]
    fn any_two_contracts_can_be_compared(old in contract(), new in contract()) {
        for reading in [Reading::Hansom, Reading::Published] {
            let found = hold(&old, &new, reading);
            prop_assert_eq!(found.is_breaking(), found.changes.iter().any(|change| change.level == Level::Error));
        }
        // What one way adds the other way takes away: something differs both ways or neither.
        let (there, back) = (hold(&old, &new, Reading::Hansom), hold(&new, &old, Reading::Hansom));
        prop_assert_eq!(there.is_empty(), back.is_empty());
    }

    #[test]
    fn every_break_is_found_alone_and_with_others(contract in contract(), one in 0..BREAKS.len(), other in 0..BREAKS.len()) {
        let old = with_targets(contract);
        let first = broken(&old, one);
        let alone = hold(&old, &first, Reading::Hansom);
        prop_assert!(alone.is_breaking());
        prop_assert!(alone.changes.iter().any(|change| change.id == BREAKS[one].1), "{:?}: {:?}", BREAKS[one], alone);
        if one != other {
            let both = hold(&old, &broken(&first, other), Reading::Hansom);
            let second = hold(&old, &broken(&old, other), Reading::Hansom);
            for change in alone.changes.iter().chain(&second.changes).filter(|change| change.operation.is_some()) {
                let same = |found: &&difference::Change| found.id == change.id && found.text == change.text;
                prop_assert!(both.changes.iter().any(|found| same(&found)), "{} is lost", change.text);
            }
        }
    }
}

#[test]
fn a_missing_file_differs_from_one_that_is_there() {
    let text = around_schema("3.1.0", "{ $ref: 'other.yaml#/A' }");
    let read_with = |found: Option<&str>| {
        Sources::read("a.yaml", &text, &Limits::default(), &mut |_| {
            found.map(str::to_owned).ok_or("it is not there".to_owned())
        })
        .expect("the contract itself can be read")
    };
    let (old, new) = (read_with(Some("A: { maximum: 1 }")), read_with(Some("A: { maximum: 2 }")));
    let found = difference::compare(&old, &new, &Question::on(today()));
    assert!(ids(&found).contains("request-body-max-increased"));
    let place = found.changes.iter().find_map(|change| change.new.as_ref()).map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("other.yaml:1:6"));
    assert!(!difference::compare(&old, &read_with(None), &Question::on(today())).is_empty());
    assert!(difference::compare(&read("a", &text), &read("a", &text), &Question::on(today())).is_empty());
}
