//! Is what means the same no change, however it is written?

use crate::contract::{around_schema, compare, ids};

#[test]
fn what_the_versions_of_openapi_say_differently_is_the_same() {
    for (old, new) in [
        ("{ type: string, nullable: true }", "{ type: [string, 'null'] }"),
        ("{ type: string, nullable: false }", "{ type: string }"),
        (
            "{ nullable: true, oneOf: [{ $ref: '#/components/schemas/Cat' }] }",
            "{ oneOf: [{ $ref: '#/components/schemas/Cat' }, { type: 'null' }] }",
        ),
        (
            "{ nullable: true, anyOf: [{ $ref: '#/components/schemas/Cat' }] }",
            "{ anyOf: [{ $ref: '#/components/schemas/Cat' }, { type: 'null' }] }",
        ),
        ("{ type: integer, maximum: 10, exclusiveMaximum: true }", "{ type: integer, exclusiveMaximum: 10 }"),
        ("{ type: integer, minimum: 1, exclusiveMinimum: false }", "{ type: integer, minimum: 1 }"),
        ("{ type: string, format: byte }", "{ type: string, contentEncoding: base64 }"),
        ("{ type: string, enum: [a] }", "{ type: string, const: a }"),
    ] {
        for (old_version, new_version, one, other) in [("3.0.3", "3.1.0", old, new), ("3.1.0", "3.0.3", new, old)] {
            let difference = compare(&around_schema(old_version, one), &around_schema(new_version, other));
            assert!(ids(&difference).is_empty(), "{one} → {other}: {:?}", ids(&difference));
            assert!(difference.unhandled.is_empty(), "{one} → {other}: {:?}", difference.unhandled);
        }
    }
}

#[test]
fn what_is_only_written_differently_is_the_same() {
    for (old, new) in [
        ("{ type: string, maxLength: 5 }", "{ maxLength: 5.0, type: [string] }"),
        ("{ required: [a, b], properties: { a: {}, b: {} } }", "{ properties: { b: {}, a: {} }, required: [b, a] }"),
        ("{ type: string, enum: [a, b] }", "{ type: string, enum: [b, a] }"),
        ("{ $ref: '#/components/schemas/Cat' }", "{ type: object, properties: { kind: { const: cat } } }"),
        (
            "{ oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }",
            "{ oneOf: [{ $ref: '#/components/schemas/Dog' }, { $ref: '#/components/schemas/Cat' }] }",
        ),
        (
            "{ anyOf: [{ $ref: '#/components/schemas/Cat' }, { type: array }] }",
            "{ anyOf: [{ type: array }, { type: object, properties: { kind: { const: cat } } }] }",
        ),
        (
            "{ oneOf: [{ type: object, description: a, properties: { x: {} } }, { type: object, description: b, properties: { y: {} } }] }",
            "{ oneOf: [{ type: object, description: c, properties: { y: {} } }, { type: object, description: d, properties: { x: {} } }] }",
        ),
        ("{ $ref: '#/components/schemas/Cat' }", "{ allOf: [{ $ref: '#/components/schemas/Cat' }] }"),
        ("{ $ref: '#/components/schemas/Cat' }", "{ oneOf: [{ $ref: '#/components/schemas/Cat' }] }"),
        (
            "{ type: object, required: [a, kind], properties: { a: { type: string }, kind: { const: cat } } }",
            "{ allOf: [{ $ref: '#/components/schemas/Cat' }, { required: [kind, a], properties: { a: { type: string } } }] }",
        ),
        (
            "{ type: array, items: { type: object, maxProperties: 2, properties: { kind: { const: cat } } } }",
            "{ type: array, items: { maxProperties: 2, allOf: [{ allOf: [{ $ref: '#/components/schemas/Cat' }] }] } }",
        ),
        ("{ type: array, items: {} }", "{ type: array }"),
        ("{ type: object, unevaluatedProperties: true }", "{ type: object }"),
    ] {
        let difference = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
        assert!(ids(&difference).is_empty(), "{old} → {new}: {:?}", ids(&difference));
        assert!(difference.unhandled.is_empty(), "{old} → {new}: {:?}", difference.unhandled);
    }
}

#[test]
fn keywords_beside_a_reference_count_from_3_1_on() {
    let old = "{ $ref: '#/components/schemas/Cat' }";
    let new = "{ $ref: '#/components/schemas/Cat', maxProperties: 3 }";
    let of = |version: &str| ids(&compare(&around_schema(version, old), &around_schema(version, new)));
    assert!(of("3.0.3").is_empty());
    assert!(of("3.1.0").contains("request-body-max-properties-set"));
}

#[test]
fn alternatives_that_one_fixed_value_tells_apart_belong_together() {
    let of = |cat: &str, dog: &str| {
        format!(
            "{{ oneOf: [{{ type: object, properties: {{ kind: {{ const: cat }}, {cat} }} }}, \
             {{ type: object, properties: {{ kind: {{ const: dog }}, {dog} }} }}] }}"
        )
    };
    let (old, new) = (of("a: {}", "b: {}"), of("a: {}, c: {}", "b: {}, d: {}"));
    let difference = compare(&around_schema("3.1.0", &old), &around_schema("3.1.0", &new));
    assert!(!ids(&difference).iter().any(|id| id.contains("one-of")), "{:?}", ids(&difference));
    assert!(ids(&difference).contains("new-optional-request-property"));
}

#[test]
fn what_is_put_together_is_compared_written_out() {
    let old = "{ type: object, properties: { a: { type: string }, kind: { const: cat } } }";
    let new = "{ allOf: [{ $ref: '#/components/schemas/Cat' }, { properties: { b: { type: string } } }] }";
    let found = ids(&compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new)));
    assert!(found.contains("request-property-removed") && found.contains("new-optional-request-property"), "{found:?}");
    assert!(!found.iter().any(|id| id.contains("all-of")), "{found:?}");
    // Parts that contradict each other are left as they are.
    let torn = "{ allOf: [{ type: object }, { type: string }] }";
    let found = ids(&compare(&around_schema("3.1.0", "{ type: object }"), &around_schema("3.1.0", torn)));
    assert!(found.contains("request-body-all-of-added"), "{found:?}");
}
