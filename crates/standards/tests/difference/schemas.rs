//! Is each keyword of a schema seen at each place where a schema stands?

use std::collections::BTreeSet;

use hansom_standards::{
    difference::catalogue,
    finding::Level::{self, Error, Information, Warning},
};

use crate::contract::{around_schema, compare, heaviest, ids};

/// What the ids begin with at each place of [`around_schema`].
const PLACES: [&str; 7] = [
    "request-body-",
    "request-property-",
    "request-parameter-",
    "request-parameter-property-",
    "response-body-",
    "response-property-",
    "response-header-",
];

/// An old schema, a new one, and what is done at every place where there is such a check.
pub const EVERYWHERE: &[(&str, &str, &str)] = &[
    ("{ type: string }", "{ type: integer }", "type-changed"),
    ("{ type: integer }", "{ type: number }", "type-generalized"),
    ("{ type: string }", "{ type: [string, 'null'] }", "became-nullable"),
    ("{ type: [string, 'null'] }", "{ type: string }", "became-not-nullable"),
    (
        "{ $ref: '#/components/schemas/Cat' }",
        "{ oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Cat' }] }",
        "became-nullable",
    ),
    ("{ type: string }", "{ oneOf: [{ type: string }, { type: integer }] }", "list-of-types-widened"),
    ("{ anyOf: [{ type: string }, { type: integer }] }", "{ type: string }", "list-of-types-narrowed"),
    ("{ type: string }", "{ type: string, enum: [a] }", "became-enum"),
    ("{ type: string, enum: [a] }", "{ type: string }", "enum-lifted"),
    ("{ type: string, enum: [a] }", "{ type: string, enum: [a, b] }", "enum-value-added"),
    ("{ type: string, enum: [a, b] }", "{ type: string, enum: [a] }", "enum-value-removed"),
    ("{ x-extensible-enum: [a, b] }", "{ x-extensible-enum: [a, c] }", "x-extensible-enum-value-removed"),
    ("{ x-extensible-enum: [a] }", "{ x-extensible-enum: [a, b] }", "x-extensible-enum-value-added"),
    ("{ type: string }", "{ type: string, const: a }", "const-added"),
    ("{ type: string, const: a }", "{ type: string }", "const-removed"),
    ("{ type: string, const: a }", "{ type: string, const: b }", "const-changed"),
    ("{ type: integer }", "{ type: integer, default: 1 }", "default-value-added"),
    ("{ type: integer, default: 1 }", "{ type: integer }", "default-value-removed"),
    ("{ type: integer, default: 1 }", "{ type: integer, default: 2 }", "default-value-changed"),
    ("{ maximum: 2 }", "{ maximum: 1 }", "max-decreased"),
    ("{ maximum: 1 }", "{ maximum: 2 }", "max-increased"),
    ("{ type: integer }", "{ type: integer, maximum: 1 }", "max-set"),
    ("{ type: integer, maximum: 1 }", "{ type: integer }", "max-unset"),
    ("{ exclusiveMaximum: 2 }", "{ exclusiveMaximum: 1 }", "exclusive-max-decreased"),
    ("{ exclusiveMaximum: 1 }", "{ exclusiveMaximum: 2 }", "exclusive-max-increased"),
    ("{ type: integer }", "{ type: integer, exclusiveMaximum: 1 }", "exclusive-max-set"),
    ("{ type: integer, exclusiveMaximum: 1 }", "{ type: integer }", "exclusive-max-unset"),
    ("{ maximum: 5 }", "{ exclusiveMaximum: 5 }", "exclusive-max-set"),
    ("{ exclusiveMinimum: 5 }", "{ minimum: 5 }", "exclusive-min-unset"),
    ("{ minimum: 1 }", "{ minimum: 2 }", "min-increased"),
    ("{ minimum: 2 }", "{ minimum: 1 }", "min-decreased"),
    ("{ type: integer }", "{ type: integer, minimum: 1 }", "min-set"),
    ("{ type: integer, minimum: 1 }", "{ type: integer }", "min-unset"),
    ("{ exclusiveMinimum: 1 }", "{ exclusiveMinimum: 2 }", "exclusive-min-increased"),
    ("{ exclusiveMinimum: 2 }", "{ exclusiveMinimum: 1 }", "exclusive-min-decreased"),
    ("{ type: integer }", "{ type: integer, exclusiveMinimum: 1 }", "exclusive-min-set"),
    ("{ type: integer, exclusiveMinimum: 1 }", "{ type: integer }", "exclusive-min-unset"),
    ("{ maxLength: 2 }", "{ maxLength: 1 }", "max-length-decreased"),
    ("{ maxLength: 1 }", "{ maxLength: 2 }", "max-length-increased"),
    ("{ type: string }", "{ type: string, maxLength: 1 }", "max-length-set"),
    ("{ type: string, maxLength: 1 }", "{ type: string }", "max-length-unset"),
    ("{ type: string }", "{ type: string, minLength: 1 }", "min-length-increased"),
    ("{ type: string, minLength: 1 }", "{ type: string }", "min-length-decreased"),
    ("{ maxItems: 2 }", "{ maxItems: 1 }", "max-items-decreased"),
    ("{ maxItems: 1 }", "{ maxItems: 2 }", "max-items-increased"),
    ("{ type: array }", "{ type: array, maxItems: 1 }", "max-items-set"),
    ("{ type: array, maxItems: 1 }", "{ type: array }", "max-items-unset"),
    ("{ minItems: 1 }", "{ minItems: 2 }", "min-items-increased"),
    ("{ minItems: 2 }", "{ minItems: 1 }", "min-items-decreased"),
    ("{ type: array }", "{ type: array, minItems: 1 }", "min-items-set"),
    ("{ type: array, minItems: 1 }", "{ type: array }", "min-items-unset"),
    ("{ type: array }", "{ type: array, uniqueItems: true }", "unique-items-set"),
    ("{ type: array, uniqueItems: true }", "{ type: array }", "unique-items-unset"),
    ("{ maxProperties: 2 }", "{ maxProperties: 1 }", "max-properties-decreased"),
    ("{ maxProperties: 1 }", "{ maxProperties: 2 }", "max-properties-increased"),
    ("{ type: object }", "{ type: object, maxProperties: 1 }", "max-properties-set"),
    ("{ type: object, maxProperties: 1 }", "{ type: object }", "max-properties-unset"),
    ("{ type: object }", "{ type: object, minProperties: 1 }", "min-properties-increased"),
    ("{ type: object, minProperties: 1 }", "{ type: object }", "min-properties-decreased"),
    ("{ type: integer }", "{ type: integer, multipleOf: 6 }", "multiple-of-set"),
    ("{ type: integer, multipleOf: 6 }", "{ type: integer }", "multiple-of-unset"),
    ("{ type: integer, multipleOf: 6 }", "{ type: integer, multipleOf: 4 }", "multiple-of-changed"),
    ("{ type: integer, multipleOf: 6 }", "{ type: integer, multipleOf: 3 }", "multiple-of-generalized"),
    ("{ type: string }", "{ type: string, pattern: a }", "pattern-added"),
    ("{ type: string, pattern: a }", "{ type: string }", "pattern-removed"),
    ("{ type: string, pattern: a }", "{ type: string, pattern: b }", "pattern-changed"),
    ("{ type: string, pattern: a }", "{ type: string, pattern: '.*' }", "pattern-generalized"),
    ("{ allOf: [{ type: object }] }", "{ allOf: [{ type: object }, { required: [a] }] }", "all-of-added"),
    ("{ allOf: [{ type: object }, { required: [a] }] }", "{ allOf: [{ type: object }] }", "all-of-removed"),
    ("{ allOf: [{ type: object }] }", "{ allOf: [{ type: object }, { title: a }] }", "all-of-added-annotation-only"),
    ("{ allOf: [{ type: object }, { title: a }] }", "{ allOf: [{ type: object }] }", "all-of-removed-annotation-only"),
    (ONE, BOTH, "one-of-added"),
    (BOTH, ONE, "one-of-removed"),
    ("{ type: object }", CHOICE, "one-of-introduced"),
    (CHOICE, "{ type: object }", "one-of-lifted"),
    ("{ type: object, properties: { kind: { type: string } } }", BOTH, "wrapped-in-one-of"),
    (ANY, EITHER, "any-of-added"),
    (EITHER, ANY, "any-of-removed"),
    ("{ type: object }", OPTIONS, "any-of-introduced"),
    (OPTIONS, "{ type: object }", "any-of-lifted"),
    (
        ONE,
        "{ oneOf: [{ $ref: '#/components/schemas/Cat' }], discriminator: { propertyName: kind } }",
        "discriminator-added",
    ),
    (
        "{ oneOf: [{ $ref: '#/components/schemas/Cat' }], discriminator: { propertyName: kind } }",
        ONE,
        "discriminator-removed",
    ),
    (
        "{ discriminator: { propertyName: a } }",
        "{ discriminator: { propertyName: b } }",
        "discriminator-property-name-changed",
    ),
    (
        "{ discriminator: { propertyName: a } }",
        "{ discriminator: { propertyName: a, mapping: { c: Cat } } }",
        "discriminator-mapping-added",
    ),
    (
        "{ discriminator: { propertyName: a, mapping: { c: Cat } } }",
        "{ discriminator: { propertyName: a } }",
        "discriminator-mapping-deleted",
    ),
    (
        "{ discriminator: { propertyName: a, mapping: { c: Cat } } }",
        "{ discriminator: { propertyName: a, mapping: { c: Dog } } }",
        "discriminator-mapping-changed",
    ),
    (
        "{ prefixItems: [{ type: string }] }",
        "{ prefixItems: [{ type: string }, { type: integer }] }",
        "prefix-items-added",
    ),
    (
        "{ prefixItems: [{ type: string }, { type: integer }] }",
        "{ prefixItems: [{ type: string }] }",
        "prefix-items-removed",
    ),
    ("{ type: object }", "{ type: object, if: { required: [a] } }", "if-added"),
    ("{ type: object, if: { required: [a] } }", "{ type: object }", "if-removed"),
    ("{ type: object }", "{ type: object, then: { required: [a] } }", "then-added"),
    ("{ type: object, then: { required: [a] } }", "{ type: object }", "then-removed"),
    ("{ type: object }", "{ type: object, else: { required: [a] } }", "else-added"),
    ("{ type: object, else: { required: [a] } }", "{ type: object }", "else-removed"),
    ("{ type: array }", "{ type: array, contains: { type: string } }", "contains-added"),
    ("{ type: array, contains: { type: string } }", "{ type: array }", "contains-removed"),
    ("{ minContains: 1 }", "{ minContains: 2 }", "min-contains-increased"),
    ("{ minContains: 2 }", "{ minContains: 1 }", "min-contains-decreased"),
    ("{ type: array }", "{ type: array, minContains: 1 }", "min-contains-set"),
    ("{ type: array, minContains: 1 }", "{ type: array }", "min-contains-unset"),
    ("{ maxContains: 1 }", "{ maxContains: 2 }", "max-contains-increased"),
    ("{ maxContains: 2 }", "{ maxContains: 1 }", "max-contains-decreased"),
    ("{ type: array }", "{ type: array, maxContains: 1 }", "max-contains-set"),
    ("{ type: array, maxContains: 1 }", "{ type: array }", "max-contains-unset"),
    ("{ dependentRequired: { a: [b] } }", "{ dependentRequired: { a: [b], c: [d] } }", "dependent-required-added"),
    ("{ dependentRequired: { a: [b], c: [d] } }", "{ dependentRequired: { a: [b] } }", "dependent-required-removed"),
    ("{ dependentRequired: { a: [b] } }", "{ dependentRequired: { a: [c] } }", "dependent-required-changed"),
    ("{ type: object }", "{ type: object, dependentSchemas: { a: { required: [b] } } }", "dependent-schema-added"),
    ("{ type: object, dependentSchemas: { a: { required: [b] } } }", "{ type: object }", "dependent-schema-removed"),
    ("{ type: object }", "{ type: object, patternProperties: { a: { type: string } } }", "pattern-property-added"),
    ("{ type: object, patternProperties: { a: { type: string } } }", "{ type: object }", "pattern-property-removed"),
    ("{ type: object }", "{ type: object, propertyNames: { pattern: a } }", "property-names-added"),
    ("{ type: object, propertyNames: { pattern: a } }", "{ type: object }", "property-names-removed"),
    ("{ type: array }", "{ type: array, unevaluatedItems: false }", "unevaluated-items-added"),
    ("{ type: array, unevaluatedItems: { type: string } }", "{ type: array }", "unevaluated-items-removed"),
    ("{ type: object }", "{ type: object, unevaluatedProperties: false }", "unevaluated-properties-added"),
    ("{ type: object, unevaluatedProperties: { type: string } }", "{ type: object }", "unevaluated-properties-removed"),
    ("{ type: object }", "{ type: object, additionalProperties: false }", "additional-properties-forbidden"),
    ("{ type: object, additionalProperties: false }", "{ type: object }", "additional-properties-allowed"),
    ("{ type: object }", "{ type: object, additionalProperties: { type: string } }", "additional-properties-added"),
    ("{ type: object, additionalProperties: { type: string } }", "{ type: object }", "additional-properties-removed"),
    ("{ type: string }", "{ type: string, contentSchema: { type: object } }", "content-schema-added"),
    ("{ type: string, contentSchema: { type: object } }", "{ type: string }", "content-schema-removed"),
    ("{ contentMediaType: text/csv }", "{ contentMediaType: text/plain }", "content-media-type-changed"),
    ("{ contentEncoding: base64 }", "{ contentEncoding: base32 }", "content-encoding-changed"),
    ("{ type: string }", "{ type: string, not: { enum: [a] } }", "not-added"),
    ("{ type: string, not: { enum: [a] } }", "{ type: string }", "not-removed"),
    ("{ type: string }", "false", "closed"),
    ("false", "{ type: string }", "opened"),
    ("{ type: array }", "{ type: array, items: { type: string } }", "items-added"),
    ("{ type: array, items: { type: string } }", "{ type: array }", "items-removed"),
    ("{ type: string }", "{ type: string, deprecated: true }", "deprecated"),
    ("{ type: string }", "{ type: string, deprecated: true, x-sunset: '2030-01-01' }", "deprecated-with-sunset"),
    ("{ type: string }", "{ type: string, deprecated: true, x-sunset: soon }", "deprecated-sunset-invalid"),
    ("{ type: string }", "{ type: string, deprecated: true, x-sunset: '2020-01-01' }", "sunset-date-too-small"),
    ("{ type: string, deprecated: true }", "{ type: string }", "reactivated"),
    ("{ type: string }", "{ type: string, x-stability-level: beta }", "stability-decreased"),
    ("{ type: string, x-stability-level: beta }", "{ type: string }", "stability-increased"),
];

