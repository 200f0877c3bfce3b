//! Does a contract say what its text says, and is a contract that cannot be routed safely refused?

use hansom_standards::{
    Contract, Fault,
    contract::{Location, OpenApiVersion, Operation},
};
use serde_json::{Value, json};

const REPAIRS: &str = r##"
openapi: 3.1.0
info:
  title: Repairs
  version: 1.2.0
  description: Repairs to homes
tags:
  - name: repairs
    description: Work on homes
paths:
  /repairs:
    get:
      operationId: listRepairs
      tags: [repairs]
      summary: List repairs
      parameters:
        - $ref: '#/components/parameters/Limit'
        - {name: Authorization, in: header, schema: {type: string}}
      responses:
        200:
          description: The repairs
          headers:
            Link: {description: Pages, schema: {type: string}, example: '<next>'}
          content:
            application/json:
              schema:
                type: array
                items: {$ref: '#/components/schemas/Repair'}
        default: {$ref: '#/components/responses/Problem'}
    post:
      operationId: reportRepair
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Repair'}
            examples:
              leak: {summary: A leak, value: {id: 7, title: Leak}}
              shared: {$ref: '#/components/examples/Broken'}
      responses:
        '201': {description: Reported}
  /repairs/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer, minimum: 5}}
      - {name: view, in: query, schema: {type: string}}
    get:
      operationId: getRepair
      deprecated: true
      parameters:
        - {name: view, in: query, required: true, example: full, schema: {type: string}}
      responses:
        '200':
          description: The repair
          content:
            application/json: {schema: {$ref: '#/components/schemas/Repair'}}
  /repairs/export:
    get:
      operationId: exportRepairs
      responses:
        '200': {description: All, content: {text/csv: {example: "id\n7\n"}}}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, default: 20}}
  responses:
    Problem:
      description: What went wrong
      content:
        application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}
  examples:
    Broken: {value: {id: 8, title: Broken}}
  schemas:
    Repair:
      type: object
      required: [id, title]
      properties:
        id: {type: integer, examples: [42]}
        title: {type: string, example: Leaking tap}
        reported: {type: string, format: date-time}
        secret: {type: string, writeOnly: true}
        parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
    Part:
      type: object
      properties:
        name: {type: string, minLength: 6}
        parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
    Problem: {type: object, properties: {title: {type: string}, status: {type: integer, example: 400}}}
    Unused: {type: string}
"##;

fn read(text: &str) -> Contract {
    Contract::read(text).unwrap_or_else(|faults| panic!("should be read: {faults:#?}"))
}

fn operation<'c>(contract: &'c Contract, id: &str) -> &'c Operation {
    let mut operations = contract.operations.iter();
    operations.find(|operation| operation.id == id).expect(id)
}

fn faults(text: &str) -> Vec<Fault> {
    Contract::read(text).expect_err(text)
}

/// The contract is refused for something, said with these words, at this line.
fn check_refused(text: &str, line: u32, words: &str) {
    let faults = faults(text);
    let found = faults.iter().any(|fault| fault.what.contains(words) && fault.place.line == line);
    assert!(found, "no fault says {words:?} on line {line}: {faults:#?}");
    assert!(faults.iter().all(|fault| !fault.mend.is_empty()));
}

/// A contract of one path with this text below it, which begins on line 5.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{title: T, version: 1.0.0}}\npaths:\n# paths\n{paths}")
}