const CHOICE: &str =
    "{ type: object, oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }";
const OPTIONS: &str =
    "{ type: object, anyOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }";
const ONE: &str = "{ oneOf: [{ $ref: '#/components/schemas/Cat' }] }";
const BOTH: &str = "{ oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }";
const ANY: &str = "{ anyOf: [{ $ref: '#/components/schemas/Cat' }] }";
const EITHER: &str = "{ anyOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }";

/// An old schema, a new one, and ids that must be among the changes.
pub const SOMEWHERE: &[(&str, &str, &str)] = &[
    ("{ type: string, enum: [a, b] }", "{ type: string, enum: [a] }", "response-mediatype-enum-value-removed"),
    (
        "{ type: number }",
        "{ type: integer }",
        "response-body-type-specialized response-property-type-specialized response-header-type-specialized request-parameter-property-type-specialized",
    ),
    (
        "{ type: integer }",
        "{ type: string }",
        "request-parameter-type-generalized request-parameter-property-type-changed",
    ),
    ("{ type: string }", "{ type: integer }", "response-header-type-compatible"),
    (
        "{ type: object, properties: { a: { type: string } } }",
        "{ type: object }",
        "request-property-removed response-optional-property-removed request-parameter-property-removed response-header-property-removed",
    ),
    (
        "{ type: object, properties: { a: { type: string, deprecated: true } } }",
        "{ type: object }",
        "request-property-removed-with-deprecation response-property-removed-with-deprecation",
    ),
    (
        "{ type: object, required: [a], properties: { a: { type: string } } }",
        "{ type: object }",
        "request-property-removed response-required-property-removed",
    ),
    (
        "{ type: object, required: [a], properties: { a: { writeOnly: true }, b: { writeOnly: true } } }",
        "{ type: object, required: [a] }",
        "response-required-write-only-property-removed response-optional-write-only-property-removed",
    ),
    (
        "{ type: object }",
        "{ type: object, required: [a], properties: { a: { writeOnly: true }, b: { writeOnly: true } } }",
        "response-required-write-only-property-added response-optional-write-only-property-added",
    ),
    (
        "{ type: object }",
        "{ type: object, properties: { a: { type: string } } }",
        "new-optional-request-property response-optional-property-added new-optional-request-parameter-property response-header-property-added",
    ),
    (
        "{ type: object }",
        "{ type: object, required: [a], properties: { a: { type: string } } }",
        "new-required-request-property response-required-property-added new-required-request-parameter-property",
    ),
    (
        "{ type: object }",
        "{ type: object, required: [a], properties: { a: { default: b } } }",
        "new-required-request-property-with-default",
    ),
    (
        "{ properties: { a: { type: string } } }",
        "{ required: [a], properties: { a: { type: string } } }",
        "request-property-became-required response-property-became-required request-parameter-property-became-required response-header-property-became-required",
    ),
    (
        "{ properties: { a: { default: b } } }",
        "{ required: [a], properties: { a: { default: b } } }",
        "request-property-became-required-with-default",
    ),
    (
        "{ required: [a], properties: { a: { type: string } } }",
        "{ properties: { a: { type: string } } }",
        "request-property-became-optional response-property-became-optional request-parameter-property-became-optional response-header-property-became-optional",
    ),
    (
        "{ properties: { a: { writeOnly: true } } }",
        "{ required: [a], properties: { a: { writeOnly: true } } }",
        "response-write-only-property-became-required",
    ),
    (
        "{ required: [a], properties: { a: { writeOnly: true } } }",
        "{ properties: { a: { writeOnly: true } } }",
        "response-write-only-property-became-optional",
    ),
    (
        "{ type: object }",
        "{ type: object, required: [a] }",
        "request-property-became-required response-property-became-required",
    ),
    (
        "{ properties: { a: { readOnly: true, enum: [x, y], maximum: 2, exclusiveMaximum: 2, minimum: 1, exclusiveMinimum: 1, maxLength: 2 } } }",
        "{ properties: { a: { readOnly: true, enum: [x], maximum: 1, exclusiveMaximum: 1, minimum: 2, exclusiveMinimum: 2, maxLength: 1 } } }",
        "request-read-only-property-enum-value-removed request-read-only-property-max-decreased \
         request-read-only-property-exclusive-max-decreased request-read-only-property-min-increased \
         request-read-only-property-exclusive-min-increased request-read-only-property-max-length-decreased",
    ),
    (
        "{ properties: { a: { writeOnly: true, enum: [x] } } }",
        "{ properties: { a: { writeOnly: true, enum: [x, y] } } }",
        "response-write-only-property-enum-value-added",
    ),
    (
        "{ required: [b], properties: { a: {}, b: {} } }",
        "{ required: [b], properties: { a: { readOnly: true }, b: { readOnly: true } } }",
        "request-optional-property-became-read-only request-required-property-became-read-only \
         response-optional-property-became-read-only response-required-property-became-read-only",
    ),
    (
        "{ required: [b], properties: { a: { readOnly: true }, b: { readOnly: true } } }",
        "{ required: [b], properties: { a: {}, b: {} } }",
        "request-optional-property-became-not-read-only request-required-property-became-not-read-only \
         response-optional-property-became-not-read-only response-required-property-became-not-read-only",
    ),
    (
        "{ required: [b], properties: { a: {}, b: {} } }",
        "{ required: [b], properties: { a: { writeOnly: true }, b: { writeOnly: true } } }",
        "request-optional-property-became-write-only request-required-property-became-write-only \
         response-optional-property-became-write-only response-required-property-became-write-only",
    ),
    (
        "{ required: [b], properties: { a: { writeOnly: true }, b: { writeOnly: true } } }",
        "{ required: [b], properties: { a: {}, b: {} } }",
        "request-optional-property-became-not-write-only request-required-property-became-not-write-only \
         response-optional-property-became-not-write-only response-required-property-became-not-write-only",
    ),
];