/// A contract whose schemas are this text, which begins on line 6.
fn with_schemas(edition: &str, schemas: &str) -> String {
    format!(
        "openapi: {edition}\ninfo: {{title: T, version: 1.0.0}}\npaths: {{/a: {{get: {{operationId: a, responses: {{'200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

fn schema_of(edition: &str, schemas: &str) -> Value {
    let contract = read(&with_schemas(edition, schemas));
    contract.operations[0].responses[0].content[0].schema.clone().unwrap()
}

fn example_of(schemas: &str) -> Value {
    let contract = read(&with_schemas("3.1.0", schemas));
    contract.operations[0].responses[0].content[0].examples[0].value.clone()
}

#[test]
fn a_contract_says_what_is_written() {
    let contract = read(REPAIRS);
    assert_eq!(contract.openapi, OpenApiVersion::V3_1);
    assert_eq!((contract.title.as_str(), contract.version.as_str()), ("Repairs", "1.2.0"));
    assert_eq!(contract.tags, [("repairs".to_owned(), Some("Work on homes".to_owned()))]);
    let told: Vec<_> = contract
        .operations
        .iter()
        .map(|operation| format!("{} {} {}", operation.id, operation.method, operation.path))
        .collect();
    assert_eq!(
        told,
        [
            "listRepairs GET /repairs",
            "reportRepair POST /repairs",
            "getRepair GET /repairs/{id}",
            "exportRepairs GET /repairs/export"
        ]
    );
    assert_eq!(operation(&contract, "listRepairs").place.line, 12);
    assert!(operation(&contract, "getRepair").deprecated);
    let names: Vec<_> = contract.schemas().map(|(name, _)| name).collect();
    assert_eq!(names, ["Repair", "Part", "Problem", "Unused"]);
}

#[test]
fn parameters_of_path_and_operation_are_one_list_and_the_operations_own_win() {
    let contract = read(REPAIRS);
    let told: Vec<_> = operation(&contract, "getRepair")
        .parameters
        .iter()
        .map(|p| (p.name.as_str(), p.location, p.required, p.example.clone()))
        .collect();
    assert_eq!(
        told,
        [("id", Location::Path, true, Some(json!(5))), ("view", Location::Query, true, Some(json!("full")))]
    );
    let list = &operation(&contract, "listRepairs").parameters;
    assert_eq!(list.len(), 1, "headers that HTTP decides are no parameters: {list:?}");
    assert_eq!(list[0].example, Some(json!(20)));
    assert!(list[0].explode, "query parameters explode unless told otherwise");
}

#[test]
fn every_json_body_has_an_example() {
    let contract = read(REPAIRS);
    let bodies = operation(&contract, "reportRepair").request_body.as_ref().unwrap();
    let examples: Vec<_> =
        bodies.content[0].examples.iter().map(|e| (e.name.as_str(), e.summary.as_deref(), e.value.clone())).collect();
    assert_eq!(
        examples,
        [
            ("leak", Some("A leak"), json!({"id": 7, "title": "Leak"})),
            ("shared", None, json!({"id": 8, "title": "Broken"}))
        ]
    );
    let list = operation(&contract, "listRepairs");
    let made = &list.responses[0].content[0].examples[0];
    assert_eq!(made.name, "generated");
    assert_eq!(
        made.value,
        json!([{"id": 42, "title": "Leaking tap", "reported": "2026-01-31T09:30:00Z", "parts": [{"name": "text t", "parts": []}]}])
    );
    assert_eq!(list.responses[0].headers[0].example, Some(json!("<next>")));
    assert_eq!(list.responses[1].status, "default");
    assert_eq!(list.responses[1].content[0].examples[0].value, json!({"title": "text", "status": 400}));
    assert_eq!(list.responses[1].content[0].schema_name.as_deref(), Some("Problem"));
    let csv = &operation(&contract, "exportRepairs").responses[0].content[0];
    assert_eq!((csv.examples[0].name.as_str(), &csv.examples[0].value), ("default", &json!("id\n7\n")));
}

#[test]
fn schemas_carry_just_what_they_reach_once() {
    let contract = read(REPAIRS);
    let list = &operation(&contract, "listRepairs").responses[0].content[0];
    let schema = list.schema.as_ref().unwrap();
    assert_eq!(schema["items"], json!({"$ref": "#/$defs/Repair"}));
    let definitions: Vec<_> = schema["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(definitions, ["Part", "Repair"]);
    assert_eq!(schema["$defs"]["Part"]["properties"]["parts"]["items"], json!({"$ref": "#/$defs/Part"}));
    assert!(schema["$defs"]["Repair"]["properties"]["title"].get("example").is_none());
    let (_, part) = contract.schemas().find(|(name, _)| *name == "Part").unwrap();
    assert_eq!(contract.json_schema(part)["properties"]["parts"]["items"], json!({"$ref": "#/$defs/Part"}));
}

#[test]
fn openapi_3_0_words_are_translated() {
    let schema = schema_of(
        "3.0.3",
        r##"    A:
      type: object
      properties:
        a: {type: string, nullable: true, enum: [x], example: x, x-mine: 1}
        b: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false}
        c: {nullable: true, allOf: [{$ref: '#/components/schemas/B'}]}
        d: {$ref: '#/components/schemas/B', description: ignored beside a reference}
    B: {type: boolean}
"##,
    );
    assert_eq!(
        schema,
        json!({"type": "object", "properties": {
            "a": {"type": ["string", "null"], "enum": ["x", null]},
            "b": {"type": "number", "exclusiveMinimum": 0, "maximum": 9},
            "c": {"anyOf": [{"allOf": [{"$ref": "#/$defs/B"}]}, {"type": "null"}]},
            "d": {"$ref": "#/$defs/B"}},
            "$defs": {"B": {"type": "boolean"}}})
    );
}

#[test]
fn a_schema_that_contains_itself_is_written_once() {
    let schema = schema_of("3.1.0", "    A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}}\n");
    assert_eq!(schema["$ref"], json!("#/$defs/A"));
    assert_eq!(schema["$defs"]["A"]["properties"]["a"], json!({"$ref": "#/$defs/A"}));
}

#[test]
fn references_to_schemas_elsewhere_are_kept() {
    let schema = schema_of(
        "3.1.0",
        "    A: {properties: {a: {type: string}, b: {$ref: '#/components/schemas/A/properties/a'}, 'c/d': {$ref: '#/components/schemas/A/properties/c~1e'}, c/e: {type: integer}}}\n",
    );
    for (name, kind) in [("b", "string"), ("c/d", "integer")] {
        let to = schema["properties"][name]["$ref"].as_str().unwrap();
        let found = schema.pointer(to.trim_start_matches('#')).unwrap();
        assert_eq!(found["type"], json!(kind));
    }
}

#[test]
fn names_that_look_like_keywords_are_only_names() {
    let schema = schema_of(
        "3.1.0",
        "    A:\n      properties:\n        $ref: {type: string}\n        pattern: {type: integer}\n        example: {type: boolean}\n      default: {$ref: 'file:///etc/passwd', multipleOf: 0}\n",
    );
    assert_eq!(schema["properties"]["$ref"], json!({"type": "string"}));
    assert_eq!(schema["properties"]["example"], json!({"type": "boolean"}));
    assert_eq!(schema["default"]["$ref"], json!("file:///etc/passwd"));
}

#[test]
fn made_up_values_keep_to_types_and_bounds() {
    assert_eq!(
        example_of(
            r##"    A:
      allOf:
        - $ref: '#/components/schemas/B'
        - properties: {c: {type: [string, 'null'], format: uuid}}
      required: [z]
      properties:
        d: {oneOf: [{type: 'null'}, {type: integer, exclusiveMinimum: 5, multipleOf: 4}]}
        e: {const: fixed}
        f: {enum: [one, two]}
        g: {type: number, maximum: 0.5}
        h: {type: array, minItems: 2, items: {type: boolean}}
        i: {additionalProperties: {type: string, maxLength: 2}}
        j: {type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}
    B: {type: object, properties: {a: {type: string, format: email}}}
"##
        ),
        json!({"a": "someone@example.com", "c": "6f1c2d0e-5b7a-4c3d-9e8f-0a1b2c3d4e5f", "d": 8, "e": "fixed", "f": "one",
            "g": 0.5, "h": [true, true], "i": {"name": "te"}, "j": 0.5})
    );
}

#[test]
fn json_contracts_are_read_like_yaml_ones() {
    let text = json!({"openapi": "3.0.3", "info": {"title": "T \u{1F680}", "version": "1.0.0"},
        "paths": {"/": {"get": {"operationId": "a", "responses": {"200": {"description": "d"}}}}}});
    let contract = read(&serde_json::to_string_pretty(&text).unwrap());
    assert_eq!((contract.openapi, contract.title.as_str()), (OpenApiVersion::V3_0, "T \u{1F680}"));
}

const SINCE_3_2: &str = r##"
openapi: 3.2.0
$self: https://api.example.gov/events/openapi.yaml
jsonSchemaDialect: https://spec.openapis.org/oas/3.2/dialect/2025-09-17
info: {title: Events, version: 1.0.0, summary: What happens}
servers: [{url: https://api.example.gov, name: live}]
tags:
  - {name: events, kind: nav}
  - {name: live, parent: events, summary: As they happen}
paths:
  /events:
    query:
      operationId: searchEvents
      parameters:
        - {name: all, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '200':
          summary: Found
          description: What was found
          content:
            application/json: {$ref: '#/components/mediaTypes/Found'}
            text/event-stream: {itemSchema: {$ref: '#/components/schemas/Event'}}
    additionalOperations:
      LINK:
        operationId: linkEvent
        responses: {'204': {description: Linked}}
components:
  mediaTypes:
    Found:
      schema: {type: array, items: {$ref: '#/components/schemas/Event'}}
      examples: {one: {dataValue: [{at: 1}]}}
  schemas:
    Event: {type: object, properties: {at: {type: integer}}}
"##;

#[test]
fn a_contract_of_3_2_says_what_3_2_has_brought() {
    let contract = read(SINCE_3_2);
    assert_eq!(contract.openapi, OpenApiVersion::V3_2);
    let told: Vec<_> =
        contract.operations.iter().map(|operation| (operation.id.as_str(), operation.method.as_str())).collect();
    assert_eq!(told, [("searchEvents", "QUERY"), ("linkEvent", "LINK")]);
    let search = &contract.operations[0];
    assert_eq!(search.parameters[0].location, Location::Querystring);
    let content = &search.responses[0].content;
    assert_eq!(content[0].schema.as_ref().unwrap()["type"], json!("array"));
    assert_eq!(content[0].examples[0].value, json!([{"at": 1}]));
    assert_eq!((content[1].schema.is_none(), content[1].item_schema.is_some()), (true, true));
    assert_eq!(contract.tags.len(), 2);
}

#[test]
fn what_3_2_has_brought_is_not_taken_for_older_contracts() {
    let table = [
        (SINCE_3_2.replace("openapi: 3.2.0", "openapi: 3.1.0"), "`query` is no method"),
        (SINCE_3_2.replace("openapi: 3.2.0", "openapi: 3.1.0"), "`additionalOperations` is no method"),
        (SINCE_3_2.replace("LINK:", "POST:"), "`POST` does not belong below `additionalOperations`"),
        (SINCE_3_2.replace("LINK:", "Trace:"), "`Trace` is not served"),
        (SINCE_3_2.replace("LINK:", "'LI NK':"), "`LI NK` is no method"),
        (SINCE_3_2.replace("/openapi.yaml", "/openapi.yaml#/x"), "`$self` must be"),
        (SINCE_3_2.replace("mediaTypes/Found'", "schemas/Event'"), "does not lead to an object of OpenAPI"),
        (
            SINCE_3_2.replace("content: {application/x-www-form-urlencoded: {schema: {type: object}}}", "schema: {}"),
            "has no `content`",
        ),
    ];
    for (text, words) in table {
        let faults = faults(&text);
        assert!(faults.iter().any(|fault| fault.what.contains(words)), "{words}: {faults:?}");
    }
}

#[test]
fn bad_input_106_other_documents_are_recognised() {
    let table = [
        ("", "empty"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        ("PK\u{3}\u{4}\0\0", "zip"),
        ("just words", "a contract is a map"),
        ("[1]", "a contract is a map"),
        ("swagger: '2.0'\ninfo: {}\n", "Swagger 2"),
        ("asyncapi: 3.0.0\n", "AsyncAPI"),
        ("arazzo: 1.0.1\n", "Arazzo"),
        ("overlay: 1.0.0\n", "overlay"),
        ("openapi: 3.3.0\n", "`3.3.0` is not read"),
        ("openapi: 4.0.0\n", "is not read"),
        ("openapi: 3.1\n", "three numbers"),
        ("title: x\n", "no `openapi`"),
        ("{\n// comment\n\"openapi\": \"3.1.0\"}", "comment"),
    ];
    for (text, words) in table {
        let faults = faults(text);
        assert!(faults[0].what.contains(words), "{text:?}: {faults:?}");
    }
}

#[test]
fn bad_input_104_texts_that_would_exhaust_the_reader_are_refused() {
    let mut laughs = String::from("openapi: 3.1.0\nx0: &a0 [lol, lol]\n");
    for level in 1..40 {
        laughs.push_str(&format!("x{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    let deep = format!("openapi: 3.1.0\nx: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let large = "x".repeat(50 * 1024 * 1024);
    for (text, words) in [(laughs, "expand to too much"), (deep, "levels deep"), (large, "the limit is")] {
        let faults = faults(&text);
        assert!(faults[0].what.contains(words), "{faults:?}");
    }
}

#[test]
fn info_must_be_there() {
    let paths = "paths: {/a: {get: {operationId: a, responses: {'200': {description: d}}}}}\n";
    check_refused(&format!("openapi: 3.1.0\n{paths}"), 1, "`info` is missing");
    check_refused(&format!("openapi: 3.1.0\ninfo: {{version: 1.0.0}}\n{paths}"), 2, "`info.title`");
    check_refused(&format!("openapi: 3.1.0\ninfo: {{title: T, version: 1.0}}\n{paths}"), 2, "semantic version");
    check_refused(&format!("openapi: 3.1.0\ninfo: {{title: T}}\n{paths}"), 2, "semantic version");
}

#[test]
fn there_must_be_an_operation() {
    check_refused("openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\n", 1, "`paths` is missing");
    check_refused(&with_paths("  /a: {description: nothing}\n"), 5, "no operation");
}

#[test]
fn bad_input_108_operations_and_paths_that_cannot_be_told_apart_are_refused() {
    let get = |id: &str| format!("{{get: {{operationId: {id}, responses: {{'200': {{description: d}}}}}}}}");
    let with_id = |id: &str, name: &str| {
        format!(
            "{{post: {{operationId: {id}, parameters: [{{name: {name}, in: path, required: true, schema: {{}}}}], responses: {{'200': {{description: d}}}}}}}}"
        )
    };
    let (a, b) = (get("same"), get("same"));
    check_refused(&with_paths(&format!("  /a: {a}\n  /b: {b}\n")), 6, "used twice, first at line 5");
    let (a, b) = (with_id("a", "x"), with_id("b", "y"));
    check_refused(&with_paths(&format!("  /a/{{x}}: {a}\n  /a/{{y}}: {b}\n")), 6, "match the same requests");
    check_refused(&with_paths(&format!("  /a/{{x}}/c: {a}\n  /a/b/{{y}}: {b}\n")), 6, "neither is the more exact");
    let a = get("a");
    for (path, words) in [
        ("a", "does not begin"),
        ("/a/", "ends with"),
        ("//a", "empty segment"),
        ("/a/../b", "segment"),
        ("/a%2fb", "`%`"),
        ("/a{b}", "not a whole segment"),
    ] {
        check_refused(&with_paths(&format!("  '{path}': {a}\n")), 5, words);
    }
    read(&with_paths(&format!("  /a/export: {a}\n  /a/{{x}}: {}\n", with_id("b", "x"))));
}

#[test]
fn operations_must_be_named() {
    let with = |id: &str| {
        with_paths(&format!("  /a:\n    get:\n      {id}\n      responses: {{'200': {{description: d}}}}\n"))
    };
    check_refused(&with("summary: x"), 6, "no `operationId`");
    for id in ["1a", "'a b'", "''", "5", "a/b", "<script>"] {
        check_refused(&with(&format!("operationId: {id}")), 7, "cannot be an `operationId`");
    }
    check_refused(&with(&format!("operationId: {}", "a".repeat(101))), 7, "cannot be an `operationId`");
    read(&with("operationId: list_Repairs.v1-x"));
}

#[test]
fn methods_that_are_not_served_are_refused() {
    let body = "{operationId: a, responses: {'200': {description: d}}}";
    check_refused(&with_paths(&format!("  /a:\n    trace: {body}\n")), 6, "`trace` is not served");
    check_refused(&with_paths(&format!("  /a:\n    GET: {body}\n")), 6, "`GET` is no method");
    check_refused(&with_paths(&format!("  /a:\n    query: {body}\n")), 6, "`query` is no method");
}

#[test]
fn path_parameters_are_declared_both_ways() {
    let with = |path: &str, parameters: &str| {
        with_paths(&format!(
            "  {path}:\n    get:\n      operationId: a\n      parameters: [{parameters}]\n      responses: {{'200': {{description: d}}}}\n"
        ))
    };
    check_refused(&with("/a/{id}", ""), 6, "`{id}` of the path `/a/{id}` is not declared");
    check_refused(&with("/a", "{name: id, in: path, required: true, schema: {}}"), 8, "has no parameter `id`");
    check_refused(&with("/a/{id}", "{name: id, in: path, schema: {}}"), 8, "not required");
    check_refused(&with("/a/{id}", "{name: id, in: query, required: true, schema: {}}"), 6, "is not declared");
    check_refused(
        &with("/a", "{name: q, in: query, schema: {}}, {name: q, in: query, schema: {}}"),
        8,
        "declared twice",
    );
    check_refused(&with("/a", "{name: q, in: body, schema: {}}"), 8, "does not say where");
    check_refused(&with("/a", "{name: q, in: query}"), 8, "has no `schema`");
    check_refused(&with("/a", "{name: 'a b', in: header, schema: {}}"), 8, "no header can be called");
}

#[test]
fn bad_input_105_references_stay_inside_and_end() {
    let table = [
        ("'file:///etc/passwd'", "leads out of this document"),
        ("'http://169.254.169.254/latest'", "leads out of this document"),
        ("'../../other.yaml#/A'", "leads out of this document"),
        ("'other.yaml'", "leads out of this document"),
        ("'#/components/schemas/Nobody'", "leads to nothing"),
        ("'#A'", "no path inside"),
        ("'#'", "no path inside"),
        ("'#/components/schemas/A'", "leads back to itself"),
        ("'#/info'", "does not lead to a schema"),
        ("'#/info/title'", "does not lead to a schema"),
        ("12", "must be a text"),
    ];
    for (reference, words) in table {
        check_refused(&with_schemas("3.1.0", &format!("    A: {{$ref: {reference}}}\n")), 6, words);
    }
    check_refused(
        &with_schemas("3.0.3", "    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n"),
        7,
        "leads back to itself",
    );
    check_refused(
        &with_paths(
            "  /a:\n    get:\n      operationId: a\n      responses:\n        '200': {$ref: '#/components/responses/No'}\n",
        ),
        9,
        "leads to nothing",
    );
}

#[test]
fn bad_input_105_long_chains_are_refused() {
    let chain = |link: fn(usize) -> String, count: usize| -> String {
        (0..count).map(link).chain([format!("    S{count}: {{type: string}}\n")]).collect()
    };
    let pure = |nth: usize| format!("    S{nth}: {{$ref: '#/components/schemas/S{}'}}\n", nth + 1);
    let deep =
        |nth: usize| format!("    S{nth}: {{properties: {{p: {{$ref: '#/components/schemas/S{}'}}}}}}\n", nth + 1);
    let start = "    A: {$ref: '#/components/schemas/S0'}\n";
    let long = faults(&with_schemas("3.1.0", &format!("{start}{}", chain(pure, 10_000))));
    assert!(long.iter().any(|fault| fault.what.contains("chain of more than 50")), "{long:?}");
    assert_eq!(long.len(), 100, "no more than a hundred faults are told");
    let nested = faults(&with_schemas("3.1.0", &format!("{start}{}", chain(deep, 10_000))));
    assert!(nested.iter().any(|fault| fault.what.contains("inside one another")), "{nested:?}");
    read(&with_schemas("3.1.0", &format!("{start}{}", chain(deep, 100))));
}

#[test]
fn a_schema_that_would_be_checked_for_ever_is_refused() {
    check_refused(
        &with_schemas(
            "3.1.0",
            "    A: {allOf: [{$ref: '#/components/schemas/B'}]}\n    B: {anyOf: [{type: string}, {not: {$ref: '#/components/schemas/A'}}]}\n",
        ),
        7,
        "contains itself without a property",
    );
}

#[test]
fn bad_input_105_a_reference_bomb_stays_small() {
    let mut schemas = String::new();
    for level in 0..40 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        schemas.push_str(&format!("    S{level}: {{type: object, properties: {{a: {next}, b: {next}, c: {next}}}}}\n"));
    }
    schemas.push_str("    S40: {type: string}\n    A: {$ref: '#/components/schemas/S0'}\n");
    let contract = read(&with_schemas("3.1.0", &schemas));
    let media = &contract.operations[0].responses[0].content[0];
    let schema = media.schema.as_ref().unwrap();
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 40);
    assert!(media.examples[0].value.to_string().len() < 100_000);
}

#[test]
fn many_operations_over_many_schemas_are_bounded_together() {
    let properties: String = (0..5_000).map(|nth| format!("p{nth}: {{type: string}}, ")).collect();
    let mut text = String::from("openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n");
    for nth in 0..1_000 {
        text.push_str(&format!(
            "  /p{nth}: {{get: {{operationId: o{nth}, responses: {{'200': {{description: d, content: {{application/json: {{example: 1, schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}\n"
        ));
    }
    text.push_str(&format!("components: {{schemas: {{A: {{properties: {{{properties}}}}}}}}}\n"));
    let faults = faults(&text);
    assert!(faults[0].what.contains("come to more than"), "{faults:?}");
}

#[test]
fn bad_input_109_keywords_that_cannot_be_stood_on_are_refused() {
    let long = format!("pattern: '{}'", "a".repeat(1_001));
    let table = [
        (long.as_str(), "more than 1000 characters"),
        ("multipleOf: 0", "above 0"),
        ("multipleOf: -1", "above 0"),
        ("maxLength: 1e30", "whole number"),
        ("minItems: -1", "whole number"),
        ("$schema: 'http://example.com/mine'", "JSON Schema 2020-12"),
        ("$dynamicRef: '#x'", "is not read"),
        ("$id: 'https://example.com/a'", "is not read"),
        ("$recursiveAnchor: true", "is not read"),
        ("type: strnig", "`strnig` is no type"),
        ("type: [string, 5]", "is no type"),
        ("required: true", "a list of texts"),
        ("enum: []", "a list with something in it"),
        ("properties: [a]", "a map"),
        ("minimum: '5'", "a number"),
        ("exclusiveMinimum: true", "a number since OpenAPI 3.1"),
        ("items: 5", "a schema must be a map"),
    ];
    for (keyword, words) in table {
        check_refused(&with_schemas("3.1.0", &format!("    A:\n      {keyword}\n")), 7, words);
    }
    check_refused(&with_schemas("3.0.3", "    A: {minimum: 1, exclusiveMinimum: 5}\n"), 6, "OpenAPI 3.0");
    check_refused(&with_schemas("3.1.0", "    'a/b': {type: string}\n    A: true\n"), 6, "cannot be called");
}

#[test]
fn contradictions_and_unknown_words_are_no_danger() {
    let schema = schema_of(
        "3.1.0",
        "    A: {allOf: [{type: string}, {type: integer}], format: no-such-format, discriminator: {propertyName: x, mapping: {a: '#/components/schemas/A'}}}\n",
    );
    assert_eq!(schema["format"], json!("no-such-format"));
}

#[test]
fn long_texts_are_refused() {
    let text = with_paths(&format!(
        "  /a:\n    get:\n      operationId: a\n      description: {}\n      responses: {{'200': {{description: d}}}}\n",
        "x".repeat(100_001)
    ));
    check_refused(&text, 8, "more than 100000 characters");
}

#[test]
fn responses_and_bodies_must_say_something() {
    let with = |rest: &str| with_paths(&format!("  /a:\n    post:\n      operationId: a\n      {rest}\n"));
    check_refused(&with("summary: x"), 6, "no `responses`");
    check_refused(&with("responses: {abc: {description: d}}"), 8, "`abc` is no status");
    check_refused(&with("responses: {'600': {description: d}}"), 8, "`600` is no status");
    check_refused(&with("responses: {'200': {description: d, content: {json: {}}}}"), 8, "`json` is no media type");
    check_refused(&with("responses: {'200': {description: d}}\n      requestBody: {}"), 9, "no `content`");
    check_refused(&with("responses: {'200': {description: [d]}}"), 8, "`description` must be a text");
}

#[test]
fn scripts_in_texts_are_kept_as_texts() {
    let text = REPAIRS.replace("List repairs", "<script>alert(1)</script>");
    let contract = read(&text);
    assert_eq!(operation(&contract, "listRepairs").summary.as_deref(), Some("<script>alert(1)</script>"));
}

#[test]
fn all_faults_are_told_in_the_order_of_the_text() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: one}\npaths:\n  a:\n    get: {responses: {}}\n  /b/:\n    put: {operationId: 5}\n";
    let lines: Vec<_> = faults(text).iter().map(|fault| fault.place.line).collect();
    assert_eq!(lines, [2, 4, 5, 5, 6, 7, 7]);
}

#[test]
fn bad_input_107_two_thousand_operations_are_read_and_one_more_is_not() {
    let contract = |count: usize| {
        let paths: String = (0..count)
            .map(|nth| format!("  /things{nth}/{{id}}: {{get: {{operationId: o{nth}, parameters: [{{$ref: '#/components/parameters/Id'}}], responses: {{'200': {{description: d}}}}}}}}\n"))
            .collect();
        with_paths(&format!(
            "{paths}components: {{parameters: {{Id: {{name: id, in: path, required: true, schema: {{type: string}}}}}}}}\n"
        ))
    };
    assert_eq!(read(&contract(2_000)).operations.len(), 2_000);
    check_refused(&contract(2_001), 2_005, "more than 2000 operations");
}

#[test]
fn a_contract_can_be_shared_between_threads() {
    fn check<T: Send + Sync + Clone + std::fmt::Debug>() {}
    check::<Contract>();
}