/// What a row of [`EVERYWHERE`] leads to.
pub fn everywhere(action: &str) -> impl Iterator<Item = String> {
    PLACES.iter().map(move |place| format!("{place}{action}")).filter(|id| catalogue::find(id).is_some())
}

#[test]
fn every_keyword_is_seen_at_every_place() {
    for (old, new, action) in EVERYWHERE {
        let difference = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
        let found = ids(&difference);
        for id in everywhere(action) {
            // Where all is text on the wire another type may be no break; SOMEWHERE says what it is there.
            let loose = *action == "type-changed" && (id.contains("header") || id.contains("parameter"));
            assert!(loose || found.contains(id.as_str()), "{old} → {new}: {id} is not in {found:?}");
        }
        assert!(difference.unhandled.is_empty(), "{old} → {new}: {:?}", difference.unhandled);
    }
}

#[test]
fn what_has_ids_of_its_own_form_is_seen_too() {
    for (old, new, expected) in SOMEWHERE {
        let difference = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
        let found = ids(&difference);
        for id in expected.split_whitespace() {
            assert!(found.contains(id), "{old} → {new}: {id} is not in {found:?}");
        }
        assert!(difference.unhandled.is_empty(), "{old} → {new}: {:?}", difference.unhandled);
    }
}

#[test]
fn what_narrows_breaks_requests_and_what_widens_breaks_responses() {
    let body = |schema: &str| {
        around_part("post", &format!("requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}"))
    };
    let answer = |schema: &str| {
        let response = format!(
            "responses: {{ '200': {{ description: d, content: {{ application/json: {{ schema: {schema} }} }} }} }}"
        );
        around_part("get", &response)
    };
    let cases: &[(&str, &str, Option<Level>, Option<Level>)] = &[
        ("{ type: integer }", "{ type: number }", Some(Information), Some(Error)),
        ("{ type: number }", "{ type: integer }", Some(Error), Some(Information)),
        ("{ type: string, format: date }", "{ type: string, format: date-time }", Some(Information), Some(Error)),
        ("{ type: integer, format: int64 }", "{ type: integer, format: int32 }", Some(Error), Some(Information)),
        ("{ type: string, format: uuid }", "{ type: string }", Some(Information), Some(Error)),
        ("{ type: string }", "{ type: string, format: uuid }", Some(Error), Some(Information)),
        ("{ type: [string, integer] }", "{ type: [integer, string] }", None, None),
        ("{ maximum: 10 }", "{ maximum: 20 }", Some(Information), Some(Error)),
        ("{ type: string, enum: [a] }", "{ type: string, enum: [a, b] }", Some(Information), Some(Warning)),
        ("{ type: object, additionalProperties: true }", "{ type: object }", None, None),
        ("{ type: string, minLength: 0 }", "{ type: string }", None, None),
        ("{ type: string, default: a }", "{ type: string, default: b }", Some(Information), Some(Information)),
        (
            "{ not: { type: string, maxLength: 5 } }",
            "{ not: { type: string, maxLength: 9 } }",
            Some(Warning),
            Some(Error),
        ),
    ];
    for (old, new, request, response) in cases {
        assert_eq!(heaviest(&compare(&body(old), &body(new))), *request, "request: {old} → {new}");
        assert_eq!(heaviest(&compare(&answer(old), &answer(new))), *response, "response: {old} → {new}");
    }
}

fn around_part(method: &str, field: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n  /a:\n    {method}:\n      {field}\n")
}

#[test]
fn a_difference_that_no_check_understands_is_said_aloud_once() {
    for (old, new, keyword) in [
        ("{ type: string, xml: { name: a } }", "{ type: string, xml: { name: b } }", "xml"),
        ("{ type: string }", "{ type: string, nonsense: 1 }", "nonsense"),
        ("{ $dynamicRef: '#a' }", "{ $dynamicRef: '#b' }", "$dynamicRef"),
        ("{ $ref: '#/components/schemas/None' }", "{ $ref: '#/components/schemas/Nobody' }", "$ref"),
    ] {
        let difference = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
        let keywords: BTreeSet<&str> = difference.unhandled.iter().map(|one| one.keyword.as_str()).collect();
        assert_eq!(keywords, BTreeSet::from([keyword]), "{old} → {new}");
        let places: BTreeSet<_> = difference.unhandled.iter().map(|one| (&one.old, &one.new)).collect();
        assert_eq!(places.len(), difference.unhandled.len(), "{keyword} is told twice at one place");
        assert!(ids(&difference).is_empty(), "{keyword}");
    }
}

#[test]
fn words_and_extensions_are_no_changes_but_count() {
    let old = "{ type: string, description: a, x-internal: 1, example: a }";
    let new = "{ type: string, description: b, x-internal: 2, example: b, title: c }";
    let difference = compare(&around_schema("3.1.0", old), &around_schema("3.1.0", new));
    assert_eq!(difference.changes.len(), 0, "{:?}", difference.changes);
    assert_eq!(difference.unhandled.len(), 0, "{:?}", difference.unhandled);
    assert!(difference.words > 0);
}
